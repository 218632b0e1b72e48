//! Lowering values to core values.
//!
//! Spec: CanonicalABI.md, "Flat Lowering". Core values are cells of 64 bits: `i32` zero-extended, floats as bits. On cells
//! the coercions of `lower_flat_variant` change nothing. Differs: a NaN that they reinterpret is scrambled once, not twice.

use smallvec::SmallVec;
use syntax::convert::to_u64;
use syntax::id::TypeId;
use syntax::types::ValType;

use crate::context::{Handles, LiftLowerContext};
use crate::despecialize::{Shape, Variant};
use crate::limits::MAX_FLAT_PARAMS;
use crate::nan::{maybe_scramble_nan32, maybe_scramble_nan64};
use crate::store::{list_length, lower_handle, match_case, mismatch, store_list_into_range};
use crate::strings::store_string_into_range;
use crate::value::Value;

/// Core values of parameters or results.
pub type FlatValues = SmallVec<[u64; MAX_FLAT_PARAMS]>;

/// Spec: CanonicalABI.md, "Flat Lowering", `lower_flat`. The core values are added to `flat`.
///
/// # Errors
/// When `realloc` or lowering a handle fails.
///
/// # Panics
/// When the value is not of the type.
#[inline]
pub fn lower_flat<C: Handles>(
    cx: &mut LiftLowerContext<'_, C>,
    v: &Value,
    t: ValType,
    flat: &mut FlatValues,
) -> Result<(), C::Error> {
    let cell = match (t, v) {
        (ValType::Bool, Value::Bool(v)) => u64::from(*v),
        (ValType::U8, Value::U8(v)) => u64::from(*v),
        (ValType::U16, Value::U16(v)) => u64::from(*v),
        (ValType::U32, Value::U32(v)) => u64::from(*v),
        (ValType::U64, Value::U64(v)) => *v,
        (ValType::S8, Value::S8(v)) => lower_flat_signed(i32::from(*v)),
        (ValType::S16, Value::S16(v)) => lower_flat_signed(i32::from(*v)),
        (ValType::S32, Value::S32(v)) => lower_flat_signed(*v),
        (ValType::S64, Value::S64(v)) => v.cast_unsigned(),
        (ValType::F32, Value::F32(v)) => u64::from(maybe_scramble_nan32(cx, *v)),
        (ValType::F64, Value::F64(v)) => maybe_scramble_nan64(cx, *v),
        (ValType::Char, Value::Char(v)) => u64::from(u32::from(*v)),
        (ValType::ErrorContext, Value::ErrorContext(v)) => u64::from(cx.inst.lower_error_context(*v)?),
        (ValType::String, Value::String(v)) => {
            let (ptr, packed_length) = store_string_into_range(cx, v)?;
            flat.push(ptr);
            packed_length
        }
        (ValType::Defined(id), _) => return lower_flat_compound(cx, v, id, flat),
        _ => mismatch(v, t),
    };
    flat.push(cell);
    Ok(())
}

fn lower_flat_compound<C: Handles>(
    cx: &mut LiftLowerContext<'_, C>,
    v: &Value,
    id: TypeId,
    flat: &mut FlatValues,
) -> Result<(), C::Error> {
    let types = cx.types;
    match (types.shape(id), v) {
        (Shape::List(element), _) => {
            let (ptr, length) = store_list_into_range(cx, v, *element)?;
            flat.extend([ptr, length]);
        }
        (Shape::FixedList(element, length), _) => {
            assert_eq!(
                to_u64(list_length(v)),
                u64::from(*length),
                "checked and lifted lists have the length of the type"
            );
            lower_flat_list(cx, v, *element, flat)?;
        }
        (Shape::Record(fields), Value::Record(values)) => {
            assert_eq!(values.len(), fields.len(), "lifted and checked records have their fields");
            for (value, field) in values.iter().zip(fields) {
                lower_flat(cx, value, field.ty, flat)?;
            }
        }
        (Shape::Variant(variant), Value::Variant(case_index, case_value)) => {
            let end = flat.len() + types.flat_count(id, cx.opts.ptr_type);
            lower_flat_variant(cx, (*case_index, case_value.as_deref()), variant, flat)?;
            flat.resize(end, 0);
        }
        (Shape::Flags(_), Value::Flags(bits)) => flat.push(u64::from(*bits)),
        (shape @ (Shape::Own(_) | Shape::Borrow(_) | Shape::Stream(_) | Shape::Future(_)), _) => {
            flat.push(u64::from(lower_handle(cx, v, shape)?));
        }
        (shape @ (Shape::Record(_) | Shape::Variant(_) | Shape::Flags(_)), _) => mismatch(v, shape),
    }
    Ok(())
}

/// Spec: CanonicalABI.md, "Flat Lowering", `lower_flat_signed` to 32 bits.
fn lower_flat_signed(i: i32) -> u64 {
    u64::from(i.cast_unsigned())
}

/// Spec: CanonicalABI.md, "Flat Lowering", `lower_flat_list` with a length.
fn lower_flat_list<C: Handles>(
    cx: &mut LiftLowerContext<'_, C>,
    v: &Value,
    elem_type: ValType,
    flat: &mut FlatValues,
) -> Result<(), C::Error> {
    if let Value::Numbers(numbers) = v {
        for number in numbers.iter() {
            lower_flat(cx, &number, elem_type, flat)?;
        }
        return Ok(());
    }
    let Value::List(values) = v else { mismatch(v, "list") };
    for value in values {
        lower_flat(cx, value, elem_type, flat)?;
    }
    Ok(())
}

/// Spec: CanonicalABI.md, "Flat Lowering", `lower_flat_variant`, but for the zeros that fill up.
fn lower_flat_variant<C: Handles>(
    cx: &mut LiftLowerContext<'_, C>,
    (case_index, case_value): (u32, Option<&Value>),
    variant: &Variant,
    flat: &mut FlatValues,
) -> Result<(), C::Error> {
    flat.push(u64::from(case_index));
    match match_case(variant, case_index, case_value) {
        Some((value, ty)) => lower_flat(cx, value, ty, flat),
        None => Ok(()),
    }
}
