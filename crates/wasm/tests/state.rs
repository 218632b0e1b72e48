//! Stopping wherever fuel can run out, cloning and going on changes nothing: `cargo test -p raddle-wasm --test state`.

use std::sync::Arc;

use choice::StateHash;
use choice::hash::hash_of;
use decode::Features;
use raddle_wasm::{
    CoreStore, Deterministic, Dispatch, Exit, Extern, HostFuncId, LimitKind, Limits, Machine, Module, Stack,
};
use syntax::id::ModuleId;
use syntax::module::{FuncType, ValType};

struct Program {
    modules: [Arc<Module>; 1],
    store: CoreStore,
    func: raddle_wasm::FuncAddr,
}

/// A module that may import `h: (i32) -> i32` and exports `run: (i32) -> i32`.
fn program(text: &str, dispatch: Dispatch) -> Program {
    let bytes = wat::parse_str(text).expect("a module in text");
    let features = Features::default().with(decode::Feature::CustomPageSizes, true).expect("it is supported");
    let definition = decode::module(&bytes, &features).expect("a valid module");
    let imports = definition.imports.len();
    let modules = [Arc::new(Module::with_dispatch(Arc::new(definition), dispatch))];
    let mut store = CoreStore::new(Limits::DEFAULT);
    let host = store.alloc_host_func(HostFuncId(7), FuncType::new([ValType::I32], [ValType::I32]));
    let imports = vec![Extern::Func(host); imports];
    let instance = store.instantiate(&modules, ModuleId(0), &imports).expect("it links");
    let Some(Extern::Func(func)) = store.export(&modules, instance, "run") else { panic!("no function `run`") };
    Program { modules, store, func }
}

/// How a run ended, with the hash of store and stack.
type Ending = (Result<Vec<u64>, String>, u128);

fn ending(program: &Program, stack: &Stack, result: Result<Vec<u64>, String>) -> Ending {
    struct Both<'a>(&'a CoreStore, &'a Stack);
    impl StateHash for Both<'_> {
        fn state_hash(&self, hasher: &mut choice::StateHasher) {
            self.0.state_hash(hasher);
            self.1.state_hash(hasher);
        }
    }
    (result, hash_of(&Both(&program.store, stack)))
}

/// Runs to the end with slices of fuel; the ending, the fuel spent, and the hashes at the stops.
fn run(mut program: Program, arg: u64, slice: u64, cloned: bool) -> (Ending, u64, Vec<u128>) {
    let mut stack = Stack::new();
    let (mut given, mut fuel, mut hashes) = (slice, slice, Vec::new());
    let call = |program: &mut Program, stack: &mut Stack, fuel: &mut u64, begin: bool| {
        let mut machine =
            Machine { modules: &program.modules, store: &mut program.store, data: &mut Deterministic, fuel };
        if begin {
            machine.call(stack, program.func, &[arg]);
        }
        machine.run_only(stack)
    };
    let mut exit = call(&mut program, &mut stack, &mut fuel, true);
    loop {
        match exit {
            Exit::Host(id, _) => {
                assert_eq!(id, HostFuncId(7), "the host function");
                let value = stack.host_args()[0];
                hashes.push(hash_of(&stack));
                stack.host_return(&[(value * 3 + 1) & 0xffff_ffff]);
            }
            Exit::OutOfFuel => {
                hashes.push(hash_of(&stack));
                fuel += slice;
                given += slice;
            }
            Exit::Return => {
                let values = stack.take_results().to_vec();
                return (ending(&program, &stack, Ok(values)), given - fuel, hashes);
            }
            Exit::Trap(trap) => {
                stack.clear();
                return (ending(&program, &stack, Err(trap.to_string())), given - fuel, hashes);
            }
            Exit::Exception(_) => return (ending(&program, &stack, Err("exception".to_owned())), given - fuel, hashes),
            Exit::Limit(limit) => {
                stack.clear();
                return (ending(&program, &stack, Err(limit.name().to_owned())), given - fuel, hashes);
            }
            Exit::Collect => unreachable!("`run_only` collects"),
        }
        if cloned {
            let copy = stack.clone();
            assert_eq!(copy, stack, "a clone is equal");
            assert_eq!(hash_of(&copy), hash_of(&stack), "a clone has the same hash");
            stack = copy;
            let store = program.store.clone();
            program.store = store;
        }
        exit = call(&mut program, &mut stack, &mut fuel, false);
    }
}

