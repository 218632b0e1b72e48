//! Texts of guests: a frame with all that the tests' bodies call.

use std::fmt::Write as _;

/// An import of a function: its name, its type, how it is lowered (`{mem}` and `{realloc}` stand for the options), and
/// the core type.
pub(crate) type Import = (&'static str, &'static str, &'static str, &'static str);

/// What differs from guest to guest.
#[derive(Clone, Copy, Default)]
pub(crate) struct Guest<'g> {
    /// Functions of the host, beside `say` and `event`.
    pub(crate) imports: &'g [Import],
    /// More items of the core module.
    pub(crate) items: &'g str,
    /// More items of the component.
    pub(crate) lifts: &'g str,
    /// The body of `run`.
    pub(crate) body: &'g str,
}

const SAY: [Import; 2] = [
    ("say", "(param \"n\" s32)", "", "(param i32)"),
    ("event", "(param \"code\" u32) (param \"payload\" u32)", "", "(param i32 i32)"),
];

/// Built-ins: the name for bodies, the definition, the core type.
const BUILTINS: &[(&str, &str, &str)] = &[
    ("stream.new", "stream.new $S", "(result i64)"),
    ("stream.read", "stream.read $S async {mem}", "(param i32 i32 i32) (result i32)"),
    ("stream.write", "stream.write $S async {mem}", "(param i32 i32 i32) (result i32)"),
    ("stream.read-sync", "stream.read $S {mem}", "(param i32 i32 i32) (result i32)"),
    ("stream.write-sync", "stream.write $S {mem}", "(param i32 i32 i32) (result i32)"),
    ("stream.cancel-read", "stream.cancel-read $S", "(param i32) (result i32)"),
    ("stream.cancel-write", "stream.cancel-write $S", "(param i32) (result i32)"),
    ("stream.cancel-read-async", "stream.cancel-read $S async", "(param i32) (result i32)"),
    ("stream.cancel-write-async", "stream.cancel-write $S async", "(param i32) (result i32)"),
    ("stream.drop-readable", "stream.drop-readable $S", "(param i32)"),
    ("stream.drop-writable", "stream.drop-writable $S", "(param i32)"),
    ("future.new", "future.new $F", "(result i64)"),
    ("future.read", "future.read $F async {mem}", "(param i32 i32) (result i32)"),
    ("future.write", "future.write $F async {mem}", "(param i32 i32) (result i32)"),
    ("future.cancel-read", "future.cancel-read $F", "(param i32) (result i32)"),
    ("future.cancel-read-async", "future.cancel-read $F async", "(param i32) (result i32)"),
    ("future.drop-readable", "future.drop-readable $F", "(param i32)"),
    ("future.drop-writable", "future.drop-writable $F", "(param i32)"),
    ("set.new", "waitable-set.new", "(result i32)"),
    ("set.wait", "waitable-set.wait {mem}", "(param i32 i32) (result i32)"),
    ("set.drop", "waitable-set.drop", "(param i32)"),
    ("join", "waitable.join", "(param i32 i32)"),
    ("subtask.cancel", "subtask.cancel", "(param i32) (result i32)"),
    ("subtask.cancel-async", "subtask.cancel async", "(param i32) (result i32)"),
    ("subtask.drop", "subtask.drop", "(param i32)"),
    ("thread.yield", "thread.yield", "(result i32)"),
    ("thread.new", "thread.new-indirect $start (core table $tab)", "(param i32 i32) (result i32)"),
    ("thread.resume-later", "thread.resume-later", "(param i32)"),
    ("resource.drop", "resource.drop $r", "(param i32)"),
];

impl Guest<'_> {
    /// The component.
    pub(crate) fn text(&self) -> String {
        let (mut imports, mut core_imports, mut exports) = (String::new(), String::new(), String::new());
        let mut import = |name: &str, canon: &str, ty: &str| {
            let _ = writeln!(imports, "  (core func ${name} (canon {canon}))");
            let _ = writeln!(core_imports, "    (import \"\" \"{name}\" (func ${name} {ty}))");
            let _ = writeln!(exports, "    (export \"{name}\" (func ${name}))");
        };
        let mut funcs = String::new();
        for (name, ty, options, core) in SAY.iter().chain(self.imports) {
            let _ = writeln!(funcs, "  (import \"{name}\" (func ${name} {ty}))");
            import(name, &format!("lower (func ${name}) {options}"), core);
        }
        for (name, canon, ty) in BUILTINS {
            import(name, canon, ty);
        }
        let Self { items, lifts, body, .. } = self;
        let text = format!(
            r#"(component
  (type $S (stream u8))
  (type $F (future u8))
  (import "r" (type $r (sub resource)))
{funcs}
  (core module $Base
    (table (export "tab") 2 funcref)
    (memory (export "mem") 1)
    (global $next (mut i32) (i32.const 0x1000))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.set $next (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
      (global.get $next)
      (global.set $next (i32.add (global.get $next) (local.get 3)))))
  (core instance $base (instantiate $Base))
  (alias core export $base "tab" (core table $tab))
  (core type $start (func (param i32)))
{imports}
  (core module $M
    (import "" "mem" (memory 1))
    (import "" "tab" (table $tab 2 funcref))
{core_imports}
    (func $rx (param i64) (result i32) (i32.wrap_i64 (local.get 0)))
    (func $tx (param i64) (result i32) (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32))))
    (func $handle (param i32) (result i32) (i32.shr_u (local.get 0) (i32.const 4)))
    (func $wait (param $set i32)
      (call $event (call $set.wait (local.get $set) (i32.const 0x100)) (i32.load (i32.const 0x104))))
{items}
    (func (export "run")
      (local $set i32) (local $r i32) (local $w i32) (local $s i32) (local $t i32) (local $p i64)
      {body}))
  (core instance $m (instantiate $M (with "" (instance
    (export "mem" (memory $base "mem"))
    (export "tab" (table $base "tab"))
{exports}))))
{lifts}
  (func (export "run") async (canon lift (core func $m "run"))))"#
        );
        text.replace("{mem}", "(memory (core memory $base \"mem\"))")
            .replace("{realloc}", "(realloc (core func $base \"realloc\"))")
    }
}
