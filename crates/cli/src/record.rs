//! Running a call and what is kept of it: shared by `run` and `replay`.
//!
//! Spec: none; schedule files are described in `docs/schedule-files.md`.

use std::collections::BTreeMap;
use std::path::Path;

use choice::Chooser;
use explore::{Footer, Header, Host, HostKind, Program, Schedule, Strategy};
use raddle::{Component, Error, Linker, Store, Val};
use trace::TextTracer;

use crate::common::{Stop, Switches, component, outcome_word};
use crate::invoke;

/// What is run.
pub(crate) struct Job<'j> {
    pub(crate) path: &'j Path,
    pub(crate) bytes: &'j [u8],
    pub(crate) switches: &'j Switches,
    /// The call, as `--invoke` takes it.
    pub(crate) entry: &'j str,
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
}

impl Job<'_> {
    /// Runs it under a chooser.
    pub(crate) fn run(&self, chooser: impl Chooser + 'static) -> Result<Ran, Stop> {
        let engine = self.switches.engine()?;
        let component = component(&engine, self.path, self.bytes)?;
        let mut store = Store::new(&engine);
        store.set_chooser(chooser);
        self.set_tracer(&mut store)?;
        let result = self.call(&component, &mut store);
        store.clear_tracer();
        match result {
            Err(Stop::Run(error, _)) => Ok(Ran { result: Err(error), store }),
            Err(stop @ Stop::Usage(_)) => Err(stop),
            Ok(vals) => Ok(Ran { result: Ok(vals), store }),
        }
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

    fn call(&self, component: &Component, store: &mut Store) -> Result<Vec<Val>, Stop> {
        let mut linker = Linker::new();
        linker.define_unknown_imports_as_traps();
        let instance = linker.instantiate(store, component)?;
        let call = invoke::parse(store, &instance, self.entry)?;
        let vals = call.func.call(store, &call.args)?;
        if self.drain {
            store.drain()?;
        }
        Ok(vals)
    }

    /// What is written of a run.
    pub(crate) fn schedule(&self, ran: &Ran, strategy: Strategy) -> Schedule {
        let (_, fuel) = self.switches.parse().unwrap_or_default();
        let mut switches = self.switches.wasm.clone();
        if self.drain {
            switches.push(DRAIN.to_owned());
        }
        let limits: BTreeMap<String, u64> = fuel.map(|fuel| ("fuel".to_owned(), fuel)).into_iter().collect();
        Schedule {
            header: Header {
                tool: format!("raddle {}", env!("CARGO_PKG_VERSION")),
                program: Program::new(self.path.display().to_string(), self.bytes),
                call: explore::Call { entry: self.entry.to_owned(), arguments: Vec::new() },
                host: Host { kind: HostKind::Virtual, grants: Vec::new(), stdin: Vec::new() },
                config: explore::Config { switches, limits, revision: syntax::revision::COMMIT.to_owned() },
                strategy,
            },
            picks: ran.store.picks().to_vec(),
            answers: Vec::new(),
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
