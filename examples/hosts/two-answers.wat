;; Two calls of an async import that are answered in either order.
;;
;; `run` calls `get` twice without waiting, and writes down the answers as they come: the first call is answered with 1, the
;; second with 2. The host may answer a call at once or later, and if both come later, in any order. Who takes the first answer
;; to come for the answer to the first call is wrong in half of the cases.
;;
;; outcomes: 12 21
(component
  (import "get" (func $get async (result u32)))

  (core module $Memory (memory (export "memory") 1))
  (core instance $memory (instantiate $Memory))

  (core module $Core
    (import "canon" "memory" (memory 1))
    (import "canon" "get" (func $get (param i32) (result i32)))
    (import "canon" "waitable-set.new" (func $set.new (result i32)))
    (import "canon" "waitable-set.wait" (func $set.wait (param i32 i32) (result i32)))
    (import "canon" "waitable-set.drop" (func $set.drop (param i32)))
    (import "canon" "waitable.join" (func $join (param i32 i32)))
    (import "canon" "subtask.drop" (func $subtask.drop (param i32)))

    (global $set (mut i32) (i32.const 0))
    (global $open (mut i32) (i32.const 0))
    (global $order (mut i32) (i32.const 0))

    ;; Adds the answer at an address as a digit.
    (func $note (param $at i32)
      (global.set $order (i32.add (i32.mul (global.get $order) (i32.const 10)) (i32.load (local.get $at)))))

    ;; Calls; gives the subtask, or 0 when the answer was there at once.
    (func $begin (param $at i32) (result i32)
      (local $status i32) (local $subtask i32)
      (local.set $status (call $get (local.get $at)))
      (if (i32.eq (local.get $status) (i32.const 2 (; RETURNED ;)))
        (then (call $note (local.get $at)) (return (i32.const 0))))
      (local.set $subtask (i32.shr_u (local.get $status) (i32.const 4)))
      (call $join (local.get $subtask) (global.get $set))
      (global.set $open (i32.add (global.get $open) (i32.const 1)))
      (local.get $subtask))

    (func (export "run") (result i32)
      (local $first i32) (local $subtask i32)
      (global.set $set (call $set.new))
      (local.set $first (call $begin (i32.const 16)))
      (drop (call $begin (i32.const 20)))
      (block $done
        (loop $again
          (br_if $done (i32.eqz (global.get $open)))
          (drop (call $set.wait (global.get $set) (i32.const 0)))
          ;; The subtask at 0, its state at 4.
          (br_if $again (i32.ne (i32.load (i32.const 4)) (i32.const 2 (; RETURNED ;))))
          (local.set $subtask (i32.load (i32.const 0)))
          (call $join (local.get $subtask) (i32.const 0))
          (call $subtask.drop (local.get $subtask))
          (global.set $open (i32.sub (global.get $open) (i32.const 1)))
          (call $note (select (i32.const 16) (i32.const 20) (i32.eq (local.get $subtask) (local.get $first))))
          (br $again)))
      (call $set.drop (global.get $set))
      (global.get $order)))

  (core func $get' (canon lower (func $get) async (memory (core memory $memory "memory"))))
  (core func $set.new (canon waitable-set.new))
  (core func $set.wait (canon waitable-set.wait (memory (core memory $memory "memory"))))
  (core func $set.drop (canon waitable-set.drop))
  (core func $join (canon waitable.join))
  (core func $subtask.drop (canon subtask.drop))
  (core instance $core (instantiate $Core (with "canon" (instance
    (export "memory" (memory $memory "memory"))
    (export "get" (func $get'))
    (export "waitable-set.new" (func $set.new))
    (export "waitable-set.wait" (func $set.wait))
    (export "waitable-set.drop" (func $set.drop))
    (export "waitable.join" (func $join))
    (export "subtask.drop" (func $subtask.drop))))))
  (func (export "run") async (result u32) (canon lift (core func $core "run"))))
