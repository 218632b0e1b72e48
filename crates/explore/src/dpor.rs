//! Dynamic partial-order reduction: one schedule, or few, of each class.
//!
//! Spec: DESIGN, "Exploration"; after Abdulla et al., "Optimal dynamic partial order reduction", its source sets, with sleep
//! sets. The steps are turns of the event loop (`happens_before`); choices inside a step are enumerated in full, so that a
//! step in a sleep set stands for all its branches, with the union of their footprints. A step with which the run fails
//! depends on everything. Who could have gone on and is cancelled, failed or overtaken by a step is explored before it, too.
//! Needs runs that end: longer ones are cut off at the limit of choices, and the report says so.

use choice::{ActorId, Alternative, ChoiceKind, ChoicePoint, Names as _};
use runtime::drive::Pace;
use runtime::footprint::{Footprint, ThreadKey};
use smallvec::SmallVec;

use crate::clock::Clock;
use crate::findings::{Budget, Findings, Path, Report, Stats, Unit};
use crate::happens_before::{Event, Order};
use crate::outcome::{Kind, Outcome};
use crate::search::INTERRUPTED;
use crate::world::{Arrival, Ending, ForkHost, Machine, Script, Setup, Snapshot};

/// Who can be resumed at a turn.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    actor: u64,
    home: Footprint,
    /// The thread, where it is one.
    key: Option<ThreadKey>,
    wanted: bool,
    done: bool,
}

/// The threads that ran in a step.
type Ran = SmallVec<[ThreadKey; 4]>;

#[derive(Clone, Copy, Debug)]
struct Asleep {
    actor: u64,
    footprint: Footprint,
}

/// A turn of the event loop, or the beginning.
struct Turn {
    candidates: SmallVec<[Candidate; 4]>,
    sleep: SmallVec<[Asleep; 4]>,
    /// The candidate whose branches are being explored, and what they touched so far.
    current: Option<(usize, Footprint)>,
}

/// Where a frame branches.
#[expect(clippy::large_enum_variant, reason = "frames are few, and most are turns")]
enum Branch {
    Turn(Turn),
    /// Inside a step: all alternatives, after what the step touched so far.
    Nested {
        next: usize,
        touched: Footprint,
        ran: Ran,
    },
}

struct Frame<H> {
    snapshot: Snapshot<H>,
    point: Option<ChoicePoint>,
    branch: Branch,
    script: Script,
    /// How many picks lead here, and how many steps.
    path: usize,
    steps: usize,
}

struct Dpor<'a, 'o, H> {
    machine: Machine<'a, H>,
    /// What is seen of a footprint.
    sees: fn(Footprint) -> Footprint,
    frames: Vec<Frame<H>>,
    order: Order,
    /// The frame of the turn at which each step began.
    turns: Vec<usize>,
    path: Path,
    findings: Findings,
    stats: Stats,
    data: bool,
    cut: Option<String>,
    observe: &'o mut dyn FnMut(&Order, &Outcome),
}

/// Explores at least one schedule of each class. Each one that was explored is shown to `observe`.
pub fn dpor<H: ForkHost>(setup: Setup<'_, H>, budget: Budget, observe: &mut dyn FnMut(&Order, &Outcome)) -> Report {
    dpor_seeing(setup, budget, |footprint| footprint, observe)
}

/// As `dpor`, with footprints as they are seen: tests overlook something, to find out whether the oracle tells.
pub fn dpor_seeing<H: ForkHost>(
    setup: Setup<'_, H>,
    budget: Budget,
    sees: fn(Footprint) -> Footprint,
    observe: &mut dyn FnMut(&Order, &Outcome),
) -> Report {
    let clock = Clock::start();
    let mut dpor = Dpor {
        machine: Machine::new(setup, Pace::Turns),
        sees,
        frames: Vec::new(),
        order: Order::default(),
        turns: Vec::new(),
        path: Path::new(),
        findings: Findings::default(),
        stats: Stats::default(),
        data: false,
        cut: None,
        observe,
    };
    dpor.run(budget, clock);
    Report {
        strategy: "dpor".to_owned(),
        unit: Unit::Classes,
        complete: dpor.cut.is_none(),
        left_out: dpor.cut,
        data_choices: dpor.data,
        outcomes: dpor.findings.into_sorted(),
        stats: dpor.stats,
        kept_bytes: 0,
        elapsed: clock.elapsed(),
    }
}

