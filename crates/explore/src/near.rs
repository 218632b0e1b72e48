//! Following a schedule that was recorded with another version of the program, and looking near it for what was recorded.
//!
//! Spec: DESIGN, "Choices": lenient replay, by the nearest anchor, with a report of the drift. Picks are placed one after the
//! other: each at the best point that comes up after the one before. A point is good when it offers what was offered then, and
//! when its anchor is near. An edit may also have moved what names and counts mean: something more is created before, or an actor
//! passes a point once more. So, as long as the recorded outcome does not come up, the same is tried with the numbers of what is
//! created shifted by one, and with the occurrences of one actor shifted by one: some tens of runs at most, nearest first.

use std::collections::BTreeMap;

use choice::kind::Class;
use choice::{ChoiceKind, ChoicePoint, Chooser, Divergence, Names, Pick};

use crate::outcome::Outcome;
use crate::run::{Recorded, record};
use crate::world::{ForkHost, Setup};

/// A run near a schedule.
#[derive(Debug)]
pub struct Near {
    /// The run, with the picks as they were made.
    pub recorded: Recorded,
    /// Whether it has the recorded outcome.
    pub is_same: bool,
    /// The picks that were made at another anchor: as recorded, and where.
    pub moved: Vec<(String, String)>,
    /// The anchors of the picks that were not made.
    pub dropped: Vec<String>,
    /// How many placements were tried.
    pub tried: usize,
}

/// The most placements that are tried.
const MOST_TRIED: usize = 64;

/// A point that came up.
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

/// What an edit may have done to names and counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Shift {
    /// Added to the numbers of what the called function creates.
    created: i64,
    /// Added to the occurrences of one actor.
    occurrences: Option<(String, i64)>,
}

/// Looks for a recorded outcome near its schedule, and gives the first placement when it does not come up.
pub fn near<H: ForkHost>(setup: Setup<'_, H>, picks: &[Pick], is_same: impl Fn(&Outcome) -> bool) -> Near {
    let mut first = None;
    for (number, shift) in shifts(picks).iter().take(MOST_TRIED).enumerate() {
        let mut near = place(setup, picks, shift);
        near.is_same = is_same(&near.recorded.outcome);
        near.tried = number + 1;
        if near.is_same {
            return near;
        }
        first.get_or_insert(near);
    }
    first.expect("the first shift is none")
}

/// No shift, then those of one count, then those of names.
fn shifts(picks: &[Pick]) -> Vec<Shift> {
    let mut actors: Vec<&str> = Vec::new();
    for pick in picks.iter().filter(|pick| pick.kind != ChoiceKind::EmbedderTurn.name()) {
        let (actor, _, _) = parts(&pick.anchor);
        if !actors.contains(&actor) {
            actors.push(actor);
        }
    }
    let mut shifts = Vec::new();
    for created in [0, 1, -1] {
        shifts.push(Shift { created, occurrences: None });
        let of_actor = |actor: &&str| [1, -1].map(|by| Shift { created, occurrences: Some(((*actor).to_owned(), by)) });
        shifts.extend(actors.iter().flat_map(of_actor));
    }
    shifts
}

/// Places picks one after the other.
fn place<H: ForkHost>(setup: Setup<'_, H>, picks: &[Pick], shift: &Shift) -> Near {
    let shifted: Vec<Pick> = picks.iter().map(|pick| shift.apply(pick)).collect();
    let known: Vec<&String> = shifted.iter().flat_map(|pick| &pick.alternatives).collect();
    let mut wanted = BTreeMap::new();
    let (mut moved, mut dropped) = (Vec::new(), Vec::new());
    let mut from = 0;
    for (pick, original) in shifted.iter().zip(picks) {
        let mut seen = Vec::new();
        record(setup, AtAnchors { wanted: &wanted, seen: &mut seen });
        let points = seen.iter().enumerate().skip(from);
        let best = points.filter_map(|(at, seen)| Some((score(pick, seen, &known)?, at))).min();
        let Some((_, at)) = best else {
            dropped.push(original.anchor.clone());
            continue;
        };
        let anchor = &seen[at].anchor;
        if *anchor != original.anchor {
            moved.push((original.anchor.clone(), anchor.clone()));
        }
        wanted.insert((pick.kind.clone(), anchor.clone()), name(pick).to_owned());
        from = at + 1;
    }
    let recorded = record(setup, AtAnchors { wanted: &wanted, seen: &mut Vec::new() });
    Near { recorded, is_same: false, moved, dropped, tried: 0 }
}

