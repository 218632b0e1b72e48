//! One minimal test for each rule of this crate, at the border where it begins to hold.

use raddle_canon::{
    CoreValueIter, LiftLowerContext, MAX_FLAT_PARAMS, NumberType, Numbers, SourceEncoding, Str, TypeTable, Value,
    check_buffer, check_value, lift_flat_values, load, lower_flat_values,
};
use syntax::TrapRule;
use syntax::component::{PtrType, StringEncoding};
use syntax::types::{Types, ValType};

use crate::inst::Guest;
use crate::random::define;
use crate::slow::T;

const U8: T = T::Int { bits: 8, signed: false };
const U32: T = T::Int { bits: 32, signed: false };

struct World {
    types: TypeTable,
    ty: ValType,
    guest: Guest,
    encoding: StringEncoding,
    ptr_type: PtrType,
}

fn world(t: &T, memory: &[u8]) -> World {
    let mut defined = Types::new();
    let ty = define(&mut defined, t);
    let mut types = TypeTable::new();
    types.extend(&defined);
    let guest = Guest { memory: memory.to_vec(), ..Guest::default() };
    World { types, ty, guest, encoding: StringEncoding::Utf8, ptr_type: PtrType::I32 }
}

impl World {
    fn cx(&mut self) -> LiftLowerContext<'_, Guest> {
        self.guest.cx(&self.types, (self.encoding, self.ptr_type))
    }

    /// Lifts one parameter, or several of the same type.
    fn lift_many(&mut self, count: usize, flat: &[u64]) -> Option<TrapRule> {
        let ts = std::iter::repeat_n(self.ty, count);
        let result = lift_flat_values(&mut self.cx(), MAX_FLAT_PARAMS, &mut CoreValueIter::new(flat), ts);
        result.err().map(|trap| trap.rule)
    }

    fn lift(&mut self, flat: &[u64]) -> Option<TrapRule> {
        self.lift_many(1, flat)
    }

    /// Lowers one parameter while `realloc` returns some pointers, or to the pointer that the caller gives.
    fn lower(&mut self, value: &Value, lies: &[u64]) -> Option<TrapRule> {
        self.guest.lies = lies.to_vec();
        let ty = self.ty;
        let result =
            lower_flat_values(&mut self.cx(), MAX_FLAT_PARAMS, std::slice::from_ref(value), [ty].into_iter(), None);
        result.err().map(|trap| trap.rule)
    }
}

#[test]
fn chars() {
    let mut world = world(&T::Char, b"");
    assert_eq!(world.lift(&[0x10_ffff]), None);
    assert_eq!(world.lift(&[0x11_0000]), Some(TrapRule::CharOutOfRange));
    assert_eq!(world.lift(&[0xd7ff]), None);
    assert_eq!(world.lift(&[0xd800]), Some(TrapRule::CharSurrogate));
    assert_eq!(world.lift(&[0xdfff]), Some(TrapRule::CharSurrogate));
    assert_eq!(world.lift(&[0xe000]), None);
}

