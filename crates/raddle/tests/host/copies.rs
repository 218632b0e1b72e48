//! Streams and futures between guest and host, in both directions: partial copies, zero lengths, drops and cancellation.

use canon::Value;
use choice::First;
use runtime::copy_end::SharedKind;
use runtime::host::HostAnswer;
use runtime::id::WaitableId;

use crate::calls::{check, logs};
use crate::guest::{Guest, Import};
use crate::peer::{Peer, Turn, run};

/// Gives a readable end to the guest.
pub(crate) const OPEN: Import = ("open", "(result (stream u8))", "", "(result i32)");
/// Takes a readable end from the guest.
pub(crate) const TAKE: Import = ("take", "(param \"s\" (stream u8))", "", "(param i32)");
/// As `OPEN` for futures.
pub(crate) const PROMISE: Import = ("promise", "(result (future u8))", "", "(result i32)");
/// As `TAKE` for futures.
pub(crate) const AWAIT: Import = ("await", "(param \"f\" (future u8))", "", "(param i32)");

type Begin = fn(&mut Turn<'_, '_, '_>, WaitableId) -> Result<(), runtime::step::Failure>;

/// A host with a new stream, or future, whose writable end it keeps.
pub(crate) fn gives(kind: SharedKind, begin: Begin) -> Peer {
    let name = if kind == SharedKind::Stream { "open" } else { "promise" };
    Peer::new().func(name, move |turn, _| {
        let (shared, end) = turn.new_shared(kind);
        begin(turn, end)?;
        Ok(HostAnswer::Return(vec![match kind {
            SharedKind::Stream => Value::Stream(shared),
            SharedKind::Future => Value::Future(shared),
        }]))
    })
}

/// A host that takes the readable end of a stream or future of the guest.
pub(crate) fn takes(begin: Begin) -> Peer {
    let on_call = move |turn: &mut Turn<'_, '_, '_>, args: &[Value]| {
        let [Value::Stream(shared) | Value::Future(shared)] = args else { panic!("expected an end, not {args:?}") };
        let end = turn.store.host_take(*shared);
        begin(turn, end)?;
        Ok(HostAnswer::Return(Vec::new()))
    };
    Peer::new().func("take", on_call).func("await", on_call)
}

fn reads(begin: Begin, body: &str, expected: &[&str]) {
    check(&Guest { imports: &[OPEN], body, ..Guest::default() }, || gives(SharedKind::Stream, begin), expected);
}

fn writes(begin: Begin, body: &str, expected: &[&str]) {
    check(&Guest { imports: &[TAKE], body, ..Guest::default() }, || takes(begin), expected);
}

#[expect(clippy::unnecessary_wraps, reason = "it is what comes after a copy, as those that copy again")]
fn drops(turn: &mut Turn<'_, '_, '_>, end: WaitableId) -> Result<(), runtime::step::Failure> {
    turn.drop_end(end);
    Ok(())
}

#[test]
fn the_guest_reads_in_parts_what_the_host_writes() {
    let begin: Begin = |turn, end| turn.write(end, &[1, 2, 3, 4], move |turn| drops(turn, end));
    // The first read ends the write, unless the second one, which follows at once, takes the rest of it.
    let body = "
        (local.set $r (call $open))
        (call $say (call $stream.read (local.get $r) (i32.const 16) (i32.const 3)))
        (call $say (call $stream.read (local.get $r) (i32.const 19) (i32.const 3)))
        (call $say (i32.load (i32.const 16)))
        (local.set $set (call $set.new))
        (call $join (local.get $r) (local.get $set))
        (call $say (call $stream.read (local.get $r) (i32.const 16) (i32.const 3)))
        (call $wait (local.get $set))
        (call $stream.drop-readable (local.get $r))
        (call $set.drop (local.get $set))";
    let expected = [
        "guest: 48",
        "guest: 16",
        "guest: 67305985",
        "guest: -1",
        "host: wrote 4 COMPLETED",
        "host: drops its end",
        "guest: STREAM_READ 0x1",
        "end",
    ];
    reads(begin, body, &expected);
}