fn name(pick: &Pick) -> &str {
    pick.alternatives.get(pick.picked).map_or("", String::as_str)
}

/// How badly a pick fits a point; none when it cannot be made there.
fn score(pick: &Pick, seen: &Seen, known: &[&String]) -> Option<(usize, usize, usize, u64)> {
    if seen.kind != pick.kind || !seen.alternatives.iter().any(|other| other == name(pick)) {
        return None;
    }
    // What the recorded program did not have says nothing.
    let offered: Vec<&String> = seen.alternatives.iter().filter(|other| known.contains(other)).collect();
    let has_all = pick.alternatives.iter().all(|other| offered.contains(&other));
    let class =
        match (offered.iter().copied().eq(&pick.alternatives), has_all && offered.len() == pick.alternatives.len()) {
            (true, _) => 0,
            (false, true) => 1,
            (false, false) => 2,
        };
    let (actor, operation, occurrence) = parts(&pick.anchor);
    let (other_actor, other_operation, other_occurrence) = parts(&seen.anchor);
    let common = actor.split('/').zip(other_actor.split('/')).take_while(|(a, b)| a == b).count();
    let longest = actor.split('/').count().max(other_actor.split('/').count());
    let actors = longest - common;
    // A choice of a thread belongs to the thread; that of the event loop to who can be resumed.
    let operations = usize::from(operation != other_operation);
    if pick.kind == ChoiceKind::EmbedderTurn.name() {
        return Some((class, operations, actors, occurrence.abs_diff(other_occurrence)));
    }
    Some((actors, operations, class, occurrence.abs_diff(other_occurrence)))
}

/// Actor, operation with its object, and occurrence of an anchor.
fn parts(anchor: &str) -> (&str, &str, u64) {
    let (actor, rest) = anchor.split_once(": ").unwrap_or(("", anchor));
    let (operation, occurrence) = rest.rsplit_once(" [").unwrap_or((rest, ""));
    (actor, operation, occurrence.trim_end_matches(']').parse().unwrap_or_default())
}

impl Shift {
    fn apply(&self, pick: &Pick) -> Pick {
        let (actor, operation, occurrence) = parts(&pick.anchor);
        let by = self.occurrences.as_ref().filter(|(other, _)| other == actor).map_or(0, |(_, by)| *by);
        let is_turn = pick.kind == ChoiceKind::EmbedderTurn.name();
        let occurrence = if is_turn { occurrence } else { occurrence.saturating_add_signed(by) };
        let anchor = format!("{}: {operation} [{occurrence}]", self.name(actor));
        let alternatives = pick.alternatives.iter().map(|name| self.name(name)).collect();
        Pick { kind: pick.kind.clone(), anchor, alternatives, picked: pick.picked }
    }

    /// A name whose second part has another number.
    fn name(&self, name: &str) -> String {
        let mut parts: Vec<String> = name.split('/').map(str::to_owned).collect();
        if let Some(part) = parts.get_mut(1)
            && let Some((label, rest)) = part.split_once('#')
        {
            let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
            if let Ok(number) = rest[..end].parse::<i64>() {
                *part = format!("{label}#{}{}", (number + self.created).max(0), &rest[end..]);
            }
        }
        parts.join("/")
    }
}

#[cfg(test)]
mod tests {
    use super::{Shift, shifts};
    use choice::Pick;

    fn pick() -> Pick {
        Pick {
            kind: "NextEvent".into(),
            anchor: "run#0/work#1: next event on run#0/work#1/set#0 [2]".into(),
            alternatives: vec!["run#0/work#1/log#0 SUBTASK".into(), "run#0/work#1/answer#1 SUBTASK".into()],
            picked: 1,
        }
    }

    #[test]
    fn names_and_occurrences_are_shifted() {
        let shift = Shift { created: 1, occurrences: Some(("run#0/work#1".into(), -1)) };
        let shifted = shift.apply(&pick());
        assert_eq!(shifted.anchor, "run#0/work#2: next event on run#0/work#1/set#0 [1]");
        assert_eq!(shifted.alternatives[1], "run#0/work#2/answer#1 SUBTASK");
    }

    #[test]
    fn the_first_shift_is_none() {
        assert_eq!(shifts(&[])[0], Shift::default());
        assert_eq!(shifts(&[pick()])[0].apply(&pick()), pick());
    }
}
