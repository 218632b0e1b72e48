;; Shell sort of 64 Ki numbers: loads, stores and compares with computed addresses.
(module
  (memory 4)
  (func (export "run") (param $n i32) (result i64)
    (local $i i32) (local $j i32) (local $gap i32) (local $seed i32) (local $x i32) (local $y i32) (local $sum i64)
    (loop $rounds
      (local.set $seed (local.get $n))
      (local.set $i (i32.const 0))
      (loop $fill
        (local.set $seed (i32.add (i32.mul (local.get $seed) (i32.const 1664525)) (i32.const 1013904223)))
        (i32.store (i32.shl (local.get $i) (i32.const 2)) (i32.shr_u (local.get $seed) (i32.const 8)))
        (br_if $fill (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 65536))))
      (local.set $gap (i32.const 29524))
      (loop $gaps
        (local.set $i (local.get $gap))
        (loop $each
          (local.set $x (i32.load (i32.shl (local.get $i) (i32.const 2))))
          (local.set $j (local.get $i))
          (block $found
            (loop $down
              (br_if $found (i32.lt_u (local.get $j) (local.get $gap)))
              (local.set $y (i32.load (i32.shl (i32.sub (local.get $j) (local.get $gap)) (i32.const 2))))
              (br_if $found (i32.le_u (local.get $y) (local.get $x)))
              (i32.store (i32.shl (local.get $j) (i32.const 2)) (local.get $y))
              (local.set $j (i32.sub (local.get $j) (local.get $gap)))
              (br $down)))
          (i32.store (i32.shl (local.get $j) (i32.const 2)) (local.get $x))
          (br_if $each (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 65536))))
        (br_if $gaps (local.tee $gap (i32.div_u (local.get $gap) (i32.const 3)))))
      (local.set $sum (i64.add (local.get $sum) (i64.load offset=131072 (i32.const 0))))
      (br_if $rounds (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))
