//! Core modules run here: at one go, and stopped at many places with a clone, a snapshot that is gone back to, or another store at
//! each, with the same results, states and fuel.

use std::sync::Arc;

use choice::hash::hash_of;
use syntax::id::ModuleId;
use syntax::module::{ExportItem, HeapType, Module as Syntax, RefType, ValType};
use syntax::{Trap, TrapRule};
use wasm::{
    CoreStore, Deterministic, Dispatch, Exit, Extern, FuncAddr, InstanceAddr, InstantiateError, Limits, Machine, Module,
};

use crate::decoding::all_features;
use crate::input::Input;

/// The fuel of a call.
pub const FUEL: u64 = 60_000;

/// How many exports are called.
pub const CALLS: usize = 12;

/// How often one call is stopped, at most; after that it runs on to its end.
const STOPS: u64 = 30;

/// Bytes of a memory, at most.
pub const MEMORY_BYTES: u64 = 1 << 20;

/// Elements of a table, at most.
pub const TABLE_ELEMENTS: u64 = 10_000;

const LIMITS: Limits = Limits {
    call_depth: 2_000,
    memory_bytes: MEMORY_BYTES,
    table_elements: TABLE_ELEMENTS,
    // So little that garbage is collected often.
    heap_bytes: 1 << 14,
    ..Limits::DEFAULT
};

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The results in cells.
    Values(Vec<u64>),
    /// A trap.
    Trap(TrapRule),
    /// An exception that nothing caught.
    Exception,
    /// The fuel of the call was not enough: the hash of the stack that could go on.
    OutOfFuel(u128),
    /// A limit of the store.
    Limit,
}

/// Whether a call is stopped on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stops {
    /// It has all its fuel from the beginning; the handlers of instructions call each other where that is the default.
    Never,
    /// Whenever so much fuel was spent; the handlers return to a loop.
    Every(u64),
}

/// All calls of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// What came of each call.
    pub outcomes: Vec<Outcome>,
    /// The hash of the store at the end.
    pub hash: u128,
    /// The fuel that all calls took together.
    pub fuel: u64,
}

/// An instance in a store of its own.
#[derive(Clone, Debug)]
pub struct Instance {
    modules: [Arc<Module>; 1],
    /// The store.
    pub store: CoreStore,
    instance: InstanceAddr,
    /// The fuel that was spent.
    pub spent: u64,
    choices: Deterministic,
}

/// Bytes that are a module, and how they are used: without imports, and small.
pub fn module(bytes: &[u8]) -> Option<Arc<Syntax>> {
    let syntax = decode::module(bytes, &all_features()).ok()?;
    syntax.imports.is_empty().then(|| Arc::new(syntax))
}

impl Instance {
    /// Instantiates and runs the start function.
    pub fn new(syntax: &Arc<Syntax>, stops: Stops) -> Result<Self, Outcome> {
        let dispatch = match stops {
            Stops::Never => Dispatch::DEFAULT,
            Stops::Every(_) => Dispatch::Loop,
        };
        let modules = [Arc::new(Module::with_dispatch(Arc::clone(syntax), dispatch))];
        let mut store = CoreStore::new(LIMITS);
        let instance = store.instantiate(&modules, ModuleId(0), &[]).map_err(|error| match error {
            InstantiateError::Trap(Trap { rule, .. }) => Outcome::Trap(rule),
            InstantiateError::Limit(..) => Outcome::Limit,
            InstantiateError::Link(message) => panic!("a module without imports links: {message}"),
        })?;
        let start = store.start_func(&modules, instance);
        let mut this = Self { modules, store, instance, spent: 0, choices: Deterministic };
        match start.map(|start| this.call(start, &[], stops)) {
            None | Some(Outcome::Values(_)) => Ok(this),
            Some(other) => Err(other),
        }
    }

    /// An export.
    pub fn export(&self, name: &str) -> Extern {
        self.store.export(&self.modules, self.instance, name).expect("the module exports it")
    }

    /// Calls a function.
    pub fn call(&mut self, func: FuncAddr, args: &[u64], stops: Stops) -> Outcome {
        let mut stack = wasm::Stack::new();
        let (slice, detours) = match stops {
            Stops::Never => (FUEL, 0),
            Stops::Every(slice) => (slice.clamp(1, FUEL), STOPS),
        };
        let (mut fuel, mut given) = (slice, slice);
        self.machine(&mut fuel).call(&mut stack, func, args);
        for stop in 0.. {
            let exit = self.machine(&mut fuel).run_only(&mut stack);
            let outcome = match exit {
                Exit::Return => Outcome::Values(stack.take_results().to_vec()),
                Exit::Trap(trap) => Outcome::Trap(trap.rule),
                Exit::Exception(_) => Outcome::Exception,
                Exit::Limit(_) => Outcome::Limit,
                Exit::Host(..) => unreachable!("the module imports nothing"),
                Exit::Collect => unreachable!("`run_only` collects"),
                Exit::OutOfFuel if given >= FUEL => Outcome::OutOfFuel(hash_of(&stack)),
                Exit::OutOfFuel => {
                    self.detour(&mut stack, stop, slice);
                    let more = if stop < detours { slice.min(FUEL - given) } else { FUEL - given };
                    (fuel, given) = (fuel + more, given + more);
                    continue;
                }
            };
            self.spent += given - fuel;
            return outcome;
        }
        unreachable!("calls end")
    }

