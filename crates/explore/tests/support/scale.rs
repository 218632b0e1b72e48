//! Writes the programs `examples/scale/independent-KxM.wat`: pairs of a producer and a consumer that share nothing.

use std::fmt::Write as _;

/// So many pairs, each of which passes so many messages.
#[expect(clippy::too_many_lines, reason = "one text, part by part")]
pub(crate) fn independent(pairs: u32, messages: u32) -> String {
    let all = |text: &dyn Fn(u32) -> String| (0..pairs).map(text).collect::<String>();
    let mut text = format!(
        ";; {pairs} producers, {messages} messages each, and a consumer for each, all in instances of their own: pairs that share nothing.
;; A message is written and read without `async`, so that in a pair only one of the two can go on at any time. What is left to the
;; schedule is how the pairs interleave, which does not matter, and which consumer is done first, which `run` gives back: the
;; numbers of the consumers in the order of their events, as digits from 1 on.
;; Written by `cargo test -p raddle-explore --test scale` with BLESS=1.
(component
"
    );
    text.push_str(PRODUCER.replace("MESSAGES", &messages.to_string()).as_str());
    text.push_str(CONSUMER.replace("MESSAGES", &messages.to_string()).as_str());
    let _ = write!(
        text,
        r#"
  (component $Main
{imports}    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))
    (core module $Core
      (import "canon" "memory" (memory 1))
{cores}      (import "canon" "new" (func $new (result i32)))
      (import "canon" "wait" (func $wait (param i32 i32) (result i32)))
      (import "canon" "join" (func $join (param i32 i32)))
      (import "canon" "drop" (func $drop (param i32)))
      (global $set (mut i32) (i32.const 0))
      ;; The subtasks have the handles from here on.
      (global $first (mut i32) (i32.const 0))
      (global $order (mut i32) (i32.const 0))
      (func $begin (param $status i32)
        ;; Every consumer blocks before it returns: the call is STARTED (1), with a handle in the upper bits.
        (if (i32.ne (i32.and (local.get $status) (i32.const 0xf)) (i32.const 1)) (then (unreachable)))
        (if (i32.eqz (global.get $first)) (then (global.set $first (i32.shr_u (local.get $status) (i32.const 4)))))
        (call $join (i32.shr_u (local.get $status) (i32.const 4)) (global.get $set)))
      (func (export "run") (result i32)
        (local $left i32)
        (global.set $set (call $new))
{calls}        (local.set $left (i32.const {pairs}))
        (loop $again
          (drop (call $wait (global.get $set) (i32.const 16)))
          (call $join (i32.load (i32.const 16)) (i32.const 0))
          (call $drop (i32.load (i32.const 16)))
          (global.set $order (i32.add
            (i32.mul (global.get $order) (i32.const 10))
            (i32.add (i32.sub (i32.load (i32.const 16)) (global.get $first)) (i32.const 1))))
          (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
        (global.get $order)))
{lowers}    (core func $new (canon waitable-set.new))
    (core func $wait (canon waitable-set.wait (memory (core memory $memory "memory"))))
    (core func $join (canon waitable.join))
    (core func $drop (canon subtask.drop))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "memory" (memory $memory "memory"))
{exports}      (export "new" (func $new))
      (export "wait" (func $wait))
      (export "join" (func $join))
      (export "drop" (func $drop))))))
    (func (export "run") async (result u32) (canon lift (core func $core "run"))))

{pairs_made}  (instance $main (instantiate $Main
{withs}  ))
  (export "run" (func $main "run")))
"#,
        imports = all(&|k| format!("    (import \"consume-{k}\" (func $consume-{k} async (result u32)))\n")),
        cores = all(&|k| format!(
            "      (import \"canon\" \"consume-{k}\" (func $consume-{k} (param i32) (result i32)))\n"
        )),
        calls = all(&|k| format!("        (call $begin (call $consume-{k} (i32.const {})))\n", 32 + 4 * k)),
        lowers = all(&|k| format!(
            "    (core func $consume-{k}' (canon lower (func $consume-{k}) async (memory (core memory $memory \"memory\"))))\n"
        )),
        exports = all(&|k| format!("      (export \"consume-{k}\" (func $consume-{k}'))\n")),
        pairs_made = all(&|k| format!(
            "  (instance $producer-{k} (instantiate $Producer))\n  (instance $consumer-{k} (instantiate $Consumer (with \"produce\" (func $producer-{k} \"produce\"))))\n"
        )),
        withs = all(&|k| format!("    (with \"consume-{k}\" (func $consumer-{k} \"consume\"))\n")),
    );
    text
}

