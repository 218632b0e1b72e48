//! The rows of `spec-tests/bugs/README.md` that need a host.

use canon::Value;
use choice::{First, Seeded};
use raddle::{Component, Engine, Linker, Val};
use runtime::copy_end::SharedKind;
use runtime::drive::run_until_resolved;
use runtime::host::HostAnswer;
use runtime::id::InstanceId;

use crate::calls::{ASYNC, SYNC, check, later, logs, number};
use crate::copies::{OPEN, gives};
use crate::guest::{Guest, Import};
use crate::peer::{Peer, run};

/// A stream whose host ends copies that the guest cancelled later: when `copies`, it copies first.
fn cancels_later(copies: bool) -> Peer {
    let peer = gives(SharedKind::Stream, |turn, end| {
        turn.store.host_cancels_later(end);
        turn.later(move |turn| {
            let is_cancelling = turn.store.host_peer_is_cancelling(end);
            turn.log(format!("host: a copy is being cancelled: {is_cancelling}"));
            if is_cancelling {
                turn.store.host_end_cancelled(end);
            }
            turn.drop_end(end);
            Ok(())
        });
        Ok(())
    });
    if !copies {
        return peer;
    }
    gives(SharedKind::Stream, |turn, end| {
        turn.store.host_cancels_later(end);
        turn.later(move |turn| {
            turn.write(end, &[5, 6], move |turn| {
                turn.drop_end(end);
                Ok(())
            })
        });
        Ok(())
    })
}

/// The asynchronous cancellation of a read is BLOCKED, and its buffer is still there when the host ends it.
#[test]
fn wasmtime_12704() {
    let body = "
        (local.set $r (call $open))
        (local.set $set (call $set.new))
        (call $join (local.get $r) (local.get $set))
        (call $say (call $stream.read (local.get $r) (i32.const 16) (i32.const 4)))
        (call $say (call $stream.cancel-read-async (local.get $r)))
        (call $wait (local.get $set))
        (call $say (i32.load (i32.const 16)))
        (call $stream.drop-readable (local.get $r))
        (call $set.drop (local.get $set))";
    let guest = Guest { imports: &[OPEN], body, ..Guest::default() };
    // The default order, as a drop that follows at once replaces the event.
    let expected = ["guest: -1", "guest: -1", "host: a copy is being cancelled: true", "host: drops its end"];
    let ran = run(&guest.text(), cancels_later(false), &mut First);
    assert_eq!(ran.log[..4], expected);
    assert_eq!(ran.log[4..], ["guest: STREAM_READ 0x2", "guest: 0", "end"]);
    // What the host copies before it ends the copy arrives.
    let ran = run(&guest.text(), cancels_later(true), &mut First);
    let expected = ["guest: -1", "guest: -1", "host: wrote 2 COMPLETED", "host: drops its end"];
    assert_eq!(ran.log[..4], expected);
    assert_eq!(ran.log[4..], ["guest: STREAM_READ 0x21", "guest: 1541", "end"]);
    assert_eq!(ran.leaks, Vec::<String>::new());
}

/// A second cancellation while the first one is not over traps.
#[test]
fn component_model_593() {
    let body = "
        (local.set $r (call $open))
        (call $say (call $stream.read (local.get $r) (i32.const 16) (i32.const 4)))
        (call $say (call $stream.cancel-read-async (local.get $r)))
        (call $say (call $stream.cancel-read-async (local.get $r)))";
    let guest = Guest { imports: &[OPEN], body, ..Guest::default() };
    let trap = "trap cancel-copy/twice: stream or future read or write is already being cancelled";
    check(&guest, || cancels_later(false), &["guest: -1", "guest: -1", trap]);
}

/// A read of a stream of the host ends with what there is.
#[test]
fn jco_0fd9c67a() {
    let body = "
        (local.set $r (call $open))
        (call $say (call $stream.read-sync (local.get $r) (i32.const 16) (i32.const 100)))
        (call $say (i32.load (i32.const 16)))
        (call $stream.drop-readable (local.get $r))";
    let guest = Guest { imports: &[OPEN], body, ..Guest::default() };
    let peer = || {
        gives(SharedKind::Stream, |turn, end| {
            turn.later(move |turn| turn.write(end, &[1, 2, 3, 0], |_| Ok(())));
            Ok(())
        })
    };
    let logs = logs(&guest, peer);
    let (read, wrote) = ("guest: 64; guest: 197121; end", "host: wrote 4 COMPLETED");
    assert!(logs.iter().all(|log| log.replace(&format!("{wrote}; "), "").starts_with(read)), "{logs:?}");
}