fn check(text: &str, arg: u64) {
    let program = |dispatch| program(text, dispatch);
    let (whole, spent, _) = run(program(Dispatch::Loop), arg, 1 << 40, false);
    let (by_one, spent_by_one, hashes) = run(program(Dispatch::Loop), arg, 1, false);
    assert_eq!(whole, by_one, "stopping changes nothing");
    assert_eq!(spent, spent_by_one, "stopping costs nothing");
    for dispatch in [Dispatch::Chain, Dispatch::Loop] {
        let (cloned, _, cloned_hashes) = run(program(dispatch), arg, 1, true);
        assert_eq!(whole, cloned, "neither cloning nor the dispatch changes anything");
        assert_eq!(hashes, cloned_hashes, "nor a hash on the way");
        for slice in [2, 3, 7, 100, 1 << 40] {
            let (sliced, spent_sliced, _) = run(program(dispatch), arg, slice, true);
            assert_eq!((&sliced, spent_sliced), (&whole, spent), "slices of {slice}");
        }
    }
}

#[test]
fn calls_and_loops() {
    check(
        r#"(module
            (func $fib (param i32) (result i32)
              (if (result i32) (i32.lt_s (local.get 0) (i32.const 2))
                (then (local.get 0))
                (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                               (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
            (func (export "run") (param i32) (result i32) (local i32 i32)
              (loop $l
                (local.set 1 (i32.add (local.get 1) (call $fib (local.get 2))))
                (local.set 2 (i32.add (local.get 2) (i32.const 1)))
                (br_if $l (i32.lt_s (local.get 2) (local.get 0))))
              (local.get 1)))"#,
        9,
    );
}

#[test]
fn loops_that_begin_with_a_condition() {
    check(
        r#"(module (import "m" "h" (func $h (param i32) (result i32)))
            (func (export "run") (param i32) (result i32) (local i32 f64 i64)
              (block $out
                (loop $outer
                  (br_if $out (i32.gt_u (local.get 1) (i32.const 6)))
                  (local.set 1 (i32.add (local.get 1) (i32.const 1)))
                  (local.set 2 (f64.const 0))
                  (block $done
                    (loop $inner
                      (br_if $done (f64.ge (local.get 2) (f64.const 3)))
                      (local.set 2 (f64.add (local.get 2) (f64.const 1)))
                      (br_if $inner (i32.and (local.get 1) (i32.const 1)))
                      (local.set 0 (call $h (local.get 0)))
                      (br $inner)))
                  (local.set 3 (i64.const 3))
                  (block $empty
                    (loop $only (br_if $empty (i64.eqz (local.get 3))) (local.set 3 (i64.shr_u (local.get 3) (i64.const 1))) (br $only)))
                  (br $outer)))
              (block $last
                (local.get 0)
                (loop $operand (param i32)
                  (br_if $last)
                  (i32.xor (i32.eqz (local.get 1)) (i32.const 1))
                  (br $operand))
                (unreachable))
              (block $first (result i32)
                (loop $values
                  (drop (br_if $first (local.get 0) (i32.gt_u (local.get 0) (i32.const 1000))))
                  (local.set 0 (i32.mul (i32.add (local.get 0) (i32.const 7)) (i32.const 3)))
                  (br $values))
                (unreachable))))"#,
        0,
    );
}

#[test]
fn operands_below_branches_and_calls() {
    check(
        r#"(module (import "m" "h" (func $h (param i32) (result i32)))
            (func (export "run") (param i32) (result i32)
              (local.get 0)
              (i32.const 5)
              (block (result i32 i32)
                (i32.const 1) (local.get 0)
                (br_if 0 (i32.eqz (local.get 0)))
                (drop) (call $h (i32.const 3)))
              (i32.add)
              (loop (param i32) (result i32)
                (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
                (local.get 0) (i32.add)
                (br_if 0 (i32.gt_s (local.get 0) (i32.const 0))))
              (i32.mul) (i32.sub)))"#,
        4,
    );
}

#[test]
fn tables_and_indirect_calls() {
    check(
        r#"(module (table funcref (elem $a $b $c))
            (type $t (func (param i32) (result i32)))
            (func $a (type $t) (i32.add (local.get 0) (i32.const 1)))
            (func $b (type $t) (return_call $a (i32.mul (local.get 0) (i32.const 3))))
            (func $c (type $t)
              (block (block (block (block (br_table 0 1 2 3 (i32.and (local.get 0) (i32.const 3))))
                (return (i32.const 10))) (return (i32.const 20))) (return (i32.const 30)))
              (i32.const 40))
            (func (export "run") (param i32) (result i32) (local i32)
              (loop $l
                (local.set 1 (i32.xor (i32.rotl (local.get 1) (i32.const 3))
                  (call_indirect (type $t) (local.get 0) (i32.rem_u (local.get 0) (i32.const 3)))))
                (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
              (local.get 1)))"#,
        23,
    );
}

#[test]
fn bulk_operations() {
    check(
        r#"(module (memory 1)
            (func (export "run") (param i32) (result i32)
              (memory.fill (i32.const 100) (i32.const 7) (i32.const 5000))
              (memory.copy (i32.const 9000) (i32.const 90) (i32.const 3000))
              (drop (memory.grow (i32.const 1)))
              (i32.store (i32.const 65535) (local.get 0))
              (i32.add (i32.load (i32.const 9010)) (memory.size))))"#,
        77,
    );
}

#[test]
fn what_a_bulk_operation_owes_is_paid_before_a_trap() {
    for bulk in [
        "(drop (table.grow 0 (ref.null func) (i32.const 9)))",
        "(table.fill 0 (i32.const 0) (ref.null func) (i32.const 5))",
        "(memory.fill (i32.const 0) (i32.const 1) (i32.const 640))",
        "(memory.copy (i32.const 0) (i32.const 640) (i32.const 640))",
        "(drop (array.new $a (i32.const 1) (i32.const 7)))",
        "(array.fill $a (global.get 0) (i32.const 0) (i32.const 1) (i32.const 8))",
    ] {
        let text = format!(
            r#"(module (type $a (array (mut i32))) (memory 1) (table 5 funcref)
                (global (ref $a) (array.new $a (i32.const 0) (i32.const 8)))
                (func (export "run") (param i32) (result i32) {bulk} unreachable))"#
        );
        check(&text, 0);
    }
}

#[test]
fn what_follows_a_vector_constant_is_not_executed() {
    for vector in [
        "(v128.const i32x4 1 2 3 4)",
        "(i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 (v128.const i32x4 5 6 7 8) (v128.const i32x4 1 2 3 4))",
    ] {
        let text = format!(
            r#"(module (global $g (mut i32) (i32.const 0))
                (func (export "run") (param i32) (result i32)
                  {vector} (global.set $g (local.get 0)) drop
                  (i32.mul (global.get $g) (i32.const 3))))"#
        );
        check(&text, 7);
    }
}

