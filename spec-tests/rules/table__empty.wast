;; rule: table/empty
;; run: raddle wast spec-tests/rules/table__empty.wast
;; The slot of index 0 is always empty; that of a dropped handle is empty again.

(component definition $T
  (core func $waitable-set.new (canon waitable-set.new))
  (core func $waitable-set.drop (canon waitable-set.drop))
  (core module $M
    (import "" "waitable-set.new" (func $waitable-set.new (result i32)))
    (import "" "waitable-set.drop" (func $waitable-set.drop (param i32)))
    (func (export "zero") (call $waitable-set.drop (i32.const 0)))
    (func (export "dropped") (local $s i32)
      (local.set $s (call $waitable-set.new))
      (call $waitable-set.drop (local.get $s))
      (call $waitable-set.drop (local.get $s))))
  (core instance $m (instantiate $M (with "" (instance
    (export "waitable-set.new" (func $waitable-set.new))
    (export "waitable-set.drop" (func $waitable-set.drop))))))
  (func (export "zero") (canon lift (core func $m "zero")))
  (func (export "dropped") (canon lift (core func $m "dropped"))))

(component instance $t0 $T)
(assert_trap (invoke "zero") "unknown handle index 0")
(component instance $t1 $T)
(assert_trap (invoke "dropped") "unknown handle index 1")
