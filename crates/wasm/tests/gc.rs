//! Run: `cargo test -p raddle-wasm --test gc`. Programs that allocate far more than their heap may hold run to their end, with
//! the same results, states and fuel however they are stopped, cloned or frozen; what is still referred to stays.

use std::sync::Arc;

use raddle_wasm::{
    CoreStore, Deterministic, Exit, Extern, FuncAddr, HostFuncId, InstanceAddr, LimitKind, Limits, Machine, Module,
    Stack,
};
use syntax::id::ModuleId;

/// Far below what every program here allocates in all.
const HEAP_BYTES: u64 = 8 << 10;

struct Program {
    modules: Vec<Arc<Module>>,
    store: CoreStore,
    instance: InstanceAddr,
}

/// How a program is run.
#[derive(Clone, Copy, Debug, Default)]
struct How {
    /// Fuel at a time; 0 is all at once.
    slice: u64,
    cloned: bool,
    frozen: bool,
}

/// How a run ended: the cells or what stopped it, the hash of the store, the fuel spent, how many collections there were.
#[derive(Debug, PartialEq, Eq)]
struct Ending {
    values: Result<Vec<u64>, String>,
    hash: u128,
    fuel: u64,
    collections: u32,
}

fn hash_of(value: &impl choice::StateHash) -> u128 {
    let mut hasher = choice::StateHasher::new();
    value.state_hash(&mut hasher);
    hasher.finish()
}

impl Program {
    fn new(text: &str, heap_bytes: u64) -> Self {
        let bytes = wat::parse_str(text).expect("the text is a module");
        let definition = decode::module(&bytes, &decode::Features::default()).expect("the module is valid");
        let imports = definition.imports.len();
        let modules = vec![Arc::new(Module::new(Arc::new(definition)))];
        let mut store = CoreStore::new(Limits { heap_bytes, ..Limits::DEFAULT });
        let any = syntax::module::RefType { nullable: true, heap: syntax::module::HeapType::Any };
        let any = syntax::module::ValType::Ref(any);
        let pass = store.alloc_host_func(HostFuncId(0), syntax::module::FuncType::new([any], [any]));
        let instance = store.instantiate(&modules, ModuleId(0), &vec![Extern::Func(pass); imports]);
        Self { modules, store, instance: instance.expect("the module can be instantiated") }
    }

    fn func(&self, name: &str) -> FuncAddr {
        match self.store.export(&self.modules, self.instance, name) {
            Some(Extern::Func(func)) => func,
            other => panic!("{name}: expected a function, found {other:?}"),
        }
    }

    fn run(&mut self, args: &[u64], how: How) -> Ending {
        let func = self.func("run");
        let (mut stack, mut fuel, mut given) = (Stack::new(), u64::MAX / 2, 0);
        if how.slice > 0 {
            fuel = how.slice;
        }
        given += fuel;
        let (mut begun, mut collections) = (false, 0);
        loop {
            let mut machine =
                Machine { modules: &self.modules, store: &mut self.store, data: &mut Deterministic, fuel: &mut fuel };
            if !begun {
                machine.call(&mut stack, func, args);
                begun = true;
            }
            let values = match machine.run(&mut stack) {
                Exit::Return => Ok(stack.take_results().to_vec()),
                Exit::Trap(trap) => Err(trap.to_string()),
                Exit::Limit(limit) => Err(limit.name().to_owned()),
                Exit::Exception(_) => Err("exception".to_owned()),
                Exit::Host(..) => {
                    // The host gives back what it was given, which only the stack refers to meanwhile.
                    let cells = stack.host_args().to_vec();
                    stack.host_return(&cells);
                    self.store.collect(&self.modules, [&stack]);
                    continue;
                }
                Exit::Collect => {
                    collections += 1;
                    self.store.collect(&self.modules, [&stack]);
                    continue;
                }
                Exit::OutOfFuel => {
                    fuel += how.slice;
                    given += how.slice;
                    self.change_place(&mut stack, how);
                    continue;
                }
            };
            stack.clear();
            return Ending { values, hash: hash_of(&self.store), fuel: given - fuel, collections };
        }
    }

