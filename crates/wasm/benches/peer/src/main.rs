//! usage: raddle-peer KERNEL.wasm|wat N   prints "<checksum> <nanoseconds of run(N)>", as `raddle bench` does, but in wasmi

use std::error::Error;
use std::time::Instant;

use wasmi::{Engine, Linker, Module, Store};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(kernel), Some(n), None) = (args.next(), args.next(), args.next()) else {
        return Err("usage: raddle-peer KERNEL.wasm|wat N".into());
    };
    let n: i32 = n.parse()?;
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
