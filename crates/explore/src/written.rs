//! How far an exploration is, as it stands in files.
//!
//! Spec: `docs/scale-out.md`. States are hexadecimal digits, 32 each; places are picks.

use std::fmt::Write as _;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use runtime::footprint::ThreadKey;
use runtime::id::{HandleIndex, InstanceId};

use crate::content::{from_hex, to_hex};
use crate::explore::Rest;
use crate::findings::{ByHash, Findings, Found, Path, Stats, cost};
use crate::knowledge::{Knowledge, Place};
use crate::livelock::{Edge, Livelocks};
use crate::outcome::{Kind, Outcome, Output};
use crate::reduced::{Reduced, Stack};
use crate::sample::Sampled;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum Form {
    Search(Box<SearchForm>),
    Runs(Box<RunsForm>),
    Reduction(Box<ReducedForm>),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RunsForm {
    next: u64,
    outcomes: Vec<FoundForm>,
    stats: Stats,
    data: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SearchForm {
    left: Vec<Place>,
    states: String,
    ways: Vec<(u32, Path)>,
    /// Who sleeps in a state, where somebody does.
    #[serde(default)]
    asleep: Vec<(u32, Vec<ThreadForm>)>,
    terminal: String,
    /// For each terminal state the number of its outcome.
    ends: Vec<u32>,
    outcomes: Vec<FoundForm>,
    stats: Stats,
    data: bool,
    short: Option<String>,
    /// Transitions without progress: from, to, and who ran.
    edges: Vec<(u32, u32, Vec<ThreadForm>)>,
    /// Who was ready in a state.
    ready: Vec<(u32, Vec<ThreadForm>)>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReducedForm {
    left: Vec<Stack>,
    classes: String,
    /// For each class the number of its outcome.
    ends: Vec<u32>,
    outcomes: Vec<FoundForm>,
    stats: Stats,
    data: bool,
    short: Option<String>,
}

/// The instance and the index of a thread.
type ThreadForm = (u32, u32);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FoundForm {
    kind: String,
    outcome: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    output: Vec<(String, String)>,
    count: u64,
    path: Path,
    by: String,
    first_run: u64,
}

/// How far an exploration is, as JSON.
pub fn rest_to_json(rest: &Rest) -> Value {
    let form = match rest {
        Rest::Search(knowledge) => Form::Search(Box::new(search_form(knowledge))),
        Rest::Runs(sampled) => Form::Runs(Box::new(RunsForm {
            next: sampled.next,
            outcomes: sampled.findings.iter().map(found_form).collect(),
            stats: sampled.stats,
            data: sampled.data,
        })),
        Rest::Reduction(reduced) => Form::Reduction(Box::new(ReducedForm {
            left: reduced.left.clone(),
            classes: digits(reduced.classes.keys()),
            ends: reduced.classes.values().copied().collect(),
            outcomes: reduced.findings.iter().map(found_form).collect(),
            stats: reduced.stats,
            data: reduced.data,
            short: reduced.short.clone(),
        })),
    };
    serde_json::to_value(form).expect("the keys are text")
}

/// Reads how far an exploration is.
///
/// # Errors
/// What is wrong with it.
pub fn rest_from_json(value: Value) -> Result<Rest, String> {
    match serde_json::from_value(value).map_err(|error| error.to_string())? {
        Form::Search(form) => search(*form).map(|knowledge| Rest::Search(Box::new(knowledge))),
        Form::Runs(form) => {
            let RunsForm { next, outcomes, stats, data } = *form;
            Ok(Rest::Runs(Box::new(Sampled { findings: findings(outcomes)?, stats, data, next })))
        }
        Form::Reduction(form) => reduced(*form).map(|reduced| Rest::Reduction(Box::new(reduced))),
    }
}

fn search_form(knowledge: &Knowledge) -> SearchForm {
    let threads = |threads: &[ThreadKey]| threads.iter().map(|key| (key.inst.0, key.index.0)).collect();
    let Livelocks { edges, ready } = &knowledge.livelocks;
    SearchForm {
        left: knowledge.left.clone(),
        states: digits(knowledge.visited.keys()),
        ways: knowledge.ways.iter().map(|(parent, picks)| (parent, picks.to_vec())).collect(),
        asleep: knowledge.asleep.iter().map(|(state, stored)| (*state, threads(stored))).collect(),
        terminal: digits(knowledge.terminal.keys()),
        ends: knowledge.terminal.values().copied().collect(),
        outcomes: knowledge.findings.iter().map(found_form).collect(),
        stats: knowledge.stats,
        data: knowledge.data,
        short: knowledge.short.clone(),
        edges: edges.iter().map(|edge| (edge.from, edge.to, threads(&edge.ran))).collect(),
        ready: ready.iter().map(|(state, ready)| (*state, threads(ready))).collect(),
    }
}

fn reduced(form: ReducedForm) -> Result<Reduced, String> {
    let ReducedForm { left, classes, ends, outcomes, stats, data, short } = form;
    let (hashes, findings) = (hashes("classes", &classes)?, findings(outcomes)?);
    if hashes.len() != ends.len() {
        return Err(format!("expected as many ends as classes, {}, found {}", hashes.len(), ends.len()));
    }
    let mut classes = ByHash::default();
    for (class, end) in hashes.into_iter().zip(ends) {
        classes.insert(class, below("ends", end, findings.len())?);
    }
    Ok(Reduced { left, classes, findings, stats, data, short })
}

/// A number that is below a count.
fn below(what: &str, number: u32, count: usize) -> Result<u32, String> {
    match usize::try_from(number) {
        Ok(small) if small < count => Ok(number),
        Ok(_) | Err(_) => Err(format!("{what}: expected a number below {count}, found {number}")),
    }
}

/// Hashes as they are written.
fn digits<'h>(hashes: impl Iterator<Item = &'h u128>) -> String {
    let mut digits = String::new();
    for hash in hashes {
        write!(digits, "{hash:032x}").expect("writing to a string does not fail");
    }
    digits
}

fn search(form: SearchForm) -> Result<Knowledge, String> {
    let SearchForm { left, states, ways, asleep, terminal, ends, outcomes, stats, data, short, edges, ready } = form;
    let visited: ByHash<()> = hashes("states", &states)?.into_iter().map(|hash| (hash, ())).collect();
    if visited.len() != ways.len() {
        return Err(format!("expected as many ways as states, {}, found {}", visited.len(), ways.len()));
    }
    let mut knowledge =
        Knowledge { left, visited, findings: findings(outcomes)?, stats, data, short, ..Knowledge::default() };
    for (number, (parent, picks)) in ways.into_iter().enumerate() {
        let known =
            parent == crate::findings::Ways::START || usize::try_from(parent).is_ok_and(|parent| parent < number);
        if !known {
            return Err(format!("way {number}: expected a state before it, found {parent}"));
        }
        knowledge.ways.add(parent, picks.into_iter());
    }
    let terminal = hashes("terminal", &terminal)?;
    if terminal.len() != ends.len() {
        return Err(format!("expected as many ends as terminal states, {}, found {}", terminal.len(), ends.len()));
    }
    let (states, kinds) = (knowledge.visited.len(), knowledge.findings.len());
    for (hash, end) in terminal.into_iter().zip(ends) {
        knowledge.terminal.insert(hash, below("ends", end, kinds)?);
    }
    let key = |(inst, index)| ThreadKey { inst: InstanceId(inst), index: HandleIndex(index) };
    let threads = |keys: Vec<ThreadForm>| keys.into_iter().map(key).collect();
    for (state, keys) in asleep {
        knowledge.asleep.insert(below("asleep", state, states)?, keys.into_iter().map(key).collect());
    }
    for (from, to, ran) in edges {
        let (from, to) = (below("edges", from, states)?, below("edges", to, states)?);
        knowledge.livelocks.edges.push(Edge { from, to, ran: threads(ran) });
    }
    for (state, ready) in ready {
        knowledge.livelocks.ready.insert(below("ready", state, states)?, threads(ready));
    }
    Ok(knowledge)
}

fn hashes(what: &str, digits: &str) -> Result<Vec<u128>, String> {
    const DIGITS: usize = 32;
    let wrong = || format!("{what}: expected 32 hexadecimal digits for each");
    if !digits.len().is_multiple_of(DIGITS) || !digits.is_ascii() {
        return Err(wrong());
    }
    let starts = (0..digits.len()).step_by(DIGITS);
    starts.map(|at| u128::from_str_radix(&digits[at..at + DIGITS], 16).map_err(|_| wrong())).collect()
}

fn found_form(found: &Found) -> FoundForm {
    let output = found.outcome.output.iter().map(|output| (output.name.clone(), to_hex(&output.bytes)));
    FoundForm {
        kind: found.outcome.kind.word().to_owned(),
        outcome: found.outcome.text.clone(),
        output: output.collect(),
        count: found.count,
        path: found.path.clone(),
        by: found.by.to_owned(),
        first_run: found.first_run,
    }
}

/// Those who can have found something first.
const FINDERS: &[&str] =
    &["", "random", "pct", "pct:1", "pct:2", "pct:3", "pct:4", "pos", "surw", "states", "bytes", "proof", "replay"];

fn findings(forms: Vec<FoundForm>) -> Result<Findings, String> {
    let mut findings = Findings::default();
    for form in forms {
        let kind = Kind::ALL.iter().copied().find(|kind| kind.word() == form.kind);
        let kind = kind.ok_or_else(|| format!("expected a kind of outcome, found `{}`", form.kind))?;
        let by = FINDERS.iter().copied().find(|by| *by == form.by);
        let by = by.ok_or_else(|| format!("expected a strategy that finds outcomes, found `{}`", form.by))?;
        let output = form.output.into_iter().map(|(name, digits)| {
            let bytes = from_hex(&digits).ok_or_else(|| format!("output `{name}`: expected hexadecimal digits"))?;
            Ok(Output { name, bytes })
        });
        let outcome = Outcome { kind, text: form.outcome, output: output.collect::<Result<_, String>>()? };
        let (path, price) = (form.path.clone(), cost(&form.path));
        findings.merge(Found {
            outcome,
            count: form.count,
            path,
            cost: price,
            proven: false,
            by,
            first_run: form.first_run,
        });
    }
    Ok(findings)
}

/// A time in milliseconds, for bounds.
pub fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
