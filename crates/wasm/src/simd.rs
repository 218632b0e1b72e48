//! Vector operators, on the 128 bits of a vector: the lowest lane first.
//!
//! Spec: core specification, "Vector Instructions". Here are the tables of the operators with the prefix 0xfd: opcode
//! after the prefix, name in the text format, function; what each one does is in `integer`, `float` and `relaxed`.
//! Loads, stores and what has a lane among its immediates is left to the translator and the handlers.

pub(crate) mod float;
pub(crate) mod integer;
mod lanes;
pub(crate) mod relaxed;

/// The two halves of a vector, the low one first.
#[inline(always)]
pub(crate) const fn halves(x: u128) -> [u64; 2] {
    crate::numeric::cells_of_v128(x)
}

/// The vector of two halves.
#[inline(always)]
pub(crate) fn from_halves(halves: [u64; 2]) -> u128 {
    u128::from(halves[0]) | u128::from(halves[1]) << 64
}

/// Both halves changed alike.
#[inline(always)]
fn map(x: u128, f: impl Fn(u64) -> u64) -> u128 {
    from_halves(halves(x).map(f))
}

/// Both halves combined alike.
#[inline(always)]
fn zip(x: u128, y: u128, f: impl Fn(u64, u64) -> u64) -> u128 {
    let (x, y) = (halves(x), halves(y));
    from_halves([f(x[0], y[0]), f(x[1], y[1])])
}

/// Operators on one vector.
macro_rules! unary_operators {
    ($use:ident) => {
        $use! {
            77 "v128.not" integer::v128_not;
            96 "i8x16.abs" integer::i8x16_abs;
            97 "i8x16.neg" integer::i8x16_neg;
            98 "i8x16.popcnt" integer::i8x16_popcnt;
            124 "i16x8.extadd_pairwise_i8x16_s" integer::i16x8_extadd_pairwise_i8x16_s;
            125 "i16x8.extadd_pairwise_i8x16_u" integer::i16x8_extadd_pairwise_i8x16_u;
            126 "i32x4.extadd_pairwise_i16x8_s" integer::i32x4_extadd_pairwise_i16x8_s;
            127 "i32x4.extadd_pairwise_i16x8_u" integer::i32x4_extadd_pairwise_i16x8_u;
            128 "i16x8.abs" integer::i16x8_abs;
            129 "i16x8.neg" integer::i16x8_neg;
            135 "i16x8.extend_low_i8x16_s" integer::i16x8_extend_low_i8x16_s;
            136 "i16x8.extend_high_i8x16_s" integer::i16x8_extend_high_i8x16_s;
            137 "i16x8.extend_low_i8x16_u" integer::i16x8_extend_low_i8x16_u;
            138 "i16x8.extend_high_i8x16_u" integer::i16x8_extend_high_i8x16_u;
            160 "i32x4.abs" integer::i32x4_abs;
            161 "i32x4.neg" integer::i32x4_neg;
            167 "i32x4.extend_low_i16x8_s" integer::i32x4_extend_low_i16x8_s;
            168 "i32x4.extend_high_i16x8_s" integer::i32x4_extend_high_i16x8_s;
            169 "i32x4.extend_low_i16x8_u" integer::i32x4_extend_low_i16x8_u;
            170 "i32x4.extend_high_i16x8_u" integer::i32x4_extend_high_i16x8_u;
            192 "i64x2.abs" integer::i64x2_abs;
            193 "i64x2.neg" integer::i64x2_neg;
            199 "i64x2.extend_low_i32x4_s" integer::i64x2_extend_low_i32x4_s;
            200 "i64x2.extend_high_i32x4_s" integer::i64x2_extend_high_i32x4_s;
            201 "i64x2.extend_low_i32x4_u" integer::i64x2_extend_low_i32x4_u;
            202 "i64x2.extend_high_i32x4_u" integer::i64x2_extend_high_i32x4_u;
            224 "f32x4.abs" float::f32x4_abs;
            225 "f32x4.neg" float::f32x4_neg;
            236 "f64x2.abs" float::f64x2_abs;
            237 "f64x2.neg" float::f64x2_neg;
            248 "i32x4.trunc_sat_f32x4_s" float::i32x4_trunc_sat_f32x4_s;
            249 "i32x4.trunc_sat_f32x4_u" float::i32x4_trunc_sat_f32x4_u;
            250 "f32x4.convert_i32x4_s" float::f32x4_convert_i32x4_s;
            251 "f32x4.convert_i32x4_u" float::f32x4_convert_i32x4_u;
            252 "i32x4.trunc_sat_f64x2_s_zero" float::i32x4_trunc_sat_f64x2_s_zero;
            253 "i32x4.trunc_sat_f64x2_u_zero" float::i32x4_trunc_sat_f64x2_u_zero;
            254 "f64x2.convert_low_i32x4_s" float::f64x2_convert_low_i32x4_s;
            255 "f64x2.convert_low_i32x4_u" float::f64x2_convert_low_i32x4_u;
        }
    };
}

