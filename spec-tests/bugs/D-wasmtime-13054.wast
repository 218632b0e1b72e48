;; bug: wasmtime#13054
;; run: raddle wast spec-tests/bugs/D-wasmtime-13054.wast
;; Two core tables, two functions each, and arguments that are no index: every thread starts the function of
;; its table with its argument.

(component
  (core module $Tab (table (export "tab") 3 funcref))
  (core instance $one (instantiate $Tab))
  (core instance $two (instantiate $Tab))
  (alias core export $one "tab" (core table $one))
  (alias core export $two "tab" (core table $two))
  (core type $start (func (param i32)))
  (core func $new-one (canon thread.new-indirect $start (core table $one)))
  (core func $new-two (canon thread.new-indirect $start (core table $two)))
  (core func $resume (canon thread.yield-then-resume))
  (core module $M
    (import "" "one" (table $one 3 funcref))
    (import "" "two" (table $two 3 funcref))
    (import "" "new-one" (func $new-one (param i32 i32) (result i32)))
    (import "" "new-two" (func $new-two (param i32 i32) (result i32)))
    (import "" "resume" (func $resume (param i32) (result i32)))
    (global $seen (mut i32) (i32.const 0))
    (func $a (param i32) (global.set $seen (i32.add (local.get 0) (i32.const 0xa000))))
    (func $b (param i32) (global.set $seen (i32.add (local.get 0) (i32.const 0xb000))))
    (func $c (param i32) (global.set $seen (i32.add (local.get 0) (i32.const 0xc000))))
    (elem (table $one) (i32.const 0) func $a)
    (elem (table $one) (i32.const 2) func $b)
    (elem (table $two) (i32.const 0) func $c)
    (elem (table $two) (i32.const 2) func $a)
    (func $check (param $thread i32) (param $want i32)
      (drop (call $resume (local.get $thread)))
      (if (i32.ne (global.get $seen) (local.get $want)) (then unreachable)))
    (func (export "run")
      (call $check (call $new-one (i32.const 0) (i32.const 0x123)) (i32.const 0xa123))
      (call $check (call $new-one (i32.const 2) (i32.const 0x124)) (i32.const 0xb124))
      (call $check (call $new-two (i32.const 0) (i32.const 0x125)) (i32.const 0xc125))
      (call $check (call $new-two (i32.const 2) (i32.const 0x126)) (i32.const 0xa126))))
  (core instance $m (instantiate $M (with "" (instance
    (export "one" (table $one))
    (export "two" (table $two))
    (export "new-one" (func $new-one))
    (export "new-two" (func $new-two))
    (export "resume" (func $resume))))))
  (func (export "run") async (canon lift (core func $m "run"))))

(assert_return (invoke "run"))
