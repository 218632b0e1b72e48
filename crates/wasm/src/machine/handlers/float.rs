//! Handlers of floats.

#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_lossless,
    clippy::cast_precision_loss,
    clippy::float_arithmetic,
    clippy::float_cmp,
    clippy::neg_cmp_op_on_partial_ord,
    clippy::unnecessary_cast,
    reason = "operations convert between cells and numbers"
)]

use super::super::dispatch::{Context, Regs, next, trap};
use super::{arithmetic, attempt, branch, compute, pay};
use crate::numeric::{self, NAN_32, NAN_64, cell_32, cell_64, f32_of, f64_of};
use crate::op::Op;

arithmetic! {
    f32_add: F32Add { a, b }, nan_32, r => f32_of(r.get(a)) + f32_of(r.get(b));
    f32_add_i: F32AddI { a, imm }, nan_32, r => f32_of(r.get(a)) + f32_of(imm);
    f32_sub: F32Sub { a, b }, nan_32, r => f32_of(r.get(a)) - f32_of(r.get(b));
    f32_sub_i: F32SubI { a, imm }, nan_32, r => f32_of(r.get(a)) - f32_of(imm);
    f32_sub_li: F32SubLI { a, imm }, nan_32, r => f32_of(imm) - f32_of(r.get(a));
    f32_mul: F32Mul { a, b }, nan_32, r => f32_of(r.get(a)) * f32_of(r.get(b));
    f32_mul_i: F32MulI { a, imm }, nan_32, r => f32_of(r.get(a)) * f32_of(imm);
    f32_div: F32Div { a, b }, nan_32, r => f32_of(r.get(a)) / f32_of(r.get(b));
    f32_div_i: F32DivI { a, imm }, nan_32, r => f32_of(r.get(a)) / f32_of(imm);
    f32_div_li: F32DivLI { a, imm }, nan_32, r => f32_of(imm) / f32_of(r.get(a));
    f32_mul_add: F32MulAdd { a, b, c }, nan_32, r => f32_of(r.get(a)) * f32_of(r.get(b)) + f32_of(r.get(c));
    f32_mul_sub: F32MulSub { a, b, c }, nan_32, r => f32_of(r.get(c)) - f32_of(r.get(a)) * f32_of(r.get(b));
    f64_add: F64Add { a, b }, nan_64, r => f64_of(r.get(a)) + f64_of(r.get(b));
    f64_add_i: F64AddI { a, imm }, nan_64, r => f64_of(r.get(a)) + f64_of(imm);
    f64_sub: F64Sub { a, b }, nan_64, r => f64_of(r.get(a)) - f64_of(r.get(b));
    f64_sub_i: F64SubI { a, imm }, nan_64, r => f64_of(r.get(a)) - f64_of(imm);
    f64_sub_li: F64SubLI { a, imm }, nan_64, r => f64_of(imm) - f64_of(r.get(a));
    f64_mul: F64Mul { a, b }, nan_64, r => f64_of(r.get(a)) * f64_of(r.get(b));
    f64_mul_i: F64MulI { a, imm }, nan_64, r => f64_of(r.get(a)) * f64_of(imm);
    f64_div: F64Div { a, b }, nan_64, r => f64_of(r.get(a)) / f64_of(r.get(b));
    f64_div_i: F64DivI { a, imm }, nan_64, r => f64_of(r.get(a)) / f64_of(imm);
    f64_div_li: F64DivLI { a, imm }, nan_64, r => f64_of(imm) / f64_of(r.get(a));
    f64_mul_add: F64MulAdd { a, b, c }, nan_64, r => f64_of(r.get(a)) * f64_of(r.get(b)) + f64_of(r.get(c));
    f64_mul_sub: F64MulSub { a, b, c }, nan_64, r => f64_of(r.get(c)) - f64_of(r.get(a)) * f64_of(r.get(b));
    f32_min: F32Min { a, b }, nan_32, r => numeric::min_32(f32_of(r.get(a)), f32_of(r.get(b)));
    f32_max: F32Max { a, b }, nan_32, r => numeric::max_32(f32_of(r.get(a)), f32_of(r.get(b)));
    f32_ceil: F32Ceil { a }, nan_32, r => f32_of(r.get(a)).ceil();
    f32_floor: F32Floor { a }, nan_32, r => f32_of(r.get(a)).floor();
    f32_trunc: F32Trunc { a }, nan_32, r => f32_of(r.get(a)).trunc();
    f32_nearest: F32Nearest { a }, nan_32, r => f32_of(r.get(a)).round_ties_even();
    f32_sqrt: F32Sqrt { a }, nan_32, r => f32_of(r.get(a)).sqrt();
    f64_min: F64Min { a, b }, nan_64, r => numeric::min_64(f64_of(r.get(a)), f64_of(r.get(b)));
    f64_max: F64Max { a, b }, nan_64, r => numeric::max_64(f64_of(r.get(a)), f64_of(r.get(b)));
    f64_ceil: F64Ceil { a }, nan_64, r => f64_of(r.get(a)).ceil();
    f64_floor: F64Floor { a }, nan_64, r => f64_of(r.get(a)).floor();
    f64_trunc: F64Trunc { a }, nan_64, r => f64_of(r.get(a)).trunc();
    f64_nearest: F64Nearest { a }, nan_64, r => f64_of(r.get(a)).round_ties_even();
    f64_sqrt: F64Sqrt { a }, nan_64, r => f64_of(r.get(a)).sqrt();
    f32_demote_f64: F32DemoteF64 { a }, nan_32, r => f64_of(r.get(a)) as f32;
    f64_promote_f32: F64PromoteF32 { a }, nan_64, r => f64::from(f32_of(r.get(a)));
}