#[test]
fn exceptions() {
    check(
        r#"(module (tag $e (param i32)) (import "m" "h" (func $h (param i32) (result i32)))
            (func $f (param i32) (result i32)
              (if (i32.eqz (local.get 0)) (then (throw $e (i32.const 42))))
              (i32.add (call $f (i32.sub (local.get 0) (i32.const 1))) (call $h (local.get 0))))
            (func (export "run") (param i32) (result i32)
              (block $c (result i32)
                (try_table (result i32) (catch $e $c) (call $f (local.get 0))))
              (i32.add (i32.const 1))))"#,
        6,
    );
}

#[test]
fn traps() {
    check(
        r#"(module (func $f (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0)))
            (func (export "run") (param i32) (result i32) (local i32)
              (loop $l (result i32)
                (drop (call $f (local.get 0)))
                (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
                (br $l))))"#,
        5,
    );
}

/// Hashes do not depend on what was on the stack before.
#[test]
fn only_live_cells_count() {
    let text = r#"(module (import "m" "h" (func $h (param i32) (result i32)))
        (func $deep (param i32) (local i64 i64)
          (local.set 1 (i64.const -1))
          (if (local.get 0) (then (call $deep (i32.sub (local.get 0) (i32.const 1))))))
        (func (export "run") (param i32) (result i32)
          (call $deep (local.get 0))
          (call $h (i32.const 1))))"#;
    let stop = |arg: u64| {
        let mut program = program(text, Dispatch::DEFAULT);
        let mut stack = Stack::new();
        let mut fuel = u64::MAX;
        let mut machine =
            Machine { modules: &program.modules, store: &mut program.store, data: &mut Deterministic, fuel: &mut fuel };
        machine.call(&mut stack, program.func, &[0]);
        assert!(matches!(machine.run(&mut stack), Exit::Host(..)), "it calls the host");
        let _ = stack.host_args();
        stack.host_return(&[0]);
        let _ = machine.run(&mut stack);
        let _ = stack.take_results();
        machine.call(&mut stack, program.func, &[arg]);
        assert!(matches!(machine.run(&mut stack), Exit::Host(..)), "it calls the host");
        let frames = stack.frames(machine.store, machine.modules);
        assert_eq!(frames.len(), 1, "one frame");
        stack
    };
    // The argument is a live local, so it is the same in both.
    let (a, b) = (stop(20), stop(20));
    assert_eq!((hash_of(&a), &a), (hash_of(&b), &b), "same history");
}

