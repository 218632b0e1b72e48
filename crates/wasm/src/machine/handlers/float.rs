//! Handlers of floats.

#![expect(
    clippy::too_many_arguments,
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
    reason = "operations convert between cells and numbers; registers are arguments"
)]

use threaded::{Args, Values};

use super::super::dispatch::{Backend, Context, Ip, Regs, next, trap};
use super::{Computed, Operands, Place, Source, arithmetic, attempt, branch, compute, pay, taken_short};
use crate::numeric::{self, NAN_32, NAN_64, f32_of, f64_of};

arithmetic! {
    f32_add { a: S, b: T }, nan_32, r => f32_of(r.get(a)) + f32_of(r.get(b));
    f32_add_i { a: S; wide }, nan_32, r => f32_of(r.get(a)) + f32_of(wide);
    f32_sub { a: S, b: T }, nan_32, r => f32_of(r.get(a)) - f32_of(r.get(b));
    f32_sub_i { a: S; wide }, nan_32, r => f32_of(r.get(a)) - f32_of(wide);
    f32_sub_li { a: S; wide }, nan_32, r => f32_of(wide) - f32_of(r.get(a));
    f32_mul { a: S, b: T }, nan_32, r => f32_of(r.get(a)) * f32_of(r.get(b));
    f32_mul_i { a: S; wide }, nan_32, r => f32_of(r.get(a)) * f32_of(wide);
    f32_div { a: S, b: T }, nan_32, r => f32_of(r.get(a)) / f32_of(r.get(b));
    f32_div_i { a: S; wide }, nan_32, r => f32_of(r.get(a)) / f32_of(wide);
    f32_div_li { a: S; wide }, nan_32, r => f32_of(wide) / f32_of(r.get(a));
    f32_mul_add { a: S, b: T, c: U }, nan_product_32<S, T>, r => f32_of(r.get(a)) * f32_of(r.get(b)) + f32_of(r.get(c));
    f32_mul_sub { a: S, b: T, c: U }, nan_product_32<S, T>, r => f32_of(r.get(c)) - f32_of(r.get(a)) * f32_of(r.get(b));
    f64_add { a: S, b: T }, nan_64, r => f64_of(r.get(a)) + f64_of(r.get(b));
    f64_add_i { a: S; wide }, nan_64, r => f64_of(r.get(a)) + f64_of(wide);
    f64_sub { a: S, b: T }, nan_64, r => f64_of(r.get(a)) - f64_of(r.get(b));
    f64_sub_i { a: S; wide }, nan_64, r => f64_of(r.get(a)) - f64_of(wide);
    f64_sub_li { a: S; wide }, nan_64, r => f64_of(wide) - f64_of(r.get(a));
    f64_mul { a: S, b: T }, nan_64, r => f64_of(r.get(a)) * f64_of(r.get(b));
    f64_mul_i { a: S; wide }, nan_64, r => f64_of(r.get(a)) * f64_of(wide);
    f64_div { a: S, b: T }, nan_64, r => f64_of(r.get(a)) / f64_of(r.get(b));
    f64_div_i { a: S; wide }, nan_64, r => f64_of(r.get(a)) / f64_of(wide);
    f64_div_li { a: S; wide }, nan_64, r => f64_of(wide) / f64_of(r.get(a));
    f64_mul_add { a: S, b: T, c: U }, nan_product_64<S, T>, r => f64_of(r.get(a)) * f64_of(r.get(b)) + f64_of(r.get(c));
    f64_mul_sub { a: S, b: T, c: U }, nan_product_64<S, T>, r => f64_of(r.get(c)) - f64_of(r.get(a)) * f64_of(r.get(b));
    f32_min { a: S, b: T }, nan_32, r => numeric::min_32(f32_of(r.get(a)), f32_of(r.get(b)));
    f32_max { a: S, b: T }, nan_32, r => numeric::max_32(f32_of(r.get(a)), f32_of(r.get(b)));
    f32_ceil { a: S }, nan_32, r => numeric::ceil_32(f32_of(r.get(a)));
    f32_floor { a: S }, nan_32, r => numeric::floor_32(f32_of(r.get(a)));
    f32_trunc { a: S }, nan_32, r => numeric::trunc_32(f32_of(r.get(a)));
    f32_nearest { a: S }, nan_32, r => numeric::nearest_32(f32_of(r.get(a)));
    f32_sqrt { a: S }, nan_32, r => f32_of(r.get(a)).sqrt();
    f64_min { a: S, b: T }, nan_64, r => numeric::min_64(f64_of(r.get(a)), f64_of(r.get(b)));
    f64_max { a: S, b: T }, nan_64, r => numeric::max_64(f64_of(r.get(a)), f64_of(r.get(b)));
    f64_ceil { a: S }, nan_64, r => numeric::ceil_64(f64_of(r.get(a)));
    f64_floor { a: S }, nan_64, r => numeric::floor_64(f64_of(r.get(a)));
    f64_trunc { a: S }, nan_64, r => numeric::trunc_64(f64_of(r.get(a)));
    f64_nearest { a: S }, nan_64, r => numeric::nearest_64(f64_of(r.get(a)));
    f64_sqrt { a: S }, nan_64, r => f64_of(r.get(a)).sqrt();
    f32_demote_f64 { a: S }, nan_32, r => f64_of(r.get(a)) as f32;
    f64_promote_f32 { a: S }, nan_64, r => f64::from(f32_of(r.get(a)));
}

