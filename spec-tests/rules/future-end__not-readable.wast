;; rule: future-end/not-readable
;; run: raddle wast spec-tests/rules/future-end__not-readable.wast
;; The writable end where the readable one is wanted: read, cancel-read, drop-readable, and a result of type
;; future.

(component definition $T
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (type $F (future u8))
  (core func $future.new (canon future.new $F))
  (core func $future.read (canon future.read $F async (memory (core memory $mem "mem"))))
  (core func $future.cancel-read (canon future.cancel-read $F async))
  (core func $future.drop-readable (canon future.drop-readable $F))
  (core module $M
    (import "" "mem" (memory 1))
    (import "" "future.new" (func $future.new (result i64)))
    (import "" "future.read" (func $future.read (param i32 i32) (result i32)))
    (import "" "future.cancel-read" (func $future.cancel-read (param i32) (result i32)))
    (import "" "future.drop-readable" (func $future.drop-readable (param i32)))
    (func $tx (param i64) (result i32) (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))))
    (func (export "read")
      (drop (call $future.read (call $tx (call $future.new)) (i32.const 0))))
    (func (export "cancel")
      (drop (call $future.cancel-read (call $tx (call $future.new)))))
    (func (export "drop")
      (call $future.drop-readable (call $tx (call $future.new))))
    (func (export "lift") (result i32)
      (call $tx (call $future.new))))
  (core instance $m (instantiate $M (with "" (instance
    (export "mem" (memory $mem "mem"))
    (export "future.new" (func $future.new))
    (export "future.read" (func $future.read))
    (export "future.cancel-read" (func $future.cancel-read))
    (export "future.drop-readable" (func $future.drop-readable))))))
  (func (export "read") (canon lift (core func $m "read")))
  (func (export "cancel") (canon lift (core func $m "cancel")))
  (func (export "drop") (canon lift (core func $m "drop")))
  (func (export "lift") (result $F) (canon lift (core func $m "lift"))))

(component instance $t0 $T)
(assert_trap (invoke "read") "handle is not a readable end of a future")
(component instance $t1 $T)
(assert_trap (invoke "cancel") "handle is not a readable end of a future")
(component instance $t2 $T)
(assert_trap (invoke "drop") "handle is not a readable end of a future")
(component instance $t3 $T)
(assert_trap (invoke "lift") "handle is not a readable end of a future")
