//! What the commands share: switches, reading programs, and how a command ends.
//!
//! Spec: none.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use decode::Features;
use explore::Schedule;
use raddle::{Component, Config, Engine, Error};
use runtime::step::{Failure, Fault};
use wasm::Limits;

/// Why a command stops early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Bad flags or bad input.
    Usage(String),
    /// Only help was asked for.
    Help(String),
    /// A run that did not end well; if it was recorded, where.
    Run(Error, Option<String>),
}

impl Stop {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    /// An error that a file has to do with.
    pub(crate) fn file(path: &Path, error: &dyn std::fmt::Display) -> Self {
        Self::Usage(format!("{}: {error}", path.display()))
    }

    /// Tells why on stderr, and gives the exit code.
    pub(crate) fn report(self) -> ExitCode {
        let mut err = std::io::stderr().lock();
        let (text, code) = match self {
            Self::Help(text) => {
                print(&text);
                return ExitCode::SUCCESS;
            }
            Self::Usage(message) => (format!("error: {message}\n"), 2),
            Self::Run(error, schedule) => run_error(error, schedule.as_deref()),
        };
        let _ = err.write_all(text.as_bytes());
        ExitCode::from(code)
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Run(error, None)
    }
}

fn run_error(error: Error, schedule: Option<&str>) -> (String, u8) {
    match error {
        Error::Input(message) | Error::Link(message) => (format!("error: {message}\n"), 2),
        Error::Trap(trap, report) => (trace::failure(&Failure { fault: Fault::Trap(trap), report }, schedule), 134),
        Error::Deadlock(report) => (trace::deadlock(&report, schedule), 135),
        Error::Exit(code) => (String::new(), code),
        Error::Limit(limit) => (format!("error: limit reached: {limit}\n"), 136),
        Error::Divergence(divergence) => (format!("error: {divergence}\n"), 1),
        Error::Bug(message) => (format!("error: this is a bug of raddle: {message}\n"), 137),
    }
}

/// What an outcome is called in schedule files.
pub(crate) fn outcome_word(result: Result<(), &Error>) -> String {
    match result {
        Ok(()) => "returned".to_owned(),
        Err(Error::Trap(trap, _)) => format!("trap {}", trap.rule.id()),
        Err(Error::Deadlock(_)) => "deadlock".to_owned(),
        Err(Error::Exit(code)) => format!("exit {code}"),
        Err(Error::Limit(limit)) => format!("limit {limit}"),
        Err(Error::Input(_) | Error::Link(_)) => "error".to_owned(),
        Err(Error::Divergence(_)) => "diverged".to_owned(),
        Err(Error::Bug(_)) => "bug".to_owned(),
    }
}

/// Switches for proposals, gates and limits.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Switches {
    /// A proposal or gate to turn on or off, a version, or a limit: `-W component-model-threading=n`, `-W wasm2`,
    /// `-W fuel=1000000`; `-W help` lists them.
    #[arg(short = 'W', value_name = "NAME[=VALUE]", value_delimiter = ',')]
    pub(crate) wasm: Vec<String>,
}

impl Switches {
    /// What the switches come to, from left to right.
    pub(crate) fn parse(&self) -> Result<Parsed, Stop> {
        let mut parsed = Parsed::default();
        for switch in &self.wasm {
            let (name, value) = switch.split_once('=').unwrap_or((switch, "y"));
            match (name, value) {
                ("help", _) => return Err(Stop::Help(switch_help())),
                ("fuel", value) => parsed.fuel = Some(number(switch, value)?),
                (name, value) if parsed.limits.get(name).is_some() => {
                    parsed.limits.set(name, number(switch, value)?);
                }
                (name, "y" | "yes" | "true" | "n" | "no" | "false") => {
                    let on = value.starts_with(['y', 't']);
                    parsed.features.set(name, on).map_err(|error| Stop::usage(format!("-W {switch}: {error}")))?;
                }
                (_, value) => return Err(Stop::usage(format!("-W {switch}: expected `y` or `n`, found `{value}`"))),
            }
        }
        Ok(parsed)
    }

