;; A loop of YIELD that never receives other events: wit-bindgen#1439 as a guest has it.
;;
;; `Worker.work` calls `fetch` and has an event loop of its own: it looks into its waitable set twice, with a yield in
;; between, and when nothing has come by then, it goes round in YIELD until a flag says that the call has returned.
;; Nobody will ever set the flag: YIELD gives way to others, but the event of a waitable is delivered by WAIT or by a
;; look into the set. By default `fetch` has returned at the second look: 1.
;;
;; What shows it: `fetch` is late. From then on the task runs whenever it is its turn, and gets nowhere: a livelock. It
;; is fair, since everybody who could run does, so waiting longer does not help.
;;
;; The cure: WAIT on the set.
;;
;; bug: wit-bindgen#1439, a YIELD busy loop receives no events
;; kind: livelock
;; depth: 1
;; right: 1
;; outcomes: 1 in 0; livelock in 1
(component
  (component $Service
    (core module $Core
      (import "canon" "task.return" (func $task.return))
      (import "canon" "thread.yield" (func $thread.yield (result i32)))

      (func (export "fetch")
        (drop (call $thread.yield))
        (call $task.return)))

    (core func $task.return (canon task.return))
    (core func $thread.yield (canon thread.yield))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "task.return" (func $task.return))
      (export "thread.yield" (func $thread.yield))))))
    (func (export "fetch") async (canon lift (core func $core "fetch") async)))

  (component $Worker
    (import "fetch" (func $fetch async))

    (core module $Memory (memory (export "memory") 1))
    (core instance $memory (instantiate $Memory))

    (core module $Core
      (import "canon" "memory" (memory 1))
      (import "canon" "fetch" (func $fetch (result i32)))
      (import "canon" "task.return" (func $task.return (param i32)))
      (import "canon" "subtask.drop" (func $subtask.drop (param i32)))
      (import "canon" "waitable-set.new" (func $waitable-set.new (result i32)))
      (import "canon" "waitable-set.poll" (func $waitable-set.poll (param i32 i32) (result i32)))
      (import "canon" "waitable.join" (func $waitable.join (param i32 i32)))
      (import "canon" "waitable-set.drop" (func $waitable-set.drop (param i32)))

      (global $set (mut i32) (i32.const 0))
      (global $looks (mut i32) (i32.const 2))

      (func (export "run") (result i32)
        (local $status i32)
        (local.set $status (call $fetch))
        (if (i32.eq (local.get $status) (i32.const 2 (; RETURNED, at once ;)))
          (then
            (call $task.return (i32.const 1))
            (return (i32.const 0 (; EXIT ;)))))
        (global.set $set (call $waitable-set.new))
        (call $waitable.join (i32.shr_u (local.get $status) (i32.const 4)) (global.get $set))
        (call $step))

      (func (export "callback") (param $event i32) (param $index i32) (param $payload i32) (result i32)
        (call $step))

      (func $step (result i32)
        (local $subtask i32)
        (if (global.get $looks)
          (then
            (global.set $looks (i32.sub (global.get $looks) (i32.const 1)))
            ;; The handle of the subtask goes to address 8.
            (if (call $waitable-set.poll (global.get $set) (i32.const 8))
              (then
                (local.set $subtask (i32.load (i32.const 8)))
                (call $waitable.join (local.get $subtask) (i32.const 0))
                (call $subtask.drop (local.get $subtask))
                (call $waitable-set.drop (global.get $set))
                (call $task.return (i32.const 1))
                (return (i32.const 0 (; EXIT ;)))))))
        (i32.const 1 (; YIELD ;))))

    (core func $fetch' (canon lower (func $fetch) async))
    (core func $task.return (canon task.return (result u32)))
    (core func $subtask.drop (canon subtask.drop))
    (core func $waitable-set.new (canon waitable-set.new))
    (core func $waitable-set.poll (canon waitable-set.poll (memory (core memory $memory "memory"))))
    (core func $waitable.join (canon waitable.join))
    (core func $waitable-set.drop (canon waitable-set.drop))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "memory" (memory $memory "memory"))
      (export "fetch" (func $fetch'))
      (export "task.return" (func $task.return))
      (export "subtask.drop" (func $subtask.drop))
      (export "waitable-set.new" (func $waitable-set.new))
      (export "waitable-set.poll" (func $waitable-set.poll))
      (export "waitable.join" (func $waitable.join))
      (export "waitable-set.drop" (func $waitable-set.drop))))))
    (func (export "run") async (result u32)
      (canon lift (core func $core "run") async (callback (core func $core "callback")))))

  (instance $service (instantiate $Service))
  (instance $worker (instantiate $Worker (with "fetch" (func $service "fetch"))))
  (export "run" (func $worker "run")))
