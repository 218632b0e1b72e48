//! Core types of component-level types and functions.
//!
//! Spec: CanonicalABI.md, "Flattening". A value that takes more than `MAX_FLAT_PARAMS` core values never travels as core
//! values, so lists of core types end there, and a large type costs no more than a small one.

use smallvec::SmallVec;
use syntax::component::{CanonicalOptions, PtrType};
use syntax::id::TypeId;
use syntax::types::{FuncType, ValType};

use crate::despecialize::Shape;
use crate::limits::{MAX_FLAT_ASYNC_PARAMS, MAX_FLAT_PARAMS, MAX_FLAT_RESULTS};
use crate::type_table::TypeTable;

/// A core value type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CoreType {
    /// `i32`
    I32,
    /// `i64`
    I64,
    /// `f32`
    F32,
    /// `f64`
    F64,
}

/// Core types of parameters or results; a lowered function has up to one more than `MAX_FLAT_PARAMS`.
pub type CoreTypes = SmallVec<[CoreType; 17]>;

/// A core function type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CoreFuncType {
    /// The parameters.
    pub params: CoreTypes,
    /// The results.
    pub results: CoreTypes,
}

/// Which side of a call a core function type is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FlattenContext {
    /// The core function that `canon lift` calls.
    Lift,
    /// The core function that `canon lower` makes.
    Lower,
}

/// The core types that one or more values take, or the fact that they take more than `MAX_FLAT_PARAMS`.
#[derive(Clone, Copy)]
pub struct FlatTypes {
    types: [CoreType; MAX_FLAT_PARAMS],
    count: u8,
}

/// The count that stands for every count above `MAX_FLAT_PARAMS`.
const MANY: u8 = 17;

impl std::fmt::Debug for FlatTypes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.types() {
            Some(types) => types.fmt(f),
            None => f.write_str("Many"),
        }
    }
}

impl FlatTypes {
    const NONE: Self = Self { types: [CoreType::I32; MAX_FLAT_PARAMS], count: 0 };

    const fn one(ty: CoreType) -> Self {
        Self { types: [ty; MAX_FLAT_PARAMS], count: 1 }
    }

    const fn two(ty: CoreType) -> Self {
        Self { types: [ty; MAX_FLAT_PARAMS], count: 2 }
    }

    /// How many there are; 17 stands for that and every larger number.
    #[inline]
    pub fn count(&self) -> usize {
        usize::from(self.count)
    }

    /// The types, unless there are more than `MAX_FLAT_PARAMS`.
    pub fn types(&self) -> Option<&[CoreType]> {
        self.types.get(..self.count())
    }

    fn push(&mut self, ty: CoreType) {
        match self.types.get_mut(usize::from(self.count)) {
            Some(slot) => {
                *slot = ty;
                self.count += 1;
            }
            None => self.count = MANY,
        }
    }

    fn extend(&mut self, more: &Self) {
        match more.types() {
            Some(types) => types.iter().for_each(|ty| self.push(*ty)),
            None => self.count = MANY,
        }
    }

    /// Puts the types of another case over these, joined. Spec: CanonicalABI.md, "Flattening", `flatten_variant`.
    fn join(&mut self, case: &Self) {
        let Some(types) = case.types() else {
            self.count = MANY;
            return;
        };
        for (position, ty) in types.iter().enumerate() {
            if position < self.count() {
                if let Some(slot) = self.types.get_mut(position) {
                    *slot = join(*slot, *ty);
                }
            } else {
                self.push(*ty);
            }
        }
    }
}

/// The core type of a pointer.
#[inline]
pub(crate) const fn core_ptr(ptr_type: PtrType) -> CoreType {
    match ptr_type {
        PtrType::I32 => CoreType::I32,
        PtrType::I64 => CoreType::I64,
    }
}

/// Spec: CanonicalABI.md, "Flattening", `flatten_functype`. The pointer type is that of the memory of the options.
pub fn flatten_functype(
    types: &TypeTable,
    opts: &CanonicalOptions,
    ptr_type: PtrType,
    ft: &FuncType,
    context: FlattenContext,
) -> CoreFuncType {
    let flat_params = flatten_types(types, ft.params.iter().map(|param| param.1), ptr_type);
    let flat_results = flatten_types(types, ft.result.into_iter(), ptr_type);
    let ptr = core_ptr(ptr_type);
    let mut ft = CoreFuncType::default();
    if !opts.is_async {
        ft.params = spilled(&flat_params, MAX_FLAT_PARAMS, ptr);
        if flat_results.count() > MAX_FLAT_RESULTS {
            match context {
                FlattenContext::Lift => ft.results.push(ptr),
                FlattenContext::Lower => ft.params.push(ptr),
            }
        } else {
            ft.results = spilled(&flat_results, MAX_FLAT_RESULTS, ptr);
        }
    } else {
        match context {
            FlattenContext::Lift => {
                ft.params = spilled(&flat_params, MAX_FLAT_PARAMS, ptr);
                if opts.callback.is_some() {
                    ft.results.push(CoreType::I32);
                }
            }
            FlattenContext::Lower => {
                ft.params = spilled(&flat_params, MAX_FLAT_ASYNC_PARAMS, ptr);
                if flat_results.count() > 0 {
                    ft.params.push(ptr);
                }
                ft.results.push(CoreType::I32);
            }
        }
    }
    ft
}

