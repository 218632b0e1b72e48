;; A generator of random numbers whose state is in globals.
(module
  (global $s0 (mut i64) (i64.const 0x9e3779b97f4a7c15))
  (global $s1 (mut i64) (i64.const 0xbf58476d1ce4e5b9))
  (global $count (mut i32) (i32.const 0))
  (func $next (result i64) (local $a i64) (local $b i64)
    (local.set $a (global.get $s0))
    (local.set $b (global.get $s1))
    (global.set $s0 (local.get $b))
    (local.set $a (i64.xor (local.get $a) (i64.shl (local.get $a) (i64.const 23))))
    (local.set $a (i64.xor (local.get $a) (i64.shr_u (local.get $a) (i64.const 18))))
    (global.set $s1 (i64.xor (i64.xor (local.get $a) (local.get $b)) (i64.shr_u (local.get $b) (i64.const 5))))
    (global.set $count (i32.add (global.get $count) (i32.const 1)))
    (i64.add (global.get $s1) (local.get $b)))
  (func (export "run") (param $n i32) (result i64) (local $sum i64)
    (loop $again
      (local.set $sum (i64.xor (local.get $sum) (call $next)))
      (br_if $again (i32.lt_u (global.get $count) (local.get $n))))
    (local.get $sum)))
