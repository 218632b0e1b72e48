//! Run: `cargo test -p raddle-tidy --test tidy`. Holds the house style where neither rustfmt nor clippy can: file sizes,
//! first lines, words that do not belong into the repository, types that do not belong into state, a script for each rule.

use std::collections::BTreeSet;
use std::path::Path;

use syntax::trap_rules::{Reach, TrapRule};
use tidy::{Complaints, File, backticked, crates, read, root, sources, text_files};

const MAX_LINES: usize = 800;

/// Files that may be longer, each with the reason; other limits still hold for them.
const LONG_FILES: &[(&str, &str)] = &[("crates/syntax/src/trap_rules.rs", "a table: one row for each rule")];

/// Where words are looked for; what Cargo writes is left out.
fn committed() -> Vec<File> {
    let mut files = text_files(".");
    files.retain(|file| Path::new(&file.name).extension().is_none_or(|extension| extension != "lock"));
    files
}

#[test]
fn files_are_short() {
    let mut complaints = Complaints::default();
    for file in text_files("crates").iter().filter(|file| file.is_rust()) {
        let lines = file.text.lines().count();
        let excepted = LONG_FILES.iter().any(|(name, _)| *name == file.name);
        complaints.check(excepted || lines <= MAX_LINES, || {
            format!("{}: expected at most {MAX_LINES} lines, found {lines}", file.name)
        });
        complaints.check(!excepted || lines > MAX_LINES * 3 / 4, || {
            format!("{}: is short now ({lines} lines): take it from `LONG_FILES`", file.name)
        });
    }
    for (name, _) in LONG_FILES {
        complaints.check(root().join(name).is_file(), || format!("{name}: is in `LONG_FILES` and does not exist"));
    }
    complaints.finish();
}

#[test]
fn files_say_what_they_are() {
    let mut complaints = Complaints::default();
    for file in text_files("crates").iter().filter(|file| file.is_rust()) {
        complaints.check(file.text.starts_with("//! "), || format!("{}: expected `//!` in the first line", file.name));
    }
    complaints.finish();
}

/// Words that no text may contain, with the reason. Written in two parts, so that this file is clean, too.
const BANNED: &[(&str, &str, &str)] = &[
    ("/wo", "rk/", "a path of one machine"),
    ("/tm", "p/", "a path of one machine; make a temporary folder"),
    ("/ro", "ot/", "a path of one machine"),
    ("/ho", "me/", "a path of one machine"),
    ("FIX", "ME", "write an issue"),
    ("XX", "X", "write an issue"),
    ("HA", "CK", "say why it is right, or make it right"),
    ("cl", "aude", "the text is about the program"),
    ("anth", "ropic", "the text is about the program"),
    ("chat", "gpt", "the text is about the program"),
    ("assis", "tant", "the text is about the program"),
    ("sub", "agent", "the text is about the program"),
    ("this ses", "sion", "the text is about the program"),
    ("previous ses", "sion", "the text is about the program"),
];

/// Words that no Rust code of ours may contain; guests may sleep.
const BANNED_IN_RUST: &[(&str, &str, &str)] = &[
    ("to", "do!", "finish it"),
    ("unimple", "mented!", "finish it, or return an error that says what is missing"),
    ("#[ig", "nore", "a known failure is listed with its reason, and an unexpected pass fails"),
    ("#[should", "_panic", "test what is returned"),
    ("thread::sl", "eep", "time comes through the host"),
];

/// Exceptions: file, both parts of the word, reason.
const RUST_EXCEPTIONS: &[(&str, &str, &str, &str)] =
    &[("crates/wasi/src/system.rs", "thread::sl", "eep", "this is the host through which time comes")];

#[test]
fn texts_are_about_the_program() {
    let mut complaints = Complaints::default();
    for file in committed() {
        let lower = file.text.to_lowercase();
        for (first, second, why) in BANNED {
            let word = format!("{first}{second}");
            let capitals = word.chars().all(|letter| letter.is_ascii_uppercase());
            let found = stands_alone(if capitals { &file.text } else { &lower }, &word);
            complaints.check(!found, || format!("{}: `{word}`: {why}", file.name));
        }
        if file.is_rust() && !file.name.starts_with("examples/") {
            for (first, second, why) in BANNED_IN_RUST {
                let word = format!("{first}{second}");
                let excepted = RUST_EXCEPTIONS.iter().any(|row| (row.0, row.1, row.2) == (&file.name, first, second));
                complaints.check(excepted || !file.text.contains(&word), || format!("{}: `{word}`: {why}", file.name));
            }
        }
        for line in file.text.lines().filter(|line| stands_alone(line, concat!("TO", "DO"))) {
            let numbered = line.contains(concat!("TO", "DO(#"));
            complaints.check(numbered, || format!("{}: expected the number of an issue: `{}`", file.name, line.trim()));
        }
    }
    complaints.finish();
}

/// Whether a text contains a word with no letter or digit on either side that would make it another word.
fn stands_alone(text: &str, word: &str) -> bool {
    let part_of_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    let open = word.starts_with('/');
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(part_of_word) && (open || !after.is_some_and(|c| part_of_word(c) && c != '.'))
    })
}

/// Crates whose results must not depend on anything but program, inputs and picks.
const DETERMINISTIC: &[&str] = &["choice", "syntax", "wasm", "canon", "runtime"];

