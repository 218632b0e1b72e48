;; rule: call/uncaught-exception
;; run: raddle wast spec-tests/rules/call__uncaught-exception.wast
;; A core exception leaves the lifted function.

(component
  (core module $M
    (tag $t)
    (func (export "run") (throw $t)))
  (core instance $m (instantiate $M))
  (func (export "run") (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "uncaught exception propagated out of component")
