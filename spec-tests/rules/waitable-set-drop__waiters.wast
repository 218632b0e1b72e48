;; rule: waitable-set-drop/waiters
;; run: raddle wast spec-tests/rules/waitable-set-drop__waiters.wast
;; A second thread waits on the set; the first drops it meanwhile.

(component
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (core module $Tab (table (export "tab") 1 funcref))
  (core instance $tab (instantiate $Tab))
  (core type $start (func (param i32)))
  (alias core export $tab "tab" (core table $tab))
  (core func $waitable-set.new (canon waitable-set.new))
  (core func $waitable-set.wait (canon waitable-set.wait (memory (core memory $mem "mem"))))
  (core func $waitable-set.drop (canon waitable-set.drop))
  (core func $thread.new-indirect (canon thread.new-indirect $start (core table $tab)))
  (core func $thread.yield-then-resume (canon thread.yield-then-resume))
  (core module $M
    (import "" "mem" (memory 1))
    (import "" "tab" (table $tab 1 funcref))
    (import "" "waitable-set.new" (func $waitable-set.new (result i32)))
    (import "" "waitable-set.wait" (func $waitable-set.wait (param i32 i32) (result i32)))
    (import "" "waitable-set.drop" (func $waitable-set.drop (param i32)))
    (import "" "thread.new-indirect" (func $thread.new-indirect (param i32 i32) (result i32)))
    (import "" "thread.yield-then-resume" (func $thread.yield-then-resume (param i32) (result i32)))
    (func $body (param i32) (drop (call $waitable-set.wait (local.get 0) (i32.const 0))))
    (elem (table $tab) (i32.const 0) func $body)
    (func (export "run") (local $s i32)
      (local.set $s (call $waitable-set.new))
      (drop (call $thread.yield-then-resume (call $thread.new-indirect (i32.const 0) (local.get $s))))
      (call $waitable-set.drop (local.get $s))))
  (core instance $m (instantiate $M (with "" (instance
    (export "mem" (memory $mem "mem"))
    (export "tab" (table $tab "tab"))
    (export "waitable-set.new" (func $waitable-set.new))
    (export "waitable-set.wait" (func $waitable-set.wait))
    (export "waitable-set.drop" (func $waitable-set.drop))
    (export "thread.new-indirect" (func $thread.new-indirect))
    (export "thread.yield-then-resume" (func $thread.yield-then-resume))))))
  (func (export "run") async (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "cannot drop waitable set with waiters")
