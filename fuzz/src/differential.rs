//! Modules of wasm-smith run here and in wasmi: every result, trap, final memory, global and size of a table.
//!
//! Where one engine meets a limit of its own the comparison stops. What is compared also runs here in slices. Inputs that begin
//! as a module does are run here only, as they are.

use std::sync::Arc;

use syntax::TrapRule;
use syntax::module::{ExportItem, Module as Syntax, RefType, ValType};
use wasm::Extern;
use wasmi::{StoreLimits, StoreLimitsBuilder, Val};

use crate::core_run::{self, Instance, MEMORY_BYTES, Outcome, Stops, TABLE_ELEMENTS};
use crate::input::Input;
use crate::smith::{self, Proposals};
use crate::tally::Tally;

/// The other engine's instance.
struct Peer {
    store: wasmi::Store<StoreLimits>,
    instance: wasmi::Instance,
}

/// The module that an input stands for, and what is left of the input.
pub fn generate(data: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (bytes, args) = smith::generate(data, Proposals::Wasmi)?;
    Some((crate::rewrite::comparable(&bytes), args))
}

/// Runs the input in both engines, and here also in slices. The module is written to the file that the environment variable
/// `RADDLE_FUZZ_MODULE` names, if there is one.
pub fn check(data: &[u8]) {
    count(data, &mut Tally::default());
}

/// The same, counted.
pub fn count(data: &[u8], tally: &mut Tally) {
    tally.inputs += 1;
    if data.starts_with(b"\0asm") {
        return core_run::check(data);
    }
    let Some((bytes, args)) = generate(data) else { return };
    if let Some(path) = std::env::var_os("RADDLE_FUZZ_MODULE") {
        std::fs::write(path, &bytes).expect("the module can be written");
    }
    let decoded = decode::module(&bytes, &crate::decoding::all_features());
    let syntax = Arc::new(decoded.unwrap_or_else(|error| panic!("wasm-smith made an invalid module: {error}")));
    tally.module(&bytes, &syntax);
    compare((&bytes, &syntax), &args, tally);
    tally.run(&core_run::stopping_changes_nothing(&syntax, &args));
}

/// Runs a module in both engines.
fn compare((bytes, syntax): (&[u8], &Arc<Syntax>), args: &[u8], tally: &mut Tally) {
    let Some(peer) = instantiate(bytes) else { return };
    let ours = Instance::new(syntax, Stops::Never);
    let (mut ours, mut peer) = match (ours, peer) {
        (Ok(ours), Ok(peer)) => (ours, peer),
        (Err(Outcome::Trap(rule)), Err(trap)) => {
            assert!(trap.is_none_or(|trap| same_trap(rule, trap)), "instantiation: {rule:?} here, {trap:?} in wasmi");
            return;
        }
        (Err(Outcome::OutOfFuel(_) | Outcome::Limit), _) => return,
        (ours, peer) => {
            panic!("instantiation: {:?} here, {:?} in wasmi", ours.map(drop), peer.map(drop));
        }
    };
    let mut input = Input::new(args);
    let mut returned = 0;
    let funcs = syntax.exports.iter().filter(|export| matches!(export.item, ExportItem::Func(_)));
    for export in funcs.take(core_run::CALLS) {
        let Extern::Func(func) = ours.export(&export.name) else { unreachable!("the export is a function") };
        let ty = ours.store.func_type(func).clone();
        let Some(args) = core_run::arguments(&ty.params, &mut input) else { continue };
        let here = ours.call(func, &args, Stops::Never);
        let there = peer.call(&export.name, &ty.params, &ty.results, &args);
        if !agree(&export.name, &here, &there, &ty.results) {
            return;
        }
        tally.compared_calls += 1;
        returned += u64::from(matches!(here, Outcome::Values(_)));
    }
    compare_state(syntax, &ours, &peer);
    tally.compared_modules += 1;
    tally.compared_returns += returned;
    tally.modules_with_returns += u64::from(returned > 0);
}

