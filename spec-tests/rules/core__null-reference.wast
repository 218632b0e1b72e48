;; rule: core/null-reference
;; run: raddle wast spec-tests/rules/core__null-reference.wast
;; ref.as_non_null of null.

(module
  (func (export "run") (drop (ref.as_non_null (ref.null func)))))

(assert_trap (invoke "run") "null reference")