/// Operators on two vectors.
macro_rules! binary_operators {
    ($use:ident) => {
        $use! {
            14 "i8x16.swizzle" integer::i8x16_swizzle;
            35 "i8x16.eq" integer::i8x16_eq;
            36 "i8x16.ne" integer::i8x16_ne;
            37 "i8x16.lt_s" integer::i8x16_lt_s;
            38 "i8x16.lt_u" integer::i8x16_lt_u;
            39 "i8x16.gt_s" integer::i8x16_gt_s;
            40 "i8x16.gt_u" integer::i8x16_gt_u;
            41 "i8x16.le_s" integer::i8x16_le_s;
            42 "i8x16.le_u" integer::i8x16_le_u;
            43 "i8x16.ge_s" integer::i8x16_ge_s;
            44 "i8x16.ge_u" integer::i8x16_ge_u;
            45 "i16x8.eq" integer::i16x8_eq;
            46 "i16x8.ne" integer::i16x8_ne;
            47 "i16x8.lt_s" integer::i16x8_lt_s;
            48 "i16x8.lt_u" integer::i16x8_lt_u;
            49 "i16x8.gt_s" integer::i16x8_gt_s;
            50 "i16x8.gt_u" integer::i16x8_gt_u;
            51 "i16x8.le_s" integer::i16x8_le_s;
            52 "i16x8.le_u" integer::i16x8_le_u;
            53 "i16x8.ge_s" integer::i16x8_ge_s;
            54 "i16x8.ge_u" integer::i16x8_ge_u;
            55 "i32x4.eq" integer::i32x4_eq;
            56 "i32x4.ne" integer::i32x4_ne;
            57 "i32x4.lt_s" integer::i32x4_lt_s;
            58 "i32x4.lt_u" integer::i32x4_lt_u;
            59 "i32x4.gt_s" integer::i32x4_gt_s;
            60 "i32x4.gt_u" integer::i32x4_gt_u;
            61 "i32x4.le_s" integer::i32x4_le_s;
            62 "i32x4.le_u" integer::i32x4_le_u;
            63 "i32x4.ge_s" integer::i32x4_ge_s;
            64 "i32x4.ge_u" integer::i32x4_ge_u;
            65 "f32x4.eq" float::f32x4_eq;
            66 "f32x4.ne" float::f32x4_ne;
            67 "f32x4.lt" float::f32x4_lt;
            68 "f32x4.gt" float::f32x4_gt;
            69 "f32x4.le" float::f32x4_le;
            70 "f32x4.ge" float::f32x4_ge;
            71 "f64x2.eq" float::f64x2_eq;
            72 "f64x2.ne" float::f64x2_ne;
            73 "f64x2.lt" float::f64x2_lt;
            74 "f64x2.gt" float::f64x2_gt;
            75 "f64x2.le" float::f64x2_le;
            76 "f64x2.ge" float::f64x2_ge;
            78 "v128.and" integer::v128_and;
            79 "v128.andnot" integer::v128_andnot;
            80 "v128.or" integer::v128_or;
            81 "v128.xor" integer::v128_xor;
            101 "i8x16.narrow_i16x8_s" integer::i8x16_narrow_i16x8_s;
            102 "i8x16.narrow_i16x8_u" integer::i8x16_narrow_i16x8_u;
            110 "i8x16.add" integer::i8x16_add;
            111 "i8x16.add_sat_s" integer::i8x16_add_sat_s;
            112 "i8x16.add_sat_u" integer::i8x16_add_sat_u;
            113 "i8x16.sub" integer::i8x16_sub;
            114 "i8x16.sub_sat_s" integer::i8x16_sub_sat_s;
            115 "i8x16.sub_sat_u" integer::i8x16_sub_sat_u;
            118 "i8x16.min_s" integer::i8x16_min_s;
            119 "i8x16.min_u" integer::i8x16_min_u;
            120 "i8x16.max_s" integer::i8x16_max_s;
            121 "i8x16.max_u" integer::i8x16_max_u;
            123 "i8x16.avgr_u" integer::i8x16_avgr_u;
            130 "i16x8.q15mulr_sat_s" integer::i16x8_q15mulr_sat_s;
            133 "i16x8.narrow_i32x4_s" integer::i16x8_narrow_i32x4_s;
            134 "i16x8.narrow_i32x4_u" integer::i16x8_narrow_i32x4_u;
            142 "i16x8.add" integer::i16x8_add;
            143 "i16x8.add_sat_s" integer::i16x8_add_sat_s;
            144 "i16x8.add_sat_u" integer::i16x8_add_sat_u;
            145 "i16x8.sub" integer::i16x8_sub;
            146 "i16x8.sub_sat_s" integer::i16x8_sub_sat_s;
            147 "i16x8.sub_sat_u" integer::i16x8_sub_sat_u;
            149 "i16x8.mul" integer::i16x8_mul;
            150 "i16x8.min_s" integer::i16x8_min_s;
            151 "i16x8.min_u" integer::i16x8_min_u;
            152 "i16x8.max_s" integer::i16x8_max_s;
            153 "i16x8.max_u" integer::i16x8_max_u;
            155 "i16x8.avgr_u" integer::i16x8_avgr_u;
            156 "i16x8.extmul_low_i8x16_s" integer::i16x8_extmul_low_i8x16_s;
            157 "i16x8.extmul_high_i8x16_s" integer::i16x8_extmul_high_i8x16_s;
            158 "i16x8.extmul_low_i8x16_u" integer::i16x8_extmul_low_i8x16_u;
            159 "i16x8.extmul_high_i8x16_u" integer::i16x8_extmul_high_i8x16_u;
            174 "i32x4.add" integer::i32x4_add;
            177 "i32x4.sub" integer::i32x4_sub;
            181 "i32x4.mul" integer::i32x4_mul;
            182 "i32x4.min_s" integer::i32x4_min_s;
            183 "i32x4.min_u" integer::i32x4_min_u;
            184 "i32x4.max_s" integer::i32x4_max_s;
            185 "i32x4.max_u" integer::i32x4_max_u;
            186 "i32x4.dot_i16x8_s" integer::i32x4_dot_i16x8_s;
            188 "i32x4.extmul_low_i16x8_s" integer::i32x4_extmul_low_i16x8_s;
            189 "i32x4.extmul_high_i16x8_s" integer::i32x4_extmul_high_i16x8_s;
            190 "i32x4.extmul_low_i16x8_u" integer::i32x4_extmul_low_i16x8_u;
            191 "i32x4.extmul_high_i16x8_u" integer::i32x4_extmul_high_i16x8_u;
            206 "i64x2.add" integer::i64x2_add;
            209 "i64x2.sub" integer::i64x2_sub;
            213 "i64x2.mul" integer::i64x2_mul;
            214 "i64x2.eq" integer::i64x2_eq;
            215 "i64x2.ne" integer::i64x2_ne;
            216 "i64x2.lt_s" integer::i64x2_lt_s;
            217 "i64x2.gt_s" integer::i64x2_gt_s;
            218 "i64x2.le_s" integer::i64x2_le_s;
            219 "i64x2.ge_s" integer::i64x2_ge_s;
            220 "i64x2.extmul_low_i32x4_s" integer::i64x2_extmul_low_i32x4_s;
            221 "i64x2.extmul_high_i32x4_s" integer::i64x2_extmul_high_i32x4_s;
            222 "i64x2.extmul_low_i32x4_u" integer::i64x2_extmul_low_i32x4_u;
            223 "i64x2.extmul_high_i32x4_u" integer::i64x2_extmul_high_i32x4_u;
            234 "f32x4.pmin" float::f32x4_pmin;
            235 "f32x4.pmax" float::f32x4_pmax;
            246 "f64x2.pmin" float::f64x2_pmin;
            247 "f64x2.pmax" float::f64x2_pmax;
        }
    };
}

