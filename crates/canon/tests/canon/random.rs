//! Random types and values of the slow definition, and their counterparts in the fast one.

use proptest::collection::vec;
use proptest::prelude::*;
use raddle_canon::{
    ErrorContextId, NumberType, Numbers, Resource, ResourceTypeId, SharedId, SourceEncoding, Str, Value,
};
use syntax::component::{PtrType, StringEncoding};
use syntax::id::ResourceIndex;
use syntax::types::{Case, DefinedType, Field, Types, ValType};

use crate::slow::{S, T, V};

pub(crate) const ENCODINGS: [StringEncoding; 3] =
    [StringEncoding::Utf8, StringEncoding::Utf16, StringEncoding::Latin1Utf16];

pub(crate) fn options() -> impl Strategy<Value = (StringEncoding, PtrType)> {
    (proptest::sample::select(&ENCODINGS[..]), proptest::sample::select(&[PtrType::I32, PtrType::I64][..]))
}

fn int() -> impl Strategy<Value = T> {
    (proptest::sample::select(&[8, 16, 32, 64][..]), any::<bool>()).prop_map(|(bits, signed)| T::Int { bits, signed })
}

pub(crate) fn ty() -> BoxedStrategy<T> {
    let leaf = prop_oneof![
        Just(T::Bool),
        int(),
        int(),
        Just(T::F32),
        Just(T::F64),
        Just(T::Char),
        Just(T::String),
        Just(T::String),
        prop_oneof![Just(T::ErrorContext), Just(T::Own), Just(T::Borrow), Just(T::Stream), Just(T::Future)],
        (1..33usize).prop_map(T::Flags),
        prop_oneof![1..5usize, 250..260usize].prop_map(T::Enum),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        let maybe = || proptest::option::of(inner.clone().prop_map(Box::new));
        let cases = vec(proptest::option::of(inner.clone()), 1..5);
        prop_oneof![
            vec(inner.clone(), 1..6).prop_map(T::Record),
            vec(inner.clone(), 1..4).prop_map(T::Tuple),
            cases.prop_map(T::Variant),
            boxed().prop_map(T::Option),
            (maybe(), maybe()).prop_map(|(ok, err)| T::Result(ok, err)),
            (boxed(), proptest::option::of(1..6usize)).prop_map(|(t, l)| T::List(t, l)),
            (boxed(), boxed()).prop_map(|(k, v)| T::Map(k, v)),
        ]
    })
    .boxed()
}

pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{0,12}", "[a-zé]{0,6}", "[a-zéÿĀ€]{0,6}", "[aé€🍰]{0,6}", ".{0,8}"]
}

fn latin1_text() -> impl Strategy<Value = String> {
    vec(any::<u8>(), 0..8).prop_map(|bytes| bytes.into_iter().map(char::from).collect())
}

pub(crate) fn string() -> impl Strategy<Value = S> {
    let of = |text: String, encoding, tagged| {
        let wide = encoding == StringEncoding::Utf16 || tagged;
        let units = match encoding {
            StringEncoding::Utf8 => text.len(),
            _ if wide => text.encode_utf16().count(),
            _ => text.chars().count(),
        };
        S { text, encoding, tagged, code_units: i128::try_from(units).unwrap() }
    };
    prop_oneof![
        text().prop_map(move |text| of(text, StringEncoding::Utf8, false)),
        text().prop_map(move |text| of(text, StringEncoding::Utf16, false)),
        text().prop_map(move |text| of(text, StringEncoding::Latin1Utf16, true)),
        latin1_text().prop_map(move |text| of(text, StringEncoding::Latin1Utf16, true)),
        latin1_text().prop_map(move |text| of(text, StringEncoding::Latin1Utf16, false)),
    ]
}

