//! Transcoding: the text arrives, and `realloc` is called as the definition says, whatever the source and destination.

use std::fmt::Write as _;

use insta::assert_snapshot;
use proptest::prelude::*;
use raddle_canon::{
    SourceEncoding, Str, TypeTable, load_string, load_string_from_range, store_string, store_string_into_range,
};
use syntax::component::{PtrType, StringEncoding};

use crate::inst::Guest;
use crate::random::{ENCODINGS, fast_string, options, string, text};
use crate::slow::{S, Slow};

const SOURCES: [SourceEncoding; 4] =
    [SourceEncoding::Utf8, SourceEncoding::Utf16, SourceEncoding::Latin1, SourceEncoding::TaggedUtf16];

/// The calls of `realloc` for a text from each source that can have it, to each destination.
fn calls(text: &str) -> String {
    let mut lines = String::new();
    let types = TypeTable::new();
    for encoding in SOURCES {
        if encoding == SourceEncoding::Latin1 && text.chars().any(|usv| u32::from(usv) > 0xff) {
            continue;
        }
        for destination in ENCODINGS {
            let mut guest = Guest::new(0);
            let mut cx = guest.cx(&types, (destination, PtrType::I32));
            let str = Str { text: text.to_owned(), encoding };
            let (ptr, units) = store_string_into_range(&mut cx, &str).unwrap();
            let loaded = load_string_from_range(&mut cx, ptr, units).unwrap();
            assert_eq!(loaded.text, text);
            let sizes: Vec<String> =
                guest.calls.iter().map(|[_, old, align, new]| format!("{old}->{new}/{align}")).collect();
            writeln!(lines, "{encoding:?} to {destination:?}: {} = {units:#x}", sizes.join(" ")).unwrap();
        }
    }
    lines
}

