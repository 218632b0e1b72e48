;; Conway's game of life on a torus of 128 by 128 bytes: nested loops over memory.
(module
  (memory 1)
  (func $cell (param $grid i32) (param $x i32) (param $y i32) (result i32)
    (i32.load8_u
      (i32.add (local.get $grid)
        (i32.add (i32.shl (i32.and (local.get $y) (i32.const 127)) (i32.const 7)) (i32.and (local.get $x) (i32.const 127))))))
  (func (export "run") (param $n i32) (result i64)
    (local $x i32) (local $y i32) (local $from i32) (local $to i32) (local $seed i32) (local $near i32) (local $sum i64)
    (local.set $to (i32.const 16384))
    (local.set $seed (i32.const 1))
    (loop $fill
      (local.set $seed (i32.add (i32.mul (local.get $seed) (i32.const 1664525)) (i32.const 1013904223)))
      (i32.store8 (local.get $x) (i32.shr_u (local.get $seed) (i32.const 31)))
      (br_if $fill (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 1))) (i32.const 16384))))
    (loop $generations
      (local.set $y (i32.const 0))
      (loop $rows
        (local.set $x (i32.const 0))
        (loop $columns
          (local.set $near
            (i32.add
              (i32.add
                (i32.add (call $cell (local.get $from) (i32.sub (local.get $x) (i32.const 1)) (i32.sub (local.get $y) (i32.const 1)))
                         (call $cell (local.get $from) (local.get $x) (i32.sub (local.get $y) (i32.const 1))))
                (i32.add (call $cell (local.get $from) (i32.add (local.get $x) (i32.const 1)) (i32.sub (local.get $y) (i32.const 1)))
                         (call $cell (local.get $from) (i32.sub (local.get $x) (i32.const 1)) (local.get $y))))
              (i32.add
                (i32.add (call $cell (local.get $from) (i32.add (local.get $x) (i32.const 1)) (local.get $y))
                         (call $cell (local.get $from) (i32.sub (local.get $x) (i32.const 1)) (i32.add (local.get $y) (i32.const 1))))
                (i32.add (call $cell (local.get $from) (local.get $x) (i32.add (local.get $y) (i32.const 1)))
                         (call $cell (local.get $from) (i32.add (local.get $x) (i32.const 1)) (i32.add (local.get $y) (i32.const 1)))))))
          (i32.store8
            (i32.add (local.get $to) (i32.add (i32.shl (local.get $y) (i32.const 7)) (local.get $x)))
            (i32.or (i32.eq (local.get $near) (i32.const 3))
              (i32.and (i32.eq (local.get $near) (i32.const 2)) (call $cell (local.get $from) (local.get $x) (local.get $y)))))
          (br_if $columns (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 1))) (i32.const 128))))
        (br_if $rows (i32.lt_u (local.tee $y (i32.add (local.get $y) (i32.const 1))) (i32.const 128))))
      (local.set $x (local.get $from))
      (local.set $from (local.get $to))
      (local.set $to (local.get $x))
      (br_if $generations (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.set $x (i32.const 0))
    (loop $count
      (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31)) (i64.load8_u (i32.add (local.get $from) (local.get $x)))))
      (br_if $count (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 1))) (i32.const 16384))))
    (local.get $sum)))
