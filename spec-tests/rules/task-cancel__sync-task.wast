;; rule: task-cancel/sync-task
;; run: raddle wast spec-tests/rules/task-cancel__sync-task.wast
;; task.cancel in a function that returns by its core results.

(component
  (core func $task.cancel (canon task.cancel))
  (core module $M
    (import "" "task.cancel" (func $task.cancel))
    (func (export "run") (call $task.cancel)))
  (core instance $m (instantiate $M (with "" (instance (export "task.cancel" (func $task.cancel))))))
  (func (export "run") (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "`task.cancel` called by task which is lifted synchronously")
