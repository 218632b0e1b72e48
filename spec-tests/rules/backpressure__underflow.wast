;; rule: backpressure/underflow
;; run: raddle wast spec-tests/rules/backpressure__underflow.wast
;; backpressure.dec of zero.

(component
  (core func $backpressure.dec (canon backpressure.dec))
  (core module $M
    (import "" "backpressure.dec" (func $backpressure.dec))
    (func (export "run") (call $backpressure.dec)))
  (core instance $m (instantiate $M (with "" (instance (export "backpressure.dec" (func $backpressure.dec))))))
  (func (export "run") (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "backpressure counter overflow (below zero)")
