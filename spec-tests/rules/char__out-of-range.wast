;; rule: char/out-of-range
;; run: raddle wast spec-tests/rules/char__out-of-range.wast
;; The first number past the last character.

(component
  (core module $M
    (func (export "run") (result i32)
      (i32.const 0x110000)))
  (core instance $m (instantiate $M))
  (func (export "run") (result char) (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "invalid `char` bit pattern")
