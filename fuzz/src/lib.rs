//! What the fuzz targets check, one module for each; the files of `fuzz_targets` only hand over the bytes.
//!
//! All modules but `differential`, `rewrite`, `tally` and `component_smith` are also included by tests of `crates/raddle`, which run
//! the corpus and random modules as ordinary tests.

pub mod canon_round_trip;
pub mod component_smith;
pub mod core_run;
pub mod core_states;
pub mod decoding;
pub mod differential;
pub mod input;
pub mod rewrite;
pub mod schedules;
pub mod smith;
pub mod tally;
