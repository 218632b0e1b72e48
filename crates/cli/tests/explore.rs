//! Run: `cargo test -p raddle-cli --test explore`. Exploring as a user sees it: reports, files, units, hosts, bad input.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What a command did.
#[derive(Debug, PartialEq, Eq)]
struct Did {
    code: i32,
    out: String,
    err: String,
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn raddle(args: &[&str]) -> Did {
    let output = Command::new(env!("CARGO_BIN_EXE_raddle")).args(args).current_dir(workspace()).output();
    let output = output.expect("the command starts");
    Did {
        code: output.status.code().expect("the command ends by itself"),
        out: String::from_utf8(output.stdout).expect("the output is text"),
        err: String::from_utf8(output.stderr).expect("the messages are text"),
    }
}

/// An empty folder for one test, in the folder that Cargo keeps for that.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("the folder can be made");
    path
}

fn text(path: &Path) -> &str {
    path.to_str().expect("paths of the build folder are text")
}

fn json(did: &Did) -> Value {
    serde_json::from_str(&did.out).unwrap_or_else(|error| panic!("{error}: {did:?}"))
}

/// A report without what may differ.
fn without(mut report: Value, fields: &[&str]) -> Value {
    let object = report.as_object_mut().expect("a report is an object");
    for field in fields {
        assert!(object.remove(*field).is_some(), "`{field}` is there");
    }
    report
}

const LOST: &str = "examples/lost-update.wat";

#[test]
fn the_report_is_one_object_with_all_outcomes() {
    let did = raddle(&["explore", LOST, "--invoke", "run()", "--exhaustive", "--json"]);
    assert_eq!((did.code, did.err.as_str()), (1, ""), "the outcome depends on the schedule");
    let report = json(&did);
    assert_eq!(report["complete"], true);
    let outcomes = report["outcomes"].as_array().expect("it is a list");
    let brief: Vec<_> =
        outcomes.iter().map(|found| (&found["outcome"], &found["min_choices"], &found["proven"])).collect();
    let (two, one, yes) = (Value::from("2"), Value::from("1"), Value::from(true));
    assert_eq!(brief, [(&two, &Value::from(0), &yes), (&one, &Value::from(1), &yes)]);
}

/// Which fields there are, with their types, as the tables of the document say.
fn documented() -> [Vec<(String, String)>; 2] {
    let document = fs::read_to_string(workspace().join("docs/explore-json.md")).expect("the document is there");
    let rows = |part: &str| {
        let rows = part.lines().filter_map(|line| line.strip_prefix("| `"));
        let row = |row: &str| {
            let mut cells = row.split('|').map(str::trim);
            let name = cells.next().expect("a row has a name").trim_end_matches('`').to_owned();
            (name, cells.next().expect("a row has a type").to_owned())
        };
        rows.map(row).collect()
    };
    let (whole, each) = document.split_once("Each of `outcomes`").expect("the document has two tables");
    [rows(whole), rows(each)]
}

fn check_fields(object: &Value, fields: &[(String, String)]) {
    let object = object.as_object().expect("it is an object");
    for name in object.keys() {
        assert!(fields.iter().any(|field| field.0 == *name), "`{name}` is documented");
    }
    for (name, ty) in fields {
        let Some(value) = object.get(name) else {
            assert!(ty.ends_with("optional"), "`{name}` is there");
            continue;
        };
        let found = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "list",
            Value::Object(_) => "object",
        };
        let ty = ty.trim_end_matches(", optional");
        assert!(ty.split(" or ").any(|ty| ty == found), "`{name}`: expected {ty}, found {found}");
    }
}

#[test]
fn the_report_has_exactly_the_documented_fields() {
    let [whole, each] = documented();
    assert!(whole.len() > 10 && each.len() > 7);
    let schedules = folder("fields");
    for more in [&["--exhaustive"][..], &["--strategy", "random", "--runs", "40"], &["--schedules", text(&schedules)]] {
        let mut args = vec!["explore", LOST, "--json"];
        args.extend_from_slice(more);
        let report = json(&raddle(&args));
        check_fields(&report, &whole);
        let outcomes = report["outcomes"].as_array().expect("it is a list");
        for outcome in outcomes {
            check_fields(outcome, &each);
        }
        assert!(!outcomes.is_empty());
    }
}

