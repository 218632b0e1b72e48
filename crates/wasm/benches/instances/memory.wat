;; A memory, a table, a global and a segment.
(module
  (memory 1) (table 8 funcref) (global (mut i32) (i32.const 3)) (data (i32.const 4) "answer")
  (func (export "answer") (result i32) (i32.load8_u (i32.const 4))))
