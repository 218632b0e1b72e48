//! Second definitions of relaxed vector instructions, for every value of their parameters.

use super::define::{float, float_bits, lane, signed, vector};

/// What an instruction gives, by the value of its parameter.
pub(crate) type Define = fn(u32, [u128; 3]) -> u128;

/// Name, number of operands, name of the parameter, how many values it has, definition.
pub(crate) const ROWS: &[(&str, usize, &str, u32, Define)] = &[
    ("i8x16.relaxed_swizzle", 2, "R_swizzle", 2, |r, [a, b, _]| {
        vector(8, |i| {
            let at = u32::try_from(lane(b, 8, i)).expect("a byte");
            let kept = at < 16 || (r == 1 && at < 128);
            if kept { lane(a, 8, at % 16) as i128 } else { 0 }
        })
    }),
    ("i32x4.relaxed_trunc_f32x4_s", 1, "R_trunc_s", 2, |r, [a, ..]| vector(32, |i| trunc_s(r, float(a, 32, i)))),
    ("i32x4.relaxed_trunc_f32x4_u", 1, "R_trunc_u", 4, |r, [a, ..]| vector(32, |i| trunc_u(r, float(a, 32, i)))),
    ("i32x4.relaxed_trunc_f64x2_s_zero", 1, "R_trunc_s", 2, |r, [a, ..]| {
        vector(32, |i| if i < 2 { trunc_s(r, float(a, 64, i)) } else { 0 })
    }),
    ("i32x4.relaxed_trunc_f64x2_u_zero", 1, "R_trunc_u", 4, |r, [a, ..]| {
        vector(32, |i| if i < 2 { trunc_u(r, float(a, 64, i)) } else { 0 })
    }),
    ("f32x4.relaxed_madd", 3, "R_fmadd", 2, |r, v| vector(32, |i| madd(r, 32, floats(v, 32, i)))),
    ("f32x4.relaxed_nmadd", 3, "R_fmadd", 2, |r, v| vector(32, |i| madd(r, 32, negated(floats(v, 32, i))))),
    ("f64x2.relaxed_madd", 3, "R_fmadd", 2, |r, v| vector(64, |i| madd(r, 64, floats(v, 64, i)))),
    ("f64x2.relaxed_nmadd", 3, "R_fmadd", 2, |r, v| vector(64, |i| madd(r, 64, negated(floats(v, 64, i))))),
    ("i8x16.relaxed_laneselect", 3, "R_laneselect", 2, |r, v| laneselect(r, 8, v)),
    ("i16x8.relaxed_laneselect", 3, "R_laneselect", 2, |r, v| laneselect(r, 16, v)),
    ("i32x4.relaxed_laneselect", 3, "R_laneselect", 2, |r, v| laneselect(r, 32, v)),
    ("i64x2.relaxed_laneselect", 3, "R_laneselect", 2, |r, v| laneselect(r, 64, v)),
    ("f32x4.relaxed_min", 2, "R_fmin", 4, |r, [a, b, _]| extreme(r, 32, (a, b), true)),
    ("f32x4.relaxed_max", 2, "R_fmax", 4, |r, [a, b, _]| extreme(r, 32, (a, b), false)),
    ("f64x2.relaxed_min", 2, "R_fmin", 4, |r, [a, b, _]| extreme(r, 64, (a, b), true)),
    ("f64x2.relaxed_max", 2, "R_fmax", 4, |r, [a, b, _]| extreme(r, 64, (a, b), false)),
    ("i16x8.relaxed_q15mulr_s", 2, "R_iq15mulr", 2, |r, [a, b, _]| {
        vector(16, |i| {
            let product = signed(lane(a, 16, i), 16) * signed(lane(b, 16, i), 16);
            let rounded = (product + (1 << 14)).div_euclid(1 << 15);
            // Without saturation 2^15 wraps to -2^15.
            if r == 0 { rounded.min(0x7fff) } else { rounded }
        })
    }),
    ("i16x8.relaxed_dot_i8x16_i7x16_s", 2, "R_idot", 2, |r, [a, b, _]| vector(16, |i| dot(r, a, b, i))),
    ("i32x4.relaxed_dot_i8x16_i7x16_add_s", 3, "R_idot", 2, |r, [a, b, c]| {
        vector(32, |i| dot(r, a, b, 2 * i) + dot(r, a, b, 2 * i + 1) + lane(c, 32, i) as i128)
    }),
];

