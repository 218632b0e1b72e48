;; choice: RelaxedSimd
;; run: raddle wast spec-tests/choices/RelaxedSimd.wast
;; left open by: relaxed vector instructions, whose parameters are chosen once for each store
;; A relaxed swizzle with an index of 16: is it out of range, or does it wrap around? Asked twice, answered once.
;; alternatives: 0; 1
;; outcomes: 0 18

(component
  (core module $M
    (func $swizzle (result i32)
      (i8x16.extract_lane_u 0 (i8x16.relaxed_swizzle
        (v128.const i8x16 9 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
        (v128.const i8x16 16 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0))))
    (func (export "run") (result i32) (i32.add (call $swizzle) (call $swizzle))))
  (core instance $m (instantiate $M))
  (func (export "run") (result u32) (canon lift (core func $m "run"))))

(assert_return (invoke "run") (u32.const 0))
