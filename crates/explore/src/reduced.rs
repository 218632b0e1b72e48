//! All that partial-order reduction knows but for worlds: to go on later, to go on elsewhere, and to be joined.
//!
//! Spec: DESIGN, "Exploration", on more than one machine. What is left is a stack of choices along a path, with who is still
//! to be tried at each, and who sleeps. Where a stack is divided, each of its levels goes on for itself: with everybody wanted
//! there who does not sleep, so that no race found below has to ask for anybody above. So no class is missed, some schedules
//! more are run, and classes are counted by their hashes, once each.

use runtime::footprint::Footprint;
use serde::{Deserialize, Serialize};

use crate::findings::{ByHash, Findings, Found, Path, Report, Stats, Unit};

/// A thread or event that sleeps, by the hash of its name, with what its step touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Asleep {
    /// Who sleeps.
    pub actor: u64,
    /// What its step touches.
    pub footprint: Footprint,
}

/// As it is written: the actor, then the words of the footprint.
type Written = (u64, u64, u64, bool);

impl From<Written> for Asleep {
    fn from((actor, instances, shared, host): Written) -> Self {
        Self { actor, footprint: Footprint::from_words((instances, shared, host)) }
    }
}

impl From<Asleep> for Written {
    fn from(asleep: Asleep) -> Self {
        let (instances, shared, host) = asleep.footprint.words();
        (asleep.actor, instances, shared, host)
    }
}

/// The candidate of a turn whose branches are being explored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Current {
    /// Its position, and what its step touched so far.
    pub picked: usize,
    /// What it touched, as a sleeper that it may become.
    pub touched: Asleep,
    /// Whether all of its branches are explored here: only then it sleeps when they are.
    pub whole: bool,
}

/// What is left at a choice.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Level {
    /// At a turn of the event loop.
    Turn {
        /// Who is to be explored.
        wanted: Vec<bool>,
        /// Who was.
        done: Vec<bool>,
        /// Who sleeps.
        sleep: Vec<Asleep>,
        /// Who is being explored.
        current: Option<Current>,
        /// The next answers to inline choices within its step.
        answers: Path,
    },
    /// Inside a step.
    Nested {
        /// The next alternative.
        next: usize,
        /// Who sleeps at the turn of the step.
        sleep: Vec<Asleep>,
        /// The next answers to inline choices within the alternative.
        answers: Path,
    },
}

/// What is left along a path.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stack {
    /// The picks that lead to the last level.
    pub path: Path,
    /// How many turns and choices there are on the way.
    pub stops: usize,
    /// The last of them, each with how many picks lead there.
    pub levels: Vec<(usize, Level)>,
}

impl Stack {
    /// Where all is left: the very beginning.
    pub fn start() -> Self {
        let (sleep, answers) = (Vec::new(), Path::new());
        let level = Level::Turn { wanted: vec![true], done: vec![false], sleep, current: None, answers };
        Self { path: Path::new(), stops: 0, levels: vec![(0, level)] }
    }

    /// A stack for each level at which something is left, the last level first.
    pub fn divide(self) -> Vec<Self> {
        let Self { path, stops, levels } = self;
        let first = stops + 1 - levels.len();
        let turns: Vec<bool> = levels.iter().map(|(_, level)| matches!(level, Level::Turn { .. })).collect();
        let mut stacks = Vec::new();
        for (number, (length, mut level)) in levels.into_iter().enumerate() {
            if let Level::Turn { wanted, done, sleep, current, answers } = &mut level {
                wanted.fill(true);
                // A step that came to the next turn is explored whole; of others the rest goes to another stack.
                let is_last = number + 1 == turns.len();
                let is_over = answers.is_empty() && (is_last || turns[number + 1]);
                match current {
                    Some(taken) if is_over && !is_last => {
                        done[taken.picked] = true;
                        if taken.whole {
                            sleep.push(taken.touched);
                        }
                        *current = None;
                    }
                    Some(taken) if !is_last && answers.is_empty() => {
                        done[taken.picked] = true;
                        *current = None;
                    }
                    Some(taken) if !is_last => taken.whole = false,
                    Some(_) | None => {}
                }
            }
            stacks.push(Self { path: path[..length].to_vec(), stops: first + number, levels: vec![(length, level)] });
        }
        stacks.reverse();
        stacks
    }
}

/// All that a reduction knows.
#[derive(Clone, Debug, Default)]
pub struct Reduced {
    /// What is left; the last one is explored next.
    pub left: Vec<Stack>,
    /// The classes of which a schedule was run, with the numbers of their outcomes.
    pub classes: ByHash<u32>,
    /// The outcomes, with the numbers of their classes.
    pub findings: Findings,
    /// How much was done.
    pub stats: Stats,
    /// Whether a data choice was met.
    pub data: bool,
    /// Why something was left out that going on does not explore either.
    pub short: Option<String>,
}

impl Reduced {
    /// What is known at the beginning: nothing, and all is left.
    pub fn start() -> Self {
        Self { left: vec![Stack::start()], ..Self::default() }
    }

    /// How many classes there are, as far as they were explored.
    pub fn count(&self) -> u64 {
        u64::try_from(self.classes.len()).unwrap_or(u64::MAX)
    }

    /// Adds what another reduction of the same program knows; each class counts once.
    pub fn join(&mut self, other: &Self) {
        let mut numbers = Vec::new();
        for found in other.findings.iter() {
            numbers.push(self.findings.number(&found.outcome));
            self.findings.merge(Found { count: 0, ..found.clone() });
        }
        for (class, number) in &other.classes {
            let number = usize::try_from(*number).ok().and_then(|number| numbers.get(number));
            let number = *number.expect("the numbers of outcomes were checked when they were read");
            if self.classes.insert(*class, number).is_none() {
                self.findings.count(number);
            }
        }
        self.stats.runs += other.stats.runs;
        self.stats.states += other.stats.states;
        self.stats.transitions += other.stats.transitions;
        self.stats.repeats += other.stats.repeats;
        self.stats.deepest = self.stats.deepest.max(other.stats.deepest);
        self.data |= other.data;
        self.short = self.short.take().or_else(|| other.short.clone());
    }

    /// What it came to; `cut` says why something is left.
    pub fn report(&self, cut: Option<String>) -> Report {
        let left_out = self.short.clone().or(cut);
        Report {
            strategy: "dpor".to_owned(),
            unit: Unit::Classes,
            complete: left_out.is_none() && self.left.is_empty(),
            left_out,
            data_choices: self.data,
            outcomes: self.findings.clone().into_sorted(),
            stats: self.stats,
            kept_bytes: 0,
            elapsed: std::time::Duration::ZERO,
        }
    }
}
