;; rule: task/already-resolved
;; run: raddle wast spec-tests/rules/task__already-resolved.wast
;; task.return twice, and task.cancel after task.return.

(component definition $T
  (core func $task.return (canon task.return))
  (core func $task.cancel (canon task.cancel))
  (core module $M
    (import "" "task.return" (func $task.return))
    (import "" "task.cancel" (func $task.cancel))
    (func (export "return-twice") (result i32) (call $task.return) (call $task.return) (i32.const 0))
    (func (export "return-cancel") (result i32) (call $task.return) (call $task.cancel) (i32.const 0))
    (func (export "cb") (param i32 i32 i32) (result i32) unreachable))
  (core instance $m (instantiate $M (with "" (instance
    (export "task.return" (func $task.return))
    (export "task.cancel" (func $task.cancel))))))
  (func (export "return-twice") async (canon lift (core func $m "return-twice") async (callback (core func $m "cb"))))
  (func (export "return-cancel") async (canon lift (core func $m "return-cancel") async (callback (core func $m "cb")))))

(component instance $t0 $T)
(assert_trap (invoke "return-twice") "`task.return` or `task.cancel` called more than once for current task")
(component instance $t1 $T)
(assert_trap (invoke "return-cancel") "`task.return` or `task.cancel` called more than once for current task")
