//! `raddle explore`: which outcomes a component can have under all schedules, and the smallest schedule of each.
//!
//! Spec: none; the JSON object is described in `docs/explore-json.md`. Exploring always takes a virtual host.

mod shrink;
mod target;
mod units;
mod watch;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use explore::task::Task;
use explore::words::Style;
use explore::written::{rest_from_json, rest_to_json};
use explore::{Exploration, HostKind, Strategy as Made};
use raddle::explore::{Budget, Found, Kind, Options, Rest, Strategy};
use serde_json::{Value, json};

pub(crate) use self::shrink::Shrink;
pub(crate) use self::target::Target;
use self::watch::Looking;
use crate::certify;
use crate::common::{Stop, Switches, print, read};
use crate::host::{Grants, Host};

/// How many explanations are printed.
const MOST_EXPLAINED: usize = 3;

/// How many states a search for a point of no return may take.
const NO_RETURN_STATES: u64 = 50_000;

/// How many states a unit of a search may see when nothing is said; what is left over may see twice as many.
const UNIT_STATES: u64 = 50_000;

/// How many runs are made in units when nothing is said.
const UNIT_RUNS: u64 = 100_000;

/// The format of files to go on from.
const REST: &str = "raddle-rest/1";

/// Which outcomes a component can have, how often each comes out, and the smallest schedule of each. Exit codes: 0 no
/// failure, 1 a failure or an outcome that depends on the schedule, 3 not complete without failure.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true, after_help = STRATEGIES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Explore {
    #[command(subcommand)]
    command: Option<Sub>,
    /// The component: `.wasm`, `.wat`, or the first one of a `.wast` script.
    #[arg(required_unless_present_any = ["unit", "resume"])]
    path: Option<PathBuf>,
    /// Arguments of the guest.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
    /// The function to call, as for `raddle run`.
    #[arg(long, value_name = "CALL")]
    invoke: Option<String>,
    /// portfolio, random, pct:D, pos, surw, dfs, dfs:DEPTH, dpor or states; see below.
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
    /// How much a search over states may keep: `500MiB`, `4GiB`, or bytes; beyond, it gives way to sampling, and says so.
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    memory: Option<u64>,
    /// When all states were searched, in how many schedules at most the classes of equivalent ones are counted.
    #[arg(long, value_name = "N", default_value_t = Options::default().classes)]
    classes: u64,
    /// Everything, without a bound of time; by states unless a strategy is given.
    #[arg(long)]
    exhaustive: bool,
    /// The path is a script, or a folder of scripts: says of each whether its verdict depends on the schedule.
    #[arg(long, conflicts_with_all = ["invoke", "strategy", "runs", "time", "expect", "schedules", "check_leaks", "units", "resume"])]
    wast: bool,
    /// On how many threads samplers run; what is found does not depend on it.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    jobs: u16,
    /// What samplers draw from.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// What makes two runs differ: `host-order` adds the order in which the host was called to result and output.
    #[arg(long, value_name = "WHAT", default_value = "result")]
    outcome: What,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Draw no line with the progress.
    #[arg(long)]
    quiet: bool,
    /// What is left in any table at the end is a failure.
    #[arg(long)]
    check_leaks: bool,
    /// An outcome that is right, as it is spelled in reports; all others are failures. Can be given more than once.
    #[arg(long, value_name = "OUTCOME")]
    expect: Vec<String>,
    /// Write the smallest schedule of each outcome but the default one to a file in this folder.
    #[arg(long, value_name = "FOLDER")]
    schedules: Option<PathBuf>,
    /// Where to write how far it is, to go on from, on Ctrl-C or at the end of a budget; on Ctrl-C else PATH.rest.
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// Go on from such a file; what is explored is in it, how much may be done is not.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["path", "invoke", "strategy", "seed", "check_leaks", "outcome"])]
    resume: Option<PathBuf>,
    /// Explore nothing, but divide it into units of work in the folder of --out: so many ranges of --runs, or a search whose
    /// units see --states each.
    #[arg(long, value_name = "N", requires = "out")]
    units: Option<u64>,
    /// Do this unit, and write its result and the units that are left over to the folder of --out.
    #[arg(long, value_name = "FILE", requires = "out", conflicts_with_all = ["path", "units", "resume"])]
    unit: Option<PathBuf>,
    /// The folder of units and results.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    grants: Grants,
    #[command(flatten)]
    switches: Switches,
}

#[derive(Subcommand)]
enum Sub {
    Merge(units::Merge),
}

/// What makes two runs differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// Result or rule, and output.
    Result,
    /// These, and the order of host calls.
    HostOrder,
}

const STRATEGIES: &str = "\
Strategies:
  portfolio   states up to a bound, then the samplers in turns (the default)
  random      every choice at random
  pct:D       priorities that change D - 1 times, for bugs of depth D
  pos         partial order sampling: random priorities, anew for what races
  surw        threads in proportion to what they still have to do
  dfs[:N]     every schedule, branching on the first N choices
  dpor        one schedule, or few, of each class of equivalent ones
  states      every state once (the default of --exhaustive)
