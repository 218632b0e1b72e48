//! Calls of the host: at once and later, in the order that the chooser picks, cancelled, trapping, exiting.

use std::collections::BTreeSet;

use canon::Value;
use choice::{First, Seeded};
use runtime::host::{CancelAnswer, HostAnswer};
use syntax::{Trap, TrapRule};

use crate::guest::{Guest, Import};
use crate::peer::{Peer, Ran, Turn, run};

/// Runs under the default schedule and 20 seeds: the log is the same under all, and nothing is left over.
pub(crate) fn check(guest: &Guest<'_>, peer: impl Fn() -> Peer, expected: &[&str]) {
    let text = guest.text();
    let ran = run(&text, peer(), &mut First);
    assert_eq!(ran.log, expected);
    assert!(ran.failure.is_some() || ran.leaks.is_empty(), "{:?}", ran.leaks);
    for seed in 0..20 {
        let ran = run(&text, peer(), &mut Seeded::new(seed));
        assert_eq!(ran.log, expected, "seed {seed}");
        assert!(ran.failure.is_some() || ran.leaks.is_empty(), "seed {seed}: {:?}", ran.leaks);
    }
}

/// The logs of 200 seeds, each as one line.
pub(crate) fn logs(guest: &Guest<'_>, peer: impl Fn() -> Peer) -> BTreeSet<String> {
    let text = guest.text();
    (0..200).map(|seed| run(&text, peer(), &mut Seeded::new(seed)).log.join("; ")).collect()
}

/// An async-typed function of one number, lowered asynchronously; the result goes to an address.
pub(crate) const ASYNC: Import =
    ("f", "async (param \"n\" u32) (result u32)", "async {mem}", "(param i32 i32) (result i32)");

/// The same, lowered synchronously.
pub(crate) const SYNC: Import = ("f", "async (param \"n\" u32) (result u32)", "", "(param i32) (result i32)");

pub(crate) fn number(args: &[Value]) -> u32 {
    let [Value::U32(number)] = args else { panic!("expected one number, not {args:?}") };
    *number
}

/// A host whose `f` returns its argument plus 40 later.
pub(crate) fn later() -> Peer {
    Peer::new().func("f", |turn, args| {
        let result = Value::U32(number(args) + 40);
        turn.log(format!("host: called with {}", number(args)));
        Ok(turn.return_later(vec![result]))
    })
}

#[test]
fn a_call_is_answered_at_once() {
    let peer = || Peer::new().func("f", |_, args| Ok(HostAnswer::Return(vec![Value::U32(number(args) + 40)])));
    let body = "(call $say (call $f (i32.const 2)))";
    check(&Guest { imports: &[SYNC], body, ..Guest::default() }, peer, &["guest: 42", "end"]);
    // Lowered asynchronously it is RETURNED, and there is no subtask.
    let body = "(call $say (call $f (i32.const 2) (i32.const 16))) (call $say (i32.load (i32.const 16)))";
    check(&Guest { imports: &[ASYNC], body, ..Guest::default() }, peer, &["guest: 2", "guest: 42", "end"]);
}

#[test]
fn a_call_is_answered_later() {
    let body = "(call $say (call $f (i32.const 2)))";
    let expected = ["host: called with 2", "host: returns", "guest: 42", "end"];
    check(&Guest { imports: &[SYNC], body, ..Guest::default() }, later, &expected);
    let body = "
        (local.set $set (call $set.new))
        (local.set $s (call $f (i32.const 2) (i32.const 16)))
        (call $say (i32.and (local.get $s) (i32.const 15)))
        (local.set $s (call $handle (local.get $s)))
        (call $join (local.get $s) (local.get $set))
        (call $wait (local.get $set))
        (call $say (i32.load (i32.const 16)))
        (call $subtask.drop (local.get $s))
        (call $set.drop (local.get $set))";
    let expected = ["host: called with 2", "guest: 1", "host: returns", "guest: SUBTASK 0x2", "guest: 42", "end"];
    check(&Guest { imports: &[ASYNC], body, ..Guest::default() }, later, &expected);
}

