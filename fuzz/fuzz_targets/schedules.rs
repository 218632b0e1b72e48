//! Run: `cargo +nightly fuzz run schedules`. What it checks is in `src/schedules.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| raddle_fuzz::schedules::check(data));
