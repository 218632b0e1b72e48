//! Run: `cargo test -p raddle-tidy --test spec_map`. Holds the code to the executable definition at the pinned revision:
//! every trap site is claimed, every doc line `Spec: CanonicalABI.md, "Section", ...` names functions that exist, and every
//! function is named by such a line or has its reason in `spec-tests/definitions-elsewhere.tsv`.
//!
//! With `RADDLE_SPEC` naming a checkout of WebAssembly/component-model at that revision, the committed facts are compared
//! with it; with `BLESS=1` as well, `spec-tests/definitions-names.tsv` is written anew.

use std::collections::{BTreeMap, BTreeSet};
use std::{env, fs, path::PathBuf};

use syntax::revision::{COMMIT, SpecRevision};
use syntax::trap_rules::TrapRule;
use tidy::{Complaints, backticked, read, root, sources};

const NAMES: &str = "spec-tests/definitions-names.tsv";
const ELSEWHERE: &str = "spec-tests/definitions-elsewhere.tsv";
/// The crates whose functions are transcribed.
const TRANSCRIBED: &[&str] = &["canon", "runtime"];

/// A row of `trap-sites.tsv`.
#[derive(Debug)]
struct Site {
    function: String,
    ordinal: u32,
    kind: String,
    rules: Vec<String>,
}

fn sites() -> Vec<Site> {
    let row = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let [function, ordinal, kind, rules] = fields[..] else {
            panic!("trap-sites.tsv: expected four fields, found `{line}`");
        };
        let ordinal =
            ordinal.parse().unwrap_or_else(|_| panic!("trap-sites.tsv: expected a number, found `{ordinal}`"));
        let rules = rules.split(',').map(str::to_owned).collect();
        Site { function: function.to_owned(), ordinal, kind: kind.to_owned(), rules }
    };
    read("spec-tests/trap-sites.tsv").lines().map(row).collect()
}

fn rule(id: &str) -> Option<TrapRule> {
    TrapRule::ALL.iter().copied().find(|rule| rule.id() == id)
}

#[test]
fn there_are_146_sites_with_contiguous_ordinals() {
    let (sites, names) = (sites(), names());
    let mut complaints = Complaints::default();
    let of_kind = |kind: &str| sites.iter().filter(|site| site.kind == kind).count();
    complaints.check((of_kind("trap_if"), of_kind("trap")) == (143, 3), || {
        format!("expected 143 `trap_if` and 3 `trap`, found {} and {}", of_kind("trap_if"), of_kind("trap"))
    });
    let mut last: BTreeMap<&str, u32> = BTreeMap::new();
    for site in &sites {
        let last = last.entry(&site.function).or_default();
        complaints.check(site.ordinal == *last + 1, || {
            format!("{}: expected ordinal {}, found {}", site.function, *last + 1, site.ordinal)
        });
        *last = site.ordinal;
        complaints.check(names.contains_key(&site.function), || format!("{}: is not in {NAMES}", site.function));
    }
    complaints.finish();
}

#[test]
fn sites_and_rules_claim_each_other() {
    let mut complaints = Complaints::default();
    let mut claims = BTreeSet::new();
    for site in sites() {
        let at = format!("{} {}", site.function, site.ordinal);
        let rules: Vec<TrapRule> = site.rules.iter().filter_map(|id| rule(id)).collect();
        complaints
            .check(rules.len() == site.rules.len(), || format!("{at}: names a rule that does not exist: {site:?}"));
        for claimed in &rules {
            complaints.check(claimed.sites().contains(&(site.function.as_str(), site.ordinal)), || {
                format!("{at}: expected `{}` to claim this site", claimed.id())
            });
            claims.insert((claimed.id(), site.function.clone(), site.ordinal));
        }
        if rules.len() > 1 {
            let mut discriminators: Vec<&str> = rules.iter().map(|rule| rule.discriminator()).collect();
            complaints.check(!discriminators.contains(&""), || {
                format!("{at}: a rule does not say when it applies: {rules:?}")
            });
            discriminators.sort_unstable();
            discriminators.dedup();
            complaints
                .check(discriminators.len() == rules.len(), || format!("{at}: two rules apply at once: {rules:?}"));
        }
    }
    for rule in TrapRule::ALL {
        for (function, ordinal) in rule.sites() {
            complaints.check(claims.contains(&(rule.id(), (*function).to_owned(), *ordinal)), || {
                format!("rule `{}`: claims {function} {ordinal}, and trap-sites.tsv does not say so", rule.id())
            });
        }
    }
    complaints.finish();
}

