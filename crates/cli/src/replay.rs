//! `raddle replay`: runs what a schedule file recorded, and compares how it ends.
//!
//! Spec: none. Replay is strict: it stops at the first point whose alternatives are not those that were recorded. With
//! `--prefix` it is strict as far as that, and goes on by itself.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use choice::{Divergence, First, Pick, Prefix, Seeded};
use clap::Args;
use explore::{Schedule, Strategy as Made};
use raddle::Error;
use raddle::explore::{Kind, Outcome};

use crate::common::{Stop, Switches, print, read, schedule};
use crate::explore::Target;
use crate::host::Host;
use crate::record::{DRAIN, Job, Ran, TraceTo, footer};
use crate::run::Any;

/// Runs a recorded schedule again.
#[derive(Args)]
pub(crate) struct Replay {
    /// The schedule file.
    schedule: PathBuf,
    /// Another file than the one that was recorded.
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
    /// Write a line for every built-in call, copy, event and choice, to stderr or to a file.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    trace: Option<PathBuf>,
    /// Make each pick at the anchor nearest to the recorded one, look around that for the recorded outcome, and say what was
    /// moved and what was dropped. Exit code 1 when the outcome is another one.
    #[arg(long, conflicts_with = "trace")]
    lenient: bool,
    /// Make only the first N picks, strictly; from there on every choice takes its default, or what --seed draws. Nothing is
    /// compared: it prints what the run comes to, and exit codes are those of `raddle run`.
    #[arg(long, value_name = "N", conflicts_with_all = ["lenient", "alternatives"])]
    prefix: Option<usize>,
    /// With --prefix: from there on, pick at random from this seed.
    #[arg(long, value_name = "N", requires = "prefix")]
    seed: Option<u64>,
    /// With --prefix: write the picks of the whole run that were not the default to this file.
    #[arg(long, value_name = "FILE", requires = "prefix")]
    record: Option<PathBuf>,
    /// Show the choices of the run: who could have run at each, and where each alternative leads.
    #[arg(long, conflicts_with_all = ["trace", "lenient"])]
    alternatives: bool,
    /// With --alternatives: how many states are searched for where an alternative leads; beyond, it says what follows by default.
    #[arg(long, value_name = "N", default_value_t = 20_000, requires = "alternatives")]
    states: u64,
}

/// How many choices are shown.
const MOST_STATIONS: usize = 200;

impl Replay {
    pub(crate) fn run(self) -> Result<ExitCode, Stop> {
        let schedule = schedule(&self.schedule)?;
        if self.lenient || self.alternatives {
            return self.look(&schedule);
        }
        let path = self.component.clone().unwrap_or_else(|| recorded_path(&self.schedule, &schedule));
        let bytes = read(&path)?;
        if !schedule.header.program.is(&bytes) {
            eprintln!("warning: {}: not the bytes that were recorded", path.display());
        }
        let (switches, drain) = recorded_switches(&schedule);
        let trace = self.trace.as_deref().map(TraceTo::new);
        let host = Host::recorded(&self.schedule, &schedule)?;
        let job = Job {
            path: &path,
            bytes: &bytes,
            switches: &switches,
            entry: Some(&schedule.header.call.entry),
            host: &host,
            trace: trace.as_ref(),
            drain,
        };
        if let Some(count) = self.prefix {
            return self.go_on(&job, &schedule, count);
        }
        let ran = job.run(choice::Replay::new(schedule.picks.clone()))?;
        self.compare(&schedule, &ran)
    }

    /// Makes the first picks, and goes on from there.
    fn go_on(&self, job: &Job<'_>, schedule: &Schedule, count: usize) -> Result<ExitCode, Stop> {
        let Some(picks) = schedule.picks.get(..count) else {
            let (file, most) = (self.schedule.display(), schedule.picks.len());
            return Err(Stop::usage(format!("--prefix: expected at most {most}, the picks of {file}, found {count}")));
        };
        let then = Any(match self.seed {
            Some(seed) => Box::new(Seeded::new(seed)),
            None => Box::new(First),
        });
        let ran = job.run(Prefix::new(picks.to_vec(), then))?;
        went_along(picks, &ran)?;
        if let Some(path) = &self.record {
            let generator = self.seed.map(|_| Seeded::GENERATOR.to_owned());
            let made = Made { name: format!("prefix:{count}"), seed: self.seed, generator };
            job.schedule(&ran, made).write(path).map_err(|error| Stop::usage(error.to_string()))?;
        }
        let recorded = self.record.as_ref().map(|path| path.display().to_string());
        ran.show().map_err(|error| Stop::Run(error, recorded))
    }

