//! Alignment, size and core types.

use std::fmt::Write as _;

use insta::assert_snapshot;
use proptest::collection::vec;
use proptest::prelude::*;
use raddle_canon::{CoreFuncType, CoreType, FlattenContext, TypeTable, flatten_functype, flatten_types};
use syntax::component::{CanonicalOptions, PtrType};
use syntax::id::CoreFuncIndex;
use syntax::types::{FuncType, Types, ValType};

use crate::random::{define, ty};
use crate::slow::{T, flatten_type};

const U8: T = T::Int { bits: 8, signed: false };
const U16: T = T::Int { bits: 16, signed: false };
const U32: T = T::Int { bits: 32, signed: false };
const U64: T = T::Int { bits: 64, signed: false };

fn list(t: T, length: Option<usize>) -> T {
    T::List(Box::new(t), length)
}

fn table(t: &T) -> (TypeTable, ValType) {
    let mut types = Types::new();
    let ty = define(&mut types, t);
    let mut table = TypeTable::new();
    table.extend(&types);
    (table, ty)
}

/// One line for each pointer type: alignment, size, core types.
fn show(t: &T) -> String {
    let (types, ty) = table(t);
    let mut text = String::new();
    for ptr_type in [PtrType::I32, PtrType::I64] {
        let (alignment, size) = (types.alignment(ty, ptr_type), types.elem_size(ty, ptr_type));
        let flat = types.flatten_type(ty, ptr_type);
        writeln!(text, "align {alignment} size {size} {flat:?}").unwrap();
    }
    text
}

