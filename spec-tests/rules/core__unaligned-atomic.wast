;; rule: core/unaligned-atomic
;; run: raddle wast spec-tests/rules/core__unaligned-atomic.wast
;; Atomic accesses at an odd address.

(module
  (memory 1 1 shared)
  (func (export "load") (drop (i32.atomic.load (i32.const 2))))
  (func (export "store") (i64.atomic.store (i32.const 4) (i64.const 0)))
  (func (export "rmw") (drop (i32.atomic.rmw16.add_u (i32.const 1) (i32.const 0))))
  (func (export "notify") (drop (memory.atomic.notify (i32.const 2) (i32.const 0)))))

(assert_trap (invoke "load") "unaligned atomic")
(assert_trap (invoke "store") "unaligned atomic")
(assert_trap (invoke "rmw") "unaligned atomic")
(assert_trap (invoke "notify") "unaligned atomic")
