;; rule: cancel-copy/sync-waiter
;; run: raddle wast spec-tests/rules/cancel-copy__sync-waiter.wast
;; A second thread reads synchronously; the first cancels the read.

(component
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (core module $Tab (table (export "tab") 1 funcref))
  (core instance $tab (instantiate $Tab))
  (core type $start (func (param i32)))
  (alias core export $tab "tab" (core table $tab))
  (type $S (stream u8))
  (core func $stream.new (canon stream.new $S))
  (core func $stream.read (canon stream.read $S (memory (core memory $mem "mem"))))
  (core func $stream.cancel-read (canon stream.cancel-read $S))
  (core func $thread.new-indirect (canon thread.new-indirect $start (core table $tab)))
  (core func $thread.yield-then-resume (canon thread.yield-then-resume))
  (core module $M
    (import "" "mem" (memory 1))
    (import "" "tab" (table $tab 1 funcref))
    (import "" "stream.new" (func $stream.new (result i64)))
    (import "" "stream.read" (func $stream.read (param i32 i32 i32) (result i32)))
    (import "" "stream.cancel-read" (func $stream.cancel-read (param i32) (result i32)))
    (import "" "thread.new-indirect" (func $thread.new-indirect (param i32 i32) (result i32)))
    (import "" "thread.yield-then-resume" (func $thread.yield-then-resume (param i32) (result i32)))
    (func $rx (param i64) (result i32) (i32.wrap_i64 (local.get 0)))
    (func $body (param i32) (drop (call $stream.read (local.get 0) (i32.const 0) (i32.const 1))))
    (elem (table $tab) (i32.const 0) func $body)
    (func (export "run") (local $e i64)
      (local.set $e (call $stream.new))
      (drop (call $thread.yield-then-resume (call $thread.new-indirect (i32.const 0) (call $rx (local.get $e)))))
      (drop (call $stream.cancel-read (call $rx (local.get $e))))))
  (core instance $m (instantiate $M (with "" (instance
    (export "mem" (memory $mem "mem"))
    (export "tab" (table $tab "tab"))
    (export "stream.new" (func $stream.new))
    (export "stream.read" (func $stream.read))
    (export "stream.cancel-read" (func $stream.cancel-read))
    (export "thread.new-indirect" (func $thread.new-indirect))
    (export "thread.yield-then-resume" (func $thread.yield-then-resume))))))
  (func (export "run") async (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "cannot cancel a stream or future read or write on which a thread waits synchronously")
