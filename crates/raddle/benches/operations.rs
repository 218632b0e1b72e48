//! Run: `cargo bench -p raddle --bench operations`. The hot paths of components and of tiny core modules.
//!
//! Where a guest loops by itself, as many rounds are asked of it as the measurement wants, so that the figure is the time
//! of one operation. One operation of `stream` is a write, a read and a poll.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Bencher, Criterion};
use raddle::{Component, Engine, Func, Linker, Module, Store, Val};
use wasm::{CoreStore, Deterministic, Exit, Extern, Limits, Machine, Stack};

const TINY: &str = r#"(module (func (export "answer") (result i32) (i32.const 42)))"#;

const TINY_MEMORY: &str = r#"(module
    (memory 1) (table 8 funcref) (global (mut i32) (i32.const 3)) (data (i32.const 4) "answer")
    (func (export "answer") (result i32) (i32.load8_u (i32.const 4))))"#;

const TINY_COMPONENT: &str = r#"(component
    (core module $m (func (export "answer") (result i32) (i32.const 42)))
    (core instance $i (instantiate $m))
    (func (export "answer") (result u32) (canon lift (core func $i "answer"))))"#;

const TINY_COMPONENT_MEMORY: &str = r#"(component
    (core module $m
        (memory (export "memory") 1) (data (i32.const 4) "answer")
        (func (export "answer") (result i32) (i32.load8_u (i32.const 4))))
    (core instance $i (instantiate $m))
    (func (export "answer") (result u32) (canon lift (core func $i "answer"))))"#;

