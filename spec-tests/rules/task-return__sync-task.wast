;; rule: task-return/sync-task
;; run: raddle wast spec-tests/rules/task-return__sync-task.wast
;; task.return in a function that returns by its core results.

(component
  (core func $task.return (canon task.return))
  (core module $M
    (import "" "task.return" (func $task.return))
    (func (export "run") (call $task.return)))
  (core instance $m (instantiate $M (with "" (instance (export "task.return" (func $task.return))))))
  (func (export "run") (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "invalid `task.return` signature and/or options for current task: it is lifted synchronously")
