//! What the commands share: switches, reading programs, and how a command ends.
//!
//! Spec: none.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use decode::Features;
use raddle::{Component, Config, Engine, Error};
use runtime::step::{Failure, Fault};

/// Why a command stops early.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Bad flags or bad input.
    Usage(String),
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
    /// A proposal or gate to turn on or off, or a limit: `-W component-model-threading=n`, `-W fuel=1000000`; `-W help` lists
    /// them.
    #[arg(short = 'W', value_name = "NAME[=VALUE]", value_delimiter = ',')]
    pub(crate) wasm: Vec<String>,
}

impl Switches {
    /// What the switches come to.
    pub(crate) fn parse(&self) -> Result<(Features, Option<u64>), Stop> {
        let mut features = Features::default();
        let mut fuel = None;
        for switch in &self.wasm {
            let (name, value) = switch.split_once('=').unwrap_or((switch, "y"));
            match (name, value) {
                ("help", _) => return Err(Stop::usage(switch_help())),
                ("fuel", value) => {
                    fuel = Some(value.parse().map_err(|error| Stop::usage(format!("-W {switch}: {error}")))?);
                }
                (name, "y" | "yes" | "true" | "n" | "no" | "false") => {
                    let on = value.starts_with(['y', 't']);
                    features.set(name, on).map_err(|error| Stop::usage(format!("-W {switch}: {error}")))?;
                }
                (_, value) => return Err(Stop::usage(format!("-W {switch}: expected `y` or `n`, found `{value}`"))),
            }
        }
        Ok((features, fuel))
    }

    /// An engine with these switches.
    pub(crate) fn engine(&self) -> Result<Engine, Stop> {
        let (features, fuel) = self.parse()?;
        let mut config = Config::new();
        config.features(features);
        if let Some(fuel) = fuel {
            config.fuel(fuel);
        }
        Ok(Engine::new(config))
    }
}

fn switch_help() -> String {
    let rows = decode::Feature::all().map(|feature| {
        let state = if !feature.is_supported() {
            "not supported"
        } else if Features::default().has(feature) {
            "on"
        } else {
            "off"
        };
        format!("\n  {:<44} {state:<14} {}", feature.name(), feature.description())
    });
    format!(
        "switches for -W:{}\n  {:<44} {:<14} instructions that a run may take",
        rows.collect::<String>(),
        "fuel",
        ""
    )
}

/// Reads a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Stop> {
    std::fs::read(path).map_err(|error| Stop::file(path, &error))
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
