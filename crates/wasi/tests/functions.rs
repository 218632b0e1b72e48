//! Run: `cargo test -p raddle-wasi --test functions`.
//!
//! WASI 0.3 from small commands: each body of core code exits with a code that says what it found, or returns.

mod support;

use raddle_wasi::Config;
use support::{Shown, parse, show};

/// A command around a body of core code, with memory and everything that the bodies call. Built-ins block.
fn command(body: &str) -> Vec<u8> {
    parse(&include_str!("command.wat").replace("(;BODY;)", body))
}

/// Runs a body with the default of every choice and with seeds; all must show the same.
fn check(body: &str, stdin: &str, expected: (&str, &str)) {
    let bytes = command(body);
    for seed in std::iter::once(None).chain((0..40).map(Some)) {
        let Shown { outcome, stdout, .. } = show(&bytes, &Config::default(), stdin, seed);
        let outcome = outcome.lines().next().unwrap_or_default();
        assert_eq!((outcome, stdout.as_str()), expected, "seed {seed:?}");
    }
}

#[test]
fn exit_codes() {
    check("(call $exit-with-code (i32.const 42))", "", ("exit 42", ""));
    check("(call $exit (i32.const 1))", "", ("exit 1", ""));
    check("(call $exit (i32.const 0)) unreachable", "", ("exit 0", ""));
    check("", "", ("exit 0", ""));
}

#[test]
fn a_stream_is_written_before_or_after_it_is_handed_over() {
    let write = r"
        (call $new-stream (i32.const 0))
        (local.set $future (call $write-via-stream (i32.load (i32.const 0))))
        (call $write-all (i32.load (i32.const 4)) (i32.const 1024) (i32.const 9))
        (call $write-all (i32.load (i32.const 4)) (i32.const 1033) (i32.const 4))
        (call $drop-writable (i32.load (i32.const 4)))
        (call $exit-with-code (call $result (local.get $future)))";
    check(write, "", ("exit 0", "some text and"));
    let write = r"
        (call $new-stream (i32.const 0))
        (drop (call $start-write (i32.load (i32.const 4)) (i32.const 1024) (i32.const 9)))
        (local.set $future (call $write-via-stream (i32.load (i32.const 0))))
        (call $wait-for (i64.const 1000))
        (drop (call $cancel-write (i32.load (i32.const 4))))
        (call $drop-writable (i32.load (i32.const 4)))
        (call $exit-with-code (call $result (local.get $future)))";
    let bytes = command(write);
    let shown = show(&bytes, &Config::default(), "", None);
    assert_eq!((shown.outcome.as_str(), shown.stdout.as_str()), ("exit 0", "some text"));
}

#[test]
fn what_was_written_before_the_end_is_seen() {
    let write = r"
        (call $new-stream (i32.const 0))
        (drop (call $write-via-stream (i32.load (i32.const 0))))
        (call $write-all (i32.load (i32.const 4)) (i32.const 1024) (i32.const 9))";
    check(write, "", ("exit 0", "some text"));
    check(&format!("{write} (call $exit-with-code (i32.const 3))"), "", ("exit 3", "some text"));
    check(&format!("{write} unreachable"), "", ("wasm trap: wasm `unreachable` instruction executed", "some text"));
}

#[test]
fn a_result_nobody_waits_for_is_let_go() {
    let write = r"
        (call $new-stream (i32.const 0))
        (call $drop-future (call $write-via-stream (i32.load (i32.const 0))))
        (call $write-all (i32.load (i32.const 4)) (i32.const 1024) (i32.const 9))
        (call $drop-writable (i32.load (i32.const 4)))
        (call $wait-for (i64.const 1000))";
    check(write, "", ("exit 0", "some text"));
}

#[test]
fn stdin_is_read_to_its_end() {
    let copy = r"
        (call $read-via-stream (i32.const 0))
        (call $new-stream (i32.const 8))
        (local.set $future (call $write-via-stream (i32.load (i32.const 8))))
        (loop $more
            (local.set $read (call $read (i32.load (i32.const 0)) (i32.const 2048) (i32.const 5)))
            (call $write-all (i32.load (i32.const 12)) (i32.const 2048) (i32.shr_u (local.get $read) (i32.const 4)))
            (br_if $more (i32.eqz (i32.and (local.get $read) (i32.const 15)))))
        (call $drop-writable (i32.load (i32.const 12)))
        (drop (call $result (local.get $future)))
        (call $exit-with-code (call $result (i32.load (i32.const 4))))";
    check(copy, "", ("exit 0", ""));
    check(copy, "seventeen letters", ("exit 0", "seventeen letters"));
}

