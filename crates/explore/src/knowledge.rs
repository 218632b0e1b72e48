//! All that a search knows but for worlds: to go on later, to go on elsewhere, and to be joined with what others found.
//!
//! Spec: DESIGN, "Exploration", on more than one core and more than one machine. States are known by their semantic hashes, places
//! by the path that leads there, so that a search can be taken up by whoever has the program.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::findings::{ByHash, Findings, Found, Path, Stats, Ways, cost};
use crate::livelock::{Edge, Livelocks};
use crate::outcome::{Kind, Outcome};
use crate::sleep::{Sleeper, Stored};

/// Where something is left to search: some alternatives of the choice that a path leads to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The picks that lead to the choice.
    pub path: Path,
    /// Whether there is a choice; none at the very beginning.
    pub choice: bool,
    /// The first alternative that is left.
    pub next: usize,
    /// The alternative after the last one that is left.
    pub end: usize,
    /// The first answers to inline choices that are left within the first alternative.
    pub answers: Path,
    /// Who sleeps there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asleep: Vec<Sleeper>,
    /// The alternatives that are not taken, of those who sleep there or slept there before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skip: Vec<u16>,
    /// Whether the transitions from there are known already, and only who sleeps below has changed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
    /// Whether the state there is not known by being begun with: who comes back to it takes all alternatives.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub apart: bool,
}

impl Place {
    /// Where all is left: the very beginning.
    pub const START: Self = Self::new(Path::new(), false, 0);

    /// One alternative of the choice that a path leads to, or the very beginning.
    pub const fn new(path: Path, choice: bool, next: usize) -> Self {
        let answers = Path::new();
        Self {
            path,
            choice,
            next,
            end: next + 1,
            answers,
            asleep: Vec::new(),
            skip: Vec::new(),
            again: false,
            apart: false,
        }
    }
}

/// All that a search knows.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    /// Where something is left to search; the last one is searched next.
    pub left: Vec<Place>,
    /// The states at choices.
    pub visited: ByHash<()>,
    /// Who slept in a state whenever it was met, by its number, where somebody did when it was met first.
    pub asleep: IndexMap<u32, Stored>,
    /// How each state was reached first; nodes have the numbers of states.
    pub ways: Ways,
    /// The states in which runs ended, with the numbers of their outcomes.
    pub terminal: ByHash<u32>,
    /// The outcomes, without livelocks.
    pub findings: Findings,
    /// How much was done.
    pub stats: Stats,
    /// Whether a data choice was met.
    pub data: bool,
    /// Why something was left out that going on does not search either.
    pub short: Option<String>,
    /// The transitions without progress.
    pub livelocks: Livelocks,
}

impl Knowledge {
    /// What is known at the beginning: nothing, and all is left.
    pub fn start() -> Self {
        Self { left: vec![Place::START], ..Self::default() }
    }

    /// How much was done, with the numbers of states.
    pub fn stats(&self) -> Stats {
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let (states, terminal_states) = (count(self.visited.len()), count(self.terminal.len()));
        Stats { states, terminal_states, ..self.stats }
    }

    /// How many bytes this takes, about: what grows with the number of states.
    pub fn kept_bytes(&self) -> u64 {
        let states = crate::findings::map_bytes(&self.visited) + crate::findings::map_bytes(&self.terminal);
        let asleep = self.asleep.capacity() * (size_of::<(u64, u32, Stored)>() + 10);
        let bytes = states + asleep + self.ways.bytes() + self.livelocks.bytes();
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }

    /// Adds what another search of the same program knows. States and, where states are searched, their ends count once;
    /// schedules are counted as they are, so that the two must not have searched the same places.
    pub fn join(&mut self, other: &Self, states: bool) {
        let start = Ways::START;
        let mut renamed = Vec::with_capacity(other.visited.len());
        for ((hash, ()), (parent, picks)) in other.visited.iter().zip(other.ways.iter()) {
            let (place, seen) = self.visited.insert_full(*hash, ());
            if seen.is_none() {
                let parent = if parent == start { start } else { renamed[to_usize(parent)] };
                self.ways.add(parent, picks.iter().copied());
            }
            renamed.push(u32::try_from(place).unwrap_or(start));
        }
        let mut numbers = Vec::new();
        for found in other.findings.iter() {
            numbers.push(self.findings.number(&found.outcome));
            let count = if states { 0 } else { found.count };
            self.findings.merge(Found { count, ..found.clone() });
        }
        for (hash, number) in &other.terminal {
            let number = numbers[to_usize(*number)];
            if self.terminal.insert(*hash, number).is_none() {
                self.findings.count(number);
            }
        }
        for edge in &other.livelocks.edges {
            let (from, to) = (renamed[to_usize(edge.from)], renamed[to_usize(edge.to)]);
            self.livelocks.edges.push(Edge { from, to, ran: edge.ran.clone() });
        }
        for (state, ready) in &other.livelocks.ready {
            self.livelocks.ready.entry(renamed[to_usize(*state)]).or_insert_with(|| ready.clone());
        }
        self.stats.runs += other.stats.runs;
        self.stats.transitions += other.stats.transitions;
        self.stats.repeats += other.stats.repeats;
        self.stats.deepest = self.stats.deepest.max(other.stats.deepest);
        self.data |= other.data;
        self.short = self.short.take().or_else(|| other.short.clone());
    }

    /// Adds the fair cycles without progress to outcomes, with the cheapest path that the search took to one of their states;
    /// gives the hashes of those states.
    pub fn add_livelocks(&self, findings: &mut Findings) -> ByHash<()> {
        let mut hashes = ByHash::default();
        for cycle in self.livelocks.fair_cycles() {
            let paths = cycle.iter().map(|state| self.ways.path(*state));
            if let Some(path) = paths.min_by_key(|path| (cost(path), path.len())) {
                findings.add(Outcome::new(Kind::Livelock, "livelock"), &path);
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

fn to_usize(number: u32) -> usize {
    usize::try_from(number).expect("32 bits fit a usize on every host of Raddle")
}
