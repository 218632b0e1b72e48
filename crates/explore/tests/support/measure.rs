//! How many schedules a strategy needs to find a bug of the corpus.

use choice::hash::mix;
use raddle_explore::dpor::dpor;
use raddle_explore::explore::{Options, Strategy};
use raddle_explore::findings::{Budget, Report};
use raddle_explore::run::{Sampler, run_once};
use raddle_explore::samplers::{Pct, Pos, Profile, Random, Surw};
use raddle_explore::search::{Space, search};
use raddle_explore::world::Machine;
use raddle_explore::{Exploration, explore};

use super::corpus::Bug;

/// The strategies that draw, without the portfolio.
pub(crate) const SAMPLERS: [Strategy; 7] = [
    Strategy::Random,
    Strategy::Pct(1),
    Strategy::Pct(2),
    Strategy::Pct(3),
    Strategy::Pct(4),
    Strategy::Pos,
    Strategy::Surw,
];

/// The strategies that do not.
pub(crate) const SEARCHES: [Strategy; 3] = [Strategy::Dfs(None), Strategy::Dpor, Strategy::States];

/// The seed of a series of runs; far from those of the others.
pub(crate) fn seed(number: u64) -> u64 {
    mix(0x0c0f_fee0, number)
}

/// The sampler of a strategy.
pub(crate) fn sampler(strategy: Strategy, seed: u64, profile: &Profile) -> Box<dyn Sampler> {
    match strategy {
        Strategy::Random => Box::new(Random::new(seed)),
        Strategy::Pct(depth) => Box::new(Pct::new(seed, depth, profile.steps)),
        Strategy::Pos => Box::new(Pos::new(seed)),
        Strategy::Surw => Box::new(Surw::new(seed, profile.clone())),
        Strategy::Portfolio | Strategy::Dfs(_) | Strategy::Dpor | Strategy::States => {
            panic!("it has no sampler of its own")
        }
    }
}

/// How many runs a sampler needs, if at most `most` are enough.
pub(crate) fn runs(bug: &Bug, sampler: &mut dyn Sampler, most: u64) -> Option<u64> {
    let mut machine = Machine::new(bug.setup(), sampler.pace());
    (0..most)
        .find(|run| {
            sampler.begin(*run);
            bug.is_wrong(&run_once(&mut machine, sampler).outcome)
        })
        .map(|run| run + 1)
}

/// How many runs of `count` show the bug.
pub(crate) fn hits(bug: &Bug, sampler: &mut dyn Sampler, count: u64) -> u64 {
    let mut machine = Machine::new(bug.setup(), sampler.pace());
    let mut hits = 0;
    for run in 0..count {
        sampler.begin(run);
        hits += u64::from(bug.is_wrong(&run_once(&mut machine, sampler).outcome));
    }
    hits
}

fn searched(bug: &Bug, strategy: Strategy, runs: Option<u64>) -> Report {
    let budget = Budget { runs, ..Budget::default() };
    match strategy {
        Strategy::States => search(bug.setup(), Space::States, budget).0,
        Strategy::Dfs(depth) => search(bug.setup(), Space::Schedules { depth }, budget).0,
        Strategy::Dpor => dpor(bug.setup(), budget, &mut |_, _| {}),
        Strategy::Portfolio | Strategy::Random | Strategy::Pct(_) | Strategy::Pos | Strategy::Surw => {
            panic!("it is no search")
        }
    }
}

/// How many schedules a search follows until it has found the bug, to an end or to where it turns back (a state that is
/// known, a class that was seen); if at most `most` ends are enough.
pub(crate) fn schedules(bug: &Bug, strategy: Strategy, most: u64) -> Option<u64> {
    let found = |runs: u64| {
        let report = searched(bug, strategy, Some(runs));
        let wrong = report.outcomes.iter().any(|found| bug.is_wrong(&found.outcome));
        wrong.then_some(report.stats.runs + report.stats.repeats)
    };
    let mut high = 1;
    while found(high).is_none() {
        if high >= most {
            return None;
        }
        high = (high * 2).min(most);
    }
    // Known not to be enough, and known to be.
    let mut low = 0;
    while high - low > 1 {
        let middle = u64::midpoint(low, high);
        if found(middle).is_some() {
            high = middle;
        } else {
            low = middle;
        }
    }
    found(high)
}

/// All states of a bug.
pub(crate) fn states(bug: &Bug) -> u64 {
    searched(bug, Strategy::States, None).stats.states
}

/// How many schedules the portfolio needs.
pub(crate) fn portfolio(bug: &Bug, seed: u64, most: u64) -> Option<u64> {
    let budget = Budget { runs: Some(most), ..Budget::default() };
    let options = Options { strategy: Strategy::Portfolio, seed, budget, exact_states: 0, ..Options::default() };
    let Exploration { report, .. } = explore(bug.setup(), &options);
    let wrong = report.outcomes.iter().filter(|found| bug.is_wrong(&found.outcome));
    wrong.filter(|found| found.first_run > 0).map(|found| found.first_run).min()
}

/// The median of numbers of schedules, where none is more than any number.
pub(crate) fn median(mut counts: Vec<Option<u64>>) -> Option<u64> {
    counts.sort_by_key(|count| count.unwrap_or(u64::MAX));
    counts[counts.len() / 2]
}
