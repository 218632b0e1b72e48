//! What the Canonical ABI needs to know of each compound type, computed once.
//!
//! Spec: CanonicalABI.md, "Despecialization", "Alignment", "Element Size" and "Flattening". The table follows a
//! `syntax::types::Types` that grows when more components are decoded; it belongs to the program, not to the state.

use syntax::component::PtrType;
use syntax::id::TypeId;
use syntax::types::{Types, ValType};

use crate::despecialize::{ENTRY, Shape, despecialize, entry_index};
use crate::flatten::{FlatTypes, flatten_primitive, flatten_shape};
use crate::layout::{Layout, layout_of_primitive, layout_of_shape};

/// A compound type.
#[derive(Clone, Debug)]
pub(crate) struct Compound {
    /// Its form.
    pub(crate) shape: Shape,
    /// Size and alignment, by pointer type.
    layouts: [Layout; 2],
    /// Core types, by pointer type.
    flat: [FlatTypes; 2],
}

/// Layouts and core types of the types of a program.
#[derive(Clone, Debug, Default)]
pub struct TypeTable {
    defined: Vec<Compound>,
    entries: Vec<Compound>,
}

/// The pointer types, in the order of everything that is kept by pointer type.
pub(crate) const PTR_TYPES: [PtrType; 2] = [PtrType::I32, PtrType::I64];

/// The place of a pointer type in what is kept by pointer type.
#[inline]
pub(crate) const fn by(ptr_type: PtrType) -> usize {
    match ptr_type {
        PtrType::I32 => 0,
        PtrType::I64 => 1,
    }
}

impl TypeTable {
    /// A table that knows no compound type.
    pub const fn new() -> Self {
        Self { defined: Vec::new(), entries: Vec::new() }
    }

    /// Adds the types that are new; the types must be those that the table was made of so far, grown or not.
    pub fn extend(&mut self, types: &Types) {
        for position in self.defined.len()..types.defined_count() {
            let shape = despecialize(self, types.defined(TypeId::new(position)));
            let compound = self.compound(shape);
            self.defined.push(compound);
        }
    }

    /// Spec: CanonicalABI.md, "Alignment", `alignment`. In bytes.
    #[inline]
    pub fn alignment(&self, ty: ValType, ptr_type: PtrType) -> u64 {
        self.layout(ty, ptr_type).alignment
    }

    /// Spec: CanonicalABI.md, "Element Size", `elem_size`. In bytes; a size of 2^64 or more, which validation refuses,
    /// comes out as `u64::MAX` or a little less.
    #[inline]
    pub fn elem_size(&self, ty: ValType, ptr_type: PtrType) -> u64 {
        self.layout(ty, ptr_type).size
    }

    /// The size in bytes of values that are the same bytes in every memory and need no check, so that ranges of them can
    /// be copied: integers, and lists of fixed length of them. No floats, because a NaN is made canonical on its way.
    pub fn block_size(&self, ty: ValType) -> Option<u64> {
        match ty {
            ValType::S8
            | ValType::U8
            | ValType::S16
            | ValType::U16
            | ValType::S32
            | ValType::U32
            | ValType::S64
            | ValType::U64 => Some(self.elem_size(ty, PtrType::I32)),
            ValType::Bool | ValType::F32 | ValType::F64 | ValType::Char | ValType::String | ValType::ErrorContext => {
                None
            }
            ValType::Defined(id) => match &self.compound_of(id).shape {
                Shape::FixedList(element, _) => self.block_size(*element).map(|_| self.elem_size(ty, PtrType::I32)),
                Shape::Record(_)
                | Shape::Variant(_)
                | Shape::Flags(_)
                | Shape::List(_)
                | Shape::Own(_)
                | Shape::Borrow(_)
                | Shape::Stream(_)
                | Shape::Future(_) => None,
            },
        }
    }

    pub(crate) fn layout(&self, ty: ValType, ptr_type: PtrType) -> Layout {
        match layout_of_primitive(ty, ptr_type) {
            Ok(layout) => layout,
            Err(id) => self.compound_of(id).layouts[by(ptr_type)],
        }
    }

    /// Spec: CanonicalABI.md, "Flattening", `flatten_type`, as far as it matters.
    pub fn flatten_type(&self, ty: ValType, ptr_type: PtrType) -> FlatTypes {
        match flatten_primitive(ty, ptr_type) {
            Ok(flat) => flat,
            Err(id) => self.compound_of(id).flat[by(ptr_type)],
        }
    }

    /// How many core values a compound type takes, capped like `FlatTypes::count`.
    pub(crate) fn flat_count(&self, id: TypeId, ptr_type: PtrType) -> usize {
        self.compound_of(id).flat[by(ptr_type)].count()
    }

    /// The form of a compound type.
    ///
    /// # Panics
    /// When the table was not extended by the types that the id comes from.
    #[inline]
    pub(crate) fn shape(&self, id: TypeId) -> &Shape {
        &self.compound_of(id).shape
    }

    fn compound_of(&self, id: TypeId) -> &Compound {
        match entry_index(id) {
            Some(entry) => &self.entries[entry.index()],
            None => &self.defined[id.index()],
        }
    }

    /// Keeps the entry type of a map, and gives it an id.
    pub(crate) fn define_entry(&mut self, shape: Shape) -> TypeId {
        let compound = self.compound(shape);
        let id = TypeId(TypeId::new(self.entries.len()).0 | ENTRY);
        self.entries.push(compound);
        id
    }

    fn compound(&self, shape: Shape) -> Compound {
        let layouts = PTR_TYPES.map(|ptr_type| layout_of_shape(self, &shape, ptr_type));
        let flat = PTR_TYPES.map(|ptr_type| flatten_shape(self, &shape, ptr_type));
        Compound { shape, layouts, flat }
    }
}
