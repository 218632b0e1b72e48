;; rule: task/unresolved
;; run: raddle wast spec-tests/rules/task__unresolved.wast
;; The function exits without task.return.

(component
  (core module $M
    (func (export "run") (result i32) (i32.const 0))
    (func (export "cb") (param i32 i32 i32) (result i32) unreachable))
  (core instance $m (instantiate $M))
  (func (export "run") async (canon lift (core func $m "run") async (callback (core func $m "cb")))))

(assert_trap (invoke "run") "async-lifted export failed to produce a result")
