//! Vector instructions against simple second definitions, and vectors across modules:
//! `cargo test -p raddle-wasm --test vector`.

#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::float_arithmetic,
    clippy::float_cmp,
    reason = "the second definitions convert between numbers"
)]

#[path = "vector/define.rs"]
mod define;
#[path = "vector/relaxed.rs"]
mod relaxed;

use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use raddle_wasm::{
    CoreStore, DataChoices, Deterministic, Exit, Extern, FuncAddr, HostFuncId, InstanceAddr, Limits, Machine, Module,
    Stack,
};
use syntax::id::ModuleId;
use syntax::module::{FuncType, ValType};

struct Program {
    modules: Vec<Arc<Module>>,
    store: CoreStore,
}

fn parse(text: &str) -> Arc<Module> {
    let bytes = wat::parse_str(text).expect("a module in text");
    let definition = decode::module(&bytes, &decode::Features::default()).expect("a valid module");
    Arc::new(Module::new(Arc::new(definition)))
}

impl Program {
    fn new(modules: Vec<Arc<Module>>) -> Self {
        Self { modules, store: CoreStore::new(Limits::DEFAULT) }
    }

    fn instantiate(&mut self, module: usize, imports: &[Extern]) -> InstanceAddr {
        self.store.instantiate(&self.modules, ModuleId::new(module), imports).expect("it links")
    }

    fn export(&self, instance: InstanceAddr, name: &str) -> Extern {
        self.store.export(&self.modules, instance, name).unwrap_or_else(|| panic!("no export `{name}`"))
    }

    fn func(&self, instance: InstanceAddr, name: &str) -> FuncAddr {
        let Extern::Func(func) = self.export(instance, name) else { panic!("`{name}` is no function") };
        func
    }

    fn run(&mut self, func: FuncAddr, args: &[u64], data: &mut dyn DataChoices) -> Vec<u64> {
        let (mut stack, mut fuel) = (Stack::new(), u64::MAX);
        let mut machine = Machine { modules: &self.modules, store: &mut self.store, data, fuel: &mut fuel };
        machine.call(&mut stack, func, args);
        match machine.run(&mut stack) {
            Exit::Return => stack.take_results().to_vec(),
            exit @ (Exit::Host(..)
            | Exit::Exception(_)
            | Exit::OutOfFuel
            | Exit::Trap(_)
            | Exit::Collect
            | Exit::Limit(_)) => panic!("{exit:?}"),
        }
    }
}

fn cells(v: u128) -> [u64; 2] {
    [v as u64, (v >> 64) as u64]
}

fn from_cells(cells: &[u64]) -> u128 {
    cells.iter().rev().fold(0, |v, cell| v << 64 | u128::from(*cell))
}

/// For each instruction a function of its operands, and one that keeps the result in a local.
fn text<'a>(rows: impl Iterator<Item = (&'a str, &'a [&'a str], &'a str)>) -> String {
    let mut text = String::from("(module ");
    for (name, params, result) in rows {
        let gets = ["(local.get 0)", "(local.get 1)", "(local.get 2)"][..params.len()].concat();
        let (params, local) = (params.join(" "), params.len());
        let _ = write!(
            text,
            "(func (export \"{name}\") (param {params}) (result {result}) ({name} {gets}))
             (func (export \"{name}!\") (param {params}) (result {result}) (local {result})
               (local.set {local} ({name} {gets})) (local.get {local}))"
        );
    }
    text.push(')');
    text
}

