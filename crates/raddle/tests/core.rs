//! Run: `cargo test -p raddle --test core`. The embedding API of core modules, as an embedder uses it.

use raddle::core::{
    AnyRef, Caller, Extern, ExternRef, Func, FuncType, Global, GlobalType, Instance, Limits, Linker, Memory,
    MemoryType, Module, RefType, ResumableCall, Store, Table, TableType, Tag, TypedResumableCall, V128, Val, ValType,
};
use raddle::{ChoicePoint, Chooser, Config, Divergence, Engine, Error, First, Names, Replay, Seeded, Trap, TrapRule};

fn module(engine: &Engine, text: &str) -> Module {
    Module::new(engine, text).expect("a module")
}

/// A store with an instance of a module without imports.
fn instance(text: &str) -> (Store, Instance) {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module(&engine, text), &[]).expect("it can be instantiated");
    (store, instance)
}

fn message<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    result.expect_err("an error").to_string()
}

fn rule<T: std::fmt::Debug>(result: Result<T, Error>) -> TrapRule {
    result.expect_err("a trap").trap_rule().expect("a trap")
}

#[test]
fn typed_functions_take_and_give_tuples() {
    type Five = (i32, i64, f32, f64, V128);
    type Turned = (V128, f64, f32, i64, i32);

    let (mut store, instance) = instance(
        r#"(module
            (func (export "all") (param i32 i64 f32 f64 v128) (result v128 f64 f32 i64 i32)
                (local.get 4) (local.get 3) (local.get 2) (local.get 1) (local.get 0))
            (func (export "none")))"#,
    );
    let all = instance.get_typed_func::<Five, Turned>(&store, "all").expect("the type is right");
    let found = all.call(&mut store, (-1, i64::MIN, -0.0, 2.5, V128(3))).expect("it returns");
    assert_eq!(found, (V128(3), 2.5, -0.0, i64::MIN, -1));
    let none = instance.get_typed_func::<(), ()>(&store, "none").expect("the type is right");
    none.call(&mut store, ()).expect("it returns");

    let wrong = instance.get_typed_func::<i32, i32>(&store, "all");
    assert_eq!(
        message(wrong),
        "export `all`: expected a function of type (i32) -> (i32), \
         found one of type (i32, i64, f32, f64, v128) -> (v128, f64, f32, i64, i32)"
    );
    let unknown = instance.get_typed_func::<i32, i32>(&store, "al");
    assert_eq!(message(unknown), "expected an exported function `al`, found none; there are: `all`, `none`");
}

#[test]
fn values_of_any_type() {
    let (mut store, instance) = instance(
        r#"(module (func (export "swap") (param i32 funcref) (result funcref i32) (local.get 1) (local.get 0)))"#,
    );
    let swap = instance.get_func(&store, "swap").expect("it is exported");
    let mut results = [Val::I32(0), Val::I32(0)];
    swap.call(&mut store, &[Val::I32(7), swap.into()], &mut results).expect("it returns");
    assert_eq!(results, [Val::FuncRef(Some(swap)), Val::I32(7)]);
    assert_eq!(swap.ty(&store).to_string(), "(i32, funcref) -> (funcref, i32)");

    let bad = swap.call(&mut store, &[Val::I64(7), swap.into()], &mut results);
    assert_eq!(message(bad), "argument 0: expected i32, found i64");
    let bad = swap.call(&mut store, &[Val::I32(7)], &mut results);
    assert_eq!(message(bad), "expected 2 arguments, found 1");
    let bad = swap.call(&mut store, &[Val::I32(7), swap.into()], &mut []);
    assert_eq!(message(bad), "expected room for 2 results, found it for 0");
    let bad = swap.call(&mut store, &[Val::I32(7), Val::ExternRef(None)], &mut results);
    assert_eq!(bad, Ok(()), "null is null");
    let bad = swap.call(&mut store, &[Val::I32(7), Val::ExternRef(Some(ExternRef(1)))], &mut results);
    assert_eq!(message(bad), "argument 1: expected funcref, found an external reference");
}

