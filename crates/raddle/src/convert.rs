//! Between values with labels and values by position.
//!
//! Spec: CanonicalABI.md, "Despecialization"; the values of crate `canon` know their fields, cases and flags by position.

use canon::{NumberType, Numbers, Value};
use syntax::convert::to_usize;
use syntax::types::{DefinedType, Types, ValType};

use crate::val::Val;

/// A value of the embedder as the executor wants it.
pub(crate) fn to_value(types: &Types, val: &Val, ty: ValType) -> Result<Value, String> {
    match (ty, val) {
        (ValType::Bool, Val::Bool(value)) => Ok(Value::Bool(*value)),
        (ValType::S8, Val::S8(value)) => Ok(Value::S8(*value)),
        (ValType::U8, Val::U8(value)) => Ok(Value::U8(*value)),
        (ValType::S16, Val::S16(value)) => Ok(Value::S16(*value)),
        (ValType::U16, Val::U16(value)) => Ok(Value::U16(*value)),
        (ValType::S32, Val::S32(value)) => Ok(Value::S32(*value)),
        (ValType::U32, Val::U32(value)) => Ok(Value::U32(*value)),
        (ValType::S64, Val::S64(value)) => Ok(Value::S64(*value)),
        (ValType::U64, Val::U64(value)) => Ok(Value::U64(*value)),
        (ValType::F32, Val::Float32(value)) => Ok(Value::F32(value.to_bits())),
        (ValType::F64, Val::Float64(value)) => Ok(Value::F64(value.to_bits())),
        (ValType::Char, Val::Char(value)) => Ok(Value::Char(*value)),
        (ValType::String, Val::String(value)) => Ok(Value::String(value.as_str().into())),
        (ValType::ErrorContext, Val::ErrorContext(id)) => Ok(Value::ErrorContext(*id)),
        (ValType::Defined(id), val) => to_compound(types, val, types.defined(id)),
        (expected, found) => Err(format!("expected a {}, found a {}", type_word(types, expected), found.kind())),
    }
}

fn to_compound(types: &Types, val: &Val, ty: &DefinedType) -> Result<Value, String> {
    match (ty, val) {
        (DefinedType::Record(fields), Val::Record(values)) => {
            if fields.len() != values.len() {
                return Err(format!("expected {} fields, found {}", fields.len(), values.len()));
            }
            let convert = |field: &syntax::types::Field| {
                let found = values.iter().find(|(label, _)| *label == field.label);
                let (_, val) = found.ok_or_else(|| format!("expected a field `{}`, found none", field.label))?;
                to_value(types, val, field.ty).map_err(|message| format!("field `{}`: {message}", field.label))
            };
            Ok(Value::Record(fields.iter().map(convert).collect::<Result<_, _>>()?))
        }
        (DefinedType::Tuple(tys), Val::Tuple(values)) => {
            if tys.len() != values.len() {
                return Err(format!("expected a tuple of {}, found one of {}", tys.len(), values.len()));
            }
            let values = values.iter().zip(tys).map(|(val, ty)| to_value(types, val, *ty));
            Ok(Value::Record(values.collect::<Result<_, _>>()?))
        }
        (DefinedType::Variant(cases), Val::Variant(label, payload)) => {
            let position = position(cases.iter().map(|case| case.label.as_str()), label)?;
            to_case(types, position, payload.as_deref(), cases[to_usize(position.into())].ty)
        }
        (DefinedType::Enum(labels), Val::Enum(label)) => {
            Ok(Value::Variant(position(labels.iter().map(String::as_str), label)?, None))
        }
        (DefinedType::Option(_), Val::Option(None)) => Ok(Value::Variant(0, None)),
        (DefinedType::Option(ty), Val::Option(Some(val))) => to_case(types, 1, Some(val), Some(*ty)),
        (DefinedType::Result { ok, .. }, Val::Result(Ok(payload))) => to_case(types, 0, payload.as_deref(), *ok),
        (DefinedType::Result { err, .. }, Val::Result(Err(payload))) => to_case(types, 1, payload.as_deref(), *err),
        (DefinedType::Flags(labels), Val::Flags(set)) => {
            let mut bits = 0_u32;
            for label in set {
                bits |= 1 << position(labels.iter().map(String::as_str), label)?;
            }
            Ok(Value::Flags(bits))
        }
        (DefinedType::List(ty), Val::List(values)) => to_list(types, values, *ty),
        (DefinedType::FixedList(ty, length), Val::List(values)) => {
            if to_usize(u64::from(*length)) != values.len() {
                return Err(format!("expected {length} elements, found {}", values.len()));
            }
            to_list(types, values, *ty)
        }
        (DefinedType::Map(key, value), Val::Map(entries)) => {
            let entries = entries.iter().map(|entry| to_entry(types, &entry.0, &entry.1, (*key, *value)));
            Ok(Value::List(entries.collect::<Result<_, _>>()?))
        }
        (DefinedType::Map(key, value), Val::List(entries)) => {
            let entries = entries.iter().map(|entry| {
                let Val::Tuple(pair) = entry else {
                    return Err(format!("expected a pair of key and value, found a {}", entry.kind()));
                };
                let [first, second] = pair.as_slice() else {
                    return Err(format!("expected a pair of key and value, found a tuple of {}", pair.len()));
                };
                to_entry(types, first, second, (*key, *value))
            });
            Ok(Value::List(entries.collect::<Result<_, _>>()?))
        }
        (DefinedType::Own(_), Val::Resource(resource)) => Ok(Value::Own(*resource)),
        (DefinedType::Borrow(_), Val::Resource(resource)) => Ok(Value::Borrow(*resource)),
        (DefinedType::Stream(_), Val::Stream(id)) => Ok(Value::Stream(*id)),
        (DefinedType::Future(_), Val::Future(id)) => Ok(Value::Future(*id)),
        (expected, found) => Err(format!("expected a {}, found a {}", defined_word(expected), found.kind())),
    }
}

