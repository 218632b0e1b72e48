//! Run: `cargo test -p raddle --test host`. Guests against a scripted host: what the guest sees and what the host sees is
//! one log, whose lines stand in the tests.
//!
//! `bugs` has one test for each row of `spec-tests/bugs/README.md` that needs a host.

mod bugs;
mod calls;
mod copies;
mod guest;
mod peer;
mod resources;
mod values;