/// Two calls, and what has arrived when each of two events is delivered.
const TWO: &str = "
    (local.set $set (call $set.new))
    (local.set $s (call $handle (call $f (i32.const 1) (i32.const 16))))
    (local.set $t (call $handle (call $f (i32.const 2) (i32.const 20))))
    (call $join (local.get $s) (local.get $set))
    (call $join (local.get $t) (local.get $set))
    (drop (call $set.wait (local.get $set) (i32.const 0x100)))
    (call $say (i32.eq (i32.load (i32.const 0x100)) (local.get $t)))
    (call $say (i32.load (i32.const 16)))
    (call $say (i32.load (i32.const 20)))
    (drop (call $set.wait (local.get $set) (i32.const 0x100)))
    (call $subtask.drop (local.get $s))
    (call $subtask.drop (local.get $t))
    (call $set.drop (local.get $set))";

#[test]
fn the_chooser_orders_what_the_host_answers() {
    let guest = Guest { imports: &[ASYNC], body: TWO, ..Guest::default() };
    let peer = || Peer::new().func("f", |turn, args| Ok(turn.return_later(vec![Value::U32(number(args) + 40)])));
    let told = |ran: &Ran| ran.log.iter().filter(|line| line.starts_with("guest")).cloned().collect::<Vec<_>>();
    let first = run(&guest.text(), peer(), &mut First);
    assert_eq!(told(&first), ["guest: 0", "guest: 41", "guest: 0"], "in the order of the requests");
    let text = guest.text();
    let seen: BTreeSet<String> = (0..200)
        .map(|seed| told(&run(&text, peer(), &mut Seeded::new(seed))).join(" ").replace("guest: ", ""))
        .collect();
    let expected = ["0 41 0", "0 41 42", "1 0 42", "1 41 42"];
    assert_eq!(seen, expected.map(str::to_owned).into(), "which event came first, and which results were there");
}

/// Calls, cancels with the given built-in, and says what came of it.
fn cancel(builtin: &str, after: &str) -> String {
    format!(
        "(local.set $set (call $set.new))
        (local.set $s (call $handle (call $f (i32.const 2) (i32.const 16))))
        (call $say (call ${builtin} (local.get $s)))
        {after}
        (call $say (i32.load (i32.const 16)))
        (call $subtask.drop (local.get $s))
        (call $set.drop (local.get $set))"
    )
}

fn pending(turn: &mut Turn<'_, '_, '_>, answer: impl FnOnce(&mut Turn<'_, '_, '_>) -> CancelAnswer + 'static) {
    turn.log("host: called");
    turn.on_cancel(answer);
}

#[test]
fn a_call_is_cancelled_at_once() {
    let peer = || {
        Peer::new().func("f", |turn, _| {
            pending(turn, |_| CancelAnswer::Cancelled);
            Ok(HostAnswer::Later)
        })
    };
    // 4 is CANCELLED_BEFORE_RETURNED; nothing was written.
    let expected = ["host: called", "host: is asked to cancel", "guest: 4", "guest: 0", "end"];
    for builtin in ["subtask.cancel", "subtask.cancel-async"] {
        let body = cancel(builtin, "");
        check(&Guest { imports: &[ASYNC], body: &body, ..Guest::default() }, peer, &expected);
    }
}

#[test]
fn a_call_returns_when_asked_to_cancel() {
    let peer = || {
        Peer::new().func("f", |turn, _| {
            pending(turn, |_| CancelAnswer::Return(vec![Value::U32(7)]));
            Ok(HostAnswer::Later)
        })
    };
    let expected = ["host: called", "host: is asked to cancel", "guest: 2", "guest: 7", "end"];
    for builtin in ["subtask.cancel", "subtask.cancel-async"] {
        let body = cancel(builtin, "");
        check(&Guest { imports: &[ASYNC], body: &body, ..Guest::default() }, peer, &expected);
    }
}

