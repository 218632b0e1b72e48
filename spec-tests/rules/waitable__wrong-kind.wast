;; rule: waitable/wrong-kind
;; run: raddle wast spec-tests/rules/waitable__wrong-kind.wast
;; A waitable set is no waitable.

(component
  (core func $waitable-set.new (canon waitable-set.new))
  (core func $waitable.join (canon waitable.join))
  (core module $M
    (import "" "waitable-set.new" (func $waitable-set.new (result i32)))
    (import "" "waitable.join" (func $waitable.join (param i32 i32)))
    (func (export "run") (call $waitable.join (call $waitable-set.new) (i32.const 0))))
  (core instance $m (instantiate $M (with "" (instance
    (export "waitable-set.new" (func $waitable-set.new))
    (export "waitable.join" (func $waitable.join))))))
  (func (export "run") (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "handle is not a waitable")
