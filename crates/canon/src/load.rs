//! Lifting values out of memory.
//!
//! Spec: CanonicalABI.md, "Loading". Strings are in `strings`; handles are lifted by the instance. A list of numbers is
//! taken as one block of bytes.

use syntax::component::PtrType;
use syntax::convert::{to_u64, to_usize};
use syntax::id::TypeId;
use syntax::types::ValType;
use syntax::{Trap, TrapRule};

use crate::context::{Handles, LiftLowerContext, Memory, trap_if_unaligned};
use crate::despecialize::{Field, Shape, Variant};
use crate::layout::{ptr_size, size_of_flags};
use crate::limits::MAX_LIST_BYTE_LENGTH;
use crate::nan::{canonicalize_nan32, canonicalize_nan64, canonicalize_nans};
use crate::strings::load_string;
use crate::type_table::by;
use crate::value::{NumberType, Numbers, Value};

/// How many elements a list gets room for before the first is loaded.
const FIRST_CAPACITY: u64 = 1024;

/// Spec: CanonicalABI.md, "Loading", `load`.
///
/// # Errors
/// When the bytes are no value of the type, or a handle cannot be lifted.
///
/// # Panics
/// When the value does not lie inside memory: the caller has checked that.
pub fn load<C: Handles>(cx: &mut LiftLowerContext<'_, C>, ptr: u64, t: ValType) -> Result<Value, C::Error> {
    debug_assert!(ptr.is_multiple_of(cx.types.alignment(t, cx.opts.ptr_type)), "the caller has checked the pointer");
    Ok(match t {
        ValType::Bool => Value::Bool(u8::from_le_bytes(load_int(cx, ptr)) != 0),
        ValType::U8 => Value::U8(u8::from_le_bytes(load_int(cx, ptr))),
        ValType::U16 => Value::U16(u16::from_le_bytes(load_int(cx, ptr))),
        ValType::U32 => Value::U32(load_u32(cx, ptr)),
        ValType::U64 => Value::U64(u64::from_le_bytes(load_int(cx, ptr))),
        ValType::S8 => Value::S8(i8::from_le_bytes(load_int(cx, ptr))),
        ValType::S16 => Value::S16(i16::from_le_bytes(load_int(cx, ptr))),
        ValType::S32 => Value::S32(i32::from_le_bytes(load_int(cx, ptr))),
        ValType::S64 => Value::S64(i64::from_le_bytes(load_int(cx, ptr))),
        ValType::F32 => Value::F32(canonicalize_nan32(load_u32(cx, ptr))),
        ValType::F64 => Value::F64(canonicalize_nan64(u64::from_le_bytes(load_int(cx, ptr)))),
        ValType::Char => Value::Char(convert_i32_to_char(load_u32(cx, ptr))?),
        ValType::String => Value::String(load_string(cx, ptr)?),
        ValType::ErrorContext => {
            let index = load_u32(cx, ptr);
            Value::ErrorContext(cx.inst.lift_error_context(index)?)
        }
        ValType::Defined(id) => load_compound(cx, ptr, id)?,
    })
}

fn load_compound<C: Handles>(cx: &mut LiftLowerContext<'_, C>, ptr: u64, id: TypeId) -> Result<Value, C::Error> {
    let types = cx.types;
    match types.shape(id) {
        Shape::List(element) => {
            let begin = load_ptr(cx, ptr);
            let length = load_ptr(cx, ptr + ptr_size(cx.opts.ptr_type));
            load_list_from_range(cx, begin, length, *element)
        }
        Shape::FixedList(element, length) => load_list_from_valid_range(cx, ptr, u64::from(*length), *element),
        Shape::Record(fields) => load_record(cx, ptr, fields),
        Shape::Variant(variant) => load_variant(cx, ptr, variant),
        Shape::Flags(labels) => Ok(load_flags(cx, ptr, *labels)),
        Shape::Own(rt) => Ok(Value::Own(cx.inst.lift_own(load_u32(cx, ptr), *rt)?)),
        Shape::Borrow(rt) => Ok(Value::Borrow(cx.inst.lift_borrow(load_u32(cx, ptr), *rt)?)),
        Shape::Stream(payload) => Ok(Value::Stream(cx.inst.lift_stream(load_u32(cx, ptr), *payload)?)),
        Shape::Future(payload) => Ok(Value::Future(cx.inst.lift_future(load_u32(cx, ptr), *payload)?)),
    }
}

/// Spec: CanonicalABI.md, "Loading", `load_int`, before the bytes become a number.
#[inline]
fn load_int<C: Memory, const NBYTES: usize>(cx: &LiftLowerContext<'_, C>, ptr: u64) -> [u8; NBYTES] {
    *cx.inst.bytes()[to_usize(ptr)..].first_chunk().expect("the caller has checked that the value is inside memory")
}

#[inline]
fn load_u32<C: Memory>(cx: &LiftLowerContext<'_, C>, ptr: u64) -> u32 {
    u32::from_le_bytes(load_int(cx, ptr))
}

/// A number of the size of a pointer.
#[inline]
pub(crate) fn load_ptr<C: Memory>(cx: &LiftLowerContext<'_, C>, ptr: u64) -> u64 {
    match cx.opts.ptr_type {
        PtrType::I32 => u64::from(load_u32(cx, ptr)),
        PtrType::I64 => u64::from_le_bytes(load_int(cx, ptr)),
    }
}

/// An unsigned number of 1, 2 or 4 bytes.
fn load_unsigned<C: Memory>(cx: &LiftLowerContext<'_, C>, ptr: u64, nbytes: u64) -> u32 {
    match nbytes {
        1 => u32::from(u8::from_le_bytes(load_int(cx, ptr))),
        2 => u32::from(u16::from_le_bytes(load_int(cx, ptr))),
        _ => load_u32(cx, ptr),
    }
}

