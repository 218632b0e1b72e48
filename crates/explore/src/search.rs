//! Depth-first search: over all schedules, or over hashed states where equal ones are merged.
//!
//! Spec: DESIGN, "Exploration". In the search over states, states are equal whose semantic hashes are (`Order::Semantic`);
//! each is expanded once, with all alternatives of its choice and all scripts of inline choices. Without a bound that is
//! reached, all outcomes are found. Steps of threads that sleep (`sleep`) are left out: they lead to states that are reached
//! otherwise.

use choice::hash::hash_text;
use choice::{ChoiceKind, ChoicePoint};
use runtime::drive::Pace;
use runtime::footprint::{Footprint, ThreadKey};
use runtime::state_hash::Order;
use smallvec::SmallVec;

use crate::clock::Clock;
use crate::findings::{Budget, ByHash, Path, Report, Unit, Ways};
use crate::knowledge::{Knowledge, Place};
use crate::livelock::Edge;
use crate::outcome::{Kind, Outcome};
use crate::sleep::{self, Sleep, Sleeper};
use crate::world::{Arrival, ForkHost, Machine, Script, Setup, Snapshot};

/// Why a search ended that whoever looks on wanted to end.
pub const INTERRUPTED: &str = "interrupted";

/// How it is told that a search ended because it kept as much as it may.
pub const FULL: &str = "stopped at the bound of memory";

/// How many bytes a snapshot takes, about, but for the pages that it shares with others.
pub(crate) const SNAPSHOT_BYTES: u64 = 16 << 10;

/// What is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// Every schedule; equal states are searched again.
    Schedules {
        /// Choices beyond this many are not branched on.
        depth: Option<u64>,
    },
    /// Every state once.
    States,
}

/// What a search over states knows besides its report.
#[derive(Debug, Default)]
pub struct Known {
    /// The semantic hashes of states from which a fair cycle without progress begins.
    pub livelocks: ByHash<()>,
}

struct Frame<H> {
    /// The world at the choice.
    snapshot: Snapshot<H>,
    /// The choice; none at the very beginning.
    point: Option<ChoicePoint>,
    /// The alternative that is taken next, and where to stop.
    next: usize,
    end: usize,
    script: Script,
    state: u32,
    path: usize,
    ready: SmallVec<[ThreadKey; 4]>,
    sleep: Sleep,
    /// The alternatives that are not taken.
    skip: SmallVec<[u16; 4]>,
    /// Whether the transitions from here are known already, and only who sleeps below has changed.
    again: bool,
}

struct Search<'a, 'k, H> {
    machine: Machine<'a, H>,
    space: Space,
    /// What is seen of a footprint.
    sees: fn(Footprint) -> Footprint,
    budget: Budget,
    clock: Clock,
    frames: Vec<Frame<H>>,
    known: &'k mut Knowledge,
    path: Path,
    cut: Option<String>,
}

/// Searches all schedules or states, within a budget.
pub fn search<H: ForkHost>(setup: Setup<'_, H>, space: Space, budget: Budget) -> (Report, Known) {
    search_seeing(setup, space, budget, |footprint| footprint)
}

/// As `search`, with footprints as they are seen: tests overlook something, to find out whether the oracle tells, or see
/// everything in each, so that nobody sleeps.
pub fn search_seeing<H: ForkHost>(
    setup: Setup<'_, H>,
    space: Space,
    budget: Budget,
    sees: fn(Footprint) -> Footprint,
) -> (Report, Known) {
    let clock = Clock::start();
    let mut knowledge = Knowledge::start();
    let cut = go_on_seeing(setup, (space, sees), budget, &mut knowledge);
    let (mut report, known) = conclude(&knowledge, space, cut);
    report.elapsed = clock.elapsed();
    (report, known)
}

/// Searches what is left to search, within a budget, and adds what is found. Tells why something is left over, if it is.
pub fn go_on<H: ForkHost>(
    setup: Setup<'_, H>,
    space: Space,
    budget: Budget,
    knowledge: &mut Knowledge,
) -> Option<String> {
    go_on_seeing(setup, (space, |footprint| footprint), budget, knowledge)
}