fn trunc_s(r: u32, x: f64) -> i128 {
    let whole = x.trunc();
    match r {
        _ if (-2_147_483_648.0..=2_147_483_647.0).contains(&whole) => whole as i128,
        0 if x.is_nan() => 0,
        0 if x > 0.0 => i128::from(i32::MAX),
        _ => i128::from(i32::MIN),
    }
}

fn trunc_u(r: u32, x: f64) -> i128 {
    let whole = x.trunc();
    match r {
        _ if (0.0..=4_294_967_295.0).contains(&whole) => whole as i128,
        0 if x > 0.0 => i128::from(u32::MAX),
        0 => 0,
        1 => i128::from(u32::MAX),
        2 => i128::from(u32::MAX - 1),
        _ => 1 << 31,
    }
}

fn floats(vectors: [u128; 3], bits: u32, i: u32) -> [f64; 3] {
    vectors.map(|v| float(v, bits, i))
}

fn negated([x, y, z]: [f64; 3]) -> [f64; 3] {
    [-x, y, z]
}

fn madd(r: u32, bits: u32, [x, y, z]: [f64; 3]) -> i128 {
    if bits == 64 {
        return float_bits(if r == 0 { x * y + z } else { x.mul_add(y, z) }, 64);
    }
    // The product of two f32 is exact in f64; unfused, it is rounded before the sum.
    if r == 0 {
        let product = (x * y) as f32;
        return float_bits(f64::from(product) + z, 32);
    }
    let fused = (x as f32).mul_add(y as f32, z as f32);
    float_bits(f64::from(fused), 32)
}

fn laneselect(r: u32, bits: u32, [a, b, mask]: [u128; 3]) -> u128 {
    vector(bits, |i| {
        let m = lane(mask, bits, i);
        let m = match (r, m >> (bits - 1)) {
            (0, _) => m,
            (_, 0) => 0,
            _ => (1 << bits) - 1,
        };
        (0..bits).fold(0, |x, bit| {
            let from = if (m >> bit) & 1 == 1 { lane(a, bits, i) } else { lane(b, bits, i) };
            x | (((from >> bit) & 1) as i128) << bit
        })
    })
}

fn extreme(parameter: u32, bits: u32, (a, b): (u128, u128), minimum: bool) -> u128 {
    vector(bits, |i| {
        let (x, y) = (lane(a, bits, i) as i128, lane(b, bits, i) as i128);
        let (first, second) = (float(a, bits, i), float(b, bits, i));
        let sign = 1 << (bits - 1);
        let opposite_zeros = x & !sign == 0 && y & !sign == 0 && x != y;
        let regular = match (minimum, first.is_nan() || second.is_nan()) {
            (_, true) => float_bits(f64::NAN, bits),
            (true, _) if opposite_zeros => sign,
            (false, _) if opposite_zeros => 0,
            (true, _) => {
                if first < second {
                    x
                } else {
                    y
                }
            }
            (false, _) => {
                if first > second {
                    x
                } else {
                    y
                }
            }
        };
        let alternatives = if first.is_nan() {
            [regular, x & !sign, y, y]
        } else if second.is_nan() {
            [regular, x, y & !sign, x]
        } else if opposite_zeros {
            [regular, x, y, if minimum { sign } else { 0 }]
        } else {
            [regular; 4]
        };
        alternatives[usize::try_from(parameter).expect("less than four")]
    })
}

fn dot(r: u32, a: u128, b: u128, i: u32) -> i128 {
    let product = |i| {
        let second = lane(b, 8, i);
        signed(lane(a, 8, i), 8) * if r == 0 { signed(second, 8) } else { second as i128 }
    };
    (product(2 * i) + product(2 * i + 1)).clamp(-0x8000, 0x7fff)
}
