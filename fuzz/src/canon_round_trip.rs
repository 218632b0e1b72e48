//! Any types and values: what is lowered and lifted again is the same, NaNs made canonical; any core values and memory: lifting
//! ends with values or a trap. `realloc` is honest or not.

use canon::{
    CoreType, CoreValueIter, ErrorContextId, Handles, LiftLowerContext, MAX_FLAT_ASYNC_PARAMS, MAX_FLAT_PARAMS,
    MAX_FLAT_RESULTS, Memory, NanBits, NumberType, Numbers, Options, Resource, ResourceTypeId, SharedId, TypeTable,
    Value, check_value, flatten_types, lift_flat_values, load, lower_flat_values, store,
};
use syntax::component::{Payload, PtrType, StringEncoding};
use syntax::id::ResourceIndex;
use syntax::types::{Case, DefinedType, Field, Types, ValType};
use syntax::{Trap, TrapRule};

use crate::input::Input;

/// Elements and labels of one type or value, at most, but for enums and flags.
const MAX_PARTS: usize = 5;

/// What one check may copy.
const MAX_FUEL: u64 = 1 << 16;

/// An instance: a memory, an allocator and a list of handles.
#[derive(Clone, Debug, Default)]
struct Guest {
    memory: Vec<u8>,
    handles: Vec<(u8, u32)>,
    /// What `realloc` returns next, before it becomes honest.
    lies: Vec<u64>,
    nan_bits: NanBits,
    fuel: u64,
}

impl Guest {
    fn add(&mut self, kind: u8, handle: u32) -> u32 {
        self.handles.push((kind, handle));
        u32::try_from(self.handles.len()).expect("few handles")
    }

    fn get(&self, index: u32, kind: u8) -> Result<u32, Trap> {
        let position = usize::try_from(index).expect("32 bits").wrapping_sub(1);
        match self.handles.get(position) {
            Some((found, handle)) if *found == kind => Ok(*handle),
            Some(_) => Err(Trap::new(TrapRule::ResourceWrongKind)),
            None => Err(Trap::new(TrapRule::TableOutOfBounds)),
        }
    }
}

impl Memory for Guest {
    type Error = Trap;

    fn bytes(&self) -> &[u8] {
        &self.memory
    }

    fn bytes_mut(&mut self, ptr: usize, length_bytes: usize) -> &mut [u8] {
        &mut self.memory[ptr..ptr + length_bytes]
    }

    fn realloc(&mut self, old: u64, old_size: u64, alignment: u64, new_size: u64) -> Result<u64, Trap> {
        if let Some(lie) = self.lies.pop() {
            return Ok(lie);
        }
        let [old, old_size, alignment, new_size] =
            [old, old_size, alignment, new_size].map(|n| usize::try_from(n).expect("64 bits"));
        if new_size > 1 << 20 {
            return Err(Trap::new(TrapRule::CoreUnreachable));
        }
        let ptr = self.memory.len().next_multiple_of(alignment);
        self.memory.resize(ptr + new_size, 0xbb);
        if old + old_size <= ptr {
            self.memory.copy_within(old..old + old_size.min(new_size), ptr);
        }
        Ok(u64::try_from(ptr).expect("64 bits"))
    }

    fn spend(&mut self, fuel: u64) -> Result<(), Trap> {
        self.fuel = self.fuel.saturating_add(fuel);
        if self.fuel > MAX_FUEL { Err(Trap::new(TrapRule::CoreUnreachable)) } else { Ok(()) }
    }

    fn nan_bits(&mut self) -> NanBits {
        self.nan_bits
    }
}

const RESOURCE_TYPE: ResourceTypeId = ResourceTypeId(7);

impl Handles for Guest {
    fn lift_own(&mut self, index: u32, _: ResourceIndex) -> Result<Resource, Trap> {
        Ok(Resource { ty: RESOURCE_TYPE, rep: self.get(index, 1)? })
    }
    fn lift_borrow(&mut self, index: u32, _: ResourceIndex) -> Result<Resource, Trap> {
        Ok(Resource { ty: RESOURCE_TYPE, rep: self.get(index, 2)? })
    }
    fn lift_stream(&mut self, index: u32, _: Payload) -> Result<SharedId, Trap> {
        self.get(index, 3).map(SharedId)
    }
    fn lift_future(&mut self, index: u32, _: Payload) -> Result<SharedId, Trap> {
        self.get(index, 4).map(SharedId)
    }
    fn lift_error_context(&mut self, index: u32) -> Result<ErrorContextId, Trap> {
        self.get(index, 5).map(ErrorContextId)
    }
    fn lower_own(&mut self, resource: Resource, _: ResourceIndex) -> Result<u32, Trap> {
        Ok(self.add(1, resource.rep))
    }
    fn lower_borrow(&mut self, resource: Resource, _: ResourceIndex) -> Result<u32, Trap> {
        Ok(self.add(2, resource.rep))
    }
    fn lower_stream(&mut self, shared: SharedId, _: Payload) -> Result<u32, Trap> {
        Ok(self.add(3, shared.0))
    }
    fn lower_future(&mut self, shared: SharedId, _: Payload) -> Result<u32, Trap> {
        Ok(self.add(4, shared.0))
    }
    fn lower_error_context(&mut self, error_context: ErrorContextId) -> Result<u32, Trap> {
        Ok(self.add(5, error_context.0))
    }
}

