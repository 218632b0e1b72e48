//! Exploring with a strategy and a budget, from the first run to the smallest schedules.
//!
//! Spec: DESIGN, "Exploration". In the portfolio all members take turns for some rounds, then states are searched up to a
//! bound; when that is not complete, samplers run in turns. Whatever found an outcome, its schedule is then made as small as can be: with proof where the search by price is
//! small enough, else by leaving picks out.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::clock::Clock;
use crate::dpor::{count, reduce};
use crate::findings::{Budget, ByHash, Findings, Found, Report, Stats, Unit};
use crate::knowledge::Knowledge;
use crate::minimal::{Until, minimal};
use crate::outcome::{Kind, Outcome};
use crate::reduced::Reduced;
use crate::rounds::Rounds;
use crate::run::{Follow, Sampler, record};
use crate::sample::{Enough, Plan, Sampled, sample};
use crate::samplers::{Pct, Pos, Profile, Random, Surw};
use crate::search::{FULL, Space, conclude, go_on};
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
            Some(("pct", "0")) => Err("expected a depth of at least 1 after `pct:`, found `0`".to_owned()),
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
    /// In how many schedules the classes are counted, when all states were searched.
    pub classes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            strategy: Strategy::Portfolio,
            seed: 0,
            budget: DEFAULT_BUDGET,
            jobs: 1,
            exact_states: 400_000,
            classes: 1_000,
        }
    }
}

/// What the command line uses when nothing is said.
pub const DEFAULT_BUDGET: Budget =
    Budget { runs: Some(10_000), states: Some(4_000_000), time: Some(Duration::from_mins(1)), memory: Some(3 << 30) };

/// How many states the portfolio searches before it samples.
const PORTFOLIO_STATES: u64 = 20_000;

/// How many rounds the members of the portfolio take turns.
const ROUNDS: u64 = 64;

/// How many states the proof may take when exploring was interrupted.
const INTERRUPTED_STATES: u64 = 5_000;

/// No bound.
const UNBOUNDED: Budget = Budget { runs: None, states: None, time: None, memory: None };

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
    /// What samplers drew from.
    pub seed: u64,
    /// How much was allowed.
    pub bounds: Budget,
    /// How many classes of schedules there are, or why they were not counted.
    pub classes: Result<u64, String>,
}

/// How far an exploration is that was interrupted or came to the end of its budget, to go on with.
#[derive(Clone, Debug)]
pub enum Rest {
    /// A search over schedules or states.
    Search(Box<Knowledge>),
    /// Runs by samplers.
    Runs(Box<Sampled>),
    /// Partial-order reduction.
    Reduction(Box<Reduced>),
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
    explore_on(setup, options, None).0
}

/// Explores, or goes on with what is left. Gives what is left now, if anything is.
pub fn explore_on<H: ForkHost>(
    setup: Setup<'_, H>,
    options: &Options,
    rest: Option<Rest>,
) -> (Exploration, Option<Rest>) {
    let clock = Clock::start();
    let default = record(setup, Follow::new(&[])).outcome;
    let mut livelocks = ByHash::default();
    let (mut report, rest) = match (options.strategy, rest) {
        (Strategy::States, rest) => searched(setup, Space::States, options, rest, &mut livelocks),
        (Strategy::Dfs(depth), rest) => searched(setup, Space::Schedules { depth }, options, rest, &mut livelocks),
        (Strategy::Dpor, rest) => reduced(setup, options, rest),
        (Strategy::Portfolio, rest) => portfolio(setup, options, rest, &mut livelocks),
        (Strategy::Random | Strategy::Pct(_) | Strategy::Pos | Strategy::Surw, rest) => {
            sampled(setup, options, rest, &default)
        }
    };
    smallest(setup, options, &mut report, &livelocks);
    let classes = classes(setup, options, &report);
    report.elapsed = clock.elapsed();
    (Exploration { report, default, seed: options.seed, bounds: options.budget, classes }, rest)
}

fn reduced<H: ForkHost>(setup: Setup<'_, H>, options: &Options, rest: Option<Rest>) -> (Report, Option<Rest>) {
    let mut known = match rest {
        Some(Rest::Reduction(known)) => known,
        Some(Rest::Search(_) | Rest::Runs(_)) | None => Box::new(Reduced::start()),
    };
    let cut = reduce(setup, options.budget, &mut known);
    let report = known.report(cut);
    (report, (!known.left.is_empty()).then_some(Rest::Reduction(known)))
}

/// Counts the classes of schedules where nothing was left out, if the bound allows it.
pub fn classes<H: ForkHost>(setup: Setup<'_, H>, options: &Options, report: &Report) -> Result<u64, String> {
    let most = options.classes;
    match report.unit {
        _ if !report.complete => Err("not all was explored".to_owned()),
        // All classes were run, and each is counted for its outcome.
        Unit::Classes => Ok(report.outcomes.iter().map(|found| found.count).sum()),
        _ if report.outcomes.iter().any(|found| found.outcome.kind == Kind::Livelock) => {
            Err("some schedules do not end".to_owned())
        }
        // Schedules of one class end in one state.
        _ if report.stats.terminal_states > most => Err(format!("more than {most} schedules")),
        Unit::TerminalStates | Unit::Schedules | Unit::Runs => count(setup, most),
    }
}

