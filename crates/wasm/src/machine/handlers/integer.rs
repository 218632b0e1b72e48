//! Handlers of integers, and of moves.

#![expect(
    clippy::too_many_arguments,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_lossless,
    clippy::unnecessary_cast,
    reason = "operations convert between cells and numbers; registers are arguments"
)]

use std::hint::select_unpredictable;

use threaded::{Args, Values};

use super::super::dispatch::{Backend, Context, FrameExt, Ip, Regs, next, trap};
use super::{Computed, Operands, Place, Source, attempt, branch, compute, moves, pay, perform, taken_short};
use crate::numeric;

perform! {
    copy2 { d, a, b, c }, r => { r.set(d, r.get(a)); r.set(b, r.get(c)); };
    copy3 { d, a, b, c, imm }, r => { r.set(d, r.get(a)); r.set(b, r.get(c)); r.set(imm as u16, r.get((imm >> 16) as u16)); };
    i64_add128 { d, a }, r => r.set_vector(d, r.vector(a).wrapping_add(r.vector(a + 2)));
    i64_sub128 { d, a }, r => r.set_vector(d, r.vector(a).wrapping_sub(r.vector(a + 2)));
    i64_mul_wide_s { d, a, b }, r => r.set_vector(d, (i128::from(r.get(a) as i64) * i128::from(r.get(b) as i64)) as u128);
    i64_mul_wide_u { d, a, b }, r => r.set_vector(d, u128::from(r.get(a)) * u128::from(r.get(b)));
}

/// A number divided by the one whose `reciprocal` this is.
#[inline(always)]
fn quotient(a: u32, reciprocal: u64) -> u32 {
    ((u128::from(a) * u128::from(reciprocal)) >> 64) as u32
}

/// A number with a sign divided by the positive one whose `reciprocal` this is.
#[inline(always)]
fn signed_quotient(a: u32, reciprocal: u64) -> u32 {
    let quotient = quotient((a as i32).unsigned_abs(), reciprocal);
    if (a as i32) < 0 { quotient.wrapping_neg() } else { quotient }
}

/// 2^64 divided by a number greater than 1, rounded up: the upper half of its product with a number of 32 bits is the quotient.
///
/// What it is too large by is less than 1, so the product is too large by less than 2^32, and the quotient by less than
/// 2^-32, which is less than what is missing to the next whole number.
pub(crate) const fn reciprocal(divisor: u32) -> u64 {
    u64::MAX / divisor as u64 + 1
}

moves! {
    copy { a: S }, r => r.get(a);
}

