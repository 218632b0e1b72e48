//! Run: `cargo test --release -p raddle-explore --test scale -- --nocapture`. The programs of `examples/scale` have as many
//! outcomes as counting says and as many states as docs/scale.md, and independent pairs as many classes whatever the number
//! of their messages. BLESS=1 writes the programs of independent pairs anew.

mod support;

use raddle_explore::dpor::dpor;
use raddle_explore::findings::Budget;
use raddle_explore::search::{Space, search, search_seeing};
use runtime::footprint::Footprint;
use support::scale::independent;
use support::{Subject, example, folder};

/// Whether the search was complete, the outcomes and the states.
fn states_of(name: &str) -> (bool, usize, u64) {
    let subject = Subject::new(&example(&format!("scale/{name}.wat")));
    let (report, _) = search(subject.setup(), Space::States, Budget::default());
    eprintln!("{name}: {} outcomes, {:?}", report.outcomes.len(), report.stats);
    (report.complete, report.outcomes.len(), report.stats.states)
}

#[test]
fn producers_interleave_in_every_way() {
    assert_eq!(states_of("producers-2x1"), (true, 2, 27));
    assert_eq!(states_of("producers-2x4"), (true, 70, 2_624));
}

#[test]
fn two_producers_of_six_messages_are_explored_completely() {
    assert_eq!(states_of("producers-2x6"), (true, 924, 34_472));
}

#[test]
fn three_producers_of_four_messages_are_explored_completely() {
    if cfg!(debug_assertions) {
        return;
    }
    assert_eq!(states_of("producers-3x4"), (true, 34_650, 2_047_771));
}

/// The outcomes and the schedules that partial-order reduction runs.
fn classes_of(pairs: u32, messages: u32) -> (usize, u64) {
    let name = format!("scale/independent-{pairs}x{messages}.wat");
    let text = independent(pairs, messages);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(folder().join(&name), &text).expect("the program can be written");
    }
    assert_eq!(example(&name), text, "{name} is not what the generator writes: run with BLESS=1");
    let subject = Subject::new(&text);
    let report = dpor(subject.setup(), Budget::default(), &mut |_, _| {});
    assert!(report.complete, "{:?}", report.left_out);
    eprintln!("{name}: {} outcomes, {:?}", report.outcomes.len(), report.stats);
    (report.outcomes.len(), report.stats.runs)
}

#[test]
fn the_classes_of_independent_pairs_do_not_grow_with_their_messages() {
    for messages in [1, 2, 4, 8] {
        assert_eq!(classes_of(2, messages), classes_of(2, 1), "{messages} messages");
        assert_eq!(classes_of(3, messages), classes_of(3, 1), "{messages} messages");
    }
    assert_eq!((classes_of(2, 1).0, classes_of(3, 1).0), (2, 6), "consumers are done in any order");
}

/// The states of independent pairs and the transitions that they take, with sleepers and without.
fn transitions_of(name: &str) -> [(u64, u64); 2] {
    let subject = Subject::new(&example(&format!("scale/{name}.wat")));
    let all: fn(Footprint) -> Footprint = |_| Footprint::ALL;
    [|footprint| footprint, all].map(|sees| {
        let (report, _) = search_seeing(subject.setup(), Space::States, Budget::default(), sees);
        assert!(report.complete);
        (report.stats.states, report.stats.transitions)
    })
}

#[test]
fn sleepers_spare_the_transitions_of_independent_pairs() {
    assert_eq!(transitions_of("independent-2x8"), [(83, 104), (83, 167)]);
    assert_eq!(transitions_of("independent-3x8"), [(1_053, 1_243), (1_053, 2_812)]);
}
