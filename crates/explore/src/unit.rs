//! Exploring in pieces: units of work, what each came to, and all of it joined.
//!
//! Spec: DESIGN, "Exploration", on more than one machine. A unit is a range of runs, or places of a search with a bound of
//! states. What a unit comes to depends on nothing but the unit and the one it comes from; what is left over are units again,
//! each with twice the bound, which know the states that were seen. A set of results is joined by the numbers of their
//! units, so that order and repetition make no difference.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::content::sha256;
use crate::dpor::reduce;
use crate::explore::{Exploration, Options, Rest, Strategy, classes, sampled_report, samplers, smallest};
use crate::findings::{Budget, ByHash};
use crate::knowledge::{Knowledge, Place};
use crate::outcome::Outcome;
use crate::reduced::{Reduced, Stack};
use crate::run::{Follow, record};
use crate::sample::{Plan, Sampled, sample};
use crate::search::{Space, conclude, go_on};
use crate::task::Task;
use crate::world::{ForkHost, Setup};
use crate::written::{rest_from_json, rest_to_json};

/// The format of units.
pub const UNIT: &str = "raddle-unit/1";

/// The format of results.
pub const RESULT: &str = "raddle-result/1";

/// Into how many units at most what is left over is divided.
const MOST_UNITS: usize = 16;

/// A piece of work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// The format.
    pub format: String,
    /// What is explored.
    pub task: Task,
    /// The unit whose states are known, if it is a rest of one.
    pub after: Option<String>,
    /// What is to be done.
    pub work: Work,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Work {
    /// Runs, from one before another.
    Runs {
        /// The first run.
        from: u64,
        /// The run after the last one.
        to: u64,
    },
    /// Places of a search, up to a number of states, those known included, or of schedules.
    Search {
        /// The places, the one searched first last.
        places: Vec<Place>,
        /// The bound.
        bound: u64,
    },
    /// What is left of a reduction, up to a number of schedules.
    Reduction {
        /// The stacks, the one explored first last.
        stacks: Vec<Stack>,
        /// The bound.
        bound: u64,
    },
}

/// What a unit came to.
#[derive(Clone, Debug)]
pub struct Done {
    /// The number of the unit.
    pub unit: String,
    /// The units that are left over.
    pub left: Vec<String>,
    /// What was explored.
    pub task: Task,
    /// What was found.
    pub found: Rest,
}

impl Unit {
    /// The first units of a task: ranges of so many runs, or the whole search with a bound.
    pub fn first(task: &Task, strategy: Strategy, (count, runs, bound): (u64, u64, u64)) -> Vec<Self> {
        let unit = |work| Self { format: UNIT.to_owned(), task: task.clone(), after: None, work };
        if space(strategy).is_some() {
            return vec![unit(Work::Search { places: vec![Place::START], bound })];
        }
        if strategy == Strategy::Dpor {
            return vec![unit(Work::Reduction { stacks: vec![Stack::start()], bound })];
        }
        let count = count.clamp(1, runs.max(1));
        let cut = |part: u64| part.saturating_mul(runs / count) + part.min(runs % count);
        (0..count).map(|part| unit(Work::Runs { from: cut(part), to: cut(part + 1) })).collect()
    }

    /// The number by which the unit is known: a hash of all that it says.
    pub fn id(&self) -> String {
        sha256(self.to_text().as_bytes())[..16].to_owned()
    }

    /// The text of its file.
    pub fn to_text(&self) -> String {
        serde_json::to_string_pretty(self).expect("the keys are text") + "\n"
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// Where it is not that of a unit, or of which other format it is.
    pub fn parse(text: &str) -> Result<Self, String> {
        check_format(text, UNIT)?;
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// A unit that is left over.
    fn rest(&self, after: Option<String>, work: Work) -> Self {
        Self { format: UNIT.to_owned(), task: self.task.clone(), after, work }
    }

    /// What the unit came to, with what is left over.
    fn done(&self, found: Rest, rest: Vec<Self>) -> (Done, Vec<Self>) {
        let left = rest.iter().map(Self::id).collect();
        (Done { unit: self.id(), left, task: self.task.clone(), found }, rest)
    }

    fn strategy(&self) -> Result<Strategy, String> {
        self.task.strategy.parse()
    }
}

fn check_format(text: &str, expected: &str) -> Result<Value, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| format!("expected JSON: {error}"))?;
    match value.get("format").and_then(Value::as_str) {
        Some(found) if found == expected => Ok(value),
        Some(found) => Err(format!("expected the format `{expected}`, found `{found}`")),
        None => Err(format!("expected an object with the format `{expected}`")),
    }
}

