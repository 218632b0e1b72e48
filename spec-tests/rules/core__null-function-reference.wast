;; rule: core/null-function-reference
;; run: raddle wast spec-tests/rules/core__null-function-reference.wast
;; A call of null, and a tail call of null.

(module
  (type $f (func))
  (func (export "call") (call_ref $f (ref.null $f)))
  (func (export "return") (return_call_ref $f (ref.null $f))))

(assert_trap (invoke "call") "null function reference")
(assert_trap (invoke "return") "null function reference")