fn go_on_seeing<H: ForkHost>(
    setup: Setup<'_, H>,
    (space, sees): (Space, fn(Footprint) -> Footprint),
    budget: Budget,
    knowledge: &mut Knowledge,
) -> Option<String> {
    let mut search = Search {
        machine: Machine::new(setup, Pace::Choices),
        space,
        sees,
        budget,
        clock: Clock::start(),
        frames: Vec::new(),
        known: knowledge,
        path: Path::new(),
        cut: None,
    };
    search.run();
    search.cut
}

/// What a search came to.
pub fn conclude(knowledge: &Knowledge, space: Space, cut: Option<String>) -> (Report, Known) {
    let cut = knowledge.short.clone().or(cut);
    let mut findings = knowledge.findings.clone();
    let known = Known { livelocks: knowledge.add_livelocks(&mut findings) };
    let (strategy, unit) = match space {
        Space::Schedules { .. } => ("dfs", Unit::Schedules),
        Space::States => ("states", Unit::TerminalStates),
    };
    let report = Report {
        strategy: strategy.to_owned(),
        unit,
        complete: cut.is_none() && knowledge.left.is_empty(),
        left_out: cut,
        data_choices: knowledge.data,
        outcomes: findings.into_sorted(),
        stats: knowledge.stats(),
        kept_bytes: knowledge.kept_bytes(),
        elapsed: std::time::Duration::ZERO,
    };
    (report, known)
}

impl<H: ForkHost> Search<'_, '_, H> {
    /// Searches from one place after the other, the last one first, and keeps the places that are left.
    fn run(&mut self) {
        while let Some(place) = self.known.left.pop() {
            self.begin(place);
            if !self.descend() {
                break;
            }
        }
        let frames = self.frames.iter().filter(|frame| frame.next < frame.end);
        let place = |frame: &Frame<H>| Place {
            path: self.path[..frame.path].to_vec(),
            choice: frame.point.is_some(),
            next: frame.next,
            end: frame.end,
            answers: frame.script.answers.to_vec(),
            asleep: frame.sleep.to_vec(),
            skip: frame.skip.to_vec(),
            again: frame.again,
            apart: frame.state == u32::MAX && frame.point.is_some() && self.space == Space::States,
        };
        self.known.left.extend(frames.map(place));
    }

    /// Goes to where something is left to search.
    fn begin(&mut self, place: Place) {
        let point = if place.choice { self.machine.go_to(&place.path) } else { None };
        if place.choice && point.as_ref().is_none_or(|point| place.end > point.alternatives.len()) {
            self.known.short.get_or_insert_with(|| "a place to go on from is not one of this program".to_owned());
            return;
        }
        let (mut state, mut ready) = (u32::MAX, SmallVec::new());
        if point.is_none() {
            self.machine.reset();
        } else if self.space == Space::States && !place.apart {
            let (at, seen) = self.known.visited.insert_full(self.machine.hash(Order::Semantic), ());
            state = u32::try_from(at).unwrap_or(u32::MAX);
            if seen.is_none() {
                self.known.ways.add(Ways::START, place.path.iter().copied());
            }
            ready = self.ready();
        }
        let snapshot = self.machine.snapshot();
        let script = Script { answers: place.answers.into(), ..Script::default() };
        let path = place.path.len();
        self.path = place.path;
        let (next, end, again) = (place.next, place.end, place.again);
        let (sleep, skip) = (place.asleep.into(), place.skip.into());
        self.frames.push(Frame { snapshot, point, next, end, script, state, path, ready, sleep, skip, again });
    }

    fn ready(&self) -> SmallVec<[ThreadKey; 4]> {
        let store = &self.machine.world.store;
        store.ready_threads().iter().map(|thread| store.thread_key(*thread)).collect()
    }

    /// Searches below the frames; `false` when the budget is used up before.
    fn descend(&mut self) -> bool {
        let mut in_place = false;
        while let Some(frame) = self.frames.last_mut() {
            frame.skip();
            if frame.next >= frame.end {
                if let Some(frame) = self.frames.pop() {
                    self.machine.recycle(frame.snapshot);
                }
                in_place = false;
                continue;
            }
            if self.over_budget() {
                return false;
            }
            in_place = self.take(in_place);
        }
        true
    }

