//! Running a call and what is kept of it: shared by `run` and `replay`.
//!
//! Spec: none; schedule files are described in `docs/schedule-files.md`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use choice::Chooser;
use explore::{Footer, Header, Program, Schedule, Strategy};
use raddle::{Component, Error, Linker, Store, Val};
use trace::TextTracer;

use crate::common::{Stop, Switches, component, outcome_word, print};
use crate::host::Host;
use crate::invoke;

/// What is run.
pub(crate) struct Job<'j> {
    pub(crate) path: &'j Path,
    pub(crate) bytes: &'j [u8],
    pub(crate) switches: &'j Switches,
    /// The call, as `--invoke` takes it; else the command that the component is.
    pub(crate) entry: Option<&'j str>,
    /// What is outside.
    pub(crate) host: &'j Host,
    pub(crate) trace: Option<&'j TraceTo>,
    /// Whether to go on until nothing is ready.
    pub(crate) drain: bool,
}

/// Where a trace goes.
#[derive(Clone, Debug)]
pub(crate) enum TraceTo {
    Stderr,
    File(std::path::PathBuf),
}

impl TraceTo {
    /// `-` is stderr.
    pub(crate) fn new(path: &Path) -> Self {
        if path == Path::new("-") { Self::Stderr } else { Self::File(path.to_owned()) }
    }
}

/// How `--drain` stands among the switches of a schedule file.
pub(crate) const DRAIN: &str = "drain";

/// What came of it.
pub(crate) struct Ran {
    pub(crate) result: Result<Vec<Val>, Error>,
    pub(crate) store: Store,
    /// The call that was made.
    pub(crate) entry: String,
}

impl Ran {
    /// Prints the results, but for those of a command: they are its exit code.
    pub(crate) fn show(&self) -> Result<ExitCode, Error> {
        let vals = self.result.as_ref().map_err(Error::clone)?;
        if is_command(&self.entry) {
            let failed = matches!(vals.as_slice(), [Val::Result(Err(_))]);
            return Ok(ExitCode::from(u8::from(failed)));
        }
        for val in vals {
            print(&format!("{val}\n"));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The interface whose `run` makes a component a command.
const COMMAND: &str = "wasi:cli/run@";

fn is_command(entry: &str) -> bool {
    entry.starts_with(COMMAND)
}

/// The call that runs a component when none is given: `run` of an exported `wasi:cli/run`, the newest, or else `run`.
pub(crate) fn default_entry(component: &Component) -> String {
    let commands = component.exports().iter().map(|export| export.name.as_str()).filter(|name| is_command(name));
    commands.max().map_or_else(|| "run()".to_owned(), |name| format!("{name}#run()"))
}

impl Job<'_> {
    /// Runs it under a chooser.
    pub(crate) fn run(&self, chooser: impl Chooser + 'static) -> Result<Ran, Stop> {
        let ran = self.run_quietly(chooser)?;
        let left_over = Host::finish(&ran.store);
        if !matches!(ran.result, Err(Error::Divergence(_))) {
            left_over?;
        }
        Ok(ran)
    }

    /// Runs it under a chooser, and prints nothing that a virtual host kept.
    pub(crate) fn run_quietly(&self, chooser: impl Chooser + 'static) -> Result<Ran, Stop> {
        let engine = self.switches.engine()?;
        let component = component(&engine, self.path, self.bytes)?;
        let mut store = Store::new(&engine);
        store.set_chooser(chooser);
        self.set_tracer(&mut store)?;
        self.host.set(&mut store, &component)?;
        let entry = self.entry.map_or_else(|| default_entry(&component), str::to_owned);
        let result = self.call(&component, &mut store, &entry);
        store.clear_tracer();
        let result = match result {
            Err(Stop::Run(error, _)) => Err(error),
            Err(stop @ (Stop::Usage(_) | Stop::Help(_))) => return Err(stop),
            Ok(vals) => Ok(vals),
        };
        Ok(Ran { result, store, entry })
    }

    fn set_tracer(&self, store: &mut Store) -> Result<(), Stop> {
        match self.trace {
            None => {}
            Some(TraceTo::Stderr) => {
                store.set_tracer(TextTracer::new(std::io::stderr()));
            }
            Some(TraceTo::File(path)) => {
                let file = std::fs::File::create(path).map_err(|error| Stop::file(path, &error))?;
                store.set_tracer(TextTracer::new(std::io::BufWriter::new(file)));
            }
        }
        Ok(())
    }

    fn call(&self, component: &Component, store: &mut Store, entry: &str) -> Result<Vec<Val>, Stop> {
        let mut linker = Linker::new();
        linker.define_unknown_imports_as_traps();
        let instance = linker.instantiate(store, component)?;
        let call = invoke::parse(store, &instance, entry)?;
        let vals = call.func.call(store, &call.args)?;
        if self.drain {
            store.drain()?;
        }
        Ok(vals)
    }

    /// What is written of a run.
    pub(crate) fn schedule(&self, ran: &Ran, strategy: Strategy) -> Schedule {
        let fuel = self.switches.parse().unwrap_or_default().fuel;
        let mut switches = self.switches.wasm.clone();
        if self.drain {
            switches.push(DRAIN.to_owned());
        }
        let limits: BTreeMap<String, u64> = fuel.map(|fuel| ("fuel".to_owned(), fuel)).into_iter().collect();
        Schedule {
            header: Header {
                tool: format!("raddle {}", env!("CARGO_PKG_VERSION")),
                program: Program::new(self.path.display().to_string(), self.bytes),
                call: explore::Call { entry: ran.entry.clone(), arguments: self.host.args.clone() },
                host: self.host.part(),
                config: explore::Config { switches, limits, revision: syntax::revision::COMMIT.to_owned() },
                strategy,
            },
            picks: ran.store.picks().to_vec(),
            answers: Host::answers(&ran.store),
            footer: footer(ran),
        }
    }
}

/// How a run ended.
pub(crate) fn footer(ran: &Ran) -> Footer {
    Footer {
        outcome: outcome_word(ran.result.as_ref().map(|_| ())),
        state_hash: ran.store.state_hash(),
        points: ran.store.points(),
    }
}
