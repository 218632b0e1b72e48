;; rule: core/call-stack-exhausted
;; run: raddle wast spec-tests/rules/core__call-stack-exhausted.wast
;; A function that calls itself, and two that call each other.

(module
  (func $f (export "self") (call $f))
  (func $a (export "mutual") (call $b))
  (func $b (call $a)))

(assert_exhaustion (invoke "self") "call stack exhausted")
(assert_exhaustion (invoke "mutual") "call stack exhausted")