#[test]
fn functions_of_the_embedder_see_caller_and_data() {
    let engine = Engine::default();
    let module = module(
        &engine,
        r#"(module
            (import "env" "log" (func $log (param i32 i32)))
            (import "env" "next" (func $next (result i64)))
            (memory (export "memory") 1)
            (data (i32.const 3) "raddle")
            (func (export "run") (result i64)
                (call $log (i32.const 3) (i32.const 6))
                (i64.add (call $next) (i64.mul (call $next) (i64.const 10)))))"#,
    );
    let mut linker: Linker<(Vec<u8>, i64)> = Linker::new(&engine);
    let log = |mut caller: Caller<'_, (Vec<u8>, i64)>, ptr: u32, len: u32| -> Result<(), Error> {
        let memory = caller.get_export("memory").and_then(Extern::into_memory).expect("it is exported");
        let (ptr, len) = (usize::try_from(ptr).expect("32 bits"), usize::try_from(len).expect("32 bits"));
        let (bytes, (log, _)) = memory.data_and_store_mut(&mut caller);
        log.extend_from_slice(&bytes[ptr..ptr + len]);
        memory.write(&mut caller, ptr, b"R")
    };
    linker.func_wrap("env", "log", log).expect("the name is free");
    let next = |mut caller: Caller<'_, (Vec<u8>, i64)>| {
        caller.data_mut().1 += 1;
        caller.data().1
    };
    linker.func_wrap("env", "next", next).expect("the name is free");
    let mut store = Store::new(&engine, (Vec::new(), 0));
    let instance = linker.instantiate(&mut store, &module).expect("all is supplied");
    let run = instance.get_typed_func::<(), i64>(&store, "run").expect("it is exported");
    assert_eq!(run.call(&mut store, ()), Ok(21));
    assert_eq!(store.data().0, b"raddle");
    let memory = instance.get_memory(&store, "memory").expect("it is exported");
    assert_eq!(&memory.data(&store)[3..9], b"Raddle");
    assert_eq!(store.into_data().1, 2);
}

#[test]
fn imports_are_checked() {
    let engine = Engine::default();
    let mut linker: Linker = Linker::new(&engine);
    linker.func_wrap("env", "f", |x: i32| x).expect("the name is free");
    assert_eq!(
        message(linker.func_wrap("env", "f", || ()).map(|_| ())),
        "import `env` `f` is defined already; see `allow_shadowing`"
    );
    let mut store = Store::new(&engine, ());
    let mut link = |text| message(linker.instantiate(&mut store, &module(&engine, text)));
    assert_eq!(
        link(r#"(module (import "env" "g" (func (param i64) (result f32))))"#),
        "unknown import: `env` `g`: expected a function of type (i64) -> (f32), found nothing; under `env` there are: `f`"
    );
    assert_eq!(
        link(r#"(module (import "other" "m" (memory 1 2)))"#),
        "unknown import: `other` `m`: expected a memory of 1 to 2 pages, found nothing; nothing is supplied under `other`"
    );
    assert_eq!(
        link(r#"(module (import "env" "f" (func (param i64))))"#),
        "incompatible import type: `env` `f`: expected a function of type (i64) -> (), \
         found a function of type (i32) -> (i32)"
    );
    assert_eq!(
        link(r#"(module (import "env" "f" (global i32)))"#),
        "incompatible import type: `env` `f`: expected a global, found a function"
    );
}

#[test]
fn unknown_imports_can_trap() {
    let engine = Engine::default();
    let module = module(
        &engine,
        r#"(module (import "env" "f" (func $f (param i64))) (func (export "run") (call $f (i64.const 1))))"#,
    );
    let mut linker: Linker = Linker::new(&engine);
    linker.define_unknown_imports_as_traps(&module);
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &module).expect("all is supplied");
    let run = instance.get_typed_func::<(), ()>(&store, "run").expect("it is exported");
    let error = run.call(&mut store, ()).expect_err("a trap");
    assert_eq!(error.to_string(), "wasm trap: called an import that the host does not provide (`env` `f`)");
    let frames: Vec<_> = error.report().expect("a report").running[0].frames.iter().map(|frame| &frame.func).collect();
    assert_eq!(frames, ["run"]);
}

#[test]
fn traps_name_their_rule_and_frames() {
    let (mut store, instance) = instance(
        r#"(module (func $inner (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0)))
            (func (export "outer") (param i32) (result i32) (call $inner (local.get 0))))"#,
    );
    let outer = instance.get_typed_func::<i32, i32>(&store, "outer").expect("it is exported");
    let error = outer.call(&mut store, 0).expect_err("a trap");
    assert_eq!(error.trap_rule(), Some(TrapRule::CoreIntegerDivideByZero));
    let frames: Vec<_> = error.report().expect("a report").running[0].frames.iter().map(|frame| &frame.func).collect();
    assert_eq!(frames, ["inner", "outer"]);
    assert_eq!(outer.call(&mut store, 1), Ok(1), "the store goes on");
}

#[test]
fn uncaught_exceptions_and_errors_of_the_embedder_end_a_call() {
    let engine = Engine::default();
    let module = module(
        &engine,
        r#"(module (import "env" "fail" (func $fail)) (tag $e)
            (func (export "throw") (throw $e))
            (func (export "fail") (call $fail)))"#,
    );
    let mut linker: Linker = Linker::new(&engine);
    let fail = || -> Result<(), Error> { Err(Error::Exit(7)) };
    linker.func_wrap("env", "fail", fail).expect("the name is free");
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &module).expect("all is supplied");
    let call = |store: &mut Store, name| {
        instance.get_typed_func::<(), ()>(&*store, name).expect("it is exported").call(store, ())
    };
    assert_eq!(rule(call(&mut store, "throw")), TrapRule::CoreUncaughtException);
    assert_eq!(call(&mut store, "fail"), Err(Error::Exit(7)));
    let empty = store.state_hash();
    assert_eq!(call(&mut store, "fail"), Err(Error::Exit(7)));
    assert_eq!(store.state_hash(), empty, "calls that failed leave nothing");
}