#[test]
fn equal_commands_give_equal_reports_on_any_number_of_threads() {
    for more in
        [&["--exhaustive"][..], &["--strategy", "portfolio", "--runs", "333"], &["--strategy", "pct:2", "--runs", "99"]]
    {
        let report = |jobs: &str| {
            let mut args = vec!["explore", LOST, "--json", "--jobs", jobs];
            args.extend_from_slice(more);
            without(json(&raddle(&args)), &["timing"])
        };
        assert_eq!(report("1"), report("2"), "{more:?}");
        assert_eq!(report("1"), report("3"), "{more:?}");
    }
}

#[test]
fn the_text_is_aligned_and_names_the_files() {
    let schedules = folder("text");
    let did = raddle(&["explore", LOST, "--exhaustive", "--schedules", text(&schedules)]);
    let lines: Vec<&str> = did.out.lines().collect();
    assert!(lines[0].starts_with("2 outcomes in ") && lines[0].contains(" states, complete, "), "{}", lines[0]);
    assert!(lines[1].starts_with("run = 2   ") && lines[1].ends_with("the default schedule"), "{}", lines[1]);
    assert!(lines[2].starts_with("run = 1   ") && lines[2].ends_with("lost-update-1.sched"), "{}", lines[2]);
    assert!(lines[2].contains("1 choice (proven: none with fewer)"), "{}", lines[2]);
    assert_eq!(lines[1].find("terminal state"), lines[2].find("terminal state"), "{}", did.out);
    assert!(!did.out.contains('\x1b'), "no colour but on a terminal");
    let replayed = raddle(&["replay", text(&schedules.join("lost-update-1.sched"))]);
    assert_eq!((replayed.code, replayed.out.as_str()), (0, "1\n"), "{}", replayed.err);
    let preview = raddle(&["replay", text(&schedules.join("lost-update-1.sched")), "--alternatives"]);
    assert_eq!(preview.code, 0, "{}", preview.err);
    assert!(preview.out.starts_with("1. ") && preview.out.contains("2, 1"), "{}", preview.out);
}

#[test]
fn hosts_of_a_file_are_explored_recorded_and_replayed() {
    let folder = folder("hosts");
    let (wat, toml) = ("examples/hosts/fault.wat", "examples/hosts/fault.toml");
    let did = raddle(&["explore", wat, "--host", toml, "--exhaustive", "--schedules", text(&folder)]);
    assert_eq!(did.code, 1, "{}", did.err);
    assert!(did.out.contains("run = 7") && did.out.contains("trap(core/unreachable)"), "{}", did.out);
    assert!(did.out.contains("the host answers with `fails[0]`"), "{}", did.out);
    let schedule = folder.join("fault-1.sched");
    let written = fs::read_to_string(&schedule).expect("it was written");
    assert!(written.contains("\"script\":{\"path\":\"examples/hosts/fault.toml\",\"sha256\":"), "{written}");
    let replayed = raddle(&["replay", text(&schedule)]);
    assert_eq!(replayed.code, 134, "{}", replayed.err);
    assert!(replayed.err.contains("same outcome (trap core/unreachable)"), "{}", replayed.err);
    let shrunk = raddle(&["shrink", text(&schedule)]);
    assert_eq!(shrunk.code, 0, "{}", shrunk.err);
    assert!(shrunk.out.contains("proven: no schedule with fewer"), "{}", shrunk.out);
    let run = raddle(&["run", wat, "--host", toml, "--invoke", "run()"]);
    assert_eq!((run.code, run.out.as_str()), (0, "7\n"), "{}", run.err);
    let lacking = folder.join("lacking.toml");
    fs::write(&lacking, "").expect("it can be written");
    let did = raddle(&["run", wat, "--host", text(&lacking)]);
    assert_eq!(did.code, 2);
    assert!(did.err.contains("lacking.toml: nobody supplies the imports `fetch`"), "{}", did.err);
}

