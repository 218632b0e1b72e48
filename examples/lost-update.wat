;; A lost update: two tasks read a counter, yield, and write it back with one added.
;;
;; `Counter.add` is the bug: between its read and its write it lets others run. `Main.run` calls it twice without waiting for
;; the first call to end, but yields in between, "to give it time to finish". As long as the engine resumes threads in the
;; order in which they began to wait, that works and the count is 2. Nothing in the specification asks for that order.
;;
;; Choices that matter:
;; - When `run` yields, the first call can go on, and so can `run`. If `run` goes first, the second call reads 0 as well, and
;;   one of the two additions is lost: 1.
;;   (Concurrency.md, Nondeterminism: "If multiple threads that previously blocked can be resumed at the same time, the order
;;   in which they are resumed is nondeterministic.")
;; - A yield need not yield at all. If that of `run` does not, an addition is lost in the same way; if that of the first `add`
;;   does not, it is over before the second begins.
;;   ("Whenever a thread yields or waits on a waitable set with an already pending event, whether or not the thread blocks
;;   and transfers execution to an async caller or another thread is nondeterministic.")
;;
;; outcomes: 1 2
(component
  (component $Counter
    (core module $Core
      (import "canon" "task.return" (func $task.return))
      (import "canon" "context.get" (func $context.get (result i32)))
      (import "canon" "context.set" (func $context.set (param i32)))

      (global $count (mut i32) (i32.const 0))

      ;; The tasks share the global; what was read is kept in the thread's own slot, as a local variable of an async
      ;; function is.
      (func (export "add") (result i32)
        (call $context.set (global.get $count))
        (i32.const 1 (; YIELD ;)))

      (func (export "callback") (param $event i32) (param $index i32) (param $payload i32) (result i32)
        (global.set $count (i32.add (call $context.get) (i32.const 1)))
        (call $task.return)
        (i32.const 0 (; EXIT ;)))

      (func (export "get") (result i32) (global.get $count)))

    (core func $task.return (canon task.return))
    (core func $context.get (canon context.get i32 0))
    (core func $context.set (canon context.set i32 0))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "task.return" (func $task.return))
      (export "context.get" (func $context.get))
      (export "context.set" (func $context.set))))))
    (func (export "add") async (canon lift (core func $core "add") async (callback (core func $core "callback"))))
    (func (export "get") (result u32) (canon lift (core func $core "get"))))

  (component $Main
    (import "add" (func $add async))
    (import "get" (func $get (result u32)))

    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))

    (core module $Core
      (import "canon" "add" (func $add (result i32)))
      (import "canon" "get" (func $get (result i32)))
      (import "canon" "thread.yield" (func $thread.yield (result i32)))
      (import "canon" "subtask.drop" (func $subtask.drop (param i32)))
      (import "canon" "waitable-set.new" (func $waitable-set.new (result i32)))
      (import "canon" "waitable-set.wait" (func $waitable-set.wait (param i32 i32) (result i32)))
      (import "canon" "waitable.join" (func $waitable.join (param i32 i32)))
      (import "canon" "waitable-set.drop" (func $waitable-set.drop (param i32)))

      ;; Waits until a call that was begun has returned. The low 4 bits of `$status` are the state that it was in when it
      ;; gave control back; if it had not returned (2), the rest is the handle of its subtask.
      (func $await (param $status i32)
        (local $subtask i32) (local $set i32)
        (if (i32.eq (local.get $status) (i32.const 2 (; RETURNED ;))) (then (return)))
        (local.set $subtask (i32.shr_u (local.get $status) (i32.const 4)))
        (local.set $set (call $waitable-set.new))
        (call $waitable.join (local.get $subtask) (local.get $set))
        (drop (call $waitable-set.wait (local.get $set) (i32.const 0)))
        (call $subtask.drop (local.get $subtask))
        (call $waitable-set.drop (local.get $set)))

      (func (export "run") (result i32)
        (local $first i32) (local $second i32)
        (local.set $first (call $add))
        (drop (call $thread.yield))
        (local.set $second (call $add))
        (call $await (local.get $first))
        (call $await (local.get $second))
        (call $get)))

    ;; Lowered with `async`: the call gives control back as soon as the callee blocks.
    (core func $add' (canon lower (func $add) async))
    (core func $get' (canon lower (func $get)))
    (core func $thread.yield (canon thread.yield))
    (core func $subtask.drop (canon subtask.drop))
    (core func $waitable-set.new (canon waitable-set.new))
    (core func $waitable-set.wait (canon waitable-set.wait (memory (core memory $memory "memory"))))
    (core func $waitable.join (canon waitable.join))
    (core func $waitable-set.drop (canon waitable-set.drop))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "add" (func $add'))
      (export "get" (func $get'))
      (export "thread.yield" (func $thread.yield))
      (export "subtask.drop" (func $subtask.drop))
      (export "waitable-set.new" (func $waitable-set.new))
      (export "waitable-set.wait" (func $waitable-set.wait))
      (export "waitable.join" (func $waitable.join))
      (export "waitable-set.drop" (func $waitable-set.drop))))))
    (func (export "run") async (result u32) (canon lift (core func $core "run"))))

  (instance $counter (instantiate $Counter))
  (instance $main (instantiate $Main
    (with "add" (func $counter "add"))
    (with "get" (func $counter "get"))))
  (export "run" (func $main "run")))
