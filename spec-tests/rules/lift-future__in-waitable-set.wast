;; rule: lift-future/in-waitable-set
;; run: raddle wast spec-tests/rules/lift-future__in-waitable-set.wast
;; The end is in a set; then it is returned as a result.

(component
  (type $F (future u8))
  (core func $future.new (canon future.new $F))
  (core func $waitable-set.new (canon waitable-set.new))
  (core func $waitable.join (canon waitable.join))
  (core module $M
    (import "" "future.new" (func $future.new (result i64)))
    (import "" "waitable-set.new" (func $waitable-set.new (result i32)))
    (import "" "waitable.join" (func $waitable.join (param i32 i32)))
    (func $rx (param i64) (result i32) (i32.wrap_i64 (local.get 0)))
    (func (export "run") (result i32) (local $e i64)
      (local.set $e (call $future.new))
      (call $waitable.join (call $rx (local.get $e)) (call $waitable-set.new))
      (call $rx (local.get $e))))
  (core instance $m (instantiate $M (with "" (instance
    (export "future.new" (func $future.new))
    (export "waitable-set.new" (func $waitable-set.new))
    (export "waitable.join" (func $waitable.join))))))
  (func (export "run") (result $F) (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "cannot lift future while it's in a waitable set")
