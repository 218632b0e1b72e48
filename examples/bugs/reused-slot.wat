;; A slot that is reused: a client looks up its connection, yields, and writes to the slot that it found.
;;
;; There are two slots; client 1 has slot 0. `$send` looks for the slot of client 1, yields, and writes there. `$close`
;; frees slot 0. `$open` is client 2, who takes the first free slot. The result says who got what was written: 1 client
;; 1, 0 nobody (the connection was closed before, or the slot is empty), 2 client 2. The first two are as they should
;; be.
;;
;; What shows it: `$send` looks, `$close` frees, `$open` takes, `$send` writes: three orders between three threads. By
;; default the write comes before the others begin.
;;
;; The cure: check after the yield that the slot still belongs to whom it did; that is what generations in handles are
;; for.
;;
;; bug: a reused slot (ABA)
;; kind: wrong result
;; depth: 3
;; right: 1 0
;; outcomes: 1 in 0; 0 in 2; 2 in 3
(component
  (core module $Threads (table (export "threads") 3 funcref))
  (core instance $table (instantiate $Threads))

  (core module $Core
    (import "canon" "threads" (table $threads 3 funcref))
    (import "canon" "thread.yield" (func $thread.yield (result i32)))
    (import "canon" "thread.suspend" (func $thread.suspend (result i32)))
    (import "canon" "thread.index" (func $thread.index (result i32)))
    (import "canon" "thread.resume-later" (func $thread.resume-later (param i32)))
    (import "canon" "thread.new-indirect" (func $thread.new-indirect (param i32 i32) (result i32)))

    (global $slot-0 (mut i32) (i32.const 1))   ;; who has the slot; 0 is nobody
    (global $slot-1 (mut i32) (i32.const 0))
    (global $got (mut i32) (i32.const 0))
    (global $running (mut i32) (i32.const 3))
    (global $joining (mut i32) (i32.const 0))
    (global $run (mut i32) (i32.const 0))

    (elem (table $threads) (i32.const 0) func $send $close $open)

    (func $send (param $unused i32)
      (if (i32.eq (global.get $slot-0) (i32.const 1))
        (then
          (drop (call $thread.yield))
          (global.set $got (global.get $slot-0))))
      (call $finish))

    (func $close (param $unused i32)
      (global.set $slot-0 (i32.const 0))
      (call $finish))

    (func $open (param $unused i32)
      (if (i32.eqz (global.get $slot-0))
        (then (global.set $slot-0 (i32.const 2)))
        (else (global.set $slot-1 (i32.const 2))))
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
      (call $spawn (i32.const 0 (; send ;)) (i32.const 0))
      (drop (call $thread.yield))
      (drop (call $thread.yield))
      (call $spawn (i32.const 2 (; open ;)) (i32.const 0))
      (call $spawn (i32.const 1 (; close ;)) (i32.const 0))
      (call $join)
      (global.get $got)))

  (core type $Start (func (param i32)))
  (alias core export $table "threads" (core table $threads))
  (core func $thread.yield (canon thread.yield))
  (core func $thread.suspend (canon thread.suspend))
  (core func $thread.index (canon thread.index))
  (core func $thread.resume-later (canon thread.resume-later))
  (core func $thread.new-indirect (canon thread.new-indirect $Start (core table $threads)))
  (core instance $core (instantiate $Core (with "canon" (instance
    (export "threads" (table $threads))
    (export "thread.yield" (func $thread.yield))
    (export "thread.suspend" (func $thread.suspend))
    (export "thread.index" (func $thread.index))
    (export "thread.resume-later" (func $thread.resume-later))
    (export "thread.new-indirect" (func $thread.new-indirect))))))
  (func (export "run") async (result u32) (canon lift (core func $core "run"))))
