//! The executor: instances, tasks, threads, streams and futures as plain data.
//!
//! Spec: CanonicalABI.md, "Runtime State" to "Canonical Definitions"; Concurrency.md. The store runs one step at a time;
//! wherever the specification leaves a choice open it stops and asks, and what is outside is asked of the host.

pub mod activation;
pub mod arena;
pub mod buffer;
pub mod builtins;
pub mod canon_lift;
pub mod canon_lower;
pub mod choosing;
pub mod context;
pub mod copy_end;
mod core_choices;
pub mod drive;
pub mod dump;
pub mod entering;
pub mod footprint;
pub mod future;
pub mod handle;
pub mod host;
pub mod id;
pub mod instance;
pub mod instantiate;
pub mod limits;
pub mod linking;
pub mod names;
pub mod program;
pub mod realloc;
pub mod snapshot;
pub mod state_hash;
pub mod step;
pub mod store;
pub mod stream;
pub mod subtask;
pub mod table;
pub mod task;
pub mod thread;
pub mod trace;
pub mod types_equal;
pub mod waitable;
pub mod waiting;
pub mod words;

pub use core_choices::CoreChoices;
pub use program::Program;
pub use store::Store;
pub use syntax::revision::COMMIT as REVISION;
