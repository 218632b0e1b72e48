;; rule: stream-drop/writable-busy
;; run: raddle wast spec-tests/rules/stream-drop__writable-busy.wast
;; A write is pending; then the end is dropped.

(component
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (type $S (stream u8))
  (core func $stream.new (canon stream.new $S))
  (core func $stream.write (canon stream.write $S async (memory (core memory $mem "mem"))))
  (core func $stream.drop-writable (canon stream.drop-writable $S))
  (core module $M
    (import "" "mem" (memory 1))
    (import "" "stream.new" (func $stream.new (result i64)))
    (import "" "stream.write" (func $stream.write (param i32 i32 i32) (result i32)))
    (import "" "stream.drop-writable" (func $stream.drop-writable (param i32)))
    (func $tx (param i64) (result i32) (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))))
    (func (export "run") (local $e i64)
      (local.set $e (call $stream.new))
      (if (i32.ne (call $stream.write (call $tx (local.get $e)) (i32.const 0) (i32.const 1)) (i32.const -1 (; BLOCKED ;))) (then unreachable))
      (call $stream.drop-writable (call $tx (local.get $e)))))
  (core instance $m (instantiate $M (with "" (instance
    (export "mem" (memory $mem "mem"))
    (export "stream.new" (func $stream.new))
    (export "stream.write" (func $stream.write))
    (export "stream.drop-writable" (func $stream.drop-writable))))))
  (func (export "run") (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "cannot drop busy stream")
