//! The core WebAssembly interpreter.
//!
//! Spec: core specification 3.0, "Execution". `CoreStore` and `Stack` are the whole mutable state and plain data; `Machine`
//! borrows them with the program to run. `Machine::run` never recurses and never calls out: it ends with an [`Exit`].
//! Validation is decode's.

pub mod choices;
mod collect;
mod embed;
mod first;
mod heap;
pub mod ids;
mod instance;
pub mod limits;
mod machine;
mod memory;
pub mod module;
mod numeric;
mod op;
mod refers;
mod simd;
mod slow;
mod snapshot;
mod spare;
mod stack;
pub mod store;
mod translate;
mod types;

pub use choices::{DataChoices, Deterministic};
pub use collect::RootId;
pub use embed::Referent;
pub use heap::any_of_extern;
pub use ids::{Extern, FuncAddr, GlobalAddr, HostFuncId, InstanceAddr, MemAddr, TableAddr, TagAddr, TypeAddr};
pub use limits::{LimitKind, Limits};
pub use machine::{Dispatch, Exit, Machine, UncaughtException};
pub use module::{Module, Modules};
pub use stack::{FrameInfo, Stack};
pub use store::{CoreStore, InstantiateError, Memory};

/// An index of 32 bits as an index of the host.
#[inline(always)]
pub(crate) const fn index(n: u32) -> usize {
    #[expect(clippy::as_conversions, reason = "u32 fits usize on every host of Raddle")]
    let index = n as usize;
    index
}
