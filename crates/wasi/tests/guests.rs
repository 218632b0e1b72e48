//! Run: `cargo test -p raddle-wasi --test guests`. Needs `examples/guests`. Nothing to bless: what is expected is what
//! wasmtime printed.
//!
//! Components of real toolchains under the virtual host: what wasmtime does with them is among what they do here.

mod support;

use std::collections::BTreeSet;
use std::path::PathBuf;

use raddle_wasi::Config;
use support::{Shown, run_virtual, show};

fn guests() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/guests")
}

/// What wasmtime was given and did, as recorded.
struct Expected {
    config: Config,
    stdin: String,
    shown: Shown,
}

/// The words of a command line as a shell reads them, with single quotes.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            _ => word.push(c),
        }
    }
    words.push(word);
    words
}

fn expected(record: &str) -> Expected {
    let line = |name: &str| record.lines().find_map(|line| line.strip_prefix(name)).expect("a record has its lines");
    let section = |name: &str| {
        let start = record.find(&format!("--- {name} (")).expect("a record has its sections");
        let (head, rest) = record[start..].split_once('\n').expect("a section has a head");
        let size = head.split(['(', ' ']).rev().nth(1).expect("a head says the size");
        rest[..size.parse().expect("a size is a number")].to_owned()
    };
    let mut config = Config::default();
    let mut command = words(line("command: wasmtime run ")).into_iter().peekable();
    while command.next_if_eq("--env").is_some() {
        let pair = command.next().expect("--env has a value");
        let (name, value) = pair.split_once('=').expect("a variable has a value");
        config.env.push((name.to_owned(), value.to_owned()));
    }
    config.args = command.collect();
    let outcome = format!("exit {}", line("exit code: "));
    let shown = Shown { outcome, stdout: section("stdout"), stderr: section("stderr") };
    Expected { config, stdin: section("stdin"), shown }
}

/// Runs a guest under some seeds; wasmtime's result is in the set, which has so many members.
fn check(guest: &str, record: &str, members: usize) {
    let folder = guests().join(guest);
    let bytes = std::fs::read(folder.join(format!("{guest}.wasm"))).expect("the guest is there");
    let record = std::fs::read_to_string(folder.join("expected").join(record)).expect("the record is there");
    let Expected { config, stdin, shown } = expected(&record);
    let mut set = BTreeSet::new();
    for seed in std::iter::once(None).chain((0..20).map(Some)) {
        set.insert(show(&bytes, &config, &stdin, seed));
    }
    assert!(set.contains(&shown), "expected {shown:#?}, found {set:#?}");
    assert_eq!(set.len(), members, "{set:#?}");
    let twice = [(), ()].map(|()| run_virtual(&bytes, &config, &stdin, Some(7)));
    assert_eq!(twice[0], twice[1], "one seed, one run");
}

#[test]
fn rust_tasks() {
    check("rust-tasks", "wasmtime.txt", 4);
}

#[test]
fn c_tasks() {
    check("c-tasks", "wasmtime.txt", 4);
}

#[test]
fn composed() {
    check("composed", "wasmtime.txt", 1);
}

#[test]
fn rust_std() {
    check("rust-std", "wasmtime.txt", 1);
    check("rust-std", "wasmtime-bare.txt", 1);
    check("rust-std", "wasmtime-fail.txt", 1);
}

#[test]
fn rust_std3() {
    check("rust-std3", "wasmtime.txt", 4);
    check("rust-std3", "wasmtime-fail.txt", 4);
}
