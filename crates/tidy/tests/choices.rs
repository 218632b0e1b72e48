//! Run: `cargo test -p raddle-tidy --test choices`. Each kind of choice has a script of its own in `spec-tests/choices`, or a
//! reason why it has none.

use std::collections::BTreeSet;

use choice::ChoiceKind;
use choice::kind::Class;
use tidy::{Complaints, read, text_files};

/// Kinds of the executor without a script, and why.
const WITHOUT: &[(ChoiceKind, &str)] = &[
    (ChoiceKind::NextThread, "only an embedder that calls `Store.tick` itself, without an event loop, asks it"),
    (ChoiceKind::AtomicNotify, "not asked yet: a single agent runs, so nobody waits"),
];

#[test]
fn every_choice_has_a_script_or_a_reason() {
    let mut complaints = Complaints::default();
    let mut scripts: BTreeSet<String> = text_files("spec-tests/choices").into_iter().map(|file| file.name).collect();
    for kind in ChoiceKind::ALL {
        let name = format!("spec-tests/choices/{}.wast", kind.name());
        let has_script = scripts.remove(&name);
        // Hosts are no scripts: `raddle-wasi` and the host tests of `raddle` ask their kinds.
        let has_reason = kind.class() == Class::Host || WITHOUT.iter().any(|row| row.0 == *kind);
        complaints.check(has_script != has_reason, || {
            format!("{}: expected the script {name} or a reason in `WITHOUT`, found {}", kind.name(), both(has_script))
        });
        if has_script {
            let text = read(&name);
            let first = text.lines().next().unwrap_or_default();
            let expected = format!(";; choice: {}", kind.name());
            complaints.check(first == expected, || format!("{name}: expected `{expected}`, found `{first}`"));
        }
    }
    for name in scripts {
        complaints.add(format!("{name}: expected the name of a kind of choice, found none such"));
    }
    complaints.finish();
}

const fn both(has_script: bool) -> &'static str {
    if has_script { "both" } else { "neither" }
}
