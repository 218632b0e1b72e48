//! Lifting values out of core values.
//!
//! Spec: CanonicalABI.md, "Flat Lifting". Core values are cells of 64 bits: `i32` zero-extended, floats as bits. On cells
//! every coercion of `CoerceValueIter` keeps the low half or everything, which taking the wanted type does by itself, so
//! that the iterator needs no list of the types that a variant has.

use syntax::TrapRule;
use syntax::component::PtrType;
use syntax::convert::low_u32;
use syntax::id::TypeId;
use syntax::types::ValType;

use crate::context::{Handles, LiftLowerContext};
use crate::despecialize::{Field, Shape, Variant};
use crate::load::{case, convert_i32_to_char, load_list_from_range, unpack_flags_from_int};
use crate::nan::{canonicalize_nan32, canonicalize_nan64};
use crate::strings::load_string_from_range;
use crate::value::{NumberType, Numbers, Str, Value};

/// Reads core values one after the other. Spec: CanonicalABI.md, "Flat Lifting", `CoreValueIter`.
#[derive(Clone, Debug)]
pub struct CoreValueIter<'a> {
    values: &'a [u64],
    i: usize,
}

impl<'a> CoreValueIter<'a> {
    /// Starts at the first value.
    pub const fn new(values: &'a [u64]) -> Self {
        Self { values, i: 0 }
    }

    /// Goes on where another iterator over the same values stood.
    pub const fn at(values: &'a [u64], position: usize) -> Self {
        Self { values, i: position }
    }

    /// How many values were taken.
    pub const fn position(&self) -> usize {
        self.i
    }

    /// Spec: CanonicalABI.md, "Flat Lifting", `CoreValueIter.next` and `CoerceValueIter.next`, for a type of 32 bits.
    ///
    /// # Panics
    /// When there are no more values: validation has checked their number.
    #[inline]
    pub fn next_i32(&mut self) -> u32 {
        low_u32(self.next_i64())
    }

    /// Spec: CanonicalABI.md, "Flat Lifting", `CoreValueIter.next` and `CoerceValueIter.next`, for a type of 64 bits.
    ///
    /// # Panics
    /// When there are no more values: validation has checked their number.
    #[inline]
    pub fn next_i64(&mut self) -> u64 {
        let value = self.values[self.i];
        self.i += 1;
        value
    }

    /// The next value as a pointer or length.
    ///
    /// # Panics
    /// When there are no more values: validation has checked their number.
    #[inline]
    pub fn next_ptr(&mut self, ptr_type: PtrType) -> u64 {
        match ptr_type {
            PtrType::I32 => u64::from(self.next_i32()),
            PtrType::I64 => self.next_i64(),
        }
    }

    /// Spec: CanonicalABI.md, "Flat Lifting", `CoreValueIter.done`.
    pub const fn done(&self) -> bool {
        self.i == self.values.len()
    }
}

/// Spec: CanonicalABI.md, "Flat Lifting", `lift_flat`.
///
/// # Errors
/// When the core values are no value of the type, or a handle cannot be lifted.
#[inline]
pub fn lift_flat<C: Handles>(
    cx: &mut LiftLowerContext<'_, C>,
    vi: &mut CoreValueIter<'_>,
    t: ValType,
) -> Result<Value, C::Error> {
    Ok(match t {
        ValType::Bool => Value::Bool(vi.next_i32() != 0),
        ValType::U8 => Value::U8(low_bytes(vi.next_i32())[0]),
        ValType::U16 => Value::U16(u16::from_le_bytes(low_half(vi.next_i32()))),
        ValType::U32 => Value::U32(vi.next_i32()),
        ValType::U64 => Value::U64(vi.next_i64()),
        ValType::S8 => Value::S8(i8::from_le_bytes([low_bytes(vi.next_i32())[0]])),
        ValType::S16 => Value::S16(i16::from_le_bytes(low_half(vi.next_i32()))),
        ValType::S32 => Value::S32(vi.next_i32().cast_signed()),
        ValType::S64 => Value::S64(vi.next_i64().cast_signed()),
        ValType::F32 => Value::F32(canonicalize_nan32(vi.next_i32())),
        ValType::F64 => Value::F64(canonicalize_nan64(vi.next_i64())),
        ValType::Char => Value::Char(convert_i32_to_char(vi.next_i32())?),
        ValType::String => Value::String(lift_flat_string(cx, vi)?),
        ValType::ErrorContext => Value::ErrorContext(cx.inst.lift_error_context(vi.next_i32())?),
        ValType::Defined(id) => lift_flat_compound(cx, vi, id)?,
    })
}