#[test]
fn functions_of_the_embedder_call_back() {
    let engine = Engine::default();
    let module = module(
        &engine,
        r#"(module (import "env" "half" (func $half (param i32) (result i32)))
            (func (export "down") (param i32) (result i32)
                (if (result i32) (i32.eqz (local.get 0))
                    (then (i32.const 0))
                    (else (i32.add (i32.const 1) (call $half (local.get 0)))))))"#,
    );
    let mut linker: Linker = Linker::new(&engine);
    let half = |mut caller: Caller<'_, ()>, n: i32| -> Result<i32, Error> {
        let down = caller.get_export("down").and_then(Extern::into_func).expect("it is exported");
        down.typed::<i32, i32>(&caller)?.call(&mut caller, n / 2)
    };
    linker.func_wrap("env", "half", half).expect("the name is free");
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &module).expect("all is supplied");
    let down = instance.get_typed_func::<i32, i32>(&store, "down").expect("it is exported");
    assert_eq!(down.call(&mut store, 1000), Ok(10));

    // Without end, it is a limit and no overflow of the native stack.
    let forever = |mut caller: Caller<'_, ()>, n: i32| -> Result<i32, Error> {
        let down = caller.get_export("down").and_then(Extern::into_func).expect("it is exported");
        down.typed::<i32, i32>(&caller)?.call(&mut caller, n)
    };
    linker.allow_shadowing(true).func_wrap("env", "half", forever).expect("shadowing is allowed");
    let instance = linker.instantiate(&mut store, &module).expect("all is supplied");
    let down = instance.get_typed_func::<i32, i32>(&store, "down").expect("it is exported");
    assert_eq!(message(down.call(&mut store, 1)), "limit reached: call-stack");
}

#[test]
fn start_functions_run() {
    let engine = Engine::default();
    let mut linker: Linker<i32> = Linker::new(&engine);
    let add = |mut caller: Caller<'_, i32>, n: i32| *caller.data_mut() += n;
    linker.func_wrap("env", "add", add).expect("the name is free");
    let mut store = Store::new(&engine, 1);
    let text =
        r#"(module (import "env" "add" (func $add (param i32))) (func $s (call $add (i32.const 41))) (start $s))"#;
    linker.instantiate(&mut store, &module(&engine, text)).expect("it starts");
    assert_eq!(*store.data(), 42);
    let trapping = module(&engine, "(module (func $s unreachable) (start $s))");
    assert_eq!(rule(linker.instantiate(&mut store, &trapping)), TrapRule::CoreUnreachable);
}