#[test]
fn strings() {
    let mut world = world(&T::String, b"abc\xff\xc3");
    assert_eq!(world.lift(&[0, 3]), None);
    assert_eq!(world.lift(&[5, 0]), None);
    assert_eq!(world.lift(&[6, 0]), Some(TrapRule::StringOutOfBounds));
    assert_eq!(world.lift(&[0, 6]), Some(TrapRule::StringOutOfBounds));
    assert_eq!(world.lift(&[0, (1 << 28) - 1]), Some(TrapRule::StringOutOfBounds));
    assert_eq!(world.lift(&[0, 1 << 28]), Some(TrapRule::StringTooLong));
    assert_eq!(world.lift(&[3, 1]), Some(TrapRule::StringInvalidUtf8));
    assert_eq!(world.lift(&[4, 1]), Some(TrapRule::StringIncompleteUtf8));
    world.encoding = StringEncoding::Utf16;
    assert_eq!(world.lift(&[1, 0]), Some(TrapRule::StringUnaligned));
    assert_eq!(world.lift(&[1, 1 << 27]), Some(TrapRule::StringTooLong));
    world.guest.memory = vec![0x00, 0xd8, 0x61, 0x00, 0x00, 0xdc];
    assert_eq!(world.lift(&[0, 1]), Some(TrapRule::StringInvalidUtf16));
    assert_eq!(world.lift(&[0, 2]), Some(TrapRule::StringInvalidUtf16));
    assert_eq!(world.lift(&[4, 1]), Some(TrapRule::StringInvalidUtf16));
    world.encoding = StringEncoding::Latin1Utf16;
    assert_eq!(world.lift(&[1, 0]), Some(TrapRule::StringUnaligned));
    assert_eq!(world.lift(&[0, 6]), None);
    assert_eq!(world.lift(&[0, 1 << 31 | 1]), Some(TrapRule::StringInvalidUtf16));
    world.ptr_type = PtrType::I64;
    assert_eq!(world.lift(&[0, 1 << 63 | 1]), Some(TrapRule::StringInvalidUtf16));
    assert_eq!(world.lift(&[0, u64::MAX]), Some(TrapRule::StringTooLong));
    assert_eq!(world.lift(&[u64::MAX - 1, 2]), Some(TrapRule::StringOutOfBounds));
}

#[test]
fn lists() {
    let mut world = world(&T::List(Box::new(U32), None), &[0; 8]);
    assert_eq!(world.lift(&[4, 1]), None);
    assert_eq!(world.lift(&[8, 0]), None);
    assert_eq!(world.lift(&[12, 0]), Some(TrapRule::ListOutOfBounds));
    assert_eq!(world.lift(&[4, 2]), Some(TrapRule::ListOutOfBounds));
    assert_eq!(world.lift(&[2, 0]), Some(TrapRule::ListUnaligned));
    assert_eq!(world.lift(&[2, (1 << 26) - 1]), Some(TrapRule::ListUnaligned));
    assert_eq!(world.lift(&[2, 1 << 26]), Some(TrapRule::ListTooLong));
    world.ptr_type = PtrType::I64;
    assert_eq!(world.lift(&[2, u64::MAX]), Some(TrapRule::ListTooLong));
    assert_eq!(world.lift(&[u64::MAX - 3, 1]), Some(TrapRule::ListOutOfBounds));
}

#[test]
fn discriminants() {
    let t = T::Variant(vec![Some(U8), None]);
    let mut world = world(&t, &[1, 0, 2, 0]);
    assert_eq!(world.lift(&[1, 9]), None);
    assert_eq!(world.lift(&[2, 0]), Some(TrapRule::LiftFlatVariantDiscriminant));
    let ty = world.ty;
    assert_eq!(load(&mut world.cx(), 0, ty), Ok(Value::Variant(1, None)));
    assert_eq!(load(&mut world.cx(), 2, ty).unwrap_err().rule, TrapRule::LoadVariantDiscriminant);
}

#[test]
fn parameters_in_memory() {
    let mut world = world(&U32, &[0; 72]);
    assert_eq!(world.lift_many(17, &[4]), None);
    assert_eq!(world.lift_many(17, &[2]), Some(TrapRule::LiftValuesUnaligned));
    assert_eq!(world.lift_many(17, &[8]), Some(TrapRule::LiftValuesOutOfBounds));
}

#[test]
fn parameters_lowered_into_memory() {
    let mut world = world(&T::Record(vec![U32; 17]), &[0; 72]);
    let value = Value::Record(vec![Value::U32(1); 17]);
    assert_eq!(world.lower(&value, &[4]), None);
    assert_eq!(world.lower(&value, &[2]), Some(TrapRule::ReallocValuesUnaligned));
    assert_eq!(world.lower(&value, &[8]), Some(TrapRule::ReallocValuesOutOfBounds));
    let ty = world.ty;
    let mut lower_to = |ptr: u64| {
        let out = [ptr];
        let (mut vi, vs) = (CoreValueIter::new(&out), std::slice::from_ref(&value));
        let result = lower_flat_values(&mut world.cx(), 1, vs, [ty].into_iter(), Some(&mut vi));
        result.map(|flat| assert!(flat.is_empty())).err().map(|trap| trap.rule)
    };
    assert_eq!(lower_to(4), None);
    assert_eq!(lower_to(2), Some(TrapRule::LowerValuesUnaligned));
    assert_eq!(lower_to(8), Some(TrapRule::LowerValuesOutOfBounds));
}

