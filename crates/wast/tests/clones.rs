//! Run: `cargo test -p raddle-wast --test clones`. A store that is cloned, or kept and restored, at any step goes on as the
//! original does: same outcome, equal state, same hash. Nor does it matter where the fuel runs out.
//!
//! The programs are our own scripts, the examples and, where they are found, the official scripts (see `suites`).

#![expect(clippy::wildcard_enum_match_arm, reason = "only calls of components with plain values are of interest")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use choice::hash::hash_of;
use choice::{ChoicePoint, Chooser, First, Seeded};
use raddle::{Component, Engine, Instance, Linker, Val};
use raddle_wast::find_scripts;
use runtime::drive::{Ended, Goal, NoHost, Pace, Stopped, advance_at, pick};
use runtime::id::InvocationId;
use runtime::step::{Env, Failure, InvocationOutcome};
use runtime::{Program, Store};
use wast::component::WastVal;
use wast::parser::{self, ParseBuffer};
use wast::{QuoteWat, Wast, WastArg, WastDirective, WastExecute, WastInvoke};

/// In how many places each call is forked.
const FORKS: usize = 8;

const SEEDS: u64 = 6;

/// Enough for most calls; what yields for ever is stopped.
const FUEL: u64 = 200_000;

/// An instance, and the calls that a script makes of it.
struct Subject {
    name: String,
    program: Arc<Program>,
    store: raddle::Store,
    instance: Instance,
    calls: Vec<(String, Vec<Val>)>,
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn official() -> Option<PathBuf> {
    let folder = std::env::var_os("RADDLE_SUITES").map_or_else(|| workspace().join("../shared/suites"), PathBuf::from);
    let folder = folder.join("component-model/async");
    if !folder.is_dir() {
        eprintln!("official scripts not found: set RADDLE_SUITES");
        return None;
    }
    Some(folder)
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The instances of a script that come about, with their calls.
fn subjects(path: &Path) -> Vec<Subject> {
    let text = read(path);
    let name = path.file_name().expect("a script has a name").to_string_lossy();
    let buffer = ParseBuffer::new(&text).expect("the script has tokens");
    if path.extension().is_some_and(|extension| extension == "wat") {
        let (engine, component) = component(text.as_bytes());
        return subject(&name, &engine, component.as_ref(), vec![("run".to_owned(), Vec::new())]);
    }
    let mut subjects: Vec<Subject> = Vec::new();
    let mut definition = None;
    for directive in parser::parse::<Wast<'_>>(&buffer).expect("the script can be parsed").directives {
        let line = directive.span().linecol_in(&text).0 + 1;
        match directive {
            WastDirective::ModuleDefinition(mut wat) => definition = decode(&mut wat),
            WastDirective::Module(mut wat) => {
                let decoded = decode(&mut wat);
                subjects.extend(instance(&format!("{name}:{line}"), decoded.as_ref()));
            }
            WastDirective::ModuleInstance { .. } => {
                subjects.extend(instance(&format!("{name}:{line}"), definition.as_ref()));
            }
            WastDirective::Invoke(invoke)
            | WastDirective::AssertReturn { exec: WastExecute::Invoke(invoke), .. }
            | WastDirective::AssertTrap { exec: WastExecute::Invoke(invoke), .. } => {
                if let (None, Some(subject)) = (invoke.module, subjects.last_mut()) {
                    subject.calls.push(call(&invoke));
                }
            }
            _ => {}
        }
    }
    subjects
}

fn component(bytes: &[u8]) -> (Engine, Option<Component>) {
    let engine = Engine::default();
    let component = Component::new(&engine, bytes).ok();
    (engine, component)
}

fn decode(wat: &mut QuoteWat<'_>) -> Option<(Engine, Option<Component>)> {
    Some(component(&wat.encode().ok()?))
}

fn instance(name: &str, decoded: Option<&(Engine, Option<Component>)>) -> Vec<Subject> {
    let Some((engine, decoded)) = decoded else { return Vec::new() };
    subject(name, engine, decoded.as_ref(), Vec::new())
}

fn subject(name: &str, engine: &Engine, component: Option<&Component>, calls: Vec<(String, Vec<Val>)>) -> Vec<Subject> {
    let Some(component) = component else { return Vec::new() };
    let mut store = raddle::Store::new(engine);
    let Ok(instance) = Linker::new().instantiate(&mut store, component) else { return Vec::new() };
    vec![Subject { name: name.to_owned(), program: engine.program(), store, instance, calls }]
}

fn call(invoke: &WastInvoke<'_>) -> (String, Vec<Val>) {
    let args = invoke.args.iter().map(|arg| match arg {
        WastArg::Component(value) => val(value),
        _ => panic!("calls of components have component-level arguments"),
    });
    (invoke.name.to_owned(), args.collect())
}

fn val(value: &WastVal<'_>) -> Val {
    let boxed = |value: &Option<Box<WastVal<'_>>>| value.as_ref().map(|value| Box::new(val(value)));
    match value {
        WastVal::Bool(value) => Val::Bool(*value),
        WastVal::U8(value) => Val::U8(*value),
        WastVal::U32(value) => Val::U32(*value),
        WastVal::S32(value) => Val::S32(*value),
        WastVal::U64(value) => Val::U64(*value),
        WastVal::F32(value) => Val::Float32(f32::from_bits(value.bits)),
        WastVal::F64(value) => Val::Float64(f64::from_bits(value.bits)),
        WastVal::Char(value) => Val::Char(*value),
        WastVal::String(value) => Val::String((*value).to_owned()),
        WastVal::List(values) => Val::List(values.iter().map(val).collect()),
        WastVal::Record(fields) => {
            Val::Record(fields.iter().map(|(label, value)| ((*label).to_owned(), val(value))).collect())
        }
        WastVal::Enum(case) => Val::Enum((*case).to_owned()),
        WastVal::Variant(case, payload) => Val::Variant((*case).to_owned(), boxed(payload)),
        other => panic!("add this value to the test: {other:?}"),
    }
}

/// How a call ended.
#[derive(Debug, PartialEq)]
struct End {
    ended: Result<Ended, Failure>,
    outcome: Option<InvocationOutcome>,
}

/// A run of one call: the program, the picks, and how to go on.
struct Run<'r> {
    program: &'r Program,
    chooser: &'r mut dyn Chooser,
    goal: Goal,
}

