//! Run with: cargo test -p raddle-decode --test gates
//!
//! Each gate and proposal refuses what it guards when it is off, and names itself; those that are not supported always do.

use raddle_decode::{self as decode, Error, Feature, Features};
use syntax::component::Definitions;

/// One text for each gate that can be switched off.
const GATED: &[(&str, &str)] = &[
    ("component-model-async", "(component (core func (canon task.cancel)))"),
    ("component-model-async", "(component (type (stream u8)))"),
    ("component-model-async", "(component (type (func async)))"),
    (
        "component-model-async-stackful",
        "(component (core module $m (func (export \"f\"))) (core instance $m (instantiate $m))
            (func (export \"f\") async (canon lift (core func $m \"f\") async)))",
    ),
    ("component-model-more-async-builtins", "(component (core func (canon subtask.cancel async)))"),
    ("component-model-threading", "(component (core func (canon thread.index)))"),
    ("component-model-threading", "(component (core func (canon context.get i32 1)))"),
    ("component-model-error-context", "(component (import \"f\" (func (param \"e\" error-context))))"),
    ("component-model-fixed-length-lists", "(component (type (list u8 4)))"),
    ("component-model-fixed-length-lists", "(component (type (list u8 268435456)))"),
    ("component-model-map", "(component (type (map u8 string)))"),
    ("component-model-implements", "(component (import \"a\" (implements \"a:b/c\") (instance)))"),
    ("component-model-implements", "(component (import \"a\" (external-id \"x\") (func)))"),
    ("component-model-canon-names", "(component (import \"a:b/c@1\" (versionsuffix \".2.3\") (instance)))"),
    ("component-model-memory64", "(component (type (resource (rep i64))))"),
    ("component-model-memory64", "(component (core func (canon context.get i64 0)))"),
    ("component-model", "(component)"),
    ("memory64", "(component (core module (memory i64 1)))"),
    ("multi-memory", "(component (core module (memory 1) (memory 1)))"),
    ("threads", "(component (core module (memory 1 1 shared)))"),
    ("exceptions", "(component (core module (tag)))"),
    ("tail-call", "(component (core module (func return_call 0)))"),
    ("function-references", "(component (core module (func (param (ref func)))))"),
    ("gc", "(component (core module (type (struct))))"),
    ("simd", "(component (core module (func (param v128))))"),
    ("multi-value", "(component (core module (func (result i32 i32) unreachable)))"),
    ("reference-types", "(component (core module (func (param externref))))"),
    (
        "bulk-memory",
        "(component (core module (memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))))",
    ),
    ("sign-extension", "(component (core module (func (param i32) (drop (i32.extend8_s (local.get 0))))))"),
    (
        "saturating-float-to-int",
        "(component (core module (func (param f32) (drop (i32.trunc_sat_f32_s (local.get 0))))))",
    ),
    ("extended-const", "(component (core module (global i32 (i32.add (i32.const 1) (i32.const 2)))))"),
    ("mutable-global", "(component (core module (import \"\" \"\" (global (mut i32)))))"),
];

/// One text for each gate that cannot be switched on.
const UNSUPPORTED: &[(&str, &str)] = &[
    ("component-model-values", "(component (import \"v\" (value u8)))"),
    ("component-model-values", "(component (import \"f\" (func $f)) (start $f))"),
    ("component-model-nested-names", "(component (import \"a:b:c/d\" (func)))"),
    ("component-model-nested-names", "(component (import \"a:b/c/d\" (func)))"),
    (
        "shared-everything-threads",
        "(component (core type $t (shared (func (param i32)))) (core func (canon thread.spawn-ref $t)))",
    ),
    ("shared-everything-threads", "(component (core func (canon thread.available_parallelism)))"),
    (
        "component-model-gc",
        "(component (core module $m (func (export \"f\"))) (core instance $m (instantiate $m))
            (func (export \"f\") (canon lift (core func $m \"f\") gc)))",
    ),
    (
        "component-model-gc",
        "(component (core type $t (func)) (import \"f\" (func $f)) (core func (canon lower (func $f) gc (core-type $t))))",
    ),
];

fn check(text: &str, features: Features) -> Result<(), Error> {
    let bytes = wat::parse_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    decode::component(&bytes, &features, &mut Definitions::default()).map(drop)
}

fn check_refused(text: &str, name: &str, features: Features) {
    let feature = Feature::from_name(name).expect("the feature has a row");
    let error = check(text, features).expect_err(&format!("{name} is off: {text}"));
    assert_eq!(error.gate, Some(feature), "{name}: {text}: {error}");
    let words = error.to_string();
    assert!(words.contains(name), "{words} names {name}");
    assert!(words.contains(syntax::revision::COMMIT), "{words} names the revision");
    assert!(words.contains("offset 0x"), "{words} says where");
}

#[test]
fn gates_that_can_be_switched() {
    for (name, text) in GATED {
        if !text.contains("268435456") {
            check(text, Features::default()).unwrap_or_else(|error| panic!("{name}: {text}: {error}"));
        }
        let mut features = Features::default();
        features.set(name, false).expect("it can be switched off");
        check_refused(text, name, features);
    }
}

#[test]
fn gates_that_are_not_supported() {
    for (name, text) in UNSUPPORTED {
        check_refused(text, name, Features::default());
        assert!(Features::default().set(name, true).is_err(), "{name} cannot be switched on");
    }
}

#[test]
fn names_of_switches() {
    for feature in Feature::all() {
        assert_eq!(Feature::from_name(feature.name()), Some(feature));
        assert!(!feature.description().is_empty());
    }
    assert_eq!(Feature::from_name("component-model-async-builtins"), Some(Feature::ComponentModelMoreAsyncBuiltins));
    assert!(Features::default().set("no-such-switch", true).is_err());
    assert!(!Features::v1().has(Feature::Simd));
    assert!(Features::v2().has(Feature::Simd));
    assert!(!Features::v2().has(Feature::Gc));
    assert!(Features::v3().has(Feature::Gc));
    assert!(!Features::v3().has(Feature::ComponentModel));
}

#[test]
fn rules_that_the_validator_does_not_know() {
    for (text, words) in [
        ("(component (import \"a:b/c@1.2\" (versionsuffix \".3\") (instance)))", "has to be canonical"),
        ("(component (import \"a:b/c\" (versionsuffix \".3\") (instance)))", "has to be canonical"),
        ("(component (import \"a\" (versionsuffix \".3\") (instance)))", "has to be canonical"),
        ("(component (import \"url=<https://a>\" (func)))", "not a valid extern name"),
        ("(component (import \"locked-dep=<a:b>\" (component)))", "not a valid extern name"),
        ("(component (type (instance (type (list u8 268435456)))))", "exceeds maximum byte size"),
        (
            "(component (import \"i\" (instance $i (type $l (list u8 268435455)) (export \"t\" (type (eq $l)))))
                (alias export $i \"t\" (type $t)) (type (tuple $t u8)))",
            "exceeds maximum byte size",
        ),
    ] {
        let error = check(text, Features::default()).expect_err(text);
        assert!(error.message.contains(words), "{text}: {error}");
    }
    for text in [
        "(component (import \"a:b/c@1\" (versionsuffix \".2.3\") (instance)))",
        "(component (import \"a:b/c@0.2\" (versionsuffix \".6-rc.1\") (instance)))",
        "(component (import \"a:b/c@0.0.1\" (versionsuffix \"-alpha\") (instance)))",
        "(component (import \"a:b/c@0.0.0\" (versionsuffix \"-alpha\") (instance)))",
    ] {
        check(text, Features::default()).unwrap_or_else(|error| panic!("{text}: {error}"));
    }
}

#[test]
fn modules_and_components_are_told_apart() {
    let module = wat::parse_str("(module)").expect("the text is well-formed");
    let component = wat::parse_str("(component)").expect("the text is well-formed");
    let features = Features::default();
    let error = decode::module(&component, &features).expect_err("a component is no module");
    assert_eq!(error.message, "expected a core module, found a component");
    let error =
        decode::component(&module, &features, &mut Definitions::default()).expect_err("a module is no component");
    assert_eq!(error.message, "expected a component, found a core module");
}
