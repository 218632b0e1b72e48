//! Following a schedule that was recorded with another version of the program: each pick at the nearest anchor.
//!
//! Spec: DESIGN, "Choices". A pick whose anchor comes up is made there. Of those that are left over, the first is moved to the
//! anchor of the same kind that is nearest to its own, among those that came up and have an alternative of its name; then the
//! run is made again, until all picks have a place or none can be moved. What was moved and what was dropped is reported.

use std::collections::BTreeMap;

use choice::kind::Class;
use choice::{ChoicePoint, Chooser, Divergence, Names, Pick};

use crate::run::{Recorded, record};
use crate::world::{ForkHost, Setup};

/// A run along a schedule that does not fit exactly.
#[derive(Debug)]
pub struct Lenient {
    /// The run, with the picks as they were made.
    pub recorded: Recorded,
    /// The picks that were made at another anchor: as recorded, and where.
    pub moved: Vec<(String, String)>,
    /// The anchors of the picks that were not made.
    pub dropped: Vec<String>,
}

/// A point that came up.
#[derive(Clone)]
struct Seen {
    kind: &'static str,
    anchor: String,
    alternatives: Vec<String>,
}

/// Picks at anchors, and keeps what came up.
struct AtAnchors<'w> {
    wanted: &'w BTreeMap<(String, String), String>,
    seen: &'w mut Vec<Seen>,
}

impl Chooser for AtAnchors<'_> {
    fn choose(&mut self, point: &ChoicePoint, names: &dyn Names) -> Result<usize, Divergence> {
        if point.kind.class() == Class::Data {
            return Ok(0);
        }
        let kind = point.kind.name();
        let anchor = point.anchor.to_text(names);
        let alternatives: Vec<String> = point.alternatives.iter().map(|other| other.to_text(names)).collect();
        let wanted = self.wanted.get(&(kind.to_owned(), anchor.clone()));
        let picked = wanted.and_then(|name| alternatives.iter().position(|other| other == name)).unwrap_or(0);
        self.seen.push(Seen { kind, anchor, alternatives });
        Ok(picked)
    }
}

/// Runs along a schedule as far as it fits.
pub fn lenient<H: ForkHost>(setup: Setup<'_, H>, picks: &[Pick]) -> Lenient {
    let name = |pick: &Pick| pick.alternatives.get(pick.picked).cloned().unwrap_or_default();
    let mut anchors: Vec<String> = picks.iter().map(|pick| pick.anchor.clone()).collect();
    let mut dropped = vec![false; picks.len()];
    loop {
        let kept = (0..picks.len()).filter(|number| !dropped[*number]);
        let wanted: BTreeMap<(String, String), String> =
            kept.map(|number| ((picks[number].kind.clone(), anchors[number].clone()), name(&picks[number]))).collect();
        let mut seen = Vec::new();
        let recorded = record(setup, AtAnchors { wanted: &wanted, seen: &mut seen });
        let made = |number: &usize| {
            let is_it = |made: &Pick| {
                made.kind == picks[*number].kind
                    && made.anchor == anchors[*number]
                    && name(made) == name(&picks[*number])
            };
            recorded.picks.iter().any(is_it)
        };
        let open = (0..picks.len()).find(|number| !dropped[*number] && !made(number));
        let Some(open) = open else {
            let moved = picks.iter().zip(&anchors).zip(&dropped);
            let moved = moved.filter(|((pick, anchor), dropped)| !**dropped && pick.anchor != **anchor);
            let moved = moved.map(|((pick, anchor), _)| (pick.anchor.clone(), anchor.clone())).collect();
            let dropped = picks.iter().zip(&dropped).filter(|(_, dropped)| **dropped);
            let dropped = dropped.map(|(pick, _)| pick.anchor.clone()).collect();
            return Lenient { recorded, moved, dropped };
        };
        let taken = |anchor: &str| wanted.contains_key(&(picks[open].kind.clone(), anchor.to_owned()));
        let fits = |seen: &&Seen| {
            let alternatives = seen.alternatives.iter().skip(1);
            seen.kind == picks[open].kind
                && !taken(&seen.anchor)
                && alternatives.into_iter().any(|other| *other == name(&picks[open]))
        };
        let nearest = seen.iter().filter(fits).min_by_key(|seen| distance(&seen.anchor, &picks[open].anchor));
        // Each pick is moved once, so that this ends.
        match nearest {
            Some(seen) if anchors[open] == picks[open].anchor => anchors[open].clone_from(&seen.anchor),
            Some(_) | None => dropped[open] = true,
        }
    }
}

/// How far two anchors are from each other: first by operation, then by actor and object, then by occurrence.
fn distance(a: &str, b: &str) -> (usize, usize, u64) {
    let (actor_a, operation_a, occurrence_a) = parts(a);
    let (actor_b, operation_b, occurrence_b) = parts(b);
    let common = actor_a.split('/').zip(actor_b.split('/')).take_while(|(a, b)| a == b).count();
    let longest = actor_a.split('/').count().max(actor_b.split('/').count());
    (usize::from(operation_a != operation_b), longest - common, occurrence_a.abs_diff(occurrence_b))
}

/// Actor, operation with its object, and occurrence of an anchor.
fn parts(anchor: &str) -> (&str, &str, u64) {
    let (actor, rest) = anchor.split_once(": ").unwrap_or(("", anchor));
    let (operation, occurrence) = rest.rsplit_once(" [").unwrap_or((rest, ""));
    (actor, operation, occurrence.trim_end_matches(']').parse().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn near_anchors_are_near() {
        let at = "a/run#0/task#2: thread.yield [3]";
        let distances = [
            at,
            "a/run#0/task#2: thread.yield [5]",
            "a/run#0/task#3: thread.yield [3]",
            "b/run#0/task#2: thread.yield [3]",
            "a/run#0/task#2: waitable-set.wait on set#0 [3]",
        ]
        .map(|other| distance(other, at));
        assert!(distances.is_sorted() && distances[0] < distances[1] && distances[3] < distances[4], "{distances:?}");
    }
}
