//! Function types in words, to compare what a component imports with what is offered.
//!
//! Spec: Explainer.md, "Type Definitions". Types are spelled out; names of parameters are left out, since callers do not see
//! them; resources have the names under which the importing instance type shows them.

use syntax::id::{FuncTypeId, ResourceIndex};
use syntax::types::{DefinedType, Types, ValType};

/// Names of the resource types that signatures mention.
pub(crate) type ResourceNames<'a> = &'a [(ResourceIndex, &'a str)];

/// A function type, such as `async func(u64) -> result<string>`.
pub(crate) fn func_text(types: &Types, names: ResourceNames<'_>, ty: FuncTypeId) -> String {
    let func = types.func(ty);
    let params: Vec<String> = func.params.iter().map(|param| type_text(types, names, param.1)).collect();
    let word = if func.is_async { "async func" } else { "func" };
    let result = func.result.map(|result| format!(" -> {}", type_text(types, names, result))).unwrap_or_default();
    format!("{word}({}){result}", params.join(", "))
}

fn type_text(types: &Types, names: ResourceNames<'_>, ty: ValType) -> String {
    let word = match ty {
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
        ValType::Defined(id) => return defined_text(types, names, types.defined(id)),
    };
    word.to_owned()
}

fn defined_text(types: &Types, names: ResourceNames<'_>, ty: &DefinedType) -> String {
    let text = |ty: ValType| type_text(types, names, ty);
    let optional = |ty: Option<ValType>| ty.map_or_else(|| "_".to_owned(), text);
    let resource = |index: ResourceIndex| {
        names.iter().find(|known| known.0 == index).map_or("a resource of another interface", |known| known.1)
    };
    match ty {
        DefinedType::Record(fields) => {
            let fields: Vec<_> = fields.iter().map(|field| format!("{}: {}", field.label, text(field.ty))).collect();
            format!("record{{{}}}", fields.join(", "))
        }
        DefinedType::Tuple(items) => format!("tuple<{}>", joined(items.iter().map(|item| text(*item)))),
        DefinedType::Variant(cases) => {
            let cases = cases.iter().map(|case| match case.ty {
                Some(ty) => format!("{}({})", case.label, text(ty)),
                None => case.label.clone(),
            });
            format!("variant{{{}}}", joined(cases))
        }
        DefinedType::Enum(labels) => format!("enum{{{}}}", labels.join(", ")),
        DefinedType::Option(ty) => format!("option<{}>", text(*ty)),
        DefinedType::Result { ok: None, err: None } => "result".to_owned(),
        DefinedType::Result { ok: Some(ok), err: None } => format!("result<{}>", text(*ok)),
        DefinedType::Result { ok, err } => format!("result<{}, {}>", optional(*ok), optional(*err)),
        DefinedType::Flags(labels) => format!("flags{{{}}}", labels.join(", ")),
        DefinedType::List(ty) => format!("list<{}>", text(*ty)),
        DefinedType::FixedList(ty, length) => format!("list<{}, {length}>", text(*ty)),
        DefinedType::Map(key, value) => format!("map<{}, {}>", text(*key), text(*value)),
        DefinedType::Own(index) => format!("own<{}>", resource(*index)),
        DefinedType::Borrow(index) => format!("borrow<{}>", resource(*index)),
        DefinedType::Stream(ty) => format!("stream<{}>", optional(*ty)),
        DefinedType::Future(ty) => format!("future<{}>", optional(*ty)),
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}
