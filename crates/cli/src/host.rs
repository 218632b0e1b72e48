//! Hosts as the flags choose them: virtual, the system's, or the record of an earlier run.
//!
//! Spec: WASI 0.2 and 0.3, as crate `wasi` offers them. Nothing is granted that a flag does not grant.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use explore::{Answer, Content, HostKind, Schedule};
use raddle::Store;
use wasi::{Config, Outputs, Record, ReplayHost, System, SystemHost, Virtual, VirtualHost};

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
    /// For a replay of a system run: what the system answered.
    answers: Option<Vec<wasi::Answer>>,
}

impl Host {
    /// The host that flags ask for.
    pub(crate) fn new(grants: &Grants, path: &Path, args: &[String]) -> Result<Self, Stop> {
        if let Some(dir) = grants.dir.first() {
            return Err(Stop::usage(format!(
                "--dir {dir}: directories are not supported yet; there is stdin and stdout"
            )));
        }
        let kind = if grants.is_virtual { HostKind::Virtual } else { HostKind::System };
        let stdin = match grants.stdin.as_deref() {
            None => Vec::new(),
            Some(path) if path == Path::new("-") => all_of_stdin(path)?,
            Some(path) => read(path)?,
        };
        let env = grants.env.iter().map(|variable| parse_env(variable)).collect::<Result<_, _>>()?;
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let args = std::iter::once(name).chain(args.iter().cloned()).collect();
        Ok(Self { kind, args, env, stdin, answers: None })
    }

    /// The host that a schedule was recorded with.
    pub(crate) fn recorded(schedule: &Schedule) -> Result<Self, Stop> {
        let header = &schedule.header;
        let variables = header.host.grants.iter().filter_map(|grant| grant.strip_prefix("--env "));
        let answers = schedule.answers.iter().map(answer).collect::<Result<_, _>>()?;
        Ok(Self {
            kind: header.host.kind,
            args: header.call.arguments.clone(),
            env: variables.map(parse_env).collect::<Result<_, _>>()?,
            stdin: header.host.stdin.clone(),
            answers: Some(answers),
        })
    }

    /// How the grants stand in a schedule file.
    pub(crate) fn grants(&self) -> Vec<String> {
        self.env.iter().map(|(name, value)| format!("--env {name}={value}")).collect()
    }

    /// Gives the host to a store.
    pub(crate) fn set(&self, store: &mut Store) {
        let config = Config { args: self.args.clone(), env: self.env.clone() };
        match (self.kind, &self.answers) {
            (HostKind::Virtual, _) => {
                let outside = Virtual { stdin: self.stdin.clone(), ..Virtual::default() };
                store.set_host(Box::new(VirtualHost::new(config, outside)));
            }
            (HostKind::System, None) => {
                store.set_host(Box::new(SystemHost::new(config, System::inherited())));
            }
            (HostKind::System, Some(answers)) => {
                let record = Record::new(answers.clone(), Outputs::Inherited);
                store.set_host(Box::new(ReplayHost::new(config, record)));
            }
        }
    }

    /// After a run: writes what a virtual host kept, and tells what a replay has left over.
    pub(crate) fn finish(store: &Store) -> Result<(), Stop> {
        if let Some(host) = store.host::<VirtualHost>() {
            // That nobody reads it is no error of the guest's.
            let _ = std::io::stdout().lock().write_all(host.stdout());
            let _ = std::io::stderr().lock().write_all(host.stderr());
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
