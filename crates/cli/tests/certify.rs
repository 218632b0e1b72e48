//! Run: `cargo test -p raddle-cli --test certify`. `raddle explore --wast`: does the verdict of a script depend on the schedule?

use std::path::Path;
use std::process::Command;

fn certify(args: &[&str]) -> (i32, String) {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut command = Command::new(env!("CARGO_BIN_EXE_raddle"));
    let output = command.args(["explore", "--wast"]).args(args).current_dir(workspace).output();
    let output = output.expect("the command starts");
    let text = String::from_utf8(output.stdout).expect("the output is text");
    (output.status.code().expect("the command ends by itself"), text)
}

#[test]
fn a_script_that_depends_on_the_schedule_is_told_with_the_choice() {
    let (code, text) = certify(&["spec-tests/choices/NextEvent.wast"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.starts_with("depends spec-tests/choices/NextEvent.wast: 1 calls, all 3 states\n"), "{text}");
    assert!(text.contains("\n    because of NextEvent at `"), "{text}");
    assert!(text.ends_with("1 scripts: 1 depend on the schedule, 0 not searched completely\n"), "{text}");
}

#[test]
fn a_script_that_does_not_is_certified() {
    let (code, text) = certify(&["spec-tests/bugs/D-wasmtime-14117.wast"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.starts_with("same    spec-tests/bugs/D-wasmtime-14117.wast: 1 calls, all 8 states\n"), "{text}");
    let (code, text) = certify(&["spec-tests/bugs/D-wasmtime-14117.wast", "--json"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("\"complete\": true") && text.contains("\"verdicts\""), "{text}");
}

#[test]
fn a_search_that_is_cut_off_is_not_complete() {
    let (code, text) = certify(&["spec-tests/bugs/D-wasmtime-14117.wast", "--states", "2"]);
    assert_eq!(code, 3, "{text}");
    assert!(text.starts_with("bounded") && text.contains("every schedule with fewer than"), "{text}");
}

#[test]
fn a_file_that_is_no_script_is_bad_input() {
    assert_eq!(certify(&["README.md"]).0, 2);
}
