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

use threaded::Args;

use super::super::dispatch::{Backend, Context, Ip, Regs, next, trap};
use super::{arithmetic, attempt, branch, compute, pay};
use crate::numeric::{self, NAN_32, NAN_64, cell_32, cell_64, f32_of, f64_of};

arithmetic! {
    f32_add { a, b }, nan_32, r => f32_of(r.get(a)) + f32_of(r.get(b));
    f32_add_i { a, wide }, nan_32, r => f32_of(r.get(a)) + f32_of(wide);
    f32_sub { a, b }, nan_32, r => f32_of(r.get(a)) - f32_of(r.get(b));
    f32_sub_i { a, wide }, nan_32, r => f32_of(r.get(a)) - f32_of(wide);
    f32_sub_li { a, wide }, nan_32, r => f32_of(wide) - f32_of(r.get(a));
    f32_mul { a, b }, nan_32, r => f32_of(r.get(a)) * f32_of(r.get(b));
    f32_mul_i { a, wide }, nan_32, r => f32_of(r.get(a)) * f32_of(wide);
    f32_div { a, b }, nan_32, r => f32_of(r.get(a)) / f32_of(r.get(b));
    f32_div_i { a, wide }, nan_32, r => f32_of(r.get(a)) / f32_of(wide);
    f32_div_li { a, wide }, nan_32, r => f32_of(wide) / f32_of(r.get(a));
    f32_mul_add { a, b, c }, nan_product_32, r => f32_of(r.get(a)) * f32_of(r.get(b)) + f32_of(r.get(c));
    f32_mul_sub { a, b, c }, nan_product_32, r => f32_of(r.get(c)) - f32_of(r.get(a)) * f32_of(r.get(b));
    f64_add { a, b }, nan_64, r => f64_of(r.get(a)) + f64_of(r.get(b));
    f64_add_i { a, wide }, nan_64, r => f64_of(r.get(a)) + f64_of(wide);
    f64_sub { a, b }, nan_64, r => f64_of(r.get(a)) - f64_of(r.get(b));
    f64_sub_i { a, wide }, nan_64, r => f64_of(r.get(a)) - f64_of(wide);
    f64_sub_li { a, wide }, nan_64, r => f64_of(wide) - f64_of(r.get(a));
    f64_mul { a, b }, nan_64, r => f64_of(r.get(a)) * f64_of(r.get(b));
    f64_mul_i { a, wide }, nan_64, r => f64_of(r.get(a)) * f64_of(wide);
    f64_div { a, b }, nan_64, r => f64_of(r.get(a)) / f64_of(r.get(b));
    f64_div_i { a, wide }, nan_64, r => f64_of(r.get(a)) / f64_of(wide);
    f64_div_li { a, wide }, nan_64, r => f64_of(wide) / f64_of(r.get(a));
    f64_mul_add { a, b, c }, nan_product_64, r => f64_of(r.get(a)) * f64_of(r.get(b)) + f64_of(r.get(c));
    f64_mul_sub { a, b, c }, nan_product_64, r => f64_of(r.get(c)) - f64_of(r.get(a)) * f64_of(r.get(b));
    f32_min { a, b }, nan_32, r => numeric::min_32(f32_of(r.get(a)), f32_of(r.get(b)));
    f32_max { a, b }, nan_32, r => numeric::max_32(f32_of(r.get(a)), f32_of(r.get(b)));
    f32_ceil { a }, nan_32, r => f32_of(r.get(a)).ceil();
    f32_floor { a }, nan_32, r => f32_of(r.get(a)).floor();
    f32_trunc { a }, nan_32, r => f32_of(r.get(a)).trunc();
    f32_nearest { a }, nan_32, r => f32_of(r.get(a)).round_ties_even();
    f32_sqrt { a }, nan_32, r => f32_of(r.get(a)).sqrt();
    f64_min { a, b }, nan_64, r => numeric::min_64(f64_of(r.get(a)), f64_of(r.get(b)));
    f64_max { a, b }, nan_64, r => numeric::max_64(f64_of(r.get(a)), f64_of(r.get(b)));
    f64_ceil { a }, nan_64, r => f64_of(r.get(a)).ceil();
    f64_floor { a }, nan_64, r => f64_of(r.get(a)).floor();
    f64_trunc { a }, nan_64, r => f64_of(r.get(a)).trunc();
    f64_nearest { a }, nan_64, r => f64_of(r.get(a)).round_ties_even();
    f64_sqrt { a }, nan_64, r => f64_of(r.get(a)).sqrt();
    f32_demote_f64 { a }, nan_32, r => f64_of(r.get(a)) as f32;
    f64_promote_f32 { a }, nan_64, r => f64::from(f32_of(r.get(a)));
}