const SUM: &str = r#"(module (memory (export "m") 1)
    (func (export "sum") (param i32) (result i64) (local i64)
        (loop $again
            (i64.store (i32.const 8) (local.get 1))
            (local.set 1 (i64.add (i64.load (i32.const 8)) (i64.extend_i32_u (local.get 0))))
            (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
        (local.get 1)))"#;

#[test]
fn calls_stop_for_lack_of_fuel_and_go_on() {
    let whole = {
        let (mut store, instance) = instance(SUM);
        store.set_fuel(1_000_000);
        let sum = instance.get_typed_func::<i32, i64>(&store, "sum").expect("it is exported");
        assert_eq!(sum.call(&mut store, 60), Ok(1830));
        (1_000_000 - store.get_fuel(), store.state_hash())
    };
    let (mut store, instance) = instance(SUM);
    let sum = instance.get_func(&store, "sum").expect("it is exported");
    let (mut given, mut stops, mut results) = (0, 0, [Val::I64(0)]);
    store.set_fuel(0);
    let mut call = sum.call_resumable(&mut store, &[Val::I32(60)], &mut results);
    while let Ok(ResumableCall::OutOfFuel(stopped)) = call {
        stops += 1;
        assert_eq!(stopped.func(), sum);
        assert!(stopped.required_fuel() > store.get_fuel(), "it could not go on");
        let more = stopped.required_fuel() - store.get_fuel();
        given += more;
        store.set_fuel(store.get_fuel() + more);
        call = stopped.resume(&mut store, &mut results);
    }
    call.expect("it ends");
    assert_eq!(results, [Val::I64(1830)]);
    assert!(stops > 60, "it stops at the head of each turn: {stops}");
    assert_eq!((given - store.get_fuel(), store.state_hash()), whole, "stopping changes nothing");
}

#[test]
fn a_call_that_is_not_resumed_is_over() {
    let (mut store, instance) = instance(SUM);
    let sum = instance.get_typed_func::<i32, i64>(&store, "sum").expect("it is exported");
    let (empty, before) = (store.state_hash(), store.get_fuel());
    store.set_fuel(0);
    assert_eq!(message(sum.call(&mut store, 5)), "limit reached: fuel");
    assert_eq!(store.state_hash(), empty, "nothing is left of it");
    let TypedResumableCall::OutOfFuel(stopped) = sum.call_resumable(&mut store, 5).expect("it stops") else {
        panic!("there is no fuel")
    };
    assert_ne!(store.state_hash(), empty, "a call that can be resumed is state");
    stopped.cancel(&mut store).expect("it has not ended");
    assert_eq!(store.state_hash(), empty, "nothing is left of it");

    let func = sum.func();
    let mut results = [Val::I64(0)];
    let call = func.call_resumable(&mut store, &[Val::I32(5)], &mut results);
    let Ok(ResumableCall::OutOfFuel(stopped)) = call else { panic!("there is no fuel") };
    store.set_fuel(before);
    assert!(matches!(stopped.resume(&mut store, &mut results), Ok(ResumableCall::Finished)), "it goes on");
    assert_eq!(
        message(stopped.resume(&mut store, &mut results)),
        "expected a call that has not ended, found one that was resumed or cancelled"
    );
}

#[test]
fn a_stopped_call_goes_on_in_a_fork() {
    let (mut store, instance) = instance(SUM);
    let sum = instance.get_func(&store, "sum").expect("it is exported");
    store.set_fuel(300);
    let mut results = [Val::I64(0)];
    let call = sum.call_resumable(&mut store, &[Val::I32(60)], &mut results);
    let Ok(ResumableCall::OutOfFuel(stopped)) = call else { panic!("the fuel is not enough") };
    let mut fork = store.fork();
    assert_eq!(fork.state_hash(), store.state_hash());
    let finish = |store: &mut Store| {
        let mut results = [Val::I64(0)];
        store.set_fuel(1_000_000);
        let call = stopped.resume(&mut *store, &mut results);
        assert!(matches!(call, Ok(ResumableCall::Finished)), "the fuel is enough");
        (results, store.get_fuel(), store.state_hash())
    };
    let snapshot = store.snapshot();
    let here = finish(&mut store);
    assert_eq!(here.0, [Val::I64(1830)]);
    assert_eq!(finish(&mut fork), here);
    store.restore(&snapshot).expect("it is a snapshot of this store");
    assert_eq!(finish(&mut store), here, "also after going back");
}

#[test]
fn what_a_fork_has_not_is_an_error() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let mut fork = store.fork();
    let func = Func::wrap(&mut store, |x: i32| x + 1);
    assert_eq!(func.typed::<i32, i32>(&store).expect("its type").call(&mut store, 1), Ok(2));
    assert!(message(func.typed::<i32, i32>(&fork)).contains("made in a fork"));
    let other = Func::wrap(&mut fork, |x: i64| x);
    let typed = func.typed::<i32, i32>(&store).expect("its type");
    assert!(message(typed.call(&mut fork, 1)).contains("found one of type (i64) -> (i64)"));
    assert_eq!(other.typed::<i64, i64>(&fork).expect("its type").call(&mut fork, 3), Ok(3));

    let mut stranger = Store::new(&engine, ());
    assert_eq!(
        message(func.call(&mut stranger, &[Val::I32(1)], &mut [Val::I32(0)])),
        "expected a function of this store, found one of another"
    );
    let snapshot = stranger.snapshot();
    assert_eq!(message(store.restore(&snapshot)), "expected a snapshot of this store, found one of another");
    let strange = module(&Engine::default(), "(module)");
    assert_eq!(
        message(Instance::new(&mut store, &strange, &[])),
        "expected a module of the engine of the store, found one of another"
    );
}

