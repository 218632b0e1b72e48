//! `raddle run` with a core module: calls an exported function.
//!
//! Spec: core specification, "Invocation". Arguments are numbers as the text format has them, separated by commas. There is no
//! host: the module imports nothing.

use std::path::Path;
use std::process::ExitCode;

use raddle::Engine;
use raddle::core::{Instance, Linker, Module, Store, Val, ValType};

use crate::common::{Stop, print};

/// Instantiates a module and calls a function: `name(1, 2)`, by default `_start` or else `run`. Prints each result on a line.
pub(crate) fn run(engine: &Engine, path: &Path, bytes: &[u8], call: Option<&str>) -> Result<ExitCode, Stop> {
    let module = Module::new(engine, bytes).map_err(|error| Stop::file(path, &error))?;
    let mut store = Store::new(engine, ());
    let instance = Linker::new(engine).instantiate(&mut store, &module)?;
    let default = if instance.get_func(&store, "_start").is_some() { "_start" } else { "run" };
    let call = call.unwrap_or(default);
    let (name, args) = call.find('(').map_or((call, "()"), |at| call.split_at(at));
    let func = instance.get_func(&store, name.trim()).ok_or_else(|| unknown(&store, instance, name.trim()))?;
    let ty = func.ty(&store);
    let args = arguments(&ty.params, args).map_err(|what| Stop::usage(format!("--invoke: {what}")))?;
    let mut results = vec![Val::I32(0); ty.results.len()];
    func.call(&mut store, &args, &mut results)?;
    for result in &results {
        print(&format!("{result}\n"));
    }
    Ok(ExitCode::SUCCESS)
}

fn unknown(store: &Store, instance: Instance, name: &str) -> Stop {
    let exports = instance.exports(store);
    let funcs = exports.iter().filter_map(|(name, item)| Some((name, item.into_func()?.ty(store))));
    let known: Vec<String> = funcs.map(|(name, ty)| format!("`{name}` {ty}")).collect();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    Stop::usage(format!("--invoke: expected an exported function, found `{name}`; there are: {known}"))
}

/// Reads arguments in parentheses.
fn arguments(types: &[ValType], text: &str) -> Result<Vec<Val>, String> {
    let inner = text.trim().strip_prefix('(').and_then(|text| text.strip_suffix(')'));
    let inner = inner.ok_or_else(|| format!("expected arguments in parentheses, found `{text}`"))?;
    let texts: Vec<&str> = if inner.trim().is_empty() { Vec::new() } else { inner.split(',').map(str::trim).collect() };
    if texts.len() != types.len() {
        return Err(format!("expected {} arguments, found {}", types.len(), texts.len()));
    }
    let argument = |(position, (ty, text)): (usize, (&ValType, &&str))| {
        argument(*ty, text)
            .ok_or_else(|| format!("argument {position}: expected a number of type {ty}, found `{text}`"))
    };
    types.iter().zip(&texts).enumerate().map(argument).collect()
}

/// Integers of either sign, decimal or with `0x`; floats also `inf` and `nan`.
fn argument(ty: ValType, text: &str) -> Option<Val> {
    let integer = || {
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
        let number = match digits.strip_prefix("0x") {
            Some(digits) => i128::from_str_radix(digits, 16).ok()?,
            None => digits.parse().ok()?,
        };
        Some(sign * number)
    };
    Some(match ty {
        ValType::I32 => {
            let number = integer()?;
            let wrapped = u32::try_from(number).map(u32::cast_signed).ok();
            Val::I32(i32::try_from(number).ok().or(wrapped)?)
        }
        ValType::I64 => {
            let number = integer()?;
            let wrapped = u64::try_from(number).map(u64::cast_signed).ok();
            Val::I64(i64::try_from(number).ok().or(wrapped)?)
        }
        ValType::F32 => Val::F32(text.parse().ok()?),
        ValType::F64 => Val::F64(text.parse().ok()?),
        ValType::V128 => return None,
        ValType::Ref(_) if text == "null" => Val::default_of(ty)?,
        ValType::Ref(_) => return None,
    })
}