/// A limit is reached at the same call however often a stack was copied before.
#[test]
fn the_limit_of_the_stack_does_not_depend_on_copies() {
    let text = r#"(module (func $f (export "run") (param i32) (result i32)
        (i32.add (i32.const 1) (call $f (i32.add (local.get 0) (i32.const 1))))))"#;
    let depth = |slice: u64| {
        let mut program = program(text, Dispatch::DEFAULT);
        program.store = {
            let mut store = CoreStore::new(Limits { stack_cells: 200_000, call_depth: 1 << 20, ..Limits::DEFAULT });
            let instance = store.instantiate(&program.modules, ModuleId(0), &[]).expect("it links");
            let Some(Extern::Func(func)) = store.export(&program.modules, instance, "run") else {
                panic!("no function `run`")
            };
            program.func = func;
            store
        };
        let (mut stack, mut fuel) = (Stack::new(), slice);
        let mut begun = false;
        loop {
            let mut machine = Machine {
                modules: &program.modules,
                store: &mut program.store,
                data: &mut Deterministic,
                fuel: &mut fuel,
            };
            if !begun {
                machine.call(&mut stack, program.func, &[0]);
                begun = true;
            }
            let exit = machine.run(&mut stack);
            if exit != Exit::OutOfFuel {
                assert_eq!(exit, Exit::Limit(LimitKind::CallStack));
                return stack.depth();
            }
            fuel += slice;
            stack = Stack::thawed(&stack.freeze());
        }
    };
    let whole = depth(u64::MAX / 2);
    assert!(whole > 1000, "{whole}");
    for slice in [50_000, 77_777, 123_456] {
        assert_eq!(depth(slice), whole, "slices of {slice}");
    }
}

/// A memory of small pages grows inside one page of the dirty map: going back makes it small again.
#[test]
fn growing_by_a_few_bytes_is_taken_back() {
    let text = r#"(module (memory (export "m") 48 4000 (pagesize 1))
        (func (export "run") (param i32) (result i32) (memory.grow (local.get 0))))"#;
    let mut program = program(text, Dispatch::DEFAULT);
    let (hash, frozen) = (hash_of(&program.store), program.store.freeze());
    let before = program.store.clone();
    let mut fuel = u64::MAX;
    let mut stack = Stack::new();
    let mut machine =
        Machine { modules: &program.modules, store: &mut program.store, data: &mut Deterministic, fuel: &mut fuel };
    machine.call(&mut stack, program.func, &[3]);
    assert_eq!(machine.run(&mut stack), Exit::Return);
    assert_eq!(stack.take_results()[..], [48], "it grows");
    assert_ne!(hash_of(&program.store), hash, "it is another state");
    program.store.thaw(&frozen);
    assert_eq!(program.store, before, "it is what it was");
    assert_eq!(hash_of(&program.store), hash, "so is its hash");
}
