//! Bytes choose the schedule of a component: no panic, the outcome is one that the component's text names, clones and snapshots
//! taken at choices are equal and go on alike, and the same bytes give the same run.
//!
//! The components are those of `examples/` and small random ones.

use std::sync::OnceLock;

use canon::Value;
use choice::{ChoicePoint, Chooser, Divergence, First, Names};
use decode::Features;
use explore::world::{Arrival, Machine};
use explore::{Kind, Observer, Outcome, RunLimits, Setup, World};
use runtime::drive::{Ended, NoHost, Pace, run_until_resolved};
use runtime::instantiate::ExternValue;
use runtime::state_hash::Order;
use runtime::step::{Env, InvocationOutcome};
use runtime::{Program, Store};
use syntax::revision::SpecRevision;

use crate::input::Input;

#[path = "../../crates/explore/tests/support/generate.rs"]
mod generate;

const EXAMPLES: [&str; 6] = [
    include_str!("../../examples/lost-update.wat"),
    include_str!("../../examples/first-event.wat"),
    include_str!("../../examples/cancel-race.wat"),
    include_str!("../../examples/deadlock.wat"),
    include_str!("../../examples/pipeline.wat"),
    include_str!("../../examples/scale/producers-2x4.wat"),
];

/// Choices of a run; it may be stopped there.
const MAX_CHOICES: usize = 400;

/// A component at the beginning of a call of `run`.
struct Subject {
    program: Program,
    start: World<NoHost>,
    /// What can come of it, if the text says so.
    outcomes: Option<Vec<String>>,
}

/// Spells results as the heads of the examples do.
struct Plain;

impl Observer<NoHost> for Plain {
    fn result(&self, _store: &Store, outcome: &InvocationOutcome) -> String {
        match outcome {
            InvocationOutcome::Returned(values) => values.iter().map(spell).collect::<Vec<_>>().join(" "),
            InvocationOutcome::Cancelled | InvocationOutcome::Instantiated(_) => "cancelled".to_owned(),
        }
    }
}

fn spell(value: &Value) -> String {
    match value {
        Value::U32(number) => number.to_string(),
        Value::U64(number) => number.to_string(),
        Value::S32(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}

impl Subject {
    fn new(text: &str) -> Self {
        let bytes = wat::parse_str(text).expect("the text is a component");
        let mut program = Program::new(SpecRevision::default());
        let root = decode::component(&bytes, &Features::default(), &mut program.definitions).expect("it is valid");
        program.extend();
        let mut store = Store::new(wasm::Limits::default());
        let mut first = First;
        let mut env = Env::new(&program, &mut first, None);
        let invocation = store.instantiate(&mut env, root, Vec::new()).expect("it instantiates");
        let ended = run_until_resolved(&mut store, &mut env, &mut NoHost, invocation).expect("it instantiates");
        assert_eq!(ended, Ended::Done, "it instantiates");
        let Some(InvocationOutcome::Instantiated(inst)) = store.take_outcome(invocation) else {
            panic!("an instantiation gives an instance");
        };
        let exports = store.instance(inst).exports.expect("an instance that is complete has exports");
        let Some(ExternValue::Func(func)) = store.bundle(exports).exports.get("run").copied() else {
            panic!("the component exports `run`");
        };
        let call = store.invoke(&mut env, func, Vec::new()).expect("`run` can be called");
        drop(env);
        let head = text.lines().find_map(|line| line.strip_prefix(";; outcomes: "));
        let outcomes = head.map(|line| line.split_whitespace().map(str::to_owned).collect());
        Self { program, start: World::new(store, NoHost, call), outcomes }
    }

    fn setup(&self) -> Setup<'_, NoHost> {
        let limits = RunLimits { fuel: 1_000_000, ..RunLimits::default() };
        Setup { program: &self.program, start: &self.start, observer: &Plain, limits }
    }
}

/// Answers inline choices, those of data too.
#[derive(Clone, Debug)]
struct Bytes<'a>(Input<'a>);

impl Chooser for Bytes<'_> {
    fn choose(&mut self, point: &ChoicePoint, _names: &dyn Names) -> Result<usize, Divergence> {
        Ok(self.0.below(point.alternatives.len()))
    }
}

