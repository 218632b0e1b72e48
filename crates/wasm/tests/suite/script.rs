//! Runs one script.

#![expect(clippy::wildcard_enum_match_arm, reason = "whatever else comes is a failure that is shown")]

use std::collections::BTreeMap;
use std::sync::Arc;

use decode::Features;
use raddle_wasm::{
    CoreStore, Deterministic, Exit, Extern, FuncAddr, HostFuncId, InstanceAddr, InstantiateError, Limits, Machine,
    Module, Stack,
};
use syntax::id::ModuleId;
use syntax::module::{FuncType, GlobalType, MemoryType, RefType, TableType, ValType};
use wast::core::{NanPattern, V128Const, V128Pattern, WastArgCore, WastRetCore};
use wast::parser::{self, ParseBuffer};
use wast::{QuoteWat, Wast, WastArg, WastDirective, WastExecute, WastInvoke, WastRet, Wat};

/// No script needs as much.
const MOST_FUEL: u64 = 2_000_000_000;

/// What an invocation ends with.
enum Outcome {
    Values(Vec<u64>),
    Trap(String),
    Exception,
    Error(String),
}

struct Script {
    features: Features,
    /// How much fuel is given at a time.
    slice: u64,
    modules: Vec<Arc<Module>>,
    store: CoreStore,
    current: Option<InstanceAddr>,
    named: BTreeMap<String, InstanceAddr>,
    definitions: BTreeMap<String, ModuleId>,
    last_definition: Option<ModuleId>,
    registered: BTreeMap<String, InstanceAddr>,
    spectest: BTreeMap<&'static str, Extern>,
}

/// Runs a script; how many directives passed. Failures are added with their positions.
pub(crate) fn run(path: &str, text: &str, (features, slice): (Features, u64), failures: &mut Vec<String>) -> usize {
    let mut lexer = wast::lexer::Lexer::new(text);
    lexer.allow_confusing_unicode(true);
    let parsed = ParseBuffer::new_with_lexer(lexer);
    let buffer = match parsed {
        Ok(buffer) => buffer,
        Err(error) => {
            failures.push(format!("{path}: {error}"));
            return 0;
        }
    };
    let directives = match parser::parse::<Wast<'_>>(&buffer) {
        Ok(script) => script.directives,
        Err(error) => {
            failures.push(format!("{path}: {error}"));
            return 0;
        }
    };
    let mut script = Script::new(features, slice);
    let mut passed = 0;
    for directive in directives {
        let (line, _) = directive.span().linecol_in(text);
        match script.directive(directive) {
            Ok(()) => passed += 1,
            Err(message) => failures.push(format!("{path}:{}: {message}", line + 1)),
        }
    }
    passed
}

impl Script {
    fn new(features: Features, slice: u64) -> Self {
        let limits = Limits { call_depth: 2_000, ..Limits::DEFAULT };
        let mut store = CoreStore::new(limits);
        let spectest = spectest(&mut store);
        Self {
            features,
            slice,
            modules: Vec::new(),
            store,
            current: None,
            named: BTreeMap::new(),
            definitions: BTreeMap::new(),
            last_definition: None,
            registered: BTreeMap::new(),
            spectest,
        }
    }

