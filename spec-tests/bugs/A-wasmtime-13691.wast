;; bug: wasmtime#13691
;; run: raddle wast spec-tests/bugs/A-wasmtime-13691.wast
;; That the reader is gone is no excuse: the writer of a future must have tried to write, or been told,
;; before it is dropped.

(component
  (type $F (future u8))
  (core func $future.new (canon future.new $F))
  (core func $future.drop-readable (canon future.drop-readable $F))
  (core func $future.drop-writable (canon future.drop-writable $F))
  (core module $M
    (import "" "future.new" (func $future.new (result i64)))
    (import "" "future.drop-readable" (func $future.drop-readable (param i32)))
    (import "" "future.drop-writable" (func $future.drop-writable (param i32)))
    (func $rx (param i64) (result i32) (i32.wrap_i64 (local.get 0)))
    (func $tx (param i64) (result i32) (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))))
    (func (export "run") (local $e i64)
      (local.set $e (call $future.new))
      (call $future.drop-readable (call $rx (local.get $e)))
      (call $future.drop-writable (call $tx (local.get $e)))))
  (core instance $m (instantiate $M (with "" (instance
    (export "future.new" (func $future.new))
    (export "future.drop-readable" (func $future.drop-readable))
    (export "future.drop-writable" (func $future.drop-writable))))))
  (func (export "run") (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "cannot drop future write end without first writing a value")
