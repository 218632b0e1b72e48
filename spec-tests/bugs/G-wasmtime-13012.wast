;; bug: wasmtime#13012
;; run: raddle wast spec-tests/bugs/G-wasmtime-13012.wast
;; realloc answers an unaligned address to the host, for a list, a UTF-16 string, and parameters in memory;
;; and a function answers an unaligned address for its result.

(component definition $T
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (core module $M
    (import "" "mem" (memory 1))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1))
    (func (export "two") (param i32 i32) unreachable)
    (func (export "one") (param i32) unreachable)
    (func (export "result") (result i32) (i32.const 1)))
  (core instance $m (instantiate $M (with "" (instance (export "mem" (memory $mem "mem"))))))
  (func (export "list") (param "x" (list u32)) (canon lift (core func $m "two") (memory (core memory $mem "mem")) (realloc (core func $m "realloc"))))
  (func (export "string") (param "x" string) (canon lift (core func $m "two") string-encoding=utf16 (memory (core memory $mem "mem")) (realloc (core func $m "realloc"))))
  (func (export "values")
    (param "p0" u32) (param "p1" u32) (param "p2" u32) (param "p3" u32) (param "p4" u32) (param "p5" u32)
    (param "p6" u32) (param "p7" u32) (param "p8" u32) (param "p9" u32) (param "p10" u32) (param "p11" u32)
    (param "p12" u32) (param "p13" u32) (param "p14" u32) (param "p15" u32) (param "p16" u32)
    (canon lift (core func $m "one") (memory (core memory $mem "mem")) (realloc (core func $m "realloc"))))
  (func (export "result") (result (tuple u32 u8)) (canon lift (core func $m "result") (memory (core memory $mem "mem")))))

(component instance $t0 $T)
(assert_trap (invoke "list" (list.const (u32.const 1))) "realloc return: result not aligned")
(component instance $t1 $T)
(assert_trap (invoke "string" (str.const "a")) "realloc return: result not aligned")
(component instance $t2 $T)
(assert_trap (invoke "values"
  (u32.const 0) (u32.const 1) (u32.const 2) (u32.const 3) (u32.const 4) (u32.const 5)
  (u32.const 6) (u32.const 7) (u32.const 8) (u32.const 9) (u32.const 10) (u32.const 11)
  (u32.const 12) (u32.const 13) (u32.const 14) (u32.const 15) (u32.const 16)) "realloc return: result not aligned")
(component instance $t3 $T)
(assert_trap (invoke "result") "unaligned pointer")