    fn machine<'a>(&'a mut self, fuel: &'a mut u64) -> Machine<'a> {
        Machine { modules: &self.modules, store: &mut self.store, data: &mut self.choices, fuel }
    }

    /// What must not change anything between two slices of a run.
    fn detour(&mut self, stack: &mut wasm::Stack, stop: u64, slice: u64) {
        let hashes = (hash_of(stack), hash_of(&self.store));
        match stop % 3 {
            0 => {
                let copy = (stack.clone(), self.store.clone());
                assert!(copy.0 == *stack, "a clone of a stack is equal");
                assert!(copy.1 == self.store, "a clone of a store is equal");
                (*stack, self.store) = copy;
            }
            1 => {
                let frozen = (stack.freeze(), self.store.freeze());
                let mut fuel = slice.saturating_mul(2).min(FUEL);
                let _ = self.machine(&mut fuel).run_only(stack);
                stack.thaw(&frozen.0);
                self.store.thaw(&frozen.1);
            }
            _ => {
                let frozen = (stack.freeze(), self.store.freeze());
                let mut other = CoreStore::new(LIMITS);
                other.thaw(&frozen.1);
                assert!(other == self.store, "a store made from a snapshot is equal");
                (*stack, self.store) = (wasm::Stack::thawed(&frozen.0), other);
            }
        }
        assert_eq!((hash_of(stack), hash_of(&self.store)), hashes, "a detour changes no hash");
    }
}

/// Arguments of a function in cells; references are null, or where there is no null of the type an `i31` or one of the host, or
/// `None`.
pub fn arguments(types: &[ValType], input: &mut Input<'_>) -> Option<Vec<u64>> {
    let mut cells = Vec::new();
    for ty in types {
        match ty {
            ValType::I32 => cells.push(input.number() & 0xffff_ffff),
            ValType::I64 => cells.push(input.number()),
            ValType::F32 => cells.push(u64::from(float32(input))),
            ValType::F64 => cells.push(float64(input)),
            ValType::V128 => cells.extend([input.number(), input.number()]),
            ValType::Ref(ty) => cells.push(reference(*ty, input)?),
        }
    }
    Some(cells)
}

fn reference(ty: RefType, input: &mut Input<'_>) -> Option<u64> {
    match ty.heap {
        HeapType::I31 | HeapType::Eq | HeapType::Any if !ty.nullable || input.byte() & 1 == 1 => {
            Some(u64::from(input.byte()) << 2 | 1)
        }
        HeapType::Extern if !ty.nullable => Some(1 + u64::from(input.byte())),
        _ => ty.nullable.then_some(0),
    }
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

/// Calls the exported functions.
pub fn run(syntax: &Arc<Syntax>, args: &[u8], stops: Stops) -> Run {
    let mut input = Input::new(args);
    let mut outcomes = Vec::new();
    let mut instance = match Instance::new(syntax, stops) {
        Ok(instance) => instance,
        Err(outcome) => return Run { outcomes: vec![outcome], hash: 0, fuel: 0 },
    };
    for export in syntax.exports.iter().filter(|export| matches!(export.item, ExportItem::Func(_))).take(CALLS) {
        let Extern::Func(func) = instance.export(&export.name) else { unreachable!("the export is a function") };
        let params = instance.store.func_type(func).params.clone();
        let Some(args) = arguments(&params, &mut input) else { continue };
        outcomes.push(instance.call(func, &args, stops));
    }
    Run { outcomes, hash: hash_of(&instance.store), fuel: instance.spent }
}

/// Runs a module at one go, and again with stops, spread over the calls and close to each other; all runs are the same.
pub fn stopping_changes_nothing(syntax: &Arc<Syntax>, args: &[u8]) -> Run {
    let whole = run(syntax, args, Stops::Never);
    let close = 1 + u64::from(args.last().copied().unwrap_or(0) % 16);
    for slice in [whole.fuel / STOPS + 1, close] {
        assert_eq!(run(syntax, args, Stops::Every(slice)), whole, "stops after each {slice} units of fuel");
    }
    whole
}

/// A module from its bytes.
pub fn check(data: &[u8]) {
    if let Some(syntax) = module(data) {
        stopping_changes_nothing(&syntax, &[]);
    }
}