impl<H: ForkHost> Dpor<'_, '_, H> {
    fn run(&mut self, budget: Budget, clock: Clock) {
        let start = Candidate { actor: 0, home: Footprint::ALL, key: None, wanted: true, done: false };
        let turn = Turn { candidates: SmallVec::from_slice(&[start]), sleep: SmallVec::new(), current: None };
        self.push(None, Branch::Turn(turn));
        while let Some(position) = self.frames.len().checked_sub(1) {
            let late = self.stats.transitions.is_multiple_of(64);
            if budget.runs.is_some_and(|runs| self.stats.runs >= runs) {
                self.cut = Some(format!("stopped after {} schedules", self.stats.runs));
                return;
            }
            if late && budget.time.is_some_and(|time| clock.elapsed() >= time) {
                self.cut = Some(format!("stopped after {} ms", clock.elapsed().as_millis()));
                return;
            }
            if late && self.watch() {
                self.cut = Some(INTERRUPTED.to_owned());
                return;
            }
            match self.next_of(position) {
                Some(picked) => self.take(position, picked),
                None => {
                    if let Some(frame) = self.frames.pop() {
                        self.machine.recycle(frame.snapshot);
                    }
                }
            }
        }
    }

    /// Tells who looks on how far it is, and asks whether to stop.
    fn watch(&self) -> bool {
        let observer = self.machine.setup.observer;
        observer.progress(&self.stats, self.findings.len());
        observer.stops()
    }

    fn push(&mut self, point: Option<ChoicePoint>, branch: Branch) {
        let snapshot = self.machine.snapshot();
        let (path, steps) = (self.path.len(), self.order.events().len());
        self.frames.push(Frame { snapshot, point, branch, script: Script::default(), path, steps });
    }

    /// The alternative of a frame to be taken next.
    fn next_of(&mut self, position: usize) -> Option<usize> {
        let frame = &mut self.frames[position];
        let more_scripts = !frame.script.answers.is_empty();
        match &mut frame.branch {
            Branch::Nested { next, .. } => {
                let count = frame.point.as_ref().map_or(0, |point| point.alternatives.len());
                (*next < count).then_some(*next)
            }
            Branch::Turn(turn) => {
                if let Some((current, footprint)) = turn.current {
                    if more_scripts {
                        return Some(current);
                    }
                    turn.current = None;
                    turn.candidates[current].done = true;
                    turn.sleep.push(Asleep { actor: turn.candidates[current].actor, footprint });
                }
                let asleep = |actor: u64| turn.sleep.iter().any(|asleep| asleep.actor == actor);
                let next = turn.candidates.iter().position(|c| c.wanted && !c.done && !asleep(c.actor))?;
                turn.current = Some((next, Footprint::NONE));
                Some(next)
            }
        }
    }

