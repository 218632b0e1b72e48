//! A WASI 0.3 command that uses Rust's `std` as well: two versions of WASI in
//! one component.
//!
//! `run` and the sleeps are WASI 0.3, from the crate `wasip3`; `println!`,
//! `std::env::args` and `Instant` are std for wasm32-wasip1, which the preview1
//! adapter turns into calls of WASI 0.2. So the lines go out through blocking
//! 0.2 streams, and the clock that `Instant` reads must be the clock that
//! `wait-for` sleeps by: each line says whether the sleep was long enough.
//!
//! It sleeps as ../rust-tasks does: two tasks have equal sleeps, so their lines
//! come in either order, and all other lines have one place.
//!
//! With the argument `fail` it exits with code 3 before the last line, through
//! `wasi:cli/exit@0.3.x.exit-with-code`, while nothing else is under way.

use std::time::{Duration, Instant};

use futures::future::join_all;
use wasip3::cli::exit;
use wasip3::clocks::monotonic_clock;

/// name, and how long it sleeps (ms) before its first and its second line
const TASKS: [(&str, [u64; 2]); 3] = [
    ("alpha", [20, 20]),
    ("beta", [20, 20]),
    ("gamma", [5, 30]),
];

struct Guest;

impl wasip3::exports::cli::run::Guest for Guest {
    async fn run() -> Result<(), ()> {
        println!("start: {} tasks", TASKS.len());
        let tasks = TASKS.map(|(name, sleeps)| {
            wit_bindgen::spawn_local(async move {
                for (round, ms) in (1..).zip(sleeps) {
                    let start = Instant::now();
                    let long = Duration::from_millis(ms);
                    monotonic_clock::wait_for(long.as_nanos() as u64).await;
                    let enough = start.elapsed() >= long;
                    println!("{name} {round}: slept {ms} ms: {enough}");
                }
                sleeps.len()
            })
        });
        let lines: usize = join_all(tasks).await.into_iter().flatten().sum();
        if std::env::args().any(|arg| arg == "fail") {
            eprintln!("asked to fail");
            exit::exit_with_code(3);
        }
        println!("end: {lines} lines");
        Ok(())
    }
}

wasip3::cli::command::export!(Guest);
