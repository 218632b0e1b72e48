;; A cancellation that races with completion.
;;
;; `Worker.work` has two phases with a yield before each. In the first it can still be stopped; once in the second, it is past
;; the point of no return and finishes whatever it is told. `Main.run` starts it, yields twice, and cancels it.
;; `subtask.cancel` is a *request*: its result is how the call ended after all, and the caller has to be ready for each of these:
;;
;;   0  the worker was told in its first phase and gave up: CANCELLED_BEFORE_RETURNED
;;   1  the worker had finished; the request came too late and changed nothing: RETURNED
;;   2  the worker was told in its second phase and finished all the same: RETURNED
;;
;; Choices that matter, all of them in Concurrency.md, Nondeterminism:
;; - Whether a yield, of the worker or of `run`, yields at all. ("Whenever a thread yields or waits on a waitable set with an
;;   already pending event, whether or not the thread blocks [...] is nondeterministic.")
;; - Who goes on when both have yielded. ("If multiple threads that previously blocked can be resumed at the same time, the
;;   order in which they are resumed is nondeterministic.")
;; What happens inside `subtask.cancel` is determined: "If a component `a` asynchronously cancels a subtask in another component
;; `b`, control flow deterministically transfers to `b` and then back to `a` when `b` resolves or blocks."
;;
;; outcomes: 0 1 2
(component
  (component $Worker
    (core module $Core
      (import "canon" "task.return" (func $task.return (param i32)))
      (import "canon" "task.cancel" (func $task.cancel))
      (import "canon" "context.get" (func $context.get (result i32)))
      (import "canon" "context.set" (func $context.set (param i32)))

      ;; The thread's slot 0 holds the phase; it begins as 0.
      (func (export "work") (result i32)
        (i32.const 1 (; YIELD ;)))

      (func (export "callback") (param $event i32) (param $index i32) (param $payload i32) (result i32)
        (local $phase i32)
        (local.set $phase (call $context.get))
        (if (i32.eq (local.get $event) (i32.const 6 (; TASK_CANCELLED ;)))
          (then
            (if (local.get $phase)
              (then (call $task.return (i32.const 2)))
              (else (call $task.cancel)))
            (return (i32.const 0 (; EXIT ;)))))
        (if (local.get $phase)
          (then
            (call $task.return (i32.const 1))
            (return (i32.const 0 (; EXIT ;)))))
        (call $context.set (i32.const 1))
        (i32.const 1 (; YIELD ;))))

    (core func $task.return (canon task.return (result u32)))
    (core func $task.cancel (canon task.cancel))
    (core func $context.get (canon context.get i32 0))
    (core func $context.set (canon context.set i32 0))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "task.return" (func $task.return))
      (export "task.cancel" (func $task.cancel))
      (export "context.get" (func $context.get))
      (export "context.set" (func $context.set))))))
    (func (export "work") async (result u32)
      (canon lift (core func $core "work") async (callback (core func $core "callback")))))

  (component $Main
    (import "work" (func $work async (result u32)))

    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))

    (core module $Core
      (import "canon" "memory" (memory 1))
      (import "canon" "work" (func $work (param i32) (result i32)))
      (import "canon" "subtask.cancel" (func $subtask.cancel (param i32) (result i32)))
      (import "canon" "subtask.drop" (func $subtask.drop (param i32)))
      (import "canon" "thread.yield" (func $thread.yield (result i32)))

      (func (export "run") (result i32)
        (local $status i32) (local $subtask i32)
        ;; The worker's result goes to address 16, if there is one; till then it is 0 there.
        (local.set $status (call $work (i32.const 16)))
        (if (i32.ne (local.get $status) (i32.const 2 (; RETURNED, at once and without a subtask ;)))
          (then
            (drop (call $thread.yield))
            (drop (call $thread.yield))
            (local.set $subtask (i32.shr_u (local.get $status) (i32.const 4)))
            (local.set $status (call $subtask.cancel (local.get $subtask)))
            (if (i32.eq (local.get $status) (i32.const 4 (; CANCELLED_BEFORE_RETURNED ;)))
              (then (if (i32.load (i32.const 16)) (then (unreachable))))
              (else (if (i32.ne (local.get $status) (i32.const 2 (; RETURNED ;))) (then (unreachable)))))
            (call $subtask.drop (local.get $subtask))))
        (i32.load (i32.const 16))))

    (core func $work' (canon lower (func $work) async (memory (core memory $memory "memory"))))
    ;; Without `async`: should the worker block while it cleans up, so does the caller. Here it never does.
    (core func $subtask.cancel (canon subtask.cancel))
    (core func $subtask.drop (canon subtask.drop))
    (core func $thread.yield (canon thread.yield))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "memory" (memory $memory "memory"))
      (export "work" (func $work'))
      (export "subtask.cancel" (func $subtask.cancel))
      (export "subtask.drop" (func $subtask.drop))
      (export "thread.yield" (func $thread.yield))))))
    (func (export "run") async (result u32) (canon lift (core func $core "run"))))

  (instance $worker (instantiate $Worker))
  (instance $main (instantiate $Main (with "work" (func $worker "work"))))
  (export "run" (func $main "run")))