#[test]
fn the_order_of_host_calls_is_an_outcome_where_it_is_wanted() {
    let (wat, toml) = ("examples/hosts/two-answers.wat", "examples/hosts/two-answers.toml");
    let did = raddle(&["explore", wat, "--host", toml, "--exhaustive", "--json", "--outcome", "host-order"]);
    let report = json(&did);
    for outcome in report["outcomes"].as_array().expect("it is a list") {
        let calls = outcome["output"]["host-calls"].as_str().expect("it has the calls");
        assert_eq!(calls.lines().count(), 2, "{calls}");
    }
}

/// Does units until none is left, in an order that the number stirs, every third one twice.
fn work(out: &Path, order: usize) {
    for round in 0..100 {
        let pending = raddle(&["explore", "merge", text(out), "--pending"]);
        let mut units: Vec<&str> = pending.out.lines().collect();
        assert_eq!(pending.code, if units.is_empty() { 0 } else { 3 }, "{}", pending.err);
        if units.is_empty() {
            return;
        }
        let turn = (order * 7 + round) % units.len();
        units.rotate_left(turn);
        if order % 2 == 1 {
            units.reverse();
        }
        for (number, unit) in units.iter().enumerate() {
            let did = raddle(&["explore", "--unit", unit, "--out", text(out)]);
            assert_eq!(did.code, 0, "{}", did.err);
            if number % 3 == 0 {
                let again = raddle(&["explore", "--unit", unit, "--out", text(out)]);
                assert!(again.code == 0 && again.out.contains("done before"), "{again:?}");
            }
        }
    }
    panic!("units are left over for ever");
}

/// The report of one run, and those of the same in units, done in two orders.
fn check_units(name: &str, wat: &str, explored: &[&str], units: &[&str]) {
    let vary = ["timing", "stats", "bounds", "certificate", "left_out"];
    let run = |more: &[&str]| {
        let mut args = vec!["explore", wat];
        args.extend_from_slice(explored);
        args.extend_from_slice(more);
        raddle(&args)
    };
    let whole = without(json(&run(&["--json"])), &vary);
    let mut merged = Vec::new();
    for order in 0..2 {
        let out = folder(&format!("units-{name}-{order}"));
        let mut more = units.to_vec();
        more.extend(["--out", text(&out)]);
        let made = run(&more);
        assert_eq!(made.code, 0, "{}", made.err);
        work(&out, order);
        let files = fs::read_dir(&out).expect("the folder is there").count();
        assert!(files > 6, "there are several units: {files} files");
        let report = json(&raddle(&["explore", "merge", text(&out), text(&out), "--json"]));
        assert_eq!(without(report.clone(), &vary), whole, "{name}");
        merged.push(without(report, &["timing"]));
    }
    assert_eq!(merged[0], merged[1], "{name}: the order makes no difference");
}

#[test]
fn units_come_to_what_one_run_does() {
    check_units("states", "examples/cancel-race.wat", &["--exhaustive"], &["--units", "1", "--states", "3"]);
    let host = ["--host", "examples/hosts/two-answers.toml", "--strategy", "dfs", "--exhaustive"];
    check_units("dfs", "examples/hosts/two-answers.wat", &host, &["--units", "1", "--states", "4"]);
    let dpor = ["--strategy", "dpor", "--exhaustive"];
    check_units("dpor", "examples/cancel-race.wat", &dpor, &["--units", "1", "--states", "2"]);
    check_units("runs", LOST, &["--strategy", "surw", "--runs", "500"], &["--units", "5"]);
}

