//! Run: `cargo test -p raddle-cli --test hosts`. Commands with a host: real guests on the system and on a virtual host, what
//! flags grant, records and replays.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a command did.
#[derive(Debug)]
struct Did {
    code: i32,
    out: String,
    err: String,
}

/// Runs the command line in the folder of the guests.
fn raddle(args: &[&str], stdin: &str) -> Did {
    let guests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/guests");
    let mut command = Command::new(env!("CARGO_BIN_EXE_raddle"));
    command.args(args).current_dir(guests).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the command starts");
    // A guest that does not read its stdin may end before all is written.
    let _ = child.stdin.take().expect("stdin is piped").write_all(stdin.as_bytes());
    let output = child.wait_with_output().expect("the command ends");
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

#[test]
fn a_command_needs_no_invoke_and_prints_no_result() {
    let did = raddle(&["run", "composed/composed.wasm"], "");
    assert_eq!(did.code, 0, "{did:?}");
    assert!(did.out.starts_with("line 1\n") && did.out.ends_with("sum 6363\n"), "{}", did.out);
}

#[test]
fn arguments_environment_and_stdin_are_granted() {
    let flags = ["run", "--virtual", "--stdin", "-", "--env", "A=b c", "rust-std/rust-std.wasm", "one", "--two"];
    let did = raddle(&flags, "hello\n");
    assert_eq!(did.code, 0, "{did:?}");
    assert_eq!(did.out, "arg 1: one\narg 2: --two\nenv A=b c\nHELLO\n1 lines; slept 30 ms: true\n");
    let did = raddle(&["run", "rust-std/rust-std.wasm"], "");
    assert_eq!(did.out, "0 lines; slept 30 ms: true\n", "nothing is granted that no flag grants");
}

#[test]
fn the_exit_code_is_the_guests() {
    let did = raddle(&["run", "rust-std3/rust-std3.wasm", "fail"], "");
    assert_eq!((did.code, did.err.as_str()), (3, "asked to fail\n"));
    let did = raddle(&["run", "rust-std/rust-std.wasm"], "fail\n");
    assert_eq!(did.code, 1, "{did:?}");
}

#[test]
fn a_system_run_replays_without_the_system() {
    let path = temporary("system.sched");
    let path = path.to_str().expect("paths of the build folder are text");
    let flags = ["run", "--seed", "5", "--record", path, "--env", "A=b", "rust-std/rust-std.wasm", "x"];
    let recorded = raddle(&flags, "first\nsecond\n");
    assert_eq!(recorded.code, 0, "{recorded:?}");
    let replayed = raddle(&["replay", path], "something else\n");
    assert_eq!((replayed.code, &replayed.out), (0, &recorded.out));
    assert!(replayed.err.contains("same outcome (returned) and same state"), "{}", replayed.err);
}

#[test]
fn a_virtual_run_replays_under_its_schedule() {
    let path = temporary("virtual.sched");
    let path = path.to_str().expect("paths of the build folder are text");
    let run = |seed: &str| {
        let flags = ["run", "--virtual", "--seed", seed, "--record", path, "--trace", "rust-tasks/rust-tasks.wasm"];
        raddle(&flags, "")
    };
    let (first, again) = (run("1"), run("1"));
    assert_eq!((&first.out, &first.err), (&again.out, &again.err), "one seed, one trace");
    let replayed = raddle(&["replay", path], "");
    assert_eq!((replayed.code, &replayed.out), (0, &first.out));
    let outputs: std::collections::BTreeSet<String> = (0..8).map(|seed| run(&seed.to_string()).out).collect();
    assert!(outputs.len() > 1, "the order of tasks that sleep as long is free");
}

#[test]
fn flags_that_cannot_be_say_why() {
    for (flags, words) in [
        (&["run", "--dir", ".::/data", "composed/composed.wasm"][..], "directories are not supported yet"),
        (&["run", "--env", "A", "composed/composed.wasm"][..], "expected `NAME=VALUE`"),
        (&["run", "--stdin", "-", "composed/composed.wasm"][..], "--virtual"),
        (&["run", "--virtual", "--stdin", "missing.txt", "composed/composed.wasm"][..], "missing.txt"),
        (&["run", "missing.wasm"][..], "missing.wasm"),
    ] {
        let did = raddle(flags, "");
        assert_eq!(did.code, 2, "{did:?}");
        assert!(did.err.contains(words), "{}", did.err);
    }
}
