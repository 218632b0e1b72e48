;; rule: waitable-set-drop/not-empty
;; run: raddle wast spec-tests/rules/waitable-set-drop__not-empty.wast
;; The set has a member.

(component
  (type $S (stream u8))
  (core func $stream.new (canon stream.new $S))
  (core func $waitable-set.new (canon waitable-set.new))
  (core func $waitable.join (canon waitable.join))
  (core func $waitable-set.drop (canon waitable-set.drop))
  (core module $M
    (import "" "stream.new" (func $stream.new (result i64)))
    (import "" "waitable-set.new" (func $waitable-set.new (result i32)))
    (import "" "waitable.join" (func $waitable.join (param i32 i32)))
    (import "" "waitable-set.drop" (func $waitable-set.drop (param i32)))
    (func $rx (param i64) (result i32) (i32.wrap_i64 (local.get 0)))
    (func (export "run") (local $s i32)
      (local.set $s (call $waitable-set.new))
      (call $waitable.join (call $rx (call $stream.new)) (local.get $s))
      (call $waitable-set.drop (local.get $s))))
  (core instance $m (instantiate $M (with "" (instance
    (export "stream.new" (func $stream.new))
    (export "waitable-set.new" (func $waitable-set.new))
    (export "waitable.join" (func $waitable.join))
    (export "waitable-set.drop" (func $waitable-set.drop))))))
  (func (export "run") (canon lift (core func $m "run"))))

(assert_trap (invoke "run") "cannot drop waitable set with waitables in it")
