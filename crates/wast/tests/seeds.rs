//! Run: `cargo test -p raddle-wast --test seeds`; `BLESS=1` rewrites `spec-tests/seeds.md`. Which official async scripts have
//! a verdict that depends on the schedule, what flips it, and which bullet of Concurrency.md allows that.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use raddle_wast::{FileReport, Options, Runner, find_scripts};

const SEEDS: u64 = 200;

const HEAD: &str = "\
# Scripts whose verdict depends on the schedule

The official scripts of `async/` run under the default schedule and under the seeds 0..200. Each script that is not named here has
one verdict under all of them. For the others the table says which instance (by the line of the directive that makes it), under how
many seeds, which line fails first, the fewest picks found that bring it about, and the bullet of Concurrency.md,
\"Nondeterminism\", that allows it. `BLESS=1 cargo test -p raddle-wast --test seeds` writes this file.

| script | instance | seeds | first to fail | because of | allowed by |
|---|---|---|---|---|---|
";

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The bullet that leaves a kind of choice open, in short.
fn bullet(kind: &str) -> &'static str {
    match kind {
        "EmbedderTurn" | "NextThread" | "SyncCallProgress" => "the order in which threads that blocked are resumed",
        "ContinueOrBlock" => "whether a thread that yields, or waits with an event pending, blocks",
        "NextEvent" => "which waitable's event is delivered first",
        "CancelTarget" => "which thread receives the request for cancellation",
        other => panic!("a choice that these scripts should not come to: {other}"),
    }
}

fn rows(name: &str, report: &FileReport) -> String {
    let mut rows = String::new();
    for other in &report.depends_on {
        let first =
            other.failures.first().map_or_else(|| "nothing".to_owned(), |failure| format!("line {}", failure.line));
        let picks: Vec<String> = other
            .flips
            .iter()
            .map(|flip| format!("{} at `{}`: `{}`", flip.kind, flip.anchor, flip.alternatives[flip.picked]))
            .collect();
        let mut bullets: Vec<&str> = other.flips.iter().map(|flip| bullet(&flip.kind)).collect();
        bullets.dedup();
        let (line, seeds) = (other.instance_line, other.seeds);
        let (picks, bullets) = (picks.join("; "), bullets.join("; "));
        let _ = writeln!(rows, "| {name} | line {line} | {seeds} | {first} | {picks} | {bullets} |");
    }
    rows
}

#[test]
fn verdicts_under_seeds() {
    let folder = std::env::var_os("RADDLE_SUITES").map_or_else(|| workspace().join("../shared/suites"), PathBuf::from);
    let folder = folder.join("component-model/async");
    if !folder.is_dir() {
        eprintln!("official scripts not found: set RADDLE_SUITES");
        return;
    }
    let runner = Runner::new(Options { seeds: 0..SEEDS, ..Options::default() });
    let mut found = HEAD.to_owned();
    for path in find_scripts(&folder).expect("the folder can be read") {
        let report = runner.run_file(&path);
        assert!(report.bugs.is_empty(), "{report}");
        let name = path.file_name().expect("a script has a name").to_string_lossy();
        found += &rows(&name, &report);
    }
    let file = workspace().join("spec-tests/seeds.md");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, &found).expect("the file can be written");
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(found, expected, "run with BLESS=1 and look at what changed in spec-tests/seeds.md");
}
