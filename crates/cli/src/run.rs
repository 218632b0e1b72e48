//! `raddle run`: runs a component, or a function of a core module.
//!
//! Spec: none. Without a seed or schedule every choice takes its default.

use std::path::PathBuf;
use std::process::ExitCode;

use choice::{Chooser, First, Replay, Seeded};
use clap::Args;
use explore::Strategy;

use crate::common::{Stop, Switches, read, schedule};
use crate::host::{Grants, Host};
use crate::record::{Job, Ran, TraceTo};
use crate::run_core;

/// Runs a component, or calls a function of a core module.
///
/// A core module imports nothing, and leaves no order open: of the flags it takes `--invoke` and `-W`.
#[derive(Args)]
pub(crate) struct Run {
    /// The component or core module: `.wasm`, `.wat`, or the first component of a `.wast` script.
    path: PathBuf,
    /// Arguments of the guest.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
    /// The function to call, with arguments in WAVE: `name(1, "x")`; `instance#name()` for one inside an instance. By
    /// default `run` of an exported `wasi:cli/run`, or else an exported `run`. For a core module arguments are numbers:
    /// `name(1, -0x2, inf)`; by default `_start`, or else `run`.
    #[arg(long, value_name = "CALL")]
    invoke: Option<String>,
    /// Pick at random from this seed.
    #[arg(long, value_name = "N", conflicts_with = "schedule")]
    seed: Option<u64>,
    /// Pick what this schedule file says.
    #[arg(long, value_name = "FILE")]
    schedule: Option<PathBuf>,
    /// Write the picks that were not the default to this file.
    #[arg(long, value_name = "FILE")]
    record: Option<PathBuf>,
    /// Write a line for every built-in call, copy, event and choice, to stderr or to a file.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    trace: Option<PathBuf>,
    /// Under a seed, draw data choices, too: the sign of NaNs, whether memories and tables grow, what relaxed instructions give.
    #[arg(long, requires = "seed")]
    data_choices: bool,
    /// After the call has returned, go on until nothing is ready.
    #[arg(long)]
    drain: bool,
    /// Say what is left in any table at the end (implies --drain).
    #[arg(long)]
    check_leaks: bool,
    #[command(flatten)]
    grants: Grants,
    #[command(flatten)]
    switches: Switches,
}

/// Follows a chooser that is known only at run time.
pub(crate) struct Any(pub(crate) Box<dyn Chooser>);

impl Chooser for Any {
    fn choose(&mut self, point: &choice::ChoicePoint, names: &dyn choice::Names) -> Result<usize, choice::Divergence> {
        self.0.choose(point, names)
    }

    fn varies(&self, kind: choice::ChoiceKind) -> bool {
        self.0.varies(kind)
    }
}

impl Run {
    pub(crate) fn run(self) -> Result<ExitCode, Stop> {
        let bytes = read(&self.path)?;
        if raddle::core::Module::is_module(&bytes) {
            self.takes_no_other_flags()?;
            return run_core::run(&self.switches.engine()?, &self.path, &bytes, self.invoke.as_deref());
        }
        let trace = self.trace.as_deref().map(TraceTo::new);
        let host = Host::new(&self.grants, &self.path, &self.args)?;
        let job = Job {
            path: &self.path,
            bytes: &bytes,
            switches: &self.switches,
            entry: self.invoke.as_deref(),
            host: &host,
            trace: trace.as_ref(),
            drain: self.drain || self.check_leaks,
        };
        let (chooser, strategy) = self.chooser()?;
        let ran = job.run(chooser)?;
        if let Some(path) = &self.record {
            job.schedule(&ran, strategy).write(path).map_err(|error| Stop::usage(error.to_string()))?;
        }
        self.show(&ran)
    }

    /// Flags that mean nothing for a core module are a mistake.
    fn takes_no_other_flags(&self) -> Result<(), Stop> {
        let flags = [
            ("--seed", self.seed.is_some()),
            ("--schedule", self.schedule.is_some()),
            ("--record", self.record.is_some()),
            ("--trace", self.trace.is_some()),
            ("--drain", self.drain),
            ("--check-leaks", self.check_leaks),
            ("--virtual", self.grants.is_virtual),
            ("--env", !self.grants.env.is_empty()),
            ("--dir", !self.grants.dir.is_empty()),
            ("--host", self.grants.host.is_some()),
            ("arguments of the guest", !self.args.is_empty()),
        ];
        match flags.iter().find(|(_, is_set)| *is_set) {
            None => Ok(()),
            Some((flag, _)) => Err(Stop::file(
                &self.path,
                &format!("{flag}: expected a component, found a core module, which takes only --invoke and -W"),
            )),
        }
    }

    fn chooser(&self) -> Result<(Any, Strategy), Stop> {
        let strategy = |name: &str| Strategy { name: name.to_owned(), seed: None, generator: None };
        Ok(match (self.seed, &self.schedule) {
            (Some(seed), _) => {
                let generator = Some(Seeded::GENERATOR.to_owned());
                let seeded = if self.data_choices { Seeded::with_data(seed) } else { Seeded::new(seed) };
                (Any(Box::new(seeded)), Strategy { seed: Some(seed), generator, ..strategy("random") })
            }
            (None, Some(path)) => {
                let schedule = schedule(path)?;
                (Any(Box::new(Replay::new(schedule.picks))), strategy("schedule"))
            }
            (None, None) => (Any(Box::new(First)), strategy("first")),
        })
    }

    fn show(&self, ran: &Ran) -> Result<ExitCode, Stop> {
        let record = self.record.as_ref().map(|path| path.display().to_string());
        let code = ran.show().map_err(|error| Stop::Run(error, record))?;
        if self.check_leaks {
            eprint!("{}", trace::leaks(&ran.store.leaks()));
        }
        Ok(code)
    }
}
