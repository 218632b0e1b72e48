;; rule: core/null-structure-reference
;; run: raddle wast spec-tests/rules/core__null-structure-reference.wast
;; A read and a write of null.

(module
  (type $s (struct (field (mut i32))))
  (func (export "get") (drop (struct.get $s 0 (ref.null $s))))
  (func (export "set") (struct.set $s 0 (ref.null $s) (i32.const 0))))

(assert_trap (invoke "get") "null structure reference")
(assert_trap (invoke "set") "null structure reference")
