//! Hosts as the flags choose them: virtual, the system's, or the record of an earlier run.
//!
//! Spec: WASI 0.2 and 0.3, as crate `wasi` offers them. Nothing is granted that a flag does not grant.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use explore::{Answer, Content, HostKind, Program, Schedule};
use raddle::script::{Script, Scripted};
use raddle::{Component, Store};
use wasi::{Config, Outputs, Record, ReplayHost, System, SystemHost, Virtual};

use crate::common::{Stop, read};

/// What the guest may use.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Grants {
    /// Run on a virtual host: a clock that jumps, seeded entropy, output that is kept; the same every time.
    #[arg(long = "virtual")]
    pub(crate) is_virtual: bool,
    /// With --virtual: what the guest reads from stdin; `-` is all of this process's stdin.
    #[arg(long, value_name = "FILE", requires = "is_virtual")]
    pub(crate) stdin: Option<PathBuf>,
    /// An environment variable for the guest; it gets no others.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) env: Vec<String>,
    /// A directory for the guest: not supported yet.
    #[arg(long, value_name = "HOST::GUEST")]
    pub(crate) dir: Vec<String>,
    /// A file that says what imports do (docs/hosts.md); implies --virtual.
    #[arg(long, value_name = "FILE")]
    pub(crate) host: Option<PathBuf>,
}

/// The host of a run.
#[derive(Clone, Debug)]
pub(crate) struct Host {
    pub(crate) kind: HostKind,
    /// The guest's arguments; the first is the program's name.
    pub(crate) args: Vec<String>,
    pub(crate) env: Vec<(String, String)>,
    /// For a virtual host: what the guest can read from stdin.
    pub(crate) stdin: Vec<u8>,
    /// For a virtual host: what imports do.
    script: Option<ScriptFile>,
    /// For a replay of a system run: what the system answered.
    answers: Option<Vec<wasi::Answer>>,
}

/// A file that says what imports do.
#[derive(Clone, Debug)]
struct ScriptFile {
    path: PathBuf,
    bytes: Vec<u8>,
    script: Script,
}

impl ScriptFile {
    fn read(path: &Path) -> Result<Self, Stop> {
        let bytes = read(path)?;
        let text = std::str::from_utf8(&bytes).map_err(|error| Stop::file(path, &error))?;
        let script = Script::parse(text).map_err(|error| Stop::file(path, &error))?;
        Ok(Self { path: path.to_owned(), bytes, script })
    }
}

/// The virtual host of the commands: WASI, and what a file says of other imports.
pub(crate) type VirtualHost = Scripted<wasi::VirtualHost>;

impl Host {
    /// The host that flags ask for.
    pub(crate) fn new(grants: &Grants, path: &Path, args: &[String]) -> Result<Self, Stop> {
        if let Some(dir) = grants.dir.first() {
            return Err(Stop::usage(format!(
                "--dir {dir}: directories are not supported yet; there is stdin and stdout"
            )));
        }
        let kind = if grants.is_virtual || grants.host.is_some() { HostKind::Virtual } else { HostKind::System };
        let stdin = match grants.stdin.as_deref() {
            None => Vec::new(),
            Some(path) if path == Path::new("-") => all_of_stdin(path)?,
            Some(path) => read(path)?,
        };
        let env = grants.env.iter().map(|variable| parse_env(variable)).collect::<Result<_, _>>()?;
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let args = std::iter::once(name).chain(args.iter().cloned()).collect();
        let script = grants.host.as_deref().map(ScriptFile::read).transpose()?;
        Ok(Self { kind, args, env, stdin, script, answers: None })
    }

    /// The host that a schedule was recorded with.
    pub(crate) fn recorded(file: &Path, schedule: &Schedule) -> Result<Self, Stop> {
        let answers = schedule.answers.iter().map(answer).collect::<Result<_, _>>()?;
        let header = &schedule.header;
        Ok(Self { answers: Some(answers), ..Self::of_parts(file, &header.host, &header.call.arguments)? })
    }

