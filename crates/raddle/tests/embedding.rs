//! Run: `cargo test -p raddle --test embedding`. Host functions that answer at once and later, resources, labelled values,
//! errors and whose fault they are.

use std::process::Command;
use std::sync::{Arc, Mutex};

use raddle::{Chooser, Component, Engine, Error, Instance, Linker, Seeded, Store, Trap, TrapRule, Val, explore};

fn instantiate(linker: &Linker, text: &str) -> (Store, Result<Instance, Error>) {
    let engine = Engine::default();
    let component = Component::new(&engine, text).expect("the component is valid");
    let mut store = Store::new(&engine);
    let instance = linker.instantiate(&mut store, &component);
    (store, instance)
}

fn call(linker: &Linker, text: &str, args: &[Val]) -> Result<Vec<Val>, Error> {
    let (mut store, instance) = instantiate(linker, text);
    let func = instance?.func(&store, "run").expect("the component exports `run`");
    func.call(&mut store, args)
}

/// A component whose `run` passes one core value on to an import `f` and back.
fn pass_on(types: &str, ty: &str) -> String {
    format!(
        r#"(component
            {types}
            (import "f" (func $f {ty}))
            (core func $lowered (canon lower (func $f)))
            (core module $m
                (import "" "f" (func $f (param i32) (result i32)))
                (func (export "run") (param i32) (result i32) (call $f (local.get 0))))
            (core instance $i (instantiate $m (with "" (instance (export "f" (func $lowered))))))
            (func (export "run") {ty} (canon lift (core func $i "run"))))"#
    )
}

#[test]
fn enums_and_flags_keep_their_labels() {
    let mut linker = Linker::new();
    linker.root().func("f", |_, args| {
        assert_eq!(args, [Val::Flags(vec!["r".to_owned(), "x".to_owned()])]);
        Ok(vec![Val::Enum("green".to_owned())])
    });
    let types = r#"(type $fl' (flags "r" "w" "x")) (import "fl" (type $fl (eq $fl')))
        (type $en' (enum "red" "green")) (import "en" (type $en (eq $en')))"#;
    let text = pass_on(types, r#"(param "a" $fl) (result $en)"#);
    let result = call(&linker, &text, &[Val::Flags(vec!["x".to_owned(), "r".to_owned()])]);
    // Types are imports, too, and nobody supplies them.
    assert!(
        matches!(&result, Err(Error::Link(message)) if message.contains("import `fl`: expected a type")),
        "{result:?}"
    );
    linker.define_unknown_imports_as_traps();
    let result = call(&linker, &text, &[Val::Flags(vec!["x".to_owned(), "r".to_owned()])]);
    assert_eq!(result, Ok(vec![Val::Enum("green".to_owned())]));
}

