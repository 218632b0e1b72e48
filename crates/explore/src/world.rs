//! A world: a store with its host, which are forked, compared and hashed together; and driving it from choice to choice.
//!
//! Spec: DESIGN, "Exploration" and "Hosts". Choices of the schedule stop the machine. Choices of the host are answered inside
//! a segment, from a script; a segment is run again with a longer script to branch there. Data choices stay at option 0.

use choice::kind::Class;
use choice::{ChoicePoint, Chooser, Divergence, Names, StateHash, StateHasher};
use runtime::drive::{Ended, Goal, Host, Pace, Stopped, advance_at, pick};
use runtime::dump::Report;
use runtime::id::InvocationId;
use runtime::state_hash::Order;
use runtime::step::{Env, Failure, Fault, InvocationOutcome};
use runtime::{Program, Store};
use smallvec::SmallVec;

use crate::findings::Stats;
use crate::outcome::{Kind, Outcome, Output};
use crate::run::Follow;

/// A host that forks with its store.
pub trait ForkHost: Host + Clone + StateHash + Send + Sync {}

impl<H: Host + Clone + StateHash + Send + Sync> ForkHost for H {}

/// A store with its host, at a call that was begun.
#[derive(Clone, Debug)]
pub struct World<H> {
    /// The store.
    pub store: Store,
    /// The host.
    pub host: H,
    /// The call whose outcome is asked for.
    pub invocation: InvocationId,
    draining: bool,
}

impl<H> World<H> {
    /// A world at the beginning of a call: `Store::invoke` was called and nothing has run since.
    pub const fn new(store: Store, host: H, invocation: InvocationId) -> Self {
        Self { store, host, invocation, draining: false }
    }

    const fn goal(&self) -> Goal {
        if self.draining { Goal::Quiet } else { Goal::Resolved(self.invocation) }
    }
}

/// Says what people see of a run: results and output in words.
pub trait Observer<H>: Send + Sync {
    /// The result of the call, in WAVE or a like notation.
    fn result(&self, store: &Store, outcome: &InvocationOutcome) -> String;

    /// What is left at the end that counts as a failure, in words.
    fn leaks(&self, _store: &Store) -> Option<String> {
        None
    }

    /// What was written so far.
    fn output(&self, _host: &H) -> Vec<Output> {
        Vec::new()
    }

    /// Whether whoever looks on wants the search to end now; asked now and then.
    fn stops(&self) -> bool {
        false
    }

    /// How far a search is, and how many outcomes it has; told now and then.
    fn progress(&self, _stats: &Stats, _outcomes: usize) {}
}

/// What one run may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunLimits {
    /// Fuel between two choices.
    pub fuel: u64,
    /// Choices of a run; beyond, its outcome is `limit(choices)`.
    pub choices: u64,
}

impl Default for RunLimits {
    fn default() -> Self {
        Self { fuel: 100_000_000, choices: 100_000 }
    }
}

/// What is explored.
pub struct Setup<'a, H> {
    /// The program.
    pub program: &'a Program,
    /// The world at the beginning.
    pub start: &'a World<H>,
    /// Who puts outcomes into words.
    pub observer: &'a dyn Observer<H>,
    /// What one run may take.
    pub limits: RunLimits,
}

impl<H> Clone for Setup<'_, H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<H> Copy for Setup<'_, H> {}

impl<H> std::fmt::Debug for Setup<'_, H> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Setup").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// Where a machine stopped.
#[derive(Debug)]
pub enum Arrival {
    /// At a choice of the schedule.
    Choice(ChoicePoint),
    /// The run is over.
    Over(Ending),
}

/// How a run ended, with what is needed to explain it.
#[derive(Debug)]
pub enum Ending {
    /// The call ended, and everything was drained.
    Done,
    /// Nothing can go on.
    Deadlock(Box<Report>),
    /// A trap, a limit or an exit.
    Failed(Box<Failure>),
    /// The fuel of a segment is used up.
    OutOfFuel,
    /// A schedule that was followed does not fit.
    Diverged(Divergence),
}

