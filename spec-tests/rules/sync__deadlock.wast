;; rule: sync/deadlock
;; run: raddle wast spec-tests/rules/sync__deadlock.wast
;; A sync-typed function of $A suspends itself. A thread is ready, but in the sibling $B, and the loop of
;; the call may not resume it.

(component
  (component $A
    (core func $thread.suspend (canon thread.suspend))
    (core module $M
      (import "" "thread.suspend" (func $thread.suspend (result i32)))
      (func (export "run") (drop (call $thread.suspend))))
    (core instance $m (instantiate $M (with "" (instance (export "thread.suspend" (func $thread.suspend))))))
    (func (export "run") (canon lift (core func $m "run"))))
  (component $B
    (core module $Tab (table (export "tab") 1 funcref))
    (core instance $tab (instantiate $Tab))
    (core type $start (func (param i32)))
    (alias core export $tab "tab" (core table $tab))
    (core func $thread.new-indirect (canon thread.new-indirect $start (core table $tab)))
    (core func $thread.resume-later (canon thread.resume-later))
    (core module $M
      (import "" "tab" (table $tab 1 funcref))
      (import "" "thread.new-indirect" (func $thread.new-indirect (param i32 i32) (result i32)))
      (import "" "thread.resume-later" (func $thread.resume-later (param i32)))
      (func $body (param i32) unreachable)
      (elem (table $tab) (i32.const 0) func $body)
      (func (export "arm") (call $thread.resume-later (call $thread.new-indirect (i32.const 0) (i32.const 0)))))
    (core instance $m (instantiate $M (with "" (instance
      (export "tab" (table $tab "tab"))
      (export "thread.new-indirect" (func $thread.new-indirect))
      (export "thread.resume-later" (func $thread.resume-later))))))
    (func (export "arm") (canon lift (core func $m "arm"))))
  (instance $a (instantiate $A))
  (instance $b (instantiate $B))
  (func (export "run") (alias export $a "run"))
  (func (export "arm") (alias export $b "arm")))

(assert_return (invoke "arm"))
(assert_trap (invoke "run") "deadlock detected: event loop cannot make further progress")