#[test]
fn primitives() {
    let types = [T::Bool, U8, U16, U32, U64, T::F32, T::F64, T::Char, T::String, T::ErrorContext, T::Own, T::Stream];
    let lines: Vec<String> = types.iter().map(|t| show(t).trim_end().replace('\n', "; ")).collect();
    assert_snapshot!(lines.join("\n"), @"
    align 1 size 1 [I32]; align 1 size 1 [I32]
    align 1 size 1 [I32]; align 1 size 1 [I32]
    align 2 size 2 [I32]; align 2 size 2 [I32]
    align 4 size 4 [I32]; align 4 size 4 [I32]
    align 8 size 8 [I64]; align 8 size 8 [I64]
    align 4 size 4 [F32]; align 4 size 4 [F32]
    align 8 size 8 [F64]; align 8 size 8 [F64]
    align 4 size 4 [I32]; align 4 size 4 [I32]
    align 4 size 8 [I32, I32]; align 8 size 16 [I64, I64]
    align 4 size 4 [I32]; align 4 size 4 [I32]
    align 4 size 4 [I32]; align 4 size 4 [I32]
    align 4 size 4 [I32]; align 4 size 4 [I32]
    ");
}

#[test]
fn records_have_gaps_and_a_tail() {
    assert_snapshot!(show(&T::Record(vec![U8, U64, U16])), @"
    align 8 size 24 [I32, I64, I32]
    align 8 size 24 [I32, I64, I32]
    ");
    assert_snapshot!(show(&T::Tuple(vec![T::String, U8, list(U8, None)])), @"
    align 4 size 20 [I32, I32, I32, I32, I32]
    align 8 size 40 [I64, I64, I32, I64, I64]
    ");
}

#[test]
fn variants_join_their_payloads() {
    assert_snapshot!(show(&T::Variant(vec![Some(U8), None, Some(T::F64)])), @"
    align 8 size 16 [I32, I64]
    align 8 size 16 [I32, I64]
    ");
    assert_snapshot!(show(&T::Variant(vec![Some(T::F32), Some(U32)])), @"
    align 4 size 8 [I32, I32]
    align 4 size 8 [I32, I32]
    ");
    assert_snapshot!(show(&T::Result(Some(Box::new(T::String)), Some(Box::new(T::F32)))), @"
    align 4 size 12 [I32, I32, I32]
    align 8 size 24 [I32, I64, I64]
    ");
    assert_snapshot!(show(&T::Option(Box::new(T::F32))), @"
    align 4 size 8 [I32, F32]
    align 4 size 8 [I32, F32]
    ");
    assert_snapshot!(show(&T::Result(None, None)), @"
    align 1 size 1 [I32]
    align 1 size 1 [I32]
    ");
}

#[test]
fn discriminants_and_flags_grow() {
    let sizes: Vec<u64> = [1, 256, 257, 65536, 65537]
        .map(|n| {
            let (types, ty) = table(&T::Enum(n));
            types.elem_size(ty, PtrType::I32)
        })
        .to_vec();
    assert_eq!(sizes, [1, 1, 2, 2, 4]);
    let sizes: Vec<u64> = [1, 8, 9, 16, 17, 32]
        .map(|n| {
            let (types, ty) = table(&T::Flags(n));
            types.elem_size(ty, PtrType::I32)
        })
        .to_vec();
    assert_eq!(sizes, [1, 1, 2, 2, 4, 4]);
}

#[test]
fn lists_and_maps() {
    assert_snapshot!(show(&list(U16, Some(3))), @"
    align 2 size 6 [I32, I32, I32]
    align 2 size 6 [I32, I32, I32]
    ");
    assert_snapshot!(show(&T::Map(Box::new(T::String), Box::new(U8))), @"
    align 4 size 8 [I32, I32]
    align 8 size 16 [I64, I64]
    ");
    assert_snapshot!(show(&list(U8, Some(17))), @"
    align 1 size 17 Many
    align 1 size 17 Many
    ");
}

#[test]
fn huge_types_cost_nothing_and_do_not_overflow() {
    let mut t = list(U64, Some(1_000_000));
    assert_snapshot!(show(&t), @"
    align 8 size 8000000 Many
    align 8 size 8000000 Many
    ");
    for _ in 0..8 {
        t = T::Record(vec![U8, list(t, Some(u32::MAX.try_into().unwrap()))]);
    }
    assert_snapshot!(show(&t), @"
    align 8 size 18446744073709551608 Many
    align 8 size 18446744073709551608 Many
    ");
}

#[test]
fn sixteen_core_values_are_the_most() {
    let types = |n: usize| show(&T::Tuple(vec![U8; n])).lines().next().unwrap().contains("Many");
    assert!(!types(16));
    assert!(types(17));
    assert!(!show(&T::Option(Box::new(T::Tuple(vec![U8; 15])))).contains("Many"));
    assert!(show(&T::Option(Box::new(T::Tuple(vec![U8; 16])))).contains("Many"));
}

fn functype(params: &[T], result: Option<&T>, context: FlattenContext, opts: &CanonicalOptions) -> String {
    let mut types = Types::new();
    let ft = FuncType {
        params: params.iter().map(|t| (String::new(), define(&mut types, t))).collect(),
        result: result.map(|t| define(&mut types, t)),
        is_async: opts.is_async,
    };
    let mut table = TypeTable::new();
    table.extend(&types);
    let CoreFuncType { params, results } = flatten_functype(&table, opts, PtrType::I64, &ft, context);
    format!("{params:?} -> {results:?}")
}

#[test]
fn function_types() {
    let sync = CanonicalOptions::default();
    let stackful = CanonicalOptions { is_async: true, ..sync };
    let callback = CanonicalOptions { callback: Some(CoreFuncIndex(0)), ..stackful };
    let five = vec![U32, U8, T::Char, T::F32, T::F64];
    let many = vec![U64; 17];
    let mut text = String::new();
    for (name, opts) in [("sync", sync), ("stackful", stackful), ("callback", callback)] {
        for context in [FlattenContext::Lift, FlattenContext::Lower] {
            writeln!(text, "{name} {context:?}").unwrap();
            for (params, result) in [(&five, None), (&five, Some(&U8)), (&many, Some(&T::String))] {
                writeln!(text, "    {}", functype(params, result, context, &opts)).unwrap();
            }
        }
    }
    assert_snapshot!(text, @"
    sync Lift
        [I32, I32, I32, F32, F64] -> []
        [I32, I32, I32, F32, F64] -> [I32]
        [I64] -> [I64]
    sync Lower
        [I32, I32, I32, F32, F64] -> []
        [I32, I32, I32, F32, F64] -> [I32]
        [I64, I64] -> []
    stackful Lift
        [I32, I32, I32, F32, F64] -> []
        [I32, I32, I32, F32, F64] -> []
        [I64] -> []
    stackful Lower
        [I64] -> [I32]
        [I64, I64] -> [I32]
        [I64, I64] -> [I32]
    callback Lift
        [I32, I32, I32, F32, F64] -> [I32]
        [I32, I32, I32, F32, F64] -> [I32]
        [I64] -> [I32]
    callback Lower
        [I64] -> [I32]
        [I64, I64] -> [I32]
        [I64, I64] -> [I32]
    ");
}

#[test]
fn blocks_are_integers_without_gaps() {
    let block = |t: &T| {
        let (types, ty) = table(t);
        types.block_size(ty)
    };
    assert_eq!([U8, U16, U32, U64].map(|t| block(&t)), [Some(1), Some(2), Some(4), Some(8)]);
    assert_eq!(block(&list(list(U16, Some(3)), Some(2))), Some(12));
    for t in [T::F32, T::F64, T::Bool, T::Char, list(U8, None), T::Tuple(vec![U8]), T::Flags(8), T::Own] {
        assert_eq!(block(&t), None, "{t:?}");
    }
}

#[test]
fn a_table_grows_with_its_types() {
    let mut types = Types::new();
    let mut table = TypeTable::new();
    let map = define(&mut types, &T::Map(Box::new(U8), Box::new(U64)));
    table.extend(&types);
    let tuple = define(&mut types, &T::Tuple(vec![U8, U16]));
    table.extend(&types);
    table.extend(&types);
    assert_eq!((table.elem_size(map, PtrType::I64), table.elem_size(tuple, PtrType::I64)), (16, 4));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn core_types_are_those_of_the_slow_definition(ts in vec(ty(), 1..4)) {
        for ptr_type in [PtrType::I32, PtrType::I64] {
            let mut types = Types::new();
            let fast: Vec<ValType> = ts.iter().map(|t| define(&mut types, t)).collect();
            let mut table = TypeTable::new();
            table.extend(&types);
            let expected: Vec<&str> = ts.iter().flat_map(|t| flatten_type(t, ptr_type)).collect();
            let found = flatten_types(&table, fast.into_iter(), ptr_type);
            match found.types() {
                Some(types) => prop_assert_eq!(types.iter().copied().map(name).collect::<Vec<_>>(), expected),
                None => prop_assert!(expected.len() > 16),
            }
        }
    }
}

fn name(ty: CoreType) -> &'static str {
    match ty {
        CoreType::I32 => "i32",
        CoreType::I64 => "i64",
        CoreType::F32 => "f32",
        CoreType::F64 => "f64",
    }
}
