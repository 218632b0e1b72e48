;; rule: resource/wrong-kind
;; run: raddle wast spec-tests/rules/resource__wrong-kind.wast
;; A waitable set where a resource is wanted: resource.drop, resource.rep, and a result of type own.

(component definition $T
  (type $r (resource (rep i32)))
  (export $r' "r" (type $r))
  (core func $waitable-set.new (canon waitable-set.new))
  (core func $resource.drop (canon resource.drop $r))
  (core func $resource.rep (canon resource.rep $r))
  (core module $M
    (import "" "waitable-set.new" (func $waitable-set.new (result i32)))
    (import "" "resource.drop" (func $resource.drop (param i32)))
    (import "" "resource.rep" (func $resource.rep (param i32) (result i32)))
    (func (export "drop") (call $resource.drop (call $waitable-set.new)))
    (func (export "rep") (drop (call $resource.rep (call $waitable-set.new))))
    (func (export "lift") (result i32) (call $waitable-set.new)))
  (core instance $m (instantiate $M (with "" (instance
    (export "waitable-set.new" (func $waitable-set.new))
    (export "resource.drop" (func $resource.drop))
    (export "resource.rep" (func $resource.rep))))))
  (func (export "drop") (canon lift (core func $m "drop")))
  (func (export "rep") (canon lift (core func $m "rep")))
  (func (export "lift") (result (own $r')) (canon lift (core func $m "lift"))))

(component instance $t0 $T)
(assert_trap (invoke "drop") "index is not a resource")
(component instance $t1 $T)
(assert_trap (invoke "rep") "index is not a resource")
(component instance $t2 $T)
(assert_trap (invoke "lift") "index is not a resource")
