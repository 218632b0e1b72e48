//! Run: `cargo test -p raddle --test scripted`. Components whose host is declared in a file: all that it leaves open is explored.

use std::fs;
use std::path::Path;

use raddle::explore::Outcome;
use raddle::script::{Cancel, Copies, Drops, Func, Pieces, Returned, Script, Scripted, When};
use raddle::{Component, Engine, NoImports, explore};

fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/hosts").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The outcomes, sorted, each with its output.
fn outcomes(component: &Component, script: &Script) -> Vec<String> {
    let host = Scripted::new(component, script, NoImports).expect("the script fits");
    let explored = explore(component).host(host).exhaustive().run().expect("it can be called");
    assert!(explored.is_complete());
    for (position, found) in explored.found().iter().enumerate() {
        let host = Scripted::new(component, script, NoImports).expect("the script fits");
        let again = explore(component).host(host).replay(&explored.picks(position)).expect("it can be called");
        assert_eq!(again.outcome, found.outcome, "picks lead there again");
        assert!(found.proven, "{}", found.outcome);
    }
    let spell = |outcome: &Outcome| {
        let output = outcome.output.iter();
        let output = output.map(|output| format!(" {}={}", output.name, String::from_utf8_lossy(&output.bytes)));
        format!("{}{}", outcome.text, output.collect::<String>())
    };
    let mut outcomes: Vec<String> = explored.found().iter().map(|found| spell(&found.outcome)).collect();
    outcomes.sort();
    outcomes
}

