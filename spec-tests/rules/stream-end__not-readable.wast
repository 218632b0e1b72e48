;; rule: stream-end/not-readable
;; run: raddle wast spec-tests/rules/stream-end__not-readable.wast
;; The writable end where the readable one is wanted: read, cancel-read, drop-readable, and a result of type
;; stream.

(component definition $T
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (type $S (stream u8))
  (core func $stream.new (canon stream.new $S))
  (core func $stream.read (canon stream.read $S async (memory (core memory $mem "mem"))))
  (core func $stream.cancel-read (canon stream.cancel-read $S async))
  (core func $stream.drop-readable (canon stream.drop-readable $S))
  (core module $M
    (import "" "mem" (memory 1))
    (import "" "stream.new" (func $stream.new (result i64)))
    (import "" "stream.read" (func $stream.read (param i32 i32 i32) (result i32)))
    (import "" "stream.cancel-read" (func $stream.cancel-read (param i32) (result i32)))
    (import "" "stream.drop-readable" (func $stream.drop-readable (param i32)))
    (func $tx (param i64) (result i32) (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))))
    (func (export "read")
      (drop (call $stream.read (call $tx (call $stream.new)) (i32.const 0) (i32.const 1))))
    (func (export "cancel")
      (drop (call $stream.cancel-read (call $tx (call $stream.new)))))
    (func (export "drop")
      (call $stream.drop-readable (call $tx (call $stream.new))))
    (func (export "lift") (result i32)
      (call $tx (call $stream.new))))
  (core instance $m (instantiate $M (with "" (instance
    (export "mem" (memory $mem "mem"))
    (export "stream.new" (func $stream.new))
    (export "stream.read" (func $stream.read))
    (export "stream.cancel-read" (func $stream.cancel-read))
    (export "stream.drop-readable" (func $stream.drop-readable))))))
  (func (export "read") (canon lift (core func $m "read")))
  (func (export "cancel") (canon lift (core func $m "cancel")))
  (func (export "drop") (canon lift (core func $m "drop")))
  (func (export "lift") (result $S) (canon lift (core func $m "lift"))))

(component instance $t0 $T)
(assert_trap (invoke "read") "handle is not a readable end of a stream")
(component instance $t1 $T)
(assert_trap (invoke "cancel") "handle is not a readable end of a stream")
(component instance $t2 $T)
(assert_trap (invoke "drop") "handle is not a readable end of a stream")
(component instance $t3 $T)
(assert_trap (invoke "lift") "handle is not a readable end of a stream")
