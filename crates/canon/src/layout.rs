//! How values lie in memory.
//!
//! Spec: CanonicalABI.md, "Alignment" and "Element Size". Sizes saturate where the definition's numbers have no end;
//! validation keeps every size below 2^28, and a list of parameters below 2^38.

use syntax::component::PtrType;
use syntax::id::TypeId;
use syntax::types::ValType;

use crate::despecialize::{Field, Shape, Variant};
use crate::type_table::{PTR_TYPES, TypeTable};

/// Size and alignment in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// The size.
    pub(crate) size: u64,
    /// The alignment, a power of two.
    pub(crate) alignment: u64,
}

impl Layout {
    const fn of(size: u64, alignment: u64) -> Self {
        Self { size, alignment }
    }
}

/// Spec: CanonicalABI.md, "Canonical ABI Options", `ptr_size`.
#[inline]
pub(crate) const fn ptr_size(ptr_type: PtrType) -> u64 {
    match ptr_type {
        PtrType::I32 => 4,
        PtrType::I64 => 8,
    }
}

/// Spec: CanonicalABI.md, "Element Size", `align_to`, for alignments that are powers of two.
#[inline]
pub(crate) const fn align_to(ptr: u64, alignment: u64) -> u64 {
    match ptr.checked_next_multiple_of(alignment) {
        Some(aligned) => aligned,
        None => !(alignment - 1),
    }
}

/// Spec: CanonicalABI.md, "Alignment" and "Element Size", `alignment` and `elem_size` of what is no compound type; the id
/// of a compound one.
#[inline]
pub(crate) const fn layout_of_primitive(ty: ValType, ptr_type: PtrType) -> Result<Layout, TypeId> {
    match ty {
        ValType::Bool | ValType::S8 | ValType::U8 => Ok(Layout::of(1, 1)),
        ValType::S16 | ValType::U16 => Ok(Layout::of(2, 2)),
        ValType::S32 | ValType::U32 | ValType::F32 | ValType::Char | ValType::ErrorContext => Ok(Layout::of(4, 4)),
        ValType::S64 | ValType::U64 | ValType::F64 => Ok(Layout::of(8, 8)),
        ValType::String => Ok(Layout::of(2 * ptr_size(ptr_type), ptr_size(ptr_type))),
        ValType::Defined(id) => Err(id),
    }
}

/// Spec: CanonicalABI.md, "Alignment" and "Element Size", `alignment` and `elem_size` of a compound type.
pub(crate) fn layout_of_shape(table: &TypeTable, shape: &Shape, ptr_type: PtrType) -> Layout {
    match shape {
        Shape::Record(fields) => layout_of_record(table, fields.iter().map(|field| field.ty), ptr_type),
        Shape::Variant(variant) => layout_of_variant(table, variant, ptr_type),
        Shape::Flags(labels) => {
            let size = size_of_flags(*labels);
            Layout::of(size, size)
        }
        Shape::List(_) => Layout::of(2 * ptr_size(ptr_type), ptr_size(ptr_type)),
        Shape::FixedList(element, length) => {
            let element = table.layout(*element, ptr_type);
            Layout::of(element.size.saturating_mul(u64::from(*length)), element.alignment)
        }
        Shape::Own(_) | Shape::Borrow(_) | Shape::Stream(_) | Shape::Future(_) => Layout::of(4, 4),
    }
}

/// Spec: CanonicalABI.md, "Alignment" and "Element Size", `alignment_record` and `elem_size_record`.
pub(crate) fn layout_of_record(table: &TypeTable, fields: impl Iterator<Item = ValType>, ptr_type: PtrType) -> Layout {
    let mut record = Layout::of(0, 1);
    for field in fields {
        let field = table.layout(field, ptr_type);
        record.size = align_to(record.size, field.alignment).saturating_add(field.size);
        record.alignment = record.alignment.max(field.alignment);
    }
    Layout::of(align_to(record.size, record.alignment), record.alignment)
}

/// The fields of a record with their places. Spec: CanonicalABI.md, "Loading", `load_record`.
pub(crate) fn record_offsets(table: &TypeTable, fields: impl Iterator<Item = ValType>) -> impl Iterator<Item = Field> {
    let mut ends = [0; 2];
    fields.map(move |ty| {
        let mut offsets = [0; 2];
        for ((offset, end), ptr_type) in offsets.iter_mut().zip(&mut ends).zip(PTR_TYPES) {
            let field = table.layout(ty, ptr_type);
            *offset = align_to(*end, field.alignment);
            *end = offset.saturating_add(field.size);
        }
        Field { ty, offsets }
    })
}

/// What the layouts of a variant for both pointer types are made of.
pub(crate) struct VariantLayout {
    /// The size and alignment of the discriminant.
    pub(crate) disc_size: u64,
    /// `max_case_alignment`, by pointer type.
    pub(crate) max_case_alignments: [u64; 2],
}

/// Spec: CanonicalABI.md, "Alignment", `discriminant_type` and `max_case_alignment`.
pub(crate) fn variant_layout(table: &TypeTable, cases: &[Option<ValType>]) -> VariantLayout {
    let max_case_alignments = PTR_TYPES
        .map(|ptr_type| cases.iter().flatten().map(|payload| table.alignment(*payload, ptr_type)).max().unwrap_or(1));
    VariantLayout { disc_size: discriminant_size(cases.len()), max_case_alignments }
}

/// The size of what `discriminant_type` answers.
fn discriminant_size(cases: usize) -> u64 {
    match cases {
        0..=0x100 => 1,
        0x101..=0x1_0000 => 2,
        _ => 4,
    }
}

/// Spec: CanonicalABI.md, "Alignment" and "Element Size", `alignment_variant` and `elem_size_variant`.
fn layout_of_variant(table: &TypeTable, variant: &Variant, ptr_type: PtrType) -> Layout {
    let mut alignment = variant.disc_size;
    let mut case_size = 0;
    for payload in variant.cases.iter().flatten() {
        let payload = table.layout(*payload, ptr_type);
        alignment = alignment.max(payload.alignment);
        case_size = case_size.max(payload.size);
    }
    let offset = variant.payload_offsets[crate::type_table::by(ptr_type)];
    Layout::of(align_to(offset.saturating_add(case_size), alignment), alignment)
}

/// Spec: CanonicalABI.md, "Element Size", `elem_size_flags`, which is also `alignment_flags`.
pub(crate) const fn size_of_flags(labels: u32) -> u64 {
    match labels {
        0..=8 => 1,
        9..=16 => 2,
        _ => 4,
    }
}
