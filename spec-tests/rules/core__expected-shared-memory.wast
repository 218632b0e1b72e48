;; rule: core/expected-shared-memory
;; run: raddle wast spec-tests/rules/core__expected-shared-memory.wast
;; A wait on a memory that is not shared.

(module
  (memory 1)
  (func (export "run") (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 0)))))

(assert_trap (invoke "run") "expected shared memory")