/// A call that is pending when BLOCKED is due does not hold the caller up, and goes on while the caller waits for another.
#[test]
fn jco_ae70c3b9() {
    let body = "
        (local.set $set (call $set.new))
        (local.set $s (call $f (i32.const 1) (i32.const 16)))
        (call $say (i32.and (local.get $s) (i32.const 15)))
        (local.set $s (call $handle (local.get $s)))
        (local.set $p (call $stream.new))
        (call $say (call $stream.read (call $rx (local.get $p)) (i32.const 32) (i32.const 1)))
        (call $join (local.get $s) (local.get $set))
        (call $wait (local.get $set))
        (call $say (call $stream.cancel-read (call $rx (local.get $p))))
        (call $stream.drop-readable (call $rx (local.get $p)))
        (call $stream.drop-writable (call $tx (local.get $p)))
        (call $subtask.drop (local.get $s))
        (call $set.drop (local.get $set))";
    let guest = Guest { imports: &[ASYNC], body, ..Guest::default() };
    let expected =
        ["host: called with 1", "guest: 1", "guest: -1", "host: returns", "guest: SUBTASK 0x2", "guest: 2", "end"];
    check(&guest, later, &expected);
}

/// A thread that only yields does not keep events of the host away on a fair schedule.
#[test]
fn wasmtime_13085() {
    let items = "(global $done (mut i32) (i32.const 0))";
    let body = "
        (local.set $s (call $handle (call $f (i32.const 1) (i32.const 16))))
        (loop $again
            (drop (call $thread.yield))
            (br_if $again (i32.eqz (i32.load (i32.const 16)))))
        (call $say (i32.load (i32.const 16)))
        (local.set $set (call $set.new))
        (call $join (local.get $s) (local.get $set))
        (call $wait (local.get $set))
        (call $subtask.drop (local.get $s))
        (call $set.drop (local.get $set))";
    let guest = Guest { imports: &[ASYNC], items, body, ..Guest::default() };
    let expected = ["host: called with 1", "host: returns", "guest: 41", "guest: SUBTASK 0x2", "end"];
    for seed in 0..50 {
        assert_eq!(run(&guest.text(), later(), &mut Seeded::new(seed)).log, expected, "seed {seed}");
    }
}

/// A call that was cancelled writes nothing any more, though its result was under way already.
#[test]
fn wasmtime_12640() {
    let body = "
        (local.set $s (call $handle (call $f (i32.const 1) (i32.const 16))))
        (drop (call $thread.yield))
        (call $say (call $subtask.cancel (local.get $s)))
        (call $subtask.drop (local.get $s))
        (drop (call $thread.yield))
        (call $say (i32.load (i32.const 16)))";
    let guest = Guest { imports: &[ASYNC], body, ..Guest::default() };
    let logs = logs(&guest, later);
    for log in &logs {
        let cancelled = log.contains("guest: 4; ") && log.contains("guest: 0; ") && !log.contains("host: returns");
        let returned = log.contains("guest: 2; ") && log.contains("guest: 41; ") && !log.contains("asked to cancel");
        assert!(cancelled != returned, "{log}");
    }
    assert!(
        logs.iter().any(|log| log.contains("guest: 4")) && logs.iter().any(|log| log.contains("guest: 2")),
        "{logs:?}"
    );
}

/// The same with functions of a linker, whose results wait for their turn.
#[test]
fn wasmtime_12640_linker() {
    let body = "
        (local.set $s (call $handle (call $f (i32.const 1) (i32.const 16))))
        (call $say (call $subtask.cancel (local.get $s)))
        (call $subtask.drop (local.get $s))
        (drop (call $thread.yield))
        (call $say (i32.load (i32.const 16)))";
    let text = Guest { imports: &[ASYNC], body, ..Guest::default() }.text();
    let engine = Engine::default();
    let component = Component::new(&engine, &text).expect("it is valid");
    let mut linker = Linker::new();
    let (tell, told) = std::sync::mpsc::channel();
    let tell = std::sync::Mutex::new(tell);
    linker.root().func("say", move |_, args| {
        let tell = tell.lock().expect("nobody panicked");
        tell.send(args[0].to_string()).expect("the test listens");
        Ok(Vec::new())
    });
    linker.root().func("event", |_, _| Ok(Vec::new()));
    linker.root().func_later("f", |_, args| Ok(args.to_vec()));
    linker.root().resource("r", |_| Ok(()));
    let mut store = raddle::Store::new(&engine);
    let instance = linker.instantiate(&mut store, &component).expect("it links");
    let func = instance.func(&store, "run").expect("it is exported");
    assert_eq!(func.call(&mut store, &[]), Ok(Vec::<Val>::new()));
    store.drain().expect("nothing is left to do");
    assert_eq!(told.try_iter().collect::<Vec<_>>(), ["4", "0"]);
    assert_eq!(store.leaks(), Vec::<String>::new());
}

