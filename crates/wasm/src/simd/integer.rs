//! Operators on vectors of integers.
//!
//! Spec: core specification, "Vector Instructions": `vvunop`, `vvbinop`, `vvternop`, and the operators of the shapes
//! `i8x16`, `i16x8`, `i32x4` and `i64x2`. Each function is named as its instruction.

use super::lanes::{self, add, extend_sign, extend_u, narrow_s, narrow_u, top};
use super::{from_halves, halves, map, zip};

/// Declares operators on both halves alike.
macro_rules! halfwise {
    ($($name:ident($($x:ident),*) => $body:expr;)*) => {$(
        #[inline(always)]
        pub(crate) fn $name($($x: u128),*) -> u128 {
            halfwise!(@ $($x),* => $body)
        }
    )*};
    (@ $x:ident => $body:expr) => { map($x, |$x| $body) };
    (@ $x:ident, $y:ident => $body:expr) => { zip($x, $y, |$x, $y| $body) };
}

halfwise! {
    v128_not(x) => !x;
    v128_and(x, y) => x & y;
    v128_andnot(x, y) => x & !y;
    v128_or(x, y) => x | y;
    v128_xor(x, y) => x ^ y;
}

/// *Spec: core specification, `v128.bitselect`.*
#[inline(always)]
pub(crate) fn v128_bitselect(x: u128, y: u128, mask: u128) -> u128 {
    let (x, y, mask) = (halves(x), halves(y), halves(mask));
    from_halves([(x[0] & mask[0]) | (y[0] & !mask[0]), (x[1] & mask[1]) | (y[1] & !mask[1])])
}

/// *Spec: core specification, `v128.any_true`.*
#[inline(always)]
pub(crate) fn v128_any_true(x: u128) -> u32 {
    u32::from(x != 0)
}

