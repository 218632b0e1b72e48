//! A script as it is run: typed against the imports of a component.
//!
//! Spec: none. Everything that can be wrong with a script is said here, before anything runs.

use canon::Value;
use runtime::buffer::Buffer;
use syntax::component::{ExternType, Payload};
use syntax::convert::to_u32;
use syntax::id::{FuncTypeId, ResourceIndex};
use syntax::types::{DefinedType, FuncType, Types, ValType};

use super::{Cancel, Copies, Func, Others, Returned, Script, When};
use crate::component::Component;
use crate::convert::{to_list, to_value};
use crate::wave;

/// What a script says, typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rules {
    pub(crate) funcs: Vec<Rule>,
    pub(crate) streams: Vec<StreamRule>,
    pub(crate) futures: Vec<FutureRule>,
    pub(crate) others_trap: bool,
}

/// What an imported function does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) name: String,
    pub(crate) ty: FuncTypeId,
    pub(crate) returns: Vec<Made>,
    pub(crate) fails: Vec<Made>,
    pub(crate) traps: bool,
    pub(crate) when: When,
    pub(crate) cancel: Cancel,
    /// How each parameter is read, if it is or has a stream or future.
    pub(crate) reads: Vec<Copies>,
}

/// A stream that the host writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StreamRule {
    pub(crate) payload: Payload,
    pub(crate) elements: Value,
    pub(crate) count: u32,
    pub(crate) copies: Copies,
}

/// A future that the host writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FutureRule {
    pub(crate) payload: Payload,
    pub(crate) value: Value,
    pub(crate) when: When,
}

/// How a value is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Made {
    /// It is there.
    Value(Value),
    /// A new stream, by the number of its rule.
    Stream(u32),
    /// A new future.
    Future(u32),
    /// A resource of a type, with its representation or a new one.
    Resource(ResourceIndex, Option<u32>),
    /// Several values.
    Record(Vec<Made>),
    /// A case of a variant with a payload.
    Case(u32, Box<Made>),
}

/// An imported function.
struct Imported {
    name: String,
    ty: FuncTypeId,
}

/// All functions that a component imports, those inside instances as `instance#function`.
fn imported(component: &Component) -> Vec<Imported> {
    let mut found = Vec::new();
    for import in component.imports() {
        match &import.ty {
            ExternType::Func(ty) => found.push(Imported { name: import.name.clone(), ty: *ty }),
            ExternType::Instance(inner) => {
                for (name, ty) in inner.iter() {
                    if let ExternType::Func(ty) = ty {
                        found.push(Imported { name: format!("{}#{name}", import.name), ty: *ty });
                    }
                }
            }
            ExternType::Module(_) | ExternType::Component(_) | ExternType::Resource(_) | ExternType::Type => {}
        }
    }
    found
}

impl Rules {
    /// Types a script.
    pub(crate) fn new(component: &Component, script: &Script) -> Result<Self, String> {
        let types = &component.program().definitions.types;
        let imports = imported(component);
        let mut rules = Self { others_trap: script.others == Others::Trap, ..Self::default() };
        for func in &script.funcs {
            let Some(import) = imports.iter().find(|import| import.name == func.name) else {
                return Err(unknown(&imports, &func.name));
            };
            if rules.funcs.iter().any(|known| known.name == func.name) {
                return Err(format!("import `{}`: expected it once, found it twice", func.name));
            }
            let rule = rules.rule(types, func, import.ty);
            let rule = rule.map_err(|message| format!("import `{}`: {message}", func.name))?;
            rules.funcs.push(rule);
        }
        // What is WASI's has another host, unless the script speaks of the interface.
        let interface = |name: &str| name.split('#').next().unwrap_or(name).to_owned();
        let spoken = |name: &str| rules.funcs.iter().any(|rule| interface(&rule.name) == interface(name));
        let open = imports.iter().filter(|import| !rules.funcs.iter().any(|rule| rule.name == import.name));
        let open: Vec<_> = open.filter(|import| !import.name.starts_with("wasi:") || spoken(&import.name)).collect();
        match open.first() {
            Some(first) if !rules.others_trap => {
                let names: Vec<_> = open.iter().map(|import| format!("`{}`", import.name)).collect();
                Err(format!(
                    "nobody supplies the imports {}: add `[[import]]` with `name = \"{}\"` for each, or `others = \"trap\"` \
                     at the top",
                    names.join(", "),
                    first.name
                ))
            }
            Some(_) | None => Ok(rules),
        }
    }

    fn rule(&mut self, types: &Types, func: &Func, id: FuncTypeId) -> Result<Rule, String> {
        let ty = types.func(id);
        let made = |rules: &mut Self, key: &str, values: &[Returned]| {
            let values = values.iter().enumerate();
            let made = values.map(|(number, value)| {
                let made = rules.result(types, ty, value);
                made.map_err(|message| format!("{key}[{number}]: {message}"))
            });
            made.collect::<Result<Vec<_>, _>>()
        };
        let mut returns = made(self, "returns", &func.returns)?;
        let fails = made(self, "fails", &func.fails)?;
        if returns.is_empty()
            && let Some(result) = ty.result
        {
            let word = wave::type_text(types, result);
            let made = without_value(types, result);
            returns.push(made.ok_or_else(|| format!("expected `returns` with values of type {word}, found none"))?);
        }
        let when = match func.when {
            None if ty.is_async => When::Any,
            None => When::Now,
            Some(When::Later | When::Any) if !ty.is_async => {
                return Err("the type is not async, so it can only answer at once: leave out `when`".to_owned());
            }
            Some(when) => when,
        };
        let params: Vec<&str> = ty.params.iter().map(|param| param.0.as_str()).collect();
        if let Some(name) = func.reads.keys().find(|name| !params.contains(&name.as_str())) {
            return Err(format!("reads: expected a parameter ({}), found `{name}`", params.join(", ")));
        }
        let reads = params.iter().map(|name| func.reads.get(*name).copied().unwrap_or_default()).collect();
        let (name, traps, cancel) = (func.name.clone(), func.traps, func.cancel);
        Ok(Rule { name, ty: id, returns, fails, traps, when, cancel, reads })
    }