#[test]
fn errata_name_rules_and_switches() {
    let mut complaints = Complaints::default();
    let sites: BTreeSet<(String, u32)> = sites().into_iter().map(|site| (site.function, site.ordinal)).collect();
    let revision = format!("{:?}", SpecRevision::default());
    let fields = revision.trim_start_matches("SpecRevision {").trim_end_matches('}');
    let mut switches: BTreeSet<&str> = fields.split(',').filter_map(|f| f.split(':').next()).map(str::trim).collect();
    let all_switches = switches.clone();
    let errata = read("spec-tests/errata.md");
    complaints.check(errata.contains(COMMIT), || format!("errata.md: expected the revision {COMMIT}"));
    let mut header: Vec<&str> = Vec::new();
    for line in errata.lines() {
        let Some(row) = line.strip_prefix('|') else {
            header.clear();
            continue;
        };
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        if header.is_empty() {
            header = cells;
            continue;
        }
        for (title, cell) in header.iter().zip(&cells).filter(|(_, cell)| !cell.starts_with("--")) {
            for word in backticked(cell) {
                let known = match *title {
                    "switch" => switches.remove(word) || all_switches.contains(word),
                    "rules" | "site" | "rules and sites" => rule(word).is_some() || names_sites(cell, word, &sites),
                    _ => true,
                };
                complaints.check(known, || format!("errata.md: {title}: `{word}` does not exist"));
            }
            let says = cell.contains('`') || cell.starts_with("none");
            complaints.check(!title.starts_with("rules") || says, || format!("errata.md: expected a rule: {line}"));
        }
    }
    complaints.check(switches.is_empty(), || {
        format!("errata.md: expected a row for each switch, found none for {switches:?}")
    });
    complaints.finish();
}

/// Whether a cell names a site, as in "`canon_lift` 1".
fn names_sites(cell: &str, function: &str, sites: &BTreeSet<(String, u32)>) -> bool {
    let after = cell.split(&format!("`{function}` ")).nth(1).unwrap_or_default();
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().is_ok_and(|ordinal| sites.contains(&(function.to_owned(), ordinal)))
}

/// The functions (`def`), classes (`class`), fields, constants and aliases (`value`) of `definitions.py`, by their dotted names.
fn names() -> BTreeMap<String, String> {
    let row = |line: &str| {
        let (kind, name) =
            line.split_once('\t').unwrap_or_else(|| panic!("{NAMES}: expected two fields, found `{line}`"));
        (name.to_owned(), kind.to_owned())
    };
    read(NAMES).lines().map(row).collect()
}

/// A doc line that says what a function transcribes.
struct Anchor {
    at: String,
    section: Option<String>,
    names: Vec<String>,
}

/// The anchors of a Rust file: from `Spec: CanonicalABI.md` to the end of the sentence.
fn anchors(name: &str, text: &str) -> Vec<Anchor> {
    let mut docs: Vec<(usize, String)> = Vec::new();
    let mut inside = false;
    for (number, line) in text.lines().enumerate() {
        let doc = line.trim_start().strip_prefix("//").and_then(|rest| rest.strip_prefix(['/', '!']));
        if let Some(doc) = doc {
            if !inside {
                docs.push((number + 1, String::new()));
            }
            let block = &mut docs.last_mut().expect("a block was begun").1;
            block.push_str(doc);
        }
        inside = doc.is_some();
    }
    let mut found = Vec::new();
    for (number, doc) in docs {
        for part in doc.split("Spec: CanonicalABI.md").skip(1) {
            let quoted: Vec<&str> = sentence(part).split('"').collect();
            let outside: String = quoted.iter().copied().step_by(2).collect();
            let names =
                backticked(&outside).into_iter().filter(|name| *name != "definitions.py").map(str::to_owned).collect();
            let section = quoted.get(1).map(|section| (*section).to_owned());
            found.push(Anchor { at: format!("{name}:{number}"), section, names });
        }
    }
    found
}