/// Adds numbers; gives back strings and bytes where they were put.
const SERVER: &str = r#"(component $server
    (core module $m
        (memory (export "memory") 3)
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 4096))
        (func (export "sum") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
        (func (export "same") (param $at i32) (param $length i32) (result i32)
            (i32.store (i32.const 256) (local.get $at))
            (i32.store (i32.const 260) (local.get $length))
            (i32.const 256)))
    (core instance $i (instantiate $m))
    (func (export "sum") (param "x" u32) (param "y" u32) (result u32) (canon lift (core func $i "sum")))
    (func (export "text") (param "of" string) (result string)
        (canon lift (core func $i "same") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
    (func (export "bytes") (param "of" (list u8)) (result (list u8))
        (canon lift (core func $i "same") (memory (core memory $i "memory")) (realloc (core func $i "realloc")))))"#;

/// Calls the server as often as it is told to.
const CLIENT: &str = r#"(component $client
    (import "sum" (func $sum (param "x" u32) (param "y" u32) (result u32)))
    (import "bytes" (func $bytes (param "of" (list u8)) (result (list u8))))
    (core module $libc
        (memory (export "memory") 4)
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 131072)))
    (core instance $libc (instantiate $libc))
    (core func $sum (canon lower (func $sum)))
    (core func $bytes (canon lower (func $bytes)
        (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
    (core module $m
        (import "" "sum" (func $sum (param i32 i32) (result i32)))
        (import "" "bytes" (func $bytes (param i32 i32 i32)))
        (func (export "sums") (param $rounds i32) (param $step i32) (result i32) (local $total i32)
            (loop $again
                (local.set $total (call $sum (local.get $total) (local.get $step)))
                (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
                (br_if $again (local.get $rounds)))
            (local.get $total))
        (func (export "echoes") (param $rounds i32) (param $length i32) (result i32)
            (loop $again
                (call $bytes (i32.const 2048) (local.get $length) (i32.const 64))
                (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
                (br_if $again (local.get $rounds)))
            (i32.const 0)))
    (core instance $i (instantiate $m (with "" (instance (export "sum" (func $sum)) (export "bytes" (func $bytes))))))
    (func (export "sums") (param "rounds" u32) (param "step" u32) (result u32) (canon lift (core func $i "sums")))
    (func (export "echoes") (param "rounds" u32) (param "length" u32) (result u32)
        (canon lift (core func $i "echoes"))))"#;

/// One instance with both ends of a stream: each round writes, which blocks, reads, and polls for the end of the write.
const STREAM: &str = r#"(component
    (core module $libc (memory (export "memory") 4))
    (core instance $libc (instantiate $libc))
    (type $bytes (stream u8))
    (core func $new (canon stream.new $bytes))
    (core func $read (canon stream.read $bytes async (memory (core memory $libc "memory"))))
    (core func $write (canon stream.write $bytes async (memory (core memory $libc "memory"))))
    (core func $set (canon waitable-set.new))
    (core func $join (canon waitable.join))
    (core func $poll (canon waitable-set.poll (memory (core memory $libc "memory"))))
    (core module $m
        (import "" "new" (func $new (result i64)))
        (import "" "read" (func $read (param i32 i32 i32) (result i32)))
        (import "" "write" (func $write (param i32 i32 i32) (result i32)))
        (import "" "set" (func $set (result i32)))
        (import "" "join" (func $join (param i32 i32)))
        (import "" "poll" (func $poll (param i32 i32) (result i32)))
        (func (export "copies") (param $rounds i32) (param $length i32) (result i32)
            (local $ends i64) (local $reader i32) (local $writer i32) (local $set i32)
            (local.set $ends (call $new))
            (local.set $reader (i32.wrap_i64 (local.get $ends)))
            (local.set $writer (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
            (local.set $set (call $set))
            (call $join (local.get $writer) (local.get $set))
            (loop $again
                (if (i32.ne (call $write (local.get $writer) (i32.const 512) (local.get $length)) (i32.const -1))
                    (then (unreachable)))
                (drop (call $read (local.get $reader) (i32.const 131072) (local.get $length)))
                (drop (call $poll (local.get $set) (i32.const 0)))
                (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1)))
                (br_if $again (local.get $rounds)))
            (i32.const 0)))
    (core instance $i (instantiate $m (with "" (instance
        (export "new" (func $new)) (export "read" (func $read)) (export "write" (func $write))
        (export "set" (func $set)) (export "join" (func $join)) (export "poll" (func $poll))))))
    (func (export "copies") (param "rounds" u32) (param "length" u32) (result u32)
        (canon lift (core func $i "copies"))))"#;

/// Each iteration makes a store and an instance, and calls a function of it.
fn core_module(bencher: &mut Bencher<'_>, text: &str) {
    let module = Module::new(&Engine::default(), text).expect("the module is valid");
    let modules = &module.program().modules;
    bencher.iter(|| {
        let mut store = CoreStore::new(Limits::DEFAULT);
        let instance = store.instantiate(modules, module.id(), &[]).expect("the module instantiates");
        let Some(Extern::Func(answer)) = store.export(modules, instance, "answer") else { panic!("no `answer`") };
        let mut stack = Stack::new();
        let mut fuel = u64::MAX;
        let mut machine = Machine { modules, store: &mut store, data: &mut Deterministic, fuel: &mut fuel };
        machine.call(&mut stack, answer, &[]);
        assert_eq!(machine.run(&mut stack), Exit::Return);
        black_box(stack.take_results());
    });
}

fn component(bencher: &mut Bencher<'_>, text: &str) {
    let engine = Engine::default();
    let component = Component::new(&engine, text).expect("the component is valid");
    let linker = Linker::new();
    bencher.iter(|| {
        let mut store = Store::new(&engine);
        let instance = linker.instantiate(&mut store, &component).expect("the component instantiates");
        let answer = instance.func(&store, "answer").expect("the component exports `answer`");
        black_box(answer.call(&mut store, &[]).expect("the call returns"));
    });
}

/// A store with one instance, and a function of it.
fn made(text: &str, name: &str) -> (Store, Func) {
    let engine = Engine::default();
    let component = Component::new(&engine, text).expect("the component is valid");
    let mut store = Store::new(&engine);
    let instance = Linker::new().instantiate(&mut store, &component).expect("the component instantiates");
    let func = instance.func(&store, name).expect("the component exports the function");
    (store, func)
}

/// Each iteration is a call from the host.
fn call(bencher: &mut Bencher<'_>, name: &str, args: &[Val]) {
    let (mut store, func) = made(SERVER, name);
    bencher.iter(|| black_box(func.call(&mut store, args).expect("the call returns")));
}

/// Each iteration is a round of a guest's loop.
fn rounds(bencher: &mut Bencher<'_>, text: &str, name: &str, argument: u32) {
    let (mut store, func) = made(text, name);
    bencher.iter_custom(|rounds| {
        let mut left = rounds;
        let mut taken = Duration::ZERO;
        while left > 0 {
            let now = u32::try_from(left).unwrap_or(u32::MAX);
            left -= u64::from(now);
            #[expect(clippy::disallowed_methods, reason = "a benchmark measures")]
            let start = Instant::now();
            black_box(func.call(&mut store, &[Val::U32(now), Val::U32(argument)]).expect("the call returns"));
            taken += start.elapsed();
        }
        taken
    });
}

/// Client and server, and the client's functions.
fn pair() -> String {
    format!(
        r#"(component {SERVER} {CLIENT}
            (instance $s (instantiate $server))
            (instance $c (instantiate $client (with "sum" (func $s "sum")) (with "bytes" (func $s "bytes"))))
            (export "sums" (func $c "sums")) (export "echoes" (func $c "echoes")))"#
    )
}

fn main() {
    let mut c = Criterion::default().configure_from_args();
    c.bench_function("instantiate and call/core module", |b| core_module(b, TINY));
    c.bench_function("instantiate and call/core module with memory", |b| core_module(b, TINY_MEMORY));
    c.bench_function("instantiate and call/component", |b| component(b, TINY_COMPONENT));
    c.bench_function("instantiate and call/component with memory", |b| component(b, TINY_COMPONENT_MEMORY));
    c.bench_function("host to guest/add", |b| call(b, "sum", &[Val::U32(1), Val::U32(2)]));
    c.bench_function("host to guest/string of 16 B", |b| {
        call(b, "text", &[Val::String("sixteen letters.".to_owned())]);
    });
    let bytes = [Val::List(vec![Val::U8(7); 65_536])];
    c.bench_function("host to guest/list<u8> of 64 KiB", |b| call(b, "bytes", &bytes));
    c.bench_function("guest to guest/add", |b| rounds(b, &pair(), "sums", 3));
    c.bench_function("guest to guest/list<u8> of 64 KiB", |b| rounds(b, &pair(), "echoes", 65_536));
    c.bench_function("stream<u8>/16 B", |b| rounds(b, STREAM, "copies", 16));
    c.bench_function("stream<u8>/64 KiB", |b| rounds(b, STREAM, "copies", 65_536));
    c.final_summary();
}
