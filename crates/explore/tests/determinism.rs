//! Run: `cargo test -p raddle-explore --test determinism`. The same command finds the same, twice and on any number of threads:
//! searches of all states, and a number of runs, over the corpus of `examples/bugs`.

mod support;

use raddle_explore::explore::{Options, Strategy};
use raddle_explore::{Budget, explore};
use serde_json::Value;
use support::corpus::Bug;

/// The report but for what was measured.
fn report(bug: &Bug, options: &Options) -> Value {
    let mut json = explore(bug.setup(), options).to_json();
    let timing = json.as_object_mut().and_then(|object| object.remove("timing"));
    assert!(timing.is_some(), "what was measured stands apart");
    json
}

#[test]
fn reports_do_not_depend_on_threads_or_on_time() {
    let runs = Budget { runs: Some(160), ..Budget::default() };
    let plain = Options { budget: runs, ..Options::default() };
    let strategies = [
        Options { strategy: Strategy::States, budget: Budget::default(), ..plain },
        Options { strategy: Strategy::Portfolio, ..plain },
        Options { strategy: Strategy::Random, seed: 7, ..plain },
        Options { strategy: Strategy::Pct(3), seed: 7, ..plain },
        Options { strategy: Strategy::Pos, seed: 7, ..plain },
        Options { strategy: Strategy::Surw, seed: 7, ..plain },
        Options { strategy: Strategy::Dfs(None), ..plain },
        Options { strategy: Strategy::Dpor, ..plain },
    ];
    for bug in Bug::all() {
        for options in strategies {
            let first = report(&bug, &Options { jobs: 1, ..options });
            for jobs in [1, 2, 3] {
                let again = report(&bug, &Options { jobs, ..options });
                assert_eq!(again, first, "{}: {:?} with {jobs} jobs", bug.name, options.strategy);
            }
        }
    }
}
