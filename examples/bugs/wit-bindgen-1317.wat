;; An end of a stream that is used after DROPPED: wit-bindgen#1317 as a guest has it.
;;
;; `Producer.produce` writes 3 numbers, one after the other, with a yield before each but the first. `Main.run` reads
;; them, but is impatient: before each read but the first it yields twice, and when the number is not there then, it
;; cancels the read and drops the stream. The result is how many it got: by default 3.
;;
;; What shows it: `run` gives up. The next write of `Producer` ends with DROPPED (1): the reader is gone. Who writes
;; again after that breaks a rule, and that is what the loop does unless it was the last number. One order matters: the
;; reader's cancel before the second write.
;;
;; The cure: leave the loop when the low 4 bits of the result are 1. (That `run` got fewer numbers is its own wish.)
;;
;; bug: wit-bindgen#1317, an end used after DROPPED
;; kind: trap
;; depth: 1
;; right: 3 2 1
;; outcomes: 3 in 0; 2 in 1; trap(stream-copy/write-done) in 1
(component
  (component $Producer
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

      (func (export "produce")
        (local $ends i64) (local $end i32) (local $left i32)
        (local.set $ends (call $stream.new))
        (call $task.return (i32.wrap_i64 (local.get $ends)))
        (local.set $end (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
        (local.set $left (i32.const 3))
        (loop $again
          ;; Without `async`: it blocks until the element was read or the other end is gone. Nobody asks which.
          (drop (call $stream.write (local.get $end) (i32.const 16) (i32.const 1)))
          (drop (call $thread.yield))
          (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
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
    (func (export "produce") async (result $Numbers) (canon lift (core func $core "produce") async)))

  (component $Main
    (type $Numbers (stream u32))
    (import "produce" (func $produce async (result $Numbers)))

    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))

    (core module $Core
      (import "canon" "memory" (memory 1))
      (import "canon" "produce" (func $produce (result i32)))
      (import "canon" "thread.yield" (func $thread.yield (result i32)))
      (import "canon" "stream.read" (func $stream.read (param i32 i32 i32) (result i32)))
      (import "canon" "stream.cancel-read" (func $stream.cancel-read (param i32) (result i32)))
      (import "canon" "stream.drop-readable" (func $stream.drop-readable (param i32)))

      (func (export "run") (result i32)
        (local $end i32) (local $got i32) (local $result i32)
        (local.set $end (call $produce))
        (loop $again
          (local.set $result (call $stream.read (local.get $end) (i32.const 16) (i32.const 1)))
          (if (i32.eq (local.get $result) (i32.const -1 (; BLOCKED ;)))
            (then (local.set $result (call $stream.cancel-read (local.get $end)))))
          (if (i32.shr_u (local.get $result) (i32.const 4))
            (then
              (local.set $got (i32.add (local.get $got) (i32.const 1)))
              (drop (call $thread.yield))
              (drop (call $thread.yield))
              (br_if $again (i32.lt_u (local.get $got) (i32.const 3))))))
        (call $stream.drop-readable (local.get $end))
        (local.get $got)))

    (core func $produce' (canon lower (func $produce)))
    (core func $thread.yield (canon thread.yield))
    (core func $stream.read (canon stream.read $Numbers async (memory (core memory $memory "memory"))))
    (core func $stream.cancel-read (canon stream.cancel-read $Numbers))
    (core func $stream.drop-readable (canon stream.drop-readable $Numbers))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "memory" (memory $memory "memory"))
      (export "produce" (func $produce'))
      (export "thread.yield" (func $thread.yield))
      (export "stream.read" (func $stream.read))
      (export "stream.cancel-read" (func $stream.cancel-read))
      (export "stream.drop-readable" (func $stream.drop-readable))))))
    (func (export "run") async (result u32) (canon lift (core func $core "run"))))

  (instance $producer (instantiate $Producer))
  (instance $main (instantiate $Main (with "produce" (func $producer "produce"))))
  (export "run" (func $main "run")))
