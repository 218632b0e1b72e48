//! Values as text: WAVE, as the crate `wasm-wave` reads it.
//!
//! Spec: WAVE. Handles cannot be written; a `map` is a list of pairs. [`Val`]'s `Display` is the way back.

use syntax::types::{DefinedType, Types, ValType};
use wasm_wave::value::{Type, Value};
use wasm_wave::wasm::{WasmTypeKind, WasmValue};

use crate::val::Val;

/// Reads a value of a type.
///
/// # Errors
/// What was expected, what was found and at which column.
pub fn parse(types: &Types, ty: ValType, text: &str) -> Result<Val, String> {
    let ty = type_of(types, ty)?;
    wasm_wave::from_str::<Value>(&ty, text).map(|value| val(&value)).map_err(|error| words(&ty, text, &error))
}

/// Reads a list of values of a type.
///
/// # Errors
/// As `parse`.
pub(crate) fn parse_list(types: &Types, ty: ValType, text: &str) -> Result<Vec<Val>, String> {
    let ty = Type::list(type_of(types, ty)?);
    let value: Value = wasm_wave::from_str(&ty, text).map_err(|error| words(&ty, text, &error))?;
    Ok(value.unwrap_list().map(|value| val(&value)).collect())
}

fn words(ty: &Type, text: &str, error: &wasm_wave::parser::ParserError) -> String {
    let (column, kind) = (error.span().start, error.kind());
    let detail = error.detail().map_or_else(String::new, |detail| format!(": {detail}"));
    format!("expected a value of type {ty}, found `{text}` (column {column}: {kind}{detail})")
}

/// A type in words; for one that WAVE has not, its kind.
pub(crate) fn type_text(types: &Types, ty: ValType) -> String {
    type_of(types, ty).map_or_else(|_| crate::convert::type_word(types, ty).to_owned(), |ty| ty.to_string())
}

/// A type as WAVE knows it.
///
/// # Errors
/// When it has handles.
pub fn type_of(types: &Types, ty: ValType) -> Result<Type, String> {
    Ok(match ty {
        ValType::Bool => Type::BOOL,
        ValType::S8 => Type::S8,
        ValType::U8 => Type::U8,
        ValType::S16 => Type::S16,
        ValType::U16 => Type::U16,
        ValType::S32 => Type::S32,
        ValType::U32 => Type::U32,
        ValType::S64 => Type::S64,
        ValType::U64 => Type::U64,
        ValType::F32 => Type::F32,
        ValType::F64 => Type::F64,
        ValType::Char => Type::CHAR,
        ValType::String => Type::STRING,
        ValType::ErrorContext => return Err("an error context cannot be written".to_owned()),
        ValType::Defined(id) => return compound(types, types.defined(id)),
    })
}

fn compound(types: &Types, ty: &DefinedType) -> Result<Type, String> {
    let wave = |ty: ValType| type_of(types, ty);
    let maybe = |ty: Option<ValType>| ty.map(wave).transpose();
    let made = match ty {
        DefinedType::Record(fields) => {
            let fields = fields.iter().map(|field| Ok((field.label.as_str(), wave(field.ty)?)));
            Type::record(fields.collect::<Result<Vec<_>, String>>()?)
        }
        DefinedType::Tuple(tys) => Type::tuple(tys.iter().map(|ty| wave(*ty)).collect::<Result<Vec<_>, _>>()?),
        DefinedType::Variant(cases) => {
            let cases = cases.iter().map(|case| Ok((case.label.as_str(), maybe(case.ty)?)));
            Type::variant(cases.collect::<Result<Vec<_>, String>>()?)
        }
        DefinedType::Enum(labels) => Type::enum_ty(labels.iter().map(String::as_str)),
        DefinedType::Option(ty) => Some(Type::option(wave(*ty)?)),
        DefinedType::Result { ok, err } => Some(Type::result(maybe(*ok)?, maybe(*err)?)),
        DefinedType::Flags(labels) => Type::flags(labels.iter().map(String::as_str)),
        DefinedType::List(ty) => Some(Type::list(wave(*ty)?)),
        DefinedType::FixedList(ty, length) => Some(Type::fixed_length_list(wave(*ty)?, *length)),
        DefinedType::Map(key, value) => Type::tuple([wave(*key)?, wave(*value)?]).map(Type::list),
        DefinedType::Own(_) | DefinedType::Borrow(_) => return Err("a resource cannot be written".to_owned()),
        DefinedType::Stream(_) | DefinedType::Future(_) => {
            return Err("a stream or future cannot be written".to_owned());
        }
    };
    made.ok_or_else(|| "a type without values".to_owned())
}