fn lift_flat_compound<C: Handles>(
    cx: &mut LiftLowerContext<'_, C>,
    vi: &mut CoreValueIter<'_>,
    id: TypeId,
) -> Result<Value, C::Error> {
    let types = cx.types;
    match types.shape(id) {
        Shape::List(element) => {
            let ptr = vi.next_ptr(cx.opts.ptr_type);
            let length = vi.next_ptr(cx.opts.ptr_type);
            load_list_from_range(cx, ptr, length, *element)
        }
        Shape::FixedList(element, length) => lift_flat_list(cx, vi, *element, *length),
        Shape::Record(fields) => lift_flat_record(cx, vi, fields),
        Shape::Variant(variant) => {
            let end = vi.position() + types.flat_count(id, cx.opts.ptr_type);
            let value = lift_flat_variant(cx, vi, variant)?;
            vi.i = end;
            Ok(value)
        }
        Shape::Flags(labels) => Ok(unpack_flags_from_int(vi.next_i32(), *labels)),
        Shape::Own(rt) => Ok(Value::Own(cx.inst.lift_own(vi.next_i32(), *rt)?)),
        Shape::Borrow(rt) => Ok(Value::Borrow(cx.inst.lift_borrow(vi.next_i32(), *rt)?)),
        Shape::Stream(payload) => Ok(Value::Stream(cx.inst.lift_stream(vi.next_i32(), *payload)?)),
        Shape::Future(payload) => Ok(Value::Future(cx.inst.lift_future(vi.next_i32(), *payload)?)),
    }
}

const fn low_bytes(i: u32) -> [u8; 4] {
    i.to_le_bytes()
}

const fn low_half(i: u32) -> [u8; 2] {
    let [a, b, ..] = i.to_le_bytes();
    [a, b]
}

/// Spec: CanonicalABI.md, "Flat Lifting", `lift_flat_string`.
fn lift_flat_string<C: Handles>(cx: &mut LiftLowerContext<'_, C>, vi: &mut CoreValueIter<'_>) -> Result<Str, C::Error> {
    let ptr = vi.next_ptr(cx.opts.ptr_type);
    let packed_length = vi.next_ptr(cx.opts.ptr_type);
    load_string_from_range(cx, ptr, packed_length)
}

/// Spec: CanonicalABI.md, "Flat Lifting", `lift_flat_list` with a length.
fn lift_flat_list<C: Handles>(
    cx: &mut LiftLowerContext<'_, C>,
    vi: &mut CoreValueIter<'_>,
    elem_type: ValType,
    length: u32,
) -> Result<Value, C::Error> {
    if let Some(number) = NumberType::of(elem_type) {
        let mut numbers = Numbers::new(number, Vec::new());
        for _ in 0..length {
            numbers.push(&lift_flat(cx, vi, elem_type)?);
        }
        return Ok(Value::Numbers(numbers));
    }
    let mut list = Vec::new();
    for _ in 0..length {
        list.push(lift_flat(cx, vi, elem_type)?);
    }
    Ok(Value::List(list))
}

/// Spec: CanonicalABI.md, "Flat Lifting", `lift_flat_record`.
fn lift_flat_record<C: Handles>(
    cx: &mut LiftLowerContext<'_, C>,
    vi: &mut CoreValueIter<'_>,
    fields: &[Field],
) -> Result<Value, C::Error> {
    let mut record = Vec::with_capacity(fields.len());
    for field in fields {
        record.push(lift_flat(cx, vi, field.ty)?);
    }
    Ok(Value::Record(record))
}

/// Spec: CanonicalABI.md, "Flat Lifting", `lift_flat_variant`, but for the core values that the case leaves over.
fn lift_flat_variant<C: Handles>(
    cx: &mut LiftLowerContext<'_, C>,
    vi: &mut CoreValueIter<'_>,
    variant: &Variant,
) -> Result<Value, C::Error> {
    let case_index = vi.next_i32();
    let payload = case(variant, case_index, TrapRule::LiftFlatVariantDiscriminant)?;
    Ok(match payload {
        None => Value::Variant(case_index, None),
        Some(ty) => Value::Variant(case_index, Some(Box::new(lift_flat(cx, vi, ty)?))),
    })
}