#[test]
fn parameters_that_no_memory_can_hold() {
    let large = T::List(Box::new(U8), Some((1 << 28) - 1));
    let mut world = world(&large, b"");
    assert_eq!(world.lift_many(20, &[0]), Some(TrapRule::LiftValuesOutOfBounds));
    let empty = Value::Numbers(Numbers::from(Vec::new()));
    let (vs, ts) = (vec![empty; 20], vec![world.ty; 20]);
    let result = lower_flat_values(&mut world.cx(), MAX_FLAT_PARAMS, &vs, ts.into_iter(), None);
    assert_eq!(result.unwrap_err().rule, TrapRule::ReallocValuesOutOfBounds);
    assert!(world.guest.calls.is_empty());
}

#[test]
fn lists_lowered() {
    let mut world = world(&T::List(Box::new(U32), None), &[0; 8]);
    let one = Value::Numbers(Numbers::new(NumberType::U32, vec![1, 0, 0, 0]));
    let none = Value::List(Vec::new());
    assert_eq!(world.lower(&one, &[4]), None);
    assert_eq!(world.lower(&one, &[2]), Some(TrapRule::ReallocListUnaligned));
    assert_eq!(world.lower(&one, &[8]), Some(TrapRule::ReallocListOutOfBounds));
    assert_eq!(world.lower(&none, &[8]), None);
    assert_eq!(world.lower(&none, &[0xffff_fffc]), Some(TrapRule::ReallocListOutOfBounds));
    assert_eq!(world.lower(&none, &[0xffff_ffff]), Some(TrapRule::ReallocListUnaligned));
}

