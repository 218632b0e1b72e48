;; rule: core/array-out-of-bounds
;; run: raddle wast spec-tests/rules/core__array-out-of-bounds.wast
;; A read, a write, a fill and a copy one past the end.

(module
  (type $a (array (mut i32)))
  (func $new (result (ref $a)) (array.new_default $a (i32.const 1)))
  (func (export "get") (drop (array.get $a (call $new) (i32.const 1))))
  (func (export "set") (array.set $a (call $new) (i32.const 1) (i32.const 0)))
  (func (export "fill") (array.fill $a (call $new) (i32.const 0) (i32.const 0) (i32.const 2)))
  (func (export "copy") (array.copy $a $a (call $new) (i32.const 0) (call $new) (i32.const 1) (i32.const 1))))

(assert_trap (invoke "get") "out of bounds array access")
(assert_trap (invoke "set") "out of bounds array access")
(assert_trap (invoke "fill") "out of bounds array access")
(assert_trap (invoke "copy") "out of bounds array access")
