//! Random values, lowered and lifted by both definitions: same core values, same memory, same calls of `realloc`, same
//! traps, and what is lifted is what was lowered.

use proptest::collection::vec;
use proptest::prelude::*;
use raddle_canon::{
    CoreValueIter, MAX_FLAT_ASYNC_PARAMS, MAX_FLAT_PARAMS, MAX_FLAT_RESULTS, TypeTable, Value, check_value,
    lift_flat_values, load, lower_flat_values, store,
};
use syntax::component::{PtrType, StringEncoding};
use syntax::types::{Types, ValType};

use crate::inst::Guest;
use crate::random::{define, fast, options, params, plain, ty, value};
use crate::slow::{Site, Slow, T, V, alignment, elem_size};
use crate::slow_flat::CoreValues;

type Opts = (StringEncoding, PtrType);

fn table(ts: &[T]) -> (TypeTable, Vec<ValType>) {
    let mut types = Types::new();
    let fast_types = ts.iter().map(|t| define(&mut types, t)).collect();
    let mut table = TypeTable::new();
    table.extend(&types);
    (table, fast_types)
}

fn max_flat() -> impl Strategy<Value = usize> {
    proptest::sample::select(&[MAX_FLAT_PARAMS, MAX_FLAT_ASYNC_PARAMS, MAX_FLAT_RESULTS][..])
}

fn slow(guest: &Guest, (encoding, p): Opts) -> Slow {
    Slow { guest: guest.clone(), encoding, p }
}

/// A trap of the fast definition must be of a rule that claims the site of the slow one.
fn assert_same_trap(rule: syntax::TrapRule, site: Site) {
    assert!(rule.sites().contains(&site), "{rule:?} against {site:?}");
}

/// Lowers with both, and returns the core values and the guest.
fn lower_both(opts: Opts, max_flat: usize, ts: &[T], vs: &[V], out: Option<u64>) -> Result<(Vec<u64>, Guest), Site> {
    lower_both_in(Guest::new(64), opts, max_flat, (ts, vs), out)
}

fn lower_both_in(
    guest: Guest,
    opts: Opts,
    max_flat: usize,
    (ts, vs): (&[T], &[V]),
    out: Option<u64>,
) -> Result<(Vec<u64>, Guest), Site> {
    let (types, fast_types) = table(ts);
    let values: Vec<Value> = ts.iter().zip(vs).map(|(t, v)| fast(t, v)).collect();
    for (value, ty) in values.iter().zip(&fast_types) {
        assert_eq!(check_value(&types, value, *ty), Ok(()));
    }
    let mut slow = slow(&guest, opts);
    let mut guest = guest;
    let out = out.as_slice();
    let mut fast_out = CoreValueIter::new(out);
    let fast_out = (!out.is_empty()).then_some(&mut fast_out);
    let mut slow_out = CoreValues::new(out);
    let slow_out = (!out.is_empty()).then_some(&mut slow_out);
    let found = lower_flat_values(&mut guest.cx(&types, opts), max_flat, &values, fast_types.iter().copied(), fast_out);
    let expected = slow.lower_flat_values(max_flat, vs, ts, slow_out);
    assert_eq!(guest.calls, slow.guest.calls);
    match (found, expected) {
        (Ok(found), Ok(expected)) => {
            assert_eq!(found.as_slice(), expected);
            assert_eq!(guest.memory, slow.guest.memory);
            Ok((expected, guest))
        }
        (Err(trap), Err(site)) => {
            assert_same_trap(trap.rule, site);
            Err(site)
        }
        (found, expected) => panic!("{found:?} against {expected:?}"),
    }
}

/// Lifts with both, and returns the values of the fast definition.
fn lift_both(opts: Opts, max_flat: usize, ts: &[T], flat: &[u64], guest: &Guest) -> Result<Vec<Value>, Site> {
    let (types, fast_types) = table(ts);
    let slow = slow(guest, opts);
    let mut guest = guest.clone();
    let mut vi = CoreValueIter::new(flat);
    let found = lift_flat_values(&mut guest.cx(&types, opts), max_flat, &mut vi, fast_types.iter().copied());
    let expected = slow.lift_flat_values(max_flat, &mut CoreValues::new(flat), ts);
    match (found, expected) {
        (Ok(found), Ok(expected)) => {
            let expected: Vec<Value> = ts.iter().zip(&expected).map(|(t, v)| fast(t, v)).collect();
            assert_eq!(found.as_slice(), expected);
            Ok(expected)
        }
        (Err(trap), Err(site)) => {
            assert_same_trap(trap.rule, site);
            Err(site)
        }
        (found, expected) => panic!("{found:?} against {expected:?}"),
    }
}

