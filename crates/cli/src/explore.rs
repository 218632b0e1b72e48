//! `raddle explore`: which outcomes a component can have under all schedules, and the smallest schedule of each; and `raddle
//! shrink`: a smaller schedule with the same outcome.
//!
//! Spec: none; the JSON object is described in `docs/explore.md`. Exploring always takes a virtual host.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use explore::{Exploration, HostKind, Schedule, Strategy as Made};
use raddle::explore::{Budget, Options, Outcome, Strategy, Subject};
use raddle::{Linker, Pick, Store};
use wasi::VirtualHost;

use crate::certify;
use crate::common::{Stop, Switches, component, print, read};
use crate::host::{Grants, Host};
use crate::invoke;
use crate::record::{Job, default_entry};

/// How many explanations are printed.
const MOST_EXPLAINED: usize = 3;

/// How many states a search for a point of no return may take.
const NO_RETURN_STATES: u64 = 50_000;

/// Which outcomes a component can have, how often each comes out, and the smallest schedule of each. Exit codes: 0 no
/// failure, 1 a failure or an outcome that depends on the schedule, 3 not complete without failure.
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Explore {
    /// The component: `.wasm`, `.wat`, or the first one of a `.wast` script.
    path: PathBuf,
    /// Arguments of the guest.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
    /// The function to call, as for `raddle run`.
    #[arg(long, value_name = "CALL")]
    invoke: Option<String>,
    /// portfolio, random, pct:D, pos, surw, dfs, dfs:DEPTH, dpor or states.
    #[arg(long, value_name = "STRATEGY")]
    strategy: Option<Strategy>,
    /// How many runs or schedules at most.
    #[arg(long, value_name = "N")]
    runs: Option<u64>,
    /// How long at most: `30s`, `5m`, `1h`, `500ms`.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    time: Option<Duration>,
    /// How many states are kept at most.
    #[arg(long, value_name = "N")]
    states: Option<u64>,
    /// Everything, without a bound of time; by states unless a strategy is given.
    #[arg(long)]
    exhaustive: bool,
    /// The path is a script, or a folder of scripts: says of each whether its verdict depends on the schedule.
    #[arg(long, conflicts_with_all = ["invoke", "strategy", "runs", "time", "expect", "schedules", "check_leaks"])]
    wast: bool,
    /// On how many threads samplers run; what is found does not depend on it.
    #[arg(long, value_name = "N", default_value_t = 1)]
    jobs: usize,
    /// What samplers draw from.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// What is left in any table at the end is a failure.
    #[arg(long)]
    check_leaks: bool,
    /// An outcome that is right, as it is spelled in reports; all others are failures. Can be given more than once.
    #[arg(long, value_name = "OUTCOME")]
    expect: Vec<String>,
    /// Write the smallest schedule of each outcome but the default one to a file in this folder.
    #[arg(long, value_name = "FOLDER")]
    schedules: Option<PathBuf>,
    #[command(flatten)]
    grants: Grants,
    #[command(flatten)]
    switches: Switches,
}

/// Makes a recorded schedule smaller while its outcome stays.
#[derive(Args)]
pub(crate) struct Shrink {
    /// The schedule file.
    schedule: PathBuf,
    /// Where the smaller schedule goes; by default it replaces the file.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// How many states the proof that none is smaller may take.
    #[arg(long, value_name = "N", default_value_t = 400_000)]
    states: u64,
}

fn parse_time(text: &str) -> Result<Duration, String> {
    let split = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: u64 = number.parse().map_err(|_| format!("expected a time such as `30s`, found `{text}`"))?;
    match unit {
        "ms" => Ok(Duration::from_millis(number)),
        "" | "s" => Ok(Duration::from_secs(number)),
        "m" => Ok(Duration::from_secs(number.saturating_mul(60))),
        "h" => Ok(Duration::from_secs(number.saturating_mul(3600))),
        _ => Err(format!("expected ms, s, m or h after the number, found `{unit}`")),
    }
}

/// What is explored, with what is needed to write schedules of it.
struct Target<'t> {
    path: &'t Path,
    bytes: Vec<u8>,
    host: Host,
    switches: &'t Switches,
    entry: String,
    subject: Subject<VirtualHost>,
}

impl<'t> Target<'t> {
    fn new(path: &'t Path, host: Host, switches: &'t Switches, entry: Option<&str>) -> Result<Self, Stop> {
        let bytes = read(path)?;
        let engine = switches.engine()?;
        let component = component(&engine, path, &bytes)?;
        let mut store = Store::new(&engine);
        host.set(&mut store);
        let mut linker = Linker::new();
        linker.define_unknown_imports_as_traps();
        let instance = linker.instantiate(&mut store, &component)?;
        let entry = entry.map_or_else(|| default_entry(&component), str::to_owned);
        let call = invoke::parse(&store, &instance, &entry)?;
        let subject = Subject::new(store, &call.func, &call.args)?;
        Ok(Self { path, bytes, host, switches, entry, subject })
    }

    /// The schedule file of recorded picks.
    fn schedule(&self, picks: Vec<Pick>, made: Made) -> Result<Schedule, Stop> {
        let job = Job {
            path: self.path,
            bytes: &self.bytes,
            switches: self.switches,
            entry: Some(&self.entry),
            host: &self.host,
            trace: None,
            drain: true,
        };
        let ran = job.run_quietly(choice::Replay::new(picks))?;
        Ok(job.schedule(&ran, made))
    }
}