/// The alternatives taken at inline choices of a segment: those of the script, then 0.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// The answers.
    pub answers: SmallVec<[u16; 4]>,
    /// How many alternatives each inline choice had that was met, in order.
    pub met: SmallVec<[u16; 4]>,
    /// Whether a data choice was met; it was left at option 0.
    pub data: bool,
}

impl Script {
    /// Begins the segment anew, with the same answers.
    pub fn rewind(&mut self) {
        self.met.clear();
    }

    /// The answers that were given, one for each inline choice that was met.
    pub fn given(&self) -> impl Iterator<Item = u16> + '_ {
        (0..self.met.len()).map(|position| self.answers.get(position).copied().unwrap_or(0))
    }

    /// Makes the next script in lexical order after a segment was run; `false` when this was the last.
    pub fn advance(&mut self) -> bool {
        let given: SmallVec<[u16; 4]> = self.given().collect();
        for position in (0..given.len()).rev() {
            if given[position] + 1 < self.met[position] {
                self.answers.clear();
                self.answers.extend_from_slice(&given[..position]);
                self.answers.push(given[position] + 1);
                self.met.clear();
                return true;
            }
        }
        false
    }
}

impl Chooser for Script {
    fn choose(&mut self, point: &ChoicePoint, _names: &dyn Names) -> Result<usize, Divergence> {
        if point.kind.class() == Class::Data {
            self.data = true;
            return Ok(0);
        }
        let picked = self.answers.get(self.met.len()).copied().unwrap_or(0);
        self.met.push(u16::try_from(point.alternatives.len()).unwrap_or(u16::MAX));
        Ok(usize::from(picked))
    }
}

/// A world as it was, to go back to.
#[derive(Clone, Debug)]
pub struct Snapshot<H> {
    store: runtime::snapshot::Snapshot,
    host: H,
    draining: bool,
}

/// A world that is driven, taken back and driven on.
#[derive(Debug)]
pub struct Machine<'a, H> {
    /// What is explored.
    pub setup: Setup<'a, H>,
    /// The world as it is now.
    pub world: World<H>,
    start: Snapshot<H>,
    pace: Pace,
    /// Snapshots that are not needed any more; new ones reuse what they have allocated.
    spare: Vec<Snapshot<H>>,
}

/// How many snapshots are kept to be used again.
const MOST_SPARE: usize = 64;

impl<'a, H: ForkHost> Machine<'a, H> {
    /// A machine at the beginning.
    pub fn new(setup: Setup<'a, H>, pace: Pace) -> Self {
        let mut world = setup.start.clone();
        let start = Snapshot { store: world.store.snapshot(), host: world.host.clone(), draining: world.draining };
        Self { setup, world, start, pace, spare: Vec::new() }
    }

    /// Keeps the world as it is.
    pub fn snapshot(&mut self) -> Snapshot<H> {
        let World { store, host, draining, .. } = &mut self.world;
        let Some(mut snapshot) = self.spare.pop() else {
            return Snapshot { store: store.snapshot(), host: host.clone(), draining: *draining };
        };
        store.snapshot_into(&mut snapshot.store);
        snapshot.host.clone_from(host);
        snapshot.draining = *draining;
        snapshot
    }

    /// Takes a snapshot back that is not needed any more.
    pub fn recycle(&mut self, snapshot: Snapshot<H>) {
        if self.spare.len() < MOST_SPARE {
            self.spare.push(snapshot);
        }
    }

    /// Goes back to a world that was kept.
    pub fn restore(&mut self, snapshot: &Snapshot<H>) {
        self.world.store.restore(&snapshot.store);
        self.world.host.clone_from(&snapshot.host);
        self.world.draining = snapshot.draining;
    }

    /// Goes back to the beginning.
    pub fn reset(&mut self) {
        self.world.store.restore(&self.start.store);
        self.world.host.clone_from(&self.start.host);
        self.world.draining = self.start.draining;
    }

    /// A hash of the world in which arena ids are renamed.
    pub fn hash(&self, order: Order) -> u128 {
        let mut hasher = StateHasher::new();
        self.world.store.canonical_hash(order, &mut hasher);
        self.world.host.state_hash(&mut hasher);
        self.world.draining.state_hash(&mut hasher);
        hasher.finish()
    }

