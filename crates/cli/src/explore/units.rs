//! Exploring in pieces, on many machines: making units, doing one, joining what they came to.
//!
//! Spec: `docs/scale-out.md`. A folder holds `plan.json`, units (`unit-ID.json`) and results (`result-ID.json`). Files appear
//! whole or not at all: they are written beside and renamed; the result of a unit is written last, when its rests are there.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use explore::Exploration;
use explore::task::Task;
use explore::unit::{Done, Unit, Work};
use raddle::explore::{Budget, Options, Strategy};
use serde_json::{Value, json};

use crate::common::{Stop, print, read};
use crate::explore::target::{Target, read_unit};
use crate::explore::{Shown, show};

/// The format of plans.
const PLAN: &str = "raddle-plan/1";

/// Joins what units came to: the same report as one big run gives. Exit codes as for `explore`; 3 while units are not done.
#[derive(Args)]
pub(crate) struct Merge {
    /// The folders with units and results.
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Only list the files of units that are not done, one a line.
    #[arg(long)]
    pending: bool,
}

/// Writes a file so that it is there whole or not at all.
pub(crate) fn write_whole(path: &Path, text: &str) -> Result<(), Stop> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.part", std::process::id()));
    let beside = PathBuf::from(beside);
    let write = || {
        let mut file = std::fs::File::create(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    };
    write().map_err(|error| Stop::file(path, &error))
}

fn folder(path: &Path) -> Result<(), Stop> {
    std::fs::create_dir_all(path).map_err(|error| Stop::file(path, &error))
}

fn unit_file(folder: &Path, id: &str) -> PathBuf {
    folder.join(format!("unit-{id}.json"))
}

fn result_file(folder: &Path, id: &str) -> PathBuf {
    folder.join(format!("result-{id}.json"))
}

/// Makes the first units of a task.
pub(crate) fn make(task: &Task, strategy: Strategy, out: &Path, counts: (u64, u64, u64)) -> Result<ExitCode, Stop> {
    folder(out)?;
    let units = Unit::first(task, strategy, counts);
    let ids: Vec<String> = units.iter().map(Unit::id).collect();
    for (unit, id) in units.iter().zip(&ids) {
        write_whole(&unit_file(out, id), &unit.to_text())?;
    }
    let plan = json!({ "format": PLAN, "units": ids, "task": task });
    write_whole(&out.join("plan.json"), &format!("{plan}\n"))?;
    units.iter().zip(&ids).for_each(|(_, id)| print(&format!("{}\n", unit_file(out, id).display())));
    Ok(ExitCode::SUCCESS)
}

/// Does a unit, unless its result is there.
pub(crate) fn work(file: &Path, out: &Path) -> Result<ExitCode, Stop> {
    let unit = read_unit(file)?;
    let id = unit.id();
    folder(out)?;
    let result = result_file(out, &id);
    if result.exists() {
        let done = read_done(&result)?;
        print(&format!("{id}: done before, {} units left over\n", done.left.len()));
        return Ok(ExitCode::SUCCESS);
    }
    let target = Target::of_task(file, &unit.task)?;
    let before = unit.after.as_ref().map(|after| before(file, out, after)).transpose()?;
    let (done, left) = target.subject.unit(&unit, before.as_ref())?.map_err(|error| Stop::file(file, &error))?;
    for unit in &left {
        write_whole(&unit_file(out, &unit.id()), &unit.to_text())?;
    }
    write_whole(&result, &done.to_text())?;
    let what = match unit.work {
        Work::Runs { from, to } => format!("runs {from}..{to}"),
        Work::Search { places, .. } => format!("{} places", places.len()),
        Work::Reduction { stacks, .. } => format!("{} places", stacks.len()),
    };
    print(&format!("{id}: {what} done, {} units left over\n", left.len()));
    Ok(ExitCode::SUCCESS)
}

/// The result of the unit that one is a rest of: in the folder of results, or beside the unit.
fn before(file: &Path, out: &Path, id: &str) -> Result<Done, Stop> {
    let beside = result_file(file.parent().unwrap_or(Path::new("")), id);
    let path = result_file(out, id);
    read_done(if path.exists() || !beside.exists() { &path } else { &beside })
}

