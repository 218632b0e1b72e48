;; rule: list/unaligned
;; run: raddle wast spec-tests/rules/list__unaligned.wast
;; u32 at the address 9; even empty.

(component
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (core module $M
    (import "" "mem" (memory 1))
    (data (i32.const 0) "\09\00\00\00\00\00\00\00")
    (func (export "run") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M (with "" (instance (export "mem" (memory $mem "mem"))))))
  (func (export "run") (result (list u32)) (canon lift (core func $m "run") (memory (core memory $mem "mem")))))

(assert_trap (invoke "run") "unaligned pointer (list pointer is not aligned)")
