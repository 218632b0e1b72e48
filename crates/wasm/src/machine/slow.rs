//! The rare operations: sizes, bulk operations, references, exceptions, and memories other than the first.
//!
//! Spec: core specification, "Table Instructions", "Memory Instructions", "Reference Instructions".

use syntax::TrapRule;
use syntax::convert::{to_u64, to_usize};

use super::{Stop, Thrown, atomic, dispatch::Window, gc};
use crate::choices::DataChoices;
use crate::heap::{Object, Shape};
use crate::ids::{MemAddr, ref_cell};
use crate::index;
use crate::limits::{DIRTY_PAGE_LOG2, LimitKind, Limits};
use crate::module::Module;
use crate::op::{LoadKind, StoreKind};
use crate::simd;
use crate::slow::SlowOp;
use crate::store::{Instance, Links, Live, Memory, Table};

/// Where an operation is executed.
pub(super) struct At<'a> {
    pub(super) regs: &'a mut Window,
    pub(super) instance: &'a Instance,
    pub(super) links: &'a Links,
    pub(super) limits: &'a Limits,
    pub(super) module: &'a Module,
}

impl At<'_> {
    pub(super) fn get(&self, slot: u16) -> u64 {
        self.regs[usize::from(slot)]
    }

    pub(super) fn set(&mut self, slot: u16, value: u64) {
        self.regs[usize::from(slot)] = value;
    }

    pub(super) fn memory(&self, memory: u32) -> MemAddr {
        self.instance.memories[index(memory)]
    }

    fn table(&self, table: u32) -> usize {
        self.instance.tables[index(table)].index()
    }
}

