//! Run: `cargo test -p raddle-cli --test cli`. The commands as a user sees them: output, messages, exit codes.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What a command did.
struct Did {
    code: i32,
    out: String,
    err: String,
}

fn raddle(args: &[&str]) -> Did {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = Command::new(env!("CARGO_BIN_EXE_raddle")).args(args).current_dir(workspace).output();
    let output = output.expect("the command starts");
    Did {
        code: output.status.code().expect("the command ends by itself"),
        out: String::from_utf8(output.stdout).expect("the output is text"),
        err: String::from_utf8(output.stderr).expect("the messages are text"),
    }
}

/// A file for one test, in the folder that Cargo keeps for that.
fn temporary(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("paths of the build folder are text")
}

#[test]
fn the_version_states_the_revision() {
    let did = raddle(&["--version"]);
    assert!(did.out.contains("component-model 6d28164"), "{}", did.out);
}

#[test]
fn a_seed_gives_one_outcome_and_another_seed_another() {
    let run = |seed| raddle(&["run", "examples/lost-update.wat", "--invoke", "run()", "--seed", seed]);
    assert_eq!((run("0").code, run("0").out.as_str()), (0, "1\n"));
    assert_eq!((run("1").code, run("1").out.as_str()), (0, "2\n"));
}

#[test]
fn a_recorded_run_replays() {
    let schedule = temporary("lost-update.sched");
    let recorded = raddle(&["run", "examples/lost-update.wat", "--seed", "0", "--record", text(&schedule), "--trace"]);
    let replayed = raddle(&["replay", text(&schedule), "--trace"]);
    assert_eq!((replayed.code, &replayed.out), (0, &recorded.out));
    assert!(replayed.err.starts_with(&recorded.err), "the same trace: {}", replayed.err);
    assert!(replayed.err.contains("same outcome (returned) and same state"), "{}", replayed.err);
    let scheduled = raddle(&["run", "examples/lost-update.wat", "--schedule", text(&schedule)]);
    assert_eq!((scheduled.code, scheduled.out.as_str()), (0, "1\n"));
}

#[test]
fn a_recorded_deadlock_replays() {
    let schedule = temporary("deadlock.sched");
    let recorded = raddle(&["run", "examples/deadlock.wat", "--record", text(&schedule), "--drain"]);
    assert_eq!((recorded.code, recorded.out.as_str()), (135, ""));
    assert!(recorded.err.contains("who waits for what"), "{}", recorded.err);
    assert!(recorded.err.contains(&format!("raddle replay {}", text(&schedule))), "{}", recorded.err);
    let replayed = raddle(&["replay", text(&schedule)]);
    assert_eq!(replayed.code, 135);
    assert!(replayed.err.contains("same outcome (deadlock)"), "{}", replayed.err);
}

#[test]
fn replay_against_another_program_stops_where_they_differ() {
    let schedule = temporary("other.sched");
    raddle(&["run", "examples/lost-update.wat", "--seed", "0", "--record", text(&schedule)]);
    let did = raddle(&["replay", text(&schedule), "--component", "examples/cancel-race.wat"]);
    assert_eq!(did.code, 1, "{}", did.err);
    assert!(did.err.contains("not the bytes that were recorded"), "{}", did.err);
    assert!(
        did.err.contains("never came to the recorded choice") || did.err.contains("alternatives differ"),
        "{}",
        did.err
    );
}

#[test]
fn bad_input_is_one_clear_message() {
    let check = |args: &[&str], expected: &str| {
        let did = raddle(args);
        assert_eq!((did.code, did.out.as_str()), (2, ""), "{args:?}: {}", did.err);
        assert!(did.err.contains(expected), "{args:?}: expected {expected:?}, found {:?}", did.err);
    };
    let broken = temporary("broken.wat");
    std::fs::write(&broken, "(component\n  (func))").expect("the file can be written");
    check(&["run", "no-such.wat"], "no-such.wat: No such file");
    check(&["wast", "no-such-folder"], "no-such-folder: No such file");
    check(&["run", text(&broken)], "broken.wat:2:8");
    check(&["run", "examples/lost-update.wat", "--invoke", "go()"], "found `go`; there are: run");
    check(&["run", "examples/lost-update.wat", "--invoke", "run(1)"], "column 5 of `run(1)`");
    check(&["run", "examples/lost-update.wat", "-W", "no-such=y"], "no-such");
    check(&["run", "examples/lost-update.wat", "-W", "component-model-gc=y"], "-W component-model-gc=y");
    check(&["run", "examples/lost-update.wat", "--seed", "x"], "--seed");
    check(&["wast", "--seeds", "3", "examples"], "A..B");
    check(&["replay", "examples/lost-update.wat"], "line 1");
}

#[test]
fn limits_have_an_exit_code() {
    let did = raddle(&["run", "examples/pipeline.wat", "-W", "fuel=10"]);
    assert_eq!((did.code, did.err.as_str()), (136, "error: limit reached: fuel\n"));
}

const SCRIPT: &str = r#"
(component
  (core module $m (func (export "f") (param i32) (result i32) (local.get 0)) (func (export "g") unreachable))
  (core instance $i (instantiate $m))
  (func (export "f") (param "a" u32) (result u32) (canon lift (core func $i "f")))
  (func (export "g") (canon lift (core func $i "g"))))
(assert_return (invoke "f" (u32.const 1)) (u32.const 1))
(assert_return (invoke "f" (u32.const 1)) (u32.const 2))
(assert_trap (invoke "g") "unreachable")
"#;

