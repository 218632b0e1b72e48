//! A guest cannot grow the native stack, whatever it does: `cargo test -p raddle-wasm --test native_stack`, and the same with
//! `--release`, where handlers call each other and the compiler has to make jumps of that.

use std::fmt::Write as _;
use std::sync::Arc;

use decode::Features;
use raddle_wasm::{CoreStore, Deterministic, Dispatch, Exit, Extern, Limits, Machine, Module, Stack};
use syntax::id::ModuleId;

/// As little as threads can have with room for the machine itself. A slice of fuel has 2^14 instructions, and a call
/// takes 16 bytes at least.
const NATIVE_STACK_BYTES: usize = 192 * 1024;

/// Runs the export `run: (i32) -> i32` on a small native stack, in both ways; how it ended.
fn run(text: &str, arg: u64) -> Result<u64, String> {
    let bytes = wat::parse_str(text).expect("a module in text");
    let definition = Arc::new(decode::module(&bytes, &Features::default()).expect("a valid module"));
    let [ending, looping] = [Dispatch::DEFAULT, Dispatch::Loop].map(|dispatch| {
        let definition = Arc::clone(&definition);
        let act = move || {
            let modules = [Arc::new(Module::with_dispatch(definition, dispatch))];
            let mut store = CoreStore::new(Limits { call_depth: 200_000, stack_cells: 1 << 22, ..Limits::DEFAULT });
            let instance = store.instantiate(&modules, ModuleId(0), &[]).expect("it imports nothing");
            let Some(Extern::Func(func)) = store.export(&modules, instance, "run") else { panic!("no function `run`") };
            let (mut stack, mut fuel) = (Stack::new(), u64::MAX);
            let mut machine =
                Machine { modules: &modules, store: &mut store, data: &mut Deterministic, fuel: &mut fuel };
            machine.call(&mut stack, func, &[arg]);
            match machine.run_only(&mut stack) {
                Exit::Return => Ok(stack.take_results()[0]),
                Exit::Trap(trap) => Err(trap.to_string()),
                Exit::Limit(limit) => Err(format!("{limit:?}")),
                exit @ (Exit::Host(..) | Exit::Exception(_) | Exit::OutOfFuel | Exit::Collect) => {
                    Err(format!("{exit:?}"))
                }
            }
        };
        let thread = std::thread::Builder::new().stack_size(NATIVE_STACK_BYTES).spawn(act).expect("a thread");
        thread.join().expect("it does not panic")
    });
    assert_eq!(ending, looping, "the dispatch changes nothing");
    ending
}