/// Executes an operation; what it costs beyond its instruction.
#[inline(never)]
#[expect(clippy::too_many_lines, reason = "one short arm for each operation")]
pub(super) fn run(op: SlowOp, at: &mut At<'_>, live: &mut Live, data: &mut dyn DataChoices) -> Result<u64, Stop> {
    let mut extra = 0;
    match op {
        SlowOp::Atomic(atomic) => atomic::run(atomic, at, live)?,
        SlowOp::V128Relaxed { d, operands, relaxed } => {
            let parameter = relaxed.parameter();
            let value = live.parameters.get(parameter).unwrap_or_else(|| {
                let (name, values) = parameter.describe();
                let value = data.relaxed_simd(name, values);
                assert!(value < values, "relaxed alternatives are chosen among those offered");
                value.to_le_bytes()[0]
            });
            live.parameters.set(parameter, value);
            let operands = operands.map(|slot| simd::from_halves([at.get(slot), at.regs[usize::from(slot) + 1]]));
            let [low, high] = simd::halves(relaxed.run(value, operands, &mut || data.nan_is_negative()));
            at.set(d, low);
            at.regs[usize::from(d) + 1] = high;
        }
        SlowOp::StructNew { .. }
        | SlowOp::StructNewDefault { .. }
        | SlowOp::StructGet { .. }
        | SlowOp::StructSet { .. }
        | SlowOp::ArrayNew { .. }
        | SlowOp::ArrayNewDefault { .. }
        | SlowOp::ArrayNewFixed { .. }
        | SlowOp::ArrayNewData { .. }
        | SlowOp::ArrayNewElem { .. }
        | SlowOp::ArrayGet { .. }
        | SlowOp::ArraySet { .. }
        | SlowOp::ArrayLen { .. }
        | SlowOp::ArrayFill { .. }
        | SlowOp::ArrayCopy { .. }
        | SlowOp::ArrayInitData { .. }
        | SlowOp::ArrayInitElem { .. }
        | SlowOp::RefTest { .. }
        | SlowOp::RefCast { .. }
        | SlowOp::AnyConvertExtern { .. }
        | SlowOp::ExternConvertAny { .. }
        | SlowOp::RefI31 { .. }
        | SlowOp::I31Get { .. } => return gc::run(op, at, live),
        SlowOp::FrameTooLarge => return Err(Stop::Limit(LimitKind::CallStack)),
        SlowOp::Load { d, a, kind, memory, offset } => {
            let memory = &live.memories[at.memory(memory).index()];
            let value = load(&memory.bytes, kind, at.get(a), offset).ok_or(TrapRule::CoreMemoryOutOfBounds)?;
            at.set(d, value);
        }
        SlowOp::Store { a, b, kind, memory, offset } => {
            let memory = &mut live.memories[at.memory(memory).index()];
            let (to, value) = ((at.get(a), offset), at.get(b));
            store(&mut memory.bytes, &mut memory.dirty, kind, to, value).ok_or(TrapRule::CoreMemoryOutOfBounds)?;
        }
        SlowOp::MemorySize { d, memory } => at.set(d, live.memories[at.memory(memory).index()].pages()),
        SlowOp::MemoryGrow { d, a, memory } => {
            let memory = &mut live.memories[at.memory(memory).index()];
            let failed = failed(memory.is_64());
            let can_grow = memory.can_grow(at.get(a), at.limits.memory_bytes);
            let before =
                if can_grow && data.grow_fails() { None } else { memory.grow(at.get(a), at.limits.memory_bytes) };
            at.set(d, before.unwrap_or(failed));
        }
        SlowOp::MemoryFill { at: to, value, len, memory } => {
            let memory = &mut live.memories[at.memory(memory).index()];
            let range = memory.range(at.get(to), at.get(len)).ok_or(TrapRule::CoreMemoryOutOfBounds)?;
            extra = bytes_cost(at.get(len));
            memory.slice_mut(range).fill(at.get(value).to_le_bytes()[0]);
        }
        SlowOp::MemoryCopy { to, from, len, memory_to, memory_from } => {
            extra = bytes_cost(at.get(len));
            let (to_memory, from_memory) = (at.memory(memory_to), at.memory(memory_from));
            copy_memory(live, (to_memory, at.get(to)), (from_memory, at.get(from)), at.get(len))?;
        }
        SlowOp::MemoryInit { to, from, len, memory, data } => {
            let dropped = live.dropped[index(at.instance.datas + data)];
            let bytes = if dropped { &[] } else { at.module.syntax.data(data) };
            let memory = &mut live.memories[at.memory(memory).index()];
            extra = bytes_cost(at.get(len));
            init_memory(memory, at.get(to), bytes, at.get(from), at.get(len))?;
        }
        SlowOp::DataDrop { data } => live.dropped[index(at.instance.datas + data)] = true,
        SlowOp::TableGet { d, at: i, table } => {
            let elems = &live.tables[at.table(table)].elems;
            let value = *elems.get(to_usize(at.get(i))).ok_or(TrapRule::CoreTableOutOfBounds)?;
            at.set(d, value);
        }
        SlowOp::TableSet { at: i, value, table } => {
            let elems = &mut live.tables[at.table(table)].elems;
            *elems.get_mut(to_usize(at.get(i))).ok_or(TrapRule::CoreTableOutOfBounds)? = at.get(value);
        }
        SlowOp::TableSize { d, table } => at.set(d, to_u64(live.tables[at.table(table)].elems.len())),
        SlowOp::TableGrow { d, value, delta, table } => {
            let table = &mut live.tables[at.table(table)];
            let failed = failed(table.ty.is_64);
            let delta = at.get(delta);
            let can_grow = grown_table(table, delta, at.limits).is_some();
            let before =
                if can_grow && data.grow_fails() { None } else { grow_table(table, delta, at.get(value), at.limits) };
            if before.is_some() {
                extra = delta;
            }
            at.set(d, before.unwrap_or(failed));
        }
        SlowOp::TableFill { at: to, value, len, table } => {
            let elems = &mut live.tables[at.table(table)].elems;
            let range = range(at.get(to), at.get(len), elems.len()).ok_or(TrapRule::CoreTableOutOfBounds)?;
            extra = at.get(len);
            elems[range].fill(at.get(value));
        }
        SlowOp::TableCopy { to, from, len, table_to, table_from } => {
            extra = at.get(len);
            let (to_table, from_table) = (at.table(table_to), at.table(table_from));
            copy_table(live, (to_table, at.get(to)), (from_table, at.get(from)), extra)?;
        }
        SlowOp::TableInit { to, from, len, table, elem } => {
            extra = at.get(len);
            let elems = &live.elems[index(at.instance.elems + elem)];
            let table = &mut live.tables[at.table(table)];
            init_table(table, at.get(to), elems, at.get(from), extra)?;
        }
        SlowOp::ElemDrop { elem } => live.elems[index(at.instance.elems + elem)] = Box::default(),
        SlowOp::GlobalGetHigh { d, global } => at.set(d, live.cells[index(at.instance.cells[index(global)]) + 1]),
        SlowOp::GlobalSetHigh { a, global } => live.cells[index(at.instance.cells[index(global)]) + 1] = at.get(a),
        SlowOp::RefFunc { d, func } => at.set(d, ref_cell(Some(at.instance.funcs[index(func)]))),
        SlowOp::RefAsNonNull { a } => {
            if at.get(a) == 0 {
                return Err(TrapRule::CoreNullReference.into());
            }
        }
        SlowOp::Throw { tag, a, len } => {
            // It gets its room here, since it cannot wait once it is on its way.
            live.heap.has_room(u64::from(len), at.limits.heap_bytes)?;
            let args = at.regs[usize::from(a)..][..usize::from(len)].to_vec();
            return Err(Stop::Throw(Thrown { tag: at.instance.tags[index(tag)], args, reference: None }));
        }
        SlowOp::ThrowRef { a } => {
            let cell = at.get(a);
            let Some(Object { shape: Shape::Exception(tag), cells }) = live.heap.get(cell) else {
                return Err(TrapRule::CoreNullExceptionReference.into());
            };
            return Err(Stop::Throw(Thrown { tag: *tag, args: cells.clone(), reference: Some(cell) }));
        }
    }
    Ok(extra)
}