#[test]
fn memories_tables_and_globals() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let limits = |minimum, maximum| Limits { minimum, maximum: Some(maximum) };
    let ty = MemoryType { limits: limits(1, 2), is_64: false, shared: false, page_size_log2: 16 };
    let memory = Memory::new(&mut store, ty).expect("it is small");
    assert_eq!((memory.size(&store), memory.data_size(&store), memory.ty(&store)), (1, 65_536, ty));
    assert_eq!(memory.grow(&mut store, 1), Ok(1));
    assert_eq!(message(memory.grow(&mut store, 1)), "limit reached: memory");
    memory.write(&mut store, 131_070, &[1, 2]).expect("the last two bytes");
    let mut bytes = [0; 2];
    memory.read(&store, 131_070, &mut bytes).expect("the last two bytes");
    assert_eq!(bytes, [1, 2]);
    memory.data_mut(&mut store)[0] = 9;
    assert_eq!(memory.data(&store)[0], 9);
    let past = "memory access: expected bytes inside of 131072, found 2 from 131071 on";
    assert_eq!(message(memory.write(&mut store, 131_071, &[3, 4])), past);
    assert_eq!(message(memory.read(&store, 131_071, &mut bytes)), past);
    assert_eq!(memory.data(&store)[131_071], 2, "nothing was written");

    let ty = TableType { element: RefType::FUNC, limits: limits(2, 4), is_64: false };
    let func = Func::wrap(&mut store, || 5_i32);
    let table = Table::new(&mut store, ty, Val::FuncRef(None)).expect("it is small");
    table.set(&mut store, 1, func.into()).expect("it is inside");
    assert_eq!(table.get(&mut store, 1), Some(func.into()));
    assert_eq!(table.get(&mut store, 0), Some(Val::FuncRef(None)));
    assert_eq!(table.get(&mut store, 2), None);
    assert_eq!(table.grow(&mut store, 2, func.into()), Ok(2));
    assert_eq!(table.get(&mut store, 3), Some(func.into()));
    assert_eq!((table.size(&store), table.ty(&store)), (4, ty));
    assert_eq!(message(table.grow(&mut store, 1, func.into())), "limit reached: table");
    assert_eq!(message(table.set(&mut store, 9, func.into())), "table access: expected an element below 4, found 9");
    assert_eq!(message(table.set(&mut store, 0, Val::I32(1))), "expected funcref, found i32");

    let ty = GlobalType { value: ValType::F64, mutable: true };
    let global = Global::new(&mut store, ty, Val::F64(1.5)).expect("the value is of the type");
    global.set(&mut store, Val::F64(-2.0)).expect("it is mutable");
    assert_eq!((global.get(&mut store), global.ty(&store)), (Val::F64(-2.0), ty));
    assert_eq!(message(global.set(&mut store, Val::I32(1))), "expected f64, found i32");
    let ty = GlobalType { mutable: false, ..ty };
    let global = Global::new(&mut store, ty, Val::F64(1.5)).expect("the value is of the type");
    assert_eq!(
        message(global.set(&mut store, Val::F64(1.0))),
        "expected a global that can be set, found one of type f64"
    );

    let tag = Tag::new(&mut store, FuncType::new([ValType::I32], [])).expect("it has no results");
    assert_eq!(tag.ty(&store).to_string(), "(i32) -> ()");
    assert!(message(Tag::new(&mut store, FuncType::new([], [ValType::I32]))).contains("without results"));
}

