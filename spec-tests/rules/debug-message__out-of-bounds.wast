;; rule: debug-message/out-of-bounds
;; run: raddle wast spec-tests/rules/debug-message__out-of-bounds.wast
;; Differs: the message goes to four bytes before the end of memory; pointer and length have eight.

(component
  (core module $Mem (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 8)))
  (core instance $mem (instantiate $Mem))
  (core func $error-context.new (canon error-context.new (memory (core memory $mem "mem"))))
  (core func $error-context.debug-message (canon error-context.debug-message (memory (core memory $mem "mem")) (realloc (core func $mem "realloc"))))
  (core module $M
    (import "" "mem" (memory 1))
    (import "" "error-context.new" (func $error-context.new (param i32 i32) (result i32)))
    (import "" "error-context.debug-message" (func $error-context.debug-message (param i32 i32)))
    (func (export "run")
      (call $error-context.debug-message (call $error-context.new (i32.const 0) (i32.const 0)) (i32.const 65532))))
  (core instance $m (instantiate $M (with "" (instance
    (export "mem" (memory $mem "mem"))
    (export "error-context.new" (func $error-context.new))
    (export "error-context.debug-message" (func $error-context.debug-message))))))
  (func (export "run") (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "pointer out of bounds of memory")