A recorded schedule is followed by `raddle replay`; bytes of a fuzzer by the function `samplers::Bytes` of the API.";

/// The number at the beginning of a text, and the unit after it.
fn number_and_unit<'t>(text: &'t str, example: &str) -> Result<(u64, &'t str), String> {
    let split = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number = number.parse().map_err(|_| format!("expected {example}, found `{text}`"))?;
    Ok((number, unit))
}

fn parse_time(text: &str) -> Result<Duration, String> {
    match number_and_unit(text, "a time such as `30s`")? {
        (number, "ms") => Ok(Duration::from_millis(number)),
        (number, "" | "s") => Ok(Duration::from_secs(number)),
        (number, "m") => Ok(Duration::from_secs(number.saturating_mul(60))),
        (number, "h") => Ok(Duration::from_secs(number.saturating_mul(3600))),
        (_, unit) => Err(format!("expected ms, s, m or h after the number, found `{unit}`")),
    }
}

/// A number of bytes.
fn parse_size(text: &str) -> Result<u64, String> {
    match number_and_unit(text, "a size such as `500MiB`")? {
        (number, "" | "B") => Ok(number),
        (number, "KiB") => Ok(number.saturating_mul(1 << 10)),
        (number, "MiB") => Ok(number.saturating_mul(1 << 20)),
        (number, "GiB") => Ok(number.saturating_mul(1 << 30)),
        (_, unit) => Err(format!("expected B, KiB, MiB or GiB after the number, found `{unit}`")),
    }
}

/// How a report is shown.
#[derive(Default)]
pub(crate) struct Shown {
    pub(crate) json: bool,
    pub(crate) explain: bool,
    pub(crate) expect: Vec<String>,
    pub(crate) schedules: Option<PathBuf>,
}

impl Shown {
    /// Whether an outcome counts as a failure.
    fn fails(&self, exploration: &Exploration, found: &Found) -> bool {
        if self.expect.is_empty() {
            return found.outcome.is_failure() || found.outcome != exploration.default;
        }
        !self.expect.contains(&found.outcome.text)
    }
}

/// Prints a report, writes schedule files, and gives the exit code.
pub(crate) fn show(target: &Target, exploration: &Exploration, shown: &Shown) -> Result<ExitCode, Stop> {
    let files = match &shown.schedules {
        None => Vec::new(),
        Some(folder) => write_schedules(target, exploration, folder)?,
    };
    let outcomes = &exploration.report.outcomes;
    if shown.json {
        let mut object = exploration.to_json();
        for (position, file) in files.iter().enumerate().filter(|(_, file)| !file.is_empty()) {
            object["outcomes"][position]["schedule"] = Value::from(file.as_str());
        }
        print(&format!("{object}\n"));
    } else {
        let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        let name = target.entry.split('(').next().unwrap_or_default();
        let call = name.rsplit('#').next().unwrap_or(name).to_owned();
        print(&exploration.to_text_in(&Style { call, files, colour }));
        if let Some(certificate) = exploration.certificate() {
            print(&format!("certificate: {certificate}\n"));
        }
        if shown.explain {
            explain(target, exploration, shown)?;
        }
    }
    let fails = outcomes.iter().any(|found| shown.fails(exploration, found));
    Ok(match (fails, exploration.report.complete) {
        (true, _) => ExitCode::from(1),
        (false, true) => ExitCode::SUCCESS,
        (false, false) => ExitCode::from(3),
    })
}

fn explain(target: &Target, exploration: &Exploration, shown: &Shown) -> Result<(), Stop> {
    let states = if exploration.report.complete { NO_RETURN_STATES } else { 0 };
    let found = exploration.report.outcomes.iter();
    let failing = found.filter(|found| shown.fails(exploration, found) && found.outcome.kind != Kind::Livelock);
    for found in failing.take(MOST_EXPLAINED) {
        let explanation = target.subject.explain(&found.path, states)?;
        print(&format!("\n{}", explanation.to_text()));
    }
    Ok(())
}

/// Writes the smallest schedules; gives the names of the files, which are empty for the default schedule.
fn write_schedules(target: &Target, exploration: &Exploration, folder: &Path) -> Result<Vec<String>, Stop> {
    std::fs::create_dir_all(folder).map_err(|error| Stop::file(folder, &error))?;
    let stem = target.path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let mut files = Vec::new();
    let mut number = 0;
    for found in &exploration.report.outcomes {
        if found.cost == 0 {
            files.push(String::new());
            continue;
        }
        number += 1;
        let picks = target.subject.record(&found.path)?.picks;
        let made = Made { name: exploration.report.strategy.clone(), seed: Some(exploration.seed), generator: None };
        let path = folder.join(format!("{stem}-{number}.sched"));
        target.schedule(picks, made)?.write(&path).map_err(|error| Stop::usage(error.to_string()))?;
        files.push(path.display().to_string());
    }
    Ok(files)
}

