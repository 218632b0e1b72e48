;; Event order: a server takes it for granted that its settings arrive before the first request.
;;
;; `Main.run` asks `Feed` for both at once and waits for the two calls in one waitable set. The settings were asked for
;; first, and by default they come first. When a request comes before them, `$serve` divides by a scale of 0, which is
;; a trap.
;;
;; What shows it: the call `request` returns before `settings`; or both have returned, and the event of the second is
;; delivered first. One order is all that matters.
;;
;; The cure: keep the request until the settings are there, or do not ask for requests before.
;;
;; bug: event order
;; kind: trap
;; depth: 1
;; right: 6
;; outcomes: 6 in 0; trap(core/integer-divide-by-zero) in 1
(component
  (component $Feed
    (core module $Core
      (import "canon" "task.return" (func $task.return (param i32)))
      (import "canon" "thread.yield" (func $thread.yield (result i32)))

      (func (export "settings")
        (drop (call $thread.yield))
        (call $task.return (i32.const 7)))

      (func (export "request")
        (drop (call $thread.yield))
        (call $task.return (i32.const 42))))

    (core func $task.return (canon task.return (result u32)))
    (core func $thread.yield (canon thread.yield))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "task.return" (func $task.return))
      (export "thread.yield" (func $thread.yield))))))
    (func (export "settings") async (result u32) (canon lift (core func $core "settings") async))
    (func (export "request") async (result u32) (canon lift (core func $core "request") async)))

  (component $Main
    (import "settings" (func $settings async (result u32)))
    (import "request" (func $request async (result u32)))

    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))

    (core module $Core
      (import "canon" "memory" (memory 1))
      (import "canon" "settings" (func $settings (param i32) (result i32)))
      (import "canon" "request" (func $request (param i32) (result i32)))
      (import "canon" "subtask.drop" (func $subtask.drop (param i32)))
      (import "canon" "waitable-set.new" (func $waitable-set.new (result i32)))
      (import "canon" "waitable-set.wait" (func $waitable-set.wait (param i32 i32) (result i32)))
      (import "canon" "waitable.join" (func $waitable.join (param i32 i32)))
      (import "canon" "waitable-set.drop" (func $waitable-set.drop (param i32)))

      (global $scale (mut i32) (i32.const 0))
      (global $answer (mut i32) (i32.const 0))
      (global $set (mut i32) (i32.const 0))

      ;; Waits for one of the two calls. Their results are at addresses 16 and 20; the subtask of the settings is $settings.
      (func $serve (param $settings i32)
        (local $subtask i32)
        ;; The handle of the subtask goes to address 8, its state to 12.
        (drop (call $waitable-set.wait (global.get $set) (i32.const 8)))
        (if (i32.ne (i32.load (i32.const 12)) (i32.const 2 (; RETURNED ;))) (then (return)))
        (local.set $subtask (i32.load (i32.const 8)))
        (if (i32.eq (local.get $subtask) (local.get $settings))
          (then (global.set $scale (i32.load (i32.const 16))))
          (else (global.set $answer (i32.div_u (i32.load (i32.const 20)) (global.get $scale)))))
        (call $waitable.join (local.get $subtask) (i32.const 0))
        (call $subtask.drop (local.get $subtask)))

      ;; Lets the set watch a call that did not return at once, and gives its subtask.
      (func $watch (param $status i32) (result i32)
        (call $waitable.join (i32.shr_u (local.get $status) (i32.const 4)) (global.get $set))
        (i32.shr_u (local.get $status) (i32.const 4)))

      (func (export "run") (result i32)
        (local $settings i32) (local $request i32)
        (global.set $set (call $waitable-set.new))
        (local.set $settings (call $settings (i32.const 16)))
        (local.set $request (call $request (i32.const 20)))
        (if (i32.eq (local.get $settings) (i32.const 2 (; RETURNED, at once ;)))
          (then
            (global.set $scale (i32.load (i32.const 16)))
            (local.set $settings (i32.const 0)))
          (else (local.set $settings (call $watch (local.get $settings)))))
        (if (i32.eq (local.get $request) (i32.const 2 (; RETURNED, at once ;)))
          (then (global.set $answer (i32.div_u (i32.load (i32.const 20)) (global.get $scale))))
          (else (drop (call $watch (local.get $request)))))
        (loop $again
          (if (i32.and (i32.ne (global.get $scale) (i32.const 0)) (i32.ne (global.get $answer) (i32.const 0)))
            (then (return (global.get $answer))))
          (call $serve (local.get $settings))
          (br $again))
        (unreachable)))

    (core func $settings' (canon lower (func $settings) async (memory (core memory $memory "memory"))))
    (core func $request' (canon lower (func $request) async (memory (core memory $memory "memory"))))
    (core func $subtask.drop (canon subtask.drop))
    (core func $waitable-set.new (canon waitable-set.new))
    (core func $waitable-set.wait (canon waitable-set.wait (memory (core memory $memory "memory"))))
    (core func $waitable.join (canon waitable.join))
    (core func $waitable-set.drop (canon waitable-set.drop))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "memory" (memory $memory "memory"))
      (export "settings" (func $settings'))
      (export "request" (func $request'))
      (export "subtask.drop" (func $subtask.drop))
      (export "waitable-set.new" (func $waitable-set.new))
      (export "waitable-set.wait" (func $waitable-set.wait))
      (export "waitable.join" (func $waitable.join))
      (export "waitable-set.drop" (func $waitable-set.drop))))))
    (func (export "run") async (result u32) (canon lift (core func $core "run"))))

  (instance $feed (instantiate $Feed))
  (instance $main (instantiate $Main
    (with "settings" (func $feed "settings"))
    (with "request" (func $feed "request"))))
  (export "run" (func $main "run")))
