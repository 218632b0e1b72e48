//! `raddle wast`: runs script files.
//!
//! Spec: none; exit code 1 when a directive failed, 137 when an invariant of ours broke.

use std::io::Write as _;
use std::ops::Range;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use raddle_wast::{Options, Report, Runner, find_scripts};

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
}

fn range(text: &str) -> Result<Range<u64>, String> {
    let number = |text: &str| text.parse::<u64>().map_err(|error| format!("{text:?}: {error}"));
    match text.split_once("..") {
        Some((first, end)) => Ok(number(first)?..number(end)?),
        None => Err("expected A..B, half-open".to_owned()),
    }
}

impl Wast {
    pub(crate) fn run(self) -> ExitCode {
        let options = Options { seeds: self.seeds.clone().unwrap_or(0..0), ..Options::default() };
        let runner = Runner::new(options);
        let mut report = Report::default();
        let mut out = std::io::stdout().lock();
        for path in &self.paths {
            let files = match find_scripts(path) {
                Ok(files) => files,
                Err(error) => {
                    eprintln!("error: {}: {error}", path.display());
                    return ExitCode::from(2);
                }
            };
            for file in files {
                let file = runner.run_file(&file);
                let _ = writeln!(out, "{file}");
                report.add(file);
            }
        }
        let _ = writeln!(out, "{}", report.summary);
        if report.summary.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(1) }
    }
}
