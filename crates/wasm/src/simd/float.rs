//! Operators on vectors of floats, and conversions.
//!
//! Spec: core specification, "Vector Instructions": the operators of the shapes `f32x4` and `f64x2`. The arithmetic
//! ones may return any NaN; whoever stores the result makes it canonical first, by `canonical_32` and `canonical_64`.
//! All others return what is to be stored.

#![expect(
    clippy::as_conversions,
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::float_cmp,
    reason = "floats convert and compare as the specification says"
)]

use super::integer::ones;
use super::{from_halves, halves, map, zip};
use crate::numeric;

/// The lanes of a vector.
#[inline(always)]
pub(super) fn u32x4(x: u128) -> [u32; 4] {
    let [low, high] = halves(x);
    [low as u32, (low >> 32) as u32, high as u32, (high >> 32) as u32]
}

/// The lanes of a vector.
#[inline(always)]
pub(super) fn f32x4(x: u128) -> [f32; 4] {
    u32x4(x).map(f32::from_bits)
}

/// The lanes of a vector.
#[inline(always)]
pub(super) fn f64x2(x: u128) -> [f64; 2] {
    halves(x).map(f64::from_bits)
}

/// The vector of lanes of 32 bits.
#[inline(always)]
pub(super) fn from_lanes(lanes: [u32; 4]) -> u128 {
    let [a, b, c, d] = lanes.map(u64::from);
    from_halves([a | b << 32, c | d << 32])
}

#[inline(always)]
pub(super) fn map_32(x: u128, f: impl Fn(f32) -> f32) -> u128 {
    from_lanes(f32x4(x).map(|x| f(x).to_bits()))
}

#[inline(always)]
pub(super) fn zip_32(x: u128, y: u128, f: impl Fn(f32, f32) -> f32) -> u128 {
    let (x, y) = (f32x4(x), f32x4(y));
    from_lanes(std::array::from_fn(|i| f(x[i], y[i]).to_bits()))
}

#[inline(always)]
pub(super) fn map_64(x: u128, f: impl Fn(f64) -> f64) -> u128 {
    map(x, |x| f(f64::from_bits(x)).to_bits())
}

#[inline(always)]
pub(super) fn zip_64(x: u128, y: u128, f: impl Fn(f64, f64) -> f64) -> u128 {
    zip(x, y, |x, y| f(f64::from_bits(x), f64::from_bits(y)).to_bits())
}

/// Whether a lane is a NaN: without its sign, it is above infinity.
#[inline(always)]
pub(crate) fn has_nan_32(x: u128) -> bool {
    let [low, high] = halves(x).map(|x| (x & 0x7fff_ffff_7fff_ffff).wrapping_add(0x007f_ffff_007f_ffff));
    (low | high) & 0x8000_0000_8000_0000 != 0
}

/// Whether a lane is a NaN.
#[inline(always)]
pub(crate) fn has_nan_64(x: u128) -> bool {
    let [low, high] = halves(x).map(|x| (x & (u64::MAX >> 1)).wrapping_add(0x000f_ffff_ffff_ffff));
    (low | high) >> 63 != 0
}

/// The vector with all its NaNs canonical; for each of them, from the first lane on, it is asked whether it is negative.
#[inline(always)]
pub(crate) fn canonical_32(x: u128, mut is_negative: impl FnMut() -> bool) -> u128 {
    from_lanes(f32x4(x).map(|x| {
        if !x.is_nan() {
            return x.to_bits();
        }
        0x7fc0_0000 | u32::from(is_negative()) << 31
    }))
}

/// The vector with all its NaNs canonical, likewise.
#[inline(always)]
pub(crate) fn canonical_64(x: u128, mut is_negative: impl FnMut() -> bool) -> u128 {
    from_halves(halves(x).map(|x| {
        if !f64::from_bits(x).is_nan() {
            return x;
        }
        numeric::NAN_64 | u64::from(is_negative()) << 63
    }))
}

/// Declares operators on lanes.
macro_rules! lanewise {
    ($($over:ident $name:ident($x:ident) => $body:expr;)*) => {$(
        #[inline(always)]
        pub(crate) fn $name($x: u128) -> u128 {
            $over($x, |$x| $body)
        }
    )*};
    ($($over:ident $name:ident($x:ident, $y:ident) => $body:expr;)*) => {$(
        #[inline(always)]
        pub(crate) fn $name($x: u128, $y: u128) -> u128 {
            $over($x, $y, |$x, $y| $body)
        }
    )*};
}

