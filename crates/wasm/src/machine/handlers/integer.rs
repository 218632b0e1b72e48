//! Handlers of integers, and of moves.

#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_lossless,
    clippy::unnecessary_cast,
    reason = "operations convert between cells and numbers"
)]

use std::hint::select_unpredictable;

use threaded::Args;

use super::super::dispatch::{Backend, Context, FrameExt, Ip, Regs, next, trap};
use super::{attempt, branch, compute, pay};
use crate::numeric;

compute! {
    copy { d, a }, r => r.set(d, r.get(a));
    copy2 { d, a, b, c }, r => { r.set(d, r.get(a)); r.set(b, r.get(c)); };
    copy3 { d, a, b, c, imm }, r => { r.set(d, r.get(a)); r.set(b, r.get(c)); r.set(imm as u16, r.get((imm >> 16) as u16)); };
    constant { d, wide }, r => r.set(d, wide);
    i64_add128 { d, a }, r => r.set_vector(d, r.vector(a).wrapping_add(r.vector(a + 2)));
    i64_sub128 { d, a }, r => r.set_vector(d, r.vector(a).wrapping_sub(r.vector(a + 2)));
    i64_mul_wide_s { d, a, b }, r => r.set_vector(d, (i128::from(r.get(a) as i64) * i128::from(r.get(b) as i64)) as u128);
    i64_mul_wide_u { d, a, b }, r => r.set_vector(d, u128::from(r.get(a)) * u128::from(r.get(b)));
    select_i { d, a, c, wide }, r => r.set(d, select_unpredictable(r.get(c) as u32 != 0, r.get(a), wide));
    select_il { d, b, c, wide }, r => r.set(d, select_unpredictable(r.get(c) as u32 != 0, wide, r.get(b)));
    i32_shl_add { d, a, b, imm }, r => r.set(d, u64::from((r.get(a) as u32).wrapping_add((r.get(b) as u32).wrapping_shl(imm))));
    select { d, a, b, c }, r => r.set(d, select_unpredictable(r.get(c) as u32 != 0, r.get(a), r.get(b)));
    i32_add { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32).wrapping_add(r.get(b) as u32)));
    i32_add_i { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u32).wrapping_add(imm)));
    i32_sub { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32).wrapping_sub(r.get(b) as u32)));
    i32_mul { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32).wrapping_mul(r.get(b) as u32)));
    i32_mul_i { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u32).wrapping_mul(imm)));
    i32_and { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32) & (r.get(b) as u32)));
    i32_and_i { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u32) & imm));
    i32_or { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32) | (r.get(b) as u32)));
    i32_or_i { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u32) | imm));
    i32_xor { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32) ^ (r.get(b) as u32)));
    i32_xor_i { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u32) ^ imm));
    i32_shl { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32).wrapping_shl((r.get(b) as u32) as u32)));
    i32_shl_i { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u32).wrapping_shl(imm as u32)));
    i32_shr_s { d, a, b }, r => r.set(d, u64::from(((r.get(a) as u32) as i32).wrapping_shr((r.get(b) as u32) as u32) as u32));
    i32_shr_si { d, a, imm }, r => r.set(d, u64::from(((r.get(a) as u32) as i32).wrapping_shr(imm as u32) as u32));
    i32_shr_u { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32).wrapping_shr((r.get(b) as u32) as u32)));
    i32_shr_ui { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u32).wrapping_shr(imm as u32)));
    i32_rotl { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32).rotate_left((r.get(b) as u32) as u32 & 31)));
    i32_rotl_i { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u32).rotate_left(imm as u32 & 31)));
    i32_rotr { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32).rotate_right((r.get(b) as u32) as u32 & 31)));
    i32_eq { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32) == (r.get(b) as u32)));
    i32_ne { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32) != (r.get(b) as u32)));
    i32_lt_s { d, a, b }, r => r.set(d, u64::from((r.get(a) as i32) < (r.get(b) as i32)));
    i32_lt_u { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32) < (r.get(b) as u32)));
    i32_le_s { d, a, b }, r => r.set(d, u64::from((r.get(a) as i32) <= (r.get(b) as i32)));
    i32_le_u { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32) <= (r.get(b) as u32)));
    i32_eq_i { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u32) == (imm as u32)));
    i32_ne_i { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u32) != (imm as u32)));
    i32_lt_si { d, a, imm }, r => r.set(d, u64::from((r.get(a) as i32) < (imm as i32)));
    i32_lt_ui { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u32) < (imm as u32)));
    i32_ge_si { d, a, imm }, r => r.set(d, u64::from((r.get(a) as i32) >= (imm as i32)));
    i32_ge_ui { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u32) >= (imm as u32)));
    i32_clz { d, a }, r => r.set(d, u64::from((r.get(a) as u32).leading_zeros()));
    i32_ctz { d, a }, r => r.set(d, u64::from((r.get(a) as u32).trailing_zeros()));
    i32_popcnt { d, a }, r => r.set(d, u64::from((r.get(a) as u32).count_ones()));
    i32_extend8_s { d, a }, r => r.set(d, r.get(a) as i8 as i32 as u32 as u64);
    i32_extend16_s { d, a }, r => r.set(d, r.get(a) as i16 as i32 as u32 as u64);
    i64_add { d, a, b }, r => r.set(d, r.get(a).wrapping_add(r.get(b)));
    i64_add_i { d, a, wide }, r => r.set(d, r.get(a).wrapping_add(wide));
    i64_sub { d, a, b }, r => r.set(d, r.get(a).wrapping_sub(r.get(b)));
    i64_mul { d, a, b }, r => r.set(d, r.get(a).wrapping_mul(r.get(b)));
    i64_mul_i { d, a, wide }, r => r.set(d, r.get(a).wrapping_mul(wide));
    i64_and { d, a, b }, r => r.set(d, r.get(a) & r.get(b));
    i64_and_i { d, a, wide }, r => r.set(d, r.get(a) & wide);
    i64_or { d, a, b }, r => r.set(d, r.get(a) | r.get(b));
    i64_or_i { d, a, wide }, r => r.set(d, r.get(a) | wide);
    i64_xor { d, a, b }, r => r.set(d, r.get(a) ^ r.get(b));
    i64_xor_i { d, a, wide }, r => r.set(d, r.get(a) ^ wide);
    i64_shl { d, a, b }, r => r.set(d, r.get(a).wrapping_shl(r.get(b) as u32));
    i64_shl_i { d, a, wide }, r => r.set(d, r.get(a).wrapping_shl(wide as u32));
    i64_shr_s { d, a, b }, r => r.set(d, (r.get(a) as i64).wrapping_shr(r.get(b) as u32) as u64);
    i64_shr_si { d, a, wide }, r => r.set(d, (r.get(a) as i64).wrapping_shr(wide as u32) as u64);
    i64_shr_u { d, a, b }, r => r.set(d, r.get(a).wrapping_shr(r.get(b) as u32));
    i64_shr_ui { d, a, wide }, r => r.set(d, r.get(a).wrapping_shr(wide as u32));
    i64_rotl { d, a, b }, r => r.set(d, r.get(a).rotate_left(r.get(b) as u32 & 63));
    i64_rotl_i { d, a, wide }, r => r.set(d, r.get(a).rotate_left(wide as u32 & 63));
    i64_rotr { d, a, b }, r => r.set(d, r.get(a).rotate_right(r.get(b) as u32 & 63));
    i64_eq { d, a, b }, r => r.set(d, u64::from((r.get(a) as u64) == (r.get(b) as u64)));
    i64_ne { d, a, b }, r => r.set(d, u64::from((r.get(a) as u64) != (r.get(b) as u64)));
    i64_lt_s { d, a, b }, r => r.set(d, u64::from((r.get(a) as i64) < (r.get(b) as i64)));
    i64_lt_u { d, a, b }, r => r.set(d, u64::from((r.get(a) as u64) < (r.get(b) as u64)));
    i64_le_s { d, a, b }, r => r.set(d, u64::from((r.get(a) as i64) <= (r.get(b) as i64)));
    i64_le_u { d, a, b }, r => r.set(d, u64::from((r.get(a) as u64) <= (r.get(b) as u64)));
    i64_eq_i { d, a, wide }, r => r.set(d, u64::from((r.get(a) as u64) == (wide as u64)));
    i64_ne_i { d, a, wide }, r => r.set(d, u64::from((r.get(a) as u64) != (wide as u64)));
    i64_lt_si { d, a, wide }, r => r.set(d, u64::from((r.get(a) as i64) < (wide as i64)));
    i64_lt_ui { d, a, wide }, r => r.set(d, u64::from((r.get(a) as u64) < (wide as u64)));
    i64_ge_si { d, a, wide }, r => r.set(d, u64::from((r.get(a) as i64) >= (wide as i64)));
    i64_ge_ui { d, a, wide }, r => r.set(d, u64::from((r.get(a) as u64) >= (wide as u64)));
    i64_clz { d, a }, r => r.set(d, u64::from((r.get(a) as u64).leading_zeros()));
    i64_ctz { d, a }, r => r.set(d, u64::from((r.get(a) as u64).trailing_zeros()));
    i64_popcnt { d, a }, r => r.set(d, u64::from((r.get(a) as u64).count_ones()));
    i64_extend8_s { d, a }, r => r.set(d, r.get(a) as i8 as i64 as u64 as u64);
    i64_extend16_s { d, a }, r => r.set(d, r.get(a) as i16 as i64 as u64 as u64);
    i64_extend32_s { d, a }, r => r.set(d, r.get(a) as i32 as i64 as u64);
    i32_wrap_i64 { d, a }, r => r.set(d, r.get(a) & 0xffff_ffff);
}

