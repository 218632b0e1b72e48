//! Run: `cargo test -p raddle-wast --test choices`. Each script of `spec-tests/choices` comes to the choice that it is named
//! after, and each alternative gives the outcome that its head names; the script itself asserts that of the default.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use choice::kind::Class;
use choice::{ChoiceKind, ChoicePoint, Chooser, Divergence, Names, Replay, Seeded};
use raddle::{Engine, Linker, Store, Val};
use raddle_wast::{Options, Runner, find_scripts, first_component};

/// Picks an alternative at the first point of a kind, and the default elsewhere.
struct Once {
    kind: ChoiceKind,
    picked: usize,
    /// The number of alternatives of that point.
    seen: Arc<Mutex<Option<usize>>>,
}

impl Chooser for Once {
    fn choose(&mut self, point: &ChoicePoint, _: &dyn Names) -> Result<usize, Divergence> {
        let mut seen = self.seen.lock().expect("nobody panics while it is held");
        if point.kind != self.kind || seen.is_some() {
            return Ok(0);
        }
        *seen = Some(point.alternatives.len());
        Ok(self.picked)
    }
}

struct Script {
    name: String,
    kind: ChoiceKind,
    /// The outcome of each alternative.
    outcomes: Vec<u32>,
    path: PathBuf,
    text: String,
}

fn scripts() -> Vec<Script> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec-tests/choices");
    let files = find_scripts(&folder).expect("the folder can be read");
    files.into_iter().map(script).collect()
}

fn script(path: PathBuf) -> Script {
    let text = std::fs::read_to_string(&path).expect("the script can be read");
    let name = path.file_stem().expect("it has a name").to_string_lossy().into_owned();
    let kind = ChoiceKind::ALL.iter().copied().find(|kind| kind.name() == name);
    let kind = kind.unwrap_or_else(|| panic!("{name}: expected the name of a kind of choice"));
    let outcomes = text.lines().find_map(|line| line.strip_prefix(";; outcomes: "));
    let number = |word: &str| match word.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => word.parse(),
    };
    let outcomes = outcomes.expect("the head names the outcomes").split_whitespace();
    let outcomes = outcomes.map(|word| number(word).expect("an outcome is a number")).collect();
    Script { name, kind, outcomes, path, text }
}

fn run(script: &Script, chooser: impl Chooser + 'static) -> u32 {
    run_with(script, chooser, |_| ())
}

/// Runs, and looks at the store afterwards.
fn run_with(script: &Script, chooser: impl Chooser + 'static, look: impl FnOnce(&Store)) -> u32 {
    let engine = Engine::default();
    let component = first_component(&engine, &script.text).unwrap_or_else(|error| panic!("{}: {error}", script.name));
    let mut store = Store::new(&engine);
    store.set_chooser(chooser);
    let instance = Linker::new().instantiate(&mut store, &component).expect("it has no imports");
    let func = instance.func(&store, "run").expect("it exports `run`");
    let result = func.call(&mut store, &[]).unwrap_or_else(|error| panic!("{}: {error}", script.name));
    look(&store);
    match result.as_slice() {
        [Val::U32(result)] => *result,
        other => panic!("{}: expected a number, found {other:?}", script.name),
    }
}

#[test]
fn each_alternative_has_its_outcome() {
    for script in scripts() {
        for (picked, outcome) in script.outcomes.iter().enumerate() {
            let seen = Arc::default();
            let found = run(&script, Once { kind: script.kind, picked, seen: Arc::clone(&seen) });
            assert_eq!(found, *outcome, "{}: alternative {picked}", script.name);
            let seen = seen.lock().expect("nobody panics while it is held").expect("the script comes to its choice");
            assert_eq!(seen, script.outcomes.len(), "{}: one outcome for each alternative", script.name);
        }
    }
}

#[test]
fn seeds_reach_every_alternative() {
    for script in scripts() {
        let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
        for seed in 0..60 {
            *counts.entry(run(&script, Seeded::new(seed))).or_default() += 1;
        }
        // Data choices, but for one, are drawn only when asked for.
        let fixed = script.kind.class() == Class::Data && script.kind != ChoiceKind::KeepErrorMessage;
        let expected = if fixed { &script.outcomes[..1] } else { &script.outcomes };
        for outcome in expected {
            assert!(counts.contains_key(outcome), "{}: no seed gives {outcome}: {counts:?}", script.name);
        }
        assert_eq!(counts.len(), expected.len(), "{}: {counts:?}", script.name);
        let drawn: BTreeSet<u32> = (0..60).map(|seed| run(&script, Seeded::with_data(seed))).collect();
        assert_eq!(drawn, script.outcomes.iter().copied().collect(), "{}: with data choices", script.name);
    }
}

#[test]
fn what_was_drawn_replays() {
    for script in scripts().into_iter().filter(|script| script.kind.class() == Class::Data) {
        for seed in 0..10 {
            let mut picks = Vec::new();
            let outcome = run_with(&script, Seeded::with_data(seed), |store| picks = store.picks().to_vec());
            assert_eq!(run(&script, Replay::new(picks)), outcome, "{}: seed {seed}", script.name);
        }
    }
}

#[test]
fn the_scripts_hold_by_default() {
    for script in scripts() {
        let report = Runner::new(Options::default()).run_file(&script.path);
        assert!(report.verdict.failures.is_empty() && report.verdict.passed > 1, "{report}");
    }
}
