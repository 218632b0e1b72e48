//! Smaller schedules with the same outcome, by leaving picks out: delta debugging over anchors.
//!
//! Spec: DESIGN, "Exploration". The result is such that no single pick can be left out; it is not proven to be the smallest.

use choice::Chooser;
use runtime::drive::Pace;

use crate::findings::{Budget, ByHash, Path, cost};
use crate::keyed::{ByKey, KeyRecorder, Keyed};
use crate::minimal::{Until, minimal};
use crate::outcome::{Kind, Outcome};
use crate::run::Follow;
use crate::world::{Arrival, ForkHost, Machine, Setup};

/// A run with its picks by anchor.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// What it came to.
    pub outcome: Outcome,
    /// The picks that were not the default.
    pub picks: Vec<Keyed>,
    /// All picks.
    pub path: Path,
}

/// Runs with any chooser and records the picks by anchor.
pub fn replay<H: ForkHost>(machine: &mut Machine<'_, H>, chooser: impl Chooser) -> Replayed {
    machine.reset();
    let mut recorder = KeyRecorder::new(chooser);
    let mut arrival = machine.begin(&mut recorder);
    let mut choices = 0;
    let outcome = loop {
        let point = match arrival {
            Arrival::Over(ending) => break machine.outcome(&ending),
            Arrival::Choice(_) if choices >= machine.setup.limits.choices => {
                break Outcome::new(Kind::Limit, "limit(choices)");
            }
            Arrival::Choice(point) => point,
        };
        choices += 1;
        match recorder.choose(&point, machine.world.store.names()) {
            Ok(picked) => arrival = machine.pick(&point, picked, &mut recorder),
            Err(_) => break Outcome::new(Kind::Diverged, "diverged"),
        }
    };
    Replayed { outcome, picks: recorder.picks, path: recorder.path }
}

/// The smallest schedule with the outcome that a chooser's run has: with proof, within so many states, or by leaving picks
/// out. Gives the path, and whether it is proven.
pub fn smallest<H: ForkHost>(setup: Setup<'_, H>, chooser: impl Chooser, states: u64) -> (Path, bool) {
    let mut machine = Machine::new(setup, Pace::Choices);
    let run = replay(&mut machine, chooser);
    let wanted = [run.outcome];
    let budget = Budget::states(states);
    let none = ByHash::default();
    let cheapest = minimal(setup, Until::Proven(&wanted), &none, budget);
    if let Some(found) = cheapest.findings.get(&wanted[0])
        && found.proven
    {
        return (found.path.clone(), true);
    }
    (shrink(setup, &run.path, MOST_RUNS), false)
}

/// How many runs leaving out may take.
const MOST_RUNS: u64 = 10_000;

/// Leaves out what picks it can while the outcome stays, within a number of runs.
pub fn shrink<H: ForkHost>(setup: Setup<'_, H>, path: &[u16], most_runs: u64) -> Path {
    let mut machine = Machine::new(setup, Pace::Choices);
    let first = replay(&mut machine, Follow::new(path));
    let target = first.outcome;
    let (mut picks, mut best) = (first.picks, first.path);
    let (mut parts, mut runs) = (2, 0);
    while !picks.is_empty() && runs < most_runs {
        let size = picks.len().div_ceil(parts);
        let mut smaller = None;
        for start in (0..picks.len()).step_by(size) {
            let end = (start + size).min(picks.len());
            let rest: Vec<Keyed> = picks[..start].iter().chain(&picks[end..]).copied().collect();
            let tried = replay(&mut machine, ByKey(&rest));
            runs += 1;
            if tried.outcome == target && cost(&tried.path) < cost(&best) {
                smaller = Some(tried);
                break;
            }
        }
        match smaller {
            Some(found) => {
                parts = parts.saturating_sub(1).max(2);
                (picks, best) = (found.picks, found.path);
            }
            None if size == 1 => break,
            None => parts = (parts * 2).min(picks.len()),
        }
    }
    let used = best.iter().rposition(|pick| *pick != 0).map_or(0, |last| last + 1);
    best.truncate(used);
    best
}
