;; rule: lift-values/unaligned
;; run: raddle wast spec-tests/rules/lift-values__unaligned.wast
;; The result lies at the address 1.

(component
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (core module $M
    (import "" "mem" (memory 1))
    (func (export "run") (result i32)
      (i32.const 1)))
  (core instance $m (instantiate $M (with "" (instance (export "mem" (memory $mem "mem"))))))
  (func (export "run") (result (tuple u32 u32)) (canon lift (core func $m "run") (memory (core memory $mem "mem")))))

(assert_trap (invoke "run") "unaligned pointer")
