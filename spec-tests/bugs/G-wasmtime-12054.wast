;; bug: wasmtime#12054
;; run: raddle wast spec-tests/bugs/G-wasmtime-12054.wast
;; Sixteen flat parameters and a result pointer are seventeen core parameters: all arrive, and the result
;; comes back.

(component
  (component $C
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core module $M
      (import "" "mem" (memory 1))
      (func (export "f") (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
        (i32.store (i32.const 0) (i32.add (i32.mul (local.get 0) (i32.const 100)) (local.get 14)))
        (i32.store (i32.const 4) (local.get 15))
        (i32.const 0)))
    (core instance $m (instantiate $M (with "" (instance (export "mem" (memory $mem "mem"))))))
    (func (export "f") (param "x" (tuple u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32)) (result (tuple u32 u32)) (canon lift (core func $m "f") (memory (core memory $mem "mem")))))
  (component $D
    (import "c" (instance $c (export "f" (func (param "x" (tuple u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32)) (result (tuple u32 u32))))))
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core func $f (canon lower (func $c "f") (memory (core memory $mem "mem"))))
    (core module $M
      (import "" "mem" (memory 1))
      (import "" "f" (func $f (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
      (func $is (param i32 i32) (if (i32.ne (local.get 0) (local.get 1)) (then unreachable)))
      (func (export "run")
        (call $f (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5) (i32.const 6) (i32.const 7) (i32.const 8)
          (i32.const 9) (i32.const 10) (i32.const 11) (i32.const 12) (i32.const 13) (i32.const 14) (i32.const 15) (i32.const 16)
          (i32.const 8))
        (call $is (i32.load (i32.const 8)) (i32.const 115))
        (call $is (i32.load (i32.const 12)) (i32.const 16))))
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $mem "mem"))
      (export "f" (func $f))))))
    (func (export "run") (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "run") (alias export $d "run")))

(assert_return (invoke "run"))