    fn directive(&mut self, directive: WastDirective<'_>) -> Result<(), String> {
        match directive {
            WastDirective::Module(mut module) => {
                let name = module.name().map(|id| id.name().to_owned());
                let bytes = module.encode().map_err(|error| error.to_string())?;
                let module = self.define(&bytes)?;
                self.instantiate_as(module, name)
            }
            WastDirective::ModuleDefinition(mut module) => {
                let name = module.name().map(|id| id.name().to_owned());
                let bytes = module.encode().map_err(|error| error.to_string())?;
                let module = self.define(&bytes)?;
                self.last_definition = Some(module);
                if let Some(name) = name {
                    self.definitions.insert(name, module);
                }
                Ok(())
            }
            WastDirective::ModuleInstance { instance, module, .. } => {
                let module = match module {
                    Some(id) => self.definitions.get(id.name()).copied(),
                    None => self.last_definition,
                };
                self.instantiate_as(module.ok_or("no such module")?, instance.map(|id| id.name().to_owned()))
            }
            WastDirective::Register { name, module, .. } => {
                let instance = self.instance(module.map(|id| id.name()))?;
                self.registered.insert(name.to_owned(), instance);
                Ok(())
            }
            WastDirective::Invoke(invoke) => match self.invoke(&invoke) {
                Outcome::Values(_) => Ok(()),
                other => Err(format!("expected a return, got {}", other.text())),
            },
            WastDirective::AssertReturn { exec, results, .. } => match self.execute(exec) {
                Outcome::Values(values) => matches_all(&values, &results),
                other => Err(format!("expected {results:?}, got {}", other.text())),
            },
            WastDirective::AssertTrap { exec, message, .. } => expect_trap(&self.execute(exec), message),
            WastDirective::AssertExhaustion { call, message, .. } => expect_trap(&self.invoke(&call), message),
            WastDirective::AssertException { exec, .. } => match self.execute(exec) {
                Outcome::Exception => Ok(()),
                other => Err(format!("expected an exception, got {}", other.text())),
            },
            WastDirective::AssertInvalid { module, message, .. }
            | WastDirective::AssertMalformed { module, message, .. } => self.expect_bad(module, message),
            WastDirective::AssertUnlinkable { module, message, .. } => {
                let outcome = self.wat(module);
                match &outcome {
                    Outcome::Error(text) if text.contains(message) => Ok(()),
                    other => Err(format!("expected `{message}`, got {}", other.text())),
                }
            }
            other => Err(format!("not supported by the harness: {other:?}")),
        }
    }

    fn define(&mut self, bytes: &[u8]) -> Result<ModuleId, String> {
        let definition = decode::module(bytes, &self.features).map_err(|error| error.to_string())?;
        self.modules.push(Arc::new(Module::new(Arc::new(definition))));
        Ok(ModuleId::new(self.modules.len() - 1))
    }

    fn expect_bad(&mut self, mut module: QuoteWat<'_>, message: &str) -> Result<(), String> {
        let Ok(bytes) = module.encode() else { return Ok(()) };
        match decode::module(&bytes, &self.features) {
            Err(_) => Ok(()),
            Ok(_) => Err(format!("expected an error `{message}`, but it is valid")),
        }
    }

    fn instantiate_as(&mut self, module: ModuleId, name: Option<String>) -> Result<(), String> {
        match self.instantiate(module) {
            Outcome::Values(_) => {}
            other => return Err(other.text()),
        }
        if let (Some(name), Some(instance)) = (name, self.current) {
            self.named.insert(name, instance);
        }
        Ok(())
    }

    fn instantiate(&mut self, module: ModuleId) -> Outcome {
        let definition = self.modules[module.index()].syntax.clone();
        let mut imports = Vec::new();
        for import in &definition.imports {
            let item = match self.registered.get(&import.module) {
                Some(instance) => self.store.export(&self.modules, *instance, &import.name),
                None if import.module == "spectest" => self.spectest.get(import.name.as_str()).copied(),
                None => None,
            };
            let Some(item) = item else { return Outcome::Error("unknown import".to_owned()) };
            imports.push(item);
        }
        match self.store.instantiate(&self.modules, module, &imports) {
            Ok(instance) => {
                self.current = Some(instance);
                match self.store.start_func(&self.modules, instance) {
                    Some(start) => self.call(start, &[]),
                    None => Outcome::Values(Vec::new()),
                }
            }
            Err(InstantiateError::Trap(trap)) => Outcome::Trap(trap.to_string()),
            Err(error) => Outcome::Error(error.to_string()),
        }
    }

    fn wat(&mut self, mut wat: Wat<'_>) -> Outcome {
        let bytes = match wat.encode() {
            Ok(bytes) => bytes,
            Err(error) => return Outcome::Error(error.to_string()),
        };
        match self.define(&bytes) {
            Ok(module) => {
                let current = self.current;
                let outcome = self.instantiate(module);
                self.current = current;
                outcome
            }
            Err(error) => Outcome::Error(error),
        }
    }

