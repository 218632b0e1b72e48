;; A stream of the host that delivers in pieces.
;;
;; `data` gives a stream of three bytes. `run` reads with room for eight until the host drops its end, and its result has a digit
;; for each read that copied something: how many bytes it was. A program that takes one read for all there is works as long as
;; the host writes all at once.
;;
;; outcomes: 111 12 21 3
(component
  (type $bytes (stream u8))
  (import "data" (func $data (result (stream u8))))

  (core module $Memory (memory (export "memory") 1))
  (core instance $memory (instantiate $Memory))

  (core module $Core
    (import "canon" "data" (func $data (result i32)))
    (import "canon" "memory" (memory 1))
    (import "canon" "stream.read" (func $stream.read (param i32 i32 i32) (result i32)))
    (import "canon" "stream.drop-readable" (func $stream.drop-readable (param i32)))

    (func (export "run") (result i32)
      (local $stream i32) (local $read i32) (local $sizes i32)
      (local.set $stream (call $data))
      (loop $again
        ;; How many in the upper 28 bits, COMPLETED (0) or DROPPED (1) in the lower four.
        (local.set $read (call $stream.read (local.get $stream) (i32.const 16) (i32.const 8)))
        (if (i32.shr_u (local.get $read) (i32.const 4))
          (then
            (local.set $sizes
              (i32.add (i32.mul (local.get $sizes) (i32.const 10)) (i32.shr_u (local.get $read) (i32.const 4))))))
        (br_if $again (i32.eqz (i32.and (local.get $read) (i32.const 15)))))
      (call $stream.drop-readable (local.get $stream))
      (local.get $sizes)))

  (core func $data' (canon lower (func $data)))
  (core func $stream.read (canon stream.read $bytes (memory (core memory $memory "memory"))))
  (core func $stream.drop-readable (canon stream.drop-readable $bytes))
  (core instance $core (instantiate $Core (with "canon" (instance
    (export "memory" (memory $memory "memory"))
    (export "data" (func $data'))
    (export "stream.read" (func $stream.read))
    (export "stream.drop-readable" (func $stream.drop-readable))))))
  (func (export "run") async (result u32) (canon lift (core func $core "run"))))
