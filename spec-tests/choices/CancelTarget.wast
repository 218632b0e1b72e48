;; choice: CancelTarget
;; run: raddle wast spec-tests/choices/CancelTarget.wast
;; left open by: if a task containing multiple threads is cancelled, which thread receives the request
;; Both threads of a task can be cancelled when its caller cancels it. Which one is?
;; alternatives: the implicit thread; the thread that it made
;; outcomes: 1 2

(component
  (component $C
    (core module $Tab (table (export "tab") 2 funcref))
    (core instance $tab (instantiate $Tab))
    (core type $start (func (param i32)))
    (alias core export $tab "tab" (core table $tab))
    (core func $new (canon thread.new-indirect $start (core table $tab)))
    (core func $resume-later (canon thread.resume-later))
    (core func $suspend-cancellable (canon thread.suspend cancellable))
    (core func $suspend-then-resume (canon thread.suspend-then-resume cancellable))
    (core func $index (canon thread.index))
    (core func $task.return (canon task.return (result u32)))
    (core module $M
      (import "" "tab" (table $tab 2 funcref))
      (import "" "new" (func $new (param i32 i32) (result i32)))
      (import "" "resume-later" (func $resume-later (param i32)))
      (import "" "suspend-cancellable" (func $suspend-cancellable (result i32)))
      (import "" "suspend-then-resume" (func $suspend-then-resume (param i32) (result i32)))
      (import "" "index" (func $index (result i32)))
      (import "" "task.return" (func $task.return (param i32)))
      (global $main (mut i32) (i32.const 0))
      ;; returns which thread was cancelled, and lets the other one go
      (func $end (param $cancelled i32) (param $n i32) (param $peer i32)
        (if (local.get $cancelled) (then
          (call $task.return (local.get $n))
          (call $resume-later (local.get $peer)))))
      (func $body (param i32)
        (call $end (call $suspend-cancellable) (i32.const 2) (global.get $main)))
      (elem (table $tab) (i32.const 0) func $body)
      (func (export "work")
        (local $other i32)
        (global.set $main (call $index))
        (local.set $other (call $new (i32.const 0) (i32.const 0)))
        (call $end (call $suspend-then-resume (local.get $other)) (i32.const 1) (local.get $other))))
    (core instance $m (instantiate $M (with "" (instance
      (export "tab" (table $tab "tab"))
      (export "new" (func $new))
      (export "resume-later" (func $resume-later))
      (export "suspend-cancellable" (func $suspend-cancellable))
      (export "suspend-then-resume" (func $suspend-then-resume))
      (export "index" (func $index))
      (export "task.return" (func $task.return))))))
    (func (export "work") async (result u32) (canon lift (core func $m "work") async)))
  (component $D
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (import "work" (func $work async (result u32)))
    (core func $work (canon lower (func $work) async (memory (core memory $mem "mem"))))
    (core func $subtask.cancel (canon subtask.cancel))
    (core module $M
      (import "" "mem" (memory 1))
      (import "" "subtask.cancel" (func $subtask.cancel (param i32) (result i32)))
      (import "" "work" (func $work (param i32) (result i32)))
      (func (export "run") (result i32) (local $subtask i32)
        (local.set $subtask (i32.shr_u (call $work (i32.const 16)) (i32.const 4)))
        (drop (call $subtask.cancel (local.get $subtask)))
        (i32.load (i32.const 16))))
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $mem "mem"))
      (export "subtask.cancel" (func $subtask.cancel))
      (export "work" (func $work))))))
    (func (export "run") async (result u32) (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "work" (func $c "work"))))
  (func (export "run") (alias export $d "run")))

(assert_return (invoke "run") (u32.const 1))
