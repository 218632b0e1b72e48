//! Which verdicts a script can have, under all schedules: a search over the states of each of its instances.
//!
//! Spec: none. Each component instance has a store of its own, so each has verdicts of its own. What is searched is the
//! sequence of the calls that a script makes of one instance: a state is the store, which call is next, and which have failed.
//! As in a run, a call goes on until its own task has resolved, and what is left over may run during later calls. States are
//! expanded in the order of how many picks that are not the default lead there, so the schedule of each verdict is a smallest
//! one. Left out: choices while an instance is made, which are only counted, and data choices, which stay at option 0.

use std::collections::BTreeSet;
use std::sync::Arc;

use canon::Value;
use choice::{ChoicePoint, Chooser, Recorder, StateHash, StateHasher};
use explore::run::Follow;
use explore::world::Script;
use indexmap::IndexMap;
use raddle::{Error, Func, Instance, Store};
use runtime::Program;
use runtime::drive::{Ended, Goal, NoHost, Pace, Stopped, advance_at, pick};
use runtime::id::InvocationId;
use runtime::snapshot::Snapshot;
use runtime::state_hash::Order;
use runtime::step::{Env, InvocationOutcome};
use serde::Serialize;

use crate::report::{Failure, Flip};
use crate::run::{Judged, Outcome};
use crate::script::{Directive, Kind};

/// One verdict that the calls of an instance can have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Possible {
    /// The directives that fail.
    pub failures: Vec<Failure>,
    /// The picks of a smallest schedule with this verdict; none for the default schedule.
    pub flips: Vec<Flip>,
}

/// What was found about one instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InstanceCertificate {
    /// The line of the directive that makes the instance.
    pub line: usize,
    /// How many calls the script makes of it.
    pub calls: usize,
    /// How many states there are at choices, as far as they were searched.
    pub states: u64,
    /// Whether all of them were searched.
    pub complete: bool,
    /// Every schedule with fewer picks than this was searched; of use where not all states were.
    pub picks: u32,
    /// How many choices there were while the instance was made; they stayed at the default.
    pub making: u64,
    /// Whether a data choice was met; it stayed at option 0.
    pub data: bool,
    /// The verdicts, that of the default schedule first, then the cheapest first.
    pub verdicts: Vec<Possible>,
}

/// A call that a script makes, with what it expects.
pub(crate) struct Call<'s> {
    pub(crate) directive: &'s Directive<'s>,
    /// The function and its arguments, or why there are none.
    pub(crate) func: Result<(Func, Vec<Value>), String>,
}

/// An instance with the calls that a script makes of it.
pub(crate) struct Subject<'s> {
    pub(crate) line: usize,
    pub(crate) store: Store,
    pub(crate) instance: Option<Instance>,
    pub(crate) calls: Vec<Call<'s>>,
    pub(crate) fuel: u64,
}

/// How far a script is, beside the store.
#[derive(Clone, Debug, Default)]
struct Place {
    next: usize,
    invocation: Option<InvocationId>,
    failed: Vec<usize>,
}

/// A store that is driven through the calls of a script.
struct Machine<'m, 's> {
    subject: &'m Subject<'s>,
    program: Arc<Program>,
    store: runtime::Store,
    place: Place,
    failures: Vec<Failure>,
}

impl<'m, 's> Machine<'m, 's> {
    fn new(subject: &'m Subject<'s>, program: &Arc<Program>) -> Self {
        let store = subject.store.state().clone();
        Self { subject, program: Arc::clone(program), store, place: Place::default(), failures: Vec::new() }
    }

    /// Goes on to the next choice; none at the end of the script.
    fn proceed(&mut self, chooser: &mut dyn Chooser) -> Option<ChoicePoint> {
        loop {
            let Some(invocation) = self.place.invocation else {
                if self.place.next == self.subject.calls.len() {
                    return None;
                }
                self.begin(chooser);
                continue;
            };
            self.store.fuel = self.subject.fuel;
            let mut env = Env::new(&self.program, chooser, None);
            let goal = Goal::Resolved(invocation);
            let outcome = match advance_at(&mut self.store, &mut env, &mut NoHost, goal, Pace::Choices) {
                Ok(Stopped::Choice(point)) => return Some(point),
                Ok(Stopped::Ended(ended)) => self.ended(ended, invocation),
                Err(failure) => Outcome::Error(failure.into()),
            };
            self.over(outcome);
        }
    }

