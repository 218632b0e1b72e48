//! Calls as `--invoke` takes them: `name(arg, ...)` with arguments in WAVE.
//!
//! Spec: WAVE, as the crate `wasm-wave` reads it. A function inside an exported instance is `instance#function`; handles
//! cannot be written, a `map` is a list of pairs.

use raddle::wave::{type_of, val};
use raddle::{Func, Instance, Store, Val};
use wasm_wave::untyped::UntypedFuncCall;
use wasm_wave::value::Value;

use crate::common::Stop;

/// A call that can be made.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) func: Func,
    pub(crate) args: Vec<Val>,
}

/// Reads a call and finds its function.
pub(crate) fn parse(store: &Store, instance: &Instance, text: &str) -> Result<Call, Stop> {
    let (name, args) = text.find('(').map_or((text, "()"), |at| text.split_at(at));
    let name = name.trim();
    let Some(func) = instance.func(store, name) else {
        let names = exported_functions(store, instance);
        let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        return Err(Stop::usage(format!(
            "--invoke: expected an exported function, found `{name}`; there are: {known}"
        )));
    };
    let types = &store.program().definitions.types;
    let params = &types.func(func.ty()).params;
    let wave_types = params
        .iter()
        .map(|(name, ty)| {
            type_of(types, *ty).map_err(|what| Stop::usage(format!("--invoke: argument `{name}`: {what}")))
        })
        .collect::<Result<Vec<_>, _>>()?;
    // The name may have signs that WAVE does not know, so that only the arguments are read.
    let source = format!("f{args}");
    let error = |error: &wasm_wave::parser::ParserError| {
        let column = name.len() + error.span().start;
        let found = error.detail().map_or_else(String::new, |detail| format!(": {detail}"));
        Stop::usage(format!("--invoke: column {column} of `{text}`: {}{found}", error.kind()))
    };
    let call = UntypedFuncCall::parse(&source).map_err(|e| error(&e))?;
    let values: Vec<Value> = call.to_wasm_params(&wave_types).map_err(|e| error(&e))?;
    Ok(Call { func, args: values.iter().map(val).collect() })
}

fn exported_functions(store: &Store, instance: &Instance) -> Vec<String> {
    use syntax::component::ExternType;
    let component = store.state().instance(instance.id()).component;
    let mut names = Vec::new();
    for export in &store.program().definitions.components[component.index()].exports {
        match &export.ty {
            ExternType::Func(_) => names.push(export.name.clone()),
            ExternType::Instance(inner) => {
                let funcs = inner.iter().filter(|(_, ty)| matches!(ty, ExternType::Func(_)));
                names.extend(funcs.map(|(name, _)| format!("{}#{name}", export.name)));
            }
            ExternType::Module(_) | ExternType::Component(_) | ExternType::Resource(_) | ExternType::Type => {}
        }
    }
    names
}