halfwise! {
    i8x16_abs(x) => lanes::abs::<8>(x);
    i8x16_neg(x) => lanes::neg::<8>(x);
    i8x16_popcnt(x) => lanes::popcnt(x);
    i8x16_add(x, y) => add::<8>(x, y);
    i8x16_add_sat_s(x, y) => lanes::add_sat_s::<8>(x, y);
    i8x16_add_sat_u(x, y) => lanes::add_sat_u::<8>(x, y);
    i8x16_sub(x, y) => lanes::sub::<8>(x, y);
    i8x16_sub_sat_s(x, y) => lanes::sub_sat_s::<8>(x, y);
    i8x16_sub_sat_u(x, y) => lanes::sub_sat_u::<8>(x, y);
    i8x16_min_s(x, y) => lanes::min_s::<8>(x, y);
    i8x16_min_u(x, y) => lanes::min_u::<8>(x, y);
    i8x16_max_s(x, y) => lanes::max_s::<8>(x, y);
    i8x16_max_u(x, y) => lanes::max_u::<8>(x, y);
    i8x16_avgr_u(x, y) => lanes::avgr_u::<8>(x, y);
    i8x16_eq(x, y) => lanes::eq::<8>(x, y);
    i8x16_ne(x, y) => lanes::ne::<8>(x, y);
    i8x16_lt_s(x, y) => lanes::lt_s::<8>(x, y);
    i8x16_lt_u(x, y) => lanes::lt_u::<8>(x, y);
    i8x16_gt_s(x, y) => lanes::gt_s::<8>(x, y);
    i8x16_gt_u(x, y) => lanes::gt_u::<8>(x, y);
    i8x16_le_s(x, y) => lanes::le_s::<8>(x, y);
    i8x16_le_u(x, y) => lanes::le_u::<8>(x, y);
    i8x16_ge_s(x, y) => lanes::ge_s::<8>(x, y);
    i8x16_ge_u(x, y) => lanes::ge_u::<8>(x, y);

    i16x8_abs(x) => lanes::abs::<16>(x);
    i16x8_neg(x) => lanes::neg::<16>(x);
    i16x8_add(x, y) => add::<16>(x, y);
    i16x8_add_sat_s(x, y) => lanes::add_sat_s::<16>(x, y);
    i16x8_add_sat_u(x, y) => lanes::add_sat_u::<16>(x, y);
    i16x8_sub(x, y) => lanes::sub::<16>(x, y);
    i16x8_sub_sat_s(x, y) => lanes::sub_sat_s::<16>(x, y);
    i16x8_sub_sat_u(x, y) => lanes::sub_sat_u::<16>(x, y);
    i16x8_mul(x, y) => lanes::mul_16(x, y);
    i16x8_min_s(x, y) => lanes::min_s::<16>(x, y);
    i16x8_min_u(x, y) => lanes::min_u::<16>(x, y);
    i16x8_max_s(x, y) => lanes::max_s::<16>(x, y);
    i16x8_max_u(x, y) => lanes::max_u::<16>(x, y);
    i16x8_avgr_u(x, y) => lanes::avgr_u::<16>(x, y);
    i16x8_q15mulr_sat_s(x, y) => lanes::q15mulr_sat_s(x, y);
    i16x8_extadd_pairwise_i8x16_s(x) => add::<16>(even_s::<16>(x), odd_s::<16>(x));
    i16x8_extadd_pairwise_i8x16_u(x) => add::<16>(even_u::<16>(x), odd_u::<16>(x));
    i16x8_eq(x, y) => lanes::eq::<16>(x, y);
    i16x8_ne(x, y) => lanes::ne::<16>(x, y);
    i16x8_lt_s(x, y) => lanes::lt_s::<16>(x, y);
    i16x8_lt_u(x, y) => lanes::lt_u::<16>(x, y);
    i16x8_gt_s(x, y) => lanes::gt_s::<16>(x, y);
    i16x8_gt_u(x, y) => lanes::gt_u::<16>(x, y);
    i16x8_le_s(x, y) => lanes::le_s::<16>(x, y);
    i16x8_le_u(x, y) => lanes::le_u::<16>(x, y);
    i16x8_ge_s(x, y) => lanes::ge_s::<16>(x, y);
    i16x8_ge_u(x, y) => lanes::ge_u::<16>(x, y);

    i32x4_abs(x) => lanes::abs::<32>(x);
    i32x4_neg(x) => lanes::neg::<32>(x);
    i32x4_add(x, y) => add::<32>(x, y);
    i32x4_sub(x, y) => lanes::sub::<32>(x, y);
    i32x4_mul(x, y) => lanes::mul_32(x, y);
    i32x4_min_s(x, y) => lanes::min_s::<32>(x, y);
    i32x4_min_u(x, y) => lanes::min_u::<32>(x, y);
    i32x4_max_s(x, y) => lanes::max_s::<32>(x, y);
    i32x4_max_u(x, y) => lanes::max_u::<32>(x, y);
    i32x4_dot_i16x8_s(x, y) => lanes::dot_s(x, y);
    i32x4_extadd_pairwise_i16x8_s(x) => add::<32>(even_s::<32>(x), odd_s::<32>(x));
    i32x4_extadd_pairwise_i16x8_u(x) => add::<32>(even_u::<32>(x), odd_u::<32>(x));
    i32x4_eq(x, y) => lanes::eq::<32>(x, y);
    i32x4_ne(x, y) => lanes::ne::<32>(x, y);
    i32x4_lt_s(x, y) => lanes::lt_s::<32>(x, y);
    i32x4_lt_u(x, y) => lanes::lt_u::<32>(x, y);
    i32x4_gt_s(x, y) => lanes::gt_s::<32>(x, y);
    i32x4_gt_u(x, y) => lanes::gt_u::<32>(x, y);
    i32x4_le_s(x, y) => lanes::le_s::<32>(x, y);
    i32x4_le_u(x, y) => lanes::le_u::<32>(x, y);
    i32x4_ge_s(x, y) => lanes::ge_s::<32>(x, y);
    i32x4_ge_u(x, y) => lanes::ge_u::<32>(x, y);

    i64x2_abs(x) => x.cast_signed().wrapping_abs().cast_unsigned();
    i64x2_neg(x) => x.wrapping_neg();
    i64x2_add(x, y) => x.wrapping_add(y);
    i64x2_sub(x, y) => x.wrapping_sub(y);
    i64x2_mul(x, y) => x.wrapping_mul(y);
    i64x2_eq(x, y) => ones(x == y);
    i64x2_ne(x, y) => ones(x != y);
    i64x2_lt_s(x, y) => ones(x.cast_signed() < y.cast_signed());
    i64x2_gt_s(x, y) => ones(x.cast_signed() > y.cast_signed());
    i64x2_le_s(x, y) => ones(x.cast_signed() <= y.cast_signed());
    i64x2_ge_s(x, y) => ones(x.cast_signed() >= y.cast_signed());
}

/// All bits, if the condition holds.
#[inline(always)]
pub(super) fn ones(condition: bool) -> u64 {
    u64::from(condition).wrapping_neg()
}

/// The lower halves of the lanes, extended by zeros.
#[inline(always)]
const fn even_u<const BITS: u32>(x: u64) -> u64 {
    x & lanes::low::<BITS>().wrapping_mul(u64::MAX >> (64 - BITS / 2))
}