fn component(text: &str) -> Component {
    Component::new(&Engine::default(), text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[test]
fn examples_have_exactly_the_outcomes_of_their_heads() {
    for name in ["two-answers", "pieces", "fault", "cancel"] {
        let text = example(&format!("{name}.wat"));
        let line = text.lines().find_map(|line| line.strip_prefix(";; outcomes: ")).expect("the head names them");
        let expected: Vec<&str> = line.split_whitespace().collect();
        let script = Script::parse(&example(&format!("{name}.toml"))).expect("the file is right");
        assert_eq!(outcomes(&component(&text), &script), expected, "{name}");
    }
}

#[test]
fn what_is_said_is_not_chosen() {
    let two = component(&example("two-answers.wat"));
    let get = Func::new("get").returns(["1", "2"]);
    assert_eq!(outcomes(&two, &Script::default().func(get.clone().when(When::Now))), ["12"]);
    assert_eq!(outcomes(&two, &Script::default().func(get.when(When::Later))), ["12", "21"]);
    assert_eq!(outcomes(&two, &Script::default().func(Func::new("get").returns(["5"]))), ["55"]);
    let stream = |pieces, drops| {
        let copies = Copies { pieces, when: When::Later, drops };
        let stream = Returned::Stream("[1, 2, 3]".to_owned(), copies);
        outcomes(&pieces_component(), &Script::default().func(Func::new("data").returns([stream])))
    };
    assert_eq!(stream(Pieces::All, Drops::End), ["3"]);
    // The second piece can come while the first one is still to be delivered.
    assert_eq!(stream(Pieces::Most(2), Drops::End), ["21", "3"]);
    assert_eq!(stream(Pieces::Most(2), Drops::Any), ["0", "2", "21", "3"]);
    assert_eq!(stream(Pieces::All, Drops::Never), ["deadlock"]);
}

#[test]
fn a_host_that_is_asked_to_cancel_may_do_anything_but_keep_silent() {
    let cancels = component(&example("cancel.wat"));
    let with = |cancel| {
        let get = Func::new("get").returns(["7"]).when(When::Later).cancel(cancel);
        outcomes(&cancels, &Script::default().func(get))
    };
    assert_eq!(with(Cancel::Now), ["0"]);
    assert_eq!(with(Cancel::Later), ["100"]);
    assert_eq!(with(Cancel::Returned), ["7"]);
    assert_eq!(with(Cancel::Ignored), ["107"]);
}

#[test]
fn a_host_that_may_trap_does_so_in_some_run() {
    let two = component(&example("two-answers.wat"));
    let get = Func::new("get").returns(["1", "2"]).when(When::Later).traps();
    assert_eq!(outcomes(&two, &Script::default().func(get)), ["12", "21", "trap(host/trap)"]);
    let cancels = component(&example("cancel.wat"));
    let get = Func::new("get").returns(["7"]).when(When::Later).cancel(Cancel::Returned).traps();
    assert_eq!(outcomes(&cancels, &Script::default().func(get)), ["7", "trap(host/trap)"]);
}

fn pieces_component() -> Component {
    component(&example("pieces.wat"))
}

/// A guest that writes to a stream which the host reads, passes on a future, and makes and drops a resource.
const GIVES: &str = r#"
(component
  (type $bytes (stream u8))
  (type $number (future u32))
  (import "files" (instance $files
    (export "file" (type $file (sub resource)))
    (export "[constructor]file" (func (result (own $file))))
    (export "[method]file.size" (func (param "self" (borrow $file)) (result u32)))))
  (alias export $files "file" (type $file))
  (import "take" (func $take (param "data" $bytes) (param "number" $number)))
  (core module $Memory (memory (export "memory") 1) (data (i32.const 16) "abc") (data (i32.const 32) "\07\00\00\00"))
  (core instance $memory (instantiate $Memory))
  (core module $Core
    (import "" "memory" (memory 1))
    (import "" "make" (func $make (result i32)))
    (import "" "size" (func $size (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (import "" "take" (func $take (param i32 i32)))
    (import "" "stream.new" (func $stream.new (result i64)))
    (import "" "stream.write" (func $stream.write (param i32 i32 i32) (result i32)))
    (import "" "stream.drop" (func $stream.drop (param i32)))
    (import "" "future.new" (func $future.new (result i64)))
    (import "" "future.write" (func $future.write (param i32 i32) (result i32)))
    (import "" "future.drop" (func $future.drop (param i32)))
    (func (export "run") (result i32)
      (local $s i64) (local $f i64) (local $w i32) (local $file i32) (local $wrote i32) (local $at i32)
      (local.set $file (call $make))
      (local.set $s (call $stream.new))
      (local.set $f (call $future.new))
      (call $take (i32.wrap_i64 (local.get $s)) (i32.wrap_i64 (local.get $f)))
      (local.set $w (i32.wrap_i64 (i64.shr_u (local.get $s) (i64.const 32))))
      (block $done
        (loop $again
          (local.set $wrote (call $stream.write (local.get $w) (i32.add (i32.const 16) (local.get $at))
            (i32.sub (i32.const 3) (local.get $at))))
          (local.set $at (i32.add (local.get $at) (i32.shr_u (local.get $wrote) (i32.const 4))))
          (br_if $done (i32.and (local.get $wrote) (i32.const 15)))
          (br_if $again (i32.lt_u (local.get $at) (i32.const 3)))))
      (call $stream.drop (local.get $w))
      (drop (call $future.write (i32.wrap_i64 (i64.shr_u (local.get $f) (i64.const 32))) (i32.const 32)))
      (call $future.drop (i32.wrap_i64 (i64.shr_u (local.get $f) (i64.const 32))))
      (call $size (local.get $file))
      (call $drop (local.get $file))))
  (core func $make (canon lower (func $files "[constructor]file")))
  (core func $size (canon lower (func $files "[method]file.size")))
  (core func $drop (canon resource.drop $file))
  (core func $take (canon lower (func $take)))
  (core func $stream.new (canon stream.new $bytes))
  (core func $stream.write (canon stream.write $bytes (memory (core memory $memory "memory"))))
  (core func $stream.drop (canon stream.drop-writable $bytes))
  (core func $future.new (canon future.new $number))
  (core func $future.write (canon future.write $number (memory (core memory $memory "memory"))))
  (core func $future.drop (canon future.drop-writable $number))
  (core instance $core (instantiate $Core (with "" (instance
    (export "memory" (memory $memory "memory"))
    (export "make" (func $make)) (export "size" (func $size)) (export "drop" (func $drop)) (export "take" (func $take))
    (export "stream.new" (func $stream.new)) (export "stream.write" (func $stream.write))
    (export "stream.drop" (func $stream.drop))
    (export "future.new" (func $future.new)) (export "future.write" (func $future.write))
    (export "future.drop" (func $future.drop))))))
  (func (export "run") async (result u32) (canon lift (core func $core "run"))))
"#;

const GIVES_HOST: &str = r#"
[[import]]
name = "files#[constructor]file"
[[import]]
name = "files#[method]file.size"
returns = ["9"]
[[import]]
name = "take"
"#;

#[test]
fn hosts_read_what_they_get_and_hand_out_resources() {
    let gives = component(GIVES);
    let all = Script::parse(GIVES_HOST).expect("the file is right");
    assert_eq!(outcomes(&gives, &all), ["9 take.data=abc take.number=7 "]);
    let early = format!("{GIVES_HOST}reads = {{ data = {{ pieces = 2, drops = \"any\" }} }}\n");
    let early = Script::parse(&early).expect("the file is right");
    let expected = ["9 take.data=ab take.number=7 ", "9 take.data=abc take.number=7 ", "9 take.number=7 "];
    assert_eq!(outcomes(&gives, &early), expected);
}

#[test]
fn wrong_scripts_are_said_to_be_wrong_with_a_remedy() {
    let two = component(&example("two-answers.wat"));
    let check = |text: &str, expected: &str| {
        let host = Script::parse(text).and_then(|script| Scripted::new(&two, &script, NoImports));
        let found = host.expect_err("the script is wrong").to_string();
        assert!(found.contains(expected), "{text}: expected {expected:?}, found {found:?}");
    };
    let import = |rest: &str| format!("[[import]]\nname = \"get\"\n{rest}");
    check("[[import]\n", "line 1, column");
    check("[[imports]]\n", "unknown field `imports`, expected `others` or `import`");
    check(&import("return = [\"1\"]"), "unknown field `return`");
    check("", "nobody supplies the imports `get`: add `[[import]]` with `name = \"get\"`");
    check("[[import]]\nname = \"go\"", "expected a function that the component imports, found `go`; there are: get");
    check(&import(""), "import `get`: expected `returns` with values of type u32, found none");
    check(&import("returns = [1]"), "returns[0]: expected a value in WAVE as a string");
    check(&import("returns = [\"1\", \"x\"]"), "import `get`: returns[1]: expected a value of type u32, found `x`");
    check(&import("returns = [{ stream = \"[1]\" }]"), "expected a value of type u32, found a stream");
    check(
        &import("returns = [{ stream = \"[1]\", pieces = 0 }]"),
        "returns[0].pieces: expected \"all\", \"any\" or a number",
    );
    check(&import("returns = [{ streams = \"[1]\" }]"), "expected a table with one of the keys stream, future");
    check(&import("returns = [\"1\"]\nwhen = \"soon\""), "expected one of `now`, `later`, `any`");
    check(&import("returns = [\"1\"]\nreads = { n = {} }"), "reads: expected a parameter (), found `n`");
    let pieces = pieces_component();
    let check = |func: Func, expected: &str| {
        let found = Scripted::new(&pieces, &Script::default().func(func), NoImports).expect_err("the script is wrong");
        assert!(found.to_string().contains(expected), "expected {expected:?}, found {found}");
    };
    let data = || Func::new("data");
    check(data().returns(["[1]"]), "returns[0]: expected a stream, such as { stream = \"[..]\" }, found `[1]`");
    let stream = || Returned::Stream("[1]".to_owned(), Copies::default());
    check(data().returns([stream()]).when(When::Later), "the type is not async, so it can only answer at once");
    check(
        data().returns([Returned::Stream("[x]".to_owned(), Copies::default())]),
        "expected a value of type list<u8>, found `[x]`",
    );
}
