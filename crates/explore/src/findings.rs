//! What exploring found: outcomes with counts and schedules, and what the search can claim about them.

use std::hash::{BuildHasherDefault, Hasher};
use std::time::Duration;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::outcome::Outcome;

/// The alternatives picked at the choices of a run that have at least two, in order; data choices are left out, and what
/// follows the last entry is 0.
pub type Path = Vec<u16>;

/// How many picks of a path are not the default.
pub fn cost(path: &[u16]) -> u32 {
    u32::try_from(path.iter().filter(|pick| **pick != 0).count()).unwrap_or(u32::MAX)
}

/// What the counts of a report count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Runs.
    Runs,
    /// Schedules, each another sequence of picks.
    Schedules,
    /// Classes of schedules that differ in the order of independent steps only.
    Classes,
    /// Distinct states in which a run ends.
    TerminalStates,
}

impl Unit {
    /// The word in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Runs => "runs",
            Self::Schedules => "schedules",
            Self::Classes => "classes",
            Self::TerminalStates => "terminal states",
        }
    }
}

/// One outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The outcome.
    pub outcome: Outcome,
    /// How often, in the unit of the report.
    pub count: u64,
    /// The schedule with the fewest non-default picks that is known.
    pub path: Path,
    /// How many those are.
    pub cost: u32,
    /// Whether no schedule with fewer leads to this outcome.
    pub proven: bool,
    /// Who found it first, where several strategies took part.
    pub by: &'static str,
    /// At which run it was found first, from 1; 0 where runs are not counted.
    pub first_run: u64,
}

/// The outcomes so far, in the order in which they were found.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    found: IndexMap<Outcome, Found>,
}

impl Findings {
    /// Counts an outcome, and keeps the path if it is the cheapest one.
    pub fn add(&mut self, outcome: Outcome, path: &[u16]) -> &mut Found {
        let price = cost(path);
        let found = self.found.entry(outcome.clone()).or_insert_with(|| Found {
            outcome,
            count: 0,
            path: path.to_vec(),
            cost: price,
            proven: false,
            by: "",
            first_run: 0,
        });
        found.count += 1;
        if price < found.cost {
            found.path = path.to_vec();
            found.cost = price;
        }
        found
    }

    /// The number of an outcome that is here or will be added next.
    pub fn number(&self, outcome: &Outcome) -> u32 {
        u32::try_from(self.found.get_index_of(outcome).unwrap_or(self.found.len())).unwrap_or(u32::MAX)
    }

    /// Counts an outcome by its number.
    pub fn count(&mut self, number: u32) {
        if let Some((_, found)) = self.found.get_index_mut(index(number)) {
            found.count += 1;
        }
    }

    /// Keeps the path for an outcome that was counted already, if it is the cheapest one.
    pub fn cheaper(&mut self, outcome: &Outcome, path: &[u16]) {
        let price = cost(path);
        if let Some(found) = self.found.get_mut(outcome)
            && price < found.cost
        {
            found.path = path.to_vec();
            found.cost = price;
        }
    }

    /// Takes an outcome over from another search.
    pub fn merge(&mut self, other: Found) {
        let Some(found) = self.found.get_mut(&other.outcome) else {
            self.found.insert(other.outcome.clone(), other);
            return;
        };
        found.count += other.count;
        if (other.cost, !other.proven) < (found.cost, !found.proven) {
            found.path = other.path;
            found.cost = other.cost;
            found.proven = other.proven;
        }
    }

    /// An outcome.
    pub fn get(&self, outcome: &Outcome) -> Option<&Found> {
        self.found.get(outcome)
    }

    /// An outcome, to be changed.
    pub fn get_mut(&mut self, outcome: &Outcome) -> Option<&mut Found> {
        self.found.get_mut(outcome)
    }

    /// How many outcomes there are.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// All outcomes.
    pub fn iter(&self) -> impl Iterator<Item = &Found> {
        self.found.values()
    }

    /// All outcomes, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Found> {
        self.found.values_mut()
    }

    /// All outcomes, cheapest first, then by spelling, so that the order depends on nothing else.
    pub fn into_sorted(self) -> Vec<Found> {
        let mut found: Vec<Found> = self.found.into_values().collect();
        found.sort_by(|a, b| (a.cost, &a.outcome).cmp(&(b.cost, &b.outcome)));
        found
    }
}

