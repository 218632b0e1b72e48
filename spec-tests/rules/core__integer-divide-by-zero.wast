;; rule: core/integer-divide-by-zero
;; run: raddle wast spec-tests/rules/core__integer-divide-by-zero.wast
;; All divisions and remainders.

(module
  (func (export "i32-div_s") (drop (i32.div_s (i32.const 1) (i32.const 0))))
  (func (export "i32-div_u") (drop (i32.div_u (i32.const 1) (i32.const 0))))
  (func (export "i32-rem_s") (drop (i32.rem_s (i32.const 1) (i32.const 0))))
  (func (export "i32-rem_u") (drop (i32.rem_u (i32.const 1) (i32.const 0))))
  (func (export "i64-div_s") (drop (i64.div_s (i64.const 1) (i64.const 0))))
  (func (export "i64-div_u") (drop (i64.div_u (i64.const 1) (i64.const 0))))
  (func (export "i64-rem_s") (drop (i64.rem_s (i64.const 1) (i64.const 0))))
  (func (export "i64-rem_u") (drop (i64.rem_u (i64.const 1) (i64.const 0)))))

(assert_trap (invoke "i32-div_s") "integer divide by zero")
(assert_trap (invoke "i32-div_u") "integer divide by zero")
(assert_trap (invoke "i32-rem_s") "integer divide by zero")
(assert_trap (invoke "i32-rem_u") "integer divide by zero")
(assert_trap (invoke "i64-div_s") "integer divide by zero")
(assert_trap (invoke "i64-div_u") "integer divide by zero")
(assert_trap (invoke "i64-rem_s") "integer divide by zero")
(assert_trap (invoke "i64-rem_u") "integer divide by zero")
