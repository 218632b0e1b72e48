//! Small random components: workers that share a counter and a log, read streams and futures of another instance, pass a gate
//! with backpressure, start threads, yield and are cancelled, under a main task that waits for them with a waitable set.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use choice::hash::mix;

/// Draws numbers from a seed.
pub(crate) struct Draws {
    seed: u64,
    count: u64,
}

impl Draws {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, count: 0 }
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.count += 1;
        mix(self.seed, self.count) % bound
    }
}

/// What a worker does.
#[derive(Clone, Copy, Debug)]
enum Op {
    /// Gives way, perhaps.
    Yield,
    /// Writes its number into the shared log.
    Log(u64),
    /// Reads the shared counter.
    Get,
    /// Writes what it read with one added.
    Set,
    /// Changes memory of its own.
    Local,
    /// Starts a thread that logs.
    Thread(u64),
    /// Reads from a stream, which blocks.
    Stream,
    /// Reads a future, which blocks.
    Future,
    /// Calls through a gate that lets in one at a time, by backpressure.
    Gate,
}

impl Op {
    /// What the specification calls it, or what it is for.
    const fn word(self) -> &'static str {
        match self {
            Self::Yield => "thread.yield",
            Self::Log(_) | Self::Get | Self::Set => "synchronous call",
            Self::Local => "memory",
            Self::Thread(_) => "thread.new-indirect",
            Self::Stream => "stream.read",
            Self::Future => "future.read",
            Self::Gate => "backpressure",
        }
    }
}

/// A program from a seed.
pub(crate) fn program(seed: u64) -> String {
    described(seed).0
}

/// A program from a seed, and what it does, in words.
pub(crate) fn described(seed: u64) -> (String, BTreeSet<&'static str>) {
    let mut does = BTreeSet::new();
    let mut draws = Draws::new(seed);
    let workers = 2 + draws.below(2);
    let most = if workers == 2 { 4 } else { 2 };
    let mut text = String::from("(component\n");
    text.push_str(SHARED);
    text.push_str(&source(draws.below(2) == 0));
    let mut cancellable = Vec::new();
    for worker in 0..workers {
        let mut ops: Vec<Op> = (0..=draws.below(most)).map(|_| op(&mut draws, worker)).collect();
        // What blocks in another instance has many schedules: a worker does it once, and little besides.
        if draws.below(2) == 0 {
            ops.truncate(1);
            let blocking = [Op::Stream, Op::Future, Op::Gate];
            let place = usize::try_from(draws.below(3)).expect("it is below 3");
            ops.push(blocking[place]);
        }
        let callback = draws.below(3) == 0;
        does.extend(ops.iter().map(|op| op.word()));
        if callback {
            does.insert("callback");
        }
        cancellable.push(!callback && draws.below(2) == 0);
        let is_cancellable = cancellable[cancellable.len() - 1];
        text.push_str(&self::worker(worker, &ops, is_cancellable, callback));
    }
    let main = main(workers, &mut draws, &cancellable);
    let calls = [("(call $stop)", "subtask.cancel"), ("(call $poll)", "waitable-set.poll")];
    does.extend(calls.iter().filter(|call| main.contains(call.0)).map(|call| call.1));
    text.push_str(&main);
    text.push_str(")\n");
    (text, does)
}

fn op(draws: &mut Draws, worker: u64) -> Op {
    match draws.below(8) {
        0 | 1 => Op::Yield,
        2 | 3 => Op::Log(worker + 1),
        4 => Op::Get,
        5 => Op::Set,
        6 => Op::Local,
        _ => Op::Thread(worker + 5),
    }
}

const SHARED: &str = r#"
  (component $Shared
    (core module $Core
      (global $count (mut i32) (i32.const 0))
      (global $log (mut i32) (i32.const 0))
      (func (export "get") (result i32) (global.get $count))
      (func (export "set") (param i32) (global.set $count (local.get 0)))
      (func (export "log") (param i32)
        (global.set $log (i32.add (i32.mul (global.get $log) (i32.const 10)) (local.get 0))))
      (func (export "all") (result i32)
        (i32.add (i32.mul (global.get $log) (i32.const 10)) (global.get $count))))
    (core instance $core (instantiate $Core))
    (func (export "get") (result u32) (canon lift (core func $core "get")))
    (func (export "set") (param "n" u32) (canon lift (core func $core "set")))
    (func (export "log") (param "n" u32) (canon lift (core func $core "log")))
    (func (export "all") (result u32) (canon lift (core func $core "all"))))
  (instance $shared (instantiate $Shared))
"#;

