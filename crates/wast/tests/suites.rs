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

#[test]
fn own_scripts() {
    for folder in ["spec-tests/rules", "spec-tests/bugs", "spec-tests/core"] {
        let report = run(&workspace().join(folder), 0..20);
        assert!(report.summary.is_ok(), "{}", complaints(&report));
        let depends: Vec<String> =
            report.files.iter().filter(|file| !file.depends_on.is_empty()).map(ToString::to_string).collect();
        assert!(depends.is_empty(), "a minimal script has one verdict:\n{}", depends.join("\n"));
    }
}