/// Operators on a vector and an `i32`.
macro_rules! shift_operators {
    ($use:ident) => {
        $use! {
            107 "i8x16.shl" integer::i8x16_shl;
            108 "i8x16.shr_s" integer::i8x16_shr_s;
            109 "i8x16.shr_u" integer::i8x16_shr_u;
            139 "i16x8.shl" integer::i16x8_shl;
            140 "i16x8.shr_s" integer::i16x8_shr_s;
            141 "i16x8.shr_u" integer::i16x8_shr_u;
            171 "i32x4.shl" integer::i32x4_shl;
            172 "i32x4.shr_s" integer::i32x4_shr_s;
            173 "i32x4.shr_u" integer::i32x4_shr_u;
            203 "i64x2.shl" integer::i64x2_shl;
            204 "i64x2.shr_s" integer::i64x2_shr_s;
            205 "i64x2.shr_u" integer::i64x2_shr_u;
        }
    };
}

/// Operators from a vector to an `i32`.
macro_rules! test_operators {
    ($use:ident) => {
        $use! {
            83 "v128.any_true" integer::v128_any_true;
            99 "i8x16.all_true" integer::i8x16_all_true;
            100 "i8x16.bitmask" integer::i8x16_bitmask;
            131 "i16x8.all_true" integer::i16x8_all_true;
            132 "i16x8.bitmask" integer::i16x8_bitmask;
            163 "i32x4.all_true" integer::i32x4_all_true;
            164 "i32x4.bitmask" integer::i32x4_bitmask;
            195 "i64x2.all_true" integer::i64x2_all_true;
            196 "i64x2.bitmask" integer::i64x2_bitmask;
        }
    };
}

