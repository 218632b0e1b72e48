//! What the fuzz targets check, one module for each; the files of `fuzz_targets` only hand over the bytes.
//!
//! All modules but `differential` and `component_smith` need nothing but Raddle's own crates, so that
//! `crates/raddle/tests/corpus.rs` includes them and runs the corpus as ordinary tests.

pub mod canon_round_trip;
pub mod component_smith;
pub mod core_run;
pub mod decoding;
pub mod differential;
pub mod input;
pub mod schedules;
