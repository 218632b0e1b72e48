//! Run: `cargo test -p raddle-trace --test examples`. Runs every example of `examples/` under the default schedule and 200
//! seeds: the outcomes are those that its head names, what wasmtime printed is one of them, the same seed gives the same
//! trace and the same state, and the words of a trace, a deadlock, a trap and a leak are as shown here.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use canon::Value;
use choice::hash::hash_of;
use choice::{Chooser, First, Recorder, Replay, Seeded};
use decode::Features;
use raddle_trace::{self as trace, TextTracer};
use runtime::drive::{Ended, NoHost, drain, run_until_resolved};
use runtime::id::{FuncId, InstanceId};
use runtime::instantiate::ExternValue;
use runtime::step::{Env, Failure, InvocationOutcome};
use runtime::{Program, Store};
use syntax::revision::SpecRevision;

const SEEDS: u64 = 200;

/// What a run comes to.
#[derive(Debug)]
struct Ran {
    /// The result, or `deadlock`.
    outcome: String,
    /// What the terminal shows of a trap or deadlock.
    report: String,
    trace: String,
    hash: u128,
    store: Store,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

fn read(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap_or_else(|error| panic!("{name}: expected a text file: {error}"))
}

/// The names of the examples, without `.wat`.
fn examples() -> Vec<String> {
    let files = fs::read_dir(folder()).expect("the examples are there");
    let paths = files.map(|file| file.expect("a folder that can be opened can be listed").path());
    let mut names: Vec<String> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "wat"))
        .map(|path| path.file_stem().expect("it has a name").to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// The outcomes that the head of an example names.
fn outcomes(text: &str) -> BTreeSet<String> {
    let line = text.lines().find_map(|line| line.strip_prefix(";; outcomes: "));
    line.expect("the head has a line `;; outcomes:`").split_whitespace().map(str::to_owned).collect()
}

fn run(text: &str, chooser: &mut dyn Chooser) -> Ran {
    let bytes = wat::parse_str(text).expect("the text is well formed");
    let mut program = Program::new(SpecRevision::default());
    let root = decode::component(&bytes, &Features::default(), &mut program.definitions).expect("it is valid");
    program.extend();
    let mut store = Store::new(wasm::Limits::default());
    let mut written = Vec::new();
    let ended = {
        let mut tracer = TextTracer::new(&mut written);
        let mut env = Env::new(&program, chooser, Some(&mut tracer));
        call_run(&mut store, &mut env, root)
    };
    let (outcome, report) = match ended {
        Ok(Outcome::Result(result)) => (result, String::new()),
        Ok(Outcome::Ended(Ended::Deadlock(report))) => {
            ("deadlock".to_owned(), trace::deadlock(&report, Some("bug.sched")))
        }
        Ok(Outcome::Ended(ended)) => panic!("expected a result or a deadlock, found {ended:?}"),
        Err(failure) => (failure.to_string(), trace::failure(&failure, Some("bug.sched"))),
    };
    let trace = String::from_utf8(written).expect("a trace is text");
    Ran { outcome, report, trace, hash: hash_of(&store), store }
}

enum Outcome {
    Result(String),
    Ended(Ended),
}

fn call_run(store: &mut Store, env: &mut Env<'_, '_>, root: syntax::id::ComponentId) -> Result<Outcome, Failure> {
    let invocation = store.instantiate(env, root, Vec::new())?;
    let ended = run_until_resolved(store, env, &mut NoHost, invocation)?;
    if ended != Ended::Done {
        return Ok(Outcome::Ended(ended));
    }
    let Some(InvocationOutcome::Instantiated(inst)) = store.take_outcome(invocation) else {
        panic!("an instantiation gives an instance");
    };
    let invocation = store.invoke(env, run_of(store, inst), Vec::new())?;
    let ended = run_until_resolved(store, env, &mut NoHost, invocation)?;
    if ended != Ended::Done {
        return Ok(Outcome::Ended(ended));
    }
    let Some(InvocationOutcome::Returned(values)) = store.take_outcome(invocation) else {
        panic!("nobody cancels `run`");
    };
    drain(store, env, &mut NoHost)?;
    let [Value::U32(result)] = *values else { panic!("`run` returns a number, not {values:?}") };
    Ok(Outcome::Result(result.to_string()))
}

fn run_of(store: &Store, inst: InstanceId) -> FuncId {
    let exports = store.instance(inst).exports.expect("an instance that is complete has exports");
    match store.bundle(exports).exports.get("run") {
        Some(ExternValue::Func(func)) => *func,
        other => panic!("expected the function `run`, found {other:?}"),
    }
}

fn seeded(text: &str, seed: u64) -> Ran {
    run(text, &mut Seeded::new(seed))
}

#[test]
fn the_outcomes_are_those_that_the_head_names() {
    for name in examples() {
        let text = read(&format!("{name}.wat"));
        let mut found: BTreeSet<String> = (0..SEEDS).map(|seed| seeded(&text, seed).outcome).collect();
        found.insert(run(&text, &mut First).outcome);
        assert_eq!(found, outcomes(&text), "{name}");
    }
}

#[test]
fn what_wasmtime_printed_is_one_of_the_outcomes() {
    for name in examples() {
        let record = read(&format!("expected/{name}.txt"));
        let field = |label: &str| record.lines().find_map(|line| line.strip_prefix(label)).expect("a record has it");
        let (_, rest) = record.split_once("--- stdout").expect("a record has a section for stdout");
        let printed = rest.lines().nth(1).expect("every section is followed by another or the end");
        let outcome = match field("exit code: ") {
            "124" => "deadlock",
            "0" => printed,
            code => panic!("{name}: expected exit code 0 or 124, found {code}"),
        };
        assert!(outcomes(&read(&format!("{name}.wat"))).contains(outcome), "{name}: {outcome}");
    }
}

#[test]
fn the_same_seed_gives_the_same_trace_and_state() {
    for name in examples() {
        let text = read(&format!("{name}.wat"));
        for seed in 0..20 {
            let (once, again) = (seeded(&text, seed), seeded(&text, seed));
            assert_eq!(once.trace, again.trace, "{name} {seed}");
            assert_eq!(once.hash, again.hash, "{name} {seed}");
            assert_eq!(once.store, again.store, "{name} {seed}");
        }
    }
}

#[test]
fn a_recorded_run_is_replayed() {
    for name in examples() {
        let text = read(&format!("{name}.wat"));
        for seed in 0..20 {
            let mut recorder = Recorder::new(Seeded::new(seed));
            let recorded = run(&text, &mut recorder);
            let mut replay = Replay::new(recorder.picks().to_vec());
            let replayed = run(&text, &mut replay);
            assert_eq!(replay.finish(), Ok(()), "{name} {seed}");
            assert_eq!(recorded.trace, replayed.trace, "{name} {seed}");
            assert_eq!(recorded.hash, replayed.hash, "{name} {seed}");
        }
    }
}

#[test]
fn the_seeds_of_the_readme_give_what_it_says() {
    let readme = read("README.md");
    let mut count = 0;
    for row in readme.lines().filter(|line| line.starts_with("| `")) {
        let name = row.split('`').nth(1).expect("a row begins with a name");
        for entry in row.split("`--seed ").skip(1) {
            let (seed, rest) = entry.split_once("`: ").expect("an outcome follows a seed");
            let outcome = rest.split([';', ' ']).next().expect("splitting gives a part");
            let ran = seeded(&read(name), seed.parse().expect("a seed is a number"));
            assert_eq!(ran.outcome, outcome, "{name} {seed}");
            count += 1;
        }
    }
    assert_eq!(count, 7, "the README has one seed for each of 7 outcomes");
}

#[test]
fn nothing_is_left_over() {
    for name in examples().iter().filter(|name| *name != "deadlock") {
        let text = read(&format!("{name}.wat"));
        for seed in 0..20 {
            assert_eq!(seeded(&text, seed).store.leaks(), Vec::<String>::new(), "{name} {seed}");
        }
    }
}

#[test]
fn a_deadlock_says_who_waits_for_whom() {
    insta::assert_snapshot!(run(&read("deadlock.wat"), &mut First).report, @r"
    deadlock detected: event loop cannot make further progress

    who waits for what:
      run#0 in Deadlock#0/Main#2 waits for an event in waitable set 3, for any of:
        - subtask 2, the call run#0/trade#2: STARTED, run by Deadlock#0/Left#0, where it waits for an event in waitable set 3
        - subtask 1, the call run#0/trade#3: STARTED, run by Deadlock#0/Right#1, where it waits for an event in waitable set 3
        at Core!run (offset 0x79d)
      run#0/trade#2 in Deadlock#0/Left#0 waits for an event in waitable set 3:
        - readable end 1 of future run#0/open#1/future#0: reading; its writable end is held by Deadlock#0/Right#1, which has done nothing with it; there run#0/trade#3 waits for an event in waitable set 3
      run#0/trade#3 in Deadlock#0/Right#1 waits for an event in waitable set 3:
        - readable end 1 of future run#0/open#0/future#0: reading; its writable end is held by Deadlock#0/Left#0, which has done nothing with it; there run#0/trade#2 waits for an event in waitable set 3

    in a circle:
      run#0/trade#2 in Deadlock#0/Left#0
        waits for run#0/trade#3 in Deadlock#0/Right#1
        waits for run#0/trade#2 in Deadlock#0/Left#0

    tasks, callers above callees:
      run#0 in Deadlock#0/Main#2: waits for an event in waitable set 3
        run#0/trade#2 in Deadlock#0/Left#0: waits for an event in waitable set 3
        run#0/trade#3 in Deadlock#0/Right#1: waits for an event in waitable set 3

    to see it again: raddle replay bug.sched
    ");
}

#[test]
fn a_trace_has_a_line_for_each_event() {
    insta::assert_snapshot!(run(&read("lost-update.wat"), &mut First).trace, @r"
    run#0: begins in instance#0/Main#1, called by the embedder
    run#0: starts
    run#0: call async run#0/add#0() ...
    run#0/add#0: begins in instance#0/Counter#0, called by run#0
    run#0/add#0: starts
    run#0/add#0: context.set i32 0 (0)
    choice ContinueOrBlock at run#0/add#0: callback YIELD [0]: [block] | continue
    run#0/add#0: blocks: is ready
    run#0: ... call run#0/add#0 = STARTED, subtask 1
    run#0: thread.yield() ...
    choice ContinueOrBlock at run#0: thread.yield [0]: [block] | continue
    run#0: blocks: is ready
    choice EmbedderTurn at embedder: tick [0]: [run#0/add#0] | run#0
    run#0/add#0: resumes
    run#0/add#0: callback with NONE
    run#0/add#0: context.get i32 0 () = 0
    run#0/add#0: task.return() ...
    run#0/add#0: returns
    run#0/add#0: ... task.return done
    run#0/add#0: exits
    run#0: resumes
    run#0: ... thread.yield = not cancelled
    run#0: call async run#0/add#1() ...
    run#0/add#1: begins in instance#0/Counter#0, called by run#0
    run#0/add#1: starts
    run#0/add#1: context.set i32 0 (1)
    choice ContinueOrBlock at run#0/add#1: callback YIELD [0]: [block] | continue
    run#0/add#1: blocks: is ready
    run#0: ... call run#0/add#1 = STARTED, subtask 2
    run#0: waitable-set.new() = set 3
    run#0: waitable.join(waitable 1, set 3)
    run#0: waitable-set.wait(set 3, ptr 0x0) ...
    choice ContinueOrBlock at run#0: waitable-set.wait [1]: [continue] | block
    run#0: gets SUBTASK of subtask 1 (run#0/add#0): RETURNED
    run#0: ... waitable-set.wait = SUBTASK
    run#0: subtask.drop(subtask 1)
    run#0: waitable-set.drop(set 3)
    run#0: waitable-set.new() = set 3
    run#0: waitable.join(waitable 2, set 3)
    run#0: waitable-set.wait(set 3, ptr 0x0) ...
    run#0: blocks: waits for an event in waitable set 3 (subtask 2)
    run#0/add#1: resumes
    run#0/add#1: callback with NONE
    run#0/add#1: context.get i32 0 () = 1
    run#0/add#1: task.return() ...
    run#0/add#1: returns
    run#0/add#1: ... task.return done
    run#0/add#1: exits
    run#0: resumes
    run#0: gets SUBTASK of subtask 2 (run#0/add#1): RETURNED
    run#0: ... waitable-set.wait = SUBTASK
    run#0: subtask.drop(subtask 2)
    run#0: waitable-set.drop(set 3)
    run#0: call run#0/get#2() ...
    run#0/get#2: begins in instance#0/Counter#0, called by run#0
    run#0/get#2: starts
    run#0/get#2: returns
    run#0/get#2: exits
    run#0: ... call run#0/get#2 = 2
    run#0: returns
    run#0: exits
    ");
}

#[test]
fn a_trace_of_a_pipeline_shows_copies() {
    let trace = run(&read("pipeline.wat"), &mut First).trace;
    let copies: Vec<&str> = trace.lines().filter(|line| line.starts_with("copy")).collect();
    insta::assert_snapshot!(copies.join("\n"), @r"
    copy 4 of run#0/produce#0/stream#0: instance#0/Producer#0 (end 3) -> instance#0/Consumer#1 (end 1)
    copy 2 of run#0/produce#0/stream#0: instance#0/Producer#0 (end 3) -> instance#0/Consumer#1 (end 1)
    copy 4 of run#0/produce#0/stream#0: instance#0/Producer#0 (end 3) -> instance#0/Consumer#1 (end 1)
    copy 4 of run#0/produce#0/stream#0: instance#0/Producer#0 (end 3) -> instance#0/Consumer#1 (end 1)
    copy 2 of run#0/produce#0/stream#0: instance#0/Producer#0 (end 3) -> instance#0/Consumer#1 (end 1)
    copy 4 of run#0/produce#0/stream#0: instance#0/Producer#0 (end 3) -> instance#0/Consumer#1 (end 1)
    copy 4 of run#0/produce#0/stream#0: instance#0/Producer#0 (end 3) -> instance#0/Consumer#1 (end 1)
    ");
}

#[test]
fn a_trace_of_a_cancellation() {
    let text = read("cancel-race.wat");
    let ran = (0..SEEDS).map(|seed| seeded(&text, seed)).find(|ran| ran.outcome == "2").expect("some seed gives it");
    insta::assert_snapshot!(ran.trace, @r"
    run#0: begins in instance#0/Main#1, called by the embedder
    run#0: starts
    run#0: call async run#0/work#0(16) ...
    run#0/work#0: begins in instance#0/Worker#0, called by run#0
    run#0/work#0: starts
    choice ContinueOrBlock at run#0/work#0: callback YIELD [0]: block | [continue]
    run#0/work#0: callback with NONE
    run#0/work#0: context.get i32 0 () = 0
    run#0/work#0: context.set i32 0 (1)
    choice ContinueOrBlock at run#0/work#0: callback YIELD [1]: [block] | continue
    run#0/work#0: blocks: is ready
    run#0: ... call run#0/work#0 = STARTED, subtask 1
    run#0: thread.yield() ...
    choice ContinueOrBlock at run#0: thread.yield [0]: block | [continue]
    run#0: ... thread.yield = not cancelled
    run#0: thread.yield() ...
    choice ContinueOrBlock at run#0: thread.yield [1]: [block] | continue
    run#0: blocks: is ready
    choice EmbedderTurn at embedder: tick [0]: run#0/work#0 | [run#0]
    run#0: resumes
    run#0: ... thread.yield = not cancelled
    run#0: subtask.cancel(subtask 1) ...
    run#0/work#0: is asked to cancel
    run#0/work#0: resumes
    run#0/work#0: callback with TASK_CANCELLED
    run#0/work#0: context.get i32 0 () = 1
    run#0/work#0: task.return(2) ...
    run#0/work#0: returns
    run#0/work#0: ... task.return done
    run#0/work#0: exits
    run#0: ... subtask.cancel = RETURNED
    run#0: subtask.drop(subtask 1)
    run#0: returns
    run#0: exits
    ");
}

#[test]
fn a_trap_names_its_rule_and_who_called_whom() {
    let text = read("first-event.wat").replace("(call $future.drop-writable (local.get $end))", "(unreachable)");
    let ran = run(&text, &mut First);
    insta::assert_snapshot!(ran.report, @r"
    wasm trap: wasm `unreachable` instruction executed

      rule     core/unreachable
      broken   `unreachable` was executed.
      section  Core 3.0, Control Instructions

    in run#0/fulfil#2 in instance#0/Writer#0
        at Core!write (offset 0x117)
        at Core!fulfil (offset 0x11d)
      called or resumed by run#0 in instance#0/Reader#1
        at Core!run (offset 0x4b1)

    tasks, callers above callees:
      run#0 in instance#0/Reader#1: runs
        run#0/fulfil#2 in instance#0/Writer#0: runs

    to see it again: raddle replay bug.sched
    ");
    assert!(ran.trace.ends_with("trap core/unreachable: wasm `unreachable` instruction executed\n"), "{}", ran.trace);
}

#[test]
fn leaks_are_listed_by_table() {
    let text = read("pipeline.wat").replace("(call $stream.drop-readable (local.get $end))", "");
    insta::assert_snapshot!(trace::leaks(&run(&text, &mut First).store.leaks()), @r"
    left over at the end: 1
      instance#0/Consumer#1: handle 1: readable end 1 of stream run#0/produce#0/stream#0: done; its writable end was dropped
    ");
}
