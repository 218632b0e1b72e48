;; A lost update: two threads read a counter, yield, and write it back with one added.
;;
;; `$add` is wrong: between its read and its write it lets others run. `run` begins the second thread one yield after
;; the first, which by default is enough: the first is at its write by then, and the count is 2.
;;
;; What shows it: the second thread reads before the first writes. Its own write then puts back the number that the
;; first began with, plus one: 1.
;;
;; The cure: read after the yield, so that nothing comes between read and write.
;;
;; bug: lost update
;; kind: wrong result
;; depth: 2
;; right: 2
;; outcomes: 2 in 0; 1 in 1
(component
  (core module $Threads (table (export "threads") 1 funcref))
  (core instance $table (instantiate $Threads))

  (core module $Core
    (import "canon" "threads" (table $threads 1 funcref))
    (import "canon" "thread.yield" (func $thread.yield (result i32)))
    (import "canon" "thread.suspend" (func $thread.suspend (result i32)))
    (import "canon" "thread.index" (func $thread.index (result i32)))
    (import "canon" "thread.resume-later" (func $thread.resume-later (param i32)))
    (import "canon" "thread.new-indirect" (func $thread.new-indirect (param i32 i32) (result i32)))

    (global $count (mut i32) (i32.const 0))
    (global $running (mut i32) (i32.const 2))
    (global $joining (mut i32) (i32.const 0))
    (global $run (mut i32) (i32.const 0))

    (elem (table $threads) (i32.const 0) func $add)

    (func $add (param $unused i32)
      (local $read i32)
      (local.set $read (global.get $count))
      (drop (call $thread.yield))
      (global.set $count (i32.add (local.get $read) (i32.const 1)))
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
      (call $spawn (i32.const 0) (i32.const 0))
      (drop (call $thread.yield))
      (call $spawn (i32.const 0) (i32.const 0))
      (call $join)
      (global.get $count)))

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
