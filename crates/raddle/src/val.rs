//! Component-level values with their labels, and how they are written.
//!
//! Spec: Explainer.md, "Type Definitions". The text is WAVE, with `map` as a list of pairs; handles are shown in angle
//! brackets and cannot be read back.

use std::fmt;

use canon::{ErrorContextId, Resource, SharedId};

/// A component-level value.
#[derive(Clone, Debug)]
pub enum Val {
    /// `bool`
    Bool(bool),
    /// `s8`
    S8(i8),
    /// `u8`
    U8(u8),
    /// `s16`
    S16(i16),
    /// `u16`
    U16(u16),
    /// `s32`
    S32(i32),
    /// `u32`
    U32(u32),
    /// `s64`
    S64(i64),
    /// `u64`
    U64(u64),
    /// `f32`
    Float32(f32),
    /// `f64`
    Float64(f64),
    /// `char`
    Char(char),
    /// `string`
    String(String),
    /// `list`, of fixed length or not
    List(Vec<Val>),
    /// `map`
    Map(Vec<(Val, Val)>),
    /// `record`: labels and values in the order of the type
    Record(Vec<(String, Val)>),
    /// `tuple`
    Tuple(Vec<Val>),
    /// `variant`: the label of the case and the payload
    Variant(String, Option<Box<Val>>),
    /// `enum`
    Enum(String),
    /// `option`
    Option(Option<Box<Val>>),
    /// `result`
    Result(Result<Option<Box<Val>>, Option<Box<Val>>>),
    /// `flags`: the labels that are set, in the order of the type
    Flags(Vec<String>),
    /// `own` and `borrow`
    Resource(Resource),
    /// `stream`
    Stream(SharedId),
    /// `future`
    Future(SharedId),
    /// `error-context`
    ErrorContext(ErrorContextId),
}

impl PartialEq for Val {
    /// Floats are equal when their bits are, or when both are NaN.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::S8(a), Self::S8(b)) => a == b,
            (Self::U8(a), Self::U8(b)) => a == b,
            (Self::S16(a), Self::S16(b)) => a == b,
            (Self::U16(a), Self::U16(b)) => a == b,
            (Self::S32(a), Self::S32(b)) => a == b,
            (Self::U32(a), Self::U32(b)) => a == b,
            (Self::S64(a), Self::S64(b)) => a == b,
            (Self::U64(a), Self::U64(b)) => a == b,
            (Self::Float32(a), Self::Float32(b)) => a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()),
            (Self::Float64(a), Self::Float64(b)) => a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()),
            (Self::Char(a), Self::Char(b)) => a == b,
            (Self::String(a), Self::String(b)) | (Self::Enum(a), Self::Enum(b)) => a == b,
            (Self::List(a), Self::List(b)) | (Self::Tuple(a), Self::Tuple(b)) => a == b,
            (Self::Map(a), Self::Map(b)) => a == b,
            (Self::Record(a), Self::Record(b)) => a == b,
            (Self::Variant(a, x), Self::Variant(b, y)) => a == b && x == y,
            (Self::Option(a), Self::Option(b)) => a == b,
            (Self::Result(a), Self::Result(b)) => a == b,
            (Self::Flags(a), Self::Flags(b)) => a == b,
            (Self::Resource(a), Self::Resource(b)) => a == b,
            (Self::Stream(a), Self::Stream(b)) | (Self::Future(a), Self::Future(b)) => a == b,
            (Self::ErrorContext(a), Self::ErrorContext(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Val {}

impl Val {
    /// The kind of value in words, for messages.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Bool(_) => "bool",
            Self::S8(_) => "s8",
            Self::U8(_) => "u8",
            Self::S16(_) => "s16",
            Self::U16(_) => "u16",
            Self::S32(_) => "s32",
            Self::U32(_) => "u32",
            Self::S64(_) => "s64",
            Self::U64(_) => "u64",
            Self::Float32(_) => "f32",
            Self::Float64(_) => "f64",
            Self::Char(_) => "char",
            Self::String(_) => "string",
            Self::List(_) => "list",
            Self::Map(_) => "map",
            Self::Record(_) => "record",
            Self::Tuple(_) => "tuple",
            Self::Variant(..) => "variant",
            Self::Enum(_) => "enum",
            Self::Option(_) => "option",
            Self::Result(_) => "result",
            Self::Flags(_) => "flags",
            Self::Resource(_) => "resource",
            Self::Stream(_) => "stream",
            Self::Future(_) => "future",
            Self::ErrorContext(_) => "error-context",
        }
    }
}

