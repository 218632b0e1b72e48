;; rule: task-return/wrong-type
;; run: raddle wast spec-tests/rules/task-return__wrong-type.wast
;; The function has the result u32, task.return the result u8.

(component
  (core func $task.return (canon task.return (result u8)))
  (core module $M
    (import "" "task.return" (func $task.return (param i32)))
    (func (export "run") (result i32) (call $task.return (i32.const 0)) (i32.const 0))
    (func (export "cb") (param i32 i32 i32) (result i32) unreachable))
  (core instance $m (instantiate $M (with "" (instance (export "task.return" (func $task.return))))))
  (func (export "run") async (result u32) (canon lift (core func $m "run") async (callback (core func $m "cb")))))

(assert_trap (invoke "run") "invalid `task.return` signature and/or options for current task: the result type differs")