#[test]
fn arguments_of_another_type_are_the_callers_error() {
    let mut linker = Linker::new();
    linker.root().func("f", |_, args| Ok(args.to_vec()));
    let text = pass_on("", r#"(param "a" u8) (result u8)"#);
    assert_eq!(call(&linker, &text, &[Val::U8(200)]), Ok(vec![Val::U8(200)]));
    let expect = |args: &[Val], message: &str| {
        assert_eq!(call(&linker, &text, args), Err(Error::Input(message.to_owned())));
    };
    expect(&[Val::String("x".to_owned())], "argument `a`: expected a u8, found a string");
    expect(&[], "expected 1 arguments, found 0");
}

#[test]
fn imports_that_nobody_supplies() {
    let text = pass_on("", r#"(param "a" u8) (result u8)"#);
    let (_, instance) = instantiate(&Linker::new(), &text);
    let message = "import `f`: expected a function, found nothing of that name";
    assert_eq!(instance, Err(Error::Link(message.to_owned())));
    let mut linker = Linker::new();
    linker.instance("f").func("g", |_, _| Ok(vec![]));
    let (_, instance) = instantiate(&linker, &text);
    assert_eq!(instance, Err(Error::Link("import `f`: expected a function, found an instance".to_owned())));
    let mut linker = Linker::new();
    linker.define_unknown_imports_as_traps();
    let error = call(&linker, &text, &[Val::U8(1)]).expect_err("the import traps");
    assert_eq!(error.trap_rule(), Some(TrapRule::ImportUnused));
    assert!(error.to_string().contains("`f`"), "{error}");
}

#[test]
fn host_functions_can_trap() {
    let mut linker = Linker::new();
    linker.root().func("f", |_, _| Err(Trap::with(TrapRule::HostTrap, "(no)")));
    let text = pass_on("", r#"(param "a" u8) (result u8)"#);
    let (mut store, instance) = instantiate(&linker, &text);
    let func = instance.expect("it links").func(&store, "run").expect("it is exported");
    let error = func.call(&mut store, &[Val::U8(1)]).expect_err("the host traps");
    assert_eq!(error.trap_rule(), Some(TrapRule::HostTrap));
    let error = func.call(&mut store, &[Val::U8(1)]).expect_err("the instance is locked");
    assert_eq!(error.trap_rule(), Some(TrapRule::CallAfterTrap));
}

/// Calls `f` twice at once, and returns which of the two ended first.
const RACE: &str = r#"(component
    (import "f" (func $f async (param "n" u32) (result u32)))
    (core module $memory (memory (export "mem") 1))
    (core instance $memory (instantiate $memory))
    (core func $f' (canon lower (func $f) async (memory (core memory $memory "mem"))))
    (core func $new (canon waitable-set.new))
    (core func $join (canon waitable.join))
    (core func $wait (canon waitable-set.wait (memory (core memory $memory "mem"))))
    (core func $return (canon task.return (result u32)))
    (core module $m
        (import "" "mem" (memory 1))
        (import "" "f" (func $f (param i32 i32) (result i32)))
        (import "" "new" (func $new (result i32)))
        (import "" "join" (func $join (param i32 i32)))
        (import "" "wait" (func $wait (param i32 i32) (result i32)))
        (import "" "return" (func $return (param i32)))
        (func (export "run")
            (local $set i32)
            (local.set $set (call $new))
            (call $join (i32.shr_u (call $f (i32.const 10) (i32.const 16)) (i32.const 4)) (local.get $set))
            (call $join (i32.shr_u (call $f (i32.const 20) (i32.const 32)) (i32.const 4)) (local.get $set))
            (drop (call $wait (local.get $set) (i32.const 0)))
            (call $return (i32.add (i32.load (i32.const 16)) (i32.load (i32.const 32))))))
    (core instance $i (instantiate $m (with "" (instance
        (export "mem" (memory $memory "mem")) (export "f" (func $f')) (export "new" (func $new))
        (export "join" (func $join)) (export "wait" (func $wait)) (export "return" (func $return))))))
    (func (export "run") async (result u32) (canon lift (core func $i "run") async (memory (core memory $memory "mem")))))"#;

#[test]
fn later_answers_come_in_any_order() {
    let mut linker = Linker::new();
    linker.root().func_later("f", |_, args| Ok(args.to_vec()));
    let run = |seed: Option<u64>| {
        let (mut store, instance) = instantiate(&linker, RACE);
        if let Some(seed) = seed {
            store.set_chooser(Seeded::new(seed));
        }
        let func = instance.expect("it links").func(&store, "run").expect("it is exported");
        let result = func.call(&mut store, &[]).expect("it returns");
        (result, store.picks().to_vec(), store.state_hash())
    };
    let (result, picks, hash) = run(None);
    assert_eq!((result.as_slice(), picks.as_slice()), ([Val::U32(10)].as_slice(), [].as_slice()));
    assert_eq!(run(None).2, hash);
    let outcomes: Vec<_> = (0..50).map(|seed| run(Some(seed)).0[0].to_string()).collect();
    for expected in ["10", "20", "30"] {
        assert!(outcomes.iter().any(|outcome| outcome == expected), "{expected} is an outcome: {outcomes:?}");
    }
    assert_eq!(run(Some(3)), run(Some(3)));
}

#[test]
fn resources_of_the_host_are_dropped() {
    let dropped = Arc::new(Mutex::new(Vec::new()));
    let mut linker = Linker::new();
    let log = Arc::clone(&dropped);
    linker.root().resource("r", move |rep| {
        log.lock().expect("no one panicked").push(rep);
        Ok(())
    });
    let text = r#"(component
        (import "r" (type $r (sub resource)))
        (core func $drop (canon resource.drop $r))
        (core module $m
            (import "" "drop" (func $drop (param i32)))
            (func (export "run") (param i32) (call $drop (local.get 0))))
        (core instance $i (instantiate $m (with "" (instance (export "drop" (func $drop))))))
        (func (export "run") (param "r" (own $r)) (canon lift (core func $i "run"))))"#;
    let (mut store, instance) = instantiate(&linker, text);
    let func = instance.expect("it links").func(&store, "run").expect("it is exported");
    // The resource type that the linker made is the first of the store.
    let resource = |ty| Val::Resource(raddle::Resource { ty: raddle::ResourceTypeId(ty), rep: 7 });
    assert_eq!(func.call(&mut store, &[resource(0)]), Ok(vec![]));
    assert_eq!(*dropped.lock().expect("no one panicked"), [7]);
    assert_eq!(store.leaks(), Vec::<String>::new());
}

#[test]
fn a_panic_is_a_bug_and_poisons_the_store() {
    struct Panics;
    impl Chooser for Panics {
        fn choose(&mut self, _: &raddle::ChoicePoint, _: &dyn raddle::Names) -> Result<usize, raddle::Divergence> {
            panic!("a broken invariant")
        }
    }
    let mut linker = Linker::new();
    linker.root().func_later("f", |_, args| Ok(args.to_vec()));
    let (mut store, instance) = instantiate(&linker, RACE);
    store.set_chooser(Panics);
    let func = instance.expect("it links").func(&store, "run").expect("it is exported");
    assert_eq!(func.call(&mut store, &[]), Err(Error::Bug("a broken invariant".to_owned())));
    let error = func.call(&mut store, &[]).expect_err("the store is not usable");
    assert_eq!(error, Error::Bug("the store is not usable after: a broken invariant".to_owned()));
}

#[test]
fn fuel_is_a_limit() {
    let engine = Engine::default();
    let text = r#"(component
        (core module $m (func (export "run") (loop (br 0))))
        (core instance $i (instantiate $m))
        (func (export "run") (canon lift (core func $i "run"))))"#;
    let component = Component::new(&engine, text).expect("it is valid");
    let mut store = Store::new(&engine);
    let instance = Linker::new().instantiate(&mut store, &component).expect("it has no imports");
    store.set_fuel(1000);
    let func = instance.func(&store, "run").expect("it is exported");
    assert_eq!(func.call(&mut store, &[]), Err(Error::Limit("fuel".to_owned())));
}

#[test]
fn bad_input_says_where() {
    let engine = Engine::default();
    let message = |input: &[u8]| Component::new(&engine, input).expect_err("it is not valid").to_string();
    assert!(message(b"(component (func))").contains("<anon>:1:17"), "{}", message(b"(component (func))"));
    assert!(message(b"\0asm\x0d\0\x01\0\xff").contains("at offset 0x8"), "{}", message(b"\0asm\x0d\0\x01\0\xff"));
    assert!(message(b"\0asm\x01\0\0\0").contains("expected a component"));
}

/// Run again by the test below, in processes of its own.
#[test]
fn checks_the_lost_update() {
    let component = Component::new(&Engine::default(), include_str!("../../../examples/lost-update.wat"));
    let checked = explore(&component.expect("a component")).check(|outcome| outcome.text == "2");
    let said = checked.map_or_else(|failed| failed.to_string(), |_| "all is well".to_owned());
    println!("{said}");
    assert!(said != "all is well" || std::env::var_os("RADDLE_SCHEDULE").is_some(), "all schedules were checked");
}

#[test]
fn a_schedule_of_the_environment_is_followed_alone() {
    let run = |schedule: Option<&str>| {
        let mut command = Command::new(std::env::current_exe().expect("a test has a program"));
        command.args(["--exact", "checks_the_lost_update", "--nocapture"]);
        if let Some(schedule) = schedule {
            command.env("RADDLE_SCHEDULE", schedule);
        }
        let output = command.output().expect("the program starts");
        String::from_utf8(output.stdout).expect("it is text")
    };
    let failed = run(None);
    let (_, again) = failed.split_once("RADDLE_SCHEDULE=").unwrap_or_else(|| panic!("no remedy in: {failed}"));
    let (schedule, test) = again.split_once(" cargo test ").expect("picks and a command");
    assert_eq!(test.lines().next(), Some("checks_the_lost_update"));
    let again = run(Some(schedule));
    assert!(again.contains("runs instead of"), "it fails again: {again}");
    let default = run(Some(""));
    assert!(default.contains("all is well"), "without picks it is the default schedule: {default}");
    let wrong = run(Some("a.sched"));
    assert!(wrong.contains("expected picks such as `0.1.0.2`, found `a.sched`"), "{wrong}");
}
