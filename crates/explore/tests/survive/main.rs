//! Run: `RADDLE_FAILING=10 cargo test --release -p raddle-explore --test survive -- --nocapture`, which prints the table of `docs/strategies.md`. A
//! failure is recorded, the program edited elsewhere by what is one line of its source: how often does the schedule still fail,
//! and how often does the seed?

#[path = "../support/mod.rs"]
mod support;

mod edit;
mod host;

use choice::{Pick, Seeded};
use edit::Edit;
use host::Edited;
use raddle_explore::explore::{Options, Strategy};
use raddle_explore::near::near;
use raddle_explore::run::{Follow, record};
use raddle_explore::{Budget, explore};
use support::corpus::Bug;
use support::measure::seed;

/// How many seeds that fail are recorded for each bug, unless `RADDLE_FAILING` says so.
const FAILING: usize = 2;

/// How many seeds are tried to find them.
const TRIED: u64 = 2_000;

/// The least share of schedules that still fail, in percent.
const FLOOR: usize = 75;

/// How many of how many still fail.
#[derive(Clone, Copy, Debug, Default)]
struct Share {
    still: usize,
    of: usize,
}

impl Share {
    fn add(&mut self, still: bool) {
        self.still += usize::from(still);
        self.of += 1;
    }

    fn join(&mut self, other: Self) {
        self.still += other.still;
        self.of += other.of;
    }

    fn percent(self) -> usize {
        (self.still * 100).checked_div(self.of).unwrap_or(0)
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} % ({} of {})", self.percent(), self.still, self.of)
    }
}

/// The shares of one edit; `first` is without a search near the schedule.
#[derive(Clone, Copy, Debug, Default)]
struct Shares {
    programs: usize,
    minimal: [Share; 2],
    random: [Share; 2],
    seeds: Share,
}

/// A failing run: the outcome and the picks.
type Recording = (String, Vec<Pick>);

/// What was recorded of a bug: smallest schedules, and seeds that fail.
struct Recordings {
    minimal: Vec<Recording>,
    random: Vec<(u64, Recording)>,
}

fn recordings(bug: &Bug) -> Recordings {
    let options = Options { strategy: Strategy::States, budget: Budget::default(), ..Options::default() };
    let report = explore(bug.setup(), &options).report;
    let wrong = report.outcomes.iter().filter(|found| bug.is_wrong(&found.outcome));
    let recorded = |run: raddle_explore::run::Recorded| (run.outcome.text, run.picks);
    let minimal = wrong.map(|found| recorded(record(bug.setup(), Follow::new(&found.path)))).collect();
    let seeds = (0..TRIED).map(seed).filter_map(|seed| {
        let run = record(bug.setup(), Seeded::new(seed));
        bug.is_wrong(&run.outcome).then(|| (seed, recorded(run)))
    });
    let failing = std::env::var("RADDLE_FAILING").map_or(FAILING, |count| count.parse().expect("it is a number"));
    Recordings { minimal, random: seeds.take(failing).collect() }
}

/// Whether an edited program is still one to be looked at: right by default, and wrong under some schedule.
fn is_fit(edited: &Edited) -> bool {
    let options =
        Options { strategy: Strategy::States, budget: Budget::default(), exact_states: 0, ..Options::default() };
    let exploration = explore(edited.setup(), &options);
    let wrong = |found: &raddle_explore::Found| edited.is_wrong(&found.outcome);
    !edited.is_wrong(&exploration.default) && exploration.report.outcomes.iter().any(wrong)
}

fn measure(edited: &Edited, recordings: &Recordings, shares: &mut Shares) {
    let still = |(outcome, picks): &Recording, shares: &mut [Share; 2]| {
        let run = near(edited.setup(), picks, |found| found.text == *outcome);
        let is_still = edited.is_wrong(&run.recorded.outcome);
        shares[0].add(is_still && run.tried == 1);
        shares[1].add(is_still);
        if !is_still && std::env::var_os("RADDLE_VERBOSE").is_some() {
            eprintln!("{}: {:?}, moved {:?}, dropped {:?}", edited.name, run.recorded.outcome, run.moved, run.dropped);
        }
    };
    shares.programs += 1;
    for recording in &recordings.minimal {
        still(recording, &mut shares.minimal);
    }
    for (seed, recording) in &recordings.random {
        still(recording, &mut shares.random);
        shares.seeds.add(edited.is_wrong(&record(edited.setup(), Seeded::new(*seed)).outcome));
    }
}

/// A row of the table.
fn row(words: &str, shares: &Shares) {
    let Shares { programs, minimal, random, seeds } = shares;
    let [first, near] = minimal;
    let [random_first, random_near] = random;
    eprintln!("| {words} | {programs} | {first} | {near} | {random_first} | {random_near} | {seeds} |");
}

#[test]
fn recorded_failures_survive_edits() {
    let bugs: Vec<(Bug, Recordings)> = Bug::all()
        .into_iter()
        .map(|bug| {
            let found = recordings(&bug);
            (bug, found)
        })
        .collect();
    let mut all = Shares::default();
    eprintln!("| edit | programs | smallest: first | smallest: near | random: first | random: near | seed |");
    eprintln!("|---|---|---|---|---|---|---|");
    for edit in Edit::ALL {
        let mut shares = Shares::default();
        for (bug, recordings) in &bugs {
            let Some(text) = edit.apply(&bug.text) else { continue };
            let edited = Edited::new(&format!("{} with {}", bug.name, edit.words()), &text, bug);
            if is_fit(&edited) {
                measure(&edited, recordings, &mut shares);
            }
        }
        row(edit.words(), &shares);
        assert!(shares.programs >= 4, "{}: only {} programs", edit.words(), shares.programs);
        all.programs += shares.programs;
        for place in 0..2 {
            all.minimal[place].join(shares.minimal[place]);
            all.random[place].join(shares.random[place]);
        }
        all.seeds.join(shares.seeds);
    }
    row("all", &all);
    assert!(all.minimal[1].percent() >= FLOOR, "smallest schedules: {}", all.minimal[1]);
    assert!(all.random[1].percent() >= FLOOR, "random schedules: {}", all.random[1]);
}
