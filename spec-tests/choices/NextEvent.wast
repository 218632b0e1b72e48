;; choice: NextEvent
;; run: raddle wast spec-tests/choices/NextEvent.wast
;; left open by: if there are multiple waitables with a pending event in a waitable set, which one is delivered first
;; Two reads have ended when the task waits for either. Whose event comes first?
;; alternatives: the stream that joined first; the other
;; outcomes: 1 2

(component
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (type $S (stream u8))
  (core func $stream.new (canon stream.new $S))
  (core func $stream.read (canon stream.read $S async (memory (core memory $mem "mem"))))
  (core func $stream.write (canon stream.write $S async (memory (core memory $mem "mem"))))
  (core func $set.new (canon waitable-set.new))
  (core func $set.wait (canon waitable-set.wait (memory (core memory $mem "mem"))))
  (core func $join (canon waitable.join))
  (core module $M
    (import "" "mem" (memory 1))
    (import "" "stream.new" (func $stream.new (result i64)))
    (import "" "stream.read" (func $stream.read (param i32 i32 i32) (result i32)))
    (import "" "stream.write" (func $stream.write (param i32 i32 i32) (result i32)))
    (import "" "set.new" (func $set.new (result i32)))
    (import "" "set.wait" (func $set.wait (param i32 i32) (result i32)))
    (import "" "join" (func $join (param i32 i32)))
    (func $rx (param i64) (result i32) (i32.wrap_i64 (local.get 0)))
    (func $tx (param i64) (result i32) (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))))
    (func (export "run") (result i32) (local $one i64) (local $two i64) (local $set i32)
      (local.set $one (call $stream.new))
      (local.set $two (call $stream.new))
      (local.set $set (call $set.new))
      (call $join (call $rx (local.get $one)) (local.get $set))
      (call $join (call $rx (local.get $two)) (local.get $set))
      (drop (call $stream.read (call $rx (local.get $one)) (i32.const 16) (i32.const 1)))
      (drop (call $stream.read (call $rx (local.get $two)) (i32.const 17) (i32.const 1)))
      (drop (call $stream.write (call $tx (local.get $one)) (i32.const 18) (i32.const 1)))
      (drop (call $stream.write (call $tx (local.get $two)) (i32.const 18) (i32.const 1)))
      (drop (call $set.wait (local.get $set) (i32.const 0)))
      (select (i32.const 1) (i32.const 2)
        (i32.eq (i32.load (i32.const 0)) (call $rx (local.get $one))))))
  (core instance $m (instantiate $M (with "" (instance
    (export "mem" (memory $mem "mem"))
    (export "stream.new" (func $stream.new))
    (export "stream.read" (func $stream.read))
    (export "stream.write" (func $stream.write))
    (export "set.new" (func $set.new))
    (export "set.wait" (func $set.wait))
    (export "join" (func $join))))))
  (func (export "run") async (result u32) (canon lift (core func $m "run"))))

(assert_return (invoke "run") (u32.const 1))
