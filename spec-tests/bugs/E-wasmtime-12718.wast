;; bug: wasmtime#12718, wasmtime#12737
;; run: raddle wast spec-tests/bugs/E-wasmtime-12718.wast
;; realloc runs in the instance that it belongs to, whoever is returning: $D calls $C, which answers with a
;; string, and the realloc of $D asks for the rep of handle 1. In $D that is 11, in $C 22.

(component
  (component $C
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (type $r (resource (rep i32)))
    (core func $resource.new (canon resource.new $r))
    (core func $resource.rep (canon resource.rep $r))
    (core module $M
      (import "" "mem" (memory 1))
      (import "" "resource.new" (func $resource.new (param i32) (result i32)))
      (import "" "resource.rep" (func $resource.rep (param i32) (result i32)))
      (func $is (param i32 i32) (if (i32.ne (local.get 0) (local.get 1)) (then unreachable)))
      (data (i32.const 16) "\20\00\00\00\01\00\00\00")
      (func (export "f") (result i32)
        (call $is (call $resource.new (i32.const 22)) (i32.const 1))
        (call $is (call $resource.rep (i32.const 1)) (i32.const 22))
        (i32.const 16)))
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $mem "mem"))
      (export "resource.new" (func $resource.new))
      (export "resource.rep" (func $resource.rep))))))
    (func (export "f") (result string) (canon lift (core func $m "f") (memory (core memory $mem "mem")))))
  (component $D
    (import "c" (instance $c (export "f" (func (result string)))))
    (type $r (resource (rep i32)))
    (core func $new (canon resource.new $r))
    (core func $rep (canon resource.rep $r))
    (core module $Mem
      (import "" "rep" (func $rep (param i32) (result i32)))
      (memory (export "mem") 1)
      (global $calls (export "calls") (mut i32) (i32.const 0))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (if (i32.ne (call $rep (i32.const 1)) (i32.const 11)) (then unreachable))
        (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
        (i32.const 64)))
    (core instance $mem (instantiate $Mem (with "" (instance (export "rep" (func $rep))))))
    (core func $f (canon lower (func $c "f") (memory (core memory $mem "mem")) (realloc (core func $mem "realloc"))))
    (core module $M
      (import "" "calls" (global $calls (mut i32)))
      (import "" "new" (func $new (param i32) (result i32)))
      (import "" "f" (func $f (param i32)))
      (func (export "run")
        (if (i32.ne (call $new (i32.const 11)) (i32.const 1)) (then unreachable))
        (call $f (i32.const 0))
        (if (i32.ne (global.get $calls) (i32.const 1)) (then unreachable))))
    (core instance $m (instantiate $M (with "" (instance
      (export "calls" (global $mem "calls"))
      (export "new" (func $new))
      (export "f" (func $f))))))
    (func (export "run") (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "run") (alias export $d "run")))

(assert_return (invoke "run"))
