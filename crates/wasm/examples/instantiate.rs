//! usage: instantiate MODULE.wasm|wat EXPORT [ARG...]   prints the nanoseconds of: decoding, and a new store with instance and call
//!
//! Each is the best of several rounds.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "an example that measures and prints"
)]

use std::sync::Arc;
use std::time::Instant;

use raddle_wasm::{CoreStore, Deterministic, Exit, Extern, Limits, Machine, Module, Stack};
use syntax::id::ModuleId;

const ROUNDS: u32 = 20;
const CALLS: u32 = 2_000;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let bytes = wat::parse_file(&args[1]).unwrap();
    let cells: Vec<u64> = args[3..].iter().map(|arg| arg.parse().unwrap()).collect();
    let features = decode::Features::default();
    let mut decoding = u128::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        decode::module(&bytes, &features).unwrap();
        decoding = decoding.min(start.elapsed().as_nanos());
    }
    let modules = [Arc::new(Module::new(Arc::new(decode::module(&bytes, &features).unwrap())))];
    let mut calling = u128::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for _ in 0..CALLS {
            let mut store = CoreStore::new(Limits::DEFAULT);
            let instance = store.instantiate(&modules, ModuleId(0), &[]).unwrap();
            let Some(Extern::Func(func)) = store.export(&modules, instance, &args[2]) else { panic!("no function") };
            let (mut stack, mut fuel) = (Stack::new(), u64::MAX);
            let mut machine =
                Machine { modules: &modules, store: &mut store, data: &mut Deterministic, fuel: &mut fuel };
            machine.call(&mut stack, func, &cells);
            assert_eq!(machine.run(&mut stack), Exit::Return);
            stack.take_results();
        }
        calling = calling.min(start.elapsed().as_nanos() / u128::from(CALLS));
    }
    println!("decode {decoding} instantiate-and-call {calling}");
}
