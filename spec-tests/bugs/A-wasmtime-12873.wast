;; bug: wasmtime#12873
;; run: raddle wast spec-tests/bugs/A-wasmtime-12873.wast
;; A second copy on an end that is busy is a trap of the guest, for both ends.

(component definition $T
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (type $S (stream u8))
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
    (func (export "read") (local $r i32)
      (local.set $r (call $rx (call $stream.new)))
      (drop (call $stream.read (local.get $r) (i32.const 0) (i32.const 4)))
      (drop (call $stream.read (local.get $r) (i32.const 8) (i32.const 4))))
    (func (export "write") (local $w i32)
      (local.set $w (call $tx (call $stream.new)))
      (drop (call $stream.write (local.get $w) (i32.const 0) (i32.const 4)))
      (drop (call $stream.write (local.get $w) (i32.const 8) (i32.const 4)))))
  (core instance $m (instantiate $M (with "" (instance
    (export "mem" (memory $mem "mem"))
    (export "stream.new" (func $stream.new))
    (export "stream.read" (func $stream.read))
    (export "stream.write" (func $stream.write))))))
  (func (export "read") (canon lift (core func $m "read")))
  (func (export "write") (canon lift (core func $m "write"))))

(component instance $t0 $T)
(assert_trap (invoke "read") "cannot have concurrent operations active on a future/stream")
(component instance $t1 $T)
(assert_trap (invoke "write") "cannot have concurrent operations active on a future/stream")