    fn execute(&mut self, exec: WastExecute<'_>) -> Outcome {
        match exec {
            WastExecute::Invoke(invoke) => self.invoke(&invoke),
            WastExecute::Wat(wat) => self.wat(wat),
            WastExecute::Get { module, global, .. } => {
                match self.instance(module.map(|id| id.name())).map(|at| self.store.export(&self.modules, at, global)) {
                    Ok(Some(Extern::Global(global))) => Outcome::Values(self.store.global(global).to_vec()),
                    _ => Outcome::Error(format!("no global `{global}`")),
                }
            }
        }
    }

    fn instance(&self, name: Option<&str>) -> Result<InstanceAddr, String> {
        match name {
            Some(name) => self.named.get(name).copied().ok_or_else(|| format!("no instance `{name}`")),
            None => self.current.ok_or_else(|| "no instance".to_owned()),
        }
    }

    fn invoke(&mut self, invoke: &WastInvoke<'_>) -> Outcome {
        let instance = match self.instance(invoke.module.map(|id| id.name())) {
            Ok(instance) => instance,
            Err(error) => return Outcome::Error(error),
        };
        let Some(Extern::Func(func)) = self.store.export(&self.modules, instance, invoke.name) else {
            return Outcome::Error(format!("no function `{}`", invoke.name));
        };
        let args: Vec<u64> = invoke.args.iter().flat_map(arg).collect();
        self.call(func, &args)
    }

    fn call(&mut self, func: FuncAddr, args: &[u64]) -> Outcome {
        let mut stack = Stack::new();
        let (mut fuel, mut given) = (self.slice, self.slice);
        let mut machine =
            Machine { modules: &self.modules, store: &mut self.store, data: &mut Deterministic, fuel: &mut fuel };
        machine.call(&mut stack, func, args);
        loop {
            match machine.run(&mut stack) {
                Exit::Return => return Outcome::Values(stack.take_results().to_vec()),
                Exit::Host(..) => stack.host_return(&[]),
                Exit::Trap(trap) => return Outcome::Trap(trap.to_string()),
                Exit::Exception(_) => return Outcome::Exception,
                Exit::OutOfFuel if given < MOST_FUEL => {
                    *machine.fuel += self.slice;
                    given += self.slice;
                }
                Exit::OutOfFuel => return Outcome::Error("out of fuel".to_owned()),
            }
        }
    }
}

impl Outcome {
    fn text(&self) -> String {
        match self {
            Self::Values(values) => format!("{values:x?}"),
            Self::Trap(message) => format!("trap: {message}"),
            Self::Exception => "an exception".to_owned(),
            Self::Error(message) => format!("error: {message}"),
        }
    }
}

fn expect_trap(outcome: &Outcome, message: &str) -> Result<(), String> {
    match outcome {
        Outcome::Trap(text) if text.contains(message) || message.contains(text) => Ok(()),
        // Newer scripts name the element after "uninitialized element".
        other => Err(format!("expected trap `{message}`, got {}", other.text())),
    }
}

fn arg(arg: &WastArg<'_>) -> Vec<u64> {
    let WastArg::Core(arg) = arg else { panic!("an argument of core wasm") };
    match arg {
        WastArgCore::I32(value) => vec![u64::from(value.cast_unsigned())],
        WastArgCore::I64(value) => vec![value.cast_unsigned()],
        WastArgCore::F32(value) => vec![u64::from(value.bits)],
        WastArgCore::F64(value) => vec![value.bits],
        WastArgCore::V128(value) => halves(value),
        WastArgCore::RefNull(_) => vec![0],
        WastArgCore::RefExtern(value) => vec![u64::from(*value) + 1],
        // A reference of the host in the `any` hierarchy.
        WastArgCore::RefHost(value) => vec![(u64::from(*value) + 1) << 2 | 2],
    }
}

fn halves(value: &V128Const) -> Vec<u64> {
    let bytes = value.to_le_bytes();
    bytes.chunks(8).map(|half| u64::from_le_bytes(half.try_into().expect("eight bytes"))).collect()
}