    /// The host that a file describes.
    pub(crate) fn of_parts(file: &Path, host: &explore::Host, args: &[String]) -> Result<Self, Stop> {
        let variables = host.grants.iter().filter_map(|grant| grant.strip_prefix("--env "));
        Ok(Self {
            kind: host.kind,
            args: args.to_vec(),
            env: variables.map(parse_env).collect::<Result<_, _>>()?,
            stdin: host.stdin.clone(),
            script: host.script.as_ref().map(|script| recorded_script(file, script)).transpose()?,
            answers: None,
        })
    }

    /// How the host stands in files.
    pub(crate) fn part(&self) -> explore::Host {
        explore::Host { kind: self.kind, grants: self.grants(), stdin: self.stdin.clone(), script: self.script() }
    }

    /// How the file that says what imports do stands in a schedule file.
    fn script(&self) -> Option<Program> {
        let file = self.script.as_ref()?;
        Some(Program::new(file.path.display().to_string(), &file.bytes))
    }

    /// How the grants stand in a schedule file.
    fn grants(&self) -> Vec<String> {
        self.env.iter().map(|(name, value)| format!("--env {name}={value}")).collect()
    }

    /// Gives the host to a store.
    pub(crate) fn set(&self, store: &mut Store, component: &Component) -> Result<(), Stop> {
        let config = Config { args: self.args.clone(), env: self.env.clone() };
        match (self.kind, &self.answers) {
            (HostKind::Virtual, _) => {
                let outside = Virtual { stdin: self.stdin.clone(), ..Virtual::default() };
                let wasi = wasi::VirtualHost::new(config, outside);
                let host = match &self.script {
                    None => VirtualHost::none(wasi),
                    Some(file) => VirtualHost::new(component, &file.script, wasi)
                        .map_err(|error| Stop::file(&file.path, &error))?,
                };
                store.set_host(Box::new(host));
            }
            (HostKind::System, None) => {
                store.set_host(Box::new(SystemHost::new(config, System::inherited())));
            }
            (HostKind::System, Some(answers)) => {
                let record = Record::new(answers.clone(), Outputs::Inherited);
                store.set_host(Box::new(ReplayHost::new(config, record)));
            }
        }
        Ok(())
    }

    /// After a run: writes what a virtual host kept, and tells what a replay has left over.
    pub(crate) fn finish(store: &Store) -> Result<(), Stop> {
        if let Some(host) = store.host::<VirtualHost>() {
            // That nobody reads it is no error of the guest's.
            let _ = std::io::stdout().lock().write_all(host.other().stdout());
            let _ = std::io::stderr().lock().write_all(host.other().stderr());
        }
        match store.host::<ReplayHost>() {
            Some(host) => host.finish().map_err(|divergence| Stop::Run(raddle::Error::Divergence(divergence), None)),
            None => Ok(()),
        }
    }

    /// What the system answered in a run.
    pub(crate) fn answers(store: &Store) -> Vec<Answer> {
        let answers = store.host::<SystemHost>().map_or(&[][..], |host| host.answers());
        let convert = |answer: &wasi::Answer| Answer {
            anchor: answer.anchor.clone(),
            content: Content::Bytes(answer.bytes.clone()),
        };
        answers.iter().map(convert).collect()
    }
}

/// The file that a schedule was recorded with.
fn recorded_script(file: &Path, recorded: &Program) -> Result<ScriptFile, Stop> {
    let script = ScriptFile::read(&crate::replay::beside(file, Path::new(&recorded.path)))?;
    if !recorded.is(&script.bytes) {
        eprintln!("warning: {}: not the bytes that were recorded", script.path.display());
    }
    Ok(script)
}

fn answer(answer: &Answer) -> Result<wasi::Answer, Stop> {
    match &answer.content {
        Content::Bytes(bytes) => Ok(wasi::Answer { anchor: answer.anchor.clone(), bytes: bytes.clone() }),
        Content::Json(_) => {
            Err(Stop::usage(format!("the answer at `{}`: expected bytes, found another value", answer.anchor)))
        }
    }
}

fn parse_env(variable: &str) -> Result<(String, String), Stop> {
    match variable.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) | None => Err(Stop::usage(format!("--env {variable}: expected `NAME=VALUE`"))),
    }
}

fn all_of_stdin(path: &Path) -> Result<Vec<u8>, Stop> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes).map_err(|error| Stop::file(path, &error))?;
    Ok(bytes)
}
