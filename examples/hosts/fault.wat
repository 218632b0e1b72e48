;; A host that fails.
;;
;; `fetch` may fail. `run` tries again when it does, and is sure that it does not fail twice: then it is `unreachable`.
;;
;; outcomes: 7 trap(core/unreachable)
(component
  (import "fetch" (func $fetch async (param "n" u32) (result (result u32 (error string)))))

  (core module $Memory
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.get $next)
      (global.set $next (i32.add (global.get $next) (local.get 3)))))
  (core instance $memory (instantiate $Memory))

  (core module $Core
    (import "canon" "memory" (memory 1))
    (import "canon" "fetch" (func $fetch (param i32 i32)))
    (func (export "run") (result i32)
      ;; At 16 whether it failed, at 20 the number.
      (call $fetch (i32.const 1) (i32.const 16))
      (if (i32.load8_u (i32.const 16))
        (then
          (call $fetch (i32.const 1) (i32.const 16))
          (if (i32.load8_u (i32.const 16)) (then (unreachable)))))
      (i32.load (i32.const 20))))

  (core func $fetch' (canon lower (func $fetch)
    (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
  (core instance $core (instantiate $Core (with "canon" (instance
    (export "memory" (memory $memory "memory"))
    (export "fetch" (func $fetch'))))))
  (func (export "run") async (result u32) (canon lift (core func $core "run"))))