/// The upper halves of the lanes, extended by zeros.
#[inline(always)]
const fn odd_u<const BITS: u32>(x: u64) -> u64 {
    even_u::<BITS>(x >> (BITS / 2))
}

/// The lower halves of the lanes, extended by their sign.
#[inline(always)]
const fn even_s<const BITS: u32>(x: u64) -> u64 {
    extend_sign::<BITS>(even_u::<BITS>(x))
}

/// The upper halves of the lanes, extended by their sign.
#[inline(always)]
const fn odd_s<const BITS: u32>(x: u64) -> u64 {
    extend_sign::<BITS>(odd_u::<BITS>(x))
}

/// Which half of a vector is extended.
#[derive(Clone, Copy)]
enum Half {
    Low,
    High,
}

/// The lanes of a half, extended by zeros to `BITS` bits.
#[inline(always)]
fn widen_u<const BITS: u32>(x: u128, half: Half) -> [u64; 2] {
    let [low, high] = halves(x);
    let x = match half {
        Half::Low => low,
        Half::High => high,
    };
    [extend_u::<BITS>(x), extend_u::<BITS>(x >> 32)]
}

/// The lanes of a half, extended by their sign to `BITS` bits.
#[inline(always)]
fn widen_s<const BITS: u32>(x: u128, half: Half) -> [u64; 2] {
    let [low, high] = widen_u::<BITS>(x, half);
    if BITS == 64 {
        // There is one lane in 64 bits.
        let sign = 1 << 31;
        return [(low ^ sign).wrapping_sub(sign), (high ^ sign).wrapping_sub(sign)];
    }
    [extend_sign::<BITS>(low), extend_sign::<BITS>(high)]
}

/// Declares `extend` and `extmul`.
macro_rules! extensions {
    ($($bits:literal $mul:path, $widen:ident $half:ident: $extend:ident $extmul:ident;)*) => {$(
        #[inline(always)]
        pub(crate) fn $extend(x: u128) -> u128 {
            from_halves($widen::<$bits>(x, Half::$half))
        }

        #[inline(always)]
        pub(crate) fn $extmul(x: u128, y: u128) -> u128 {
            let (x, y) = ($widen::<$bits>(x, Half::$half), $widen::<$bits>(y, Half::$half));
            from_halves([$mul(x[0], y[0]), $mul(x[1], y[1])])
        }
    )*};
}
extensions! {
    16 lanes::mul_16, widen_s Low: i16x8_extend_low_i8x16_s i16x8_extmul_low_i8x16_s;
    16 lanes::mul_16, widen_s High: i16x8_extend_high_i8x16_s i16x8_extmul_high_i8x16_s;
    16 lanes::mul_16, widen_u Low: i16x8_extend_low_i8x16_u i16x8_extmul_low_i8x16_u;
    16 lanes::mul_16, widen_u High: i16x8_extend_high_i8x16_u i16x8_extmul_high_i8x16_u;
    32 lanes::mul_32, widen_s Low: i32x4_extend_low_i16x8_s i32x4_extmul_low_i16x8_s;
    32 lanes::mul_32, widen_s High: i32x4_extend_high_i16x8_s i32x4_extmul_high_i16x8_s;
    32 lanes::mul_32, widen_u Low: i32x4_extend_low_i16x8_u i32x4_extmul_low_i16x8_u;
    32 lanes::mul_32, widen_u High: i32x4_extend_high_i16x8_u i32x4_extmul_high_i16x8_u;
    64 u64::wrapping_mul, widen_s Low: i64x2_extend_low_i32x4_s i64x2_extmul_low_i32x4_s;
    64 u64::wrapping_mul, widen_s High: i64x2_extend_high_i32x4_s i64x2_extmul_high_i32x4_s;
    64 u64::wrapping_mul, widen_u Low: i64x2_extend_low_i32x4_u i64x2_extmul_low_i32x4_u;
    64 u64::wrapping_mul, widen_u High: i64x2_extend_high_i32x4_u i64x2_extmul_high_i32x4_u;
}

/// Declares `narrow`.
macro_rules! narrowings {
    ($($name:ident => $narrow:expr;)*) => {$(
        #[inline(always)]
        pub(crate) fn $name(x: u128, y: u128) -> u128 {
            let (x, y) = (halves(x).map($narrow), halves(y).map($narrow));
            from_halves([x[0] | x[1] << 32, y[0] | y[1] << 32])
        }
    )*};
}
narrowings! {
    i8x16_narrow_i16x8_s => narrow_s::<16>;
    i8x16_narrow_i16x8_u => narrow_u::<16>;
    i16x8_narrow_i32x4_s => narrow_s::<32>;
    i16x8_narrow_i32x4_u => narrow_u::<32>;
}

