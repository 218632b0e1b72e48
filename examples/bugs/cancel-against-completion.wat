;; Cancellation against completion: a payment takes too long, is cancelled, and is made again.
;;
;; `Bank.pay` yields twice, then takes the money. `Main.run` starts it, yields once, cancels the call, and pays again.
;; By default the request reaches `pay` before it has taken anything, and the customer pays once.
;;
;; What shows it: `pay` has returned when it is cancelled. `subtask.cancel` is a request, and its result says how the
;; call ended after all: CANCELLED_BEFORE_RETURNED (4) or RETURNED (2). `run` does not look at it, and pays twice. Two
;; orders matter: `run` goes on before `pay` has returned, and the last step of `pay` comes before the request.
;;
;; The cure: pay again only when the result is not RETURNED.
;;
;; bug: cancel against completion
;; kind: wrong result
;; depth: 2
;; right: 1
;; outcomes: 1 in 0; 2 in 1
(component
  (component $Bank
    (core module $Core
      (import "canon" "task.return" (func $task.return))
      (import "canon" "task.cancel" (func $task.cancel))
      (import "canon" "thread.yield" (func $thread.yield (result i32)))

      (global $payments (mut i32) (i32.const 0))

      (func (export "pay")
        ;; A yield that can be cancelled gives 1 when the task was asked to cancel.
        (if (call $thread.yield) (then (call $task.cancel) (return)))
        (if (call $thread.yield) (then (call $task.cancel) (return)))
        (global.set $payments (i32.add (global.get $payments) (i32.const 1)))
        (call $task.return))

      (func (export "payments") (result i32) (global.get $payments)))

    (core func $task.return (canon task.return))
    (core func $task.cancel (canon task.cancel))
    (core func $thread.yield (canon thread.yield cancellable))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "task.return" (func $task.return))
      (export "task.cancel" (func $task.cancel))
      (export "thread.yield" (func $thread.yield))))))
    (func (export "pay") async (canon lift (core func $core "pay") async))
    (func (export "payments") (result u32) (canon lift (core func $core "payments"))))

  (component $Main
    (import "pay" (func $pay async))
    (import "payments" (func $payments (result u32)))

    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))

    (core module $Core
      (import "canon" "memory" (memory 1))
      (import "canon" "pay" (func $pay (result i32)))
      (import "canon" "payments" (func $payments (result i32)))
      (import "canon" "thread.yield" (func $thread.yield (result i32)))
      (import "canon" "subtask.cancel" (func $subtask.cancel (param i32) (result i32)))
      (import "canon" "subtask.drop" (func $subtask.drop (param i32)))
      (import "canon" "waitable-set.new" (func $waitable-set.new (result i32)))
      (import "canon" "waitable-set.wait" (func $waitable-set.wait (param i32 i32) (result i32)))
      (import "canon" "waitable.join" (func $waitable.join (param i32 i32)))

      ;; Waits until a call that was begun has returned.
      (func $await (param $status i32)
        (local $subtask i32) (local $set i32)
        (if (i32.eq (local.get $status) (i32.const 2 (; RETURNED ;))) (then (return)))
        (local.set $subtask (i32.shr_u (local.get $status) (i32.const 4)))
        (local.set $set (call $waitable-set.new))
        (call $waitable.join (local.get $subtask) (local.get $set))
        (drop (call $waitable-set.wait (local.get $set) (i32.const 0)))
        (call $subtask.drop (local.get $subtask)))

      (func (export "run") (result i32)
        (local $status i32) (local $subtask i32)
        (local.set $status (call $pay))
        (if (i32.eq (local.get $status) (i32.const 2 (; RETURNED, at once ;)))
          (then (return (call $payments))))
        (drop (call $thread.yield))
        (local.set $subtask (i32.shr_u (local.get $status) (i32.const 4)))
        ;; Here is the mistake: the result is dropped.
        (drop (call $subtask.cancel (local.get $subtask)))
        (call $subtask.drop (local.get $subtask))
        (call $await (call $pay))
        (call $payments)))

    (core func $pay' (canon lower (func $pay) async))
    (core func $payments' (canon lower (func $payments)))
    (core func $thread.yield (canon thread.yield))
    (core func $subtask.cancel (canon subtask.cancel))
    (core func $subtask.drop (canon subtask.drop))
    (core func $waitable-set.new (canon waitable-set.new))
    (core func $waitable-set.wait (canon waitable-set.wait (memory (core memory $memory "memory"))))
    (core func $waitable.join (canon waitable.join))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "memory" (memory $memory "memory"))
      (export "pay" (func $pay'))
      (export "payments" (func $payments'))
      (export "thread.yield" (func $thread.yield))
      (export "subtask.cancel" (func $subtask.cancel))
      (export "subtask.drop" (func $subtask.drop))
      (export "waitable-set.new" (func $waitable-set.new))
      (export "waitable-set.wait" (func $waitable-set.wait))
      (export "waitable.join" (func $waitable.join))))))
    (func (export "run") async (result u32) (canon lift (core func $core "run"))))

  (instance $bank (instantiate $Bank))
  (instance $main (instantiate $Main
    (with "pay" (func $bank "pay"))
    (with "payments" (func $bank "payments"))))
  (export "run" (func $main "run")))