/// Whether to go on; different outcomes panic.
fn agree(name: &str, here: &Outcome, there: &Result<Vec<u64>, wasmi::Error>, results: &[ValType]) -> bool {
    match (here, there) {
        (Outcome::Values(here), Ok(there)) => {
            assert_eq!(&comparable(results, here), there, "results of `{name}`, here and in wasmi");
            true
        }
        (Outcome::OutOfFuel(_) | Outcome::Limit, _) => false,
        (_, Err(error)) if error.as_trap_code().is_some_and(is_limit) => false,
        (Outcome::Trap(rule), Err(error)) => {
            let code = error.as_trap_code();
            let same = code.is_some_and(|code| same_trap(*rule, code));
            assert!(same, "`{name}`: {rule:?} here, {error:?} in wasmi");
            true
        }
        _ => panic!("`{name}`: {here:?} here, {there:?} in wasmi"),
    }
}

/// Memories, globals and tables at the end.
fn compare_state(syntax: &Syntax, ours: &Instance, peer: &Peer) {
    for export in &syntax.exports {
        let there = peer.instance.get_export(&peer.store, &export.name).expect("both export it");
        match (ours.export(&export.name), there) {
            (Extern::Memory(memory), wasmi::Extern::Memory(there)) => {
                let (here, there) = (ours.store.memory(memory).data(), there.data(&peer.store));
                assert_eq!(here.len(), there.len(), "size of memory `{}`", export.name);
                let differs = here.iter().zip(there).position(|(here, there)| here != there);
                assert_eq!(differs, None, "memory `{}`", export.name);
            }
            (Extern::Global(global), wasmi::Extern::Global(there)) => {
                let ty = ours.store.global_type(global).value;
                let here = comparable(&[ty], ours.store.global(global));
                let mut cells = Vec::new();
                push_cells(&there.get(&peer.store), &mut cells);
                assert_eq!(here, cells, "global `{}`", export.name);
            }
            (Extern::Table(table), wasmi::Extern::Table(there)) => {
                let (_, size) = ours.store.table_type(table);
                assert_eq!(size, there.size(&peer.store), "size of table `{}`", export.name);
                for at in 0..size {
                    let here = ours.store.table_get(table, at).expect("it is inside the table").is_none();
                    let there = there.get(&peer.store, at).expect("it is inside the table").is_null();
                    assert_eq!(here, there, "element {at} of table `{}` is null", export.name);
                }
            }
            (Extern::Func(_), wasmi::Extern::Func(_)) => {}
            (here, there) => panic!("export `{}`: {here:?} here, {there:?} in wasmi", export.name),
        }
    }
}

/// Cells with references as null (0) or not (1).
fn comparable(types: &[ValType], cells: &[u64]) -> Vec<u64> {
    let mut left = cells.iter().copied();
    let mut made = Vec::new();
    for ty in types {
        let cell = left.next().expect("as many cells as the types have");
        match ty {
            ValType::Ref(_) => made.push(u64::from(cell != 0)),
            ValType::V128 => made.extend([cell, left.next().expect("a vector has two cells")]),
            ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64 => made.push(cell),
        }
    }
    made
}

fn push_cells(value: &Val, cells: &mut Vec<u64>) {
    match value {
        Val::I32(value) => cells.push(u64::from(value.cast_unsigned())),
        Val::I64(value) => cells.push(value.cast_unsigned()),
        Val::F32(value) => cells.push(u64::from(value.to_bits())),
        Val::F64(value) => cells.push(value.to_bits()),
        Val::V128(value) => {
            let bytes = value.as_u128().to_le_bytes();
            let (low, high) = bytes.split_at(8);
            cells.extend([low, high].map(|half| u64::from_le_bytes(half.try_into().expect("eight bytes"))));
        }
        Val::FuncRef(value) => cells.push(u64::from(!value.is_null())),
        Val::ExternRef(value) => cells.push(u64::from(!value.is_null())),
    }
}

