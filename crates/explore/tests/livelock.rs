//! Run: `cargo test -p raddle-explore --test livelock`. A cycle counts as a livelock only where it is fair: whoever could always
//! go on does.

mod support;

use raddle_explore::findings::Budget;
use raddle_explore::preview::{Leads, preview};
use raddle_explore::search::{Space, search};
use support::Subject;

/// Two threads of one task: `other` begins as the thread that `run` starts.
fn subject(other: &str, run: &str) -> Subject {
    Subject::new(&format!(
        r#"(component
            (core module $Table (table (export "table") 1 1 funcref))
            (core instance $table (instantiate $Table))
            (core type $start (func (param i32)))
            (core func $yield (canon thread.yield))
            (core func $new (canon thread.new-indirect $start (core table $table "table")))
            (core func $resume (canon thread.resume-later))
            (core module $Core
                (import "" "table" (table 1 1 funcref))
                (import "" "yield" (func $yield (result i32)))
                (import "" "new" (func $new (param i32 i32) (result i32)))
                (import "" "resume" (func $resume (param i32)))
                (global $a (mut i32) (i32.const 0))
                (global $b (mut i32) (i32.const 0))
                (func $other (param i32) {other})
                (elem (i32.const 0) $other)
                (func (export "run") (result i32)
                    (call $resume (call $new (i32.const 0) (i32.const 0)))
                    {run}
                    (i32.const 1)))
            (core instance $core (instantiate $Core (with "" (instance
                (export "table" (table $table "table"))
                (export "yield" (func $yield)) (export "new" (func $new)) (export "resume" (func $resume))))))
            (func (export "run") async (result u32) (canon lift (core func $core "run"))))"#
    ))
}

fn outcomes(subject: &Subject) -> Vec<String> {
    let (report, _) = search(subject.setup(), Space::States, Budget::default());
    assert!(report.complete, "{:?}", report.left_out);
    let mut outcomes: Vec<String> = report.outcomes.iter().map(|found| found.outcome.to_string()).collect();
    outcomes.sort();
    outcomes
}

#[test]
fn waiting_for_a_thread_that_could_go_on_is_no_livelock() {
    let spin = "(loop $again (drop (call $yield)) (br_if $again (i32.eqz (global.get $a))))";
    let subject = subject("(drop (call $yield)) (global.set $a (i32.const 1))", spin);
    assert_eq!(outcomes(&subject), ["1"]);
}

#[test]
fn waiting_for_what_nobody_does_is_one() {
    let spin = "(loop $again (drop (call $yield)) (br_if $again (i32.eqz (global.get $b))))";
    let subject = subject("(drop (call $yield)) (global.set $a (i32.const 1))", spin);
    assert_eq!(outcomes(&subject), ["livelock"]);
}

#[test]
fn giving_way_to_each_other_for_ever_is_one() {
    let polite = |own: &str, other: &str| {
        format!(
            "(block $done
                (loop $again
                    (global.set ${own} (i32.const 1))
                    (drop (call $yield))
                    (br_if $done (i32.eqz (global.get ${other})))
                    (global.set ${own} (i32.const 0))
                    (drop (call $yield))
                    (br $again)))
            (global.set ${own} (i32.const 0))"
        )
    };
    let subject = subject(&polite("b", "a"), &polite("a", "b"));
    assert_eq!(outcomes(&subject), ["1", "livelock"]);
}

#[test]
fn an_alternative_that_comes_back_leads_where_the_others_do() {
    let spin = "(loop $again (drop (call $yield)) (br_if $again (i32.eqz (global.get $a))))";
    let subject = subject("(drop (call $yield)) (global.set $a (i32.const 1))", spin);
    let stations = preview(subject.setup(), &[], (4, 10_000));
    assert!(stations.iter().any(|station| station.alternatives.len() > 1));
    for station in stations {
        for alternative in station.alternatives {
            let Leads::To(outcomes) = alternative.leads else { panic!("the program is small") };
            let outcomes: Vec<String> = outcomes.iter().map(ToString::to_string).collect();
            assert_eq!(outcomes, ["1"], "{}: {}", station.anchor, alternative.name);
        }
    }
}
