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

use super::super::dispatch::{Context, Regs, next, trap};
use super::{attempt, branch, compute, pay};
use crate::numeric;
use crate::op::Op;

compute! {
    copy: Copy { d, a }, r => r.set(d, r.get(a));
    copy2: Copy2 { d, a, d2, a2 }, r => { r.set(d, r.get(a)); r.set(d2, r.get(a2)); };
    copy3: Copy3 { d, a, d2, a2, d3, a3 }, r => { r.set(d, r.get(a)); r.set(d2, r.get(a2)); r.set(d3, r.get(a3)); };
    constant: Const { d, value }, r => r.set(d, value);
    i64_add128: I64Add128 { d, a }, r => r.set_vector(d, r.vector(a).wrapping_add(r.vector(a + 2)));
    i64_sub128: I64Sub128 { d, a }, r => r.set_vector(d, r.vector(a).wrapping_sub(r.vector(a + 2)));
    i64_mul_wide_s: I64MulWideS { d, a, b }, r => r.set_vector(d, (i128::from(r.get(a) as i64) * i128::from(r.get(b) as i64)) as u128);
    i64_mul_wide_u: I64MulWideU { d, a, b }, r => r.set_vector(d, u128::from(r.get(a)) * u128::from(r.get(b)));
    select_i: SelectI { d, a, c, imm }, r => r.set(d, if r.get(c) as u32 != 0 { r.get(a) } else { imm });
    select_il: SelectIL { d, b, c, imm }, r => r.set(d, if r.get(c) as u32 != 0 { imm } else { r.get(b) });
    i32_shl_add: I32ShlAdd { d, a, b, shift }, r => r.set(d, u64::from((r.get(a) as u32).wrapping_add((r.get(b) as u32).wrapping_shl(shift))));
    select: Select { d, a, b, c }, r => r.set(d, if r.get(c) as u32 != 0 { r.get(a) } else { r.get(b) });
    i32_add: I32Add { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32).wrapping_add(r.get(b) as u32)));
    i32_add_i: I32AddI { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u32).wrapping_add(imm)));
    i32_sub: I32Sub { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32).wrapping_sub(r.get(b) as u32)));
    i32_mul: I32Mul { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32).wrapping_mul(r.get(b) as u32)));
    i32_mul_i: I32MulI { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u32).wrapping_mul(imm)));
    i32_and: I32And { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32) & (r.get(b) as u32)));
    i32_and_i: I32AndI { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u32) & imm));
    i32_or: I32Or { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32) | (r.get(b) as u32)));
    i32_or_i: I32OrI { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u32) | imm));
    i32_xor: I32Xor { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32) ^ (r.get(b) as u32)));
    i32_xor_i: I32XorI { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u32) ^ imm));
    i32_shl: I32Shl { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32).wrapping_shl((r.get(b) as u32) as u32)));
    i32_shl_i: I32ShlI { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u32).wrapping_shl(imm as u32)));
    i32_shr_s: I32ShrS { d, a, b }, r => r.set(d, u64::from(((r.get(a) as u32) as i32).wrapping_shr((r.get(b) as u32) as u32) as u32));
    i32_shr_si: I32ShrSI { d, a, imm }, r => r.set(d, u64::from(((r.get(a) as u32) as i32).wrapping_shr(imm as u32) as u32));
    i32_shr_u: I32ShrU { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32).wrapping_shr((r.get(b) as u32) as u32)));
    i32_shr_ui: I32ShrUI { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u32).wrapping_shr(imm as u32)));
    i32_rotl: I32Rotl { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32).rotate_left((r.get(b) as u32) as u32 & 31)));
    i32_rotl_i: I32RotlI { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u32).rotate_left(imm as u32 & 31)));
    i32_rotr: I32Rotr { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32).rotate_right((r.get(b) as u32) as u32 & 31)));
    i32_eq: I32Eq { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32) == (r.get(b) as u32)));
    i32_ne: I32Ne { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32) != (r.get(b) as u32)));
    i32_lt_s: I32LtS { d, a, b }, r => r.set(d, u64::from((r.get(a) as i32) < (r.get(b) as i32)));
    i32_lt_u: I32LtU { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32) < (r.get(b) as u32)));
    i32_le_s: I32LeS { d, a, b }, r => r.set(d, u64::from((r.get(a) as i32) <= (r.get(b) as i32)));
    i32_le_u: I32LeU { d, a, b }, r => r.set(d, u64::from((r.get(a) as u32) <= (r.get(b) as u32)));
    i32_eq_i: I32EqI { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u32) == (imm as u32)));
    i32_ne_i: I32NeI { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u32) != (imm as u32)));
    i32_lt_si: I32LtSI { d, a, imm }, r => r.set(d, u64::from((r.get(a) as i32) < (imm as i32)));
    i32_lt_ui: I32LtUI { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u32) < (imm as u32)));
    i32_ge_si: I32GeSI { d, a, imm }, r => r.set(d, u64::from((r.get(a) as i32) >= (imm as i32)));
    i32_ge_ui: I32GeUI { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u32) >= (imm as u32)));
    i32_clz: I32Clz { d, a }, r => r.set(d, u64::from((r.get(a) as u32).leading_zeros()));
    i32_ctz: I32Ctz { d, a }, r => r.set(d, u64::from((r.get(a) as u32).trailing_zeros()));
    i32_popcnt: I32Popcnt { d, a }, r => r.set(d, u64::from((r.get(a) as u32).count_ones()));
    i32_extend8_s: I32Extend8S { d, a }, r => r.set(d, r.get(a) as i8 as i32 as u32 as u64);
    i32_extend16_s: I32Extend16S { d, a }, r => r.set(d, r.get(a) as i16 as i32 as u32 as u64);
    i64_add: I64Add { d, a, b }, r => r.set(d, r.get(a).wrapping_add(r.get(b)));
    i64_add_i: I64AddI { d, a, imm }, r => r.set(d, r.get(a).wrapping_add(imm));
    i64_sub: I64Sub { d, a, b }, r => r.set(d, r.get(a).wrapping_sub(r.get(b)));
    i64_mul: I64Mul { d, a, b }, r => r.set(d, r.get(a).wrapping_mul(r.get(b)));
    i64_mul_i: I64MulI { d, a, imm }, r => r.set(d, r.get(a).wrapping_mul(imm));
    i64_and: I64And { d, a, b }, r => r.set(d, r.get(a) & r.get(b));
    i64_and_i: I64AndI { d, a, imm }, r => r.set(d, r.get(a) & imm);
    i64_or: I64Or { d, a, b }, r => r.set(d, r.get(a) | r.get(b));
    i64_or_i: I64OrI { d, a, imm }, r => r.set(d, r.get(a) | imm);
    i64_xor: I64Xor { d, a, b }, r => r.set(d, r.get(a) ^ r.get(b));
    i64_xor_i: I64XorI { d, a, imm }, r => r.set(d, r.get(a) ^ imm);
    i64_shl: I64Shl { d, a, b }, r => r.set(d, r.get(a).wrapping_shl(r.get(b) as u32));
    i64_shl_i: I64ShlI { d, a, imm }, r => r.set(d, r.get(a).wrapping_shl(imm as u32));
    i64_shr_s: I64ShrS { d, a, b }, r => r.set(d, (r.get(a) as i64).wrapping_shr(r.get(b) as u32) as u64);
    i64_shr_si: I64ShrSI { d, a, imm }, r => r.set(d, (r.get(a) as i64).wrapping_shr(imm as u32) as u64);
    i64_shr_u: I64ShrU { d, a, b }, r => r.set(d, r.get(a).wrapping_shr(r.get(b) as u32));
    i64_shr_ui: I64ShrUI { d, a, imm }, r => r.set(d, r.get(a).wrapping_shr(imm as u32));
    i64_rotl: I64Rotl { d, a, b }, r => r.set(d, r.get(a).rotate_left(r.get(b) as u32 & 63));
    i64_rotl_i: I64RotlI { d, a, imm }, r => r.set(d, r.get(a).rotate_left(imm as u32 & 63));
    i64_rotr: I64Rotr { d, a, b }, r => r.set(d, r.get(a).rotate_right(r.get(b) as u32 & 63));
    i64_eq: I64Eq { d, a, b }, r => r.set(d, u64::from((r.get(a) as u64) == (r.get(b) as u64)));
    i64_ne: I64Ne { d, a, b }, r => r.set(d, u64::from((r.get(a) as u64) != (r.get(b) as u64)));
    i64_lt_s: I64LtS { d, a, b }, r => r.set(d, u64::from((r.get(a) as i64) < (r.get(b) as i64)));
    i64_lt_u: I64LtU { d, a, b }, r => r.set(d, u64::from((r.get(a) as u64) < (r.get(b) as u64)));
    i64_le_s: I64LeS { d, a, b }, r => r.set(d, u64::from((r.get(a) as i64) <= (r.get(b) as i64)));
    i64_le_u: I64LeU { d, a, b }, r => r.set(d, u64::from((r.get(a) as u64) <= (r.get(b) as u64)));
    i64_eq_i: I64EqI { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u64) == (imm as u64)));
    i64_ne_i: I64NeI { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u64) != (imm as u64)));
    i64_lt_si: I64LtSI { d, a, imm }, r => r.set(d, u64::from((r.get(a) as i64) < (imm as i64)));
    i64_lt_ui: I64LtUI { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u64) < (imm as u64)));
    i64_ge_si: I64GeSI { d, a, imm }, r => r.set(d, u64::from((r.get(a) as i64) >= (imm as i64)));
    i64_ge_ui: I64GeUI { d, a, imm }, r => r.set(d, u64::from((r.get(a) as u64) >= (imm as u64)));
    i64_clz: I64Clz { d, a }, r => r.set(d, u64::from((r.get(a) as u64).leading_zeros()));
    i64_ctz: I64Ctz { d, a }, r => r.set(d, u64::from((r.get(a) as u64).trailing_zeros()));
    i64_popcnt: I64Popcnt { d, a }, r => r.set(d, u64::from((r.get(a) as u64).count_ones()));
    i64_extend8_s: I64Extend8S { d, a }, r => r.set(d, r.get(a) as i8 as i64 as u64 as u64);
    i64_extend16_s: I64Extend16S { d, a }, r => r.set(d, r.get(a) as i16 as i64 as u64 as u64);
    i64_extend32_s: I64Extend32S { d, a }, r => r.set(d, r.get(a) as i32 as i64 as u64);
    i32_wrap_i64: I32WrapI64 { d, a }, r => r.set(d, r.get(a) & 0xffff_ffff);
}

