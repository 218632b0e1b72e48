;; rule: core/allocation-too-large
;; run: raddle wast spec-tests/rules/core__allocation-too-large.wast
;; 2^32 - 1 elements of sixteen bytes.

(module
  (type $a (array v128))
  (func (export "run") (drop (array.new_default $a (i32.const -1)))))

(assert_trap (invoke "run") "allocation size too large")
