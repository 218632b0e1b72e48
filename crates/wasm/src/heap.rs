//! Structures and arrays, and the cells of references to them.
//!
//! Spec: core specification, "Structure Instances", "Array Instances". A reference of the `any` hierarchy is a cell whose two low
//! bits say what it is: 0 an object, by its number, which is never given again; 1 an `i31`; 2 a converted reference of the host. A
//! reference of the `extern` hierarchy is the host's cell, or the converted cell with the highest bit set. Null is 0 everywhere.
//! Objects are not collected: the limit of the heap ends a program that makes too many.

use choice::{StateHash, StateHasher};
use syntax::TrapRule;
use syntax::convert::{to_u64, to_usize};

use crate::ids::TypeAddr;

/// A structure or an array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Object {
    pub(crate) ty: TypeAddr,
    /// The fields or elements.
    pub(crate) cells: Vec<u64>,
}

/// All structures and arrays of a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Heap {
    objects: Vec<Object>,
    bytes: u64,
}

/// What an object costs beside its cells.
const OBJECT_BYTES: u64 = 32;

/// Marks references of the `extern` hierarchy that are not the host's.
const CONVERTED: u64 = 1 << 63;

/// What a cell of the `any` hierarchy refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Referent {
    Object(usize),
    I31,
    Host,
}

impl Heap {
    /// Adds an object; the cell of a reference to it.
    pub(crate) fn allocate(&mut self, ty: TypeAddr, cells: Vec<u64>, limit: u64) -> Result<u64, TrapRule> {
        let bytes = self.bytes + OBJECT_BYTES + 8 * to_u64(cells.len());
        if bytes > limit {
            return Err(TrapRule::CoreAllocationTooLarge);
        }
        self.bytes = bytes;
        self.objects.push(Object { ty, cells });
        Ok(to_u64(self.objects.len()) << 2)
    }

    /// Whether an object of so many cells fits; asked before the cells are made.
    pub(crate) fn has_room(&self, cells: u64, limit: u64) -> Result<(), TrapRule> {
        let bytes = cells.checked_mul(8).and_then(|bytes| bytes.checked_add(self.bytes + OBJECT_BYTES));
        if bytes.is_none_or(|bytes| bytes > limit) { Err(TrapRule::CoreAllocationTooLarge) } else { Ok(()) }
    }

    /// The object that a cell refers to; `None` for null.
    pub(crate) fn get(&self, cell: u64) -> Option<&Object> {
        self.objects.get(to_usize(cell >> 2).checked_sub(1)?)
    }

    /// The object that a cell refers to, to write to it; `None` for null.
    pub(crate) fn get_mut(&mut self, cell: u64) -> Option<&mut Object> {
        self.objects.get_mut(to_usize(cell >> 2).checked_sub(1)?)
    }
}

/// What a cell of the `any` hierarchy, which is not null, refers to.
pub(crate) fn referent(cell: u64) -> Referent {
    match cell & 3 {
        0 => Referent::Object(to_usize(cell >> 2) - 1),
        1 => Referent::I31,
        _ => Referent::Host,
    }
}

/// *Spec: core specification, `ref.i31`.*
pub(crate) const fn i31(value: u64) -> u64 {
    (value & 0x7fff_ffff) << 2 | 1
}

/// *Spec: core specification, `any.convert_extern`.*
pub(crate) const fn any_of_extern(cell: u64) -> u64 {
    if cell == 0 {
        0
    } else if cell & CONVERTED != 0 {
        cell & !CONVERTED
    } else {
        cell << 2 | 2
    }
}

/// *Spec: core specification, `extern.convert_any`.*
pub(crate) const fn extern_of_any(cell: u64) -> u64 {
    if cell == 0 {
        0
    } else if cell & 3 == 2 {
        cell >> 2
    } else {
        cell | CONVERTED
    }
}

impl StateHash for Heap {
    fn state_hash(&self, hasher: &mut StateHasher) {
        self.objects.len().state_hash(hasher);
        for object in &self.objects {
            object.ty.state_hash(hasher);
            object.cells.state_hash(hasher);
        }
    }
}