/// A call that has returned already is cancelled: the guest learns that it returned, and the host is not asked.
#[test]
fn wasmtime_12797() {
    let imports: &[Import] = &[ASYNC, ("pass", "async", "", "")];
    let peer = || {
        later().func("pass", |turn, _| {
            // Events come in the order of the requests here: when this one does, the other call has returned.
            Ok(turn.return_later(Vec::new()))
        })
    };
    let body = "
        (local.set $s (call $handle (call $f (i32.const 1) (i32.const 16))))
        (call $pass)
        (call $say (call $subtask.cancel (local.get $s)))
        (call $say (i32.load (i32.const 16)))
        (call $subtask.drop (local.get $s))";
    let ran = run(&Guest { imports, body, ..Guest::default() }.text(), peer(), &mut First);
    let expected = ["host: called with 1", "host: returns", "host: returns", "guest: 2", "guest: 41", "end"];
    assert_eq!((ran.log, ran.leaks), (expected.map(str::to_owned).to_vec(), Vec::new()));
}

/// Two threads of one task wait for synchronous calls of the host, which end in any order.
#[test]
fn wasmtime_12735() {
    let items = "
        (global $left (mut i32) (i32.const 2))
        (func $body (param i32)
            (call $say (call $f (local.get 0)))
            (global.set $left (i32.sub (global.get $left) (i32.const 1))))
        (elem (table $tab) (i32.const 0) func $body)";
    let body = "
        (call $thread.resume-later (call $thread.new (i32.const 0) (i32.const 1)))
        (call $thread.resume-later (call $thread.new (i32.const 0) (i32.const 2)))
        (loop $again
            (drop (call $thread.yield))
            (br_if $again (global.get $left)))";
    let guest = Guest { imports: &[SYNC], items, body, ..Guest::default() };
    let peer = || Peer::new().func("f", |turn, args| Ok(turn.return_later(vec![Value::U32(number(args) + 40)])));
    let logs = logs(&guest, peer);
    let said = |log: &str| log.split("; ").filter(|line| line.starts_with("guest")).collect::<Vec<_>>().join(" ");
    let orders: std::collections::BTreeSet<String> = logs.iter().map(|log| said(log)).collect();
    assert_eq!(orders, ["guest: 41 guest: 42", "guest: 42 guest: 41"].map(str::to_owned).into());
}

/// The host calls back into the guest before it answers: a sync-typed function runs at once, an async-typed one waits until
/// the instance is free.
#[test]
fn wasmtime_12152() {
    let items = "(func (export \"poke\") (call $say (i32.const 7)))";
    let body = "(call $say (call $f (i32.const 2)))";
    let peer = || {
        Peer::new().func("f", |turn, _| {
            let call = turn.call.expect("a call is being answered");
            turn.later(move |turn| {
                let poke = crate::peer::export(turn.store, InstanceId(0), "poke");
                let invocation = turn.store.invoke(turn.env, poke, Vec::new())?;
                run_until_resolved(turn.store, turn.env, turn.peer, invocation)?;
                turn.store.take_outcome(invocation);
                turn.store.resolve_host_call(turn.env, call, vec![Value::U32(42)])
            });
            Ok(HostAnswer::Later)
        })
    };
    let lifts = "(func (export \"poke\") (canon lift (core func $m \"poke\")))";
    check(&Guest { imports: &[SYNC], items, lifts, body }, peer, &["guest: 7", "guest: 42", "end"]);
    let lifts = "(func (export \"poke\") async (canon lift (core func $m \"poke\")))";
    check(&Guest { imports: &[SYNC], items, lifts, body }, peer, &["guest: 42", "end", "guest: 7"]);
}

/// The host's half of a stream does not outlive the guest's unnoticed.
#[test]
fn wasmtime_13659() {
    let body = "(call $stream.drop-readable (call $open))";
    let guest = Guest { imports: &[OPEN], body, ..Guest::default() };
    let drops = || {
        gives(SharedKind::Stream, |turn, end| {
            turn.later(move |turn| {
                turn.drop_end(end);
                Ok(())
            });
            Ok(())
        })
    };
    let ran = run(&guest.text(), drops(), &mut First);
    assert_eq!(ran.leaks, Vec::<String>::new());
    let keeps = || gives(SharedKind::Stream, |_, _| Ok(()));
    let ran = run(&guest.text(), keeps(), &mut First);
    let leak = "host: writable end of stream run#0/open#0/stream#0: idle; its readable end was dropped";
    assert_eq!(ran.leaks, [leak]);
}