compute! {
    f32_copysign { d, a, b }, r => r.set(d, (r.get(a) & 0x7fff_ffff) | (r.get(b) & 0x8000_0000));
    f32_eq { d, a, b }, r => r.set(d, u64::from(f32_of(r.get(a)) == f32_of(r.get(b))));
    f32_ne { d, a, b }, r => r.set(d, u64::from(f32_of(r.get(a)) != f32_of(r.get(b))));
    f32_lt { d, a, b }, r => r.set(d, u64::from(f32_of(r.get(a)) < f32_of(r.get(b))));
    f32_le { d, a, b }, r => r.set(d, u64::from(f32_of(r.get(a)) <= f32_of(r.get(b))));
    f32_lt_i { d, a, wide }, r => r.set(d, u64::from(f32_of(r.get(a)) < f32_of(wide)));
    f32_gt_i { d, a, wide }, r => r.set(d, u64::from(f32_of(r.get(a)) > f32_of(wide)));
    f32_le_i { d, a, wide }, r => r.set(d, u64::from(f32_of(r.get(a)) <= f32_of(wide)));
    f32_ge_i { d, a, wide }, r => r.set(d, u64::from(f32_of(r.get(a)) >= f32_of(wide)));
    f32_abs { d, a }, r => r.set(d, r.get(a) & 0x7fff_ffff);
    f32_neg { d, a }, r => r.set(d, r.get(a) ^ 0x8000_0000);
    f64_copysign { d, a, b }, r => r.set(d, (r.get(a) & 0x7fff_ffff_ffff_ffff) | (r.get(b) & 0x8000_0000_0000_0000));
    f64_eq { d, a, b }, r => r.set(d, u64::from(f64_of(r.get(a)) == f64_of(r.get(b))));
    f64_ne { d, a, b }, r => r.set(d, u64::from(f64_of(r.get(a)) != f64_of(r.get(b))));
    f64_lt { d, a, b }, r => r.set(d, u64::from(f64_of(r.get(a)) < f64_of(r.get(b))));
    f64_le { d, a, b }, r => r.set(d, u64::from(f64_of(r.get(a)) <= f64_of(r.get(b))));
    f64_lt_i { d, a, wide }, r => r.set(d, u64::from(f64_of(r.get(a)) < f64_of(wide)));
    f64_gt_i { d, a, wide }, r => r.set(d, u64::from(f64_of(r.get(a)) > f64_of(wide)));
    f64_le_i { d, a, wide }, r => r.set(d, u64::from(f64_of(r.get(a)) <= f64_of(wide)));
    f64_ge_i { d, a, wide }, r => r.set(d, u64::from(f64_of(r.get(a)) >= f64_of(wide)));
    f64_abs { d, a }, r => r.set(d, r.get(a) & 0x7fff_ffff_ffff_ffff);
    f64_neg { d, a }, r => r.set(d, r.get(a) ^ 0x8000_0000_0000_0000);
    i32_trunc_sat_f32_s { d, a }, r => r.set(d, f32_of(r.get(a)) as i32 as u32 as u64);
    f32_convert_i32_s { d, a }, r => r.set(d, cell_32(r.get(a) as i32 as f32));
    i32_trunc_sat_f32_u { d, a }, r => r.set(d, f32_of(r.get(a)) as u32 as u32 as u64);
    f32_convert_i32_u { d, a }, r => r.set(d, cell_32(r.get(a) as u32 as f32));
    i32_trunc_sat_f64_s { d, a }, r => r.set(d, f64_of(r.get(a)) as i32 as u32 as u64);
    f64_convert_i32_s { d, a }, r => r.set(d, cell_64(r.get(a) as i32 as f64));
    i32_trunc_sat_f64_u { d, a }, r => r.set(d, f64_of(r.get(a)) as u32 as u32 as u64);
    f64_convert_i32_u { d, a }, r => r.set(d, cell_64(r.get(a) as u32 as f64));
    i64_trunc_sat_f32_s { d, a }, r => r.set(d, f32_of(r.get(a)) as i64 as u64 as u64);
    f32_convert_i64_s { d, a }, r => r.set(d, cell_32(r.get(a) as i64 as f32));
    i64_trunc_sat_f32_u { d, a }, r => r.set(d, f32_of(r.get(a)) as u64 as u64 as u64);
    f32_convert_i64_u { d, a }, r => r.set(d, cell_32(r.get(a) as u64 as f32));
    i64_trunc_sat_f64_s { d, a }, r => r.set(d, f64_of(r.get(a)) as i64 as u64 as u64);
    f64_convert_i64_s { d, a }, r => r.set(d, cell_64(r.get(a) as i64 as f64));
    i64_trunc_sat_f64_u { d, a }, r => r.set(d, f64_of(r.get(a)) as u64 as u64 as u64);
    f64_convert_i64_u { d, a }, r => r.set(d, cell_64(r.get(a) as u64 as f64));
}

attempt! {
    i32_trunc_f32_s { a }, r => numeric::i32_trunc_f32(f32_of(r.get(a))).map(i32::cast_unsigned);
    i32_trunc_f32_u { a }, r => numeric::u32_trunc_f32(f32_of(r.get(a)));
    i32_trunc_f64_s { a }, r => numeric::i32_trunc_f64(f64_of(r.get(a))).map(i32::cast_unsigned);
    i32_trunc_f64_u { a }, r => numeric::u32_trunc_f64(f64_of(r.get(a)));
    i64_trunc_f32_s { a }, r => numeric::i64_trunc_f32(f32_of(r.get(a)));
    i64_trunc_f32_u { a }, r => numeric::u64_trunc_f32(f32_of(r.get(a)));
    i64_trunc_f64_s { a }, r => numeric::i64_trunc_f64(f64_of(r.get(a)));
    i64_trunc_f64_u { a }, r => numeric::u64_trunc_f64(f64_of(r.get(a)));
}

