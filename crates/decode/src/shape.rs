//! The shape of a type: how deep it is, how much there is to visit in it, and how many bytes a value takes.
//!
//! Spec: Binary.md, "Type Definitions" (the limit of `elem_size`); CanonicalABI.md, "Alignment" and "Element Size", for
//! pointers of 64 bits. Handles, lists and strings have the same layout whatever they refer to, so resource types do not
//! matter here.

use std::sync::Arc;

use indexmap::IndexMap;
use syntax::convert::to_u64;
use wasmparser::{ComponentDefinedType, ComponentValType, PrimitiveValType};

/// Spec: Binary.md, "Type Definitions": `elem_size(t, 'i64')` must be less than this.
const VALUE_SIZE_LIMIT: u64 = 1 << 28;

/// The shape of a type, or of what has that type.
#[derive(Clone)]
pub(crate) struct Shape {
    /// One for a leaf, one more around it.
    pub(crate) depth: u32,
    /// How many types there are to visit, each as often as it is used.
    pub(crate) size: u64,
    /// How many of them are named exports of instances and components.
    pub(crate) items: u64,
    /// What else is known.
    pub(crate) kind: Kind,
}

/// What else is known of a shape, by sort.
#[derive(Clone)]
pub(crate) enum Kind {
    /// A value type.
    Value(Layout),
    /// An instance or component, or its type, with its exports.
    Exports(Arc<IndexMap<String, Shape>>),
    /// A function, a core module, a resource type; or an index that the validator will refuse.
    Other,
}

/// The layout of values in a memory with 64-bit addresses.
#[derive(Clone, Copy)]
pub(crate) struct Layout {
    align: u64,
    size: u64,
}

const POINTER_AND_LENGTH: Layout = Layout { align: 8, size: 16 };
const HANDLE: Layout = Layout::number(4);

impl Shape {
    /// A type with nothing inside.
    pub(crate) const LEAF: Self = Self { depth: 1, size: 1, items: 0, kind: Kind::Other };

    /// Puts another shape inside this one.
    pub(crate) fn contain(&mut self, inner: &Self) {
        self.depth = self.depth.max(inner.depth + 1);
        self.size = self.size.saturating_add(inner.size);
        self.items = self.items.saturating_add(inner.items);
    }

    /// An export of an instance.
    pub(crate) fn export(&self, name: &str) -> Self {
        match &self.kind {
            Kind::Exports(exports) => exports.get(name).cloned().unwrap_or(Self::LEAF),
            Kind::Value(_) | Kind::Other => Self::LEAF,
        }
    }

    /// Whether values of this type are too large. Spec: Binary.md, "Type Definitions".
    pub(crate) fn is_oversize(&self) -> bool {
        match &self.kind {
            Kind::Value(layout) => layout.size >= VALUE_SIZE_LIMIT,
            Kind::Exports(_) | Kind::Other => false,
        }
    }

    fn layout(&self) -> Layout {
        match &self.kind {
            Kind::Value(layout) => *layout,
            Kind::Exports(_) | Kind::Other => Layout::number(1),
        }
    }
}

impl Layout {
    const fn number(bytes: u64) -> Self {
        Self { align: bytes, size: bytes }
    }

    /// Spec: CanonicalABI.md, "Alignment", `alignment`; "Element Size", `elem_size`.
    fn primitive(ty: PrimitiveValType) -> Self {
        match ty {
            PrimitiveValType::Bool | PrimitiveValType::S8 | PrimitiveValType::U8 => Self::number(1),
            PrimitiveValType::S16 | PrimitiveValType::U16 => Self::number(2),
            PrimitiveValType::S32
            | PrimitiveValType::U32
            | PrimitiveValType::F32
            | PrimitiveValType::Char
            | PrimitiveValType::ErrorContext => Self::number(4),
            PrimitiveValType::S64 | PrimitiveValType::U64 | PrimitiveValType::F64 => Self::number(8),
            PrimitiveValType::String => POINTER_AND_LENGTH,
        }
    }

