//! Numeric instructions against simple second definitions: `cargo test -p raddle-wasm --test numeric`.

#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "the second definitions convert between numbers"
)]

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use raddle_wasm::{CoreStore, Deterministic, Exit, Extern, Limits, Machine, Module, Stack};
use syntax::id::ModuleId;

/// What an instruction gives: a cell, or `None` for a trap.
type Define = fn(u64, u64) -> Option<u64>;

/// Instruction, type of the operands, type of the result, second definition in wide arithmetic.
const BINARY: &[(&str, &str, &str, Define)] = &[
    ("i32.add", "i32", "i32", |a, b| Some((a + b) & 0xffff_ffff)),
    ("i32.sub", "i32", "i32", |a, b| Some((a + (1 << 32) - b) & 0xffff_ffff)),
    ("i32.mul", "i32", "i32", |a, b| Some(((u128::from(a) * u128::from(b)) & 0xffff_ffff) as u64)),
    ("i32.div_s", "i32", "i32", |a, b| {
        let (a, b) = (i64::from(a as i32), i64::from(b as i32));
        if b == 0 || a / b > i64::from(i32::MAX) { None } else { Some((a / b) as u64 & 0xffff_ffff) }
    }),
    ("i32.rem_u", "i32", "i32", |a, b| (b != 0).then(|| a % b)),
    ("i32.shl", "i32", "i32", |a, b| Some((a << (b % 32)) & 0xffff_ffff)),
    ("i32.shr_s", "i32", "i32", |a, b| Some((i64::from(a as i32) >> (b % 32)) as u64 & 0xffff_ffff)),
    ("i32.rotl", "i32", "i32", |a, b| Some(((a << (b % 32)) | (a >> ((32 - b % 32) % 64))) & 0xffff_ffff)),
    ("i32.lt_s", "i32", "i32", |a, b| Some(u64::from((a ^ (1 << 31)) < (b ^ (1 << 31))))),
    ("i32.ge_u", "i32", "i32", |a, b| Some(u64::from(a >= b))),
    ("i64.add", "i64", "i64", |a, b| Some((u128::from(a) + u128::from(b)) as u64)),
    ("i64.mul", "i64", "i64", |a, b| {
        let (low, high) = (a & 0xffff_ffff, a >> 32);
        Some(((u128::from(high) * u128::from(b)) << 32).wrapping_add(u128::from(low) * u128::from(b)) as u64)
    }),
    ("i64.div_s", "i64", "i64", |a, b| {
        let (a, b) = (i128::from(a as i64), i128::from(b as i64));
        if b == 0 || a / b > i128::from(i64::MAX) { None } else { Some((a / b) as u64) }
    }),
    ("i64.rem_s", "i64", "i64", |a, b| {
        let (a, b) = (i128::from(a as i64), i128::from(b as i64));
        (b != 0).then(|| (a % b) as u64)
    }),
    ("i64.shr_u", "i64", "i64", |a, b| Some((u128::from(a) >> (b % 64)) as u64)),
    ("i64.rotr", "i64", "i64", |a, b| Some(((u128::from(a) << 64 | u128::from(a)) >> (b % 64)) as u64)),
    ("i64.le_s", "i64", "i32", |a, b| Some(u64::from((a ^ (1 << 63)) <= (b ^ (1 << 63))))),
    ("i64.gt_u", "i64", "i32", |a, b| Some(u64::from(a > b))),
    ("f32.add", "f32", "f32", |a, b| Some(canonical_32(f64::from(float(a)) + f64::from(float(b))))),
    ("f32.mul", "f32", "f32", |a, b| Some(canonical_32(f64::from(float(a)) * f64::from(float(b))))),
    ("f32.min", "f32", "f32", |a, b| Some(minimum(a, b))),
    ("f32.copysign", "f32", "f32", |a, b| Some(a % (1 << 31) + (b >> 31 << 31))),
    ("f64.lt", "f64", "i32", |a, b| {
        Some(u64::from(f64::from_bits(a).partial_cmp(&f64::from_bits(b)).is_some_and(std::cmp::Ordering::is_lt)))
    }),
    ("f64.ge", "f64", "i32", |a, b| {
        Some(u64::from(f64::from_bits(a).partial_cmp(&f64::from_bits(b)).is_some_and(std::cmp::Ordering::is_ge)))
    }),
];