/// A type from the input.
fn ty(input: &mut Input<'_>, types: &mut Types, depth: u32) -> ValType {
    let kinds = if depth == 0 { 19 } else { 28 };
    let defined = match input.below(kinds) {
        0 => return ValType::Bool,
        1 => return ValType::S8,
        2 => return ValType::U8,
        3 => return ValType::S16,
        4 => return ValType::U16,
        5 => return ValType::S32,
        6 => return ValType::U32,
        7 => return ValType::S64,
        8 => return ValType::U64,
        9 => return ValType::F32,
        10 => return ValType::F64,
        11 => return ValType::Char,
        12 => return ValType::String,
        13 => return ValType::ErrorContext,
        14 => DefinedType::Own(ResourceIndex(0)),
        15 => DefinedType::Borrow(ResourceIndex(0)),
        16 => DefinedType::Flags((0..=input.below(32)).map(label).collect()),
        17 => DefinedType::Enum((0..=input.below(300)).map(label).collect()),
        18 => match input.below(2) {
            0 => DefinedType::Stream(None),
            _ => DefinedType::Future(None),
        },
        19 => DefinedType::List(ty(input, types, depth - 1)),
        20 => {
            let length = 1 + input.below(MAX_PARTS);
            DefinedType::FixedList(ty(input, types, depth - 1), u32::try_from(length).expect("a small number"))
        }
        21 => {
            let value = ty(input, types, depth - 1);
            DefinedType::Map([ValType::String, ValType::U8, ValType::Char][input.below(3)], value)
        }
        22 => DefinedType::Option(ty(input, types, depth - 1)),
        23 => DefinedType::Result { ok: maybe(input, types, depth - 1), err: maybe(input, types, depth - 1) },
        24 => DefinedType::Tuple((0..=input.below(MAX_PARTS)).map(|_| ty(input, types, depth - 1)).collect()),
        25 => {
            let cases = 1 + input.below(MAX_PARTS);
            let case = |i| Case { label: label(i), ty: maybe(input, types, depth - 1) };
            DefinedType::Variant((0..cases).map(case).collect())
        }
        _ => {
            let fields = 1 + input.below(MAX_PARTS);
            let field = |i| Field { label: label(i), ty: ty(input, types, depth - 1) };
            DefinedType::Record((0..fields).map(field).collect())
        }
    };
    ValType::Defined(types.define(defined))
}

fn maybe(input: &mut Input<'_>, types: &mut Types, depth: u32) -> Option<ValType> {
    (input.below(3) > 0).then(|| ty(input, types, depth))
}

fn label(i: usize) -> String {
    format!("l{i}")
}

/// A value of a type from the input.
fn value(input: &mut Input<'_>, types: &Types, t: ValType) -> Value {
    match t {
        ValType::Bool => Value::Bool(input.byte() & 1 == 1),
        ValType::S8 => Value::S8(input.byte().cast_signed()),
        ValType::U8 => Value::U8(input.byte()),
        ValType::S16 => Value::S16(i16::from_le_bytes([input.byte(), input.byte()])),
        ValType::U16 => Value::U16(u16::from_le_bytes([input.byte(), input.byte()])),
        ValType::S32 => Value::S32(input.u32().cast_signed()),
        ValType::U32 => Value::U32(input.u32()),
        ValType::S64 => Value::S64(input.u64().cast_signed()),
        ValType::U64 => Value::U64(input.u64()),
        ValType::F32 => Value::F32(input.u32()),
        ValType::F64 => Value::F64(input.u64()),
        ValType::Char => Value::Char(character(input)),
        ValType::String => Value::String(text(input).into()),
        ValType::ErrorContext => Value::ErrorContext(ErrorContextId(input.u32())),
        ValType::Defined(id) => compound(input, types, types.defined(id)),
    }
}

fn character(input: &mut Input<'_>) -> char {
    match input.byte() % 4 {
        0 => char::from(input.byte() & 0x7f),
        1 => char::from(input.byte()),
        2 => char::from_u32(input.u32() & 0xffff).unwrap_or('\u{fffd}'),
        _ => char::from_u32(input.u32() & 0x1f_ffff).unwrap_or('\u{10ffff}'),
    }
}

