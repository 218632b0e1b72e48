;; bug: wasmtime#11678
;; run: raddle wast spec-tests/bugs/D-wasmtime-11678.wast
;; Threads are ready when the instance traps: the trap is reported, they never run, and another component
;; goes on.

(component
  (core module $Tab (table (export "tab") 1 funcref))
  (core instance $tab (instantiate $Tab))
  (core type $start (func (param i32)))
  (alias core export $tab "tab" (core table $tab))
  (core func $thread.new-indirect (canon thread.new-indirect $start (core table $tab)))
  (core func $thread.resume-later (canon thread.resume-later))
  (core module $M
    (import "" "tab" (table $tab 1 funcref))
    (import "" "thread.new-indirect" (func $thread.new-indirect (param i32 i32) (result i32)))
    (import "" "thread.resume-later" (func $thread.resume-later (param i32)))
    (func $body (param i32) unreachable)
    (elem (table $tab) (i32.const 0) func $body)
    (func (export "run") (local $n i32)
      (local.set $n (i32.const 8))
      (loop $again
        (call $thread.resume-later (call $thread.new-indirect (i32.const 0) (i32.const 0)))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (drop (i32.div_u (i32.const 1) (i32.const 0)))))
  (core instance $m (instantiate $M (with "" (instance
    (export "tab" (table $tab "tab"))
    (export "thread.new-indirect" (func $thread.new-indirect))
    (export "thread.resume-later" (func $thread.resume-later))))))
  (func (export "run") async (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "integer divide by zero")
(assert_trap (invoke "run") "cannot enter component instance")

(component
  (core module $Tab (table (export "tab") 1 funcref))
  (core instance $tab (instantiate $Tab))
  (core type $start (func (param i32)))
  (alias core export $tab "tab" (core table $tab))
  (core func $thread.new-indirect (canon thread.new-indirect $start (core table $tab)))
  (core func $thread.yield-then-resume (canon thread.yield-then-resume))
  (core module $M
    (import "" "tab" (table $tab 1 funcref))
    (import "" "thread.new-indirect" (func $thread.new-indirect (param i32 i32) (result i32)))
    (import "" "thread.yield-then-resume" (func $thread.yield-then-resume (param i32) (result i32)))
    (func $body (param i32) (global.set $ran (i32.const 1)))
    (elem (table $tab) (i32.const 0) func $body)
    (global $ran (mut i32) (i32.const 0))
    (func (export "run") (result i32)
      (drop (call $thread.yield-then-resume (call $thread.new-indirect (i32.const 0) (i32.const 0))))
      (global.get $ran)))
  (core instance $m (instantiate $M (with "" (instance
    (export "tab" (table $tab "tab"))
    (export "thread.new-indirect" (func $thread.new-indirect))
    (export "thread.yield-then-resume" (func $thread.yield-then-resume))))))
  (func (export "run") async (result u32) (canon lift (core func $m "run"))))

(assert_return (invoke "run") (u32.const 1))
