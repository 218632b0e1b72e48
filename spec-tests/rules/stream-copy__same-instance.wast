;; rule: stream-copy/same-instance
;; run: raddle wast spec-tests/rules/stream-copy__same-instance.wast
;; One instance reads from and writes to a stream of bool.

(component definition $T
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (type $S (stream bool))
  (core func $stream.new (canon stream.new $S))
  (core func $stream.read (canon stream.read $S async (memory (core memory $mem "mem"))))
  (core func $stream.write (canon stream.write $S async (memory (core memory $mem "mem"))))
  (core module $M
    (import "" "mem" (memory 1))
    (import "" "stream.new" (func $stream.new (result i64)))
    (import "" "stream.read" (func $stream.read (param i32 i32 i32) (result i32)))
    (import "" "stream.write" (func $stream.write (param i32 i32 i32) (result i32)))
    (func $rx (param i64) (result i32) (i32.wrap_i64 (local.get 0)))
    (func $tx (param i64) (result i32) (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))))
    (func (export "read-write") (local $e i64)
      (local.set $e (call $stream.new))
      (if (i32.ne (call $stream.read (call $rx (local.get $e)) (i32.const 0) (i32.const 1)) (i32.const -1 (; BLOCKED ;))) (then unreachable))
      (drop (call $stream.write (call $tx (local.get $e)) (i32.const 0) (i32.const 1))))
    (func (export "write-read") (local $e i64)
      (local.set $e (call $stream.new))
      (if (i32.ne (call $stream.write (call $tx (local.get $e)) (i32.const 0) (i32.const 1)) (i32.const -1 (; BLOCKED ;))) (then unreachable))
      (drop (call $stream.read (call $rx (local.get $e)) (i32.const 0) (i32.const 1)))))
  (core instance $m (instantiate $M (with "" (instance
    (export "mem" (memory $mem "mem"))
    (export "stream.new" (func $stream.new))
    (export "stream.read" (func $stream.read))
    (export "stream.write" (func $stream.write))))))
  (func (export "read-write") (canon lift (core func $m "read-write")))
  (func (export "write-read") (canon lift (core func $m "write-read"))))

(component instance $t0 $T)
(assert_trap (invoke "read-write") "cannot read from and write to intra-component stream")
(component instance $t1 $T)
(assert_trap (invoke "write-read") "cannot read from and write to intra-component stream")