fn value_of(ty: ValType, cells: &mut impl Iterator<Item = u64>) -> Val {
    let cell = cells.next().expect("as many cells as the types have");
    let low = u32::try_from(cell & 0xffff_ffff).expect("32 bits");
    match ty {
        ValType::I32 => Val::I32(low.cast_signed()),
        ValType::I64 => Val::I64(cell.cast_signed()),
        ValType::F32 => Val::F32(wasmi::F32::from_bits(low)),
        ValType::F64 => Val::F64(wasmi::F64::from_bits(cell)),
        ValType::V128 => {
            let high = cells.next().expect("a vector has two cells");
            Val::V128(wasmi::V128::from(u128::from(high) << 64 | u128::from(cell)))
        }
        ValType::Ref(RefType { heap: syntax::module::HeapType::Extern, .. }) => Val::ExternRef(wasmi::Nullable::Null),
        ValType::Ref(_) => Val::FuncRef(wasmi::Nullable::Null),
    }
}

/// The other engine's instance, or its trap; `None` when it cannot take the module.
fn instantiate(bytes: &[u8]) -> Option<Result<Peer, Option<wasmi::TrapCode>>> {
    let mut config = wasmi::Config::default();
    config.wasm_custom_page_sizes(true).wasm_wide_arithmetic(true).wasm_memory64(true).wasm_multi_memory(true);
    let engine = wasmi::Engine::new(&config);
    let module = wasmi::Module::new(&engine, bytes).ok()?;
    let bytes = usize::try_from(MEMORY_BYTES).expect("a few MiB");
    let elements = usize::try_from(TABLE_ELEMENTS).expect("a few thousand");
    let limits = StoreLimitsBuilder::new().memory_size(bytes).table_elements(elements).build();
    let mut store = wasmi::Store::new(&engine, limits);
    store.limiter(|limits| limits);
    match wasmi::Linker::new(&engine).instantiate_and_start(&mut store, &module) {
        Ok(instance) => Some(Ok(Peer { store, instance })),
        Err(error) if error.as_trap_code().is_some_and(is_limit) => None,
        Err(error) => Some(Err(error.as_trap_code())),
    }
}

impl Peer {
    fn call(
        &mut self,
        name: &str,
        params: &[ValType],
        results: &[ValType],
        cells: &[u64],
    ) -> Result<Vec<u64>, wasmi::Error> {
        let func = self.instance.get_func(&self.store, name).expect("both export it");
        let mut cells = cells.iter().copied();
        let args: Vec<Val> = params.iter().map(|ty| value_of(*ty, &mut cells)).collect();
        let mut values = vec![Val::I32(0); results.len()];
        func.call(&mut self.store, &args, &mut values)?;
        let mut cells = Vec::new();
        for value in &values {
            push_cells(value, &mut cells);
        }
        Ok(cells)
    }
}

/// Whether a trap is a limit of the other engine.
fn is_limit(code: wasmi::TrapCode) -> bool {
    use wasmi::TrapCode as Code;
    matches!(code, Code::StackOverflow | Code::OutOfFuel | Code::GrowthOperationLimited | Code::OutOfSystemMemory)
}

/// Whether both engines mean the same; wasmi has one code for tables.
fn same_trap(rule: TrapRule, code: wasmi::TrapCode) -> bool {
    use wasmi::TrapCode as Code;
    let rules: &[TrapRule] = match code {
        Code::UnreachableCodeReached => &[TrapRule::CoreUnreachable],
        Code::MemoryOutOfBounds => &[TrapRule::CoreMemoryOutOfBounds],
        Code::TableOutOfBounds => &[TrapRule::CoreTableOutOfBounds, TrapRule::CoreUndefinedElement],
        Code::IndirectCallToNull => &[TrapRule::CoreUninitializedElement, TrapRule::CoreNullFunctionReference],
        Code::IntegerDivisionByZero => &[TrapRule::CoreIntegerDivideByZero],
        Code::IntegerOverflow => &[TrapRule::CoreIntegerOverflow],
        Code::BadConversionToInteger => &[TrapRule::CoreInvalidConversion],
        Code::BadSignature => &[TrapRule::CoreIndirectCallTypeMismatch],
        Code::StackOverflow | Code::OutOfFuel | Code::GrowthOperationLimited | Code::OutOfSystemMemory => &[],
    };
    rules.contains(&rule)
}
