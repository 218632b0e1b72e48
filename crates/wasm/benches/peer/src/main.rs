//! usage: raddle-peer KERNEL.wasm|wat N   prints "<checksum> <nanoseconds of run(N)>", as `raddle bench` does, but in wasmi
//!        raddle-peer instantiate MODULE.wasm|wat   prints the nanoseconds of a new store with an instance and a call of `answer`

use std::error::Error;
use std::time::Instant;

use wasmi::{Engine, Linker, Module, Store};

/// The best of so many rounds is printed.
const ROUNDS: u32 = 20;
const CALLS: u32 = 2_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    match (args.next(), args.next(), args.next()) {
        (Some(word), Some(module), None) if word == "instantiate" => instantiate(&module),
        (Some(kernel), Some(n), None) => run(&kernel, n.parse()?),
        _ => Err("usage: raddle-peer KERNEL.wasm|wat N, or raddle-peer instantiate MODULE.wasm|wat".into()),
    }
}

fn run(kernel: &str, n: i32) -> Result<(), Box<dyn Error>> {
    let engine = Engine::default();
    let module = Module::new(&engine, &wat::parse_file(kernel)?)?;
    let mut store = Store::new(&engine, ());
    let instance = Linker::<()>::new(&engine).instantiate_and_start(&mut store, &module)?;
    let run = instance.get_typed_func::<i32, i64>(&store, "run")?;
    let start = Instant::now();
    let checksum = run.call(&mut store, n)?;
    println!("{checksum} {}", start.elapsed().as_nanos());
    Ok(())
}

fn instantiate(module: &str) -> Result<(), Box<dyn Error>> {
    let engine = Engine::default();
    let module = Module::new(&engine, &wat::parse_file(module)?)?;
    let linker = Linker::<()>::new(&engine);
    let mut best = u128::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for _ in 0..CALLS {
            let mut store = Store::new(&engine, ());
            let instance = linker.instantiate_and_start(&mut store, &module)?;
            let answer = instance.get_typed_func::<(), i32>(&store, "answer")?;
            std::hint::black_box(answer.call(&mut store, ())?);
        }
        best = best.min(start.elapsed().as_nanos() / u128::from(CALLS));
    }
    println!("{best}");
    Ok(())
}
