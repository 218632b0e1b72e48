;; Hashes and compares strings byte by byte, and copies them in small pieces.
(module
  (memory 2)
  (func $hash (param $at i32) (param $len i32) (result i32) (local $h i32) (local $end i32)
    (local.set $h (i32.const 0x811c9dc5))
    (local.set $end (i32.add (local.get $at) (local.get $len)))
    (loop $byte
      (local.set $h (i32.mul (i32.xor (local.get $h) (i32.load8_u (local.get $at))) (i32.const 16777619)))
      (br_if $byte (i32.ne (local.tee $at (i32.add (local.get $at) (i32.const 1))) (local.get $end))))
    (local.get $h))
  (func $equal (param $a i32) (param $b i32) (param $len i32) (result i32)
    (block $no
      (loop $byte
        (br_if $no (i32.ne (i32.load8_u (local.get $a)) (i32.load8_u (local.get $b))))
        (local.set $a (i32.add (local.get $a) (i32.const 1)))
        (local.set $b (i32.add (local.get $b) (i32.const 1)))
        (br_if $byte (local.tee $len (i32.sub (local.get $len) (i32.const 1)))))
      (return (i32.const 1)))
    (i32.const 0))
  (func (export "run") (param $n i32) (result i64) (local $i i32) (local $sum i64)
    (loop $fill
      (i32.store8 (local.get $i) (i32.add (i32.const 97) (i32.rem_u (i32.mul (local.get $i) (i32.const 7)) (i32.const 26))))
      (br_if $fill (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 4096))))
    (loop $again
      (local.set $i (i32.and (i32.mul (local.get $n) (i32.const 13)) (i32.const 2047)))
      (memory.copy (i32.const 65536) (local.get $i) (i32.const 48))
      (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (call $hash (local.get $i) (i32.const 40)))))
      (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (call $equal (local.get $i) (i32.const 65536) (i32.const 48)))))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))