attempt! {
    i32_div_s { a, b }, r => numeric::i32_div_s(r.get(a) as i32, r.get(b) as i32).map(i32::cast_unsigned);
    i32_div_u { a, b }, r => numeric::i32_div_u(r.get(a) as u32, r.get(b) as u32);
    i32_rem_s { a, b }, r => numeric::i32_rem_s(r.get(a) as i32, r.get(b) as i32).map(i32::cast_unsigned);
    i32_rem_u { a, b }, r => numeric::i32_rem_u(r.get(a) as u32, r.get(b) as u32);
    i64_div_s { a, b }, r => numeric::i64_div_s(r.get(a) as i64, r.get(b) as i64);
    i64_div_u { a, b }, r => numeric::i64_div_u(r.get(a) as u64, r.get(b) as u64);
    i64_rem_s { a, b }, r => numeric::i64_rem_s(r.get(a) as i64, r.get(b) as i64);
    i64_rem_u { a, b }, r => numeric::i64_rem_u(r.get(a) as u64, r.get(b) as u64);
}

branch! {
    br_i32_eq { a, b }, r => (r.get(a) as u32) == (r.get(b) as u32);
    br_i32_ne { a, b }, r => (r.get(a) as u32) != (r.get(b) as u32);
    br_i32_lt_s { a, b }, r => (r.get(a) as i32) < (r.get(b) as i32);
    br_i32_lt_u { a, b }, r => (r.get(a) as u32) < (r.get(b) as u32);
    br_i32_le_s { a, b }, r => (r.get(a) as i32) <= (r.get(b) as i32);
    br_i32_le_u { a, b }, r => (r.get(a) as u32) <= (r.get(b) as u32);
    br_i32_eq_i { a, imm }, r => (r.get(a) as u32) == (imm as u32);
    br_i32_ne_i { a, imm }, r => (r.get(a) as u32) != (imm as u32);
    br_i32_lt_si { a, imm }, r => (r.get(a) as i32) < (imm as i32);
    br_i32_lt_ui { a, imm }, r => (r.get(a) as u32) < (imm as u32);
    br_i32_ge_si { a, imm }, r => (r.get(a) as i32) >= (imm as i32);
    br_i32_ge_ui { a, imm }, r => (r.get(a) as u32) >= (imm as u32);
    br_i64_eq { a, b }, r => (r.get(a) as u64) == (r.get(b) as u64);
    br_i64_ne { a, b }, r => (r.get(a) as u64) != (r.get(b) as u64);
    br_i64_lt_s { a, b }, r => (r.get(a) as i64) < (r.get(b) as i64);
    br_i64_lt_u { a, b }, r => (r.get(a) as u64) < (r.get(b) as u64);
    br_i64_le_s { a, b }, r => (r.get(a) as i64) <= (r.get(b) as i64);
    br_i64_le_u { a, b }, r => (r.get(a) as u64) <= (r.get(b) as u64);
    br_i64_eq_i { a, imm }, r => (r.get(a) as u64) == (i64::from(imm as i32) as u64);
    br_i64_ne_i { a, imm }, r => (r.get(a) as u64) != (i64::from(imm as i32) as u64);
    br_i64_lt_si { a, imm }, r => (r.get(a) as i64) < i64::from(imm as i32);
    br_i64_lt_ui { a, imm }, r => (r.get(a) as u64) < (i64::from(imm as i32) as u64);
    br_i64_ge_si { a, imm }, r => (r.get(a) as i64) >= i64::from(imm as i32);
    br_i64_ge_ui { a, imm }, r => (r.get(a) as u64) >= (i64::from(imm as i32) as u64);
}
