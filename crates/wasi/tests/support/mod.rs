//! Runs a command with a host, and says how it ended.

#![allow(dead_code, reason = "each test file uses its own part")]

use canon::Value;
use choice::{Chooser, First, Seeded, StateHash};
use raddle_wasi::{Config, Outside, Virtual, VirtualHost, WasiHost};
use runtime::drive::{Ended, run_until_resolved};
use runtime::instantiate::ExternValue;
use runtime::step::{Env, Failure, Fault, InvocationOutcome};
use runtime::{Program, Store};
use syntax::id::ComponentId;
use syntax::revision::SpecRevision;

/// How a run ended, with the hash of its final state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ran {
    /// The exit code, or the fault in words.
    pub(crate) outcome: String,
    /// The hashes of store and host.
    pub(crate) hash: (u128, u128),
}

/// A component in a program of its own.
pub(crate) fn load(bytes: &[u8]) -> (Program, ComponentId) {
    let mut program = Program::new(SpecRevision::default());
    let component = decode::component(bytes, &decode::Features::default(), &mut program.definitions);
    let component = component.expect("the component is valid");
    program.extend();
    (program, component)
}

/// A text as a component.
pub(crate) fn parse(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap_or_else(|error| panic!("the text is well-formed: {error}"))
}

/// Runs a command with a host.
pub(crate) fn run<O: Outside + StateHash>(bytes: &[u8], host: &mut WasiHost<O>, chooser: &mut dyn Chooser) -> Ran {
    let (program, component) = load(bytes);
    let mut store = Store::new(wasm::Limits::DEFAULT);
    let outcome = match command(&program, component, &mut store, host, chooser) {
        Ok(outcome) => outcome,
        Err(Failure { fault: Fault::Exit(code), .. }) => format!("exit {code}"),
        Err(failure) => failure.fault.to_string(),
    };
    Ran { outcome, hash: (choice::hash::hash_of(&store), choice::hash::hash_of(host)) }
}

fn command<O: Outside>(
    program: &Program,
    component: ComponentId,
    store: &mut Store,
    host: &mut WasiHost<O>,
    chooser: &mut dyn Chooser,
) -> Result<String, Failure> {
    let mut imports = Vec::new();
    for import in &program.definitions.components[component.index()].imports {
        if let Some(value) = host.resolve(store, program, &import.name, &import.ty) {
            imports.push((import.name.clone(), value));
        }
    }
    let mut env = Env::new(program, chooser, None);
    let invocation = store.instantiate(&mut env, component, imports)?;
    let ended = run_until_resolved(store, &mut env, host, invocation)?;
    assert_eq!(ended, Ended::Done, "instantiation ends");
    let Some(InvocationOutcome::Instantiated(instance)) = store.take_outcome(invocation) else {
        panic!("an instantiation gives an instance");
    };
    let exports = &store.bundle(store.instance(instance).exports.expect("it is complete")).exports;
    let run = exports.iter().find(|(name, _)| name.starts_with("wasi:cli/run@")).expect("a command").1;
    let ExternValue::Instance(run) = *run else { panic!("`run` is in an interface") };
    let ExternValue::Func(run) = store.bundle(run).exports["run"] else { panic!("`run` is a function") };
    let invocation = store.invoke(&mut env, run, Vec::new())?;
    match run_until_resolved(store, &mut env, host, invocation)? {
        Ended::Done => {}
        Ended::Deadlock(report) => return Ok(format!("deadlock: {report}")),
        Ended::OutOfFuel => return Ok("out of fuel".to_owned()),
        Ended::Diverged(divergence) => return Ok(format!("diverged: {divergence}")),
    }
    match store.take_outcome(invocation) {
        Some(InvocationOutcome::Returned(values)) => match values.as_slice() {
            [Value::Variant(0, None)] => Ok("exit 0".to_owned()),
            [Value::Variant(1, None)] => Ok("exit 1".to_owned()),
            other => Ok(format!("returned {other:?}")),
        },
        other => Ok(format!("{other:?}")),
    }
}

/// What a virtual run did: outcome, stdout, stderr.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shown {
    pub(crate) outcome: String,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a command virtually: with the default of every choice, or with a seed.
pub(crate) fn run_virtual(bytes: &[u8], config: &Config, stdin: &str, seed: Option<u64>) -> (Ran, VirtualHost) {
    let mut host = VirtualHost::new(config.clone(), Virtual::with_stdin(stdin));
    let ran = match seed {
        None => run(bytes, &mut host, &mut First),
        Some(seed) => run(bytes, &mut host, &mut Seeded::new(seed)),
    };
    (ran, host)
}

/// As `run_virtual`, in words.
pub(crate) fn show(bytes: &[u8], config: &Config, stdin: &str, seed: Option<u64>) -> Shown {
    let (ran, host) = run_virtual(bytes, config, stdin, seed);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Shown { outcome: ran.outcome, stdout: text(host.stdout()), stderr: text(host.stderr()) }
}

/// A committed guest.
pub(crate) fn guest(name: &str) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/guests").join(name);
    std::fs::read(folder.join(format!("{name}.wasm"))).expect("the guest is there")
}
