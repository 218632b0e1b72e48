//! Recording what a chooser picked, and picking it again.

use std::fmt;

use crate::chooser::Chooser;
use crate::kind::ChoiceKind;
use crate::point::{ChoicePoint, Names};

/// A pick that was not the default.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pick {
    /// The kind of choice.
    pub kind: String,
    /// The anchor in words.
    pub anchor: String,
    /// The alternatives seen, in words.
    pub alternatives: Vec<String>,
    /// The position of the one picked, never 0.
    pub picked: usize,
}

/// A schedule and a run went different ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// The anchor at which they differ.
    pub anchor: String,
    /// The alternatives of the schedule.
    pub expected: Vec<String>,
    /// The alternatives of the run; empty when the run never came to this anchor.
    pub found: Vec<String>,
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.found.is_empty() {
            return write!(
                f,
                "the run never came to the recorded choice at `{}` (alternatives there: {})",
                self.anchor,
                self.expected.join(", ")
            );
        }
        write!(
            f,
            "the alternatives differ at `{}`: the schedule has [{}], the run has [{}]",
            self.anchor,
            self.expected.join(", "),
            self.found.join(", ")
        )
    }
}

impl std::error::Error for Divergence {}

/// Asks another chooser and keeps every pick that is not the default.
#[derive(Clone, Debug)]
pub struct Recorder<C> {
    inner: C,
    picks: Vec<Pick>,
    points: u64,
}

impl<C: Chooser> Recorder<C> {
    /// Records what a chooser picks.
    pub const fn new(inner: C) -> Self {
        Self { inner, picks: Vec::new(), points: 0 }
    }

    /// The picks so far that were not the default.
    pub fn picks(&self) -> &[Pick] {
        &self.picks
    }

    /// How many points with more than one alternative there were.
    pub const fn points(&self) -> u64 {
        self.points
    }

    /// The chooser that was asked.
    pub const fn inner(&self) -> &C {
        &self.inner
    }
}

impl<C: Chooser> Chooser for Recorder<C> {
    fn choose(&mut self, point: &ChoicePoint, names: &dyn Names) -> Result<usize, Divergence> {
        let picked = self.inner.choose(point, names)?;
        self.points += 1;
        if picked != 0 {
            self.picks.push(Pick {
                kind: point.kind.name().to_owned(),
                anchor: point.anchor.to_text(names),
                alternatives: texts(point, names),
                picked,
            });
        }
        Ok(picked)
    }

    fn varies(&self, kind: ChoiceKind) -> bool {
        self.inner.varies(kind)
    }
}

/// Picks what a schedule says, strictly: at an anchor of the schedule the alternatives must be the recorded ones; everywhere
/// else the default is picked.
#[derive(Clone, Debug)]
pub struct Replay {
    picks: Vec<Pick>,
    next: usize,
}

impl Replay {
    /// Follows picks in the order in which they were recorded.
    pub const fn new(picks: Vec<Pick>) -> Self {
        Self { picks, next: 0 }
    }

    /// Call at the end of the run.
    ///
    /// # Errors
    /// When a recorded pick was never reached.
    pub fn finish(&self) -> Result<(), Divergence> {
        let Some(pick) = self.picks.get(self.next) else { return Ok(()) };
        Err(Divergence { anchor: pick.anchor.clone(), expected: pick.alternatives.clone(), found: Vec::new() })
    }
}

impl Chooser for Replay {
    fn choose(&mut self, point: &ChoicePoint, names: &dyn Names) -> Result<usize, Divergence> {
        let Some(pick) = self.picks.get(self.next) else { return Ok(0) };
        if !is_kind(point.kind, &pick.kind) || pick.anchor != point.anchor.to_text(names) {
            return Ok(0);
        }
        let found = texts(point, names);
        if found != pick.alternatives {
            let (anchor, expected) = (pick.anchor.clone(), pick.alternatives.clone());
            return Err(Divergence { anchor, expected, found });
        }
        self.next += 1;
        Ok(pick.picked)
    }

    fn varies(&self, kind: ChoiceKind) -> bool {
        self.picks.iter().any(|pick| is_kind(kind, &pick.kind))
    }
}

/// Picks what a schedule says as far as it goes, strictly, and asks another chooser from there on.
#[derive(Clone, Debug)]
pub struct Prefix<C> {
    replay: Replay,
    then: C,
}

impl<C: Chooser> Prefix<C> {
    /// Follows picks in the order in which they were recorded, then a chooser.
    pub const fn new(picks: Vec<Pick>, then: C) -> Self {
        Self { replay: Replay::new(picks), then }
    }
}

impl<C: Chooser> Chooser for Prefix<C> {
    fn choose(&mut self, point: &ChoicePoint, names: &dyn Names) -> Result<usize, Divergence> {
        if self.replay.next < self.replay.picks.len() {
            return self.replay.choose(point, names);
        }
        self.then.choose(point, names)
    }

    fn varies(&self, kind: ChoiceKind) -> bool {
        self.replay.varies(kind) || self.then.varies(kind)
    }
}

fn is_kind(kind: ChoiceKind, name: &str) -> bool {
    kind.name() == name
}

fn texts(point: &ChoicePoint, names: &dyn Names) -> Vec<String> {
    point.alternatives.iter().map(|alternative| alternative.to_text(names)).collect()
}