#[test]
fn scripts_are_reported_with_positions() {
    let (script, json) = (temporary("script.wast"), temporary("script.json"));
    std::fs::write(&script, SCRIPT).expect("the file can be written");
    let did = raddle(&["wast", text(&script), "--json", text(&json)]);
    assert_eq!(did.code, 1);
    assert!(did.out.contains("script.wast:8:2: assert_return: expected 2, got 1"), "{}", did.out);
    assert!(did.out.ends_with("1 files, 4 directives: 3 passed, 1 failed, 0 skipped\n"), "{}", did.out);
    let json = std::fs::read_to_string(json).expect("it was written");
    for part in ["\"line\": 8", "\"expected\": \"2\"", "\"got\": \"1\"", "\"core/unreachable\""] {
        assert!(json.contains(part), "{part} is in {json}");
    }
    let did = raddle(&["run", text(&script), "--invoke", "f(7)"]);
    assert_eq!((did.code, did.out.as_str()), (0, "7\n"));
    let did = raddle(&["run", text(&script), "--invoke", "g()"]);
    assert_eq!(did.code, 134);
    assert!(did.err.contains("core/unreachable"), "{}", did.err);
}

#[test]
fn inspect_shows_what_is_there() {
    let did = raddle(&["inspect", "examples/pipeline.wat"]);
    assert_eq!(did.code, 0);
    for line in ["imports: none", "  run: async func() -> u32", "  stream.read: 1", "    component `Producer`"] {
        assert!(did.out.contains(line), "{line:?} is in {}", did.out);
    }
}

#[test]
fn rules_are_listed_and_covered() {
    let did = raddle(&["rules"]);
    assert!(did.out.contains("call/reenter\n      cannot enter component instance\n"), "{}", did.out);
    let did = raddle(&["rules", "--coverage", "spec-tests/rules"]);
    assert!(did.out.contains("[x] call/reenter\n"), "{}", did.out);
}

/// What a component can break is broken by one of our scripts; what only core wasm can stands in the scripts of core.
#[test]
fn every_rule_of_the_component_model_is_exercised() {
    let did = raddle(&["rules", "--coverage", "spec-tests"]);
    let missing: Vec<&str> = did
        .out
        .lines()
        .filter(|line| line.starts_with("[ ] ") && line.contains('/') && !line.contains("core/"))
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn data_choices_are_drawn_when_asked_for() {
    let schedule = temporary("grow.sched");
    let run = |more: &[&str]| {
        let did = raddle(&[&["run", "spec-tests/choices/GrowFails.wast", "--invoke", "run()"], more].concat());
        assert_eq!(did.code, 0, "{}", did.err);
        did.out
    };
    let drawn: Vec<String> = ('0'..='9').map(|seed| run(&["--seed", &seed.to_string(), "--data-choices"])).collect();
    assert!(drawn.contains(&"1\n".to_owned()) && drawn.contains(&"4294967295\n".to_owned()), "{drawn:?}");
    for seed in ["0", "1", "2", "3"] {
        assert_eq!(run(&["--seed", seed]), "1\n", "a seed alone draws none");
    }
    let seed = drawn.iter().position(|out| out != "1\n").expect("one failed").to_string();
    run(&["--seed", &seed, "--data-choices", "--record", text(&schedule)]);
    assert_eq!(run(&["--schedule", text(&schedule)]), "4294967295\n");
    assert_eq!(raddle(&["replay", text(&schedule)]).code, 0);
}

#[test]
fn a_core_module_runs() {
    let path = temporary("fib.wat");
    let module = r#"(module (func $fib (export "fib") (param i32) (result i64)
        (if (result i64) (i32.lt_u (local.get 0) (i32.const 2))
            (then (i64.extend_i32_u (local.get 0)))
            (else (i64.add (call $fib (i32.sub (local.get 0) (i32.const 1))) (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
        (func (export "two") (param f64 i64) (result i64 f64) (local.get 1) (local.get 0))
        (func (export "trap") (unreachable)))"#;
    std::fs::write(&path, module).expect("the file can be written");
    let invoke = |call| raddle(&["run", text(&path), "--invoke", call]);
    assert_eq!((invoke("fib(10)").code, invoke("fib(10)").out.as_str()), (0, "55\n"));
    assert_eq!(invoke("two(inf, -0x10)").out, "-16\ninf\n");
    assert_eq!(invoke("trap").code, 134);
    let did = invoke("fob(10)");
    let names = "`fib` (i32) -> (i64), `two` (f64, i64) -> (i64, f64), `trap` () -> ()";
    assert_eq!(did.code, 2);
    assert_eq!(did.err, format!("error: --invoke: expected an exported function, found `fob`; there are: {names}\n"));
    assert_eq!(invoke("fib(x)").err, "error: --invoke: argument 0: expected a number of type i32, found `x`\n");
    assert_eq!(invoke("fib(1, 2)").err, "error: --invoke: expected 1 arguments, found 2\n");
    let did = raddle(&["run", text(&path), "--invoke", "fib(10)", "--seed", "1"]);
    assert!(did.err.contains("--seed: expected a component, found a core module"), "{}", did.err);
    let did = raddle(&["run", text(&path), "--invoke", "fib(30)", "-W", "fuel=1000"]);
    assert_eq!((did.code, did.err.as_str()), (136, "error: limit reached: fuel\n"));
}
