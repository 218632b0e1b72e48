//! Run: `cargo test --release -p raddle-explore --test scale -- --nocapture`. The programs of `examples/scale` have as many
//! outcomes as counting says.

mod support;

use raddle_explore::findings::Budget;
use raddle_explore::search::{Space, search};
use support::{Subject, example};

fn states_of(name: &str) -> (bool, usize) {
    let subject = Subject::new(&example(&format!("scale/{name}.wat")));
    let (report, _) = search(subject.setup(), Space::States, Budget::default());
    eprintln!("{name}: {} outcomes, {:?}", report.outcomes.len(), report.stats);
    (report.complete, report.outcomes.len())
}

#[test]
fn producers_interleave_in_every_way() {
    assert_eq!(states_of("producers-2x1"), (true, 2));
    assert_eq!(states_of("producers-2x4"), (true, 70));
}

#[test]
fn two_producers_of_six_messages_are_explored_completely() {
    assert_eq!(states_of("producers-2x6"), (true, 924));
}

#[test]
fn three_producers_of_four_messages_are_explored_completely() {
    if cfg!(debug_assertions) {
        return;
    }
    assert_eq!(states_of("producers-3x4"), (true, 34_650));
}
