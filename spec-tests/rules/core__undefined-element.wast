;; rule: core/undefined-element
;; run: raddle wast spec-tests/rules/core__undefined-element.wast
;; The table has one element.

(module
  (table 1 funcref)
  (func (export "run") (call_indirect (i32.const 1))))

(assert_trap (invoke "run") "undefined element")
