//! Dynamic partial-order reduction: one schedule, or few, of each class.
//!
//! Spec: DESIGN, "Exploration"; after Abdulla et al., "Optimal dynamic partial order reduction", its source sets, with sleep
//! sets. The steps are turns of the event loop (`happens_before`); choices inside a step are enumerated in full, so that a
//! step in a sleep set stands for all its branches, with the union of their footprints. A step with which the run fails
//! depends on everything. Who could have gone on and is cancelled, failed or overtaken by a step is explored before it, too.
//! Needs runs that end: longer ones are cut off at the limit of choices, and the report says so. What is left can be gone on
//! with, and divided (`reduced`).

use choice::{ActorId, Alternative, ChoiceKind, ChoicePoint, Chooser as _, Names as _};
use runtime::drive::Pace;
use runtime::footprint::{Footprint, ThreadKey};
use smallvec::SmallVec;

use crate::clock::Clock;
use crate::findings::{Budget, Path, Report};
use crate::happens_before::{Event, Order};
use crate::outcome::{Kind, Outcome};
use crate::reduced::{Asleep, Current, Level, Reduced, Stack};
use crate::run::Follow;
use crate::search::INTERRUPTED;
use crate::world::{Arrival, Ending, ForkHost, Machine, RunLimits, Script, Setup, Snapshot};

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

/// The most choices of a schedule where classes are only counted.
const MOST_STEPS: u64 = 2_000;

/// The beginning.
const START: Candidate = Candidate { actor: 0, home: Footprint::ALL, key: None, wanted: true, done: false };

/// The threads that ran in a step.
type Ran = SmallVec<[ThreadKey; 4]>;

/// The sleepers at a turn.
type Sleep = SmallVec<[Asleep; 4]>;

/// The frame of a turn that is above what is explored here: nothing has to be asked for there.
const ABOVE: usize = usize::MAX;

/// A step that is going on.
#[derive(Clone, Copy, Debug)]
struct Doing {
    candidate: Candidate,
    /// How many picks there were before those inside it.
    from: usize,
    /// The frame of its turn.
    turn: usize,
}

/// A turn of the event loop, or the beginning.
struct Turn {
    candidates: SmallVec<[Candidate; 4]>,
    sleep: Sleep,
    current: Option<Current>,
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
        doing: Doing,
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

struct Dpor<'a, 'o, 'k, H> {
    machine: Machine<'a, H>,
    /// What is seen of a footprint.
    sees: fn(Footprint) -> Footprint,
    frames: Vec<Frame<H>>,
    /// How many turns and choices there are before the first frame.
    first: usize,
    /// Who sleeps at the turn of the first frame, where that is inside a step.
    sleep: Sleep,
    order: Order,
    /// The frame of the turn at which each step began.
    turns: Vec<usize>,
    path: Path,
    known: &'k mut Reduced,
    /// Whether to stop when something has to be left out.
    all_or_nothing: bool,
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
    let mut known = Reduced::start();
    let cut = reduce_seeing(setup, budget, &mut known, (sees, observe));
    let mut report = known.report(cut);
    report.elapsed = clock.elapsed();
    report
}

/// Explores what is left, within a budget, and adds what is found. Tells why something is left over, if it is.
pub fn reduce<H: ForkHost>(setup: Setup<'_, H>, budget: Budget, known: &mut Reduced) -> Option<String> {
    reduce_seeing(setup, budget, known, (|footprint| footprint, &mut |_, _| {}))
}

/// Counts all classes, in at most so many schedules; else tells which bound was met.
///
/// # Errors
/// Why they are not counted.
pub fn count<H: ForkHost>(setup: Setup<'_, H>, schedules: u64) -> Result<u64, String> {
    let mut known = Reduced::start();
    let limits = RunLimits { choices: setup.limits.choices.min(MOST_STEPS), ..setup.limits };
    let mut observe = |_: &Order, _: &Outcome| {};
    let mut dpor = Dpor::new(Setup { limits, ..setup }, &mut known, (|footprint| footprint, &mut observe));
    dpor.all_or_nothing = true;
    dpor.run(Budget::runs(schedules));
    let cut = dpor.cut;
    if known.short.is_some() {
        return Err(format!("a schedule of more than {} choices", limits.choices));
    }
    match cut {
        None => Ok(known.count()),
        Some(why) if why == INTERRUPTED => Err(why),
        Some(_) => Err(format!("more than {schedules} schedules")),
    }
}

