//! Run: `cargo test -p raddle-wasm --test nans`. Every instruction that gives a NaN asks for its sign, once for each NaN, and the
//! NaN is canonical but for the sign; instructions that give none ask nothing.

use std::sync::Arc;

use raddle_wasm::{CoreStore, DataChoices, Exit, Extern, Limits, Machine, Module, Stack};
use syntax::id::ModuleId;

/// Says that every NaN is negative, or that none is.
struct Signs {
    negative: bool,
    asked: u32,
}

impl DataChoices for Signs {
    fn nan_is_negative(&mut self) -> bool {
        self.asked += 1;
        self.negative
    }
}

/// The two 64-bit halves of what an expression gives as a vector, and how often was asked.
fn run(expression: &str, negative: bool) -> (Vec<u64>, u32) {
    let text = format!(r#"(module (func (export "run") (param f32 f64 f32 f64) (result v128) {expression}))"#);
    let bytes = wat::parse_str(&text).unwrap_or_else(|error| panic!("{expression}: {error}"));
    let definition = decode::module(&bytes, &decode::Features::default()).expect("the module is valid");
    let modules = [Arc::new(Module::new(Arc::new(definition)))];
    let mut store = CoreStore::new(Limits::DEFAULT);
    let instance = store.instantiate(&modules, ModuleId(0), &[]).expect("it links");
    let Some(Extern::Func(func)) = store.export(&modules, instance, "run") else { panic!("it exports `run`") };
    let (mut stack, mut fuel, mut data) = (Stack::new(), 1000, Signs { negative, asked: 0 });
    let mut machine = Machine { modules: &modules, store: &mut store, data: &mut data, fuel: &mut fuel };
    // A signalling NaN with a payload of each type, and two numbers.
    let args = [0xffa1_2345, 0xfff4_0000_0000_1234, u64::from((-2.5_f32).to_bits()), (-2.5_f64).to_bits()];
    machine.call(&mut stack, func, &args);
    assert_eq!(machine.run(&mut stack), Exit::Return, "{expression}");
    (stack.take_results().to_vec(), data.asked)
}

const NAN_32: u64 = 0x7fc0_0000;
const NAN_64: u64 = 0x7ff8_0000_0000_0000;

fn check_scalar(bits: u32, instruction: &str) {
    let splat = if bits == 32 { "f32x4.replace_lane" } else { "f64x2.replace_lane" };
    let (nan, sign) = if bits == 32 { (NAN_32, 1 << 31) } else { (NAN_64, 1 << 63) };
    let expression = format!("({splat} 0 (v128.const i64x2 0 0) {instruction})");
    assert_eq!(run(&expression, false), (vec![nan, 0], 1), "{instruction}");
    assert_eq!(run(&expression, true), (vec![nan | sign, 0], 1), "{instruction}");
}

#[test]
fn scalar_instructions() {
    for (bits, nan, number, zero) in [
        (32, "(local.get 0)", "(local.get 2)", "(f32.const 0)"),
        (64, "(local.get 1)", "(local.get 3)", "(f64.const 0)"),
    ] {
        for name in ["add", "sub", "mul", "div", "min", "max"] {
            check_scalar(bits, &format!("(f{bits}.{name} {nan} {number})"));
            check_scalar(bits, &format!("(f{bits}.{name} {number} {nan})"));
            check_scalar(bits, &format!("(f{bits}.{name} {nan} (f{bits}.const 1.5))"));
            check_scalar(bits, &format!("(f{bits}.{name} (f{bits}.const 1.5) {nan})"));
        }
        for name in ["sqrt", "ceil", "floor", "trunc", "nearest"] {
            check_scalar(bits, &format!("(f{bits}.{name} {nan})"));
        }
        check_scalar(bits, &format!("(f{bits}.sqrt {number})"));
        check_scalar(bits, &format!("(f{bits}.div {zero} {zero})"));
    }
    check_scalar(32, "(f32.demote_f64 (local.get 1))");
    check_scalar(64, "(f64.promote_f32 (local.get 0))");
}

#[test]
fn products_that_are_added_are_two_instructions() {
    for (bits, nan, number) in [(32, "(local.get 0)", "(local.get 2)"), (64, "(local.get 1)", "(local.get 3)")] {
        let splat = format!("f{bits}x{}.replace_lane 0 (v128.const i64x2 0 0)", 128 / bits);
        for name in ["add", "sub"] {
            let both = format!("({splat} (f{bits}.{name} {number} (f{bits}.mul {nan} {number})))");
            assert_eq!(run(&both, true).1, 2, "{both}");
            let sum = format!("({splat} (f{bits}.{name} {nan} (f{bits}.mul {number} {number})))");
            assert_eq!(run(&sum, true).1, 1, "{sum}");
        }
    }
}

#[test]
fn vector_instructions() {
    for (bits, lanes) in [(32, 4), (64, 2)] {
        let shape = format!("f{bits}x{lanes}");
        // A NaN in the first and in the last lane.
        let splat = format!("({shape}.splat (f{bits}.const 2))");
        let nan = format!("(local.get {})", bits / 64);
        let first = format!("({shape}.replace_lane 0 {splat} {nan})");
        let both = format!("({shape}.replace_lane {} {first} {nan})", lanes - 1);
        let two = ["add", "sub", "mul", "div", "min", "max"].map(|name| format!("({shape}.{name} {splat} {both})"));
        let one = ["sqrt", "ceil", "floor", "trunc", "nearest"].map(|name| format!("({shape}.{name} {both})"));
        for expression in two.iter().chain(&one) {
            for negative in [false, true] {
                let (halves, asked) = run(expression, negative);
                let (nan, sign) = if bits == 32 { (NAN_32, 1 << 31) } else { (NAN_64, 1 << 63) };
                let expected = if negative { nan | sign } else { nan };
                let (low, high) =
                    if bits == 32 { (halves[0] & 0xffff_ffff, halves[1] >> 32) } else { (halves[0], halves[1]) };
                assert_eq!((low, high, asked), (expected, expected, 2), "{expression}");
            }
        }
    }
    let nan_32 = "(f32x4.splat (local.get 0))";
    assert_eq!(run(&format!("(f64x2.promote_low_f32x4 {nan_32})"), true), (vec![NAN_64 | 1 << 63; 2], 2));
    let nan_64 = "(f64x2.splat (local.get 1))";
    let demoted = run(&format!("(f32x4.demote_f64x2_zero {nan_64})"), true);
    assert_eq!(demoted, (vec![(NAN_32 | 1 << 31) << 32 | NAN_32 | 1 << 31, 0], 2));
}

#[test]
fn what_gives_no_new_nan_asks_nothing() {
    for expression in [
        "(f32x4.splat (f32.neg (local.get 0)))",
        "(f32x4.splat (f32.abs (local.get 0)))",
        "(f32x4.splat (f32.copysign (local.get 0) (local.get 2)))",
        "(f64x2.splat (f64.add (local.get 3) (local.get 3)))",
        "(f32x4.neg (f32x4.splat (local.get 0)))",
        "(f64x2.pmin (f64x2.splat (local.get 1)) (f64x2.splat (local.get 3)))",
    ] {
        assert_eq!(run(expression, true).1, 0, "{expression}");
    }
}
