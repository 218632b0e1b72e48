//! The six kinds of compound type that are left when the specialized ones are taken apart.
//!
//! Spec: CanonicalABI.md, "Despecialization". Labels are left out; what is by position here is by label there.

use syntax::component::Payload;
use syntax::id::{ResourceIndex, TypeId};
use syntax::types::{DefinedType, ValType};

use crate::layout::{align_to, record_offsets, variant_layout};
use crate::type_table::TypeTable;

/// A compound type without the specialized forms, with the offsets that loading and storing need, for pointers of 32 and
/// of 64 bits.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// `record`, `tuple` and the entry of a `map`.
    Record(Box<[Field]>),
    /// `variant`, `enum`, `option` and `result`.
    Variant(Variant),
    /// `flags`, with the number of labels.
    Flags(u32),
    /// `list` and `map`.
    List(ValType),
    /// `list` of a fixed length.
    FixedList(ValType, u32),
    /// `own`
    Own(ResourceIndex),
    /// `borrow`
    Borrow(ResourceIndex),
    /// `stream`
    Stream(Payload),
    /// `future`
    Future(Payload),
}

/// A field of a record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    /// Its type.
    pub(crate) ty: ValType,
    /// Its distance from the start of the record in bytes, by pointer type.
    pub(crate) offsets: [u64; 2],
}

/// The cases of a variant.
#[derive(Clone, Debug)]
pub(crate) struct Variant {
    /// The payloads.
    pub(crate) cases: Box<[Option<ValType>]>,
    /// The size of the discriminant in bytes.
    pub(crate) disc_size: u64,
    /// The distance of the payload from the start of the variant in bytes, by pointer type.
    pub(crate) payload_offsets: [u64; 2],
}

/// Spec: CanonicalABI.md, "Despecialization", `despecialize`. The entry type of a map is defined in the table.
pub(crate) fn despecialize(table: &mut TypeTable, ty: &DefinedType) -> Shape {
    match ty {
        DefinedType::Record(fields) => record(table, fields.iter().map(|field| field.ty)),
        DefinedType::Tuple(types) => record(table, types.iter().copied()),
        DefinedType::Variant(cases) => variant(table, cases.iter().map(|case| case.ty).collect()),
        DefinedType::Enum(labels) => variant(table, labels.iter().map(|_| None).collect()),
        DefinedType::Option(some) => variant(table, Box::new([None, Some(*some)])),
        DefinedType::Result { ok, err } => variant(table, Box::new([*ok, *err])),
        DefinedType::Flags(labels) => Shape::Flags(syntax::convert::to_u32(labels.len())),
        DefinedType::List(element) => Shape::List(*element),
        DefinedType::FixedList(element, length) => Shape::FixedList(*element, *length),
        DefinedType::Map(key, value) => {
            let entry = record(table, [*key, *value].into_iter());
            Shape::List(ValType::Defined(table.define_entry(entry)))
        }
        DefinedType::Own(rt) => Shape::Own(*rt),
        DefinedType::Borrow(rt) => Shape::Borrow(*rt),
        DefinedType::Stream(payload) => Shape::Stream(*payload),
        DefinedType::Future(payload) => Shape::Future(*payload),
    }
}

fn record(table: &TypeTable, types: impl Iterator<Item = ValType> + Clone) -> Shape {
    Shape::Record(record_offsets(table, types).collect())
}

fn variant(table: &TypeTable, cases: Box<[Option<ValType>]>) -> Shape {
    let layout = variant_layout(table, &cases);
    let payload_offsets = layout.max_case_alignments.map(|alignment| align_to(layout.disc_size, alignment));
    Shape::Variant(Variant { cases, disc_size: layout.disc_size, payload_offsets })
}

/// Ids of map entries: they are no types of the program and have the highest bit set.
pub(crate) const ENTRY: u32 = 1 << 31;

/// The place of a map entry among the entries, if the id is that of one.
pub(crate) const fn entry_index(id: TypeId) -> Option<TypeId> {
    if id.0 & ENTRY != 0 { Some(TypeId(id.0 ^ ENTRY)) } else { None }
}