#[test]
fn the_host_reads_in_parts_what_the_guest_writes() {
    let begin: Begin = |turn, end| turn.read(end, 3, move |turn| turn.read(end, 3, move |turn| drops(turn, end)));
    let body = "
        (local.set $p (call $stream.new))
        (local.set $w (call $tx (local.get $p)))
        (call $take (call $rx (local.get $p)))
        (local.set $set (call $set.new))
        (call $join (local.get $w) (local.get $set))
        (i32.store (i32.const 16) (i32.const 0x04030201))
        (call $say (call $stream.write (local.get $w) (i32.const 16) (i32.const 4)))
        (call $say (call $stream.write (local.get $w) (i32.const 19) (i32.const 1)))
        (call $wait (local.get $set))
        (call $stream.drop-writable (local.get $w))
        (call $set.drop (local.get $set))";
    // What was copied is told with the news that the host is gone.
    let expected = [
        "guest: 48",
        "guest: -1",
        "host: read 3 [1, 2, 3] COMPLETED",
        "host: read 1 [4] COMPLETED",
        "host: drops its end",
        "guest: STREAM_WRITE 0x11",
        "end",
    ];
    writes(begin, body, &expected);
}

#[test]
fn reads_and_writes_of_no_elements() {
    // A read of nothing waits for a write of something, which it leaves alone; a write of nothing meets it the other way.
    let begin: Begin = |turn, end| {
        turn.later(move |turn| turn.write(end, &[9], move |turn| drops(turn, end)));
        Ok(())
    };
    let body = "
        (local.set $set (call $set.new))
        (local.set $r (call $open))
        (call $join (local.get $r) (local.get $set))
        (call $say (call $stream.read (local.get $r) (i32.const 16) (i32.const 0)))
        (call $wait (local.get $set))
        (call $say (call $stream.read (local.get $r) (i32.const 16) (i32.const 1)))
        (call $say (i32.load (i32.const 16)))
        (call $stream.drop-readable (local.get $r))
        (call $set.drop (local.get $set))";
    let expected = [
        "guest: -1",
        "guest: STREAM_READ 0x0",
        "guest: 16",
        "guest: 9",
        "host: wrote 1 COMPLETED",
        "host: drops its end",
        "end",
    ];
    let text = Guest { imports: &[OPEN], body, ..Guest::default() }.text();
    let ran = run(&text, gives(SharedKind::Stream, begin), &mut First);
    assert_eq!(ran.log[..4], expected[..4]);
    assert_eq!(ran.leaks, Vec::<String>::new());
    let begin: Begin = |turn, end| turn.write(end, &[], move |turn| turn.write(end, &[], move |turn| drops(turn, end)));
    let body = "
        (local.set $r (call $open))
        (call $say (call $stream.read-sync (local.get $r) (i32.const 16) (i32.const 4)))
        (call $stream.drop-readable (local.get $r))";
    reads(
        begin,
        body,
        &["host: wrote 0 COMPLETED", "host: wrote 0 COMPLETED", "host: drops its end", "guest: 1", "end"],
    );
}

#[test]
fn the_host_drops_its_end_while_the_guest_copies() {
    let begin: Begin = |turn, end| {
        turn.later(move |turn| drops(turn, end));
        Ok(())
    };
    let wait = "
        (local.set $set (call $set.new))
        (call $join (local.get $s) (local.get $set))
        (call $wait (local.get $set))";
    let body = format!(
        "(local.set $s (call $open))
        (call $say (call $stream.read (local.get $s) (i32.const 16) (i32.const 4)))
        {wait} (call $stream.drop-readable (local.get $s)) (call $set.drop (local.get $set))"
    );
    reads(begin, &body, &["guest: -1", "host: drops its end", "guest: STREAM_READ 0x1", "end"]);
    let body = format!(
        "(local.set $p (call $stream.new))
        (local.set $s (call $tx (local.get $p)))
        (call $take (call $rx (local.get $p)))
        (call $say (call $stream.write (local.get $s) (i32.const 16) (i32.const 4)))
        {wait} (call $stream.drop-writable (local.get $s)) (call $set.drop (local.get $set))"
    );
    writes(begin, &body, &["guest: -1", "host: drops its end", "guest: STREAM_WRITE 0x1", "end"]);
}

