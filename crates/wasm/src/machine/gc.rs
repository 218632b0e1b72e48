//! Structures, arrays, casts.
//!
//! Spec: core specification, "Aggregate Instructions", "Reference Instructions".

use std::ops::Range;

use syntax::TrapRule;
use syntax::convert::{low_u32, to_u64, to_usize};
use syntax::module::{HeapType, RefType, StorageType, ValType};

use super::Stop;
use super::slow::At;
use crate::heap::{Referent, Shape, any_of_extern, extern_of_any, i31, referent};
use crate::ids::{TypeAddr, func_of_cell};
use crate::index;
use crate::slow::{Extend, Field, SlowOp};
use crate::store::Live;

const NULL_STRUCT: TrapRule = TrapRule::CoreNullStructureReference;
const NULL_ARRAY: TrapRule = TrapRule::CoreNullArrayReference;
const OUT: TrapRule = TrapRule::CoreArrayOutOfBounds;

/// Executes an operation; what it costs beyond its instruction.
#[expect(
    clippy::too_many_lines,
    clippy::wildcard_enum_match_arm,
    reason = "one short arm for each operation of this family"
)]
pub(super) fn run(op: SlowOp, at: &mut At<'_>, live: &mut Live) -> Result<u64, Stop> {
    let limit = at.limits.heap_bytes;
    let mut extra = 0;
    match op {
        SlowOp::StructNew { d, a, ty } => {
            let ty = at.instance.types[index(ty)];
            let len = at.links.types.fields(ty).iter().map(|field| field.cells()).sum::<usize>();
            live.heap.has_room(to_u64(len), limit)?;
            let mut cells = at.regs[usize::from(a)..][..len].to_vec();
            at.links.types.pack(ty, &mut cells);
            at.set(d, live.heap.add(Shape::Aggregate(ty), cells));
        }
        SlowOp::StructNewDefault { d, ty } => {
            let ty = at.instance.types[index(ty)];
            let len = at.links.types.fields(ty).iter().map(|field| field.cells()).sum();
            live.heap.has_room(to_u64(len), limit)?;
            at.set(d, live.heap.add(Shape::Aggregate(ty), vec![0; len]));
        }
        SlowOp::StructGet { d, a, field } => {
            let object = live.heap.get(at.get(a)).ok_or(NULL_STRUCT)?;
            at.read(d, &object.cells[index(field.cell)..], field);
        }
        SlowOp::StructSet { a, value, field } => {
            let object = live.heap.get_mut(at.get(a)).ok_or(NULL_STRUCT)?;
            at.write(&mut object.cells[index(field.cell)..], value, field);
        }
        SlowOp::ArrayNew { d, value, len, ty } => {
            let ty = at.instance.types[index(ty)];
            let wide = at.links.types.element(ty).cells();
            extra = at.get(len);
            live.heap.has_room(extra * to_u64(wide), limit)?;
            let mut cells = at.regs[usize::from(value)..][..wide].repeat(to_usize(extra));
            at.links.types.pack(ty, &mut cells);
            at.set(d, live.heap.add(Shape::Aggregate(ty), cells));
        }
        SlowOp::ArrayNewDefault { d, len, ty } => {
            let ty = at.instance.types[index(ty)];
            extra = at.get(len);
            let len = extra * to_u64(at.links.types.element(ty).cells());
            live.heap.has_room(len, limit)?;
            at.set(d, live.heap.add(Shape::Aggregate(ty), vec![0; to_usize(len)]));
        }
        SlowOp::ArrayNewFixed { d, a, len, ty } => {
            let ty = at.instance.types[index(ty)];
            let len = index(len) * at.links.types.element(ty).cells();
            live.heap.has_room(to_u64(len), limit)?;
            let mut cells = at.regs[usize::from(a)..][..len].to_vec();
            at.links.types.pack(ty, &mut cells);
            at.set(d, live.heap.add(Shape::Aggregate(ty), cells));
        }
        SlowOp::ArrayNewData { d, from, len, ty, data } => {
            let ty = at.instance.types[index(ty)];
            extra = at.get(len);
            let cells = at.data(live, (ty, data), at.get(from), extra)?;
            live.heap.has_room(to_u64(cells.len()), limit)?;
            at.set(d, live.heap.add(Shape::Aggregate(ty), cells));
        }
        SlowOp::ArrayNewElem { d, from, len, ty, elem } => {
            let ty = at.instance.types[index(ty)];
            extra = at.get(len);
            let elems = &live.elems[index(at.instance.elems + elem)];
            let range = range(at.get(from), extra, elems.len()).ok_or(TrapRule::CoreTableOutOfBounds)?;
            live.heap.has_room(extra, limit)?;
            let cells = elems[range].to_vec();
            at.set(d, live.heap.add(Shape::Aggregate(ty), cells));
        }
        SlowOp::ArrayGet { d, a, at: i, element } => {
            let object = live.heap.get(at.get(a)).ok_or(NULL_ARRAY)?;
            let range = elements(at.get(i), 1, object.cells.len(), element).ok_or(OUT)?;
            at.read(d, &object.cells[range], element);
        }
        SlowOp::ArraySet { a, at: i, value, element } => {
            let object = live.heap.get_mut(at.get(a)).ok_or(NULL_ARRAY)?;
            let range = elements(at.get(i), 1, object.cells.len(), element).ok_or(OUT)?;
            at.write(&mut object.cells[range], value, element);
        }
        SlowOp::ArrayLen { d, a } => {
            let object = live.heap.get(at.get(a)).ok_or(NULL_ARRAY)?;
            let wide = at.links.types.element(object.ty()).cells();
            at.set(d, to_u64(object.cells.len() / wide));
        }
        SlowOp::ArrayFill { a, at: i, value, len, element } => {
            extra = at.get(len);
            let object = live.heap.get_mut(at.get(a)).ok_or(NULL_ARRAY)?;
            let range = elements(at.get(i), extra, object.cells.len(), element).ok_or(OUT)?;
            for cells in object.cells[range].chunks_mut(width(element)) {
                at.write(cells, value, element);
            }
        }
        SlowOp::ArrayCopy { to, at: i, from, from_at, len, element } => {
            extra = at.get(len);
            let to_object = live.heap.get(at.get(to)).ok_or(NULL_ARRAY)?;
            let from_object = live.heap.get(at.get(from)).ok_or(NULL_ARRAY)?;
            let to_range = elements(at.get(i), extra, to_object.cells.len(), element).ok_or(OUT)?;
            let from_range = elements(at.get(from_at), extra, from_object.cells.len(), element).ok_or(OUT)?;
            let cells = from_object.cells[from_range].to_vec();
            live.heap.get_mut(at.get(to)).ok_or(NULL_ARRAY)?.cells[to_range].copy_from_slice(&cells);
        }
        SlowOp::ArrayInitData { a, at: i, from, len, ty, data } => {
            let ty = at.instance.types[index(ty)];
            extra = at.get(len);
            let wide = at.links.types.element(ty).cells();
            let object = live.heap.get(at.get(a)).ok_or(NULL_ARRAY)?;
            let element = Field { cell: 0, wide: wide == 2, extend: Extend::No };
            let range = elements(at.get(i), extra, object.cells.len(), element).ok_or(OUT)?;
            let cells = at.data(live, (ty, data), at.get(from), extra)?;
            live.heap.get_mut(at.get(a)).ok_or(NULL_ARRAY)?.cells[range].copy_from_slice(&cells);
        }
        SlowOp::ArrayInitElem { a, at: i, from, len, elem } => {
            extra = at.get(len);
            let object = live.heap.get_mut(at.get(a)).ok_or(NULL_ARRAY)?;
            let to = range(at.get(i), extra, object.cells.len()).ok_or(OUT)?;
            let elems = &live.elems[index(at.instance.elems + elem)];
            let from = range(at.get(from), extra, elems.len()).ok_or(TrapRule::CoreTableOutOfBounds)?;
            object.cells[to].copy_from_slice(&elems[from]);
        }
        SlowOp::RefTest { d, a, ty } => at.set(d, u64::from(at.matches(live, at.get(a), ty))),
        SlowOp::RefCast { a, ty } => {
            if !at.matches(live, at.get(a), ty) {
                return Err(TrapRule::CoreCastFailure.into());
            }
        }
        SlowOp::AnyConvertExtern { d, a } => at.set(d, any_of_extern(at.get(a))),
        SlowOp::ExternConvertAny { d, a } => at.set(d, extern_of_any(at.get(a))),
        SlowOp::RefI31 { d, a } => at.set(d, i31(at.get(a))),
        SlowOp::I31Get { d, a, signed } => {
            let cell = at.get(a);
            if cell == 0 {
                return Err(TrapRule::CoreNullI31Reference.into());
            }
            let bits = low_u32(cell >> 2);
            at.set(d, u64::from(if signed { (bits.cast_signed() << 1 >> 1).cast_unsigned() } else { bits }));
        }
        op => unreachable!("{op:?} is done elsewhere"),
    }
    Ok(extra)
}

