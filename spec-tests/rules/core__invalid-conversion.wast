;; rule: core/invalid-conversion
;; run: raddle wast spec-tests/rules/core__invalid-conversion.wast
;; A NaN.

(module
  (func (export "i32") (drop (i32.trunc_f32_s (f32.const nan))))
  (func (export "i64") (drop (i64.trunc_f64_u (f64.const nan)))))

(assert_trap (invoke "i32") "invalid conversion to integer")
(assert_trap (invoke "i64") "invalid conversion to integer")
