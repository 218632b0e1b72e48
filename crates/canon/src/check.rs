//! Whether a value that the host made is of a type.
//!
//! Spec: none; the definition takes values as typed. Lifted values need no check.

use syntax::convert::{to_u64, to_usize};
use syntax::id::TypeId;
use syntax::types::ValType;

use crate::despecialize::Shape;
use crate::load::unpack_flags_from_int;
use crate::type_table::TypeTable;
use crate::value::{NumberType, SourceEncoding, Value};

/// Checks a value of the host before it is lowered. Resources are checked for their kind only: whether the resource type
/// is the right one depends on the instance.
///
/// # Errors
/// What was expected and what was found, in words.
pub fn check_value(types: &TypeTable, v: &Value, t: ValType) -> Result<(), String> {
    match (t, v) {
        (ValType::Bool, Value::Bool(_))
        | (ValType::S8, Value::S8(_))
        | (ValType::U8, Value::U8(_))
        | (ValType::S16, Value::S16(_))
        | (ValType::U16, Value::U16(_))
        | (ValType::S32, Value::S32(_))
        | (ValType::U32, Value::U32(_))
        | (ValType::S64, Value::S64(_))
        | (ValType::U64, Value::U64(_))
        | (ValType::F32, Value::F32(_))
        | (ValType::F64, Value::F64(_))
        | (ValType::Char, Value::Char(_))
        | (ValType::ErrorContext, Value::ErrorContext(_)) => Ok(()),
        (ValType::String, Value::String(v)) => {
            let found = v.text.chars().find(|usv| v.encoding == SourceEncoding::Latin1 && u32::from(*usv) > 0xff);
            found.map_or(Ok(()), |usv| Err(format!("expected a Latin-1 string, found {usv:?} in it")))
        }
        (ValType::Defined(id), _) => check_compound(types, v, id),
        _ => Err(format!("expected a {}, found a {}", primitive_name(t), kind(v))),
    }
}

fn check_compound(types: &TypeTable, v: &Value, id: TypeId) -> Result<(), String> {
    match (types.shape(id), v) {
        (Shape::List(element), Value::List(_) | Value::Numbers(_)) => check_list(types, v, *element),
        (Shape::FixedList(element, length), Value::List(_) | Value::Numbers(_)) => {
            let found = to_u64(crate::store::list_length(v));
            check_list(types, v, *element)?;
            same_number(u64::from(*length), found, "elements")
        }
        (Shape::Record(fields), Value::Record(values)) => {
            same_number(to_u64(fields.len()), to_u64(values.len()), "fields")?;
            values.iter().zip(fields).try_for_each(|(value, field)| check_value(types, value, field.ty))
        }
        (Shape::Variant(variant), Value::Variant(case, payload)) => {
            let Some(ty) = variant.cases.get(to_usize(u64::from(*case))) else {
                return Err(format!("expected one of {} cases, found case {case}", variant.cases.len()));
            };
            match (ty, payload) {
                (None, None) => Ok(()),
                (Some(ty), Some(payload)) => check_value(types, payload, *ty),
                (None, Some(_)) => Err(format!("expected no payload for case {case}, found one")),
                (Some(_), None) => Err(format!("expected a payload for case {case}, found none")),
            }
        }
        (Shape::Flags(labels), Value::Flags(bits)) => {
            if unpack_flags_from_int(*bits, *labels) != *v {
                return Err(format!("expected flags of {labels} labels, found bits {bits:#b}"));
            }
            Ok(())
        }
        (Shape::Own(_), Value::Own(_))
        | (Shape::Borrow(_), Value::Borrow(_))
        | (Shape::Stream(_), Value::Stream(_))
        | (Shape::Future(_), Value::Future(_)) => Ok(()),
        (shape, _) => Err(format!("expected a {}, found a {}", shape_name(shape), kind(v))),
    }
}

fn check_list(types: &TypeTable, v: &Value, element: ValType) -> Result<(), String> {
    if let Value::Numbers(numbers) = v {
        return if NumberType::of(element) == Some(numbers.ty()) {
            Ok(())
        } else {
            Err(format!("expected a list of another type, found a list of {}", primitive_name(numbers.ty().val_type())))
        };
    }
    let Value::List(values) = v else { return Ok(()) };
    values.iter().try_for_each(|value| check_value(types, value, element))
}

fn same_number(expected: u64, found: u64, what: &str) -> Result<(), String> {
    if expected == found { Ok(()) } else { Err(format!("expected {expected} {what}, found {found}")) }
}

const fn shape_name(shape: &Shape) -> &'static str {
    match shape {
        Shape::Record(_) => "record or tuple",
        Shape::Variant(_) => "variant, enum, option or result",
        Shape::Flags(_) => "set of flags",
        Shape::List(_) | Shape::FixedList(..) => "list",
        Shape::Own(_) => "resource",
        Shape::Borrow(_) => "borrowed resource",
        Shape::Stream(_) => "stream",
        Shape::Future(_) => "future",
    }
}

const fn primitive_name(t: ValType) -> &'static str {
    match t {
        ValType::Bool => "bool",
        ValType::S8 => "s8",
        ValType::U8 => "u8",
        ValType::S16 => "s16",
        ValType::U16 => "u16",
        ValType::S32 => "s32",
        ValType::U32 => "u32",
        ValType::S64 => "s64",
        ValType::U64 => "u64",
        ValType::F32 => "f32",
        ValType::F64 => "f64",
        ValType::Char => "char",
        ValType::String => "string",
        ValType::ErrorContext => "error-context",
        ValType::Defined(_) => "compound value",
    }
}

const fn kind(v: &Value) -> &'static str {
    match v {
        Value::Bool(_) => "bool",
        Value::S8(_) => "s8",
        Value::U8(_) => "u8",
        Value::S16(_) => "s16",
        Value::U16(_) => "u16",
        Value::S32(_) => "s32",
        Value::U32(_) => "u32",
        Value::S64(_) => "s64",
        Value::U64(_) => "u64",
        Value::F32(_) => "f32",
        Value::F64(_) => "f64",
        Value::Char(_) => "char",
        Value::String(_) => "string",
        Value::ErrorContext(_) => "error-context",
        Value::List(_) | Value::Numbers(_) => "list",
        Value::Record(_) => "record or tuple",
        Value::Variant(..) => "variant, enum, option or result",
        Value::Flags(_) => "set of flags",
        Value::Own(_) => "resource",
        Value::Borrow(_) => "borrowed resource",
        Value::Stream(_) => "stream",
        Value::Future(_) => "future",
    }
}
