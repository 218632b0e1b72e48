;; bug: wasmtime#13949, component-model#680
;; run: raddle wast spec-tests/bugs/E-wasmtime-13949.wast
;; realloc runs on a thread of its own: it finds context slots of zero, whoever ran last, and what it sets
;; is gone afterwards; the caller's and the callee's slots stay. $D passes a string to $C and gets one back.

(component
  (component $C
    (core func $get (canon context.get i32 0))
    (core func $set (canon context.set i32 0))
    (core module $M
      (import "" "get" (func $get (result i32)))
      (import "" "set" (func $set (param i32)))
      (memory (export "mem") 1)
      (data (i32.const 16) "\20\00\00\00\01\00\00\00")
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (if (call $get) (then unreachable))
        (call $set (i32.const 0x333))
        (i32.const 64))
      (func (export "f") (param i32 i32) (result i32)
        (if (call $get) (then unreachable))
        (call $set (i32.const 0x444))
        (i32.const 16)))
    (core instance $m (instantiate $M (with "" (instance
      (export "get" (func $get))
      (export "set" (func $set))))))
    (func (export "f") (param "s" string) (result string)
      (canon lift (core func $m "f") (memory (core memory $m "mem")) (realloc (core func $m "realloc")))))
  (component $D
    (import "c" (instance $c (export "f" (func (param "s" string) (result string)))))
    (core func $get (canon context.get i32 0))
    (core func $set (canon context.set i32 0))
    (core module $Mem
      (import "" "get" (func $get (result i32)))
      (import "" "set" (func $set (param i32)))
      (memory (export "mem") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (if (call $get) (then unreachable))
        (call $set (i32.const 0x111))
        (i32.const 64)))
    (core instance $mem (instantiate $Mem (with "" (instance
      (export "get" (func $get))
      (export "set" (func $set))))))
    (core func $f (canon lower (func $c "f") (memory (core memory $mem "mem")) (realloc (core func $mem "realloc"))))
    (core module $M
      (import "" "get" (func $get (result i32)))
      (import "" "set" (func $set (param i32)))
      (import "" "f" (func $f (param i32 i32 i32)))
      (func (export "run")
        (call $set (i32.const 0x222))
        (call $f (i32.const 32) (i32.const 1) (i32.const 0))
        (if (i32.ne (call $get) (i32.const 0x222)) (then unreachable))))
    (core instance $m (instantiate $M (with "" (instance
      (export "get" (func $get))
      (export "set" (func $set))
      (export "f" (func $f))))))
    (func (export "run") (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "run") (alias export $d "run")))

(assert_return (invoke "run"))