attempt! {
    i32_div_s: I32DivS { a, b }, r => numeric::i32_div_s(r.get(a) as i32, r.get(b) as i32).map(i32::cast_unsigned);
    i32_div_u: I32DivU { a, b }, r => numeric::i32_div_u(r.get(a) as u32, r.get(b) as u32);
    i32_rem_s: I32RemS { a, b }, r => numeric::i32_rem_s(r.get(a) as i32, r.get(b) as i32).map(i32::cast_unsigned);
    i32_rem_u: I32RemU { a, b }, r => numeric::i32_rem_u(r.get(a) as u32, r.get(b) as u32);
    i64_div_s: I64DivS { a, b }, r => numeric::i64_div_s(r.get(a) as i64, r.get(b) as i64);
    i64_div_u: I64DivU { a, b }, r => numeric::i64_div_u(r.get(a) as u64, r.get(b) as u64);
    i64_rem_s: I64RemS { a, b }, r => numeric::i64_rem_s(r.get(a) as i64, r.get(b) as i64);
    i64_rem_u: I64RemU { a, b }, r => numeric::i64_rem_u(r.get(a) as u64, r.get(b) as u64);
}

branch! {
    br_i32_eq: BrI32Eq { a, b }, r => (r.get(a) as u32) == (r.get(b) as u32);
    br_i32_ne: BrI32Ne { a, b }, r => (r.get(a) as u32) != (r.get(b) as u32);
    br_i32_lt_s: BrI32LtS { a, b }, r => (r.get(a) as i32) < (r.get(b) as i32);
    br_i32_lt_u: BrI32LtU { a, b }, r => (r.get(a) as u32) < (r.get(b) as u32);
    br_i32_le_s: BrI32LeS { a, b }, r => (r.get(a) as i32) <= (r.get(b) as i32);
    br_i32_le_u: BrI32LeU { a, b }, r => (r.get(a) as u32) <= (r.get(b) as u32);
    br_i32_eq_i: BrI32EqI { a, imm }, r => (r.get(a) as u32) == (imm as u32);
    br_i32_ne_i: BrI32NeI { a, imm }, r => (r.get(a) as u32) != (imm as u32);
    br_i32_lt_si: BrI32LtSI { a, imm }, r => (r.get(a) as i32) < (imm as i32);
    br_i32_lt_ui: BrI32LtUI { a, imm }, r => (r.get(a) as u32) < (imm as u32);
    br_i32_ge_si: BrI32GeSI { a, imm }, r => (r.get(a) as i32) >= (imm as i32);
    br_i32_ge_ui: BrI32GeUI { a, imm }, r => (r.get(a) as u32) >= (imm as u32);
    br_i64_eq: BrI64Eq { a, b }, r => (r.get(a) as u64) == (r.get(b) as u64);
    br_i64_ne: BrI64Ne { a, b }, r => (r.get(a) as u64) != (r.get(b) as u64);
    br_i64_lt_s: BrI64LtS { a, b }, r => (r.get(a) as i64) < (r.get(b) as i64);
    br_i64_lt_u: BrI64LtU { a, b }, r => (r.get(a) as u64) < (r.get(b) as u64);
    br_i64_le_s: BrI64LeS { a, b }, r => (r.get(a) as i64) <= (r.get(b) as i64);
    br_i64_le_u: BrI64LeU { a, b }, r => (r.get(a) as u64) <= (r.get(b) as u64);
    br_i64_eq_i: BrI64EqI { a, imm }, r => (r.get(a) as u64) == (i64::from(imm) as u64);
    br_i64_ne_i: BrI64NeI { a, imm }, r => (r.get(a) as u64) != (i64::from(imm) as u64);
    br_i64_lt_si: BrI64LtSI { a, imm }, r => (r.get(a) as i64) < i64::from(imm);
    br_i64_lt_ui: BrI64LtUI { a, imm }, r => (r.get(a) as u64) < (i64::from(imm) as u64);
    br_i64_ge_si: BrI64GeSI { a, imm }, r => (r.get(a) as i64) >= i64::from(imm);
    br_i64_ge_ui: BrI64GeUI { a, imm }, r => (r.get(a) as u64) >= (i64::from(imm) as u64);
}
