;; bug: wasmtime#12886
;; run: raddle wast spec-tests/bugs/G-wasmtime-12886.wast
;; The longest string has 2^28 - 1 bytes. One of exactly that length is out of bounds of this memory, one
;; that is longer by one byte or one code unit is too long, in each encoding. (That the longest one arrives
;; whole is for a test of values.)

(component definition $T
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (core module $M
    (import "" "mem" (memory 1))
    (data (i32.const 0) "\10\00\00\00\ff\ff\ff\0f\10\00\00\00\00\00\00\10\10\00\00\00\ff\ff\ff\07\10\00\00\00\00\00\00\08\10\00\00\00\ff\ff\ff\87\10\00\00\00\00\00\00\88")
    (func (export "f0") (result i32) (i32.const 0))
    (func (export "f1") (result i32) (i32.const 8))
    (func (export "f2") (result i32) (i32.const 16))
    (func (export "f3") (result i32) (i32.const 24))
    (func (export "f4") (result i32) (i32.const 32))
    (func (export "f5") (result i32) (i32.const 40)))
  (core instance $m (instantiate $M (with "" (instance (export "mem" (memory $mem "mem"))))))
  (func (export "utf8-longest") (result string) (canon lift (core func $m "f0") (memory (core memory $mem "mem"))))
  (func (export "utf8-longer") (result string) (canon lift (core func $m "f1") (memory (core memory $mem "mem"))))
  (func (export "utf16-longest") (result string) (canon lift (core func $m "f2") string-encoding=utf16 (memory (core memory $mem "mem"))))
  (func (export "utf16-longer") (result string) (canon lift (core func $m "f3") string-encoding=utf16 (memory (core memory $mem "mem"))))
  (func (export "latin1-longest") (result string) (canon lift (core func $m "f0") string-encoding=latin1+utf16 (memory (core memory $mem "mem"))))
  (func (export "latin1-longer") (result string) (canon lift (core func $m "f1") string-encoding=latin1+utf16 (memory (core memory $mem "mem"))))
  (func (export "tagged-longest") (result string) (canon lift (core func $m "f4") string-encoding=latin1+utf16 (memory (core memory $mem "mem"))))
  (func (export "tagged-longer") (result string) (canon lift (core func $m "f5") string-encoding=latin1+utf16 (memory (core memory $mem "mem")))))

(component instance $t0 $T)
(assert_trap (invoke "utf8-longest") "string content out-of-bounds")
(component instance $t1 $T)
(assert_trap (invoke "utf8-longer") "string is too long")
(component instance $t2 $T)
(assert_trap (invoke "utf16-longest") "string content out-of-bounds")
(component instance $t3 $T)
(assert_trap (invoke "utf16-longer") "string is too long")
(component instance $t4 $T)
(assert_trap (invoke "latin1-longest") "string content out-of-bounds")
(component instance $t5 $T)
(assert_trap (invoke "latin1-longer") "string is too long")
(component instance $t6 $T)
(assert_trap (invoke "tagged-longest") "string content out-of-bounds")
(component instance $t7 $T)
(assert_trap (invoke "tagged-longer") "string is too long")