    /// Goes on with copies.
    fn change_place(&mut self, stack: &mut Stack, how: How) {
        let hashes = (hash_of(&self.store), hash_of(stack));
        if how.cloned {
            let copies = (self.store.clone(), stack.clone());
            assert!(copies == (self.store.clone(), stack.clone()), "clones are equal");
            (self.store, *stack) = copies;
        }
        if how.frozen {
            let frozen = (self.store.freeze(), stack.freeze());
            let mut store = CoreStore::new(Limits::DEFAULT);
            store.thaw(&frozen.0);
            (self.store, *stack) = (store, Stack::thawed(&frozen.1));
        }
        assert_eq!(hashes, (hash_of(&self.store), hash_of(stack)), "copies have the same hash");
    }
}

/// Runs a program in all ways; its result.
fn check(text: &str, arg: u64, expected: u64) {
    let whole = Program::new(text, HEAP_BYTES).run(&[arg], How::default());
    assert_eq!(whole.values, Ok(vec![expected]), "{text}");
    assert!(whole.collections > 2, "it needs collections, but had {}\n{text}", whole.collections);
    for slice in [1, 2, 3, 7, 50, 333] {
        let (cloned, frozen) = (slice == 7, slice == 50 || slice == 333);
        let found = Program::new(text, HEAP_BYTES).run(&[arg], How { slice, cloned, frozen });
        assert_eq!(found, whole, "slices of {slice}\n{text}");
    }
}

/// A module with the types and helpers that the programs share.
fn module(rest: &str) -> String {
    let types = r"
        (type $pair (struct (field $value (mut i32)) (field $next (mut (ref null $pair)))))
        (type $numbers (array (mut i64)))
        (type $pairs (array (mut (ref null $pair))))
        (type $anys (array (mut anyref)))
        (tag $thrown (param i32 (ref null $pair)))
        ;; Makes garbage: a structure, a pair of structures that refer to each other, an array.
        (func $litter (local $a (ref $pair)) (local $b (ref $pair))
          (local.set $a (struct.new $pair (i32.const -1) (ref.null $pair)))
          (local.set $b (struct.new $pair (i32.const -2) (local.get $a)))
          (struct.set $pair $next (local.get $a) (local.get $b))
          (drop (array.new $numbers (i64.const 4) (i32.const 20)))
          (drop (array.new_default $pairs (i32.const 3)))
          (drop (array.new_fixed $pairs 2 (local.get $a) (local.get $b))))
        (func $list (param $length i32) (result (ref null $pair)) (local $list (ref null $pair))
          (loop $more
            (if (local.get $length) (then
              (local.set $list (struct.new $pair (local.get $length) (local.get $list)))
              (local.set $length (i32.sub (local.get $length) (i32.const 1)))
              (br $more))))
          (local.get $list))
        (func $sum (param $list (ref null $pair)) (result i32) (local $sum i32)
          (block $end
            (loop $more
              (local.set $sum (i32.add (local.get $sum) (struct.get $pair $value (br_on_null $end (local.get $list)))))
              (local.set $list (struct.get $pair $next (local.get $list)))
              (br $more)))
          (local.get $sum))
    ";
    format!("(module {types} {rest})")
}

/// A program that keeps something while it litters: what is kept, how it is looked at.
fn keeping(declarations: &str, before: &str, after: &str) -> String {
    module(&format!(
        r#"{declarations}
        (func (export "run") (param $n i32) (result i32) (local $kept (ref null $pair)) (local $any anyref) (local $extern externref)
          {before}
          (loop $more
            (call $litter)
            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
            (br_if $more (local.get $n)))
          {after})"#
    ))
}

#[test]
fn what_a_local_refers_to_stays() {
    check(&keeping("", "(local.set $kept (call $list (i32.const 10)))", "(call $sum (local.get $kept))"), 200, 55);
}

