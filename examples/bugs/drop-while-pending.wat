;; Drop while pending: a reader gives up and drops its end of a stream while its read is still pending.
;;
;; `Source.open` hands out a stream and, one yield later, writes to it. `Main.run` begins to read, yields once "to give
;; it time", looks for the event once, and drops the stream. By default the event is there at that look.
;;
;; What shows it: `run` looks before `Source` writes. The read is still pending, the end is busy, and dropping a busy
;; end is a trap. One order matters: the look before the write.
;;
;; The cure: `stream.cancel-read` before the drop; and be ready for the elements that came in meanwhile.
;;
;; bug: drop while pending
;; kind: trap
;; depth: 1
;; right: 5
;; outcomes: 5 in 0; trap(stream-drop/readable-busy) in 1
(component
  (component $Source
    (type $Numbers (stream u32))
    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))

    (core module $Core
      (import "canon" "memory" (memory 1))
      (import "canon" "task.return" (func $task.return (param i32)))
      (import "canon" "thread.yield" (func $thread.yield (result i32)))
      (import "canon" "stream.new" (func $stream.new (result i64)))
      (import "canon" "stream.write" (func $stream.write (param i32 i32 i32) (result i32)))
      (import "canon" "stream.drop-writable" (func $stream.drop-writable (param i32)))

      (func (export "open")
        (local $ends i64) (local $end i32)
        (local.set $ends (call $stream.new))
        (call $task.return (i32.wrap_i64 (local.get $ends)))
        (local.set $end (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
        (drop (call $thread.yield))
        (i32.store (i32.const 16) (i32.const 5))
        ;; Without `async`: it blocks until the element was read or the other end is gone.
        (drop (call $stream.write (local.get $end) (i32.const 16) (i32.const 1)))
        (call $stream.drop-writable (local.get $end))))

    (core func $task.return (canon task.return (result $Numbers)))
    (core func $thread.yield (canon thread.yield))
    (core func $stream.new (canon stream.new $Numbers))
    (core func $stream.write (canon stream.write $Numbers (memory (core memory $memory "memory"))))
    (core func $stream.drop-writable (canon stream.drop-writable $Numbers))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "memory" (memory $memory "memory"))
      (export "task.return" (func $task.return))
      (export "thread.yield" (func $thread.yield))
      (export "stream.new" (func $stream.new))
      (export "stream.write" (func $stream.write))
      (export "stream.drop-writable" (func $stream.drop-writable))))))
    (func (export "open") async (result $Numbers) (canon lift (core func $core "open") async)))

  (component $Main
    (type $Numbers (stream u32))
    (import "open" (func $open async (result $Numbers)))

    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))

    (core module $Core
      (import "canon" "memory" (memory 1))
      (import "canon" "open" (func $open (result i32)))
      (import "canon" "thread.yield" (func $thread.yield (result i32)))
      (import "canon" "stream.read" (func $stream.read (param i32 i32 i32) (result i32)))
      (import "canon" "stream.drop-readable" (func $stream.drop-readable (param i32)))
      (import "canon" "waitable-set.new" (func $waitable-set.new (result i32)))
      (import "canon" "waitable-set.poll" (func $waitable-set.poll (param i32 i32) (result i32)))
      (import "canon" "waitable.join" (func $waitable.join (param i32 i32)))

      (func (export "run") (result i32)
        (local $end i32) (local $set i32)
        (local.set $end (call $open))
        (if (i32.eq (call $stream.read (local.get $end) (i32.const 16) (i32.const 1)) (i32.const -1 (; BLOCKED ;)))
          (then
            (local.set $set (call $waitable-set.new))
            (call $waitable.join (local.get $end) (local.get $set))
            (drop (call $thread.yield))
            (drop (call $waitable-set.poll (local.get $set) (i32.const 0)))
            (call $waitable.join (local.get $end) (i32.const 0))))
        (call $stream.drop-readable (local.get $end))
        (i32.load (i32.const 16))))

    (core func $open' (canon lower (func $open)))
    (core func $thread.yield (canon thread.yield))
    (core func $stream.read (canon stream.read $Numbers async (memory (core memory $memory "memory"))))
    (core func $stream.drop-readable (canon stream.drop-readable $Numbers))
    (core func $waitable-set.new (canon waitable-set.new))
    (core func $waitable-set.poll (canon waitable-set.poll (memory (core memory $memory "memory"))))
    (core func $waitable.join (canon waitable.join))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "memory" (memory $memory "memory"))
      (export "open" (func $open'))
      (export "thread.yield" (func $thread.yield))
      (export "stream.read" (func $stream.read))
      (export "stream.drop-readable" (func $stream.drop-readable))
      (export "waitable-set.new" (func $waitable-set.new))
      (export "waitable-set.poll" (func $waitable-set.poll))
      (export "waitable.join" (func $waitable.join))))))
    (func (export "run") async (result u32) (canon lift (core func $core "run"))))

  (instance $source (instantiate $Source))
  (instance $main (instantiate $Main (with "open" (func $source "open"))))
  (export "run" (func $main "run")))
