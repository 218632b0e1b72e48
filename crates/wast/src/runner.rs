//! Runs script files, under the default schedule and under seeds.
//!
//! Spec: none.

use std::ops::Range;
use std::path::Path;

use choice::{Chooser, First, Seeded};
use decode::Features;
use raddle::{Config, Engine};

use crate::report::{DependsOn, Failure, FileReport, Flip};
use crate::run::{Ran, run};
use crate::schedules::{AtAnchors, Picks, shrink};
use crate::script::{Directive, with_script};

/// How scripts are run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which proposals and gates are on.
    pub features: Features,
    /// Seeds under which each script is run, beside the default schedule.
    pub seeds: Range<u64>,
    /// The fuel of each call and instantiation.
    pub fuel: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { features: Features::default(), seeds: 0..0, fuel: 4_000_000_000 }
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
        config.features(self.options.features);
        let engine = Engine::new(config);
        let report = with_script(&engine, text, |directives| self.run_directives(name, &engine, directives));
        report.unwrap_or_else(|error| {
            unreadable(name, (error.line, error.column), "a script that can be parsed", error.message)
        })
    }

    fn run_directives(&self, name: &str, engine: &Engine, directives: &[Directive<'_>]) -> FileReport {
        let run = |choosers: &dyn Fn(usize) -> Box<dyn Chooser>| run(engine, self.options.fuel, directives, choosers);
        let default = run(&|_| Box::new(First));
        let mut report = FileReport { path: name.to_owned(), ..FileReport::default() };
        note(&mut report, None, &default);
        let mut others: Vec<(u64, usize, Ran)> = Vec::new();
        for seed in self.options.seeds.clone() {
            let ran = run(&|_| Box::new(Seeded::new(seed)));
            note(&mut report, Some(seed), &ran);
            report.seeds += 1;
            let lines = ran.verdict.failed_lines();
            if lines == default.verdict.failed_lines() {
                continue;
            }
            match others.iter_mut().find(|other| other.2.verdict.failed_lines() == lines) {
                Some(other) => other.1 += 1,
                None => others.push((seed, 1, ran)),
            }
        }
        for (seed, seeds, ran) in others {
            let flips = smallest(&run, &ran);
            report.depends_on.push(DependsOn {
                seed,
                seeds,
                default_failed_lines: default.verdict.failed_lines(),
                failures: ran.verdict.failures,
                flips,
            });
        }
        report.verdict = default.verdict;
        report
    }
}

/// The fewest picks that were found to give the same verdict.
fn smallest(run: &dyn Fn(&dyn Fn(usize) -> Box<dyn Chooser>) -> Ran, ran: &Ran) -> Vec<Flip> {
    let lines = ran.verdict.failed_lines();
    let follow = |picks: &Picks| {
        run(&|store| Box::new(AtAnchors::new(picks.get(store).map_or(&[], Vec::as_slice))))
    };
    let kept = shrink(&ran.picks, &mut |picks| follow(picks).verdict.failed_lines() == lines);
    follow(&kept).flips()
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
