//! Run: `cargo +nightly fuzz run core_differential`. What it checks is in `src/differential.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| raddle_fuzz::differential::check(data));
