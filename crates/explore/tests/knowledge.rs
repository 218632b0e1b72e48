//! Run: `cargo test -p raddle-explore --test knowledge`. A search that is interrupted again and again knows in the end what one
//! knows that never was.

mod support;

use choice::hash::mix;
use raddle_explore::Budget;
use raddle_explore::knowledge::Knowledge;
use raddle_explore::search::{Space, conclude, go_on, search};
use support::{Subject, example, generate::program};

fn texts() -> Vec<String> {
    let mut texts: Vec<String> = (0..12).map(|seed| program(mix(9, seed))).collect();
    texts.extend(["lost-update.wat", "first-event.wat", "cancel-race.wat", "deadlock.wat"].map(example));
    texts
}

#[test]
fn interrupted_searches_find_the_same() {
    for (number, text) in texts().iter().enumerate() {
        let subject = Subject::new(text);
        let plain = Budget { runs: Some(3_000), ..Budget::default() };
        for space in [Space::States, Space::Schedules { depth: None }] {
            let (whole, _) = search(subject.setup(), space, plain);
            let mut knowledge = Knowledge::start();
            let (mut budget, mut pieces) = (Budget { runs: Some(1), ..plain }, 0);
            let cut = loop {
                let cut = go_on(subject.setup(), space, budget, &mut knowledge);
                pieces += 1;
                if cut.is_none() || budget.runs >= plain.runs {
                    break cut;
                }
                budget.runs = Some((budget.runs.unwrap_or_default() + 37).min(3_000));
            };
            let (joined, _) = conclude(&knowledge, space, cut);
            assert!(pieces > 1 || whole.stats.runs < 2, "program {number} was cut into pieces");
            assert_eq!(joined.outcomes, whole.outcomes, "program {number}, {space:?}");
            assert_eq!((joined.complete, joined.stats), (whole.complete, whole.stats), "program {number}, {space:?}");
            assert_eq!(knowledge.left.is_empty(), whole.complete, "program {number}, {space:?}");
        }
    }
}
