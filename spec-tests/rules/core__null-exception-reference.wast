;; rule: core/null-exception-reference
;; run: raddle wast spec-tests/rules/core__null-exception-reference.wast
;; throw_ref of null.

(module
  (func (export "run") (throw_ref (ref.null exn))))

(assert_trap (invoke "run") "null exception reference")
