//! Second definitions of vector instructions: lane by lane, in wide arithmetic.

/// What an instruction gives for two vectors; the second one's lowest 32 bits are the `i32` of a shift.
pub(crate) type Define = Box<dyn Fn(u128, u128) -> u128>;

/// Name, types of the operands, type of the result, definition.
pub(crate) type Row = (String, &'static [&'static str], &'static str, Define);

/// A lane of a vector.
pub(crate) fn lane(v: u128, bits: u32, i: u32) -> u128 {
    (v >> (i * bits)) & ((1 << bits) - 1)
}

/// A lane with its sign.
pub(crate) fn signed(x: u128, bits: u32) -> i128 {
    let x = x as i128;
    if x >> (bits - 1) == 0 { x } else { x - (1 << bits) }
}

/// The vector with these lanes, each cut to its bits.
pub(crate) fn vector(bits: u32, lane: impl Fn(u32) -> i128) -> u128 {
    (0..128 / bits).fold(0, |v, i| v | ((lane(i) as u128) & ((1 << bits) - 1)) << (i * bits))
}

/// A lane as a number, with its sign or without.
fn number(v: u128, bits: u32, i: u32, sign: bool) -> i128 {
    let x = lane(v, bits, i);
    if sign { signed(x, bits) } else { x as i128 }
}

/// The closest number of so many bits.
fn saturate(x: i128, bits: u32, sign: bool) -> i128 {
    if sign { x.clamp(-(1 << (bits - 1)), (1 << (bits - 1)) - 1) } else { x.clamp(0, (1 << bits) - 1) }
}

/// The instructions on vectors of integers.
pub(crate) fn integers() -> Vec<Row> {
    let mut rows = bitwise();
    for (shape, bits) in [("i8x16", 8), ("i16x8", 16), ("i32x4", 32), ("i64x2", 64)] {
        lanewise(&mut rows, shape, bits);
        comparisons(&mut rows, shape, bits);
        shifts(&mut rows, shape, bits);
    }
    for (shape, from, bits) in [("i16x8", "i8x16", 16), ("i32x4", "i16x8", 32), ("i64x2", "i32x4", 64)] {
        extensions(&mut rows, shape, from, bits);
    }
    for (shape, from, bits) in [("i8x16", "i16x8", 8), ("i16x8", "i32x4", 16)] {
        for (suffix, sign) in [("s", true), ("u", false)] {
            let half = 64 / bits;
            let define = move |a, b| {
                vector(bits, |i| {
                    let (v, i) = if i < half { (a, i) } else { (b, i - half) };
                    saturate(number(v, 2 * bits, i, true), bits, sign)
                })
            };
            rows.push(binary(format!("{shape}.narrow_{from}_{suffix}"), define));
        }
    }
    rows.push(unary("i8x16.popcnt".to_owned(), |a| vector(8, |i| i128::from(lane(a, 8, i).count_ones()))));
    rows.push(binary("i16x8.q15mulr_sat_s".to_owned(), |a, b| {
        let product = move |i| number(a, 16, i, true) * number(b, 16, i, true);
        vector(16, |i| saturate((product(i) + (1 << 14)).div_euclid(1 << 15), 16, true))
    }));
    rows.push(binary("i32x4.dot_i16x8_s".to_owned(), |a, b| {
        let product = move |i| number(a, 16, i, true) * number(b, 16, i, true);
        vector(32, |i| product(2 * i) + product(2 * i + 1))
    }));
    rows.push(binary("i8x16.swizzle".to_owned(), |a, b| {
        vector(8, |i| u32::try_from(lane(b, 8, i)).map_or(0, |at| if at < 16 { lane(a, 8, at) as i128 } else { 0 }))
    }));
    rows
}

pub(crate) fn unary(name: String, define: impl Fn(u128) -> u128 + 'static) -> Row {
    (name, &["v128"], "v128", Box::new(move |a, _| define(a)))
}

pub(crate) fn binary(name: String, define: impl Fn(u128, u128) -> u128 + 'static) -> Row {
    (name, &["v128", "v128"], "v128", Box::new(define))
}

fn test(name: String, define: impl Fn(u128) -> u128 + 'static) -> Row {
    (name, &["v128"], "i32", Box::new(move |a, _| define(a)))
}

fn bitwise() -> Vec<Row> {
    let bit = |f: fn(bool, bool) -> bool| {
        move |a: u128, b: u128| (0..128).fold(0, |v, i| v | u128::from(f((a >> i) & 1 == 1, (b >> i) & 1 == 1)) << i)
    };
    vec![
        unary("v128.not".to_owned(), move |a| bit(|a, _| !a)(a, 0)),
        binary("v128.and".to_owned(), bit(|a, b| a && b)),
        binary("v128.andnot".to_owned(), bit(|a, b| a && !b)),
        binary("v128.or".to_owned(), bit(|a, b| a || b)),
        binary("v128.xor".to_owned(), bit(|a, b| a != b)),
        test("v128.any_true".to_owned(), |a| u128::from((0..128).any(|i| (a >> i) & 1 == 1))),
    ]
}

