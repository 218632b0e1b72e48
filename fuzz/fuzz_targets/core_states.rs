//! Run: `cargo +nightly fuzz run core_states`. What it checks is in `src/core_states.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| raddle_fuzz::core_states::check(data));
