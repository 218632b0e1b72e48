//! Reports for people and for programs.
//!
//! Spec: docs/explore.md documents the JSON object.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::explain::Explanation;
use crate::explore::Exploration;
use crate::findings::{Found, Unit};

/// How many outcomes are listed in words.
const MOST_LINES: usize = 40;

impl Exploration {
    /// One JSON object.
    pub fn to_json(&self) -> Value {
        let report = &self.report;
        let outcomes: Vec<Value> = report.outcomes.iter().map(|found| outcome_json(found, report.unit)).collect();
        json!({
            "format": "raddle-explore/1",
            "strategy": report.strategy,
            "complete": report.complete,
            "left_out": report.left_out,
            "data_choices": if report.data_choices { "fixed" } else { "none" },
            "unit": report.unit.word(),
            "default": self.default.text,
            "schedule_dependent": self.is_schedule_dependent(),
            "outcomes": outcomes,
            "stats": {
                "runs": report.stats.runs,
                "states": report.stats.states,
                "terminal_states": report.stats.terminal_states,
                "transitions": report.stats.transitions,
                "repeats": report.stats.repeats,
                "deepest": report.stats.deepest,
                "exact_states": report.stats.exact_states,
            },
            "timing": { "milliseconds": u64::try_from(report.elapsed.as_millis()).unwrap_or(u64::MAX) },
        })
    }

    /// The outcomes in words, one line each, after a line that says how much was searched.
    pub fn to_text(&self) -> String {
        let report = &self.report;
        let mut text = String::new();
        let count = report.outcomes.len();
        let searched = match report.unit {
            Unit::TerminalStates => format!("{} states", report.stats.states),
            Unit::Runs | Unit::Schedules | Unit::Classes => format!("{} {}", report.stats.runs, report.unit.word()),
        };
        let complete = match (&report.left_out, report.complete) {
            (None, true) => "complete".to_owned(),
            (Some(why), _) => format!("not complete: {why}"),
            (None, false) => "not complete".to_owned(),
        };
        let plural = if count == 1 { "outcome" } else { "outcomes" };
        let _ = writeln!(text, "{count} {plural} in {searched}, {complete}, {} ms", report.elapsed.as_millis());
        let shown = |found: &Found| format!("{} = {}", found.outcome.kind.word(), found.outcome.text);
        let shown = |found: &Found| if found.outcome.is_failure() { found.outcome.text.clone() } else { shown(found) };
        let width = report.outcomes.iter().take(MOST_LINES).map(|found| shown(found).len()).max().unwrap_or(0);
        for found in report.outcomes.iter().take(MOST_LINES) {
            let count = format!("{} {}", found.count, singular(report.unit, found.count));
            let how = if found.cost == 0 {
                "the default schedule".to_owned()
            } else {
                let plural = if found.cost == 1 { "choice" } else { "choices" };
                let proof = if found.proven { "proven: none with fewer" } else { "shrunk, not proven" };
                format!("{} {plural} ({proof})", found.cost)
            };
            let by = if found.by.is_empty() { String::new() } else { format!(", first found by {}", found.by) };
            let _ = writeln!(text, "{:width$}  {count:>24}   {how}{by}", shown(found));
        }
        if count > MOST_LINES {
            let _ = writeln!(text, "and {} more", count - MOST_LINES);
        }
        text
    }

    /// What can be claimed when nothing was left out.
    pub fn certificate(&self) -> Option<String> {
        let report = &self.report;
        if !report.complete {
            return None;
        }
        let what = match report.unit {
            Unit::TerminalStates => {
                format!("all {} states, {} terminal", report.stats.states, report.stats.terminal_states)
            }
            Unit::Classes => format!("all classes, in {} schedules", report.stats.runs),
            Unit::Runs | Unit::Schedules => format!("all {} schedules", report.stats.runs),
        };
        let data = if report.data_choices { "; data choices fixed" } else { "" };
        let count = report.outcomes.len();
        Some(format!("{what}, {count} {}{data}", if count == 1 { "outcome" } else { "outcomes" }))
    }
}

fn singular(unit: Unit, count: u64) -> &'static str {
    match (unit, count) {
        (Unit::Runs, 1) => "run",
        (Unit::Schedules, 1) => "schedule",
        (Unit::Classes, 1) => "class",
        (Unit::TerminalStates, 1) => "terminal state",
        (unit, _) => unit.word(),
    }
}

fn outcome_json(found: &Found, unit: Unit) -> Value {
    let output = found.outcome.output.iter();
    let output: serde_json::Map<String, Value> = output
        .map(|output| (output.name.clone(), Value::from(String::from_utf8_lossy(&output.bytes).into_owned())))
        .collect();
    let mut object = json!({
        "outcome": found.outcome.text,
        "kind": found.outcome.kind.word(),
        "failure": found.outcome.is_failure(),
        "count": found.count,
        "min_choices": found.cost,
        "proven": found.proven,
        "output": output,
    });
    if unit == Unit::Runs
        && let Some(object) = object.as_object_mut()
    {
        object.insert("first_run".to_owned(), Value::from(found.first_run));
        object.insert("by".to_owned(), Value::from(found.by));
    }
    object
}

impl Explanation {
    /// The picks in words, one line each, and from where on the outcome is certain.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let _ = writeln!(text, "{}:", self.outcome);
        if self.picks.is_empty() {
            let _ = writeln!(text, "  the default schedule");
        }
        for (number, pick) in (1..).zip(&self.picks) {
            let need = if pick.necessary { "necessary" } else { "not necessary" };
            let _ = writeln!(text, "  {number}. {}", pick.words);
            let _ = writeln!(text, "     at {}; {need}: without it, {}", pick.pick.anchor, pick.without);
        }
        match &self.no_return {
            None => {}
            Some(point) if point.choice == 0 => {
                let _ = writeln!(text, "  every schedule ends so");
            }
            Some(point) => {
                let _ = writeln!(text, "  point of no return: choice {}, {}", point.choice, point.words);
            }
        }
        text
    }
}