/// The core types, or a pointer if there are too many.
fn spilled(flat: &FlatTypes, max_flat: usize, ptr: CoreType) -> CoreTypes {
    match flat.types() {
        Some(types) if types.len() <= max_flat => types.into(),
        Some(_) | None => SmallVec::from_slice(&[ptr]),
    }
}

/// Spec: CanonicalABI.md, "Flattening", `flatten_types`.
pub fn flatten_types(types: &TypeTable, ts: impl Iterator<Item = ValType>, ptr_type: PtrType) -> FlatTypes {
    let mut flat = FlatTypes::NONE;
    for ty in ts {
        flat.extend(&types.flatten_type(ty, ptr_type));
    }
    flat
}

/// How many core values types take, capped like `FlatTypes::count`.
pub(crate) fn count_flat(types: &TypeTable, ts: impl Iterator<Item = ValType>, ptr_type: PtrType) -> usize {
    let mut count = 0;
    for ty in ts {
        count += match ty {
            ValType::Defined(id) => types.flat_count(id, ptr_type),
            ValType::String => 2,
            ValType::Bool
            | ValType::S8
            | ValType::U8
            | ValType::S16
            | ValType::U16
            | ValType::S32
            | ValType::U32
            | ValType::S64
            | ValType::U64
            | ValType::F32
            | ValType::F64
            | ValType::Char
            | ValType::ErrorContext => 1,
        };
        if count > MAX_FLAT_PARAMS {
            break;
        }
    }
    count.min(usize::from(MANY))
}

/// Spec: CanonicalABI.md, "Flattening", `flatten_type` of what is no compound type; the id of a compound one.
pub(crate) const fn flatten_primitive(ty: ValType, ptr_type: PtrType) -> Result<FlatTypes, TypeId> {
    match ty {
        ValType::Bool | ValType::U8 | ValType::U16 | ValType::U32 | ValType::S8 | ValType::S16 | ValType::S32 => {
            Ok(FlatTypes::one(CoreType::I32))
        }
        ValType::S64 | ValType::U64 => Ok(FlatTypes::one(CoreType::I64)),
        ValType::F32 => Ok(FlatTypes::one(CoreType::F32)),
        ValType::F64 => Ok(FlatTypes::one(CoreType::F64)),
        ValType::Char | ValType::ErrorContext => Ok(FlatTypes::one(CoreType::I32)),
        ValType::String => Ok(FlatTypes::two(core_ptr(ptr_type))),
        ValType::Defined(id) => Err(id),
    }
}

/// Spec: CanonicalABI.md, "Flattening", `flatten_type` of a compound type.
pub(crate) fn flatten_shape(table: &TypeTable, shape: &Shape, ptr_type: PtrType) -> FlatTypes {
    match shape {
        Shape::Record(fields) => flatten_types(table, fields.iter().map(|field| field.ty), ptr_type),
        Shape::Variant(variant) => flatten_variant(table, &variant.cases, ptr_type),
        Shape::List(_) => FlatTypes::two(core_ptr(ptr_type)),
        Shape::FixedList(element, length) => flatten_fixed_list(table, *element, *length, ptr_type),
        Shape::Flags(_) | Shape::Own(_) | Shape::Borrow(_) | Shape::Stream(_) | Shape::Future(_) => {
            FlatTypes::one(CoreType::I32)
        }
    }
}

/// Spec: CanonicalABI.md, "Flattening", `flatten_list` with a length.
fn flatten_fixed_list(table: &TypeTable, element: ValType, length: u32, ptr_type: PtrType) -> FlatTypes {
    let element = table.flatten_type(element, ptr_type);
    let mut flat = FlatTypes::NONE;
    // Every type takes at least one core value, so that 17 elements are many.
    for _ in 0..length.min(u32::from(MANY)) {
        flat.extend(&element);
    }
    flat
}

/// Spec: CanonicalABI.md, "Flattening", `flatten_variant`.
fn flatten_variant(table: &TypeTable, cases: &[Option<ValType>], ptr_type: PtrType) -> FlatTypes {
    let mut payload = FlatTypes::NONE;
    for case in cases.iter().flatten() {
        payload.join(&table.flatten_type(*case, ptr_type));
    }
    let mut flat = FlatTypes::one(CoreType::I32);
    flat.extend(&payload);
    flat
}

/// Spec: CanonicalABI.md, "Flattening", `join`.
const fn join(a: CoreType, b: CoreType) -> CoreType {
    match (a, b) {
        (CoreType::I32, CoreType::I32 | CoreType::F32) | (CoreType::F32, CoreType::I32) => CoreType::I32,
        (CoreType::F32, CoreType::F32) => CoreType::F32,
        (CoreType::F64, CoreType::F64) => CoreType::F64,
        (CoreType::I64, _) | (_, CoreType::I64) => CoreType::I64,
        (CoreType::I32 | CoreType::F32, CoreType::F64) | (CoreType::F64, CoreType::I32 | CoreType::F32) => {
            CoreType::I64
        }
    }
}