#[test]
fn what_is_interrupted_goes_on() {
    let folder = folder("resume");
    let vary = ["timing", "bounds", "certificate"];
    for (name, flag, unit) in [("states", "--states", 1), ("dpor", "--runs", 1), ("random", "--runs", 20)] {
        let args = ["--strategy", name];
        let bound = |count: usize| [flag.to_owned(), (unit * count).to_string()];
        let file = folder.join(name);
        let whole = bound(if name == "random" { 100 } else { 100_000 });
        let run = |start: &[&str], bound: &[String; 2]| {
            let mut command = vec!["explore"];
            command.extend_from_slice(start);
            command.extend(["--json", "--checkpoint", text(&file), &bound[0], &bound[1]]);
            raddle(&command)
        };
        let mut start = vec!["examples/cancel-race.wat"];
        start.extend(args);
        let _ = fs::remove_file(&file);
        let at_once = without(json(&run(&start, &whole)), &vary);
        let _ = fs::remove_file(&file);
        let first = run(&start, &bound(3));
        assert!(first.err.contains("to go on: raddle explore --resume"), "{}", first.err);
        for count in [5, 8] {
            run(&["--resume", text(&file)], &bound(count));
        }
        let last = json(&run(&["--resume", text(&file)], &whole));
        assert_eq!(without(last, &vary), at_once, "{name}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_gives_the_report_so_far() {
    use std::process::Stdio;

    let folder = folder("interrupt");
    let program = workspace().join("examples/scale/producers-3x4.wat");
    // The process has to come to its search before the signal does.
    let explore = |strategy: &str, seconds: u32| {
        let args = ["explore", text(&program), "--strategy", strategy, "--runs", "1000000000", "--json"];
        let mut command = Command::new(env!("CARGO_BIN_EXE_raddle"));
        command.args(args).current_dir(&folder).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().expect("the program runs");
        let interrupt = format!("sleep {seconds}; kill -INT {}", child.id());
        let sent = Command::new("sh").args(["-c", &interrupt]).status().expect("there is a shell");
        assert!(sent.success(), "{strategy}: it still explores");
        child.wait_with_output().expect("it ends")
    };
    for (strategy, advice) in [
        ("states", "to go on: raddle explore --resume producers-3x4.wat.rest"),
        ("dpor", "to go on: raddle explore --resume producers-3x4.wat.rest"),
        ("random", "to go on: raddle explore --resume producers-3x4.wat.rest"),
    ] {
        // On a busy machine the signal may come before somebody listens, and ends the process.
        let mut outputs = [1, 4, 16].into_iter().map(|seconds| explore(strategy, seconds));
        let output = outputs.find(|output| output.status.code().is_some());
        let output = output.expect("somebody listens after a while");
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let report: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{strategy}: {error}: {err}"));
        assert_eq!(report["complete"], false, "{strategy}");
        assert!(report["outcomes"].as_array().is_some_and(|found| !found.is_empty()), "{strategy}: {report}");
        assert!(err.contains("interrupted: the report so far follows") && err.contains(advice), "{strategy}: {err}");
    }
}

#[test]
fn schedules_are_shrunk_with_and_without_proof() {
    let folder = folder("shrink");
    let (schedule, smaller) = (folder.join("a.sched"), folder.join("b.sched"));
    let recorded = raddle(&["run", LOST, "--virtual", "--seed", "0", "--record", text(&schedule), "--drain"]);
    assert_eq!(recorded.out, "1\n");
    let shrink = |states: &str| raddle(&["shrink", text(&schedule), "--states", states, "--output", text(&smaller)]);
    let proven = shrink("100000");
    assert!(proven.out.contains("1 now (proven: no schedule with fewer comes to this)"), "{}", proven.out);
    let shrunk = shrink("10");
    assert!(shrunk.out.contains("1 now (shrunk, not proven)"), "{}", shrunk.out);
    assert_eq!(raddle(&["replay", text(&smaller)]).out, "1\n");
    let lenient = raddle(&["replay", text(&smaller), "--lenient"]);
    assert_eq!((lenient.code, lenient.out.as_str()), (0, "1\n"), "{}", lenient.err);
}

#[test]
fn a_schedule_is_gone_on_with_from_any_of_its_picks() {
    let folder = folder("prefix");
    let bug = "examples/bugs/strict-alternation.wat";
    let did = raddle(&["explore", bug, "--invoke", "run()", "--exhaustive", "--quiet", "--schedules", text(&folder)]);
    assert_eq!(did.code, 1, "{did:?}");
    let schedule = folder.join("strict-alternation-1.sched");
    let picks = fs::read_to_string(&schedule).expect("it was written").matches("\"pick\":").count();
    assert!(picks > 1, "{picks} picks");
    let go_on = |count: usize, more: &[&str]| {
        let count = count.to_string();
        raddle(&[&["replay", text(&schedule), "--prefix", &count], more].concat())
    };
    // All picks give the recorded run, none the default one, or what a seed draws.
    let recorded = raddle(&["replay", text(&schedule)]);
    assert_eq!((go_on(picks, &[]).out, go_on(picks, &[]).code), (recorded.out, recorded.code));
    let plain = |more: &[&str]| raddle(&[&["run", bug, "--invoke", "run()", "--drain"], more].concat()).out;
    assert_eq!(go_on(0, &[]).out, plain(&[]));
    assert_eq!(go_on(0, &["--seed", "3"]).out, plain(&["--seed", "3"]));
    // What was made of it can be replayed.
    let other = folder.join("other.sched");
    let did = go_on(1, &["--seed", "3", "--record", text(&other)]);
    assert_eq!(raddle(&["replay", text(&other)]).out, did.out);
    assert!(fs::read_to_string(&other).expect("it was written").contains("\"prefix:1\""));
    let did = go_on(picks + 1, &[]);
    assert_eq!(did.code, 2, "{did:?}");
    assert!(did.err.contains(&format!("--prefix: expected at most {picks}, the picks of ")), "{did:?}");
}

#[test]
fn states_and_classes_are_counted_in_the_certificate() {
    let certificate = |args: &[&str]| {
        let did = raddle(&[&["explore", "--invoke", "run()", "--exhaustive", "--json"], args].concat());
        json(&did)["certificate"].as_str().expect("it is complete").to_owned()
    };
    let of = |args: &[&str], start: &str| {
        let found = certificate(args);
        assert!(found.starts_with(start), "{found}");
    };
    of(&["examples/deadlock.wat"], "all 1 state, 1 of them terminal, 1 schedule class, 1 outcome");
    of(&[LOST], "all 23 states, 6 of them terminal, 22 schedule classes, 2 outcomes");
    of(&["--strategy", "dpor", LOST], "all 22 schedule classes, in ");
    let bound = "all 23 states, 6 of them terminal, schedule classes not counted (more than 9 schedules), 2 outcomes";
    of(&["--classes", "9", LOST], bound);
}

#[test]
fn a_recorded_outcome_is_found_again_in_an_edited_program() {
    let folder = folder("lenient");
    let (schedule, edited) = (folder.join("a.sched"), folder.join("edited.wat"));
    raddle(&["run", LOST, "--virtual", "--seed", "0", "--record", text(&schedule), "--drain"]);
    let source = fs::read_to_string(workspace().join(LOST)).expect("the example can be read");
    let first = "(local.set $first (call $add))";
    let yielding = source.replace(first, &format!("(drop (call $thread.yield)) {first}"));
    assert_ne!(source, yielding);
    fs::write(&edited, &yielding).expect("the file can be written");
    let strict = raddle(&["replay", text(&schedule), "--component", text(&edited)]);
    assert_ne!((strict.code, strict.out.as_str()), (0, "1\n"), "{}", strict.err);
    let lenient = |component: &Path| raddle(&["replay", text(&schedule), "--component", text(component), "--lenient"]);
    let found = lenient(&edited);
    assert_eq!((found.code, found.out.lines().next()), (0, Some("1")), "{}{}", found.out, found.err);
    assert!(found.out.contains("moved: run#0: thread.yield"), "{}", found.out);

    // Without the bug nothing is found; the recorded result is known since the program that was recorded is there.
    let mended = folder.join("mended.wat");
    fs::write(&mended, source.replace("(call $context.get) (i32.const 1)", "(global.get $count) (i32.const 1)"))
        .expect("the file can be written");
    let missed = lenient(&mended);
    assert_eq!(missed.code, 1, "{}", missed.out);
    assert!(missed.err.contains("expected 1, found 2, the nearest of"), "{}", missed.err);
}

#[test]
fn bad_input_is_said_to_be_bad() {
    let folder = folder("bad");
    let check = |args: &[&str], expected: &str| {
        let did = raddle(args);
        assert_eq!((did.code, did.out.as_str()), (2, ""), "{args:?}: {}", did.err);
        assert!(did.err.contains(expected), "{args:?}: expected {expected:?}, found {:?}", did.err);
    };
    let write = |name: &str, content: &str| {
        let path = folder.join(name);
        fs::write(&path, content).expect("the file can be written");
        path
    };
    let out = folder.join("out");
    check(&["explore", "no-such.wat"], "no-such.wat: No such file");
    check(&["explore", LOST, "--strategy", "luck"], "expected portfolio, random, pct:D, pos, surw, dfs, dfs:DEPTH");
    check(&["explore", LOST, "--strategy", "pct:0"], "expected a depth of at least 1 after `pct:`, found `0`");
    check(&["replay", "README.md"], "README.md: line 1: expected the format");
    check(&["replay", "no-such.sched"], "error: no-such.sched: No such file");
    check(&["shrink", "no-such.sched"], "error: no-such.sched: No such file");
    check(&["run", LOST, "--schedule", "README.md"], "README.md: line 1: expected the format");
    check(&["explore", LOST, "--strategy", "pct:x"], "expected a number after `:`, found `x`");
    check(&["explore", LOST, "--invoke", "go()"], "found `go`; there are: run");
    check(&["explore", LOST, "--time", "5x"], "expected ms, s, m or h");
    check(&["explore", LOST, "--jobs", "0"], "--jobs");
    check(&["explore", LOST, "--units", "2"], "--out");
    check(&["explore"], "required");
    let broken = write("broken.json", "{\"format\":\"raddle-unit/2\"}");
    check(
        &["explore", "--unit", text(&broken), "--out", text(&out)],
        "expected the format `raddle-unit/1`, found `raddle-unit/2`",
    );
    check(&["explore", "--unit", LOST, "--out", text(&out)], "expected JSON");
    check(&["explore", "--resume", text(&broken)], "nothing to go on from: expected the format `raddle-rest/1`");
    check(&["explore", "merge", text(&folder)], "expected a folder with the `plan.json`");
    check(&["explore", "merge", "no-such-folder"], "no-such-folder: No such file");
    check(&["explore", LOST, "--units", "1", "--out", text(&broken)], "broken.json");
    check(&["explore", LOST, "--schedules", text(&broken)], "broken.json");
    // A unit of another program.
    let program = write("program.wat", &fs::read_to_string(workspace().join(LOST)).expect("it is there"));
    let made = raddle(&["explore", text(&program), "--exhaustive", "--units", "1", "--out", text(&out)]);
    let unit = made.out.trim().to_owned();
    fs::write(&program, "(component)").expect("the file can be written");
    check(&["explore", "--unit", &unit, "--out", text(&out)], "found another one: make the files anew");
    let cut = fs::read_to_string(&unit).expect("it is there");
    let cut = write("cut.json", &cut[..cut.len() / 2]);
    check(&["explore", "--unit", text(&cut), "--out", text(&out)], "cut.json: expected JSON");
}

#[test]
fn a_bound_of_memory_gives_way_to_sampling() {
    let scale = "examples/scale/producers-2x4.wat";
    let bounds = ["--memory", "64KiB", "--runs", "200", "--json"];
    let did = raddle(&[&["explore", scale, "--invoke", "run()", "--exhaustive"][..], &bounds].concat());
    let report = json(&did);
    assert_eq!(report["complete"], false);
    assert_eq!(report["strategy"], "states, then sampled");
    let wrong = raddle(&["explore", scale, "--memory", "4GB"]);
    assert_eq!(wrong.code, 2, "{wrong:?}");
    assert!(wrong.err.contains("expected B, KiB, MiB or GiB after the number, found `GB`"), "{wrong:?}");
}