#[test]
fn what_one_instance_exports_another_imports() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let first = module(
        &engine,
        r#"(module (memory (export "m") 1) (global (export "g") (mut i32) (i32.const 3)) (tag (export "t"))
            (table (export "tab") 1 funcref)
            (func (export "f") (result i32) (i32.load (i32.const 0))))"#,
    );
    let first = Instance::new(&mut store, &first, &[]).expect("it imports nothing");
    let names: Vec<_> = first.exports(&store).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["m", "g", "t", "tab", "f"]);
    let mut linker = Linker::new(&engine);
    linker.instance(&store, "first", first).expect("the names are free");
    let second = module(
        &engine,
        r#"(module (import "first" "m" (memory 1)) (import "first" "g" (global $g (mut i32)))
            (import "first" "f" (func $f (result i32)))
            (func (export "run") (result i32)
                (i32.store (i32.const 0) (i32.const 40))
                (global.set $g (i32.add (global.get $g) (call $f)))
                (global.get $g)))"#,
    );
    let second = linker.instantiate(&mut store, &second).expect("the first supplies all");
    let run = second.get_typed_func::<(), i32>(&store, "run").expect("it is exported");
    assert_eq!(run.call(&mut store, ()), Ok(43));
    let global = first.get_global(&store, "g").expect("it is exported");
    assert_eq!(global.get(&mut store), Val::I32(43));
}

#[test]
fn references_go_in_and_out() {
    let engine = Engine::default();
    let module = module(
        &engine,
        r#"(module (type $s (struct (field (mut i32))))
            (import "env" "see" (func $see (param externref anyref) (result externref)))
            (func (export "i31") (param i32) (result anyref) (ref.i31 (local.get 0)))
            (func (export "make") (param i32) (result anyref) (struct.new $s (local.get 0)))
            (func (export "get") (param anyref) (result i32) (struct.get $s 0 (ref.cast (ref $s) (local.get 0))))
            (func (export "pass") (param externref) (result externref)
                (call $see (local.get 0) (any.convert_extern (local.get 0)))))"#,
    );
    let mut linker: Linker<u64> = Linker::new(&engine);
    let any = ValType::Ref(RefType { nullable: true, heap: raddle::core::HeapType::Any });
    let external = ValType::Ref(RefType::EXTERN);
    let see = |mut caller: Caller<'_, u64>, args: &[Val], results: &mut [Val]| {
        let [Val::ExternRef(Some(ExternRef(number))), Val::AnyRef(Some(AnyRef::Extern(same)))] = args else {
            return Err(Trap::with(TrapRule::HostTrap, "(not what it was)").into());
        };
        assert_eq!(*same, ExternRef(*number));
        *caller.data_mut() = *number;
        results[0] = Val::ExternRef(Some(ExternRef(number + 1)));
        Ok(())
    };
    linker.func_new("env", "see", FuncType::new([external, any], [external]), see).expect("the name is free");
    let mut store = Store::new(&engine, 0);
    let instance = linker.instantiate(&mut store, &module).expect("all is supplied");
    let call = |store: &mut Store<u64>, name, arg| {
        let mut results = [Val::I32(0)];
        let func = instance.get_func(&*store, name).expect("it is exported");
        func.call(store, &[arg], &mut results).map(|()| results[0])
    };
    assert_eq!(call(&mut store, "i31", Val::I32(-5)), Ok(Val::AnyRef(Some(AnyRef::I31(-5)))));
    assert_eq!(call(&mut store, "pass", Val::ExternRef(Some(ExternRef(41)))), Ok(Val::ExternRef(Some(ExternRef(42)))));
    assert_eq!(*store.data(), 41);
    let pass = instance.get_typed_func::<Option<ExternRef>, Option<ExternRef>>(&store, "pass").expect("its type");
    assert_eq!(pass.call(&mut store, Some(ExternRef(7))), Ok(Some(ExternRef(8))));
    assert_eq!(rule(pass.call(&mut store, None)), TrapRule::HostTrap);

    let object = call(&mut store, "make", Val::I32(11)).expect("there is room");
    let Val::AnyRef(Some(AnyRef::Object(rooted))) = object else { panic!("it is an object: {object}") };
    for _ in 0..100_000 {
        // Garbage of several MiB, so that objects are collected.
        let other = call(&mut store, "make", Val::I32(0)).expect("there is room");
        let Val::AnyRef(Some(AnyRef::Object(other))) = other else { panic!("it is an object: {other}") };
        other.unroot(&mut store).expect("it was kept");
    }
    assert_eq!(call(&mut store, "get", object), Ok(Val::I32(11)), "it is kept");
    rooted.unroot(&mut store).expect("it was kept");
    assert!(message(call(&mut store, "get", object)).contains("found one given back"));
    assert!(message(rooted.unroot(&mut store)).contains("found one given back"));
}

