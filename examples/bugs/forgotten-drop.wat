;; A handle that is forgotten on one of two ways: only a check for leaks sees it.
;;
;; `Main.run` begins two jobs, waits for the first that ends, and gives its number. On the way where the first job is
;; first, both subtasks are waited for and dropped; on the other way the first is left lying in the table. By default
;; the first job is first, and nothing is left.
;;
;; What shows it: the second job ends first, and somebody looks what is left at the end: `--check-leaks`. One order
;; matters.
;;
;; The cure: both ways wait for both.
;;
;; bug: a forgotten drop
;; kind: leak
;; depth: 1
;; right: 1 2
;; flags: --check-leaks
;; outcomes: 1 in 0; leak(2) after 2 in 2
(component
  (component $Service
    (core module $Core
      (import "canon" "task.return" (func $task.return))
      (import "canon" "thread.yield" (func $thread.yield (result i32)))

      (func (export "one")
        (drop (call $thread.yield))
        (call $task.return))

      (func (export "two")
        (drop (call $thread.yield))
        (drop (call $thread.yield))
        (call $task.return)))

    (core func $task.return (canon task.return))
    (core func $thread.yield (canon thread.yield))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "task.return" (func $task.return))
      (export "thread.yield" (func $thread.yield))))))
    (func (export "one") async (canon lift (core func $core "one") async))
    (func (export "two") async (canon lift (core func $core "two") async)))

  (component $Main
    (import "one" (func $one async))
    (import "two" (func $two async))

    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))

    (core module $Core
      (import "canon" "memory" (memory 1))
      (import "canon" "one" (func $one (result i32)))
      (import "canon" "two" (func $two (result i32)))
      (import "canon" "subtask.drop" (func $subtask.drop (param i32)))
      (import "canon" "waitable-set.new" (func $waitable-set.new (result i32)))
      (import "canon" "waitable-set.wait" (func $waitable-set.wait (param i32 i32) (result i32)))
      (import "canon" "waitable.join" (func $waitable.join (param i32 i32)))
      (import "canon" "waitable-set.drop" (func $waitable-set.drop (param i32)))

      (func (export "run") (result i32)
        (local $one i32) (local $two i32) (local $set i32) (local $first i32)
        (local.set $set (call $waitable-set.new))
        (local.set $one (call $watch (call $one) (local.get $set)))
        (local.set $two (call $watch (call $two) (local.get $set)))
        ;; Which of the two: 0 is the handle of a call that returned at once.
        (local.set $first (local.get $one))
        (if (i32.and (i32.ne (local.get $one) (i32.const 0)) (i32.ne (local.get $two) (i32.const 0)))
          (then (local.set $first (call $next (local.get $set))))
          (else (if (local.get $one) (then (local.set $first (local.get $two))))))
        (if (i32.eq (local.get $first) (local.get $one))
          (then
            (if (local.get $two) (then (drop (call $next (local.get $set)))))
            (call $waitable-set.drop (local.get $set))
            (return (i32.const 1))))
        (i32.const 2))

      ;; Lets the set watch a call, unless it returned at once; gives its subtask.
      (func $watch (param $status i32) (param $set i32) (result i32)
        (if (i32.eq (local.get $status) (i32.const 2 (; RETURNED ;))) (then (return (i32.const 0))))
        (call $waitable.join (i32.shr_u (local.get $status) (i32.const 4)) (local.get $set))
        (i32.shr_u (local.get $status) (i32.const 4)))

      ;; Waits for the next call to return, drops its subtask, and gives the handle that it had.
      (func $next (param $set i32) (result i32)
        (local $subtask i32)
        (drop (call $waitable-set.wait (local.get $set) (i32.const 8)))
        (local.set $subtask (i32.load (i32.const 8)))
        (call $waitable.join (local.get $subtask) (i32.const 0))
        (call $subtask.drop (local.get $subtask))
        (local.get $subtask)))

    (core func $one' (canon lower (func $one) async))
    (core func $two' (canon lower (func $two) async))
    (core func $subtask.drop (canon subtask.drop))
    (core func $waitable-set.new (canon waitable-set.new))
    (core func $waitable-set.wait (canon waitable-set.wait (memory (core memory $memory "memory"))))
    (core func $waitable.join (canon waitable.join))
    (core func $waitable-set.drop (canon waitable-set.drop))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "memory" (memory $memory "memory"))
      (export "one" (func $one'))
      (export "two" (func $two'))
      (export "subtask.drop" (func $subtask.drop))
      (export "waitable-set.new" (func $waitable-set.new))
      (export "waitable-set.wait" (func $waitable-set.wait))
      (export "waitable.join" (func $waitable.join))
      (export "waitable-set.drop" (func $waitable-set.drop))))))
    (func (export "run") async (result u32) (canon lift (core func $core "run"))))

  (instance $service (instantiate $Service))
  (instance $main (instantiate $Main
    (with "one" (func $service "one"))
    (with "two" (func $service "two"))))
  (export "run" (func $main "run")))
