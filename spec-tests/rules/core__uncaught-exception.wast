;; rule: core/uncaught-exception
;; run: raddle wast spec-tests/rules/core__uncaught-exception.wast
;; The embedder calls a function that throws. The core suite calls that an exception and not a trap, so the
;; directive is assert_exception.

(module
  (tag $t)
  (func (export "run") (throw $t)))

(assert_exception (invoke "run"))