#[test]
fn limits_of_the_engine_hold() {
    let limits = wasm::Limits { call_depth: 50, memory_bytes: 65_536, instances: 1, ..wasm::Limits::DEFAULT };
    let mut config = Config::new();
    config.limits(limits).fuel(10_000);
    let engine = Engine::new(config);
    let mut store = Store::new(&engine, ());
    assert_eq!(store.get_fuel(), 10_000);
    let text = r#"(module (memory 1)
        (func $f (export "f") (param i32) (result i32)
            (if (result i32) (local.get 0) (then (call $f (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 0))))
        (func (export "grow") (result i32) (memory.grow (i32.const 1))))"#;
    let instance = Instance::new(&mut store, &module(&engine, text), &[]).expect("the first");
    let f = instance.get_typed_func::<i32, i32>(&store, "f").expect("it is exported");
    assert_eq!(f.call(&mut store, 49), Ok(0));
    assert_eq!(message(f.call(&mut store, 50)), "limit reached: call-stack");
    let grow = instance.get_typed_func::<(), i32>(&store, "grow").expect("it is exported");
    assert_eq!(grow.call(&mut store, ()), Ok(-1));
    assert_eq!(message(Instance::new(&mut store, &module(&engine, "(module)"), &[])), "limit reached: core-instances");
}

#[test]
fn a_panic_poisons_the_store_until_it_goes_back() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let func = Func::wrap(&mut store, |x: i32| assert!(x > 0, "a mistake in a function of the embedder"));
    let func = func.typed::<i32, ()>(&store).expect("its type");
    let snapshot = store.snapshot();
    let mistake = "a mistake in a function of the embedder";
    assert_eq!(func.call(&mut store, 0), Err(Error::Bug(mistake.to_owned())));
    assert_eq!(func.call(&mut store, 1), Err(Error::Bug(format!("the store is not usable after: {mistake}"))));
    store.restore(&snapshot).expect("it is a snapshot of this store");
    assert_eq!(func.call(&mut store, 1), Ok(()));
}

/// Takes the last alternative wherever there are two.
struct Second;

impl Chooser for Second {
    fn choose(&mut self, point: &ChoicePoint, _names: &dyn Names) -> Result<usize, Divergence> {
        Ok(usize::from(point.alternatives.len() == 2))
    }
}

const OPEN: &str = r#"(module (memory 1)
    (func (export "grow") (result i32) (memory.grow (i32.const 1)))
    (func (export "nan") (result i32) (i32.reinterpret_f32 (f32.div (f32.const 0) (f32.const 0))))
    (func (export "madd") (param f32) (result i32)
        (i32x4.bitmask (f32x4.relaxed_madd (f32x4.splat (local.get 0)) (v128.const f32x4 0 1 0 1) (v128.const f32x4 0 0 0 0))))
    (func (export "min") (param f32) (result i32)
        (i32x4.bitmask (f32x4.relaxed_min (f32x4.splat (local.get 0)) (v128.const f32x4 0 0 nan 0)))))"#;