fn matches_all(values: &[u64], results: &[WastRet<'_>]) -> Result<(), String> {
    let mut rest = values;
    for result in results {
        let WastRet::Core(result) = result else { return Err("a result of core wasm".to_owned()) };
        let cells = if is_v128(result) { 2 } else { 1 };
        let Some((value, after)) = rest.split_at_checked(cells) else { return Err("too few results".to_owned()) };
        rest = after;
        if !matches_one(value, result) {
            return Err(format!("expected {result:x?}, got {value:x?}"));
        }
    }
    if rest.is_empty() { Ok(()) } else { Err(format!("expected {results:?}, got {values:x?}")) }
}

fn is_v128(result: &WastRetCore<'_>) -> bool {
    match result {
        WastRetCore::V128(_) => true,
        WastRetCore::Either(cases) => cases.iter().any(is_v128),
        _ => false,
    }
}

fn matches_one(value: &[u64], result: &WastRetCore<'_>) -> bool {
    match result {
        WastRetCore::I32(expected) => value[0] == u64::from(expected.cast_unsigned()),
        WastRetCore::I64(expected) => value[0] == expected.cast_unsigned(),
        WastRetCore::F32(expected) => f32_matches(value[0], *expected),
        WastRetCore::F64(expected) => f64_matches(value[0], expected),
        WastRetCore::V128(expected) => v128_matches(value, expected),
        WastRetCore::RefNull(_) => value[0] == 0,
        WastRetCore::RefExtern(Some(expected)) => value[0] == u64::from(*expected) + 1,
        WastRetCore::RefHost(expected) => value[0] == (u64::from(*expected) + 1) << 2 | 2,
        WastRetCore::Either(cases) => cases.iter().any(|case| matches_one(value, case)),
        _ => value[0] != 0,
    }
}

fn f32_matches(cell: u64, expected: NanPattern<wast::token::F32>) -> bool {
    match expected {
        NanPattern::CanonicalNan => cell & 0x7fff_ffff == 0x7fc0_0000,
        NanPattern::ArithmeticNan => cell & 0x7fc0_0000 == 0x7fc0_0000,
        NanPattern::Value(value) => cell == u64::from(value.bits),
    }
}

fn f64_matches(cell: u64, expected: &NanPattern<wast::token::F64>) -> bool {
    match expected {
        NanPattern::CanonicalNan => cell & (u64::MAX >> 1) == 0x7ff8_0000_0000_0000,
        NanPattern::ArithmeticNan => cell & 0x7ff8_0000_0000_0000 == 0x7ff8_0000_0000_0000,
        NanPattern::Value(value) => cell == value.bits,
    }
}

fn v128_matches(value: &[u64], expected: &V128Pattern) -> bool {
    let bytes: Vec<u8> = value.iter().flat_map(|half| half.to_le_bytes()).collect();
    let lanes = |len: usize| {
        bytes.chunks(len).map(|lane| lane.iter().rev().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte)))
    };
    match expected {
        V128Pattern::I8x16(expected) => lanes(1).eq(expected.iter().map(|lane| u64::from(lane.cast_unsigned()))),
        V128Pattern::I16x8(expected) => lanes(2).eq(expected.iter().map(|lane| u64::from(lane.cast_unsigned()))),
        V128Pattern::I32x4(expected) => lanes(4).eq(expected.iter().map(|lane| u64::from(lane.cast_unsigned()))),
        V128Pattern::I64x2(expected) => lanes(8).eq(expected.iter().map(|lane| lane.cast_unsigned())),
        V128Pattern::F32x4(expected) => lanes(4).zip(expected).all(|(lane, expected)| f32_matches(lane, *expected)),
        V128Pattern::F64x2(expected) => lanes(8).zip(expected).all(|(lane, expected)| f64_matches(lane, expected)),
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
    let limits = syntax::module::Limits { minimum: 10, maximum: Some(20) };
    for (name, is_64) in [("table", false), ("table64", true)] {
        let table = store.alloc_table(TableType { element: RefType::FUNC, limits, is_64 }, 0);
        items.insert(name, Extern::Table(table.expect("a small table")));
    }
    let limits = syntax::module::Limits { minimum: 1, maximum: Some(2) };
    for (name, shared) in [("memory", false), ("shared_memory", true)] {
        let memory = store.alloc_memory(MemoryType { limits, is_64: false, shared, page_size_log2: 16 });
        items.insert(name, Extern::Memory(memory.expect("a small memory")));
    }
    items
}
