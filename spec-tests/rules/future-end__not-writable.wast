;; rule: future-end/not-writable
;; run: raddle wast spec-tests/rules/future-end__not-writable.wast
;; The readable end where the writable one is wanted: write, cancel-write, drop-writable.

(component definition $T
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (type $F (future u8))
  (core func $future.new (canon future.new $F))
  (core func $future.write (canon future.write $F async (memory (core memory $mem "mem"))))
  (core func $future.cancel-write (canon future.cancel-write $F async))
  (core func $future.drop-writable (canon future.drop-writable $F))
  (core module $M
    (import "" "mem" (memory 1))
    (import "" "future.new" (func $future.new (result i64)))
    (import "" "future.write" (func $future.write (param i32 i32) (result i32)))
    (import "" "future.cancel-write" (func $future.cancel-write (param i32) (result i32)))
    (import "" "future.drop-writable" (func $future.drop-writable (param i32)))
    (func $rx (param i64) (result i32) (i32.wrap_i64 (local.get 0)))
    (func (export "write")
      (drop (call $future.write (call $rx (call $future.new)) (i32.const 0))))
    (func (export "cancel")
      (drop (call $future.cancel-write (call $rx (call $future.new)))))
    (func (export "drop")
      (call $future.drop-writable (call $rx (call $future.new)))))
  (core instance $m (instantiate $M (with "" (instance
    (export "mem" (memory $mem "mem"))
    (export "future.new" (func $future.new))
    (export "future.write" (func $future.write))
    (export "future.cancel-write" (func $future.cancel-write))
    (export "future.drop-writable" (func $future.drop-writable))))))
  (func (export "write") (canon lift (core func $m "write")))
  (func (export "cancel") (canon lift (core func $m "cancel")))
  (func (export "drop") (canon lift (core func $m "drop"))))

(component instance $t0 $T)
(assert_trap (invoke "write") "handle is not a writable end of a future")
(component instance $t1 $T)
(assert_trap (invoke "cancel") "handle is not a writable end of a future")
(component instance $t2 $T)
(assert_trap (invoke "drop") "handle is not a writable end of a future")
