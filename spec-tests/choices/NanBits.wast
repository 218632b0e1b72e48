;; choice: NanBits
;; run: raddle wast spec-tests/choices/NanBits.wast
;; left open by: `maybe_scramble_nan32`: any bits of a NaN that crosses a boundary
;; One component returns a NaN to another, which looks at its bits.
;; alternatives: canonical; signalling; all-ones
;; outcomes: 0x7fc00000 0x7f800001 0xffffffff

(component
  (component $C
    (core module $M (func (export "nan") (result f32) (f32.const -nan:0x200001)))
    (core instance $m (instantiate $M))
    (func (export "nan") (result f32) (canon lift (core func $m "nan"))))
  (component $D
    (import "nan" (func $nan (result f32)))
    (core func $nan (canon lower (func $nan)))
    (core module $M
      (import "" "nan" (func $nan (result f32)))
      (func (export "run") (result i32) (i32.reinterpret_f32 (call $nan))))
    (core instance $m (instantiate $M (with "" (instance (export "nan" (func $nan))))))
    (func (export "run") (result u32) (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "nan" (func $c "nan"))))
  (func (export "run") (alias export $d "run")))

(assert_return (invoke "run") (u32.const 0x7fc00000))