impl Run<'_> {
    /// Goes on to the next turn or choice, or to the end.
    fn advance(&mut self, store: &mut Store, pace: Pace) -> Result<Stopped, Failure> {
        let mut env = Env::new(self.program, self.chooser, None);
        advance_at(store, &mut env, &mut NoHost, self.goal, pace)
    }

    fn pick(&mut self, store: &mut Store, point: &ChoicePoint) -> Result<(), Failure> {
        let picked = if point.alternatives.len() == 1 {
            0
        } else {
            self.chooser.choose(point, store.names()).expect("it follows no schedule")
        };
        let mut env = Env::new(self.program, self.chooser, None);
        pick(store, &mut env, &mut NoHost, point, picked)
    }

    /// Goes on to the end, and shows the store at each stop.
    fn finish(&mut self, store: &mut Store, pace: Pace, stop: &mut dyn FnMut(&mut Store, &ChoicePoint)) -> End {
        let ended = loop {
            match self.advance(store, pace) {
                Ok(Stopped::Ended(ended)) => break Ok(ended),
                Ok(Stopped::Choice(point)) => {
                    stop(store, &point);
                    if let Err(failure) = self.pick(store, &point) {
                        break Err(failure);
                    }
                }
                Err(failure) => break Err(failure),
            }
        };
        let outcome = match self.goal {
            Goal::Resolved(invocation) if ended != Ok(Ended::OutOfFuel) => store.take_outcome(invocation),
            Goal::Resolved(_) | Goal::Quiet => None,
        };
        End { ended, outcome }
    }
}

/// What is compared: everything but the fuel.
fn same(a: &mut Store, b: &mut Store) -> bool {
    (a.fuel, b.fuel) = (FUEL, FUEL);
    a == b && hash_of(a) == hash_of(b)
}

