;; A deadlock: two components, each waiting for the other's future.
;;
;; `Left` and `Right` run the same code. Each makes a future (`open`), is handed the other's (`trade`), and should write its
;; own and read the other's. Both read first. Neither writes, because each waits for its read; nobody else holds the writable
;; ends; so nothing can ever go on. `Main` waits for both calls, and the embedder for `Main`.
;;
;; No schedule avoids it, and no choice matters. Raddle says who waits for whom:
;;
;;   Main waits for both calls to `trade`
;;   Left waits for a read of the future whose writable end Right holds, and Right has done nothing with it
;;   Right waits for a read of the future whose writable end Left holds, and Left has done nothing with it
;;
;; The cure: write first. (A write needs no reader to begin with: it can be started, and waited for together with the read.)
;;
;; outcomes: deadlock
(component $Deadlock
  (core module $Memory (memory (export "memory") 1))

  (core module $Trader
    (import "canon" "task.return" (func $task.return (param i32)))
    (import "canon" "future.new" (func $future.new (result i64)))
    (import "canon" "future.read" (func $future.read (param i32 i32) (result i32)))
    (import "canon" "future.write" (func $future.write (param i32 i32) (result i32)))
    (import "canon" "waitable-set.new" (func $waitable-set.new (result i32)))
    (import "canon" "waitable.join" (func $waitable.join (param i32 i32)))
    (import "canon" "memory" (memory 1))

    (global $mine (mut i32) (i32.const 0))   ;; the writable end of our future

    (func (export "open") (result i32)
      (local $ends i64)
      (local.set $ends (call $future.new))
      (global.set $mine (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
      (i32.wrap_i64 (local.get $ends)))

    ;; Reads the other's future into address 16. The read blocks; the task waits for its event.
    (func (export "trade") (param $theirs i32) (result i32)
      (local $set i32)
      (if (i32.ne (call $future.read (local.get $theirs) (i32.const 16)) (i32.const -1 (; BLOCKED ;)))
        (then (return (call $read))))
      (local.set $set (call $waitable-set.new))
      (call $waitable.join (local.get $theirs) (local.get $set))
      (i32.or (i32.const 2 (; WAIT ;)) (i32.shl (local.get $set) (i32.const 4))))

    (func (export "callback") (param $event i32) (param $index i32) (param $payload i32) (result i32)
      (call $read))

    ;; Too late: writes ours when the other's was read, which never happens.
    (func $read (result i32)
      (drop (call $future.write (global.get $mine) (i32.const 16)))
      (call $task.return (i32.load (i32.const 16)))
      (i32.const 0 (; EXIT ;))))

  (component $Left
    (alias outer $Deadlock $Memory (core module $Memory))
    (alias outer $Deadlock $Trader (core module $Trader))
    (core instance $memory (instantiate $Memory))
    (type $Number (future u32))
    (core func $task.return (canon task.return (result u32)))
    (core func $future.new (canon future.new $Number))
    (core func $future.read (canon future.read $Number async (memory (core memory $memory "memory"))))
    (core func $future.write (canon future.write $Number async (memory (core memory $memory "memory"))))
    (core func $waitable-set.new (canon waitable-set.new))
    (core func $waitable.join (canon waitable.join))
    (core instance $core (instantiate $Trader (with "canon" (instance
      (export "memory" (memory $memory "memory"))
      (export "task.return" (func $task.return))
      (export "future.new" (func $future.new))
      (export "future.read" (func $future.read))
      (export "future.write" (func $future.write))
      (export "waitable-set.new" (func $waitable-set.new))
      (export "waitable.join" (func $waitable.join))))))
    (func (export "open") (result $Number) (canon lift (core func $core "open")))
    (func (export "trade") async (param "theirs" $Number) (result u32)
      (canon lift (core func $core "trade") async (callback (core func $core "callback")))))

  ;; The same as `Left`; a component of its own so that it has a name of its own.
  (component $Right
    (alias outer $Deadlock $Memory (core module $Memory))
    (alias outer $Deadlock $Trader (core module $Trader))
    (core instance $memory (instantiate $Memory))
    (type $Number (future u32))
    (core func $task.return (canon task.return (result u32)))
    (core func $future.new (canon future.new $Number))
    (core func $future.read (canon future.read $Number async (memory (core memory $memory "memory"))))
    (core func $future.write (canon future.write $Number async (memory (core memory $memory "memory"))))
    (core func $waitable-set.new (canon waitable-set.new))
    (core func $waitable.join (canon waitable.join))
    (core instance $core (instantiate $Trader (with "canon" (instance
      (export "memory" (memory $memory "memory"))
      (export "task.return" (func $task.return))
      (export "future.new" (func $future.new))
      (export "future.read" (func $future.read))
      (export "future.write" (func $future.write))
      (export "waitable-set.new" (func $waitable-set.new))
      (export "waitable.join" (func $waitable.join))))))
    (func (export "open") (result $Number) (canon lift (core func $core "open")))
    (func (export "trade") async (param "theirs" $Number) (result u32)
      (canon lift (core func $core "trade") async (callback (core func $core "callback")))))

  (component $Main
    (type $Number (future u32))
    (import "left-open" (func $left-open (result $Number)))
    (import "left-trade" (func $left-trade async (param "theirs" $Number) (result u32)))
    (import "right-open" (func $right-open (result $Number)))
    (import "right-trade" (func $right-trade async (param "theirs" $Number) (result u32)))

    (alias outer $Deadlock $Memory (core module $Memory))
    (core instance $memory (instantiate $Memory))

    (core module $Core
      (import "canon" "memory" (memory 1))
      (import "canon" "left-open" (func $left-open (result i32)))
      (import "canon" "left-trade" (func $left-trade (param i32 i32) (result i32)))
      (import "canon" "right-open" (func $right-open (result i32)))
      (import "canon" "right-trade" (func $right-trade (param i32 i32) (result i32)))
      (import "canon" "waitable-set.new" (func $waitable-set.new (result i32)))
      (import "canon" "waitable-set.wait" (func $waitable-set.wait (param i32 i32) (result i32)))
      (import "canon" "waitable.join" (func $waitable.join (param i32 i32)))

      (func $watch (param $set i32) (param $status i32)
        (if (i32.ne (i32.and (local.get $status) (i32.const 0xf)) (i32.const 1 (; STARTED ;)))
          (then (unreachable)))
        (call $waitable.join (i32.shr_u (local.get $status) (i32.const 4)) (local.get $set)))

      (func (export "run") (result i32)
        (local $set i32) (local $left i32) (local $right i32)
        (local.set $left (call $left-open))
        (local.set $right (call $right-open))
        (local.set $set (call $waitable-set.new))
        ;; Each is handed the other's future. Its result would go to address 32 or 36.
        (call $watch (local.get $set) (call $left-trade (local.get $right) (i32.const 32)))
        (call $watch (local.get $set) (call $right-trade (local.get $left) (i32.const 36)))
        (drop (call $waitable-set.wait (local.get $set) (i32.const 8)))
        (drop (call $waitable-set.wait (local.get $set) (i32.const 8)))
        (i32.add (i32.load (i32.const 32)) (i32.load (i32.const 36)))))

    (core func $left-open' (canon lower (func $left-open)))
    (core func $left-trade' (canon lower (func $left-trade) async (memory (core memory $memory "memory"))))
    (core func $right-open' (canon lower (func $right-open)))
    (core func $right-trade' (canon lower (func $right-trade) async (memory (core memory $memory "memory"))))
    (core func $waitable-set.new (canon waitable-set.new))
    (core func $waitable-set.wait (canon waitable-set.wait (memory (core memory $memory "memory"))))
    (core func $waitable.join (canon waitable.join))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "memory" (memory $memory "memory"))
      (export "left-open" (func $left-open'))
      (export "left-trade" (func $left-trade'))
      (export "right-open" (func $right-open'))
      (export "right-trade" (func $right-trade'))
      (export "waitable-set.new" (func $waitable-set.new))
      (export "waitable-set.wait" (func $waitable-set.wait))
      (export "waitable.join" (func $waitable.join))))))
    (func (export "run") async (result u32) (canon lift (core func $core "run"))))

  (instance $left (instantiate $Left))
  (instance $right (instantiate $Right))
  (instance $main (instantiate $Main
    (with "left-open" (func $left "open"))
    (with "left-trade" (func $left "trade"))
    (with "right-open" (func $right "open"))
    (with "right-trade" (func $right "trade"))))
  (export "run" (func $main "run")))
