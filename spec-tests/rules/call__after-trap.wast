;; rule: call/after-trap
;; run: raddle wast spec-tests/rules/call__after-trap.wast
;; The first call traps and so locks the instance; the second may not enter it.

(component
  (core module $M
    (func (export "run") unreachable))
  (core instance $m (instantiate $M))
  (func (export "run") (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "unreachable")
(assert_trap (invoke "run") "cannot enter component instance")