    /// Replays in the explorer, which can do more than follow.
    fn look(&self, schedule: &Schedule) -> Result<ExitCode, Stop> {
        let target = Target::recorded(&self.schedule, schedule, self.component.as_deref())?;
        if self.alternatives {
            let recorded = target.subject.replay_path(&schedule.picks)?;
            let stations = target.subject.preview(&recorded, (MOST_STATIONS, self.states))?;
            print(&explore::words::stations_text(&stations));
            return Ok(ExitCode::SUCCESS);
        }
        let expected = self.recorded_outcome(&target, schedule)?;
        let is_same = |found: &Outcome| match &expected {
            Some(expected) => expected == found,
            None => recorded_word(found) == schedule.footer.outcome,
        };
        let near = target.subject.near(&schedule.picks, is_same)?;
        let outcome = &near.recorded.outcome;
        print(&format!("{outcome}\n"));
        for (from, to) in &near.moved {
            print(&format!("moved: {from} -> {to}\n"));
        }
        for anchor in &near.dropped {
            print(&format!("dropped: {anchor}\n"));
        }
        if near.is_same {
            return Ok(ExitCode::SUCCESS);
        }
        let expected = expected.map_or_else(|| schedule.footer.outcome.clone(), |expected| expected.to_string());
        eprintln!(
            "error: the run came out differently: expected {expected}, found {outcome}, the nearest of {} tried",
            near.tried
        );
        Ok(ExitCode::from(1))
    }

    /// The outcome that was recorded, if the program that was recorded is still there: files hold the kind of end only.
    fn recorded_outcome(&self, target: &Target, schedule: &Schedule) -> Result<Option<Outcome>, Stop> {
        let program = &schedule.header.program;
        let replay = |target: &Target| target.subject.replay(&schedule.picks).map(|recorded| recorded.outcome);
        if program.is(&target.bytes) {
            return Ok(Some(replay(target)?));
        }
        let path = recorded_path(&self.schedule, schedule);
        if !std::fs::read(&path).is_ok_and(|bytes| program.is(&bytes)) {
            return Ok(None);
        }
        Ok(Some(replay(&Target::recorded(&self.schedule, schedule, None)?)?))
    }

    fn compare(&self, schedule: &Schedule, ran: &Ran) -> Result<ExitCode, Stop> {
        went_along(&schedule.picks, ran)?;
        let (expected, found) = (&schedule.footer, footer(ran));
        let shown = ran.show();
        if *expected != found {
            eprintln!(
                "error: the run came out differently: expected {} with state {:032x}, found {} with state {:032x}",
                expected.outcome, expected.state_hash, found.outcome, found.state_hash
            );
            return Ok(ExitCode::from(1));
        }
        eprintln!("same outcome ({}) and same state ({:032x}) as recorded", found.outcome, found.state_hash);
        shown.map_err(|error| Stop::Run(error, Some(self.schedule.display().to_string())))
    }
}

/// A run that was to make these picks has made them all.
fn went_along(picks: &[Pick], ran: &Ran) -> Result<(), Stop> {
    if let Err(error @ (Error::Divergence(_) | Error::Bug(_))) = &ran.result {
        return Err(Stop::Run(error.clone(), None));
    }
    if let Some(missed) = picks.get(ran.store.picks().len()) {
        let (anchor, expected) = (missed.anchor.clone(), missed.alternatives.clone());
        let divergence = Divergence { anchor, expected, found: Vec::new() };
        return Err(Stop::Run(Error::Divergence(divergence), None));
    }
    Ok(())
}

/// What an outcome is called in schedule files.
fn recorded_word(outcome: &Outcome) -> String {
    match outcome.kind {
        Kind::Returned | Kind::Cancelled | Kind::Leak => "returned".to_owned(),
        Kind::Deadlock | Kind::Livelock | Kind::Diverged => outcome.text.clone(),
        Kind::Trap | Kind::Exit | Kind::Limit => outcome.text.replacen('(', " ", 1).trim_end_matches(')').to_owned(),
    }
}

/// The path of the program in a schedule file, from here or from beside the file.
pub(crate) fn recorded_path(file: &Path, schedule: &Schedule) -> PathBuf {
    beside(file, Path::new(&schedule.header.program.path))
}

/// A path that a file names: from here or, if it is not there, from beside the file.
pub(crate) fn beside(file: &Path, path: &Path) -> PathBuf {
    match file.parent().map(|folder| folder.join(path)) {
        Some(beside) if !path.exists() && beside.exists() => beside,
        Some(_) | None => path.to_owned(),
    }
}

/// The switches in a schedule file, and whether the run went on until nothing was ready.
pub(crate) fn recorded_switches(schedule: &Schedule) -> (Switches, bool) {
    let mut switches = Switches { wasm: schedule.header.config.switches.clone() };
    let drain = switches.wasm.iter().any(|switch| switch == DRAIN);
    switches.wasm.retain(|switch| switch != DRAIN);
    (switches, drain)
}