/// A type with bytes in memory that were made for nothing.
fn junk() -> impl Strategy<Value = (Vec<T>, Vec<u64>, Vec<u8>)> {
    let word = prop_oneof![0u64..48, 0u64..48, Just(0x8000_0002), any::<u64>(), Just(1 << 63 | 2), 0u64..0x12_0000];
    let byte = prop_oneof![0u8..4, 0u8..4, Just(0x80), any::<u8>()];
    (vec(ty(), 1..3), vec(word, 17), vec(byte, 48..96))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 768, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lowered_then_lifted_is_the_same((ts, vs) in params(), opts in options(), max_flat in max_flat()) {
        let (flat, guest) = lower_both(opts, max_flat, &ts, &vs, None).unwrap();
        let lifted = lift_both(opts, max_flat, &ts, &flat, &guest).unwrap();
        let lifted: Vec<Value> = lifted.iter().map(plain).collect();
        let lowered: Vec<Value> = ts.iter().zip(&vs).map(|(t, v)| plain(&fast(t, v))).collect();
        prop_assert_eq!(lifted, lowered);
    }

    #[test]
    fn results_go_where_the_caller_says((ts, vs) in params(), opts in options(), out in prop_oneof![0u64..8, Just(8)]) {
        let _ = lower_both_in(Guest::new(512), opts, 0, (&ts, &vs), Some(out));
    }

    #[test]
    fn stored_then_loaded_is_the_same(
        (t, v) in ty().prop_flat_map(|t| { let v = value(&t); (Just(t), v) }), opts in options(),
    ) {
        let (types, fast_types) = table(std::slice::from_ref(&t));
        let size = usize::try_from(elem_size(&t, opts.1)).unwrap();
        prop_assert_eq!(i128::from(types.elem_size(fast_types[0], opts.1)), elem_size(&t, opts.1));
        prop_assert_eq!(i128::from(types.alignment(fast_types[0], opts.1)), alignment(&t, opts.1));
        let mut guest = Guest::new(16 + size);
        let mut slow = slow(&guest, opts);
        slow.store(&v, &t, 16).unwrap();
        let mut cx = guest.cx(&types, opts);
        store(&mut cx, &fast(&t, &v), fast_types[0], 16).unwrap();
        let loaded = load(&mut cx, 16, fast_types[0]).unwrap();
        prop_assert_eq!(&slow.guest.memory, &guest.memory);
        prop_assert_eq!(&fast(&t, &slow.load(16, &t).unwrap()), &loaded);
        prop_assert_eq!(plain(&loaded), plain(&fast(&t, &v)));
    }

    #[test]
    fn both_lift_junk_alike((ts, flat, memory) in junk(), opts in options(), max_flat in max_flat()) {
        let flat: Vec<u64> = match opts.1 {
            PtrType::I32 => flat.iter().map(|cell| cell & 0xffff_ffff).collect(),
            PtrType::I64 => flat,
        };
        let (types, fast_types) = table(&ts);
        let flat = narrowed(&types, &fast_types, opts.1, flat);
        let mut guest = Guest::new(0);
        guest.memory = memory;
        for kind in 1..6 {
            guest.add_handle(kind, u32::from(kind));
        }
        let _ = lift_both(opts, max_flat, &ts, &flat, &guest);
    }

    #[test]
    fn both_check_what_realloc_returns(
        (ts, vs) in params(), opts in options(), lies in vec(prop_oneof![0u64..80, any::<u32>().prop_map(u64::from)], 1..4),
    ) {
        let mut guest = Guest::new(4096);
        guest.lies = lies;
        let _ = lower_both_in(guest, opts, MAX_FLAT_PARAMS, (&ts, &vs), None);
    }
}

/// Cells as the core types allow: what is no `i64` or `f64` has 32 bits.
fn narrowed(types: &TypeTable, ts: &[ValType], ptr_type: PtrType, flat: Vec<u64>) -> Vec<u64> {
    let core = raddle_canon::flatten_types(types, ts.iter().copied(), ptr_type);
    let Some(core) = core.types() else { return flat };
    let wide = |i: usize| {
        core.get(i).is_some_and(|ty| matches!(ty, raddle_canon::CoreType::I64 | raddle_canon::CoreType::F64))
    };
    flat.iter()
        .enumerate()
        .map(|(i, cell)| if wide(i) || i >= core.len() { *cell } else { cell & 0xffff_ffff })
        .collect()
}