const fn width(field: Field) -> usize {
    if field.wide { 2 } else { 1 }
}

fn range(at: u64, len: u64, size: usize) -> Option<Range<usize>> {
    let end = at.checked_add(len)?;
    (end <= to_u64(size)).then(|| to_usize(at)..to_usize(end))
}

/// The cells of elements.
fn elements(at: u64, len: u64, size: usize, element: Field) -> Option<Range<usize>> {
    let wide = width(element);
    let elements = range(at, len, size / wide)?;
    Some(elements.start * wide..elements.end * wide)
}

impl At<'_> {
    fn read(&mut self, d: u16, cells: &[u64], field: Field) {
        let value = cells[0];
        let low = value.to_le_bytes();
        self.set(
            d,
            match field.extend {
                Extend::No | Extend::Wrap8 | Extend::Wrap16 => value,
                Extend::Signed8 => u64::from(i32::from(low[0].cast_signed()).cast_unsigned()),
                Extend::Signed16 => u64::from(i32::from(i16::from_le_bytes([low[0], low[1]])).cast_unsigned()),
            },
        );
        if field.wide {
            self.set(d + 1, cells[1]);
        }
    }

    fn write(&self, cells: &mut [u64], value: u16, field: Field) {
        let cell = self.get(value);
        cells[0] = match field.extend {
            Extend::No | Extend::Signed8 | Extend::Signed16 => cell,
            Extend::Wrap8 => cell & 0xff,
            Extend::Wrap16 => cell & 0xffff,
        };
        if field.wide {
            cells[1] = self.get(value + 1);
        }
    }

    /// The elements that the bytes of a data segment stand for.
    fn data(&self, live: &Live, (ty, data): (TypeAddr, u32), from: u64, len: u64) -> Result<Vec<u64>, Stop> {
        let size = match self.links.types.element(ty).storage {
            StorageType::I8 => 1,
            StorageType::I16 => 2,
            StorageType::Val(ValType::I32 | ValType::F32) => 4,
            StorageType::Val(ValType::I64 | ValType::F64 | ValType::Ref(_)) => 8,
            StorageType::Val(ValType::V128) => 16,
        };
        let dropped = live.dropped[index(self.instance.datas + data)];
        let bytes = if dropped { &[] } else { self.module.syntax.data(data) };
        let out = TrapRule::CoreMemoryOutOfBounds;
        let range = range(from, len.checked_mul(to_u64(size)).ok_or(out)?, bytes.len()).ok_or(out)?;
        let cell = |bytes: &[u8]| bytes.iter().rev().fold(0, |cell, byte| cell << 8 | u64::from(*byte));
        Ok(bytes[range].chunks(size.min(8)).map(cell).collect())
    }

    /// Whether the value of a reference belongs to a type of the module.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the other heap types stand for themselves")]
    fn matches(&self, live: &Live, cell: u64, ty: RefType) -> bool {
        if cell == 0 {
            return ty.nullable;
        }
        let types = &self.links.types;
        let heap = match ty.heap {
            HeapType::Concrete(ty) => HeapType::Concrete(self.instance.types[index(ty)].0),
            heap => heap,
        };
        let is_func = match heap {
            HeapType::Concrete(ty) => types.get(TypeAddr(ty)).as_func().is_some(),
            heap => matches!(heap, HeapType::Func | HeapType::NoFunc),
        };
        if is_func {
            let func = func_of_cell(cell).expect("it is not null");
            return types.heap_matches(HeapType::Concrete(self.links.funcs[func.index()].ty.0), heap);
        }
        if matches!(heap, HeapType::Extern | HeapType::Exn) {
            return true;
        }
        if matches!(heap, HeapType::NoExtern | HeapType::NoExn) {
            return false;
        }
        match referent(cell) {
            Referent::Object(_) => {
                let object = live.heap.get(cell).expect("references refer to objects");
                types.heap_matches(HeapType::Concrete(object.ty().0), heap)
            }
            Referent::I31 => types.heap_matches(HeapType::I31, heap),
            Referent::Host => heap == HeapType::Any,
        }
    }
}
