//! Run: `cargo test -p raddle-wasi --test record`. Needs `examples/guests`.
//!
//! Runs with the system, with streams of their own, and what their records do: the same run again without the system, and an
//! error where the guest asks something else.

mod support;

use choice::{First, Seeded};
use raddle_wasi::{Answer, Config, Output, Outputs, Record, ReplayHost, Stdin, System, SystemHost};
use support::{Ran, guest, run};

const STDIN: &str = "hello\nw\u{f6}rld\n\nno newline at the end";

fn config() -> Config {
    Config { args: vec!["guest.wasm".to_owned(), "one".to_owned()], env: vec![("LANG".to_owned(), "C".to_owned())] }
}

fn record(bytes: &[u8], seed: Option<u64>) -> (Ran, SystemHost) {
    let system = System::new(Stdin::Bytes(STDIN.into()), Outputs::captured());
    let mut host = SystemHost::new(config(), system);
    let ran = match seed {
        None => run(bytes, &mut host, &mut First),
        Some(seed) => run(bytes, &mut host, &mut Seeded::new(seed)),
    };
    (ran, host)
}

fn replay(bytes: &[u8], seed: Option<u64>, answers: &[Answer]) -> (Ran, ReplayHost) {
    let mut host = ReplayHost::new(config(), Record::new(answers.to_vec(), Outputs::captured()));
    let ran = match seed {
        None => run(bytes, &mut host, &mut First),
        Some(seed) => run(bytes, &mut host, &mut Seeded::new(seed)),
    };
    (ran, host)
}

fn check(name: &str) {
    let bytes = guest(name);
    for seed in [None, Some(3)] {
        let (recorded, system) = record(&bytes, seed);
        assert_eq!(recorded.outcome, "exit 0", "{name}");
        let (replayed, host) = replay(&bytes, seed, system.answers());
        assert_eq!(replayed, recorded, "{name}: {:#?}", system.answers());
        assert_eq!(host.finish(), Ok(()));
        for output in [Output::Stdout, Output::Stderr] {
            assert_eq!(host.outside().outputs().bytes(output), system.outside().outputs().bytes(output));
        }
        assert!(!host.outside().outputs().bytes(Output::Stdout).is_empty(), "{name} prints");
    }
}

#[test]
fn system_runs_replay() {
    check("rust-tasks");
    check("c-tasks");
    check("composed");
    check("rust-std");
    check("rust-std3");
}

#[test]
fn another_program_diverges() {
    let (_, system) = record(&guest("rust-tasks"), None);
    let (replayed, _) = replay(&guest("rust-std"), None, system.answers());
    for words in
        ["diverged: the alternatives differ at `run#0/input-stream.blocking-read#", "`run#0/wait-for#1: clock [0]`"]
    {
        assert!(replayed.outcome.contains(words), "{}", replayed.outcome);
    }
}

#[test]
fn a_record_that_ends_early_or_late_diverges() {
    let bytes = guest("rust-tasks");
    let (_, system) = record(&bytes, None);
    let (last, answers) = system.answers().split_last().expect("clocks were read");
    let (replayed, _) = replay(&bytes, None, answers);
    assert!(replayed.outcome.starts_with("diverged: "), "{}", replayed.outcome);
    let answers = [system.answers(), std::slice::from_ref(last)].concat();
    let (_, host) = replay(&bytes, None, &answers);
    assert!(host.finish().is_err(), "one answer too many");
}
