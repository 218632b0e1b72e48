;; rule: lift-values/out-of-bounds
;; run: raddle wast spec-tests/rules/lift-values__out-of-bounds.wast
;; The result of eight bytes lies four bytes before the end of memory.

(component
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (core module $M
    (import "" "mem" (memory 1))
    (func (export "run") (result i32)
      (i32.const 65532)))
  (core instance $m (instantiate $M (with "" (instance (export "mem" (memory $mem "mem"))))))
  (func (export "run") (result (tuple u32 u32)) (canon lift (core func $m "run") (memory (core memory $mem "mem")))))

(assert_trap (invoke "run") "pointer out of bounds of memory")
