;; A deadlock that needs two preemptions: three threads and three locks, each thread takes its own and then the next
;; one.
;;
;; Thread 0 takes locks 0 and 1, thread 1 takes 1 and 2, thread 2 takes 2 and 0, and each yields in between. `run`
;; begins them one after the other with a yield in between, which by default lets each finish before the next takes a
;; lock: 3 have finished.
;;
;; What shows it: thread 0 stops between its locks and thread 1 runs, thread 1 stops between its locks and thread 2
;; runs. Now each holds one lock and waits for the next, in a circle. One preemption is not enough: two threads of
;; three make no circle.
;;
;; The cure: take locks in one order; thread 2 has to take 0 before 2.
;;
;; bug: a deadlock that needs two preemptions
;; kind: deadlock
;; depth: 3
;; right: 3
;; outcomes: 3 in 0; deadlock in 2
(component
  (core module $Memory (memory (export "memory") 1))
  (core instance $memory (instantiate $Memory))
  (core module $Threads (table (export "threads") 1 funcref))
  (core instance $table (instantiate $Threads))

  (core module $Core
    (import "canon" "memory" (memory 1))
    (import "canon" "threads" (table $threads 1 funcref))
    (import "canon" "thread.yield" (func $thread.yield (result i32)))
    (import "canon" "thread.suspend" (func $thread.suspend (result i32)))
    (import "canon" "thread.index" (func $thread.index (result i32)))
    (import "canon" "thread.resume-later" (func $thread.resume-later (param i32)))
    (import "canon" "thread.new-indirect" (func $thread.new-indirect (param i32 i32) (result i32)))

    (global $finished (mut i32) (i32.const 0))
    (global $running (mut i32) (i32.const 3))
    (global $joining (mut i32) (i32.const 0))
    (global $run (mut i32) (i32.const 0))

    (elem (table $threads) (i32.const 0) func $work)

    ;; Lock `n` is at address 8 * n: whether it is taken, and the thread that waits for it. Each has two users, so there is
    ;; at most one who waits.
    (func $lock (param $lock i32)
      (if (i32.load (local.get $lock))
        (then
          (i32.store offset=4 (local.get $lock) (call $thread.index))
          (drop (call $thread.suspend)))
        (else (i32.store (local.get $lock) (i32.const 1)))))

    ;; The lock goes from hand to hand: it stays taken when somebody waits.
    (func $unlock (param $lock i32)
      (local $waiter i32)
      (local.set $waiter (i32.load offset=4 (local.get $lock)))
      (i32.store offset=4 (local.get $lock) (i32.const 0))
      (if (local.get $waiter)
        (then (call $thread.resume-later (local.get $waiter)))
        (else (i32.store (local.get $lock) (i32.const 0)))))

    (func $work (param $number i32)
      (local $first i32) (local $second i32)
      (local.set $first (i32.mul (i32.const 8) (local.get $number)))
      (local.set $second
        (i32.mul (i32.const 8) (i32.rem_u (i32.add (local.get $number) (i32.const 1)) (i32.const 3))))
      (call $lock (local.get $first))
      (drop (call $thread.yield))
      (call $lock (local.get $second))
      (global.set $finished (i32.add (global.get $finished) (i32.const 1)))
      (call $unlock (local.get $second))
      (call $unlock (local.get $first))
      (call $finish))

    ;; Begins a thread of this task: the function at this place of the table, with this argument. It gets its turn later.
    (func $spawn (param $function i32) (param $argument i32)
      (call $thread.resume-later (call $thread.new-indirect (local.get $function) (local.get $argument))))

    ;; The last thread wakes `run`, if that waits already.
    (func $finish
      (global.set $running (i32.sub (global.get $running) (i32.const 1)))
      (if (i32.and (i32.eqz (global.get $running)) (global.get $joining))
        (then (call $thread.resume-later (global.get $run)))))

    ;; Waits until all threads have finished.
    (func $join
      (if (global.get $running)
        (then
          (global.set $joining (i32.const 1))
          (drop (call $thread.suspend)))))

    (func (export "run") (result i32)
      (global.set $run (call $thread.index))
      (call $spawn (i32.const 0) (i32.const 0))
      (drop (call $thread.yield))
      (call $spawn (i32.const 0) (i32.const 1))
      (drop (call $thread.yield))
      (call $spawn (i32.const 0) (i32.const 2))
      (call $join)
      (global.get $finished)))

  (core type $Start (func (param i32)))
  (alias core export $table "threads" (core table $threads))
  (core func $thread.yield (canon thread.yield))
  (core func $thread.suspend (canon thread.suspend))
  (core func $thread.index (canon thread.index))
  (core func $thread.resume-later (canon thread.resume-later))
  (core func $thread.new-indirect (canon thread.new-indirect $Start (core table $threads)))
  (core instance $core (instantiate $Core (with "canon" (instance
    (export "memory" (memory $memory "memory"))
    (export "threads" (table $threads))
    (export "thread.yield" (func $thread.yield))
    (export "thread.suspend" (func $thread.suspend))
    (export "thread.index" (func $thread.index))
    (export "thread.resume-later" (func $thread.resume-later))
    (export "thread.new-indirect" (func $thread.new-indirect))))))
  (func (export "run") async (result u32) (canon lift (core func $core "run"))))
