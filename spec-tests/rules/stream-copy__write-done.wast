;; rule: stream-copy/write-done
;; run: raddle wast spec-tests/rules/stream-copy__write-done.wast
;; The readable end is gone and the writer was told; then it writes again.

(component
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (type $S (stream u8))
  (core func $stream.new (canon stream.new $S))
  (core func $stream.write (canon stream.write $S async (memory (core memory $mem "mem"))))
  (core func $stream.drop-readable (canon stream.drop-readable $S))
  (core module $M
    (import "" "mem" (memory 1))
    (import "" "stream.new" (func $stream.new (result i64)))
    (import "" "stream.write" (func $stream.write (param i32 i32 i32) (result i32)))
    (import "" "stream.drop-readable" (func $stream.drop-readable (param i32)))
    (func $rx (param i64) (result i32) (i32.wrap_i64 (local.get 0)))
    (func $tx (param i64) (result i32) (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))))
    (func (export "run") (local $e i64)
      (local.set $e (call $stream.new))
      (call $stream.drop-readable (call $rx (local.get $e)))
      (if (i32.ne (call $stream.write (call $tx (local.get $e)) (i32.const 0) (i32.const 1)) (i32.const 1 (; DROPPED ;))) (then unreachable))
      (drop (call $stream.write (call $tx (local.get $e)) (i32.const 0) (i32.const 1)))))
  (core instance $m (instantiate $M (with "" (instance
    (export "mem" (memory $mem "mem"))
    (export "stream.new" (func $stream.new))
    (export "stream.write" (func $stream.write))
    (export "stream.drop-readable" (func $stream.drop-readable))))))
  (func (export "run") (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "cannot write to stream after being notified that the readable end dropped")
