//! Run: `cargo test -p raddle-explore --test search`. Searches of small programs whose schedules, states and outcomes are
//! known.

mod support;

use choice::First;
use raddle_explore::Setup;
use raddle_explore::findings::{Budget, ByHash, Report};
use raddle_explore::minimal::{Until, minimal};
use raddle_explore::preview::{Leads, preview};
use raddle_explore::run::{Follow, record};
use raddle_explore::search::{Space, search};
use raddle_explore::world::{Arrival, Machine};
use runtime::drive::{NoHost, Pace};
use support::corpus::Bug;
use support::{Subject, example, outcomes_of_head};

fn outcomes(report: &Report) -> Vec<String> {
    let mut outcomes: Vec<String> = report.outcomes.iter().map(|found| found.outcome.to_string()).collect();
    outcomes.sort();
    outcomes
}

#[test]
fn examples_have_exactly_their_outcomes() {
    for name in ["lost-update", "first-event", "pipeline", "deadlock", "cancel-race"] {
        let text = example(&format!("{name}.wat"));
        let subject = Subject::new(&text);
        let (report, _) = search(subject.setup(), Space::States, Budget::default());
        eprintln!("{name}: {:?} {:?}", report.stats, report.elapsed);
        assert!(report.complete, "{name}");
        assert_eq!(outcomes(&report), outcomes_of_head(&text), "{name}");
        let cheapest = minimal(subject.setup(), Until::Exhausted, &ByHash::default(), Budget::default());
        assert!(cheapest.exhausted);
        let mut costs: Vec<_> = cheapest.findings.iter().map(|f| (f.outcome.to_string(), f.cost)).collect();
        costs.sort();
        eprintln!("   {costs:?} {} exact states", cheapest.states);
        for found in cheapest.findings.iter() {
            assert_eq!(record(subject.setup(), Follow::new(&found.path)).outcome, found.outcome);
        }
    }
}

/// All outcomes after a choice of a path was made with an alternative, searched from there as from a beginning.
fn after(setup: Setup<'_, NoHost>, before: &[u16], alternative: usize) -> Vec<String> {
    let mut machine = Machine::new(setup, Pace::Choices);
    let point = machine.go_to(before).expect("a choice is there");
    match machine.pick(&point, alternative, &mut First) {
        Arrival::Over(ending) => vec![machine.outcome(&ending).to_string()],
        Arrival::Choice(_) => {
            outcomes(&search(Setup { start: &machine.world, ..setup }, Space::States, Budget::default()).0)
        }
    }
}

#[test]
fn previews_say_all_that_alternatives_lead_to() {
    let mut previewed = 0;
    for bug in Bug::all() {
        let mut before = Vec::new();
        for station in preview(bug.setup(), &[], (8, 20_000)) {
            for (position, alternative) in station.alternatives.iter().enumerate() {
                let Leads::To(found) = &alternative.leads else { panic!("{} is small", bug.name) };
                let mut found: Vec<String> = found.iter().map(ToString::to_string).collect();
                found.sort();
                let expected = after(bug.setup(), &before, position);
                assert_eq!(found, expected, "{}: {}: {}", bug.name, station.anchor, alternative.name);
                previewed += 1;
            }
            before.push(0);
        }
    }
    assert!(previewed > 100, "{previewed}");
}
