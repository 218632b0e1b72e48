//! NaNs: made canonical when lifted, given the chosen bits when lowered, alone and in lists.

use raddle_canon::{
    CoreValueIter, NanBits, NumberType, Numbers, TypeTable, Value, canonicalize_nans, lift_flat, load_list_from_range,
    lower_flat, store_list_into_range,
};
use syntax::component::{PtrType, StringEncoding};
use syntax::types::ValType;

use crate::inst::Guest;

const OPTS: (StringEncoding, PtrType) = (StringEncoding::Utf8, PtrType::I32);
const INFINITY: u32 = 0xff80_0000;

fn bytes(bits: &[u32]) -> Vec<u8> {
    bits.iter().flat_map(|bits| bits.to_le_bytes()).collect()
}

fn words(bytes: &[u8]) -> Vec<u32> {
    bytes.as_chunks().0.iter().map(|bits| u32::from_le_bytes(*bits)).collect()
}

#[test]
fn nans_are_canonical_when_lifted() {
    let types = TypeTable::new();
    let mut guest = Guest { memory: bytes(&[0x7f80_0001, INFINITY, 0xffff_ffff, 1]), ..Guest::default() };
    let mut cx = guest.cx(&types, OPTS);
    let list = load_list_from_range(&mut cx, 0, 4, ValType::F32).unwrap();
    let Value::Numbers(numbers) = list else { panic!("a list of numbers") };
    assert_eq!(words(numbers.bytes()), [0x7fc0_0000, INFINITY, 0x7fc0_0000, 1]);
    let lifted = lift_flat(&mut cx, &mut CoreValueIter::new(&[0xffff_ffff]), ValType::F32).unwrap();
    assert_eq!(lifted, Value::F32(0x7fc0_0000));
    guest.memory = bytes(&[1, 0xfff0_0000, 0, 0xfff0_0000]);
    let list = load_list_from_range(&mut guest.cx(&types, OPTS), 0, 2, ValType::F64).unwrap();
    let Value::Numbers(numbers) = list else { panic!("a list of numbers") };
    assert_eq!(words(numbers.bytes()), [0, 0x7ff8_0000, 0, 0xfff0_0000]);
}

#[test]
fn nans_get_the_chosen_bits_when_lowered() {
    let types = TypeTable::new();
    for (choice, f32, f64) in [
        (NanBits::Canonical, 0x7fc0_0000, 0x7ff8_0000_0000_0000),
        (NanBits::Signalling, 0x7f80_0001, 0x7ff0_0000_0000_0001),
        (NanBits::AllOnes, 0xffff_ffff, u64::MAX),
    ] {
        let mut guest = Guest { nan_bits: choice, ..Guest::default() };
        let mut cx = guest.cx(&types, OPTS);
        let mut flat = raddle_canon::FlatValues::new();
        lower_flat(&mut cx, &Value::F32(0x7fff_0000), ValType::F32, &mut flat).unwrap();
        lower_flat(&mut cx, &Value::F64(0x7fff << 48), ValType::F64, &mut flat).unwrap();
        assert_eq!(flat.as_slice(), [u64::from(f32), f64]);
        let list = Numbers::new(NumberType::F32, bytes(&[5, 0xffc0_0000, INFINITY]));
        let (ptr, _) = store_list_into_range(&mut cx, &Value::Numbers(list), ValType::F32).unwrap();
        assert_eq!(words(&guest.memory[usize::try_from(ptr).unwrap()..]), [5, f32, INFINITY]);
    }
}

#[test]
fn integers_are_left_alone() {
    let mut ones = [0xff; 8];
    canonicalize_nans(NumberType::U32, &mut ones);
    canonicalize_nans(NumberType::S64, &mut ones);
    assert_eq!(ones, [0xff; 8]);
}

#[test]
fn lists_of_numbers_are_read_and_cut() {
    let mut numbers = Numbers::new(NumberType::S16, Vec::new());
    for number in [-1, 2, 300] {
        numbers.push(&Value::S16(number));
    }
    assert_eq!(numbers.bytes(), [0xff, 0xff, 2, 0, 0x2c, 1]);
    assert_eq!(numbers.slice(1..3).iter().collect::<Vec<_>>(), [Value::S16(2), Value::S16(300)]);
    assert_eq!((numbers.len(), numbers.is_empty()), (3, false));
}

#[test]
fn elements_and_blocks_cost_fuel() {
    let types = TypeTable::new();
    let mut guest = Guest::new(0);
    guest.memory = vec![1; 129];
    load_list_from_range(&mut guest.cx(&types, OPTS), 0, 129, ValType::U8).unwrap();
    assert_eq!(guest.fuel, 3);
    load_list_from_range(&mut guest.cx(&types, OPTS), 0, 129, ValType::Bool).unwrap();
    assert_eq!(guest.fuel, 3 + 129);
}
