;; rule: char/surrogate
;; run: raddle wast spec-tests/rules/char__surrogate.wast
;; The first and the last surrogate.

(component definition $T
  (core module $M
    (func (export "first") (result i32)
      (i32.const 0xd800))
    (func (export "last") (result i32)
      (i32.const 0xdfff)))
  (core instance $m (instantiate $M))
  (func (export "first") (result char) (canon lift (core func $m "first")))
  (func (export "last") (result char) (canon lift (core func $m "last"))))

(component instance $t0 $T)
(assert_trap (invoke "first") "invalid `char` bit pattern")
(component instance $t1 $T)
(assert_trap (invoke "last") "invalid `char` bit pattern")
