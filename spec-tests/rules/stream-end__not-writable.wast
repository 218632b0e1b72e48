;; rule: stream-end/not-writable
;; run: raddle wast spec-tests/rules/stream-end__not-writable.wast
;; The readable end where the writable one is wanted: write, cancel-write, drop-writable.

(component definition $T
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (type $S (stream u8))
  (core func $stream.new (canon stream.new $S))
  (core func $stream.write (canon stream.write $S async (memory (core memory $mem "mem"))))
  (core func $stream.cancel-write (canon stream.cancel-write $S async))
  (core func $stream.drop-writable (canon stream.drop-writable $S))
  (core module $M
    (import "" "mem" (memory 1))
    (import "" "stream.new" (func $stream.new (result i64)))
    (import "" "stream.write" (func $stream.write (param i32 i32 i32) (result i32)))
    (import "" "stream.cancel-write" (func $stream.cancel-write (param i32) (result i32)))
    (import "" "stream.drop-writable" (func $stream.drop-writable (param i32)))
    (func $rx (param i64) (result i32) (i32.wrap_i64 (local.get 0)))
    (func (export "write")
      (drop (call $stream.write (call $rx (call $stream.new)) (i32.const 0) (i32.const 1))))
    (func (export "cancel")
      (drop (call $stream.cancel-write (call $rx (call $stream.new)))))
    (func (export "drop")
      (call $stream.drop-writable (call $rx (call $stream.new)))))
  (core instance $m (instantiate $M (with "" (instance
    (export "mem" (memory $mem "mem"))
    (export "stream.new" (func $stream.new))
    (export "stream.write" (func $stream.write))
    (export "stream.cancel-write" (func $stream.cancel-write))
    (export "stream.drop-writable" (func $stream.drop-writable))))))
  (func (export "write") (canon lift (core func $m "write")))
  (func (export "cancel") (canon lift (core func $m "cancel")))
  (func (export "drop") (canon lift (core func $m "drop"))))

(component instance $t0 $T)
(assert_trap (invoke "write") "handle is not a writable end of a stream")
(component instance $t1 $T)
(assert_trap (invoke "cancel") "handle is not a writable end of a stream")
(component instance $t2 $T)
(assert_trap (invoke "drop") "handle is not a writable end of a stream")
