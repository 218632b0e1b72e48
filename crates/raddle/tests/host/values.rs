//! Strings, lists and records across the boundary.

use canon::{NumberType, Numbers, Value};
use runtime::host::HostAnswer;

use crate::calls::check;
use crate::guest::{Guest, Import};
use crate::peer::Peer;

/// A host whose `f` writes down what it gets, and returns what the test says.
fn answers(result: Value) -> impl Fn() -> Peer {
    move || {
        let result = result.clone();
        Peer::new().func("f", move |turn, args| {
            turn.log(format!("host: {args:?}"));
            Ok(HostAnswer::Return(vec![result.clone()]))
        })
    }
}

fn numbers(bytes: &[u8]) -> Value {
    Value::Numbers(Numbers::new(NumberType::U8, bytes.to_vec()))
}

#[test]
fn strings_both_ways() {
    let imports: &[Import] = &[("f", "(param \"s\" string) (result string)", "{mem} {realloc}", "(param i32 i32 i32)")];
    let body = "
        (call $f (i32.const 512) (i32.const 6) (i32.const 16))
        (call $say (i32.load (i32.const 20)))
        (call $say (i32.load (i32.load (i32.const 16))))";
    let items = r#"(data (i32.const 512) "h\c3\a9 \c2\a7")"#;
    let expected = [
        r#"host: [String(Str { text: "hé §", encoding: Utf8 })]"#,
        "guest: 4",
        &format!("guest: {}", i32::from_le_bytes("¡ok".as_bytes().try_into().expect("these are four bytes"))),
        "end",
    ];
    check(&Guest { imports, items, body, ..Guest::default() }, answers(Value::String("¡ok".into())), &expected);
}

#[test]
fn lists_both_ways() {
    let imports: &[Import] =
        &[("f", "(param \"l\" (list u8)) (result (list (list u8)))", "{mem} {realloc}", "(param i32 i32 i32)")];
    let body = "
        (call $f (i32.const 512) (i32.const 3) (i32.const 16))
        (call $say (i32.load (i32.const 20)))
        (call $say (i32.load offset=12 (i32.load (i32.const 16))))
        (call $say (i32.load (i32.load offset=8 (i32.load (i32.const 16)))))";
    let items = r#"(data (i32.const 512) "\01\02\03")"#;
    let result = Value::List(vec![numbers(&[]), numbers(&[4, 5, 0, 0])]);
    let expected =
        ["host: [Numbers(Numbers { ty: U8, bytes: [1, 2, 3] })]", "guest: 2", "guest: 4", "guest: 1284", "end"];
    check(&Guest { imports, items, body, ..Guest::default() }, answers(result), &expected);
}

#[test]
fn records_and_variants_both_ways() {
    let imports: &[Import] = &[(
        "f",
        "(param \"p\" (tuple u8 (option u32))) (result (result (tuple u64 char) (error string)))",
        "{mem} {realloc}",
        "(param i32 i32 i32 i32)",
    )];
    let body = "
        (call $f (i32.const 1) (i32.const 1) (i32.const 70000) (i32.const 16))
        (call $say (i32.load8_u (i32.const 16)))
        (call $say (i32.wrap_i64 (i64.load (i32.const 24))))
        (call $say (i32.load (i32.const 32)))";
    let arg = "host: [Record([U8(1), Variant(1, Some(U32(70000)))])]";
    let ok = Value::Variant(0, Some(Box::new(Value::Record(vec![Value::U64(9), Value::Char('é')]))));
    let guest = Guest { imports, body, ..Guest::default() };
    check(&guest, answers(ok), &[arg, "guest: 0", "guest: 9", "guest: 233", "end"]);
    let err = Value::Variant(1, Some(Box::new(Value::String("no".into()))));
    let body = "
        (call $f (i32.const 1) (i32.const 1) (i32.const 70000) (i32.const 16))
        (call $say (i32.load8_u (i32.const 16)))
        (call $say (i32.load (i32.const 28)))";
    check(&Guest { imports, body, ..Guest::default() }, answers(err), &[arg, "guest: 1", "guest: 2", "end"]);
}

#[test]
fn values_inside_a_result_are_checked() {
    let imports: &[Import] =
        &[("f", "(param \"n\" u32) (result (list (tuple u8 char)))", "{mem} {realloc}", "(param i32 i32)")];
    let body = "(call $f (i32.const 1) (i32.const 16))";
    let result = Value::List(vec![Value::Record(vec![Value::U8(1), Value::U8(2)])]);
    let expected = ["host: [U32(1)]", "trap host/trap: host function trapped (run#0/f#0: expected a char, found a u8)"];
    check(&Guest { imports, body, ..Guest::default() }, answers(result), &expected);
}
