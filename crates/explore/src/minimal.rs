//! The fewest non-default picks to each outcome, with proof: a search by price over states of the exact hash.
//!
//! Spec: DESIGN, "Exploration". A pick costs 1 unless it is the default. States are expanded in the order of their price, those
//! of one price depth first along the default (0-1 search with a list for each price). When all states cheaper than an
//! outcome's price were expanded, no schedule with fewer picks leads to it.

use choice::ChoicePoint;
use runtime::drive::Pace;
use runtime::state_hash::Order;

use crate::clock::Clock;
use crate::findings::{Budget, ByHash, Findings, Path, Ways, cost};
use crate::outcome::{Kind, Outcome};
use crate::world::{Arrival, ForkHost, Machine, Script, Setup, Snapshot};

/// What the search came to.
#[derive(Clone, Debug)]
pub struct Minimal {
    /// The outcomes found, each with its cheapest schedule.
    pub findings: Findings,
    /// All states that are cheaper than this were expanded: outcomes of at most this price are proven.
    pub level: u32,
    /// Whether every state was expanded.
    pub exhausted: bool,
    /// How many states there were.
    pub states: u64,
}

struct Open<H> {
    /// The world, unless many are kept already: then its way is followed again.
    snapshot: Option<Snapshot<H>>,
    point: ChoicePoint,
    place: usize,
    node: u32,
}

/// How many worlds are kept at a time.
const MOST_KEPT: usize = 20_000;

struct Entry {
    cost: u32,
    expanded: bool,
}

struct Prices<'a, H> {
    machine: Machine<'a, H>,
    seen: ByHash<Entry>,
    levels: Vec<Vec<Open<H>>>,
    /// How many of the open states have their world.
    kept: usize,
    ways: Ways,
    /// The open state whose world the machine is at, if it is at one.
    at: u32,
    findings: Findings,
    livelocks: &'a ByHash<()>,
}

/// When to stop early.
#[derive(Clone, Copy, Debug)]
pub enum Until<'w> {
    /// When each of these outcomes is proven.
    Proven(&'w [Outcome]),
    /// When any outcome is proven that fails, or differs from the one of the default schedule.
    FirstFailure,
    /// Never.
    Exhausted,
}

/// Searches by price.
pub fn minimal<'a, H: ForkHost>(
    setup: Setup<'a, H>,
    until: Until<'_>,
    livelocks: &'a ByHash<()>,
    budget: Budget,
) -> Minimal {
    let clock = Clock::start();
    let mut prices = Prices {
        machine: Machine::new(setup, Pace::Choices),
        seen: ByHash::default(),
        levels: Vec::new(),
        kept: 0,
        ways: Ways::default(),
        at: Ways::START,
        findings: Findings::default(),
        livelocks,
    };
    prices.begin();
    let mut level = 0;
    let mut transitions = 0_u64;
    let exhausted = loop {
        let Some(open) = prices.levels.get_mut(level).and_then(Vec::pop) else {
            level += 1;
            if level >= prices.levels.len() {
                break true;
            }
            if prices.is_done(until, level) {
                break false;
            }
            continue;
        };
        let states = u64::try_from(prices.seen.len()).unwrap_or(u64::MAX);
        transitions += 1;
        let late = transitions.is_multiple_of(64) && budget.time.is_some_and(|time| clock.elapsed() >= time);
        if late || budget.states.is_some_and(|most| states >= most) {
            break false;
        }
        prices.expand(open, level);
    };
    let level = if exhausted { u32::MAX } else { u32::try_from(level).unwrap_or(u32::MAX) };
    for found in prices.findings.iter_mut() {
        found.proven = found.cost <= level;
    }
    let states = u64::try_from(prices.seen.len()).unwrap_or(u64::MAX);
    Minimal { findings: prices.findings, level, exhausted, states }
}