/// What growing gives when it fails.
const fn failed(is_64: bool) -> u64 {
    if is_64 { u64::MAX } else { 0xffff_ffff }
}

/// Bulk operations on memory cost one for each 64 bytes.
const fn bytes_cost(len: u64) -> u64 {
    len / 64
}

fn range(at: u64, len: u64, size: usize) -> Option<std::ops::Range<usize>> {
    let end = at.checked_add(len)?;
    (end <= to_u64(size)).then(|| to_usize(at)..to_usize(end))
}

fn copy_memory(live: &mut Live, to: (MemAddr, u64), from: (MemAddr, u64), len: u64) -> Result<(), TrapRule> {
    let out = TrapRule::CoreMemoryOutOfBounds;
    let from_range = live.memories[from.0.index()].range(from.1, len).ok_or(out)?;
    let to_range = live.memories[to.0.index()].range(to.1, len).ok_or(out)?;
    if to.0 == from.0 {
        let memory = &mut live.memories[to.0.index()];
        memory.slice_mut(to_range.clone());
        memory.bytes.copy_within(from_range, to_range.start);
    } else {
        let both = live.memories.get_disjoint_mut([to.0.index(), from.0.index()]);
        let [to, from] = both.expect("two memories of the store");
        to.slice_mut(to_range).copy_from_slice(&from.bytes[from_range]);
    }
    Ok(())
}

/// *Spec: core specification, `memory.init`.*
pub(crate) fn init_memory(memory: &mut Memory, to: u64, bytes: &[u8], from: u64, len: u64) -> Result<(), TrapRule> {
    let out = TrapRule::CoreMemoryOutOfBounds;
    let from = range(from, len, bytes.len()).ok_or(out)?;
    let to = memory.range(to, len).ok_or(out)?;
    memory.slice_mut(to).copy_from_slice(&bytes[from]);
    Ok(())
}

