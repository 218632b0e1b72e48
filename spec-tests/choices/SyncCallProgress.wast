;; choice: SyncCallProgress
;; run: raddle wast spec-tests/choices/SyncCallProgress.wast
;; left open by: if multiple threads that previously blocked can be resumed at the same time, the order
;; The same inside a sync-typed call, which resumes threads of its own instance while it is blocked.
;; alternatives: the first thread; the second thread
;; outcomes: 1 2

(component
  (core module $Tab (table (export "tab") 2 funcref))
  (core instance $tab (instantiate $Tab))
  (core type $start (func (param i32)))
  (alias core export $tab "tab" (core table $tab))
  (core func $new (canon thread.new-indirect $start (core table $tab)))
  (core func $resume-later (canon thread.resume-later))
  (core func $suspend (canon thread.suspend))
  (core func $index (canon thread.index))
  (core module $M
    (import "" "tab" (table $tab 2 funcref))
    (import "" "new" (func $new (param i32 i32) (result i32)))
    (import "" "resume-later" (func $resume-later (param i32)))
    (import "" "suspend" (func $suspend (result i32)))
    (import "" "index" (func $index (result i32)))
    (global $first (mut i32) (i32.const 0))
    (global $left (mut i32) (i32.const 2))
    (global $run (mut i32) (i32.const 0))
    (func $body (param $n i32)
      (if (i32.eqz (global.get $first)) (then (global.set $first (local.get $n))))
      (global.set $left (i32.sub (global.get $left) (i32.const 1)))
      (if (i32.eqz (global.get $left)) (then (call $resume-later (global.get $run)))))
    (elem (table $tab) (i32.const 0) func $body)
    (func (export "run") (result i32)
      (global.set $run (call $index))
      (call $resume-later (call $new (i32.const 0) (i32.const 1)))
      (call $resume-later (call $new (i32.const 0) (i32.const 2)))
      (drop (call $suspend))
      (global.get $first)))
  (core instance $m (instantiate $M (with "" (instance
    (export "tab" (table $tab "tab"))
    (export "new" (func $new))
    (export "resume-later" (func $resume-later))
    (export "suspend" (func $suspend))
    (export "index" (func $index))))))
  (func (export "run") (result u32) (canon lift (core func $m "run"))))

(assert_return (invoke "run") (u32.const 1))