impl<H: ForkHost> Prices<'_, H> {
    fn begin(&mut self) {
        let mut script = Script::default();
        loop {
            self.machine.reset();
            script.rewind();
            let arrival = self.machine.begin(&mut script);
            let picks: Path = script.given().collect();
            self.arrive(arrival, Ways::START, &picks, cost(&picks));
            if !script.advance() {
                return;
            }
        }
    }

    /// Whether what was asked for is settled, when all states below a price were expanded.
    fn is_done(&self, until: Until<'_>, level: usize) -> bool {
        let level = u32::try_from(level).unwrap_or(u32::MAX);
        match until {
            Until::Exhausted => false,
            Until::Proven(outcomes) => {
                outcomes.iter().all(|outcome| self.findings.get(outcome).is_some_and(|found| found.cost <= level))
            }
            Until::FirstFailure => {
                let first = self.findings.iter().find(|found| found.cost == 0).map(|found| &found.outcome);
                let bad = |outcome: &Outcome| outcome.is_failure() || Some(outcome) != first;
                self.findings.iter().any(|found| bad(&found.outcome) && found.cost <= level)
            }
        }
    }

    fn expand(&mut self, open: Open<H>, level: usize) {
        let price = u32::try_from(level).unwrap_or(u32::MAX);
        self.kept -= usize::from(open.snapshot.is_some());
        let (_, entry) = self.seen.get_index_mut(open.place).expect("open states are in the map");
        let known = entry.expanded || entry.cost < price;
        entry.expanded |= !known;
        let snapshot = match open.snapshot {
            Some(snapshot) => snapshot,
            None if known => return,
            None => {
                self.machine.go_to(&self.ways.path(open.node)).expect("the way led to a choice before");
                self.at = open.node;
                self.machine.snapshot()
            }
        };
        if !known {
            self.expand_from(&snapshot, &open.point, (open.node, price));
        }
        self.machine.recycle(snapshot);
    }

    fn expand_from(&mut self, snapshot: &Snapshot<H>, point: &ChoicePoint, (node, price): (u32, u32)) {
        for picked in (0..point.alternatives.len()).rev() {
            let mut script = Script::default();
            loop {
                if self.at != node {
                    self.machine.restore(snapshot);
                }
                script.rewind();
                let arrival = self.machine.pick(point, picked, &mut script);
                let mut picks: Path = vec![u16::try_from(picked).unwrap_or(u16::MAX)];
                picks.extend(script.given());
                let price = price.saturating_add(cost(&picks));
                self.arrive(arrival, node, &picks, price);
                if !script.advance() {
                    break;
                }
            }
        }
    }

    fn arrive(&mut self, arrival: Arrival, parent: u32, picks: &[u16], price: u32) {
        self.at = Ways::START;
        let point = match arrival {
            Arrival::Over(ending) => {
                let outcome = self.machine.outcome(&ending);
                self.found(outcome, parent, picks, price);
                return;
            }
            Arrival::Choice(point) => point,
        };
        let hash = self.machine.hash(Order::Exact);
        if let Some(entry) = self.seen.get(&hash)
            && entry.cost <= price
        {
            return;
        }
        let (place, _) = self.seen.insert_full(hash, Entry { cost: price, expanded: false });
        if !self.livelocks.is_empty() && self.livelocks.contains_key(&self.machine.hash(Order::Semantic)) {
            self.found(Outcome::new(Kind::Livelock, "livelock"), parent, picks, price);
        }
        let node = self.ways.add(parent, picks.iter().copied());
        let level = usize::try_from(price).expect("prices fit a usize");
        if self.levels.len() <= level {
            self.levels.resize_with(level + 1, Vec::new);
        }
        let snapshot = (self.kept < MOST_KEPT).then(|| self.machine.snapshot());
        self.kept += usize::from(snapshot.is_some());
        self.levels[level].push(Open { snapshot, point, place, node });
        self.at = node;
    }

    fn found(&mut self, outcome: Outcome, parent: u32, picks: &[u16], price: u32) {
        if self.findings.get(&outcome).is_some_and(|found| found.cost <= price) {
            return;
        }
        let mut path = self.ways.path(parent);
        path.extend_from_slice(picks);
        self.findings.add(outcome, &path);
    }
}
