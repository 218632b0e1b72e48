//! Embedding API of core modules: [`Engine`](crate::Engine), [`Module`], [`Linker`], [`Store`], [`Instance`], [`Func`], [`TypedFunc`],
//! [`Memory`], [`Table`], [`Global`].
//!
//! Spec: core specification, appendix "Embedding". The words are those that wasmtime and wasmi share. A [`Store`] is plain data
//! beside the embedder's own: it can be hashed, kept as a [`Snapshot`], gone back with, and forked; the functions of the embedder are
//! not part of that state.
//!
//! ```
//! use raddle::core::{Caller, Linker, Module, Store};
//! use raddle::Engine;
//!
//! # fn main() -> Result<(), raddle::Error> {
//! let engine = Engine::default();
//! let module = Module::new(
//!     &engine,
//!     r#"(module
//!         (import "host" "print" (func $print (param i32 i32)))
//!         (memory (export "memory") 1)
//!         (data (i32.const 8) "hello")
//!         (func (export "run") (param i32) (result i64)
//!             (call $print (i32.const 8) (i32.const 5))
//!             (i64.mul (i64.extend_i32_s (local.get 0)) (i64.const 2))))"#,
//! )?;
//!
//! let mut linker = Linker::new(&engine);
//! linker.func_wrap("host", "print", |mut caller: Caller<'_, Vec<String>>, ptr: u32, len: u32| {
//!     let memory = caller.get_export("memory").and_then(|item| item.into_memory());
//!     let memory = memory.expect("the module exports its memory");
//!     let mut bytes = vec![0; len as usize];
//!     memory.read(&caller, ptr as usize, &mut bytes)?;
//!     caller.data_mut().push(String::from_utf8_lossy(&bytes).into_owned());
//!     Ok::<_, raddle::Error>(())
//! })?;
//!
//! let mut store = Store::new(&engine, Vec::new());
//! let instance = linker.instantiate(&mut store, &module)?;
//! let run = instance.get_typed_func::<i32, i64>(&store, "run")?;
//! assert_eq!(run.call(&mut store, -21)?, -42);
//! assert_eq!(store.data()[..], ["hello"]);
//! # Ok(())
//! # }
//! ```
//!
//! A call that runs out of fuel can go on when there is more:
//!
//! ```
//! use raddle::core::{Instance, Module, Store, TypedResumableCall};
//! use raddle::Engine;
//!
//! # fn main() -> Result<(), raddle::Error> {
//! let engine = Engine::default();
//! let text = r#"(module (func (export "sum") (param i32) (result i32) (local i32)
//!     (loop $again
//!         (local.set 1 (i32.add (local.get 1) (local.get 0)))
//!         (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
//!     (local.get 1)))"#;
//! let module = Module::new(&engine, text)?;
//! let mut store = Store::new(&engine, ());
//! let instance = Instance::new(&mut store, &module, &[])?;
//! let sum = instance.get_typed_func::<i32, i32>(&store, "sum")?;
//!
//! store.set_fuel(100);
//! let mut stops = 0;
//! let mut call = sum.call_resumable(&mut store, 100)?;
//! let result = loop {
//!     match call {
//!         TypedResumableCall::Finished(result) => break result,
//!         TypedResumableCall::OutOfFuel(stopped) => {
//!             stops += 1;
//!             store.set_fuel(stopped.required_fuel() + 100);
//!             call = stopped.resume(&mut store)?;
//!         }
//!     }
//! };
//! assert_eq!((result, stops), (5050, 9));
//! # Ok(())
//! # }
//! ```
//!
//! What the specification leaves open, such as the sign of a NaN, whether `memory.grow` fails and what relaxed vector instructions do,
//! is deterministic, unless a chooser is set ([`Store::set_chooser`]):
//!
//! ```
//! use raddle::core::{Instance, Module, Store};
//! use raddle::{Engine, Replay, Seeded};
//!
//! # fn main() -> Result<(), raddle::Error> {
//! let engine = Engine::default();
//! let text = r#"(module (memory 1) (func (export "grow") (result i32) (memory.grow (i32.const 1))))"#;
//! let module = Module::new(&engine, text)?;
//! let run = |store: &mut Store| {
//!     let instance = Instance::new(&mut *store, &module, &[])?;
//!     let grow = instance.get_typed_func::<(), i32>(&*store, "grow")?;
//!     (0..8).map(|_| grow.call(&mut *store, ())).collect::<Result<Vec<_>, _>>()
//! };
//! let mut store = Store::new(&engine, ());
//! store.set_chooser(Seeded::with_data(3));
//! let results = run(&mut store)?;
//! assert!(results.contains(&-1), "a memory may always refuse to grow");
//!
//! let mut again = Store::new(&engine, ());
//! again.set_chooser(Replay::new(store.picks().to_vec()));
//! assert_eq!(run(&mut again)?, results);
//! # Ok(())
//! # }
//! ```
//!
//! A store can be forked, and goes its own way from then on:
//!
//! ```
//! use raddle::core::{Instance, Module, Store, Val};
//! use raddle::Engine;
//!
//! # fn main() -> Result<(), raddle::Error> {
//! let engine = Engine::default();
//! let module = Module::new(&engine, r#"(module (global (export "g") (mut i32) (i32.const 1)))"#)?;
//! let mut store = Store::new(&engine, ());
//! let instance = Instance::new(&mut store, &module, &[])?;
//! let global = instance.get_global(&store, "g").expect("the module exports it");
//!
//! let mut fork = store.fork();
//! assert_eq!(fork.state_hash(), store.state_hash());
//! global.set(&mut fork, Val::I32(2))?;
//! assert_eq!(global.get(&mut store), Val::I32(1));
//! assert_ne!(fork.state_hash(), store.state_hash());
//! # Ok(())
//! # }
//! ```
//!
//! Left out on purpose: building structures and arrays from outside (references to them can be held and passed on).

mod caller;
mod choices;
mod func;
mod instance;
mod items;
mod linker;
mod store;
mod typed;
mod val;

pub use syntax::module::{FuncType, GlobalType, HeapType, Limits, MemoryType, RefType, TableType, ValType};

pub use crate::component::Module;
pub use caller::Caller;
pub use func::{Func, OutOfFuel, ResumableCall};
pub use instance::{Extern, Instance};
pub use items::{Global, Memory, Table, Tag};
pub use linker::Linker;
pub use store::{AsContext, AsContextMut, Snapshot, Store, StoreContext, StoreContextMut};
pub use typed::{IntoFunc, TypedFunc, TypedOutOfFuel, TypedResumableCall, WasmParams, WasmResults, WasmRet, WasmTy};
pub use val::{AnyRef, ExternRef, Rooted, V128, Val};
