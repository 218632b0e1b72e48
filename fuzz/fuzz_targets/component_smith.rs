//! Run: `cargo +nightly fuzz run component_smith`. What it checks is in `src/component_smith.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| raddle_fuzz::component_smith::check(data));