impl Explore {
    pub(crate) fn run(self) -> Result<ExitCode, Stop> {
        if self.wast {
            let states = self.states.or(self.exhaustive.then_some(u64::MAX));
            return certify::run(&self.path, &self.switches, states, self.json);
        }
        let mut host = Host::new(&self.grants, &self.path, &self.args)?;
        host.kind = HostKind::Virtual;
        let mut target = Target::new(&self.path, host, &self.switches, self.invoke.as_deref())?;
        target.subject.check_leaks(self.check_leaks);
        let options = self.options();
        let exploration = target.subject.explore(&options)?;
        if self.json {
            print(&format!("{}\n", exploration.to_json()));
        } else {
            print(&exploration.to_text());
            if let Some(certificate) = exploration.certificate() {
                print(&format!("certificate: {certificate}\n"));
            }
            self.explain(&target, &exploration)?;
        }
        self.write(&target, &exploration)?;
        Ok(self.code(&exploration))
    }

    fn options(&self) -> Options {
        let plain = Options::default();
        let strategy = match self.strategy {
            Some(strategy) => strategy,
            None if self.exhaustive => Strategy::States,
            None => plain.strategy,
        };
        let states = self.states.or(plain.budget.states);
        let budget = if self.exhaustive || self.runs.is_some() || self.time.is_some() {
            Budget { runs: self.runs, states, time: self.time }
        } else {
            Budget { states, ..plain.budget }
        };
        Options { strategy, seed: self.seed, budget, jobs: self.jobs, ..plain }
    }

    /// Whether an outcome counts as a failure.
    fn fails(&self, exploration: &Exploration, outcome: &Outcome) -> bool {
        if self.expect.is_empty() {
            return outcome.is_failure() || *outcome != exploration.default;
        }
        !self.expect.contains(&outcome.text)
    }

    fn explain(&self, target: &Target<'_>, exploration: &Exploration) -> Result<(), Stop> {
        let states = if exploration.report.complete { NO_RETURN_STATES } else { 0 };
        let found = exploration.report.outcomes.iter();
        let livelock = |outcome: &Outcome| outcome.kind == raddle::explore::Kind::Livelock;
        let failing = found.filter(|found| self.fails(exploration, &found.outcome) && !livelock(&found.outcome));
        for found in failing.take(MOST_EXPLAINED) {
            let explanation = target.subject.explain(&found.path, states)?;
            print(&format!("\n{}", explanation.to_text()));
        }
        Ok(())
    }

    fn write(&self, target: &Target<'_>, exploration: &Exploration) -> Result<(), Stop> {
        let Some(folder) = &self.schedules else { return Ok(()) };
        std::fs::create_dir_all(folder).map_err(|error| Stop::file(folder, &error))?;
        let stem = self.path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        let mut number = 0;
        for found in &exploration.report.outcomes {
            if found.cost == 0 {
                continue;
            }
            number += 1;
            let picks = target.subject.record(&found.path)?.picks;
            let made = Made { name: exploration.report.strategy.clone(), seed: Some(self.seed), generator: None };
            let path = folder.join(format!("{stem}-{number}.sched"));
            let schedule = target.schedule(picks, made)?;
            schedule.write(&path).map_err(|error| Stop::usage(error.to_string()))?;
        }
        Ok(())
    }

    fn code(&self, exploration: &Exploration) -> ExitCode {
        let fails = exploration.report.outcomes.iter().any(|found| self.fails(exploration, &found.outcome));
        match (fails, exploration.report.complete) {
            (true, _) => ExitCode::from(1),
            (false, true) => ExitCode::SUCCESS,
            (false, false) => ExitCode::from(3),
        }
    }
}

impl Shrink {
    pub(crate) fn run(self) -> Result<ExitCode, Stop> {
        let schedule = Schedule::read(&self.schedule).map_err(|error| Stop::usage(error.to_string()))?;
        if schedule.header.host.kind != HostKind::Virtual {
            return Err(Stop::usage("expected a schedule of a virtual host, found one of the system"));
        }
        let path = crate::replay::recorded_path(&self.schedule, &schedule);
        let switches = crate::replay::recorded_switches(&schedule).0;
        let entry = schedule.header.call.entry.clone();
        let target = Target::new(&path, Host::recorded(&schedule)?, &switches, Some(&entry))?;
        let before = schedule.picks.len();
        let (path, proven) = target.subject.shrink(&schedule.picks, self.states)?;
        let recorded = target.subject.record(&path)?;
        let proof = if proven { "proven: none with fewer" } else { "not proven" };
        let (after, outcome) = (recorded.picks.len(), recorded.outcome);
        let made = Made { name: "shrink".to_owned(), seed: None, generator: None };
        let smaller = target.schedule(recorded.picks, made)?;
        let output = self.output.as_ref().unwrap_or(&self.schedule);
        smaller.write(output).map_err(|error| Stop::usage(error.to_string()))?;
        print(&format!("{outcome}: {before} choices before, {after} now ({proof})\n"));
        Ok(ExitCode::SUCCESS)
    }
}
