//! `raddle explore --wast`: does the verdict of a script depend on the schedule?
//!
//! Spec: none; exit codes as for `raddle explore`: 1 when a verdict depends on the schedule, 2 for a script that cannot be
//! read, 3 when none does but not all schedules were searched.

use std::path::Path;
use std::process::ExitCode;

use raddle_wast::{Options, Runner, find_scripts};

use crate::common::{Parsed, Stop, Switches, print};

/// How many states of each instance are searched unless a number is given.
const STATES: u64 = 400_000;

/// Certifies one script, or all in a folder.
pub(crate) fn run(path: &Path, switches: &Switches, states: Option<u64>, json: bool) -> Result<ExitCode, Stop> {
    let Parsed { features, fuel, limits } = switches.parse()?;
    let mut options = Options { features, limits, ..Options::default() };
    options.fuel = fuel.unwrap_or(options.fuel);
    let runner = Runner::new(options);
    let states = usize::try_from(states.unwrap_or(STATES)).unwrap_or(usize::MAX);
    let (mut certificates, mut depend, mut bounded) = (Vec::new(), 0, 0);
    for file in find_scripts(path).map_err(|error| Stop::file(path, &error))? {
        let certificate = runner.certify_file(&file, states);
        if let Some(error) = &certificate.error {
            return Err(Stop::usage(format!("{}: {error}", certificate.path)));
        }
        depend += usize::from(certificate.depends());
        bounded += usize::from(!certificate.is_complete());
        if !json {
            print(&format!("{certificate}\n"));
        }
        certificates.push(certificate);
    }
    if json {
        let text = raddle_wast::to_json(&certificates).map_err(|error| Stop::usage(format!("--json: {error}")))?;
        print(&format!("{text}\n"));
    } else {
        let count = certificates.len();
        print(&format!("{count} scripts: {depend} depend on the schedule, {bounded} not searched completely\n"));
    }
    Ok(match (depend, bounded) {
        (0, 0) => ExitCode::SUCCESS,
        (0, _) => ExitCode::from(3),
        (_, _) => ExitCode::from(1),
    })
}