    fn begin(&mut self, chooser: &mut dyn Chooser) {
        match &self.subject.calls[self.place.next].func {
            Err(message) => self.over(Outcome::Other(message.clone())),
            Ok((func, values)) => {
                let mut env = Env::new(&self.program, chooser, None);
                match self.store.invoke(&mut env, func.id(), values.clone()) {
                    Ok(invocation) => self.place.invocation = Some(invocation),
                    Err(failure) => self.over(Outcome::Error(failure.into())),
                }
            }
        }
    }

    fn ended(&mut self, ended: Ended, invocation: InvocationId) -> Outcome {
        match ended {
            Ended::Done => {}
            Ended::Deadlock(report) => return Outcome::Error(Error::Deadlock(Box::new(report))),
            Ended::OutOfFuel => return Outcome::Error(Error::Limit("fuel".to_owned())),
            Ended::Diverged(divergence) => return Outcome::Error(Error::Divergence(divergence)),
        }
        let func = self.subject.calls[self.place.next].func.as_ref();
        let (func, _) = func.expect("what was called is a function");
        match self.store.take_outcome(invocation) {
            Some(InvocationOutcome::Returned(values)) => Outcome::Component(func.results(&self.subject.store, &values)),
            Some(InvocationOutcome::Cancelled | InvocationOutcome::Instantiated(_)) | None => {
                Outcome::Other("a call that ended without results".to_owned())
            }
        }
    }

    /// Judges a call, and goes on to the next one.
    fn over(&mut self, outcome: Outcome) {
        let directive = self.subject.calls[self.place.next].directive;
        let judged = match &directive.kind {
            Kind::Return(_, expected) => outcome.must_return(expected),
            Kind::Trap(_, message) => outcome.must_trap(message),
            Kind::Exhaustion(_, message) => outcome.must_exhaust(message),
            Kind::Perform(_)
            | Kind::Module { .. }
            | Kind::Instance { .. }
            | Kind::Register { .. }
            | Kind::Exception(_)
            | Kind::Refused(..)
            | Kind::Unlinkable(..)
            | Kind::Unsupported(_) => outcome.must_not_fail(),
        };
        if let Judged::Failed { expected, got, report } = judged {
            self.place.failed.push(self.place.next);
            self.failures.push(Failure {
                line: directive.line,
                column: directive.column,
                directive: directive.word.to_owned(),
                expected,
                got,
                report,
            });
        }
        self.place.invocation = None;
        self.place.next += 1;
    }

    fn pick(&mut self, point: &ChoicePoint, picked: usize, chooser: &mut dyn Chooser) -> Option<ChoicePoint> {
        let mut env = Env::new(&self.program, chooser, None);
        if let Err(failure) = pick(&mut self.store, &mut env, &mut NoHost, point, picked) {
            self.over(Outcome::Error(failure.into()));
        }
        self.proceed(chooser)
    }

    fn hash(&self) -> u128 {
        let mut hasher = StateHasher::new();
        self.store.canonical_hash(Order::Exact, &mut hasher);
        self.place.next.state_hash(&mut hasher);
        self.place.failed.state_hash(&mut hasher);
        hasher.finish()
    }
}

/// A state whose alternatives are still to be taken.
struct Open {
    snapshot: Snapshot,
    place: Place,
    point: ChoicePoint,
    seen: usize,
    node: usize,
}

struct Seen {
    price: u32,
    expanded: bool,
}

/// A search by price; see `explore::minimal`, which has one call instead of a script.
struct Search<'m, 's> {
    machine: Machine<'m, 's>,
    seen: IndexMap<u128, Seen>,
    levels: Vec<Vec<Open>>,
    /// The node before, and the pick; the first one is the beginning.
    nodes: Vec<(usize, u16)>,
    /// What failed, with the price and the node of its smallest schedule.
    found: IndexMap<Vec<usize>, (u32, usize)>,
    data: bool,
}