fn to_entry(types: &Types, key: &Val, value: &Val, ty: (ValType, ValType)) -> Result<Value, String> {
    Ok(Value::Record(vec![to_value(types, key, ty.0)?, to_value(types, value, ty.1)?]))
}

fn to_case(types: &Types, position: u32, payload: Option<&Val>, ty: Option<ValType>) -> Result<Value, String> {
    match (payload, ty) {
        (None, None) => Ok(Value::Variant(position, None)),
        (Some(val), Some(ty)) => Ok(Value::Variant(position, Some(Box::new(to_value(types, val, ty)?)))),
        (None, Some(ty)) => Err(format!("expected a payload of type {}, found none", type_word(types, ty))),
        (Some(val), None) => Err(format!("expected no payload, found a {}", val.kind())),
    }
}

pub(crate) fn to_list(types: &Types, values: &[Val], ty: ValType) -> Result<Value, String> {
    let values = values
        .iter()
        .enumerate()
        .map(|(position, val)| to_value(types, val, ty).map_err(|message| format!("element {position}: {message}")));
    let Some(number) = NumberType::of(ty) else { return Ok(Value::List(values.collect::<Result<_, _>>()?)) };
    let mut numbers = Numbers::new(number, Vec::new());
    for value in values {
        numbers.push(&value?);
    }
    Ok(Value::Numbers(numbers))
}

fn position<'l>(labels: impl Iterator<Item = &'l str>, label: &str) -> Result<u32, String> {
    let labels: Vec<&str> = labels.collect();
    let found = labels.iter().position(|known| *known == label);
    found
        .map(syntax::convert::to_u32)
        .ok_or_else(|| format!("expected one of `{}`, found `{label}`", labels.join("`, `")))
}

/// A value of the executor with its labels.
///
/// # Panics
/// When the value is not of the type.
pub(crate) fn to_val(types: &Types, value: &Value, ty: ValType) -> Val {
    match (value, ty) {
        (Value::Bool(value), _) => Val::Bool(*value),
        (Value::S8(value), _) => Val::S8(*value),
        (Value::U8(value), _) => Val::U8(*value),
        (Value::S16(value), _) => Val::S16(*value),
        (Value::U16(value), _) => Val::U16(*value),
        (Value::S32(value), _) => Val::S32(*value),
        (Value::U32(value), _) => Val::U32(*value),
        (Value::S64(value), _) => Val::S64(*value),
        (Value::U64(value), _) => Val::U64(*value),
        (Value::F32(bits), _) => Val::Float32(f32::from_bits(*bits)),
        (Value::F64(bits), _) => Val::Float64(f64::from_bits(*bits)),
        (Value::Char(value), _) => Val::Char(*value),
        (Value::String(value), _) => Val::String(value.text.clone()),
        (Value::ErrorContext(id), _) => Val::ErrorContext(*id),
        (Value::Own(resource) | Value::Borrow(resource), _) => Val::Resource(*resource),
        (Value::Stream(id), _) => Val::Stream(*id),
        (Value::Future(id), _) => Val::Future(*id),
        (value, ValType::Defined(id)) => from_compound(types, value, types.defined(id)),
        (value, ty) => panic!("a value {value:?} was typed {ty:?}"),
    }
}