    /// Drives from the beginning to the first choice.
    pub fn begin(&mut self, chooser: &mut dyn Chooser) -> Arrival {
        self.world.store.fuel = self.setup.limits.fuel;
        self.world.store.notes.clear();
        let mut env = Env::new(self.setup.program, chooser, None);
        Self::proceed(&mut self.world, &mut env, self.pace)
    }

    /// Picks at the choice that the machine is at, and drives to the next.
    pub fn pick(&mut self, point: &ChoicePoint, picked: usize, chooser: &mut dyn Chooser) -> Arrival {
        self.world.store.fuel = self.setup.limits.fuel;
        self.world.store.notes.clear();
        let mut env = Env::new(self.setup.program, chooser, None);
        let World { store, host, .. } = &mut self.world;
        if let Err(failure) = pick(store, &mut env, host, point, picked) {
            return Arrival::Over(Ending::Failed(Box::new(failure)));
        }
        Self::proceed(&mut self.world, &mut env, self.pace)
    }

    /// Goes to the choice that a path leads to; none when it leads to no choice.
    pub fn go_to(&mut self, path: &[u16]) -> Option<ChoicePoint> {
        self.reset();
        let mut chooser = Follow::new(path);
        let mut arrival = self.begin(&mut chooser);
        loop {
            let Arrival::Choice(point) = arrival else { return None };
            if chooser.is_at_end() {
                return Some(point);
            }
            let picked = chooser.choose(&point, self.world.store.names()).ok()?;
            arrival = self.pick(&point, picked, &mut chooser);
        }
    }

    fn proceed(world: &mut World<H>, env: &mut Env<'_, '_>, pace: Pace) -> Arrival {
        loop {
            let goal = world.goal();
            let ended = match advance_at(&mut world.store, env, &mut world.host, goal, pace) {
                Ok(Stopped::Choice(point)) => return Arrival::Choice(point),
                Ok(Stopped::Ended(ended)) => ended,
                Err(failure) => return Arrival::Over(Ending::Failed(Box::new(failure))),
            };
            match ended {
                Ended::Done if !world.draining => world.draining = true,
                Ended::Done => return Arrival::Over(Ending::Done),
                Ended::Deadlock(report) => return Arrival::Over(Ending::Deadlock(Box::new(report))),
                Ended::OutOfFuel => return Arrival::Over(Ending::OutOfFuel),
                Ended::Diverged(divergence) => return Arrival::Over(Ending::Diverged(divergence)),
            }
        }
    }

    /// The outcome of a run that is over.
    pub fn outcome(&self, ending: &Ending) -> Outcome {
        let World { store, host, invocation, .. } = &self.world;
        let (kind, text) = match ending {
            Ending::Done => match &store.invocation(*invocation).outcome {
                Some(InvocationOutcome::Cancelled) => (Kind::Cancelled, "cancelled".to_owned()),
                Some(outcome) => {
                    let result = self.setup.observer.result(store, outcome);
                    match self.setup.observer.leaks(store) {
                        None => (Kind::Returned, result),
                        Some(leaks) => (Kind::Leak, format!("leak({leaks}) after {result}")),
                    }
                }
                None => (Kind::Deadlock, "deadlock".to_owned()),
            },
            Ending::Deadlock(_) => (Kind::Deadlock, "deadlock".to_owned()),
            Ending::Failed(failure) => match &failure.fault {
                Fault::Trap(trap) => (Kind::Trap, format!("trap({})", trap.rule.id())),
                Fault::Limit(limit) => (Kind::Limit, format!("limit({})", limit.name())),
                Fault::Exit(code) => (Kind::Exit, format!("exit({code})")),
                Fault::Link(message) => (Kind::Diverged, format!("link({message})")),
            },
            Ending::OutOfFuel => (Kind::Limit, "limit(fuel)".to_owned()),
            Ending::Diverged(_) => (Kind::Diverged, "diverged".to_owned()),
        };
        Outcome { kind, text, output: self.setup.observer.output(host) }
    }
}