impl fmt::Display for Val {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::S8(value) => value.fmt(f),
            Self::U8(value) => value.fmt(f),
            Self::S16(value) => value.fmt(f),
            Self::U16(value) => value.fmt(f),
            Self::S32(value) => value.fmt(f),
            Self::U32(value) => value.fmt(f),
            Self::S64(value) => value.fmt(f),
            Self::U64(value) => value.fmt(f),
            Self::Float32(value) if value.is_nan() => f.write_str("nan"),
            Self::Float32(value) => value.fmt(f),
            Self::Float64(value) if value.is_nan() => f.write_str("nan"),
            Self::Float64(value) => value.fmt(f),
            Self::Char(value) => write!(f, "'{}'", Escaped(&value.to_string(), '\'')),
            Self::String(value) => write!(f, "\"{}\"", Escaped(value, '"')),
            Self::List(values) => list(f, "[", "]", values.iter()),
            Self::Map(entries) => list(f, "[", "]", entries.iter().map(|(key, value)| format!("({key}, {value})"))),
            Self::Record(fields) if fields.is_empty() => f.write_str("{:}"),
            Self::Record(fields) => {
                list(f, "{", "}", fields.iter().map(|(label, value)| format!("{}: {value}", Label(label))))
            }
            Self::Tuple(values) => list(f, "(", ")", values.iter()),
            Self::Variant(case, payload) => with_payload(f, &Label(case).to_string(), payload.as_deref()),
            Self::Enum(case) => Label(case).fmt(f),
            Self::Option(None) => f.write_str("none"),
            Self::Option(Some(value)) => write!(f, "some({value})"),
            Self::Result(Ok(payload)) => with_payload(f, "ok", payload.as_deref()),
            Self::Result(Err(payload)) => with_payload(f, "err", payload.as_deref()),
            Self::Flags(labels) => list(f, "{", "}", labels.iter().map(|label| Label(label))),
            Self::Resource(resource) => write!(f, "<resource {} of type {}>", resource.rep, resource.ty.0),
            Self::Stream(_) => f.write_str("<stream>"),
            Self::Future(_) => f.write_str("<future>"),
            Self::ErrorContext(_) => f.write_str("<error-context>"),
        }
    }
}

fn list(
    f: &mut fmt::Formatter<'_>,
    open: &str,
    close: &str,
    items: impl Iterator<Item = impl fmt::Display>,
) -> fmt::Result {
    f.write_str(open)?;
    for (position, item) in items.enumerate() {
        if position > 0 {
            f.write_str(", ")?;
        }
        item.fmt(f)?;
    }
    f.write_str(close)
}

fn with_payload(f: &mut fmt::Formatter<'_>, case: &str, payload: Option<&Val>) -> fmt::Result {
    match payload {
        None => f.write_str(case),
        Some(value) => write!(f, "{case}({value})"),
    }
}

/// A label; those that WAVE reads as something else get a `%`.
struct Label<'a>(&'a str);

impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if ["true", "false", "some", "none", "ok", "err", "inf", "nan"].contains(&self.0) {
            f.write_str("%")?;
        }
        f.write_str(self.0)
    }
}

/// Text with the escapes of WAVE, inside the given quote.
struct Escaped<'a>(&'a str, char);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '\\' => f.write_str("\\\\")?,
                '\t' => f.write_str("\\t")?,
                '\r' => f.write_str("\\r")?,
                '\n' => f.write_str("\\n")?,
                c if c == self.1 => write!(f, "\\{c}")?,
                c if c.is_control() => write!(f, "\\u{{{:x}}}", u32::from(c))?,
                c => write!(f, "{c}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Val;

    #[test]
    fn values_are_written_as_wave() {
        let check = |val: Val, expected: &str| assert_eq!(val.to_string(), expected);
        check(Val::List(vec![Val::U8(1), Val::U8(2)]), "[1, 2]");
        check(
            Val::Record(vec![("a-b".into(), Val::Bool(true)), ("ok".into(), Val::Char('\''))]),
            "{a-b: true, %ok: '\\''}",
        );
        check(Val::Tuple(vec![Val::Float32(f32::NAN), Val::Float64(f64::NEG_INFINITY)]), "(nan, -inf)");
        check(Val::Variant("some".into(), Some(Box::new(Val::String("a\"\n".into())))), "%some(\"a\\\"\\n\")");
        check(Val::Result(Ok(None)), "ok");
        check(Val::Option(Some(Box::new(Val::S8(-1)))), "some(-1)");
        check(Val::Flags(vec!["x".into(), "y".into()]), "{x, y}");
    }
}
