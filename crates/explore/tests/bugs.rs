//! Run: `cargo test -p raddle-explore --test bugs`; `BLESS=1` rewrites the lines `;; outcomes:` and the table of
//! `examples/bugs/README.md`. Every component of the corpus has exactly the outcomes that its head names, each with the
//! fewest picks, proven; the default schedule is right in all of them.

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use raddle_explore::explore::{Options, Strategy};
use raddle_explore::run::{Follow, record};
use raddle_explore::{Budget, Exploration, Kind, explore};
use support::corpus::{Bug, path};

fn exhaustive(bug: &Bug) -> Exploration {
    let options = Options { strategy: Strategy::States, budget: Budget::default(), ..Options::default() };
    explore(bug.setup(), &options)
}

/// The outcomes with their prices, as the head of a file names them.
fn outcomes(exploration: &Exploration) -> String {
    let found = exploration.report.outcomes.iter();
    found.map(|found| format!("{} in {}", found.outcome, found.cost)).collect::<Vec<_>>().join("; ")
}

/// Rewrites the line of a head, or adds it as the last one.
fn bless(bug: &Bug, outcomes: &str) {
    let line = format!(";; outcomes: {outcomes}");
    let text = match bug.field("outcomes") {
        Some(before) => bug.text.replacen(&format!(";; outcomes: {before}"), &line, 1),
        None => bug.text.replacen("\n(component", &format!("\n{line}\n(component"), 1),
    };
    fs::write(path().join(format!("{}.wat", bug.name)), text).expect("the file can be written");
}

#[test]
fn bugs_have_exactly_the_outcomes_of_their_heads() {
    let mut wrong = BTreeMap::new();
    for bug in Bug::all() {
        let exploration = exhaustive(&bug);
        let report = &exploration.report;
        assert!(report.complete && !report.data_choices, "{}", bug.name);
        assert!(report.outcomes.iter().all(|found| found.proven), "{}: {report:?}", bug.name);
        let found = outcomes(&exploration);
        if std::env::var_os("BLESS").is_some() {
            bless(&bug, &found);
        } else if found != bug.need("outcomes") {
            wrong.insert(bug.name.clone(), found);
        }
    }
    assert!(wrong.is_empty(), "run with BLESS=1 and look at what changed: {wrong:#?}");
}

#[test]
fn the_default_schedule_is_right_and_another_one_is_not() {
    for bug in Bug::all() {
        let exploration = exhaustive(&bug);
        assert!(!bug.is_wrong(&exploration.default), "{}: {}", bug.name, exploration.default);
        let wrong = exploration.report.outcomes.iter().filter(|found| bug.is_wrong(&found.outcome));
        let kinds: Vec<Kind> = wrong.map(|found| found.outcome.kind).collect();
        let expected = match bug.need("kind") {
            "wrong result" => Kind::Returned,
            "trap" => Kind::Trap,
            "deadlock" => Kind::Deadlock,
            "livelock" => Kind::Livelock,
            "leak" => Kind::Leak,
            other => panic!("{}: expected a kind, found `{other}`", bug.name),
        };
        assert!(!kinds.is_empty() && kinds.iter().all(|kind| *kind == expected), "{}: {kinds:?}", bug.name);
    }
}

#[test]
fn the_smallest_schedules_lead_to_their_outcomes() {
    for bug in Bug::all() {
        for found in exhaustive(&bug).report.outcomes {
            let recorded = record(bug.setup(), Follow::new(&found.path));
            if found.outcome.kind == Kind::Livelock {
                // A livelock is a cycle; a run stops in it when a limit is reached.
                assert_eq!(recorded.outcome.kind, Kind::Limit, "{}", bug.name);
                continue;
            }
            assert_eq!(recorded.outcome, found.outcome, "{}", bug.name);
            assert_eq!(recorded.picks.len(), usize::try_from(found.cost).expect("it fits"), "{}", bug.name);
        }
    }
}

#[test]
fn the_corpus_is_as_large_as_it_should_be() {
    let bugs = Bug::all();
    assert!(bugs.len() >= 16, "{}", bugs.len());
    for depth in 1..=4 {
        assert!(bugs.iter().any(|bug| bug.depth() == depth), "no bug of depth {depth}");
    }
    let public = bugs.iter().filter(|bug| bug.need("bug").contains('#')).count();
    assert!(public >= 5, "{public} of them were public");
}

/// Marks around the table of the folder's README.
const TABLE: [&str; 2] = ["<!-- table: bugs -->\n", "<!-- end -->"];

#[test]
fn the_table_says_what_the_heads_say() {
    let mut table =
        "| file | bug | kind | depth | outcomes, each with the fewest choices that lead there | right |\n".to_owned();
    table += "|---|---|---|---|---|---|\n";
    for bug in Bug::all() {
        let name = &bug.name;
        let [what, kind, depth, outcomes, right] =
            ["bug", "kind", "depth", "outcomes", "right"].map(|name| bug.need(name));
        let flags = bug.field("flags").map_or_else(String::new, |flags| format!(", with `{flags}`"));
        writeln!(table, "| [{name}.wat]({name}.wat) | {what} | {kind}{flags} | {depth} | {outcomes} | {right} |")
            .expect("a text takes everything");
    }
    let file = path().join("README.md");
    let text = fs::read_to_string(&file).expect("the folder has a README");
    let (head, rest) = text.split_once(TABLE[0]).expect("it has a table");
    let (before, tail) = rest.split_once(TABLE[1]).expect("the table ends");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&file, format!("{head}{}{table}{}{tail}", TABLE[0], TABLE[1])).expect("the file can be written");
    } else {
        assert_eq!(before, table, "run with BLESS=1 and look at what changed");
    }
}