/// *Spec: core specification, `table.init`.*
pub(crate) fn init_table(table: &mut Table, to: u64, elems: &[u64], from: u64, len: u64) -> Result<(), TrapRule> {
    let out = TrapRule::CoreTableOutOfBounds;
    let from = range(from, len, elems.len()).ok_or(out)?;
    let to = range(to, len, table.elems.len()).ok_or(out)?;
    table.elems[to].copy_from_slice(&elems[from]);
    Ok(())
}

fn copy_table(live: &mut Live, to: (usize, u64), from: (usize, u64), len: u64) -> Result<(), TrapRule> {
    let out = TrapRule::CoreTableOutOfBounds;
    let from_range = range(from.1, len, live.tables[from.0].elems.len()).ok_or(out)?;
    let to_range = range(to.1, len, live.tables[to.0].elems.len()).ok_or(out)?;
    if to.0 == from.0 {
        live.tables[to.0].elems.copy_within(from_range, to_range.start);
    } else {
        let both = live.tables.get_disjoint_mut([to.0, from.0]);
        let [to, from] = both.expect("two tables of the store");
        to.elems[to_range].copy_from_slice(&from.elems[from_range]);
    }
    Ok(())
}

/// The size of a table after it has grown, if the limits allow it.
fn grown_table(table: &Table, delta: u64, limits: &Limits) -> Option<u64> {
    let after = to_u64(table.elems.len()).checked_add(delta)?;
    let most = if table.ty.is_64 { u64::MAX } else { 0xffff_ffff };
    (after <= table.ty.limits.maximum.unwrap_or(most).min(limits.table_elements)).then_some(after)
}

fn grow_table(table: &mut Table, delta: u64, value: u64, limits: &Limits) -> Option<u64> {
    let before = to_u64(table.elems.len());
    let after = grown_table(table, delta, limits)?;
    table.elems.resize(to_usize(after), value);
    Some(before)
}

/// Reads any memory; `None` out of bounds.
#[inline]
pub(super) fn load(bytes: &[u8], kind: LoadKind, at: u64, offset: u64) -> Option<u64> {
    let at = at.checked_add(offset)?;
    macro_rules! read {
        ($ty:ty) => {{
            let len = to_u64(size_of::<$ty>());
            let at = to_usize(at)..to_usize(at.checked_add(len)?);
            <$ty>::from_le_bytes(bytes.get(at)?.try_into().expect("as long as the type"))
        }};
    }
    Some(match kind {
        LoadKind::U8 => u64::from(read!(u8)),
        LoadKind::U16 => u64::from(read!(u16)),
        LoadKind::U32 | LoadKind::F32 => u64::from(read!(u32)),
        LoadKind::U64 | LoadKind::F64 => read!(u64),
        LoadKind::S8To32 => u64::from(i32::from(read!(i8)).cast_unsigned()),
        LoadKind::S16To32 => u64::from(i32::from(read!(i16)).cast_unsigned()),
        LoadKind::S8To64 => i64::from(read!(i8)).cast_unsigned(),
        LoadKind::S16To64 => i64::from(read!(i16)).cast_unsigned(),
        LoadKind::S32To64 => i64::from(read!(i32)).cast_unsigned(),
    })
}

/// Writes any memory, at an address and an offset; `None` out of bounds.
#[inline]
pub(super) fn store(bytes: &mut [u8], dirty: &mut [u8], kind: StoreKind, at: (u64, u64), value: u64) -> Option<()> {
    let len = match kind {
        StoreKind::U8 => 1,
        StoreKind::U16 => 2,
        StoreKind::U32 => 4,
        StoreKind::U64 => 8,
    };
    let start = at.0.checked_add(at.1)?;
    let (start, end) = (to_usize(start), to_usize(start.checked_add(to_u64(len))?));
    let value = value.to_le_bytes();
    let target = bytes.get_mut(start..end)?;
    for (to, from) in target.iter_mut().zip(value) {
        *to = from;
    }
    for at in [start, end - 1] {
        if let Some(page) = dirty.get_mut(at >> DIRTY_PAGE_LOG2) {
            *page = 1;
        }
    }
    Some(())
}
