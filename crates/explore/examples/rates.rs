//! Run: `cargo run --release -p raddle-explore --example rates`. Prints how many schedules a second each sampler runs, and
//! what forking costs; the numbers are for people, and nothing fails by them.

#![expect(clippy::disallowed_methods, reason = "it measures")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::time::{Duration, Instant};

use raddle_explore::run::{Sampler, run_once};
use raddle_explore::samplers::{Pct, Pos, Profile, Random, Surw};
use raddle_explore::world::{Machine, Script};
use runtime::drive::Pace;
use runtime::state_hash::Order;
use support::{Subject, example};

const TIME: Duration = Duration::from_secs(1);

fn rate(subject: &Subject, sampler: &mut dyn Sampler) -> u64 {
    let mut machine = Machine::new(subject.setup(), sampler.pace());
    let started = Instant::now();
    let (mut runs, mut choices) = (0, 0);
    while started.elapsed() < TIME {
        sampler.begin(runs);
        choices += run_once(&mut machine, sampler).choices;
        runs += 1;
    }
    eprintln!("{}: {runs} schedules a second, {} choices each", sampler.name(), choices / runs);
    runs
}

fn main() {
    let subject = Subject::new(&example("scale/producers-2x4.wat"));
    let profile = Profile::of(subject.setup());
    rate(&subject, &mut Random::new(1));
    rate(&subject, &mut Pct::new(1, 3, profile.steps));
    rate(&subject, &mut Pos::new(1));
    rate(&subject, &mut Surw::new(1, profile));

    let mut machine = Machine::new(subject.setup(), Pace::Choices);
    machine.begin(&mut Script::default());
    let count = 20_000;
    let started = Instant::now();
    for _ in 0..count {
        let _ = machine.snapshot();
    }
    eprintln!("snapshot: {:?}", started.elapsed() / count);
    let snapshot = machine.snapshot();
    let started = Instant::now();
    for _ in 0..count {
        machine.restore(&snapshot);
    }
    eprintln!("restore: {:?}", started.elapsed() / count);
    let started = Instant::now();
    let mut hash = 0;
    for _ in 0..count {
        hash ^= machine.hash(Order::Semantic);
    }
    eprintln!("hash: {:?} {hash}", started.elapsed() / count);
}
