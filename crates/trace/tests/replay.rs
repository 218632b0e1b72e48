//! Run: `cargo test -p raddle-trace --test replay`; `RADDLE_RUNS=10000 cargo test --release ...` for more runs. Recorded runs of the
//! corpus of `examples/bugs`, and of the examples, replay to the same trace and the same state.

use std::fs;
use std::path::Path;

use choice::hash::hash_of;
use choice::{Chooser, First, Recorder, Replay, Seeded};
use decode::Features;
use raddle_trace::TextTracer;
use runtime::drive::{Ended, NoHost, drain, run_until_resolved};
use runtime::id::FuncId;
use runtime::instantiate::ExternValue;
use runtime::step::{Env, InvocationOutcome};
use runtime::{Program, Store};
use syntax::revision::SpecRevision;

/// How many runs are recorded, all programs together.
const RUNS: usize = 300;

/// Enough for every run that ends.
const FUEL: u64 = 100_000;

/// An instance of a program whose `run` was not called yet.
struct Subject {
    name: String,
    program: Program,
    store: Store,
    run: FuncId,
}

/// What a run showed.
#[derive(Debug, PartialEq)]
struct Ran {
    ended: String,
    trace: String,
    hash: u128,
}

impl Subject {
    fn new(path: &Path) -> Self {
        let name = path.display().to_string();
        let bytes = wat::parse_file(path).unwrap_or_else(|error| panic!("{error}"));
        let mut program = Program::new(SpecRevision::default());
        let root = decode::component(&bytes, &Features::default(), &mut program.definitions).expect("it is valid");
        program.extend();
        let mut store = Store::new(wasm::Limits::default());
        let mut first = First;
        let mut env = Env::new(&program, &mut first, None);
        let invocation = store.instantiate(&mut env, root, Vec::new()).expect("it instantiates");
        let ended = run_until_resolved(&mut store, &mut env, &mut NoHost, invocation).expect("it instantiates");
        assert_eq!(ended, Ended::Done, "{name}");
        let Some(InvocationOutcome::Instantiated(inst)) = store.take_outcome(invocation) else {
            panic!("{name}: an instantiation gives an instance");
        };
        let exports = store.instance(inst).exports.expect("an instance that is complete has exports");
        let Some(ExternValue::Func(run)) = store.bundle(exports).exports.get("run").copied() else {
            panic!("{name}: expected the function `run`");
        };
        Self { name, program, store, run }
    }

    /// Calls `run`, and runs on until nothing is ready.
    fn run(&self, chooser: &mut dyn Chooser) -> Ran {
        let mut store = self.store.clone();
        store.fuel = FUEL;
        let mut written = Vec::new();
        let ended = {
            let mut tracer = TextTracer::new(&mut written);
            let mut env = Env::new(&self.program, chooser, Some(&mut tracer));
            store.invoke(&mut env, self.run, Vec::new()).and_then(|invocation| {
                let ended = run_until_resolved(&mut store, &mut env, &mut NoHost, invocation)?;
                let drained = if ended == Ended::Done { drain(&mut store, &mut env, &mut NoHost)? } else { ended };
                Ok((drained, store.take_outcome(invocation)))
            })
        };
        let trace = String::from_utf8(written).expect("a trace is text");
        Ran { ended: format!("{ended:?}"), trace, hash: hash_of(&store) }
    }
}

fn subjects() -> Vec<Subject> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut paths = Vec::new();
    for folder in [folder.join("bugs"), folder] {
        let files = fs::read_dir(folder).expect("the examples are there");
        paths.extend(files.map(|file| file.expect("a folder that can be opened can be listed").path()));
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "wat"));
    paths.sort();
    paths.iter().map(|path| Subject::new(path)).collect()
}

#[test]
fn recorded_runs_replay_to_the_same_trace_and_state() {
    let runs = std::env::var("RADDLE_RUNS").map_or(RUNS, |runs| runs.parse().expect("RADDLE_RUNS is a number"));
    let subjects = subjects();
    let (mut picks, mut differ) = (0, 0);
    for (subject, seed) in subjects.iter().cycle().zip(0..).take(runs) {
        let mut recorder = Recorder::new(Seeded::new(seed));
        let first = subject.run(&mut recorder);
        let mut replay = Replay::new(recorder.picks().to_vec());
        let again = subject.run(&mut replay);
        assert_eq!(replay.finish(), Ok(()), "{}, seed {seed}", subject.name);
        assert_eq!(again, first, "{}, seed {seed}", subject.name);
        picks += recorder.picks().len();
        differ += usize::from(subject.run(&mut First) != first);
    }
    eprintln!("{runs} runs with {picks} picks; {differ} differ from the default run");
    assert!(picks > runs && differ > runs / 2, "the runs are not all the default one: {picks} picks, {differ} differ");
}
