//! Run with: cargo test -p raddle-decode --test hostile
//!
//! No bytes make the decoder panic, run out of stack, or need memory out of proportion.

use std::fmt::Write;

use proptest::prelude::{ProptestConfig, any};
use proptest::{collection, proptest};
use raddle_decode::{self as decode, Features};
use syntax::component::Definitions;

/// Components that have a bit of everything, as seeds of mutation.
const SEEDS: &[&str] = &[
    r#"(component
        (import "a:b/c@1.0.0" (instance $i
            (export "r" (type $r (sub resource)))
            (export "f" (func (param "x" (own $r)) (result (list (tuple u8 string)))))))
        (alias export $i "r" (type $r))
        (alias export $i "f" (func $f))
        (core module $libc (memory (export "m") 1)
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable))
        (core instance $libc (instantiate $libc))
        (alias core export $libc "m" (core memory $m))
        (alias core export $libc "realloc" (core func $realloc))
        (core func $lowered (canon lower (func $f) (memory $m) (realloc $realloc)))
        (core func (canon resource.drop $r))
        (type $mine (resource (rep i32)))
        (component $inner
            (import "x" (type $x (sub resource)))
            (import "g" (func $g (param "x" (borrow $x))))
            (alias outer 1 $libc (core module))
            (export "y" (type $x))
            (export "h" (func $g)))
        (export "mine" (type $mine)))"#,
    r#"(component
        (type $s (stream u8))
        (core module $m (memory (export "m") 1) (table (export "t") 1 funcref)
            (func (export "f") (param i32 i32 i32) (result i32) i32.const 0) (func (export "s") (result i32) i32.const 0))
        (core instance $m (instantiate $m))
        (alias core export $m "m" (core memory $mem))
        (core func (canon stream.read $s async (memory $mem)))
        (core func (canon task.return (result string) (memory $mem)))
        (core func (canon thread.yield cancellable))
        (func (export "run") async (canon lift (core func $m "s") async (callback (func $m "f")))))"#,
    r#"(component
        (type $a (instance (export "x" (func (param "p" (tuple u8))))))
        (type $v (variant (case "x") (case "y" (list string))))
        (type $c (component (import "i" (instance (type $a))) (export "t" (type (sub resource)))))
        (import "c" (component $c (type $c)))
        (import "i" (instance $i (type $a)))
        (instance $made (instantiate $c (with "i" (instance $i))))
        (export "made" (instance $made)))"#,
];

fn decode(bytes: &[u8]) -> Result<(), String> {
    let mut program = Definitions::default();
    let result = decode::component(bytes, &Features::default(), &mut program);
    if result.is_err() {
        assert!(program.components.is_empty() && program.modules.is_empty(), "errors leave nothing behind");
    }
    result.map(drop).map_err(|error| error.to_string())
}

fn seeds() -> Vec<Vec<u8>> {
    SEEDS.iter().map(|text| wat::parse_str(text).expect("the seed is well-formed")).collect()
}

#[test]
fn seeds_are_valid() {
    for seed in seeds() {
        decode(&seed).expect("the seed is valid");
    }
}

