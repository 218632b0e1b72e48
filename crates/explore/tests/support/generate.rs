//! Small random components: workers that share a counter and a log, stream to the main task, yield and are cancelled.

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
}

/// A program from a seed.
pub(crate) fn program(seed: u64) -> String {
    let mut draws = Draws::new(seed);
    let workers = 2 + draws.below(2);
    let most = if workers == 2 { 4 } else { 2 };
    let mut text = String::from("(component\n");
    text.push_str(SHARED);
    let mut cancellable = Vec::new();
    for worker in 0..workers {
        let ops: Vec<Op> = (0..=draws.below(most)).map(|_| op(&mut draws, worker)).collect();
        let callback = draws.below(3) == 0;
        cancellable.push(!callback && draws.below(2) == 0);
        let is_cancellable = cancellable[cancellable.len() - 1];
        let own = draws.below(3) > 0;
        text.push_str(&self::worker(worker, &ops, is_cancellable, callback));
        let _ = own;
    }
    text.push_str(&main(workers, &mut draws, &cancellable));
    text.push_str(")\n");
    text
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
    (core instance $core (instantiate $Core (with "" (instance
      (export "table" (table $table "table"))
      (export "get" (func $get)) (export "set" (func $set)) (export "log" (func $log))
      (export "yield" (func $yield)) (export "return" (func $return)) (export "cancel" (func $cancel))
      (export "new" (func $new)) (export "resume" (func $resume))))))
    (func (export "work") async (canon lift (core func $core "work") {lift})))
  (instance $worker{number} (instantiate $Worker{number} (with "shared" (instance $shared))))
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
      (func (export "run") (result i32)
        (global.set $set (call $new))
        {body}
        (block $done
          (loop $again
            (br_if $done (i32.eqz (global.get $open)))
            (drop (call $wait (global.get $set) (i32.const 0)))
            (if (i32.ne (i32.load (i32.const 4)) (i32.const 2)) (then (br $again)))
            (global.set $order
              (i32.add (i32.mul (global.get $order) (i32.const 10)) (i32.load (i32.const 0))))
            (call $join (i32.load (i32.const 0)) (i32.const 0))
            (call $drop (i32.load (i32.const 0)))
            (global.set $open (i32.sub (global.get $open) (i32.const 1)))
            (br $again)))
        (i32.add (i32.mul (global.get $order) (i32.const 100000)) (call $all))))
    {lowers}
    (core func $all' (canon lower (func $all)))
    (core func $yield (canon thread.yield))
    (core func $new (canon waitable-set.new))
    (core func $wait (canon waitable-set.wait (memory (core memory $memory "memory"))))
    (core func $join (canon waitable.join))
    (core func $drop (canon subtask.drop))
    (core func $cancel (canon subtask.cancel))
    (core instance $core (instantiate $Core (with "" (instance
      {exports}
      (export "all" (func $all')) (export "memory" (memory $memory "memory"))
      (export "yield" (func $yield)) (export "new" (func $new)) (export "wait" (func $wait))
      (export "join" (func $join)) (export "drop" (func $drop)) (export "cancel" (func $cancel))))))
    (func (export "run") async (result u32) (canon lift (core func $core "run"))))
  (instance $main (instantiate $Main
    {withs}
    (with "all" (func $shared "all"))))
  (export "run" (func $main "run"))
"#
    )
}