/// A store whose choices are answered, and a function that calls all of `OPEN`.
fn open(chooser: impl Chooser + Send + 'static) -> (Store, impl Fn(&mut Store) -> Result<[i32; 4], Error>) {
    let (mut store, instance) = instance(OPEN);
    store.set_chooser(chooser);
    let all = move |store: &mut Store| {
        let call = |store: &mut Store, name| instance.get_typed_func::<(), i32>(&*store, name)?.call(store, ());
        let vector = |store: &mut Store, name, x| instance.get_typed_func::<f32, i32>(&*store, name)?.call(store, x);
        let scalars = [call(store, "grow")?, call(store, "nan")?];
        Ok([scalars[0], scalars[1], vector(store, "madd", f32::INFINITY)?, vector(store, "min", 1.0)?])
    };
    (store, all)
}

#[test]
fn a_chooser_answers_what_core_code_leaves_open() {
    let (mut store, all) = open(First);
    assert_eq!(all(&mut store), Ok([1, 0x7fc0_0000, 0, 0]), "the deterministic profile");
    assert_eq!(store.picks(), []);
    let (mut store, all) = open(Second);
    let chosen = Ok([-1, 0xffc0_0000_u32.cast_signed(), 0b0101, 0b0100]);
    assert_eq!(all(&mut store), chosen, "growing fails, NaNs are negative, also those of relaxed instructions");
    let anchors: Vec<&str> = store.picks().iter().map(|pick| &*pick.anchor).collect();
    let expected = ["grow [0]", "nan [0]", "R_fmadd [0]", "nan [1]", "nan [2]", "nan [3]"]
        .map(|anchor| format!("embedder: {anchor}"));
    assert_eq!(anchors, expected, "two lanes of the product, one of the minimum");

    let picks = store.picks().to_vec();
    let (mut store, all) = open(Replay::new(picks.clone()));
    assert_eq!(all(&mut store), chosen, "the picks lead to the same");
    let mut other = picks;
    other[0].alternatives.push("more".to_owned());
    let (mut store, all) = open(Replay::new(other));
    assert!(matches!(all(&mut store), Err(Error::Divergence(_))), "the run has not the alternatives of the schedule");
    assert!(all(&mut store).is_ok(), "the store can be used on");
}

#[test]
fn choices_are_counted_anew_after_going_back() {
    let (mut store, all) = open(Seeded::with_data(5));
    let snapshot = store.snapshot();
    let results = all(&mut store);
    assert_ne!(all(&mut store), results, "other occurrences, other draws");
    store.restore(&snapshot).expect("it is a snapshot of this store");
    assert_eq!(all(&mut store), results);
}

#[test]
fn garbage_does_not_stand_in_the_way_of_instances() {
    let mut config = Config::new();
    config.limits(wasm::Limits { heap_bytes: 64 << 10, ..wasm::Limits::DEFAULT });
    let engine = Engine::new(config);
    let mut store = Store::new(&engine, ());
    let text = r#"(module (type $a (array (mut i64)))
        (global $g (mut (ref null $a)) (array.new_default $a (i32.const 2000)))
        (func (export "drop") (global.set $g (ref.null $a))))"#;
    let module = module(&engine, text);
    for _ in 0..20 {
        let instance = Instance::new(&mut store, &module, &[]).expect("what the last one dropped is gone");
        instance
            .get_typed_func::<(), ()>(&store, "drop")
            .expect("it is exported")
            .call(&mut store, ())
            .expect("it returns");
    }
    let keeps = |store: &mut Store| Instance::new(store, &module, &[]).map(|_| ());
    let kept: Vec<_> = (0..5).map(|_| keeps(&mut store)).collect();
    assert_eq!(kept.iter().filter(|made| made.is_ok()).count(), 4, "four arrays of 16,000 bytes fit");
    assert_eq!(message(kept[4].clone()), "limit reached: heap");
}
