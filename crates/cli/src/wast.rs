//! `raddle wast`: runs script files.
//!
//! Spec: none; exit code 1 when a directive failed, 137 when an invariant of ours broke.

use std::ops::Range;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use raddle_wast::{Options, Report, Runner, find_scripts};

use crate::common::{Parsed, Stop, Switches, print};

/// Runs script files (.wast), core and component.
#[derive(Args)]
pub(crate) struct Wast {
    /// Files, or folders in which all `.wast` files are run.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Also run each file under each of these seeds, and name those whose verdict depends on the schedule.
    #[arg(long, value_name = "A..B", value_parser = range)]
    seeds: Option<Range<u64>>,
    /// Write everything to this file as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    #[command(flatten)]
    switches: Switches,
}

/// Reads a half-open range.
pub(crate) fn range(text: &str) -> Result<Range<u64>, String> {
    let number = |text: &str| text.parse::<u64>().map_err(|error| format!("`{text}`: {error}"));
    match text.split_once("..") {
        Some((first, end)) => Ok(number(first)?..number(end)?),
        None => Err("expected A..B, which is half-open".to_owned()),
    }
}

impl Wast {
    pub(crate) fn run(self) -> Result<ExitCode, Stop> {
        let Parsed { features, fuel, limits } = self.switches.parse()?;
        let seeds = self.seeds.clone().unwrap_or(0..0);
        let mut options = Options { features, limits, seeds, ..Options::default() };
        options.fuel = fuel.unwrap_or(options.fuel);
        let runner = Runner::new(options);
        let mut files = Vec::new();
        for path in &self.paths {
            files.extend(find_scripts(path).map_err(|error| Stop::file(path, &error))?);
        }
        let mut report = Report::default();
        for file in files {
            let file = runner.run_file(&file);
            print(&format!("{file}\n"));
            report.add(file);
        }
        if self.seeds.is_some() {
            let dependent = report.summary.schedule_dependent;
            print(&format!("{dependent} files have a verdict that depends on the schedule\n"));
        }
        print(&format!("{}\n", report.summary));
        if let Some(path) = &self.json {
            let json = report.to_json().map_err(|error| Stop::usage(format!("--json: {error}")))?;
            std::fs::write(path, json + "\n").map_err(|error| Stop::file(path, &error))?;
        }
        Ok(match (report.summary.bugs, report.summary.failed) {
            (0, 0) => ExitCode::SUCCESS,
            (0, _) => ExitCode::from(1),
            (_, _) => ExitCode::from(137),
        })
    }
}