compute! {
    f32_copysign { a: S, b: T }, r => f32_of(r.get(a)).copysign(f32_of(r.get(b)));
    f32_eq { a: S, b: T }, r => u64::from(f32_of(r.get(a)) == f32_of(r.get(b)));
    f32_ne { a: S, b: T }, r => u64::from(f32_of(r.get(a)) != f32_of(r.get(b)));
    f32_lt { a: S, b: T }, r => u64::from(f32_of(r.get(a)) < f32_of(r.get(b)));
    f32_le { a: S, b: T }, r => u64::from(f32_of(r.get(a)) <= f32_of(r.get(b)));
    f32_lt_i { a: S; wide }, r => u64::from(f32_of(r.get(a)) < f32_of(wide));
    f32_gt_i { a: S; wide }, r => u64::from(f32_of(r.get(a)) > f32_of(wide));
    f32_le_i { a: S; wide }, r => u64::from(f32_of(r.get(a)) <= f32_of(wide));
    f32_ge_i { a: S; wide }, r => u64::from(f32_of(r.get(a)) >= f32_of(wide));
    f32_abs { a: S }, r => f32_of(r.get(a)).abs();
    f32_neg { a: S }, r => -f32_of(r.get(a));
    f64_copysign { a: S, b: T }, r => f64_of(r.get(a)).copysign(f64_of(r.get(b)));
    f64_eq { a: S, b: T }, r => u64::from(f64_of(r.get(a)) == f64_of(r.get(b)));
    f64_ne { a: S, b: T }, r => u64::from(f64_of(r.get(a)) != f64_of(r.get(b)));
    f64_lt { a: S, b: T }, r => u64::from(f64_of(r.get(a)) < f64_of(r.get(b)));
    f64_le { a: S, b: T }, r => u64::from(f64_of(r.get(a)) <= f64_of(r.get(b)));
    f64_lt_i { a: S; wide }, r => u64::from(f64_of(r.get(a)) < f64_of(wide));
    f64_gt_i { a: S; wide }, r => u64::from(f64_of(r.get(a)) > f64_of(wide));
    f64_le_i { a: S; wide }, r => u64::from(f64_of(r.get(a)) <= f64_of(wide));
    f64_ge_i { a: S; wide }, r => u64::from(f64_of(r.get(a)) >= f64_of(wide));
    f64_abs { a: S }, r => f64_of(r.get(a)).abs();
    f64_neg { a: S }, r => -f64_of(r.get(a));
    i32_trunc_sat_f32_s { a: S }, r => f32_of(r.get(a)) as i32 as u32 as u64;
    f32_convert_i32_s { a: S }, r => r.get(a) as i32 as f32;
    i32_trunc_sat_f32_u { a: S }, r => f32_of(r.get(a)) as u32 as u32 as u64;
    f32_convert_i32_u { a: S }, r => r.get(a) as u32 as f32;
    i32_trunc_sat_f64_s { a: S }, r => f64_of(r.get(a)) as i32 as u32 as u64;
    f64_convert_i32_s { a: S }, r => r.get(a) as i32 as f64;
    i32_trunc_sat_f64_u { a: S }, r => f64_of(r.get(a)) as u32 as u32 as u64;
    f64_convert_i32_u { a: S }, r => r.get(a) as u32 as f64;
    i64_trunc_sat_f32_s { a: S }, r => f32_of(r.get(a)) as i64 as u64 as u64;
    f32_convert_i64_s { a: S }, r => r.get(a) as i64 as f32;
    i64_trunc_sat_f32_u { a: S }, r => f32_of(r.get(a)) as u64 as u64 as u64;
    f32_convert_i64_u { a: S }, r => r.get(a) as u64 as f32;
    i64_trunc_sat_f64_s { a: S }, r => f64_of(r.get(a)) as i64 as u64 as u64;
    f64_convert_i64_s { a: S }, r => r.get(a) as i64 as f64;
    i64_trunc_sat_f64_u { a: S }, r => f64_of(r.get(a)) as u64 as u64 as u64;
    f64_convert_i64_u { a: S }, r => r.get(a) as u64 as f64;
}

