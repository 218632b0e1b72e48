;; bug: wasmtime#14117
;; run: raddle wast spec-tests/bugs/D-wasmtime-14117.wast
;; A sync-typed function of $A yields while a thread of its sibling $B is ready. Whether the yield blocks or
;; not, that thread does not run before the function has returned.

(component
  (component $B
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
      (global $ran (mut i32) (i32.const 0))
      (func $body (param i32) (global.set $ran (i32.const 1)))
      (elem (table $tab) (i32.const 0) func $body)
      (func (export "arm") (call $thread.resume-later (call $thread.new-indirect (i32.const 0) (i32.const 0))))
      (func (export "ran") (result i32) (global.get $ran)))
    (core instance $m (instantiate $M (with "" (instance
      (export "tab" (table $tab "tab"))
      (export "thread.new-indirect" (func $thread.new-indirect))
      (export "thread.resume-later" (func $thread.resume-later))))))
    (func (export "arm") (canon lift (core func $m "arm")))
    (func (export "ran") (result u32) (canon lift (core func $m "ran"))))
  (component $A
    (import "b" (instance $b
      (export "arm" (func))
      (export "ran" (func (result u32)))))
    (core func $arm (canon lower (func $b "arm")))
    (core func $ran (canon lower (func $b "ran")))
    (core func $thread.yield (canon thread.yield))
    (core module $M
      (import "" "arm" (func $arm))
      (import "" "ran" (func $ran (result i32)))
      (import "" "thread.yield" (func $thread.yield (result i32)))
      (func (export "f") (result i32) (local $n i32)
        (local.set $n (i32.const 8))
        (call $arm)
        (loop $again
          (drop (call $thread.yield))
          (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (call $ran)))
    (core instance $m (instantiate $M (with "" (instance
      (export "arm" (func $arm))
      (export "ran" (func $ran))
      (export "thread.yield" (func $thread.yield))))))
    (func (export "f") (result u32) (canon lift (core func $m "f"))))
  (instance $b (instantiate $B))
  (instance $a (instantiate $A (with "b" (instance $b))))
  (func (export "run") (alias export $a "f")))

(assert_return (invoke "run") (u32.const 0))
