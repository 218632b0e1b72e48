//! Run: `cargo test -p raddle --test corpus`. The inputs in `fuzz/corpus`, checked as the fuzz targets check them; modules of
//! `core_differential` run here only, without the other engine.

#![allow(unreachable_pub, dead_code, reason = "the modules belong to the library of the fuzz workspace")]
#![allow(
    clippy::wildcard_enum_match_arm,
    clippy::struct_field_names,
    clippy::single_match,
    clippy::single_match_else,
    reason = "the fuzz workspace has lints of its own"
)]

#[path = "../../../fuzz/src/canon_round_trip.rs"]
mod canon_round_trip;
#[path = "../../../fuzz/src/core_run.rs"]
mod core_run;
#[path = "../../../fuzz/src/decoding.rs"]
mod decoding;
#[path = "../../../fuzz/src/input.rs"]
mod input;
#[path = "../../../fuzz/src/schedules.rs"]
mod schedules;

use std::fs;
use std::path::Path;

/// Checks every input of a target; there is at least one.
fn check_all(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let entries = fs::read_dir(&folder).expect("the corpus of the target is in the tree");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{target}: expected inputs, found none");
    for path in paths {
        eprintln!("{}", path.display());
        check(&fs::read(&path).expect("the input can be read"));
    }
}

#[test]
fn decode() {
    check_all("decode", decoding::check);
}

#[test]
fn core() {
    check_all("core_differential", core_run::check);
}

#[test]
fn core_states() {
    check_all("core_states", core_run::check);
}

#[test]
fn canon_round_trip() {
    check_all("canon_round_trip", canon_round_trip::check);
}

#[test]
fn schedules() {
    check_all("schedules", schedules::check);
}
