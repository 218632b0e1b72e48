;; A hash of 64 bits over 4 KiB: loads, products, rotations.
(module
  (memory 1)
  (func $round (param $acc i64) (param $input i64) (result i64)
    (i64.mul
      (i64.rotl (i64.add (local.get $acc) (i64.mul (local.get $input) (i64.const -4417276706812531889))) (i64.const 31))
      (i64.const -7046029288634856825)))
  (func (export "run") (param $n i32) (result i64)
    (local $p i32) (local $h i64) (local $a i64) (local $b i64) (local $x i64)
    (loop $fill
      (i64.store (local.get $p) (i64.mul (i64.extend_i32_u (local.get $p)) (i64.const 0x9e3779b97f4a7c15)))
      (br_if $fill (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 8))) (i32.const 4096))))
    (loop $rounds
      (local.set $p (i32.const 0))
      (local.set $a (i64.add (local.get $h) (i64.const 0x60ea27eeadc0b5d6)))
      (local.set $b (i64.xor (local.get $h) (i64.const 0xc2b2ae3d27d4eb4f)))
      (loop $stripes
        (local.set $a (call $round (local.get $a) (i64.load (local.get $p))))
        (local.set $x (i64.mul (i64.load offset=8 (local.get $p)) (i64.const 0xc2b2ae3d27d4eb4f)))
        (local.set $b (i64.mul (i64.rotl (i64.xor (local.get $b) (local.get $x)) (i64.const 27)) (i64.const 0x9e3779b185ebca87)))
        (br_if $stripes (i32.lt_u (local.tee $p (i32.add (local.get $p) (i32.const 16))) (i32.const 4096))))
      (local.set $h (i64.add (i64.rotl (local.get $a) (i64.const 1)) (i64.rotl (local.get $b) (i64.const 7))))
      (local.set $h (i64.mul (i64.xor (local.get $h) (i64.shr_u (local.get $h) (i64.const 33))) (i64.const 0xff51afd7ed558ccd)))
      (br_if $rounds (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $h)))
