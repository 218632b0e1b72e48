;; bug: wasmtime#12379
;; run: raddle wast spec-tests/bugs/D-wasmtime-12379.wast
;; Every entry runs on a thread of its own or on the right one: the start function, the destructor and
;; realloc find context slots of zero and may set them, post-return finds those of its function, and none
;; sees what another one set.

(component
  (core module $Tab
    (table (export "tab") 2 funcref)
    (type $dtor (func (param i32)))
    (type $realloc (func (param i32 i32 i32 i32) (result i32)))
    (func (export "dtor") (param i32) (call_indirect (type $dtor) (local.get 0) (i32.const 0)))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (call_indirect (type $realloc) (local.get 0) (local.get 1) (local.get 2) (local.get 3) (i32.const 1))))
  (core instance $tab (instantiate $Tab))
  (type $r (resource (rep i32) (dtor (core func $tab "dtor"))))
  (core func $new (canon resource.new $r))
  (core func $drop (canon resource.drop $r))
  (core func $get (canon context.get i32 0))
  (core func $set (canon context.set i32 0))
  (core module $M
    (import "" "tab" (table 2 funcref))
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (import "" "get" (func $get (result i32)))
    (import "" "set" (func $set (param i32)))
    (memory (export "mem") 1)
    (global $entries (mut i32) (i32.const 0))
    ;; the slot holds $old, then it holds $new
    (func $swap (param $old i32) (param $new i32)
      (if (i32.ne (call $get) (local.get $old)) (then unreachable))
      (call $set (local.get $new))
      (global.set $entries (i32.add (global.get $entries) (i32.const 1))))
    (func $start (call $swap (i32.const 0) (i32.const 1)))
    (start $start)
    (func $dtor (param i32) (call $swap (i32.const 0) (i32.const 2)))
    (func $realloc (param i32 i32 i32 i32) (result i32) (call $swap (i32.const 0) (i32.const 3)) (i32.const 16))
    (elem (i32.const 0) $dtor $realloc)
    (func (export "f") (param i32 i32) (result i32)
      (call $swap (i32.const 0) (i32.const 4))
      (call $drop (call $new (i32.const 0)))
      (call $swap (i32.const 4) (i32.const 5))
      (i32.const 0))
    (func (export "after-f") (param i32) (call $swap (i32.const 5) (i32.const 6)))
    (func (export "entries") (result i32) (global.get $entries)))
  (core instance $m (instantiate $M (with "" (instance
    (export "tab" (table $tab "tab"))
    (export "new" (func $new))
    (export "drop" (func $drop))
    (export "get" (func $get))
    (export "set" (func $set))))))
  (func (export "f") (param "s" string) (result u32) (canon lift (core func $m "f")
    (memory (core memory $m "mem")) (realloc (core func $tab "realloc")) (post-return (core func $m "after-f"))))
  (func (export "entries") (result u32) (canon lift (core func $m "entries"))))

(assert_return (invoke "f" (str.const "x")) (u32.const 0))
(assert_return (invoke "f" (str.const "x")) (u32.const 0))
(assert_return (invoke "entries") (u32.const 11))