fn lanewise(rows: &mut Vec<Row>, shape: &str, bits: u32) {
    let pair = |name: &str, sign: bool, f: fn(i128, i128) -> i128| {
        binary(format!("{shape}.{name}"), move |a, b| {
            vector(bits, |i| f(number(a, bits, i, sign), number(b, bits, i, sign)))
        })
    };
    let saturating = |name: &str, sign: bool, f: fn(i128, i128) -> i128| {
        binary(format!("{shape}.{name}"), move |a, b| {
            vector(bits, |i| saturate(f(number(a, bits, i, sign), number(b, bits, i, sign)), bits, sign))
        })
    };
    rows.push(unary(format!("{shape}.abs"), move |a| vector(bits, |i| number(a, bits, i, true).abs())));
    rows.push(unary(format!("{shape}.neg"), move |a| vector(bits, |i| -number(a, bits, i, true))));
    rows.push(pair("add", false, |a, b| a + b));
    rows.push(pair("sub", false, |a, b| a - b));
    if bits != 8 {
        rows.push(pair("mul", false, i128::wrapping_mul));
    }
    if bits != 64 {
        rows.push(pair("min_s", true, i128::min));
        rows.push(pair("min_u", false, i128::min));
        rows.push(pair("max_s", true, i128::max));
        rows.push(pair("max_u", false, i128::max));
    }
    if bits < 32 {
        rows.push(pair("avgr_u", false, |a, b| (a + b + 1) / 2));
        rows.push(saturating("add_sat_s", true, |a, b| a + b));
        rows.push(saturating("add_sat_u", false, |a, b| a + b));
        rows.push(saturating("sub_sat_s", true, |a, b| a - b));
        rows.push(saturating("sub_sat_u", false, |a, b| a - b));
    }
    let lanes = 128 / bits;
    rows.push(test(format!("{shape}.all_true"), move |a| u128::from((0..lanes).all(|i| lane(a, bits, i) != 0))));
    rows.push(test(format!("{shape}.bitmask"), move |a| {
        (0..lanes).fold(0, |mask, i| mask | u128::from(number(a, bits, i, true) < 0) << i)
    }));
}

fn comparisons(rows: &mut Vec<Row>, shape: &str, bits: u32) {
    let mut compare = |name: String, sign: bool, f: fn(&i128, &i128) -> bool| {
        rows.push(binary(format!("{shape}.{name}"), move |a, b| {
            vector(bits, |i| -i128::from(f(&number(a, bits, i, sign), &number(b, bits, i, sign))))
        }));
    };
    compare("eq".to_owned(), true, i128::eq);
    compare("ne".to_owned(), true, i128::ne);
    for (suffix, sign) in [("s", true), ("u", false)] {
        if sign || bits != 64 {
            compare(format!("lt_{suffix}"), sign, i128::lt);
            compare(format!("gt_{suffix}"), sign, i128::gt);
            compare(format!("le_{suffix}"), sign, i128::le);
            compare(format!("ge_{suffix}"), sign, i128::ge);
        }
    }
}

fn shifts(rows: &mut Vec<Row>, shape: &str, bits: u32) {
    let mut shift = |name: &str, sign: bool, f: fn(i128, u32) -> i128| {
        let define = move |a, b| {
            let distance = u32::try_from(b % u128::from(bits)).expect("a small number");
            vector(bits, |i| f(number(a, bits, i, sign), distance))
        };
        rows.push((format!("{shape}.{name}"), &["v128", "i32"], "v128", Box::new(define)));
    };
    shift("shl", false, |x, n| x * (1 << n));
    shift("shr_s", true, |x, n| x.div_euclid(1 << n));
    shift("shr_u", false, |x, n| x.div_euclid(1 << n));
}

fn extensions(rows: &mut Vec<Row>, shape: &str, from: &str, bits: u32) {
    let (half, lanes) = (bits / 2, 128 / bits);
    for (suffix, sign) in [("s", true), ("u", false)] {
        for (part, first) in [("low", 0), ("high", lanes)] {
            rows.push(unary(format!("{shape}.extend_{part}_{from}_{suffix}"), move |a| {
                vector(bits, |i| number(a, half, first + i, sign))
            }));
            rows.push(binary(format!("{shape}.extmul_{part}_{from}_{suffix}"), move |a, b| {
                vector(bits, |i| number(a, half, first + i, sign) * number(b, half, first + i, sign))
            }));
        }
        if bits != 64 {
            rows.push(unary(format!("{shape}.extadd_pairwise_{from}_{suffix}"), move |a| {
                vector(bits, |i| number(a, half, 2 * i, sign) + number(a, half, 2 * i + 1, sign))
            }));
        }
    }
}

/// A lane as a float; `f32` is exact in `f64`.
pub(crate) fn float(v: u128, bits: u32, i: u32) -> f64 {
    let x = lane(v, bits, i) as u64;
    if bits == 32 { f64::from(f32::from_bits(x as u32)) } else { f64::from_bits(x) }
}

