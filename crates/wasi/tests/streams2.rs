//! Run: `cargo test -p raddle-wasi --test streams2`.
//!
//! Streams and pollables of WASI 0.2 from small commands, and writes that fail.

mod support;

use std::collections::BTreeSet;

use choice::Seeded;
use raddle_wasi::{Config, Virtual, VirtualHost};
use support::{Shown, parse, run, show};

fn command(body: &str) -> Vec<u8> {
    parse(&include_str!("command2.wat").replace("(;BODY;)", body))
}

/// Runs a body with the default of every choice and with seeds; all must show the same.
fn check(body: &str, stdin: &str, expected: (&str, &str)) {
    let bytes = command(body);
    for seed in std::iter::once(None).chain((0..40).map(Some)) {
        let Shown { outcome, stdout, .. } = show(&bytes, &Config::default(), stdin, seed);
        assert_eq!((outcome.as_str(), stdout.as_str()), expected, "seed {seed:?}");
    }
}

#[test]
fn a_write_has_what_was_allowed() {
    let write = r"
        (local.set $out (call $get-stdout))
        (call $check-write (local.get $out) (i32.const 0))
        (if (i32.load8_u (i32.const 0)) (then unreachable))
        (local.set $n (i64.load (i32.const 8)))
        (if (i64.gt_u (local.get $n) (i64.const 9)) (then (local.set $n (i64.const 9))))
        (call $write (local.get $out) (i32.const 1024) (i32.wrap_i64 (local.get $n)) (i32.const 0))
        (call $drop-output (local.get $out))";
    let bytes = command(write);
    let texts: BTreeSet<String> = (0..20).map(|seed| show(&bytes, &Config::default(), "", Some(seed)).stdout).collect();
    assert_eq!(texts.into_iter().collect::<Vec<_>>(), ["s", "some text"]);
    let write = "(call $write (call $get-stdout) (i32.const 1024) (i32.const 4) (i32.const 0))";
    let words = "wasm trap: host function trapped (a write of 4 bytes where check-write allowed 0)";
    check(write, "", (words, ""));
    let write = "(call $blocking-write (call $get-stdout) (i32.const 1024) (i32.const 4097) (i32.const 0))";
    let words = "wasm trap: host function trapped (a blocking write of 4097 bytes, where 4096 are allowed)";
    check(write, "", (words, ""));
}

#[test]
fn input_is_spliced_to_its_end() {
    let cat = r"
        (local.set $in (call $get-stdin))
        (local.set $out (call $get-stdout))
        (loop $more
            (call $splice (local.get $out) (local.get $in) (i64.const 5) (i32.const 0))
            (br_if $more (i32.eqz (i32.load8_u (i32.const 0)))))
        (call $exit-with-code (i32.load8_u (i32.const 8)))";
    check(cat, "seventeen letters", ("exit 1", "seventeen letters"));
}

#[test]
fn a_read_that_does_not_wait_gives_what_there_is() {
    let read = r"
        (call $read (call $get-stdin) (i64.const 3) (i32.const 0))
        (if (i32.load8_u (i32.const 0)) (then unreachable))
        (call $blocking-write (call $get-stdout) (i32.load (i32.const 4)) (i32.load (i32.const 8)) (i32.const 0))";
    let bytes = command(read);
    assert_eq!(show(&bytes, &Config::default(), "input", None).stdout, "inp");
    let texts: BTreeSet<String> =
        (0..20).map(|seed| show(&bytes, &Config::default(), "input", Some(seed)).stdout).collect();
    assert_eq!(texts.into_iter().collect::<Vec<_>>(), ["", "i", "inp"]);
}

#[test]
fn poll_waits_for_the_first_deadline() {
    let poll = r"
        (i32.store (i32.const 0) (call $subscribe-duration (i64.const 7000)))
        (i32.store (i32.const 4) (call $subscribe-duration (i64.const 5000)))
        (i32.store (i32.const 8) (call $subscribe-instant (i64.const 5000)))
        (if (call $ready (i32.load (i32.const 4))) (then unreachable))
        (call $poll (i32.const 0) (i32.const 3) (i32.const 16))
        (if (i64.ne (call $now) (i64.const 5000)) (then unreachable))
        (if (i32.ne (i32.load (i32.const 20)) (i32.const 2)) (then unreachable))
        (if (i64.ne (i64.load (i32.load (i32.const 16))) (i64.const 0x200000001)) (then unreachable))
        (call $block (i32.load (i32.const 0)))
        (if (i64.ne (call $now) (i64.const 7000)) (then unreachable))
        (i32.store (i32.const 0) (call $subscribe (call $get-stdin)))
        (call $poll (i32.const 0) (i32.const 1) (i32.const 16))
        (call $exit-with-code (i32.add (i32.const 8) (i32.load (i32.const 20))))";
    check(poll, "", ("exit 9", ""));
    check(
        "(call $poll (i32.const 0) (i32.const 0) (i32.const 16))",
        "",
        ("wasm trap: host function trapped (poll of an empty list)", ""),
    );
    check(
        "(call $block (call $subscribe-instant (i64.const -1)))",
        "",
        ("wasm trap: host function trapped (waits for what will never happen)", ""),
    );
}

/// The outcomes and outputs of a body under seeds, when writes may fail.
fn faulty(bytes: &[u8]) -> Vec<(String, String)> {
    let set: BTreeSet<_> = (0..40)
        .map(|seed| {
            let outside = Virtual { faults: true, ..Virtual::default() };
            let mut host = VirtualHost::new(Config::default(), outside);
            let ran = run(bytes, &mut host, &mut Seeded::new(seed));
            (ran.outcome, String::from_utf8_lossy(host.stdout()).into_owned())
        })
        .collect();
    set.into_iter().collect()
}

#[test]
fn writes_fail_when_faults_are_asked_for() {
    let write = r"
        (local.set $out (call $get-stdout))
        (call $blocking-write (local.get $out) (i32.const 1024) (i32.const 4) (i32.const 0))
        (if (i32.eqz (i32.load8_u (i32.const 0))) (then (return (i32.const 0))))
        (if (i32.load8_u (i32.const 4)) (then (call $exit-with-code (i32.const 7))))
        (call $debug-string (i32.load (i32.const 8)) (i32.const 16))
        (call $check-write (local.get $out) (i32.const 0))
        (if (i32.eqz (i32.load8_u (i32.const 0))) (then unreachable))
        (call $exit-with-code (i32.load (i32.const 20)))";
    let length = "chosen to fail".len();
    let expected = [("exit 0", "some"), (&format!("exit {length}"), ""), ("exit 7", "")];
    assert_eq!(faulty(&command(write)), expected.map(|(outcome, stdout)| (outcome.to_owned(), stdout.to_owned())));

    let write = r"
        (call $new-stream (i32.const 0))
        (local.set $future (call $write-via-stream (i32.load (i32.const 0))))
        (drop (call $write (i32.load (i32.const 4)) (i32.const 1024) (i32.const 4)))
        (call $drop-writable (i32.load (i32.const 4)))
        (if (call $result (local.get $future))
            (then (call $exit-with-code (i32.add (i32.const 1) (i32.load8_u (i32.const 513))))))";
    let bytes = parse(&include_str!("command.wat").replace("(;BODY;)", write));
    let outcomes: BTreeSet<String> = faulty(&bytes).into_iter().map(|found| found.0).collect();
    assert_eq!(outcomes.into_iter().collect::<Vec<_>>(), ["exit 0", "exit 1", "exit 3"]);
}