#[test]
fn the_guest_drops_its_end_while_the_host_copies() {
    let begin: Begin = |turn, end| turn.write(end, &[1, 2], move |turn| drops(turn, end));
    let body = "(call $stream.drop-readable (call $open)) (call $say (i32.const 1))";
    reads(begin, body, &["guest: 1", "host: wrote 0 DROPPED", "host: drops its end", "end"]);
    let begin: Begin = |turn, end| turn.read(end, 2, move |turn| drops(turn, end));
    let body = "
        (local.set $p (call $stream.new))
        (call $take (call $rx (local.get $p)))
        (call $stream.drop-writable (call $tx (local.get $p)))
        (call $say (i32.const 1))";
    writes(begin, body, &["guest: 1", "host: read 0 DROPPED", "host: drops its end", "end"]);
}

#[test]
fn the_host_cancels_its_own_copies() {
    // The guest reads before or after that: two elements or none, and then it is told that the host is gone.
    let begin: Begin = |turn, end| {
        turn.write(end, &[1, 2], |_| Ok(()))?;
        turn.later(move |turn| {
            if turn.store.host_is_copying(end) {
                turn.store.host_cancel_copy(end);
                turn.store.take_host_copy(end);
            }
            drops(turn, end)
        });
        Ok(())
    };
    let body = "
        (local.set $r (call $open))
        (drop (call $thread.yield))
        (call $say (call $stream.read-sync (local.get $r) (i32.const 16) (i32.const 4)))
        (call $stream.drop-readable (local.get $r))";
    let guest = Guest { imports: &[OPEN], body, ..Guest::default() };
    let logs = logs(&guest, || gives(SharedKind::Stream, begin));
    let expected = ["guest: 32; host: wrote 2 DROPPED; end; host: drops its end", "host: drops its end; guest: 1; end"];
    assert_eq!(logs, expected.map(str::to_owned).into());
    let begin: Begin = |turn, end| {
        turn.read(end, 2, move |turn| drops(turn, end))?;
        turn.store.host_cancel_copy(end);
        Ok(())
    };
    let body = "
        (local.set $p (call $stream.new))
        (call $take (call $rx (local.get $p)))
        (call $say (call $stream.write-sync (call $tx (local.get $p)) (i32.const 16) (i32.const 4)))
        (call $stream.drop-writable (call $tx (local.get $p)))";
    writes(begin, body, &["host: read 0 CANCELLED", "host: drops its end", "guest: 1", "end"]);
}

#[test]
fn the_guest_cancels_its_copies() {
    let begin: Begin = |turn, end| {
        turn.later(move |turn| drops(turn, end));
        Ok(())
    };
    for cancel in ["stream.cancel-read", "stream.cancel-read-async"] {
        let body = format!(
            "(local.set $r (call $open))
            (call $say (call $stream.read (local.get $r) (i32.const 16) (i32.const 4)))
            (call $say (call ${cancel} (local.get $r)))
            (call $stream.drop-readable (local.get $r))"
        );
        reads(begin, &body, &["guest: -1", "guest: 2", "end", "host: drops its end"]);
    }
    for cancel in ["stream.cancel-write", "stream.cancel-write-async"] {
        let body = format!(
            "(local.set $p (call $stream.new))
            (local.set $w (call $tx (local.get $p)))
            (call $take (call $rx (local.get $p)))
            (call $say (call $stream.write (local.get $w) (i32.const 16) (i32.const 4)))
            (call $say (call ${cancel} (local.get $w)))
            (call $stream.drop-writable (local.get $w))"
        );
        writes(begin, &body, &["guest: -1", "guest: 2", "end", "host: drops its end"]);
    }
}

#[test]
fn a_future_of_the_host() {
    let begin: Begin = |turn, end| {
        turn.later(move |turn| turn.write(end, &[7], move |turn| drops(turn, end)));
        Ok(())
    };
    let body = "
        (local.set $r (call $promise))
        (local.set $set (call $set.new))
        (call $join (local.get $r) (local.get $set))
        (call $say (call $future.read (local.get $r) (i32.const 16)))
        (call $wait (local.get $set))
        (call $say (i32.load (i32.const 16)))
        (call $future.drop-readable (local.get $r))
        (call $set.drop (local.get $set))";
    let guest = Guest { imports: &[PROMISE], body, ..Guest::default() };
    let ran = run(&guest.text(), gives(SharedKind::Future, begin), &mut First);
    let expected =
        ["guest: -1", "host: wrote 1 COMPLETED", "host: drops its end", "guest: FUTURE_READ 0x0", "guest: 7", "end"];
    assert_eq!((ran.log, ran.leaks), (expected.map(str::to_owned).to_vec(), Vec::new()));
}

