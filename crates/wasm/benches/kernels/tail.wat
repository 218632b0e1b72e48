;; Mutual tail calls, direct and through a table.
(module
  (type $f (func (param i32 i64) (result i64)))
  (table funcref (elem $even $odd))
  (func $even (type $f)
    (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
    (return_call $odd (i32.sub (local.get 0) (i32.const 1)) (i64.add (local.get 1) (i64.extend_i32_u (local.get 0)))))
  (func $odd (type $f)
    (return_call_indirect (type $f) (i32.sub (local.get 0) (i32.const 1)) (i64.mul (local.get 1) (i64.const 3))
      (i32.and (local.get 0) (i32.const 0))))
  (func (export "run") (param $n i32) (result i64)
    (call $even (i32.shl (local.get $n) (i32.const 1)) (i64.const 1))))