/// The text up to a stop, semicolon or colon outside backticks and quotes.
fn sentence(text: &str) -> &str {
    let (mut code, mut quote) = (false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            '`' => code = !code,
            '"' => quote = !quote,
            '.' | ';' | ':' if !code && !quote => return &text[..at],
            _ => {}
        }
    }
    text
}

fn all_anchors() -> Vec<Anchor> {
    let files = TRANSCRIBED.iter().flat_map(|name| sources(name));
    files.flat_map(|file| anchors(&file.name, &file.text)).collect()
}

/// The full names that a name in an anchor may stand for: itself, or what has it as its last part, where that is but one or
/// is inside something that the anchor names, too.
fn resolve(name: &str, anchor: &Anchor, names: &BTreeMap<String, String>) -> Vec<String> {
    if names.contains_key(name) {
        return vec![name.to_owned()];
    }
    let suffix = format!(".{name}");
    let candidates: Vec<&String> = names.keys().filter(|full| full.ends_with(&suffix)).collect();
    let named = |full: &&&String| anchor.names.iter().any(|other| full.starts_with(&format!("{other}.")));
    let preferred: Vec<String> = candidates.iter().filter(named).map(|name| (*name).clone()).collect();
    if preferred.is_empty() && candidates.len() == 1 { vec![candidates[0].clone()] } else { preferred }
}

#[test]
fn anchors_name_what_exists() {
    let mut complaints = Complaints::default();
    let (names, sections) = (names(), read("spec-tests/canonical-abi-sections.txt"));
    for anchor in all_anchors() {
        for name in &anchor.names {
            complaints.check(!resolve(name, &anchor, &names).is_empty(), || {
                format!(
                    "{}: `{name}`: expected one such name in definitions.py, found none or several; say `Class.{name}`",
                    anchor.at
                )
            });
        }
        if let Some(section) = &anchor.section {
            complaints.check(sections.lines().any(|line| line == section), || {
                format!("{}: \"{section}\": CanonicalABI.md has no such heading", anchor.at)
            });
        }
    }
    complaints.finish();
}

#[test]
fn rules_name_headings() {
    let mut complaints = Complaints::default();
    let sections = read("spec-tests/canonical-abi-sections.txt");
    for rule in TrapRule::ALL {
        if let Some(section) = rule.section().strip_prefix("CanonicalABI.md, ") {
            complaints.check(sections.lines().any(|line| line == section), || {
                format!("rule `{}`: CanonicalABI.md has no heading \"{section}\"", rule.id())
            });
        }
    }
    complaints.finish();
}

#[test]
fn functions_of_the_definition_are_transcribed() {
    let names = names();
    let anchored: BTreeSet<String> = all_anchors()
        .iter()
        .flat_map(|anchor| anchor.names.iter().flat_map(|name| resolve(name, anchor, &names)))
        .collect();
    let elsewhere = read(ELSEWHERE);
    let elsewhere: BTreeMap<&str, &str> = elsewhere
        .lines()
        .map(|line| line.split_once('\t').unwrap_or_else(|| panic!("{ELSEWHERE}: expected two fields, found `{line}`")))
        .collect();
    let mut complaints = Complaints::default();
    for (name, kind) in names.iter().filter(|(_, kind)| *kind == "def") {
        let covered = anchored.contains(name) || elsewhere.contains_key(name.as_str());
        complaints.check(covered, || format!("{kind} {name}: no doc line names it, and {ELSEWHERE} has no reason"));
    }
    for (name, reason) in &elsewhere {
        complaints.check(names.contains_key(*name), || format!("{ELSEWHERE}: {name}: no such function"));
        complaints.check(!reason.is_empty(), || format!("{ELSEWHERE}: {name}: expected a reason"));
        let stale = anchored.contains(*name);
        complaints.check(!stale, || format!("{ELSEWHERE}: {name}: is transcribed now, take it out"));
    }
    complaints.finish();
}

