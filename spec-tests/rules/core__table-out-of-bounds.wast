;; rule: core/table-out-of-bounds
;; run: raddle wast spec-tests/rules/core__table-out-of-bounds.wast
;; Table instructions and an element segment, each one past the end.

(module
  (table $t 1 funcref)
  (elem $e func $f)
  (func $f)
  (func (export "get") (drop (table.get $t (i32.const 1))))
  (func (export "set") (table.set $t (i32.const 1) (ref.null func)))
  (func (export "fill") (table.fill $t (i32.const 0) (ref.null func) (i32.const 2)))
  (func (export "copy") (table.copy $t $t (i32.const 0) (i32.const 1) (i32.const 1)))
  (func (export "init") (table.init $t $e (i32.const 0) (i32.const 0) (i32.const 2))))

(assert_trap (invoke "get") "out of bounds table access")
(assert_trap (invoke "set") "out of bounds table access")
(assert_trap (invoke "fill") "out of bounds table access")
(assert_trap (invoke "copy") "out of bounds table access")
(assert_trap (invoke "init") "out of bounds table access")
(assert_trap
  (module (table 1 funcref) (func $f) (elem (i32.const 1) func $f))
  "out of bounds table access")
