;; rule: lift-own/borrow
;; run: raddle wast spec-tests/rules/lift-own__borrow.wast
;; $D passes the handle that it was lent on as own.

(component
  (component $C
    (type $r (resource (rep i32)))
    (export $r' "r" (type $r))
    (core func $resource.new (canon resource.new $r))
    (core module $M
      (import "" "resource.new" (func $resource.new (param i32) (result i32)))
      (func (export "make") (result i32) (call $resource.new (i32.const 7)))
      (func (export "take") (param i32)))
    (core instance $m (instantiate $M (with "" (instance (export "resource.new" (func $resource.new))))))
    (func (export "make") (result (own $r')) (canon lift (core func $m "make")))
    (func (export "take") (param "x" (own $r')) (canon lift (core func $m "take"))))
  (component $D
    (import "c" (instance $c
      (export "r" (type $r (sub resource)))
      (export "make" (func (result (own $r))))
      (export "take" (func (param "x" (own $r))))))
    (alias export $c "r" (type $r))
    (core func $take (canon lower (func $c "take")))
    (core module $M
      (import "" "take" (func $take (param i32)))
      (func (export "use") (param i32) (call $take (local.get 0))))
    (core instance $m (instantiate $M (with "" (instance (export "take" (func $take))))))
    (func (export "use") (param "x" (borrow $r)) (canon lift (core func $m "use"))))
  (component $E
    (import "c" (instance $c
      (export "r" (type $r (sub resource)))
      (export "make" (func (result (own $r))))))
    (alias export $c "r" (type $r))
    (import "d" (instance $d
      (alias outer $E $r (type $r))
      (export "use" (func (param "x" (borrow $r))))))
    (core func $make (canon lower (func $c "make")))
    (core func $use (canon lower (func $d "use")))
    (core module $M
      (import "" "make" (func $make (result i32)))
      (import "" "use" (func $use (param i32)))
      (func (export "run") (call $use (call $make))))
    (core instance $m (instantiate $M (with "" (instance
      (export "make" (func $make))
      (export "use" (func $use))))))
    (func (export "run") (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (instance $e (instantiate $E (with "c" (instance $c)) (with "d" (instance $d))))
  (func (export "run") (alias export $e "run")))

(assert_trap (invoke "run") "cannot lift own resource from a borrow")
