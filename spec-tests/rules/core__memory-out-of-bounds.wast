;; rule: core/memory-out-of-bounds
;; run: raddle wast spec-tests/rules/core__memory-out-of-bounds.wast
;; A load, a store, bulk operations, and a data segment, each one byte past the end.

(module
  (memory 1)
  (data $d "a")
  (func (export "load") (drop (i32.load (i32.const 65533))))
  (func (export "offset") (drop (i32.load8_u offset=0xffffffff (i32.const 1))))
  (func (export "store") (i64.store (i32.const 65529) (i64.const 0)))
  (func (export "fill") (memory.fill (i32.const 65535) (i32.const 0) (i32.const 2)))
  (func (export "copy") (memory.copy (i32.const 0) (i32.const 65535) (i32.const 2)))
  (func (export "init") (memory.init $d (i32.const 0) (i32.const 0) (i32.const 2))))

(assert_trap (invoke "load") "out of bounds memory access")
(assert_trap (invoke "offset") "out of bounds memory access")
(assert_trap (invoke "store") "out of bounds memory access")
(assert_trap (invoke "fill") "out of bounds memory access")
(assert_trap (invoke "copy") "out of bounds memory access")
(assert_trap (invoke "init") "out of bounds memory access")
(assert_trap
  (module (memory 1) (data (i32.const 65536) "a"))
  "out of bounds memory access")
