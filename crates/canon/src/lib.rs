//! The Canonical ABI: layout, flattening, lifting and lowering.
//!
//! Spec: CanonicalABI.md, from "Despecialization" to "Lifting and Lowering Values", and the checks of "Buffer State". This
//! crate knows no store: an instance is reached through `Memory` and `Handles`, which the runtime implements. Functions,
//! their order and the order of their checks are the definition's. Left out: type predicates (`syntax::types`), equality of
//! types across instances, and handles (the runtime).
//!
//! ```
//! use raddle_canon::{CoreValueIter, LiftLowerContext, Options, TypeTable, Value, lift_flat_values};
//! # use raddle_canon::*;
//! # struct Inst;
//! # impl Memory for Inst {
//! #     type Error = syntax::Trap;
//! #     fn bytes(&self) -> &[u8] { b"" }
//! #     fn bytes_mut(&mut self, _: usize, _: usize) -> &mut [u8] { &mut [] }
//! #     fn realloc(&mut self, _: u64, _: u64, _: u64, _: u64) -> Result<u64, syntax::Trap> { Ok(0) }
//! #     fn spend(&mut self, _: u64) -> Result<(), syntax::Trap> { Ok(()) }
//! # }
//! # impl Handles for Inst {
//! #     fn lift_own(&mut self, _: u32, _: syntax::id::ResourceIndex) -> Result<Resource, syntax::Trap> { unreachable!() }
//! #     fn lift_borrow(&mut self, _: u32, _: syntax::id::ResourceIndex) -> Result<Resource, syntax::Trap> { unreachable!() }
//! #     fn lift_stream(&mut self, _: u32, _: syntax::component::Payload) -> Result<SharedId, syntax::Trap> { unreachable!() }
//! #     fn lift_future(&mut self, _: u32, _: syntax::component::Payload) -> Result<SharedId, syntax::Trap> { unreachable!() }
//! #     fn lift_error_context(&mut self, _: u32) -> Result<ErrorContextId, syntax::Trap> { unreachable!() }
//! #     fn lower_own(&mut self, _: Resource, _: syntax::id::ResourceIndex) -> Result<u32, syntax::Trap> { unreachable!() }
//! #     fn lower_borrow(&mut self, _: Resource, _: syntax::id::ResourceIndex) -> Result<u32, syntax::Trap> { unreachable!() }
//! #     fn lower_stream(&mut self, _: SharedId, _: syntax::component::Payload) -> Result<u32, syntax::Trap> { unreachable!() }
//! #     fn lower_future(&mut self, _: SharedId, _: syntax::component::Payload) -> Result<u32, syntax::Trap> { unreachable!() }
//! #     fn lower_error_context(&mut self, _: ErrorContextId) -> Result<u32, syntax::Trap> { unreachable!() }
//! # }
//! # let mut inst = Inst;
//! use syntax::types::ValType;
//!
//! let types = TypeTable::new();
//! let mut cx = LiftLowerContext::new(Options::default(), &types, &mut inst);
//! let mut vi = CoreValueIter::new(&[1, 0xffff_ffff]);
//! let values = lift_flat_values(&mut cx, MAX_FLAT_PARAMS, &mut vi, [ValType::Bool, ValType::S8].into_iter());
//! assert_eq!(values.unwrap().as_slice(), [Value::Bool(true), Value::S8(-1)]);
//! ```

mod buffer;
mod check;
mod context;
mod despecialize;
mod flatten;
mod layout;
mod lift_flat;
pub mod limits;
mod load;
mod lower_flat;
mod nan;
mod store;
mod strings;
mod type_table;
mod value;
mod values;

pub use buffer::check_buffer;
pub use check::check_value;
pub use context::{Handles, LiftLowerContext, Memory, NanBits, Options};
pub use flatten::{CoreFuncType, CoreType, CoreTypes, FlatTypes, FlattenContext, flatten_functype, flatten_types};
pub use lift_flat::{CoreValueIter, lift_flat};
pub use limits::{MAX_FLAT_ASYNC_PARAMS, MAX_FLAT_PARAMS, MAX_FLAT_RESULTS};
pub use load::{load, load_list_from_range, load_list_from_valid_range};
pub use lower_flat::{FlatValues, lower_flat};
pub use nan::canonicalize_nans;
pub use store::{store, store_list_into_range, store_list_into_valid_range};
pub use strings::{load_string, load_string_from_range, store_string, store_string_into_range};
pub use type_table::TypeTable;
pub use value::{
    ErrorContextId, NumberType, Numbers, Resource, ResourceTypeId, SharedId, SourceEncoding, Str, Value, Values,
};
pub use values::{lift_flat_values, lower_flat_values};
