;; rule: core/indirect-call-type-mismatch
;; run: raddle wast spec-tests/rules/core__indirect-call-type-mismatch.wast
;; The function has a parameter.

(module
  (table funcref (elem $f))
  (func $f (param i32))
  (func (export "run") (call_indirect (i32.const 0))))

(assert_trap (invoke "run") "indirect call type mismatch")
