//! Run: `cargo test -p raddle-wasi --test guests`. Needs `examples/guests`. Nothing to bless: what is expected is what
//! wasmtime printed.
//!
//! Components of real toolchains under the virtual host: what wasmtime does with them is among what they do here.

mod support;

use std::collections::BTreeSet;
use std::path::PathBuf;

use choice::{Chooser, Recorder, Replay, Seeded};
use raddle_wasi::{Config, Virtual, VirtualHost};
use support::{Shown, guest as bytes_of, run, run_virtual, show};

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
    let bytes = bytes_of(guest);
    let record = std::fs::read_to_string(folder.join("expected").join(record)).expect("the record is there");
    let Expected { config, stdin, shown } = expected(&record);
    let mut set = BTreeSet::new();
    for seed in std::iter::once(None).chain((0..200).map(Some)) {
        set.insert(show(&bytes, &config, &stdin, seed));
    }
    assert!(set.contains(&shown), "expected {shown:#?}, found {set:#?}");
    assert_eq!(set.len(), members, "{set:#?}");
    for seed in 0..5 {
        let run_with = |chooser: &mut dyn Chooser| {
            let mut host = VirtualHost::new(config.clone(), Virtual::with_stdin(stdin.as_str()));
            (run(&bytes, &mut host, chooser), host)
        };
        let mut recorder = Recorder::new(Seeded::new(seed));
        let recorded = run_with(&mut recorder);
        assert_eq!(recorded, run_virtual(&bytes, &config, &stdin, Some(seed)), "one seed, one run");
        let mut replay = Replay::new(recorder.picks().to_vec());
        assert_eq!(run_with(&mut replay), recorded, "the picks replay, those of the host too");
        assert_eq!(replay.finish(), Ok(()));
    }
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
