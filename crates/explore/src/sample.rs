//! Many runs by samplers, on one thread or several.
//!
//! Spec: DESIGN, "Exploration". Run `i` is the `i / n`-th run of the sampler `i % n` of `n`, whoever runs it: what is found
//! in a number of runs does not depend on how many threads share them.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::clock::Clock;
use crate::findings::{Budget, Findings, Found, Stats, cost};
use crate::outcome::Outcome;
use crate::run::{Sampler, run_once};
use crate::world::{ForkHost, Machine, Setup};

/// What sampling found.
#[derive(Clone, Debug, Default)]
pub struct Sampled {
    /// The outcomes, with the run of their first sight.
    pub findings: Findings,
    /// How much was done.
    pub stats: Stats,
    /// Whether a data choice was met.
    pub data: bool,
    /// The run to go on with: all before it, from the first one asked for, were made.
    pub next: u64,
}

/// Which runs are to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The first one.
    pub from: u64,
    /// What may be done; its number of runs is the one before which to stop.
    pub budget: Budget,
    /// How many threads share them.
    pub jobs: usize,
}

/// When sampling ends before the budget does.
pub type Enough<'f> = &'f (dyn Fn(&Outcome) -> bool + Sync);

/// How many runs a thread takes at a time.
const CHUNK: u64 = 16;

/// What the threads share.
struct Shared<'s> {
    plan: Plan,
    clock: Clock,
    next: AtomicU64,
    stop: AtomicBool,
    enough: Enough<'s>,
}

/// Runs samplers in turns, each thread with samplers of its own.
pub fn sample<H: ForkHost>(
    setup: Setup<'_, H>,
    members: &(dyn Fn() -> Vec<Box<dyn Sampler>> + Sync),
    plan: Plan,
    enough: Enough<'_>,
) -> Sampled {
    let (next, stop) = (AtomicU64::new(plan.from), AtomicBool::new(false));
    let shared = Shared { plan, clock: Clock::start(), next, stop, enough };
    let mut parts: Vec<Sampled> = std::thread::scope(|scope| {
        let work = |is_first: bool| {
            let shared = &shared;
            move || worker(setup, members(), shared, is_first)
        };
        let handles: Vec<_> = (1..plan.jobs).map(|_| scope.spawn(work(false))).collect();
        let mut parts = vec![work(true)()];
        parts.extend(handles.into_iter().map(|handle| handle.join().expect("a panic of a worker is a bug")));
        parts
    });
    let mut all = parts.remove(0);
    for part in parts {
        all.join(&part);
    }
    let next = shared.next.load(Ordering::Relaxed);
    all.next = plan.budget.runs.map_or(next, |end| next.min(end.max(plan.from)));
    all
}

impl Sampled {
    /// Adds what was found in other runs; ties go to the earlier run. `next` is left as it is.
    pub fn join(&mut self, other: &Self) {
        self.data |= other.data;
        self.stats.runs += other.stats.runs;
        self.stats.transitions += other.stats.transitions;
        self.stats.deepest = self.stats.deepest.max(other.stats.deepest);
        for found in other.findings.iter() {
            join(&mut self.findings, found);
        }
    }
}

fn join(findings: &mut Findings, other: &Found) {
    match findings.get_mut(&other.outcome) {
        None => findings.merge(other.clone()),
        Some(found) => {
            found.count += other.count;
            if (other.cost, &other.path) < (found.cost, &found.path) {
                found.cost = other.cost;
                found.path.clone_from(&other.path);
            }
            if other.first_run < found.first_run {
                found.first_run = other.first_run;
                found.by = other.by;
            }
        }
    }
}

fn worker<H: ForkHost>(
    setup: Setup<'_, H>,
    mut members: Vec<Box<dyn Sampler>>,
    shared: &Shared<'_>,
    is_first: bool,
) -> Sampled {
    let mut machines: Vec<Machine<'_, H>> = members.iter().map(|member| Machine::new(setup, member.pace())).collect();
    let mut sampled = Sampled::default();
    let Budget { runs: end, time, .. } = shared.plan.budget;
    let count = u64::try_from(members.len()).expect("members are few");
    while !shared.stop.load(Ordering::Relaxed) {
        if setup.observer.stops() || time.is_some_and(|time| shared.clock.elapsed() >= time) {
            break;
        }
        let first = shared.next.fetch_add(CHUNK, Ordering::Relaxed);
        let last = end.map_or(first + CHUNK, |end| end.min(first + CHUNK));
        if first >= last {
            break;
        }
        for run in first..last {
            let member = usize::try_from(run % count).expect("members are few");
            let found = one(&mut machines[member], members[member].as_mut(), (run, count), &mut sampled);
            if end.is_none() && found.is_some_and(|outcome| (shared.enough)(&outcome)) {
                shared.stop.store(true, Ordering::Relaxed);
            }
        }
        if is_first {
            setup.observer.progress(&Stats { runs: last, ..sampled.stats }, sampled.findings.len());
        }
    }
    sampled
}

/// Makes one run; gives its outcome if it is a new one.
fn one<H: ForkHost>(
    machine: &mut Machine<'_, H>,
    sampler: &mut dyn Sampler,
    (run, members): (u64, u64),
    sampled: &mut Sampled,
) -> Option<Outcome> {
    sampler.begin(run / members);
    let ran = run_once(machine, sampler);
    sampled.stats.runs += 1;
    sampled.stats.transitions += ran.choices;
    sampled.stats.deepest = sampled.stats.deepest.max(ran.choices);
    sampled.data |= ran.data;
    let known = sampled.findings.get(&ran.outcome).is_some();
    let new = (!known).then(|| ran.outcome.clone());
    let found = sampled.findings.add(ran.outcome, &ran.path);
    if !known {
        found.by = sampler.name();
        found.first_run = run + 1;
    } else if found.cost == cost(&ran.path) && ran.path < found.path {
        found.path = ran.path;
    }
    new
}
