//! An ordinary Rust program: `std` alone, for wasm32-wasip1, made a WASI 0.2
//! command by the preview1 adapter.
//!
//! It prints its arguments and its environment (sorted by name), echoes the
//! lines of stdin in upper case, sleeps, and fails if stdin says so. It uses no
//! `HashMap`, so nothing in what it prints depends on random seeds.
//!
//! The exit code: 0, or 3 when a line of stdin contains "fail". WASI 0.2 at
//! large knows only success and failure (`wasi:cli/exit.exit`, a result):
//! std's code 3 leaves the adapter as a failure, so a host reports 1.

use std::io::{self, BufRead, Write};
use std::thread::sleep;
use std::time::{Duration, Instant};

const SLEEP: Duration = Duration::from_millis(30);

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();

    // The program's own name is the host's choice: leave it out.
    for (n, arg) in (1..).zip(std::env::args().skip(1)) {
        writeln!(out, "arg {n}: {arg}")?;
    }
    let mut vars: Vec<_> = std::env::vars().collect();
    vars.sort();
    for (name, value) in vars {
        writeln!(out, "env {name}={value}")?;
    }

    let mut lines = 0;
    let mut fail = false;
    for line in io::stdin().lock().lines() {
        let line = line?;
        lines += 1;
        fail |= line.contains("fail");
        writeln!(out, "{}", line.to_uppercase())?;
    }

    let start = Instant::now();
    sleep(SLEEP);
    let enough = start.elapsed() >= SLEEP;
    writeln!(out, "{lines} lines; slept {} ms: {enough}", SLEEP.as_millis())?;
    out.flush()?;

    if fail {
        eprintln!("stdin said fail");
        std::process::exit(3);
    }
    Ok(())
}
