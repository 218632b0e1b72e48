;; Calls through a table: eight small functions, chosen by a linear congruence.
(module
  (type $op (func (param i32 i32) (result i32)))
  (table funcref (elem $add $sub $xor $mul $rot $and $or $shr))
  (func $add (type $op) (i32.add (local.get 0) (local.get 1)))
  (func $sub (type $op) (i32.sub (local.get 0) (local.get 1)))
  (func $xor (type $op) (i32.xor (local.get 0) (local.get 1)))
  (func $mul (type $op) (i32.mul (local.get 0) (i32.or (local.get 1) (i32.const 1))))
  (func $rot (type $op) (i32.rotl (local.get 0) (local.get 1)))
  (func $and (type $op) (i32.and (local.get 0) (i32.or (local.get 1) (i32.const 0xffff))))
  (func $or (type $op) (i32.or (local.get 0) (i32.shr_u (local.get 1) (i32.const 9))))
  (func $shr (type $op) (i32.shr_u (local.get 0) (i32.const 1)))
  (func (export "run") (param $n i32) (result i64) (local $x i32) (local $seed i32)
    (local.set $x (i32.const 12345))
    (loop $again
      (local.set $seed (i32.add (i32.mul (local.get $seed) (i32.const 1103515245)) (i32.const 12345)))
      (local.set $x
        (call_indirect (type $op) (local.get $x) (local.get $n)
          (i32.and (i32.shr_u (local.get $seed) (i32.const 16)) (i32.const 7))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (i64.extend_i32_u (local.get $x))))