/// A host that answers a request for cancellation later, by returning or by ending the call as cancelled.
fn cancels_later(returns: bool) -> Peer {
    Peer::new().func("f", move |turn, _| {
        pending(turn, move |turn| {
            let call = turn.call.expect("a call is cancelled");
            turn.later(move |turn| {
                turn.log("host: decides");
                if returns {
                    turn.store.resolve_host_call(turn.env, call, vec![Value::U32(7)])
                } else {
                    turn.store.cancel_host_call(turn.env, call)
                }
            });
            CancelAnswer::Later
        });
        Ok(HostAnswer::Later)
    })
}

#[test]
fn a_cancellation_is_answered_later() {
    let wait = "(call $join (local.get $s) (local.get $set)) (call $wait (local.get $set))";
    for (returns, state, result) in [(true, 2, 7), (false, 4, 0)] {
        let peer = || cancels_later(returns);
        let (state_line, result_line) = (format!("guest: {state}"), format!("guest: {result}"));
        let expected = ["host: called", "host: is asked to cancel", "host: decides", &state_line, &result_line, "end"];
        let body = cancel("subtask.cancel", "");
        check(&Guest { imports: &[ASYNC], body: &body, ..Guest::default() }, peer, &expected);
        // BLOCKED, then an event.
        let event = format!("guest: SUBTASK {state:#x}");
        let expected =
            ["host: called", "host: is asked to cancel", "guest: -1", "host: decides", &event, &result_line, "end"];
        let body = cancel("subtask.cancel-async", wait);
        check(&Guest { imports: &[ASYNC], body: &body, ..Guest::default() }, peer, &expected);
    }
}

#[test]
fn the_host_traps() {
    let peer = || Peer::new().func("f", |_, _| Ok(HostAnswer::Trap(Trap::with(TrapRule::HostTrap, "(no)"))));
    let guest = Guest { imports: &[SYNC], body: "(drop (call $f (i32.const 2)))", ..Guest::default() };
    check(&guest, peer, &["trap host/trap: host function trapped (no)"]);
}

#[test]
fn the_guest_exits() {
    let peer = || Peer::new().func("f", |_, _| Ok(HostAnswer::Exit(3)));
    let guest = Guest {
        imports: &[SYNC],
        body: "(drop (call $f (i32.const 2))) (call $say (i32.const 1))",
        ..Guest::default()
    };
    check(&guest, peer, &["exit with code 3"]);
}

#[test]
fn a_result_of_another_type_is_refused() {
    let returning = |values: Vec<Value>| {
        move || {
            let values = values.clone();
            Peer::new().func("f", move |_, _| Ok(HostAnswer::Return(values.clone())))
        }
    };
    let guest = Guest { imports: &[SYNC], body: "(drop (call $f (i32.const 2)))", ..Guest::default() };
    let trap = |message: &str| format!("trap host/trap: host function trapped (run#0/f#0: {message})");
    check(&guest, returning(vec![Value::String("x".into())]), &[&trap("expected a u32, found a string")]);
    check(&guest, returning(vec![]), &[&trap("expected 1 results, found 0")]);
    check(&guest, returning(vec![Value::U32(1), Value::U32(2)]), &[&trap("expected 1 results, found 2")]);
    let values = vec![Value::U64(1)];
    let peer = || {
        Peer::new().func("f", {
            let values = values.clone();
            move |turn, _| Ok(turn.return_later(values.clone()))
        })
    };
    check(&guest, peer, &["host: returns", &trap("expected a u32, found a u64")]);
}

#[test]
fn a_call_that_is_never_answered_is_a_deadlock_and_a_leak() {
    let peer = || Peer::new().func("f", |_, _| Ok(HostAnswer::Later));
    let guest = Guest { imports: &[SYNC], body: "(drop (call $f (i32.const 2)))", ..Guest::default() };
    let ran = run(&guest.text(), peer(), &mut First);
    assert_eq!(ran.log, ["deadlock"]);
    assert!(ran.leaks.contains(&"host: the call run#0/f#0 was not answered".to_owned()), "{:?}", ran.leaks);
}