impl Explore {
    pub(crate) fn run(self) -> Result<ExitCode, Stop> {
        if let Some(Sub::Merge(merge)) = self.command {
            return merge.run();
        }
        if self.wast {
            let states = self.states.or(self.exhaustive.then_some(u64::MAX));
            let path = self.path.as_deref().unwrap_or(Path::new(""));
            return certify::run(path, &self.switches, states, self.json);
        }
        let out = self.out.clone().unwrap_or_default();
        if let Some(unit) = &self.unit {
            return units::work(unit, &out);
        }
        let (mut target, task, rest) = if let Some(file) = &self.resume { resumed(file)? } else { self.begun()? };
        target.subject.check_leaks(task.check_leaks).host_order(task.host_order);
        let options = self.options(&task).map_err(Stop::usage)?;
        if let Some(count) = self.units {
            let counts = (count, self.runs.unwrap_or(UNIT_RUNS), self.states.unwrap_or(UNIT_STATES));
            return units::make(&task, options.strategy, &out, counts);
        }
        let looking = Looking::new(self.quiet);
        target.subject.watch(Arc::<Looking>::clone(&looking));
        let (exploration, rest) = target.subject.explore_on(&options, rest)?;
        looking.finish();
        self.keep(&target, &task, rest.as_ref(), looking.is_interrupted())?;
        let explain = !looking.is_interrupted();
        let Self { json, expect, schedules, .. } = self;
        show(&target, &exploration, &Shown { json, explain, expect, schedules })
    }

    /// What is explored, as the flags say.
    fn begun(&self) -> Result<(Target, Task, Option<Rest>), Stop> {
        let path = self.path.as_deref().unwrap_or(Path::new(""));
        let mut host = Host::new(&self.grants, path, &self.args)?;
        host.kind = HostKind::Virtual;
        let target = Target::new(path, host, &self.switches, self.invoke.as_deref())?;
        let order = self.outcome == What::HostOrder;
        let task = target.task(&self.strategy().to_string(), self.seed, (self.check_leaks, order));
        Ok((target, task, None))
    }

    fn strategy(&self) -> Strategy {
        match self.strategy {
            Some(strategy) => strategy,
            None if self.exhaustive => Strategy::States,
            None => Options::default().strategy,
        }
    }

    fn options(&self, task: &Task) -> Result<Options, String> {
        let plain = Options::default();
        let bounds = &plain.budget;
        let (states, memory) = (self.states.or(bounds.states), self.memory.or(bounds.memory));
        let budget = if self.exhaustive || self.runs.is_some() || self.time.is_some() {
            Budget { runs: self.runs, states, time: self.time, memory }
        } else {
            Budget { states, memory, ..plain.budget }
        };
        let (strategy, jobs) = (task.strategy.parse()?, usize::from(self.jobs));
        Ok(Options { strategy, seed: task.seed, budget, jobs, classes: self.classes, ..plain })
    }

    /// Writes how far it is, where that is wanted or it was interrupted, and says how to go on.
    fn keep(&self, target: &Target, task: &Task, rest: Option<&Rest>, interrupted: bool) -> Result<(), Stop> {
        let file = match (&self.checkpoint, &self.resume) {
            (Some(file), _) => file.clone(),
            (None, Some(file)) if interrupted => file.clone(),
            (None, None) if interrupted => {
                let mut name = target.path.file_name().unwrap_or_default().to_owned();
                name.push(".rest");
                PathBuf::from(name)
            }
            (None, Some(_) | None) => return Ok(()),
        };
        let Some(rest) = rest else { return Ok(()) };
        let object = json!({ "format": REST, "task": task, "rest": rest_to_json(rest) });
        units::write_whole(&file, &format!("{object}\n"))?;
        eprintln!("to go on: raddle explore --resume {}", file.display());
        Ok(())
    }
}

/// Reads a file to go on from.
fn resumed(file: &Path) -> Result<(Target, Task, Option<Rest>), Stop> {
    let wrong =
        |error: &dyn std::fmt::Display| Stop::usage(format!("{}: nothing to go on from: {error}", file.display()));
    let mut value: Value = serde_json::from_slice(&read(file)?).map_err(|error| wrong(&error))?;
    if value["format"] != REST {
        return Err(wrong(&format!("expected the format `{REST}`, found {}", value["format"])));
    }
    let task: Task = serde_json::from_value(value["task"].take()).map_err(|error| wrong(&error))?;
    let rest = rest_from_json(value["rest"].take()).map_err(|error| wrong(&error))?;
    Ok((Target::of_task(file, &task)?, task, Some(rest)))
}
