//! Reports for people and for programs.
//!
//! Spec: docs/explore-json.md documents the JSON object.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::explain::Explanation;
use crate::explore::Exploration;
use crate::findings::{Found, Unit};
use crate::outcome::Kind;
use crate::preview::{Leads, Station};

/// How many outcomes are listed in words.
const MOST_LINES: usize = 40;

/// How many letters of an output are shown in a line.
const MOST_OUTPUT: usize = 40;

/// The version of the JSON object.
pub const FORMAT: &str = "raddle-explore/1";

/// How a report is written for people.
#[derive(Clone, Debug, Default)]
pub struct Style {
    /// What stands before `= RESULT`; `returned` when it is empty.
    pub call: String,
    /// The schedule files of the outcomes, in their order; empty where there is none.
    pub files: Vec<String>,
    /// Whether failures stand out by colour.
    pub colour: bool,
}

impl Exploration {
    /// One JSON object.
    pub fn to_json(&self) -> Value {
        let report = &self.report;
        let outcomes: Vec<Value> = report.outcomes.iter().map(|found| outcome_json(found, report.unit)).collect();
        let milliseconds = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        json!({
            "format": FORMAT,
            "revision": runtime::REVISION,
            "strategy": report.strategy,
            "seed": self.seed,
            "bounds": {
                "runs": self.bounds.runs,
                "states": self.bounds.states,
                "milliseconds": self.bounds.time.map(milliseconds),
            },
            "complete": report.complete,
            "left_out": report.left_out.as_deref().map(without_time),
            "data_choices": if report.data_choices { "fixed" } else { "none" },
            "certificate": self.certificate(),
            "classes": self.classes.as_ref().ok(),
            "classes_left_out": self.classes.as_ref().err(),
            "unit": report.unit.word(),
            "default": self.default.text,
            "schedule_dependent": self.is_schedule_dependent(),
            "outcomes": outcomes,
            "stats": {
                "runs": report.stats.runs,
                "states": report.stats.all_states(),
                "terminal_states": report.stats.terminal_states,
                "transitions": report.stats.transitions,
                "repeats": report.stats.repeats,
                "deepest": report.stats.deepest,
                "exact_states": report.stats.exact_states,
            },
            "timing": { "milliseconds": milliseconds(report.elapsed) },
        })
    }

    /// The outcomes in words, one line each, after a line that says how much was searched.
    pub fn to_text(&self) -> String {
        self.to_text_in(&Style::default())
    }

    /// As `to_text`, in a style.
    pub fn to_text_in(&self, style: &Style) -> String {
        let report = &self.report;
        let count = report.outcomes.len();
        let (searched, unit) = match report.unit {
            Unit::TerminalStates => {
                let states = report.stats.all_states();
                (states, if states == 1 { "state" } else { "states" })
            }
            Unit::Runs | Unit::Schedules | Unit::Classes => {
                (report.stats.runs, singular(report.unit, report.stats.runs))
            }
        };
        let complete = match (&report.left_out, report.complete) {
            (None, true) if report.data_choices => "complete with data choices fixed".to_owned(),
            (None, true) => "complete".to_owned(),
            (Some(why), _) => format!("not complete: {why}"),
            (None, false) => "not complete".to_owned(),
        };
        let plural = if count == 1 { "outcome" } else { "outcomes" };
        let (searched, ms) = (thousands(searched), report.elapsed.as_millis());
        let mut text = format!("{} {plural} in {searched} {unit}, {complete}, {ms} ms\n", thousands(to_u64(count)));
        let lines: Vec<[String; 3]> =
            report.outcomes.iter().take(MOST_LINES).map(|found| self.line(found, style)).collect();
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
        let (first, second, third) = (width(0), width(1), width(2));
        for (position, [outcome, number, how]) in lines.iter().enumerate() {
            let file = style.files.get(position).map_or("", String::as_str);
            let (red, plain) = if style.colour && report.outcomes[position].outcome.is_failure() {
                ("\x1b[31m", "\x1b[0m")
            } else {
                ("", "")
            };
            let line = format!("{red}{outcome:first$}{plain}   {number:>second$}   {how:third$}   {file}");
            let _ = writeln!(text, "{}", line.trim_end());
        }
        if count > MOST_LINES {
            let _ = writeln!(text, "and {} more", count - MOST_LINES);
        }
        text
    }

