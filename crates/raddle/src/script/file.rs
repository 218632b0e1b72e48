//! The file of a scripted host: TOML, whose values are in WAVE.
//!
//! Spec: `docs/hosts.md`. Errors of TOML have line and column; those of what it says name the import and the key.

use serde::Deserialize;
use toml::{Table, Value};

use super::{Cancel, Copies, Drops, Func, Others, Pieces, Returned, Script, When};
use crate::error::Error;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    others: OthersWord,
    #[serde(default)]
    import: Vec<Import>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum OthersWord {
    #[default]
    Error,
    Trap,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Import {
    name: String,
    #[serde(default)]
    returns: Vec<Value>,
    #[serde(default)]
    fails: Vec<Value>,
    #[serde(default)]
    traps: bool,
    when: Option<WhenWord>,
    #[serde(default)]
    cancel: CancelWord,
    #[serde(default)]
    reads: Table,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WhenWord {
    Now,
    Later,
    Any,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum CancelWord {
    #[default]
    Now,
    Later,
    Returned,
    Ignored,
    Any,
}

impl Script {
    /// Reads the text of a host file.
    ///
    /// # Errors
    /// `Error::Input`: where it is not TOML or has unknown keys, or which key of which import is wrong.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let file: File = toml::from_str(text).map_err(|error| Error::Input(error.to_string().trim_end().to_owned()))?;
        let funcs = file.import.into_iter().map(func).collect::<Result<_, _>>().map_err(Error::Input)?;
        let others = match file.others {
            OthersWord::Error => Others::Error,
            OthersWord::Trap => Others::Trap,
        };
        Ok(Self { funcs, others })
    }
}

fn func(import: Import) -> Result<Func, String> {
    let Import { name, returns, fails, traps, when, cancel, reads } = import;
    let at = |key: &str| format!("import `{name}`: {key}");
    let list = |key: &str, values: &[Value]| {
        let values = values.iter().enumerate();
        values.map(|(number, value)| returned(value, &at(&format!("{key}[{number}]")))).collect::<Result<Vec<_>, _>>()
    };
    let reads = reads.iter().map(|(param, value)| {
        let at = at(&format!("reads.{param}"));
        let Value::Table(table) = value else { return Err(expected(&at, "a table such as { pieces = 1 }", value)) };
        known(table, &["pieces", "when", "drops"], &at)?;
        Ok((param.clone(), copies(table, &at)?))
    });
    Ok(Func {
        returns: list("returns", &returns)?,
        fails: list("fails", &fails)?,
        traps,
        when: when.map(|when| match when {
            WhenWord::Now => When::Now,
            WhenWord::Later => When::Later,
            WhenWord::Any => When::Any,
        }),
        cancel: match cancel {
            CancelWord::Now => Cancel::Now,
            CancelWord::Later => Cancel::Later,
            CancelWord::Returned => Cancel::Returned,
            CancelWord::Ignored => Cancel::Ignored,
            CancelWord::Any => Cancel::Any,
        },
        reads: reads.collect::<Result<_, _>>()?,
        name,
    })
}

fn expected(at: &str, what: &str, found: &Value) -> String {
    format!("{at}: expected {what}, found {found}")
}

/// A value as it is written, and where it stands.
fn returned(value: &Value, at: &str) -> Result<Returned, String> {
    let table = match value {
        Value::String(text) => return Ok(Returned::Wave(text.clone())),
        Value::Table(table) => table,
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) | Value::Array(_) => {
            return Err(expected(at, "a value in WAVE as a string, such as \"1\", or a table", value));
        }
    };
    let keys = ["stream", "future", "tuple", "ok", "err", "some"];
    let found: Vec<&str> = keys.into_iter().filter(|key| table.contains_key(*key)).collect();
    let [key] = found.as_slice() else {
        return Err(expected(at, &format!("a table with one of the keys {}", keys.join(", ")), value));
    };
    let (inner, inside) = (&table[*key], format!("{at}.{key}"));
    let text = || inner.as_str().map(str::to_owned).ok_or_else(|| expected(&inside, "a value in WAVE", inner));
    match *key {
        "stream" => {
            known(table, &["stream", "pieces", "when", "drops"], at)?;
            Ok(Returned::Stream(text()?, copies(table, at)?))
        }
        "future" => {
            known(table, &["future", "when"], at)?;
            Ok(Returned::Future(text()?, when(table, at)?))
        }
        "tuple" => {
            known(table, &["tuple"], at)?;
            let parts = inner.as_array().ok_or_else(|| expected(&inside, "an array", inner))?;
            let parts = parts.iter().enumerate();
            let parts = parts.map(|(number, part)| returned(part, &format!("{inside}[{number}]")));
            Ok(Returned::Tuple(parts.collect::<Result<_, _>>()?))
        }
        key => {
            known(table, &[key], at)?;
            let case = ["ok", "err", "some"].into_iter().find(|case| *case == key).expect("all others came before");
            Ok(Returned::Case(case, Box::new(returned(inner, &inside)?)))
        }
    }
}

fn known(table: &Table, keys: &[&str], at: &str) -> Result<(), String> {
    match table.keys().find(|key| !keys.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => Err(format!("{at}: expected only the keys {}, found `{key}`", keys.join(", "))),
    }
}

fn copies(table: &Table, at: &str) -> Result<Copies, String> {
    let pieces = match table.get("pieces") {
        None => Pieces::All,
        Some(Value::String(word)) if word == "all" => Pieces::All,
        Some(Value::String(word)) if word == "any" => Pieces::Any,
        Some(value) => match value.as_integer().map(u32::try_from) {
            Some(Ok(most)) if most > 0 => Pieces::Most(most),
            Some(_) | None => {
                return Err(expected(&format!("{at}.pieces"), "\"all\", \"any\" or a number above 0", value));
            }
        },
    };
    let drops = match table.get("drops") {
        None => Drops::End,
        Some(Value::String(word)) if word == "end" => Drops::End,
        Some(Value::String(word)) if word == "any" => Drops::Any,
        Some(Value::String(word)) if word == "never" => Drops::Never,
        Some(value) => return Err(expected(&format!("{at}.drops"), "\"end\", \"any\" or \"never\"", value)),
    };
    Ok(Copies { pieces, when: when(table, at)?, drops })
}

fn when(table: &Table, at: &str) -> Result<When, String> {
    match table.get("when") {
        None => Ok(When::Any),
        Some(Value::String(word)) if word == "any" => Ok(When::Any),
        Some(Value::String(word)) if word == "now" => Ok(When::Now),
        Some(Value::String(word)) if word == "later" => Ok(When::Later),
        Some(value) => Err(expected(&format!("{at}.when"), "\"now\", \"later\" or \"any\"", value)),
    }
}
