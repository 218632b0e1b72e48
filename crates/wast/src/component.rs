//! Component-level values in scripts.
//!
//! Spec: the value forms of the crate `wast`; a `map` is written as a list of pairs.

use raddle::Val;
use wast::component::WastVal;

/// A value of a script.
pub(crate) fn val_of(value: &WastVal<'_>) -> Val {
    let boxed = |value: &Option<Box<WastVal<'_>>>| value.as_ref().map(|value| Box::new(val_of(value)));
    let labels = |labels: &[&str]| labels.iter().map(|label| (*label).to_owned()).collect();
    match value {
        WastVal::Bool(value) => Val::Bool(*value),
        WastVal::U8(value) => Val::U8(*value),
        WastVal::S8(value) => Val::S8(*value),
        WastVal::U16(value) => Val::U16(*value),
        WastVal::S16(value) => Val::S16(*value),
        WastVal::U32(value) => Val::U32(*value),
        WastVal::S32(value) => Val::S32(*value),
        WastVal::U64(value) => Val::U64(*value),
        WastVal::S64(value) => Val::S64(*value),
        WastVal::F32(value) => Val::Float32(f32::from_bits(value.bits)),
        WastVal::F64(value) => Val::Float64(f64::from_bits(value.bits)),
        WastVal::Char(value) => Val::Char(*value),
        WastVal::String(value) => Val::String((*value).to_owned()),
        WastVal::List(values) => Val::List(values.iter().map(val_of).collect()),
        WastVal::Record(fields) => {
            Val::Record(fields.iter().map(|(label, value)| ((*label).to_owned(), val_of(value))).collect())
        }
        WastVal::Tuple(values) => Val::Tuple(values.iter().map(val_of).collect()),
        WastVal::Variant(case, payload) => Val::Variant((*case).to_owned(), boxed(payload)),
        WastVal::Enum(case) => Val::Enum((*case).to_owned()),
        WastVal::Option(value) => Val::Option(boxed(value)),
        WastVal::Result(result) => Val::Result(match result {
            Ok(value) => Ok(boxed(value)),
            Err(value) => Err(boxed(value)),
        }),
        WastVal::Flags(set) => Val::Flags(labels(set)),
    }
}

/// Whether a value is what a script expects: the same value, where a map may be written as a list of pairs.
pub(crate) fn matches(value: &Val, expected: &Val) -> bool {
    let boxed = |value: &Option<Box<Val>>, expected: &Option<Box<Val>>| match (value, expected) {
        (None, None) => true,
        (Some(value), Some(expected)) => matches(value, expected),
        (None, Some(_)) | (Some(_), None) => false,
    };
    let all = |values: &[Val], expected: &[Val]| {
        values.len() == expected.len() && values.iter().zip(expected).all(|(value, expected)| matches(value, expected))
    };
    match (value, expected) {
        (Val::Map(entries), Val::List(expected)) => {
            let pairs: Vec<Val> =
                entries.iter().map(|(key, value)| Val::Tuple(vec![key.clone(), value.clone()])).collect();
            all(&pairs, expected)
        }
        (Val::List(values), Val::List(expected)) | (Val::Tuple(values), Val::Tuple(expected)) => all(values, expected),
        (Val::Record(fields), Val::Record(expected)) => {
            fields.len() == expected.len()
                && fields
                    .iter()
                    .zip(expected)
                    .all(|(field, expected)| field.0 == expected.0 && matches(&field.1, &expected.1))
        }
        (Val::Variant(case, value), Val::Variant(expected_case, expected)) => {
            case == expected_case && boxed(value, expected)
        }
        (Val::Option(value), Val::Option(expected)) => boxed(value, expected),
        (Val::Result(Ok(value)), Val::Result(Ok(expected))) | (Val::Result(Err(value)), Val::Result(Err(expected))) => {
            boxed(value, expected)
        }
        (value, expected) => value == expected,
    }
}
