//! Exploring with a strategy and a budget, from the first run to the smallest schedules.
//!
//! Spec: DESIGN, "Exploration". In the portfolio all members take turns for some rounds, then states are searched up to a
//! bound; when that is not complete, samplers run in turns. Whatever found an outcome, its schedule is then made as small as can be: with proof where the search by price is
//! small enough, else by leaving picks out.

use std::str::FromStr;
use std::time::Duration;

use crate::clock::Clock;
use crate::dpor::dpor;
use crate::findings::{Budget, ByHash, Findings, Found, Report, Stats, Unit};
use crate::minimal::{Until, minimal};
use crate::outcome::Outcome;
use crate::rounds::Rounds;
use crate::run::{Follow, Sampler, record};
use crate::sample::{Enough, sample};
use crate::samplers::{Pct, Pos, Profile, Random, Surw};
use crate::search::{Space, conclude, go_on, search};
use crate::shrink::shrink;
use crate::world::{ForkHost, Setup};

/// How schedules are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// States up to a bound, then samplers in turns.
    Portfolio,
    /// Every choice at random.
    Random,
    /// Priorities for bugs of this depth.
    Pct(u32),
    /// Partial order sampling.
    Pos,
    /// Selectively uniform random walk.
    Surw,
    /// Every schedule, branching on the first so many choices.
    Dfs(Option<u64>),
    /// Partial-order reduction.
    Dpor,
    /// Every state.
    States,
}

impl FromStr for Strategy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| text.parse().map_err(|_| format!("expected a number after `:`, found `{text}`"));
        match text.split_once(':') {
            None => match text {
                "portfolio" => Ok(Self::Portfolio),
                "random" => Ok(Self::Random),
                "pct" => Ok(Self::Pct(3)),
                "pos" => Ok(Self::Pos),
                "surw" => Ok(Self::Surw),
                "dfs" => Ok(Self::Dfs(None)),
                "dpor" => Ok(Self::Dpor),
                "states" => Ok(Self::States),
                _ => Err(format!(
                    "expected portfolio, random, pct:D, pos, surw, dfs, dfs:DEPTH, dpor or states, found `{text}`"
                )),
            },
            Some(("pct", depth)) => Ok(Self::Pct(u32::try_from(number(depth)?).unwrap_or(u32::MAX))),
            Some(("dfs", depth)) => Ok(Self::Dfs(Some(number(depth)?))),
            Some((name, _)) => Err(format!("expected `pct:D` or `dfs:DEPTH`, found `{name}:`")),
        }
    }
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How schedules are chosen.
    pub strategy: Strategy,
    /// What samplers draw from.
    pub seed: u64,
    /// How much may be done.
    pub budget: Budget,
    /// On how many threads samplers run.
    pub jobs: usize,
    /// How many states the proof of smallest schedules may take.
    pub exact_states: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { strategy: Strategy::Portfolio, seed: 0, budget: DEFAULT_BUDGET, jobs: 1, exact_states: 400_000 }
    }
}

/// What the command line uses when nothing is said.
pub const DEFAULT_BUDGET: Budget =
    Budget { runs: Some(10_000), states: Some(4_000_000), time: Some(Duration::from_mins(1)) };

/// How many states the portfolio searches before it samples.
const PORTFOLIO_STATES: u64 = 20_000;

/// How many rounds the members of the portfolio take turns.
const ROUNDS: u64 = 64;

/// How many outcomes are shrunk that were not proven.
const MOST_SHRUNK: usize = 32;

/// How many runs shrinking one schedule may take.
const SHRINK_RUNS: u64 = 2_000;

/// What exploring came to.
#[derive(Clone, Debug)]
pub struct Exploration {
    /// The outcomes.
    pub report: Report,
    /// What the default schedule comes to.
    pub default: Outcome,
}

impl Exploration {
    /// The outcomes that fail, or differ from that of the default schedule.
    pub fn suspects(&self) -> impl Iterator<Item = &Found> {
        self.report.outcomes.iter().filter(|found| found.outcome.is_failure() || found.outcome != self.default)
    }

    /// Whether the outcome depends on the schedule, as far as was seen.
    pub fn is_schedule_dependent(&self) -> bool {
        self.report.outcomes.len() > 1
    }
}

/// Explores.
pub fn explore<H: ForkHost>(setup: Setup<'_, H>, options: &Options) -> Exploration {
    let clock = Clock::start();
    let default = record(setup, Follow::new(&[])).outcome;
    let mut livelocks = ByHash::default();
    let mut report = match options.strategy {
        Strategy::States => states(setup, options.budget, &mut livelocks),
        Strategy::Dfs(depth) => search(setup, Space::Schedules { depth }, options.budget).0,
        Strategy::Dpor => dpor(setup, options.budget, &mut |_, _| {}),
        Strategy::Portfolio => portfolio(setup, options, &mut livelocks),
        Strategy::Random | Strategy::Pct(_) | Strategy::Pos | Strategy::Surw => sampled(setup, options, &default),
    };
    smallest(setup, options, &mut report, &livelocks);
    report.elapsed = clock.elapsed();
    Exploration { report, default }
}

fn states<H: ForkHost>(setup: Setup<'_, H>, budget: Budget, livelocks: &mut ByHash<()>) -> Report {
    let (report, known) = search(setup, Space::States, Budget { runs: None, ..budget });
    *livelocks = known.livelocks;
    report
}

