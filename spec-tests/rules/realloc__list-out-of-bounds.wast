;; rule: realloc/list-out-of-bounds
;; run: raddle wast spec-tests/rules/realloc__list-out-of-bounds.wast
;; realloc answers an address just before the end of address space; even for an empty list.

;; one element
(component
  (component $C
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core module $M
      (import "" "mem" (memory 1))
      (func (export "f") (param i32 i32))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (i32.const -4)))
    (core instance $m (instantiate $M (with "" (instance (export "mem" (memory $mem "mem"))))))
    (func (export "f") (param "x" (list u32)) (canon lift (core func $m "f") (memory (core memory $mem "mem")) (realloc (core func $m "realloc")))))
  (component $D
    (import "c" (instance $c (export "f" (func (param "x" (list u32))))))
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core func $f (canon lower (func $c "f") (memory (core memory $mem "mem"))))
    (core module $M
      (import "" "mem" (memory 1))
      (import "" "f" (func $f (param i32 i32)))
      (data (i32.const 16) "")
      (func (export "run") (call $f (i32.const 16) (i32.const 1))))
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $mem "mem"))
      (export "f" (func $f))))))
    (func (export "run") (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "run") (alias export $d "run")))
(assert_trap (invoke "run") "list content out-of-bounds (realloc return: beyond end of memory)")

;; no element
(component
  (component $C
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core module $M
      (import "" "mem" (memory 1))
      (func (export "f") (param i32 i32))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (i32.const -4)))
    (core instance $m (instantiate $M (with "" (instance (export "mem" (memory $mem "mem"))))))
    (func (export "f") (param "x" (list u32)) (canon lift (core func $m "f") (memory (core memory $mem "mem")) (realloc (core func $m "realloc")))))
  (component $D
    (import "c" (instance $c (export "f" (func (param "x" (list u32))))))
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core func $f (canon lower (func $c "f") (memory (core memory $mem "mem"))))
    (core module $M
      (import "" "mem" (memory 1))
      (import "" "f" (func $f (param i32 i32)))
      (data (i32.const 16) "")
      (func (export "run") (call $f (i32.const 16) (i32.const 0))))
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $mem "mem"))
      (export "f" (func $f))))))
    (func (export "run") (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "run") (alias export $d "run")))
(assert_trap (invoke "run") "list content out-of-bounds (realloc return: beyond end of memory)")
