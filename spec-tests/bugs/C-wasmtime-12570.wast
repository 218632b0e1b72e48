;; bug: wasmtime#12570 (#12544)
;; run: raddle wast spec-tests/bugs/C-wasmtime-12570.wast
;; A task starts a call and ends; another task of the same instance cancels the call.

(component
  (component $C
    (core func $waitable-set.new (canon waitable-set.new))
    (core func $task.cancel (canon task.cancel))
    (core module $M
      (import "" "waitable-set.new" (func $waitable-set.new (result i32)))
      (import "" "task.cancel" (func $task.cancel))
      (func (export "wait") (result i32) (i32.or (i32.const 2 (; WAIT ;)) (i32.shl (call $waitable-set.new) (i32.const 4))))
      (func (export "cb") (param i32 i32 i32) (result i32) (call $task.cancel) (i32.const 0 (; EXIT ;)))
      (func (export "go")))
    (core instance $m (instantiate $M (with "" (instance
      (export "waitable-set.new" (func $waitable-set.new))
      (export "task.cancel" (func $task.cancel))))))
    (func (export "wait") async (result u32) (canon lift (core func $m "wait") async (callback (core func $m "cb"))))
    (func (export "go") (canon lift (core func $m "go"))))
  (component $D
    (import "c" (instance $c
      (export "wait" (func async (result u32)))
      (export "go" (func))))
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core func $wait (canon lower (func $c "wait") async (memory (core memory $mem "mem"))))
    (core func $subtask.cancel (canon subtask.cancel))
    (core func $subtask.drop (canon subtask.drop))
    (core module $M
      (import "" "mem" (memory 1))
      (import "" "wait" (func $wait (param i32) (result i32)))
      (import "" "subtask.cancel" (func $subtask.cancel (param i32) (result i32)))
      (import "" "subtask.drop" (func $subtask.drop (param i32)))
      (func $is (param i32 i32) (if (i32.ne (local.get 0) (local.get 1)) (then unreachable)))
      (global $s (mut i32) (i32.const 0))
      (func (export "start")
        (global.set $s (call $wait (i32.const 0)))
        (call $is (i32.and (global.get $s) (i32.const 0xf)) (i32.const 1 (; STARTED ;)))
        (global.set $s (i32.shr_u (global.get $s) (i32.const 4))))
      (func (export "cancel")
        (call $is (call $subtask.cancel (global.get $s)) (i32.const 4 (; CANCELLED_BEFORE_RETURNED ;)))
        (call $subtask.drop (global.get $s))))
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $mem "mem"))
      (export "wait" (func $wait))
      (export "subtask.cancel" (func $subtask.cancel))
      (export "subtask.drop" (func $subtask.drop))))))
    (func (export "start") async (canon lift (core func $m "start")))
    (func (export "cancel") async (canon lift (core func $m "cancel"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "start") (alias export $d "start"))
  (func (export "cancel") (alias export $d "cancel")))

(assert_return (invoke "start"))
(assert_return (invoke "cancel"))
