//! Many runs by samplers, on one thread or several.
//!
//! Spec: DESIGN, "Exploration". Run `i` is the `i / n`-th run of the sampler `i % n` of `n`, whoever runs it: what is found
//! in a number of runs does not depend on how many threads share them.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::clock::Clock;
use crate::findings::{Budget, Findings, Found, Stats};
use crate::outcome::Outcome;
use crate::run::{Sampler, run_once};
use crate::world::{ForkHost, Machine, Setup};

/// What sampling found.
#[derive(Debug, Default)]
pub struct Sampled {
    /// The outcomes, with the run of their first sight.
    pub findings: Findings,
    /// How much was done.
    pub stats: Stats,
    /// Whether a data choice was met.
    pub data: bool,
}

/// When sampling ends before the budget does.
pub type Enough<'f> = &'f (dyn Fn(&Outcome) -> bool + Sync);

/// Runs samplers in turns, each thread with samplers of its own.
pub fn sample<H: ForkHost>(
    setup: Setup<'_, H>,
    members: &(dyn Fn() -> Vec<Box<dyn Sampler>> + Sync),
    budget: Budget,
    jobs: usize,
    enough: Enough<'_>,
) -> Sampled {
    let clock = Clock::start();
    let stop = AtomicBool::new(false);
    let jobs = jobs.max(1);
    let mut parts: Vec<Sampled> = std::thread::scope(|scope| {
        let work = |first: usize| {
            let (stop, clock) = (&stop, &clock);
            move || worker(setup, members(), budget, (first, jobs), (clock, stop, enough))
        };
        let handles: Vec<_> = (1..jobs).map(|first| scope.spawn(work(first))).collect();
        let mut parts = vec![work(0)()];
        parts.extend(handles.into_iter().map(|handle| handle.join().expect("a panic of a worker is a bug")));
        parts
    });
    let mut all = parts.remove(0);
    for part in parts {
        all.data |= part.data;
        all.stats.runs += part.stats.runs;
        all.stats.transitions += part.stats.transitions;
        all.stats.deepest = all.stats.deepest.max(part.stats.deepest);
        for found in part.findings.iter() {
            merge(&mut all.findings, found);
        }
    }
    all
}

/// Joins what two threads found; ties go to the earlier run.
fn merge(findings: &mut Findings, other: &Found) {
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
    budget: Budget,
    (first, step): (usize, usize),
    (clock, stop, enough): (&Clock, &AtomicBool, Enough<'_>),
) -> Sampled {
    let mut machines: Vec<Machine<'_, H>> = members.iter().map(|member| Machine::new(setup, member.pace())).collect();
    let mut sampled = Sampled::default();
    let count = u64::try_from(members.len()).expect("members are few");
    let mut run = u64::try_from(first).expect("threads are few");
    while budget.runs.is_none_or(|runs| run < runs) && !stop.load(Ordering::Relaxed) {
        let late = run.is_multiple_of(16) && budget.time.is_some_and(|time| clock.elapsed() >= time);
        if late {
            break;
        }
        let member = usize::try_from(run % count).expect("members are few");
        let sampler = members[member].as_mut();
        sampler.begin(run / count);
        let ran = run_once(&mut machines[member], sampler);
        sampled.stats.runs += 1;
        sampled.stats.transitions += ran.choices;
        sampled.stats.deepest = sampled.stats.deepest.max(ran.choices);
        sampled.data |= ran.data;
        let known = sampled.findings.get(&ran.outcome).is_some();
        if !known && budget.runs.is_none() && enough(&ran.outcome) {
            stop.store(true, Ordering::Relaxed);
        }
        let found = sampled.findings.add(ran.outcome, &ran.path);
        if !known {
            found.by = sampler.name();
            found.first_run = run + 1;
        } else if found.cost == crate::findings::cost(&ran.path) && ran.path < found.path {
            found.path = ran.path;
        }
        run += u64::try_from(step).expect("threads are few");
    }
    sampled
}
