;; The longest Collatz chain: branches on i64, none of which can be foretold well.
(module
  (func (export "run") (param $n i32) (result i64) (local $i i64) (local $x i64) (local $steps i64) (local $most i64)
    (loop $each
      (local.set $i (i64.add (local.get $i) (i64.const 1)))
      (local.set $x (local.get $i))
      (local.set $steps (i64.const 0))
      (block $done
        (loop $step
          (br_if $done (i64.eq (local.get $x) (i64.const 1)))
          (if (i64.eqz (i64.and (local.get $x) (i64.const 1)))
            (then (local.set $x (i64.shr_u (local.get $x) (i64.const 1))))
            (else (local.set $x (i64.add (i64.mul (local.get $x) (i64.const 3)) (i64.const 1)))))
          (local.set $steps (i64.add (local.get $steps) (i64.const 1)))
          (br $step)))
      (if (i64.gt_u (local.get $steps) (local.get $most)) (then (local.set $most (local.get $steps))))
      (br_if $each (i64.lt_u (local.get $i) (i64.extend_i32_u (local.get $n)))))
    (local.get $most)))
