//! Run: `cargo test -p raddle-wast --test standing`; `BLESS=1` rewrites `spec-tests/hashes.tsv`, which changes whenever what is
//! state does. The same picks give the same final state on every platform and in every build, and a schedule does not fit
//! another program.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use choice::Pick;
use raddle::{Chooser, Component, Engine, Error, First, Linker, Replay, Seeded, Store};
use raddle_wast::{find_scripts, first_component};

/// What a run came to.
#[derive(Debug, PartialEq)]
struct Ran {
    outcome: String,
    hash: u128,
    picks: Vec<Pick>,
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Runs `run` of the first component, and what is left over.
fn run(text: &str, chooser: impl Chooser + 'static) -> Result<Ran, Error> {
    let engine = Engine::default();
    let component = match first_component(&engine, text) {
        Ok(component) => component,
        Err(_) => Component::new(&engine, text).expect("the text is a script or a component"),
    };
    let mut store = Store::new(&engine);
    store.set_chooser(chooser);
    let instance = Linker::new().instantiate(&mut store, &component)?;
    let func = instance.func(&store, "run").expect("it exports `run`");
    let outcome = match func.call(&mut store, &[]) {
        Ok(results) => {
            store.drain()?;
            results[0].to_string()
        }
        Err(Error::Deadlock(_)) => "deadlock".to_owned(),
        Err(error) => return Err(error),
    };
    Ok(Ran { outcome, hash: store.state_hash(), picks: store.picks().to_vec() })
}

/// The examples, and the scripts of choices.
fn programs() -> Vec<(String, String)> {
    let examples = ["cancel-race", "deadlock", "first-event", "lost-update", "pipeline"];
    let mut names: Vec<String> = examples.iter().map(|name| format!("examples/{name}.wat")).collect();
    let folder = workspace().join("spec-tests/choices");
    for file in find_scripts(&folder).expect("the folder can be read") {
        let name = file.file_name().expect("it has a name").to_string_lossy();
        names.push(format!("spec-tests/choices/{name}"));
    }
    names.into_iter().map(|name| (read(&workspace().join(&name)), name)).map(|(text, name)| (name, text)).collect()
}

#[test]
fn final_states_are_the_same_everywhere() {
    let mut found = "program\tseed\toutcome\thash of the final state\n".to_owned();
    for (name, text) in programs() {
        let mut row = |seed: &str, ran: Result<Ran, Error>| {
            let Ran { outcome, hash, .. } = ran.unwrap_or_else(|error| panic!("{name}: {error}"));
            let _ = writeln!(found, "{name}\t{seed}\t{outcome}\t{hash:032x}");
        };
        row("-", run(&text, First));
        for seed in [1, 2] {
            row(&seed.to_string(), run(&text, Seeded::new(seed)));
        }
    }
    let path = workspace().join("spec-tests/hashes.tsv");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &found).expect("the file can be written");
    }
    assert_eq!(found, read(&path), "run with BLESS=1 where what is state has changed, in any build");
}

#[test]
fn recorded_picks_give_the_same_run() {
    for (name, text) in programs() {
        for seed in 0..30 {
            let ran = run(&text, Seeded::new(seed)).expect("the program ends");
            assert_eq!(ran, run(&text, Seeded::new(seed)).expect("it ends again"), "{name}: seed {seed} again");
            let replayed = run(&text, Replay::new(ran.picks.clone()));
            assert_eq!(replayed, Ok(ran), "{name}: the picks of seed {seed}");
        }
    }
}

/// One more stream with an event in the waitable set.
fn with_another_event(text: &str) -> String {
    let more = "
      (local.set $two (call $stream.new))
      (call $join (call $rx (local.get $two)) (local.get $set))
      (drop (call $stream.read (call $rx (local.get $two)) (i32.const 17) (i32.const 1)))
      (drop (call $stream.write (call $tx (local.get $two)) (i32.const 18) (i32.const 1)))
      (drop (call $set.wait";
    text.replace("\n      (drop (call $set.wait", more)
}

#[test]
fn a_schedule_does_not_fit_another_program() {
    let text = read(&workspace().join("spec-tests/choices/NextEvent.wast"));
    let is_event = |pick: &Pick| pick.kind == "NextEvent";
    let recorded = (0..50).map(|seed| run(&text, Seeded::new(seed)).expect("it ends").picks);
    let mut picks =
        recorded.into_iter().find(|picks| picks.iter().any(is_event)).expect("a seed picks the other event");
    picks.retain(is_event);
    let error = run(&with_another_event(&text), Replay::new(picks)).expect_err("there is one alternative more");
    let expected = "the alternatives differ at `run#0: next event on run#0/set#0 [0]`: the schedule has \
        [run#0/stream#0 STREAM_READ, run#0/stream#1 STREAM_READ], the run has \
        [run#0/stream#0 STREAM_READ, run#0/stream#1 STREAM_READ, run#0/stream#2 STREAM_READ]";
    assert!(error.to_string().contains(expected), "{error}");
}
