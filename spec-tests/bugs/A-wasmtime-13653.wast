;; bug: wasmtime#13653
;; run: raddle wast spec-tests/bugs/A-wasmtime-13653.wast
;; 2^27 elements of 32 bytes are 2^32 bytes: too many for the memory also where sizes have 32 bits.

(component definition $T
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (type $S (stream (tuple u64 u64 u64 u64)))
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
    (func (export "read") (drop (call $stream.read (call $rx (call $stream.new)) (i32.const 0) (i32.const 0x08000000))))
    (func (export "write") (drop (call $stream.write (call $tx (call $stream.new)) (i32.const 0) (i32.const 0x08000000)))))
  (core instance $m (instantiate $M (with "" (instance
    (export "mem" (memory $mem "mem"))
    (export "stream.new" (func $stream.new))
    (export "stream.read" (func $stream.read))
    (export "stream.write" (func $stream.write))))))
  (func (export "read") (canon lift (core func $m "read")))
  (func (export "write") (canon lift (core func $m "write"))))

(component instance $t0 $T)
(assert_trap (invoke "read") "pointer out of bounds of memory")
(component instance $t1 $T)
(assert_trap (invoke "write") "pointer out of bounds of memory")
