//! Run: `cargo run --release -p raddle-explore --example strategies`. Prints the tables of `docs/strategies.md`: how many
//! schedules each strategy needs to find each bug of `examples/bugs`.

#![expect(clippy::print_stdout, clippy::float_arithmetic, reason = "it prints a table")]

#[path = "../tests/support/mod.rs"]
mod support;

use raddle_explore::explore::Strategy;
use raddle_explore::samplers::Profile;
use support::corpus::Bug;
use support::measure::{SAMPLERS, SEARCHES, hits, median, portfolio, runs, sampler, schedules, seed, states};

/// How many series of runs, each with a seed of its own.
const SERIES: u64 = 200;

/// More schedules than this are not tried.
const MOST: u64 = 2_000;

/// How many runs a rate is measured over.
const RUNS: u64 = 10_000;

fn shown(count: Option<u64>) -> String {
    count.map_or_else(|| format!("> {MOST}"), |count| count.to_string())
}

/// The number of schedules of each strategy, the portfolio last.
fn row(bug: &Bug, profile: &Profile) -> Vec<Option<u64>> {
    let of_sampler = |strategy: &Strategy| {
        median((0..SERIES).map(|number| runs(bug, &mut *sampler(*strategy, seed(number), profile), MOST)).collect())
    };
    let mut row: Vec<Option<u64>> = SAMPLERS.iter().map(of_sampler).collect();
    row.extend(SEARCHES.iter().map(|strategy| schedules(bug, *strategy, MOST)));
    row.push(median((0..SERIES).map(|number| portfolio(bug, seed(number), MOST)).collect()));
    row
}

/// The hit rate of PCT at the bug's depth, and what it is at least: 1 in `n k^(d-1)`.
fn rate(bug: &Bug, profile: &Profile) -> (u64, f64) {
    let depth = bug.depth();
    let found = hits(bug, &mut *sampler(Strategy::Pct(depth), seed(0), profile), RUNS);
    let least = profile.actors * profile.steps.pow(depth - 1);
    (
        least,
        f64::from(u32::try_from(found).expect("they are few")) / f64::from(u32::try_from(RUNS).expect("they are few")),
    )
}

fn main() {
    println!("| bug | random | pct:1 | pct:2 | pct:3 | pct:4 | pos | surw | dfs | dpor | states | portfolio |");
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    let mut rows = Vec::new();
    let bugs = Bug::all();
    for bug in &bugs {
        let row = row(bug, &Profile::of(bug.setup()));
        let shown: Vec<String> = row.iter().map(|count| shown(*count)).collect();
        println!("| {} | {} |", bug.name, shown.join(" | "));
        rows.push(row);
    }
    let mean = |column: usize| {
        let log =
            |row: &Vec<Option<u64>>| f64::from(u32::try_from(row[column].unwrap_or(MOST)).expect("it is small")).ln();
        (rows.iter().map(log).sum::<f64>() / f64::from(u32::try_from(rows.len()).expect("it is small"))).exp()
    };
    let means: Vec<String> = (0..rows[0].len()).map(|column| format!("{:.1}", mean(column))).collect();
    println!("| geometric mean | {} |", means.join(" | "));
    println!();
    println!("| bug | n | k | d | all states | 1 / (n k^(d-1)) | pct:d |");
    println!("|---|---|---|---|---|---|---|");
    for bug in &bugs {
        let profile = Profile::of(bug.setup());
        let (least, rate) = rate(bug, &profile);
        let (name, n, k, d) = (&bug.name, profile.actors, profile.steps, bug.depth());
        println!("| {name} | {n} | {k} | {d} | {} | 1/{least} | 1/{:.1} |", states(bug), 1.0 / rate);
    }
}
