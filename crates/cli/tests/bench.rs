//! Run: `cargo test -p raddle-cli --test bench`. What `raddle bench` prints, and what it refuses.

use std::path::Path;
use std::process::Command;

/// Exit code, output and messages of `raddle bench` on a module of this text.
fn bench(name: &str, text: &str, arguments: &[&str]) -> (i32, String, String) {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).expect("the build folder takes files");
    let output = Command::new(env!("CARGO_BIN_EXE_raddle")).arg("bench").arg(path).args(arguments).output();
    let output = output.expect("the command starts");
    (
        output.status.code().expect("the command ends by itself"),
        String::from_utf8(output.stdout).expect("the output is text"),
        String::from_utf8(output.stderr).expect("the messages are text"),
    )
}

#[test]
fn it_prints_the_result_and_the_time() {
    let square = r#"(module (func (export "run") (param i32) (result i64)
        (i64.mul (i64.extend_i32_s (local.get 0)) (i64.const -3))))"#;
    for (argument, result) in [("14", "-42"), ("-2", "6")] {
        let (code, out, err) = bench("times.wat", square, &[argument]);
        assert_eq!(code, 0, "{err}");
        let (checksum, nanoseconds) = out.trim().split_once(' ').expect("two words");
        assert_eq!(checksum, result);
        assert!(nanoseconds.parse::<u64>().is_ok(), "{out}");
    }
}

#[test]
fn it_says_what_it_cannot_time() {
    let (code, _, err) = bench("import.wat", r#"(module (import "a" "b" (func)))"#, &["1"]);
    assert_eq!(code, 2);
    assert!(err.contains("expected a module without imports, found `a` `b`"), "{err}");
    let (code, _, err) = bench("type.wat", r#"(module (func (export "run") (param i64)))"#, &["1"]);
    assert_eq!(code, 2);
    assert!(err.contains("a function from i32 to i64, found one from i64 to nothing"), "{err}");
    let (code, _, err) = bench("none.wat", "(module)", &["1"]);
    assert_eq!(code, 2);
    assert!(err.contains("found none"), "{err}");
}

#[test]
fn traps_and_limits_have_their_exit_codes() {
    let (code, out, err) =
        bench("trap.wat", r#"(module (func (export "run") (param i32) (result i64) unreachable))"#, &["1"]);
    assert_eq!((code, out.as_str()), (134, ""));
    assert!(err.contains("core/unreachable") && err.contains("at run"), "{err}");
    let endless = r#"(module (func (export "run") (param i32) (result i64) (loop (br 0)) (unreachable)))"#;
    let (code, _, err) = bench("endless.wat", endless, &["1", "-W", "fuel=1000"]);
    assert_eq!(code, 136, "{err}");
}
