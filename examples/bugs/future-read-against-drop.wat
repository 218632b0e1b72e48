;; A read of a future against the drop of the other end: the writer takes it for granted that somebody reads.
;;
;; `Producer.start` hands out a future and, two yields later, writes to it; the write must have COMPLETED (0), "who
;; else would have the other end". `Main.run` begins to read, yields three times, and when there is nothing yet,
;; cancels its read, drops the future and gives 0. By default the number is there in time: 3.
;;
;; What shows it: `run` loses patience before `start` writes. The write finds the other end gone: DROPPED (1), which
;; `start` takes for a broken invariant. The trap comes after `run` has returned. One order matters: the drop before
;; the write.
;;
;; The cure: DROPPED is an answer like another; drop the writable end and go on.
;;
;; bug: future read against drop
;; kind: trap
;; depth: 1
;; right: 3
;; outcomes: 3 in 0; trap(core/unreachable) in 2
(component
  (component $Producer
    (type $Number (future u32))
    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))

    (core module $Core
      (import "canon" "memory" (memory 1))
      (import "canon" "task.return" (func $task.return (param i32)))
      (import "canon" "thread.yield" (func $thread.yield (result i32)))
      (import "canon" "future.new" (func $future.new (result i64)))
      (import "canon" "future.write" (func $future.write (param i32 i32) (result i32)))
      (import "canon" "future.drop-writable" (func $future.drop-writable (param i32)))

      (func (export "start")
        (local $ends i64) (local $end i32)
        (local.set $ends (call $future.new))
        (call $task.return (i32.wrap_i64 (local.get $ends)))
        (local.set $end (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
        (drop (call $thread.yield))
        (drop (call $thread.yield))
        (i32.store (i32.const 16) (i32.const 3))
        (if (i32.ne (call $future.write (local.get $end) (i32.const 16)) (i32.const 0 (; COMPLETED ;)))
          (then (unreachable)))
        (call $future.drop-writable (local.get $end))))

    (core func $task.return (canon task.return (result $Number)))
    (core func $thread.yield (canon thread.yield))
    (core func $future.new (canon future.new $Number))
    (core func $future.write (canon future.write $Number (memory (core memory $memory "memory"))))
    (core func $future.drop-writable (canon future.drop-writable $Number))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "memory" (memory $memory "memory"))
      (export "task.return" (func $task.return))
      (export "thread.yield" (func $thread.yield))
      (export "future.new" (func $future.new))
      (export "future.write" (func $future.write))
      (export "future.drop-writable" (func $future.drop-writable))))))
    (func (export "start") async (result $Number) (canon lift (core func $core "start") async)))

  (component $Main
    (type $Number (future u32))
    (import "start" (func $start async (result $Number)))

    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))

    (core module $Core
      (import "canon" "memory" (memory 1))
      (import "canon" "start" (func $start (result i32)))
      (import "canon" "thread.yield" (func $thread.yield (result i32)))
      (import "canon" "future.read" (func $future.read (param i32 i32) (result i32)))
      (import "canon" "future.cancel-read" (func $future.cancel-read (param i32) (result i32)))
      (import "canon" "future.drop-readable" (func $future.drop-readable (param i32)))
      (import "canon" "waitable-set.new" (func $waitable-set.new (result i32)))
      (import "canon" "waitable-set.poll" (func $waitable-set.poll (param i32 i32) (result i32)))
      (import "canon" "waitable.join" (func $waitable.join (param i32 i32)))

      (func (export "run") (result i32)
        (local $end i32) (local $set i32)
        (local.set $end (call $start))
        (if (i32.eq (call $future.read (local.get $end) (i32.const 16)) (i32.const -1 (; BLOCKED ;)))
          (then
            (local.set $set (call $waitable-set.new))
            (call $waitable.join (local.get $end) (local.get $set))
            (drop (call $thread.yield))
            (drop (call $thread.yield))
            (drop (call $thread.yield))
            (local.set $set (call $waitable-set.poll (local.get $set) (i32.const 0)))
            (call $waitable.join (local.get $end) (i32.const 0))
            (if (i32.eqz (local.get $set))
              (then (drop (call $future.cancel-read (local.get $end)))))))
        (call $future.drop-readable (local.get $end))
        (i32.load (i32.const 16))))

    (core func $start' (canon lower (func $start)))
    (core func $thread.yield (canon thread.yield))
    (core func $future.read (canon future.read $Number async (memory (core memory $memory "memory"))))
    (core func $future.cancel-read (canon future.cancel-read $Number))
    (core func $future.drop-readable (canon future.drop-readable $Number))
    (core func $waitable-set.new (canon waitable-set.new))
    (core func $waitable-set.poll (canon waitable-set.poll (memory (core memory $memory "memory"))))
    (core func $waitable.join (canon waitable.join))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "memory" (memory $memory "memory"))
      (export "start" (func $start'))
      (export "thread.yield" (func $thread.yield))
      (export "future.read" (func $future.read))
      (export "future.cancel-read" (func $future.cancel-read))
      (export "future.drop-readable" (func $future.drop-readable))
      (export "waitable-set.new" (func $waitable-set.new))
      (export "waitable-set.poll" (func $waitable-set.poll))
      (export "waitable.join" (func $waitable.join))))))
    (func (export "run") async (result u32) (canon lift (core func $core "run"))))

  (instance $producer (instantiate $Producer))
  (instance $main (instantiate $Main (with "start" (func $producer "start"))))
  (export "run" (func $main "run")))
