//! Run: `cargo run --release -p raddle-explore --example rates`. Prints how many schedules a second each sampler runs, on a
//! small component and on a Rust guest under the virtual host, and what forking and a choice point cost. The numbers are
//! for people, and nothing fails by them. With a number as argument, it only makes so many random runs, for profilers.

#![expect(clippy::disallowed_methods, reason = "it measures")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::time::{Duration, Instant};

use choice::{Alternative, ChoiceKind, ChoicePoint, Divergence, First, Names};
use raddle_explore::run::{Sampler, run_once};
use raddle_explore::samplers::{Pct, Pos, Profile, Random, Surw};
use raddle_explore::world::{ForkHost, Machine, Script};
use raddle_explore::{Observer, Output, RunLimits, Setup, World};
use runtime::drive::{Pace, run_until_resolved};
use runtime::instantiate::ExternValue;
use runtime::state_hash::Order;
use runtime::step::{Env, InvocationOutcome};
use runtime::{Program, Store};
use support::{Subject, example};
use syntax::revision::SpecRevision;
use wasi::{Config, Virtual, VirtualHost};

const TIME: Duration = Duration::from_secs(1);

fn rate<H: ForkHost>(setup: Setup<'_, H>, sampler: &mut dyn Sampler) {
    let mut machine = Machine::new(setup, sampler.pace());
    let started = Instant::now();
    let (mut runs, mut choices) = (0, 0);
    while runs % 16 != 0 || started.elapsed() < TIME {
        sampler.begin(runs);
        choices += run_once(&mut machine, sampler).choices;
        runs += 1;
    }
    let a_second = u128::from(runs) * 1_000_000 / started.elapsed().as_micros();
    eprintln!("  {}: {a_second} schedules a second, {} choices each", sampler.name(), choices / runs);
}

fn rates<H: ForkHost>(setup: Setup<'_, H>) {
    let profile = Profile::of(setup);
    rate(setup, &mut Random::new(1));
    rate(setup, &mut Pct::new(1, 3, profile.steps));
    rate(setup, &mut Pos::new(1));
    rate(setup, &mut Surw::new(1, profile));
}

/// A Rust command at the beginning of its call.
struct Guest {
    program: Program,
    start: World<VirtualHost>,
}

/// Says what a command wrote.
struct Written;

impl Observer<VirtualHost> for Written {
    fn result(&self, _store: &Store, outcome: &InvocationOutcome) -> String {
        format!("{outcome:?}")
    }

    fn output(&self, host: &VirtualHost) -> Vec<Output> {
        vec![Output { name: "stdout".to_owned(), bytes: host.stdout().to_vec() }]
    }
}

impl Guest {
    fn new(name: &str) -> Self {
        let path = support::folder().join("guests").join(name).join(format!("{name}.wasm"));
        let bytes = std::fs::read(path).expect("the guest is there");
        let mut program = Program::new(SpecRevision::default());
        let root = decode::component(&bytes, &decode::Features::default(), &mut program.definitions);
        let root = root.expect("the guest is valid");
        program.extend();
        let mut store = Store::new(wasm::Limits::DEFAULT);
        let mut host = VirtualHost::new(Config::default(), Virtual::with_stdin(""));
        let imports = &program.definitions.components[root.index()].imports;
        let resolve = |import: &syntax::component::Import| {
            Some((import.name.clone(), host.resolve(&mut store, &program, &import.name, &import.ty)?))
        };
        let imports = imports.iter().filter_map(resolve).collect();
        let mut first = First;
        let mut env = Env::new(&program, &mut first, None);
        let invocation = store.instantiate(&mut env, root, imports).expect("it instantiates");
        run_until_resolved(&mut store, &mut env, &mut host, invocation).expect("it instantiates");
        let Some(InvocationOutcome::Instantiated(instance)) = store.take_outcome(invocation) else {
            panic!("an instantiation gives an instance");
        };
        let exports = &store.bundle(store.instance(instance).exports.expect("it is complete")).exports;
        let run = exports.iter().find(|(name, _)| name.starts_with("wasi:cli/run@")).expect("a command").1;
        let ExternValue::Instance(run) = *run else { panic!("`run` is in an interface") };
        let ExternValue::Func(run) = store.bundle(run).exports["run"] else { panic!("`run` is a function") };
        let invocation = store.invoke(&mut env, run, Vec::new()).expect("`run` can be called");
        drop(env);
        Self { program, start: World::new(store, host, invocation) }
    }

    fn setup(&self) -> Setup<'_, VirtualHost> {
        Setup { program: &self.program, start: &self.start, observer: &Written, limits: RunLimits::default() }
    }

    fn memory_bytes(&self) -> usize {
        self.start.store.core.memories().iter().map(|memory| memory.data().len()).sum()
    }
}

