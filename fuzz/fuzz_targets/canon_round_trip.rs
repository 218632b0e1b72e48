//! Run: `cargo +nightly fuzz run canon_round_trip`. What it checks is in `src/canon_round_trip.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| raddle_fuzz::canon_round_trip::check(data));