fn text(input: &mut Input<'_>) -> String {
    let length = input.below(12);
    (0..length).map(|_| character(input)).collect()
}

fn compound(input: &mut Input<'_>, types: &Types, t: &DefinedType) -> Value {
    let resource = |input: &mut Input<'_>| Resource { ty: RESOURCE_TYPE, rep: input.u32() };
    match t {
        DefinedType::Record(fields) => Value::Record(fields.iter().map(|f| value(input, types, f.ty)).collect()),
        DefinedType::Tuple(ts) => Value::Record(ts.iter().map(|t| value(input, types, *t)).collect()),
        DefinedType::Variant(cases) => {
            let case = input.below(cases.len());
            variant(input, types, (case, cases[case].ty))
        }
        DefinedType::Enum(labels) => {
            let case = input.below(labels.len());
            variant(input, types, (case, None))
        }
        DefinedType::Option(t) => {
            let case = input.below(2);
            variant(input, types, (case, (case == 1).then_some(*t)))
        }
        DefinedType::Result { ok, err } => {
            let case = input.below(2);
            variant(input, types, (case, if case == 0 { *ok } else { *err }))
        }
        DefinedType::Flags(labels) => Value::Flags(input.u32() & (u32::MAX >> (32 - labels.len()))),
        DefinedType::List(t) => {
            let length = input.below(MAX_PARTS);
            list(input, types, (*t, length))
        }
        DefinedType::FixedList(t, length) => {
            let length = usize::try_from(*length).expect("a small number");
            list(input, types, (*t, length))
        }
        DefinedType::Map(key, t) => {
            let length = input.below(MAX_PARTS);
            let entry = |_| Value::Record(vec![value(input, types, *key), value(input, types, *t)]);
            Value::List((0..length).map(entry).collect())
        }
        DefinedType::Own(_) => Value::Own(resource(input)),
        DefinedType::Borrow(_) => Value::Borrow(resource(input)),
        DefinedType::Stream(_) => Value::Stream(SharedId(input.u32())),
        DefinedType::Future(_) => Value::Future(SharedId(input.u32())),
    }
}

fn variant(input: &mut Input<'_>, types: &Types, (case, t): (usize, Option<ValType>)) -> Value {
    let payload = t.map(|t| Box::new(value(input, types, t)));
    Value::Variant(u32::try_from(case).expect("few cases"), payload)
}

fn list(input: &mut Input<'_>, types: &Types, (t, length): (ValType, usize)) -> Value {
    let Some(number) = NumberType::of(t) else {
        return Value::List((0..length).map(|_| value(input, types, t)).collect());
    };
    let mut numbers = Numbers::new(number, Vec::new());
    for _ in 0..length {
        numbers.push(&value(input, types, t));
    }
    Value::Numbers(numbers)
}

/// A value without what may change on the way: the encoding of a string's source and the bits of NaNs.
fn plain(v: &Value) -> Value {
    match v {
        Value::F32(bits) if f32::from_bits(*bits).is_nan() => Value::F32(0x7fc0_0000),
        Value::F64(bits) if f64::from_bits(*bits).is_nan() => Value::F64(0x7ff8_0000_0000_0000),
        Value::String(text) => Value::String(text.text.clone().into()),
        Value::List(values) => Value::List(values.iter().map(plain).collect()),
        Value::Numbers(numbers) => Value::List(numbers.iter().map(|v| plain(&v)).collect()),
        Value::Record(values) => Value::Record(values.iter().map(plain).collect()),
        Value::Variant(case, payload) => Value::Variant(*case, payload.as_ref().map(|v| Box::new(plain(v)))),
        other => other.clone(),
    }
}

