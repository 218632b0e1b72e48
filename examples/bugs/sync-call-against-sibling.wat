;; A synchronous call against an async sibling: a sum is taken while money is on its way.
;;
;; `Bank.transfer` takes 10 from one account, yields, and adds them to the other. `Bank.total` is a synchronous
;; function: it cannot be interrupted, but it is called while `transfer` is in between. `Main.run` begins a transfer,
;; yields twice, and asks for the total: by default the transfer is over by then, and the total is 200.
;;
;; What shows it: `run` goes on while `transfer` is between its two halves, and the total is 190. Two orders matter:
;; the first half before the sum, the second after it.
;;
;; The cure: no yield where the state is not whole; or `total` waits until no transfer is under way, and is async then.
;;
;; bug: synchronous call against an async sibling
;; kind: wrong result
;; depth: 2
;; right: 200
;; outcomes: 200 in 0; 190 in 1
(component
  (component $Bank
    (core module $Core
      (import "canon" "task.return" (func $task.return))
      (import "canon" "thread.yield" (func $thread.yield (result i32)))

      (global $left (mut i32) (i32.const 100))
      (global $right (mut i32) (i32.const 100))

      (func (export "transfer")
        (drop (call $thread.yield))
        (global.set $left (i32.sub (global.get $left) (i32.const 10)))
        (drop (call $thread.yield))
        (global.set $right (i32.add (global.get $right) (i32.const 10)))
        (call $task.return))

      (func (export "total") (result i32)
        (i32.add (global.get $left) (global.get $right))))

    (core func $task.return (canon task.return))
    (core func $thread.yield (canon thread.yield))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "task.return" (func $task.return))
      (export "thread.yield" (func $thread.yield))))))
    (func (export "transfer") async (canon lift (core func $core "transfer") async))
    (func (export "total") (result u32) (canon lift (core func $core "total"))))

  (component $Main
    (import "transfer" (func $transfer async))
    (import "total" (func $total (result u32)))

    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))

    (core module $Core
      (import "canon" "memory" (memory 1))
      (import "canon" "transfer" (func $transfer (result i32)))
      (import "canon" "total" (func $total (result i32)))
      (import "canon" "thread.yield" (func $thread.yield (result i32)))
      (import "canon" "subtask.drop" (func $subtask.drop (param i32)))
      (import "canon" "waitable-set.new" (func $waitable-set.new (result i32)))
      (import "canon" "waitable-set.wait" (func $waitable-set.wait (param i32 i32) (result i32)))
      (import "canon" "waitable.join" (func $waitable.join (param i32 i32)))

      (func (export "run") (result i32)
        (local $status i32) (local $total i32) (local $set i32)
        (local.set $status (call $transfer))
        (drop (call $thread.yield))
        (drop (call $thread.yield))
        (local.set $total (call $total))
        (if (i32.ne (local.get $status) (i32.const 2 (; RETURNED, at once ;)))
          (then
            (local.set $set (call $waitable-set.new))
            (call $waitable.join (i32.shr_u (local.get $status) (i32.const 4)) (local.get $set))
            (drop (call $waitable-set.wait (local.get $set) (i32.const 0)))
            (call $subtask.drop (i32.shr_u (local.get $status) (i32.const 4)))))
        (local.get $total)))

    (core func $transfer' (canon lower (func $transfer) async))
    (core func $total' (canon lower (func $total)))
    (core func $thread.yield (canon thread.yield))
    (core func $subtask.drop (canon subtask.drop))
    (core func $waitable-set.new (canon waitable-set.new))
    (core func $waitable-set.wait (canon waitable-set.wait (memory (core memory $memory "memory"))))
    (core func $waitable.join (canon waitable.join))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "memory" (memory $memory "memory"))
      (export "transfer" (func $transfer'))
      (export "total" (func $total'))
      (export "thread.yield" (func $thread.yield))
      (export "subtask.drop" (func $subtask.drop))
      (export "waitable-set.new" (func $waitable-set.new))
      (export "waitable-set.wait" (func $waitable-set.wait))
      (export "waitable.join" (func $waitable.join))))))
    (func (export "run") async (result u32) (canon lift (core func $core "run"))))

  (instance $bank (instantiate $Bank))
  (instance $main (instantiate $Main
    (with "transfer" (func $bank "transfer"))
    (with "total" (func $bank "total"))))
  (export "run" (func $main "run")))