#[test]
fn stdin_goes_to_stdout_without_passing_the_guest() {
    let cat = r"
        (call $read-via-stream (i32.const 0))
        (local.set $future (call $write-via-stream (i32.load (i32.const 0))))
        (drop (call $result (local.get $future)))
        (call $exit-with-code (call $result (i32.load (i32.const 4))))";
    check(cat, "seventeen letters", ("exit 0", "seventeen letters"));
}

#[test]
fn what_is_not_taken_of_stdin_stays_there() {
    let read_some = r"
        (call $read-via-stream (i32.const 0))
        (local.set $read (i32.shr_u (call $read (i32.load (i32.const 0)) (i32.const 2048) (i32.const 5)) (i32.const 4)))
        (call $drop-readable (i32.load (i32.const 0)))
        (if (call $result (i32.load (i32.const 4))) (then unreachable))
        (call $read-via-stream (i32.const 0))
        (call $new-stream (i32.const 8))
        (local.set $future (call $write-via-stream (i32.load (i32.const 0))))
        (drop (call $result (local.get $future)))
        (call $exit-with-code (local.get $read))";
    let bytes = command(read_some);
    for seed in std::iter::once(None).chain((0..40).map(Some)) {
        let shown = show(&bytes, &Config::default(), "seventeen letters", seed);
        let taken: usize = shown.outcome.strip_prefix("exit ").and_then(|code| code.parse().ok()).expect("a code");
        assert!((1..=5).contains(&taken));
        assert_eq!(shown.stdout, &"seventeen letters"[taken..], "seed {seed:?}");
    }
}

#[test]
fn the_clock_jumps_to_the_next_deadline() {
    let wait = r"
        (call $wait-for (i64.const 5000000))
        (call $wait-until (i64.const 3))
        (call $wait-until (i64.const 7000000))
        (if (i64.ne (call $now) (i64.const 7000000)) (then unreachable))
        (call $system-now (i32.const 0))
        (if (i64.ne (i64.load (i32.const 0)) (i64.const 1767225600)) (then unreachable))
        (if (i32.ne (i32.load (i32.const 8)) (i32.const 7000000)) (then unreachable))";
    check(wait, "", ("exit 0", ""));
}

#[test]
fn waiting_for_ever_is_a_deadlock() {
    let shown = show(&command("(call $wait-for (i64.const -1))"), &Config::default(), "", None);
    assert!(shown.outcome.starts_with("deadlock: "), "{}", shown.outcome);
}

#[test]
fn a_wait_is_cancelled_now_or_later() {
    // 4: CANCELLED_BEFORE_RETURNED, also when the host takes its time; 2: it had returned.
    let cancel = r"
        (local.set $read (i32.shr_u (call $start-wait-for (i64.const 5000000)) (i32.const 4)))
        (call $exit-with-code (call $cancel (local.get $read)))";
    check(cancel, "", ("exit 4", ""));
}

#[test]
fn entropy_comes_from_the_seed() {
    let draw = r"
        (call $random-bytes (i64.const 11) (i32.const 0))
        (if (i32.ne (i32.load (i32.const 4)) (i32.const 11)) (then unreachable))
        (if (i64.eq (call $random-u64) (call $random-u64)) (then unreachable))
        (call $exit-with-code (i32.load8_u (i32.load (i32.const 0))))";
    let bytes = command(draw);
    let outcomes: Vec<_> =
        [None, Some(1), Some(2)].map(|seed| show(&bytes, &Config::default(), "", seed).outcome).into();
    assert!(outcomes[0].starts_with("exit "), "{outcomes:?}");
    assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]), "schedules do not change entropy: {outcomes:?}");
}

#[test]
fn what_is_not_offered_traps_by_its_name() {
    let words = "wasm trap: called an import that the host does not provide ";
    let expected = format!("{words}(wasi:http/types@0.3.0.http-error-code)");
    check("(call $not-offered)", "", (&expected, ""));
    let expected = format!(
        "{words}(wasi:random/insecure@0.3.0.get-insecure-random-u64: offered as func() -> u64, imported as func() -> u32)"
    );
    check("(drop (call $wrong-type))", "", (&expected, ""));
}
