;; rule: future-copy/read-busy
;; run: raddle wast spec-tests/rules/future-copy__read-busy.wast
;; A read is pending; then it reads again.

(component
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (type $F (future u8))
  (core func $future.new (canon future.new $F))
  (core func $future.read (canon future.read $F async (memory (core memory $mem "mem"))))
  (core module $M
    (import "" "mem" (memory 1))
    (import "" "future.new" (func $future.new (result i64)))
    (import "" "future.read" (func $future.read (param i32 i32) (result i32)))
    (func $rx (param i64) (result i32) (i32.wrap_i64 (local.get 0)))
    (func (export "run") (local $e i64)
      (local.set $e (call $future.new))
      (if (i32.ne (call $future.read (call $rx (local.get $e)) (i32.const 0)) (i32.const -1 (; BLOCKED ;))) (then unreachable))
      (drop (call $future.read (call $rx (local.get $e)) (i32.const 0)))))
  (core instance $m (instantiate $M (with "" (instance
    (export "mem" (memory $mem "mem"))
    (export "future.new" (func $future.new))
    (export "future.read" (func $future.read))))))
  (func (export "run") (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "cannot have concurrent operations active on a future/stream")
