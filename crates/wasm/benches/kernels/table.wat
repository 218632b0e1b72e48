;; A state machine: br_table in a loop, with a little work in each state.
(module
  (memory 1)
  (data (i32.const 0) "\03\01\04\01\05\02\06\05\03\05\00\07\07\01\02\06\04\03\00\02\07\05\06\01\00\04\02\03\06\07\05\00")
  (func (export "run") (param $n i32) (result i64) (local $state i32) (local $sum i64) (local $at i32)
    (loop $again
      (block $7 (block $6 (block $5 (block $4 (block $3 (block $2 (block $1 (block $0
        (br_table $0 $1 $2 $3 $4 $5 $6 $7 (local.get $state)))
        (local.set $sum (i64.add (local.get $sum) (i64.const 1))) (br $7))
        (local.set $sum (i64.mul (local.get $sum) (i64.const 3))) (br $7))
        (local.set $sum (i64.xor (local.get $sum) (i64.const 0x5555))) (br $7))
        (local.set $at (i32.add (local.get $at) (i32.const 3))) (br $7))
        (local.set $sum (i64.sub (local.get $sum) (i64.extend_i32_u (local.get $at)))) (br $7))
        (local.set $at (i32.xor (local.get $at) (i32.const 5))) (br $7))
        (local.set $sum (i64.rotl (local.get $sum) (i64.const 7))))
      (local.set $at (i32.and (i32.add (local.get $at) (i32.const 1)) (i32.const 31)))
      (local.set $state (i32.load8_u (local.get $at)))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum)))
