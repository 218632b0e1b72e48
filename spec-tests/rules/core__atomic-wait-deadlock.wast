;; rule: core/atomic-wait-deadlock
;; run: raddle wast spec-tests/rules/core__atomic-wait-deadlock.wast
;; A wait without a timeout for a value that is there; nobody can notify it.

(module
  (memory 1 1 shared)
  (func (export "timeout") (result i32) (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 1)))
  (func (export "other-value") (result i32) (memory.atomic.wait32 (i32.const 0) (i32.const 1) (i64.const -1)))
  (func (export "forever") (drop (memory.atomic.wait64 (i32.const 8) (i64.const 0) (i64.const -1)))))

(assert_return (invoke "timeout") (i32.const 2))
(assert_return (invoke "other-value") (i32.const 1))
(assert_trap (invoke "forever") "deadlock detected: no agent can end this wait")
