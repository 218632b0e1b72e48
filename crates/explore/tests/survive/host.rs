//! An edited program, with a host that has one function: `log`, which does nothing.

use choice::{ActorId, First, state_hash};
use decode::Features;
use raddle_explore::{Observer, Outcome, RunLimits, Setup, World};
use runtime::drive::{Ended, Host, run_until_resolved};
use runtime::host::{CancelAnswer, HostAnswer};
use runtime::id::{HostCallId, HostFunc, WaitableId};
use runtime::instantiate::ExternValue;
use runtime::step::{Env, Failure, InvocationOutcome};
use runtime::{Program, Store};
use syntax::Trap;
use syntax::revision::SpecRevision;

use crate::support::corpus::{Bug, LIMITS};

/// Answers at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Log;
state_hash!(
    struct Log {}
);

impl Host for Log {
    fn call(&mut self, store: &mut Store, _: &mut Env<'_, '_>, call: HostCallId) -> Result<HostAnswer, Failure> {
        store.take_host_args(call);
        Ok(HostAnswer::Return(Vec::new()))
    }

    fn cancel(&mut self, _: &mut Store, _: &mut Env<'_, '_>, _: HostCallId) -> Result<CancelAnswer, Failure> {
        Ok(CancelAnswer::Cancelled)
    }

    fn drop_resource(&mut self, _: canon::Resource) -> Result<(), Trap> {
        Ok(())
    }

    fn copy_ended(&mut self, _: &mut Store, _: &mut Env<'_, '_>, _: WaitableId) -> Result<(), Failure> {
        Ok(())
    }

    fn deliverable(&mut self, _: &Store) -> Vec<ActorId> {
        Vec::new()
    }

    fn deliver(&mut self, _: &mut Store, _: &mut Env<'_, '_>, _: usize) -> Result<(), Failure> {
        Ok(())
    }

    fn wait(&mut self) -> bool {
        false
    }
}

/// Spells results, and leaks where the bug is one.
struct Words {
    check_leaks: bool,
}

impl Observer<Log> for Words {
    fn result(&self, _: &Store, outcome: &InvocationOutcome) -> String {
        match outcome {
            InvocationOutcome::Returned(values) => {
                values.iter().map(crate::support::spell).collect::<Vec<_>>().join(" ")
            }
            InvocationOutcome::Cancelled | InvocationOutcome::Instantiated(_) => "cancelled".to_owned(),
        }
    }

    fn leaks(&self, store: &Store) -> Option<String> {
        let leaks = if self.check_leaks { store.leaks().len() } else { 0 };
        (leaks > 0).then(|| leaks.to_string())
    }
}

/// An edited program at the beginning of a call of `run`.
pub(crate) struct Edited {
    pub(crate) name: String,
    program: Program,
    start: World<Log>,
    words: Words,
    right: Vec<String>,
}

impl Edited {
    pub(crate) fn new(name: &str, text: &str, bug: &Bug) -> Self {
        let bytes = wat::parse_str(text).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
        let mut program = Program::new(SpecRevision::default());
        let root = decode::component(&bytes, &Features::default(), &mut program.definitions);
        let root = root.unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
        program.extend();
        let mut store = Store::new(wasm::Limits::default());
        let log = store.add_host_func(HostFunc::new(0), "log");
        let imports =
            if text.contains("(import \"log\"") { vec![("log".to_owned(), ExternValue::Func(log))] } else { vec![] };
        let mut first = First;
        let mut env = Env::new(&program, &mut first, None);
        let invocation = store.instantiate(&mut env, root, imports).unwrap_or_else(|error| panic!("{name}: {error}"));
        let ended = run_until_resolved(&mut store, &mut env, &mut Log, invocation).expect("it instantiates");
        assert_eq!(ended, Ended::Done, "{name}");
        let Some(InvocationOutcome::Instantiated(inst)) = store.take_outcome(invocation) else {
            panic!("{name}: an instantiation gives an instance");
        };
        let exports = store.instance(inst).exports.expect("an instance that is complete has exports");
        let Some(ExternValue::Func(func)) = store.bundle(exports).exports.get("run").copied() else {
            panic!("{name}: expected the function `run`");
        };
        let start = store.invoke(&mut env, func, Vec::new()).expect("`run` can be called");
        drop(env);
        let words = Words { check_leaks: bug.check_leaks };
        Self { name: name.to_owned(), program, start: World::new(store, Log, start), words, right: bug.right.clone() }
    }

    pub(crate) fn setup(&self) -> Setup<'_, Log> {
        let limits: RunLimits = LIMITS;
        Setup { program: &self.program, start: &self.start, observer: &self.words, limits }
    }

    /// Whether an outcome shows the bug.
    pub(crate) fn is_wrong(&self, outcome: &Outcome) -> bool {
        !self.right.contains(&outcome.text)
    }
}
