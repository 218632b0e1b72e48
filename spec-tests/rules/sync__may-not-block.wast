;; rule: sync/may-not-block
;; run: raddle wast spec-tests/rules/sync__may-not-block.wast
;; A sync-typed function waits for an event of an empty set, and reads a stream; no thread is ready.
;; Differs: the second handle does not exist, and still this rule comes first.

(component definition $T
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (type $S (stream u8))
  (core func $waitable-set.new (canon waitable-set.new))
  (core func $waitable-set.wait (canon waitable-set.wait (memory (core memory $mem "mem"))))
  (core func $stream.read (canon stream.read $S (memory (core memory $mem "mem"))))
  (core module $M
    (import "" "mem" (memory 1))
    (import "" "waitable-set.new" (func $waitable-set.new (result i32)))
    (import "" "waitable-set.wait" (func $waitable-set.wait (param i32 i32) (result i32)))
    (import "" "stream.read" (func $stream.read (param i32 i32 i32) (result i32)))
    (func (export "wait") (drop (call $waitable-set.wait (call $waitable-set.new) (i32.const 0))))
    (func (export "read") (drop (call $stream.read (i32.const 99) (i32.const 0) (i32.const 1)))))
  (core instance $m (instantiate $M (with "" (instance
    (export "mem" (memory $mem "mem"))
    (export "waitable-set.new" (func $waitable-set.new))
    (export "waitable-set.wait" (func $waitable-set.wait))
    (export "stream.read" (func $stream.read))))))
  (func (export "wait") (canon lift (core func $m "wait")))
  (func (export "read") (canon lift (core func $m "read"))))

(component instance $t0 $T)
(assert_trap (invoke "wait") "cannot block a synchronous task before returning")
(component instance $t1 $T)
(assert_trap (invoke "read") "cannot block a synchronous task before returning")
