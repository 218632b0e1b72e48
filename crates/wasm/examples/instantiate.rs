//! usage: instantiate MODULE.wasm|wat   prints the nanoseconds of a new store with an instance and a call of `answer`
//!
//! It is the best of several rounds; `benches/compare.py` sets it beside wasmi's.

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
    let module = std::env::args().nth(1).expect("usage: instantiate MODULE.wasm|wat");
    let definition = decode::module(&wat::parse_file(module).unwrap(), &decode::Features::default()).unwrap();
    let modules = [Arc::new(Module::new(Arc::new(definition)))];
    let mut best = u128::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for _ in 0..CALLS {
            let mut store = CoreStore::new(Limits::DEFAULT);
            let instance = store.instantiate(&modules, ModuleId(0), &[]).unwrap();
            let Some(Extern::Func(answer)) = store.export(&modules, instance, "answer") else { panic!("no `answer`") };
            let (mut stack, mut fuel) = (Stack::new(), u64::MAX);
            let mut machine =
                Machine { modules: &modules, store: &mut store, data: &mut Deterministic, fuel: &mut fuel };
            machine.call(&mut stack, answer, &[]);
            assert_eq!(machine.run(&mut stack), Exit::Return);
            std::hint::black_box(stack.take_results());
        }
        best = best.min(start.elapsed().as_nanos() / u128::from(CALLS));
    }
    println!("{best}");
}