    fn over_budget(&mut self) -> bool {
        let states = u64::try_from(self.known.visited.len()).unwrap_or(u64::MAX);
        let stats = self.known.stats;
        let now_and_then = stats.transitions.is_multiple_of(256);
        if self.budget.runs.is_some_and(|runs| stats.runs >= runs) {
            self.cut = Some(format!("stopped after {} runs", stats.runs));
        } else if self.budget.states.is_some_and(|most| states >= most) {
            self.cut = Some(format!("stopped after {states} states"));
        } else if now_and_then && self.budget.time.is_some_and(|time| self.clock.elapsed() >= time) {
            self.cut = Some(format!("stopped after {} ms", self.clock.elapsed().as_millis()));
        } else if now_and_then && self.is_full() {
            self.cut = Some(format!("{FULL}, after {states} states"));
        } else if now_and_then && self.watch() {
            self.cut = Some(INTERRUPTED.to_owned());
        } else {
            return false;
        }
        true
    }

    /// Whether what is kept has come to the bound of memory.
    fn is_full(&self) -> bool {
        let frames = u64::try_from(self.frames.len()).unwrap_or(u64::MAX);
        let bytes = self.known.kept_bytes().saturating_add(frames.saturating_mul(SNAPSHOT_BYTES));
        self.budget.memory.is_some_and(|most| bytes >= most)
    }

    /// Tells who looks on how far it is, and asks whether to stop.
    fn watch(&self) -> bool {
        let observer = self.machine.setup.observer;
        observer.progress(&self.known.stats(), self.known.findings.len());
        observer.stops()
    }

    /// Takes the next alternative of the topmost frame; tells whether the machine is at the world of the topmost frame.
    fn take(&mut self, in_place: bool) -> bool {
        let frame = self.frames.last_mut().expect("the caller looked");
        if !in_place {
            self.machine.restore(&frame.snapshot);
        }
        let (from, before) = (frame.state, frame.path);
        let mut script = std::mem::take(&mut frame.script);
        script.rewind();
        let picked = frame.next;
        let arrival = match &frame.point {
            None => self.machine.begin(&mut script),
            Some(point) => self.machine.pick(point, picked, &mut script),
        };
        self.known.stats.transitions += 1;
        self.path.truncate(before);
        if frame.point.is_some() {
            self.path.push(u16::try_from(picked).unwrap_or(u16::MAX));
        }
        self.path.extend(script.given());
        self.known.data |= script.data;
        let notes = &self.machine.world.store.notes;
        let step = (self.sees)(notes.footprint);
        let sleep = sleep::after(&frame.sleep, frame.thread(picked), step);
        let first = script.answers.is_empty();
        if script.advance() {
            frame.script = script;
        } else {
            frame.next += 1;
            if first && notes.progress && self.space == Space::States {
                frame.sleeps(picked, step, &arrival);
            }
        }
        match arrival {
            Arrival::Over(ending) => {
                let outcome = self.machine.outcome(&ending);
                self.over(outcome);
                false
            }
            Arrival::Choice(point) => self.arrive(from, point, sleep),
        }
    }

    fn over(&mut self, outcome: Outcome) {
        self.known.stats.runs += 1;
        let depth = u64::try_from(self.path.len()).unwrap_or(u64::MAX);
        self.known.stats.deepest = self.known.stats.deepest.max(depth);
        if self.space == Space::States {
            let hash = self.machine.hash(Order::Semantic) ^ u128::from(hash_text(&outcome.text));
            if self.known.terminal.contains_key(&hash) {
                self.known.findings.cheaper(&outcome, &self.path);
                return;
            }
            let number = self.known.findings.number(&outcome);
            self.known.terminal.insert(hash, number);
        }
        self.known.findings.add(outcome, &self.path);
    }

