;; rule: lift-own/lent
;; run: raddle wast spec-tests/rules/lift-own__lent.wast
;; One call takes the same handle first as borrow, then as own.

(component
  (component $C
    (type $r (resource (rep i32)))
    (export $r' "r" (type $r))
    (core func $resource.new (canon resource.new $r))
    (core module $M
      (import "" "resource.new" (func $resource.new (param i32) (result i32)))
      (func (export "make") (result i32) (call $resource.new (i32.const 7)))
      (func (export "both") (param i32 i32)))
    (core instance $m (instantiate $M (with "" (instance (export "resource.new" (func $resource.new))))))
    (func (export "make") (result (own $r')) (canon lift (core func $m "make")))
    (func (export "both") (param "a" (borrow $r')) (param "b" (own $r')) (canon lift (core func $m "both"))))
  (component $D
    (import "c" (instance $c
      (export "r" (type $r (sub resource)))
      (export "make" (func (result (own $r))))
      (export "both" (func (param "a" (borrow $r)) (param "b" (own $r))))))
    (alias export $c "r" (type $r))
    (core func $make (canon lower (func $c "make")))
    (core func $both (canon lower (func $c "both")))
    (core module $M
      (import "" "make" (func $make (result i32)))
      (import "" "both" (func $both (param i32 i32)))
      (func (export "run") (local $h i32)
        (local.set $h (call $make))
        (call $both (local.get $h) (local.get $h))))
    (core instance $m (instantiate $M (with "" (instance
      (export "make" (func $make))
      (export "both" (func $both))))))
    (func (export "run") (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "run") (alias export $d "run")))

(assert_trap (invoke "run") "cannot remove owned resource while borrowed")
