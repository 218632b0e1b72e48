//! Run: `cargo test -p raddle-explore --test schedule`. Schedule files: written then read is the identity, and what is
//! wrong with one is said with line, expectation and finding.

use std::collections::BTreeMap;

use choice::{ChoiceKind, Pick};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::{Just, ProptestConfig, Strategy as _, any, prop_oneof, proptest};
use proptest::sample::select;
use raddle_explore::content::LARGE_BYTES;
use raddle_explore::{
    Answer, Call, Config, Content, Footer, Header, Host, HostKind, Program, Schedule, Strategy, schedule::FORMAT,
};

const EXAMPLE: &str = r#"{"format":"raddle-schedule/1","tool":"raddle 0.1.0"}
{"program":{"path":"race.wasm","sha256":"ab"}}
{"call":{"entry":"run","arguments":["--fast"]}}
{"host":{"kind":"system","grants":["--dir .::/data"],"stdin":{"text":"one\ntwo\n"}}}
{"config":{"switches":["gc=n"],"limits":{"fuel":1000},"revision":"6d28164"}}
{"strategy":{"name":"random","seed":7,"generator":"anchor-mix/1"}}
{"at":"run#0: waitable-set.wait on set#1 [2]","kind":"NextEvent","alternatives":["a","b"],"pick":1,"name":"b"}
{"at":"run#0: random [0]","answer":{"hex":"00ff"}}
{"at":"run#0: now [0]","answer":{"json":{"seconds":5}}}
{"outcome":"trap call/reenter","state_hash":"0000000000000000000000000000002a","points":12}
"#;

fn example() -> Schedule {
    Schedule {
        header: Header {
            tool: "raddle 0.1.0".into(),
            program: Program { path: "race.wasm".into(), sha256: "ab".into() },
            call: Call { entry: "run".into(), arguments: vec!["--fast".into()] },
            host: Host {
                kind: HostKind::System,
                grants: vec!["--dir .::/data".into()],
                stdin: b"one\ntwo\n".to_vec(),
                script: None,
            },
            config: Config {
                switches: vec!["gc=n".into()],
                limits: BTreeMap::from([("fuel".into(), 1000)]),
                revision: "6d28164".into(),
            },
            strategy: Strategy { name: "random".into(), seed: Some(7), generator: Some("anchor-mix/1".into()) },
        },
        picks: vec![Pick {
            kind: "NextEvent".into(),
            anchor: "run#0: waitable-set.wait on set#1 [2]".into(),
            alternatives: vec!["a".into(), "b".into()],
            picked: 1,
        }],
        answers: vec![
            Answer { anchor: "run#0: random [0]".into(), content: Content::Bytes(vec![0, 255]) },
            Answer { anchor: "run#0: now [0]".into(), content: Content::Json(serde_json::json!({ "seconds": 5 })) },
        ],
        footer: Footer { outcome: "trap call/reenter".into(), state_hash: 42, points: 12 },
    }
}

#[test]
fn a_file_looks_as_documented() {
    assert_eq!(example().to_text(), EXAMPLE);
    assert_eq!(Schedule::parse(EXAMPLE).expect("the example is a schedule"), example());
}

/// Replaces a part of the example and compares the error.
fn check(part: &str, by: &str, expected: &str) {
    assert!(EXAMPLE.contains(part), "{part}");
    let error = Schedule::parse(&EXAMPLE.replacen(part, by, 1)).expect_err(expected);
    assert_eq!(error.to_string(), expected);
}

#[test]
fn errors_say_where_what_was_expected_and_what_found() {
    check(
        FORMAT,
        "raddle-schedule/2",
        "line 1: expected a schedule of the format `raddle-schedule/1`, found the format `raddle-schedule/2`",
    );
    check(EXAMPLE, "", "line 1: expected the format `raddle-schedule/1`, found the end of the file");
    check(EXAMPLE, "\0asm", "line 1: expected the format `raddle-schedule/1`, found `\0asm`");
    check(
        "{\"format\"",
        "{\"fromat\"",
        "line 1: expected the format `raddle-schedule/1`, found `{\"fromat\":\"raddle-schedule/1\",\"tool\":\"raddle 0.1.0\"}`",
    );
    check(
        "{\"call\"",
        "{\"cal\"",
        "line 3: expected the part `call` of the header, found an object with the keys `cal`",
    );
    check(
        ",\"seed\":7",
        ",\"seed\":-7",
        "line 6: expected the part `strategy` of the header, found at column 38: invalid value: integer `-7`, expected u64",
    );
    check("NextEvent", "NextEvnt", "line 7: expected a kind of choice (`raddle rules` lists them), found `NextEvnt`");
    check(",\"kind\":\"NextEvent\"", "", "line 7: expected a pick, found at column 91: missing field `kind`");
    check("\"pick\":1", "\"pick\":0", "line 7: expected a pick that is not the default, from 1 to 1, found 0");
    check("\"pick\":1", "\"pick\":2", "line 7: expected a pick that is not the default, from 1 to 1, found 2");
    check("\"name\":\"b\"", "\"name\":\"a\"", "line 7: expected the name of alternative 1, `b`, found `a`");
    check("00ff", "00f", "line 8: expected pairs of hexadecimal digits, found `00f`");
    check("{\"at\":\"run#0: now [0]\",", "{", "line 9: expected an answer, found at column 33: missing field `at`");
    check(
        "\"json\":{\"seconds\":5}",
        "\"file\":{\"name\":\"../a\",\"sha256\":\"\"}",
        "line 9: expected the name of a file in the schedule's folder, found `../a`",
    );
    check("{\"at\"", "[]\n{\"at\"", "line 7: expected a pick, an answer or the footer, found `[]`");
    check(
        "\"000",
        "\"+00",
        "line 10: expected a state hash of 32 hexadecimal digits, found `+000000000000000000000000000002a`",
    );
    check("\"points\":12}\n", "\"points\":12}\n\n{}\n", "line 12: expected nothing after the footer, found `{}`");
    let (cut, _) = EXAMPLE.split_once("{\"outcome\"").expect("the example has a footer");
    check(EXAMPLE, cut, "line 10: expected a pick, an answer or the footer, found the end of the file");
}

