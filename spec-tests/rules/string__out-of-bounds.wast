;; rule: string/out-of-bounds
;; run: raddle wast spec-tests/rules/string__out-of-bounds.wast
;; Two bytes, of which one lies outside of memory.

(component
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (core module $M
    (import "" "mem" (memory 1))
    (data (i32.const 0) "\ff\ff\00\00\02\00\00\00")
    (func (export "run") (result i32) (i32.const 0)))
  (core instance $m (instantiate $M (with "" (instance (export "mem" (memory $mem "mem"))))))
  (func (export "run") (result string) (canon lift (core func $m "run") (memory (core memory $mem "mem")))))

(assert_trap (invoke "run") "string content out-of-bounds (string pointer/length out of bounds of memory)")