#[test]
fn a_future_of_the_host_whose_reader_is_dropped() {
    let begin: Begin = |turn, end| turn.write(end, &[7], move |turn| drops(turn, end));
    let guest = Guest { imports: &[PROMISE], body: "(call $future.drop-readable (call $promise))", ..Guest::default() };
    let expected = ["host: wrote 0 DROPPED", "host: drops its end", "end"];
    check(&guest, || gives(SharedKind::Future, begin), &expected);
    // Before the host has written anything it may drop its end, too.
    let begin: Begin = |turn, end| {
        turn.later(move |turn| {
            if turn.store.host_peer_dropped(end) {
                return drops(turn, end);
            }
            turn.write(end, &[7], move |turn| drops(turn, end))
        });
        Ok(())
    };
    check(&guest, || gives(SharedKind::Future, begin), &["end", "host: drops its end"]);
}

#[test]
fn a_future_of_the_guest() {
    let begin: Begin = |turn, end| turn.read(end, 1, move |turn| drops(turn, end));
    let body = "
        (local.set $p (call $future.new))
        (call $await (call $rx (local.get $p)))
        (i32.store8 (i32.const 16) (i32.const 7))
        (call $say (call $future.write (call $tx (local.get $p)) (i32.const 16)))
        (call $future.drop-writable (call $tx (local.get $p)))";
    let guest = Guest { imports: &[AWAIT], body, ..Guest::default() };
    let expected = ["guest: 0", "host: read 1 [7] COMPLETED", "host: drops its end", "end"];
    check(&guest, || takes(begin), &expected);
}

#[test]
fn a_future_of_the_guest_that_nobody_reads() {
    let begin: Begin = |turn, end| {
        turn.later(move |turn| drops(turn, end));
        Ok(())
    };
    let body = "
        (local.set $p (call $future.new))
        (local.set $w (call $tx (local.get $p)))
        (call $await (call $rx (local.get $p)))
        (local.set $set (call $set.new))
        (call $join (local.get $w) (local.get $set))
        (call $say (call $future.write (local.get $w) (i32.const 16)))
        (call $wait (local.get $set))
        (call $future.drop-writable (local.get $w))
        (call $set.drop (local.get $set))";
    let guest = Guest { imports: &[AWAIT], body, ..Guest::default() };
    let expected = ["guest: -1", "host: drops its end", "guest: FUTURE_WRITE 0x1", "end"];
    check(&guest, || takes(begin), &expected);
}

#[test]
fn a_stream_of_the_host_comes_back_to_it() {
    let begin: Begin = |turn, end| turn.write(end, &[1, 2, 3], move |turn| drops(turn, end));
    let peer = move || {
        gives(SharedKind::Stream, begin).func("take", |turn, args| {
            let [Value::Stream(shared)] = args else { panic!("expected a stream, not {args:?}") };
            let end = turn.store.host_take(*shared);
            turn.read(end, 8, move |turn| drops(turn, end))?;
            Ok(HostAnswer::Return(Vec::new()))
        })
    };
    let body = "
        (local.set $r (call $open))
        (call $say (call $stream.read (local.get $r) (i32.const 16) (i32.const 1)))
        (call $take (local.get $r))";
    let guest = Guest { imports: &[OPEN, TAKE], body, ..Guest::default() };
    let expected = [
        "guest: 16",
        "host: wrote 3 COMPLETED",
        "host: drops its end",
        "host: read 2 [2, 3] COMPLETED",
        "host: drops its end",
        "end",
    ];
    check(&guest, peer, &expected);
}

#[test]
fn a_trap_of_the_guest_leaves_the_hosts_copy_pending() {
    let begin: Begin = |turn, end| turn.read(end, 8, move |turn| drops(turn, end));
    let body = "
        (local.set $p (call $stream.new))
        (call $take (call $rx (local.get $p)))
        (unreachable)";
    writes(begin, body, &["trap core/unreachable: wasm `unreachable` instruction executed"]);
}