fn portfolio<H: ForkHost>(setup: Setup<'_, H>, options: &Options, livelocks: &mut ByHash<()>) -> Report {
    let bound = options.budget.states.unwrap_or(u64::MAX).min(PORTFOLIO_STATES);
    let budget = Budget { states: Some(bound), ..options.budget };
    let samplers = samplers(setup, Strategy::Portfolio, options.seed);
    let mut rounds = Rounds::go(setup, samplers, ROUNDS, budget);
    let cut = go_on(setup, Space::States, Budget { runs: None, ..budget }, &mut rounds.knowledge);
    let (mut first, known) = conclude(&rounds.knowledge, Space::States, cut);
    *livelocks = known.livelocks;
    "portfolio".clone_into(&mut first.strategy);
    for found in &mut first.outcomes {
        rounds.sign(found);
    }
    if first.complete {
        return first;
    }
    let mut second = sampled(setup, options, &Outcome::new(crate::outcome::Kind::Diverged, ""));
    let mut findings = Findings::default();
    for found in std::mem::take(&mut second.outcomes) {
        findings.merge(found);
    }
    for mut found in first.outcomes {
        found.count = 0;
        findings.merge(found);
    }
    second.outcomes = findings.into_sorted();
    second.stats.states = first.stats.states;
    second
}

fn members(strategy: Strategy, seed: u64, profile: &Profile) -> Vec<Box<dyn Sampler>> {
    let steps = profile.steps;
    match strategy {
        Strategy::Random => vec![Box::new(Random::new(seed))],
        Strategy::Pct(depth) => vec![Box::new(Pct::new(seed, depth, steps))],
        Strategy::Pos => vec![Box::new(Pos::new(seed))],
        Strategy::Surw => vec![Box::new(Surw::new(seed, profile.clone()))],
        Strategy::Portfolio | Strategy::Dfs(_) | Strategy::Dpor | Strategy::States => vec![
            Box::new(Random::new(seed)),
            Box::new(Pct::new(seed, 3, steps)),
            Box::new(Pos::new(seed)),
            Box::new(Surw::new(seed, profile.clone())),
            Box::new(Pct::new(seed, 2, steps)),
        ],
    }
}

/// The samplers of a strategy, for those who count what each finds.
pub fn samplers<H: ForkHost>(setup: Setup<'_, H>, strategy: Strategy, seed: u64) -> Vec<Box<dyn Sampler>> {
    members(strategy, seed, &Profile::of(setup))
}

fn sampled<H: ForkHost>(setup: Setup<'_, H>, options: &Options, default: &Outcome) -> Report {
    let profile = Profile::of(setup);
    let enough: Enough<'_> = &|outcome| outcome.is_failure() && outcome != default;
    let make = || members(options.strategy, options.seed, &profile);
    let sampled = sample(setup, &make, options.budget, options.jobs, enough);
    Report {
        strategy: name(options.strategy),
        unit: Unit::Runs,
        complete: false,
        left_out: Some(format!("{} runs were sampled", sampled.stats.runs)),
        data_choices: sampled.data,
        outcomes: sampled.findings.into_sorted(),
        stats: Stats { ..sampled.stats },
        elapsed: Duration::ZERO,
    }
}

fn name(strategy: Strategy) -> String {
    match strategy {
        Strategy::Portfolio => "portfolio".to_owned(),
        Strategy::Random => "random".to_owned(),
        Strategy::Pct(depth) => format!("pct:{depth}"),
        Strategy::Pos => "pos".to_owned(),
        Strategy::Surw => "surw".to_owned(),
        Strategy::Dfs(None) => "dfs".to_owned(),
        Strategy::Dfs(Some(depth)) => format!("dfs:{depth}"),
        Strategy::Dpor => "dpor".to_owned(),
        Strategy::States => "states".to_owned(),
    }
}

/// Finds the smallest schedule of each outcome, with proof where the budget allows it.
fn smallest<H: ForkHost>(setup: Setup<'_, H>, options: &Options, report: &mut Report, livelocks: &ByHash<()>) {
    let wanted: Vec<Outcome> = report.outcomes.iter().map(|found| found.outcome.clone()).collect();
    let budget = Budget { runs: None, states: Some(options.exact_states), time: None };
    let cheapest = minimal(setup, Until::Proven(&wanted), livelocks, budget);
    report.stats.exact_states = cheapest.states;
    for found in &mut report.outcomes {
        if let Some(cheap) = cheapest.findings.get(&found.outcome)
            && cheap.cost <= found.cost
        {
            found.cost = cheap.cost;
            found.path.clone_from(&cheap.path);
        }
        // All states below this price were expanded: whatever is as cheap as that is cheapest.
        found.proven = found.cost <= cheapest.level;
    }
    let unproven = report.outcomes.iter_mut().filter(|found| !found.proven && found.outcome.text != "livelock");
    for found in unproven.take(MOST_SHRUNK) {
        let path = shrink(setup, &found.path, SHRINK_RUNS);
        if crate::findings::cost(&path) < found.cost {
            found.cost = crate::findings::cost(&path);
            found.path = path;
            found.proven = found.cost <= cheapest.level;
        }
    }
    // What the proof met besides counts as found: the sampled set may have missed it.
    for cheap in cheapest.findings.iter() {
        if !wanted.contains(&cheap.outcome) {
            report.outcomes.push(Found { count: 0, by: "proof", ..cheap.clone() });
        }
    }
    report.outcomes.sort_by(|a, b| (a.cost, &a.outcome).cmp(&(b.cost, &b.outcome)));
}
