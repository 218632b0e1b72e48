//! Vector operators on the 128 bits of a `v128`, low lane first.
//!
//! Spec: core specification, "Vector Instructions"; the relaxed operators take the deterministic result.

#![expect(
    clippy::as_conversions,
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_lossless,
    clippy::float_cmp,
    clippy::unnecessary_cast,
    clippy::identity_op,
    clippy::too_many_lines,
    reason = "vector operators convert and compare as the specification says"
)]

use crate::numeric::{max_32, max_64, min_32, min_64};

/// An operator on one vector.
pub(crate) type Unary = fn(u128) -> u128;
/// An operator on two vectors.
pub(crate) type Binary = fn(u128, u128) -> u128;
/// An operator on three vectors.
pub(crate) type Ternary = fn(u128, u128, u128) -> u128;
/// An operator on a vector and a number of bits.
pub(crate) type Shift = fn(u128, u32) -> u128;
/// An operator from a vector to an `i32`.
pub(crate) type Test = fn(u128) -> u32;

macro_rules! lanes {
    ($($int:ty, $len:literal, $split:ident, $join:ident, $map:ident, $zip:ident;)*) => {$(
        /// The lanes of a vector.
        #[inline(always)]
        pub(crate) fn $split(v: u128) -> [$int; $len] {
            let bytes = v.to_le_bytes();
            std::array::from_fn(|i| {
                let start = i * size_of::<$int>();
                <$int>::from_le_bytes(std::array::from_fn(|j| bytes[start + j]))
            })
        }

        /// The vector of lanes.
        #[inline(always)]
        pub(crate) fn $join(lanes: [$int; $len]) -> u128 {
            lanes.iter().rev().fold(0, |v, lane| v.wrapping_shl(<$int>::BITS) | u128::from(*lane))
        }

        #[inline(always)]
        fn $map(a: u128, f: impl Fn($int) -> $int) -> u128 {
            let a = $split(a);
            $join(std::array::from_fn(|i| f(a[i])))
        }

        #[inline(always)]
        fn $zip(a: u128, b: u128, f: impl Fn($int, $int) -> $int) -> u128 {
            let (a, b) = ($split(a), $split(b));
            $join(std::array::from_fn(|i| f(a[i], b[i])))
        }
    )*};
}
lanes! {
    u8, 16, split_8, join_8, map_8, zip_8;
    u16, 8, split_16, join_16, map_16, zip_16;
    u32, 4, split_32, join_32, map_32, zip_32;
    u64, 2, split_64, join_64, map_64, zip_64;
}

#[inline(always)]
fn f32_bits(x: f32) -> u32 {
    if x.is_nan() { 0x7fc0_0000 } else { x.to_bits() }
}

#[inline(always)]
fn f64_bits(x: f64) -> u64 {
    if x.is_nan() { 0x7ff8_0000_0000_0000 } else { x.to_bits() }
}

#[inline(always)]
fn map_f32(a: u128, f: impl Fn(f32) -> f32) -> u128 {
    map_32(a, |a| f32_bits(f(f32::from_bits(a))))
}

#[inline(always)]
fn zip_f32(a: u128, b: u128, f: impl Fn(f32, f32) -> f32) -> u128 {
    zip_32(a, b, |a, b| f32_bits(f(f32::from_bits(a), f32::from_bits(b))))
}

#[inline(always)]
fn map_f64(a: u128, f: impl Fn(f64) -> f64) -> u128 {
    map_64(a, |a| f64_bits(f(f64::from_bits(a))))
}

#[inline(always)]
fn zip_f64(a: u128, b: u128, f: impl Fn(f64, f64) -> f64) -> u128 {
    zip_64(a, b, |a, b| f64_bits(f(f64::from_bits(a), f64::from_bits(b))))
}

/// *Spec: core specification, `i8x16.swizzle`.*
pub(crate) fn swizzle(a: u128, b: u128) -> u128 {
    let a = split_8(a);
    map_8(b, |i| a.get(usize::from(i)).copied().unwrap_or(0))
}

/// *Spec: core specification, `i8x16.shuffle`.*
pub(crate) fn shuffle(a: u128, b: u128, lanes: u128) -> u128 {
    let (a, b) = (split_8(a), split_8(b));
    map_8(lanes, |i| if i < 16 { a[usize::from(i)] } else { b[usize::from(i & 15)] })
}

