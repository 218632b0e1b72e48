;; rule: resource-drop/lent
;; run: raddle wast spec-tests/rules/resource-drop__lent.wast
;; $C holds the borrow in a call that does not end; $D drops the handle.

(component
  (component $C
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (type $r (resource (rep i32)))
    (export $r' "r" (type $r))
    (core func $resource.new (canon resource.new $r))
    (core func $waitable-set.new (canon waitable-set.new))
    (core func $waitable-set.wait (canon waitable-set.wait (memory (core memory $mem "mem"))))
    (core module $M
      (import "" "mem" (memory 1))
      (import "" "resource.new" (func $resource.new (param i32) (result i32)))
      (import "" "waitable-set.new" (func $waitable-set.new (result i32)))
      (import "" "waitable-set.wait" (func $waitable-set.wait (param i32 i32) (result i32)))
      (func (export "make") (result i32) (call $resource.new (i32.const 7)))
      (func (export "hold") (param i32) (drop (call $waitable-set.wait (call $waitable-set.new) (i32.const 0)))))
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $mem "mem"))
      (export "resource.new" (func $resource.new))
      (export "waitable-set.new" (func $waitable-set.new))
      (export "waitable-set.wait" (func $waitable-set.wait))))))
    (func (export "make") (result (own $r')) (canon lift (core func $m "make")))
    (func (export "hold") async (param "x" (borrow $r')) (canon lift (core func $m "hold"))))
  (component $D
    (import "c" (instance $c
      (export "r" (type $r (sub resource)))
      (export "make" (func (result (own $r))))
      (export "hold" (func async (param "x" (borrow $r))))))
    (alias export $c "r" (type $r))
    (core func $make (canon lower (func $c "make")))
    (core func $hold (canon lower (func $c "hold") async))
    (core func $resource.drop (canon resource.drop $r))
    (core module $M
      (import "" "make" (func $make (result i32)))
      (import "" "hold" (func $hold (param i32) (result i32)))
      (import "" "resource.drop" (func $resource.drop (param i32)))
      (func (export "run") (local $h i32)
        (local.set $h (call $make))
        (if (i32.ne (i32.and (call $hold (local.get $h)) (i32.const 0xf)) (i32.const 1 (; STARTED ;)))
          (then unreachable))
        (call $resource.drop (local.get $h))))
    (core instance $m (instantiate $M (with "" (instance
      (export "make" (func $make))
      (export "hold" (func $hold))
      (export "resource.drop" (func $resource.drop))))))
    (func (export "run") async (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "run") (alias export $d "run")))

(assert_trap (invoke "run") "cannot remove owned resource while borrowed")
