//! Types in words, as WIT writes them.
//!
//! Spec: WIT.md, "Types". Resources have no names of their own in a component; they are numbered.

use syntax::component::ExternType;
use syntax::types::{DefinedType, FuncType, Types, ValType};

/// A function type.
pub(crate) fn func(types: &Types, ty: &FuncType) -> String {
    let params: Vec<String> = ty.params.iter().map(|(name, ty)| format!("{name}: {}", val(types, *ty))).collect();
    let word = if ty.is_async { "async func" } else { "func" };
    let result = ty.result.map_or_else(String::new, |ty| format!(" -> {}", val(types, ty)));
    format!("{word}({}){result}", params.join(", "))
}

/// A value type.
pub(crate) fn val(types: &Types, ty: ValType) -> String {
    match ty {
        ValType::Bool => "bool".to_owned(),
        ValType::S8 => "s8".to_owned(),
        ValType::U8 => "u8".to_owned(),
        ValType::S16 => "s16".to_owned(),
        ValType::U16 => "u16".to_owned(),
        ValType::S32 => "s32".to_owned(),
        ValType::U32 => "u32".to_owned(),
        ValType::S64 => "s64".to_owned(),
        ValType::U64 => "u64".to_owned(),
        ValType::F32 => "f32".to_owned(),
        ValType::F64 => "f64".to_owned(),
        ValType::Char => "char".to_owned(),
        ValType::String => "string".to_owned(),
        ValType::ErrorContext => "error-context".to_owned(),
        ValType::Defined(id) => defined(types, types.defined(id)),
    }
}

fn defined(types: &Types, ty: &DefinedType) -> String {
    let val = |ty: ValType| val(types, ty);
    match ty {
        DefinedType::Record(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|field| format!("{}: {}", field.label, val(field.ty))).collect();
            format!("record {{ {} }}", fields.join(", "))
        }
        DefinedType::Tuple(tys) => format!("tuple<{}>", tys.iter().map(|ty| val(*ty)).collect::<Vec<_>>().join(", ")),
        DefinedType::Variant(cases) => {
            let case = |case: &syntax::types::Case| match case.ty {
                None => case.label.clone(),
                Some(ty) => format!("{}({})", case.label, val(ty)),
            };
            format!("variant {{ {} }}", cases.iter().map(case).collect::<Vec<_>>().join(", "))
        }
        DefinedType::Enum(labels) => format!("enum {{ {} }}", labels.join(", ")),
        DefinedType::Option(ty) => format!("option<{}>", val(*ty)),
        DefinedType::Result { ok: None, err: None } => "result".to_owned(),
        DefinedType::Result { ok: Some(ok), err: None } => format!("result<{}>", val(*ok)),
        DefinedType::Result { ok, err: Some(err) } => {
            format!("result<{}, {}>", ok.map_or_else(|| "_".to_owned(), val), val(*err))
        }
        DefinedType::Flags(labels) => format!("flags {{ {} }}", labels.join(", ")),
        DefinedType::List(ty) => format!("list<{}>", val(*ty)),
        DefinedType::FixedList(ty, length) => format!("list<{}, {length}>", val(*ty)),
        DefinedType::Map(key, value) => format!("map<{}, {}>", val(*key), val(*value)),
        DefinedType::Own(index) => format!("resource[{}]", index.0),
        DefinedType::Borrow(index) => format!("borrow<resource[{}]>", index.0),
        DefinedType::Stream(payload) => generic("stream", payload.map(val)),
        DefinedType::Future(payload) => generic("future", payload.map(val)),
    }
}

fn generic(word: &str, payload: Option<String>) -> String {
    payload.map_or_else(|| word.to_owned(), |payload| format!("{word}<{payload}>"))
}

/// An import or export with its name: a line, and lines for what is inside.
pub(crate) fn item(types: &Types, name: &str, ty: &ExternType, indent: usize, lines: &mut Vec<String>) {
    let pad = "  ".repeat(indent);
    match ty {
        ExternType::Func(ty) => lines.push(format!("{pad}{name}: {}", func(types, types.func(*ty)))),
        ExternType::Instance(exports) => {
            lines.push(format!("{pad}{name}: instance"));
            for (name, ty) in exports.iter() {
                item(types, name, ty, indent + 1, lines);
            }
        }
        ExternType::Module(_) => lines.push(format!("{pad}{name}: core module")),
        ExternType::Component(_) => lines.push(format!("{pad}{name}: component")),
        ExternType::Resource(index) => lines.push(format!("{pad}{name}: resource[{}]", index.0)),
        ExternType::Type => lines.push(format!("{pad}{name}: type")),
    }
}
