;; rule: error-context/wrong-kind
;; run: raddle wast spec-tests/rules/error-context__wrong-kind.wast
;; A waitable set is no error context: debug-message, drop, and a result.

(component definition $T
  (core module $Mem (memory (export "mem") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 8)))
  (core instance $mem (instantiate $Mem))
  (core func $waitable-set.new (canon waitable-set.new))
  (core func $error-context.debug-message (canon error-context.debug-message (memory (core memory $mem "mem")) (realloc (core func $mem "realloc"))))
  (core func $error-context.drop (canon error-context.drop))
  (core module $M
    (import "" "mem" (memory 1))
    (import "" "waitable-set.new" (func $waitable-set.new (result i32)))
    (import "" "error-context.debug-message" (func $error-context.debug-message (param i32 i32)))
    (import "" "error-context.drop" (func $error-context.drop (param i32)))
    (func (export "message")
      (call $error-context.debug-message (call $waitable-set.new) (i32.const 0)))
    (func (export "drop")
      (call $error-context.drop (call $waitable-set.new)))
    (func (export "lift") (result i32)
      (call $waitable-set.new)))
  (core instance $m (instantiate $M (with "" (instance
    (export "mem" (memory $mem "mem"))
    (export "waitable-set.new" (func $waitable-set.new))
    (export "error-context.debug-message" (func $error-context.debug-message))
    (export "error-context.drop" (func $error-context.drop))))))
  (func (export "message") (canon lift (core func $m "message")))
  (func (export "drop") (canon lift (core func $m "drop")))
  (func (export "lift") (result error-context) (canon lift (core func $m "lift"))))

(component instance $t0 $T)
(assert_trap (invoke "message") "handle is not an error-context")
(component instance $t1 $T)
(assert_trap (invoke "drop") "handle is not an error-context")
(component instance $t2 $T)
(assert_trap (invoke "lift") "handle is not an error-context")