compute! {
    f32_copysign: F32Copysign { d, a, b }, r => r.set(d, (r.get(a) & 0x7fff_ffff) | (r.get(b) & 0x8000_0000));
    f32_eq: F32Eq { d, a, b }, r => r.set(d, u64::from(f32_of(r.get(a)) == f32_of(r.get(b))));
    f32_ne: F32Ne { d, a, b }, r => r.set(d, u64::from(f32_of(r.get(a)) != f32_of(r.get(b))));
    f32_lt: F32Lt { d, a, b }, r => r.set(d, u64::from(f32_of(r.get(a)) < f32_of(r.get(b))));
    f32_le: F32Le { d, a, b }, r => r.set(d, u64::from(f32_of(r.get(a)) <= f32_of(r.get(b))));
    f32_lt_i: F32LtI { d, a, imm }, r => r.set(d, u64::from(f32_of(r.get(a)) < f32_of(imm)));
    f32_gt_i: F32GtI { d, a, imm }, r => r.set(d, u64::from(f32_of(r.get(a)) > f32_of(imm)));
    f32_le_i: F32LeI { d, a, imm }, r => r.set(d, u64::from(f32_of(r.get(a)) <= f32_of(imm)));
    f32_ge_i: F32GeI { d, a, imm }, r => r.set(d, u64::from(f32_of(r.get(a)) >= f32_of(imm)));
    f32_abs: F32Abs { d, a }, r => r.set(d, r.get(a) & 0x7fff_ffff);
    f32_neg: F32Neg { d, a }, r => r.set(d, r.get(a) ^ 0x8000_0000);
    f64_copysign: F64Copysign { d, a, b }, r => r.set(d, (r.get(a) & 0x7fff_ffff_ffff_ffff) | (r.get(b) & 0x8000_0000_0000_0000));
    f64_eq: F64Eq { d, a, b }, r => r.set(d, u64::from(f64_of(r.get(a)) == f64_of(r.get(b))));
    f64_ne: F64Ne { d, a, b }, r => r.set(d, u64::from(f64_of(r.get(a)) != f64_of(r.get(b))));
    f64_lt: F64Lt { d, a, b }, r => r.set(d, u64::from(f64_of(r.get(a)) < f64_of(r.get(b))));
    f64_le: F64Le { d, a, b }, r => r.set(d, u64::from(f64_of(r.get(a)) <= f64_of(r.get(b))));
    f64_lt_i: F64LtI { d, a, imm }, r => r.set(d, u64::from(f64_of(r.get(a)) < f64_of(imm)));
    f64_gt_i: F64GtI { d, a, imm }, r => r.set(d, u64::from(f64_of(r.get(a)) > f64_of(imm)));
    f64_le_i: F64LeI { d, a, imm }, r => r.set(d, u64::from(f64_of(r.get(a)) <= f64_of(imm)));
    f64_ge_i: F64GeI { d, a, imm }, r => r.set(d, u64::from(f64_of(r.get(a)) >= f64_of(imm)));
    f64_abs: F64Abs { d, a }, r => r.set(d, r.get(a) & 0x7fff_ffff_ffff_ffff);
    f64_neg: F64Neg { d, a }, r => r.set(d, r.get(a) ^ 0x8000_0000_0000_0000);
    i32_trunc_sat_f32_s: I32TruncSatF32S { d, a }, r => r.set(d, f32_of(r.get(a)) as i32 as u32 as u64);
    f32_convert_i32_s: F32ConvertI32S { d, a }, r => r.set(d, cell_32(r.get(a) as i32 as f32));
    i32_trunc_sat_f32_u: I32TruncSatF32U { d, a }, r => r.set(d, f32_of(r.get(a)) as u32 as u32 as u64);
    f32_convert_i32_u: F32ConvertI32U { d, a }, r => r.set(d, cell_32(r.get(a) as u32 as f32));
    i32_trunc_sat_f64_s: I32TruncSatF64S { d, a }, r => r.set(d, f64_of(r.get(a)) as i32 as u32 as u64);
    f64_convert_i32_s: F64ConvertI32S { d, a }, r => r.set(d, cell_64(r.get(a) as i32 as f64));
    i32_trunc_sat_f64_u: I32TruncSatF64U { d, a }, r => r.set(d, f64_of(r.get(a)) as u32 as u32 as u64);
    f64_convert_i32_u: F64ConvertI32U { d, a }, r => r.set(d, cell_64(r.get(a) as u32 as f64));
    i64_trunc_sat_f32_s: I64TruncSatF32S { d, a }, r => r.set(d, f32_of(r.get(a)) as i64 as u64 as u64);
    f32_convert_i64_s: F32ConvertI64S { d, a }, r => r.set(d, cell_32(r.get(a) as i64 as f32));
    i64_trunc_sat_f32_u: I64TruncSatF32U { d, a }, r => r.set(d, f32_of(r.get(a)) as u64 as u64 as u64);
    f32_convert_i64_u: F32ConvertI64U { d, a }, r => r.set(d, cell_32(r.get(a) as u64 as f32));
    i64_trunc_sat_f64_s: I64TruncSatF64S { d, a }, r => r.set(d, f64_of(r.get(a)) as i64 as u64 as u64);
    f64_convert_i64_s: F64ConvertI64S { d, a }, r => r.set(d, cell_64(r.get(a) as i64 as f64));
    i64_trunc_sat_f64_u: I64TruncSatF64U { d, a }, r => r.set(d, f64_of(r.get(a)) as u64 as u64 as u64);
    f64_convert_i64_u: F64ConvertI64U { d, a }, r => r.set(d, cell_64(r.get(a) as u64 as f64));
}

