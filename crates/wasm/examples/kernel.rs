//! usage: kernel KERNEL.wasm|wat N   prints "<checksum> <nanoseconds of run(N)>"
//!
//! Times one call of the export `run: (i32) -> i64` of a core module without imports.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "an example that measures and prints"
)]

use std::sync::Arc;
use std::time::Instant;

use raddle_wasm::{CoreStore, Deterministic, Exit, Extern, Limits, Machine, Module, Stack};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let bytes = wat::parse_file(&args[1]).unwrap();
    let n: i32 = args[2].parse().unwrap();
    let definition = decode::module(&bytes, &decode::Features::default()).unwrap();
    let modules = [Arc::new(Module::new(Arc::new(definition)))];
    let mut store = CoreStore::new(Limits::DEFAULT);
    let instance = store.instantiate(&modules, syntax::id::ModuleId(0), &[]).unwrap();
    let Some(Extern::Func(run)) = store.export(&modules, instance, "run") else { panic!("no function `run`") };
    let mut stack = Stack::new();
    let mut fuel = u64::MAX;
    let start = Instant::now();
    let mut machine = Machine { modules: &modules, store: &mut store, data: &mut Deterministic, fuel: &mut fuel };
    machine.call(&mut stack, run, &[u64::from(n.cast_unsigned())]);
    let exit = machine.run(&mut stack);
    let elapsed = start.elapsed();
    assert_eq!(exit, Exit::Return);
    println!("{} {}", stack.take_results()[0].cast_signed(), elapsed.as_nanos());
}