fn searched<H: ForkHost>(
    setup: Setup<'_, H>,
    space: Space,
    options: &Options,
    rest: Option<Rest>,
    livelocks: &mut ByHash<()>,
) -> (Report, Option<Rest>) {
    let mut knowledge = match rest {
        Some(Rest::Search(knowledge)) => knowledge,
        Some(Rest::Runs(_) | Rest::Reduction(_)) | None => Box::new(Knowledge::start()),
    };
    let runs = if space == Space::States { None } else { options.budget.runs };
    let cut = go_on(setup, space, Budget { runs, ..options.budget }, &mut knowledge);
    let (mut report, known) = conclude(&knowledge, space, cut);
    report.strategy = options.strategy.to_string();
    *livelocks = known.livelocks;
    let rest = (!knowledge.left.is_empty()).then_some(Rest::Search(knowledge));
    if report.left_out.as_ref().is_some_and(|why| why.starts_with(FULL)) {
        report = with_samples(setup, options, report);
    }
    (report, rest)
}

/// Goes on by sampling where a search over states came to the bound of memory, and says so.
fn with_samples<H: ForkHost>(setup: Setup<'_, H>, options: &Options, first: Report) -> Report {
    let budget = Budget { runs: options.budget.runs.or(DEFAULT_BUDGET.runs), ..options.budget };
    let options = Options { strategy: Strategy::Portfolio, budget, ..*options };
    let (second, _) = sampled(setup, &options, None, &Outcome::new(Kind::Diverged, ""));
    let mut findings = Findings::default();
    for found in second.outcomes {
        findings.merge(found);
    }
    for mut found in first.outcomes {
        (found.count, found.by) = (0, "states");
        findings.merge(found);
    }
    let why = first.left_out.unwrap_or_default();
    Report {
        strategy: "states, then sampled".to_owned(),
        unit: Unit::Runs,
        left_out: Some(format!("{why}; then {} runs were sampled", second.stats.runs)),
        data_choices: first.data_choices || second.data_choices,
        outcomes: findings.into_sorted(),
        stats: Stats { states: first.stats.states, terminal_states: first.stats.terminal_states, ..second.stats },
        ..first
    }
}

fn portfolio<H: ForkHost>(
    setup: Setup<'_, H>,
    options: &Options,
    rest: Option<Rest>,
    livelocks: &mut ByHash<()>,
) -> (Report, Option<Rest>) {
    let bound = options.budget.states.unwrap_or(u64::MAX).min(PORTFOLIO_STATES);
    let budget = Budget { states: Some(bound), ..options.budget };
    let samplers = samplers(setup, Strategy::Portfolio, options.seed);
    let mut rounds = Rounds::go(setup, samplers, ROUNDS, budget);
    let cut = go_on(setup, Space::States, Budget { runs: None, ..budget }, &mut rounds.knowledge);
    let (mut first, known) = conclude(&rounds.knowledge, Space::States, cut);
    *livelocks = known.livelocks;
    options.strategy.to_string().clone_into(&mut first.strategy);
    for found in &mut first.outcomes {
        rounds.sign(found);
    }
    if first.complete {
        return (first, None);
    }
    let (mut second, rest) = sampled(setup, options, rest, &Outcome::new(Kind::Diverged, ""));
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
    (second, rest)
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

fn sampled<H: ForkHost>(
    setup: Setup<'_, H>,
    options: &Options,
    rest: Option<Rest>,
    default: &Outcome,
) -> (Report, Option<Rest>) {
    let profile = Profile::of(setup);
    let enough: Enough<'_> = &|outcome| outcome.is_failure() && outcome != default;
    let make = || members(options.strategy, options.seed, &profile);
    let before = if let Some(Rest::Runs(before)) = rest { *before } else { Sampled::default() };
    let plan = Plan { from: before.next, budget: options.budget, jobs: options.jobs };
    let mut all = sample(setup, &make, plan, enough);
    all.join(&before);
    let report = sampled_report(options.strategy, &all);
    (report, Some(Rest::Runs(Box::new(all))))
}

/// The report of runs by samplers.
pub fn sampled_report(strategy: Strategy, sampled: &Sampled) -> Report {
    Report {
        strategy: strategy.to_string(),
        unit: Unit::Runs,
        complete: false,
        left_out: Some(format!("{} runs were sampled", sampled.stats.runs)),
        data_choices: sampled.data,
        outcomes: sampled.findings.clone().into_sorted(),
        stats: sampled.stats,
        kept_bytes: 0,
        elapsed: Duration::ZERO,
    }
}

impl fmt::Display for Strategy {
    /// The spelling that `FromStr` reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Portfolio => f.write_str("portfolio"),
            Self::Random => f.write_str("random"),
            Self::Pct(depth) => write!(f, "pct:{depth}"),
            Self::Pos => f.write_str("pos"),
            Self::Surw => f.write_str("surw"),
            Self::Dfs(None) => f.write_str("dfs"),
            Self::Dfs(Some(depth)) => write!(f, "dfs:{depth}"),
            Self::Dpor => f.write_str("dpor"),
            Self::States => f.write_str("states"),
        }
    }
}

/// Finds the smallest schedule of each outcome, with proof where the budget allows it.
pub fn smallest<H: ForkHost>(setup: Setup<'_, H>, options: &Options, report: &mut Report, livelocks: &ByHash<()>) {
    let wanted: Vec<Outcome> = report.outcomes.iter().map(|found| found.outcome.clone()).collect();
    // Who does not want to wait gets what a short proof gives.
    let is_interrupted = setup.observer.stops();
    let states = if is_interrupted { options.exact_states.min(INTERRUPTED_STATES) } else { options.exact_states };
    let runs = if is_interrupted { SHRINK_RUNS / 20 } else { SHRINK_RUNS };
    let budget = Budget { states: Some(states), ..UNBOUNDED };
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
        let path = shrink(setup, &found.path, runs);
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
