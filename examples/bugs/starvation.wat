;; Starvation: `run` polls for a result a number of times, then gives up.
;;
;; `$compute` needs a single turn to set the result. `run` asks for it 12 times and yields in between, "which must be
;; enough". A yield is an offer, though, not a wait: nothing says that another thread is resumed before `run` is, or
;; that the yield blocks at all. By default the result is there at the second look: 1.
;;
;; What shows it: `run` gets all the turns. There is a single order that matters, the last look before the result, but
;; a chooser that picks each turn at random keeps to it only about once in a hundred runs; one that gives priorities to
;; threads does it every other time.
;;
;; The cure: wait for an event, or suspend and be woken. Polling has no bound that is enough.
;;
;; bug: starvation
;; kind: wrong result
;; depth: 1
;; right: 1
;; outcomes: 1 in 0; 0 in 12
(component
  (core module $Threads (table (export "threads") 1 funcref))
  (core instance $table (instantiate $Threads))

  (core module $Core
    (import "canon" "threads" (table $threads 1 funcref))
    (import "canon" "thread.yield" (func $thread.yield (result i32)))
    (import "canon" "thread.resume-later" (func $thread.resume-later (param i32)))
    (import "canon" "thread.new-indirect" (func $thread.new-indirect (param i32 i32) (result i32)))

    (global $result (mut i32) (i32.const 0))

    (elem (table $threads) (i32.const 0) func $compute)

    (func $compute (param $unused i32)
      (global.set $result (i32.const 1)))

    (func (export "run") (result i32)
      (local $left i32)
      (call $thread.resume-later (call $thread.new-indirect (i32.const 0) (i32.const 0)))
      (local.set $left (i32.const 12))
      (loop $again
        (if (global.get $result) (then (return (i32.const 1))))
        (drop (call $thread.yield))
        (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (global.get $result)))

  (core type $Start (func (param i32)))
  (alias core export $table "threads" (core table $threads))
  (core func $thread.yield (canon thread.yield))
  (core func $thread.resume-later (canon thread.resume-later))
  (core func $thread.new-indirect (canon thread.new-indirect $Start (core table $threads)))
  (core instance $core (instantiate $Core (with "canon" (instance
    (export "threads" (table $threads))
    (export "thread.yield" (func $thread.yield))
    (export "thread.resume-later" (func $thread.resume-later))
    (export "thread.new-indirect" (func $thread.new-indirect))))))
  (func (export "run") async (result u32) (canon lift (core func $core "run"))))
