;; rule: lift-future/done
;; run: raddle wast spec-tests/rules/lift-future__done.wast
;; The value was read; then the end is returned as a result.

(component
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (type $F (future u8))
  (core func $future.new (canon future.new $F))
  (core func $future.read (canon future.read $F async (memory (core memory $mem "mem"))))
  (core func $future.write (canon future.write $F async (memory (core memory $mem "mem"))))
  (core module $M
    (import "" "mem" (memory 1))
    (import "" "future.new" (func $future.new (result i64)))
    (import "" "future.read" (func $future.read (param i32 i32) (result i32)))
    (import "" "future.write" (func $future.write (param i32 i32) (result i32)))
    (func $rx (param i64) (result i32) (i32.wrap_i64 (local.get 0)))
    (func $tx (param i64) (result i32) (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))))
    (func (export "run") (result i32) (local $e i64)
      (local.set $e (call $future.new))
      (if (i32.ne (call $future.write (call $tx (local.get $e)) (i32.const 0)) (i32.const -1 (; BLOCKED ;))) (then unreachable))
      (if (i32.ne (call $future.read (call $rx (local.get $e)) (i32.const 0)) (i32.const 0 (; COMPLETED ;))) (then unreachable))
      (call $rx (local.get $e))))
  (core instance $m (instantiate $M (with "" (instance
    (export "mem" (memory $mem "mem"))
    (export "future.new" (func $future.new))
    (export "future.read" (func $future.read))
    (export "future.write" (func $future.write))))))
  (func (export "run") (result $F) (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "cannot lift future after previous read succeeded")
