//! Runs script files, under the default schedule and under seeds.
//!
//! Spec: none.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use choice::{First, Pick, Seeded};
use decode::Features;
use raddle::{Config, Engine};
use wasm::{Dispatch, Limits};

use crate::core::Fuel;
use crate::report::{DependsOn, Failure, FileReport};
use crate::run::{Choosers, Ran, RunUnder, run};
use crate::schedules::{AtAnchors, shrink};
use crate::script::{Directive, with_script};

/// How scripts are run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which proposals and gates are on.
    pub features: Features,
    /// Seeds under which each script is run, beside the default schedule.
    pub seeds: Range<u64>,
    /// What core instances may take.
    pub limits: Limits,
    /// The fuel of each call and instantiation.
    pub fuel: u64,
    /// How much of it calls of core instances get at a time. Results do not depend on it.
    pub slice: u64,
    /// How core code is executed. Results do not depend on it either.
    pub dispatch: Dispatch,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            features: Features::default(),
            seeds: 0..0,
            limits: Limits::DEFAULT,
            fuel: 4_000_000_000,
            slice: u64::MAX,
            dispatch: Dispatch::DEFAULT,
        }
    }
}

/// Runs script files.
#[derive(Clone, Debug, Default)]
pub struct Runner {
    options: Options,
}

impl Runner {
    /// A runner with options.
    pub const fn new(options: Options) -> Self {
        Self { options }
    }

    pub(crate) const fn options(&self) -> &Options {
        &self.options
    }

    /// Runs a file. A file that cannot be read or parsed is reported as a failure.
    pub fn run_file(&self, path: &Path) -> FileReport {
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => self.run_text(&name, &text),
            Err(error) => unreadable(&name, (1, 1), "a readable file", error.to_string()),
        }
    }

    /// Runs a script from its text.
    pub fn run_text(&self, name: &str, text: &str) -> FileReport {
        let mut config = Config::new();
        config.features(self.options.features).limits(self.options.limits).dispatch(self.options.dispatch);
        let engine = Engine::new(config);
        let report = with_script(&engine, text, |directives| self.run_directives(name, &engine, directives));
        report.unwrap_or_else(|error| {
            unreadable(name, (error.line, error.column), "a script that can be parsed", error.message)
        })
    }

    fn run_directives(&self, name: &str, engine: &Engine, directives: &[Directive<'_>]) -> FileReport {
        let fuel = Fuel { whole: self.options.fuel, slice: self.options.slice };
        let run = |choosers: Choosers<'_>| run(engine, fuel, directives, choosers);
        let default = run(&|_| Box::new(First));
        let mut report = FileReport { path: name.to_owned(), ..FileReport::default() };
        note(&mut report, None, &default);
        let mut others: Vec<Other> = Vec::new();
        for seed in self.options.seeds.clone() {
            let ran = Arc::new(run(&|_| Box::new(Seeded::new(seed))));
            note(&mut report, Some(seed), &ran);
            report.seeds += 1;
            for store in 0..ran.lines.len() {
                let lines = ran.failed_lines_in(store);
                if lines == default.failed_lines_in(store) {
                    continue;
                }
                match others.iter_mut().find(|other| other.store == store && other.lines == lines) {
                    Some(other) => other.add(seed, &ran),
                    None => others.push(Other { store, lines, seeds: 1, examples: vec![(seed, Arc::clone(&ran))] }),
                }
            }
        }
        others.sort_by_key(|other| other.store);
        report.depends_on = others.iter().map(|other| other.explain(&run)).collect();
        report.verdict = default.verdict;
        report
    }
}

/// How many seeds are shrunk to find the smallest schedule of a verdict.
const EXAMPLES: usize = 8;

/// A verdict about one store that is not the default one.
struct Other {
    store: usize,
    lines: Vec<usize>,
    seeds: usize,
    /// The first seeds that showed it.
    examples: Vec<(u64, Arc<Ran>)>,
}

impl Other {
    fn add(&mut self, seed: u64, ran: &Arc<Ran>) {
        self.seeds += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push((seed, Arc::clone(ran)));
        }
    }

    /// The fewest picks that were found to give this verdict.
    fn explain(&self, run: &RunUnder<'_>) -> DependsOn {
        let store = self.store;
        let follow =
            |picks: &[Pick]| run(&|of| if of == store { Box::new(AtAnchors::new(picks)) } else { Box::new(First) });
        let mut stays = |picks: &[Pick]| follow(picks).failed_lines_in(store) == self.lines;
        let mut smallest: Option<Vec<Pick>> = None;
        for (_, ran) in &self.examples {
            let picks = &ran.picks[store];
            let kept = if stays(picks) { shrink(picks, &mut stays) } else { picks.clone() };
            if smallest.as_ref().is_none_or(|smallest| kept.len() < smallest.len()) {
                smallest = Some(kept);
            }
        }
        let (seed, ran) = &self.examples[0];
        DependsOn {
            instance_line: ran.lines[store],
            seed: *seed,
            seeds: self.seeds,
            failures: ran.failures_in(store).into_iter().cloned().collect(),
            flips: follow(&smallest.unwrap_or_default()).flips_in(store),
        }
    }
}

fn note(report: &mut FileReport, seed: Option<u64>, ran: &Ran) {
    report.rules.extend(ran.rules.iter().map(|rule| (*rule).to_owned()));
    report.choices.extend(ran.kinds.iter().map(|kind| (*kind).to_owned()));
    report.bugs.extend(ran.bug.iter().map(|message| (seed, message.clone())));
}

fn unreadable(name: &str, (line, column): (usize, usize), expected: &str, got: String) -> FileReport {
    let failure =
        Failure { line, column, directive: "script".to_owned(), expected: expected.to_owned(), got, report: None };
    let mut report = FileReport { path: name.to_owned(), ..FileReport::default() };
    report.verdict.failures.push(failure);
    report
}
