;; rule: cancel-copy/no-write-pending
;; run: raddle wast spec-tests/rules/cancel-copy__no-write-pending.wast
;; Nothing is being written: a new stream, a new future.

(component definition $T
  (type $S (stream u8))
  (type $F (future u8))
  (core func $stream.new (canon stream.new $S))
  (core func $stream.cancel-write (canon stream.cancel-write $S async))
  (core func $future.new (canon future.new $F))
  (core func $future.cancel-write (canon future.cancel-write $F async))
  (core module $M
    (import "" "stream.new" (func $stream.new (result i64)))
    (import "" "stream.cancel-write" (func $stream.cancel-write (param i32) (result i32)))
    (import "" "future.new" (func $future.new (result i64)))
    (import "" "future.cancel-write" (func $future.cancel-write (param i32) (result i32)))
    (func $tx (param i64) (result i32) (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))))
    (func (export "stream")
      (drop (call $stream.cancel-write (call $tx (call $stream.new)))))
    (func (export "future")
      (drop (call $future.cancel-write (call $tx (call $future.new))))))
  (core instance $m (instantiate $M (with "" (instance
    (export "stream.new" (func $stream.new))
    (export "stream.cancel-write" (func $stream.cancel-write))
    (export "future.new" (func $future.new))
    (export "future.cancel-write" (func $future.cancel-write))))))
  (func (export "stream") (canon lift (core func $m "stream")))
  (func (export "future") (canon lift (core func $m "future"))))

(component instance $t0 $T)
(assert_trap (invoke "stream") "stream or future write cancelled when no write is pending")
(component instance $t1 $T)
(assert_trap (invoke "future") "stream or future write cancelled when no write is pending")