/// Source, destination, text.
type Transcoding = (SourceEncoding, StringEncoding, &'static str);

#[test]
fn strings_lowered() {
    let (unaligned, out) = (Some(TrapRule::ReallocStringUnaligned), Some(TrapRule::ReallocStringOutOfBounds));
    // Good pointers first, then pointers of which the last is bad.
    let utf8 = (SourceEncoding::Utf8, StringEncoding::Utf8, "ab");
    let from_utf16 = (SourceEncoding::Utf16, StringEncoding::Utf8, "aé");
    let to_utf16 = (SourceEncoding::Utf8, StringEncoding::Utf16, "aé");
    let to_either = (SourceEncoding::Utf8, StringEncoding::Latin1Utf16, "aé");
    let to_wide = (SourceEncoding::Utf8, StringEncoding::Latin1Utf16, "a€");
    let probably = (SourceEncoding::TaggedUtf16, StringEncoding::Latin1Utf16, "aé");
    let cases: &[(Transcoding, &[u64], Option<TrapRule>)] = &[
        (utf8, &[14], None),
        (utf8, &[15], out),
        (from_utf16, &[1, 1, 1], None),
        (from_utf16, &[15], out),
        (from_utf16, &[1, 11], out),
        (from_utf16, &[1, 1, 14], out),
        (to_utf16, &[2, 2], None),
        (to_utf16, &[1], unaligned),
        (to_utf16, &[12], out),
        (to_utf16, &[2, 1], unaligned),
        (to_utf16, &[2, 14], out),
        (to_either, &[2, 2], None),
        (to_either, &[1], unaligned),
        (to_either, &[14], out),
        (to_either, &[2, 1], unaligned),
        (to_either, &[2, 16], out),
        (to_wide, &[2, 2, 2], None),
        (to_wide, &[2, 1], unaligned),
        (to_wide, &[2, 10], out),
        (to_wide, &[2, 2, 1], unaligned),
        (to_wide, &[2, 2, 14], out),
        (probably, &[2, 1], None),
        (probably, &[1], unaligned),
        (probably, &[14], out),
        (probably, &[2, 15], out),
    ];
    for ((source, destination, text), lies, expected) in cases {
        let mut world = world(&T::String, &[0; 16]);
        world.encoding = *destination;
        let value = Value::String(Str { text: (*text).to_owned(), encoding: *source });
        assert_eq!(world.lower(&value, lies), *expected, "{source:?} {destination:?} {text} {lies:?}");
        assert_eq!(world.guest.calls.len(), lies.len(), "{source:?} {destination:?} {text} {lies:?}");
    }
}

#[test]
fn buffers() {
    let mut world = world(&U32, &[0; 8]);
    let t = Some(world.ty);
    let mut check = |t, ptr, length| check_buffer(&world.cx(), t, ptr, length).err().map(|trap| trap.rule);
    assert_eq!(check(t, 4, 1), None);
    assert_eq!(check(t, 1, 0), None);
    assert_eq!(check(None, 99, (1 << 28) - 1), None);
    assert_eq!(check(None, 0, 1 << 28), Some(TrapRule::BufferTooLong));
    assert_eq!(check(t, 2, 1), Some(TrapRule::BufferUnaligned));
    assert_eq!(check(t, 4, 2), Some(TrapRule::BufferOutOfBounds));
    assert_eq!(check(t, u64::MAX - 3, 1), Some(TrapRule::BufferOutOfBounds));
}

#[test]
fn values_of_the_host_are_checked() {
    let check = |t: &T, v: &Value| {
        let world = world(t, b"");
        check_value(&world.types, v, world.ty).unwrap_err()
    };
    let text = [
        check(&U8, &Value::U32(1)),
        check(&T::List(Box::new(U8), None), &Value::List(vec![Value::Bool(true)])),
        check(&T::List(Box::new(U32), None), &Value::Numbers(Numbers::from(vec![1]))),
        check(&T::List(Box::new(U8), Some(2)), &Value::Numbers(Numbers::from(vec![1]))),
        check(&T::Tuple(vec![U8, U8]), &Value::Record(vec![Value::U8(1)])),
        check(&T::Enum(2), &Value::Variant(2, None)),
        check(&T::Option(Box::new(U8)), &Value::Variant(1, None)),
        check(&T::Option(Box::new(U8)), &Value::Variant(0, Some(Box::new(Value::U8(1))))),
        check(&T::Flags(2), &Value::Flags(4)),
        check(&T::Own, &Value::Flags(4)),
        check(&T::String, &Value::String(Str { text: "€".to_owned(), encoding: SourceEncoding::Latin1 })),
    ];
    insta::assert_snapshot!(text.join("\n"), @"
    expected a u8, found a u32
    expected a u8, found a bool
    expected a list of another type, found a list of u8
    expected 2 elements, found 1
    expected 2 fields, found 1
    expected one of 2 cases, found case 2
    expected a payload for case 1, found none
    expected no payload for case 0, found one
    expected flags of 2 labels, found bits 0b100
    expected a resource, found a set of flags
    expected a Latin-1 string, found '€' in it
    ");
}

#[test]
fn what_a_trap_says() {
    let mut world = world(&T::List(Box::new(U32), None), &[0; 8]);
    let mut say = |flat: &[u64]| {
        let ty = world.ty;
        let mut vi = CoreValueIter::new(flat);
        lift_flat_values(&mut world.cx(), MAX_FLAT_PARAMS, &mut vi, [ty].into_iter()).unwrap_err().to_string()
    };
    insta::assert_snapshot!([say(&[2, 0]), say(&[4, 2]), say(&[0, 1 << 26])].join("\n"), @"
    unaligned pointer (list pointer is not aligned) at 0x2, which is not a multiple of 4
    list content out-of-bounds (list pointer/length out of bounds of memory) at 0x4, 8 bytes, in a memory of 8 bytes
    list is too long (268435456 bytes)
    ");
}