/// Picks the alternative of this name, where there is one.
struct Wordy(&'static str);

impl Sampler for Wordy {
    fn begin(&mut self, _run: u64) {}

    fn inline(&mut self, point: &ChoicePoint, _names: &dyn Names) -> Result<usize, Divergence> {
        let position = point.alternatives.iter().position(|other| *other == Alternative::Word(self.0));
        assert!(point.kind != ChoiceKind::ContinueOrBlock || position.is_some(), "there is the word");
        Ok(position.unwrap_or(0))
    }

    fn name(&self) -> &'static str {
        self.0
    }
}

/// A thread that calls a built-in over and over.
fn looping(builtin: &str, rounds: u32) -> Subject {
    Subject::new(&format!(
        r#"(component
            (core func $builtin (canon {builtin}))
            (core module $m
                (import "" "builtin" (func $builtin (result i32)))
                (memory 1)
                (func (export "run") (result i32) (local $left i32)
                    (local.set $left (i32.const {rounds}))
                    (loop $again
                        (drop (call $builtin))
                        (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
                    (i32.const 0)))
            (core instance $i (instantiate $m (with "" (instance (export "builtin" (func $builtin))))))
            (func (export "run") async (result u32) (canon lift (core func $i "run"))))"#
    ))
}

/// The time of one call of a built-in in nanoseconds, with whatever choice it has.
fn call_of(builtin: &str, word: &'static str) -> u128 {
    const ROUNDS: u32 = 10_000;
    let subject = looping(builtin, ROUNDS);
    let mut machine = Machine::new(subject.setup(), Pace::Choices);
    let (mut runs, mut best) = (0, u128::MAX);
    while runs < 20 {
        let started = Instant::now();
        run_once(&mut machine, &mut Wordy(word));
        best = best.min(started.elapsed().as_nanos() / u128::from(ROUNDS));
        runs += 1;
    }
    best
}

fn choice_points() {
    let plain = call_of("thread.index", "");
    let (goes_on, blocks) = (call_of("thread.yield", "continue"), call_of("thread.yield", "block"));
    eprintln!("a choice point, untraced:");
    eprintln!("  call of a built-in without a choice: {plain} ns");
    eprintln!("  with a choice, answered by going on: {goes_on} ns, so the choice point costs {} ns", goes_on - plain);
    eprintln!("  with a choice, answered by blocking, and the turn that resumes the thread: {blocks} ns");
}

fn nanoseconds(mut act: impl FnMut()) -> u128 {
    const COUNT: u32 = 20_000;
    let started = Instant::now();
    for _ in 0..COUNT {
        act();
    }
    started.elapsed().as_nanos() / u128::from(COUNT)
}

/// What it costs to keep a store in which two pages were written since, to hash it, and to go back.
fn forks(setup: Setup<'_, impl ForkHost>, what: &str) {
    let mut machine = Machine::new(setup, Pace::Choices);
    machine.begin(&mut Script::default());
    let base = machine.snapshot();
    let written = machine.world.store.core.memories().iter().position(|memory| memory.data().len() >= 0x1_0000);
    let memory = wasm::MemAddr::new(written.expect("the component has a memory of a page"));
    let mut number = 0_u64;
    let mut write = |machine: &mut Machine<'_, _>| {
        number += 1;
        for at in [0x400, 0x8400] {
            machine.world.store.core.memory_mut(memory).slice_mut(at..at + 8).copy_from_slice(&number.to_le_bytes());
        }
    };
    let mut hashes = 0;
    let fork = nanoseconds(|| {
        write(&mut machine);
        let snapshot = machine.snapshot();
        hashes ^= machine.hash(Order::Semantic);
        machine.restore(&base);
        machine.recycle(snapshot);
    });
    let clean = nanoseconds(|| {
        let snapshot = machine.snapshot();
        machine.restore(&base);
        machine.recycle(snapshot);
    });
    let hash = nanoseconds(|| hashes ^= std::hint::black_box(&machine).hash(Order::Semantic));
    eprintln!("a fork of {what}:");
    eprintln!("  two pages written, snapshot, hash, restore: {fork} ns together");
    eprintln!("  without written pages: snapshot and restore {clean} ns, hash {hash} ns (hashes {hashes:032x})");
}

fn main() {
    let subject = Subject::new(&example("scale/producers-2x4.wat"));
    if let Some(runs) = std::env::args().nth(1) {
        let mut machine = Machine::new(subject.setup(), Pace::Choices);
        let mut sampler = Random::new(1);
        for run in 0..runs.parse().expect("a number of runs") {
            sampler.begin(run);
            run_once(&mut machine, &mut sampler);
        }
        return;
    }
    eprintln!("producers-2x4.wat:");
    rates(subject.setup());
    for name in ["rust-tasks", "composed"] {
        let guest = Guest::new(name);
        eprintln!("{name}.wasm, {} KiB of memory:", guest.memory_bytes() >> 10);
        rates(guest.setup());
    }
    forks(subject.setup(), "producers-2x4.wat");
    let guest = Guest::new("composed");
    forks(guest.setup(), "composed.wasm");
    choice_points();
}