const PRODUCER: &str = r#"  (component $Producer
    (core module $Memory (memory (export "memory") 1) (data (i32.const 16) "\01"))
    (core instance $memory (instantiate $Memory))
    (core module $Core
      (import "canon" "task.return" (func $task.return (param i32)))
      (import "canon" "stream.new" (func $stream.new (result i64)))
      (import "canon" "stream.write" (func $stream.write (param i32 i32 i32) (result i32)))
      (import "canon" "stream.drop-writable" (func $stream.drop-writable (param i32)))
      (func (export "produce")
        (local $ends i64) (local $end i32) (local $left i32)
        (local.set $ends (call $stream.new))
        (call $task.return (i32.wrap_i64 (local.get $ends)))
        (local.set $end (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
        (local.set $left (i32.const MESSAGES))
        (loop $again
          (drop (call $stream.write (local.get $end) (i32.const 16) (i32.const 1)))
          (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
        (call $stream.drop-writable (local.get $end))))
    (type $Numbers (stream u32))
    (core func $task.return (canon task.return (result $Numbers)))
    (core func $stream.new (canon stream.new $Numbers))
    (core func $stream.write (canon stream.write $Numbers (memory (core memory $memory "memory"))))
    (core func $stream.drop-writable (canon stream.drop-writable $Numbers))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "task.return" (func $task.return))
      (export "stream.new" (func $stream.new))
      (export "stream.write" (func $stream.write))
      (export "stream.drop-writable" (func $stream.drop-writable))))))
    (func (export "produce") async (result $Numbers) (canon lift (core func $core "produce") async)))
"#;

const CONSUMER: &str = r#"
  (component $Consumer
    (type $Numbers (stream u32))
    (import "produce" (func $produce async (result $Numbers)))
    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))
    (core module $Core
      (import "canon" "memory" (memory 1))
      (import "canon" "produce" (func $produce (result i32)))
      (import "canon" "task.return" (func $task.return (param i32)))
      (import "canon" "stream.read" (func $stream.read (param i32 i32 i32) (result i32)))
      (import "canon" "stream.drop-readable" (func $stream.drop-readable (param i32)))
      (func (export "consume")
        (local $end i32) (local $result i32) (local $sum i32)
        (local.set $end (call $produce))
        (loop $again
          (local.set $result (call $stream.read (local.get $end) (i32.const 32) (i32.const 1)))
          ;; How many were read is in the upper bits, COMPLETED (0) or DROPPED (1) in the lower ones.
          (if (i32.shr_u (local.get $result) (i32.const 4))
            (then (local.set $sum (i32.add (local.get $sum) (i32.load (i32.const 32))))))
          (br_if $again (i32.eqz (i32.and (local.get $result) (i32.const 0xf)))))
        (call $stream.drop-readable (local.get $end))
        (if (i32.ne (local.get $sum) (i32.const MESSAGES)) (then (unreachable)))
        (call $task.return (local.get $sum))))
    (core func $produce' (canon lower (func $produce)))
    (core func $task.return (canon task.return (result u32)))
    (core func $stream.read (canon stream.read $Numbers (memory (core memory $memory "memory"))))
    (core func $stream.drop-readable (canon stream.drop-readable $Numbers))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "memory" (memory $memory "memory"))
      (export "produce" (func $produce'))
      (export "task.return" (func $task.return))
      (export "stream.read" (func $stream.read))
      (export "stream.drop-readable" (func $stream.drop-readable))))))
    (func (export "consume") async (result u32) (canon lift (core func $core "consume") async)))
"#;
