//! What a run did, in words: a line for each event, and reports of traps, deadlocks and leaks for a terminal.
//!
//! Everything is written with the names of `runtime::names` and the indices that guests see, never with ids, so that the
//! same run gives the same bytes.

mod builtin;
mod report;
mod text;

pub use report::{deadlock, failure, leaks};
pub use text::TextTracer;