/// *Spec: core specification, `v128.bitselect`.*
pub(crate) fn bitselect(a: u128, b: u128, c: u128) -> u128 {
    (a & c) | (b & !c)
}

fn any_true(v: u128) -> u32 {
    u32::from(v != 0)
}

fn q15mulr(a: u16, b: u16) -> u16 {
    let product = i32::from(a as i16) * i32::from(b as i16);
    ((product + 0x4000) >> 15).min(0x7fff) as u16
}

fn dot(a: u128, b: u128) -> u128 {
    let (a, b) = (split_16(a), split_16(b));
    let product = |i: usize| i32::from(a[i] as i16).wrapping_mul(i32::from(b[i] as i16));
    join_32(std::array::from_fn(|i| product(2 * i).wrapping_add(product(2 * i + 1)) as u32))
}

fn relaxed_dot(a: u128, b: u128) -> u128 {
    let (a, b) = (split_8(a), split_8(b));
    let product = |i: usize| i16::from(a[i] as i8).wrapping_mul(i16::from(b[i] as i8));
    join_16(std::array::from_fn(|i| product(2 * i).saturating_add(product(2 * i + 1)) as u16))
}

fn relaxed_dot_add(a: u128, b: u128, c: u128) -> u128 {
    let products = relaxed_dot(a, b);
    let products = split_16(products);
    let sum = |i: usize| i32::from(products[2 * i] as i16) + i32::from(products[2 * i + 1] as i16);
    let c = split_32(c);
    join_32(std::array::from_fn(|i| (c[i] as i32).wrapping_add(sum(i)) as u32))
}

fn demote_zero(v: u128) -> u128 {
    let v = split_64(v);
    let lane = |i: usize| f32_bits(f64::from_bits(v[i]) as f32);
    join_32([lane(0), lane(1), 0, 0])
}

fn promote_low(v: u128) -> u128 {
    let v = split_32(v);
    join_64(std::array::from_fn(|i| f64_bits(f64::from(f32::from_bits(v[i])))))
}

fn madd_f32(a: u128, b: u128, c: u128, sign: f32) -> u128 {
    let (a, b, c) = (split_32(a), split_32(b), split_32(c));
    join_32(std::array::from_fn(|i| {
        f32_bits((sign * f32::from_bits(a[i])).mul_add(f32::from_bits(b[i]), f32::from_bits(c[i])))
    }))
}

