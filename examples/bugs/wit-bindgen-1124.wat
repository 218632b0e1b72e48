;; A borrow that is dropped after `task.return`: wit-bindgen#1124 as a guest has it.
;;
;; `Worker.work` is lent a token for as long as the call lasts. It writes to a log with it (a call of `log`), drops the
;; borrowed handle when that has returned, and returns when `answer` has returned, a call that it makes at the same
;; time. By default `log` is first.
;;
;; What shows it: `answer` returns first. `task.return` while a borrowed handle is still there is a trap: whoever lent
;; the token must be able to rely on it that nobody holds it any more. One order matters.
;;
;; The cure: drop the handle before `task.return`, whatever is still under way.
;;
;; bug: wit-bindgen#1124, borrows dropped after `task.return`
;; kind: trap
;; depth: 1
;; right: 4
;; outcomes: 4 in 0; trap(task/borrows-remain) in 2
(component
  (component $Tokens
    (type $Token (resource (rep i32)))
    (core module $Core
      (import "canon" "resource.new" (func $resource.new (param i32) (result i32)))

      (func (export "make") (result i32) (call $resource.new (i32.const 4))))

    (core func $resource.new (canon resource.new $Token))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "resource.new" (func $resource.new))))))
    (export $Token' "token" (type $Token))
    (func (export "make") (result (own $Token')) (canon lift (core func $core "make"))))

  (component $Service
    (core module $Core
      (import "canon" "task.return" (func $task.return))
      (import "canon" "thread.yield" (func $thread.yield (result i32)))

      (func (export "log")
        (drop (call $thread.yield))
        (call $task.return))

      (func (export "answer")
        (drop (call $thread.yield))
        (drop (call $thread.yield))
        (call $task.return)))

    (core func $task.return (canon task.return))
    (core func $thread.yield (canon thread.yield))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "task.return" (func $task.return))
      (export "thread.yield" (func $thread.yield))))))
    (func (export "log") async (canon lift (core func $core "log") async))
    (func (export "answer") async (canon lift (core func $core "answer") async)))

  (component $Worker
    (import "token" (type $Token (sub resource)))
    (import "log" (func $log async))
    (import "answer" (func $answer async))

    (core module $Core
      (import "canon" "log" (func $log (result i32)))
      (import "canon" "answer" (func $answer (result i32)))
      (import "canon" "task.return" (func $task.return (param i32)))
      (import "canon" "token.drop" (func $token.drop (param i32)))
      (import "canon" "subtask.drop" (func $subtask.drop (param i32)))
      (import "canon" "waitable-set.new" (func $waitable-set.new (result i32)))
      (import "canon" "waitable.join" (func $waitable.join (param i32 i32)))

      (global $set (mut i32) (i32.const 0))
      (global $token (mut i32) (i32.const 0))
      (global $log (mut i32) (i32.const 0))   ;; the subtask of `log`

      (func (export "work") (param $token i32) (result i32)
        (local $log i32) (local $answer i32)
        (global.set $token (local.get $token))
        (global.set $set (call $waitable-set.new))
        (local.set $log (call $log))
        (local.set $answer (call $answer))
        (if (i32.eq (local.get $log) (i32.const 2 (; RETURNED, at once ;)))
          (then (call $token.drop (global.get $token)))
          (else
            (global.set $log (i32.shr_u (local.get $log) (i32.const 4)))
            (call $waitable.join (global.get $log) (global.get $set))))
        (if (i32.eq (local.get $answer) (i32.const 2 (; RETURNED, at once ;))) (then (return (call $answered))))
        (call $waitable.join (i32.shr_u (local.get $answer) (i32.const 4)) (global.get $set))
        (call $wait))

      (func (export "callback") (param $event i32) (param $index i32) (param $payload i32) (result i32)
        (call $waitable.join (local.get $index) (i32.const 0))
        (call $subtask.drop (local.get $index))
        (if (i32.ne (local.get $index) (global.get $log)) (then (return (call $answered))))
        (call $token.drop (global.get $token))
        (call $wait))

      (func $wait (result i32)
        (i32.or (i32.const 2 (; WAIT ;)) (i32.shl (global.get $set) (i32.const 4))))

      (func $answered (result i32)
        (call $task.return (i32.const 4))
        (i32.const 0 (; EXIT ;))))

    (core func $log' (canon lower (func $log) async))
    (core func $answer' (canon lower (func $answer) async))
    (core func $task.return (canon task.return (result u32)))
    (core func $token.drop (canon resource.drop $Token))
    (core func $subtask.drop (canon subtask.drop))
    (core func $waitable-set.new (canon waitable-set.new))
    (core func $waitable.join (canon waitable.join))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "log" (func $log'))
      (export "answer" (func $answer'))
      (export "task.return" (func $task.return))
      (export "token.drop" (func $token.drop))
      (export "subtask.drop" (func $subtask.drop))
      (export "waitable-set.new" (func $waitable-set.new))
      (export "waitable.join" (func $waitable.join))))))
    (func (export "work") async (param "token" (borrow $Token)) (result u32)
      (canon lift (core func $core "work") async (callback (core func $core "callback")))))

  (component $Main
    (import "token" (type $Token (sub resource)))
    (import "make" (func $make (result (own $Token))))
    (import "work" (func $work async (param "token" (borrow $Token)) (result u32)))

    (core module $Core
      (import "canon" "make" (func $make (result i32)))
      (import "canon" "work" (func $work (param i32) (result i32)))
      (import "canon" "token.drop" (func $token.drop (param i32)))

      (func (export "run") (result i32)
        (local $token i32) (local $result i32)
        (local.set $token (call $make))
        (local.set $result (call $work (local.get $token)))
        (call $token.drop (local.get $token))
        (local.get $result)))

    (core func $make' (canon lower (func $make)))
    (core func $work' (canon lower (func $work)))
    (core func $token.drop (canon resource.drop $Token))
    (core instance $core (instantiate $Core (with "canon" (instance
      (export "make" (func $make'))
      (export "work" (func $work'))
      (export "token.drop" (func $token.drop))))))
    (func (export "run") async (result u32) (canon lift (core func $core "run"))))

  (instance $tokens (instantiate $Tokens))
  (instance $service (instantiate $Service))
  (instance $worker (instantiate $Worker
    (with "token" (type $tokens "token"))
    (with "log" (func $service "log"))
    (with "answer" (func $service "answer"))))
  (instance $main (instantiate $Main
    (with "token" (type $tokens "token"))
    (with "make" (func $tokens "make"))
    (with "work" (func $worker "work"))))
  (export "run" (func $main "run")))
