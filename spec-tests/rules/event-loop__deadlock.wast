;; rule: event-loop/deadlock
;; run: raddle wast spec-tests/rules/event-loop__deadlock.wast
;; An async-typed function waits for an event of an empty set; nothing is ready and the host owes nothing.

(component
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (core func $waitable-set.new (canon waitable-set.new))
  (core func $waitable-set.wait (canon waitable-set.wait (memory (core memory $mem "mem"))))
  (core module $M
    (import "" "mem" (memory 1))
    (import "" "waitable-set.new" (func $waitable-set.new (result i32)))
    (import "" "waitable-set.wait" (func $waitable-set.wait (param i32 i32) (result i32)))
    (func (export "run") (drop (call $waitable-set.wait (call $waitable-set.new) (i32.const 0)))))
  (core instance $m (instantiate $M (with "" (instance
    (export "mem" (memory $mem "mem"))
    (export "waitable-set.new" (func $waitable-set.new))
    (export "waitable-set.wait" (func $waitable-set.wait))))))
  (func (export "run") async (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "deadlock detected: event loop cannot make further progress")
