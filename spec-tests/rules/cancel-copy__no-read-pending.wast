;; rule: cancel-copy/no-read-pending
;; run: raddle wast spec-tests/rules/cancel-copy__no-read-pending.wast
;; Nothing is being read: a new stream, a new future.

(component definition $T
  (type $S (stream u8))
  (type $F (future u8))
  (core func $stream.new (canon stream.new $S))
  (core func $stream.cancel-read (canon stream.cancel-read $S async))
  (core func $future.new (canon future.new $F))
  (core func $future.cancel-read (canon future.cancel-read $F async))
  (core module $M
    (import "" "stream.new" (func $stream.new (result i64)))
    (import "" "stream.cancel-read" (func $stream.cancel-read (param i32) (result i32)))
    (import "" "future.new" (func $future.new (result i64)))
    (import "" "future.cancel-read" (func $future.cancel-read (param i32) (result i32)))
    (func $rx (param i64) (result i32) (i32.wrap_i64 (local.get 0)))
    (func (export "stream")
      (drop (call $stream.cancel-read (call $rx (call $stream.new)))))
    (func (export "future")
      (drop (call $future.cancel-read (call $rx (call $future.new))))))
  (core instance $m (instantiate $M (with "" (instance
    (export "stream.new" (func $stream.new))
    (export "stream.cancel-read" (func $stream.cancel-read))
    (export "future.new" (func $future.new))
    (export "future.cancel-read" (func $future.cancel-read))))))
  (func (export "stream") (canon lift (core func $m "stream")))
  (func (export "future") (canon lift (core func $m "future"))))

(component instance $t0 $T)
(assert_trap (invoke "stream") "stream or future read cancelled when no read is pending")
(component instance $t1 $T)
(assert_trap (invoke "future") "stream or future read cancelled when no read is pending")
