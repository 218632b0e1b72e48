;; rule: load-variant/discriminant
;; run: raddle wast spec-tests/rules/load-variant__discriminant.wast
;; Case 2 of an option in memory.

(component
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (core module $M
    (import "" "mem" (memory 1))
    (data (i32.const 0) "\02")
    (func (export "run") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M (with "" (instance (export "mem" (memory $mem "mem"))))))
  (func (export "run") (result (option u32)) (canon lift (core func $m "run") (memory (core memory $mem "mem")))))

(assert_trap (invoke "run") "invalid variant discriminant")
