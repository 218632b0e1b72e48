//! Core modules run here: at one go, and stopped and cloned wherever a slice of fuel ends, with the same result.

use std::sync::Arc;

use choice::hash::hash_of;
use syntax::id::ModuleId;
use syntax::module::{ExportItem, Module as Syntax, ValType};
use syntax::{Trap, TrapRule};
use wasm::{CoreStore, Deterministic, Exit, Extern, FuncAddr, InstanceAddr, InstantiateError, Limits, Machine, Module};

use crate::decoding::all_features;
use crate::input::Input;

/// The fuel of a call.
pub const FUEL: u64 = 400_000;

/// How many exports are called.
pub const CALLS: usize = 12;

/// Bytes of a memory, at most.
pub const MEMORY_BYTES: u64 = 4 << 20;

/// Elements of a table, at most.
pub const TABLE_ELEMENTS: u64 = 10_000;

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The results in cells.
    Values(Vec<u64>),
    /// A trap.
    Trap(TrapRule),
    /// An exception that nothing caught.
    Exception,
    /// The fuel of the call was not enough.
    OutOfFuel,
    /// A limit, met while instantiating.
    Limit,
}

/// An instance in a store of its own.
#[derive(Clone, Debug)]
pub struct Instance {
    modules: [Arc<Module>; 1],
    /// The store.
    pub store: CoreStore,
    instance: InstanceAddr,
}

/// Bytes that are a module, and how they are used: without imports, and small.
pub fn module(bytes: &[u8]) -> Option<Arc<Syntax>> {
    let syntax = decode::module(bytes, &all_features()).ok()?;
    syntax.imports.is_empty().then(|| Arc::new(syntax))
}

impl Instance {
    /// Instantiates and runs the start function.
    pub fn new(syntax: &Arc<Syntax>, slice: u64) -> Result<Self, Outcome> {
        let modules = [Arc::new(Module::new(Arc::clone(syntax)))];
        let limits = Limits {
            call_depth: 2_000,
            memory_bytes: MEMORY_BYTES,
            table_elements: TABLE_ELEMENTS,
            heap_bytes: 16 << 20,
            ..Limits::DEFAULT
        };
        let mut store = CoreStore::new(limits);
        let instance = store.instantiate(&modules, ModuleId(0), &[]).map_err(|error| match error {
            InstantiateError::Trap(Trap { rule, .. }) => Outcome::Trap(rule),
            InstantiateError::Limit(..) => Outcome::Limit,
            InstantiateError::Link(message) => panic!("a module without imports links: {message}"),
        })?;
        let start = store.start_func(&modules, instance);
        let mut this = Self { modules, store, instance };
        match start.map(|start| this.call(start, &[], slice)) {
            None | Some(Outcome::Values(_)) => Ok(this),
            Some(other) => Err(other),
        }
    }

    /// An export.
    pub fn export(&self, name: &str) -> Extern {
        self.store.export(&self.modules, self.instance, name).expect("the module exports it")
    }

    /// Calls a function, with so much fuel at a time, in a clone after each.
    pub fn call(&mut self, func: FuncAddr, args: &[u64], slice: u64) -> Outcome {
        let mut stack = wasm::Stack::new();
        let (mut fuel, mut given, mut begun) = (slice, slice, false);
        loop {
            let mut machine =
                Machine { modules: &self.modules, store: &mut self.store, data: &mut Deterministic, fuel: &mut fuel };
            if !begun {
                machine.call(&mut stack, func, args);
                begun = true;
            }
            match machine.run_only(&mut stack) {
                Exit::Return => return Outcome::Values(stack.take_results().to_vec()),
                Exit::Trap(trap) => return Outcome::Trap(trap.rule),
                Exit::Exception(_) => return Outcome::Exception,
                Exit::Limit(_) => return Outcome::Limit,
                Exit::Collect => unreachable!("`run_only` collects"),
                Exit::Host(..) => unreachable!("the module imports nothing"),
                Exit::OutOfFuel if given >= FUEL => return Outcome::OutOfFuel,
                Exit::OutOfFuel => {
                    fuel += slice;
                    given += slice;
                    let copy = (stack.clone(), self.store.clone());
                    assert_eq!(hash_of(&copy.0), hash_of(&stack), "a clone has the same hash");
                    assert!(copy.0 == stack, "a clone is equal");
                    (stack, self.store) = copy;
                }
            }
        }
    }
}

/// Arguments of a function in cells; references are null, or `None` when there is no null.
pub fn arguments(types: &[ValType], input: &mut Input<'_>) -> Option<Vec<u64>> {
    let mut cells = Vec::new();
    for ty in types {
        match ty {
            ValType::I32 => cells.push(input.number() & 0xffff_ffff),
            ValType::I64 => cells.push(input.number()),
            ValType::F32 => cells.push(u64::from(float32(input))),
            ValType::F64 => cells.push(float64(input)),
            ValType::V128 => cells.extend([input.number(), input.number()]),
            ValType::Ref(ty) if ty.nullable => cells.push(0),
            ValType::Ref(_) => return None,
        }
    }
    Some(cells)
}

/// Numbers, infinities and the canonical NaN.
fn float32(input: &mut Input<'_>) -> u32 {
    let bits = input.u32();
    if f32::from_bits(bits).is_nan() { 0x7fc0_0000 } else { bits }
}

/// Numbers, infinities and the canonical NaN.
fn float64(input: &mut Input<'_>) -> u64 {
    let bits = input.u64();
    if f64::from_bits(bits).is_nan() { 0x7ff8_0000_0000_0000 } else { bits }
}

/// Calls the exported functions; the outcomes and the hash of the store at the end.
pub fn run(syntax: &Arc<Syntax>, args: &[u8], slice: u64) -> (Vec<Outcome>, u128) {
    let mut input = Input::new(args);
    let mut outcomes = Vec::new();
    let mut instance = match Instance::new(syntax, slice) {
        Ok(instance) => instance,
        Err(outcome) => return (vec![outcome], 0),
    };
    for export in syntax.exports.iter().filter(|export| matches!(export.item, ExportItem::Func(_))).take(CALLS) {
        let Extern::Func(func) = instance.export(&export.name) else { unreachable!("the export is a function") };
        let params = instance.store.func_type(func).params.clone();
        let Some(args) = arguments(&params, &mut input) else { continue };
        let outcome = instance.call(func, &args, slice);
        let is_over = outcome == Outcome::OutOfFuel;
        outcomes.push(outcome);
        if is_over {
            // Slices overdraw by different amounts, so that what was done until then may differ.
            return (outcomes, 0);
        }
    }
    let hash = hash_of(&instance.store);
    (outcomes, hash)
}

/// A module from its bytes: stopping changes nothing.
pub fn check(data: &[u8]) {
    let Some(syntax) = module(data) else { return };
    let whole = run(&syntax, &[], FUEL);
    if whole.0.contains(&Outcome::OutOfFuel) {
        return;
    }
    for slice in [1_000, 97] {
        assert_eq!(run(&syntax, &[], slice), whole, "slices of {slice}");
    }
}
