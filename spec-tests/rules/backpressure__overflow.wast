;; rule: backpressure/overflow
;; run: raddle wast spec-tests/rules/backpressure__overflow.wast
;; backpressure.inc 65,536 times.

(component
  (core func $backpressure.inc (canon backpressure.inc))
  (core module $M
    (import "" "backpressure.inc" (func $backpressure.inc))
    (func (export "run")
      (local $n i32)
      (local.set $n (i32.const 0x10000))
      (loop $more
        (call $backpressure.inc)
        (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
  (core instance $m (instantiate $M (with "" (instance (export "backpressure.inc" (func $backpressure.inc))))))
  (func (export "run") (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "backpressure counter overflow")
