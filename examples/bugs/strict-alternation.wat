;; Strict alternation: an optimistic read that gives up after two attempts.
;;
;; `run` reads a version, yields, and looks whether the version is still the same; if not, it backs off (another yield)
;; and tries once more. `$write` changes the version twice, with a yield before each time. By default the writer is a
;; step behind, the first attempt succeeds, and the result is 1.
;;
;; What shows it: each attempt has a write between its two looks, so that reader and writer take turns exactly: look,
;; write, look, look, write, look. That is four orders at once. Priorities with few changes hardly ever do that;
;; choices at random do it now and then.
;;
;; The cure: try again until it works, or take a lock.
;;
;; bug: strict alternation
;; kind: wrong result
;; depth: 4
;; right: 1
;; outcomes: 1 in 0; 0 in 2
(component
  (core module $Threads (table (export "threads") 1 funcref))
  (core instance $table (instantiate $Threads))

  (core module $Core
    (import "canon" "threads" (table $threads 1 funcref))
    (import "canon" "thread.yield" (func $thread.yield (result i32)))
    (import "canon" "thread.resume-later" (func $thread.resume-later (param i32)))
    (import "canon" "thread.new-indirect" (func $thread.new-indirect (param i32 i32) (result i32)))

    (global $version (mut i32) (i32.const 0))

    (elem (table $threads) (i32.const 0) func $write)

    (func $write (param $unused i32)
      (drop (call $thread.yield))
      (global.set $version (i32.const 1))
      (drop (call $thread.yield))
      (global.set $version (i32.const 2)))

    (func (export "run") (result i32)
      (local $left i32) (local $before i32)
      (call $thread.resume-later (call $thread.new-indirect (i32.const 0) (i32.const 0)))
      (local.set $left (i32.const 2))
      (loop $again
        (local.set $before (global.get $version))
        (drop (call $thread.yield))
        (if (i32.eq (local.get $before) (global.get $version)) (then (return (i32.const 1))))
        (drop (call $thread.yield))
        (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
      (i32.const 0 (; gave up ;))))

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