lanewise! {
    map_32 f32x4_ceil(x) => numeric::ceil_32(x);
    map_32 f32x4_floor(x) => numeric::floor_32(x);
    map_32 f32x4_trunc(x) => numeric::trunc_32(x);
    map_32 f32x4_nearest(x) => numeric::nearest_32(x);
    map_32 f32x4_sqrt(x) => x.sqrt();
    map_64 f64x2_ceil(x) => numeric::ceil_64(x);
    map_64 f64x2_floor(x) => numeric::floor_64(x);
    map_64 f64x2_trunc(x) => numeric::trunc_64(x);
    map_64 f64x2_nearest(x) => numeric::nearest_64(x);
    map_64 f64x2_sqrt(x) => x.sqrt();
    // Signs are bits.
    map f32x4_abs(x) => x & 0x7fff_ffff_7fff_ffff;
    map f32x4_neg(x) => x ^ 0x8000_0000_8000_0000;
    map f64x2_abs(x) => x & (u64::MAX >> 1);
    map f64x2_neg(x) => x ^ (1 << 63);
}

lanewise! {
    zip_32 f32x4_add(x, y) => x + y;
    zip_32 f32x4_sub(x, y) => x - y;
    zip_32 f32x4_mul(x, y) => x * y;
    zip_32 f32x4_div(x, y) => x / y;
    zip_64 f64x2_add(x, y) => x + y;
    zip_64 f64x2_sub(x, y) => x - y;
    zip_64 f64x2_mul(x, y) => x * y;
    zip_64 f64x2_div(x, y) => x / y;
    // Choosing keeps the bits of NaNs.
    choose_32 f32x4_pmin(x, y) => y < x;
    choose_32 f32x4_pmax(x, y) => x < y;
    choose_64 f64x2_pmin(x, y) => y < x;
    choose_64 f64x2_pmax(x, y) => x < y;
    compare_32 f32x4_eq(x, y) => x == y;
    compare_32 f32x4_ne(x, y) => x != y;
    compare_32 f32x4_lt(x, y) => x < y;
    compare_32 f32x4_gt(x, y) => x > y;
    compare_32 f32x4_le(x, y) => x <= y;
    compare_32 f32x4_ge(x, y) => x >= y;
    compare_64 f64x2_eq(x, y) => x == y;
    compare_64 f64x2_ne(x, y) => x != y;
    compare_64 f64x2_lt(x, y) => x < y;
    compare_64 f64x2_gt(x, y) => x > y;
    compare_64 f64x2_le(x, y) => x <= y;
    compare_64 f64x2_ge(x, y) => x >= y;
}

/// *Spec: core specification, `fmin`.* Where neither is less, they are zeros, of which one with a sign counts, or the
/// same, or one is a NaN: then the bits of both together are what is wanted.
#[inline(always)]
pub(crate) fn f32x4_min(x: u128, y: u128) -> u128 {
    choose_32(x, y, |x, y| y < x) | choose_32(y, x, |y, x| x < y)
}

/// *Spec: core specification, `fmax`.* The minimum of what is negated, negated.
#[inline(always)]
pub(crate) fn f32x4_max(x: u128, y: u128) -> u128 {
    let sign = 0x8000_0000_8000_0000;
    zip(x, y, |x, y| {
        let (x, y) = (x ^ sign, y ^ sign);
        let lane = |shift: u32| {
            let (x, y) = (f32::from_bits((x >> shift) as u32), f32::from_bits((y >> shift) as u32));
            let (first, second) = (if y < x { y } else { x }, if x < y { x } else { y });
            u64::from(first.to_bits() | second.to_bits()) << shift
        };
        (lane(0) | lane(32)) ^ sign
    })
}

/// *Spec: core specification, `fmin`.* As for `f32x4`.
#[inline(always)]
pub(crate) fn f64x2_min(x: u128, y: u128) -> u128 {
    choose_64(x, y, |x, y| y < x) | choose_64(y, x, |y, x| x < y)
}

/// *Spec: core specification, `fmax`.*
#[inline(always)]
pub(crate) fn f64x2_max(x: u128, y: u128) -> u128 {
    f64x2_neg(f64x2_min(f64x2_neg(x), f64x2_neg(y)))
}