fn madd_f64(a: u128, b: u128, c: u128, sign: f64) -> u128 {
    let (a, b, c) = (split_64(a), split_64(b), split_64(c));
    join_64(std::array::from_fn(|i| {
        f64_bits((sign * f64::from_bits(a[i])).mul_add(f64::from_bits(b[i]), f64::from_bits(c[i])))
    }))
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn v128_and(a: u128, b: u128) -> u128 {
    a & b
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn v128_or(a: u128, b: u128) -> u128 {
    a | b
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn v128_xor(a: u128, b: u128) -> u128 {
    a ^ b
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn i8x16_add(a: u128, b: u128) -> u128 {
    zip_8(a, b, u8::wrapping_add)
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn i8x16_add_sat_s(a: u128, b: u128) -> u128 {
    zip_8(a, b, |a, b| (a as i8).saturating_add(b as i8) as u8)
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn i8x16_sub(a: u128, b: u128) -> u128 {
    zip_8(a, b, u8::wrapping_sub)
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn i16x8_add(a: u128, b: u128) -> u128 {
    zip_16(a, b, u16::wrapping_add)
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn i16x8_sub(a: u128, b: u128) -> u128 {
    zip_16(a, b, u16::wrapping_sub)
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn i16x8_mul(a: u128, b: u128) -> u128 {
    zip_16(a, b, u16::wrapping_mul)
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn i32x4_add(a: u128, b: u128) -> u128 {
    zip_32(a, b, u32::wrapping_add)
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn i32x4_sub(a: u128, b: u128) -> u128 {
    zip_32(a, b, u32::wrapping_sub)
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn i32x4_mul(a: u128, b: u128) -> u128 {
    zip_32(a, b, u32::wrapping_mul)
}

/// *Spec: core specification, `I32x4DotI16x8S`.*
#[inline(always)]
pub(crate) fn i32x4_dot_i16x8_s(a: u128, b: u128) -> u128 {
    dot(a, b)
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn i64x2_add(a: u128, b: u128) -> u128 {
    zip_64(a, b, u64::wrapping_add)
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn i64x2_sub(a: u128, b: u128) -> u128 {
    zip_64(a, b, u64::wrapping_sub)
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn f32x4_add(a: u128, b: u128) -> u128 {
    zip_f32(a, b, |a, b| a + b)
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn f32x4_sub(a: u128, b: u128) -> u128 {
    zip_f32(a, b, |a, b| a - b)
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn f32x4_mul(a: u128, b: u128) -> u128 {
    zip_f32(a, b, |a, b| a * b)
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn f32x4_div(a: u128, b: u128) -> u128 {
    zip_f32(a, b, |a, b| a / b)
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn f64x2_add(a: u128, b: u128) -> u128 {
    zip_f64(a, b, |a, b| a + b)
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn f64x2_sub(a: u128, b: u128) -> u128 {
    zip_f64(a, b, |a, b| a - b)
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn f64x2_mul(a: u128, b: u128) -> u128 {
    zip_f64(a, b, |a, b| a * b)
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn f64x2_div(a: u128, b: u128) -> u128 {
    zip_f64(a, b, |a, b| a / b)
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn i8x16_eq(a: u128, b: u128) -> u128 {
    zip_8(a, b, |a, b| if (a as u8) == (b as u8) { u8::MAX } else { 0 })
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn i8x16_gt_s(a: u128, b: u128) -> u128 {
    zip_8(a, b, |a, b| if (a as i8) > (b as i8) { u8::MAX } else { 0 })
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn i32x4_eq(a: u128, b: u128) -> u128 {
    zip_32(a, b, |a, b| if (a as u32) == (b as u32) { u32::MAX } else { 0 })
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn i32x4_gt_s(a: u128, b: u128) -> u128 {
    zip_32(a, b, |a, b| if (a as i32) > (b as i32) { u32::MAX } else { 0 })
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn v128_not(a: u128) -> u128 {
    !a
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn i16x8_extend_low_i8x16_s(a: u128) -> u128 {
    let a = split_8(a);
    join_16(std::array::from_fn(|i| a[i + 0] as i8 as i16 as u16))
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn i16x8_extend_high_i8x16_s(a: u128) -> u128 {
    let a = split_8(a);
    join_16(std::array::from_fn(|i| a[i + 8] as i8 as i16 as u16))
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn i16x8_extend_low_i8x16_u(a: u128) -> u128 {
    let a = split_8(a);
    join_16(std::array::from_fn(|i| a[i + 0] as u8 as u16 as u16))
}

/// An operator with a handler of its own.
#[inline(always)]
pub(crate) fn i16x8_extend_high_i8x16_u(a: u128) -> u128 {
    let a = split_8(a);
    join_16(std::array::from_fn(|i| a[i + 8] as u8 as u16 as u16))
}

/// The operator on one vector, by its opcode after the prefix.
pub(crate) fn unary(opcode: u32) -> Option<Unary> {
    Some(match opcode {
        77 => v128_not,
        94 => demote_zero,
        95 => promote_low,
        96 => |a| map_8(a, |a| (a as i8).wrapping_abs() as u8),
        97 => |a| map_8(a, u8::wrapping_neg),
        98 => |a| map_8(a, |a| a.count_ones() as u8),
        103 => |a| map_f32(a, f32::ceil),
        104 => |a| map_f32(a, f32::floor),
        105 => |a| map_f32(a, f32::trunc),
        106 => |a| map_f32(a, f32::round_ties_even),
        116 => |a| map_f64(a, f64::ceil),
        117 => |a| map_f64(a, f64::floor),
        122 => |a| map_f64(a, f64::trunc),
        124 => |a| {
            let a = split_8(a);
            join_16(std::array::from_fn(|i| (a[2 * i] as i8 as u16).wrapping_add(a[2 * i + 1] as i8 as u16)))
        },
        125 => |a| {
            let a = split_8(a);
            join_16(std::array::from_fn(|i| (a[2 * i] as u8 as u16).wrapping_add(a[2 * i + 1] as u8 as u16)))
        },
        126 => |a| {
            let a = split_16(a);
            join_32(std::array::from_fn(|i| (a[2 * i] as i16 as u32).wrapping_add(a[2 * i + 1] as i16 as u32)))
        },
        127 => |a| {
            let a = split_16(a);
            join_32(std::array::from_fn(|i| (a[2 * i] as u16 as u32).wrapping_add(a[2 * i + 1] as u16 as u32)))
        },
        128 => |a| map_16(a, |a| (a as i16).wrapping_abs() as u16),
        129 => |a| map_16(a, u16::wrapping_neg),
        135 => i16x8_extend_low_i8x16_s,
        136 => i16x8_extend_high_i8x16_s,
        137 => i16x8_extend_low_i8x16_u,
        138 => i16x8_extend_high_i8x16_u,
        148 => |a| map_f64(a, f64::round_ties_even),
        160 => |a| map_32(a, |a| (a as i32).wrapping_abs() as u32),
        161 => |a| map_32(a, u32::wrapping_neg),
        167 => |a| {
            let a = split_16(a);
            join_32(std::array::from_fn(|i| a[i + 0] as i16 as i32 as u32))
        },
        168 => |a| {
            let a = split_16(a);
            join_32(std::array::from_fn(|i| a[i + 4] as i16 as i32 as u32))
        },
        169 => |a| {
            let a = split_16(a);
            join_32(std::array::from_fn(|i| a[i + 0] as u16 as u32 as u32))
        },
        170 => |a| {
            let a = split_16(a);
            join_32(std::array::from_fn(|i| a[i + 4] as u16 as u32 as u32))
        },
        192 => |a| map_64(a, |a| (a as i64).wrapping_abs() as u64),
        193 => |a| map_64(a, u64::wrapping_neg),
        199 => |a| {
            let a = split_32(a);
            join_64(std::array::from_fn(|i| a[i + 0] as i32 as i64 as u64))
        },
        200 => |a| {
            let a = split_32(a);
            join_64(std::array::from_fn(|i| a[i + 2] as i32 as i64 as u64))
        },
        201 => |a| {
            let a = split_32(a);
            join_64(std::array::from_fn(|i| a[i + 0] as u32 as u64 as u64))
        },
        202 => |a| {
            let a = split_32(a);
            join_64(std::array::from_fn(|i| a[i + 2] as u32 as u64 as u64))
        },
        224 => |a| map_32(a, |a| a & (u32::MAX >> 1)),
        225 => |a| map_32(a, |a| a ^ (1 << 31)),
        227 => |a| map_f32(a, f32::sqrt),
        236 => |a| map_64(a, |a| a & (u64::MAX >> 1)),
        237 => |a| map_64(a, |a| a ^ (1 << 63)),
        239 => |a| map_f64(a, f64::sqrt),
        248 => |a| map_32(a, |a| f32::from_bits(a) as i32 as u32),
        249 => |a| map_32(a, |a| f32::from_bits(a) as u32),
        250 => |a| map_32(a, |a| f32_bits(a as i32 as f32)),
        251 => |a| map_32(a, |a| f32_bits(a as f32)),
        252 => |a| {
            let a = split_64(a);
            join_32([f64::from_bits(a[0]) as i32 as u32, f64::from_bits(a[1]) as i32 as u32, 0, 0])
        },
        253 => |a| {
            let a = split_64(a);
            join_32([f64::from_bits(a[0]) as u32, f64::from_bits(a[1]) as u32, 0, 0])
        },
        254 => |a| {
            let a = split_32(a);
            join_64(std::array::from_fn(|i| f64::from(a[i] as i32).to_bits()))
        },
        255 => |a| {
            let a = split_32(a);
            join_64(std::array::from_fn(|i| f64::from(a[i]).to_bits()))
        },
        257 => |a| map_32(a, |a| f32::from_bits(a) as i32 as u32),
        258 => |a| map_32(a, |a| f32::from_bits(a) as u32),
        259 => |a| {
            let a = split_64(a);
            join_32([f64::from_bits(a[0]) as i32 as u32, f64::from_bits(a[1]) as i32 as u32, 0, 0])
        },
        260 => |a| {
            let a = split_64(a);
            join_32([f64::from_bits(a[0]) as u32, f64::from_bits(a[1]) as u32, 0, 0])
        },
        _ => return None,
    })
}

/// The operator on two vectors, by its opcode after the prefix.
pub(crate) fn binary(opcode: u32) -> Option<Binary> {
    Some(match opcode {
        14 => swizzle,
        35 => i8x16_eq,
        36 => |a, b| zip_8(a, b, |a, b| if (a as u8) != (b as u8) { u8::MAX } else { 0 }),
        37 => |a, b| zip_8(a, b, |a, b| if (a as i8) < (b as i8) { u8::MAX } else { 0 }),
        38 => |a, b| zip_8(a, b, |a, b| if (a as u8) < (b as u8) { u8::MAX } else { 0 }),
        39 => i8x16_gt_s,
        40 => |a, b| zip_8(a, b, |a, b| if (a as u8) > (b as u8) { u8::MAX } else { 0 }),
        41 => |a, b| zip_8(a, b, |a, b| if (a as i8) <= (b as i8) { u8::MAX } else { 0 }),
        42 => |a, b| zip_8(a, b, |a, b| if (a as u8) <= (b as u8) { u8::MAX } else { 0 }),
        43 => |a, b| zip_8(a, b, |a, b| if (a as i8) >= (b as i8) { u8::MAX } else { 0 }),
        44 => |a, b| zip_8(a, b, |a, b| if (a as u8) >= (b as u8) { u8::MAX } else { 0 }),
        45 => |a, b| zip_16(a, b, |a, b| if (a as u16) == (b as u16) { u16::MAX } else { 0 }),
        46 => |a, b| zip_16(a, b, |a, b| if (a as u16) != (b as u16) { u16::MAX } else { 0 }),
        47 => |a, b| zip_16(a, b, |a, b| if (a as i16) < (b as i16) { u16::MAX } else { 0 }),
        48 => |a, b| zip_16(a, b, |a, b| if (a as u16) < (b as u16) { u16::MAX } else { 0 }),
        49 => |a, b| zip_16(a, b, |a, b| if (a as i16) > (b as i16) { u16::MAX } else { 0 }),
        50 => |a, b| zip_16(a, b, |a, b| if (a as u16) > (b as u16) { u16::MAX } else { 0 }),
        51 => |a, b| zip_16(a, b, |a, b| if (a as i16) <= (b as i16) { u16::MAX } else { 0 }),
        52 => |a, b| zip_16(a, b, |a, b| if (a as u16) <= (b as u16) { u16::MAX } else { 0 }),
        53 => |a, b| zip_16(a, b, |a, b| if (a as i16) >= (b as i16) { u16::MAX } else { 0 }),
        54 => |a, b| zip_16(a, b, |a, b| if (a as u16) >= (b as u16) { u16::MAX } else { 0 }),
        55 => i32x4_eq,
        56 => |a, b| zip_32(a, b, |a, b| if (a as u32) != (b as u32) { u32::MAX } else { 0 }),
        57 => |a, b| zip_32(a, b, |a, b| if (a as i32) < (b as i32) { u32::MAX } else { 0 }),
        58 => |a, b| zip_32(a, b, |a, b| if (a as u32) < (b as u32) { u32::MAX } else { 0 }),
        59 => i32x4_gt_s,
        60 => |a, b| zip_32(a, b, |a, b| if (a as u32) > (b as u32) { u32::MAX } else { 0 }),
        61 => |a, b| zip_32(a, b, |a, b| if (a as i32) <= (b as i32) { u32::MAX } else { 0 }),
        62 => |a, b| zip_32(a, b, |a, b| if (a as u32) <= (b as u32) { u32::MAX } else { 0 }),
        63 => |a, b| zip_32(a, b, |a, b| if (a as i32) >= (b as i32) { u32::MAX } else { 0 }),
        64 => |a, b| zip_32(a, b, |a, b| if (a as u32) >= (b as u32) { u32::MAX } else { 0 }),
        65 => |a, b| zip_32(a, b, |a, b| if f32::from_bits(a) == f32::from_bits(b) { u32::MAX } else { 0 }),
        66 => |a, b| zip_32(a, b, |a, b| if f32::from_bits(a) != f32::from_bits(b) { u32::MAX } else { 0 }),
        67 => |a, b| zip_32(a, b, |a, b| if f32::from_bits(a) < f32::from_bits(b) { u32::MAX } else { 0 }),
        68 => |a, b| zip_32(a, b, |a, b| if f32::from_bits(a) > f32::from_bits(b) { u32::MAX } else { 0 }),
        69 => |a, b| zip_32(a, b, |a, b| if f32::from_bits(a) <= f32::from_bits(b) { u32::MAX } else { 0 }),
        70 => |a, b| zip_32(a, b, |a, b| if f32::from_bits(a) >= f32::from_bits(b) { u32::MAX } else { 0 }),
        71 => |a, b| zip_64(a, b, |a, b| if f64::from_bits(a) == f64::from_bits(b) { u64::MAX } else { 0 }),
        72 => |a, b| zip_64(a, b, |a, b| if f64::from_bits(a) != f64::from_bits(b) { u64::MAX } else { 0 }),
        73 => |a, b| zip_64(a, b, |a, b| if f64::from_bits(a) < f64::from_bits(b) { u64::MAX } else { 0 }),
        74 => |a, b| zip_64(a, b, |a, b| if f64::from_bits(a) > f64::from_bits(b) { u64::MAX } else { 0 }),
        75 => |a, b| zip_64(a, b, |a, b| if f64::from_bits(a) <= f64::from_bits(b) { u64::MAX } else { 0 }),
        76 => |a, b| zip_64(a, b, |a, b| if f64::from_bits(a) >= f64::from_bits(b) { u64::MAX } else { 0 }),
        78 => v128_and,
        79 => |a, b| a & !b,
        80 => v128_or,
        81 => v128_xor,
        101 => |a, b| {
            let (a, b) = (split_16(a), split_16(b));
            join_8(std::array::from_fn(|i| {
                let x = if i < 8 { a[i] } else { b[i - 8] };
                (x as i16).clamp(i8::MIN as i16, i8::MAX as i16) as u8
            }))
        },
        102 => |a, b| {
            let (a, b) = (split_16(a), split_16(b));
            join_8(std::array::from_fn(|i| {
                let x = if i < 8 { a[i] } else { b[i - 8] };
                (x as i16).clamp(u8::MIN as i16, u8::MAX as i16) as u8
            }))
        },
        110 => i8x16_add,
        111 => i8x16_add_sat_s,
        112 => |a, b| zip_8(a, b, u8::saturating_add),
        113 => i8x16_sub,
        114 => |a, b| zip_8(a, b, |a, b| (a as i8).saturating_sub(b as i8) as u8),
        115 => |a, b| zip_8(a, b, u8::saturating_sub),
        118 => |a, b| zip_8(a, b, |a, b| (a as i8).min(b as i8) as u8),
        119 => |a, b| zip_8(a, b, |a, b| (a as u8).min(b as u8) as u8),
        120 => |a, b| zip_8(a, b, |a, b| (a as i8).max(b as i8) as u8),
        121 => |a, b| zip_8(a, b, |a, b| (a as u8).max(b as u8) as u8),
        123 => |a, b| zip_8(a, b, |a, b| ((a as u32 + b as u32 + 1) >> 1) as u8),
        130 => |a, b| zip_16(a, b, q15mulr),
        133 => |a, b| {
            let (a, b) = (split_32(a), split_32(b));
            join_16(std::array::from_fn(|i| {
                let x = if i < 4 { a[i] } else { b[i - 4] };
                (x as i32).clamp(i16::MIN as i32, i16::MAX as i32) as u16
            }))
        },
        134 => |a, b| {
            let (a, b) = (split_32(a), split_32(b));
            join_16(std::array::from_fn(|i| {
                let x = if i < 4 { a[i] } else { b[i - 4] };
                (x as i32).clamp(u16::MIN as i32, u16::MAX as i32) as u16
            }))
        },
        142 => i16x8_add,
        143 => |a, b| zip_16(a, b, |a, b| (a as i16).saturating_add(b as i16) as u16),
        144 => |a, b| zip_16(a, b, u16::saturating_add),
        145 => i16x8_sub,
        146 => |a, b| zip_16(a, b, |a, b| (a as i16).saturating_sub(b as i16) as u16),
        147 => |a, b| zip_16(a, b, u16::saturating_sub),
        149 => i16x8_mul,
        150 => |a, b| zip_16(a, b, |a, b| (a as i16).min(b as i16) as u16),
        151 => |a, b| zip_16(a, b, |a, b| (a as u16).min(b as u16) as u16),
        152 => |a, b| zip_16(a, b, |a, b| (a as i16).max(b as i16) as u16),
        153 => |a, b| zip_16(a, b, |a, b| (a as u16).max(b as u16) as u16),
        155 => |a, b| zip_16(a, b, |a, b| ((a as u32 + b as u32 + 1) >> 1) as u16),
        156 => |a, b| {
            let (a, b) = (split_8(a), split_8(b));
            join_16(std::array::from_fn(|i| (a[i + 0] as i8 as i16).wrapping_mul(b[i + 0] as i8 as i16) as u16))
        },
        157 => |a, b| {
            let (a, b) = (split_8(a), split_8(b));
            join_16(std::array::from_fn(|i| (a[i + 8] as i8 as i16).wrapping_mul(b[i + 8] as i8 as i16) as u16))
        },
        158 => |a, b| {
            let (a, b) = (split_8(a), split_8(b));
            join_16(std::array::from_fn(|i| (a[i + 0] as u8 as u16).wrapping_mul(b[i + 0] as u8 as u16) as u16))
        },
        159 => |a, b| {
            let (a, b) = (split_8(a), split_8(b));
            join_16(std::array::from_fn(|i| (a[i + 8] as u8 as u16).wrapping_mul(b[i + 8] as u8 as u16) as u16))
        },
        174 => i32x4_add,
        177 => i32x4_sub,
        181 => i32x4_mul,
        182 => |a, b| zip_32(a, b, |a, b| (a as i32).min(b as i32) as u32),
        183 => |a, b| zip_32(a, b, |a, b| (a as u32).min(b as u32) as u32),
        184 => |a, b| zip_32(a, b, |a, b| (a as i32).max(b as i32) as u32),
        185 => |a, b| zip_32(a, b, |a, b| (a as u32).max(b as u32) as u32),
        186 => dot,
        188 => |a, b| {
            let (a, b) = (split_16(a), split_16(b));
            join_32(std::array::from_fn(|i| (a[i + 0] as i16 as i32).wrapping_mul(b[i + 0] as i16 as i32) as u32))
        },
        189 => |a, b| {
            let (a, b) = (split_16(a), split_16(b));
            join_32(std::array::from_fn(|i| (a[i + 4] as i16 as i32).wrapping_mul(b[i + 4] as i16 as i32) as u32))
        },
        190 => |a, b| {
            let (a, b) = (split_16(a), split_16(b));
            join_32(std::array::from_fn(|i| (a[i + 0] as u16 as u32).wrapping_mul(b[i + 0] as u16 as u32) as u32))
        },
        191 => |a, b| {
            let (a, b) = (split_16(a), split_16(b));
            join_32(std::array::from_fn(|i| (a[i + 4] as u16 as u32).wrapping_mul(b[i + 4] as u16 as u32) as u32))
        },
        206 => i64x2_add,
        209 => i64x2_sub,
        213 => |a, b| zip_64(a, b, u64::wrapping_mul),
        214 => |a, b| zip_64(a, b, |a, b| if (a as u64) == (b as u64) { u64::MAX } else { 0 }),
        215 => |a, b| zip_64(a, b, |a, b| if (a as u64) != (b as u64) { u64::MAX } else { 0 }),
        216 => |a, b| zip_64(a, b, |a, b| if (a as i64) < (b as i64) { u64::MAX } else { 0 }),
        217 => |a, b| zip_64(a, b, |a, b| if (a as i64) > (b as i64) { u64::MAX } else { 0 }),
        218 => |a, b| zip_64(a, b, |a, b| if (a as i64) <= (b as i64) { u64::MAX } else { 0 }),
        219 => |a, b| zip_64(a, b, |a, b| if (a as i64) >= (b as i64) { u64::MAX } else { 0 }),
        220 => |a, b| {
            let (a, b) = (split_32(a), split_32(b));
            join_64(std::array::from_fn(|i| (a[i + 0] as i32 as i64).wrapping_mul(b[i + 0] as i32 as i64) as u64))
        },
        221 => |a, b| {
            let (a, b) = (split_32(a), split_32(b));
            join_64(std::array::from_fn(|i| (a[i + 2] as i32 as i64).wrapping_mul(b[i + 2] as i32 as i64) as u64))
        },
        222 => |a, b| {
            let (a, b) = (split_32(a), split_32(b));
            join_64(std::array::from_fn(|i| (a[i + 0] as u32 as u64).wrapping_mul(b[i + 0] as u32 as u64) as u64))
        },
        223 => |a, b| {
            let (a, b) = (split_32(a), split_32(b));
            join_64(std::array::from_fn(|i| (a[i + 2] as u32 as u64).wrapping_mul(b[i + 2] as u32 as u64) as u64))
        },
        228 => f32x4_add,
        229 => f32x4_sub,
        230 => f32x4_mul,
        231 => f32x4_div,
        232 => |a, b| zip_f32(a, b, min_32),
        233 => |a, b| zip_f32(a, b, max_32),
        234 => |a, b| zip_32(a, b, |a, b| if f32::from_bits(b) < f32::from_bits(a) { b } else { a }),
        235 => |a, b| zip_32(a, b, |a, b| if f32::from_bits(a) < f32::from_bits(b) { b } else { a }),
        240 => f64x2_add,
        241 => f64x2_sub,
        242 => f64x2_mul,
        243 => f64x2_div,
        244 => |a, b| zip_f64(a, b, min_64),
        245 => |a, b| zip_f64(a, b, max_64),
        246 => |a, b| zip_64(a, b, |a, b| if f64::from_bits(b) < f64::from_bits(a) { b } else { a }),
        247 => |a, b| zip_64(a, b, |a, b| if f64::from_bits(a) < f64::from_bits(b) { b } else { a }),
        256 => swizzle,
        269 => |a, b| zip_f32(a, b, min_32),
        270 => |a, b| zip_f32(a, b, max_32),
        271 => |a, b| zip_f64(a, b, min_64),
        272 => |a, b| zip_f64(a, b, max_64),
        273 => |a, b| zip_16(a, b, q15mulr),
        274 => relaxed_dot,
        _ => return None,
    })
}

/// The operator on three vectors, by its opcode after the prefix.
pub(crate) fn ternary(opcode: u32) -> Option<Ternary> {
    Some(match opcode {
        82 => bitselect,
        261 => |a, b, c| madd_f32(a, b, c, 1.0),
        262 => |a, b, c| madd_f32(a, b, c, -1.0),
        263 => |a, b, c| madd_f64(a, b, c, 1.0),
        264 => |a, b, c| madd_f64(a, b, c, -1.0),
        265 => bitselect,
        266 => bitselect,
        267 => bitselect,
        268 => bitselect,
        275 => relaxed_dot_add,
        _ => return None,
    })
}

/// The shift, by its opcode after the prefix.
pub(crate) fn shift(opcode: u32) -> Option<Shift> {
    Some(match opcode {
        107 => |a, n| map_8(a, |a| a.wrapping_shl(n)),
        108 => |a, n| map_8(a, |a| (a as i8).wrapping_shr(n) as u8),
        109 => |a, n| map_8(a, |a| a.wrapping_shr(n)),
        139 => |a, n| map_16(a, |a| a.wrapping_shl(n)),
        140 => |a, n| map_16(a, |a| (a as i16).wrapping_shr(n) as u16),
        141 => |a, n| map_16(a, |a| a.wrapping_shr(n)),
        171 => |a, n| map_32(a, |a| a.wrapping_shl(n)),
        172 => |a, n| map_32(a, |a| (a as i32).wrapping_shr(n) as u32),
        173 => |a, n| map_32(a, |a| a.wrapping_shr(n)),
        203 => |a, n| map_64(a, |a| a.wrapping_shl(n)),
        204 => |a, n| map_64(a, |a| (a as i64).wrapping_shr(n) as u64),
        205 => |a, n| map_64(a, |a| a.wrapping_shr(n)),
        _ => return None,
    })
}

/// The operator from a vector to an `i32`, by its opcode after the prefix.
pub(crate) fn test(opcode: u32) -> Option<Test> {
    Some(match opcode {
        83 => any_true,
        99 => |a| u32::from(split_8(a).iter().all(|lane| *lane != 0)),
        100 => |a| split_8(a).iter().rev().fold(0, |mask, lane| mask << 1 | (*lane >> 7) as u32),
        131 => |a| u32::from(split_16(a).iter().all(|lane| *lane != 0)),
        132 => |a| split_16(a).iter().rev().fold(0, |mask, lane| mask << 1 | (*lane >> 15) as u32),
        163 => |a| u32::from(split_32(a).iter().all(|lane| *lane != 0)),
        164 => |a| split_32(a).iter().rev().fold(0, |mask, lane| mask << 1 | (*lane >> 31) as u32),
        195 => |a| u32::from(split_64(a).iter().all(|lane| *lane != 0)),
        196 => |a| split_64(a).iter().rev().fold(0, |mask, lane| mask << 1 | (*lane >> 63) as u32),
        _ => return None,
    })
}
