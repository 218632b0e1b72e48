;; rule: thread-table/empty
;; run: raddle wast spec-tests/rules/thread-table__empty.wast
;; No thread ever has the index 0.

(component
  (core func $thread.resume-later (canon thread.resume-later))
  (core module $M
    (import "" "thread.resume-later" (func $thread.resume-later (param i32)))
    (func (export "run") (call $thread.resume-later (i32.const 0))))
  (core instance $m (instantiate $M (with "" (instance (export "thread.resume-later" (func $thread.resume-later))))))
  (func (export "run") (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "unknown thread index 0")
