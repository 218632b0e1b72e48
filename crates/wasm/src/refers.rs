//! Which cells refer to objects: what a collection of garbage has to know of types.
//!
//! Spec: core specification, "Reference Types", "Heap Types".

use syntax::module::{FieldType, HeapType, Module, StorageType, ValType};

use crate::ids::TypeAddr;
use crate::types::Types;

/// What a cell refers to, by its type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Refers {
    /// No object: it is a number, a vector, or a reference to a function.
    #[default]
    Nothing,
    /// Perhaps an object, as the cells of the `any` hierarchy and those of exceptions do.
    Any,
    /// Perhaps an object, as the cells of the `extern` hierarchy do.
    Extern,
}

impl Refers {
    /// By a type of a module.
    pub(crate) fn of(module: &Module, ty: ValType) -> Self {
        match ty {
            ValType::Ref(ty) => Self::of_heap(module, ty.heap),
            ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64 | ValType::V128 => Self::Nothing,
        }
    }

    /// By a heap type of a module.
    pub(crate) fn of_heap(module: &Module, heap: HeapType) -> Self {
        Self::of_abstract(heap, |ty| module.types[crate::index(ty)].as_func().is_some())
    }

    /// By a canonical type of a store.
    pub(crate) fn in_store(types: &Types, ty: ValType) -> Self {
        match ty {
            ValType::Ref(ty) => Self::of_abstract(ty.heap, |ty| types.get(TypeAddr(ty)).as_func().is_some()),
            ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64 | ValType::V128 => Self::Nothing,
        }
    }

    /// By the canonical type of a field.
    pub(crate) fn in_field(types: &Types, field: &FieldType) -> Self {
        match field.storage {
            StorageType::Val(ty) => Self::in_store(types, ty),
            StorageType::I8 | StorageType::I16 => Self::Nothing,
        }
    }

    fn of_abstract(heap: HeapType, is_func: impl Fn(u32) -> bool) -> Self {
        match heap {
            HeapType::Func | HeapType::NoFunc => Self::Nothing,
            HeapType::Extern | HeapType::NoExtern => Self::Extern,
            HeapType::Any
            | HeapType::Eq
            | HeapType::I31
            | HeapType::Struct
            | HeapType::Array
            | HeapType::None
            | HeapType::Exn
            | HeapType::NoExn => Self::Any,
            HeapType::Concrete(ty) if is_func(ty) => Self::Nothing,
            HeapType::Concrete(_) => Self::Any,
        }
    }
}

/// The cells of values one after another that may refer to objects: their number and what they refer to.
pub(crate) fn among(shapes: impl Iterator<Item = (usize, Refers)>) -> Vec<(usize, Refers)> {
    let (mut at, mut found) = (0, Vec::new());
    for (cells, refers) in shapes {
        if refers != Refers::Nothing {
            found.push((at, refers));
        }
        at += cells;
    }
    found
}