#[test]
fn what_a_global_refers_to_stays() {
    let declarations = "(global $g (mut (ref null $pair)) (ref.null $pair)) (global $c (ref $pair) (struct.new $pair (i32.const 7) (ref.null $pair)))";
    let after = "(i32.add (call $sum (global.get $g)) (call $sum (global.get $c)))";
    check(&keeping(declarations, "(global.set $g (call $list (i32.const 10)))", after), 200, 62);
}

#[test]
fn what_a_table_or_segment_refers_to_stays() {
    let declarations = "(table $t 3 (ref null $pair)) (table $u 1 (ref null $pair))
        (elem $e (ref null $pair) (item (struct.new $pair (i32.const 100) (ref.null $pair))))";
    let before = "(table.set $t (i32.const 1) (call $list (i32.const 10)))";
    let after = "(table.init $u $e (i32.const 0) (i32.const 0) (i32.const 1))
        (i32.add (call $sum (table.get $t (i32.const 1))) (call $sum (table.get $u (i32.const 0))))";
    check(&keeping(declarations, before, after), 200, 155);
}

#[test]
fn what_an_operand_refers_to_stays() {
    let program = module(
        r#"(func $deep (param $n i32) (result i32)
          ;; Numbers that look like references lie between references on the operands.
          (i32.const 4) (call $list (i32.const 3)) (i64.const 8) (call $list (i32.const 2))
          (block (param i32 (ref null $pair) i64 (ref null $pair)) (result i32 (ref null $pair) i64 (ref null $pair))
            (call $litter)
            (if (i32.eqz (local.get $n)) (then (return (i32.const 0))))
            (call $deep (i32.sub (local.get $n) (i32.const 1)))
            (local.set $n))
          (call $sum)
          (local.set $n (i32.add (local.get $n)))
          (drop) (call $sum) (i32.add) (i32.add (local.get $n)))
        (func (export "run") (param $n i32) (result i32) (local $sum i32)
          (loop $more
            (local.set $sum (i32.add (local.get $sum) (call $deep (i32.const 9))))
            (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
          (local.get $sum))"#,
    );
    // Each of nine levels adds the sums of two lists and a number.
    check(&program, 20, 20 * 9 * (3 + 6 + 4));
}

#[test]
fn what_crosses_hierarchies_stays() {
    let before = "(local.set $extern (extern.convert_any (call $list (i32.const 10))))
        (local.set $any (array.new_fixed $anys 2 (ref.i31 (i32.const 5)) (call $list (i32.const 3))))";
    let after = "(i32.add
        (call $sum (ref.cast (ref $pair) (any.convert_extern (local.get $extern))))
        (i32.add (call $sum (ref.cast (ref $pair) (array.get $anys (ref.cast (ref $anys) (local.get $any)) (i32.const 1))))
          (i31.get_s (ref.cast (ref i31) (array.get $anys (ref.cast (ref $anys) (local.get $any)) (i32.const 0))))))";
    check(&keeping("", before, after), 200, 66);
}

#[test]
fn exceptions_go_and_stay() {
    let program = module(
        r#"(func $throw (param $n i32) (throw $thrown (local.get $n) (call $list (i32.const 4))))
        (func $catch (param $n i32) (result exnref) (local $e exnref)
          (block $caught (result i32 (ref null $pair) exnref)
            (try_table (catch_ref $thrown $caught) (call $throw (local.get $n)))
            (unreachable))
          (local.set $e) (drop) (drop) (local.get $e))
        (func (export "run") (param $n i32) (result i32) (local $kept exnref) (local $value i32)
          (local.set $kept (call $catch (i32.const 1000)))
          (loop $more
            (drop (call $catch (local.get $n)))
            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
            (br_if $more (local.get $n)))
          (block $caught (result i32 (ref null $pair))
            (try_table (catch $thrown $caught) (throw_ref (local.get $kept)))
            (unreachable))
          (call $sum) (i32.add))"#,
    );
    check(&program, 300, 1010);
}