/// Spec: CanonicalABI.md, "Loading", `convert_i32_to_char`.
pub(crate) fn convert_i32_to_char(i: u32) -> Result<char, Trap> {
    if i >= 0x11_0000 {
        return Err(Trap::with(TrapRule::CharOutOfRange, format!("{i:#x}")));
    }
    if (0xd800..=0xdfff).contains(&i) {
        return Err(Trap::with(TrapRule::CharSurrogate, format!("{i:#x}")));
    }
    Ok(char::from_u32(i).expect("every number below 0x110000 that is no surrogate is a `char`"))
}

/// Spec: CanonicalABI.md, "Loading", `load_list_from_range`. The length is in elements.
///
/// # Errors
/// When the list is too long, not aligned or not inside memory, or an element is no value of its type.
pub fn load_list_from_range<C: Handles>(
    cx: &mut LiftLowerContext<'_, C>,
    ptr: u64,
    length: u64,
    elem_type: ValType,
) -> Result<Value, C::Error> {
    let byte_length = length.saturating_mul(cx.types.elem_size(elem_type, cx.opts.ptr_type));
    if byte_length > MAX_LIST_BYTE_LENGTH {
        return Err(Trap::with(TrapRule::ListTooLong, format!("({byte_length} bytes)")).into());
    }
    trap_if_unaligned(ptr, cx.types.alignment(elem_type, cx.opts.ptr_type), TrapRule::ListUnaligned)?;
    cx.trap_if_out_of_bounds(ptr, byte_length, TrapRule::ListOutOfBounds)?;
    load_list_from_valid_range(cx, ptr, length, elem_type)
}

/// Spec: CanonicalABI.md, "Loading", `load_list_from_valid_range`. The length is in elements.
///
/// # Errors
/// When an element is no value of its type.
///
/// # Panics
/// When the list does not lie inside memory: the caller has checked that.
pub fn load_list_from_valid_range<C: Handles>(
    cx: &mut LiftLowerContext<'_, C>,
    ptr: u64,
    length: u64,
    elem_type: ValType,
) -> Result<Value, C::Error> {
    if let Some(number) = NumberType::of(elem_type) {
        return load_numbers(cx, ptr, length, number).map(Value::Numbers);
    }
    cx.inst.spend(length)?;
    let elem_size = cx.types.elem_size(elem_type, cx.opts.ptr_type);
    let mut list = Vec::with_capacity(to_usize(length.min(FIRST_CAPACITY)));
    for i in 0..length {
        list.push(load(cx, ptr + i * elem_size, elem_type)?);
    }
    Ok(Value::List(list))
}

/// Differs: one copy instead of a load for each element; the result is the same.
fn load_numbers<C: Memory>(
    cx: &mut LiftLowerContext<'_, C>,
    ptr: u64,
    length: u64,
    ty: NumberType,
) -> Result<Numbers, C::Error> {
    let byte_length = length * ty.size_bytes();
    cx.spend_bytes(byte_length)?;
    let begin = to_usize(ptr);
    let mut bytes = cx.inst.bytes()[begin..begin + to_usize(byte_length)].to_vec();
    canonicalize_nans(ty, &mut bytes);
    Ok(Numbers::new(ty, bytes))
}

/// Spec: CanonicalABI.md, "Loading", `load_record`.
fn load_record<C: Handles>(cx: &mut LiftLowerContext<'_, C>, ptr: u64, fields: &[Field]) -> Result<Value, C::Error> {
    let mut record = Vec::with_capacity(fields.len());
    for field in fields {
        record.push(load(cx, ptr + field.offsets[by(cx.opts.ptr_type)], field.ty)?);
    }
    Ok(Value::Record(record))
}

/// Spec: CanonicalABI.md, "Loading", `load_variant`.
fn load_variant<C: Handles>(cx: &mut LiftLowerContext<'_, C>, ptr: u64, variant: &Variant) -> Result<Value, C::Error> {
    let case_index = load_unsigned(cx, ptr, variant.disc_size);
    let payload = case(variant, case_index, TrapRule::LoadVariantDiscriminant)?;
    Ok(match payload {
        None => Value::Variant(case_index, None),
        Some(ty) => {
            let ptr = ptr + variant.payload_offsets[by(cx.opts.ptr_type)];
            Value::Variant(case_index, Some(Box::new(load(cx, ptr, ty)?)))
        }
    })
}

/// The payload type of a case, or the trap of a rule if there is no such case.
pub(crate) fn case(variant: &Variant, case_index: u32, rule: TrapRule) -> Result<Option<ValType>, Trap> {
    let position = to_usize(u64::from(case_index));
    variant.cases.get(position).copied().ok_or_else(|| no_case(variant, case_index, rule))
}

#[cold]
fn no_case(variant: &Variant, case_index: u32, rule: TrapRule) -> Trap {
    Trap::with(rule, format!("{case_index} of {} cases", to_u64(variant.cases.len())))
}

/// Spec: CanonicalABI.md, "Loading", `load_flags`.
fn load_flags<C: Memory>(cx: &LiftLowerContext<'_, C>, ptr: u64, labels: u32) -> Value {
    unpack_flags_from_int(load_unsigned(cx, ptr, size_of_flags(labels)), labels)
}

/// Spec: CanonicalABI.md, "Loading", `unpack_flags_from_int`: bits without a label are dropped.
pub(crate) fn unpack_flags_from_int(i: u32, labels: u32) -> Value {
    Value::Flags(i & u32::MAX.checked_shr(32 - labels).unwrap_or(0))
}
