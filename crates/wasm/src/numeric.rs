//! Numeric operators on cells.
//!
//! Spec: core specification, "Numerics". Every NaN that an arithmetic operator produces is made canonical here, because the
//! hardware's and the compiler's may differ; `abs`, `neg` and `copysign` only touch the sign.

#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::float_arithmetic,
    reason = "numeric operators convert and compare as the specification says"
)]

use syntax::TrapRule;

/// The canonical NaN of 32 bits.
pub(crate) const NAN_32: u64 = 0x7fc0_0000;
/// The canonical NaN of 64 bits.
pub(crate) const NAN_64: u64 = 0x7ff8_0000_0000_0000;

/// The `f32` in a cell.
#[inline(always)]
pub(crate) const fn f32_of(cell: u64) -> f32 {
    f32::from_bits(cell as u32)
}

/// The `f64` in a cell.
#[inline(always)]
pub(crate) const fn f64_of(cell: u64) -> f64 {
    f64::from_bits(cell)
}

macro_rules! minimum_maximum {
    ($float:ty, $min:ident, $max:ident) => {
        /// *Spec: core specification, `fmin`.*
        #[inline(always)]
        pub(crate) fn $min(a: $float, b: $float) -> $float {
            if a.is_nan() || b.is_nan() {
                return <$float>::NAN;
            }
            // Both are the same but for zeros of different signs, which are equal: the sign of either makes the result negative.
            let (first, second) = (if a < b { a } else { b }, if b < a { b } else { a });
            <$float>::from_bits(first.to_bits() | second.to_bits())
        }

        /// *Spec: core specification, `fmax`.*
        #[inline(always)]
        pub(crate) fn $max(a: $float, b: $float) -> $float {
            if a.is_nan() || b.is_nan() {
                return <$float>::NAN;
            }
            let (first, second) = (if a > b { a } else { b }, if b > a { b } else { a });
            <$float>::from_bits(first.to_bits() & second.to_bits())
        }
    };
}
minimum_maximum!(f32, min_32, max_32);
minimum_maximum!(f64, min_64, max_64);

macro_rules! roundings {
    ($float:ty, $integral:expr, $nearest:ident, $trunc:ident, $floor:ident, $ceil:ident) => {
        /// *Spec: core specification, `fnearest`.* A sum with the least number of which there are only integers is rounded to one.
        /// The standard library calls a function where the target has no instruction.
        #[inline(always)]
        pub(crate) fn $nearest(x: $float) -> $float {
            let magnitude = x.abs();
            let rounded = magnitude + $integral - $integral;
            // What is as large as that is an integer already, or infinite, or a NaN.
            if magnitude < $integral { rounded.copysign(x) } else { x }
        }

        /// *Spec: core specification, `ftrunc`.*
        #[inline(always)]
        pub(crate) fn $trunc(x: $float) -> $float {
            let magnitude = x.abs();
            let rounded = magnitude + $integral - $integral;
            let down = if rounded > magnitude { rounded - 1.0 } else { rounded };
            if magnitude < $integral { down.copysign(x) } else { x }
        }

        /// *Spec: core specification, `ffloor`.*
        #[inline(always)]
        pub(crate) fn $floor(x: $float) -> $float {
            let rounded = $nearest(x);
            let down = if rounded > x { rounded - 1.0 } else { rounded };
            if x.abs() < $integral { down.copysign(x) } else { x }
        }

        /// *Spec: core specification, `fceil`.*
        #[inline(always)]
        pub(crate) fn $ceil(x: $float) -> $float {
            let rounded = $nearest(x);
            let up = if rounded < x { rounded + 1.0 } else { rounded };
            // The result of what is above -1 and below 0 is -0.
            if x.abs() < $integral { up.copysign(x) } else { x }
        }
    };
}
roundings!(f32, 8_388_608.0, nearest_32, trunc_32, floor_32, ceil_32);
roundings!(f64, 4_503_599_627_370_496.0, nearest_64, trunc_64, floor_64, ceil_64);

macro_rules! truncations {
    ($($name:ident: $float:ty => $int:ty, $low:expr, $high:expr;)*) => {$(
        /// *Spec: core specification, `trunc`.* Traps when the result does not fit.
        #[inline(always)]
        pub(crate) fn $name(x: $float) -> Result<$int, TrapRule> {
            if x.is_nan() {
                Err(TrapRule::CoreInvalidConversion)
            } else if x > $low && x < $high {
                Ok(x as $int)
            } else {
                Err(TrapRule::CoreIntegerOverflow)
            }
        }
    )*};
}
// The bounds are the nearest numbers of the float type outside the range of the integer type.
truncations! {
    i32_trunc_f32: f32 => i32, -2_147_483_904.0, 2_147_483_648.0;
    u32_trunc_f32: f32 => u32, -1.0, 4_294_967_296.0;
    i32_trunc_f64: f64 => i32, -2_147_483_649.0, 2_147_483_648.0;
    u32_trunc_f64: f64 => u32, -1.0, 4_294_967_296.0;
    i64_trunc_f32: f32 => i64, -9_223_373_136_366_403_584.0, 9_223_372_036_854_775_808.0;
    u64_trunc_f32: f32 => u64, -1.0, 18_446_744_073_709_551_616.0;
    i64_trunc_f64: f64 => i64, -9_223_372_036_854_777_856.0, 9_223_372_036_854_775_808.0;
    u64_trunc_f64: f64 => u64, -1.0, 18_446_744_073_709_551_616.0;
}

macro_rules! divisions {
    ($int:ty, $uint:ty, $div_s:ident, $rem_s:ident, $div_u:ident, $rem_u:ident) => {
        /// *Spec: core specification, `idiv_s`.*
        #[inline(always)]
        pub(crate) fn $div_s(a: $int, b: $int) -> Result<$int, TrapRule> {
            if b == 0 {
                return Err(TrapRule::CoreIntegerDivideByZero);
            }
            a.checked_div(b).ok_or(TrapRule::CoreIntegerOverflow)
        }

        /// *Spec: core specification, `irem_s`.*
        #[inline(always)]
        pub(crate) fn $rem_s(a: $int, b: $int) -> Result<$int, TrapRule> {
            if b == 0 { Err(TrapRule::CoreIntegerDivideByZero) } else { Ok(a.wrapping_rem(b)) }
        }

        /// *Spec: core specification, `idiv_u`.*
        #[inline(always)]
        pub(crate) fn $div_u(a: $uint, b: $uint) -> Result<$uint, TrapRule> {
            a.checked_div(b).ok_or(TrapRule::CoreIntegerDivideByZero)
        }

        /// *Spec: core specification, `irem_u`.*
        #[inline(always)]
        pub(crate) fn $rem_u(a: $uint, b: $uint) -> Result<$uint, TrapRule> {
            a.checked_rem(b).ok_or(TrapRule::CoreIntegerDivideByZero)
        }
    };
}
divisions!(i32, u32, i32_div_s, i32_rem_s, i32_div_u, i32_rem_u);
divisions!(i64, u64, i64_div_s, i64_rem_s, i64_div_u, i64_rem_u);

/// The two cells of a vector, the low half first.
#[inline(always)]
pub(crate) const fn cells_of_v128(bits: u128) -> [u64; 2] {
    [bits as u64, (bits >> 64) as u64]
}

/// The bits of an `f32` that stands for the same number as the bits of an `f64`, if there is one.
pub(crate) fn narrow(bits: u64) -> Option<u32> {
    let narrow = f64::from_bits(bits) as f32;
    (f64::from(narrow).to_bits() == bits).then(|| narrow.to_bits())
}