/// `definitions.py` and `CanonicalABI.md` of the checkout that `RADDLE_SPEC` names.
fn checkout() -> Option<(String, String)> {
    let Some(folder) = env::var_os("RADDLE_SPEC").map(PathBuf::from) else {
        eprintln!("not compared: set RADDLE_SPEC to a checkout of WebAssembly/component-model at {COMMIT}");
        return None;
    };
    let text = |name: &str| {
        let path = folder.join("design/mvp").join(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    Some((text("canonical-abi/definitions.py"), text("CanonicalABI.md")))
}

/// The name in a Python line `name = ...` or `name: type`.
fn value(code: &str) -> Option<&str> {
    let name = code.split([' ', ':']).next()?;
    let rest = code[name.len()..].trim_start();
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !["else", "try"].contains(&name);
    (plain && !name.is_empty() && (rest.starts_with("= ") || rest.starts_with(':'))).then_some(name)
}

/// The functions, classes and values of a Python text, dotted, with their kind and their numbers of `trap_if` and `trap()`.
fn outline(python: &str) -> Vec<(String, &str, [usize; 2])> {
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut found: Vec<(String, &str, [usize; 2])> = Vec::new();
    for line in python.lines() {
        let code = line.trim_start();
        if code.is_empty() || code.starts_with('#') {
            continue;
        }
        let indent = line.len() - code.len();
        open.retain(|(outer, _)| *outer < indent);
        let definition = ["def", "class"].into_iter().find(|kind| code.starts_with(&format!("{kind} ")));
        if let Some(kind) = definition {
            let name: String =
                code[kind.len() + 1..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let outer = open.last().map(|(_, index)| format!("{}.", found[*index].0)).unwrap_or_default();
            open.push((indent, found.len()));
            found.push((outer + &name, kind, [0, 0]));
        } else if let Some(name) =
            value(code).filter(|_| open.last().is_none_or(|(_, index)| found[*index].1 == "class"))
        {
            let outer = open.last().map(|(_, index)| format!("{}.", found[*index].0)).unwrap_or_default();
            found.push((outer + name, "value", [0, 0]));
        } else if let Some((_, index)) = open.last() {
            let counts = &mut found[*index].2;
            counts[0] += code.matches("trap_if(").count();
            counts[1] += code.matches("trap()").count();
        }
    }
    found
}

#[test]
fn facts_agree_with_the_checkout() {
    let Some((python, document)) = checkout() else { return };
    let outline = outline(&python);
    let listed: Vec<String> = outline.iter().map(|(name, kind, _)| format!("{kind}\t{name}")).collect();
    for (name, text) in [(NAMES, listed), ("spec-tests/canonical-abi-sections.txt", headings(&document))] {
        let text = text.join("\n") + "\n";
        if env::var_os("BLESS").is_some() {
            fs::write(root().join(name), &text).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        assert!(
            read(name) == text,
            "{name}: differs from the checkout; run again with BLESS=1 and look at the difference"
        );
    }
    let mut pinned: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    for site in sites() {
        pinned.entry(site.function).or_default()[usize::from(site.kind == "trap")] += 1;
    }
    let mut complaints = Complaints::default();
    for (name, _, counts) in outline {
        let found = pinned.remove(&name).unwrap_or_default();
        complaints
            .check(found == counts, || format!("{name}: expected {counts:?} `trap_if` and `trap`, found {found:?}"));
    }
    complaints.check(pinned.is_empty(), || format!("trap-sites.tsv: not in the checkout: {pinned:?}"));
    complaints.finish();
}

/// The headings of a Markdown text, without emoji and links.
fn headings(markdown: &str) -> Vec<String> {
    let mut fenced = false;
    let mut found = Vec::new();
    for line in markdown.lines() {
        fenced ^= line.starts_with("```");
        let title = line.trim_start_matches('#');
        if !fenced && title.len() < line.len() && title.starts_with(' ') {
            let text = title.replace(['[', ']'], "");
            let text: String = text.chars().filter(char::is_ascii).collect();
            found.push(text.trim().to_owned());
        }
    }
    found
}

#[test]
fn anchors_are_read_to_the_end_of_their_sentence() {
    let text =
        "/// Reads. Spec: CanonicalABI.md, \"`canon lift`\",\n/// `Task.start`, `on_start`. Not `this`.\nfn f() {}\n";
    let found = anchors("a.rs", text);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].at.as_str(), found[0].section.as_deref()), ("a.rs:1", Some("`canon lift`")));
    assert_eq!(found[0].names, ["Task.start", "on_start"]);
}
