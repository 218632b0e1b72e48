;; rule: core/null-array-reference
;; run: raddle wast spec-tests/rules/core__null-array-reference.wast
;; A read, a write, the length and a fill of null.

(module
  (type $a (array (mut i32)))
  (func (export "get") (drop (array.get $a (ref.null $a) (i32.const 0))))
  (func (export "set") (array.set $a (ref.null $a) (i32.const 0) (i32.const 0)))
  (func (export "len") (drop (array.len (ref.null $a))))
  (func (export "fill") (array.fill $a (ref.null $a) (i32.const 0) (i32.const 0) (i32.const 0))))

(assert_trap (invoke "get") "null array reference")
(assert_trap (invoke "set") "null array reference")
(assert_trap (invoke "len") "null array reference")
(assert_trap (invoke "fill") "null array reference")
