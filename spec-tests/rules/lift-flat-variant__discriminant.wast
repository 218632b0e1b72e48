;; rule: lift-flat-variant/discriminant
;; run: raddle wast spec-tests/rules/lift-flat-variant__discriminant.wast
;; Case 2 of a result without payloads, which is flat.

(component
  (core module $M
    (func (export "run") (result i32)
      (i32.const 2)))
  (core instance $m (instantiate $M))
  (func (export "run") (result (result)) (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "invalid variant discriminant")