    fn result(&mut self, types: &Types, ty: &FuncType, value: &Returned) -> Result<Made, String> {
        match ty.result {
            None => Err("the function returns nothing: leave it out".to_owned()),
            Some(result) => self.made(types, result, value),
        }
    }

    fn made(&mut self, types: &Types, ty: ValType, value: &Returned) -> Result<Made, String> {
        let defined = if let ValType::Defined(id) = ty { Some(types.defined(id)) } else { None };
        match (value, defined) {
            (Returned::Wave(text), Some(DefinedType::Own(index) | DefinedType::Borrow(index))) => {
                let rep = text.trim().parse();
                let rep = rep.map_err(|_| format!("expected the number that stands for the resource, found `{text}`"));
                Ok(Made::Resource(*index, Some(rep?)))
            }
            (Returned::Wave(text), Some(DefinedType::Stream(_))) => {
                Err(format!("expected a stream, such as {{ stream = \"[..]\" }}, found `{text}`"))
            }
            (Returned::Wave(text), Some(DefinedType::Future(_))) => {
                Err(format!("expected a future, such as {{ future = \"..\" }}, found `{text}`"))
            }
            (Returned::Wave(text), _) => {
                let val = wave::parse(types, ty, text)?;
                Ok(Made::Value(to_value(types, &val, ty)?))
            }
            (Returned::Stream(text, copies), Some(DefinedType::Stream(payload))) => {
                let (elements, count) = elements(types, *payload, text)?;
                self.streams.push(StreamRule { payload: *payload, elements, count, copies: *copies });
                Ok(Made::Stream(to_u32(self.streams.len() - 1)))
            }
            (Returned::Future(text, when), Some(DefinedType::Future(payload))) => {
                let value = match payload {
                    None if text.trim().is_empty() => Value::List(Vec::new()),
                    None => return Err(format!("the future carries nothing: expected \"\", found `{text}`")),
                    Some(ty) => to_list(types, &[wave::parse(types, *ty, text)?], *ty)?,
                };
                self.futures.push(FutureRule { payload: *payload, value, when: *when });
                Ok(Made::Future(to_u32(self.futures.len() - 1)))
            }
            (Returned::Tuple(parts), Some(DefinedType::Tuple(tys))) if parts.len() == tys.len() => {
                let parts = parts.iter().zip(tys).map(|(part, ty)| self.made(types, *ty, part));
                Ok(Made::Record(parts.collect::<Result<_, _>>()?))
            }
            (Returned::Case("ok", value), Some(DefinedType::Result { ok: Some(ty), .. })) => {
                Ok(Made::Case(0, Box::new(self.made(types, *ty, value)?)))
            }
            (Returned::Case("err", value), Some(DefinedType::Result { err: Some(ty), .. })) => {
                Ok(Made::Case(1, Box::new(self.made(types, *ty, value)?)))
            }
            (Returned::Case("some", value), Some(DefinedType::Option(ty))) => {
                Ok(Made::Case(1, Box::new(self.made(types, *ty, value)?)))
            }
            (found, _) => {
                Err(format!("expected a value of type {}, found {}", wave::type_text(types, ty), word(found)))
            }
        }
    }
}

fn word(returned: &Returned) -> String {
    match returned {
        Returned::Wave(text) => format!("`{text}`"),
        Returned::Stream(..) => "a stream".to_owned(),
        Returned::Future(..) => "a future".to_owned(),
        Returned::Tuple(parts) => format!("a tuple of {}", parts.len()),
        Returned::Case(case, _) => format!("`{case}`"),
    }
}

/// A value that needs no words: a new resource, `ok` without payload, or `ok` with one that needs none.
fn without_value(types: &Types, ty: ValType) -> Option<Made> {
    let ValType::Defined(id) = ty else { return None };
    match types.defined(id) {
        DefinedType::Own(index) => Some(Made::Resource(*index, None)),
        DefinedType::Result { ok: None, .. } => Some(Made::Value(Value::Variant(0, None))),
        DefinedType::Result { ok: Some(ty), .. } => Some(Made::Case(0, Box::new(without_value(types, *ty)?))),
        DefinedType::Record(_)
        | DefinedType::Tuple(_)
        | DefinedType::Variant(_)
        | DefinedType::Enum(_)
        | DefinedType::Option(_)
        | DefinedType::Flags(_)
        | DefinedType::List(_)
        | DefinedType::FixedList(..)
        | DefinedType::Map(..)
        | DefinedType::Borrow(_)
        | DefinedType::Stream(_)
        | DefinedType::Future(_) => None,
    }
}

fn elements(types: &Types, payload: Payload, text: &str) -> Result<(Value, u32), String> {
    let Some(ty) = payload else {
        let count = text.trim().parse().ok().filter(|count| *count <= Buffer::MAX_LENGTH);
        let count = count.ok_or_else(|| format!("the stream carries nothing: expected how many, found `{text}`"))?;
        return Ok((Value::List(Vec::new()), count));
    };
    let vals = wave::parse_list(types, ty, text)?;
    let count = to_u32(vals.len());
    Ok((to_list(types, &vals, ty)?, count))
}

fn unknown(imports: &[Imported], name: &str) -> String {
    let known: Vec<&str> = imports.iter().map(|import| import.name.as_str()).collect();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    format!("expected a function that the component imports, found `{name}`; there are: {known}")
}
