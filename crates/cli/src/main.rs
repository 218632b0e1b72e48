//! The command line of Raddle.
//!
//! Spec: none; the words are wasmtime's where it has them. Each command has a file; what they share is in `common`.

mod bench;
mod certify;
mod common;
mod explore;
mod host;
mod inspect;
mod invoke;
mod record;
mod replay;
mod rules;
mod run;
mod run_core;
mod types;
mod wast;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (component-model 6d28164, 2026-08-21)");

const EXIT_CODES: &str = "\
Exit codes: the guest's own; 1 a failed script, or a replay that came out differently; 2 bad flags and bad input;
134 trap; 135 deadlock; 136 limit reached; 137 a bug of raddle.";

/// Runs WebAssembly components with native async; every choice that the specification leaves open is named, seeded and
/// recorded.
#[derive(Parser)]
#[command(name = "raddle", version = VERSION, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Run(run::Run),
    Explore(Box<explore::Explore>),
    Shrink(explore::Shrink),
    Replay(replay::Replay),
    Wast(wast::Wast),
    Inspect(inspect::Inspect),
    Rules(rules::Rules),
    Bench(bench::Bench),
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error)
            if error.kind() == ErrorKind::MissingRequiredArgument
                && common::asks_for_switches(std::env::args().skip(1)) =>
        {
            return common::Stop::Help(common::switch_help()).report();
        }
        Err(error) => error.exit(),
    };
    let result = match cli.command {
        Command::Run(command) => command.run(),
        Command::Explore(command) => command.run(),
        Command::Shrink(command) => command.run(),
        Command::Replay(command) => command.run(),
        Command::Wast(command) => command.run(),
        Command::Inspect(command) => command.run(),
        Command::Rules(command) => command.run(),
        Command::Bench(command) => command.run(),
    };
    result.unwrap_or_else(common::Stop::report)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn flags_are_consistent() {
        super::Cli::command().debug_assert();
    }

    #[test]
    fn the_version_states_the_revision() {
        assert!(super::VERSION.contains(syntax::revision::COMMIT));
        assert!(super::VERSION.contains(syntax::revision::DATE));
    }
}