/// Vectors of any bits, and of lanes that are near the edges of integers or floats.
fn operand() -> impl Strategy<Value = u128> {
    let edges_8 = prop::sample::select(vec![0u8, 1, 15, 16, 127, 128, 129, 255]);
    let edges_16 = prop::sample::select(vec![0u16, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0x8001, 0xff7f, 0xffff]);
    let edges_32 = prop_oneof![
        any::<f32>().prop_map(f32::to_bits),
        any::<i16>().prop_map(|x| (f32::from(x) / 2.0).to_bits()),
        prop::sample::select(vec![
            0u32,
            1,
            0x7fff,
            0x8000,
            0xffff,
            0x7fff_ffff,
            0x8000_0000,
            0x8000_0001,
            0x7f80_0000,
            0xff80_0000,
            0x7f80_0001,
            0xffc1_2345,
            0x4f00_0000,
            0xcf00_0000,
            0x4f80_0000,
            0xffff_ffff,
        ]),
    ];
    let edges_64 = prop_oneof![
        any::<f64>().prop_map(f64::to_bits),
        any::<i32>().prop_map(|x| (f64::from(x) / 2.0).to_bits()),
        prop::sample::select(vec![
            0u64,
            1,
            1 << 31,
            1 << 63,
            (1 << 63) - 1,
            u64::MAX,
            0x7ff0_0000_0000_0000,
            0xfff0_0000_0000_0000,
            0x7ff0_0000_0000_0001,
            0x41ef_ffff_ffe0_0000,
            0x41df_ffff_ffc0_0000,
            0xc1e0_0000_0000_0000,
        ]),
    ];
    prop_oneof![
        any::<u128>(),
        prop::array::uniform16(edges_8).prop_map(u128::from_le_bytes),
        prop::array::uniform8(edges_16).prop_map(|lanes| define::vector(16, |i| i128::from(lanes[i as usize]))),
        prop::array::uniform4(edges_32).prop_map(|lanes| define::vector(32, |i| i128::from(lanes[i as usize]))),
        prop::array::uniform2(edges_64).prop_map(|lanes| define::vector(64, |i| i128::from(lanes[i as usize]))),
    ]
}

static PLAIN: LazyLock<Arc<Module>> = LazyLock::new(|| {
    let rows = plain();
    parse(&text(rows.iter().map(|(name, params, result, _)| (name.as_str(), *params, *result))))
});

fn plain() -> Vec<define::Row> {
    let mut rows = define::integers();
    rows.extend(define::floats());
    rows
}

#[test]
fn all_plain_instructions_are_here() {
    // 236 without the prefix's relaxed ones, less 22 of memory, 14 of lanes, 6 splats, const, shuffle and bitselect.
    assert_eq!(plain().len(), 236 - 22 - 14 - 6 - 3);
}

