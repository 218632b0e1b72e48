//! Depth-first search: over all schedules, or over hashed states where equal ones are merged.
//!
//! Spec: DESIGN, "Exploration". In the search over states, states are equal whose semantic hashes are (`Order::Semantic`);
//! each is expanded once, with all alternatives of its choice and all scripts of inline choices. Without a bound that is
//! reached, all outcomes are found.

use choice::ChoicePoint;
use choice::hash::hash_text;
use runtime::drive::Pace;
use runtime::state_hash::Order;
use smallvec::SmallVec;

use crate::clock::Clock;
use crate::findings::{Budget, ByHash, Findings, Path, Report, Stats, Unit, Ways};
use crate::livelock::{Edge, Livelocks};
use crate::outcome::{Kind, Outcome};
use crate::world::{Arrival, ForkHost, Machine, Script, Setup, Snapshot};

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
    /// The world; none while the only way on is in place.
    snapshot: Snapshot<H>,
    /// The choice; none at the very beginning.
    point: Option<ChoicePoint>,
    next: usize,
    script: Script,
    state: u32,
    path: usize,
    ready: SmallVec<[runtime::footprint::ThreadKey; 4]>,
}

struct Search<'a, H> {
    machine: Machine<'a, H>,
    space: Space,
    budget: Budget,
    clock: Clock,
    frames: Vec<Frame<H>>,
    visited: ByHash<()>,
    terminal: ByHash<()>,
    findings: Findings,
    stats: Stats,
    path: Path,
    data: bool,
    cut: Option<String>,
    livelocks: Livelocks,
    /// How each state was reached first; nodes have the numbers of states.
    ways: Ways,
}

/// Searches all schedules or states, within a budget.
pub fn search<H: ForkHost>(setup: Setup<'_, H>, space: Space, budget: Budget) -> (Report, Known) {
    let clock = Clock::start();
    let mut search = Search {
        machine: Machine::new(setup, Pace::Choices),
        space,
        budget,
        clock,
        frames: Vec::new(),
        visited: ByHash::default(),
        terminal: ByHash::default(),
        findings: Findings::default(),
        stats: Stats::default(),
        path: Path::new(),
        data: false,
        cut: None,
        livelocks: Livelocks::default(),
        ways: Ways::default(),
    };
    search.run();
    let known = Known { livelocks: search.add_livelocks() };
    let (strategy, unit) = match space {
        Space::Schedules { .. } => ("dfs", Unit::Schedules),
        Space::States => ("states", Unit::TerminalStates),
    };
    search.stats.states = u64::try_from(search.visited.len()).unwrap_or(u64::MAX);
    search.stats.terminal_states = u64::try_from(search.terminal.len()).unwrap_or(u64::MAX);
    let report = Report {
        strategy: strategy.to_owned(),
        unit,
        complete: search.cut.is_none(),
        left_out: search.cut,
        data_choices: search.data,
        outcomes: search.findings.into_sorted(),
        stats: search.stats,
        elapsed: clock.elapsed(),
    };
    (report, known)
}