/// Whether a run looks at clones on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Detours {
    Taken,
    Left,
}

/// The first byte picks the component, all others the schedule.
pub fn check(data: &[u8]) {
    static SUBJECTS: OnceLock<Vec<Subject>> = OnceLock::new();
    let subjects = SUBJECTS.get_or_init(|| EXAMPLES.iter().map(|text| Subject::new(text)).collect());
    let mut input = Input::new(data);
    let number = usize::from(input.byte());
    match subjects.get(number) {
        Some(subject) => check_subject(subject, &input),
        None => {
            let seed = u64::from(input.byte()) << 8 | u64::try_from(number).expect("a byte");
            check_subject(&Subject::new(&generate::program(seed)), &input);
        }
    }
}

fn check_subject(subject: &Subject, input: &Input<'_>) {
    let (outcome, hash) = run(subject, input.clone(), Detours::Taken);
    let (again, hash_again) = run(subject, input.clone(), Detours::Left);
    assert_eq!(outcome, again, "the same bytes give the same outcome");
    assert_eq!(hash, hash_again, "the same bytes give the same state");
    let Some(outcome) = outcome else { return };
    assert!(outcome.kind != Kind::Diverged, "no schedule is followed: {outcome:?}");
    if let Some(expected) = &subject.outcomes
        && outcome.kind != Kind::Limit
    {
        let words = outcome.text.clone();
        assert!(expected.contains(&words), "expected one of {expected:?}, found {words}");
    }
}

/// Runs once; `None` when there are too many choices.
fn run(subject: &Subject, mut input: Input<'_>, detours: Detours) -> (Option<Outcome>, u128) {
    let pace = if input.byte() & 1 == 0 { Pace::Choices } else { Pace::Turns };
    let mut machine = Machine::new(subject.setup(), pace);
    let mut other = Machine::new(subject.setup(), pace);
    let mut bytes = Bytes(input);
    let mut arrival = machine.begin(&mut bytes);
    for _ in 0..MAX_CHOICES {
        let point = match arrival {
            Arrival::Over(ending) => return (Some(machine.outcome(&ending)), machine.hash(Order::Exact)),
            Arrival::Choice(point) => point,
        };
        let picked = bytes.0.below(point.alternatives.len());
        let is_detour = bytes.0.byte() & 3 == 3;
        if detours == Detours::Taken && is_detour {
            arrival = detour(&mut machine, &mut other, (&point, picked), &mut bytes);
        } else {
            arrival = machine.pick(&point, picked, &mut bytes);
        }
    }
    (None, machine.hash(Order::Exact))
}

/// Picks what is asked for after another pick was taken back, in two machines.
fn detour(
    machine: &mut Machine<'_, NoHost>,
    other: &mut Machine<'_, NoHost>,
    (point, picked): (&ChoicePoint, usize),
    bytes: &mut Bytes<'_>,
) -> Arrival {
    let hashes = [Order::Exact, Order::Semantic].map(|order| machine.hash(order));
    let copy = machine.world.clone();
    assert!(copy.store == machine.world.store, "a clone is equal");
    let snapshot = machine.snapshot();
    assert_eq!([Order::Exact, Order::Semantic].map(|order| machine.hash(order)), hashes, "snapshots change nothing");
    let last = point.alternatives.len() - 1;
    let _ = machine.pick(point, last - picked, &mut First);
    machine.restore(&snapshot);
    assert!(copy.store == machine.world.store, "a restored store is the store that was kept");
    assert_eq!([Order::Exact, Order::Semantic].map(|order| machine.hash(order)), hashes, "so are its hashes");
    other.restore(&snapshot);
    assert!(copy.store == other.world.store, "it is in another machine");
    let mut same_bytes = bytes.clone();
    let there = other.pick(point, picked, &mut same_bytes);
    let here = machine.pick(point, picked, bytes);
    assert_eq!(std::mem::discriminant(&here), std::mem::discriminant(&there), "both go on alike");
    assert!(machine.world.store == other.world.store, "both go on alike");
    here
}
