//! Relaxed operators, and the parameters that say what they do.
//!
//! Spec: core specification, "Relaxed Operations". Each parameter selects one of a few results, the same one during
//! the whole execution of a program; so the store asks for it once, when an operator that depends on it is executed
//! first, and keeps the answer. In the deterministic profile, and by default here, all are 0.

#![expect(
    clippy::as_conversions,
    clippy::float_arithmetic,
    clippy::float_cmp,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "relaxed operators convert and compare as the specification says"
)]

use choice::{StateHash, StateHasher};

use super::float::{canonical_32, canonical_64, f32x4, f64x2, from_lanes, u32x4};
use super::{float, from_halves, halves, integer};

/// Declares the parameters.
macro_rules! parameters {
    ($($(#[$doc:meta])* $name:ident $text:literal $alternatives:literal;)*) => {
        /// A global parameter of the semantics.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Parameter {
            $($(#[$doc])* $name,)*
        }

        impl Parameter {
            /// Its name in the specification, and how many values it has.
            pub(crate) const fn describe(self) -> (&'static str, u32) {
                match self {
                    $(Self::$name => ($text, $alternatives),)*
                }
            }
        }

        /// How many parameters there are.
        const PARAMETERS: usize = [$(Parameter::$name),*].len();
    };
}
parameters! {
    /// Rounded twice or once.
    Fmadd "R_fmadd" 2;
    /// NaNs and zeros of different signs.
    Fmin "R_fmin" 4;
    /// NaNs and zeros of different signs.
    Fmax "R_fmax" 4;
    /// Whether the second operand is signed.
    Idot "R_idot" 2;
    /// The overflow.
    Iq15mulr "R_iq15mulr" 2;
    /// NaNs and what is out of range.
    TruncU "R_trunc_u" 4;
    /// NaNs and what is out of range.
    TruncS "R_trunc_s" 2;
    /// Indices from 16 to 127.
    Swizzle "R_swizzle" 2;
    /// Whether the mask counts by bits or by its top bits.
    Laneselect "R_laneselect" 2;
}

/// The parameters of a store, as far as they have been asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parameters([Option<u8>; PARAMETERS]);

impl StateHash for Parameters {
    fn state_hash(&self, hasher: &mut StateHasher) {
        hasher.write(&self.0.map(|value| value.unwrap_or(u8::MAX)));
    }
}

impl Parameters {
    /// The value of a parameter, if it is known.
    #[inline(always)]
    pub(crate) fn get(&self, parameter: Parameter) -> Option<u8> {
        self.0[parameter as usize]
    }

    /// Keeps the value of a parameter.
    pub(crate) fn set(&mut self, parameter: Parameter, value: u8) {
        self.0[parameter as usize] = Some(value);
    }
}

/// Whether the next NaN that arithmetic gives is negative.
type Nan<'a> = &'a mut dyn FnMut() -> bool;

/// Declares the relaxed operators.
macro_rules! relaxed_operators {
    ($($opcode:literal $text:literal $name:ident $parameter:ident $operands:literal $run:expr;)*) => {
        /// A relaxed operator.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Relaxed {
            $(#[doc = concat!("`", $text, "`")] $name,)*
        }

        impl Relaxed {
            /// The operator of an opcode after the prefix, and its number of operands.
            pub(crate) const fn of(opcode: u32) -> Option<(Self, u32)> {
                match opcode {
                    $($opcode => Some((Self::$name, $operands)),)*
                    _ => None,
                }
            }

            /// What it depends on.
            pub(crate) const fn parameter(self) -> Parameter {
                match self {
                    $(Self::$name => Parameter::$parameter,)*
                }
            }

            /// Its result, by the value of its parameter. It reads as many operands as it has. For each NaN that arithmetic gives, from the
            /// first lane on, it is asked whether it is negative.
            pub(crate) fn run(self, parameter: u8, operands: [u128; 3], nan: Nan<'_>) -> u128 {
                match self {
                    $(Self::$name => $run(parameter, operands, nan),)*
                }
            }
        }
    };
}
relaxed_operators! {
    256 "i8x16.relaxed_swizzle" I8x16RelaxedSwizzle Swizzle 2 swizzle;
    257 "i32x4.relaxed_trunc_f32x4_s" I32x4RelaxedTruncF32x4S TruncS 1 trunc_f32x4_s;
    258 "i32x4.relaxed_trunc_f32x4_u" I32x4RelaxedTruncF32x4U TruncU 1 trunc_f32x4_u;
    259 "i32x4.relaxed_trunc_f64x2_s_zero" I32x4RelaxedTruncF64x2SZero TruncS 1 trunc_f64x2_s_zero;
    260 "i32x4.relaxed_trunc_f64x2_u_zero" I32x4RelaxedTruncF64x2UZero TruncU 1 trunc_f64x2_u_zero;
    261 "f32x4.relaxed_madd" F32x4RelaxedMadd Fmadd 3 madd_32;
    262 "f32x4.relaxed_nmadd" F32x4RelaxedNmadd Fmadd 3 nmadd_32;
    263 "f64x2.relaxed_madd" F64x2RelaxedMadd Fmadd 3 madd_64;
    264 "f64x2.relaxed_nmadd" F64x2RelaxedNmadd Fmadd 3 nmadd_64;
    265 "i8x16.relaxed_laneselect" I8x16RelaxedLaneselect Laneselect 3 laneselect::<8>;
    266 "i16x8.relaxed_laneselect" I16x8RelaxedLaneselect Laneselect 3 laneselect::<16>;
    267 "i32x4.relaxed_laneselect" I32x4RelaxedLaneselect Laneselect 3 laneselect::<32>;
    268 "i64x2.relaxed_laneselect" I64x2RelaxedLaneselect Laneselect 3 laneselect::<64>;
    269 "f32x4.relaxed_min" F32x4RelaxedMin Fmin 2 min_32;
    270 "f32x4.relaxed_max" F32x4RelaxedMax Fmax 2 max_32;
    271 "f64x2.relaxed_min" F64x2RelaxedMin Fmin 2 min_64;
    272 "f64x2.relaxed_max" F64x2RelaxedMax Fmax 2 max_64;
    273 "i16x8.relaxed_q15mulr_s" I16x8RelaxedQ15mulrS Iq15mulr 2 q15mulr_s;
    274 "i16x8.relaxed_dot_i8x16_i7x16_s" I16x8RelaxedDotI8x16I7x16S Idot 2 dot_s;
    275 "i32x4.relaxed_dot_i8x16_i7x16_add_s" I32x4RelaxedDotI8x16I7x16AddS Idot 3 dot_add_s;
}

/// *Spec: core specification, `irelaxed_swizzle`.*
fn swizzle(parameter: u8, [x, indices, _]: [u128; 3], _: Nan<'_>) -> u128 {
    let x = x.to_le_bytes();
    let lane = |i: u8| match i {
        0..16 => x[usize::from(i)],
        128.. => 0,
        16..128 => {
            if parameter == 0 {
                0
            } else {
                x[usize::from(i % 16)]
            }
        }
    };
    u128::from_le_bytes(indices.to_le_bytes().map(lane))
}

/// *Spec: core specification, `relaxed_trunc_s`.*
fn trunc_s(parameter: u8, x: f64) -> u32 {
    let is_out = x.is_nan() || x.trunc() < f64::from(i32::MIN) || x.trunc() > f64::from(i32::MAX);
    if parameter == 0 || !is_out { (x as i32).cast_unsigned() } else { 1 << 31 }
}

/// *Spec: core specification, `relaxed_trunc_u`.*
fn trunc_u(parameter: u8, x: f64) -> u32 {
    let is_out = x.is_nan() || x.trunc() < 0.0 || x.trunc() > f64::from(u32::MAX);
    match parameter {
        1 if is_out => u32::MAX,
        2 if is_out => u32::MAX - 1,
        3 if is_out => 1 << 31,
        _ => x as u32,
    }
}

fn trunc_f32x4_s(parameter: u8, [x, ..]: [u128; 3], _: Nan<'_>) -> u128 {
    from_lanes(f32x4(x).map(|x| trunc_s(parameter, f64::from(x))))
}

fn trunc_f32x4_u(parameter: u8, [x, ..]: [u128; 3], _: Nan<'_>) -> u128 {
    from_lanes(f32x4(x).map(|x| trunc_u(parameter, f64::from(x))))
}

fn trunc_f64x2_s_zero(parameter: u8, [x, ..]: [u128; 3], _: Nan<'_>) -> u128 {
    let [a, b] = f64x2(x).map(|x| trunc_s(parameter, x));
    from_lanes([a, b, 0, 0])
}

fn trunc_f64x2_u_zero(parameter: u8, [x, ..]: [u128; 3], _: Nan<'_>) -> u128 {
    let [a, b] = f64x2(x).map(|x| trunc_u(parameter, x));
    from_lanes([a, b, 0, 0])
}

/// *Spec: core specification, `frelaxed_madd`.*
fn madd_32(parameter: u8, operands: [u128; 3], nan: Nan<'_>) -> u128 {
    let [x, y, z] = operands.map(f32x4);
    let sum = |i: usize| if parameter == 0 { x[i] * y[i] + z[i] } else { x[i].mul_add(y[i], z[i]) };
    canonical_32(from_lanes(std::array::from_fn(|i| sum(i).to_bits())), nan)
}

/// *Spec: core specification, `frelaxed_nmadd`.*
fn nmadd_32(parameter: u8, [x, y, z]: [u128; 3], nan: Nan<'_>) -> u128 {
    madd_32(parameter, [float::f32x4_neg(x), y, z], nan)
}

/// *Spec: core specification, `frelaxed_madd`.*
fn madd_64(parameter: u8, operands: [u128; 3], nan: Nan<'_>) -> u128 {
    let [x, y, z] = operands.map(f64x2);
    let sum = |i: usize| if parameter == 0 { x[i] * y[i] + z[i] } else { x[i].mul_add(y[i], z[i]) };
    canonical_64(from_halves([sum(0).to_bits(), sum(1).to_bits()]), nan)
}

/// *Spec: core specification, `frelaxed_nmadd`.*
fn nmadd_64(parameter: u8, [x, y, z]: [u128; 3], nan: Nan<'_>) -> u128 {
    madd_64(parameter, [float::f64x2_neg(x), y, z], nan)
}

/// *Spec: core specification, `irelaxed_laneselect`.*
fn laneselect<const BITS: usize>(parameter: u8, [x, y, mask]: [u128; 3], _: Nan<'_>) -> u128 {
    let mask = match (parameter, BITS) {
        (0, _) => mask,
        (_, 8) => integer::i8x16_shr_s(mask, 7),
        (_, 16) => integer::i16x8_shr_s(mask, 15),
        (_, 32) => integer::i32x4_shr_s(mask, 31),
        _ => integer::i64x2_shr_s(mask, 63),
    };
    integer::v128_bitselect(x, y, mask)
}

/// A lane of `frelaxed_min` or `frelaxed_max` under a parameter other than 0, under which they are `fmin` and `fmax`: its operands' bits
/// and values, and what the operator gives that is not relaxed.
struct Extreme {
    bits: [u64; 2],
    values: [f64; 2],
    regular: u64,
    sign: u64,
}

impl Extreme {
    /// *Spec: core specification, `frelaxed_min`, `frelaxed_max`.*
    fn run(&self, parameter: u8) -> u64 {
        let ([x, y], [first, second]) = (self.bits, self.values);
        if first.is_nan() {
            return if parameter == 1 { x & !self.sign } else { y };
        }
        if second.is_nan() {
            return if parameter == 2 { y & !self.sign } else { x };
        }
        match parameter {
            1 if first == second => x,
            2 if first == second => y,
            _ => self.regular,
        }
    }
}

fn extreme_32(parameter: u8, x: u128, y: u128, regular: u128, nan: Nan<'_>) -> u128 {
    if parameter == 0 {
        return canonical_32(regular, nan);
    }
    let (x, y, regular) = (u32x4(x), u32x4(y), u32x4(regular));
    let lane = |i: usize| {
        let bits = [u64::from(x[i]), u64::from(y[i])];
        let values = [x[i], y[i]].map(|bits| f64::from(f32::from_bits(bits)));
        Extreme { bits, values, regular: u64::from(regular[i]), sign: 1 << 31 }.run(parameter) as u32
    };
    from_lanes(std::array::from_fn(lane))
}

fn extreme_64(parameter: u8, x: u128, y: u128, regular: u128, nan: Nan<'_>) -> u128 {
    if parameter == 0 {
        return canonical_64(regular, nan);
    }
    let (x, y, regular) = (halves(x), halves(y), halves(regular));
    let lane = |i: usize| {
        let bits = [x[i], y[i]];
        Extreme { bits, values: bits.map(f64::from_bits), regular: regular[i], sign: 1 << 63 }.run(parameter)
    };
    from_halves([lane(0), lane(1)])
}

fn min_32(parameter: u8, [x, y, _]: [u128; 3], nan: Nan<'_>) -> u128 {
    extreme_32(parameter, x, y, float::f32x4_min(x, y), nan)
}

fn max_32(parameter: u8, [x, y, _]: [u128; 3], nan: Nan<'_>) -> u128 {
    extreme_32(parameter, x, y, float::f32x4_max(x, y), nan)
}

fn min_64(parameter: u8, [x, y, _]: [u128; 3], nan: Nan<'_>) -> u128 {
    extreme_64(parameter, x, y, float::f64x2_min(x, y), nan)
}

fn max_64(parameter: u8, [x, y, _]: [u128; 3], nan: Nan<'_>) -> u128 {
    extreme_64(parameter, x, y, float::f64x2_max(x, y), nan)
}

/// *Spec: core specification, `irelaxed_q15mulr_s`.*
fn q15mulr_s(parameter: u8, [x, y, _]: [u128; 3], _: Nan<'_>) -> u128 {
    let regular = integer::i16x8_q15mulr_sat_s(x, y);
    if parameter == 0 {
        return regular;
    }
    let smallest = (u128::MAX / 0xffff) << 15;
    let overflow = integer::v128_and(integer::i16x8_eq(x, smallest), integer::i16x8_eq(y, smallest));
    integer::v128_bitselect(smallest, regular, overflow)
}

/// *Spec: core specification, `vextbinop`, `relaxed_dot`.*
fn dot_s(parameter: u8, [x, y, _]: [u128; 3], _: Nan<'_>) -> u128 {
    let (x, y) = (x.to_le_bytes(), y.to_le_bytes());
    let product = |i: usize| {
        let second = if parameter == 0 { i16::from(y[i].cast_signed()) } else { i16::from(y[i]) };
        i16::from(x[i].cast_signed()).wrapping_mul(second)
    };
    (0..8).rev().fold(0, |sum, i| {
        let lane = product(2 * i).saturating_add(product(2 * i + 1));
        sum << 16 | u128::from(lane.cast_unsigned())
    })
}

/// *Spec: core specification, `vextternop`, `relaxed_dot_add`.*
fn dot_add_s(parameter: u8, [x, y, z]: [u128; 3], nan: Nan<'_>) -> u128 {
    let pairs = integer::i32x4_extadd_pairwise_i16x8_s(dot_s(parameter, [x, y, 0], nan));
    integer::i32x4_add(pairs, z)
}
