;; A chaotic map in f32, with square roots and comparisons.
(module
  (func (export "run") (param $n i32) (result i64) (local $x f32) (local $y f32) (local $t f32) (local $hits i32)
    (local.set $x (f32.const 0.1))
    (local.set $y (f32.const 0.3))
    (loop $again
      (local.set $t
        (f32.add (f32.sub (f32.const 1) (f32.mul (f32.const 1.4) (f32.mul (local.get $x) (local.get $x)))) (local.get $y)))
      (local.set $y (f32.mul (f32.const 0.3) (local.get $x)))
      (local.set $x (local.get $t))
      (if (f32.gt (f32.sqrt (f32.add (f32.mul (local.get $x) (local.get $x)) (f32.mul (local.get $y) (local.get $y)))) (f32.const 0.75))
        (then (local.set $hits (i32.add (local.get $hits) (i32.const 1)))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i64.extend_i32_u (i32.xor (local.get $hits) (i32.reinterpret_f32 (local.get $x))))))
