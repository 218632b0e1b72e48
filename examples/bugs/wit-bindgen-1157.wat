;; The length of a write that is not reduced by progress: wit-bindgen#1157 as a guest has it.
;;
;; `Producer.produce` has 4 numbers to write and writes until it has written 4. After a partial write it goes on where
;; the write ended, but asks for 4 numbers again instead of those that are left, and so writes what lies behind them in
;; memory (two times 100). `Main.run` adds up what it gets. By default the reader has taken all four before the writer
;; looks, and the sum is 10.
;;
;; What shows it: the writer is given its event after the first read, which took 2. Two orders matter: the event before
;; the second read, and the second read before the writer looks again.
;;
;; The cure: the length is what is left, `4 - written`.
;;
;; bug: wit-bindgen#1157, `stream.write` length not reduced by progress
;; kind: wrong result
;; depth: 2
;; right: 10
;; outcomes: 10 in 0; 210 in 1
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
      (import "canon" "waitable-set.new" (func $waitable-set.new (result i32)))
      (import "canon" "waitable-set.wait" (func $waitable-set.wait (param i32 i32) (result i32)))
      (import "canon" "waitable.join" (func $waitable.join (param i32 i32)))
      (import "canon" "waitable-set.drop" (func $waitable-set.drop (param i32)))

      (data $numbers (i32.const 16)
        "\01\00\00\00\02\00\00\00\03\00\00\00\04\00\00\00\64\00\00\00\64\00\00\00")

      ;; Waits for the end of a write that blocked; the event's payload goes to address 12.
      (func $await (param $end i32) (result i32)
        (local $set i32)
        (drop (call $thread.yield))
        (drop (call $thread.yield))
        (local.set $set (call $waitable-set.new))
        (call $waitable.join (local.get $end) (local.get $set))
        (drop (call $waitable-set.wait (local.get $set) (i32.const 8)))
        (call $waitable.join (local.get $end) (i32.const 0))
        (call $waitable-set.drop (local.get $set))
        (i32.load (i32.const 12)))

      (func (export "produce")
        (local $ends i64) (local $end i32) (local $result i32) (local $written i32)
        (local.set $ends (call $stream.new))
        (call $task.return (i32.wrap_i64 (local.get $ends)))
        (local.set $end (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
        (loop $again
          (local.set $result
            (call $stream.write
              (local.get $end)
              (i32.add (i32.const 16) (i32.mul (i32.const 4) (local.get $written)))
              (i32.const 4)))
          (if (i32.eq (local.get $result) (i32.const -1 (; BLOCKED ;)))
            (then (local.set $result (call $await (local.get $end)))))
          (local.set $written (i32.add (local.get $written) (i32.shr_u (local.get $result) (i32.const 4))))
          (br_if $again (i32.lt_u (local.get $written) (i32.const 4))))
        (call $stream.drop-writable (local.get $end))))

    (core func $task.return (canon task.return (result $Numbers)))
    (core func $thread.yield (canon thread.yield))
    (core func $stream.new (canon stream.new $Numbers))
    (core func $stream.write (canon stream.write $Numbers async (memory (core memory $memory "memory"))))
    (core func $stream.drop-writable (canon stream.drop-writable $Numbers))
    (core func $waitable-set.new (canon waitable-set.new))
    (core func $waitable-set.wait (canon waitable-set.wait (memory (core memory $memory "memory"))))
    (core func $waitable.join (canon waitable.join))
    (core func $waitable-set.drop (canon waitable-set.drop))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "memory" (memory $memory "memory"))
      (export "task.return" (func $task.return))
      (export "thread.yield" (func $thread.yield))
      (export "stream.new" (func $stream.new))
      (export "stream.write" (func $stream.write))
      (export "stream.drop-writable" (func $stream.drop-writable))
      (export "waitable-set.new" (func $waitable-set.new))
      (export "waitable-set.wait" (func $waitable-set.wait))
      (export "waitable.join" (func $waitable.join))
      (export "waitable-set.drop" (func $waitable-set.drop))))))
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
      (import "canon" "stream.drop-readable" (func $stream.drop-readable (param i32)))

      ;; Reads two elements at a time, without `async`, and adds them up until the stream ends.
      (func (export "run") (result i32)
        (local $end i32) (local $result i32) (local $sum i32)
        (local.set $end (call $produce))
        (loop $again
          (i64.store (i32.const 16) (i64.const 0))
          (local.set $result (call $stream.read (local.get $end) (i32.const 16) (i32.const 2)))
          ;; The number of elements is in the upper bits; what was not read is 0.
          (local.set $sum (i32.add (local.get $sum) (i32.add (i32.load (i32.const 16)) (i32.load (i32.const 20)))))
          (drop (call $thread.yield))
          (br_if $again (i32.eqz (i32.and (local.get $result) (i32.const 0xf))) (; COMPLETED, not DROPPED ;)))
        (call $stream.drop-readable (local.get $end))
        (local.get $sum)))

    (core func $produce' (canon lower (func $produce)))
    (core func $thread.yield (canon thread.yield))
    (core func $stream.read (canon stream.read $Numbers (memory (core memory $memory "memory"))))
    (core func $stream.drop-readable (canon stream.drop-readable $Numbers))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "memory" (memory $memory "memory"))
      (export "produce" (func $produce'))
      (export "thread.yield" (func $thread.yield))
      (export "stream.read" (func $stream.read))
      (export "stream.drop-readable" (func $stream.drop-readable))))))
    (func (export "run") async (result u32) (canon lift (core func $core "run"))))

  (instance $producer (instantiate $Producer))
  (instance $main (instantiate $Main (with "produce" (func $producer "produce"))))
  (export "run" (func $main "run")))