/// Declares shifts, whose distances wrap at the size of a lane, and `all_true` and `bitmask`.
macro_rules! by_lane {
    ($($bits:literal: $shl:ident $shr_s:ident $shr_u:ident $all_true:ident;)*) => {$(
        #[inline(always)]
        pub(crate) fn $shl(x: u128, distance: u32) -> u128 {
            map(x, |x| lanes::shl::<$bits>(x, distance % $bits))
        }

        #[inline(always)]
        pub(crate) fn $shr_s(x: u128, distance: u32) -> u128 {
            map(x, |x| lanes::shr_s::<$bits>(x, distance % $bits))
        }

        #[inline(always)]
        pub(crate) fn $shr_u(x: u128, distance: u32) -> u128 {
            map(x, |x| lanes::shr_u::<$bits>(x, distance % $bits))
        }

        #[inline(always)]
        pub(crate) fn $all_true(x: u128) -> u32 {
            let [low, high] = halves(x).map(lanes::nonzero_tops::<$bits>);
            u32::from(low & high == top::<$bits>())
        }
    )*};
}
by_lane! {
    8: i8x16_shl i8x16_shr_s i8x16_shr_u i8x16_all_true;
    16: i16x8_shl i16x8_shr_s i16x8_shr_u i16x8_all_true;
    32: i32x4_shl i32x4_shr_s i32x4_shr_u i32x4_all_true;
}

/// *Spec: core specification, `i64x2.shl`.*
#[inline(always)]
pub(crate) fn i64x2_shl(x: u128, distance: u32) -> u128 {
    map(x, |x| x.wrapping_shl(distance))
}

/// *Spec: core specification, `i64x2.shr_s`.*
#[inline(always)]
pub(crate) fn i64x2_shr_s(x: u128, distance: u32) -> u128 {
    map(x, |x| x.cast_signed().wrapping_shr(distance).cast_unsigned())
}

/// *Spec: core specification, `i64x2.shr_u`.*
#[inline(always)]
pub(crate) fn i64x2_shr_u(x: u128, distance: u32) -> u128 {
    map(x, |x| x.wrapping_shr(distance))
}

/// *Spec: core specification, `i64x2.all_true`.*
#[inline(always)]
pub(crate) fn i64x2_all_true(x: u128) -> u32 {
    let [low, high] = halves(x);
    u32::from(low != 0 && high != 0)
}

/// *Spec: core specification, `i8x16.bitmask`.*
#[inline(always)]
pub(crate) fn i8x16_bitmask(x: u128) -> u32 {
    // The product moves the bit of lane `i` to bit `56 + i`, and no others there.
    let [low, high] = halves(x).map(|x| ((x & top::<8>()) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56);
    syntax::convert::low_u32(low | high << 8)
}

/// *Spec: core specification, `i16x8.bitmask`.*
#[inline(always)]
pub(crate) fn i16x8_bitmask(x: u128) -> u32 {
    i8x16_bitmask(i8x16_narrow_i16x8_s(x, 0))
}

/// *Spec: core specification, `i32x4.bitmask`.*
#[inline(always)]
pub(crate) fn i32x4_bitmask(x: u128) -> u32 {
    let [low, high] = halves(x).map(|x| (x >> 31 & 1) | (x >> 63) << 1);
    syntax::convert::low_u32(low | high << 2)
}

/// *Spec: core specification, `i64x2.bitmask`.*
#[inline(always)]
pub(crate) fn i64x2_bitmask(x: u128) -> u32 {
    let [low, high] = halves(x).map(|x| x >> 63);
    syntax::convert::low_u32(low | high << 1)
}

/// *Spec: core specification, `i8x16.swizzle`.*
#[inline(never)]
pub(crate) fn i8x16_swizzle(x: u128, indices: u128) -> u128 {
    let x = x.to_le_bytes();
    u128::from_le_bytes(indices.to_le_bytes().map(|i| x.get(usize::from(i)).copied().unwrap_or(0)))
}

/// *Spec: core specification, `i8x16.shuffle`.* The indices are less than 32.
#[inline(never)]
pub(crate) fn i8x16_shuffle(x: u128, y: u128, indices: u128) -> u128 {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(&x.to_le_bytes());
    bytes[16..].copy_from_slice(&y.to_le_bytes());
    u128::from_le_bytes(indices.to_le_bytes().map(|i| bytes[usize::from(i % 32)]))
}
