;; bug: wasmtime#13085
;; run: raddle wast spec-tests/bugs/B-wasmtime-13085.wast
;; One thread yields until another, which is ready all the time, has run. It ends on every fair schedule, so
;; also on the default one; a schedule that always picks the first thread again never ends, and is not fair.

(component
  (core module $Tab (table (export "tab") 1 funcref))
  (core instance $tab (instantiate $Tab))
  (core type $start (func (param i32)))
  (alias core export $tab "tab" (core table $tab))
  (core func $thread.new-indirect (canon thread.new-indirect $start (core table $tab)))
  (core func $thread.resume-later (canon thread.resume-later))
  (core func $thread.yield (canon thread.yield))
  (core module $M
    (import "" "tab" (table $tab 1 funcref))
    (import "" "thread.new-indirect" (func $thread.new-indirect (param i32 i32) (result i32)))
    (import "" "thread.resume-later" (func $thread.resume-later (param i32)))
    (import "" "thread.yield" (func $thread.yield (result i32)))
    (global $done (mut i32) (i32.const 0))
    (func $body (param i32) (global.set $done (i32.const 1)))
    (elem (table $tab) (i32.const 0) func $body)
    (func (export "run")
      (call $thread.resume-later (call $thread.new-indirect (i32.const 0) (i32.const 0)))
      (loop $again
        (drop (call $thread.yield))
        (br_if $again (i32.eqz (global.get $done))))))
  (core instance $m (instantiate $M (with "" (instance
    (export "tab" (table $tab "tab"))
    (export "thread.new-indirect" (func $thread.new-indirect))
    (export "thread.resume-later" (func $thread.resume-later))
    (export "thread.yield" (func $thread.yield))))))
  (func (export "run") async (canon lift (core func $m "run"))))

(assert_return (invoke "run"))