fn float(bits: u64) -> f32 {
    f32::from_bits(bits as u32)
}

/// Sums and products of 24 bits are exact in 53 or round twice innocently.
fn canonical_32(x: f64) -> u64 {
    let x = x as f32;
    if x.is_nan() { 0x7fc0_0000 } else { u64::from(x.to_bits()) }
}

/// By order of the bits as signed magnitudes.
fn minimum(a: u64, b: u64) -> u64 {
    if float(a).is_nan() || float(b).is_nan() {
        return 0x7fc0_0000;
    }
    let key = |bits: u64| {
        let magnitude = (bits & 0x7fff_ffff) as i64;
        if bits >> 31 == 1 { -magnitude - 1 } else { magnitude }
    };
    if key(a) <= key(b) { a } else { b }
}

struct Program {
    modules: [Arc<Module>; 1],
    store: CoreStore,
    funcs: Vec<[raddle_wasm::FuncAddr; 2]>,
}

/// For each instruction a function of two parameters, and one that branches on it or stores it by way of a local.
static TEXT: LazyLock<String> = LazyLock::new(|| {
    let mut text = String::from("(module ");
    for (name, from, to, _) in BINARY {
        let _ = write!(
            text,
            "(func (export \"{name}\") (param {from} {from}) (result {to}) ({name} (local.get 0) (local.get 1)))
             (func (export \"{name}!\") (param {from} {from}) (result {to}) (local {to})
               (local.set 2 ({name} (local.get 0) (local.get 1))) (local.get 2))"
        );
    }
    text.push(')');
    text
});

fn program() -> Program {
    let bytes = wat::parse_str(TEXT.as_str()).expect("a module in text");
    let definition = decode::module(&bytes, &decode::Features::default()).expect("a valid module");
    let modules = [Arc::new(Module::new(Arc::new(definition)))];
    let mut store = CoreStore::new(Limits::DEFAULT);
    let instance = store.instantiate(&modules, ModuleId(0), &[]).expect("it links");
    let func = |name: &str| match store.export(&modules, instance, name) {
        Some(Extern::Func(func)) => func,
        _ => panic!("no function `{name}`"),
    };
    let funcs = BINARY.iter().map(|row| [func(row.0), func(&format!("{}!", row.0))]).collect();
    Program { modules, store, funcs }
}

fn run(program: &mut Program, func: raddle_wasm::FuncAddr, args: &[u64]) -> Option<u64> {
    let mut stack = Stack::new();
    let mut fuel = u64::MAX;
    let mut machine =
        Machine { modules: &program.modules, store: &mut program.store, data: &mut Deterministic, fuel: &mut fuel };
    machine.call(&mut stack, func, args);
    match machine.run(&mut stack) {
        Exit::Return => Some(stack.take_results()[0]),
        Exit::Trap(_) => None,
        exit @ (Exit::Host(..) | Exit::Exception(_) | Exit::OutOfFuel | Exit::Collect | Exit::Limit(_)) => {
            panic!("{exit:?}")
        }
    }
}

/// Numbers near the edges, and any others.
fn operand() -> impl Strategy<Value = u64> {
    prop_oneof![
        any::<u64>(),
        (0u64..4).prop_map(u64::wrapping_neg),
        0u64..70,
        prop::sample::select(vec![
            1 << 31,
            (1 << 31) - 1,
            1 << 63,
            (1 << 63) - 1,
            0x7f80_0000,
            0xff80_0000,
            0x7fc0_0001
        ]),
        any::<f32>().prop_map(|x| u64::from(x.to_bits())),
        any::<f64>().prop_map(f64::to_bits),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn binary(a in operand(), b in operand()) {
        let mut program = program();
        for (i, (name, from, _, define)) in BINARY.iter().enumerate() {
            let narrow = from.ends_with("32");
            let (a, b) = if narrow { (a & 0xffff_ffff, b & 0xffff_ffff) } else { (a, b) };
            let expected = define(a, b);
            for func in program.funcs[i] {
                prop_assert_eq!(run(&mut program, func, &[a, b]), expected, "{} {:#x} {:#x}", name, a, b);
            }
        }
    }
}
