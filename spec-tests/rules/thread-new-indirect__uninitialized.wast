;; rule: thread-new-indirect/uninitialized
;; run: raddle wast spec-tests/rules/thread-new-indirect__uninitialized.wast
;; The element is null.

(component
  (core module $Tab (table (export "tab") 1 funcref))
  (core instance $tab (instantiate $Tab))
  (core type $start (func (param i32)))
  (alias core export $tab "tab" (core table $tab))
  (core func $thread.new-indirect (canon thread.new-indirect $start (core table $tab)))
  (core module $M
    (import "" "tab" (table $tab 1 funcref))
    (import "" "thread.new-indirect" (func $thread.new-indirect (param i32 i32) (result i32)))
    (func (export "run") (drop (call $thread.new-indirect (i32.const 0) (i32.const 0)))))
  (core instance $m (instantiate $M (with "" (instance
    (export "tab" (table $tab "tab"))
    (export "thread.new-indirect" (func $thread.new-indirect))))))
  (func (export "run") (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "the start function index points to an uninitialized function")