/// Types, options and values from the input, both ways.
pub fn check(data: &[u8]) {
    let mut input = Input::new(data);
    let string_encoding = [StringEncoding::Utf8, StringEncoding::Utf16, StringEncoding::Latin1Utf16][input.below(3)];
    let ptr_type = [PtrType::I32, PtrType::I64][input.below(2)];
    let opts = Options { string_encoding, ptr_type };
    let max_flat = [MAX_FLAT_PARAMS, MAX_FLAT_ASYNC_PARAMS, MAX_FLAT_RESULTS][input.below(3)];
    let nan_bits = [NanBits::Canonical, NanBits::Signalling, NanBits::AllOnes][input.below(3)];
    let is_junk = input.below(4) == 0;
    let mut types = Types::new();
    let ts: Vec<ValType> = (0..=input.below(3)).map(|_| ty(&mut input, &mut types, 3)).collect();
    let mut table = TypeTable::new();
    table.extend(&types);
    if is_junk {
        return lift_junk(&mut input, (&table, &ts), opts, max_flat);
    }
    let vs: Vec<Value> = ts.iter().map(|t| value(&mut input, &types, *t)).collect();
    for (v, t) in vs.iter().zip(&ts) {
        assert_eq!(check_value(&table, v, *t), Ok(()), "the value is of the type");
    }
    round_trip(&Guest { nan_bits, ..Guest::default() }, (&table, &ts, &vs), opts, max_flat);
    through_memory(&Guest { nan_bits, ..Guest::default() }, (&table, ts[0], &vs[0]), opts);
    if !input.is_empty() {
        let mask = if ptr_type == PtrType::I32 { 0xffff_ffff } else { u64::MAX };
        let lies = (0..input.below(4)).map(|_| input.number() & mask).collect();
        let mut guest = Guest { memory: vec![0xaa; 64], lies, ..Guest::default() };
        let mut cx = LiftLowerContext::new(opts, &table, &mut guest);
        let _ = lower_flat_values(&mut cx, max_flat, &vs, ts.iter().copied(), None);
    }
}

/// Lowered, then lifted.
fn round_trip(guest: &Guest, (types, ts, vs): (&TypeTable, &[ValType], &[Value]), opts: Options, max_flat: usize) {
    let mut guest = guest.clone();
    let mut cx = LiftLowerContext::new(opts, types, &mut guest);
    let flat = lower_flat_values(&mut cx, max_flat, vs, ts.iter().copied(), None).expect("an honest `realloc`");
    let core = flatten_types(types, ts.iter().copied(), opts.ptr_type);
    if let Some(core) = core.types().filter(|core| core.len() <= max_flat) {
        assert_eq!(core.len(), flat.len(), "as many cells as core types");
        for (ty, cell) in core.iter().zip(&flat) {
            let is_wide = matches!(ty, CoreType::I64 | CoreType::F64);
            assert!(is_wide || *cell <= 0xffff_ffff, "cells of 32 bits are zero-extended");
        }
    }
    let mut vi = CoreValueIter::new(&flat);
    let lifted = lift_flat_values(&mut cx, max_flat, &mut vi, ts.iter().copied()).expect("what was lowered lifts");
    let found: Vec<Value> = lifted.iter().map(plain).collect();
    let expected: Vec<Value> = vs.iter().map(plain).collect();
    assert_eq!(found, expected, "what is lifted is what was lowered");
    assert_eq!(vi.position(), flat.len(), "every cell is taken");
}

/// Stored, then loaded.
fn through_memory(guest: &Guest, (types, t, v): (&TypeTable, ValType, &Value), opts: Options) {
    let size = usize::try_from(types.elem_size(t, opts.ptr_type)).expect("small types");
    let mut guest = Guest { memory: vec![0xaa; 16 + size], ..guest.clone() };
    let mut cx = LiftLowerContext::new(opts, types, &mut guest);
    store(&mut cx, v, t, 16).expect("an honest `realloc`");
    let loaded = load(&mut cx, 16, t).expect("what was stored loads");
    assert_eq!(plain(&loaded), plain(v), "what is loaded is what was stored");
    assert!(guest.memory[..16].iter().all(|byte| *byte == 0xaa), "nothing is written before the value");
}

/// Lifts core values and memory that mean nothing; what comes of it can be lowered.
fn lift_junk(input: &mut Input<'_>, (types, ts): (&TypeTable, &[ValType]), opts: Options, max_flat: usize) {
    let core = flatten_types(types, ts.iter().copied(), opts.ptr_type);
    let wide_ptr = opts.ptr_type == PtrType::I64;
    let cells: Vec<u64> = match core.types().filter(|core| core.len() <= max_flat) {
        Some(core) => core
            .iter()
            .map(|ty| match ty {
                CoreType::I64 | CoreType::F64 => input.number(),
                CoreType::I32 | CoreType::F32 => input.number() & 0xffff_ffff,
            })
            .collect(),
        None => vec![input.number() & if wide_ptr { u64::MAX } else { 0xffff_ffff }],
    };
    let memory = (0..64 + input.below(64)).map(|_| input.byte()).collect();
    let handles = (1..6).map(|kind| (kind, u32::from(kind))).collect();
    let mut guest = Guest { memory, handles, ..Guest::default() };
    let mut cx = LiftLowerContext::new(opts, types, &mut guest);
    let Ok(vs) = lift_flat_values(&mut cx, max_flat, &mut CoreValueIter::new(&cells), ts.iter().copied()) else {
        return;
    };
    for (v, t) in vs.iter().zip(ts) {
        assert_eq!(check_value(types, v, *t), Ok(()), "lifted values are of their types");
    }
    round_trip(&Guest::default(), (types, ts, &vs), opts, max_flat);
}
