//! Run: `cargo test -p raddle-explore --test fork`. Going back to a snapshot gives the same store, hashes do not depend on when
//! snapshots were taken, and the same picks give the same run.

mod support;

use raddle_explore::run::Sampler as _;
use raddle_explore::run::{Follow, record, run_once};
use raddle_explore::samplers::Random;
use raddle_explore::world::{Arrival, Machine};
use runtime::drive::Pace;
use runtime::state_hash::Order;
use support::generate::program;
use support::{Subject, example};

fn subjects() -> Vec<Subject> {
    let mut texts: Vec<String> =
        ["lost-update", "pipeline", "scale/producers-2x4"].iter().map(|name| example(&format!("{name}.wat"))).collect();
    texts.extend((1..20).map(program));
    texts.iter().map(|text| Subject::new(text)).collect()
}

#[test]
fn a_restored_store_is_the_store_that_was_kept() {
    for subject in subjects() {
        for seed in 0..5 {
            let mut picks = Random::new(seed);
            picks.begin(0);
            let mut machine = Machine::new(subject.setup(), Pace::Turns);
            let mut other = Machine::new(subject.setup(), Pace::Turns);
            let mut script = raddle_explore::world::Script::default();
            let mut arrival = machine.begin(&mut script);
            while let Arrival::Choice(point) = arrival {
                let hashes = [Order::Exact, Order::Semantic].map(|order| machine.hash(order));
                let copy = machine.world.store.clone();
                let snapshot = machine.snapshot();
                assert_eq!([Order::Exact, Order::Semantic].map(|order| machine.hash(order)), hashes);
                assert!(machine.world.store == copy);
                let picked = picks.pick(&point, &machine.world.store).expect("it follows no schedule");
                arrival = machine.pick(&point, picked, &mut script);
                other.restore(&snapshot);
                assert!(other.world.store == copy);
                assert_eq!([Order::Exact, Order::Semantic].map(|order| other.hash(order)), hashes);
                let again = other.pick(&point, picked, &mut script);
                assert!(other.world.store == machine.world.store);
                assert_eq!(std::mem::discriminant(&again), std::mem::discriminant(&arrival));
            }
        }
    }
}

#[test]
fn a_path_is_followed_to_the_same_end() {
    for subject in subjects() {
        for seed in 0..10 {
            let mut sampler = Random::new(seed);
            sampler.begin(0);
            let mut machine = Machine::new(subject.setup(), Pace::Choices);
            let run = run_once(&mut machine, &mut sampler);
            let again = record(subject.setup(), Follow::new(&run.path));
            assert_eq!(again.outcome, run.outcome);
            assert_eq!(again.hash, machine.hash(Order::Exact));
            let replayed = record(subject.setup(), choice::Replay::new(again.picks.clone()));
            assert_eq!((replayed.outcome, replayed.hash), (again.outcome, again.hash));
        }
    }
}
