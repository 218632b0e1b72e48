;; A wakeup across tasks that is lost: one task looks at a flag and goes to sleep; another sets the flag and wakes who
;; sleeps.
;;
;; `Gate.pass` looks whether the gate is open; if not, it yields (it writes a line to its log, say), notes down its
;; thread and suspends itself. `Gate.open` yields twice, opens the gate, and wakes the thread that is noted down, if
;; there is one. By default `pass` is asleep by then, and is woken: 1.
;;
;; What shows it: `open` comes between the look and the sleep. Nobody is noted down yet, so nobody is woken; then
;; `pass` goes to sleep for ever. Two orders matter: the look before the opening, the opening before the note.
;;
;; The cure: no yield between the look and the sleep; or look again after the yield.
;;
;; bug: cross-task wakeup
;; kind: deadlock
;; depth: 2
;; right: 1
;; outcomes: 1 in 0; deadlock in 1
(component
  (component $Gate
    (core module $Core
      (import "canon" "task.return" (func $task.return))
      (import "canon" "thread.yield" (func $thread.yield (result i32)))
      (import "canon" "thread.suspend" (func $thread.suspend (result i32)))
      (import "canon" "thread.index" (func $thread.index (result i32)))
      (import "canon" "thread.resume-later" (func $thread.resume-later (param i32)))

      (global $is-open (mut i32) (i32.const 0))
      (global $sleeper (mut i32) (i32.const 0))

      (func (export "pass")
        (drop (call $thread.yield))
        (if (i32.eqz (global.get $is-open))
          (then
            (drop (call $thread.yield))
            (global.set $sleeper (call $thread.index))
            (drop (call $thread.suspend))))
        (call $task.return))

      (func (export "open")
        (drop (call $thread.yield))
        (drop (call $thread.yield))
        (global.set $is-open (i32.const 1))
        (if (global.get $sleeper) (then (call $thread.resume-later (global.get $sleeper))))
        (call $task.return)))

    (core func $task.return (canon task.return))
    (core func $thread.yield (canon thread.yield))
    (core func $thread.suspend (canon thread.suspend))
    (core func $thread.index (canon thread.index))
    (core func $thread.resume-later (canon thread.resume-later))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "task.return" (func $task.return))
      (export "thread.yield" (func $thread.yield))
      (export "thread.suspend" (func $thread.suspend))
      (export "thread.index" (func $thread.index))
      (export "thread.resume-later" (func $thread.resume-later))))))
    (func (export "pass") async (canon lift (core func $core "pass") async))
    (func (export "open") async (canon lift (core func $core "open") async)))

  (component $Main
    (import "pass" (func $pass async))
    (import "open" (func $open async))

    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))

    (core module $Core
      (import "canon" "memory" (memory 1))
      (import "canon" "pass" (func $pass (result i32)))
      (import "canon" "open" (func $open (result i32)))
      (import "canon" "subtask.drop" (func $subtask.drop (param i32)))
      (import "canon" "waitable-set.new" (func $waitable-set.new (result i32)))
      (import "canon" "waitable-set.wait" (func $waitable-set.wait (param i32 i32) (result i32)))
      (import "canon" "waitable.join" (func $waitable.join (param i32 i32)))

      ;; Waits until a call that was begun has returned.
      (func $await (param $status i32)
        (local $subtask i32) (local $set i32)
        (if (i32.eq (local.get $status) (i32.const 2 (; RETURNED ;))) (then (return)))
        (local.set $subtask (i32.shr_u (local.get $status) (i32.const 4)))
        (local.set $set (call $waitable-set.new))
        (call $waitable.join (local.get $subtask) (local.get $set))
        (drop (call $waitable-set.wait (local.get $set) (i32.const 0)))
        (call $subtask.drop (local.get $subtask)))

      (func (export "run") (result i32)
        (local $pass i32) (local $open i32)
        (local.set $pass (call $pass))
        (local.set $open (call $open))
        (call $await (local.get $pass))
        (call $await (local.get $open))
        (i32.const 1)))

    (core func $pass' (canon lower (func $pass) async))
    (core func $open' (canon lower (func $open) async))
    (core func $subtask.drop (canon subtask.drop))
    (core func $waitable-set.new (canon waitable-set.new))
    (core func $waitable-set.wait (canon waitable-set.wait (memory (core memory $memory "memory"))))
    (core func $waitable.join (canon waitable.join))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "memory" (memory $memory "memory"))
      (export "pass" (func $pass'))
      (export "open" (func $open'))
      (export "subtask.drop" (func $subtask.drop))
      (export "waitable-set.new" (func $waitable-set.new))
      (export "waitable-set.wait" (func $waitable-set.wait))
      (export "waitable.join" (func $waitable.join))))))
    (func (export "run") async (result u32) (canon lift (core func $core "run"))))

  (instance $gate (instantiate $Gate))
  (instance $main (instantiate $Main
    (with "pass" (func $gate "pass"))
    (with "open" (func $gate "open"))))
  (export "run" (func $main "run")))
