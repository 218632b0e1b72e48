;; bug: wasmtime#14018
;; run: raddle wast spec-tests/bugs/A-wasmtime-14018.wast
;; Two instances of one component are two instances: a stream of bool goes from the one to the other, though
;; one instance could not use both ends.

(component
  (component $K
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
      (func $is (param i32 i32) (if (i32.ne (local.get 0) (local.get 1)) (then unreachable)))
      (func (export "start") (result i32) (local $e i64)
        (local.set $e (call $stream.new))
        (i32.store8 (i32.const 0) (i32.const 1))
        (call $is (call $stream.write (call $tx (local.get $e)) (i32.const 0) (i32.const 1)) (i32.const -1 (; BLOCKED ;)))
        (call $rx (local.get $e)))
      (func (export "take") (param i32)
        (call $is (call $stream.read (local.get 0) (i32.const 8) (i32.const 1)) (i32.const 0x10))
        (call $is (i32.load8_u (i32.const 8)) (i32.const 1))))
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $mem "mem"))
      (export "stream.new" (func $stream.new))
      (export "stream.read" (func $stream.read))
      (export "stream.write" (func $stream.write))))))
    (func (export "start") (result $S) (canon lift (core func $m "start")))
    (func (export "take") (param "s" $S) (canon lift (core func $m "take"))))
  (component $D
    (import "k1" (instance $k1 (export "start" (func (result (stream bool))))))
    (import "k2" (instance $k2 (export "take" (func (param "s" (stream bool))))))
    (core func $start (canon lower (func $k1 "start")))
    (core func $take (canon lower (func $k2 "take")))
    (core module $M
      (import "" "start" (func $start (result i32)))
      (import "" "take" (func $take (param i32)))
      (func (export "run") (call $take (call $start))))
    (core instance $m (instantiate $M (with "" (instance
      (export "start" (func $start))
      (export "take" (func $take))))))
    (func (export "run") (canon lift (core func $m "run"))))
  (instance $k1 (instantiate $K))
  (instance $k2 (instantiate $K))
  (instance $d (instantiate $D (with "k1" (instance $k1)) (with "k2" (instance $k2))))
  (func (export "run") (alias export $d "run")))

(assert_return (invoke "run"))
