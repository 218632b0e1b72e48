//! What is explored, with what is needed to write files about it.

use std::path::{Path, PathBuf};

use explore::task::Task;
use explore::unit::Unit;
use explore::{Call, Config, HostKind, Program, Schedule, Strategy as Made};
use raddle::explore::Subject;
use raddle::{Linker, Pick, Store};

use crate::common::{Stop, Switches, component, read};
use crate::host::{Host, VirtualHost};
use crate::invoke;
use crate::record::{Job, default_entry};

/// What is explored.
pub(crate) struct Target {
    pub(crate) path: PathBuf,
    pub(crate) bytes: Vec<u8>,
    host: Host,
    switches: Switches,
    pub(crate) entry: String,
    pub(crate) subject: Subject<VirtualHost>,
}

impl Target {
    pub(crate) fn new(path: &Path, host: Host, switches: &Switches, entry: Option<&str>) -> Result<Self, Stop> {
        let bytes = read(path)?;
        let engine = switches.engine()?;
        let component = component(&engine, path, &bytes)?;
        let mut store = Store::new(&engine);
        host.set(&mut store, &component)?;
        let mut linker = Linker::new();
        linker.define_unknown_imports_as_traps();
        let instance = linker.instantiate(&mut store, &component)?;
        let entry = entry.map_or_else(|| default_entry(&component), str::to_owned);
        let call = invoke::parse(&store, &instance, &entry)?;
        let subject = Subject::new(store, &call.func, &call.args)?;
        Ok(Self { path: path.to_owned(), bytes, host, switches: switches.clone(), entry, subject })
    }

    /// What a schedule file was recorded from, or another version of it.
    pub(crate) fn recorded(file: &Path, schedule: &Schedule, component: Option<&Path>) -> Result<Self, Stop> {
        if schedule.header.host.kind != HostKind::Virtual {
            return Err(Stop::usage("expected a schedule of a virtual host, found one of the system"));
        }
        let path = component.map_or_else(|| crate::replay::recorded_path(file, schedule), Path::to_owned);
        if component.is_none() && !schedule.header.program.is(&read(&path)?) {
            eprintln!("warning: {}: not the bytes that were recorded", path.display());
        }
        let switches = crate::replay::recorded_switches(schedule).0;
        let entry = schedule.header.call.entry.clone();
        Self::new(&path, Host::recorded(file, schedule)?, &switches, Some(&entry))
    }

    /// What a task in a file is about. The program must be the one that the file means.
    pub(crate) fn of_task(file: &Path, task: &Task) -> Result<Self, Stop> {
        let path = crate::replay::beside(file, Path::new(&task.program.path));
        let bytes = read(&path)?;
        if !task.program.is(&bytes) {
            return Err(Stop::usage(format!(
                "{}: expected the program with the SHA-256 {}, found another one: make the files anew for this program",
                path.display(),
                task.program.sha256
            )));
        }
        let revision = syntax::revision::COMMIT;
        if task.config.revision != revision {
            return Err(Stop::usage(format!(
                "{}: expected the revision {revision} of the specification, found {}",
                file.display(),
                task.config.revision
            )));
        }
        let host = task.host().map_err(|error| Stop::file(file, &error))?;
        let host = Host::of_parts(file, &host, &task.call.arguments)?;
        let switches = Switches { wasm: task.config.switches.clone() };
        let mut target = Self::new(&path, host, &switches, Some(&task.call.entry))?;
        target.subject.check_leaks(task.check_leaks).host_order(task.host_order);
        Ok(target)
    }

    /// The task of exploring this.
    pub(crate) fn task(&self, strategy: &str, seed: u64, (check_leaks, host_order): (bool, bool)) -> Task {
        let limits = self.switches.parse().ok().and_then(|parsed| parsed.fuel);
        Task {
            program: Program::new(self.path.display().to_string(), &self.bytes),
            call: Call { entry: self.entry.clone(), arguments: self.host.args.clone() },
            host: explore::schedule::HostPart::new(&self.host.part()),
            config: Config {
                switches: self.switches.wasm.clone(),
                limits: limits.map(|fuel| ("fuel".to_owned(), fuel)).into_iter().collect(),
                revision: syntax::revision::COMMIT.to_owned(),
            },
            strategy: strategy.to_owned(),
            seed,
            check_leaks,
            host_order,
        }
    }

    /// The schedule file of recorded picks.
    pub(crate) fn schedule(&self, picks: Vec<Pick>, made: Made) -> Result<Schedule, Stop> {
        let job = Job {
            path: &self.path,
            bytes: &self.bytes,
            switches: &self.switches,
            entry: Some(&self.entry),
            host: &self.host,
            trace: None,
            drain: true,
        };
        let ran = job.run_quietly(choice::Replay::new(picks))?;
        Ok(job.schedule(&ran, made))
    }
}

/// Reads a unit.
pub(crate) fn read_unit(file: &Path) -> Result<Unit, Stop> {
    let text = String::from_utf8(read(file)?).map_err(|error| Stop::file(file, &error))?;
    Unit::parse(&text).map_err(|error| Stop::file(file, &error))
}
