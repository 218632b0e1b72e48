;; rule: core/integer-overflow
;; run: raddle wast spec-tests/rules/core__integer-overflow.wast
;; The smallest number divided by -1; floats that are too large.

(module
  (func (export "i32") (drop (i32.div_s (i32.const 0x80000000) (i32.const -1))))
  (func (export "i64") (drop (i64.div_s (i64.const 0x8000000000000000) (i64.const -1))))
  (func (export "trunc-s") (drop (i32.trunc_f64_s (f64.const 0x1p31))))
  (func (export "trunc-u") (drop (i64.trunc_f32_u (f32.const -1)))))

(assert_trap (invoke "i32") "integer overflow")
(assert_trap (invoke "i64") "integer overflow")
(assert_trap (invoke "trunc-s") "integer overflow")
(assert_trap (invoke "trunc-u") "integer overflow")
