;; rule: lift-stream/done
;; run: raddle wast spec-tests/rules/lift-stream__done.wast
;; The writable end is gone and the reader was told; then the end is returned as a result.

(component
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (type $S (stream u8))
  (core func $stream.new (canon stream.new $S))
  (core func $stream.read (canon stream.read $S async (memory (core memory $mem "mem"))))
  (core func $stream.drop-writable (canon stream.drop-writable $S))
  (core module $M
    (import "" "mem" (memory 1))
    (import "" "stream.new" (func $stream.new (result i64)))
    (import "" "stream.read" (func $stream.read (param i32 i32 i32) (result i32)))
    (import "" "stream.drop-writable" (func $stream.drop-writable (param i32)))
    (func $rx (param i64) (result i32) (i32.wrap_i64 (local.get 0)))
    (func $tx (param i64) (result i32) (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))))
    (func (export "run") (result i32) (local $e i64)
      (local.set $e (call $stream.new))
      (call $stream.drop-writable (call $tx (local.get $e)))
      (if (i32.ne (call $stream.read (call $rx (local.get $e)) (i32.const 0) (i32.const 1)) (i32.const 1 (; DROPPED ;))) (then unreachable))
      (call $rx (local.get $e))))
  (core instance $m (instantiate $M (with "" (instance
    (export "mem" (memory $mem "mem"))
    (export "stream.new" (func $stream.new))
    (export "stream.read" (func $stream.read))
    (export "stream.drop-writable" (func $stream.drop-writable))))))
  (func (export "run") (result $S) (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "cannot lift stream after being notified that the writable end dropped")