    fn take(&mut self, position: usize, picked: usize) {
        let frame = &mut self.frames[position];
        self.machine.restore(&frame.snapshot);
        let mut script = std::mem::take(&mut frame.script);
        script.rewind();
        let arrival = match &frame.point {
            None => self.machine.begin(&mut script),
            Some(point) => self.machine.pick(point, picked, &mut script),
        };
        self.stats.transitions += 1;
        self.path.truncate(frame.path);
        self.order.truncate(frame.steps);
        self.turns.truncate(frame.steps);
        if frame.point.as_ref().is_some_and(|point| point.alternatives.len() > 1) {
            self.path.push(u16::try_from(picked).unwrap_or(u16::MAX));
        }
        self.path.extend(script.given());
        self.data |= script.data;
        let more = script.advance();
        if more {
            frame.script = script;
        }
        let mut touched = (self.sees)(self.machine.world.store.notes.footprint);
        let mut ran = self.machine.world.store.notes.ran.clone();
        if let Branch::Nested { next, touched: before, ran: before_ran } = &mut frame.branch {
            touched = touched.union(*before);
            ran.extend_from_slice(before_ran);
            *next += usize::from(!more);
        }
        match arrival {
            Arrival::Choice(point) if point.kind == ChoiceKind::EmbedderTurn => {
                let event = self.event(position, touched);
                let depth = u64::try_from(self.path.len()).unwrap_or(u64::MAX);
                let steps = u64::try_from(self.order.events().len()).unwrap_or(u64::MAX);
                self.step(event);
                let still = self.candidates(&point);
                self.consumed(&ran, &still);
                if depth.max(steps) >= self.machine.setup.limits.choices {
                    self.over(&Outcome::new(Kind::Limit, "limit(choices)"));
                    self.cut.get_or_insert_with(|| "some runs were longer than the limit of choices".to_owned());
                    return;
                }
                self.turn(point);
            }
            Arrival::Choice(point) => self.push(Some(point), Branch::Nested { next: 0, touched, ran }),
            Arrival::Over(ending) => {
                let touched =
                    if matches!(ending, Ending::Done | Ending::Deadlock(_)) { touched } else { Footprint::ALL };
                let event = self.event(position, touched);
                self.step(event);
                self.consumed(&ran, &[]);
                let outcome = self.machine.outcome(&ending);
                self.over(&outcome);
            }
        }
    }

    fn over(&mut self, outcome: &Outcome) {
        self.stats.runs += 1;
        let depth = u64::try_from(self.path.len()).unwrap_or(u64::MAX);
        self.stats.deepest = self.stats.deepest.max(depth);
        self.findings.add(outcome.clone(), &self.path);
        (self.observe)(&self.order, outcome);
    }

    /// The turn frame of the step that a frame is in.
    fn turn_of(&self, position: usize) -> usize {
        let is_turn = |frame: &Frame<H>| matches!(frame.branch, Branch::Turn(_));
        self.frames[..=position].iter().rposition(is_turn).expect("the first frame is a turn")
    }

    /// The step that ends now; what it touched counts for its candidate's branches.
    fn event(&mut self, position: usize, touched: Footprint) -> Event {
        let at = self.turn_of(position);
        let from = self.frames[at].path;
        let skip = usize::from(self.frames[at].point.as_ref().is_some_and(|point| point.alternatives.len() > 1));
        let nested = SmallVec::from_slice(&self.path[from + skip..]);
        let Branch::Turn(turn) = &mut self.frames[at].branch else { panic!("it was found as a turn") };
        let (current, footprint) = turn.current.as_mut().expect("a candidate is being explored");
        *footprint = footprint.union(touched);
        let candidate = turn.candidates[*current];
        self.turns.push(at);
        Event { actor: candidate.actor, home: candidate.home, footprint: touched, nested }
    }

    /// Adds a step, and asks for the other order of each race.
    fn step(&mut self, event: Event) {
        let races = self.order.push(event);
        let last = self.order.events().len() - 1;
        for first in races {
            if first > 0 {
                self.reverse(first, last);
            }
        }
    }