/// What is seen of a footprint, and who is shown each schedule.
type Seeing<'o> = (fn(Footprint) -> Footprint, &'o mut dyn FnMut(&Order, &Outcome));

fn reduce_seeing<H: ForkHost>(
    setup: Setup<'_, H>,
    budget: Budget,
    known: &mut Reduced,
    seeing: Seeing<'_>,
) -> Option<String> {
    let mut dpor = Dpor::new(setup, known, seeing);
    dpor.run(budget);
    dpor.cut
}

impl<'a, 'o, 'k, H: ForkHost> Dpor<'a, 'o, 'k, H> {
    fn new(setup: Setup<'a, H>, known: &'k mut Reduced, (sees, observe): Seeing<'o>) -> Self {
        Self {
            machine: Machine::new(setup, Pace::Turns),
            sees,
            frames: Vec::new(),
            first: 0,
            sleep: Sleep::new(),
            order: Order::default(),
            turns: Vec::new(),
            path: Path::new(),
            known,
            all_or_nothing: false,
            cut: None,
            observe,
        }
    }

    /// Explores one stack after the other, the last one first, and keeps what is left.
    fn run(&mut self, budget: Budget) {
        let clock = Clock::start();
        while let Some(stack) = self.known.left.pop() {
            if self.begin(stack).is_none() {
                self.known.short.get_or_insert_with(|| "a place to go on from is not one of this program".to_owned());
                self.frames.clear();
            }
            if !self.descend(budget, clock) {
                let left = self.stack();
                self.known.left.push(left);
                return;
            }
        }
    }