attempt! {
    i32_trunc_f32_s { a: S }, r => numeric::i32_trunc_f32(f32_of(r.get(a))).map(i32::cast_unsigned);
    i32_trunc_f32_u { a: S }, r => numeric::u32_trunc_f32(f32_of(r.get(a)));
    i32_trunc_f64_s { a: S }, r => numeric::i32_trunc_f64(f64_of(r.get(a))).map(i32::cast_unsigned);
    i32_trunc_f64_u { a: S }, r => numeric::u32_trunc_f64(f64_of(r.get(a)));
    i64_trunc_f32_s { a: S }, r => numeric::i64_trunc_f32(f32_of(r.get(a)));
    i64_trunc_f32_u { a: S }, r => numeric::u64_trunc_f32(f32_of(r.get(a)));
    i64_trunc_f64_s { a: S }, r => numeric::i64_trunc_f64(f64_of(r.get(a)));
    i64_trunc_f64_u { a: S }, r => numeric::u64_trunc_f64(f64_of(r.get(a)));
}

branch! {
    br_f32_eq { a: S, b: T }, r => f32_of(r.get(a)) == f32_of(r.get(b));
    br_f32_ne { a: S, b: T }, r => f32_of(r.get(a)) != f32_of(r.get(b));
    br_f32_lt { a: S, b: T }, r => f32_of(r.get(a)) < f32_of(r.get(b));
    br_f32_le { a: S, b: T }, r => f32_of(r.get(a)) <= f32_of(r.get(b));
    br_f32_lt_i { a: S; imm }, r => f32_of(r.get(a)) < f32::from_bits(imm);
    br_f32_nlt_i { a: S; imm }, r => !(f32_of(r.get(a)) < f32::from_bits(imm));
    br_f32_gt_i { a: S; imm }, r => f32_of(r.get(a)) > f32::from_bits(imm);
    br_f32_ngt_i { a: S; imm }, r => !(f32_of(r.get(a)) > f32::from_bits(imm));
    br_f32_le_i { a: S; imm }, r => f32_of(r.get(a)) <= f32::from_bits(imm);
    br_f32_nle_i { a: S; imm }, r => !(f32_of(r.get(a)) <= f32::from_bits(imm));
    br_f32_ge_i { a: S; imm }, r => f32_of(r.get(a)) >= f32::from_bits(imm);
    br_f32_nge_i { a: S; imm }, r => !(f32_of(r.get(a)) >= f32::from_bits(imm));
    br_f32_nlt { a: S, b: T }, r => !(f32_of(r.get(a)) < f32_of(r.get(b)));
    br_f32_nle { a: S, b: T }, r => !(f32_of(r.get(a)) <= f32_of(r.get(b)));
    br_f64_eq { a: S, b: T }, r => f64_of(r.get(a)) == f64_of(r.get(b));
    br_f64_ne { a: S, b: T }, r => f64_of(r.get(a)) != f64_of(r.get(b));
    br_f64_lt { a: S, b: T }, r => f64_of(r.get(a)) < f64_of(r.get(b));
    br_f64_le { a: S, b: T }, r => f64_of(r.get(a)) <= f64_of(r.get(b));
    br_f64_lt_i { a: S; imm }, r => f64_of(r.get(a)) < f64::from(f32::from_bits(imm));
    br_f64_nlt_i { a: S; imm }, r => !(f64_of(r.get(a)) < f64::from(f32::from_bits(imm)));
    br_f64_gt_i { a: S; imm }, r => f64_of(r.get(a)) > f64::from(f32::from_bits(imm));
    br_f64_ngt_i { a: S; imm }, r => !(f64_of(r.get(a)) > f64::from(f32::from_bits(imm)));
    br_f64_le_i { a: S; imm }, r => f64_of(r.get(a)) <= f64::from(f32::from_bits(imm));
    br_f64_nle_i { a: S; imm }, r => !(f64_of(r.get(a)) <= f64::from(f32::from_bits(imm)));
    br_f64_ge_i { a: S; imm }, r => f64_of(r.get(a)) >= f64::from(f32::from_bits(imm));
    br_f64_nge_i { a: S; imm }, r => !(f64_of(r.get(a)) >= f64::from(f32::from_bits(imm)));
    br_f64_nlt { a: S, b: T }, r => !(f64_of(r.get(a)) < f64_of(r.get(b)));
    br_f64_nle { a: S, b: T }, r => !(f64_of(r.get(a)) <= f64_of(r.get(b)));
}

