//! Run: `cargo test -p raddle --test random`; `PROPTEST_CASES=10000` looks longer. Random core modules, as the fuzz target
//! `core_states` makes them: run at one go, and stopped wherever fuel can run out, with a clone, a snapshot that is gone back to, or
//! another store at each stop, they have the same results, states and fuel.

#![allow(unreachable_pub, dead_code, reason = "the modules belong to the library of the fuzz workspace")]
#![allow(
    clippy::wildcard_enum_match_arm,
    clippy::struct_field_names,
    reason = "the fuzz workspace has lints of its own"
)]

#[path = "../../../fuzz/src/core_run.rs"]
mod core_run;
#[path = "../../../fuzz/src/decoding.rs"]
mod decoding;
#[path = "../../../fuzz/src/input.rs"]
mod input;
#[path = "../../../fuzz/src/smith.rs"]
mod smith;

use std::cell::Cell;

use core_run::Outcome;
use proptest::prelude::{Strategy, any};
use proptest::test_runner::{Config, TestRunner};
use smith::Proposals;

/// Bytes of which a module is made, with switches that say which proposals it may have.
fn inputs() -> impl Strategy<Value = Vec<u8>> {
    (any::<u16>(), proptest::collection::vec(any::<u8>(), 200..2_000)).prop_map(|(switches, mut bytes)| {
        bytes[..2].copy_from_slice(&switches.to_le_bytes());
        bytes
    })
}

#[test]
fn stopping_changes_nothing() {
    let (modules, stopped, returned) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let count = |counter: &Cell<usize>, add: bool| counter.set(counter.get() + usize::from(add));
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    let run = runner.run(&inputs(), |bytes| {
        // Bytes that run out before a module is complete stand for none.
        let Some((module, args)) = smith::generate(&bytes, Proposals::All) else { return Ok(()) };
        let syntax = core_run::module(&module).expect("wasm-smith makes valid modules");
        let run = core_run::stopping_changes_nothing(&syntax, &args);
        count(&modules, true);
        count(&stopped, run.fuel > 30);
        count(&returned, run.outcomes.iter().any(|outcome| matches!(outcome, Outcome::Values(_))));
        Ok(())
    });
    if let Err(error) = run {
        panic!("{error}");
    }
    let (modules, stopped, returned) = (modules.get(), stopped.get(), returned.get());
    println!(
        "{modules} modules, {stopped} of them with more than 30 units of fuel, {returned} with a call that returned"
    );
    assert!(modules > 0 && stopped * 10 > modules && returned * 10 > modules, "{modules}, {stopped}, {returned}");
}
