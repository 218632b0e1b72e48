//! Run with: cargo test -p raddle-decode --test suites
//!
//! Every component of the official scripts decodes, or is refused with the words that the script expects. The scripts are
//! looked for in `RADDLE_SUITES`, or beside the workspace in `shared/suites`.

use std::path::{Path, PathBuf};

use raddle_decode::{self as decode, Features};
use syntax::component::Definitions;
use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};
use wast::{QuoteWat, Wast, WastDirective, WastExecute};

/// What a directive expects of a binary.
enum Expected<'a> {
    Valid,
    Refused(&'a str),
}

#[derive(Default)]
struct Tally {
    decoded: usize,
    refused: usize,
    failures: Vec<String>,
}

fn suites() -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = std::env::var_os("RADDLE_SUITES").map_or_else(|| workspace.join("../shared/suites"), PathBuf::from);
    let folder = folder.join("component-model");
    folder.is_dir().then_some(folder)
}

fn scripts(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).expect("the folder can be read").flatten().collect();
    entries.sort_by_key(std::fs::DirEntry::path);
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            scripts(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "wast") {
            found.push(path);
        }
    }
}

fn binary(wat: &mut QuoteWat<'_>) -> Result<Vec<u8>, String> {
    wat.encode().map_err(|error| error.message())
}

/// Decodes what a directive holds, modules as modules and components as components.
fn decode_any(bytes: &[u8]) -> Result<(), String> {
    let features = Features::default();
    if bytes.get(4..8) == Some(&[1, 0, 0, 0]) {
        return decode::module(bytes, &features).map(drop).map_err(|error| error.to_string());
    }
    decode::component(bytes, &features, &mut Definitions::default()).map(drop).map_err(|error| error.to_string())
}

fn check(place: &str, bytes: Result<Vec<u8>, String>, expected: &Expected<'_>, tally: &mut Tally) {
    let result = bytes.and_then(|bytes| decode_any(&bytes));
    match (expected, result) {
        (Expected::Valid, Ok(())) => tally.decoded += 1,
        (Expected::Valid, Err(error)) => tally.failures.push(format!("{place}: should decode: {error}")),
        (Expected::Refused(words), Ok(())) => tally.failures.push(format!("{place}: should be refused: {words}")),
        (Expected::Refused(words), Err(error)) if error.contains(words) => tally.refused += 1,
        (Expected::Refused(words), Err(error)) => {
            tally.failures.push(format!("{place}: expected {words:?}, found {error:?}"));
        }
    }
}

fn check_execute(place: &str, execute: WastExecute<'_>, tally: &mut Tally) {
    if let WastExecute::Wat(wat) = execute {
        check(place, binary(&mut QuoteWat::Wat(wat)), &Expected::Valid, tally);
    }
}

fn check_directive(place: &str, directive: WastDirective<'_>, tally: &mut Tally) {
    match directive {
        WastDirective::Module(mut wat) | WastDirective::ModuleDefinition(mut wat) => {
            check(place, binary(&mut wat), &Expected::Valid, tally);
        }
        WastDirective::AssertMalformed { mut module, message, .. }
        | WastDirective::AssertInvalid { mut module, message, .. } => {
            check(place, binary(&mut module), &Expected::Refused(message), tally);
        }
        WastDirective::AssertUnlinkable { module, .. } => {
            check(place, binary(&mut QuoteWat::Wat(module)), &Expected::Valid, tally);
        }
        WastDirective::AssertTrap { exec, .. }
        | WastDirective::AssertReturn { exec, .. }
        | WastDirective::AssertException { exec, .. } => check_execute(place, exec, tally),
        WastDirective::ModuleInstance { .. }
        | WastDirective::Register { .. }
        | WastDirective::Invoke(_)
        | WastDirective::AssertExhaustion { .. } => {}
        other @ (WastDirective::AssertInvalidCustom { .. }
        | WastDirective::AssertMalformedCustom { .. }
        | WastDirective::AssertSuspension { .. }
        | WastDirective::Thread(_)
        | WastDirective::Wait { .. }) => {
            tally.failures.push(format!("{place}: a directive that this test does not know: {other:?}"));
        }
    }
}

fn check_script(path: &Path, tally: &mut Tally) {
    let text = std::fs::read_to_string(path).expect("the script can be read");
    let mut lexer = Lexer::new(&text);
    lexer.allow_confusing_unicode(true);
    let buffer = ParseBuffer::new_with_lexer(lexer).expect("the script can be lexed");
    let script = parser::parse::<Wast<'_>>(&buffer).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    for directive in script.directives {
        let (line, _) = directive.span().linecol_in(&text);
        let place = format!("{}:{}", path.display(), line + 1);
        check_directive(&place, directive, tally);
    }
}

#[test]
fn official_scripts() {
    let Some(folder) = suites() else {
        eprintln!("official scripts not found: set RADDLE_SUITES");
        return;
    };
    let mut paths = Vec::new();
    scripts(&folder, &mut paths);
    let mut tally = Tally::default();
    for path in &paths {
        check_script(path, &mut tally);
    }
    eprintln!(
        "{} scripts, {} binaries decoded, {} refused as expected, {} failures",
        paths.len(),
        tally.decoded,
        tally.refused,
        tally.failures.len()
    );
    assert!(tally.failures.is_empty(), "{}", tally.failures.join("\n"));
}
