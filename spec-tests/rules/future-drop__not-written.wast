;; rule: future-drop/not-written
;; run: raddle wast spec-tests/rules/future-drop__not-written.wast
;; Nothing was written.

(component
  (type $F (future u8))
  (core func $future.new (canon future.new $F))
  (core func $future.drop-writable (canon future.drop-writable $F))
  (core module $M
    (import "" "future.new" (func $future.new (result i64)))
    (import "" "future.drop-writable" (func $future.drop-writable (param i32)))
    (func $tx (param i64) (result i32) (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))))
    (func (export "run")
      (call $future.drop-writable (call $tx (call $future.new)))))
  (core instance $m (instantiate $M (with "" (instance
    (export "future.new" (func $future.new))
    (export "future.drop-writable" (func $future.drop-writable))))))
  (func (export "run") (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "cannot drop future write end without first writing a value")
