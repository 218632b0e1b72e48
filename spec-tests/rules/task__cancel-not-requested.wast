;; rule: task/cancel-not-requested
;; run: raddle wast spec-tests/rules/task__cancel-not-requested.wast
;; task.cancel, but nobody asked for it.

(component
  (core func $task.cancel (canon task.cancel))
  (core module $M
    (import "" "task.cancel" (func $task.cancel))
    (func (export "run") (result i32) (call $task.cancel) (i32.const 0))
    (func (export "cb") (param i32 i32 i32) (result i32) unreachable))
  (core instance $m (instantiate $M (with "" (instance (export "task.cancel" (func $task.cancel))))))
  (func (export "run") async (canon lift (core func $m "run") async (callback (core func $m "cb")))))

(assert_trap (invoke "run") "`task.cancel` called by task which has not been cancelled")