    /// Explores below the frames; `false` when the budget is used up before.
    fn descend(&mut self, budget: Budget, clock: Clock) -> bool {
        while let Some(position) = self.frames.len().checked_sub(1) {
            let late = self.known.stats.transitions.is_multiple_of(64);
            if budget.runs.is_some_and(|runs| self.known.stats.runs >= runs) {
                self.cut = Some(format!("stopped after {} schedules", self.known.stats.runs));
            } else if late && budget.time.is_some_and(|time| clock.elapsed() >= time) {
                self.cut = Some(format!("stopped after {} ms", clock.elapsed().as_millis()));
            } else if late && self.watch() {
                self.cut = Some(INTERRUPTED.to_owned());
            }
            if self.cut.is_some() || (self.all_or_nothing && self.known.short.is_some()) {
                return false;
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
        true
    }

    /// What is left in the frames.
    fn stack(&self) -> Stack {
        let level = |frame: &Frame<H>| {
            let answers = frame.script.answers.to_vec();
            let level = match &frame.branch {
                Branch::Turn(turn) => Level::Turn {
                    wanted: turn.candidates.iter().map(|candidate| candidate.wanted).collect(),
                    done: turn.candidates.iter().map(|candidate| candidate.done).collect(),
                    sleep: turn.sleep.to_vec(),
                    current: turn.current,
                    answers,
                },
                Branch::Nested { next, doing, .. } => {
                    let sleep = self.sleep_at(doing.turn).to_vec();
                    Level::Nested { next: *next, sleep, answers }
                }
            };
            (frame.path, level)
        };
        let levels: Vec<(usize, Level)> = self.frames.iter().map(level).collect();
        let length = levels.last().map_or(0, |(length, _)| *length);
        Stack { path: self.path[..length].to_vec(), stops: self.first + levels.len() - 1, levels }
    }

    /// Goes to the end of a stack, with a frame for each of its levels; none when it is not one of this program.
    fn begin(&mut self, stack: Stack) -> Option<()> {
        let Stack { path, stops, levels } = stack;
        self.first = (stops + 1).checked_sub(levels.len())?;
        self.machine.reset();
        self.order.truncate(0);
        self.turns.clear();
        self.frames.clear();
        let mut levels = levels.into_iter();
        let mut follow = Follow::new(&path);
        let mut point: Option<ChoicePoint> = None;
        let mut inside: Option<(Doing, Footprint, Ran)> = None;
        for number in 0..=stops {
            let at = follow.position();
            if number >= self.first {
                self.path = path.get(..at)?.to_vec();
                let branch = self.branch(levels.next()?, point.as_ref(), inside.clone())?;
                self.push(point.clone(), branch.0);
                self.frames.last_mut()?.script.answers = branch.1.into();
            }
            if number == stops {
                break;
            }
            let candidates = point.as_ref().map(|point| self.candidates(point));
            let (picked, arrival) = match &point {
                None => (0, self.machine.begin(&mut follow)),
                Some(point) if point.alternatives.len() > 1 => {
                    let picked = follow.choose(point, self.machine.world.store.names()).ok()?;
                    (picked, self.machine.pick(point, picked, &mut follow))
                }
                Some(point) => (0, self.machine.pick(point, 0, &mut follow)),
            };
            let many = point.as_ref().is_some_and(|point| point.alternatives.len() > 1);
            let (doing, before, mut ran) = inside.take().unwrap_or_else(|| {
                let candidate = candidates.map_or(START, |candidates| candidates[picked]);
                let turn = if number >= self.first { self.frames.len() - 1 } else { ABOVE };
                (Doing { candidate, from: at + usize::from(many), turn }, Footprint::NONE, Ran::new())
            });
            let touched = before.union((self.sees)(self.machine.world.store.notes.footprint));
            ran.extend_from_slice(&self.machine.world.store.notes.ran);
            let Arrival::Choice(next) = arrival else { return None };
            if next.kind == ChoiceKind::EmbedderTurn {
                self.path = path.get(..follow.position())?.to_vec();
                let event = self.event(doing, touched);
                self.order.push(event);
            } else {
                inside = Some((doing, touched, ran));
            }
            point = Some(next);
        }
        Some(())
    }

    /// What a level branches on, and the answers that come next there.
    fn branch(
        &mut self,
        (_, level): (usize, Level),
        point: Option<&ChoicePoint>,
        inside: Option<(Doing, Footprint, Ran)>,
    ) -> Option<(Branch, Path)> {
        match level {
            Level::Turn { wanted, done, sleep, current, answers } => {
                let mut candidates = point.map_or(SmallVec::from_slice(&[START]), |point| self.candidates(point));
                if wanted.len() != candidates.len() || done.len() != candidates.len() || inside.is_some() {
                    return None;
                }
                for (position, candidate) in candidates.iter_mut().enumerate() {
                    (candidate.wanted, candidate.done) = (wanted[position], done[position]);
                }
                if current.is_some_and(|current| current.picked >= candidates.len()) {
                    return None;
                }
                Some((Branch::Turn(Turn { candidates, sleep: sleep.into(), current }), answers))
            }
            Level::Nested { next, sleep, answers } => {
                let (doing, touched, ran) = inside?;
                if doing.turn == ABOVE {
                    self.sleep = sleep.into();
                }
                Some((Branch::Nested { next, touched, ran, doing }, answers))
            }
        }
    }

    /// Who sleeps at the turn of a step.
    fn sleep_at(&self, turn: usize) -> &[Asleep] {
        match self.frames.get(turn).map(|frame| &frame.branch) {
            Some(Branch::Turn(turn)) => &turn.sleep,
            Some(Branch::Nested { .. }) | None => &self.sleep,
        }
    }

    /// Tells who looks on how far it is, and asks whether to stop.
    fn watch(&self) -> bool {
        let observer = self.machine.setup.observer;
        observer.progress(&self.known.stats, self.known.findings.len());
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
                if let Some(current) = turn.current {
                    if more_scripts {
                        return Some(current.picked);
                    }
                    turn.current = None;
                    turn.candidates[current.picked].done = true;
                    if current.whole {
                        turn.sleep.push(current.touched);
                    }
                }
                let asleep = |actor: u64| turn.sleep.iter().any(|asleep| asleep.actor == actor);
                let next = turn.candidates.iter().position(|c| c.wanted && !c.done && !asleep(c.actor))?;
                let touched = Asleep { actor: turn.candidates[next].actor, footprint: Footprint::NONE };
                turn.current = Some(Current { picked: next, touched, whole: true });
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
        self.known.stats.transitions += 1;
        self.path.truncate(frame.path);
        self.order.truncate(frame.steps);
        self.turns.truncate(frame.steps);
        let many = frame.point.as_ref().is_some_and(|point| point.alternatives.len() > 1);
        let doing = match &frame.branch {
            Branch::Nested { doing, .. } => *doing,
            Branch::Turn(turn) => {
                let candidate = turn.candidates[picked];
                Doing { candidate, from: frame.path + usize::from(many), turn: position }
            }
        };
        if many {
            self.path.push(u16::try_from(picked).unwrap_or(u16::MAX));
        }
        self.path.extend(script.given());
        self.known.data |= script.data;
        let more = script.advance();
        if more {
            frame.script = script;
        }
        let mut touched = (self.sees)(self.machine.world.store.notes.footprint);
        let mut ran = self.machine.world.store.notes.ran.clone();
        if let Branch::Nested { next, touched: before, ran: before_ran, .. } = &mut frame.branch {
            touched = touched.union(*before);
            ran.extend_from_slice(before_ran);
            *next += usize::from(!more);
        }
        match arrival {
            Arrival::Choice(point) if point.kind == ChoiceKind::EmbedderTurn => {
                let event = self.event(doing, touched);
                let depth = u64::try_from(self.path.len()).unwrap_or(u64::MAX);
                let steps = u64::try_from(self.order.events().len()).unwrap_or(u64::MAX);
                self.step(event);
                let still = self.candidates(&point);
                self.consumed(&ran, &still);
                if depth.max(steps) >= self.machine.setup.limits.choices {
                    self.over(&Outcome::new(Kind::Limit, "limit(choices)"));
                    self.known
                        .short
                        .get_or_insert_with(|| "some runs were longer than the limit of choices".to_owned());
                    return;
                }
                self.turn(point);
            }
            Arrival::Choice(point) => self.push(Some(point), Branch::Nested { next: 0, touched, ran, doing }),
            Arrival::Over(ending) => {
                let touched =
                    if matches!(ending, Ending::Done | Ending::Deadlock(_)) { touched } else { Footprint::ALL };
                let event = self.event(doing, touched);
                self.step(event);
                self.consumed(&ran, &[]);
                let outcome = self.machine.outcome(&ending);
                self.over(&outcome);
            }
        }
    }

    fn over(&mut self, outcome: &Outcome) {
        let known = &mut *self.known;
        known.stats.runs += 1;
        let depth = u64::try_from(self.path.len()).unwrap_or(u64::MAX);
        known.stats.deepest = known.stats.deepest.max(depth);
        let number = known.findings.number(outcome);
        if known.classes.insert(self.order.class(), number).is_none() {
            known.findings.add(outcome.clone(), &self.path);
        } else {
            known.findings.cheaper(outcome, &self.path);
        }
        (self.observe)(&self.order, outcome);
    }

    /// The step that ends now; what it touched counts for its candidate's branches.
    fn event(&mut self, doing: Doing, touched: Footprint) -> Event {
        let Doing { candidate, from, turn } = doing;
        let nested = SmallVec::from_slice(&self.path[from..]);
        if let Some(Frame { branch: Branch::Turn(turn), .. }) = self.frames.get_mut(turn)
            && let Some(current) = &mut turn.current
        {
            current.touched.footprint = current.touched.footprint.union(touched);
        }
        self.turns.push(turn);
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
        let Some(Frame { branch: Branch::Turn(turn), .. }) = self.frames.get_mut(self.turns[last]) else { return };
        let current = turn.current.map(|current| current.picked);
        for (position, candidate) in turn.candidates.iter_mut().enumerate() {
            let ran = candidate.key.is_some_and(|key| ran.contains(&key));
            let gone = still.iter().all(|other| other.actor != candidate.actor);
            candidate.wanted |= current != Some(position) && (ran || gone);
        }
    }

    /// Asks, at the turn of the first step of a race, for somebody who leads to the last one before it.
    fn reverse(&mut self, first: usize, last: usize) {
        let events = self.order.events();
        let Some(Frame { branch: Branch::Turn(turn), .. }) = self.frames.get(self.turns[first]) else { return };
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
        let sleep: Sleep = self
            .sleep_at(self.turns[last])
            .iter()
            .copied()
            .filter(|asleep| asleep.actor != step.actor && !asleep.footprint.depends(step.footprint))
            .collect();
        let mut candidates = self.candidates(&point);
        self.known.stats.states += 1;
        let awake = candidates.iter_mut().find(|candidate| !sleep.iter().any(|asleep| asleep.actor == candidate.actor));
        let Some(awake) = awake else {
            self.known.stats.repeats += 1;
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