/// A module whose function repeats some instructions, 16 times in a loop, often enough to fill slices of fuel.
fn repeated(body: &str) -> String {
    let body = body.repeat(16);
    format!(
        "(module (memory 1) (global $g (mut i32) (i32.const 7)) (table $t 4 funcref) (elem declare func $id)
            (type $s (struct (field (mut i32)))) (type $id (func (param i32) (result i32)))
            (func $id (type $id) (local.get 0))
            (func (export \"run\") (param $n i32) (result i32)
                (local $i i32) (local $j i64) (local $f f32) (local $d f64) (local $v v128) (local $r (ref null $s))
                (local.set $r (struct.new $s (i32.const 1)))
                (table.set $t (i32.const 0) (ref.func $id))
                (loop $again {body}
                    (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
                (i32.const 1)))"
    )
}

/// Executes instructions about 2^15 times in a row.
fn often(body: &str) {
    assert_eq!(run(&repeated(body), 2048), Ok(1), "{body}");
}

const NUMERIC: &[(&str, &str, &str, &[&str])] = &[
    ("$i", "$i", "i32", &["add", "sub", "mul", "and", "or", "xor", "shl", "shr_s", "shr_u", "rotl", "rotr"]),
    ("$i", "$i", "i32", &["eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s", "ge_u"]),
    ("$j", "$j", "i64", &["add", "sub", "mul", "and", "or", "xor", "shl", "shr_s", "shr_u", "rotl", "rotr"]),
    ("$i", "$j", "i64", &["eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s", "ge_u"]),
    ("$f", "$f", "f32", &["add", "sub", "mul", "div", "min", "max", "copysign"]),
    ("$i", "$f", "f32", &["eq", "ne", "lt", "gt", "le", "ge"]),
    ("$d", "$d", "f64", &["add", "sub", "mul", "div", "min", "max", "copysign"]),
    ("$i", "$d", "f64", &["eq", "ne", "lt", "gt", "le", "ge"]),
    ("$v", "$v", "i8x16", &["add", "sub", "min_s", "swizzle", "eq", "narrow_i16x8_s"]),
    ("$v", "$v", "i32x4", &["add", "mul", "dot_i16x8_s", "lt_s"]),
    ("$v", "$v", "f32x4", &["add", "mul", "div", "min", "pmin"]),
    ("$v", "$v", "f64x2", &["add", "mul", "div", "max", "eq"]),
];

const UNARY: &[(&str, &str, &[&str])] = &[
    ("$i", "$i", &["i32.clz", "i32.ctz", "i32.popcnt", "i32.eqz", "i32.extend8_s", "i32.extend16_s"]),
    ("$j", "$j", &["i64.clz", "i64.ctz", "i64.popcnt", "i64.extend8_s", "i64.extend16_s", "i64.extend32_s"]),
    ("$f", "$f", &["f32.abs", "f32.neg", "f32.ceil", "f32.floor", "f32.trunc", "f32.nearest", "f32.sqrt"]),
    ("$d", "$d", &["f64.abs", "f64.neg", "f64.ceil", "f64.floor", "f64.trunc", "f64.nearest", "f64.sqrt"]),
    ("$i", "$d", &["i32.trunc_f64_s", "i32.trunc_f64_u", "i32.trunc_sat_f64_s", "i32.trunc_sat_f64_u"]),
    ("$j", "$f", &["i64.trunc_f32_s", "i64.trunc_f32_u", "i64.trunc_sat_f32_s", "i64.trunc_sat_f32_u"]),
    ("$d", "$i", &["f64.convert_i32_s", "f64.convert_i32_u"]),
    ("$f", "$j", &["f32.convert_i64_s", "f32.convert_i64_u"]),
    ("$i", "$j", &["i32.wrap_i64", "i64.eqz"]),
    ("$v", "$v", &["v128.not", "i8x16.popcnt", "f32x4.ceil", "f32x4.sqrt", "f64x2.nearest", "i32x4.trunc_sat_f32x4_s"]),
    ("$i", "$v", &["i8x16.bitmask", "v128.any_true", "i32x4.all_true", "i16x8.extract_lane_s 3"]),
    ("$v", "$i", &["i8x16.splat", "i32x4.splat"]),
];

#[test]
fn numeric_operators() {
    let mut body = String::new();
    for (to, from, ty, names) in NUMERIC {
        for name in *names {
            let _ = write!(body, "(local.set {to} ({ty}.{name} (local.get {from}) (local.get {from})))");
            often(&std::mem::take(&mut body));
        }
    }
    for (to, from, names) in UNARY {
        for name in *names {
            often(&format!("(local.set {to} ({name} (local.get {from})))"));
        }
    }
}

#[test]
fn memory_globals_and_tables() {
    for body in [
        "(local.set $i (i32.load (i32.const 8)))",
        "(local.set $i (i32.load8_s offset=8 (local.get $i)))",
        "(local.set $j (i64.load (i32.add (local.get $i) (local.get $i))))",
        "(i32.store (i32.const 8) (local.get $n))",
        "(i64.store (i32.shl (local.get $i) (i32.const 3)) (local.get $j))",
        "(i32.store8 (local.get $i) (i32.const 1))",
        "(local.set $v (v128.load (i32.const 16)))",
        "(v128.store (i32.const 32) (local.get $v))",
        "(memory.fill (i32.const 64) (i32.const 1) (i32.const 100))",
        "(memory.copy (i32.const 64) (i32.const 300) (i32.const 100))",
        "(drop (memory.size))",
        "(local.set $i (global.get $g)) (global.set $g (local.get $i))",
        "(drop (table.get $t (i32.const 0)))",
        "(local.set $i (select (local.get $n) (local.get $i) (local.get $i)))",
        "(local.set $i (select (local.get $n) (i32.const 3) (local.get $i)))",
        "(local.set $i (struct.get $s 0 (local.get $r)))",
        "(struct.set $s 0 (local.get $r) (local.get $n))",
    ] {
        often(body);
    }
}

#[test]
fn branches_and_calls() {
    for body in [
        "(block (br 0))",
        "(block (br_if 0 (i32.lt_s (local.get $i) (local.get $n))))",
        "(block (br_if 0 (i64.ne (local.get $j) (i64.const 1))))",
        "(block (br_if 0 (f64.lt (local.get $d) (f64.const 1))))",
        "(block (br_if 0 (local.tee $i (i32.add (local.get $i) (i32.const 1)))))",
        "(block (br_if 0 (i32.and (local.get $i) (i32.const 1))))",
        "(block (block (br_table 0 1 0 (local.get $i))))",
        "(local.set $i (call $id (local.get $n)))",
        "(local.set $i (call_indirect $t (type $id) (local.get $n) (i32.const 0)))",
        "(local.set $i (call_ref $id (local.get $n) (ref.func $id)))",
    ] {
        often(body);
    }
}

/// A hundred thousand instructions without a branch.
#[test]
fn straight_line() {
    let mut text = "(module (func (export \"run\") (param i32) (result i32)".to_owned();
    for _ in 0..50_000 {
        text.push_str("(local.set 0 (i32.rotl (local.get 0) (i32.const 1)))");
    }
    text.push_str("(local.get 0)))");
    assert_eq!(run(&text, 1), Ok(1 << (50_000 % 32)));
}

#[test]
fn tail_calls() {
    let text = r#"(module
        (type $f (func (param i32) (result i32)))
        (table funcref (elem $even $odd))
        (func $even (type $f)
          (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 1))
            (else (return_call $odd (i32.sub (local.get 0) (i32.const 1))))))
        (func $odd (type $f)
          (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 0))
            (else (return_call_indirect (type $f) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0)))))
        (func (export "run") (type $f) (return_call $even (local.get 0))))"#;
    assert_eq!(run(text, 300_001), Ok(0));
}

#[test]
fn recursion() {
    let text = r#"(module
        (func $sum (export "run") (param i32) (result i32)
          (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 0))
            (else (i32.add (i32.const 1) (call $sum (i32.sub (local.get 0) (i32.const 1))))))))"#;
    assert_eq!(run(text, 150_000), Ok(150_000));
    assert_eq!(run(text, 1_000_000), Err("CallStack".to_owned()));
}
