;; choice: ContinueOrBlock
;; run: raddle wast spec-tests/choices/ContinueOrBlock.wast
;; left open by: whenever a thread yields, whether or not it blocks
;; A thread is ready when the task yields. Has it run afterwards?
;; alternatives: block; continue
;; outcomes: 1 0

(component
  (core module $Tab (table (export "tab") 2 funcref))
  (core instance $tab (instantiate $Tab))
  (core type $start (func (param i32)))
  (alias core export $tab "tab" (core table $tab))
  (core func $new (canon thread.new-indirect $start (core table $tab)))
  (core func $resume-later (canon thread.resume-later))
  (core func $yield (canon thread.yield))
  (core module $M
    (import "" "tab" (table $tab 2 funcref))
    (import "" "new" (func $new (param i32 i32) (result i32)))
    (import "" "resume-later" (func $resume-later (param i32)))
    (import "" "yield" (func $yield (result i32)))
    (global $ran (mut i32) (i32.const 0))
    (func $body (param i32) (global.set $ran (i32.const 1)))
    (elem (table $tab) (i32.const 0) func $body)
    (func (export "run") (result i32)
      (call $resume-later (call $new (i32.const 0) (i32.const 0)))
      (drop (call $yield))
      (global.get $ran)))
  (core instance $m (instantiate $M (with "" (instance
    (export "tab" (table $tab "tab"))
    (export "new" (func $new))
    (export "resume-later" (func $resume-later))
    (export "yield" (func $yield))))))
  (func (export "run") async (result u32) (canon lift (core func $m "run"))))

(assert_return (invoke "run") (u32.const 1))
