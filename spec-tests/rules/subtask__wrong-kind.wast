;; rule: subtask/wrong-kind
;; run: raddle wast spec-tests/rules/subtask__wrong-kind.wast
;; A waitable set is no subtask.

(component definition $T
  (core func $waitable-set.new (canon waitable-set.new))
  (core func $subtask.cancel (canon subtask.cancel async))
  (core func $subtask.drop (canon subtask.drop))
  (core module $M
    (import "" "waitable-set.new" (func $waitable-set.new (result i32)))
    (import "" "subtask.cancel" (func $subtask.cancel (param i32) (result i32)))
    (import "" "subtask.drop" (func $subtask.drop (param i32)))
    (func (export "cancel")
      (drop (call $subtask.cancel (call $waitable-set.new))))
    (func (export "drop")
      (call $subtask.drop (call $waitable-set.new))))
  (core instance $m (instantiate $M (with "" (instance
    (export "waitable-set.new" (func $waitable-set.new))
    (export "subtask.cancel" (func $subtask.cancel))
    (export "subtask.drop" (func $subtask.drop))))))
  (func (export "cancel") (canon lift (core func $m "cancel")))
  (func (export "drop") (canon lift (core func $m "drop"))))

(component instance $t0 $T)
(assert_trap (invoke "cancel") "handle is not a subtask")
(component instance $t1 $T)
(assert_trap (invoke "drop") "handle is not a subtask")
