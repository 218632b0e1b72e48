;; rule: core/null-i31-reference
;; run: raddle wast spec-tests/rules/core__null-i31-reference.wast
;; Both reads of null.

(module
  (func (export "signed") (drop (i31.get_s (ref.null i31))))
  (func (export "unsigned") (drop (i31.get_u (ref.null i31)))))

(assert_trap (invoke "signed") "null i31 reference")
(assert_trap (invoke "unsigned") "null i31 reference")