/// Any value of a type.
pub(crate) fn value(t: &T) -> BoxedStrategy<V> {
    match t {
        T::Bool => any::<bool>().prop_map(|b| V::Int(i128::from(b))).boxed(),
        T::Int { bits, signed } => {
            let (bits, signed) = (*bits, *signed);
            let low = if signed { -(1i128 << (bits - 1)) } else { 0 };
            (low..low + (1i128 << bits)).prop_map(V::Int).boxed()
        }
        T::F32 => prop_oneof![any::<u32>(), Just(0xffff_1234), Just(0x7f80_0001)]
            .prop_map(|bits| V::Float(u64::from(bits)))
            .boxed(),
        T::F64 => prop_oneof![any::<u64>(), Just(0xffff_ffff_ffff_1234)].prop_map(V::Float).boxed(),
        T::Char => any::<char>().prop_map(V::Char).boxed(),
        T::String => string().prop_map(V::String).boxed(),
        T::ErrorContext | T::Own | T::Borrow | T::Stream | T::Future => any::<u32>().prop_map(V::Handle).boxed(),
        T::Record(ts) | T::Tuple(ts) => ts.iter().map(value).collect::<Vec<_>>().prop_map(V::Record).boxed(),
        T::Variant(cases) => variant(cases.clone()),
        T::Enum(n) => (0..*n).prop_map(|case| V::Variant(case, None)).boxed(),
        T::Option(t) => variant(vec![None, Some((**t).clone())]),
        T::Result(ok, err) => variant([ok, err].map(|t| t.as_ref().map(|t| (**t).clone())).to_vec()),
        T::Flags(n) => vec(any::<bool>(), *n).prop_map(V::Flags).boxed(),
        T::List(t, Some(l)) => vec(value(t), *l).prop_map(V::List).boxed(),
        T::List(t, None) => vec(value(t), 0..4).prop_map(V::List).boxed(),
        T::Map(k, v) => {
            let entry = (value(k), value(v)).prop_map(|(k, v)| V::Record(vec![k, v]));
            vec(entry, 0..3).prop_map(V::List).boxed()
        }
    }
}

fn variant(cases: Vec<Option<T>>) -> BoxedStrategy<V> {
    let payload = |(case, t): (usize, Option<T>)| match t {
        None => Just(V::Variant(case, None)).boxed(),
        Some(t) => value(&t).prop_map(move |v| V::Variant(case, Some(Box::new(v)))).boxed(),
    };
    (0..cases.len()).prop_flat_map(move |case| payload((case, cases[case].clone()))).boxed()
}

/// Parameters with their types, few enough to be flat as often as not.
pub(crate) fn params() -> impl Strategy<Value = (Vec<T>, Vec<V>)> {
    vec(ty(), 0..4).prop_flat_map(|ts| {
        let values = ts.iter().map(value).collect::<Vec<_>>();
        (Just(ts), values)
    })
}

/// The type in the fast definition.
pub(crate) fn define(types: &mut Types, t: &T) -> ValType {
    let label = |i: usize| format!("l{i}");
    let defined = match t {
        T::Bool => return ValType::Bool,
        T::Int { bits, signed } => return number(*bits, *signed).val_type(),
        T::F32 => return ValType::F32,
        T::F64 => return ValType::F64,
        T::Char => return ValType::Char,
        T::String => return ValType::String,
        T::ErrorContext => return ValType::ErrorContext,
        T::Record(ts) => {
            let field = |(i, t)| Field { label: label(i), ty: define(types, t) };
            DefinedType::Record(ts.iter().enumerate().map(field).collect())
        }
        T::Tuple(ts) => DefinedType::Tuple(ts.iter().map(|t| define(types, t)).collect()),
        T::Variant(cases) => {
            let case = |(i, t): (usize, &Option<T>)| Case { label: label(i), ty: t.as_ref().map(|t| define(types, t)) };
            DefinedType::Variant(cases.iter().enumerate().map(case).collect())
        }
        T::Enum(n) => DefinedType::Enum((0..*n).map(label).collect()),
        T::Option(t) => DefinedType::Option(define(types, t)),
        T::Result(ok, err) => {
            let [ok, err] = [ok, err].map(|t| t.as_ref().map(|t| define(types, t)));
            DefinedType::Result { ok, err }
        }
        T::Flags(n) => DefinedType::Flags((0..*n).map(label).collect()),
        T::List(t, None) => DefinedType::List(define(types, t)),
        T::List(t, Some(l)) => DefinedType::FixedList(define(types, t), u32::try_from(*l).unwrap()),
        T::Map(k, v) => DefinedType::Map(define(types, k), define(types, v)),
        T::Own => DefinedType::Own(ResourceIndex(0)),
        T::Borrow => DefinedType::Borrow(ResourceIndex(0)),
        T::Stream => DefinedType::Stream(None),
        T::Future => DefinedType::Future(None),
    };
    ValType::Defined(types.define(defined))
}

fn number(bits: u32, signed: bool) -> NumberType {
    match (bits, signed) {
        (8, true) => NumberType::S8,
        (8, false) => NumberType::U8,
        (16, true) => NumberType::S16,
        (16, false) => NumberType::U16,
        (32, true) => NumberType::S32,
        (32, false) => NumberType::U32,
        (64, true) => NumberType::S64,
        _ => NumberType::U64,
    }
}

