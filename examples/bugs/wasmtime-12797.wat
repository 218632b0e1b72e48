;; A call that is cancelled after its end was told: wasmtime#12797 as a guest has it.
;;
;; `Main.run` begins a job and a timer, and waits for both in one waitable set. When the timer is first, it cancels the
;; job: that is right. But it cancels it also when the job's own event came before, since it forgot to note that down.
;; By default the timer is first.
;;
;; What shows it: the job is first. To cancel a call whose end was delivered is a trap. Two orders matter: `run` waits
;; before the job has returned, and the job's event comes before the timer's.
;;
;; The cure: after the job's event drop its subtask, and do not touch it again.
;;
;; bug: wasmtime#12797, cancel of a call that has completed
;; kind: trap
;; depth: 2
;; right: 1
;; outcomes: 1 in 0; trap(subtask-cancel/resolve-delivered) in 3
(component
  (component $Server
    (core module $Core
      (import "canon" "task.return" (func $task.return))
      (import "canon" "task.cancel" (func $task.cancel))
      (import "canon" "thread.yield" (func $thread.yield (result i32)))

      (func (export "timer")
        (drop (call $thread.yield))
        (call $task.return))

      ;; A yield that can be cancelled gives 1 when the task was asked to cancel.
      (func (export "job")
        (if (call $thread.yield) (then (call $task.cancel) (return)))
        (if (call $thread.yield) (then (call $task.cancel) (return)))
        (if (call $thread.yield) (then (call $task.cancel) (return)))
        (call $task.return)))

    (core func $task.return (canon task.return))
    (core func $task.cancel (canon task.cancel))
    (core func $thread.yield (canon thread.yield cancellable))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "task.return" (func $task.return))
      (export "task.cancel" (func $task.cancel))
      (export "thread.yield" (func $thread.yield))))))
    (func (export "timer") async (canon lift (core func $core "timer") async))
    (func (export "job") async (canon lift (core func $core "job") async)))

  (component $Main
    (import "job" (func $job async))
    (import "timer" (func $timer async))

    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))

    (core module $Core
      (import "canon" "memory" (memory 1))
      (import "canon" "job" (func $job (result i32)))
      (import "canon" "timer" (func $timer (result i32)))
      (import "canon" "subtask.cancel" (func $subtask.cancel (param i32) (result i32)))
      (import "canon" "subtask.drop" (func $subtask.drop (param i32)))
      (import "canon" "waitable-set.new" (func $waitable-set.new (result i32)))
      (import "canon" "waitable-set.wait" (func $waitable-set.wait (param i32 i32) (result i32)))
      (import "canon" "waitable.join" (func $waitable.join (param i32 i32)))
      (import "canon" "waitable-set.drop" (func $waitable-set.drop (param i32)))

      (func (export "run") (result i32)
        (local $job i32) (local $timer i32) (local $set i32)
        (local.set $job (call $job))
        (local.set $timer (call $timer))
        ;; What returns at once needs no waiting.
        (if (i32.or
              (i32.eq (local.get $job) (i32.const 2 (; RETURNED ;)))
              (i32.eq (local.get $timer) (i32.const 2 (; RETURNED ;))))
          (then (return (i32.const 1))))
        (local.set $job (i32.shr_u (local.get $job) (i32.const 4)))
        (local.set $timer (i32.shr_u (local.get $timer) (i32.const 4)))
        (local.set $set (call $waitable-set.new))
        (call $waitable.join (local.get $timer) (local.get $set))
        (call $waitable.join (local.get $job) (local.get $set))
        ;; Waits for the timer; the handle of the subtask goes to address 8.
        (loop $again
          (drop (call $waitable-set.wait (local.get $set) (i32.const 8)))
          (br_if $again (i32.ne (i32.load (i32.const 8)) (local.get $timer))))
        (call $waitable.join (local.get $timer) (i32.const 0))
        (call $subtask.drop (local.get $timer))
        ;; Here is the mistake: the job's event may have been among those that were passed over.
        (drop (call $subtask.cancel (local.get $job)))
        (call $waitable.join (local.get $job) (i32.const 0))
        (call $subtask.drop (local.get $job))
        (call $waitable-set.drop (local.get $set))
        (i32.const 1)))

    (core func $job' (canon lower (func $job) async))
    (core func $timer' (canon lower (func $timer) async))
    (core func $subtask.cancel (canon subtask.cancel async))
    (core func $subtask.drop (canon subtask.drop))
    (core func $waitable-set.new (canon waitable-set.new))
    (core func $waitable-set.wait (canon waitable-set.wait (memory (core memory $memory "memory"))))
    (core func $waitable.join (canon waitable.join))
    (core func $waitable-set.drop (canon waitable-set.drop))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "memory" (memory $memory "memory"))
      (export "job" (func $job'))
      (export "timer" (func $timer'))
      (export "subtask.cancel" (func $subtask.cancel))
      (export "subtask.drop" (func $subtask.drop))
      (export "waitable-set.new" (func $waitable-set.new))
      (export "waitable-set.wait" (func $waitable-set.wait))
      (export "waitable.join" (func $waitable.join))
      (export "waitable-set.drop" (func $waitable-set.drop))))))
    (func (export "run") async (result u32) (canon lift (core func $core "run"))))

  (instance $server (instantiate $Server))
  (instance $main (instantiate $Main
    (with "job" (func $server "job"))
    (with "timer" (func $server "timer"))))
  (export "run" (func $main "run")))
