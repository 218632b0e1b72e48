;; A call that is cancelled before it has started: wit-bindgen#1495 (wasmtime#12322) as a guest has it.
;;
;; `Server.job` lets in one call at a time: it raises backpressure, yields, and lowers it again. `Main.run` begins one
;; job, yields twice, begins a second and cancels it at once. Whoever cancels may be told CANCELLED_BEFORE_RETURNED
;; (4), RETURNED (2), or, for a call that still waits to be let in, CANCELLED_BEFORE_STARTED (3). `run` does not know
;; the last one, takes the call for one that is still under way, and waits for its event. By default the first job is
;; over when the second begins.
;;
;; What shows it: `run` goes on while the first job holds the door. The second waits in STARTING, is cancelled there,
;; and never sends an event: `run` waits for ever. One order matters: the second call before the end of the first.
;;
;; The cure: 3 is an end as well; drop the subtask.
;;
;; bug: wit-bindgen#1495, cancel in STARTING leaves a zombie
;; kind: deadlock
;; depth: 1
;; right: 1
;; outcomes: 1 in 0; deadlock in 2
(component
  (component $Server
    (core module $Core
      (import "canon" "task.return" (func $task.return))
      (import "canon" "task.cancel" (func $task.cancel))
      (import "canon" "thread.yield" (func $thread.yield (result i32)))
      (import "canon" "backpressure.inc" (func $backpressure.inc))
      (import "canon" "backpressure.dec" (func $backpressure.dec))

      (func (export "job")
        (call $backpressure.inc)
        ;; A yield that can be cancelled gives 1 when the task was asked to cancel.
        (if (call $thread.yield)
          (then (call $task.cancel))
          (else (call $task.return)))
        (call $backpressure.dec)))

    (core func $task.return (canon task.return))
    (core func $task.cancel (canon task.cancel))
    (core func $thread.yield (canon thread.yield cancellable))
    (core func $backpressure.inc (canon backpressure.inc))
    (core func $backpressure.dec (canon backpressure.dec))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "task.return" (func $task.return))
      (export "task.cancel" (func $task.cancel))
      (export "thread.yield" (func $thread.yield))
      (export "backpressure.inc" (func $backpressure.inc))
      (export "backpressure.dec" (func $backpressure.dec))))))
    (func (export "job") async (canon lift (core func $core "job") async)))

  (component $Main
    (import "job" (func $job async))

    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))

    (core module $Core
      (import "canon" "memory" (memory 1))
      (import "canon" "job" (func $job (result i32)))
      (import "canon" "thread.yield" (func $thread.yield (result i32)))
      (import "canon" "subtask.cancel" (func $subtask.cancel (param i32) (result i32)))
      (import "canon" "subtask.drop" (func $subtask.drop (param i32)))
      (import "canon" "waitable-set.new" (func $waitable-set.new (result i32)))
      (import "canon" "waitable-set.wait" (func $waitable-set.wait (param i32 i32) (result i32)))
      (import "canon" "waitable.join" (func $waitable.join (param i32 i32)))

      ;; Waits for the event of a subtask and drops it.
      (func $await (param $subtask i32)
        (local $set i32)
        (local.set $set (call $waitable-set.new))
        (call $waitable.join (local.get $subtask) (local.get $set))
        (drop (call $waitable-set.wait (local.get $set) (i32.const 0)))
        (call $subtask.drop (local.get $subtask)))

      (func $is-over (param $status i32) (result i32)
        (i32.or
          (i32.eq (local.get $status) (i32.const 2 (; RETURNED ;)))
          (i32.eq (local.get $status) (i32.const 4 (; CANCELLED_BEFORE_RETURNED ;)))))

      (func (export "run") (result i32)
        (local $first i32) (local $second i32) (local $subtask i32)
        (local.set $first (call $job))
        (drop (call $thread.yield))
        (drop (call $thread.yield))
        (local.set $second (call $job))
        (if (i32.ne (local.get $second) (i32.const 2 (; RETURNED, at once ;)))
          (then
            (local.set $subtask (i32.shr_u (local.get $second) (i32.const 4)))
            (if (call $is-over (call $subtask.cancel (local.get $subtask)))
              (then (call $subtask.drop (local.get $subtask)))
              (else (call $await (local.get $subtask))))))
        (if (i32.ne (local.get $first) (i32.const 2 (; RETURNED, at once ;)))
          (then (call $await (i32.shr_u (local.get $first) (i32.const 4)))))
        (i32.const 1)))

    (core func $job' (canon lower (func $job) async))
    (core func $thread.yield (canon thread.yield))
    (core func $subtask.cancel (canon subtask.cancel))
    (core func $subtask.drop (canon subtask.drop))
    (core func $waitable-set.new (canon waitable-set.new))
    (core func $waitable-set.wait (canon waitable-set.wait (memory (core memory $memory "memory"))))
    (core func $waitable.join (canon waitable.join))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "memory" (memory $memory "memory"))
      (export "job" (func $job'))
      (export "thread.yield" (func $thread.yield))
      (export "subtask.cancel" (func $subtask.cancel))
      (export "subtask.drop" (func $subtask.drop))
      (export "waitable-set.new" (func $waitable-set.new))
      (export "waitable-set.wait" (func $waitable-set.wait))
      (export "waitable.join" (func $waitable.join))))))
    (func (export "run") async (result u32) (canon lift (core func $core "run"))))

  (instance $server (instantiate $Server))
  (instance $main (instantiate $Main (with "job" (func $server "job"))))
  (export "run" (func $main "run")))
