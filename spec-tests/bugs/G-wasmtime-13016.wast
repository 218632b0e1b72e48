;; bug: wasmtime#13016
;; run: raddle wast spec-tests/bugs/G-wasmtime-13016.wast
;; A tagged string of two code units that starts two bytes before the end of memory has four bytes and does
;; not fit; one code unit does; and two bytes of Latin-1 do.

(component definition $T
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (core module $M
    (import "" "mem" (memory 1))
    (data (i32.const 0) "\fe\ff\00\00\02\00\00\80\fe\ff\00\00\01\00\00\80\fe\ff\00\00\02\00\00\00")
    (data (i32.const 65534) "a\00")
    (func (export "two") (result i32) (i32.const 0))
    (func (export "one") (result i32) (i32.const 8))
    (func (export "latin1") (result i32) (i32.const 16)))
  (core instance $m (instantiate $M (with "" (instance (export "mem" (memory $mem "mem"))))))
  (func (export "two") (result string) (canon lift (core func $m "two") string-encoding=latin1+utf16 (memory (core memory $mem "mem"))))
  (func (export "one") (result string) (canon lift (core func $m "one") string-encoding=latin1+utf16 (memory (core memory $mem "mem"))))
  (func (export "latin1") (result string) (canon lift (core func $m "latin1") string-encoding=latin1+utf16 (memory (core memory $mem "mem")))))

(component instance $t0 $T)
(assert_return (invoke "one") (str.const "a"))
(assert_return (invoke "latin1") (str.const "a\00"))
(assert_trap (invoke "two") "string content out-of-bounds")