    /// An engine with these switches.
    pub(crate) fn engine(&self) -> Result<Engine, Stop> {
        let Parsed { features, fuel, limits } = self.parse()?;
        let mut config = Config::new();
        config.features(features).limits(limits);
        if let Some(fuel) = fuel {
            config.fuel(fuel);
        }
        Ok(Engine::new(config))
    }
}

/// What switches come to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Parsed {
    pub(crate) features: Features,
    pub(crate) fuel: Option<u64>,
    pub(crate) limits: Limits,
}

fn number(switch: &str, value: &str) -> Result<u64, Stop> {
    value.parse().map_err(|error| Stop::usage(format!("-W {switch}: expected a number, found `{value}`: {error}")))
}

/// Whether arguments that name no file ask for the list of switches.
pub(crate) fn asks_for_switches(args: impl IntoIterator<Item = String>) -> bool {
    let args: Vec<String> = args.into_iter().collect();
    let joined = args.iter().filter_map(|arg| arg.strip_prefix("-W"));
    let apart = args.windows(2).filter(|pair| pair[0] == "-W").map(|pair| pair[1].as_str());
    joined.chain(apart).any(|value| value.trim_start_matches('=').split(',').any(|switch| switch == "help"))
}

/// All switches and limits.
pub(crate) fn switch_help() -> String {
    let rows = decode::Feature::all().map(|feature| {
        let state = if !feature.is_supported() {
            "not supported"
        } else if Features::default().has(feature) {
            "on"
        } else {
            "off"
        };
        row(feature.name(), state, feature.description())
    });
    let versions = decode::features::VERSIONS.iter().map(|(name, what)| row(name, "", what));
    let limits = wasm::limits::NAMES.iter().map(|(name, what)| {
        let default = Limits::DEFAULT.get(name).unwrap_or_default();
        row(&format!("{name}=N"), &default.to_string(), what)
    });
    format!(
        "Proposals and gates, on or off: -W NAME or -W NAME=y, -W NAME=n\n{}\n\
         Versions, which set all of them: -W NAME, then what is to differ, such as -W wasm2,tail-call\n{}\n\
         Limits: reaching one ends a run with exit code 136; memory.grow and table.grow fail instead\n{}{}",
        rows.collect::<String>(),
        versions.collect::<String>(),
        row(
            "fuel=N",
            "unlimited",
            "instructions that a run may take; a run goes on where it stopped once there is more"
        ),
        limits.collect::<String>(),
    )
}

fn row(name: &str, state: &str, what: &str) -> String {
    format!("  {name:<44} {state:<14} {what}\n")
}

/// Reads a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Stop> {
    std::fs::read(path).map_err(|error| Stop::file(path, &error))
}

/// Reads a schedule file.
pub(crate) fn schedule(path: &Path) -> Result<Schedule, Stop> {
    Schedule::read(path).map_err(|error| match error {
        // It names the file, which may be one beside the schedule.
        explore::Error::Io { .. } => Stop::usage(error.to_string()),
        explore::Error::Version { .. } | explore::Error::Line { .. } => Stop::file(path, &error),
    })
}

/// Decodes a component from the bytes of a `.wasm`, `.wat` or `.wast` file.
pub(crate) fn component(engine: &Engine, path: &Path, bytes: &[u8]) -> Result<Component, Stop> {
    if path.extension().is_some_and(|extension| extension == "wast") {
        let text = std::str::from_utf8(bytes).map_err(|error| Stop::file(path, &error))?;
        return raddle_wast::first_component(engine, text).map_err(|error| Stop::file(path, &error));
    }
    if bytes.starts_with(b"\0asm") {
        return Component::from_binary(engine, bytes).map_err(|error| Stop::file(path, &error));
    }
    // The error of a text names the file itself, with the line.
    Component::from_file(engine, path).map_err(|error| Stop::usage(error.to_string()))
}

/// Writes to stdout; that nobody reads it is no error.
pub(crate) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}
