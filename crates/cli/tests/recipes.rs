//! Run: `cargo test -p raddle-cli --test recipes`. The recipes of `docs/scale-out.md` as they stand there, with what stands in for the
//! schedulers: it sets the variables that they set, and runs what they run.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A part of the document: what follows its heading.
fn part(heading: &str) -> String {
    let document = fs::read_to_string(workspace().join("docs/scale-out.md")).expect("the document is there");
    let (_, rest) = document.split_once(&format!("\n## {heading}\n")).expect("the document has this part");
    rest.split("\n## ").next().unwrap_or_default().to_owned()
}

/// The code of a language in a part, block for block.
fn blocks(part: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let code = part.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap_or_default().to_owned());
    code.collect()
}

/// `sbatch --array=1-N%K --wait SCRIPT`, one task after another.
const SBATCH: &str = r#"#!/bin/bash
[[ "$1" =~ ^--array=1-([0-9]+)%200$ && "$2" == --wait && $# == 3 ]] || { echo "sbatch: $*" >&2; exit 2; }
for ((task = 1; task <= BASH_REMATCH[1]; task++)); do SLURM_ARRAY_TASK_ID=$task bash "$3" || exit; done
"#;

/// `hq submit --wait --each-line FILE --max-fails 0 -- COMMAND..`, one task after another.
const HQ: &str = r#"#!/bin/bash
[[ "${*:1:3}" == "submit --wait --each-line" && "${*:5:3}" == "--max-fails 0 --" ]] || { echo "hq: $*" >&2; exit 2; }
while read -r HQ_ENTRY; do export HQ_ENTRY; "${@:8}" || exit; done < "$4"
"#;

/// A folder with the program, the commands that stand in, and `raddle`.
struct Site(PathBuf);

impl Site {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("recipes").join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("the folder can be made");
        fs::copy(workspace().join("examples/lost-update.wat"), path.join("app.wasm")).expect("the example is there");
        for (name, text) in [("sbatch", SBATCH), ("hq", HQ)] {
            let file = path.join(name);
            fs::write(&file, text).expect("the folder can be written");
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("it is ours");
        }
        Self(path)
    }

    /// Runs a script; its output and exit code.
    fn bash(&self, script: &str) -> (String, i32) {
        let binary = Path::new(env!("CARGO_BIN_EXE_raddle")).parent().expect("it is in a folder");
        let path = std::env::var("PATH").expect("there is a path");
        let path = format!("{}:{}:{path}", self.0.display(), binary.display());
        let mut command = Command::new("bash");
        let output = command.args(["-c", script]).current_dir(&self.0).env("PATH", path).output();
        let output = output.expect("bash starts");
        let errors = String::from_utf8_lossy(&output.stderr);
        let code = output.status.code().unwrap_or_else(|| panic!("{script} was killed: {errors}"));
        assert!(code < 2, "{script} ended with {code}: {errors}");
        (String::from_utf8(output.stdout).expect("reports are text"), code)
    }

    /// The merged report.
    fn report(&self, folder: &str) -> Value {
        let (out, code) = self.bash(&format!("raddle explore merge {folder} --json"));
        assert_eq!(code, 1, "the outcome depends on the schedule");
        serde_json::from_str(&out).expect("a report is an object")
    }
}

/// Fewer runs and units than a recipe has.
fn small(script: &str) -> String {
    let smaller = script.replace("--runs 100000000 --units 1000", "--runs 400 --units 4");
    let smaller = smaller.replace("--array=1-1000%200", "--array=1-4%200");
    assert_ne!(smaller, script, "the numbers of the recipe are those that are made smaller");
    smaller
}

fn assert_searched(report: &Value) {
    assert_eq!((&report["complete"], &report["outcomes"].as_array().map(Vec::len)), (&Value::from(true), &Some(2)));
}

fn assert_sampled(report: &Value) {
    let counts = report["outcomes"].as_array().expect("it is a list").iter().map(|found| found["count"].as_u64());
    assert_eq!(counts.sum::<Option<u64>>(), Some(400), "all runs are there");
}

#[test]
fn xargs() {
    let site = Site::new("xargs");
    let blocks = blocks(&part("xargs"), "bash");
    let [search] = blocks.as_slice() else { panic!("expected one script, found {blocks:?}") };
    site.bash(search);
    assert_searched(&site.report("work"));
}

#[test]
fn hyperqueue() {
    let site = Site::new("hyperqueue");
    let blocks = blocks(&part("HyperQueue"), "bash");
    let [search] = blocks.as_slice() else { panic!("expected one script, found {blocks:?}") };
    site.bash(search);
    assert_searched(&site.report("work"));
}

#[test]
fn slurm() {
    let site = Site::new("slurm");
    let blocks = blocks(&part("Slurm"), "bash");
    let [runs, unit, search] = blocks.as_slice() else { panic!("expected three scripts, found {blocks:?}") };
    fs::write(site.0.join("unit.sh"), unit).expect("the folder can be written");
    site.bash(&small(runs));
    assert_sampled(&site.report("work"));
    fs::remove_dir_all(site.0.join("work")).expect("it was made");
    site.bash(search);
    assert_searched(&site.report("work"));
}

#[test]
fn kubernetes() {
    let site = Site::new("kubernetes");
    let blocks = blocks(&part("Kubernetes"), "yaml");
    let [job] = blocks.as_slice() else { panic!("expected one job, found {blocks:?}") };
    let pod = job.lines().find_map(|line| line.trim().strip_prefix("args: ['")?.strip_suffix("']"));
    let pod = pod.expect("the job has a command").replace("/data", "data");
    site.bash(
        "mkdir data; raddle explore app.wasm --invoke 'run()' --strategy random --runs 400 --units 4 --out data/out > data/units",
    );
    for index in 0..4 {
        site.bash(&format!("export JOB_COMPLETION_INDEX={index}; {pod}"));
    }
    assert_sampled(&site.report("data/out"));
}
