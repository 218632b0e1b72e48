;; rule: callback/unsupported-code
;; run: raddle wast spec-tests/rules/callback__unsupported-code.wast
;; The function answers with code 3.

(component
  (core module $M
    (func (export "run") (result i32) (i32.const 3))
    (func (export "cb") (param i32 i32 i32) (result i32) unreachable))
  (core instance $m (instantiate $M))
  (func (export "run") async (canon lift (core func $m "run") async (callback (core func $m "cb")))))

(assert_trap (invoke "run") "unsupported callback code")
