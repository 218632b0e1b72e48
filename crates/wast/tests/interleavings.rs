//! Run: `cargo test -p raddle-wast --test interleavings`; `RADDLE_SEEDS=10000 cargo test --release ...` for more seeds. The
//! official script that drives streams, futures and calls by lists of commands breaks no invariant of ours under any seed; its
//! verdicts are those of `spec-tests/seeds.md`.

use std::path::{Path, PathBuf};

use raddle_wast::{Options, Runner};

const SEEDS: u64 = 300;

#[test]
fn many_seeds_break_no_invariant() {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/suites");
    let folder = std::env::var_os("RADDLE_SUITES").map_or_else(beside, PathBuf::from);
    let file = folder.join("component-model/async/big-interleaving-test.wast");
    if !file.is_file() {
        eprintln!("official scripts not found: set RADDLE_SUITES");
        return;
    }
    let seeds = std::env::var("RADDLE_SEEDS").map_or(SEEDS, |seeds| seeds.parse().expect("RADDLE_SEEDS is a number"));
    let report = Runner::new(Options { seeds: 0..seeds, ..Options::default() }).run_file(&file);
    eprintln!("{report}");
    assert!(report.bugs.is_empty() && report.verdict.failures.is_empty(), "{report}");
    assert_eq!(u64::try_from(report.seeds).expect("a count fits"), seeds);
}