compute! {
    constant { ; wide }, _ => wide;
    select_i { a: S, c: T; wide }, r => select_unpredictable(r.get(c) as u32 != 0, r.get(a), wide);
    select_il { b: S, c: T; wide }, r => select_unpredictable(r.get(c) as u32 != 0, wide, r.get(b));
    select { a: S, b: T, c: U }, r => select_unpredictable(r.get(c) as u32 != 0, r.get(a), r.get(b));
    i32_shl_add { a: S, b: T; imm }, r => u64::from((r.get(a) as u32).wrapping_add((r.get(b) as u32).wrapping_shl(imm)));
    i32_add { a: S, b: T }, r => u64::from((r.get(a) as u32).wrapping_add(r.get(b) as u32));
    i32_add_i { a: S; imm }, r => u64::from((r.get(a) as u32).wrapping_add(imm));
    i32_sub { a: S, b: T }, r => u64::from((r.get(a) as u32).wrapping_sub(r.get(b) as u32));
    i32_mul { a: S, b: T }, r => u64::from((r.get(a) as u32).wrapping_mul(r.get(b) as u32));
    i32_mul_i { a: S; imm }, r => u64::from((r.get(a) as u32).wrapping_mul(imm));
    i32_div_ui { a: S; wide }, r => u64::from(quotient(r.get(a) as u32, wide));
    i32_rem_ui { a: S; imm, wide }, r => {
        let a = r.get(a) as u32;
        u64::from(a.wrapping_sub(quotient(a, wide).wrapping_mul(imm)))
    };
    i32_div_si { a: S; wide }, r => u64::from(signed_quotient(r.get(a) as u32, wide));
    i32_rem_si { a: S; imm, wide }, r => {
        let a = r.get(a) as u32;
        u64::from(a.wrapping_sub(signed_quotient(a, wide).wrapping_mul(imm)))
    };
    i64_div_ui { a: S; wide }, r => r.get(a).checked_div(wide).unwrap_or(0);
    i64_rem_ui { a: S; wide }, r => r.get(a).checked_rem(wide).unwrap_or(0);
    i64_div_si { a: S; wide }, r => (r.get(a) as i64).checked_div(wide as i64).unwrap_or(0) as u64;
    i64_rem_si { a: S; wide }, r => (r.get(a) as i64).checked_rem(wide as i64).unwrap_or(0) as u64;
    i32_and { a: S, b: T }, r => u64::from((r.get(a) as u32) & (r.get(b) as u32));
    i32_and_i { a: S; imm }, r => u64::from((r.get(a) as u32) & imm);
    i32_or { a: S, b: T }, r => u64::from((r.get(a) as u32) | (r.get(b) as u32));
    i32_or_i { a: S; imm }, r => u64::from((r.get(a) as u32) | imm);
    i32_xor { a: S, b: T }, r => u64::from((r.get(a) as u32) ^ (r.get(b) as u32));
    i32_xor_i { a: S; imm }, r => u64::from((r.get(a) as u32) ^ imm);
    i32_shl { a: S, b: T }, r => u64::from((r.get(a) as u32).wrapping_shl((r.get(b) as u32) as u32));
    i32_shl_i { a: S; imm }, r => u64::from((r.get(a) as u32).wrapping_shl(imm as u32));
    i32_shr_s { a: S, b: T }, r => u64::from(((r.get(a) as u32) as i32).wrapping_shr((r.get(b) as u32) as u32) as u32);
    i32_shr_si { a: S; imm }, r => u64::from(((r.get(a) as u32) as i32).wrapping_shr(imm as u32) as u32);
    i32_shr_u { a: S, b: T }, r => u64::from((r.get(a) as u32).wrapping_shr((r.get(b) as u32) as u32));
    i32_shr_ui { a: S; imm }, r => u64::from((r.get(a) as u32).wrapping_shr(imm as u32));
    i32_rotl { a: S, b: T }, r => u64::from((r.get(a) as u32).rotate_left((r.get(b) as u32) as u32 & 31));
    i32_rotl_i { a: S; imm }, r => u64::from((r.get(a) as u32).rotate_left(imm as u32 & 31));
    i32_rotr { a: S, b: T }, r => u64::from((r.get(a) as u32).rotate_right((r.get(b) as u32) as u32 & 31));
    i32_eq { a: S, b: T }, r => u64::from((r.get(a) as u32) == (r.get(b) as u32));
    i32_ne { a: S, b: T }, r => u64::from((r.get(a) as u32) != (r.get(b) as u32));
    i32_lt_s { a: S, b: T }, r => u64::from((r.get(a) as i32) < (r.get(b) as i32));
    i32_lt_u { a: S, b: T }, r => u64::from((r.get(a) as u32) < (r.get(b) as u32));
    i32_le_s { a: S, b: T }, r => u64::from((r.get(a) as i32) <= (r.get(b) as i32));
    i32_le_u { a: S, b: T }, r => u64::from((r.get(a) as u32) <= (r.get(b) as u32));
    i32_eq_i { a: S; imm }, r => u64::from((r.get(a) as u32) == (imm as u32));
    i32_ne_i { a: S; imm }, r => u64::from((r.get(a) as u32) != (imm as u32));
    i32_lt_si { a: S; imm }, r => u64::from((r.get(a) as i32) < (imm as i32));
    i32_lt_ui { a: S; imm }, r => u64::from((r.get(a) as u32) < (imm as u32));
    i32_ge_si { a: S; imm }, r => u64::from((r.get(a) as i32) >= (imm as i32));
    i32_ge_ui { a: S; imm }, r => u64::from((r.get(a) as u32) >= (imm as u32));
    i32_clz { a: S }, r => u64::from((r.get(a) as u32).leading_zeros());
    i32_ctz { a: S }, r => u64::from((r.get(a) as u32).trailing_zeros());
    i32_popcnt { a: S }, r => u64::from((r.get(a) as u32).count_ones());
    i32_extend8_s { a: S }, r => r.get(a) as i8 as i32 as u32 as u64;
    i32_extend16_s { a: S }, r => r.get(a) as i16 as i32 as u32 as u64;
    i64_add { a: S, b: T }, r => r.get(a).wrapping_add(r.get(b));
    i64_add_i { a: S; wide }, r => r.get(a).wrapping_add(wide);
    i64_sub { a: S, b: T }, r => r.get(a).wrapping_sub(r.get(b));
    i64_mul { a: S, b: T }, r => r.get(a).wrapping_mul(r.get(b));
    i64_mul_i { a: S; wide }, r => r.get(a).wrapping_mul(wide);
    i64_and { a: S, b: T }, r => r.get(a) & r.get(b);
    i64_and_i { a: S; wide }, r => r.get(a) & wide;
    i64_or { a: S, b: T }, r => r.get(a) | r.get(b);
    i64_or_i { a: S; wide }, r => r.get(a) | wide;
    i64_xor { a: S, b: T }, r => r.get(a) ^ r.get(b);
    i64_xor_i { a: S; wide }, r => r.get(a) ^ wide;
    i64_shl { a: S, b: T }, r => r.get(a).wrapping_shl(r.get(b) as u32);
    i64_shl_i { a: S; wide }, r => r.get(a).wrapping_shl(wide as u32);
    i64_shr_s { a: S, b: T }, r => (r.get(a) as i64).wrapping_shr(r.get(b) as u32) as u64;
    i64_shr_si { a: S; wide }, r => (r.get(a) as i64).wrapping_shr(wide as u32) as u64;
    i64_shr_u { a: S, b: T }, r => r.get(a).wrapping_shr(r.get(b) as u32);
    i64_shr_ui { a: S; wide }, r => r.get(a).wrapping_shr(wide as u32);
    i64_rotl { a: S, b: T }, r => r.get(a).rotate_left(r.get(b) as u32 & 63);
    i64_rotl_i { a: S; wide }, r => r.get(a).rotate_left(wide as u32 & 63);
    i64_rotr { a: S, b: T }, r => r.get(a).rotate_right(r.get(b) as u32 & 63);
    i64_eq { a: S, b: T }, r => u64::from((r.get(a) as u64) == (r.get(b) as u64));
    i64_ne { a: S, b: T }, r => u64::from((r.get(a) as u64) != (r.get(b) as u64));
    i64_lt_s { a: S, b: T }, r => u64::from((r.get(a) as i64) < (r.get(b) as i64));
    i64_lt_u { a: S, b: T }, r => u64::from((r.get(a) as u64) < (r.get(b) as u64));
    i64_le_s { a: S, b: T }, r => u64::from((r.get(a) as i64) <= (r.get(b) as i64));
    i64_le_u { a: S, b: T }, r => u64::from((r.get(a) as u64) <= (r.get(b) as u64));
    i64_eq_i { a: S; wide }, r => u64::from((r.get(a) as u64) == (wide as u64));
    i64_ne_i { a: S; wide }, r => u64::from((r.get(a) as u64) != (wide as u64));
    i64_lt_si { a: S; wide }, r => u64::from((r.get(a) as i64) < (wide as i64));
    i64_lt_ui { a: S; wide }, r => u64::from((r.get(a) as u64) < (wide as u64));
    i64_ge_si { a: S; wide }, r => u64::from((r.get(a) as i64) >= (wide as i64));
    i64_ge_ui { a: S; wide }, r => u64::from((r.get(a) as u64) >= (wide as u64));
    i64_clz { a: S }, r => u64::from((r.get(a) as u64).leading_zeros());
    i64_ctz { a: S }, r => u64::from((r.get(a) as u64).trailing_zeros());
    i64_popcnt { a: S }, r => u64::from((r.get(a) as u64).count_ones());
    i64_extend8_s { a: S }, r => r.get(a) as i8 as i64 as u64 as u64;
    i64_extend16_s { a: S }, r => r.get(a) as i16 as i64 as u64 as u64;
    i64_extend32_s { a: S }, r => r.get(a) as i32 as i64 as u64;
    i32_wrap_i64 { a: S }, r => r.get(a) & 0xffff_ffff;
}