#[test]
fn calls_for_ascii() {
    assert_snapshot!(calls("abc"), @"
    Utf8 to Utf8: 0->3/1 = 0x3
    Utf8 to Utf16: 0->6/2 = 0x3
    Utf8 to Latin1Utf16: 0->3/2 = 0x3
    Utf16 to Utf8: 0->3/1 = 0x3
    Utf16 to Utf16: 0->6/2 = 0x3
    Utf16 to Latin1Utf16: 0->3/2 = 0x3
    Latin1 to Utf8: 0->3/1 = 0x3
    Latin1 to Utf16: 0->6/2 = 0x3
    Latin1 to Latin1Utf16: 0->3/2 = 0x3
    TaggedUtf16 to Utf8: 0->3/1 = 0x3
    TaggedUtf16 to Utf16: 0->6/2 = 0x3
    TaggedUtf16 to Latin1Utf16: 0->6/2 6->3/1 = 0x3
    ");
}

#[test]
fn calls_for_latin1() {
    assert_snapshot!(calls("aéb"), @"
    Utf8 to Utf8: 0->4/1 = 0x4
    Utf8 to Utf16: 0->8/2 8->6/2 = 0x3
    Utf8 to Latin1Utf16: 0->4/2 4->3/2 = 0x3
    Utf16 to Utf8: 0->3/1 3->9/1 9->4/1 = 0x4
    Utf16 to Utf16: 0->6/2 = 0x3
    Utf16 to Latin1Utf16: 0->3/2 = 0x3
    Latin1 to Utf8: 0->3/1 3->6/1 6->4/1 = 0x4
    Latin1 to Utf16: 0->6/2 = 0x3
    Latin1 to Latin1Utf16: 0->3/2 = 0x3
    TaggedUtf16 to Utf8: 0->3/1 3->9/1 9->4/1 = 0x4
    TaggedUtf16 to Utf16: 0->6/2 = 0x3
    TaggedUtf16 to Latin1Utf16: 0->6/2 6->3/1 = 0x3
    ");
}

#[test]
fn calls_for_more() {
    assert_snapshot!(calls("aé🍰"), @"
    Utf8 to Utf8: 0->7/1 = 0x7
    Utf8 to Utf16: 0->14/2 14->8/2 = 0x4
    Utf8 to Latin1Utf16: 0->7/2 7->14/2 14->8/2 = 0x80000004
    Utf16 to Utf8: 0->4/1 4->12/1 12->7/1 = 0x7
    Utf16 to Utf16: 0->8/2 = 0x4
    Utf16 to Latin1Utf16: 0->4/2 4->8/2 = 0x80000004
    TaggedUtf16 to Utf8: 0->4/1 4->12/1 12->7/1 = 0x7
    TaggedUtf16 to Utf16: 0->8/2 = 0x4
    TaggedUtf16 to Latin1Utf16: 0->8/2 = 0x80000004
    ");
}

#[test]
fn calls_for_nothing() {
    assert_snapshot!(calls(""), @"
    Utf8 to Utf8: 0->0/1 = 0x0
    Utf8 to Utf16: 0->0/2 = 0x0
    Utf8 to Latin1Utf16: 0->0/2 = 0x0
    Utf16 to Utf8: 0->0/1 = 0x0
    Utf16 to Utf16: 0->0/2 = 0x0
    Utf16 to Latin1Utf16: 0->0/2 = 0x0
    Latin1 to Utf8: 0->0/1 = 0x0
    Latin1 to Utf16: 0->0/2 = 0x0
    Latin1 to Latin1Utf16: 0->0/2 = 0x0
    TaggedUtf16 to Utf8: 0->0/1 = 0x0
    TaggedUtf16 to Utf16: 0->0/2 = 0x0
    TaggedUtf16 to Latin1Utf16: 0->0/2 0->0/1 = 0x0
    ");
}

#[test]
fn the_tag_is_the_highest_bit_of_a_pointer_and_survives_other_pointers() {
    let types = TypeTable::new();
    let latin1_utf16 = StringEncoding::Latin1Utf16;
    for (from, to) in [(PtrType::I32, PtrType::I64), (PtrType::I64, PtrType::I32)] {
        let mut guest = Guest::new(4);
        guest.memory.copy_from_slice(&[0xac, 0x20, 0x61, 0x00]);
        let tag = |ptr_type| if ptr_type == PtrType::I32 { 1u64 << 31 } else { 1 << 63 };
        let str = load_string_from_range(&mut guest.cx(&types, (latin1_utf16, from)), 0, 2 | tag(from)).unwrap();
        assert_eq!(str, Str { text: "€a".to_owned(), encoding: SourceEncoding::TaggedUtf16 });
        let mut guest = Guest::new(0);
        let (_, units) = store_string_into_range(&mut guest.cx(&types, (latin1_utf16, to)), &str).unwrap();
        assert_eq!(units, 2 | tag(to));
    }
}

#[test]
fn a_copy_takes_a_unit_of_fuel_for_64_bytes() {
    let types = TypeTable::new();
    let mut guest = Guest::new(0);
    let mut cx = guest.cx(&types, (StringEncoding::Utf8, PtrType::I32));
    store_string_into_range(&mut cx, &Str::from("a".repeat(65))).unwrap();
    assert_eq!(guest.fuel, 2);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn transcoded_as_by_the_slow_definition(s in string(), opts in options()) {
        let mut guest = Guest::new(16);
        let mut slow = Slow { guest: guest.clone(), encoding: opts.0, p: opts.1 };
        let types = TypeTable::new();
        let mut cx = guest.cx(&types, opts);
        store_string(&mut cx, &fast_string(&s), 0).unwrap();
        let loaded = load_string(&mut cx, 0).unwrap();
        slow.store(&crate::slow::V::String(s.clone()), &crate::slow::T::String, 0).unwrap();
        prop_assert_eq!(&slow.guest, &Guest { fuel: 0, ..guest.clone() });
        prop_assert_eq!(&loaded.text, &s.text);
        let code_units = i128::from(loaded.code_units());
        let crate::slow::V::String(expected) = slow.load(0, &crate::slow::T::String).unwrap() else { panic!("a string") };
        prop_assert_eq!(fast_string(&expected), loaded);
        prop_assert_eq!(expected.code_units, code_units);
    }

    #[test]
    fn long_texts_too(parts in proptest::collection::vec(text(), 0..60), opts in options()) {
        let text = parts.concat();
        for encoding in [SourceEncoding::Utf8, SourceEncoding::Utf16, SourceEncoding::TaggedUtf16] {
            let str = Str { text: text.clone(), encoding };
            let s = S {
                text: text.clone(),
                encoding: match encoding {
                    SourceEncoding::Utf8 => StringEncoding::Utf8,
                    SourceEncoding::Utf16 => StringEncoding::Utf16,
                    SourceEncoding::Latin1 | SourceEncoding::TaggedUtf16 => StringEncoding::Latin1Utf16,
                },
                tagged: encoding == SourceEncoding::TaggedUtf16,
                code_units: i128::from(str.code_units()),
            };
            let mut guest = Guest::new(16);
            let mut slow = Slow { guest: guest.clone(), encoding: opts.0, p: opts.1 };
            store_string(&mut guest.cx(&TypeTable::new(), opts), &str, 0).unwrap();
            slow.store(&crate::slow::V::String(s), &crate::slow::T::String, 0).unwrap();
            prop_assert_eq!(&slow.guest, &Guest { fuel: 0, ..guest });
        }
    }
}
