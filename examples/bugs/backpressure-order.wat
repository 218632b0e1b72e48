;; Backpressure order: calls that wait at the door are let in in any order.
;;
;; `Server` is paused when `Main.run` calls `open` and then `use`, so that both calls wait. `run` then lets `Server` go
;; on. By default the calls enter in the order in which they were made. `use` takes it for granted that `open` was
;; there before, and traps otherwise.
;;
;; What shows it: `use` enters first. The specification lets any call in whose turn it is; only that nobody overtakes
;; those who wait already is promised.
;;
;; The cure: `run` awaits `open` before it calls `use`.
;;
;; bug: backpressure order
;; kind: trap
;; depth: 1
;; right: 9
;; outcomes: 9 in 0; trap(core/unreachable) in 1
(component
  (component $Server
    (core module $Core
      (import "canon" "backpressure.inc" (func $backpressure.inc))
      (import "canon" "backpressure.dec" (func $backpressure.dec))
      (import "canon" "task.return" (func $task.return (param i32)))

      (global $session (mut i32) (i32.const 0))

      (func (export "pause") (call $backpressure.inc))
      (func (export "go-on") (call $backpressure.dec))

      (func (export "open")
        (global.set $session (i32.const 9))
        (call $task.return (i32.const 0)))

      (func (export "use")
        (if (i32.eqz (global.get $session)) (then (unreachable)))
        (call $task.return (global.get $session))))

    (core func $backpressure.inc (canon backpressure.inc))
    (core func $backpressure.dec (canon backpressure.dec))
    (core func $task.return (canon task.return (result u32)))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "backpressure.inc" (func $backpressure.inc))
      (export "backpressure.dec" (func $backpressure.dec))
      (export "task.return" (func $task.return))))))
    (func (export "pause") (canon lift (core func $core "pause")))
    (func (export "go-on") (canon lift (core func $core "go-on")))
    (func (export "open") async (result u32) (canon lift (core func $core "open") async))
    (func (export "use") async (result u32) (canon lift (core func $core "use") async)))

  (component $Main
    (import "pause" (func $pause ))
    (import "go-on" (func $go-on ))
    (import "open" (func $open async (result u32)))
    (import "use" (func $use async (result u32)))

    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))

    (core module $Core
      (import "canon" "memory" (memory 1))
      (import "canon" "pause" (func $pause))
      (import "canon" "go-on" (func $go-on))
      (import "canon" "open" (func $open (param i32) (result i32)))
      (import "canon" "use" (func $use (param i32) (result i32)))
      (import "canon" "subtask.drop" (func $subtask.drop (param i32)))
      (import "canon" "waitable-set.new" (func $waitable-set.new (result i32)))
      (import "canon" "waitable-set.wait" (func $waitable-set.wait (param i32 i32) (result i32)))
      (import "canon" "waitable.join" (func $waitable.join (param i32 i32)))
      (import "canon" "waitable-set.drop" (func $waitable-set.drop (param i32)))

      ;; Waits until a call has returned; on its way there it may be told that the call has started (1).
      (func $await (param $status i32)
        (local $subtask i32) (local $set i32)
        (local.set $subtask (i32.shr_u (local.get $status) (i32.const 4)))
        (local.set $set (call $waitable-set.new))
        (call $waitable.join (local.get $subtask) (local.get $set))
        (loop $again
          (drop (call $waitable-set.wait (local.get $set) (i32.const 8)))
          (br_if $again (i32.ne (i32.load (i32.const 12)) (i32.const 2 (; RETURNED ;)))))
        (call $subtask.drop (local.get $subtask))
        (call $waitable-set.drop (local.get $set)))

      (func (export "run") (result i32)
        (local $open i32) (local $use i32)
        (call $pause)
        (local.set $open (call $open (i32.const 16)))
        (local.set $use (call $use (i32.const 20)))
        (call $go-on)
        (call $await (local.get $open))
        (call $await (local.get $use))
        (i32.load (i32.const 20))))

    (core func $pause' (canon lower (func $pause)))
    (core func $go-on' (canon lower (func $go-on)))
    (core func $open' (canon lower (func $open) async (memory (core memory $memory "memory"))))
    (core func $use' (canon lower (func $use) async (memory (core memory $memory "memory"))))
    (core func $subtask.drop (canon subtask.drop))
    (core func $waitable-set.new (canon waitable-set.new))
    (core func $waitable-set.wait (canon waitable-set.wait (memory (core memory $memory "memory"))))
    (core func $waitable.join (canon waitable.join))
    (core func $waitable-set.drop (canon waitable-set.drop))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "memory" (memory $memory "memory"))
      (export "pause" (func $pause'))
      (export "go-on" (func $go-on'))
      (export "open" (func $open'))
      (export "use" (func $use'))
      (export "subtask.drop" (func $subtask.drop))
      (export "waitable-set.new" (func $waitable-set.new))
      (export "waitable-set.wait" (func $waitable-set.wait))
      (export "waitable.join" (func $waitable.join))
      (export "waitable-set.drop" (func $waitable-set.drop))))))
    (func (export "run") async (result u32) (canon lift (core func $core "run"))))

  (instance $server (instantiate $Server))
  (instance $main (instantiate $Main
    (with "pause" (func $server "pause"))
    (with "go-on" (func $server "go-on"))
    (with "open" (func $server "open"))
    (with "use" (func $server "use"))))
  (export "run" (func $main "run")))
