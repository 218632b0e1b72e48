//! Values of core wasm in scripts: arguments, and the patterns that results must match.
//!
//! Spec: core specification, "NaN Propagation"; the result patterns of the script format. A value is one or two cells.

use syntax::module::{FuncType, ValType};
use wast::core::{NanPattern, V128Const, V128Pattern, WastArgCore, WastRetCore};
use wast::token::{F32, F64};

/// The cells of an argument.
pub(crate) fn cells_of(arg: &WastArgCore<'_>) -> Vec<u64> {
    match arg {
        WastArgCore::I32(value) => vec![u64::from(value.cast_unsigned())],
        WastArgCore::I64(value) => vec![value.cast_unsigned()],
        WastArgCore::F32(value) => vec![u64::from(value.bits)],
        WastArgCore::F64(value) => vec![value.bits],
        WastArgCore::V128(value) => halves(value),
        WastArgCore::RefNull(_) => vec![0],
        WastArgCore::RefExtern(value) => vec![host_cell(*value)],
        WastArgCore::RefHost(value) => vec![wasm::any_of_extern(host_cell(*value))],
    }
}

/// The cell of `(ref.extern n)`.
fn host_cell(value: u32) -> u64 {
    u64::from(value) + 1
}

fn halves(value: &V128Const) -> Vec<u64> {
    let number = u128::from_le_bytes(value.to_le_bytes());
    let half = |bits: u128| u64::try_from(bits & u128::from(u64::MAX)).expect("64 bits are left");
    vec![half(number), half(number >> 64)]
}

/// Splits cells into values.
pub(crate) fn split<'c>(ty: &FuncType, mut cells: &'c [u64]) -> Vec<(ValType, &'c [u64])> {
    let mut values = Vec::new();
    for ty in &ty.results {
        let (value, rest) = cells.split_at(ty.cells());
        values.push((*ty, value));
        cells = rest;
    }
    values
}

/// Whether a value is what a script expects.
pub(crate) fn matches(ty: ValType, value: &[u64], expected: &WastRetCore<'_>) -> bool {
    match (expected, ty) {
        (WastRetCore::I32(expected), ValType::I32) => value[0] == u64::from(expected.cast_unsigned()),
        (WastRetCore::I64(expected), ValType::I64) => value[0] == expected.cast_unsigned(),
        (WastRetCore::F32(expected), ValType::F32) => f32_matches(value[0], *expected),
        (WastRetCore::F64(expected), ValType::F64) => f64_matches(value[0], expected),
        (WastRetCore::V128(expected), ValType::V128) => v128_matches(value, expected),
        (WastRetCore::RefNull(_), ValType::Ref(_)) => value[0] == 0,
        (WastRetCore::RefExtern(Some(expected)), ValType::Ref(_)) => value[0] == host_cell(*expected),
        (WastRetCore::RefHost(expected), ValType::Ref(_)) => value[0] == wasm::any_of_extern(host_cell(*expected)),
        (
            WastRetCore::RefExtern(None)
            | WastRetCore::RefFunc(_)
            | WastRetCore::RefAny
            | WastRetCore::RefEq
            | WastRetCore::RefArray
            | WastRetCore::RefStruct
            | WastRetCore::RefI31
            | WastRetCore::RefI31Shared,
            ValType::Ref(_),
        ) => value[0] != 0,
        (WastRetCore::Either(cases), ty) => cases.iter().any(|case| matches(ty, value, case)),
        _ => false,
    }
}

fn f32_matches(cell: u64, expected: NanPattern<F32>) -> bool {
    match expected {
        NanPattern::CanonicalNan => cell & 0x7fff_ffff == 0x7fc0_0000,
        NanPattern::ArithmeticNan => cell & 0x7fc0_0000 == 0x7fc0_0000,
        NanPattern::Value(value) => cell == u64::from(value.bits),
    }
}

fn f64_matches(cell: u64, expected: &NanPattern<F64>) -> bool {
    match expected {
        NanPattern::CanonicalNan => cell & (u64::MAX >> 1) == 0x7ff8_0000_0000_0000,
        NanPattern::ArithmeticNan => cell & 0x7ff8_0000_0000_0000 == 0x7ff8_0000_0000_0000,
        NanPattern::Value(value) => cell == value.bits,
    }
}

fn v128_matches(value: &[u64], expected: &V128Pattern) -> bool {
    let bytes: Vec<u8> = value.iter().flat_map(|half| half.to_le_bytes()).collect();
    let lanes = |len: usize| {
        bytes.chunks(len).map(|lane| lane.iter().rev().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte)))
    };
    match expected {
        V128Pattern::I8x16(expected) => lanes(1).eq(expected.iter().map(|lane| u64::from(lane.cast_unsigned()))),
        V128Pattern::I16x8(expected) => lanes(2).eq(expected.iter().map(|lane| u64::from(lane.cast_unsigned()))),
        V128Pattern::I32x4(expected) => lanes(4).eq(expected.iter().map(|lane| u64::from(lane.cast_unsigned()))),
        V128Pattern::I64x2(expected) => lanes(8).eq(expected.iter().map(|lane| lane.cast_unsigned())),
        V128Pattern::F32x4(expected) => lanes(4).zip(expected).all(|(lane, expected)| f32_matches(lane, *expected)),
        V128Pattern::F64x2(expected) => lanes(8).zip(expected).all(|(lane, expected)| f64_matches(lane, expected)),
    }
}

/// A value in the words of the text format.
pub(crate) fn text(ty: ValType, value: &[u64]) -> String {
    match ty {
        ValType::I32 => format!("(i32.const {:#x})", value[0]),
        ValType::I64 => format!("(i64.const {:#x})", value[0]),
        ValType::F32 => {
            let bits = syntax::convert::low_u32(value[0]);
            format!("(f32.const {}) with bits {bits:#x}", f32::from_bits(bits))
        }
        ValType::F64 => format!("(f64.const {}) with bits {:#x}", f64::from_bits(value[0]), value[0]),
        ValType::V128 => format!("(v128.const i64x2 {:#x} {:#x})", value[0], value[1]),
        ValType::Ref(_) if value[0] == 0 => "(ref.null)".to_owned(),
        ValType::Ref(_) => format!("a reference ({})", value[0] - 1),
    }
}
