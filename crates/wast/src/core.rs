//! Core instances of a script: one store for all of them, with the module `spectest`.
//!
//! Spec: core specification, "Module Instantiation", "Invocation"; the reference interpreter's `spectest`.

use std::collections::BTreeMap;
use std::sync::Arc;

use raddle::{Engine, Module};
use runtime::Program;
use syntax::Trap;
use syntax::module::{FuncType, GlobalType, Limits, MemoryType, RefType, TableType, ValType};
use wasm::{
    CoreStore, Deterministic, Exit, Extern, FuncAddr, HostFuncId, InstanceAddr, InstantiateError, Machine, Stack,
};

/// Why a core module did not do what it was asked to.
pub(crate) enum Stopped {
    Trap(Trap),
    Exception,
    Link(String),
    Limit(&'static str),
    Other(String),
}

/// How much fuel a call gets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fuel {
    /// In all.
    pub(crate) whole: u64,
    /// At a time.
    pub(crate) slice: u64,
}

/// The core instances of a script.
pub(crate) struct CoreWorld {
    program: Arc<Program>,
    store: CoreStore,
    spectest: BTreeMap<&'static str, Extern>,
    registered: BTreeMap<String, InstanceAddr>,
    fuel: Fuel,
}

impl CoreWorld {
    pub(crate) fn new(engine: &Engine, fuel: Fuel) -> Self {
        let mut store = CoreStore::new(engine.limits());
        let spectest = spectest(&mut store);
        Self { program: engine.program(), store, spectest, registered: BTreeMap::new(), fuel }
    }

    pub(crate) fn register(&mut self, name: String, instance: InstanceAddr) {
        self.registered.insert(name, instance);
    }

    /// Instantiates and runs the start function.
    pub(crate) fn instantiate(&mut self, module: &Module) -> Result<InstanceAddr, Stopped> {
        let mut imports = Vec::new();
        for import in &module.definition().imports {
            let item = match self.registered.get(&import.module) {
                Some(instance) => self.store.export(&self.program.modules, *instance, &import.name),
                None if import.module == "spectest" => self.spectest.get(import.name.as_str()).copied(),
                None => None,
            };
            let item = item.ok_or_else(|| Stopped::Link(format!("unknown import `{}.{}`", import.module, import.name)));
            imports.push(item?);
        }
        let instance = match self.store.instantiate(&self.program.modules, module.id(), &imports) {
            Ok(instance) => instance,
            Err(InstantiateError::Trap(trap)) => return Err(Stopped::Trap(trap)),
            Err(InstantiateError::Link(message)) => return Err(Stopped::Link(message)),
            Err(InstantiateError::Limit(limit, _)) => return Err(Stopped::Limit(limit.name())),
        };
        if let Some(start) = self.store.start_func(&self.program.modules, instance) {
            self.call(start, &[])?;
        }
        Ok(instance)
    }

    /// Calls an exported function; its type and the cells of its results.
    pub(crate) fn invoke(
        &mut self,
        instance: InstanceAddr,
        name: &str,
        args: &[u64],
    ) -> Result<(FuncType, Vec<u64>), Stopped> {
        let Some(Extern::Func(func)) = self.store.export(&self.program.modules, instance, name) else {
            return Err(Stopped::Other(format!("expected an exported function `{name}`, found none")));
        };
        let ty = self.store.func_type(func).clone();
        if ty.param_cells() != args.len() {
            let (expected, found) = (ty.param_cells(), args.len());
            return Err(Stopped::Other(format!("expected arguments of {expected} cells, found {found}")));
        }
        let results = self.call(func, args)?;
        Ok((ty, results))
    }

    /// The value of an exported global.
    pub(crate) fn global(&self, instance: InstanceAddr, name: &str) -> Result<(FuncType, Vec<u64>), Stopped> {
        let Some(Extern::Global(global)) = self.store.export(&self.program.modules, instance, name) else {
            return Err(Stopped::Other(format!("expected an exported global `{name}`, found none")));
        };
        let ty = FuncType::new([], [self.store.global_type(global).value]);
        Ok((ty, self.store.global(global).to_vec()))
    }

    fn call(&mut self, func: FuncAddr, args: &[u64]) -> Result<Vec<u64>, Stopped> {
        let mut stack = Stack::new();
        let Fuel { whole, slice } = self.fuel;
        let mut given = slice.min(whole);
        let mut fuel = given;
        let mut machine = Machine {
            modules: &self.program.modules,
            store: &mut self.store,
            data: &mut Deterministic,
            fuel: &mut fuel,
        };
        machine.call(&mut stack, func, args);
        loop {
            match machine.run_only(&mut stack) {
                Exit::Return => return Ok(stack.take_results().to_vec()),
                Exit::Host(..) => stack.host_return(&[]),
                Exit::Trap(trap) => return Err(Stopped::Trap(trap)),
                Exit::Exception(_) => return Err(Stopped::Exception),
                Exit::OutOfFuel if given < whole => {
                    let more = slice.min(whole - given);
                    given += more;
                    *machine.fuel += more;
                }
                Exit::OutOfFuel => return Err(Stopped::Limit("fuel")),
                Exit::Limit(limit) => return Err(Stopped::Limit(limit.name())),
                Exit::Collect => unreachable!("`run_only` collects"),
            }
        }
    }
}

/// The module `spectest` of the reference interpreter.
fn spectest(store: &mut CoreStore) -> BTreeMap<&'static str, Extern> {
    use ValType::{F32, F64, I32, I64};
    let mut items = BTreeMap::new();
    let funcs: [(&str, &[ValType]); 7] = [
        ("print", &[]),
        ("print_i32", &[I32]),
        ("print_i64", &[I64]),
        ("print_f32", &[F32]),
        ("print_f64", &[F64]),
        ("print_i32_f32", &[I32, F32]),
        ("print_f64_f64", &[F64, F64]),
    ];
    for (name, params) in funcs {
        let func = store.alloc_host_func(HostFuncId(0), FuncType::new(params, []));
        items.insert(name, Extern::Func(func));
    }
    let globals = [
        ("global_i32", I32, 666),
        ("global_i64", I64, 666),
        ("global_f32", F32, 0x4426_a666),
        ("global_f64", F64, 0x4084_d4cc_cccc_cccd),
    ];
    for (name, value, cell) in globals {
        let global = store.alloc_global(GlobalType { value, mutable: false }, &[cell]);
        items.insert(name, Extern::Global(global));
    }
    let limits = Limits { minimum: 10, maximum: Some(20) };
    for (name, is_64) in [("table", false), ("table64", true)] {
        let table = store.alloc_table(TableType { element: RefType::FUNC, limits, is_64 }, 0);
        if let Ok(table) = table {
            items.insert(name, Extern::Table(table));
        }
    }
    let limits = Limits { minimum: 1, maximum: Some(2) };
    for (name, shared) in [("memory", false), ("shared_memory", true)] {
        let memory = store.alloc_memory(MemoryType { limits, is_64: false, shared, page_size_log2: 16 });
        if let Ok(memory) = memory {
            items.insert(name, Extern::Memory(memory));
        }
    }
    items
}