#[test]
fn every_prefix_and_every_bit() {
    for seed in seeds() {
        for position in 0..seed.len() {
            let _ = decode(&seed[..position]);
            for bit in 0..8 {
                let mut bytes = seed.clone();
                bytes[position] ^= 1 << bit;
                let _ = decode(&bytes);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutations(which in any::<usize>(), edits in collection::vec((any::<usize>(), any::<u8>(), 0..4_u8), 1..8)) {
        let mut all = seeds();
        let count = all.len();
        let mut bytes = all.swap_remove(which % count);
        for (position, byte, kind) in edits {
            let position = position % bytes.len();
            match kind {
                0 => bytes[position] = byte,
                1 => bytes.insert(position, byte),
                2 if bytes.len() > 1 => drop(bytes.remove(position)),
                _ => bytes[position] = bytes[position].wrapping_add(1),
            }
        }
        let _ = decode(&bytes);
    }

    #[test]
    fn noise(tail in collection::vec(any::<u8>(), 0..200)) {
        let mut bytes = vec![0, b'a', b's', b'm', 0x0d, 0, 1, 0];
        bytes.extend(tail);
        let _ = decode(&bytes);
    }
}

fn leb(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(number & 0x7f).expect("seven bits");
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![id];
    bytes.extend(leb(content.len()));
    bytes.extend(content);
    bytes
}

fn component(sections: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, b'a', b's', b'm', 0x0d, 0, 1, 0];
    bytes.extend(sections);
    bytes
}

#[track_caller]
fn check_refused(bytes: &[u8], words: &str) {
    let error = decode(bytes).expect_err("it is beyond a limit");
    assert!(error.contains(words), "{error}");
}

#[test]
fn types_nested_in_types() {
    for depth in [50, 200, 100_000] {
        let mut types = vec![1];
        types.extend([0x42, 1, 1].repeat(depth));
        types.extend([0x42, 0]);
        let bytes = component(&section(7, &types));
        if depth == 50 { decode(&bytes).expect("it is within the limit") } else { check_refused(&bytes, "too deep") }
    }
}

#[test]
fn instances_in_instances() {
    for depth in [50, 200, 900] {
        let mut text = String::from("(component (instance $i0)");
        for i in 0..depth {
            write!(text, "(instance $i{} (export \"a\" (instance $i{i})))", i + 1).expect("a string");
        }
        text.push(')');
        let bytes = wat::parse_str(&text).expect("the text is well-formed");
        if depth == 50 { decode(&bytes).expect("it is within the limit") } else { check_refused(&bytes, "too deep") }
    }
}

#[test]
fn instance_types_that_wrap_the_one_before() {
    // Each type is flat as written: (instance (alias outer 1 i (type)) (export "a" (instance (type 0)))).
    let mut types = leb(301);
    types.extend([0x42, 0]);
    for before in 0..300 {
        types.extend([0x42, 2, 2, 3, 2, 1]);
        types.extend(leb(before));
        types.extend([4, 0, 1, b'a', 5, 0]);
    }
    check_refused(&component(&section(7, &types)), "too deep");
}

#[test]
fn components_in_components() {
    for depth in [50, 2_000] {
        let mut bytes = component(&[]);
        for _ in 0..depth {
            bytes = component(&section(4, &bytes));
        }
        if depth == 50 { decode(&bytes).expect("it is within the limit") } else { check_refused(&bytes, "nested") }
    }
}

#[test]
fn exported_components_in_components() {
    let mut bytes = component(&[]);
    for _ in 0..90 {
        let mut sections = section(4, &bytes);
        sections.extend(section(11, &[1, 0, 1, b'a', 4, 0, 0]));
        bytes = component(&sections);
    }
    decode(&bytes).expect("it is within the limit");
    for _ in 0..9 {
        let mut sections = section(4, &bytes);
        sections.extend(section(11, &[1, 0, 1, b'a', 4, 0, 0]));
        sections.extend(section(5, &[1, 1, 1, 0, 1, b'a', 4, 0]));
        sections.extend(section(11, &[1, 0, 1, b'b', 5, 0, 0]));
        bytes = component(&sections);
    }
    check_refused(&bytes, "too deep");
}

#[test]
fn many_instances_with_many_exports() {
    let mut inner = String::from("(component $c (import \"f\" (func $f))");
    for i in 0..20_000 {
        write!(inner, "(export \"e{i}\" (func $f))").expect("a string");
    }
    let mut text = format!("(component (import \"f\" (func $f)) {inner})");
    for _ in 0..900 {
        text.push_str("(instance (instantiate $c (with \"f\" (func $f))))");
    }
    text.push(')');
    check_refused(&wat::parse_str(&text).expect("the text is well-formed"), "too large");
}
