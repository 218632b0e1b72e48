;; rule: realloc/string-unaligned
;; run: raddle wast spec-tests/rules/realloc__string-unaligned.wast
;; realloc answers 1, at each of the calls that a string to be lowered can make.

;; UTF-16 copied
(component
  (component $C
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core module $M
      (import "" "mem" (memory 1))
      (func (export "f") (param i32 i32))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (i32.const 1)))
    (core instance $m (instantiate $M (with "" (instance (export "mem" (memory $mem "mem"))))))
    (func (export "f") (param "x" string) (canon lift (core func $m "f") string-encoding=utf16 (memory (core memory $mem "mem")) (realloc (core func $m "realloc")))))
  (component $D
    (import "c" (instance $c (export "f" (func (param "x" string)))))
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core func $f (canon lower (func $c "f") string-encoding=utf16 (memory (core memory $mem "mem"))))
    (core module $M
      (import "" "mem" (memory 1))
      (import "" "f" (func $f (param i32 i32)))
      (data (i32.const 16) "a\00")
      (func (export "run") (call $f (i32.const 16) (i32.const 1))))
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $mem "mem"))
      (export "f" (func $f))))))
    (func (export "run") (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "run") (alias export $d "run")))
(assert_trap (invoke "run") "unaligned pointer (realloc return: result not aligned)")

;; UTF-8 to UTF-16, the first size
(component
  (component $C
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core module $M
      (import "" "mem" (memory 1))
      (func (export "f") (param i32 i32))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (i32.const 1)))
    (core instance $m (instantiate $M (with "" (instance (export "mem" (memory $mem "mem"))))))
    (func (export "f") (param "x" string) (canon lift (core func $m "f") string-encoding=utf16 (memory (core memory $mem "mem")) (realloc (core func $m "realloc")))))
  (component $D
    (import "c" (instance $c (export "f" (func (param "x" string)))))
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core func $f (canon lower (func $c "f") string-encoding=utf8 (memory (core memory $mem "mem"))))
    (core module $M
      (import "" "mem" (memory 1))
      (import "" "f" (func $f (param i32 i32)))
      (data (i32.const 16) "a")
      (func (export "run") (call $f (i32.const 16) (i32.const 1))))
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $mem "mem"))
      (export "f" (func $f))))))
    (func (export "run") (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "run") (alias export $d "run")))
(assert_trap (invoke "run") "unaligned pointer (realloc return: result not aligned)")

;; UTF-8 to UTF-16, the size found
(component
  (component $C
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core module $M
      (import "" "mem" (memory 1))
      (global $calls (mut i32) (i32.const 0))
      (func (export "f") (param i32 i32))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (if (result i32) (i32.lt_u (global.get $calls) (i32.const 1))
          (then (global.set $calls (i32.add (global.get $calls) (i32.const 1))) (i32.const 8))
          (else (i32.const 1)))))
    (core instance $m (instantiate $M (with "" (instance (export "mem" (memory $mem "mem"))))))
    (func (export "f") (param "x" string) (canon lift (core func $m "f") string-encoding=utf16 (memory (core memory $mem "mem")) (realloc (core func $m "realloc")))))
  (component $D
    (import "c" (instance $c (export "f" (func (param "x" string)))))
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core func $f (canon lower (func $c "f") string-encoding=utf8 (memory (core memory $mem "mem"))))
    (core module $M
      (import "" "mem" (memory 1))
      (import "" "f" (func $f (param i32 i32)))
      (data (i32.const 16) "\e2\82\ac")
      (func (export "run") (call $f (i32.const 16) (i32.const 3))))
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $mem "mem"))
      (export "f" (func $f))))))
    (func (export "run") (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "run") (alias export $d "run")))
(assert_trap (invoke "run") "unaligned pointer (realloc return: result not aligned)")

;; UTF-8 to latin1+utf16, the first size
(component
  (component $C
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core module $M
      (import "" "mem" (memory 1))
      (func (export "f") (param i32 i32))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (i32.const 1)))
    (core instance $m (instantiate $M (with "" (instance (export "mem" (memory $mem "mem"))))))
    (func (export "f") (param "x" string) (canon lift (core func $m "f") string-encoding=latin1+utf16 (memory (core memory $mem "mem")) (realloc (core func $m "realloc")))))
  (component $D
    (import "c" (instance $c (export "f" (func (param "x" string)))))
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core func $f (canon lower (func $c "f") string-encoding=utf8 (memory (core memory $mem "mem"))))
    (core module $M
      (import "" "mem" (memory 1))
      (import "" "f" (func $f (param i32 i32)))
      (data (i32.const 16) "a")
      (func (export "run") (call $f (i32.const 16) (i32.const 1))))
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $mem "mem"))
      (export "f" (func $f))))))
    (func (export "run") (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "run") (alias export $d "run")))
(assert_trap (invoke "run") "unaligned pointer (realloc return: result not aligned)")