/// The value in the fast definition.
pub(crate) fn fast(t: &T, v: &V) -> Value {
    match (t, v) {
        (T::Bool, V::Int(i)) => Value::Bool(*i == 1),
        (T::Int { bits, signed }, V::Int(i)) => {
            let bytes = i.to_le_bytes()[..usize::try_from(bits / 8).unwrap()].to_vec();
            Numbers::new(number(*bits, *signed), bytes).iter().next().unwrap()
        }
        (T::F32, V::Float(bits)) => Value::F32(u32::try_from(*bits).unwrap()),
        (T::F64, V::Float(bits)) => Value::F64(*bits),
        (T::Char, V::Char(c)) => Value::Char(*c),
        (T::String, V::String(s)) => Value::String(fast_string(s)),
        (T::ErrorContext, V::Handle(h)) => Value::ErrorContext(ErrorContextId(*h)),
        (T::Own, V::Handle(h)) => Value::Own(resource(*h)),
        (T::Borrow, V::Handle(h)) => Value::Borrow(resource(*h)),
        (T::Stream, V::Handle(h)) => Value::Stream(SharedId(*h)),
        (T::Future, V::Handle(h)) => Value::Future(SharedId(*h)),
        (T::Record(ts) | T::Tuple(ts), V::Record(vs)) => {
            Value::Record(ts.iter().zip(vs).map(|(t, v)| fast(t, v)).collect())
        }
        (T::Flags(_), V::Flags(flags)) => {
            Value::Flags(flags.iter().enumerate().map(|(bit, flag)| u32::from(*flag) << bit).sum())
        }
        (T::List(t, _), V::List(vs)) => fast_list(t, vs),
        (T::Map(k, v), V::List(vs)) => fast_list(&T::Record(vec![(**k).clone(), (**v).clone()]), vs),
        (t, V::Variant(case, payload)) => {
            let payload = payload.as_ref().map(|v| Box::new(fast(payload_type(t, *case), v)));
            Value::Variant(u32::try_from(*case).unwrap(), payload)
        }
        (t, v) => panic!("{v:?} is no {t:?}"),
    }
}

fn fast_list(t: &T, vs: &[V]) -> Value {
    let ty = match t {
        T::Int { bits, signed } => number(*bits, *signed),
        T::F32 => NumberType::F32,
        T::F64 => NumberType::F64,
        t => return Value::List(vs.iter().map(|v| fast(t, v)).collect()),
    };
    let mut numbers = Numbers::new(ty, Vec::new());
    for v in vs {
        numbers.push(&fast(t, v));
    }
    Value::Numbers(numbers)
}

fn payload_type(t: &T, case: usize) -> &T {
    match (t, case) {
        (T::Variant(cases), _) => cases[case].as_ref().unwrap(),
        (T::Option(t) | T::Result(_, Some(t)), 1) | (T::Result(Some(t), _), 0) => t,
        _ => panic!("{t:?} has no payload in case {case}"),
    }
}

fn resource(rep: u32) -> Resource {
    Resource { ty: ResourceTypeId(7), rep }
}

pub(crate) fn fast_string(s: &S) -> Str {
    let encoding = match (s.encoding, s.tagged) {
        (StringEncoding::Utf8, _) => SourceEncoding::Utf8,
        (StringEncoding::Utf16, _) => SourceEncoding::Utf16,
        (StringEncoding::Latin1Utf16, false) => SourceEncoding::Latin1,
        (StringEncoding::Latin1Utf16, true) => SourceEncoding::TaggedUtf16,
    };
    Str { text: s.text.clone(), encoding }
}

/// The value without what a round trip may change: the source of strings and the bits of NaNs.
pub(crate) fn plain(v: &Value) -> Value {
    match v {
        Value::String(s) => Value::String(Str::from(s.text.as_str())),
        Value::F32(bits) if f32::from_bits(*bits).is_nan() => Value::F32(0x7fc0_0000),
        Value::F64(bits) if f64::from_bits(*bits).is_nan() => Value::F64(0x7ff8_0000_0000_0000),
        Value::Numbers(numbers) => {
            let mut bytes = numbers.bytes().to_vec();
            raddle_canon::canonicalize_nans(numbers.ty(), &mut bytes);
            Value::Numbers(Numbers::new(numbers.ty(), bytes))
        }
        Value::List(vs) => Value::List(vs.iter().map(plain).collect()),
        Value::Record(vs) => Value::Record(vs.iter().map(plain).collect()),
        Value::Variant(case, payload) => Value::Variant(*case, payload.as_ref().map(|v| Box::new(plain(v)))),
        other => other.clone(),
    }
}
