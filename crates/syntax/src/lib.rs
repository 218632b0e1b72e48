//! The immutable program: core modules, components, their types, and the trap rules.
//!
//! Spec: Explainer.md and Binary.md of the Component Model, chapter "Structure" of core WebAssembly. Everything here is what
//! decoding produces and running reads; nothing here changes while a program runs.

pub mod component;
pub mod convert;
pub mod id;
pub mod module;
pub mod revision;
pub mod trap;
pub mod trap_rules;
pub mod types;
mod words;

pub use trap::Trap;
pub use trap_rules::TrapRule;
