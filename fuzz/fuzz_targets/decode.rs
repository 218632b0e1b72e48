//! Run: `cargo +nightly fuzz run decode`. What it checks is in `src/decoding.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| raddle_fuzz::decoding::check(data));
