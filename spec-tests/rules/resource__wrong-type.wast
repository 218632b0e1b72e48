;; rule: resource/wrong-type
;; run: raddle wast spec-tests/rules/resource__wrong-type.wast
;; A handle of the resource type $q where $r is wanted: resource.drop, resource.rep, and a result of type
;; own.

(component definition $T
  (type $q (resource (rep i32)))
  (type $r (resource (rep i32)))
  (export $r' "r" (type $r))
  (core func $new-q (canon resource.new $q))
  (core func $resource.drop (canon resource.drop $r))
  (core func $resource.rep (canon resource.rep $r))
  (core module $M
    (import "" "new-q" (func $new-q (param i32) (result i32)))
    (import "" "resource.drop" (func $resource.drop (param i32)))
    (import "" "resource.rep" (func $resource.rep (param i32) (result i32)))
    (func (export "drop") (call $resource.drop (call $new-q (i32.const 7))))
    (func (export "rep") (drop (call $resource.rep (call $new-q (i32.const 7)))))
    (func (export "lift") (result i32) (call $new-q (i32.const 7))))
  (core instance $m (instantiate $M (with "" (instance
    (export "new-q" (func $new-q))
    (export "resource.drop" (func $resource.drop))
    (export "resource.rep" (func $resource.rep))))))
  (func (export "drop") (canon lift (core func $m "drop")))
  (func (export "rep") (canon lift (core func $m "rep")))
  (func (export "lift") (result (own $r')) (canon lift (core func $m "lift"))))

(component instance $t0 $T)
(assert_trap (invoke "drop")
  "handle index 1 used with the wrong type, expected guest-defined resource but found a different guest-defined resource")
(component instance $t1 $T)
(assert_trap (invoke "rep")
  "handle index 1 used with the wrong type, expected guest-defined resource but found a different guest-defined resource")
(component instance $t2 $T)
(assert_trap (invoke "lift")
  "handle index 1 used with the wrong type, expected guest-defined resource but found a different guest-defined resource")
