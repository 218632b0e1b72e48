;; bug: jco 1608faf3
;; run: raddle wast spec-tests/bugs/B-jco-1608faf3.wast
;; A call that returns at once answers RETURNED and nothing more: no handle is packed into the answer, and
;; none is made.

(component
  (component $C
    (core module $M
      (func (export "f") (result i32) (i32.const 7)))
    (core instance $m (instantiate $M))
    (func (export "f") async (result u32) (canon lift (core func $m "f"))))
  (component $D
    (import "c" (instance $c (export "f" (func async (result u32)))))
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core func $f (canon lower (func $c "f") async (memory (core memory $mem "mem"))))
    (core func $waitable-set.new (canon waitable-set.new))
    (core module $M
      (import "" "mem" (memory 1))
      (import "" "f" (func $f (param i32) (result i32)))
      (import "" "waitable-set.new" (func $waitable-set.new (result i32)))
      (func $is (param i32 i32) (if (i32.ne (local.get 0) (local.get 1)) (then unreachable)))
      (func (export "run")
        (call $is (call $f (i32.const 0)) (i32.const 2 (; RETURNED ;)))
        (call $is (i32.load (i32.const 0)) (i32.const 7))
        (call $is (call $waitable-set.new) (i32.const 1))))
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $mem "mem"))
      (export "f" (func $f))
      (export "waitable-set.new" (func $waitable-set.new))))))
    (func (export "run") (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "run") (alias export $d "run")))

(assert_return (invoke "run"))