attempt! {
    i32_div_s { a: S, b: T }, r => numeric::i32_div_s(r.get(a) as i32, r.get(b) as i32).map(i32::cast_unsigned);
    i32_div_u { a: S, b: T }, r => numeric::i32_div_u(r.get(a) as u32, r.get(b) as u32);
    i32_rem_s { a: S, b: T }, r => numeric::i32_rem_s(r.get(a) as i32, r.get(b) as i32).map(i32::cast_unsigned);
    i32_rem_u { a: S, b: T }, r => numeric::i32_rem_u(r.get(a) as u32, r.get(b) as u32);
    i64_div_s { a: S, b: T }, r => numeric::i64_div_s(r.get(a) as i64, r.get(b) as i64);
    i64_div_u { a: S, b: T }, r => numeric::i64_div_u(r.get(a) as u64, r.get(b) as u64);
    i64_rem_s { a: S, b: T }, r => numeric::i64_rem_s(r.get(a) as i64, r.get(b) as i64);
    i64_rem_u { a: S, b: T }, r => numeric::i64_rem_u(r.get(a) as u64, r.get(b) as u64);
}

branch! {
    br_i32_eq { a: S, b: T }, r => (r.get(a) as u32) == (r.get(b) as u32);
    br_i32_ne { a: S, b: T }, r => (r.get(a) as u32) != (r.get(b) as u32);
    br_i32_lt_s { a: S, b: T }, r => (r.get(a) as i32) < (r.get(b) as i32);
    br_i32_lt_u { a: S, b: T }, r => (r.get(a) as u32) < (r.get(b) as u32);
    br_i32_le_s { a: S, b: T }, r => (r.get(a) as i32) <= (r.get(b) as i32);
    br_i32_le_u { a: S, b: T }, r => (r.get(a) as u32) <= (r.get(b) as u32);
    br_i32_eq_i { a: S; imm }, r => (r.get(a) as u32) == (imm as u32);
    br_i32_ne_i { a: S; imm }, r => (r.get(a) as u32) != (imm as u32);
    br_i32_lt_si { a: S; imm }, r => (r.get(a) as i32) < (imm as i32);
    br_i32_lt_ui { a: S; imm }, r => (r.get(a) as u32) < (imm as u32);
    br_i32_ge_si { a: S; imm }, r => (r.get(a) as i32) >= (imm as i32);
    br_i32_ge_ui { a: S; imm }, r => (r.get(a) as u32) >= (imm as u32);
    br_i64_eq { a: S, b: T }, r => (r.get(a) as u64) == (r.get(b) as u64);
    br_i64_ne { a: S, b: T }, r => (r.get(a) as u64) != (r.get(b) as u64);
    br_i64_lt_s { a: S, b: T }, r => (r.get(a) as i64) < (r.get(b) as i64);
    br_i64_lt_u { a: S, b: T }, r => (r.get(a) as u64) < (r.get(b) as u64);
    br_i64_le_s { a: S, b: T }, r => (r.get(a) as i64) <= (r.get(b) as i64);
    br_i64_le_u { a: S, b: T }, r => (r.get(a) as u64) <= (r.get(b) as u64);
    br_i64_eq_i { a: S; imm }, r => (r.get(a) as u64) == (i64::from(imm as i32) as u64);
    br_i64_ne_i { a: S; imm }, r => (r.get(a) as u64) != (i64::from(imm as i32) as u64);
    br_i64_lt_si { a: S; imm }, r => (r.get(a) as i64) < i64::from(imm as i32);
    br_i64_lt_ui { a: S; imm }, r => (r.get(a) as u64) < (i64::from(imm as i32) as u64);
    br_i64_ge_si { a: S; imm }, r => (r.get(a) as i64) >= i64::from(imm as i32);
    br_i64_ge_ui { a: S; imm }, r => (r.get(a) as u64) >= (i64::from(imm as i32) as u64);
}