impl Search<'_, '_> {
    fn arrive(&mut self, point: Option<ChoicePoint>, node: usize, price: u32) {
        let Some(point) = point else {
            let known = self.found.entry(self.machine.place.failed.clone()).or_insert((price, node));
            if price < known.0 {
                *known = (price, node);
            }
            return;
        };
        let hash = self.machine.hash();
        if self.seen.get(&hash).is_some_and(|seen| seen.price <= price) {
            return;
        }
        let (seen, _) = self.seen.insert_full(hash, Seen { price, expanded: false });
        let level = usize::try_from(price).expect("prices fit a usize");
        if self.levels.len() <= level {
            self.levels.resize_with(level + 1, Vec::new);
        }
        let (snapshot, place) = (self.machine.store.snapshot(), self.machine.place.clone());
        self.levels[level].push(Open { snapshot, place, point, seen, node });
    }

    fn expand(&mut self, open: &Open, price: u32) {
        let (_, seen) = self.seen.get_index_mut(open.seen).expect("open states are in the map");
        if seen.expanded || seen.price < price {
            return;
        }
        seen.expanded = true;
        for picked in (0..open.point.alternatives.len()).rev() {
            self.machine.store.restore(&open.snapshot);
            self.machine.place.clone_from(&open.place);
            self.machine.failures.clear();
            let mut script = Script::default();
            let point = self.machine.pick(&open.point, picked, &mut script);
            self.data |= script.data;
            self.nodes.push((open.node, u16::try_from(picked).unwrap_or(u16::MAX)));
            self.arrive(point, self.nodes.len() - 1, price + u32::from(picked != 0));
        }
    }

    /// Expands states, cheapest first; gives the price below which all were, and whether that is all.
    fn run(&mut self, most_states: usize) -> (u32, bool) {
        let mut script = Script::default();
        let point = self.machine.proceed(&mut script);
        self.data |= script.data;
        self.arrive(point, 0, 0);
        let mut level = 0;
        loop {
            let price = u32::try_from(level).unwrap_or(u32::MAX);
            match self.levels.get_mut(level).map(Vec::pop) {
                None => return (price, true),
                Some(None) => level += 1,
                Some(Some(_)) if self.seen.len() >= most_states => return (price, false),
                Some(Some(open)) => self.expand(&open, price),
            }
        }
    }

    fn path(&self, mut node: usize) -> Vec<u16> {
        let mut path = Vec::new();
        while node != 0 {
            path.push(self.nodes[node].1);
            node = self.nodes[node].0;
        }
        path.reverse();
        path
    }
}

/// Runs one schedule, and tells what fails and which picks are not the default.
fn replay(subject: &Subject<'_>, program: &Arc<Program>, path: &[u16]) -> Possible {
    let mut machine = Machine::new(subject, program);
    let mut recorder = Recorder::new(Follow::new(path));
    let mut point = machine.proceed(&mut Script::default());
    while let Some(at) = point {
        let picked = recorder.choose(&at, machine.store.names()).expect("a path fits every run");
        point = machine.pick(&at, picked, &mut Script::default());
    }
    Possible { failures: machine.failures, flips: recorder.picks().iter().map(Flip::of).collect() }
}

/// Searches the calls of one instance, up to a number of states.
pub(crate) fn certify(subject: &Subject<'_>, program: &Arc<Program>, most_states: usize) -> InstanceCertificate {
    let mut search = Search {
        machine: Machine::new(subject, program),
        seen: IndexMap::new(),
        levels: Vec::new(),
        nodes: vec![(0, 0)],
        found: IndexMap::new(),
        data: false,
    };
    let (picks, complete) = search.run(most_states);
    let mut found: Vec<(u32, Vec<u16>)> =
        search.found.values().map(|(price, node)| (*price, search.path(*node))).collect();
    found.sort();
    let verdicts = found.iter().map(|(_, path)| replay(subject, program, path)).collect();
    InstanceCertificate {
        line: subject.line,
        calls: subject.calls.len(),
        states: u64::try_from(search.seen.len()).unwrap_or(u64::MAX),
        complete,
        picks,
        making: subject.store.points(),
        data: search.data,
        verdicts,
    }
}

impl InstanceCertificate {
    /// Whether the verdict depends on the schedule, as far as was searched.
    pub fn depends(&self) -> bool {
        self.verdicts.len() > 1
    }

    /// The kinds of choices that bring about other verdicts.
    pub fn kinds(&self) -> BTreeSet<&str> {
        self.verdicts.iter().flat_map(|verdict| &verdict.flips).map(|flip| flip.kind.as_str()).collect()
    }
}
