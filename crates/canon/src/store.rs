//! Lowering values into memory.
//!
//! Spec: CanonicalABI.md, "Storing". Strings are in `strings`; handles are lowered by the instance. A list of numbers is
//! put down as one block of bytes. No part of memory is held while `realloc` may run.

use syntax::TrapRule;
use syntax::component::PtrType;
use syntax::convert::{to_u64, to_usize};
use syntax::id::TypeId;
use syntax::types::ValType;

use crate::context::{Handles, LiftLowerContext, Memory, trap_if_unaligned};
use crate::despecialize::{Field, Shape, Variant};
use crate::layout::{ptr_size, size_of_flags};
use crate::limits::REALLOC_I32_MAX;
use crate::nan::{maybe_scramble_nan32, maybe_scramble_nan64, scrambled};
use crate::strings::store_string;
use crate::type_table::by;
use crate::value::{NumberType, Numbers, Value};

/// Spec: CanonicalABI.md, "Storing", `store`.
///
/// # Errors
/// When `realloc` or lowering a handle fails.
///
/// # Panics
/// When the place does not lie inside memory, which the caller has checked, or the value is not of the type.
pub fn store<C: Handles>(cx: &mut LiftLowerContext<'_, C>, v: &Value, t: ValType, ptr: u64) -> Result<(), C::Error> {
    debug_assert!(ptr.is_multiple_of(cx.types.alignment(t, cx.opts.ptr_type)), "the caller has checked the pointer");
    match (t, v) {
        (ValType::Bool, Value::Bool(v)) => store_int(cx, [u8::from(*v)], ptr),
        (ValType::U8, Value::U8(v)) => store_int(cx, [*v], ptr),
        (ValType::U16, Value::U16(v)) => store_int(cx, v.to_le_bytes(), ptr),
        (ValType::U32, Value::U32(v)) => store_int(cx, v.to_le_bytes(), ptr),
        (ValType::U64, Value::U64(v)) => store_int(cx, v.to_le_bytes(), ptr),
        (ValType::S8, Value::S8(v)) => store_int(cx, v.to_le_bytes(), ptr),
        (ValType::S16, Value::S16(v)) => store_int(cx, v.to_le_bytes(), ptr),
        (ValType::S32, Value::S32(v)) => store_int(cx, v.to_le_bytes(), ptr),
        (ValType::S64, Value::S64(v)) => store_int(cx, v.to_le_bytes(), ptr),
        (ValType::F32, Value::F32(v)) => {
            let bits = maybe_scramble_nan32(cx, *v);
            store_int(cx, bits.to_le_bytes(), ptr);
        }
        (ValType::F64, Value::F64(v)) => {
            let bits = maybe_scramble_nan64(cx, *v);
            store_int(cx, bits.to_le_bytes(), ptr);
        }
        (ValType::Char, Value::Char(v)) => store_int(cx, u32::from(*v).to_le_bytes(), ptr),
        (ValType::String, Value::String(v)) => store_string(cx, v, ptr)?,
        (ValType::ErrorContext, Value::ErrorContext(v)) => {
            let index = cx.inst.lower_error_context(*v)?;
            store_int(cx, index.to_le_bytes(), ptr);
        }
        (ValType::Defined(id), _) => store_compound(cx, v, id, ptr)?,
        _ => mismatch(v, t),
    }
    Ok(())
}

/// The value is not of the type: a bug, because values of the host are checked and all others were lifted.
#[cold]
pub(crate) fn mismatch(v: &Value, t: impl std::fmt::Debug) -> ! {
    panic!("a value of type {t:?} is expected, not {v:?}: lifted and checked values have their types")
}

