//! Embedding API: Engine, Component, Linker, Store, Instance, Func, Val.
//!
//! The words are wasmtime's where it has them. A [`Store`] owns everything mutable: the executor's state, the host, and the
//! chooser that answers wherever the specification leaves a choice open. The same components, arguments, host answers and
//! picks give the same results and the same [`Store::state_hash`].
//!
//! ```
//! use raddle::{Component, Engine, Linker, Seeded, Store, Val};
//!
//! # fn main() -> Result<(), raddle::Error> {
//! let engine = Engine::default();
//! let component = Component::new(
//!     &engine,
//!     r#"(component
//!         (import "twice" (func $twice (param "n" u32) (result u32)))
//!         (core func $lowered (canon lower (func $twice)))
//!         (core module $m
//!             (import "" "twice" (func $twice (param i32) (result i32)))
//!             (func (export "run") (param i32) (result i32)
//!                 (i32.add (call $twice (local.get 0)) (i32.const 1))))
//!         (core instance $i (instantiate $m (with "" (instance (export "twice" (func $lowered))))))
//!         (func (export "run") (param "n" u32) (result u32) (canon lift (core func $i "run"))))"#,
//! )?;
//!
//! let mut linker = Linker::new();
//! linker.root().func("twice", |_, args| match args {
//!     [Val::U32(n)] => Ok(vec![Val::U32(n * 2)]),
//!     _ => unreachable!("the arguments are of the import's type"),
//! });
//!
//! let mut store = Store::new(&engine);
//! store.set_chooser(Seeded::new(7));
//! let instance = linker.instantiate(&mut store, &component)?;
//! let run = instance.func(&store, "run").expect("the component exports `run`");
//! assert_eq!(run.call(&mut store, &[Val::U32(20)])?, [Val::U32(41)]);
//! # Ok(())
//! # }
//! ```
//!
//! Which outcomes a component can have, under all its schedules, is asked with [`explore()`].
//!
//! Left out on purpose: a host for WASI (`raddle-wasi`), which a store takes as its [`Imports`].

mod component;
mod convert;
pub mod core;
mod engine;
mod error;
pub mod explore;
mod hosts;
mod instance;
mod linker;
pub mod script;
mod store;
mod val;
pub mod wave;

pub use canon::{Resource, ResourceTypeId};
pub use choice::{ChoicePoint, Chooser, Divergence, First, Names, Pick, Replay, Seeded};
pub use component::{Component, Module};
pub use engine::{Config, Engine};
pub use error::Error;
pub use explore::explore;
pub use hosts::{HostContext, Imports, NoImports};
pub use instance::{Export, Func, Instance};
pub use linker::{Linker, LinkerInstance};
pub use runtime::dump::Report;
pub use runtime::trace::{TraceEvent, Tracer};
pub use store::Store;
pub use syntax::{Trap, TrapRule};
pub use val::Val;
