//! The first rounds of the portfolio: in each of them every member takes one schedule.
//!
//! Spec: DESIGN, "Exploration". The members are samplers and, last in each round, the search over states, which goes on to one
//! more end of a run. So a bug costs at most as many rounds as its best member needs schedules.

use runtime::drive::Pace;

use crate::findings::{Budget, Found};
use crate::knowledge::Knowledge;
use crate::outcome::Outcome;
use crate::run::{Sampler, run_once};
use crate::search::{Space, go_on};
use crate::world::{ForkHost, Machine, Setup};

/// Who found an outcome first, and as the how-manieth schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
struct First {
    outcome: Outcome,
    by: &'static str,
    schedule: u64,
}

/// What the rounds came to.
#[derive(Debug)]
pub(crate) struct Rounds {
    /// What the search over states knows by now.
    pub(crate) knowledge: Knowledge,
    firsts: Vec<First>,
    schedules: u64,
}

impl Rounds {
    /// Goes so many rounds, or fewer when all states are known before, or the budget is used up.
    pub(crate) fn go<H: ForkHost>(
        setup: Setup<'_, H>,
        mut members: Vec<Box<dyn Sampler>>,
        rounds: u64,
        budget: Budget,
    ) -> Self {
        let mut all = Self { knowledge: Knowledge::start(), firsts: Vec::new(), schedules: 0 };
        let mut machines: Vec<(Pace, Machine<'_, H>)> = Vec::new();
        for round in 0..rounds {
            for member in &mut members {
                let pace = member.pace();
                let place = machines.iter().position(|(other, _)| *other == pace).unwrap_or_else(|| {
                    machines.push((pace, Machine::new(setup, pace)));
                    machines.len() - 1
                });
                member.begin(round);
                let ran = run_once(&mut machines[place].1, member.as_mut());
                all.schedules += 1;
                all.first(ran.outcome, member.name());
            }
            all.schedules += 1;
            let cut = go_on(setup, Space::States, Budget { runs: Some(round + 1), ..budget }, &mut all.knowledge);
            let found: Vec<Outcome> = all.knowledge.findings.iter().map(|found| found.outcome.clone()).collect();
            for outcome in found {
                all.first(outcome, "states");
            }
            let is_used_up = budget.runs.is_some_and(|runs| all.schedules >= runs);
            if cut.is_none() || is_used_up || setup.observer.stops() {
                break;
            }
        }
        all
    }

    fn first(&mut self, outcome: Outcome, by: &'static str) {
        if !self.firsts.iter().any(|first| first.outcome == outcome) {
            self.firsts.push(First { outcome, by, schedule: self.schedules });
        }
    }

    /// Says of an outcome that the search over states has found who found it first; what the search sees only when it is over,
    /// such as a livelock, it found after all rounds.
    pub(crate) fn sign(&self, found: &mut Found) {
        let first = self.firsts.iter().find(|first| first.outcome == found.outcome);
        (found.by, found.first_run) = first.map_or(("states", self.schedules), |first| (first.by, first.schedule));
    }
}