/// Hands out streams and futures, and writes to them from tasks that outlive the call; and has a gate.
fn source(yields: bool) -> String {
    let pause = if yields { "(drop (call $yield))" } else { "" };
    format!(
        r#"
  (component $Source
    (type $S (stream u32))
    (type $F (future u32))
    (core module $Memory (memory (export "memory") 1) (data (i32.const 16) "\07"))
    (core instance $memory (instantiate $Memory))
    (core func $yield (canon thread.yield))
    (core func $return-s (canon task.return (result $S)))
    (core func $return-f (canon task.return (result $F)))
    (core func $return (canon task.return))
    (core func $new-s (canon stream.new $S))
    (core func $write-s (canon stream.write $S (memory (core memory $memory "memory"))))
    (core func $drop-s (canon stream.drop-writable $S))
    (core func $new-f (canon future.new $F))
    (core func $write-f (canon future.write $F (memory (core memory $memory "memory"))))
    (core func $drop-f (canon future.drop-writable $F))
    (core func $inc (canon backpressure.inc))
    (core func $dec (canon backpressure.dec))
    (core module $Core
      (import "" "yield" (func $yield (result i32)))
      (import "" "return-s" (func $return-s (param i32)))
      (import "" "return-f" (func $return-f (param i32)))
      (import "" "return" (func $return))
      (import "" "new-s" (func $new-s (result i64)))
      (import "" "write-s" (func $write-s (param i32 i32 i32) (result i32)))
      (import "" "drop-s" (func $drop-s (param i32)))
      (import "" "new-f" (func $new-f (result i64)))
      (import "" "write-f" (func $write-f (param i32 i32) (result i32)))
      (import "" "drop-f" (func $drop-f (param i32)))
      (import "" "inc" (func $inc))
      (import "" "dec" (func $dec))
      (func (export "numbers") (local $ends i64) (local $end i32)
        (local.set $ends (call $new-s))
        (call $return-s (i32.wrap_i64 (local.get $ends)))
        (local.set $end (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
        {pause}
        (drop (call $write-s (local.get $end) (i32.const 16) (i32.const 1)))
        (call $drop-s (local.get $end)))
      (func (export "later") (local $ends i64) (local $end i32)
        (local.set $ends (call $new-f))
        (call $return-f (i32.wrap_i64 (local.get $ends)))
        (local.set $end (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
        {pause}
        (drop (call $write-f (local.get $end) (i32.const 16)))
        (call $drop-f (local.get $end)))
      (func (export "gate")
        (call $inc) (drop (call $yield)) (call $dec) (call $return)))
    (core instance $core (instantiate $Core (with "" (instance
      (export "yield" (func $yield)) (export "return-s" (func $return-s)) (export "return-f" (func $return-f))
      (export "return" (func $return)) (export "inc" (func $inc)) (export "dec" (func $dec))
      (export "new-s" (func $new-s)) (export "write-s" (func $write-s)) (export "drop-s" (func $drop-s))
      (export "new-f" (func $new-f)) (export "write-f" (func $write-f)) (export "drop-f" (func $drop-f))))))
    (func (export "numbers") async (result $S) (canon lift (core func $core "numbers") async))
    (func (export "later") async (result $F) (canon lift (core func $core "later") async))
    (func (export "gate") async (canon lift (core func $core "gate") async)))
  (instance $source (instantiate $Source))
"#
    )
}

#[expect(clippy::too_many_lines, reason = "one text, part by part")]
fn worker(number: u64, ops: &[Op], cancellable: bool, callback: bool) -> String {
    let mut body = String::new();
    for op in ops {
        match op {
            Op::Yield if callback => {}
            Op::Yield if cancellable => body.push_str("(if (call $yield) (then (call $cancel) (return)))\n"),
            Op::Yield => body.push_str("(drop (call $yield))\n"),
            Op::Log(n) => {
                let _ = writeln!(body, "(call $log (i32.const {n}))");
            }
            Op::Get => body.push_str("(global.set $read (call $get))\n"),
            Op::Set => body.push_str("(call $set (i32.add (global.get $read) (i32.const 1)))\n"),
            Op::Local => body.push_str("(global.set $local (i32.add (global.get $local) (i32.const 1)))\n"),
            Op::Thread(n) => {
                let _ = writeln!(body, "(call $resume (call $new (i32.const 0) (i32.const {n})))");
            }
            Op::Stream => body.push_str(
                "(global.set $end (call $numbers))
                 (drop (call $read-stream (global.get $end) (i32.const 16) (i32.const 1)))
                 (call $log (i32.load (i32.const 16)))
                 (call $drop-stream (global.get $end))\n",
            ),
            Op::Future => body.push_str(
                "(global.set $end (call $later))
                 (drop (call $read-future (global.get $end) (i32.const 16)))
                 (call $log (i32.load (i32.const 16)))
                 (call $drop-future (global.get $end))\n",
            ),
            Op::Gate => body.push_str("(call $gate)\n"),
        }
    }
    let entry = if callback {
        format!(
            "(func (export \"work\") (result i32) (i32.const 1))
             (func (export \"callback\") (param i32 i32 i32) (result i32)
               (global.set $local (i32.add (global.get $local) (i32.const 1)))
               (if (i32.eq (global.get $local) (i32.const 1)) (then {body} (call $return) (return (i32.const 1))))
               (i32.const 0))"
        )
    } else {
        format!("(func (export \"work\") {body} (call $return))")
    };
    let lift = if callback { "async (callback (core func $core \"callback\"))" } else { "async" };
    let mode = if cancellable { "cancellable" } else { "" };
    format!(
        r#"
  (component $Worker{number}
    (import "shared" (instance $shared
      (export "get" (func (result u32))) (export "set" (func (param "n" u32))) (export "log" (func (param "n" u32)))))
    (type $S (stream u32))
    (type $F (future u32))
    (import "numbers" (func $numbers async (result $S)))
    (import "later" (func $later async (result $F)))
    (import "gate" (func $gate async))
    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))
    (core module $Table (table (export "table") 1 1 funcref))
    (core instance $table (instantiate $Table))
    (core module $Core
      (import "" "table" (table 1 1 funcref))
      (import "" "get" (func $get (result i32)))
      (import "" "set" (func $set (param i32)))
      (import "" "log" (func $log (param i32)))
      (import "" "yield" (func $yield (result i32)))
      (import "" "return" (func $return))
      (import "" "cancel" (func $cancel))
      (import "" "new" (func $new (param i32 i32) (result i32)))
      (import "" "resume" (func $resume (param i32)))
      (import "" "memory" (memory 1))
      (import "" "numbers" (func $numbers (result i32)))
      (import "" "later" (func $later (result i32)))
      (import "" "gate" (func $gate))
      (import "" "read-stream" (func $read-stream (param i32 i32 i32) (result i32)))
      (import "" "drop-stream" (func $drop-stream (param i32)))
      (import "" "read-future" (func $read-future (param i32 i32) (result i32)))
      (import "" "drop-future" (func $drop-future (param i32)))
      (global $end (mut i32) (i32.const 0))
      (global $read (mut i32) (i32.const 0))
      (global $local (mut i32) (i32.const 0))
      (func $thread (param i32) (drop (call $yield)) (call $log (local.get 0)))
      (elem (i32.const 0) $thread)
      {entry})
    (core type $start (func (param i32)))
    (core func $get (canon lower (func $shared "get")))
    (core func $set (canon lower (func $shared "set")))
    (core func $log (canon lower (func $shared "log")))
    (core func $yield (canon thread.yield {mode}))
    (core func $return (canon task.return))
    (core func $cancel (canon task.cancel))
    (core func $new (canon thread.new-indirect $start (core table $table "table")))
    (core func $resume (canon thread.resume-later))
    (core func $numbers' (canon lower (func $numbers)))
    (core func $later' (canon lower (func $later)))
    (core func $gate' (canon lower (func $gate)))
    (core func $read-stream (canon stream.read $S (memory (core memory $memory "memory"))))
    (core func $drop-stream (canon stream.drop-readable $S))
    (core func $read-future (canon future.read $F (memory (core memory $memory "memory"))))
    (core func $drop-future (canon future.drop-readable $F))
    (core instance $core (instantiate $Core (with "" (instance
      (export "table" (table $table "table"))
      (export "get" (func $get)) (export "set" (func $set)) (export "log" (func $log))
      (export "yield" (func $yield)) (export "return" (func $return)) (export "cancel" (func $cancel))
      (export "memory" (memory $memory "memory"))
      (export "numbers" (func $numbers')) (export "later" (func $later')) (export "gate" (func $gate'))
      (export "read-stream" (func $read-stream)) (export "drop-stream" (func $drop-stream))
      (export "read-future" (func $read-future)) (export "drop-future" (func $drop-future))
      (export "new" (func $new)) (export "resume" (func $resume))))))
    (func (export "work") async (canon lift (core func $core "work") {lift})))
  (instance $worker{number} (instantiate $Worker{number}
    (with "shared" (instance $shared))
    (with "numbers" (func $source "numbers"))
    (with "later" (func $source "later"))
    (with "gate" (func $source "gate"))))
"#
    )
}

#[expect(clippy::too_many_lines, reason = "one text, part by part")]
fn main(workers: u64, draws: &mut Draws, cancellable: &[bool]) -> String {
    let (mut imports, mut cores, mut lowers, mut exports, mut withs) = Default::default();
    let mut body = String::new();
    for worker in 0..workers {
        let push = |text: &mut String, line: String| text.push_str(&line);
        push(&mut imports, format!("(import \"w{worker}\" (func $w{worker} async))\n"));
        push(&mut cores, format!("(import \"\" \"w{worker}\" (func $w{worker} (result i32)))\n"));
        push(&mut lowers, format!("(core func $w{worker}' (canon lower (func $w{worker}) async))\n"));
        push(&mut exports, format!("(export \"w{worker}\" (func $w{worker}'))\n"));
        push(&mut withs, format!("(with \"w{worker}\" (func $worker{worker} \"work\"))\n"));
        let _ = writeln!(body, "(call $begin (call $w{worker}))");
        if draws.below(4) == 0 {
            body.push_str("(drop (call $yield))\n");
        }
    }
    if cancellable[0] && draws.below(2) == 0 {
        body.push_str("(call $stop)\n");
    }
    if draws.below(4) == 0 {
        body.push_str("(call $poll)\n");
    }
    format!(
        r#"
  (component $Main
    {imports}
    (import "all" (func $all (result u32)))
    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))
    (core module $Core
      {cores}
      (import "" "all" (func $all (result i32)))
      (import "" "memory" (memory 1))
      (import "" "yield" (func $yield (result i32)))
      (import "" "new" (func $new (result i32)))
      (import "" "wait" (func $wait (param i32 i32) (result i32)))
      (import "" "poll-set" (func $poll-set (param i32 i32) (result i32)))
      (import "" "join" (func $join (param i32 i32)))
      (import "" "drop" (func $drop (param i32)))
      (import "" "cancel" (func $cancel (param i32) (result i32)))
      (global $set (mut i32) (i32.const 0))
      (global $open (mut i32) (i32.const 0))
      (global $first (mut i32) (i32.const 0))
      (global $order (mut i32) (i32.const 0))
      (func $begin (param $status i32)
        (if (i32.eq (local.get $status) (i32.const 2)) (then (return)))
        (if (i32.eqz (global.get $first)) (then (global.set $first (i32.shr_u (local.get $status) (i32.const 4)))))
        (call $join (i32.shr_u (local.get $status) (i32.const 4)) (global.get $set))
        (global.set $open (i32.add (global.get $open) (i32.const 1))))
      (func $stop
        (if (i32.eqz (global.get $first)) (then (return)))
        (call $join (global.get $first) (i32.const 0))
        (global.set $order (i32.add (i32.const 5) (call $cancel (global.get $first))))
        (call $drop (global.get $first))
        (global.set $open (i32.sub (global.get $open) (i32.const 1))))
      ;; Takes note of whether an event is there by now, and loses it.
      (func $poll
        (if (i32.eq (call $poll-set (global.get $set) (i32.const 0)) (i32.const 1))
          (then (global.set $order (i32.add (global.get $order) (i32.const 3))) (call $over))))
      (func $over
        (if (i32.ne (i32.load (i32.const 4)) (i32.const 2)) (then (return)))
        (global.set $order
          (i32.add (i32.mul (global.get $order) (i32.const 10)) (i32.load (i32.const 0))))
        (call $join (i32.load (i32.const 0)) (i32.const 0))
        (call $drop (i32.load (i32.const 0)))
        (global.set $open (i32.sub (global.get $open) (i32.const 1))))
      (func (export "run") (result i32)
        (global.set $set (call $new))
        {body}
        (block $done
          (loop $again
            (br_if $done (i32.eqz (global.get $open)))
            (drop (call $wait (global.get $set) (i32.const 0)))
            (call $over)
            (br $again)))
        (i32.add (i32.mul (global.get $order) (i32.const 100000)) (call $all))))
    {lowers}
    (core func $all' (canon lower (func $all)))
    (core func $yield (canon thread.yield))
    (core func $new (canon waitable-set.new))
    (core func $wait (canon waitable-set.wait (memory (core memory $memory "memory"))))
    (core func $poll-set (canon waitable-set.poll (memory (core memory $memory "memory"))))
    (core func $join (canon waitable.join))
    (core func $drop (canon subtask.drop))
    (core func $cancel (canon subtask.cancel))
    (core instance $core (instantiate $Core (with "" (instance
      {exports}
      (export "all" (func $all')) (export "memory" (memory $memory "memory"))
      (export "yield" (func $yield)) (export "new" (func $new)) (export "wait" (func $wait))
      (export "poll-set" (func $poll-set)) (export "join" (func $join)) (export "drop" (func $drop)) (export "cancel" (func $cancel))))))
    (func (export "run") async (result u32) (canon lift (core func $core "run"))))
  (instance $main (instantiate $Main
    {withs}
    (with "all" (func $shared "all"))))
  (export "run" (func $main "run"))
"#
    )
}