/// Declares handlers of results that are NaNs, whose sign is open.
macro_rules! nan {
    ($($(#[$doc:meta])* $name:ident $(<$($S:ident),*>)?: $value:ident, $cell:expr, $sign:expr, $args:ident $r:pat_param => $product_is_nan:expr;)*) => {$(
        $(#[$doc])*
        #[cold]
        #[inline(never)]
        fn $name<'a, B: Backend $($(, $S: Source)*)?>(cx: &mut Context<'a>, ip: Ip<'a>, regs: Regs<'a>, int: u64, counter: u64, f32: f32, f64: f64) {
            let $args = ip.args();
            let values = Values { counter, int, f32, f64 };
            let $r = Operands { regs, values };
            if $product_is_nan {
                // Two instructions in one: the product is a NaN of its own, but its sign says nothing about that of the sum.
                cx.data.nan_is_negative();
            }
            let cell = if cx.data.nan_is_negative() { $cell | $sign } else { $cell };
            let values = $value(cell).put(regs, $args.d, values);
            next::<B>(cx, ip.next(), regs, values);
        }
    )*};
}

nan! {
    nan_32: f32_of, NAN_32, 1 << 31, args _ => false;
    nan_64: f64_of, NAN_64, 1 << 63, args _ => false;
    /// Of an operation that multiplies first.
    nan_product_32<S, T>: f32_of, NAN_32, 1 << 31, args r => (f32_of(r.get(S::new(args.a))) * f32_of(r.get(T::new(args.b)))).is_nan();
    /// Of an operation that multiplies first.
    nan_product_64<S, T>: f64_of, NAN_64, 1 << 63, args r => (f64_of(r.get(S::new(args.a))) * f64_of(r.get(T::new(args.b)))).is_nan();
}