/// The second lane where the condition holds, the first where it does not.
#[inline(always)]
fn choose_32(x: u128, y: u128, second: impl Fn(f32, f32) -> bool) -> u128 {
    zip_32(x, y, |x, y| if second(x, y) { y } else { x })
}

/// The second lane where the condition holds, the first where it does not.
#[inline(always)]
fn choose_64(x: u128, y: u128, second: impl Fn(f64, f64) -> bool) -> u128 {
    zip(x, y, |x, y| if second(f64::from_bits(x), f64::from_bits(y)) { y } else { x })
}

#[inline(always)]
fn compare_32(x: u128, y: u128, holds: impl Fn(f32, f32) -> bool) -> u128 {
    let (x, y) = (f32x4(x), f32x4(y));
    from_lanes(std::array::from_fn(|i| if holds(x[i], y[i]) { u32::MAX } else { 0 }))
}

#[inline(always)]
fn compare_64(x: u128, y: u128, holds: impl Fn(f64, f64) -> bool) -> u128 {
    zip(x, y, |x, y| ones(holds(f64::from_bits(x), f64::from_bits(y))))
}

/// *Spec: core specification, `f32x4.demote_f64x2_zero`.*
#[inline(always)]
pub(crate) fn f32x4_demote_f64x2_zero(x: u128) -> u128 {
    let [a, b] = f64x2(x).map(|x| (x as f32).to_bits());
    from_lanes([a, b, 0, 0])
}

/// *Spec: core specification, `f64x2.promote_low_f32x4`.*
#[inline(always)]
pub(crate) fn f64x2_promote_low_f32x4(x: u128) -> u128 {
    let [a, b, ..] = f32x4(x).map(|x| f64::from(x).to_bits());
    from_halves([a, b])
}

/// *Spec: core specification, `i32x4.trunc_sat_f32x4_s`.*
#[inline(always)]
pub(crate) fn i32x4_trunc_sat_f32x4_s(x: u128) -> u128 {
    from_lanes(f32x4(x).map(|x| (x as i32).cast_unsigned()))
}

/// *Spec: core specification, `i32x4.trunc_sat_f32x4_u`.*
#[inline(always)]
pub(crate) fn i32x4_trunc_sat_f32x4_u(x: u128) -> u128 {
    from_lanes(f32x4(x).map(|x| x as u32))
}

/// *Spec: core specification, `i32x4.trunc_sat_f64x2_s_zero`.*
#[inline(always)]
pub(crate) fn i32x4_trunc_sat_f64x2_s_zero(x: u128) -> u128 {
    let [a, b] = f64x2(x).map(|x| (x as i32).cast_unsigned());
    from_lanes([a, b, 0, 0])
}

/// *Spec: core specification, `i32x4.trunc_sat_f64x2_u_zero`.*
#[inline(always)]
pub(crate) fn i32x4_trunc_sat_f64x2_u_zero(x: u128) -> u128 {
    let [a, b] = f64x2(x).map(|x| x as u32);
    from_lanes([a, b, 0, 0])
}

/// *Spec: core specification, `f32x4.convert_i32x4_s`.*
#[inline(always)]
pub(crate) fn f32x4_convert_i32x4_s(x: u128) -> u128 {
    from_lanes(u32x4(x).map(|x| (x.cast_signed() as f32).to_bits()))
}

/// *Spec: core specification, `f32x4.convert_i32x4_u`.*
#[inline(always)]
pub(crate) fn f32x4_convert_i32x4_u(x: u128) -> u128 {
    from_lanes(u32x4(x).map(|x| (x as f32).to_bits()))
}

/// *Spec: core specification, `f64x2.convert_low_i32x4_s`.*
#[inline(always)]
pub(crate) fn f64x2_convert_low_i32x4_s(x: u128) -> u128 {
    let [a, b, ..] = u32x4(x).map(|x| f64::from(x.cast_signed()).to_bits());
    from_halves([a, b])
}

/// *Spec: core specification, `f64x2.convert_low_i32x4_u`.*
#[inline(always)]
pub(crate) fn f64x2_convert_low_i32x4_u(x: u128) -> u128 {
    let [a, b, ..] = u32x4(x).map(|x| f64::from(x).to_bits());
    from_halves([a, b])
}
