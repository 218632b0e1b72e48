;; 2 producers, each in an instance of its own, write 4 messages each to a stream of their own, one element at a time, and
;; yield between two writes. One consumer reads all streams through one waitable set and returns the order in which it
;; saw them: one digit in base 2 for each message, the first message the highest digit.
;;
;; Every order that keeps the messages of each producer in sequence can come out.
(component
  (component $Producer
    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))
    (core module $Core
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
        (local.set $left (i32.const 4))
        (loop $again
          (drop (call $thread.yield))
          (drop (call $stream.write (local.get $end) (i32.const 16) (i32.const 1)))
          (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
        (call $stream.drop-writable (local.get $end))))

    (type $Numbers (stream u32))
    (core func $task.return (canon task.return (result $Numbers)))
    (core func $thread.yield (canon thread.yield))
    (core func $stream.new (canon stream.new $Numbers))
    ;; Written without `async`: the thread waits until the element was taken.
    (core func $stream.write (canon stream.write $Numbers (memory (core memory $memory "memory"))))
    (core func $stream.drop-writable (canon stream.drop-writable $Numbers))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "task.return" (func $task.return))
      (export "thread.yield" (func $thread.yield))
      (export "stream.new" (func $stream.new))
      (export "stream.write" (func $stream.write))
      (export "stream.drop-writable" (func $stream.drop-writable))))))
    (func (export "produce") async (result $Numbers) (canon lift (core func $core "produce") async)))

  (component $Consumer
    (type $Numbers (stream u32))
    (import "produce-0" (func $produce-0 async (result $Numbers)))
    (import "produce-1" (func $produce-1 async (result $Numbers)))

    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))
    (core module $Core
      (import "canon" "memory" (memory 1))
      (import "canon" "produce-0" (func $produce-0 (result i32)))
      (import "canon" "produce-1" (func $produce-1 (result i32)))
      (import "canon" "stream.read" (func $stream.read (param i32 i32 i32) (result i32)))
      (import "canon" "stream.drop-readable" (func $stream.drop-readable (param i32)))
      (import "canon" "waitable-set.new" (func $waitable-set.new (result i32)))
      (import "canon" "waitable-set.wait" (func $waitable-set.wait (param i32 i32) (result i32)))
      (import "canon" "waitable-set.drop" (func $waitable-set.drop (param i32)))
      (import "canon" "waitable.join" (func $waitable.join (param i32 i32)))

      (global $set (mut i32) (i32.const 0))
      (global $order (mut i32) (i32.const 0))
      (global $open (mut i32) (i32.const 2))
      ;; The readable ends have the handles from here on, in the order of the producers.
      (global $first (mut i32) (i32.const 0))

      ;; Reads on, and takes note of what was there already.
      (func $read (param $end i32)
        (local $result i32)
        (loop $again
          (local.set $result (call $stream.read (local.get $end) (i32.const 32) (i32.const 1)))
          (if (i32.eq (local.get $result) (i32.const -1 (; BLOCKED ;))) (then (return)))
          (call $note (local.get $end) (local.get $result))
          (br_if $again (i32.eqz (i32.and (local.get $result) (i32.const 0xf))))))

      ;; Takes note of a read that is over: COMPLETED (0) or DROPPED (1) in the low 4 bits, how many elements in the rest.
      (func $note (param $end i32) (param $result i32)
        (if (i32.shr_u (local.get $result) (i32.const 4))
          (then (global.set $order
            (i32.add (i32.mul (global.get $order) (i32.const 2)) (i32.sub (local.get $end) (global.get $first))))))
        (if (i32.and (local.get $result) (i32.const 0xf))
          (then
            (call $waitable.join (local.get $end) (i32.const 0))
            (call $stream.drop-readable (local.get $end))
            (global.set $open (i32.sub (global.get $open) (i32.const 1))))))

      (func (export "run") (result i32)
        (local $end i32)
        (global.set $first (call $produce-0))
        (drop (call $produce-1))
        (global.set $set (call $waitable-set.new))
        (call $waitable.join (i32.add (global.get $first) (i32.const 0)) (global.get $set))
        (call $waitable.join (i32.add (global.get $first) (i32.const 1)) (global.get $set))
        (call $read (i32.add (global.get $first) (i32.const 0)))
        (call $read (i32.add (global.get $first) (i32.const 1)))
        (loop $again
          (drop (call $waitable-set.wait (global.get $set) (i32.const 8)))
          (local.set $end (i32.load (i32.const 8)))
          (call $note (local.get $end) (i32.load (i32.const 12)))
          (if (i32.eqz (i32.and (i32.load (i32.const 12)) (i32.const 0xf))) (then (call $read (local.get $end))))
          (br_if $again (global.get $open)))
        (call $waitable-set.drop (global.get $set))
        (global.get $order)))

    (core func $produce-0' (canon lower (func $produce-0)))
    (core func $produce-1' (canon lower (func $produce-1)))
    (core func $stream.read (canon stream.read $Numbers async (memory (core memory $memory "memory"))))
    (core func $stream.drop-readable (canon stream.drop-readable $Numbers))
    (core func $waitable-set.new (canon waitable-set.new))
    (core func $waitable-set.wait (canon waitable-set.wait (memory (core memory $memory "memory"))))
    (core func $waitable-set.drop (canon waitable-set.drop))
    (core func $waitable.join (canon waitable.join))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "memory" (memory $memory "memory"))
      (export "produce-0" (func $produce-0'))
      (export "produce-1" (func $produce-1'))
      (export "stream.read" (func $stream.read))
      (export "stream.drop-readable" (func $stream.drop-readable))
      (export "waitable-set.new" (func $waitable-set.new))
      (export "waitable-set.wait" (func $waitable-set.wait))
      (export "waitable-set.drop" (func $waitable-set.drop))
      (export "waitable.join" (func $waitable.join))))))
    (func (export "run") async (result u32) (canon lift (core func $core "run"))))

  (instance $producer-0 (instantiate $Producer))
  (instance $producer-1 (instantiate $Producer))
  (instance $consumer (instantiate $Consumer
    (with "produce-0" (func $producer-0 "produce"))
    (with "produce-1" (func $producer-1 "produce"))))
  (export "run" (func $consumer "run")))
