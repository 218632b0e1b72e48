;; rule: table/out-of-bounds
;; run: raddle wast spec-tests/rules/table__out-of-bounds.wast
;; The table has one slot, the empty one of index 0.

(component
  (core func $waitable-set.drop (canon waitable-set.drop))
  (core module $M
    (import "" "waitable-set.drop" (func $waitable-set.drop (param i32)))
    (func (export "run") (call $waitable-set.drop (i32.const 5))))
  (core instance $m (instantiate $M (with "" (instance (export "waitable-set.drop" (func $waitable-set.drop))))))
  (func (export "run") (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "unknown handle index 5")
