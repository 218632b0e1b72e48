;; bug: wasmtime#12322 (wit-bindgen#1495)
;; run: raddle wast spec-tests/bugs/C-wasmtime-12322.wast
;; A call that backpressure holds back is cancelled: the answer is CANCELLED_BEFORE_STARTED, the subtask can
;; be dropped, and once the pressure is gone the next call goes through.

(component
  (component $C
    (core func $backpressure.inc (canon backpressure.inc))
    (core func $backpressure.dec (canon backpressure.dec))
    (core func $thread.index (canon thread.index))
    (core module $M
      (import "" "backpressure.inc" (func $backpressure.inc))
      (import "" "backpressure.dec" (func $backpressure.dec))
      (import "" "thread.index" (func $thread.index (result i32)))
      (func (export "f") (result i32) (call $thread.index))
      (func (export "close") (call $backpressure.inc))
      (func (export "open") (call $backpressure.dec)))
    (core instance $m (instantiate $M (with "" (instance
      (export "backpressure.inc" (func $backpressure.inc))
      (export "backpressure.dec" (func $backpressure.dec))
      (export "thread.index" (func $thread.index))))))
    (func (export "f") async (result u32) (canon lift (core func $m "f")))
    (func (export "close") (canon lift (core func $m "close")))
    (func (export "open") (canon lift (core func $m "open"))))
  (component $D
    (import "c" (instance $c
      (export "f" (func async (result u32)))
      (export "close" (func))
      (export "open" (func))))
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core func $f (canon lower (func $c "f") async (memory (core memory $mem "mem"))))
    (core func $close (canon lower (func $c "close")))
    (core func $open (canon lower (func $c "open")))
    (core func $subtask.cancel (canon subtask.cancel))
    (core func $subtask.drop (canon subtask.drop))
    (core module $M
      (import "" "mem" (memory 1))
      (import "" "f" (func $f (param i32) (result i32)))
      (import "" "close" (func $close))
      (import "" "open" (func $open))
      (import "" "subtask.cancel" (func $subtask.cancel (param i32) (result i32)))
      (import "" "subtask.drop" (func $subtask.drop (param i32)))
      (func $is (param i32 i32) (if (i32.ne (local.get 0) (local.get 1)) (then unreachable)))
      (func (export "run") (local $s i32)
        (call $close)
        (local.set $s (call $f (i32.const 0)))
        (call $is (i32.and (local.get $s) (i32.const 0xf)) (i32.const 0 (; STARTING ;)))
        (local.set $s (i32.shr_u (local.get $s) (i32.const 4)))
        (call $is (call $subtask.cancel (local.get $s)) (i32.const 3 (; CANCELLED_BEFORE_STARTED ;)))
        (call $subtask.drop (local.get $s))
        (call $open)
        (call $is (call $f (i32.const 0)) (i32.const 2 (; RETURNED ;)))))
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $mem "mem"))
      (export "f" (func $f))
      (export "close" (func $close))
      (export "open" (func $open))
      (export "subtask.cancel" (func $subtask.cancel))
      (export "subtask.drop" (func $subtask.drop))))))
    (func (export "run") async (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "run") (alias export $d "run")))

(assert_return (invoke "run"))