/// How much was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stats {
    /// Runs that came to an end.
    pub runs: u64,
    /// Distinct states at choices.
    pub states: u64,
    /// Distinct states in which runs ended.
    pub terminal_states: u64,
    /// Segments from a choice to the next.
    pub transitions: u64,
    /// Segments that led to a state known before, or runs cut off as redundant.
    pub repeats: u64,
    /// The most choices of a run.
    pub deepest: u64,
    /// States of the search for smallest schedules.
    pub exact_states: u64,
}

impl Stats {
    /// Distinct states, those at choices and those in which runs ended.
    pub const fn all_states(&self) -> u64 {
        self.states + self.terminal_states
    }
}

/// What exploring found, and what it can claim.
#[derive(Clone, Debug)]
pub struct Report {
    /// The strategy, as it was given.
    pub strategy: String,
    /// What counts count.
    pub unit: Unit,
    /// Whether nothing was left out, with data choices fixed.
    pub complete: bool,
    /// Why something was left out.
    pub left_out: Option<String>,
    /// Whether a data choice was met, which stayed at option 0.
    pub data_choices: bool,
    /// The outcomes, cheapest first.
    pub outcomes: Vec<Found>,
    /// How much was done.
    pub stats: Stats,
    /// How many bytes a search over states kept in the end, about.
    pub kept_bytes: u64,
    /// How long it took.
    pub elapsed: Duration,
}

/// How much may be done; `None` is without bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Runs or schedules.
    pub runs: Option<u64>,
    /// States that are kept.
    pub states: Option<u64>,
    /// Time.
    pub time: Option<Duration>,
    /// Bytes that a search over states may keep, as far as it counts them; beyond, it gives way to sampling.
    pub memory: Option<u64>,
}

/// What a search over states may keep when nothing is said.
const DEFAULT_MEMORY: u64 = 3 << 30;

impl Default for Budget {
    /// Without bounds but for a number of states and of bytes, a few gigabytes.
    fn default() -> Self {
        Self { runs: None, states: Some(4_000_000), time: None, memory: Some(DEFAULT_MEMORY) }
    }
}

impl Budget {
    /// A number of runs.
    pub const fn runs(runs: u64) -> Self {
        Self { runs: Some(runs), states: None, time: None, memory: None }
    }

    /// A number of states.
    pub const fn states(states: u64) -> Self {
        Self { runs: None, states: Some(states), time: None, memory: Some(DEFAULT_MEMORY) }
    }
}

/// Thins a hash that is even already.
#[derive(Clone, Copy, Debug, Default)]
pub struct Thin(u64);

impl Hasher for Thin {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 = choice::hash::mix(self.0, u64::from_le_bytes(word));
        }
    }

    fn write_u128(&mut self, number: u128) {
        self.0 = u64::try_from(number & u128::from(u64::MAX)).unwrap_or_default();
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// States by hash.
pub type ByHash<V> = IndexMap<u128, V, BuildHasherDefault<Thin>>;

/// How many bytes a map of states takes, about.
pub(crate) fn map_bytes<V>(map: &ByHash<V>) -> usize {
    // An entry with its hash, and its place in the index.
    map.capacity() * (size_of::<(u64, u128, V)>() + 10)
}

/// The parents of nodes, to find the way back from a node to the beginning.
#[derive(Clone, Debug, Default)]
pub struct Ways {
    nodes: Vec<(u32, SmallVec<[u16; 4]>)>,
}

impl Ways {
    /// The node that stands for the beginning.
    pub const START: u32 = u32::MAX;

    /// Adds a node that was reached from another one by these picks.
    pub fn add(&mut self, parent: u32, picks: impl Iterator<Item = u16>) -> u32 {
        self.nodes.push((parent, picks.collect()));
        u32::try_from(self.nodes.len() - 1).unwrap_or(Self::START)
    }

    /// The parents of all nodes, and the picks that lead from there.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &[u16])> {
        self.nodes.iter().map(|(parent, picks)| (*parent, picks.as_slice()))
    }

    /// How many bytes they take, about.
    pub(crate) fn bytes(&self) -> usize {
        self.nodes.capacity() * size_of::<(u32, SmallVec<[u16; 4]>)>()
    }

    /// All picks from the beginning to a node.
    pub fn path(&self, node: u32) -> Path {
        let mut steps = Vec::new();
        let mut at = node;
        while at != Self::START {
            let (parent, picks) = &self.nodes[index(at)];
            steps.push(picks);
            at = *parent;
        }
        steps.into_iter().rev().flatten().copied().collect()
    }
}

fn index(node: u32) -> usize {
    usize::try_from(node).expect("32 bits fit a usize on every host of Raddle")
}