attempt! {
    i32_trunc_f32_s: I32TruncF32S { a }, r => numeric::i32_trunc_f32(f32_of(r.get(a))).map(i32::cast_unsigned);
    i32_trunc_f32_u: I32TruncF32U { a }, r => numeric::u32_trunc_f32(f32_of(r.get(a)));
    i32_trunc_f64_s: I32TruncF64S { a }, r => numeric::i32_trunc_f64(f64_of(r.get(a))).map(i32::cast_unsigned);
    i32_trunc_f64_u: I32TruncF64U { a }, r => numeric::u32_trunc_f64(f64_of(r.get(a)));
    i64_trunc_f32_s: I64TruncF32S { a }, r => numeric::i64_trunc_f32(f32_of(r.get(a)));
    i64_trunc_f32_u: I64TruncF32U { a }, r => numeric::u64_trunc_f32(f32_of(r.get(a)));
    i64_trunc_f64_s: I64TruncF64S { a }, r => numeric::i64_trunc_f64(f64_of(r.get(a)));
    i64_trunc_f64_u: I64TruncF64U { a }, r => numeric::u64_trunc_f64(f64_of(r.get(a)));
}

branch! {
    br_f32_eq: BrF32Eq { a, b }, r => f32_of(r.get(a)) == f32_of(r.get(b));
    br_f32_ne: BrF32Ne { a, b }, r => f32_of(r.get(a)) != f32_of(r.get(b));
    br_f32_lt: BrF32Lt { a, b }, r => f32_of(r.get(a)) < f32_of(r.get(b));
    br_f32_le: BrF32Le { a, b }, r => f32_of(r.get(a)) <= f32_of(r.get(b));
    br_f32_lt_i: BrF32LtI { a, imm }, r => f32_of(r.get(a)) < f32::from_bits(imm);
    br_f32_nlt_i: BrF32NltI { a, imm }, r => !(f32_of(r.get(a)) < f32::from_bits(imm));
    br_f32_gt_i: BrF32GtI { a, imm }, r => f32_of(r.get(a)) > f32::from_bits(imm);
    br_f32_ngt_i: BrF32NgtI { a, imm }, r => !(f32_of(r.get(a)) > f32::from_bits(imm));
    br_f32_le_i: BrF32LeI { a, imm }, r => f32_of(r.get(a)) <= f32::from_bits(imm);
    br_f32_nle_i: BrF32NleI { a, imm }, r => !(f32_of(r.get(a)) <= f32::from_bits(imm));
    br_f32_ge_i: BrF32GeI { a, imm }, r => f32_of(r.get(a)) >= f32::from_bits(imm);
    br_f32_nge_i: BrF32NgeI { a, imm }, r => !(f32_of(r.get(a)) >= f32::from_bits(imm));
    br_f32_nlt: BrF32Nlt { a, b }, r => !(f32_of(r.get(a)) < f32_of(r.get(b)));
    br_f32_nle: BrF32Nle { a, b }, r => !(f32_of(r.get(a)) <= f32_of(r.get(b)));
    br_f64_eq: BrF64Eq { a, b }, r => f64_of(r.get(a)) == f64_of(r.get(b));
    br_f64_ne: BrF64Ne { a, b }, r => f64_of(r.get(a)) != f64_of(r.get(b));
    br_f64_lt: BrF64Lt { a, b }, r => f64_of(r.get(a)) < f64_of(r.get(b));
    br_f64_le: BrF64Le { a, b }, r => f64_of(r.get(a)) <= f64_of(r.get(b));
    br_f64_lt_i: BrF64LtI { a, imm }, r => f64_of(r.get(a)) < f64::from(f32::from_bits(imm));
    br_f64_nlt_i: BrF64NltI { a, imm }, r => !(f64_of(r.get(a)) < f64::from(f32::from_bits(imm)));
    br_f64_gt_i: BrF64GtI { a, imm }, r => f64_of(r.get(a)) > f64::from(f32::from_bits(imm));
    br_f64_ngt_i: BrF64NgtI { a, imm }, r => !(f64_of(r.get(a)) > f64::from(f32::from_bits(imm)));
    br_f64_le_i: BrF64LeI { a, imm }, r => f64_of(r.get(a)) <= f64::from(f32::from_bits(imm));
    br_f64_nle_i: BrF64NleI { a, imm }, r => !(f64_of(r.get(a)) <= f64::from(f32::from_bits(imm)));
    br_f64_ge_i: BrF64GeI { a, imm }, r => f64_of(r.get(a)) >= f64::from(f32::from_bits(imm));
    br_f64_nge_i: BrF64NgeI { a, imm }, r => !(f64_of(r.get(a)) >= f64::from(f32::from_bits(imm)));
    br_f64_nlt: BrF64Nlt { a, b }, r => !(f64_of(r.get(a)) < f64_of(r.get(b)));
    br_f64_nle: BrF64Nle { a, b }, r => !(f64_of(r.get(a)) <= f64_of(r.get(b)));
}

