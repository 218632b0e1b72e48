;; choice: KeepErrorMessage
;; run: raddle wast spec-tests/choices/KeepErrorMessage.wast
;; left open by: `error-context.new`: a host may drop the message
;; How long is the message of an error context that was made with one of two bytes?
;; alternatives: dropped; kept
;; outcomes: 0 2

(component
  (core module $Mem (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 32)))
  (core instance $mem (instantiate $Mem))
  (core func $error-context.new (canon error-context.new (memory (core memory $mem "mem"))))
  (core func $error-context.debug-message (canon error-context.debug-message (memory (core memory $mem "mem")) (realloc (core func $mem "realloc"))))
  (core module $M
    (import "" "mem" (memory 1))
    (import "" "error-context.new" (func $error-context.new (param i32 i32) (result i32)))
    (import "" "error-context.debug-message" (func $error-context.debug-message (param i32 i32)))
    (data (i32.const 8) "no")
    (func (export "run") (result i32)
      (call $error-context.debug-message
        (call $error-context.new (i32.const 8) (i32.const 2)) (i32.const 16))
      (i32.load (i32.const 20))))
  (core instance $m (instantiate $M (with "" (instance
    (export "mem" (memory $mem "mem"))
    (export "error-context.new" (func $error-context.new))
    (export "error-context.debug-message" (func $error-context.debug-message))))))
  (func (export "run") (result u32) (canon lift (core func $m "run"))))

(assert_return (invoke "run") (u32.const 0))
