;; bug: jco d7f32f1a
;; run: raddle wast spec-tests/bugs/G-jco-d7f32f1a.wast
;; The length of a string counts code units of its encoding, not characters: three characters are 9 bytes of
;; UTF-8, and 4 units of UTF-16.

(component
  (component $C
    (core module $Mem (memory (export "mem") 1)
      (global $next (mut i32) (i32.const 0x400))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (global.set $next (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
        (global.get $next)
        (global.set $next (i32.add (global.get $next) (local.get 3)))))
    (core instance $mem (instantiate $Mem))
    (core module $M
      (import "" "mem" (memory 1))
      (func (export "length") (param i32 i32) (result i32) (local.get 1)))
    (core instance $m (instantiate $M (with "" (instance (export "mem" (memory $mem "mem"))))))
    (func (export "utf8") (param "s" string) (result u32) (canon lift (core func $m "length") (memory (core memory $mem "mem")) (realloc (core func $mem "realloc"))))
    (func (export "utf16") (param "s" string) (result u32) (canon lift (core func $m "length") string-encoding=utf16 (memory (core memory $mem "mem")) (realloc (core func $mem "realloc")))))
  (component $D
    (import "c" (instance $c
      (export "utf8" (func (param "s" string) (result u32)))
      (export "utf16" (func (param "s" string) (result u32)))))
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core func $utf8 (canon lower (func $c "utf8") (memory (core memory $mem "mem"))))
    (core func $utf16 (canon lower (func $c "utf16") (memory (core memory $mem "mem"))))
    (core func $wide-utf8 (canon lower (func $c "utf8") string-encoding=utf16 (memory (core memory $mem "mem"))))
    (core func $wide-utf16 (canon lower (func $c "utf16") string-encoding=utf16 (memory (core memory $mem "mem"))))
    (core module $M
      (import "" "mem" (memory 1))
      (import "" "utf8" (func $utf8 (param i32 i32) (result i32)))
      (import "" "utf16" (func $utf16 (param i32 i32) (result i32)))
      (import "" "wide-utf8" (func $wide-utf8 (param i32 i32) (result i32)))
      (import "" "wide-utf16" (func $wide-utf16 (param i32 i32) (result i32)))
      (func $is (param i32 i32) (if (i32.ne (local.get 0) (local.get 1)) (then unreachable)))
      (data (i32.const 0) "\c3\a9\e2\82\ac\f0\90\8d\88")
      (data (i32.const 16) "\e9\00\ac\20\00\d8\48\df")
      (func (export "run")
        (call $is (call $utf8 (i32.const 0) (i32.const 9)) (i32.const 9))
        (call $is (call $utf16 (i32.const 0) (i32.const 9)) (i32.const 4))
        (call $is (call $wide-utf8 (i32.const 16) (i32.const 4)) (i32.const 9))
        (call $is (call $wide-utf16 (i32.const 16) (i32.const 4)) (i32.const 4))))
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $mem "mem"))
      (export "utf8" (func $utf8))
      (export "utf16" (func $utf16))
      (export "wide-utf8" (func $wide-utf8))
      (export "wide-utf16" (func $wide-utf16))))))
    (func (export "run") (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "run") (alias export $d "run")))

(assert_return (invoke "run"))
