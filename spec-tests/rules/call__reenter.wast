;; rule: call/reenter
;; run: raddle wast spec-tests/rules/call__reenter.wast
;; The stack is $C, then the destructor of "p" in $P, then the destructor of "c" in $C: the second one would
;; enter $C while it is being run. Both calls are made by resource.drop, so call/donut does not apply; $X
;; hands the two handles over.

(component
  (component $P
    (core module $Tab
      (table (export "tab") 1 funcref)
      (type $dtor (func (param i32)))
      (func (export "dtor") (param i32) (call_indirect (type $dtor) (local.get 0) (i32.const 0))))
    (core instance $tab (instantiate $Tab))
    (type $p (resource (rep i32) (dtor (core func $tab "dtor"))))
    (export $p' "p" (type $p))
    (component $C
      (import "p" (type $p (sub resource)))
      (core module $D (func (export "dtor") (param i32)))
      (core instance $d (instantiate $D))
      (type $c (resource (rep i32) (dtor (core func $d "dtor"))))
      (export $c' "c" (type $c))
      (core func $new (canon resource.new $c))
      (core func $drop (canon resource.drop $p))
      (core module $M
        (import "" "new" (func $new (param i32) (result i32)))
        (import "" "drop" (func $drop (param i32)))
        (func (export "make") (result i32) (call $new (i32.const 7)))
        (func (export "run") (param i32) (call $drop (local.get 0))))
      (core instance $m (instantiate $M (with "" (instance
        (export "new" (func $new))
        (export "drop" (func $drop))))))
      (func (export "make") (result (own $c')) (canon lift (core func $m "make")))
      (func (export "run") (param "x" (own $p)) (canon lift (core func $m "run"))))
    (instance $c (instantiate $C (with "p" (type $p'))))
    (alias export $c "c" (type $c))
    (export $c' "c" (type $c))
    (core func $new (canon resource.new $p))
    (core func $drop (canon resource.drop $c))
    (core module $M
      (import "" "tab" (table 1 funcref))
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (global $held (mut i32) (i32.const 0))
      (func $dtor (param i32) (call $drop (global.get $held)))
      (elem (i32.const 0) $dtor)
      (func (export "make") (result i32) (call $new (i32.const 7)))
      (func (export "keep") (param i32) (global.set $held (local.get 0))))
    (core instance $m (instantiate $M (with "" (instance
      (export "tab" (table $tab "tab"))
      (export "new" (func $new))
      (export "drop" (func $drop))))))
    (func (export "make-p") (result (own $p')) (canon lift (core func $m "make")))
    (func (export "keep") (param "x" (own $c')) (canon lift (core func $m "keep")))
    (alias export $c "make" (func $make))
    (alias export $c "run" (func $run))
    (export "make-c" (func $make) (func (result (own $c'))))
    (export "run" (func $run) (func (param "x" (own $p')))))
  (component $X
    (import "p" (instance $p
      (export "p" (type $p (sub resource)))
      (export "c" (type $c (sub resource)))
      (export "make-p" (func (result (own $p))))
      (export "keep" (func (param "x" (own $c))))
      (export "make-c" (func (result (own $c))))
      (export "run" (func (param "x" (own $p))))))
    (core func $make-p (canon lower (func $p "make-p")))
    (core func $keep (canon lower (func $p "keep")))
    (core func $make-c (canon lower (func $p "make-c")))
    (core func $run (canon lower (func $p "run")))
    (core module $M
      (import "" "make-p" (func $make-p (result i32)))
      (import "" "keep" (func $keep (param i32)))
      (import "" "make-c" (func $make-c (result i32)))
      (import "" "run" (func $run (param i32)))
      (func (export "run")
        (call $keep (call $make-c))
        (call $run (call $make-p))))
    (core instance $m (instantiate $M (with "" (instance
      (export "make-p" (func $make-p))
      (export "keep" (func $keep))
      (export "make-c" (func $make-c))
      (export "run" (func $run))))))
    (func (export "run") (canon lift (core func $m "run"))))
  (instance $p (instantiate $P))
  (instance $x (instantiate $X (with "p" (instance $p))))
  (func (export "run") (alias export $x "run")))

(assert_trap (invoke "run") "cannot enter component instance")
