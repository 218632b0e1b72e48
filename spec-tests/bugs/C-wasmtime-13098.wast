;; bug: wasmtime#13098
;; run: raddle wast spec-tests/bugs/C-wasmtime-13098.wast
;; The same, a hundred times: neither a handle nor a thread is left behind, so the next ones get the lowest
;; index. (What is left behind unseen is for the leak check.)

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
      (func (export "run") (local $s i32) (local $n i32)
        (call $close)
        (local.set $n (i32.const 100))
        (loop $again
          (local.set $s (call $f (i32.const 0)))
          (call $is (local.get $s) (i32.const 0x10 (; STARTING, handle 1 ;)))
          (call $is (call $subtask.cancel (i32.const 1)) (i32.const 3 (; CANCELLED_BEFORE_STARTED ;)))
          (call $subtask.drop (i32.const 1))
          (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (call $open)
        (call $is (call $f (i32.const 0)) (i32.const 2 (; RETURNED ;)))
        (call $is (i32.load (i32.const 0)) (i32.const 1 (; the index of its thread ;)))))
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