/// Answers one parameter.
struct Answer(&'static str, u32, u32);

impl DataChoices for Answer {
    fn relaxed_simd(&mut self, parameter: &'static str, values: u32) -> u32 {
        assert_eq!((parameter, values), (self.0, self.1), "the parameter that the instruction depends on");
        self.2
    }
}

static RELAXED: LazyLock<Arc<Module>> = LazyLock::new(|| {
    let params = ["v128"; 3];
    parse(&text(relaxed::ROWS.iter().map(|row| (row.0, &params[..row.1], "v128"))))
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn plain_instructions(a in operand(), b in operand()) {
        let mut program = Program::new(vec![PLAIN.clone()]);
        let instance = program.instantiate(0, &[]);
        for (name, params, result, define) in plain() {
            let is_shift = params.get(1) == Some(&"i32");
            let b = if is_shift { b & 0xffff_ffff } else { b };
            let expected = define(a, b);
            let mut args = cells(a).to_vec();
            args.extend(cells(b).iter().take(if is_shift { 1 } else { 2 * params.len() - 2 }));
            for suffix in ["", "!"] {
                let func = program.func(instance, &format!("{name}{suffix}"));
                let results = program.run(func, &args, &mut Deterministic);
                prop_assert_eq!(results.len(), if result == "v128" { 2 } else { 1 });
                prop_assert_eq!(from_cells(&results), expected, "{} {:#034x} {:#034x}", name, a, b);
            }
        }
    }

    #[test]
    fn relaxed_instructions(operands in prop::array::uniform3(operand())) {
        for (name, count, parameter, values, define) in relaxed::ROWS {
            for value in 0..*values {
                let mut program = Program::new(vec![RELAXED.clone()]);
                let instance = program.instantiate(0, &[]);
                let expected = define(value, operands);
                let args: Vec<u64> = operands[..*count].iter().copied().flat_map(cells).collect();
                // The first call asks, the second one remembers.
                for (suffix, answer) in [("", value), ("!", 0)] {
                    let func = program.func(instance, &format!("{name}{suffix}"));
                    let results = program.run(func, &args, &mut Answer(parameter, *values, answer));
                    prop_assert_eq!(from_cells(&results), expected, "{} {} {:#034x?}", name, value, operands);
                }
            }
        }
    }
}

const EXPORTER: &str = r#"
    (module
      (import "host" "swap" (func $swap (param v128 i32 v128) (result v128 v128)))
      (global (export "g") (mut v128) (v128.const i64x2 1 2))
      (global $c (export "c") v128 (v128.const i32x4 5 6 7 8))
      (memory (export "m") 1)
      (func (export "halves") (param v128 i32) (result v128 v128)
        (call $swap (local.get 0) (local.get 1) (global.get $c)))
      (func (export "choose") (param v128 v128 i32) (result v128)
        (block $b (result v128)
          (br_if $b (local.get 0) (local.get 2))
          (drop)
          (select (local.get 0) (local.get 1) (local.get 2)))))"#;

const IMPORTER: &str = r#"
    (module
      (import "a" "g" (global $g (mut v128)))
      (import "a" "c" (global $c v128))
      (import "a" "m" (memory $m 1))
      (import "a" "halves" (func $halves (param v128 i32) (result v128 v128)))
      (import "a" "choose" (func $choose (type $t)))
      (type $t (func (param v128 v128 i32) (result v128)))
      (global $copy v128 (global.get $c))
      (table funcref (elem $choose))
      (func (export "run") (param i32) (result v128)
        (local $sum v128)
        (call $halves (global.get $g) (local.get 0))
        (local.set $sum)
        (global.set $g (i64x2.add (local.get $sum)))
        (v128.store (i32.const 4088) (global.get $g))
        (loop $again
          (local.set $sum (i64x2.add (local.get $sum) (v128.load (i32.const 4088))))
          (br_if $again (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
        (call_indirect (type $t) (local.get $sum) (global.get $copy) (i32.const 1) (i32.const 0)))
      (func (export "pick") (param i32) (result v128)
        (return_call $choose (global.get $g) (global.get $copy) (local.get 0))))"#;

#[test]
fn vectors_across_modules_and_the_host() {
    let mut program = Program::new(vec![parse(EXPORTER), parse(IMPORTER)]);
    let ty = FuncType::new([ValType::V128, ValType::I32, ValType::V128], [ValType::V128, ValType::V128]);
    let swap = program.store.alloc_host_func(HostFuncId(7), ty);
    let a = program.instantiate(0, &[Extern::Func(swap)]);
    let imports = ["g", "c", "m", "halves", "choose"].map(|name| program.export(a, name));
    let b = program.instantiate(1, &imports);
    let frozen = program.store.freeze();

    let (run, pick) = (program.func(b, "run"), program.func(b, "pick"));
    let (mut stack, mut fuel, mut data) = (Stack::new(), u64::MAX, Deterministic);
    let mut machine =
        Machine { modules: &program.modules, store: &mut program.store, data: &mut data, fuel: &mut fuel };
    machine.call(&mut stack, run, &[3]);
    assert_eq!(machine.run(&mut stack), Exit::Host(HostFuncId(7), swap));
    let (c0, c1) = (5 | 6 << 32, 7 | 8 << 32);
    assert_eq!(stack.host_args(), [1, 2, 3, c0, c1]);
    stack.host_return(&[c0, c1, 1, 2]);
    assert_eq!(machine.run(&mut stack), Exit::Return);
    // g = c + (1, 2), and the sum is (1, 2) + 3 g.
    let g = [c0 + 1, c1 + 2];
    assert_eq!(stack.take_results().as_slice(), [1 + 3 * g[0], 2 + 3 * g[1]]);
    assert_eq!(program.run(pick, &[1], &mut Deterministic), g);
    assert_eq!(program.run(pick, &[0], &mut Deterministic), [c0, c1]);

    // The store crosses two dirty pages: going back undoes both halves.
    let Extern::Memory(memory) = program.export(a, "m") else { panic!("a memory") };
    assert_eq!(program.store.memory(memory).data()[4088..4104], from_cells(&g).to_le_bytes());
    program.store.thaw(&frozen);
    assert_eq!(program.store.memory(memory).data()[4088..4104], [0; 16]);
    assert_eq!(program.run(pick, &[1], &mut Deterministic), [1, 2]);
}
