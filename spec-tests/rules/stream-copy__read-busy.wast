;; rule: stream-copy/read-busy
;; run: raddle wast spec-tests/rules/stream-copy__read-busy.wast
;; A read is pending; then it reads again.

(component
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (type $S (stream u8))
  (core func $stream.new (canon stream.new $S))
  (core func $stream.read (canon stream.read $S async (memory (core memory $mem "mem"))))
  (core module $M
    (import "" "mem" (memory 1))
    (import "" "stream.new" (func $stream.new (result i64)))
    (import "" "stream.read" (func $stream.read (param i32 i32 i32) (result i32)))
    (func $rx (param i64) (result i32) (i32.wrap_i64 (local.get 0)))
    (func (export "run") (local $e i64)
      (local.set $e (call $stream.new))
      (if (i32.ne (call $stream.read (call $rx (local.get $e)) (i32.const 0) (i32.const 1)) (i32.const -1 (; BLOCKED ;))) (then unreachable))
      (drop (call $stream.read (call $rx (local.get $e)) (i32.const 0) (i32.const 1)))))
  (core instance $m (instantiate $M (with "" (instance
    (export "mem" (memory $mem "mem"))
    (export "stream.new" (func $stream.new))
    (export "stream.read" (func $stream.read))))))
  (func (export "run") (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "cannot have concurrent operations active on a future/stream")