impl Done {
    /// The text of its file.
    pub fn to_text(&self) -> String {
        let found = rest_to_json(&self.found);
        let object =
            json!({ "format": RESULT, "unit": self.unit, "left": self.left, "task": self.task, "found": found });
        object.to_string() + "\n"
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// Where it is not that of a result.
    pub fn parse(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Form {
            #[serde(rename = "format")]
            _format: String,
            unit: String,
            left: Vec<String>,
            task: Task,
            found: Value,
        }
        let form: Form = serde_json::from_value(check_format(text, RESULT)?).map_err(|error| error.to_string())?;
        Ok(Self { unit: form.unit, left: form.left, task: form.task, found: rest_from_json(form.found)? })
    }
}

/// The space that a strategy searches, if it searches one in pieces.
pub const fn space(strategy: Strategy) -> Option<Space> {
    match strategy {
        Strategy::States => Some(Space::States),
        Strategy::Dfs(depth) => Some(Space::Schedules { depth }),
        Strategy::Portfolio | Strategy::Random | Strategy::Pct(_) | Strategy::Pos | Strategy::Surw | Strategy::Dpor => {
            None
        }
    }
}

/// Does a unit; `before` is what the unit came to that it is a rest of. Gives the result and the units that are left over.
///
/// # Errors
/// When the strategy cannot be done in pieces, or what came before is missing or of another kind.
pub fn work<H: ForkHost>(setup: Setup<'_, H>, unit: &Unit, before: Option<&Done>) -> Result<(Done, Vec<Unit>), String> {
    let strategy = unit.strategy()?;
    let (task, id) = (unit.task.clone(), unit.id());
    match &unit.work {
        Work::Runs { from, to } => {
            if matches!(strategy, Strategy::States | Strategy::Dfs(_) | Strategy::Dpor) {
                return Err(format!("expected a strategy that makes runs, found `{strategy}`"));
            }
            let make = || samplers(setup, strategy, task.seed);
            let plan = Plan { from: *from, budget: Budget::runs(*to), jobs: 1 };
            let found = Rest::Runs(Box::new(sample(setup, &make, plan, &|_| false)));
            Ok((Done { unit: id, left: Vec::new(), task, found }, Vec::new()))
        }
        Work::Search { places, bound } => {
            let space = space(strategy)
                .ok_or_else(|| format!("expected a strategy that searches (states, dfs), found `{strategy}`"))?;
            let mut knowledge = known_before(unit, before)?;
            knowledge.left.clone_from(places);
            let (runs, states) = if space == Space::States { (None, Some(*bound)) } else { (Some(*bound), None) };
            go_on(setup, space, Budget { runs, states, time: None, memory: None }, &mut knowledge);
            let after = (space == Space::States).then(|| id.clone());
            let bound = bound.saturating_mul(2);
            let rest = deal(singles(std::mem::take(&mut knowledge.left)));
            let rest = rest.into_iter().map(|places| unit.rest(after.clone(), Work::Search { places, bound }));
            Ok(unit.done(Rest::Search(Box::new(knowledge)), rest.collect()))
        }
        Work::Reduction { stacks, bound } => {
            if strategy != Strategy::Dpor {
                return Err(format!("expected the strategy dpor, found `{strategy}`"));
            }
            let mut reduced = Reduced { left: stacks.clone(), ..Reduced::default() };
            reduce(setup, Budget::runs(*bound), &mut reduced);
            let left = std::mem::take(&mut reduced.left).into_iter().flat_map(Stack::divide).collect();
            let bound = bound.saturating_mul(2);
            let rest = deal(left).into_iter().map(|stacks| unit.rest(None, Work::Reduction { stacks, bound }));
            Ok(unit.done(Rest::Reduction(Box::new(reduced)), rest.collect()))
        }
    }
}

/// The states that are known from the unit before.
fn known_before(unit: &Unit, before: Option<&Done>) -> Result<Knowledge, String> {
    let Some(after) = &unit.after else { return Ok(Knowledge::default()) };
    let before = before.filter(|before| before.unit == *after);
    let before = before.ok_or_else(|| format!("expected the result of the unit {after} beside it, found none"))?;
    let Rest::Search(known) = &before.found else {
        return Err(format!("the result of the unit {after}: expected one of a search"));
    };
    let (visited, asleep, ways) = (known.visited.clone(), known.asleep.clone(), known.ways.clone());
    Ok(Knowledge { visited, asleep, ways, ..Knowledge::default() })
}

/// Single alternatives of places.
fn singles(places: Vec<Place>) -> Vec<Place> {
    let mut singles: Vec<Place> = Vec::new();
    for place in places {
        let taken = |next: &usize| !place.skip.iter().any(|skip| usize::from(*skip) == *next);
        for next in (place.next..place.end).filter(taken) {
            let answers = if next == place.next { place.answers.clone() } else { Vec::new() };
            singles.push(Place { next, end: next + 1, answers, ..place.clone() });
        }
    }
    singles
}

/// Deals what is left out to units in turns, so that each gets some near the beginning.
fn deal<T: Clone>(left: Vec<T>) -> Vec<Vec<T>> {
    let count = left.len().min(MOST_UNITS);
    let mut units: Vec<Vec<T>> = vec![Vec::new(); count];
    for (position, one) in left.into_iter().enumerate() {
        units[position % count].push(one);
    }
    units
}

/// Joins results, each unit once; gives the report that one run would give, but for `stats`, and the units that are not
/// done. `first` are the numbers of the first units.
///
/// # Errors
/// When there is nothing to join, or the results are not of one task.
pub fn join<H: ForkHost>(
    setup: Setup<'_, H>,
    options: &Options,
    first: &[String],
    mut results: Vec<Done>,
) -> Result<(Exploration, Vec<String>), String> {
    results.sort_by(|a, b| a.unit.cmp(&b.unit));
    results.dedup_by(|a, b| a.unit == b.unit);
    let wanted = first.iter().chain(results.iter().flat_map(|done| &done.left));
    let mut open: Vec<String> =
        wanted.filter(|unit| results.binary_search_by(|done| done.unit.cmp(unit)).is_err()).cloned().collect();
    open.sort();
    open.dedup();
    let default: Outcome = record(setup, Follow::new(&[])).outcome;
    let (mut livelocks, is_over) = (ByHash::default(), open.is_empty());
    let left_out = (!is_over).then(|| format!("{} units are not done", open.len()));
    let mut report = if let Some(space) = space(options.strategy) {
        let mut all = Knowledge::default();
        for done in &results {
            let Rest::Search(found) = &done.found else { return Err(mixed(done)) };
            all.join(found, space == Space::States);
        }
        let (report, known) = conclude(&all, space, left_out);
        livelocks = known.livelocks;
        report
    } else if options.strategy == Strategy::Dpor {
        let mut all = Reduced::default();
        for done in &results {
            let Rest::Reduction(found) = &done.found else { return Err(mixed(done)) };
            all.join(found);
        }
        all.report(left_out)
    } else {
        let mut all = Sampled::default();
        for done in &results {
            let Rest::Runs(found) = &done.found else { return Err(mixed(done)) };
            all.join(found);
        }
        sampled_report(options.strategy, &all)
    };
    report.strategy = options.strategy.to_string();
    smallest(setup, options, &mut report, &livelocks);
    let classes = classes(setup, options, &report);
    Ok((Exploration { report, default, seed: options.seed, bounds: options.budget, classes }, open))
}

fn mixed(done: &Done) -> String {
    format!("the result of the unit {}: expected one of the same strategy as the others", done.unit)
}
