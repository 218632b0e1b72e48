//! Run: `cargo test -p raddle-wast --test suites`. The official scripts pass under the default schedule; our own pass under
//! the default schedule and under seeds. The official scripts are looked for in `RADDLE_SUITES`, or beside the workspace in
//! `shared/suites`.

use std::path::{Path, PathBuf};

use raddle_wast::{Options, Report, Runner, find_scripts};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn run(folder: &Path, seeds: std::ops::Range<u64>) -> Report {
    let runner = Runner::new(Options { seeds, ..Options::default() });
    let mut report = Report::default();
    for file in find_scripts(folder).expect("the folder can be read") {
        report.add(runner.run_file(&file));
    }
    eprintln!("{}: {}", folder.display(), report.summary);
    report
}

fn complaints(report: &Report) -> String {
    let failed = report.files.iter().filter(|file| !file.verdict.failures.is_empty() || !file.bugs.is_empty());
    failed.map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn official_scripts() {
    let folder = std::env::var_os("RADDLE_SUITES").map_or_else(|| workspace().join("../shared/suites"), PathBuf::from);
    let folder = folder.join("component-model");
    if !folder.is_dir() {
        eprintln!("official scripts not found: set RADDLE_SUITES");
        return;
    }
    let report = run(&folder, 0..0);
    assert!(report.summary.is_ok(), "{}", complaints(&report));
    assert_eq!((report.summary.files, report.summary.skipped), (63, 0));
}

/// Scripts of rules that need proposals which the interpreter does not have, by how their names begin.
const LEFT_OUT: &[(&str, &str)] =
    &[("core__expected-shared-memory", "threads of core wasm"), ("core__unaligned-atomic", "threads of core wasm")];

#[test]
fn own_scripts() {
    for folder in ["spec-tests/rules", "spec-tests/bugs"] {
        let report = run(&workspace().join(folder), 0..20);
        let mut complaints = Vec::new();
        for file in &report.files {
            let name = Path::new(&file.path).file_stem().expect("a script has a name").to_string_lossy();
            let left_out = LEFT_OUT.iter().any(|(start, _)| name.starts_with(start));
            let fails = !file.verdict.failures.is_empty() || !file.bugs.is_empty() || !file.depends_on.is_empty();
            if fails != left_out {
                let hint = if left_out { "passes now: take it from `LEFT_OUT`\n" } else { "" };
                complaints.push(format!("{hint}{file}"));
            }
        }
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    }
}