    /// Spec: CanonicalABI.md, "Element Size", `elem_size_record`.
    fn record(fields: impl Iterator<Item = Self>) -> Self {
        let mut all = Self { align: 1, size: 0 };
        for field in fields {
            all.align = all.align.max(field.align);
            all.size = align_to(all.size, field.align).saturating_add(field.size);
        }
        all.size = align_to(all.size, all.align);
        all
    }

    /// Spec: CanonicalABI.md, "Element Size", `elem_size_variant`.
    fn variant(count_cases: usize, payloads: impl Iterator<Item = Self>) -> Self {
        let discriminant = match count_cases {
            0..=0x100 => 1,
            0x101..=0x1_0000 => 2,
            _ => 4,
        };
        let (mut align, mut size) = (1, 0);
        for payload in payloads {
            align = payload.align.max(align);
            size = payload.size.max(size);
        }
        let size = align_to(discriminant, align).saturating_add(size);
        let align = align.max(discriminant);
        Self { align, size: align_to(size, align) }
    }

    /// Spec: CanonicalABI.md, "Element Size", `elem_size_flags`.
    fn flags(count_labels: usize) -> Self {
        match count_labels {
            0..=8 => Self::number(1),
            9..=16 => Self::number(2),
            _ => Self::number(4),
        }
    }
}

fn align_to(size: u64, align: u64) -> u64 {
    size.div_ceil(align).saturating_mul(align)
}

/// The shape of a value type as written, in a type index space.
pub(crate) fn value(ty: ComponentValType, types: &[Shape]) -> Shape {
    match ty {
        ComponentValType::Primitive(ty) => Shape { kind: Kind::Value(Layout::primitive(ty)), ..Shape::LEAF },
        ComponentValType::Type(index) => at(types, index),
    }
}

/// The shape of an entry of an index space; the validator refuses indices that are out of bounds.
pub(crate) fn at(space: &[Shape], index: u32) -> Shape {
    space.get(syntax::convert::to_usize(index.into())).cloned().unwrap_or(Shape::LEAF)
}

/// The shape of a type definition, in a type index space.
pub(crate) fn defined(ty: &ComponentDefinedType<'_>, types: &[Shape]) -> Shape {
    let mut parts = Vec::new();
    let mut part = |ty: ComponentValType| {
        let shape = value(ty, types);
        let layout = shape.layout();
        parts.push(shape);
        layout
    };
    let layout = match ty {
        ComponentDefinedType::Primitive(ty) => Layout::primitive(*ty),
        ComponentDefinedType::Record(fields) => Layout::record(fields.iter().map(|field| part(field.1))),
        ComponentDefinedType::Tuple(types) => Layout::record(types.iter().map(|ty| part(*ty))),
        ComponentDefinedType::Variant(cases) => {
            Layout::variant(cases.len(), cases.iter().filter_map(|case| case.ty).map(part))
        }
        ComponentDefinedType::Enum(labels) => Layout::variant(labels.len(), std::iter::empty()),
        ComponentDefinedType::Option(ty) => Layout::variant(2, std::iter::once(part(*ty))),
        ComponentDefinedType::Result { ok, err } => Layout::variant(2, [*ok, *err].into_iter().flatten().map(part)),
        ComponentDefinedType::Flags(labels) => Layout::flags(labels.len()),
        ComponentDefinedType::FixedLengthList(ty, length) => {
            let element = part(*ty);
            Layout { align: element.align, size: element.size.saturating_mul(u64::from(*length)) }
        }
        ComponentDefinedType::List(ty) => {
            part(*ty);
            POINTER_AND_LENGTH
        }
        ComponentDefinedType::Map(key, value) => {
            part(*key);
            part(*value);
            POINTER_AND_LENGTH
        }
        ComponentDefinedType::Stream(ty) | ComponentDefinedType::Future(ty) => {
            ty.map(part);
            HANDLE
        }
        ComponentDefinedType::Own(_) | ComponentDefinedType::Borrow(_) => HANDLE,
    };
    let mut shape = Shape { kind: Kind::Value(layout), ..Shape::LEAF };
    for part in &parts {
        shape.contain(part);
    }
    // Labels are copied by whoever visits the type.
    if let ComponentDefinedType::Flags(labels) | ComponentDefinedType::Enum(labels) = ty {
        shape.size = shape.size.saturating_add(to_u64(labels.len()));
    }
    shape
}
