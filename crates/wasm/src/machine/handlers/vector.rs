//! Handlers of vectors, which take two cells.

use syntax::TrapRule;

use super::super::dispatch::{Context, Regs, next, trap};
use super::compute;
use super::memory::{address, mark};
use crate::op::Op;
use crate::vector;

compute! {
    v128_and: V128And { d, a, b }, r => r.set_vector(d, vector::v128_and(r.vector(a), r.vector(b)));
    v128_or: V128Or { d, a, b }, r => r.set_vector(d, vector::v128_or(r.vector(a), r.vector(b)));
    v128_xor: V128Xor { d, a, b }, r => r.set_vector(d, vector::v128_xor(r.vector(a), r.vector(b)));
    i8x16_add: I8x16Add { d, a, b }, r => r.set_vector(d, vector::i8x16_add(r.vector(a), r.vector(b)));
    i8x16_add_sat_s: I8x16AddSatS { d, a, b }, r => r.set_vector(d, vector::i8x16_add_sat_s(r.vector(a), r.vector(b)));
    i8x16_sub: I8x16Sub { d, a, b }, r => r.set_vector(d, vector::i8x16_sub(r.vector(a), r.vector(b)));
    i16x8_add: I16x8Add { d, a, b }, r => r.set_vector(d, vector::i16x8_add(r.vector(a), r.vector(b)));
    i16x8_sub: I16x8Sub { d, a, b }, r => r.set_vector(d, vector::i16x8_sub(r.vector(a), r.vector(b)));
    i16x8_mul: I16x8Mul { d, a, b }, r => r.set_vector(d, vector::i16x8_mul(r.vector(a), r.vector(b)));
    i32x4_add: I32x4Add { d, a, b }, r => r.set_vector(d, vector::i32x4_add(r.vector(a), r.vector(b)));
    i32x4_sub: I32x4Sub { d, a, b }, r => r.set_vector(d, vector::i32x4_sub(r.vector(a), r.vector(b)));
    i32x4_mul: I32x4Mul { d, a, b }, r => r.set_vector(d, vector::i32x4_mul(r.vector(a), r.vector(b)));
    i32x4_dot_i16x8_s: I32x4DotI16x8S { d, a, b }, r => r.set_vector(d, vector::i32x4_dot_i16x8_s(r.vector(a), r.vector(b)));
    i64x2_add: I64x2Add { d, a, b }, r => r.set_vector(d, vector::i64x2_add(r.vector(a), r.vector(b)));
    i64x2_sub: I64x2Sub { d, a, b }, r => r.set_vector(d, vector::i64x2_sub(r.vector(a), r.vector(b)));
    f32x4_add: F32x4Add { d, a, b }, r => r.set_vector(d, vector::f32x4_add(r.vector(a), r.vector(b)));
    f32x4_sub: F32x4Sub { d, a, b }, r => r.set_vector(d, vector::f32x4_sub(r.vector(a), r.vector(b)));
    f32x4_mul: F32x4Mul { d, a, b }, r => r.set_vector(d, vector::f32x4_mul(r.vector(a), r.vector(b)));
    f32x4_div: F32x4Div { d, a, b }, r => r.set_vector(d, vector::f32x4_div(r.vector(a), r.vector(b)));
    f64x2_add: F64x2Add { d, a, b }, r => r.set_vector(d, vector::f64x2_add(r.vector(a), r.vector(b)));
    f64x2_sub: F64x2Sub { d, a, b }, r => r.set_vector(d, vector::f64x2_sub(r.vector(a), r.vector(b)));
    f64x2_mul: F64x2Mul { d, a, b }, r => r.set_vector(d, vector::f64x2_mul(r.vector(a), r.vector(b)));
    f64x2_div: F64x2Div { d, a, b }, r => r.set_vector(d, vector::f64x2_div(r.vector(a), r.vector(b)));
    i8x16_eq: I8x16Eq { d, a, b }, r => r.set_vector(d, vector::i8x16_eq(r.vector(a), r.vector(b)));
    i8x16_gt_s: I8x16GtS { d, a, b }, r => r.set_vector(d, vector::i8x16_gt_s(r.vector(a), r.vector(b)));
    i32x4_eq: I32x4Eq { d, a, b }, r => r.set_vector(d, vector::i32x4_eq(r.vector(a), r.vector(b)));
    i32x4_gt_s: I32x4GtS { d, a, b }, r => r.set_vector(d, vector::i32x4_gt_s(r.vector(a), r.vector(b)));
    v128_not: V128Not { d, a }, r => r.set_vector(d, vector::v128_not(r.vector(a)));
    i16x8_extend_low_i8x16_s: I16x8ExtendLowI8x16S { d, a }, r => r.set_vector(d, vector::i16x8_extend_low_i8x16_s(r.vector(a)));
    i16x8_extend_high_i8x16_s: I16x8ExtendHighI8x16S { d, a }, r => r.set_vector(d, vector::i16x8_extend_high_i8x16_s(r.vector(a)));
    i16x8_extend_low_i8x16_u: I16x8ExtendLowI8x16U { d, a }, r => r.set_vector(d, vector::i16x8_extend_low_i8x16_u(r.vector(a)));
    i16x8_extend_high_i8x16_u: I16x8ExtendHighI8x16U { d, a }, r => r.set_vector(d, vector::i16x8_extend_high_i8x16_u(r.vector(a)));
    v128_bitselect: V128Bitselect { d, a, b, c }, r => r.set_vector(d, vector::bitselect(r.vector(a), r.vector(b), r.vector(c)));
    v128_unary: V128Unary { d, a, f }, r => r.set_vector(d, f(r.vector(a)));
    v128_binary: V128Binary { d, a, b, f }, r => r.set_vector(d, f(r.vector(a), r.vector(b)));
    v128_shift: V128Shift { d, a, b, f }, r => r.set_vector(d, f(r.vector(a), syntax::convert::low_u32(r.get(b))));
    v128_test: V128Test { d, a, f }, r => r.set(d, u64::from(f(r.vector(a))));
    v128_splat: V128Splat { d, a, log2_bytes }, r => r.set_vector(d, splat(r.get(a), log2_bytes));
    v128_extract: V128Extract { d, a, log2_bytes, lane }, r => {
        let shift = u32::from(lane) << (log2_bytes + 3);
        let [low, _] = crate::numeric::cells_of_v128(r.vector(a) >> shift);
        r.set(d, low & mask(log2_bytes));
    };
    v128_replace: V128Replace { d, a, b, log2_bytes, lane }, r => {
        let (shift, mask) = (u32::from(lane) << (log2_bytes + 3), mask(log2_bytes));
        let rest = r.vector(a) & !(u128::from(mask) << shift);
        r.set_vector(d, rest | u128::from(r.get(b) & mask) << shift);
    };
}

