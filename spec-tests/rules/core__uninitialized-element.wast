;; rule: core/uninitialized-element
;; run: raddle wast spec-tests/rules/core__uninitialized-element.wast
;; The element is null; the detail is its index.

(module
  (table 3 funcref)
  (func (export "run") (call_indirect (i32.const 2))))

(assert_trap (invoke "run") "uninitialized element 2")