fn read_done(path: &Path) -> Result<Done, Stop> {
    let text = String::from_utf8(read(path)?).map_err(|error| Stop::file(path, &error))?;
    Done::parse(&text)
        .map_err(|error| Stop::usage(format!("{}: {error}: remove it, and do the unit again", path.display())))
}

/// What folders hold.
#[derive(Default)]
struct Held {
    plan: Option<(PathBuf, Task)>,
    first: Vec<String>,
    results: Vec<Done>,
    units: Vec<(String, PathBuf)>,
}

impl Held {
    fn add(&mut self, folder: &Path) -> Result<(), Stop> {
        let entries = std::fs::read_dir(folder).map_err(|error| Stop::file(folder, &error))?;
        let mut paths = Vec::new();
        for entry in entries {
            paths.push(entry.map_err(|error| Stop::file(folder, &error))?.path());
        }
        paths.sort();
        for path in paths {
            let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            let inner = |start: &str| name.strip_prefix(start).and_then(|rest| rest.strip_suffix(".json"));
            if name == "plan.json" {
                self.add_plan(&path)?;
            } else if let Some(id) = inner("unit-") {
                self.units.push((id.to_owned(), path.clone()));
            } else if inner("result-").is_some() {
                self.results.push(read_done(&path)?);
            }
        }
        Ok(())
    }

    fn add_plan(&mut self, path: &Path) -> Result<(), Stop> {
        let wrong = |error: &dyn std::fmt::Display| Stop::usage(format!("{}: not a plan: {error}", path.display()));
        let mut plan: Value = serde_json::from_slice(&read(path)?).map_err(|error| wrong(&error))?;
        if plan["format"] != PLAN {
            return Err(wrong(&format!("expected the format `{PLAN}`, found {}", plan["format"])));
        }
        let first: Vec<String> = serde_json::from_value(plan["units"].take()).map_err(|error| wrong(&error))?;
        let task: Task = serde_json::from_value(plan["task"].take()).map_err(|error| wrong(&error))?;
        if let Some((other, known)) = &self.plan
            && let Some(part) = known.differs(&task)
        {
            return Err(Stop::usage(format!(
                "{}: expected a plan of the same task as {}, found another {part}",
                path.display(),
                other.display()
            )));
        }
        self.first.extend(first);
        self.plan = Some((path.to_owned(), task));
        Ok(())
    }
}

impl Merge {
    pub(crate) fn run(self) -> Result<ExitCode, Stop> {
        let mut held = Held::default();
        for folder in &self.folders {
            held.add(folder)?;
        }
        let Some((plan, task)) = held.plan else {
            return Err(Stop::usage("expected a folder with the `plan.json` that `explore --units` wrote, found none"));
        };
        if let Some(done) = held.results.iter().find(|done| done.task.differs(&task).is_some()) {
            let part = done.task.differs(&task).unwrap_or_default();
            return Err(Stop::usage(format!(
                "the result of the unit {}: expected the task of {}, found another {part}",
                done.unit,
                plan.display()
            )));
        }
        let strategy: Strategy = task.strategy.parse().map_err(|error: String| Stop::file(&plan, &error))?;
        if self.pending {
            return Ok(pending(held.units, &held.results));
        }
        let target = Target::of_task(&plan, &task)?;
        let options =
            Options { strategy, seed: task.seed, budget: Budget { runs: None, ..NONE }, ..Options::default() };
        let joined = target.subject.join(&options, &held.first, held.results)?;
        let (exploration, _open): (Exploration, Vec<String>) = joined.map_err(Stop::usage)?;
        show(&target, &exploration, &Shown { json: self.json, explain: true, ..Shown::default() })
    }
}

const NONE: Budget = Budget { runs: None, states: None, time: None, memory: None };

/// Lists the units that are not done.
fn pending(units: Vec<(String, PathBuf)>, results: &[Done]) -> ExitCode {
    let open = units.into_iter().filter(|(id, _)| !results.iter().any(|done| done.unit == *id));
    let mut listed: Vec<(String, PathBuf)> = open.collect();
    listed.sort();
    listed.dedup_by(|a, b| a.0 == b.0);
    for (_, path) in &listed {
        print(&format!("{}\n", path.display()));
    }
    if listed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(3) }
}