;; UTF-8 to latin1+utf16, widened to UTF-16
(component
  (component $C
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core module $M
      (import "" "mem" (memory 1))
      (global $calls (mut i32) (i32.const 0))
      (func (export "f") (param i32 i32))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (if (result i32) (i32.lt_u (global.get $calls) (i32.const 1))
          (then (global.set $calls (i32.add (global.get $calls) (i32.const 1))) (i32.const 8))
          (else (i32.const 1)))))
    (core instance $m (instantiate $M (with "" (instance (export "mem" (memory $mem "mem"))))))
    (func (export "f") (param "x" string) (canon lift (core func $m "f") string-encoding=latin1+utf16 (memory (core memory $mem "mem")) (realloc (core func $m "realloc")))))
  (component $D
    (import "c" (instance $c (export "f" (func (param "x" string)))))
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core func $f (canon lower (func $c "f") string-encoding=utf8 (memory (core memory $mem "mem"))))
    (core module $M
      (import "" "mem" (memory 1))
      (import "" "f" (func $f (param i32 i32)))
      (data (i32.const 16) "\e2\82\ac")
      (func (export "run") (call $f (i32.const 16) (i32.const 3))))
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $mem "mem"))
      (export "f" (func $f))))))
    (func (export "run") (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "run") (alias export $d "run")))
(assert_trap (invoke "run") "unaligned pointer (realloc return: result not aligned)")

;; UTF-8 to latin1+utf16, the size found for UTF-16
(component
  (component $C
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core module $M
      (import "" "mem" (memory 1))
      (global $calls (mut i32) (i32.const 0))
      (func (export "f") (param i32 i32))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (if (result i32) (i32.lt_u (global.get $calls) (i32.const 2))
          (then (global.set $calls (i32.add (global.get $calls) (i32.const 1))) (i32.const 8))
          (else (i32.const 1)))))
    (core instance $m (instantiate $M (with "" (instance (export "mem" (memory $mem "mem"))))))
    (func (export "f") (param "x" string) (canon lift (core func $m "f") string-encoding=latin1+utf16 (memory (core memory $mem "mem")) (realloc (core func $m "realloc")))))
  (component $D
    (import "c" (instance $c (export "f" (func (param "x" string)))))
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core func $f (canon lower (func $c "f") string-encoding=utf8 (memory (core memory $mem "mem"))))
    (core module $M
      (import "" "mem" (memory 1))
      (import "" "f" (func $f (param i32 i32)))
      (data (i32.const 16) "\e2\82\ac")
      (func (export "run") (call $f (i32.const 16) (i32.const 3))))
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $mem "mem"))
      (export "f" (func $f))))))
    (func (export "run") (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "run") (alias export $d "run")))
(assert_trap (invoke "run") "unaligned pointer (realloc return: result not aligned)")

;; UTF-8 to latin1+utf16, the size found for Latin-1
(component
  (component $C
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core module $M
      (import "" "mem" (memory 1))
      (global $calls (mut i32) (i32.const 0))
      (func (export "f") (param i32 i32))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (if (result i32) (i32.lt_u (global.get $calls) (i32.const 1))
          (then (global.set $calls (i32.add (global.get $calls) (i32.const 1))) (i32.const 8))
          (else (i32.const 1)))))
    (core instance $m (instantiate $M (with "" (instance (export "mem" (memory $mem "mem"))))))
    (func (export "f") (param "x" string) (canon lift (core func $m "f") string-encoding=latin1+utf16 (memory (core memory $mem "mem")) (realloc (core func $m "realloc")))))
  (component $D
    (import "c" (instance $c (export "f" (func (param "x" string)))))
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core func $f (canon lower (func $c "f") string-encoding=utf8 (memory (core memory $mem "mem"))))
    (core module $M
      (import "" "mem" (memory 1))
      (import "" "f" (func $f (param i32 i32)))
      (data (i32.const 16) "\c3\a9")
      (func (export "run") (call $f (i32.const 16) (i32.const 2))))
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $mem "mem"))
      (export "f" (func $f))))))
    (func (export "run") (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "run") (alias export $d "run")))
(assert_trap (invoke "run") "unaligned pointer (realloc return: result not aligned)")

;; tagged UTF-16 to latin1+utf16, the first size
(component
  (component $C
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core module $M
      (import "" "mem" (memory 1))
      (func (export "f") (param i32 i32))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (i32.const 1)))
    (core instance $m (instantiate $M (with "" (instance (export "mem" (memory $mem "mem"))))))
    (func (export "f") (param "x" string) (canon lift (core func $m "f") string-encoding=latin1+utf16 (memory (core memory $mem "mem")) (realloc (core func $m "realloc")))))
  (component $D
    (import "c" (instance $c (export "f" (func (param "x" string)))))
    (core module $Mem (memory (export "mem") 1))
    (core instance $mem (instantiate $Mem))
    (core func $f (canon lower (func $c "f") string-encoding=latin1+utf16 (memory (core memory $mem "mem"))))
    (core module $M
      (import "" "mem" (memory 1))
      (import "" "f" (func $f (param i32 i32)))
      (data (i32.const 16) "a\00")
      (func (export "run") (call $f (i32.const 16) (i32.const 0x80000001))))
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $mem "mem"))
      (export "f" (func $f))))))
    (func (export "run") (canon lift (core func $m "run"))))
  (instance $c (instantiate $C))
  (instance $d (instantiate $D (with "c" (instance $c))))
  (func (export "run") (alias export $d "run")))
(assert_trap (invoke "run") "unaligned pointer (realloc return: result not aligned)")