impl<H: ForkHost> Search<'_, H> {
    fn run(&mut self) {
        let snapshot = self.machine.snapshot();
        self.frames.push(Frame {
            snapshot,
            point: None,
            next: 0,
            script: Script::default(),
            state: u32::MAX,
            path: 0,
            ready: SmallVec::new(),
        });
        let mut in_place = true;
        while let Some(frame) = self.frames.last_mut() {
            let count = frame.point.as_ref().map_or(1, |point| point.alternatives.len());
            if frame.next >= count {
                self.frames.pop();
                in_place = false;
                continue;
            }
            if self.over_budget() {
                return;
            }
            in_place = self.take(in_place);
        }
    }

    fn over_budget(&mut self) -> bool {
        let states = u64::try_from(self.visited.len()).unwrap_or(u64::MAX);
        if self.budget.runs.is_some_and(|runs| self.stats.runs >= runs) {
            self.cut = Some(format!("stopped after {} runs", self.stats.runs));
        } else if self.budget.states.is_some_and(|most| states >= most) {
            self.cut = Some(format!("stopped after {states} states"));
        } else if self.stats.transitions.is_multiple_of(256)
            && self.budget.time.is_some_and(|time| self.clock.elapsed() >= time)
        {
            self.cut = Some(format!("stopped after {} ms", self.clock.elapsed().as_millis()));
        } else {
            return false;
        }
        true
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
        self.stats.transitions += 1;
        self.path.truncate(before);
        if frame.point.is_some() {
            self.path.push(u16::try_from(picked).unwrap_or(u16::MAX));
        }
        self.path.extend(script.given());
        self.data |= script.data;
        if script.advance() {
            frame.script = script;
        } else {
            frame.next += 1;
        }
        match arrival {
            Arrival::Over(ending) => {
                let outcome = self.machine.outcome(&ending);
                self.over(outcome);
                false
            }
            Arrival::Choice(point) => self.arrive(from, point),
        }
    }

    fn over(&mut self, outcome: Outcome) {
        self.stats.runs += 1;
        let depth = u64::try_from(self.path.len()).unwrap_or(u64::MAX);
        self.stats.deepest = self.stats.deepest.max(depth);
        if self.space == Space::States {
            let hash = self.machine.hash(Order::Semantic) ^ u128::from(hash_text(&outcome.text));
            if self.terminal.insert(hash, ()).is_some() {
                self.findings.cheaper(&outcome, &self.path);
                return;
            }
        }
        self.findings.add(outcome, &self.path);
    }

    fn arrive(&mut self, from: u32, point: ChoicePoint) -> bool {
        let depth = u64::try_from(self.path.len()).unwrap_or(u64::MAX);
        if depth >= self.machine.setup.limits.choices {
            self.over(Outcome::new(Kind::Limit, "limit(choices)"));
            self.cut.get_or_insert_with(|| "some runs were longer than the limit of choices".to_owned());
            return false;
        }
        let mut state = u32::MAX;
        let mut ready = SmallVec::new();
        if self.space == Space::States {
            let hash = self.machine.hash(Order::Semantic);
            let (place, seen) = self.visited.insert_full(hash, ());
            state = u32::try_from(place).unwrap_or(u32::MAX);
            let store = &self.machine.world.store;
            if !store.notes.progress && from != u32::MAX {
                let ready = &self.frames.last().expect("it was taken from a frame").ready;
                self.livelocks.edge(Edge { from, to: state, ran: store.notes.ran.clone() }, ready);
            }
            if seen.is_some() {
                self.stats.repeats += 1;
                return false;
            }
            let before = self.frames.last().map_or(0, |frame| frame.path);
            self.ways.add(from, self.path[before..].iter().copied());
            ready = store.ready_threads().iter().map(|thread| store.thread_key(*thread)).collect();
        }
        let snapshot = self.machine.snapshot();
        let next = match self.space {
            Space::Schedules { depth: Some(bound) } if depth >= bound => {
                self.cut.get_or_insert_with(|| format!("no branches beyond {bound} choices"));
                point.alternatives.len() - 1
            }
            Space::Schedules { .. } | Space::States => 0,
        };
        let path = self.path.len();
        let skipped = next > 0;
        self.frames.push(Frame {
            snapshot,
            point: Some(point),
            next: 0,
            script: Script::default(),
            state,
            path,
            ready,
        });
        if skipped {
            // Only the default is followed.
            let frame = self.frames.last_mut().expect("it was pushed on the line before");
            if let Some(point) = &mut frame.point {
                point.alternatives.truncate(1);
            }
        }
        true
    }

    /// Adds the fair cycles without progress as an outcome; the paths to them are those of the search.
    fn add_livelocks(&mut self) -> ByHash<()> {
        let mut hashes = ByHash::default();
        for cycle in self.livelocks.fair_cycles() {
            let paths = cycle.iter().map(|state| self.ways.path(*state));
            if let Some(path) = paths.min_by_key(|path| (crate::findings::cost(path), path.len())) {
                self.findings.add(Outcome::new(Kind::Livelock, "livelock"), &path);
            }
            for state in cycle {
                if let Some((hash, ())) = self.visited.get_index(usize::try_from(state).unwrap_or(usize::MAX)) {
                    hashes.insert(*hash, ());
                }
            }
        }
        hashes
    }
}
