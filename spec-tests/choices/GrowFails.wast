;; choice: GrowFails
;; run: raddle wast spec-tests/choices/GrowFails.wast
;; left open by: `memory.grow` and `table.grow` may fail at any time
;; The size of a memory before it grew by a page, or -1.
;; alternatives: grows; fails
;; outcomes: 1 0xffffffff

(component
  (core module $M
    (memory 1)
    (func (export "run") (result i32) (memory.grow (i32.const 1))))
  (core instance $m (instantiate $M))
  (func (export "run") (result u32) (canon lift (core func $m "run"))))

(assert_return (invoke "run") (u32.const 1))
