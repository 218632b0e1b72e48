//! Run: `cargo bench -p raddle --bench load`. The speed of decoding and validating, beside bare validation by wasmparser of
//! the same bytes in the same run.

use std::fmt::Write as _;
use std::hint::black_box;

use criterion::{Criterion, Throughput};
use decode::Features;
use wasmparser::{Validator, WasmFeatures};

/// How many functions the module has: several MB of code.
const FUNCTIONS: usize = 40_000;

/// Functions with loops, memory, calls and floating-point numbers, each with constants of its own.
fn module() -> Vec<u8> {
    let mut text = "(module (memory 1) (global $g (mut i32) (i32.const 0))".to_owned();
    for number in 0..FUNCTIONS {
        let next = (number + 1) % FUNCTIONS;
        let _ = write!(
            text,
            "(func $f{number} (param $a i32) (param $b f64) (result i32) (local $i i32) (local $x i64)
                (block $out (loop $again
                    (br_if $out (i32.ge_u (local.get $i) (i32.const {number})))
                    (local.set $x (i64.add (i64.load offset=8 (local.get $i)) (i64.extend_i32_u (local.get $a))))
                    (i64.store offset=16 (local.get $i) (i64.xor (local.get $x) (i64.const {number})))
                    (local.set $b (f64.mul (local.get $b) (f64.const {number}.5)))
                    (local.set $i (i32.add (local.get $i) (i32.const 8)))
                    (br $again)))
                (global.set $g (i32.trunc_sat_f64_s (local.get $b)))
                (if (result i32) (i32.and (local.get $a) (i32.const 1))
                    (then (call $f{next} (i32.shr_u (local.get $a) (i32.const 1)) (local.get $b)))
                    (else (select (local.get $a) (global.get $g) (i64.eqz (local.get $x))))))"
        );
    }
    text.push(')');
    wat::parse_str(&text).expect("the text is a module")
}

fn main() {
    let bytes = module();
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let mut c = Criterion::default().configure_from_args();
    let mut group = c.benchmark_group("load");
    group.throughput(Throughput::Bytes(size)).sample_size(20);
    group.bench_function("wasmparser validates", |b| {
        b.iter(|| black_box(Validator::new_with_features(WasmFeatures::all()).validate_all(&bytes).is_ok()));
    });
    group.bench_function("raddle decodes and validates", |b| {
        b.iter(|| black_box(decode::module(&bytes, &Features::default()).is_ok()));
    });
    group.finish();
    c.final_summary();
}
