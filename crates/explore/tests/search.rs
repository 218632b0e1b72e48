//! Run: `cargo test -p raddle-explore --test search`. Searches of small programs whose schedules, states and outcomes are
//! known.

mod support;

use raddle_explore::findings::{Budget, ByHash, Report};
use raddle_explore::minimal::{Until, minimal};
use raddle_explore::run::{Follow, record};
use raddle_explore::search::{Space, search};
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
