//! Run: `cargo test -p raddle-explore --test strategies`. What is promised of strategies, over the corpus of `examples/bugs`: PCT's
//! rate, and how far the portfolio is from its best member. All seeds are fixed.

mod support;

use raddle_explore::explore::{Options, Strategy};
use raddle_explore::samplers::Profile;
use raddle_explore::{Budget, explore};
use support::corpus::Bug;
use support::measure::{hits, median, portfolio, runs, sampler, schedules, seed};

/// How many runs a rate is measured over.
const RUNS: u64 = 10_000;

/// How many series of runs a median is taken of.
const SERIES: u64 = 31;

/// More schedules than this are not tried.
const MOST: u64 = 1_000;

/// The members of the portfolio.
const MEMBERS: [Strategy; 6] =
    [Strategy::Random, Strategy::Pct(3), Strategy::Pos, Strategy::Surw, Strategy::Pct(2), Strategy::States];

#[test]
fn pct_hits_as_often_as_it_promises() {
    for bug in Bug::all() {
        let name = &bug.name;
        let profile = Profile::of(bug.setup());
        let least = profile.actors * profile.steps.pow(bug.depth() - 1);
        let found = hits(&bug, &mut *sampler(Strategy::Pct(bug.depth()), seed(0), &profile), RUNS);
        eprintln!("{name}: {found} of {RUNS}, promised 1 in {least}");
        assert!(RUNS / least >= 4, "{name}: so few runs show nothing");
        // Where the promise is tight, the rate is off by chance: four standard deviations are allowed.
        let promised = RUNS / least;
        assert!(found + 4 * promised.isqrt() >= promised, "{name}: {found} of {RUNS}, promised 1 in {least}");
    }
}

/// How many schedules each member needs, in the middle, then the portfolio.
fn row(bug: &Bug) -> Vec<u64> {
    let profile = Profile::of(bug.setup());
    let of_member = |strategy: &Strategy| match strategy {
        Strategy::States => schedules(bug, Strategy::States, MOST),
        sampled @ (Strategy::Portfolio
        | Strategy::Random
        | Strategy::Pct(_)
        | Strategy::Pos
        | Strategy::Surw
        | Strategy::Dfs(_)
        | Strategy::Dpor) => {
            median((0..SERIES).map(|n| runs(bug, &mut *sampler(*sampled, seed(n), &profile), MOST)).collect())
        }
    };
    let mut row: Vec<Option<u64>> = MEMBERS.iter().map(of_member).collect();
    row.push(median((0..SERIES).map(|n| portfolio(bug, seed(n), MOST)).collect()));
    row.into_iter().map(|count| count.unwrap_or(MOST)).collect()
}

#[test]
fn the_portfolio_is_near_its_best_member() {
    let rows: Vec<(String, Vec<u64>)> = Bug::all().iter().map(|bug| (bug.name.clone(), row(bug))).collect();
    let members = MEMBERS.len();
    let float = |count: u64| f64::from(u32::try_from(count).expect("it is small"));
    let logs = |column: usize| rows.iter().map(|(_, row)| float(row[column]).ln()).sum::<f64>();
    let mean = |column: usize| (logs(column) / float(u64::try_from(rows.len()).expect("it is small"))).exp();
    let best = (0..members).map(mean).fold(f64::INFINITY, f64::min);
    eprintln!("geometric means: {:.2} for the portfolio, {best:.2} for its best member", mean(members));
    assert!(mean(members) <= 2.0 * best, "{:.2} against {best:.2}", mean(members));
    for (name, row) in &rows {
        let best = row[..members].iter().min().expect("there are members");
        assert!(row[members] <= (1 + u64::try_from(members).expect("they are few")) * best, "{name}: {row:?}");
    }
}

#[test]
fn the_portfolio_says_who_found_what() {
    let bug = Bug::new("starvation");
    let exploration = explore(bug.setup(), &Options { budget: Budget::default(), ..Options::default() });
    assert!(exploration.report.complete);
    for found in &exploration.report.outcomes {
        assert!(!found.by.is_empty(), "{found:?}");
    }
    let wrong = exploration.report.outcomes.iter().find(|found| bug.is_wrong(&found.outcome)).expect("it is found");
    assert!(wrong.first_run > 0 && wrong.by.starts_with("pct"), "{wrong:?}");
}