#[test]
fn large_answers_have_files_of_their_own() {
    let folder = std::env::temp_dir().join(format!("raddle-schedule-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
    let path = folder.join("a.sched");
    let mut schedule = example();
    let large = Content::Bytes(vec![b'x'; LARGE_BYTES + 1]);
    schedule.answers.push(Answer { anchor: "run#0: read [0]".into(), content: large });
    schedule.write(&path).expect("the schedule can be written");
    let text = std::fs::read_to_string(&path).expect("the schedule was written");
    assert!(text.len() < LARGE_BYTES, "{text}");
    assert_eq!(Schedule::read(&path).expect("what was written can be read"), schedule);
    assert!(Schedule::parse(&text).is_err(), "a text alone has no folder");
    std::fs::write(folder.join("a.sched.d/000002.bin"), "y").expect("the answer can be changed");
    let error = Schedule::read(&path).expect_err("the answer was changed").to_string();
    assert!(error.starts_with("line 10: expected `000002.bin` with the SHA-256 "), "{error}");
    std::fs::remove_dir_all(&folder).expect("the temporary folder can be removed");
}

fn text() -> impl proptest::strategy::Strategy<Value = String> {
    prop_oneof![
        vec(any::<char>(), 0..8).prop_map(String::from_iter),
        select(vec!["a", "", "\n", "\"", "\u{2028}"]).prop_map(str::to_owned)
    ]
}

fn pick() -> impl proptest::strategy::Strategy<Value = Pick> {
    let kinds: Vec<String> = ChoiceKind::ALL.iter().map(|kind| kind.name().to_owned()).collect();
    let alternatives = vec(text(), 2..5).prop_flat_map(|list| (1..list.len(), Just(list)));
    (select(kinds), text(), alternatives).prop_map(|(kind, anchor, (picked, alternatives))| Pick {
        kind,
        anchor,
        alternatives,
        picked,
    })
}

fn answer() -> impl proptest::strategy::Strategy<Value = Answer> {
    let bytes = prop_oneof![vec(any::<u8>(), 0..20), text().prop_map(String::into_bytes)];
    let value =
        (any::<i64>(), text()).prop_map(|(number, text)| serde_json::json!({ "number": number, "text": [text] }));
    let content = prop_oneof![bytes.prop_map(Content::Bytes), value.prop_map(Content::Json)];
    (text(), content).prop_map(|(anchor, content)| Answer { anchor, content })
}

fn header() -> impl proptest::strategy::Strategy<Value = Header> {
    let program = (text(), text()).prop_map(|(path, sha256)| Program { path, sha256 });
    let call = (text(), vec(text(), 0..3)).prop_map(|(entry, arguments)| Call { entry, arguments });
    let kind = select(vec![HostKind::Virtual, HostKind::System]);
    let script = option::of(text().prop_map(|path| Program::new(path, b"script")));
    let host = (kind, vec(text(), 0..3), vec(any::<u8>(), 0..9), script)
        .prop_map(|(kind, grants, stdin, script)| Host { kind, grants, stdin, script });
    let config = (vec(text(), 0..3), btree_map(text(), any::<u64>(), 0..3), text())
        .prop_map(|(switches, limits, revision)| Config { switches, limits, revision });
    let strategy = (text(), option::of(any::<u64>()), option::of(text()))
        .prop_map(|(name, seed, generator)| Strategy { name, seed, generator });
    (text(), program, call, host, config, strategy).prop_map(|(tool, program, call, host, config, strategy)| Header {
        tool,
        program,
        call,
        host,
        config,
        strategy,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn written_then_read_is_the_same(
        header in header(),
        picks in vec(pick(), 0..4),
        answers in vec(answer(), 0..4),
        footer in (text(), any::<u128>(), any::<u64>()),
    ) {
        let (outcome, state_hash, points) = footer;
        let schedule = Schedule { header, picks, answers, footer: Footer { outcome, state_hash, points } };
        let text = schedule.to_text();
        assert_eq!(text.lines().count(), 7 + schedule.picks.len() + schedule.answers.len());
        assert_eq!(Schedule::parse(&text).expect("what was written can be read"), schedule);
    }

    #[test]
    fn any_text_is_read_or_refused(text in text(), at in 0..EXAMPLE.len(), length in 0..40_usize) {
        let _ = Schedule::parse(&text);
        let end = (at + length).min(EXAMPLE.len());
        let _ = Schedule::parse(&format!("{}{text}{}", &EXAMPLE[..at], &EXAMPLE[end..]));
    }
}
