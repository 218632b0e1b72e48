//! A schedule in words: what each pick means, whether it is necessary, and from where on the outcome is certain.
//!
//! Spec: DESIGN, "Exploration". A pick is necessary when the run without it (all other picks kept at their anchors) comes to
//! something else. The point of no return is looked for by searching all states that can follow, so it is claimed only where
//! that search was complete.

use choice::{ChoiceKind, Chooser, Pick};
use runtime::drive::Pace;

use crate::findings::Budget;
use crate::keyed::ByKey;
use crate::outcome::Outcome;
use crate::run::{Follow, record};
use crate::search::{Space, search};
use crate::shrink::replay;
use crate::world::{Arrival, ForkHost, Machine, Setup};

/// A pick that is not the default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The pick with its anchor.
    pub pick: Pick,
    /// What it means.
    pub words: String,
    /// What the run comes to without it.
    pub without: Outcome,
    /// Whether that is something else.
    pub necessary: bool,
}

/// A schedule in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The outcome.
    pub outcome: Outcome,
    /// The picks in their order.
    pub picks: Vec<Explained>,
    /// After how many choices (defaults included) every continuation has this outcome; none where that is not known.
    pub no_return: Option<NoReturn>,
}

/// From where on the outcome is certain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoReturn {
    /// The number of the choice, from 1; 0 when every schedule has this outcome.
    pub choice: usize,
    /// The choice in words.
    pub words: String,
}

/// Puts a schedule into words; searches at most so many states for the point of no return.
pub fn explain<H: ForkHost>(setup: Setup<'_, H>, path: &[u16], states: u64) -> Explanation {
    let recorded = record(setup, Follow::new(path));
    let mut machine = Machine::new(setup, Pace::Choices);
    let keyed = replay(&mut machine, Follow::new(path)).picks;
    let mut picks = Vec::new();
    for (position, pick) in recorded.picks.iter().enumerate() {
        let rest: Vec<_> = keyed.iter().enumerate().filter(|(other, _)| *other != position).map(|(_, k)| *k).collect();
        let without = replay(&mut machine, ByKey(&rest)).outcome;
        let necessary = without != recorded.outcome;
        picks.push(Explained { words: words(pick), pick: pick.clone(), without, necessary });
    }
    let no_return = no_return(setup, path, &recorded.outcome, states);
    Explanation { outcome: recorded.outcome, picks, no_return }
}

/// A pick in words.
pub fn words(pick: &Pick) -> String {
    let (picked, default) = (&pick.alternatives[pick.picked], &pick.alternatives[0]);
    let at = &pick.anchor;
    let actor = at.split(": ").next().unwrap_or(at);
    let kind = ChoiceKind::ALL.iter().copied().find(|kind| kind.name() == pick.kind);
    match kind {
        Some(ChoiceKind::EmbedderTurn | ChoiceKind::NextThread) => format!("{picked} runs instead of {default}"),
        Some(ChoiceKind::SyncCallProgress) => {
            format!("{picked} runs instead of {default}, while the synchronous call {actor} is blocked")
        }
        Some(ChoiceKind::ContinueOrBlock) if picked == "continue" => format!("{actor} goes on without blocking ({at})"),
        Some(ChoiceKind::ContinueOrBlock) => format!("{actor} blocks, though it could go on ({at})"),
        Some(ChoiceKind::NextEvent) => format!("{actor} gets the event of {picked} before that of {default}"),
        Some(ChoiceKind::CancelTarget) => {
            format!("the request to cancel {actor} reaches {picked} instead of {default}")
        }
        Some(ChoiceKind::HostFault) if picked == "trap" => format!("the host traps ({at})"),
        Some(ChoiceKind::HostFault) if picked.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("the host answers with `fails[{picked}]` ({at})")
        }
        Some(ChoiceKind::HostFault) => format!("the host fails with {picked} ({at})"),
        Some(
            ChoiceKind::HostStart
            | ChoiceKind::HostCompletion
            | ChoiceKind::HostCopyLength
            | ChoiceKind::HostCancel
            | ChoiceKind::HostDropEnd
            | ChoiceKind::TimerTie,
        ) => format!("the host answers {picked} instead of {default} ({at})"),
        Some(
            ChoiceKind::AtomicNotify
            | ChoiceKind::KeepErrorMessage
            | ChoiceKind::NanBits
            | ChoiceKind::CoreNanBits
            | ChoiceKind::GrowFails
            | ChoiceKind::RelaxedSimd,
        )
        | None => format!("{picked} instead of {default} ({at})"),
    }
}

/// Looks for the first choice of the run after which all continuations have its outcome.
fn no_return<H: ForkHost>(setup: Setup<'_, H>, path: &[u16], outcome: &Outcome, states: u64) -> Option<NoReturn> {
    let mut machine = Machine::new(setup, Pace::Choices);
    let start = machine.snapshot();
    let mut chooser = Follow::new(path);
    let mut arrival = machine.begin(&mut chooser);
    let (mut worlds, mut said) = (vec![start], vec!["the beginning".to_owned()]);
    while let Arrival::Choice(point) = arrival {
        let names = machine.world.store.names();
        let picked = chooser.choose(&point, names).ok()?;
        let alternatives: Vec<String> = point.alternatives.iter().map(|other| other.to_text(names)).collect();
        let anchor = point.anchor.to_text(names);
        said.push(if picked == 0 {
            format!("{} ({anchor}, the default)", alternatives[0])
        } else {
            words(&Pick { kind: point.kind.name().to_owned(), anchor, alternatives, picked })
        });
        arrival = machine.pick(&point, picked, &mut chooser);
        worlds.push(machine.snapshot());
        if worlds.len() > 2000 {
            return None;
        }
    }
    let mut certain = |world: usize| {
        machine.restore(&worlds[world]);
        let setup = Setup { start: &machine.world, ..setup };
        let (report, _) = search(setup, Space::States, Budget::states(states));
        report.complete.then(|| report.outcomes.iter().all(|found| found.outcome == *outcome))
    };
    // After the last choice it is certain; once certain, it stays so.
    let (mut low, mut known) = (0, said.len() - 1);
    while low < known {
        let middle = usize::midpoint(low, known);
        if certain(middle)? {
            known = middle;
        } else {
            low = middle + 1;
        }
    }
    // Choices of the host within the last segment may lead elsewhere.
    if !certain(known)? {
        return None;
    }
    Some(NoReturn { choice: known, words: said[known].clone() })
}
