;; rule: string/incomplete-utf8
;; run: raddle wast spec-tests/rules/string__incomplete-utf8.wast
;; The first two bytes of a character of three.

(component
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (core module $M
    (import "" "mem" (memory 1))
    (data (i32.const 0) "\08\00\00\00\02\00\00\00\e2\82")
    (func (export "run") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M (with "" (instance (export "mem" (memory $mem "mem"))))))
  (func (export "run") (result string) (canon lift (core func $m "run") (memory (core memory $mem "mem")))))

(assert_trap (invoke "run") "incomplete utf-8 byte sequence")