/// The bits of a float, a NaN being canonical. Sums, products, quotients and roots of `f32` survive rounding twice.
pub(crate) fn float_bits(x: f64, bits: u32) -> i128 {
    match (x.is_nan(), bits) {
        (true, 32) => 0x7fc0_0000,
        (true, _) => 0x7ff8_0000_0000_0000,
        (false, 32) => i128::from((x as f32).to_bits()),
        (false, _) => i128::from(x.to_bits()),
    }
}

/// By sign and magnitude: -0 is less than 0.
fn minimum(x: f64, y: f64) -> f64 {
    match (x.is_nan() || y.is_nan(), x == y) {
        (true, _) => f64::NAN,
        (false, true) => {
            if x.is_sign_negative() {
                x
            } else {
                y
            }
        }
        (false, false) => {
            if x < y {
                x
            } else {
                y
            }
        }
    }
}

/// By sign and magnitude: -0 is less than 0.
fn maximum(x: f64, y: f64) -> f64 {
    -minimum(-x, -y)
}

/// The instructions on vectors of floats, and conversions.
pub(crate) fn floats() -> Vec<Row> {
    let mut rows = Vec::new();
    for (shape, bits) in [("f32x4", 32), ("f64x2", 64)] {
        float_arithmetic(&mut rows, shape, bits);
        float_choices(&mut rows, shape, bits);
    }
    conversions(&mut rows);
    rows
}

fn float_arithmetic(rows: &mut Vec<Row>, shape: &str, bits: u32) {
    let one = |name: &str, f: fn(f64) -> f64| {
        unary(format!("{shape}.{name}"), move |a| vector(bits, |i| float_bits(f(float(a, bits, i)), bits)))
    };
    rows.push(one("ceil", f64::ceil));
    rows.push(one("floor", f64::floor));
    rows.push(one("trunc", f64::trunc));
    rows.push(one("nearest", f64::round_ties_even));
    rows.push(one("sqrt", f64::sqrt));
    let two = |name: &str, f: fn(f64, f64) -> f64| {
        binary(format!("{shape}.{name}"), move |a, b| {
            vector(bits, |i| float_bits(f(float(a, bits, i), float(b, bits, i)), bits))
        })
    };
    rows.push(two("add", |x, y| x + y));
    rows.push(two("sub", |x, y| x - y));
    rows.push(two("mul", |x, y| x * y));
    rows.push(two("div", |x, y| x / y));
    rows.push(two("min", minimum));
    rows.push(two("max", maximum));
}

fn float_choices(rows: &mut Vec<Row>, shape: &str, bits: u32) {
    let top = 1 << (bits - 1);
    rows.push(unary(format!("{shape}.abs"), move |a| vector(bits, |i| lane(a, bits, i) as i128 & (top - 1))));
    rows.push(unary(format!("{shape}.neg"), move |a| vector(bits, |i| lane(a, bits, i) as i128 ^ top)));
    let mut choose = |name: &str, second: fn(f64, f64) -> bool| {
        rows.push(binary(format!("{shape}.{name}"), move |a, b| {
            vector(bits, |i| {
                let chosen = if second(float(a, bits, i), float(b, bits, i)) { b } else { a };
                lane(chosen, bits, i) as i128
            })
        }));
    };
    choose("pmin", |x, y| y < x);
    choose("pmax", |x, y| x < y);
    let mut compare = |name: &str, f: fn(&f64, &f64) -> bool| {
        rows.push(binary(format!("{shape}.{name}"), move |a, b| {
            vector(bits, |i| -i128::from(f(&float(a, bits, i), &float(b, bits, i))))
        }));
    };
    compare("eq", f64::eq);
    compare("ne", f64::ne);
    compare("lt", f64::lt);
    compare("gt", f64::gt);
    compare("le", f64::le);
    compare("ge", f64::ge);
}

fn conversions(rows: &mut Vec<Row>) {
    for (suffix, sign) in [("s", true), ("u", false)] {
        rows.push(unary(format!("i32x4.trunc_sat_f32x4_{suffix}"), move |a| {
            vector(32, |i| saturate(float(a, 32, i) as i128, 32, sign))
        }));
        rows.push(unary(format!("i32x4.trunc_sat_f64x2_{suffix}_zero"), move |a| {
            vector(32, |i| if i < 2 { saturate(float(a, 64, i) as i128, 32, sign) } else { 0 })
        }));
        rows.push(unary(format!("f32x4.convert_i32x4_{suffix}"), move |a| {
            vector(32, |i| float_bits(number(a, 32, i, sign) as f64, 32))
        }));
        rows.push(unary(format!("f64x2.convert_low_i32x4_{suffix}"), move |a| {
            vector(64, |i| float_bits(number(a, 32, i, sign) as f64, 64))
        }));
    }
    rows.push(unary("f32x4.demote_f64x2_zero".to_owned(), |a| {
        vector(32, |i| if i < 2 { float_bits(float(a, 64, i), 32) } else { 0 })
    }));
    rows.push(unary("f64x2.promote_low_f32x4".to_owned(), |a| vector(64, |i| float_bits(float(a, 32, i), 64))));
}
