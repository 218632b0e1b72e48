;; rule: lower-values/unaligned
;; run: raddle wast spec-tests/rules/lower-values__unaligned.wast
;; The caller wants the result of eight bytes at the address 1.

(component
  (component $C
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core module $M
      (import "" "mem" (memory 1))
      (func (export "f") (result i32)
        (i32.const 0)))
    (core instance $m (instantiate $M (with "" (instance (export "mem" (memory $mem "mem"))))))
    (func (export "f") (result (tuple u32 u32)) (canon lift (core func $m "f") (memory (core memory $mem "mem")))))
  (component $D
    (import "c" (instance $c (export "f" (func (result (tuple u32 u32))))))
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core func $f (canon lower (func $c "f") (memory (core memory $mem "mem"))))
    (core module $M
      (import "" "mem" (memory 1))
      (import "" "f" (func $f (param i32)))
      (func (export "run") (call $f (i32.const 1))))
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $mem "mem"))
      (export "f" (func $f))))))
    (func (export "run") (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "run") (alias export $d "run")))

(assert_trap (invoke "run") "unaligned pointer")