/// The bits of a lane.
const fn mask(log2_bytes: u8) -> u64 {
    u64::MAX >> (64 - (8u32 << log2_bytes))
}

/// The vector whose lanes are all the same.
fn splat(value: u64, log2_bytes: u8) -> u128 {
    let value = value.to_le_bytes();
    match log2_bytes {
        0 => u128::from_le_bytes([value[0]; 16]),
        1 => vector::join_16([u16::from_le_bytes([value[0], value[1]]); 8]),
        2 => vector::join_32([u32::from_le_bytes([value[0], value[1], value[2], value[3]]); 4]),
        _ => vector::join_64([u64::from_le_bytes(value); 2]),
    }
}

pub(super) fn v128_ternary<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::V128Ternary { d, a, b, c }, Op::V128TernaryOperator { f }, rest @ ..] = ip else { return };
    r.set_vector(*d, f(r.vector(*a), r.vector(*b), r.vector(*c)));
    next(cx, rest, r, mem);
}

/// Never executed: it belongs to the operation before it.
pub(super) fn v128_ternary_operator<'a>(_: &mut Context<'a>, _: &'a [Op], _: Regs<'a>, _: &'a mut [u8]) {}

pub(super) fn v128_shuffle<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::V128Shuffle { d, a, b }, Op::Const { value: low, .. }, Op::Const { value: high, .. }, rest @ ..] = ip
    else {
        return;
    };
    let lanes = u128::from(*low) | u128::from(*high) << 64;
    r.set_vector(*d, vector::shuffle(r.vector(*a), r.vector(*b), lanes));
    next(cx, rest, r, mem);
}

pub(super) fn v128_load<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::V128Load { d, a, add, offset }, rest @ ..] = ip else { return };
    let at = address(r.get(*a), *add, *offset);
    let Some(bytes) = mem.get(at..at.wrapping_add(16)) else {
        return trap(cx, rest, TrapRule::CoreMemoryOutOfBounds);
    };
    r.set_vector(*d, u128::from_le_bytes(bytes.try_into().expect("16 bytes")));
    next(cx, rest, r, mem);
}

pub(super) fn v128_store<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::V128Store { a, b, add, offset }, rest @ ..] = ip else { return };
    let at = address(r.get(*a), *add, *offset);
    let Some(bytes) = mem.get_mut(at..at.wrapping_add(16)) else {
        return trap(cx, rest, TrapRule::CoreMemoryOutOfBounds);
    };
    bytes.copy_from_slice(&r.vector(*b).to_le_bytes());
    mark(cx, at, 16);
    next(cx, rest, r, mem);
}
