//! Run: `cargo test -p raddle-wast --test certificates`; `BLESS=1` with `--release` rewrites `docs/certificates.md`. Does the
//! verdict of a script depend on the schedule? Searched over all schedules; the official scripts of `async/` where they are
//! found, those with few states only, unless the table is rewritten.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use raddle_wast::{Certificate, Runner, find_scripts};

/// How many states of an instance are searched, and how many when the table is rewritten.
const STATES: (usize, usize) = (2_000, 400_000);

const HEAD: &str = "\
# Certificates of the official async scripts

Does the verdict of a script depend on the schedule? For each script of `async/` of the reference suite all schedules were searched:

    raddle explore --wast suites/component-model/async

A state is the store of an instance, with which of the script's calls is next and which have failed; states are counted at choices, so
that a script without choices has none. As in a run, a call goes on until its own task has resolved, and threads that are left over may
run during later calls. The picks named are a smallest set that brings the other verdict about: the search goes by the number
of picks. Data choices stay at the default where it says so. Each verdict that is not the default one is allowed by Concurrency.md,
\"Nondeterminism\"; [spec-tests/seeds.md](../spec-tests/seeds.md) says by which bullet, and how often seeds come to it.

`BLESS=1 cargo test --release -p raddle-wast --test certificates` writes this file.

| script | calls | searched | depends on the schedule | first to fail | because of |
|---|---|---|---|---|---|
";

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The rows of a script.
fn rows(certificate: &Certificate) -> String {
    let name = Path::new(&certificate.path).file_name().expect("a script has a name").to_string_lossy();
    let (calls, searched) = (certificate.calls(), certificate.searched());
    let mut rows = String::new();
    for instance in &certificate.instances {
        for verdict in instance.verdicts.iter().skip(1) {
            let first =
                verdict.failures.first().map_or_else(|| "nothing".to_owned(), |first| format!("line {}", first.line));
            let picks: Vec<String> = verdict
                .flips
                .iter()
                .map(|flip| format!("{} at `{}`: `{}`", flip.kind, flip.anchor, flip.alternatives[flip.picked]))
                .collect();
            let (line, picks) = (instance.line, picks.join("; "));
            writeln!(rows, "| {name} | {calls} | {searched} | yes, the instance of line {line} | {first} | {picks} |")
                .expect("a text takes everything");
        }
    }
    if rows.is_empty() {
        let no = if certificate.is_complete() { "no" } else { "not found" };
        writeln!(rows, "| {name} | {calls} | {searched} | {no} | | |").expect("a text takes everything");
    }
    rows
}

#[test]
fn official_scripts_have_the_certificates_of_the_table() {
    let folder = std::env::var_os("RADDLE_SUITES").map_or_else(|| workspace().join("../shared/suites"), PathBuf::from);
    let folder = folder.join("component-model/async");
    if !folder.is_dir() {
        eprintln!("official scripts not found: set RADDLE_SUITES");
        return;
    }
    let bless = std::env::var_os("BLESS").is_some();
    let file = workspace().join("docs/certificates.md");
    let table = std::fs::read_to_string(&file).unwrap_or_default();
    let mut written = HEAD.to_owned();
    let mut skipped = Vec::new();
    for path in find_scripts(&folder).expect("the folder can be read") {
        let certificate = Runner::default().certify_file(&path, if bless { STATES.1 } else { STATES.0 });
        assert_eq!(certificate.error, None, "{}", certificate.path);
        let rows = rows(&certificate);
        written += &rows;
        if !certificate.is_complete() {
            skipped.push(certificate.path);
        } else if !bless {
            assert!(table.contains(&format!("\n{rows}")), "{rows}: run with BLESS=1, and look at what changed");
        }
    }
    if bless {
        std::fs::write(&file, written).expect("the file can be written");
    }
    assert!(skipped.len() <= usize::from(!bless), "too large: {skipped:?}");
}

/// A script that makes an instance of an example and expects a result.
fn script(example: &str, expected: u32) -> String {
    let file = workspace().join(format!("examples/{example}.wat"));
    let text = std::fs::read_to_string(file).expect("the example is there");
    format!("{text}\n(assert_return (invoke \"run\") (u32.const {expected}))")
}

#[test]
fn a_verdict_that_depends_on_the_schedule_is_shown_with_its_pick() {
    let certificate = Runner::default().certify_text("lost", &script("lost-update", 2), 10_000);
    assert!(certificate.depends() && certificate.is_complete(), "{certificate}");
    let verdicts = &certificate.instances[0].verdicts;
    assert_eq!(verdicts.len(), 2, "{certificate}");
    assert!(verdicts[0].failures.is_empty() && verdicts[0].flips.is_empty(), "{certificate}");
    assert_eq!(verdicts[1].failures[0].got, "1");
    assert_eq!(verdicts[1].flips.len(), 1, "{certificate}");
}

#[test]
fn calls_after_another_are_searched_together() {
    // The counter goes on where the first call left it.
    let text = script("lost-update", 2) + "\n(assert_return (invoke \"run\") (u32.const 4))";
    let certificate = Runner::default().certify_text("twice", &text, 10_000);
    assert!(certificate.is_complete(), "{certificate}");
    // Both calls can fail, or the second alone; when the first has failed, the second has to.
    let failed = certificate.instances[0].verdicts.iter().map(|verdict| verdict.failures.len());
    assert_eq!(failed.collect::<std::collections::BTreeSet<_>>(), [0, 1, 2].into(), "{certificate}");
}

#[test]
fn one_verdict_under_all_schedules_is_certified() {
    let certificate = Runner::default().certify_text("pipeline", &script("pipeline", 2_214_915_970), 10_000);
    assert!(!certificate.depends() && certificate.is_complete(), "{certificate}");
    assert_eq!(certificate.instances[0].verdicts.len(), 1);
}

#[test]
fn a_search_that_is_cut_off_says_so() {
    let certificate = Runner::default().certify_text("lost", &script("lost-update", 2), 3);
    assert!(!certificate.is_complete());
    assert!(certificate.searched().contains("every schedule with fewer than"), "{certificate}");
}
