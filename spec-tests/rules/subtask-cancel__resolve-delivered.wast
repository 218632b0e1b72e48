;; rule: subtask-cancel/resolve-delivered
;; run: raddle wast spec-tests/rules/subtask-cancel__resolve-delivered.wast
;; The cancellation returns with the end of the subtask; a second one comes too late.

(component
  (component $C
    (core func $waitable-set.new (canon waitable-set.new))
    (core func $task.cancel (canon task.cancel))
    (core module $M
      (import "" "waitable-set.new" (func $waitable-set.new (result i32)))
      (import "" "task.cancel" (func $task.cancel))
      (func (export "block") (result i32) (i32.or (i32.const 2 (; WAIT ;)) (i32.shl (call $waitable-set.new) (i32.const 4))))
      (func (export "cb") (param i32 i32 i32) (result i32) (call $task.cancel) (i32.const 0 (; EXIT ;))))
    (core instance $m (instantiate $M (with "" (instance
      (export "waitable-set.new" (func $waitable-set.new))
      (export "task.cancel" (func $task.cancel))))))
    (func (export "block") async (canon lift (core func $m "block") async (callback (core func $m "cb")))))
  (component $D
    (import "c" (instance $c (export "block" (func async))))
    (core func $block (canon lower (func $c "block") async))
    (core func $subtask.cancel (canon subtask.cancel async))
    (core module $M
      (import "" "block" (func $block (result i32)))
      (import "" "subtask.cancel" (func $subtask.cancel (param i32) (result i32)))
      (func (export "run") (local $s i32)
        (local.set $s (call $block))
        (if (i32.ne (i32.and (local.get $s) (i32.const 0xf)) (i32.const 1 (; STARTED ;))) (then unreachable))
        (local.set $s (i32.shr_u (local.get $s) (i32.const 4)))
        (if (i32.ne (call $subtask.cancel (local.get $s)) (i32.const 4 (; CANCELLED_BEFORE_RETURNED ;))) (then unreachable))
        (drop (call $subtask.cancel (local.get $s)))))
    (core instance $m (instantiate $M (with "" (instance
      (export "block" (func $block))
      (export "subtask.cancel" (func $subtask.cancel))))))
    (func (export "run") async (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "run") (alias export $d "run")))

(assert_trap (invoke "run") "`subtask.cancel` called after terminal status delivered")
