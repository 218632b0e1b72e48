;; rule: call/donut
;; run: raddle wast spec-tests/rules/call__donut.wast
;; Differs from the text: a parent calls its child, then a child calls its parent. The text lets both in;
;; the official scripts assert the trap.

(component
  (component $C
    (core module $M (func (export "f")))
    (core instance $m (instantiate $M))
    (func (export "f") (canon lift (core func $m "f"))))
  (instance $c (instantiate $C))
  (core func $f (canon lower (func $c "f")))
  (core module $M
    (import "" "f" (func $f))
    (func (export "run") (call $f)))
  (core instance $m (instantiate $M (with "" (instance (export "f" (func $f))))))
  (func (export "run") (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "cannot enter component instance")

(component
  (core module $Own (func (export "f")))
  (core instance $own (instantiate $Own))
  (func $f (canon lift (core func $own "f")))
  (component $C
    (import "f" (func $f))
    (core func $f (canon lower (func $f)))
    (core module $M
      (import "" "f" (func $f))
      (func (export "run") (call $f)))
    (core instance $m (instantiate $M (with "" (instance (export "f" (func $f))))))
    (func (export "run") (canon lift (core func $m "run"))))
  (instance $c (instantiate $C (with "f" (func $f))))
  (func (export "run") (alias export $c "run")))

(assert_trap (invoke "run") "cannot enter component instance")
