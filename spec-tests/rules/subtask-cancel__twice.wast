;; rule: subtask-cancel/twice
;; run: raddle wast spec-tests/rules/subtask-cancel__twice.wast
;; The callee waits and does not listen, so the first request stays pending; a second one may not follow.

(component
  (component $C
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core func $waitable-set.new (canon waitable-set.new))
    (core func $waitable-set.wait (canon waitable-set.wait (memory (core memory $mem "mem"))))
    (core module $M
      (import "" "mem" (memory 1))
      (import "" "waitable-set.new" (func $waitable-set.new (result i32)))
      (import "" "waitable-set.wait" (func $waitable-set.wait (param i32 i32) (result i32)))
      (func (export "block") (drop (call $waitable-set.wait (call $waitable-set.new) (i32.const 0)))))
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $mem "mem"))
      (export "waitable-set.new" (func $waitable-set.new))
      (export "waitable-set.wait" (func $waitable-set.wait))))))
    (func (export "block") async (canon lift (core func $m "block"))))
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
        (if (i32.ne (call $subtask.cancel (local.get $s)) (i32.const -1 (; BLOCKED ;))) (then unreachable))
        (drop (call $subtask.cancel (local.get $s)))))
    (core instance $m (instantiate $M (with "" (instance
      (export "block" (func $block))
      (export "subtask.cancel" (func $subtask.cancel))))))
    (func (export "run") async (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "run") (alias export $d "run")))

(assert_trap (invoke "run") "`subtask.cancel` called more than once for one subtask")