    fn arrive(&mut self, from: u32, point: ChoicePoint, mut sleep: Sleep) -> bool {
        let depth = u64::try_from(self.path.len()).unwrap_or(u64::MAX);
        if depth >= self.machine.setup.limits.choices {
            self.over(Outcome::new(Kind::Limit, "limit(choices)"));
            self.known.short.get_or_insert_with(|| "some runs were longer than the limit of choices".to_owned());
            return false;
        }
        let (mut state, mut again) = (u32::MAX, false);
        let (mut ready, mut skip) = (SmallVec::new(), SmallVec::new());
        let end = self.end(&point, depth);
        if self.space == Space::States {
            let hash = self.machine.hash(Order::Semantic);
            let (place, seen) = self.known.visited.insert_full(hash, ());
            state = u32::try_from(place).unwrap_or(u32::MAX);
            self.edge(from, state);
            let is_turn = is_turn(&point);
            if seen.is_none() {
                let before = self.frames.last().map_or(0, |frame| frame.path);
                self.known.ways.add(from, self.path[before..].iter().copied());
                if !sleep.is_empty() {
                    self.known.asleep.insert(state, sleep::stored(&sleep));
                }
                ready = self.ready();
                let sleeps = |key| sleep.iter().any(|sleeper| Some(sleeper.key) == key);
                skip = skipped(is_turn, end, |position| sleeps(sleep::key_of(&ready, position)));
            } else {
                self.known.stats.repeats += 1;
                let Some(stored) = self.known.asleep.get_mut(&state) else { return false };
                let woken = sleep::woken(stored, &mut sleep);
                if woken.is_empty() {
                    return false;
                }
                ready = self.ready();
                let is_woken = |key: Option<ThreadKey>| key.is_some_and(|key| woken.contains(&key));
                skip = skipped(is_turn, end, |position| !is_woken(sleep::key_of(&ready, position)));
                again = !is_turn;
            }
        }
        let snapshot = self.machine.snapshot();
        let (path, script) = (self.path.len(), Script::default());
        let point = Some(point);
        self.frames.push(Frame { snapshot, point, next: 0, end, script, state, path, ready, sleep, skip, again });
        true
    }

    /// Where to stop taking alternatives.
    fn end(&mut self, point: &ChoicePoint, depth: u64) -> usize {
        match self.space {
            Space::Schedules { depth: Some(bound) } if depth >= bound => {
                self.known.short.get_or_insert_with(|| format!("no branches beyond {bound} choices"));
                1
            }
            Space::Schedules { .. } | Space::States => point.alternatives.len(),
        }
    }

    /// Notes a transition without progress.
    fn edge(&mut self, from: u32, to: u32) {
        let notes = &self.machine.world.store.notes;
        let frame = self.frames.last().expect("it was taken from a frame");
        if !notes.progress && from != u32::MAX && !frame.again {
            self.known.livelocks.edge(Edge { from, to, ran: notes.ran.clone() }, &frame.ready);
        }
    }
}

impl<H> Frame<H> {
    /// Goes to the next alternative that is taken.
    fn skip(&mut self) {
        while self.skip.iter().any(|skip| usize::from(*skip) == self.next) {
            self.next += 1;
        }
    }

    /// The thread that an alternative resumes, if it is one that can sleep.
    fn thread(&self, picked: usize) -> Option<ThreadKey> {
        let is_turn = self.point.as_ref().is_some_and(is_turn);
        if is_turn { sleep::key_of(&self.ready, picked) } else { None }
    }

    /// The step of a thread was taken: it sleeps from now on, if all that it can do led to the next turn.
    fn sleeps(&mut self, picked: usize, footprint: Footprint, arrival: &Arrival) {
        if matches!(arrival, Arrival::Choice(point) if is_turn(point))
            && let Some(key) = self.thread(picked)
        {
            self.sleep.push(Sleeper { key, footprint });
        }
    }
}

fn is_turn(point: &ChoicePoint) -> bool {
    point.kind == ChoiceKind::EmbedderTurn
}

/// The alternatives of a turn that are not taken; at other choices all are.
fn skipped(is_turn: bool, end: usize, skips: impl Fn(usize) -> bool) -> SmallVec<[u16; 4]> {
    let positions = (0..if is_turn { end } else { 0 }).filter(|position| skips(*position));
    positions.map(|position| u16::try_from(position).unwrap_or(u16::MAX)).collect()
}
