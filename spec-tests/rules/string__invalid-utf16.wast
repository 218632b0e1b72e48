;; rule: string/invalid-utf16
;; run: raddle wast spec-tests/rules/string__invalid-utf16.wast
;; A high surrogate without a low one; as UTF-16, and as latin1+utf16 with the tag.

(component definition $T
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (core module $M
    (import "" "mem" (memory 1))
    (data (i32.const 0) "\10\00\00\00\01\00\00\00\10\00\00\00\01\00\00\80\00\d8")
    (func (export "plain") (result i32)
      (i32.const 0))
    (func (export "tagged") (result i32)
      (i32.const 8)))
  (core instance $m (instantiate $M (with "" (instance (export "mem" (memory $mem "mem"))))))
  (func (export "utf16") (result string) (canon lift (core func $m "plain") string-encoding=utf16 (memory (core memory $mem "mem"))))
  (func (export "tagged") (result string) (canon lift (core func $m "tagged") string-encoding=latin1+utf16 (memory (core memory $mem "mem")))))

(component instance $t0 $T)
(assert_trap (invoke "utf16") "invalid utf-16: unpaired surrogate found")
(component instance $t1 $T)
(assert_trap (invoke "tagged") "invalid utf-16: unpaired surrogate found")
