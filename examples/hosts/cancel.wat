;; A call of the host that is cancelled while it runs.
;;
;; `run` calls `get`, cancels the call and waits for what becomes of it. Who asks for a call to be cancelled may be told that it has
;; returned, and has to take the value: `run` returns it, or 0 when the call was cancelled, and 100 more when that was not known at once.
;;
;; outcomes: 0 100 107 7
(component
  (import "get" (func $get async (result u32)))

  (core module $Memory (memory (export "memory") 1))
  (core instance $memory (instantiate $Memory))

  (core module $Core
    (import "canon" "memory" (memory 1))
    (import "canon" "get" (func $get (param i32) (result i32)))
    (import "canon" "subtask.cancel" (func $cancel (param i32) (result i32)))
    (import "canon" "subtask.drop" (func $subtask.drop (param i32)))
    (import "canon" "waitable-set.new" (func $set.new (result i32)))
    (import "canon" "waitable-set.wait" (func $set.wait (param i32 i32) (result i32)))
    (import "canon" "waitable-set.drop" (func $set.drop (param i32)))
    (import "canon" "waitable.join" (func $join (param i32 i32)))
    (func (export "run") (result i32)
      (local $subtask i32) (local $state i32) (local $set i32) (local $result i32)
      (local.set $subtask (i32.shr_u (call $get (i32.const 16)) (i32.const 4)))
      (local.set $state (call $cancel (local.get $subtask)))
      (if (i32.eq (local.get $state) (i32.const -1 (; BLOCKED ;)))
        (then
          (local.set $result (i32.const 100))
          (local.set $set (call $set.new))
          (call $join (local.get $subtask) (local.get $set))
          (drop (call $set.wait (local.get $set) (i32.const 0)))
          (local.set $state (i32.load (i32.const 4)))
          (call $join (local.get $subtask) (i32.const 0))
          (call $set.drop (local.get $set))))
      (call $subtask.drop (local.get $subtask))
      (if (i32.eq (local.get $state) (i32.const 2 (; RETURNED ;)))
        (then (local.set $result (i32.add (local.get $result) (i32.load (i32.const 16))))))
      (local.get $result)))

  (core func $get' (canon lower (func $get) async (memory (core memory $memory "memory"))))
  (core func $cancel (canon subtask.cancel async))
  (core func $subtask.drop (canon subtask.drop))
  (core func $set.new (canon waitable-set.new))
  (core func $set.wait (canon waitable-set.wait (memory (core memory $memory "memory"))))
  (core func $set.drop (canon waitable-set.drop))
  (core func $join (canon waitable.join))
  (core instance $core (instantiate $Core (with "canon" (instance
    (export "memory" (memory $memory "memory"))
    (export "get" (func $get'))
    (export "subtask.cancel" (func $cancel))
    (export "subtask.drop" (func $subtask.drop))
    (export "waitable-set.new" (func $set.new))
    (export "waitable-set.wait" (func $set.wait))
    (export "waitable-set.drop" (func $set.drop))
    (export "waitable.join" (func $join))))))
  (func (export "run") async (result u32) (canon lift (core func $core "run"))))
