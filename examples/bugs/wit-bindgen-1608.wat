;; A spawned task that is not polled once the main one completes: wit-bindgen#1608 (wasmtime#13196) as a guest has it.
;;
;; `Worker.work` hands out a future and has two things to do: the main one calls `answer` and then returns; a spawned
;; one calls `store` and then writes to the future that all is stored. Both calls are in one waitable set. When the
;; main one is through, `work` exits, and with it goes whatever was spawned. By default `store` returns first, and
;; `Main.run` reads the future: 7.
;;
;; What shows it: the event of `answer` comes before that of `store`. The spawned task is never polled again, the
;; future is never written, and `run` waits for it for ever. One order matters.
;;
;; The cure: EXIT only when nothing that was spawned is left; else WAIT on.
;;
;; bug: wit-bindgen#1608, spawned task not polled after main completes
;; kind: deadlock
;; depth: 1
;; right: 7
;; outcomes: 7 in 0; deadlock in 2
(component
  (component $Service
    (core module $Core
      (import "canon" "task.return" (func $task.return))
      (import "canon" "thread.yield" (func $thread.yield (result i32)))

      (func (export "store")
        (drop (call $thread.yield))
        (call $task.return))

      (func (export "answer")
        (drop (call $thread.yield))
        (drop (call $thread.yield))
        (call $task.return)))

    (core func $task.return (canon task.return))
    (core func $thread.yield (canon thread.yield))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "task.return" (func $task.return))
      (export "thread.yield" (func $thread.yield))))))
    (func (export "store") async (canon lift (core func $core "store") async))
    (func (export "answer") async (canon lift (core func $core "answer") async)))

  (component $Worker
    (type $Number (future u32))
    (import "store" (func $store async))
    (import "answer" (func $answer async))

    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))

    (core module $Core
      (import "canon" "memory" (memory 1))
      (import "canon" "store" (func $store (result i32)))
      (import "canon" "answer" (func $answer (result i32)))
      (import "canon" "task.return" (func $task.return (param i32)))
      (import "canon" "future.new" (func $future.new (result i64)))
      (import "canon" "future.write" (func $future.write (param i32 i32) (result i32)))
      (import "canon" "subtask.drop" (func $subtask.drop (param i32)))
      (import "canon" "waitable-set.new" (func $waitable-set.new (result i32)))
      (import "canon" "waitable.join" (func $waitable.join (param i32 i32)))

      (global $set (mut i32) (i32.const 0))
      (global $readable (mut i32) (i32.const 0))
      (global $writable (mut i32) (i32.const 0))
      (global $store (mut i32) (i32.const 0))   ;; the subtask of `store`

      (func (export "work") (result i32)
        (local $ends i64) (local $store i32) (local $answer i32)
        (local.set $ends (call $future.new))
        (global.set $readable (i32.wrap_i64 (local.get $ends)))
        (global.set $writable (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
        (global.set $set (call $waitable-set.new))
        (local.set $store (call $store))
        (local.set $answer (call $answer))
        (if (i32.eq (local.get $store) (i32.const 2 (; RETURNED, at once ;)))
          (then (call $stored))
          (else
            (global.set $store (i32.shr_u (local.get $store) (i32.const 4)))
            (call $waitable.join (global.get $store) (global.get $set))))
        (if (i32.eq (local.get $answer) (i32.const 2 (; RETURNED, at once ;))) (then (return (call $answered))))
        (call $waitable.join (i32.shr_u (local.get $answer) (i32.const 4)) (global.get $set))
        (call $wait))

      (func (export "callback") (param $event i32) (param $index i32) (param $payload i32) (result i32)
        (call $waitable.join (local.get $index) (i32.const 0))
        (call $subtask.drop (local.get $index))
        (if (i32.ne (local.get $index) (global.get $store)) (then (return (call $answered))))
        (call $stored)
        (call $wait))

      (func $wait (result i32)
        (i32.or (i32.const 2 (; WAIT ;)) (i32.shl (global.get $set) (i32.const 4))))

      ;; The spawned task: all is stored.
      (func $stored
        (i32.store (i32.const 16) (i32.const 7))
        (drop (call $future.write (global.get $writable) (i32.const 16))))

      ;; The main task.
      (func $answered (result i32)
        (call $task.return (global.get $readable))
        (i32.const 0 (; EXIT ;))))

    (core func $store' (canon lower (func $store) async))
    (core func $answer' (canon lower (func $answer) async))
    (core func $task.return (canon task.return (result $Number)))
    (core func $future.new (canon future.new $Number))
    (core func $future.write (canon future.write $Number async (memory (core memory $memory "memory"))))
    (core func $subtask.drop (canon subtask.drop))
    (core func $waitable-set.new (canon waitable-set.new))
    (core func $waitable.join (canon waitable.join))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "memory" (memory $memory "memory"))
      (export "store" (func $store'))
      (export "answer" (func $answer'))
      (export "task.return" (func $task.return))
      (export "future.new" (func $future.new))
      (export "future.write" (func $future.write))
      (export "subtask.drop" (func $subtask.drop))
      (export "waitable-set.new" (func $waitable-set.new))
      (export "waitable.join" (func $waitable.join))))))
    (func (export "work") async (result $Number)
      (canon lift (core func $core "work") async (callback (core func $core "callback")))))

  (component $Main
    (type $Number (future u32))
    (import "work" (func $work async (result $Number)))

    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))

    (core module $Core
      (import "canon" "memory" (memory 1))
      (import "canon" "work" (func $work (result i32)))
      (import "canon" "future.read" (func $future.read (param i32 i32) (result i32)))
      (import "canon" "future.drop-readable" (func $future.drop-readable (param i32)))

      (func (export "run") (result i32)
        (local $end i32)
        (local.set $end (call $work))
        (drop (call $future.read (local.get $end) (i32.const 16)))
        (call $future.drop-readable (local.get $end))
        (i32.load (i32.const 16))))

    (core func $work' (canon lower (func $work)))
    (core func $future.read (canon future.read $Number (memory (core memory $memory "memory"))))
    (core func $future.drop-readable (canon future.drop-readable $Number))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "memory" (memory $memory "memory"))
      (export "work" (func $work'))
      (export "future.read" (func $future.read))
      (export "future.drop-readable" (func $future.drop-readable))))))
    (func (export "run") async (result u32) (canon lift (core func $core "run"))))

  (instance $service (instantiate $Service))
  (instance $worker (instantiate $Worker
    (with "store" (func $service "store"))
    (with "answer" (func $service "answer"))))
  (instance $main (instantiate $Main (with "work" (func $worker "work"))))
  (export "run" (func $main "run")))
