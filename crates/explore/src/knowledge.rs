//! All that a search knows but for worlds: to go on later, to go on elsewhere, and to be joined with what others found.
//!
//! Spec: DESIGN, "Exploration", on more than one core and more than one machine. States are known by their semantic hashes, places
//! by the path that leads there, so that a search can be taken up by whoever has the program.

use crate::findings::{ByHash, Findings, Path, Stats, Ways, cost};
use crate::livelock::Livelocks;
use crate::outcome::{Kind, Outcome};

/// Where something is left to search: some alternatives of the choice that a path leads to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
}

impl Place {
    /// Where all is left: the very beginning.
    pub const START: Self = Self { path: Path::new(), choice: false, next: 0, end: 1, answers: Path::new() };
}

/// All that a search knows.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    /// Where something is left to search; the last one is searched next.
    pub left: Vec<Place>,
    /// The states at choices.
    pub visited: ByHash<()>,
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
        Stats { states: count(self.visited.len()), terminal_states: count(self.terminal.len()), ..self.stats }
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
