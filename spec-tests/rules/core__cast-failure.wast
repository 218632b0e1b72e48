;; rule: core/cast-failure
;; run: raddle wast spec-tests/rules/core__cast-failure.wast
;; An i31 is no struct; null is no reference that may not be null.

(module
  (type $s (struct))
  (func (export "other") (drop (ref.cast (ref $s) (ref.i31 (i32.const 0)))))
  (func (export "null") (drop (ref.cast (ref $s) (ref.null any)))))

(assert_trap (invoke "other") "cast failure")
(assert_trap (invoke "null") "cast failure")
