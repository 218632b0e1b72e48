//! Numeric instructions against simple second definitions: `cargo test -p raddle-wasm --test numeric`.

#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    clippy::float_arithmetic,
    clippy::float_cmp,
    reason = "the second definitions convert between numbers"
)]

use std::cmp::Ordering::{self, Equal, Greater, Less};
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use raddle_wasm::{CoreStore, Deterministic, Exit, Extern, Limits, Machine, Module, Stack};
use syntax::id::ModuleId;

/// What an instruction gives: a cell, or `None` for a trap.
type Define = fn(u64, u64) -> Option<u64>;

/// Instruction, type of the operands, type of the result, second definition in wide arithmetic.
type Row = (&'static str, &'static str, &'static str, Define);

/// Every instruction that takes two numbers.
const BINARY: &[Row] = &[
    ("i32.add", "i32", "i32", |a, b| Some((a + b) & 0xffff_ffff)),
    ("i32.sub", "i32", "i32", |a, b| Some((a + (1 << 32) - b) & 0xffff_ffff)),
    ("i32.mul", "i32", "i32", |a, b| Some(((u128::from(a) * u128::from(b)) & 0xffff_ffff) as u64)),
    ("i32.div_s", "i32", "i32", |a, b| {
        let (a, b) = (i64::from(a as i32), i64::from(b as i32));
        if b == 0 || a / b > i64::from(i32::MAX) { None } else { Some((a / b) as u64 & 0xffff_ffff) }
    }),
    ("i32.div_u", "i32", "i32", |a, b| (b != 0).then(|| a / b)),
    ("i32.rem_s", "i32", "i32", |a, b| {
        let (a, b) = (i64::from(a as i32), i64::from(b as i32));
        (b != 0).then(|| (a % b) as u64 & 0xffff_ffff)
    }),
    ("i32.rem_u", "i32", "i32", |a, b| (b != 0).then(|| a % b)),
    ("i32.and", "i32", "i32", |a, b| Some(each_bit(32, |i| bit(a, i) && bit(b, i)))),
    ("i32.or", "i32", "i32", |a, b| Some(each_bit(32, |i| bit(a, i) || bit(b, i)))),
    ("i32.xor", "i32", "i32", |a, b| Some(each_bit(32, |i| bit(a, i) != bit(b, i)))),
    ("i32.shl", "i32", "i32", |a, b| Some((a << (b % 32)) & 0xffff_ffff)),
    ("i32.shr_s", "i32", "i32", |a, b| Some((i64::from(a as i32) >> (b % 32)) as u64 & 0xffff_ffff)),
    ("i32.shr_u", "i32", "i32", |a, b| Some(a / (1 << (b % 32)))),
    ("i32.rotl", "i32", "i32", |a, b| Some(each_bit(32, |i| bit(a, (i + 32 - b % 32) % 32)))),
    ("i32.rotr", "i32", "i32", |a, b| Some(each_bit(32, |i| bit(a, (i + b) % 32)))),
    ("i32.eq", "i32", "i32", |a, b| Some(u64::from(a == b))),
    ("i32.ne", "i32", "i32", |a, b| Some(u64::from(a != b))),
    ("i32.lt_s", "i32", "i32", |a, b| Some(u64::from((a ^ (1 << 31)) < (b ^ (1 << 31))))),
    ("i32.lt_u", "i32", "i32", |a, b| Some(u64::from(a < b))),
    ("i32.gt_s", "i32", "i32", |a, b| Some(u64::from((a ^ (1 << 31)) > (b ^ (1 << 31))))),
    ("i32.gt_u", "i32", "i32", |a, b| Some(u64::from(a > b))),
    ("i32.le_s", "i32", "i32", |a, b| Some(u64::from((a ^ (1 << 31)) <= (b ^ (1 << 31))))),
    ("i32.le_u", "i32", "i32", |a, b| Some(u64::from(a <= b))),
    ("i32.ge_s", "i32", "i32", |a, b| Some(u64::from((a ^ (1 << 31)) >= (b ^ (1 << 31))))),
    ("i32.ge_u", "i32", "i32", |a, b| Some(u64::from(a >= b))),
    ("i64.add", "i64", "i64", |a, b| Some((u128::from(a) + u128::from(b)) as u64)),
    ("i64.sub", "i64", "i64", |a, b| Some((u128::from(a) + (1 << 64) - u128::from(b)) as u64)),
    ("i64.mul", "i64", "i64", |a, b| {
        let (low, high) = (a & 0xffff_ffff, a >> 32);
        Some(((u128::from(high) * u128::from(b)) << 32).wrapping_add(u128::from(low) * u128::from(b)) as u64)
    }),
    ("i64.div_s", "i64", "i64", |a, b| {
        let (a, b) = (i128::from(a as i64), i128::from(b as i64));
        if b == 0 || a / b > i128::from(i64::MAX) { None } else { Some((a / b) as u64) }
    }),
    ("i64.div_u", "i64", "i64", |a, b| (b != 0).then(|| (u128::from(a) / u128::from(b)) as u64)),
    ("i64.rem_s", "i64", "i64", |a, b| {
        let (a, b) = (i128::from(a as i64), i128::from(b as i64));
        (b != 0).then(|| (a % b) as u64)
    }),
    ("i64.rem_u", "i64", "i64", |a, b| (b != 0).then(|| (u128::from(a) % u128::from(b)) as u64)),
    ("i64.and", "i64", "i64", |a, b| Some(each_bit(64, |i| bit(a, i) && bit(b, i)))),
    ("i64.or", "i64", "i64", |a, b| Some(each_bit(64, |i| bit(a, i) || bit(b, i)))),
    ("i64.xor", "i64", "i64", |a, b| Some(each_bit(64, |i| bit(a, i) != bit(b, i)))),
    ("i64.shl", "i64", "i64", |a, b| Some((u128::from(a) << (b % 64)) as u64)),
    ("i64.shr_s", "i64", "i64", |a, b| Some((i128::from(a as i64) >> (b % 64)) as u64)),
    ("i64.shr_u", "i64", "i64", |a, b| Some((u128::from(a) >> (b % 64)) as u64)),
    ("i64.rotl", "i64", "i64", |a, b| Some(each_bit(64, |i| bit(a, (i + 64 - b % 64) % 64)))),
    ("i64.rotr", "i64", "i64", |a, b| Some(((u128::from(a) << 64 | u128::from(a)) >> (b % 64)) as u64)),
    ("i64.eq", "i64", "i32", |a, b| Some(u64::from(a == b))),
    ("i64.ne", "i64", "i32", |a, b| Some(u64::from(a != b))),
    ("i64.lt_s", "i64", "i32", |a, b| Some(u64::from((a ^ (1 << 63)) < (b ^ (1 << 63))))),
    ("i64.lt_u", "i64", "i32", |a, b| Some(u64::from(a < b))),
    ("i64.gt_s", "i64", "i32", |a, b| Some(u64::from((a ^ (1 << 63)) > (b ^ (1 << 63))))),
    ("i64.gt_u", "i64", "i32", |a, b| Some(u64::from(a > b))),
    ("i64.le_s", "i64", "i32", |a, b| Some(u64::from((a ^ (1 << 63)) <= (b ^ (1 << 63))))),
    ("i64.le_u", "i64", "i32", |a, b| Some(u64::from(a <= b))),
    ("i64.ge_s", "i64", "i32", |a, b| Some(u64::from((a ^ (1 << 63)) >= (b ^ (1 << 63))))),
    ("i64.ge_u", "i64", "i32", |a, b| Some(u64::from(a >= b))),
    ("f32.add", "f32", "f32", |a, b| Some(canonical_32(f64::from(float(a)) + f64::from(float(b))))),
    ("f32.sub", "f32", "f32", |a, b| Some(canonical_32(f64::from(float(a)) - f64::from(float(b))))),
    ("f32.mul", "f32", "f32", |a, b| Some(canonical_32(f64::from(float(a)) * f64::from(float(b))))),
    ("f32.div", "f32", "f32", |a, b| Some(canonical_32(f64::from(float(a)) / f64::from(float(b))))),
    ("f32.min", "f32", "f32", |a, b| Some(least(31, a, b))),
    ("f32.max", "f32", "f32", |a, b| Some(greatest(31, a, b))),
    ("f32.copysign", "f32", "f32", |a, b| Some(a % (1 << 31) + (b >> 31 << 31))),
    ("f32.eq", "f32", "i32", |a, b| Some(u64::from(order(31, a, b) == Some(Equal)))),
    ("f32.ne", "f32", "i32", |a, b| Some(u64::from(order(31, a, b) != Some(Equal)))),
    ("f32.lt", "f32", "i32", |a, b| Some(u64::from(order(31, a, b) == Some(Less)))),
    ("f32.gt", "f32", "i32", |a, b| Some(u64::from(order(31, a, b) == Some(Greater)))),
    ("f32.le", "f32", "i32", |a, b| Some(u64::from(matches!(order(31, a, b), Some(Less | Equal))))),
    ("f32.ge", "f32", "i32", |a, b| Some(u64::from(matches!(order(31, a, b), Some(Greater | Equal))))),
    ("f64.add", "f64", "f64", |a, b| Some(canonical_64(f64::from_bits(a) + f64::from_bits(b)))),
    ("f64.sub", "f64", "f64", |a, b| Some(canonical_64(f64::from_bits(a) + f64::from_bits(b ^ (1 << 63))))),
    ("f64.mul", "f64", "f64", |a, b| Some(canonical_64(f64::from_bits(a) * f64::from_bits(b)))),
    ("f64.div", "f64", "f64", |a, b| Some(canonical_64(f64::from_bits(a) / f64::from_bits(b)))),
    ("f64.min", "f64", "f64", |a, b| Some(least(63, a, b))),
    ("f64.max", "f64", "f64", |a, b| Some(greatest(63, a, b))),
    ("f64.copysign", "f64", "f64", |a, b| Some(a % (1 << 63) + (b >> 63 << 63))),
    ("f64.eq", "f64", "i32", |a, b| Some(u64::from(order(63, a, b) == Some(Equal)))),
    ("f64.ne", "f64", "i32", |a, b| Some(u64::from(order(63, a, b) != Some(Equal)))),
    ("f64.lt", "f64", "i32", |a, b| Some(u64::from(order(63, a, b) == Some(Less)))),
    ("f64.gt", "f64", "i32", |a, b| Some(u64::from(order(63, a, b) == Some(Greater)))),
    ("f64.le", "f64", "i32", |a, b| Some(u64::from(matches!(order(63, a, b), Some(Less | Equal))))),
    ("f64.ge", "f64", "i32", |a, b| Some(u64::from(matches!(order(63, a, b), Some(Greater | Equal))))),
];

/// Every instruction that takes one number, conversions included; the second definitions ignore their second argument.
const UNARY: &[Row] = &[
    ("i32.clz", "i32", "i32", |a, _| Some((0..32).rev().take_while(|i| !bit(a, *i)).count() as u64)),
    ("i32.ctz", "i32", "i32", |a, _| Some((0..32).take_while(|i| !bit(a, *i)).count() as u64)),
    ("i32.popcnt", "i32", "i32", |a, _| Some((0..32).filter(|i| bit(a, *i)).count() as u64)),
    ("i32.eqz", "i32", "i32", |a, _| Some(u64::from(a == 0))),
    ("i32.extend8_s", "i32", "i32", |a, _| Some(each_bit(32, |i| bit(a, i.min(7))))),
    ("i32.extend16_s", "i32", "i32", |a, _| Some(each_bit(32, |i| bit(a, i.min(15))))),
    ("i64.clz", "i64", "i64", |a, _| Some((0..64).rev().take_while(|i| !bit(a, *i)).count() as u64)),
    ("i64.ctz", "i64", "i64", |a, _| Some((0..64).take_while(|i| !bit(a, *i)).count() as u64)),
    ("i64.popcnt", "i64", "i64", |a, _| Some((0..64).filter(|i| bit(a, *i)).count() as u64)),
    ("i64.eqz", "i64", "i32", |a, _| Some(u64::from(a == 0))),
    ("i64.extend8_s", "i64", "i64", |a, _| Some(each_bit(64, |i| bit(a, i.min(7))))),
    ("i64.extend16_s", "i64", "i64", |a, _| Some(each_bit(64, |i| bit(a, i.min(15))))),
    ("i64.extend32_s", "i64", "i64", |a, _| Some(each_bit(64, |i| bit(a, i.min(31))))),
    ("f32.abs", "f32", "f32", |a, _| Some(a % (1 << 31))),
    ("f32.neg", "f32", "f32", |a, _| Some(a ^ (1 << 31))),
    ("f32.ceil", "f32", "f32", |a, _| Some(canonical_32(-floor(-f64::from(float(a)))))),
    ("f32.floor", "f32", "f32", |a, _| Some(canonical_32(floor(f64::from(float(a)))))),
    ("f32.trunc", "f32", "f32", |a, _| Some(canonical_32(truncate(f64::from(float(a)))))),
    ("f32.nearest", "f32", "f32", |a, _| Some(canonical_32(nearest(f64::from(float(a)))))),
    ("f32.sqrt", "f32", "f32", |a, _| Some(canonical_32(f64::from(float(a)).sqrt()))),
    ("f64.abs", "f64", "f64", |a, _| Some(a % (1 << 63))),
    ("f64.neg", "f64", "f64", |a, _| Some(a ^ (1 << 63))),
    ("f64.ceil", "f64", "f64", |a, _| Some(canonical_64(-floor(-f64::from_bits(a))))),
    ("f64.floor", "f64", "f64", |a, _| Some(canonical_64(floor(f64::from_bits(a))))),
    ("f64.trunc", "f64", "f64", |a, _| Some(canonical_64(truncate(f64::from_bits(a))))),
    ("f64.nearest", "f64", "f64", |a, _| Some(canonical_64(nearest(f64::from_bits(a))))),
    ("f64.sqrt", "f64", "f64", |a, _| Some(canonical_64(f64::from_bits(a).sqrt()))),
    ("i32.wrap_i64", "i64", "i32", |a, _| Some(a % (1 << 32))),
    ("i64.extend_i32_s", "i32", "i64", |a, _| Some(each_bit(64, |i| bit(a, i.min(31))))),
    ("i64.extend_i32_u", "i32", "i64", |a, _| Some(a)),
    ("i32.trunc_f32_s", "f32", "i32", |a, _| integer(f64::from(float(a)), -(1 << 31), (1 << 31) - 1)),
    ("i32.trunc_f32_u", "f32", "i32", |a, _| integer(f64::from(float(a)), 0, (1 << 32) - 1)),
    ("i32.trunc_f64_s", "f64", "i32", |a, _| integer(f64::from_bits(a), -(1 << 31), (1 << 31) - 1)),
    ("i32.trunc_f64_u", "f64", "i32", |a, _| integer(f64::from_bits(a), 0, (1 << 32) - 1)),
    ("i64.trunc_f32_s", "f32", "i64", |a, _| integer(f64::from(float(a)), -(1 << 63), (1 << 63) - 1)),
    ("i64.trunc_f32_u", "f32", "i64", |a, _| integer(f64::from(float(a)), 0, (1 << 64) - 1)),
    ("i64.trunc_f64_s", "f64", "i64", |a, _| integer(f64::from_bits(a), -(1 << 63), (1 << 63) - 1)),
    ("i64.trunc_f64_u", "f64", "i64", |a, _| integer(f64::from_bits(a), 0, (1 << 64) - 1)),
    ("i32.trunc_sat_f32_s", "f32", "i32", |a, _| Some(saturated(f64::from(float(a)), -(1 << 31), (1 << 31) - 1))),
    ("i32.trunc_sat_f32_u", "f32", "i32", |a, _| Some(saturated(f64::from(float(a)), 0, (1 << 32) - 1))),
    ("i32.trunc_sat_f64_s", "f64", "i32", |a, _| Some(saturated(f64::from_bits(a), -(1 << 31), (1 << 31) - 1))),
    ("i32.trunc_sat_f64_u", "f64", "i32", |a, _| Some(saturated(f64::from_bits(a), 0, (1 << 32) - 1))),
    ("i64.trunc_sat_f32_s", "f32", "i64", |a, _| Some(saturated(f64::from(float(a)), -(1 << 63), (1 << 63) - 1))),
    ("i64.trunc_sat_f32_u", "f32", "i64", |a, _| Some(saturated(f64::from(float(a)), 0, (1 << 64) - 1))),
    ("i64.trunc_sat_f64_s", "f64", "i64", |a, _| Some(saturated(f64::from_bits(a), -(1 << 63), (1 << 63) - 1))),
    ("i64.trunc_sat_f64_u", "f64", "i64", |a, _| Some(saturated(f64::from_bits(a), 0, (1 << 64) - 1))),
    ("f32.convert_i32_s", "i32", "f32", |a, _| Some(rounded(i128::from(a as i32), 24, 127))),
    ("f32.convert_i32_u", "i32", "f32", |a, _| Some(rounded(i128::from(a), 24, 127))),
    ("f32.convert_i64_s", "i64", "f32", |a, _| Some(rounded(i128::from(a as i64), 24, 127))),
    ("f32.convert_i64_u", "i64", "f32", |a, _| Some(rounded(i128::from(a), 24, 127))),
    ("f64.convert_i32_s", "i32", "f64", |a, _| Some(rounded(i128::from(a as i32), 53, 1023))),
    ("f64.convert_i32_u", "i32", "f64", |a, _| Some(rounded(i128::from(a), 53, 1023))),
    ("f64.convert_i64_s", "i64", "f64", |a, _| Some(rounded(i128::from(a as i64), 53, 1023))),
    ("f64.convert_i64_u", "i64", "f64", |a, _| Some(rounded(i128::from(a), 53, 1023))),
    ("f32.demote_f64", "f64", "f32", |a, _| Some(canonical_32(f64::from_bits(a)))),
    ("f64.promote_f32", "f32", "f64", |a, _| Some(canonical_64(f64::from(float(a))))),
    ("i32.reinterpret_f32", "f32", "i32", |a, _| Some(a)),
    ("i64.reinterpret_f64", "f64", "i64", |a, _| Some(a)),
    ("f32.reinterpret_i32", "i32", "f32", |a, _| Some(a)),
    ("f64.reinterpret_i64", "i64", "f64", |a, _| Some(a)),
];

fn bit(a: u64, at: u64) -> bool {
    a >> at & 1 == 1
}

/// The number whose bits are these.
fn each_bit(count: u64, of: impl Fn(u64) -> bool) -> u64 {
    (0..count).filter(|at| of(*at)).map(|at| 1 << at).sum()
}

fn float(bits: u64) -> f32 {
    f32::from_bits(bits as u32)
}

/// Sums and products of 24 bits are exact in 53 or round twice innocently.
fn canonical_32(x: f64) -> u64 {
    let x = x as f32;
    if x.is_nan() { 0x7fc0_0000 } else { u64::from(x.to_bits()) }
}

fn canonical_64(x: f64) -> u64 {
    if x.is_nan() { 0x7ff8_0000_0000_0000 } else { x.to_bits() }
}

/// The canonical NaN of the float whose sign is at a bit.
const fn nan(sign: u32) -> u64 {
    if sign == 31 { 0x7fc0_0000 } else { 0x7ff8_0000_0000_0000 }
}

fn is_nan(sign: u32, bits: u64) -> bool {
    bits % (1 << sign) > nan(sign) - if sign == 31 { 1 << 22 } else { 1 << 51 }
}

/// The place of a float in the order of all floats, by its bits as a signed magnitude; -0 just before 0.
fn place(sign: u32, bits: u64) -> i128 {
    let magnitude = i128::from(bits % (1 << sign));
    if bit(bits, u64::from(sign)) { -magnitude - 1 } else { magnitude }
}

/// `None` when one is no number.
fn order(sign: u32, a: u64, b: u64) -> Option<Ordering> {
    if is_nan(sign, a) || is_nan(sign, b) {
        return None;
    }
    let are_zero = a.is_multiple_of(1 << sign) && b.is_multiple_of(1 << sign);
    Some(if are_zero { Equal } else { place(sign, a).cmp(&place(sign, b)) })
}

fn least(sign: u32, a: u64, b: u64) -> u64 {
    match order(sign, a, b) {
        None => nan(sign),
        Some(_) if place(sign, a) <= place(sign, b) => a,
        Some(_) => b,
    }
}

fn greatest(sign: u32, a: u64, b: u64) -> u64 {
    match order(sign, a, b) {
        None => nan(sign),
        Some(_) if place(sign, a) >= place(sign, b) => a,
        Some(_) => b,
    }
}

/// Floats of this size and above are integers.
const ALL_INTEGERS: f64 = 4_503_599_627_370_496.0;

fn truncate(x: f64) -> f64 {
    if x.abs() < ALL_INTEGERS { ((x as i64) as f64).copysign(x) } else { x }
}

fn floor(x: f64) -> f64 {
    let whole = truncate(x);
    if x < whole { whole - 1.0 } else { whole }
}

/// Halves go to the even side.
fn nearest(x: f64) -> f64 {
    if x.abs() >= ALL_INTEGERS || x.is_nan() {
        return x;
    }
    let below = floor(x);
    let is_odd = (below as i64) % 2 != 0;
    let up = x - below > 0.5 || (x - below == 0.5 && is_odd);
    (if up { below + 1.0 } else { below }).copysign(x)
}

/// The whole part as the bits of an integer between bounds, if it is between them.
fn integer(x: f64, least: i128, most: i128) -> Option<u64> {
    let whole = truncate(x);
    if x.is_nan() || whole.abs() > 1e30 || (whole as i128) < least || (whole as i128) > most {
        return None;
    }
    Some((whole as i128) as u64 & if most < 1 << 32 { 0xffff_ffff } else { u64::MAX })
}

fn saturated(x: f64, least: i128, most: i128) -> u64 {
    let bound = if x > 0.0 { most } else { least };
    let bits = (bound as u64) & if most < 1 << 32 { 0xffff_ffff } else { u64::MAX };
    if x.is_nan() { 0 } else { integer(x, least, most).unwrap_or(bits) }
}

/// An integer as the bits of the nearest float with so many bits of precision, halves to the even side.
fn rounded(n: i128, precision: u32, bias: u64) -> u64 {
    let sign = if precision == 24 { 31 } else { 63 };
    let magnitude = n.unsigned_abs();
    if magnitude == 0 {
        return 0;
    }
    let length = 128 - magnitude.leading_zeros();
    let dropped = length.saturating_sub(precision);
    let (kept, rest, half) = (magnitude >> dropped, magnitude & ((1 << dropped) - 1), (1 << dropped) >> 1);
    let up = dropped > 0 && (rest > half || (rest == half && kept & 1 == 1));
    let significand = (kept + u128::from(up)) << (precision.saturating_sub(length));
    // A carry out of the significand goes into the exponent, where it belongs.
    let exponent = bias - 1 + u64::from(length);
    let bits = (u128::from(exponent << (precision - 1)) - (1 << (precision - 1))) + significand;
    bits as u64 + (u64::from(n < 0) << sign)
}

struct Program {
    modules: [Arc<Module>; 1],
    store: CoreStore,
    funcs: Vec<[raddle_wasm::FuncAddr; 3]>,
}

/// An expression that is the same number as another one, and reads it as an operand of the next instruction.
fn same(ty: &str, expression: &str) -> String {
    match ty {
        "i32" | "i64" => format!("({ty}.rotr ({ty}.rotl {expression} ({ty}.const 3)) ({ty}.const 3))"),
        _ => format!("({ty}.neg ({ty}.neg {expression}))"),
    }
}

/// For each instruction a function of its operands, one that returns its result by way of a local, and one by way of other
/// instructions.
static TEXT: LazyLock<String> = LazyLock::new(|| {
    let mut text = String::from("(module ");
    for (name, from, to, _) in UNARY {
        let _ = write!(
            text,
            "(func (export \"{name}\") (param {from}) (result {to}) ({name} (local.get 0)))
             (func (export \"{name}!\") (param {from}) (result {to}) (local {to})
               (local.set 1 ({name} (local.get 0))) (local.get 1))
             (func (export \"{name}?\") (param {from}) (result {to}) {})",
            same(to, &format!("({name} {})", same(from, "(local.get 0)")))
        );
    }
    for (name, from, to, _) in BINARY {
        let _ = write!(
            text,
            "(func (export \"{name}\") (param {from} {from}) (result {to}) ({name} (local.get 0) (local.get 1)))
             (func (export \"{name}!\") (param {from} {from}) (result {to}) (local {to})
               (local.set 2 ({name} (local.get 0) (local.get 1))) (local.get 2))
             (func (export \"{name}?\") (param {from} {from}) (result {to}) {})",
            same(to, &format!("({name} {} (local.get 1))", same(from, "(local.get 0)")))
        );
    }
    text.push(')');
    text
});

/// For each instruction with two operands three functions of them, for which one or both of the operands are constants.
fn with_constants(a: u64, b: u64) -> String {
    let mut text = String::from("(module ");
    for (name, from, to, _) in BINARY {
        let constant = |bits: u64| match *from {
            "i32" => format!("(i32.const {})", bits as i32),
            "i64" => format!("(i64.const {})", bits as i64),
            "f32" => format!("(f32.reinterpret_i32 (i32.const {}))", bits as i32),
            _ => format!("(f64.reinterpret_i64 (i64.const {}))", bits as i64),
        };
        let (left, right) = (constant(a), constant(b));
        let right_only = same(to, &format!("({name} {} {right})", same(from, "(local.get 0)")));
        let _ = write!(
            text,
            "(func (export \"{name}\") (param {from} {from}) (result {to}) {right_only})
             (func (export \"{name}!\") (param {from} {from}) (result {to}) ({name} {left} (local.get 1)))
             (func (export \"{name}?\") (param {from} {from}) (result {to}) ({name} {left} {right}))"
        );
    }
    text.push(')');
    text
}

fn program(text: &str, names: &[&str]) -> Program {
    let bytes = wat::parse_str(text).expect("a module in text");
    let definition = decode::module(&bytes, &decode::Features::default()).expect("a valid module");
    let modules = [Arc::new(Module::new(Arc::new(definition)))];
    let mut store = CoreStore::new(Limits::DEFAULT);
    let instance = store.instantiate(&modules, ModuleId(0), &[]).expect("it links");
    let func = |name: &str| match store.export(&modules, instance, name) {
        Some(Extern::Func(func)) => func,
        _ => panic!("no function `{name}`"),
    };
    let funcs = names.iter().map(|name| [func(name), func(&format!("{name}!")), func(&format!("{name}?"))]).collect();
    Program { modules, store, funcs }
}

fn run(program: &mut Program, func: raddle_wasm::FuncAddr, args: &[u64]) -> Option<u64> {
    let mut stack = Stack::new();
    let mut fuel = u64::MAX;
    let mut machine =
        Machine { modules: &program.modules, store: &mut program.store, data: &mut Deterministic, fuel: &mut fuel };
    machine.call(&mut stack, func, args);
    match machine.run(&mut stack) {
        Exit::Return => Some(stack.take_results()[0]),
        Exit::Trap(_) => None,
        exit @ (Exit::Host(..) | Exit::Exception(_) | Exit::OutOfFuel | Exit::Collect | Exit::Limit(_)) => {
            panic!("{exit:?}")
        }
    }
}

/// Numbers near the edges, and any others.
fn operand() -> impl Strategy<Value = u64> {
    prop_oneof![
        any::<u64>(),
        (0u64..4).prop_map(u64::wrapping_neg),
        0u64..70,
        prop::sample::select(vec![
            1 << 31,
            (1 << 31) - 1,
            1 << 63,
            (1 << 63) - 1,
            0x7f80_0000,
            0xff80_0000,
            0x7fc0_0001
        ]),
        any::<f32>().prop_map(|x| u64::from(x.to_bits())),
        any::<f64>().prop_map(f64::to_bits),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_numeric_instruction(a in operand(), b in operand()) {
        let rows = || UNARY.iter().chain(BINARY);
        let mut program = program(&TEXT, &rows().map(|row| row.0).collect::<Vec<_>>());
        for (i, (name, from, _, define)) in rows().enumerate() {
            let (a, b) = if from.ends_with("32") { (a & 0xffff_ffff, b & 0xffff_ffff) } else { (a, b) };
            let expected = define(a, b);
            let args = if i < UNARY.len() { &[a][..] } else { &[a, b] };
            for func in program.funcs[i] {
                prop_assert_eq!(run(&mut program, func, args), expected, "{} {:#x} {:#x}", name, a, b);
            }
        }
    }

    #[test]
    fn every_numeric_instruction_with_constants(a in operand(), b in operand()) {
        let names: Vec<_> = BINARY.iter().map(|row| row.0).collect();
        let mut program = program(&with_constants(a, b), &names);
        for (i, (name, from, _, define)) in BINARY.iter().enumerate() {
            let (a, b) = if from.ends_with("32") { (a & 0xffff_ffff, b & 0xffff_ffff) } else { (a, b) };
            for func in program.funcs[i] {
                prop_assert_eq!(run(&mut program, func, &[a, b]), define(a, b), "{} {:#x} {:#x}", name, a, b);
            }
        }
    }
}
