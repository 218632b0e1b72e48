;; Floats of both sizes: rounding, square roots, the least and the greatest, signs.
(module
  (func (export "run") (param $n i32) (result i64) (local $x f64) (local $y f32) (local $least f64) (local $sum f64) (local $sum32 f32)
    (local.set $x (f64.const -3.7))
    (local.set $least (f64.const 1e9))
    (loop $again
      (local.set $x (f64.sub (f64.mul (local.get $x) (f64.const 1.0009765625)) (f64.const 0.37)))
      (if (f64.gt (f64.abs (local.get $x)) (f64.const 1000))
        (then (local.set $x (f64.sqrt (f64.abs (local.get $x))))))
      (local.set $least (f64.min (local.get $least) (f64.sub (local.get $x) (f64.floor (local.get $x)))))
      (local.set $sum (f64.add (local.get $sum) (f64.copysign (f64.nearest (local.get $x)) (local.get $least))))
      (local.set $y (f32.demote_f64 (local.get $x)))
      (local.set $sum32
        (f32.max (f32.ceil (f32.mul (local.get $y) (f32.const 0.5)))
          (f32.sub (f32.trunc (local.get $y)) (f32.neg (local.get $sum32)))))
      (if (f32.gt (local.get $sum32) (f32.const 1e6)) (then (local.set $sum32 (f32.const 0))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i64.add (i64.reinterpret_f64 (f64.add (local.get $sum) (local.get $least)))
      (i64.extend_i32_u (i32.reinterpret_f32 (local.get $sum32))))))
