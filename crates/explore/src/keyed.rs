//! Picks by anchor: how a schedule survives edits, and how parts of it are tried alone.
//!
//! Spec: DESIGN, "Choices". A pick is known by kind, actor, operation and occurrence, and by the name of the alternative.

use choice::hash::{hash_text, mix};
use choice::kind::Class;
use choice::{Alternative, ChoiceKind, ChoicePoint, Chooser, Divergence, Names};

/// A pick that is not the default, by hashes of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keyed {
    kind: ChoiceKind,
    actor: u64,
    operation: &'static str,
    occurrence: u32,
    alternative: u64,
    /// The position that it had.
    pub position: usize,
}

impl Keyed {
    fn is_at(&self, point: &ChoicePoint, names: &dyn Names) -> bool {
        self.kind == point.kind
            && self.occurrence == point.anchor.occurrence
            && self.operation == point.anchor.operation
            && self.actor == names.name_hash(point.anchor.actor)
    }
}

fn alternative_key(alternative: &Alternative, names: &dyn Names) -> u64 {
    match alternative {
        Alternative::Actor(actor) => names.name_hash(*actor),
        Alternative::Event(actor, word) => mix(names.name_hash(*actor), hash_text(word)),
        Alternative::Word(word) => hash_text(word),
        Alternative::Number(number) => mix(1, *number),
    }
}

/// Asks another chooser, and keeps every pick that is not the default.
#[derive(Clone, Debug)]
pub struct KeyRecorder<C> {
    inner: C,
    /// The picks so far.
    pub picks: Vec<Keyed>,
    /// All picks of choices of schedule and host, as a path.
    pub path: Vec<u16>,
}

impl<C: Chooser> KeyRecorder<C> {
    /// Records what a chooser picks.
    pub const fn new(inner: C) -> Self {
        Self { inner, picks: Vec::new(), path: Vec::new() }
    }
}

impl<C: Chooser> Chooser for KeyRecorder<C> {
    fn choose(&mut self, point: &ChoicePoint, names: &dyn Names) -> Result<usize, Divergence> {
        let position = self.inner.choose(point, names)?;
        if point.kind.class() == Class::Data {
            return Ok(position);
        }
        self.path.push(u16::try_from(position).unwrap_or(u16::MAX));
        if position != 0 {
            self.picks.push(Keyed {
                kind: point.kind,
                actor: names.name_hash(point.anchor.actor),
                operation: point.anchor.operation,
                occurrence: point.anchor.occurrence,
                alternative: alternative_key(&point.alternatives[position], names),
                position,
            });
        }
        Ok(position)
    }
}

/// Picks what is recorded for an anchor, wherever it comes; everywhere else, and where the alternative is missing, option 0.
#[derive(Clone, Copy, Debug)]
pub struct ByKey<'p>(pub &'p [Keyed]);

impl Chooser for ByKey<'_> {
    fn choose(&mut self, point: &ChoicePoint, names: &dyn Names) -> Result<usize, Divergence> {
        let Some(keyed) = self.0.iter().find(|keyed| keyed.is_at(point, names)) else { return Ok(0) };
        let found = point.alternatives.iter().position(|other| alternative_key(other, names) == keyed.alternative);
        Ok(found.unwrap_or(0))
    }
}