/// A result that is a NaN.
#[cold]
#[inline(never)]
fn nan_32<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    nan(cx, ip, (NAN_32, 1 << 31), (r, mem));
}

#[cold]
#[inline(never)]
fn nan_64<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    nan(cx, ip, (NAN_64, 1 << 63), (r, mem));
}

/// Writes a NaN, whose sign is open.
fn nan<'a>(cx: &mut Context<'a>, ip: &'a [Op], (cell, sign): (u64, u64), (r, mem): (Regs<'a>, &'a mut [u8])) {
    let [op, rest @ ..] = ip else { return };
    if product_is_nan(*op, r) {
        // Two instructions in one: the product is a NaN of its own, but its sign says nothing about that of the sum.
        cx.data.nan_is_negative();
    }
    if let Some(d) = op.dest() {
        r.set(d, if cx.data.nan_is_negative() { cell | sign } else { cell });
    }
    next(cx, rest, r, mem);
}

/// Whether an operation that multiplies first got a NaN there.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others do not multiply first")]
fn product_is_nan(op: Op, r: Regs<'_>) -> bool {
    match op {
        Op::F32MulAdd { a, b, .. } | Op::F32MulSub { a, b, .. } => (f32_of(r.get(a)) * f32_of(r.get(b))).is_nan(),
        Op::F64MulAdd { a, b, .. } | Op::F64MulSub { a, b, .. } => (f64_of(r.get(a)) * f64_of(r.get(b))).is_nan(),
        _ => false,
    }
}
