;; A pipeline of two components: one writes bytes into a `stream<u8>`, the other reads them and computes a checksum.
;;
;; What it shows
;; - `Producer.produce` returns the readable end of a stream *before* it has written anything: `task.return` gives the
;;   caller its result, and the task goes on afterwards.
;; - A stream has no buffer of its own. A write waits until there is a reader and the other way round, and then the bytes
;;   are copied once, from the writer's memory straight into the reader's.
;; - Neither side decides how much is copied at a time: the writer offers 6 bytes, the reader has room for 4, so both see
;;   partial results and go on with what is left.
;; - The producer is written in the callback style (return WAIT, be called again with the event), the consumer in the
;;   blocking style (`waitable-set.wait`). Callers cannot tell the difference.
;;
;; The schedule is free: any of these may come out one way or the other, and the copies then differ in size and order.
;; - Whether the consumer's wait blocks when the event is already there.
;;   (Concurrency.md, Nondeterminism: "Whenever a thread yields or waits on a waitable set with an already pending event,
;;   whether or not the thread blocks [...] is nondeterministic.")
;; - Which of the two goes on first when both can.
;;   ("If multiple threads that previously blocked can be resumed at the same time, the order in which they are resumed is
;;   nondeterministic.")
;; The bytes and their order are not free, so neither is the checksum: h = h * 31 + byte, over the 24 bytes of the text
;; below, modulo 2^32.
;;
;; outcomes: 2214915970
(component
  (component $Producer
    (core module $Memory
      (memory (export "memory") 1)
      (data (i32.const 16) "warp and weft, by thread"))
    (core instance $memory (instantiate $Memory))

    (core module $Core
      (import "canon" "task.return" (func $task.return (param i32)))
      (import "canon" "stream.new" (func $stream.new (result i64)))
      (import "canon" "stream.write" (func $stream.write (param i32 i32 i32) (result i32)))
      (import "canon" "stream.drop-writable" (func $stream.drop-writable (param i32)))
      (import "canon" "waitable-set.new" (func $waitable-set.new (result i32)))
      (import "canon" "waitable.join" (func $waitable.join (param i32 i32)))
      (import "canon" "waitable-set.drop" (func $waitable-set.drop (param i32)))

      (global $end (mut i32) (i32.const 0))     ;; the writable end of the stream
      (global $set (mut i32) (i32.const 0))     ;; the waitable set that it is in
      (global $next (mut i32) (i32.const 16))   ;; where the bytes not yet written begin
      (global $limit i32 (i32.const 40))        ;; where they end

      ;; Offers bytes until the reader is behind, then waits; the result is what the callback ABI calls packed: the low 4
      ;; bits say EXIT (0), YIELD (1) or WAIT (2), the rest names the waitable set.
      (func $write (result i32)
        (local $length i32) (local $result i32)
        (loop $again
          (local.set $length (i32.sub (global.get $limit) (global.get $next)))
          (if (i32.eqz (local.get $length))
            (then
              ;; All is written. Dropping the end is how the reader learns that nothing more will come.
              (call $waitable.join (global.get $end) (i32.const 0))
              (call $stream.drop-writable (global.get $end))
              (call $waitable-set.drop (global.get $set))
              (return (i32.const 0 (; EXIT ;)))))
          (if (i32.gt_u (local.get $length) (i32.const 6))
            (then (local.set $length (i32.const 6))))
          (local.set $result (call $stream.write (global.get $end) (global.get $next) (local.get $length)))
          (if (i32.eq (local.get $result) (i32.const -1 (; BLOCKED ;)))
            (then (return (i32.or (i32.const 2 (; WAIT ;)) (i32.shl (global.get $set) (i32.const 4))))))
          (call $wrote (local.get $result))
          (br $again))
        (unreachable))

      ;; Takes note of a write that is over: COMPLETED (0) in the low 4 bits, how many bytes in the rest.
      (func $wrote (param $result i32)
        (if (i32.and (local.get $result) (i32.const 0xf)) (then (unreachable)))
        (global.set $next (i32.add (global.get $next) (i32.shr_u (local.get $result) (i32.const 4)))))

      (func (export "produce") (result i32)
        (local $ends i64)
        (global.set $set (call $waitable-set.new))
        (local.set $ends (call $stream.new))   ;; the readable end in the low half, the writable end in the high half
        (global.set $end (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
        (call $waitable.join (global.get $end) (global.get $set))
        (call $task.return (i32.wrap_i64 (local.get $ends)))
        (call $write))

      (func (export "callback") (param $event i32) (param $index i32) (param $payload i32) (result i32)
        (if (i32.ne (local.get $event) (i32.const 3 (; STREAM_WRITE ;))) (then (unreachable)))
        (call $wrote (local.get $payload))
        (call $write)))

    (type $Bytes (stream u8))
    (core func $task.return (canon task.return (result $Bytes)))
    (core func $stream.new (canon stream.new $Bytes))
    (core func $stream.write (canon stream.write $Bytes async (memory (core memory $memory "memory"))))
    (core func $stream.drop-writable (canon stream.drop-writable $Bytes))
    (core func $waitable-set.new (canon waitable-set.new))
    (core func $waitable.join (canon waitable.join))
    (core func $waitable-set.drop (canon waitable-set.drop))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "task.return" (func $task.return))
      (export "stream.new" (func $stream.new))
      (export "stream.write" (func $stream.write))
      (export "stream.drop-writable" (func $stream.drop-writable))
      (export "waitable-set.new" (func $waitable-set.new))
      (export "waitable.join" (func $waitable.join))
      (export "waitable-set.drop" (func $waitable-set.drop))))))
    (func (export "produce") async (result $Bytes)
      (canon lift (core func $core "produce") async (callback (core func $core "callback")))))

  (component $Consumer
    (type $Bytes (stream u8))
    (import "produce" (func $produce async (result $Bytes)))

    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))

    (core module $Core
      (import "canon" "memory" (memory 1))
      (import "canon" "produce" (func $produce (result i32)))
      (import "canon" "stream.read" (func $stream.read (param i32 i32 i32) (result i32)))
      (import "canon" "stream.drop-readable" (func $stream.drop-readable (param i32)))
      (import "canon" "waitable-set.new" (func $waitable-set.new (result i32)))
      (import "canon" "waitable-set.wait" (func $waitable-set.wait (param i32 i32) (result i32)))
      (import "canon" "waitable.join" (func $waitable.join (param i32 i32)))
      (import "canon" "waitable-set.drop" (func $waitable-set.drop (param i32)))

      (func (export "run") (result i32)
        (local $end i32) (local $set i32) (local $result i32) (local $ptr i32) (local $limit i32) (local $hash i32)
        (local.set $end (call $produce))
        (local.set $set (call $waitable-set.new))
        (call $waitable.join (local.get $end) (local.get $set))
        (loop $again
          ;; Room for 4 bytes at address 32.
          (local.set $result (call $stream.read (local.get $end) (i32.const 32) (i32.const 4)))
          (if (i32.eq (local.get $result) (i32.const -1 (; BLOCKED ;)))
            (then
              ;; The event's index and payload go to addresses 8 and 12; the payload is the result of the read.
              (if (i32.ne (call $waitable-set.wait (local.get $set) (i32.const 8)) (i32.const 2 (; STREAM_READ ;)))
                (then (unreachable)))
              (local.set $result (i32.load (i32.const 12)))))
          (local.set $ptr (i32.const 32))
          (local.set $limit (i32.add (local.get $ptr) (i32.shr_u (local.get $result) (i32.const 4))))
          (block $read
            (loop $byte
              (br_if $read (i32.eq (local.get $ptr) (local.get $limit)))
              (local.set $hash
                (i32.add (i32.mul (local.get $hash) (i32.const 31)) (i32.load8_u (local.get $ptr))))
              (local.set $ptr (i32.add (local.get $ptr) (i32.const 1)))
              (br $byte)))
          (br_if $again (i32.eqz (i32.and (local.get $result) (i32.const 0xf)) (; COMPLETED, not DROPPED ;))))
        (call $waitable.join (local.get $end) (i32.const 0))
        (call $stream.drop-readable (local.get $end))
        (call $waitable-set.drop (local.get $set))
        (local.get $hash)))

    ;; Lowered without `async`: the call blocks until `produce` has returned its stream.
    (core func $produce' (canon lower (func $produce)))
    (core func $stream.read (canon stream.read $Bytes async (memory (core memory $memory "memory"))))
    (core func $stream.drop-readable (canon stream.drop-readable $Bytes))
    (core func $waitable-set.new (canon waitable-set.new))
    (core func $waitable-set.wait (canon waitable-set.wait (memory (core memory $memory "memory"))))
    (core func $waitable.join (canon waitable.join))
    (core func $waitable-set.drop (canon waitable-set.drop))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "memory" (memory $memory "memory"))
      (export "produce" (func $produce'))
      (export "stream.read" (func $stream.read))
      (export "stream.drop-readable" (func $stream.drop-readable))
      (export "waitable-set.new" (func $waitable-set.new))
      (export "waitable-set.wait" (func $waitable-set.wait))
      (export "waitable.join" (func $waitable.join))
      (export "waitable-set.drop" (func $waitable-set.drop))))))
    ;; Lifted without `async`: core code may block and simply returns its result. The type is `async` all the same, which
    ;; is what allows it to block.
    (func (export "run") async (result u32) (canon lift (core func $core "run"))))

  (instance $producer (instantiate $Producer))
  (instance $consumer (instantiate $Consumer (with "produce" (func $producer "produce"))))
  (export "run" (func $consumer "run")))
