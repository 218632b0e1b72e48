;; run: raddle wast spec-tests/core/garbage-of-suspended-threads.wast
;; Ten threads suspend themselves with a list in a local and another one on their operands, also below a call. Meanwhile the task
;; allocates some ten megabytes, all of it garbage. Then the threads go on, and add up what they kept.

(component
  (core module $Tab (table (export "tab") 2 funcref))
  (core instance $tab (instantiate $Tab))
  (core type $start (func (param i32)))
  (alias core export $tab "tab" (core table $tab))
  (core func $new (canon thread.new-indirect $start (core table $tab)))
  (core func $resume-later (canon thread.resume-later))
  (core func $suspend (canon thread.suspend))
  (core func $yield (canon thread.yield))
  (core module $M
    (import "" "tab" (table $tab 2 funcref))
    (import "" "new" (func $new (param i32 i32) (result i32)))
    (import "" "resume-later" (func $resume-later (param i32)))
    (import "" "suspend" (func $suspend (result i32)))
    (import "" "yield" (func $yield (result i32)))
    (type $pair (struct (field $value i32) (field $next (ref null $pair))))
    (type $bytes (array i8))
    (global $sum (mut i32) (i32.const 0))
    (global $waiting (mut i32) (i32.const 0))
    (func $list (param $length i32) (result (ref null $pair)) (local $list (ref null $pair))
      (loop $more
        (if (local.get $length) (then
          (local.set $list (struct.new $pair (local.get $length) (local.get $list)))
          (local.set $length (i32.sub (local.get $length) (i32.const 1)))
          (br $more))))
      (local.get $list))
    (func $add (param $list (ref null $pair))
      (block $end
        (loop $more
          (global.set $sum
            (i32.add (global.get $sum) (struct.get $pair $value (br_on_null $end (local.get $list)))))
          (local.set $list (struct.get $pair $next (local.get $list)))
          (br $more))))
    (func $wait (param $list (ref null $pair))
      (global.set $waiting (i32.add (global.get $waiting) (i32.const 1)))
      (drop (call $suspend))
      (call $add (local.get $list)))
    (func $body (param $length i32) (local $list (ref null $pair))
      (local.set $list (call $list (local.get $length)))
      (call $list (i32.const 3))
      (call $wait (call $list (i32.const 2)))
      (call $add)
      (call $add (local.get $list))
      (global.set $waiting (i32.sub (global.get $waiting) (i32.const 1))))
    (elem (table $tab) (i32.const 0) func $body)
    (func (export "run") (result i32) (local $i i32) (local $first i32) (local $thread i32)
      (loop $more
        (local.set $thread (call $new (i32.const 0) (local.get $i)))
        (if (i32.eqz (local.get $i)) (then (local.set $first (local.get $thread))))
        (call $resume-later (local.get $thread))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $more (i32.lt_u (local.get $i) (i32.const 10))))
      ;; They all come to where they suspend themselves.
      (loop $more
        (drop (call $yield))
        (br_if $more (i32.ne (global.get $waiting) (i32.const 10))))
      (local.set $i (i32.const 0))
      (loop $more
        (drop (array.new_default $bytes (i32.const 1000)))
        (drop (call $list (i32.const 5)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $more (i32.lt_u (local.get $i) (i32.const 1250))))
      (local.set $i (i32.const 0))
      (loop $more
        (call $resume-later (i32.add (local.get $first) (local.get $i)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $more (i32.lt_u (local.get $i) (i32.const 10))))
      (loop $more
        (drop (call $yield))
        (br_if $more (global.get $waiting)))
      (global.get $sum)))
  (core instance $m (instantiate $M (with "" (instance
    (export "tab" (table $tab "tab"))
    (export "new" (func $new))
    (export "resume-later" (func $resume-later))
    (export "suspend" (func $suspend))
    (export "yield" (func $yield))))))
  (func (export "run") async (result u32) (canon lift (core func $m "run"))))

;; Ten times 3 + 6, and the sums of the lists of 0, 1, .. 9.
(assert_return (invoke "run") (u32.const 255))
