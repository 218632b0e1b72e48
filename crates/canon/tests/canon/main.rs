//! Run with `cargo test -p raddle-canon --test canon`.
//!
//! The Canonical ABI against a slow definition of its own, against the layouts that the text gives, and check by check.
#![expect(clippy::unwrap_used, reason = "tests stop where they are wrong")]
#![expect(clippy::wildcard_enum_match_arm, reason = "the slow definition has the text's `case _`")]

mod floats;
mod inst;
mod layout;
mod random;
mod round_trip;
mod slow;
mod slow_flat;
mod strings;
mod traps;
