;; choice: CoreNanBits
;; run: raddle wast spec-tests/choices/CoreNanBits.wast
;; left open by: the sign of the NaN that an arithmetic instruction gives
;; Zero divided by zero, as bits.
;; alternatives: canonical; negative
;; outcomes: 0x7fc00000 0xffc00000

(component
  (core module $M
    (func $divide (param f32 f32) (result f32) (f32.div (local.get 0) (local.get 1)))
    (func (export "run") (result i32) (i32.reinterpret_f32 (call $divide (f32.const 0) (f32.const 0)))))
  (core instance $m (instantiate $M))
  (func (export "run") (result u32) (canon lift (core func $m "run"))))

(assert_return (invoke "run") (u32.const 0x7fc00000))
