//! What the tests of this crate share: a component from its text, at the beginning of a call of `run`.

#![allow(dead_code, reason = "each test uses a part")]

pub(crate) mod corpus;
pub(crate) mod generate;
pub(crate) mod measure;
pub(crate) mod scale;

use std::fs;
use std::path::{Path, PathBuf};

use canon::Value;
use choice::First;
use decode::Features;
use raddle_explore::{Observer, RunLimits, Setup, World};
use runtime::drive::{Ended, NoHost, run_until_resolved};
use runtime::id::FuncId;
use runtime::instantiate::ExternValue;
use runtime::step::{Env, InvocationOutcome};
use runtime::{Program, Store};
use syntax::revision::SpecRevision;

/// A component at the beginning of a call of `run`.
pub(crate) struct Subject {
    pub(crate) program: Program,
    pub(crate) start: World<NoHost>,
}

/// Spells results.
pub(crate) struct Plain;

impl Observer<NoHost> for Plain {
    fn result(&self, _store: &Store, outcome: &InvocationOutcome) -> String {
        match outcome {
            InvocationOutcome::Returned(values) => values.iter().map(spell).collect::<Vec<_>>().join(" "),
            InvocationOutcome::Cancelled | InvocationOutcome::Instantiated(_) => "cancelled".to_owned(),
        }
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the programs of the tests return numbers")]
pub(crate) fn spell(value: &Value) -> String {
    match value {
        Value::U32(number) => number.to_string(),
        Value::U64(number) => number.to_string(),
        Value::S32(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}

impl Subject {
    pub(crate) fn new(text: &str) -> Self {
        let bytes = wat::parse_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let mut program = Program::new(SpecRevision::default());
        let root = decode::component(&bytes, &Features::default(), &mut program.definitions).expect("it is valid");
        program.extend();
        let mut store = Store::new(wasm::Limits::default());
        let mut first = First;
        let mut env = Env::new(&program, &mut first, None);
        let invocation = store.instantiate(&mut env, root, Vec::new()).expect("it instantiates");
        let ended = run_until_resolved(&mut store, &mut env, &mut NoHost, invocation).expect("it instantiates");
        assert_eq!(ended, Ended::Done);
        let Some(InvocationOutcome::Instantiated(inst)) = store.take_outcome(invocation) else {
            panic!("an instantiation gives an instance");
        };
        let exports = store.instance(inst).exports.expect("an instance that is complete has exports");
        let Some(ExternValue::Func(func)) = store.bundle(exports).exports.get("run").copied() else {
            panic!("the component exports `run`");
        };
        let start = begin(&mut store, &mut env, func);
        drop(env);
        Self { program, start: World::new(store, NoHost, start) }
    }

    pub(crate) fn setup(&self) -> Setup<'_, NoHost> {
        Setup { program: &self.program, start: &self.start, observer: &Plain, limits: RunLimits::default() }
    }
}

fn begin(store: &mut Store, env: &mut Env<'_, '_>, func: FuncId) -> runtime::id::InvocationId {
    store.invoke(env, func, Vec::new()).expect("`run` can be called")
}

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

pub(crate) fn example(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap_or_else(|error| panic!("{name}: expected a text file: {error}"))
}

/// The outcomes that the head of an example names, sorted.
pub(crate) fn outcomes_of_head(text: &str) -> Vec<String> {
    let line = text.lines().find_map(|line| line.strip_prefix(";; outcomes: "));
    let line = line.expect("the head has a line `;; outcomes:`");
    let mut outcomes: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    outcomes.sort();
    outcomes
}
