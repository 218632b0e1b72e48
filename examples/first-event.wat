;; A program whose result depends on which event is delivered first.
;;
;; `Reader.run` reads two futures at once. `Writer.fulfil` writes both, 1 to the first and 2 to the second, before the reader
;; looks. Now two events are pending in one waitable set, and `run` returns the value of the one that it is given first.
;;
;; Everything up to that point is determined. Then the specification lets the engine choose:
;; - "If there are multiple waitables with a pending event in a waitable set that is being waited on or polled, there is a
;;   nondeterministic choice of which waitable's event is delivered first." (Concurrency.md, Nondeterminism)
;; An engine that always delivers in one order passes every test of this program, until another engine, or the next version,
;; does not. Code that must know which future was written first has to ask its writer.
;;
;; outcomes: 1 2
(component
  (component $Writer
    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))

    (core module $Core
      (import "canon" "memory" (memory 1))
      (import "canon" "future.new" (func $future.new (result i64)))
      (import "canon" "future.write" (func $future.write (param i32 i32) (result i32)))
      (import "canon" "future.drop-writable" (func $future.drop-writable (param i32)))

      ;; Makes a future, keeps its writable end at address 4 * n, and returns the readable end.
      (func (export "open") (param $n i32) (result i32)
        (local $ends i64)
        (local.set $ends (call $future.new))
        (i32.store
          (i32.mul (local.get $n) (i32.const 4))
          (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
        (i32.wrap_i64 (local.get $ends)))

      ;; Writes n to the n-th future. The reader waits already, so that the write is over at once: COMPLETED is 0.
      (func $write (param $n i32)
        (local $end i32)
        (local.set $end (i32.load (i32.mul (local.get $n) (i32.const 4))))
        (i32.store (i32.const 64) (local.get $n))
        (if (call $future.write (local.get $end) (i32.const 64)) (then (unreachable)))
        (call $future.drop-writable (local.get $end)))

      (func (export "fulfil")
        (call $write (i32.const 1))
        (call $write (i32.const 2))))

    (type $Number (future u32))
    (core func $future.new (canon future.new $Number))
    (core func $future.write (canon future.write $Number async (memory (core memory $memory "memory"))))
    (core func $future.drop-writable (canon future.drop-writable $Number))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "memory" (memory $memory "memory"))
      (export "future.new" (func $future.new))
      (export "future.write" (func $future.write))
      (export "future.drop-writable" (func $future.drop-writable))))))
    (func (export "open") (param "n" u32) (result $Number) (canon lift (core func $core "open")))
    (func (export "fulfil") (canon lift (core func $core "fulfil"))))

  (component $Reader
    (type $Number (future u32))
    (import "open" (func $open (param "n" u32) (result $Number)))
    (import "fulfil" (func $fulfil))

    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))

    (core module $Core
      (import "canon" "memory" (memory 1))
      (import "canon" "open" (func $open (param i32) (result i32)))
      (import "canon" "fulfil" (func $fulfil))
      (import "canon" "future.read" (func $future.read (param i32 i32) (result i32)))
      (import "canon" "future.drop-readable" (func $future.drop-readable (param i32)))
      (import "canon" "waitable-set.new" (func $waitable-set.new (result i32)))
      (import "canon" "waitable-set.wait" (func $waitable-set.wait (param i32 i32) (result i32)))
      (import "canon" "waitable.join" (func $waitable.join (param i32 i32)))
      (import "canon" "waitable-set.drop" (func $waitable-set.drop (param i32)))

      ;; Begins to read a future into address 16 * n, and lets the set watch it.
      (func $read (param $n i32) (param $set i32)
        (local $end i32)
        (local.set $end (call $open (local.get $n)))
        (if (i32.ne
              (call $future.read (local.get $end) (i32.mul (local.get $n) (i32.const 16)))
              (i32.const -1 (; BLOCKED ;)))
          (then (unreachable)))
        (i32.store offset=4 (i32.mul (local.get $n) (i32.const 16)) (local.get $end))
        (call $waitable.join (local.get $end) (local.get $set)))

      ;; Waits for an event and returns the number that was read.
      (func $next (param $set i32) (result i32)
        (local $end i32)
        ;; The handle of the future goes to address 64.
        (if (i32.ne (call $waitable-set.wait (local.get $set) (i32.const 64)) (i32.const 4 (; FUTURE_READ ;)))
          (then (unreachable)))
        (local.set $end (i32.load (i32.const 64)))
        (call $future.drop-readable (local.get $end))
        (if (result i32) (i32.eq (local.get $end) (i32.load (i32.const 20)))
          (then (i32.load (i32.const 16)))
          (else (i32.load (i32.const 32)))))

      (func (export "run") (result i32)
        (local $set i32) (local $first i32)
        (local.set $set (call $waitable-set.new))
        (call $read (i32.const 1) (local.get $set))
        (call $read (i32.const 2) (local.get $set))
        (call $fulfil)
        ;; Both events are pending. This is the choice:
        (local.set $first (call $next (local.get $set)))
        (drop (call $next (local.get $set)))
        (call $waitable-set.drop (local.get $set))
        (local.get $first)))

    (core func $open' (canon lower (func $open)))
    (core func $fulfil' (canon lower (func $fulfil)))
    (core func $future.read (canon future.read $Number async (memory (core memory $memory "memory"))))
    (core func $future.drop-readable (canon future.drop-readable $Number))
    (core func $waitable-set.new (canon waitable-set.new))
    (core func $waitable-set.wait (canon waitable-set.wait (memory (core memory $memory "memory"))))
    (core func $waitable.join (canon waitable.join))
    (core func $waitable-set.drop (canon waitable-set.drop))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "memory" (memory $memory "memory"))
      (export "open" (func $open'))
      (export "fulfil" (func $fulfil'))
      (export "future.read" (func $future.read))
      (export "future.drop-readable" (func $future.drop-readable))
      (export "waitable-set.new" (func $waitable-set.new))
      (export "waitable-set.wait" (func $waitable-set.wait))
      (export "waitable.join" (func $waitable.join))
      (export "waitable-set.drop" (func $waitable-set.drop))))))
    (func (export "run") async (result u32) (canon lift (core func $core "run"))))

  (instance $writer (instantiate $Writer))
  (instance $reader (instantiate $Reader
    (with "open" (func $writer "open"))
    (with "fulfil" (func $writer "fulfil"))))
  (export "run" (func $reader "run")))
