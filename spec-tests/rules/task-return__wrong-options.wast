;; rule: task-return/wrong-options
;; run: raddle wast spec-tests/rules/task-return__wrong-options.wast
;; The function is lifted with UTF-8 and one memory; task.return has UTF-16, and then another memory.

(component definition $T
  (core module $Mem (memory (export "mem") 1))
  (core instance $mem (instantiate $Mem))
  (core instance $other (instantiate $Mem))
  (core func $return-utf16 (canon task.return (result string) string-encoding=utf16 (memory (core memory $mem "mem"))))
  (core func $return-other (canon task.return (result string) (memory (core memory $other "mem"))))
  (core module $M
    (import "" "mem" (memory 1))
    (import "" "return-utf16" (func $return-utf16 (param i32 i32)))
    (import "" "return-other" (func $return-other (param i32 i32)))
    (func (export "encoding") (result i32) (call $return-utf16 (i32.const 0) (i32.const 0)) (i32.const 0))
    (func (export "memory") (result i32) (call $return-other (i32.const 0) (i32.const 0)) (i32.const 0))
    (func (export "cb") (param i32 i32 i32) (result i32) unreachable))
  (core instance $m (instantiate $M (with "" (instance
    (export "mem" (memory $mem "mem"))
    (export "return-utf16" (func $return-utf16))
    (export "return-other" (func $return-other))))))
  (func (export "encoding") async (result string) (canon lift (core func $m "encoding") async (memory (core memory $mem "mem")) (callback (core func $m "cb"))))
  (func (export "memory") async (result string) (canon lift (core func $m "memory") async (memory (core memory $mem "mem")) (callback (core func $m "cb")))))

(component instance $t0 $T)
(assert_trap (invoke "encoding") "invalid `task.return` signature and/or options for current task: the string encoding or memory differs")
(component instance $t1 $T)
(assert_trap (invoke "memory") "invalid `task.return` signature and/or options for current task: the string encoding or memory differs")