fn store_compound<C: Handles>(
    cx: &mut LiftLowerContext<'_, C>,
    v: &Value,
    id: TypeId,
    ptr: u64,
) -> Result<(), C::Error> {
    let types = cx.types;
    match (types.shape(id), v) {
        (Shape::List(element), _) => {
            let (begin, length) = store_list_into_range(cx, v, *element)?;
            store_ptr(cx, begin, ptr);
            store_ptr(cx, length, ptr + ptr_size(cx.opts.ptr_type));
            Ok(())
        }
        (Shape::FixedList(element, length), _) => {
            assert_eq!(
                to_u64(list_length(v)),
                u64::from(*length),
                "checked and lifted lists have the length of the type"
            );
            store_list_into_valid_range(cx, v, ptr, *element)
        }
        (Shape::Record(fields), Value::Record(values)) => store_record(cx, values, ptr, fields),
        (Shape::Variant(variant), Value::Variant(case_index, case_value)) => {
            store_variant(cx, (*case_index, case_value.as_deref()), ptr, variant)
        }
        (Shape::Flags(labels), Value::Flags(bits)) => {
            store_unsigned(cx, *bits, ptr, size_of_flags(*labels));
            Ok(())
        }
        (shape @ (Shape::Own(_) | Shape::Borrow(_) | Shape::Stream(_) | Shape::Future(_)), _) => {
            let index = lower_handle(cx, v, shape)?;
            store_int(cx, index.to_le_bytes(), ptr);
            Ok(())
        }
        (shape @ (Shape::Record(_) | Shape::Variant(_) | Shape::Flags(_)), _) => mismatch(v, shape),
    }
}

/// Lowers a resource, stream or future to its index in the table of the instance.
pub(crate) fn lower_handle<C: Handles>(
    cx: &mut LiftLowerContext<'_, C>,
    v: &Value,
    shape: &Shape,
) -> Result<u32, C::Error> {
    match (shape, v) {
        (Shape::Own(rt), Value::Own(resource)) => cx.inst.lower_own(*resource, *rt),
        (Shape::Borrow(rt), Value::Borrow(resource)) => cx.inst.lower_borrow(*resource, *rt),
        (Shape::Stream(payload), Value::Stream(shared)) => cx.inst.lower_stream(*shared, *payload),
        (Shape::Future(payload), Value::Future(shared)) => cx.inst.lower_future(*shared, *payload),
        _ => mismatch(v, shape),
    }
}

/// Spec: CanonicalABI.md, "Storing", `store_int`.
#[inline]
fn store_int<C: Memory, const NBYTES: usize>(cx: &mut LiftLowerContext<'_, C>, v: [u8; NBYTES], ptr: u64) {
    cx.inst.bytes_mut(to_usize(ptr), NBYTES).copy_from_slice(&v);
}

/// A number of the size of a pointer.
#[inline]
pub(crate) fn store_ptr<C: Memory>(cx: &mut LiftLowerContext<'_, C>, v: u64, ptr: u64) {
    match cx.opts.ptr_type {
        PtrType::I32 => {
            let v = u32::try_from(v).expect("what 32-bit pointers can reach has a 32-bit length");
            store_int(cx, v.to_le_bytes(), ptr);
        }
        PtrType::I64 => store_int(cx, v.to_le_bytes(), ptr),
    }
}

/// An unsigned number of 1, 2 or 4 bytes.
fn store_unsigned<C: Memory>(cx: &mut LiftLowerContext<'_, C>, v: u32, ptr: u64, nbytes: u64) {
    let [a, b, ..] = v.to_le_bytes();
    match nbytes {
        1 => store_int(cx, [a], ptr),
        2 => store_int(cx, [a, b], ptr),
        _ => store_int(cx, v.to_le_bytes(), ptr),
    }
}

/// The number of elements of a list.
pub(crate) fn list_length(v: &Value) -> usize {
    list_length_checked(v).unwrap_or_else(|| mismatch(v, "list"))
}

/// The number of elements of a list, if the value is one.
pub(crate) fn list_length_checked(v: &Value) -> Option<usize> {
    if let Value::Numbers(numbers) = v {
        return Some(numbers.len());
    }
    if let Value::List(values) = v { Some(values.len()) } else { None }
}