    /// The outcome, how often it comes out, and its smallest schedule.
    fn line(&self, found: &Found, style: &Style) -> [String; 3] {
        let outcome = &found.outcome;
        let call = if style.call.is_empty() { outcome.kind.word() } else { &style.call };
        let mut shown = match outcome.kind {
            Kind::Returned if outcome.text.is_empty() => format!("{call} returned"),
            Kind::Returned => format!("{call} = {}", outcome.text),
            Kind::Cancelled
            | Kind::Trap
            | Kind::Leak
            | Kind::Deadlock
            | Kind::Livelock
            | Kind::Exit
            | Kind::Limit
            | Kind::Diverged => outcome.text.clone(),
        };
        for output in &outcome.output {
            let bytes = String::from_utf8_lossy(&output.bytes);
            let mut words: String = bytes.chars().take(MOST_OUTPUT).collect();
            if bytes.chars().count() > MOST_OUTPUT {
                words.push_str("...");
            }
            let _ = write!(shown, ", {} {words:?}", output.name);
        }
        let unit = self.report.unit;
        // The number and its unit are aligned each for itself: the shorter words are filled up.
        let word = singular(unit, found.count);
        let number = format!("{} {word:width$}", thousands(found.count), width = unit.word().len());
        let by = if found.by.is_empty() { String::new() } else { format!(", first found by {}", found.by) };
        let how = if found.cost == 0 {
            "the default schedule".to_owned()
        } else {
            let plural = if found.cost == 1 { "choice" } else { "choices" };
            let proof = if found.proven { "proven: none with fewer" } else { "shrunk, not proven" };
            format!("{} {plural} ({proof})", found.cost)
        };
        [shown, number, format!("{how}{by}")]
    }

    /// What can be claimed when nothing was left out, with the bounds.
    pub fn certificate(&self) -> Option<String> {
        let report = &self.report;
        if !report.complete {
            return None;
        }
        let what = match report.unit {
            Unit::TerminalStates => format!(
                "all {} {}, {} of them terminal",
                thousands(report.stats.all_states()),
                if report.stats.all_states() == 1 { "state" } else { "states" },
                thousands(report.stats.terminal_states)
            ),
            Unit::Classes => format!("in {} schedules", thousands(report.stats.runs)),
            Unit::Runs | Unit::Schedules => format!("all {} schedules", thousands(report.stats.runs)),
        };
        let data = if report.data_choices { "; data choices fixed" } else { "" };
        let count = report.outcomes.len();
        let plural = if count == 1 { "outcome" } else { "outcomes" };
        let bounds = match self.bounds.states {
            Some(states) if report.unit == Unit::TerminalStates => format!("; within {} states", thousands(states)),
            Some(_) | None => String::new(),
        };
        let classes = match &self.classes {
            Ok(1) => "1 schedule class".to_owned(),
            Ok(classes) => format!("{} schedule classes", thousands(*classes)),
            Err(why) => format!("schedule classes not counted ({why})"),
        };
        let (what, classes) =
            if report.unit == Unit::Classes { (format!("all {classes}"), what) } else { (what, classes) };
        Some(format!("{what}, {classes}, {} {plural}{bounds}{data}", thousands(to_u64(count))))
    }
}

/// Why something was left out, without a time that differs from run to run.
fn without_time(why: &str) -> &str {
    if why.starts_with("stopped after ") && why.ends_with(" ms") { "stopped at the bound of time" } else { why }
}

fn to_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// A number with separators.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
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

/// Each choice with its alternatives, the picked one marked, and where each leads.
pub fn stations_text(stations: &[Station]) -> String {
    let mut text = String::new();
    for (number, station) in (1..).zip(stations) {
        let _ = writeln!(text, "{number}. {} ({})", station.anchor, station.kind);
        let width = station.alternatives.iter().map(|other| other.name.chars().count()).max().unwrap_or(0);
        for (position, other) in station.alternatives.iter().enumerate() {
            let mark = if position == station.picked { '>' } else { ' ' };
            let leads = match &other.leads {
                Leads::To(outcomes) => {
                    outcomes.iter().map(|outcome| outcome.text.clone()).collect::<Vec<_>>().join(", ")
                }
                Leads::ByDefault(outcome) => format!("by default {outcome}; not all was searched"),
            };
            let _ = writeln!(text, "   {mark} {:width$}   {leads}", other.name);
        }
    }
    if stations.is_empty() {
        text.push_str("no choices: there is one schedule\n");
    }
    text
}
