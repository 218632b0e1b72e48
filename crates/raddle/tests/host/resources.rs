//! Resources of the host: owned, lent, dropped.

use canon::Value;
use choice::First;
use runtime::host::HostAnswer;

use crate::calls::check;
use crate::guest::{Guest, Import};
use crate::peer::{Peer, run};

const IMPORTS: &[Import] = &[
    ("make", "(param \"rep\" u32) (result (own $r))", "", "(param i32) (result i32)"),
    ("lend", "(param \"r\" (borrow $r))", "", "(param i32)"),
    ("give", "(param \"r\" (own $r))", "", "(param i32)"),
    ("lend-later", "async (param \"r\" (borrow $r)) (result u32)", "async {mem}", "(param i32 i32) (result i32)"),
];

fn peer() -> Peer {
    let peer = Peer::new().func("make", |turn, args| {
        let [Value::U32(rep)] = args else { panic!("expected a number, not {args:?}") };
        Ok(HostAnswer::Return(vec![Value::Own(turn.resource(*rep))]))
    });
    let peer = peer.func("lend", |turn, args| {
        let [Value::Borrow(resource)] = args else { panic!("expected a borrow, not {args:?}") };
        turn.log(format!("host: is lent {}", resource.rep));
        Ok(HostAnswer::Return(Vec::new()))
    });
    let peer = peer.func("give", |turn, args| {
        let [Value::Own(resource)] = args else { panic!("expected an own, not {args:?}") };
        turn.log(format!("host: is given {}", resource.rep));
        Ok(HostAnswer::Return(Vec::new()))
    });
    peer.func("lend-later", |turn, args| {
        let [Value::Borrow(resource)] = args else { panic!("expected a borrow, not {args:?}") };
        turn.log(format!("host: is lent {}", resource.rep));
        Ok(turn.return_later(vec![Value::U32(1)]))
    })
}

fn guest(body: &str) -> Guest<'_> {
    Guest { imports: IMPORTS, body, ..Guest::default() }
}

#[test]
fn the_guest_owns_lends_and_drops() {
    let body = "
        (local.set $r (call $make (i32.const 42)))
        (call $lend (local.get $r))
        (call $lend (local.get $r))
        (call $resource.drop (local.get $r))";
    check(&guest(body), peer, &["host: is lent 42", "host: is lent 42", "host: resource 42 is dropped", "end"]);
}

#[test]
fn the_guest_gives_back() {
    let body = "
        (local.set $r (call $make (i32.const 42)))
        (call $give (local.get $r))
        (call $give (local.get $r))";
    check(&guest(body), peer, &["host: is given 42", "trap table/empty: unknown handle index 1"]);
}

#[test]
fn what_is_lent_cannot_be_dropped_until_the_call_has_ended() {
    let start = "
        (local.set $r (call $make (i32.const 42)))
        (local.set $s (call $handle (call $lend-later (local.get $r) (i32.const 16))))";
    let ran = run(&guest(&format!("{start} (call $resource.drop (local.get $r))")).text(), peer(), &mut First);
    let [.., last] = ran.log.as_slice() else { panic!("something happens") };
    assert!(last.starts_with("trap resource-drop/lent: "), "{last}");
    // The lender gets it back with the event, not before.
    let body = format!(
        "{start}
        (local.set $set (call $set.new))
        (call $join (local.get $s) (local.get $set))
        (call $wait (local.get $set))
        (call $resource.drop (local.get $r))
        (call $subtask.drop (local.get $s))
        (call $set.drop (local.get $set))"
    );
    let expected = ["host: is lent 42", "host: returns", "guest: SUBTASK 0x2", "host: resource 42 is dropped", "end"];
    check(&guest(&body), peer, &expected);
    // A cancelled call gives it back, too.
    let body = format!(
        "{start}
        (call $say (call $subtask.cancel (local.get $s)))
        (call $resource.drop (local.get $r))
        (call $subtask.drop (local.get $s))"
    );
    let ran = run(&guest(&body).text(), peer(), &mut First);
    let expected = [
        "host: is lent 42",
        "host: is asked to cancel",
        "guest: 4",
        "host: resource 42 is dropped",
        "end",
        "host: nobody waits",
    ];
    assert_eq!((ran.log, ran.leaks), (expected.map(str::to_owned).to_vec(), Vec::new()));
}

#[test]
fn the_host_refuses_a_drop() {
    let body = "(call $resource.drop (call $make (i32.const 42)))";
    let expected = ["host: resource 42 is dropped", "trap host/trap: host function trapped (not that one)"];
    check(&guest(body), || peer().refusing_drops(), &expected);
}

#[test]
fn what_is_not_dropped_is_a_leak() {
    let ran = run(&guest("(drop (call $make (i32.const 42)))").text(), peer(), &mut First);
    assert_eq!(ran.leaks, ["instance#0: handle 1: an owned resource `r`"]);
}
