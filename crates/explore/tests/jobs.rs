//! Run: `cargo test -p raddle-explore --test jobs`. What exploring finds does not depend on how many threads it runs on, nor on
//! when it is done.

mod support;

use std::time::Duration;

use raddle_explore::explore::Strategy;
use raddle_explore::{Budget, Options, explore};
use support::generate::program;
use support::{Subject, example};

fn json(subject: &Subject, strategy: Strategy, jobs: usize) -> String {
    let budget = Budget { runs: Some(300), ..Budget::default() };
    let options = Options { strategy, seed: 3, budget, jobs, exact_states: 200, classes: 50 };
    let mut exploration = explore(subject.setup(), &options);
    exploration.report.elapsed = Duration::ZERO;
    exploration.to_json().to_string()
}

#[test]
fn reports_do_not_depend_on_the_number_of_threads() {
    let texts = ["lost-update", "first-event", "cancel-race"].map(|name| example(&format!("{name}.wat")));
    for text in texts.into_iter().chain((1..4).map(program)) {
        let subject = Subject::new(&text);
        for strategy in [Strategy::Portfolio, Strategy::Random, Strategy::Pos, Strategy::States, Strategy::Dpor] {
            let once = json(&subject, strategy, 1);
            for jobs in [1, 3] {
                assert_eq!(json(&subject, strategy, jobs), once, "{strategy:?} on {jobs} threads");
            }
        }
    }
}

#[test]
fn a_bound_of_memory_gives_way_to_sampling_and_says_so() {
    let subject = Subject::new(&example("scale/producers-2x4.wat"));
    let budget = Budget { runs: Some(200), memory: Some(64 << 10), ..Budget::default() };
    let options = Options { strategy: Strategy::States, seed: 0, budget, jobs: 1, exact_states: 100, classes: 50 };
    let report = explore(subject.setup(), &options).report;
    assert!(!report.complete);
    assert_eq!(report.strategy, "states, then sampled");
    assert!(report.kept_bytes > 0, "{report:?}");
    let why = report.left_out.expect("it says why");
    assert!(why.starts_with("stopped at the bound of memory, after "), "{why}");
    assert!(why.ends_with("; then 200 runs were sampled"), "{why}");
    let budget = Budget { memory: Some(1 << 30), ..budget };
    let budget = Budget { runs: None, ..budget };
    let report = explore(subject.setup(), &Options { budget, ..options }).report;
    assert!(report.complete);
}