fn from_compound(types: &Types, value: &Value, ty: &DefinedType) -> Val {
    match (ty, value) {
        (DefinedType::Record(fields), Value::Record(values)) => {
            let fields = fields.iter().zip(values);
            Val::Record(fields.map(|(field, value)| (field.label.clone(), to_val(types, value, field.ty))).collect())
        }
        (DefinedType::Tuple(tys), Value::Record(values)) => {
            Val::Tuple(tys.iter().zip(values).map(|(ty, value)| to_val(types, value, *ty)).collect())
        }
        (DefinedType::Variant(cases), Value::Variant(case, payload)) => {
            let case = &cases[to_usize(u64::from(*case))];
            Val::Variant(case.label.clone(), from_payload(types, payload.as_deref(), case.ty))
        }
        (DefinedType::Enum(labels), Value::Variant(case, _)) => Val::Enum(labels[to_usize(u64::from(*case))].clone()),
        (DefinedType::Option(ty), Value::Variant(_, payload)) => {
            Val::Option(from_payload(types, payload.as_deref(), Some(*ty)))
        }
        (DefinedType::Result { ok, .. }, Value::Variant(0, payload)) => {
            Val::Result(Ok(from_payload(types, payload.as_deref(), *ok)))
        }
        (DefinedType::Result { err, .. }, Value::Variant(_, payload)) => {
            Val::Result(Err(from_payload(types, payload.as_deref(), *err)))
        }
        (DefinedType::Flags(labels), Value::Flags(bits)) => {
            let set = labels.iter().enumerate().filter(|(position, _)| bits >> position & 1 == 1);
            Val::Flags(set.map(|(_, label)| label.clone()).collect())
        }
        (DefinedType::List(ty) | DefinedType::FixedList(ty, _), Value::List(values)) => {
            Val::List(values.iter().map(|value| to_val(types, value, *ty)).collect())
        }
        (DefinedType::List(ty) | DefinedType::FixedList(ty, _), Value::Numbers(numbers)) => {
            Val::List(numbers.iter().map(|value| to_val(types, &value, *ty)).collect())
        }
        (DefinedType::Map(key, value), Value::List(entries)) => {
            let entry = |entry: &Value| {
                let Value::Record(pair) = entry else { panic!("an entry of a map is a pair, not {entry:?}") };
                (to_val(types, &pair[0], *key), to_val(types, &pair[1], *value))
            };
            Val::Map(entries.iter().map(entry).collect())
        }
        (ty, value) => panic!("a value {value:?} was typed {ty:?}"),
    }
}

fn from_payload(types: &Types, payload: Option<&Value>, ty: Option<ValType>) -> Option<Box<Val>> {
    payload.zip(ty).map(|(value, ty)| Box::new(to_val(types, value, ty)))
}

/// A type in a word, for messages.
pub(crate) fn type_word(types: &Types, ty: ValType) -> &'static str {
    match ty {
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
        ValType::Defined(id) => defined_word(types.defined(id)),
    }
}

const fn defined_word(ty: &DefinedType) -> &'static str {
    match ty {
        DefinedType::Record(_) => "record",
        DefinedType::Tuple(_) => "tuple",
        DefinedType::Variant(_) => "variant",
        DefinedType::Enum(_) => "enum",
        DefinedType::Option(_) => "option",
        DefinedType::Result { .. } => "result",
        DefinedType::Flags(_) => "flags",
        DefinedType::List(_) | DefinedType::FixedList(..) => "list",
        DefinedType::Map(..) => "map",
        DefinedType::Own(_) | DefinedType::Borrow(_) => "resource",
        DefinedType::Stream(_) => "stream",
        DefinedType::Future(_) => "future",
    }
}