/// Operators on one vector of floats that may give any NaN: also what tells so, and what makes it canonical.
macro_rules! float_unary_operators {
    ($use:ident) => {
        $use! {
            94 "f32x4.demote_f64x2_zero" float::f32x4_demote_f64x2_zero has_nan_32 canonical_32;
            95 "f64x2.promote_low_f32x4" float::f64x2_promote_low_f32x4 has_nan_64 canonical_64;
            103 "f32x4.ceil" float::f32x4_ceil has_nan_32 canonical_32;
            104 "f32x4.floor" float::f32x4_floor has_nan_32 canonical_32;
            105 "f32x4.trunc" float::f32x4_trunc has_nan_32 canonical_32;
            106 "f32x4.nearest" float::f32x4_nearest has_nan_32 canonical_32;
            116 "f64x2.ceil" float::f64x2_ceil has_nan_64 canonical_64;
            117 "f64x2.floor" float::f64x2_floor has_nan_64 canonical_64;
            122 "f64x2.trunc" float::f64x2_trunc has_nan_64 canonical_64;
            148 "f64x2.nearest" float::f64x2_nearest has_nan_64 canonical_64;
            227 "f32x4.sqrt" float::f32x4_sqrt has_nan_32 canonical_32;
            239 "f64x2.sqrt" float::f64x2_sqrt has_nan_64 canonical_64;
        }
    };
}

/// Operators on two vectors of floats that may give any NaN: also what tells so, and what makes it canonical.
macro_rules! float_binary_operators {
    ($use:ident) => {
        $use! {
            228 "f32x4.add" float::f32x4_add has_nan_32 canonical_32;
            229 "f32x4.sub" float::f32x4_sub has_nan_32 canonical_32;
            230 "f32x4.mul" float::f32x4_mul has_nan_32 canonical_32;
            231 "f32x4.div" float::f32x4_div has_nan_32 canonical_32;
            232 "f32x4.min" float::f32x4_min has_nan_32 canonical_32;
            233 "f32x4.max" float::f32x4_max has_nan_32 canonical_32;
            240 "f64x2.add" float::f64x2_add has_nan_64 canonical_64;
            241 "f64x2.sub" float::f64x2_sub has_nan_64 canonical_64;
            242 "f64x2.mul" float::f64x2_mul has_nan_64 canonical_64;
            243 "f64x2.div" float::f64x2_div has_nan_64 canonical_64;
            244 "f64x2.min" float::f64x2_min has_nan_64 canonical_64;
            245 "f64x2.max" float::f64x2_max has_nan_64 canonical_64;
        }
    };
}

pub(crate) use {
    binary_operators, float_binary_operators, float_unary_operators, shift_operators, test_operators, unary_operators,
};