    /// Asks for those who could have gone on instead of the last step, and cannot now, or went on within it: a step belongs to
    /// all threads that ran in it, so that they have no step of their own with which it would race.
    fn consumed(&mut self, ran: &[ThreadKey], still: &[Candidate]) {
        let last = self.order.events().len() - 1;
        let Branch::Turn(turn) = &mut self.frames[self.turns[last]].branch else { panic!("steps begin at turns") };
        let current = turn.current.map(|(current, _)| current);
        for (position, candidate) in turn.candidates.iter_mut().enumerate() {
            let ran = candidate.key.is_some_and(|key| ran.contains(&key));
            let gone = still.iter().all(|other| other.actor != candidate.actor);
            candidate.wanted |= current != Some(position) && (ran || gone);
        }
    }

    /// Asks, at the turn of the first step of a race, for somebody who leads to the last one before it.
    fn reverse(&mut self, first: usize, last: usize) {
        let events = self.order.events();
        let Branch::Turn(turn) = &self.frames[self.turns[first]].branch else { panic!("steps begin at turns") };
        let at_turn = |actor: u64| turn.candidates.iter().position(|candidate| candidate.actor == actor);
        let own = events[last].actor;
        // Who changed the home of an actor that was not ready may have made it ready; nothing else between the two did, since
        // that would be ordered between them.
        if at_turn(own).is_none() && events[first].footprint.depends(events[last].home) {
            return;
        }
        let mut rest: SmallVec<[usize; 16]> =
            (first + 1..last).filter(|step| !self.order.before(*step).contains(first)).collect();
        rest.push(last);
        let mut initials: SmallVec<[usize; 4]> = SmallVec::new();
        for (place, step) in rest.iter().enumerate() {
            let is_first = rest[..place].iter().all(|other| !self.order.before(*step).contains(*other));
            if is_first && let Some(candidate) = at_turn(events[*step].actor) {
                initials.push(candidate);
            }
        }
        let everybody = initials.is_empty();
        let Branch::Turn(turn) = &mut self.frames[self.turns[first]].branch else { panic!("steps begin at turns") };
        if everybody {
            turn.candidates.iter_mut().for_each(|candidate| candidate.wanted = true);
        } else if !initials.iter().any(|candidate| turn.candidates[*candidate].wanted) {
            turn.candidates[initials[0]].wanted = true;
        }
    }

    /// Comes to a turn: those sleep on whose next step does not depend on the step before.
    fn turn(&mut self, point: ChoicePoint) {
        let last = self.order.events().len() - 1;
        let step = &self.order.events()[last];
        let Branch::Turn(before) = &self.frames[self.turns[last]].branch else { panic!("steps begin at turns") };
        let sleep: SmallVec<[Asleep; 4]> = before
            .sleep
            .iter()
            .copied()
            .filter(|asleep| asleep.actor != step.actor && !asleep.footprint.depends(step.footprint))
            .collect();
        let mut candidates = self.candidates(&point);
        self.stats.states += 1;
        let awake = candidates.iter_mut().find(|candidate| !sleep.iter().any(|asleep| asleep.actor == candidate.actor));
        let Some(awake) = awake else {
            self.stats.repeats += 1;
            return;
        };
        awake.wanted = true;
        self.push(Some(point), Branch::Turn(Turn { candidates, sleep, current: None }));
    }

    fn candidates(&self, point: &ChoicePoint) -> SmallVec<[Candidate; 4]> {
        let store = &self.machine.world.store;
        let ready = store.ready_threads();
        let candidate = |(position, alternative): (usize, &Alternative)| {
            let actor = match alternative {
                Alternative::Actor(actor) | Alternative::Event(actor, _) => *actor,
                Alternative::Word(_) | Alternative::Number(_) => ActorId::EMBEDDER,
            };
            let thread = ready.get(position).copied();
            let home = thread.map(|thread| Footprint::of(store.instance_of_thread(thread)));
            let salt = u64::from(home.is_none());
            let actor = store.names().name_hash(actor) ^ salt;
            let key = thread.map(|thread| store.thread_key(thread));
            Candidate { actor, home: home.unwrap_or(Footprint::HOST), key, wanted: false, done: false }
        };
        point.alternatives.iter().enumerate().map(candidate).collect()
    }
}