/// What state must not contain, and code must not ask.
const NOT_PLAIN_DATA: &[(&str, &str)] = &[
    ("Rc<", "state holds ids"),
    ("RefCell", "state is changed through `&mut`"),
    ("Cell<", "state is changed through `&mut`"),
    ("Mutex", "a store is used by one thread"),
    ("sync::atomic", "a store is used by one thread"),
    ("thread_local!", "state is in the store"),
    ("static mut", "state is in the store"),
    ("Box<dyn", "add an enum variant"),
    ("HashMap", "its order is random: use `IndexMap` or `BTreeMap`"),
    ("HashSet", "its order is random: use `IndexSet` or `BTreeSet`"),
    ("Instant::now", "time comes through the host"),
    ("SystemTime", "time comes through the host"),
    ("std::env", "the environment comes through the host"),
    ("std::fs", "files come through the host"),
];

/// Exceptions: file, word, reason.
const PLAIN_DATA_EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "crates/runtime/src/arena.rs",
        "sync::atomic",
        "stamps of changes, unique over all arenas; only compared for being the same",
    ),
    ("crates/wasm/src/stack.rs", "thread_local!", "spare allocations, whose content is never read"),
    ("crates/wasm/src/stack.rs", "Cell<", "spare allocations, whose content is never read"),
    ("crates/wasm/src/spare.rs", "thread_local!", "spare allocations, which hold zeros only"),
    ("crates/wasm/src/spare.rs", "Cell<", "spare allocations, which hold zeros only"),
    (
        "crates/wasm/src/machine/dispatch.rs",
        "Cell<",
        "a view of the stack while it runs: frames overlap where arguments are passed",
    ),
];

#[test]
fn state_is_plain_data() {
    let mut complaints = Complaints::default();
    for name in DETERMINISTIC {
        for file in sources(name) {
            for (number, line) in file.text.lines().enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                for (word, why) in NOT_PLAIN_DATA.iter().filter(|(word, _)| stands_first(code, word)) {
                    let excepted = PLAIN_DATA_EXCEPTIONS.iter().any(|(path, w, _)| *path == file.name && w == word);
                    complaints.check(excepted, || format!("{}:{}: `{word}`: {why}", file.name, number + 1));
                }
            }
        }
    }
    complaints.finish();
}

/// Whether code contains a word that is not the end of a longer one, as in `OnceCell<`.
fn stands_first(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| !code[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
}

#[test]
fn crates_inherit_lints_and_metadata() {
    let mut complaints = Complaints::default();
    for name in crates() {
        let manifest = read(&format!("crates/{name}/Cargo.toml"));
        // One crate has unsafe code, and lints of its own that say how it has to be written.
        let lints = if name == "threaded" {
            "undocumented_unsafe_blocks = \"deny\"\nmultiple_unsafe_ops_per_block = \"deny\""
        } else {
            "[lints]\nworkspace = true"
        };
        for line in [lints, "edition.workspace = true", "rust-version.workspace = true"] {
            complaints.check(manifest.contains(line), || format!("crates/{name}/Cargo.toml: expected `{line}`"));
        }
    }
    complaints.finish();
}

#[test]
fn every_rule_has_a_script_or_a_reason() {
    let mut complaints = Complaints::default();
    let mut scripts: BTreeSet<String> = text_files("spec-tests/rules").into_iter().map(|file| file.name).collect();
    for rule in TrapRule::ALL {
        let name = format!("spec-tests/rules/{}.wast", rule.id().replace('/', "__"));
        let has_script = scripts.remove(&name);
        match rule.reach() {
            Reach::Script if has_script => {
                let text = read(&name);
                let first = text.lines().next().unwrap_or_default();
                let expected = format!(";; rule: {}", rule.id());
                complaints.check(first == expected, || format!("{name}: expected `{expected}`, found `{first}`"));
            }
            Reach::Script => complaints.add(format!("rule `{}`: expected the script {name}, found none", rule.id())),
            Reach::Unreachable(_) => {
                complaints.check(!has_script, || format!("rule `{}`: is unreachable and has a script", rule.id()));
            }
        }
    }
    for name in scripts {
        complaints.add(format!("{name}: expected the name of a rule, found none such"));
    }
    complaints.finish();
}

#[test]
fn the_code_map_is_a_map() {
    let mut complaints = Complaints::default();
    let text = read("ARCHITECTURE.md");
    let lines = text.lines().count();
    complaints.check(lines <= 200, || format!("ARCHITECTURE.md: expected at most 200 lines, found {lines}"));
    let mut heading = "";
    for line in text.lines() {
        heading = line.strip_prefix("## ").unwrap_or(heading);
        for word in backticked(line).into_iter().filter(|word| is_path(word)) {
            let places = [word.to_owned(), format!("crates/{heading}/src/{word}"), format!("crates/{heading}/{word}")];
            let facts = format!("spec-tests/{word}");
            let found = places.iter().chain([&facts]).any(|place| root().join(place).exists());
            complaints.check(found, || format!("ARCHITECTURE.md: {heading}: `{word}` does not exist"));
        }
    }
    for name in crates() {
        complaints.check(text.contains(&format!("`crates/{name}`")), || {
            format!("ARCHITECTURE.md: `crates/{name}` is missing")
        });
    }
    complaints.finish();
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut complaints = Complaints::default();
    for file in committed().iter().filter(|file| Path::new(&file.name).extension().is_some_and(|e| e == "md")) {
        let folder = root().join(&file.name);
        let folder = folder.parent().expect("a file is in a folder");
        for target in file.text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            let inside = !target.is_empty() && !target.contains("://") && !target.contains(' ');
            complaints
                .check(!inside || folder.join(target).exists(), || format!("{}: `{target}` does not exist", file.name));
        }
    }
    complaints.finish();
}

/// Whether a word in backticks is the name of a file or folder here.
fn is_path(word: &str) -> bool {
    let file = Path::new(word).extension().is_some_and(|e| ["rs", "tsv", "txt"].iter().any(|known| e == *known));
    file || word.ends_with('/') || word.starts_with("crates/")
}