/// Spec: CanonicalABI.md, "Storing", `store_list_into_range`. Returns the pointer and the length in elements.
///
/// # Errors
/// When `realloc` fails or returns a bad pointer, or lowering a handle fails.
///
/// # Panics
/// When the value is no list of the type, or needs more bytes than a 32-bit memory can have.
pub fn store_list_into_range<C: Handles>(
    cx: &mut LiftLowerContext<'_, C>,
    v: &Value,
    elem_type: ValType,
) -> Result<(u64, u64), C::Error> {
    let length = to_u64(list_length(v));
    let byte_length = length.saturating_mul(cx.types.elem_size(elem_type, cx.opts.ptr_type));
    assert!(byte_length <= REALLOC_I32_MAX, "a lifted list is below 2^28 bytes, and at most doubles in size");
    let alignment = cx.types.alignment(elem_type, cx.opts.ptr_type);
    let ptr = cx.allocate(alignment, byte_length)?;
    trap_if_unaligned(ptr, alignment, TrapRule::ReallocListUnaligned)?;
    cx.trap_if_out_of_bounds(ptr, byte_length, TrapRule::ReallocListOutOfBounds)?;
    store_list_into_valid_range(cx, v, ptr, elem_type)?;
    Ok((ptr, length))
}

/// Spec: CanonicalABI.md, "Storing", `store_list_into_valid_range`.
///
/// # Errors
/// When `realloc` or lowering a handle fails.
///
/// # Panics
/// When the list does not fit into memory, which the caller has checked, or is not of the type.
pub fn store_list_into_valid_range<C: Handles>(
    cx: &mut LiftLowerContext<'_, C>,
    v: &Value,
    ptr: u64,
    elem_type: ValType,
) -> Result<(), C::Error> {
    if let Value::Numbers(numbers) = v {
        assert_eq!(Some(numbers.ty()), NumberType::of(elem_type), "lifted and checked lists have their types");
        return store_numbers(cx, numbers, ptr);
    }
    let Value::List(values) = v else { mismatch(v, "list") };
    cx.inst.spend(to_u64(values.len()))?;
    let elem_size = cx.types.elem_size(elem_type, cx.opts.ptr_type);
    for (i, e) in values.iter().enumerate() {
        store(cx, e, elem_type, ptr + to_u64(i) * elem_size)?;
    }
    Ok(())
}

/// Differs: one copy instead of a store for each element; the result is the same.
fn store_numbers<C: Memory>(cx: &mut LiftLowerContext<'_, C>, numbers: &Numbers, ptr: u64) -> Result<(), C::Error> {
    cx.spend_bytes(to_u64(numbers.bytes().len()))?;
    let scrambled = scrambled(cx, numbers);
    let bytes = scrambled.as_deref().unwrap_or(numbers.bytes());
    cx.inst.bytes_mut(to_usize(ptr), bytes.len()).copy_from_slice(bytes);
    Ok(())
}

/// Spec: CanonicalABI.md, "Storing", `store_record`.
fn store_record<C: Handles>(
    cx: &mut LiftLowerContext<'_, C>,
    v: &[Value],
    ptr: u64,
    fields: &[Field],
) -> Result<(), C::Error> {
    assert_eq!(v.len(), fields.len(), "lifted and checked records have their fields");
    for (value, field) in v.iter().zip(fields) {
        store(cx, value, field.ty, ptr + field.offsets[by(cx.opts.ptr_type)])?;
    }
    Ok(())
}

/// Spec: CanonicalABI.md, "Storing", `store_variant`.
fn store_variant<C: Handles>(
    cx: &mut LiftLowerContext<'_, C>,
    (case_index, case_value): (u32, Option<&Value>),
    ptr: u64,
    variant: &Variant,
) -> Result<(), C::Error> {
    store_unsigned(cx, case_index, ptr, variant.disc_size);
    if let Some((value, ty)) = match_case(variant, case_index, case_value) {
        store(cx, value, ty, ptr + variant.payload_offsets[by(cx.opts.ptr_type)])?;
    }
    Ok(())
}

/// Spec: CanonicalABI.md, "Storing", `match_case`: the payload with its type, if the case has one.
pub(crate) fn match_case<'v>(
    variant: &Variant,
    case_index: u32,
    case_value: Option<&'v Value>,
) -> Option<(&'v Value, ValType)> {
    match (variant.cases[to_usize(u64::from(case_index))], case_value) {
        (None, None) => None,
        (Some(ty), Some(value)) => Some((value, ty)),
        (None, Some(_)) | (Some(_), None) => panic!("lifted and checked variants have the payload of their case"),
    }
}
