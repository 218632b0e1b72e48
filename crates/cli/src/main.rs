//! The command line of Raddle.
//!
//! Spec: none; the words are wasmtime's where it has them.

mod wast;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Runs WebAssembly components with native async under named, seeded, recorded schedules.
#[derive(Parser)]
#[command(name = "raddle", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Wast(wast::Wast),
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Wast(command) => command.run(),
    }
}
