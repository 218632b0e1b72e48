;; rule: core/unreachable
;; run: raddle wast spec-tests/rules/core__unreachable.wast
;; The instruction itself.

(module
  (func (export "run") unreachable))

(assert_trap (invoke "run") "wasm `unreachable` instruction executed")