/// Runs the calls of a subject one after the other, and whatever is left over; `check` sees each with the store before.
fn each_call(subject: &Subject, chooser: &mut dyn Chooser, check: &mut dyn FnMut(&mut Run<'_>, &Store, &str) -> Store) {
    let mut store = subject.store.state().clone();
    for (name, args) in &subject.calls {
        let words = format!("{} {name}", subject.name);
        let Some(func) = subject.instance.func(&subject.store, name) else { continue };
        let args = func.values(&subject.store, args).unwrap_or_else(|error| panic!("{words}: {error}"));
        store.fuel = FUEL;
        let mut env = Env::new(&subject.program, chooser, None);
        let begun: Result<InvocationId, Failure> = store.invoke(&mut env, func.id(), args);
        let Ok(invocation) = begun else { continue };
        let mut run = Run { program: &subject.program, chooser, goal: Goal::Resolved(invocation) };
        store = check(&mut run, &store, &words);
    }
    store.fuel = FUEL;
    let mut run = Run { program: &subject.program, chooser, goal: Goal::Quiet };
    check(&mut run, &store, &format!("{}: the end", subject.name));
}

/// Forks a call at some of its stops, by clone and by snapshot, and runs original and forks to the end.
fn fork(run: &mut Run<'_>, before: &Store, words: &str) -> Store {
    let mut stops = 0;
    let mut end = before.clone();
    let ended = run.finish(&mut end, Pace::Turns, &mut |_, _| stops += 1);
    let stride = (stops / FORKS).max(1);
    let mut forks = Vec::new();
    let mut number = 0;
    let mut again = before.clone();
    let ended_again = run.finish(&mut again, Pace::Turns, &mut |store, point| {
        if number % stride == 0 {
            forks.push((store.clone(), store.snapshot(), point.clone()));
        }
        number += 1;
    });
    assert_eq!(ended, ended_again, "{words}: the same again");
    assert!(same(&mut end, &mut again), "{words}: the same again");
    let mut restored = before.clone();
    for (number, (mut clone, snapshot, point)) in forks.into_iter().enumerate() {
        restored.restore(&snapshot);
        assert!(restored == clone, "{words}: snapshot {number}");
        for store in [&mut clone, &mut restored] {
            let ended_here = match run.pick(store, &point) {
                Ok(()) => run.finish(store, Pace::Choices, &mut |_, _| {}),
                Err(failure) => End { ended: Err(failure), outcome: None },
            };
            assert_eq!(ended_here, ended, "{words}: fork {number}");
            assert!(same(store, &mut end), "{words}: fork {number}");
        }
    }
    end
}

/// Runs a call in slices of fuel, and at once.
fn slice(run: &mut Run<'_>, before: &Store, words: &str, slice: u64) -> Store {
    let mut end = before.clone();
    let ended = run.finish(&mut end, Pace::Choices, &mut |_, _| {});
    if ended.ended == Ok(Ended::OutOfFuel) {
        return end;
    }
    let mut sliced = before.clone();
    sliced.fuel = slice;
    let ended_sliced = loop {
        let ended = run.finish(&mut sliced, Pace::Choices, &mut |_, _| {});
        if ended.ended != Ok(Ended::OutOfFuel) {
            break ended;
        }
        sliced.fuel += slice;
    };
    assert_eq!(ended_sliced, ended, "{words}: slices of {slice}");
    assert!(same(&mut sliced, &mut end), "{words}: slices of {slice}");
    end
}

/// Files with programs. Rules of core instructions are about calls that take one step, or very many.
fn programs() -> Vec<PathBuf> {
    let mut files = Vec::new();
    for folder in ["spec-tests/rules", "spec-tests/bugs"] {
        files.extend(find_scripts(&workspace().join(folder)).expect("the folder can be read"));
    }
    for name in ["cancel-race", "deadlock", "first-event", "lost-update", "pipeline"] {
        files.push(workspace().join(format!("examples/{name}.wat")));
    }
    files.extend(official().into_iter().flat_map(|folder| find_scripts(&folder).expect("the folder can be read")));
    files.retain(|file| !file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("core__")));
    files
}

#[test]
fn forks_go_on_as_the_original_does() {
    let mut calls = 0;
    for subject in programs().iter().flat_map(|file| subjects(file)) {
        let mut check = |run: &mut Run<'_>, before: &Store, words: &str| {
            calls += 1;
            fork(run, before, words)
        };
        each_call(&subject, &mut First, &mut check);
        for seed in 0..SEEDS {
            each_call(&subject, &mut Seeded::new(seed), &mut check);
        }
    }
    assert!(calls > 500, "the scripts make many calls: {calls}");
}

#[test]
fn stops_for_lack_of_fuel_change_nothing() {
    for subject in programs().iter().flat_map(|file| subjects(file)) {
        for (seed, fuel) in [(0, 3), (1, 100)] {
            each_call(&subject, &mut Seeded::new(seed), &mut |run, before, words| slice(run, before, words, fuel));
        }
    }
}
