;; bug: wasmtime#12966
;; run: raddle wast spec-tests/bugs/A-wasmtime-12966.wast
;; One instance writes from one memory and reads into another, at the same address.

(component
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (type $S (stream u8))
  (core instance $other (instantiate $Mem))
  (core func $stream.new (canon stream.new $S))
  (core func $stream.read (canon stream.read $S async (memory (core memory $other "mem"))))
  (core func $stream.write (canon stream.write $S async (memory (core memory $mem "mem"))))
  (core module $M
    (import "" "mem" (memory $mem 1))
    (import "" "stream.new" (func $stream.new (result i64)))
    (import "" "stream.read" (func $stream.read (param i32 i32 i32) (result i32)))
    (import "" "stream.write" (func $stream.write (param i32 i32 i32) (result i32)))
    (import "" "other" (memory $other 1))
    (func $rx (param i64) (result i32) (i32.wrap_i64 (local.get 0)))
    (func $tx (param i64) (result i32) (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))))
    (func $is (param i32 i32) (if (i32.ne (local.get 0) (local.get 1)) (then unreachable)))
    (func (export "run") (local $e i64)
      (local.set $e (call $stream.new))
      (i32.store $mem (i32.const 4) (i32.const 0x04030201))
      (call $is (call $stream.write (call $tx (local.get $e)) (i32.const 4) (i32.const 4)) (i32.const -1 (; BLOCKED ;)))
      (call $is (call $stream.read (call $rx (local.get $e)) (i32.const 6) (i32.const 4)) (i32.const 0x40))
      (call $is (i32.load $other (i32.const 6)) (i32.const 0x04030201))
      (call $is (i32.load $mem (i32.const 4)) (i32.const 0x04030201))
      (call $is (i32.load $mem (i32.const 8)) (i32.const 0))))
  (core instance $m (instantiate $M (with "" (instance
    (export "mem" (memory $mem "mem"))
    (export "stream.new" (func $stream.new))
    (export "stream.read" (func $stream.read))
    (export "stream.write" (func $stream.write))
    (export "other" (memory $other "mem"))))))
  (func (export "run") (canon lift (core func $m "run"))))

(assert_return (invoke "run"))
