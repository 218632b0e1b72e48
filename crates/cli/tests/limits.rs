//! Run: `cargo test -p raddle-cli --test limits`. Each limit that `-W` sets is reached by its own program: an outcome of its own with
//! an exit code of its own, in every command, and never a trap.

use std::path::{Path, PathBuf};
use std::process::Command;

fn raddle(args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_raddle")).args(args).output().expect("the command starts");
    (
        output.status.code().expect("the command ends by itself"),
        String::from_utf8(output.stdout).expect("the output is text"),
        String::from_utf8(output.stderr).expect("the messages are text"),
    )
}

/// A file with a component around the core module of this text, which exports `run: () -> i32`.
fn component(name: &str, module: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("limit-{name}.wat"));
    let text = format!(
        r#"(component
          (core module $m {module})
          (core instance $i (instantiate $m))
          (func (export "run") (result u32) (canon lift (core func $i "run"))))"#
    );
    std::fs::write(&path, text).expect("the build folder takes files");
    path
}

const DEEP: &str = r#"(func $f (param i32) (result i32) (if (result i32) (local.get 0)
    (then (i32.add (i32.const 1) (call $f (i32.sub (local.get 0) (i32.const 1))))) (else (i32.const 0))))
    (func (export "run") (result i32) (call $f (i32.const 500)))"#;

const MEMORY: &str = r#"(memory 4) (func (export "run") (result i32) (memory.grow (i32.const 2)))"#;

const TABLE: &str = r#"(table 400 funcref) (func (export "run") (result i32)
    (table.grow (ref.null func) (i32.const 200)))"#;

const HEAP: &str = r#"(type $list (struct (field (ref null $list))))
    (func (export "run") (result i32) (local $l (ref null $list)) (local $n i32)
      (loop $more
        (local.set $l (struct.new $list (local.get $l)))
        (br_if $more (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 1000))))
      (local.get $n))"#;

const PLAIN: &str = r#"(func (export "run") (result i32) (i32.const 9))"#;

#[test]
fn each_limit_is_an_outcome_of_its_own() {
    // The program, the switch under which it fails, the limit's name, the switch under which it does not, and its result then.
    let rows = [
        ("fuel", DEEP, "fuel=100", "fuel", "fuel=100000", "500\n"),
        ("depth", DEEP, "max-call-depth=100", "call-stack", "max-call-depth=600", "500\n"),
        ("stack", DEEP, "max-wasm-stack=2000", "call-stack", "max-wasm-stack=100000", "500\n"),
        ("memory", MEMORY, "max-memory-size=200000", "memory", "max-memory-size=400000", "4\n"),
        ("table", TABLE, "max-table-elements=300", "table", "max-table-elements=600", "400\n"),
        ("heap", HEAP, "max-heap-size=30000", "heap", "max-heap-size=50000", "1000\n"),
        ("instances", PLAIN, "max-instances=0", "core-instances", "max-instances=1", "9\n"),
    ];
    for (name, module, below, limit, above, result) in rows {
        let path = component(name, module);
        let path = path.to_str().expect("paths of the build folder are text");
        let (code, out, err) = raddle(&["run", path, "--invoke", "run()", "-W", below]);
        assert_eq!((code, out.as_str()), (136, ""), "{name}: {err}");
        assert!(err.contains(&format!("limit reached: {limit}")), "{name}: {err}");
        let (code, out, err) = raddle(&["run", path, "--invoke", "run()", "-W", above]);
        assert_eq!((code, out.as_str()), (0, result), "{name}: {err}");
    }
}

#[test]
fn growing_fails_at_a_limit() {
    for (name, module, switch) in
        [("grow", MEMORY, "max-memory-size=300000"), ("grow-table", TABLE, "max-table-elements=500")]
    {
        let path = component(name, module);
        let path = path.to_str().expect("paths of the build folder are text");
        let (code, out, err) = raddle(&["run", path, "--invoke", "run()", "-W", switch]);
        assert_eq!((code, out.as_str()), (0, "4294967295\n"), "{err}");
    }
}

#[test]
fn a_search_names_limits_among_its_outcomes() {
    let path = component("explored", DEEP);
    let path = path.to_str().expect("paths of the build folder are text");
    let (_, out, err) = raddle(&["explore", path, "--invoke", "run()", "-W", "max-call-depth=100"]);
    assert!(out.contains("limit(call-stack)"), "{out}{err}");
}

#[test]
fn the_switches_are_listed_without_a_program() {
    for args in [&["run", "-W", "help"][..], &["wast", "-Whelp"], &["explore", "-W", "fuel=3,help"]] {
        let (code, out, err) = raddle(args);
        assert_eq!((code, err.as_str()), (0, ""), "{args:?}");
        for name in ["component-model-async ", "wasm2", "fuel=N", "max-call-depth=N", "max-heap-size=N"] {
            assert!(out.contains(name), "{args:?}: expected `{name}` in\n{out}");
        }
    }
    let (code, _, err) = raddle(&["run"]);
    assert_eq!(code, 2, "{err}");
}

#[test]
fn bad_switches_say_what_was_expected() {
    let path = component("plain", PLAIN);
    let path = path.to_str().expect("paths of the build folder are text");
    for (switch, words) in [
        ("max-heap-size=much", "expected a number, found `much`"),
        ("wasm2=n", "cannot be turned off"),
        ("wasm9", "unknown switch `wasm9`"),
    ] {
        let (code, _, err) = raddle(&["run", path, "-W", switch]);
        assert_eq!(code, 2, "{switch}");
        assert!(err.contains(words), "{switch}: {err}");
    }
}