#[test]
fn what_the_host_was_given_stays() {
    let program = keeping(
        "",
        "(local.set $kept (ref.cast (ref null $pair) (call $pass (call $list (i32.const 10)))))",
        "(i32.add (call $sum (ref.cast (ref null $pair) (call $pass (local.get $kept))))
           (call $sum (ref.cast (ref null $pair) (call $tail (call $list (i32.const 4))))))",
    );
    let program =
        program.replace("(module ", "(module (import \"\" \"pass\" (func $pass (param anyref) (result anyref))) ");
    let tail = "(func $tail (param anyref) (result anyref) (return_call $pass (local.get 0))) (func $list";
    check(&program.replacen("(func $list", tail, 1), 200, 65);
}

#[test]
fn a_window_over_an_endless_list_moves_on() {
    let program = module(
        r#"(func (export "run") (param $n i32) (result i32)
            (local $first (ref null $pair)) (local $last (ref null $pair)) (local $sum i32)
          (local.set $first (call $list (i32.const 1)))
          (local.set $last (local.get $first))
          (loop $more
            (struct.set $pair $next (local.get $last) (struct.new $pair (local.get $n) (ref.null $pair)))
            (local.set $last (struct.get $pair $next (local.get $last)))
            (local.set $first (struct.get $pair $next (local.get $first)))
            (local.set $sum (i32.add (local.get $sum) (struct.get $pair $value (local.get $first))))
            (local.set $n (i32.sub (local.get $n) (i32.const 1)))
            (br_if $more (local.get $n)))
          (local.get $sum))"#,
    );
    check(&program, 1000, 500_500);
}

#[test]
fn a_long_list_is_marked_without_recursion() {
    let program = module(
        r#"(func (export "run") (param $n i32) (result i32) (local $list (ref null $pair)) (local $i i32)
          (local.set $list (call $list (local.get $n)))
          (loop $more
            (call $litter)
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $more (i32.lt_u (local.get $i) (i32.const 30000))))
          (call $sum (local.get $list)))"#,
    );
    let ending = Program::new(&program, 24 << 20).run(&[300_000], How::default());
    assert_eq!(ending.values, Ok(vec![u64::from((300_000_u32 / 2).wrapping_mul(300_001))]));
    assert!(ending.collections > 0, "it needs collections");
}

#[test]
fn a_heap_that_is_full_is_a_limit() {
    let program =
        module(r#"(func (export "run") (param $n i32) (result i32) (call $sum (call $list (local.get $n))))"#);
    let fits = Program::new(&program, HEAP_BYTES).run(&[100], How::default());
    assert_eq!(fits.values, Ok(vec![5050]));
    for slice in [0, 1, 5] {
        let full = Program::new(&program, HEAP_BYTES).run(&[1000], How { slice, ..How::default() });
        assert_eq!(full.values, Err(LimitKind::Heap.name().to_owned()));
    }
    let huge = module(
        r#"(func (export "run") (param $n i32) (result i32) (array.len (array.new_default $numbers (i32.const -1))))"#,
    );
    let huge = Program::new(&huge, HEAP_BYTES).run(&[0], How::default());
    assert_eq!((huge.values, huge.collections), (Err(LimitKind::Heap.name().to_owned()), 0));
}

#[test]
fn the_embedder_keeps_what_it_roots() {
    let text = module(
        r#"(func (export "run") (param $n i32) (result (ref null $pair)) (call $list (local.get $n)))
        (func (export "sum") (param $list anyref) (result i32) (call $sum (ref.cast (ref $pair) (local.get $list))))"#,
    );
    let mut program = Program::new(&text, HEAP_BYTES);
    let kept = program.run(&[10], How::default()).values.expect("it returns")[0];
    let root = program.store.root(kept);
    let _garbage = program.run(&[20], How::default());
    let (modules, store) = (&program.modules, &mut program.store);
    store.collect(modules, []);
    assert_eq!(store.heap_bytes(), 10 * 48, "ten structures of two fields are left");
    assert_eq!(store.unroot(root), Some(kept));
    assert_eq!(store.unroot(root), None);
    store.collect(modules, []);
    assert_eq!(store.heap_bytes(), 0);
}
