//! `raddle shrink`: a smaller schedule with the same outcome.
//!
//! Spec: none. The smallest one, with proof, where the states allow it; else one in which no pick can be left out.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use explore::Strategy as Made;

use crate::common::{Stop, print, schedule};
use crate::explore::target::Target;

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

impl Shrink {
    pub(crate) fn run(self) -> Result<ExitCode, Stop> {
        let schedule = schedule(&self.schedule)?;
        let target = Target::recorded(&self.schedule, &schedule, None)?;
        let before = schedule.picks.len();
        let (path, proven) = target.subject.shrink(&schedule.picks, self.states)?;
        let recorded = target.subject.record(&path)?;
        let proof = if proven { "proven: no schedule with fewer comes to this" } else { "shrunk, not proven" };
        let (after, outcome) = (recorded.picks.len(), recorded.outcome);
        let made = Made { name: "shrink".to_owned(), seed: None, generator: None };
        let smaller = target.schedule(recorded.picks, made)?;
        let output = self.output.as_ref().unwrap_or(&self.schedule);
        smaller.write(output).map_err(|error| Stop::usage(error.to_string()))?;
        print(&format!("{outcome}: {before} choices before, {after} now ({proof})\n"));
        Ok(ExitCode::SUCCESS)
    }
}