/// A WAVE value as ours.
///
/// # Panics
/// For a value of a type that `type_of` does not give.
pub fn val(value: &Value) -> Val {
    let boxed = |value: Option<std::borrow::Cow<'_, Value>>| value.map(|value| Box::new(val(&value)));
    match value.kind() {
        WasmTypeKind::Bool => Val::Bool(value.unwrap_bool()),
        WasmTypeKind::S8 => Val::S8(value.unwrap_s8()),
        WasmTypeKind::S16 => Val::S16(value.unwrap_s16()),
        WasmTypeKind::S32 => Val::S32(value.unwrap_s32()),
        WasmTypeKind::S64 => Val::S64(value.unwrap_s64()),
        WasmTypeKind::U8 => Val::U8(value.unwrap_u8()),
        WasmTypeKind::U16 => Val::U16(value.unwrap_u16()),
        WasmTypeKind::U32 => Val::U32(value.unwrap_u32()),
        WasmTypeKind::U64 => Val::U64(value.unwrap_u64()),
        WasmTypeKind::F32 => Val::Float32(value.unwrap_f32()),
        WasmTypeKind::F64 => Val::Float64(value.unwrap_f64()),
        WasmTypeKind::Char => Val::Char(value.unwrap_char()),
        WasmTypeKind::String => Val::String(value.unwrap_string().into_owned()),
        WasmTypeKind::List | WasmTypeKind::FixedLengthList => {
            Val::List(value.unwrap_list().map(|value| val(&value)).collect())
        }
        WasmTypeKind::Record => {
            Val::Record(value.unwrap_record().map(|(label, value)| (label.into_owned(), val(&value))).collect())
        }
        WasmTypeKind::Tuple => Val::Tuple(value.unwrap_tuple().map(|value| val(&value)).collect()),
        WasmTypeKind::Variant => {
            let (case, payload) = value.unwrap_variant();
            Val::Variant(case.into_owned(), boxed(payload))
        }
        WasmTypeKind::Enum => Val::Enum(value.unwrap_enum().into_owned()),
        WasmTypeKind::Option => Val::Option(boxed(value.unwrap_option())),
        WasmTypeKind::Result => Val::Result(match value.unwrap_result() {
            Ok(payload) => Ok(boxed(payload)),
            Err(payload) => Err(boxed(payload)),
        }),
        WasmTypeKind::Flags => Val::Flags(value.unwrap_flags().map(std::borrow::Cow::into_owned).collect()),
        kind => panic!("no type of ours becomes {kind}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{type_of, val};
    use syntax::types::{Case, DefinedType, Field, Types, ValType};
    use wasm_wave::value::Value;

    /// What WAVE reads, we write in the same words.
    #[test]
    fn values_are_read_and_written_alike() {
        let mut types = Types::new();
        let list = ValType::Defined(types.define(DefinedType::List(ValType::S16)));
        let case = |label: &str, ty| Case { label: label.to_owned(), ty };
        let variant = types.define(DefinedType::Variant(vec![case("a", None), case("ok", Some(list))]));
        let option = ValType::Defined(types.define(DefinedType::Option(ValType::Defined(variant))));
        let field = |label: &str, ty| Field { label: label.to_owned(), ty };
        let fields = vec![
            field("x-y", option),
            field("c", ValType::Char),
            field("f", ValType::F64),
            field("s", ValType::String),
        ];
        let record = ValType::Defined(types.define(DefinedType::Record(fields)));
        let ty = type_of(&types, record).unwrap();
        for text in [
            r#"{x-y: some(%ok([-1, 2])), c: '\'', f: 1.5, s: "a\n\"b"}"#,
            r#"{x-y: none, c: '"', f: -inf, s: "'"}"#,
            r#"{x-y: some(a), c: 'é', f: nan, s: ""}"#,
        ] {
            let value: Value = wasm_wave::from_str(&ty, text).unwrap();
            assert_eq!(val(&value).to_string(), text);
        }
    }
}
