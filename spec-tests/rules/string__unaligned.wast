;; rule: string/unaligned
;; run: raddle wast spec-tests/rules/string__unaligned.wast
;; The address 9 for UTF-16, and for latin1+utf16 of either kind; even empty.

(component definition $T
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (core module $M
    (import "" "mem" (memory 1))
    (data (i32.const 0) "\09\00\00\00\00\00\00\00\09\00\00\00\00\00\00\80")
    (func (export "plain") (result i32)
      (i32.const 0))
    (func (export "tagged") (result i32)
      (i32.const 8)))
  (core instance $m (instantiate $M (with "" (instance (export "mem" (memory $mem "mem"))))))
  (func (export "utf16") (result string) (canon lift (core func $m "plain") string-encoding=utf16 (memory (core memory $mem "mem"))))
  (func (export "latin1") (result string) (canon lift (core func $m "plain") string-encoding=latin1+utf16 (memory (core memory $mem "mem"))))
  (func (export "tagged") (result string) (canon lift (core func $m "tagged") string-encoding=latin1+utf16 (memory (core memory $mem "mem")))))

(component instance $t0 $T)
(assert_trap (invoke "utf16") "unaligned pointer (string pointer is not aligned)")
(component instance $t1 $T)
(assert_trap (invoke "latin1") "unaligned pointer (string pointer is not aligned)")
(component instance $t2 $T)
(assert_trap (invoke "tagged") "unaligned pointer (string pointer is not aligned)")