branch! {
    br_f32_eq { a, b }, r => f32_of(r.get(a)) == f32_of(r.get(b));
    br_f32_ne { a, b }, r => f32_of(r.get(a)) != f32_of(r.get(b));
    br_f32_lt { a, b }, r => f32_of(r.get(a)) < f32_of(r.get(b));
    br_f32_le { a, b }, r => f32_of(r.get(a)) <= f32_of(r.get(b));
    br_f32_lt_i { a, imm }, r => f32_of(r.get(a)) < f32::from_bits(imm);
    br_f32_nlt_i { a, imm }, r => !(f32_of(r.get(a)) < f32::from_bits(imm));
    br_f32_gt_i { a, imm }, r => f32_of(r.get(a)) > f32::from_bits(imm);
    br_f32_ngt_i { a, imm }, r => !(f32_of(r.get(a)) > f32::from_bits(imm));
    br_f32_le_i { a, imm }, r => f32_of(r.get(a)) <= f32::from_bits(imm);
    br_f32_nle_i { a, imm }, r => !(f32_of(r.get(a)) <= f32::from_bits(imm));
    br_f32_ge_i { a, imm }, r => f32_of(r.get(a)) >= f32::from_bits(imm);
    br_f32_nge_i { a, imm }, r => !(f32_of(r.get(a)) >= f32::from_bits(imm));
    br_f32_nlt { a, b }, r => !(f32_of(r.get(a)) < f32_of(r.get(b)));
    br_f32_nle { a, b }, r => !(f32_of(r.get(a)) <= f32_of(r.get(b)));
    br_f64_eq { a, b }, r => f64_of(r.get(a)) == f64_of(r.get(b));
    br_f64_ne { a, b }, r => f64_of(r.get(a)) != f64_of(r.get(b));
    br_f64_lt { a, b }, r => f64_of(r.get(a)) < f64_of(r.get(b));
    br_f64_le { a, b }, r => f64_of(r.get(a)) <= f64_of(r.get(b));
    br_f64_lt_i { a, imm }, r => f64_of(r.get(a)) < f64::from(f32::from_bits(imm));
    br_f64_nlt_i { a, imm }, r => !(f64_of(r.get(a)) < f64::from(f32::from_bits(imm)));
    br_f64_gt_i { a, imm }, r => f64_of(r.get(a)) > f64::from(f32::from_bits(imm));
    br_f64_ngt_i { a, imm }, r => !(f64_of(r.get(a)) > f64::from(f32::from_bits(imm)));
    br_f64_le_i { a, imm }, r => f64_of(r.get(a)) <= f64::from(f32::from_bits(imm));
    br_f64_nle_i { a, imm }, r => !(f64_of(r.get(a)) <= f64::from(f32::from_bits(imm)));
    br_f64_ge_i { a, imm }, r => f64_of(r.get(a)) >= f64::from(f32::from_bits(imm));
    br_f64_nge_i { a, imm }, r => !(f64_of(r.get(a)) >= f64::from(f32::from_bits(imm)));
    br_f64_nlt { a, b }, r => !(f64_of(r.get(a)) < f64_of(r.get(b)));
    br_f64_nle { a, b }, r => !(f64_of(r.get(a)) <= f64_of(r.get(b)));
}

/// Declares handlers of results that are NaNs, whose sign is open.
macro_rules! nan {
    ($($(#[$doc:meta])* $name:ident: $cell:expr, $sign:expr, $args:ident $r:ident => $product_is_nan:expr;)*) => {$(
        $(#[$doc])*
        #[cold]
        #[inline(never)]
        fn $name<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, $r: Regs<'a>, mem: &'a mut [u8], fuel: u64) {
            let $args = ip.args();
            if $product_is_nan {
                // Two instructions in one: the product is a NaN of its own, but its sign says nothing about that of the sum.
                cx.data.nan_is_negative();
            }
            $r.set($args.d, if cx.data.nan_is_negative() { $cell | $sign } else { $cell });
            next::<B>(cx, ip.next(), $r, mem, fuel);
        }
    )*};
}

nan! {
    nan_32: NAN_32, 1 << 31, args r => false;
    nan_64: NAN_64, 1 << 63, args r => false;
    /// Of an operation that multiplies first.
    nan_product_32: NAN_32, 1 << 31, args r => (f32_of(r.get(args.a)) * f32_of(r.get(args.b))).is_nan();
    /// Of an operation that multiplies first.
    nan_product_64: NAN_64, 1 << 63, args r => (f64_of(r.get(args.a)) * f64_of(r.get(args.b))).is_nan();
}
