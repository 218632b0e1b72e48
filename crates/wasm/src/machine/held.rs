//! What is held in registers between operations.
//!
//! A handler that computes a number leaves it in a register as well as in its cell, so that the next ones need not wait until it
//! can be read from there. While lowering it is known which cell each register stands for, and the handlers of operations
//! that read the cell are those that read the register. The registers are no state: where an operation can be reached from
//! elsewhere they stand for nothing, and where one can be entered again, after a condition, they are read from the cells.

use threaded::Values;

use super::dispatch::{Backend, Regs};
use crate::numeric::{f32_of, f64_of};
use crate::op::{LoadKind, Op};

/// The cell that each register stands for, if any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Held {
    pub(super) int: Option<u16>,
    pub(super) f32: Option<u16>,
    pub(super) f64: Option<u16>,
}

/// The registers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Class {
    Int,
    F32,
    F64,
}

/// The registers that the handler of an operation is chosen by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Registers {
    held: Held,
    /// Whether what the operation computes is read in the register by the next one, and by nothing else.
    dropped: bool,
    /// A cell, and whether a handler was chosen that reads the register instead.
    watched: Option<u16>,
    is_read: bool,
}

impl Registers {
    /// What is held where an operation begins.
    pub(super) const fn new(held: Held, dropped: bool) -> Self {
        Self { held, dropped, watched: None, is_read: false }
    }

    /// What is held, to learn whether a cell is read.
    pub(super) const fn watching(held: Held, slot: u16) -> Self {
        Self { held, dropped: false, watched: Some(slot), is_read: false }
    }

    /// Whether a register stands for a cell: then the handler reads it there.
    pub(super) fn read(&mut self, class: Class, slot: u16) -> bool {
        let is_read = self.held.has(class, slot);
        self.is_read |= is_read && self.watched == Some(slot);
        is_read
    }

    /// Whether the handler reads the watched cell in a register.
    pub(super) const fn is_read(self) -> bool {
        self.is_read
    }

    /// Whether the operation need not write its cell.
    pub(super) const fn is_dropped<B: Backend>(&self) -> bool {
        B::CHAINED && self.dropped
    }
}

impl Held {
    /// Whether a register stands for a cell.
    fn has(self, class: Class, slot: u16) -> bool {
        Some(slot)
            == match class {
                Class::Int => self.int,
                Class::F32 => self.f32,
                Class::F64 => self.f64,
            }
    }

    /// What the registers hold.
    pub(super) fn values(self, r: Regs<'_>) -> Values {
        let cell = |slot: Option<u16>| slot.map_or(0, |slot| r.get(slot));
        Values { counter: 0, int: cell(self.int), f32: f32_of(cell(self.f32)), f64: f64_of(cell(self.f64)) }
    }

    /// Notes what an operation leaves.
    #[expect(
        clippy::too_many_lines,
        clippy::wildcard_enum_match_arm,
        reason = "one line for each operation on floats; most others compute integers"
    )]
    pub(super) fn note(&mut self, op: &Op) {
        let (class, d) = match *op {
            Op::LoadF32 { d, .. }
            | Op::LoadM { d, kind: LoadKind::F32, .. }
            | Op::LoadIndex { d, kind: LoadKind::F32, .. }
            | Op::LoadScaled { d, kind: LoadKind::F32, .. }
            | Op::LoadAt { d, kind: LoadKind::F32, .. }
            | Op::F32Add { d, .. }
            | Op::F32Sub { d, .. }
            | Op::F32Mul { d, .. }
            | Op::F32Div { d, .. }
            | Op::F32Min { d, .. }
            | Op::F32Max { d, .. }
            | Op::F32Copysign { d, .. }
            | Op::F32AddI { d, .. }
            | Op::F32SubI { d, .. }
            | Op::F32MulI { d, .. }
            | Op::F32DivI { d, .. }
            | Op::F32SubLI { d, .. }
            | Op::F32DivLI { d, .. }
            | Op::F32Abs { d, .. }
            | Op::F32Neg { d, .. }
            | Op::F32Ceil { d, .. }
            | Op::F32Floor { d, .. }
            | Op::F32Trunc { d, .. }
            | Op::F32Nearest { d, .. }
            | Op::F32Sqrt { d, .. }
            | Op::F32MulAdd { d, .. }
            | Op::F32MulSub { d, .. }
            | Op::F32ConvertI32S { d, .. }
            | Op::F32ConvertI32U { d, .. }
            | Op::F32ConvertI64S { d, .. }
            | Op::F32ConvertI64U { d, .. }
            | Op::F32DemoteF64 { d, .. } => (Class::F32, d),
            Op::LoadF64 { d, .. }
            | Op::LoadM { d, kind: LoadKind::F64, .. }
            | Op::LoadIndex { d, kind: LoadKind::F64, .. }
            | Op::LoadScaled { d, kind: LoadKind::F64, .. }
            | Op::LoadAt { d, kind: LoadKind::F64, .. }
            | Op::F64Add { d, .. }
            | Op::F64Sub { d, .. }
            | Op::F64Mul { d, .. }
            | Op::F64Div { d, .. }
            | Op::F64Min { d, .. }
            | Op::F64Max { d, .. }
            | Op::F64Copysign { d, .. }
            | Op::F64AddI { d, .. }
            | Op::F64SubI { d, .. }
            | Op::F64MulI { d, .. }
            | Op::F64DivI { d, .. }
            | Op::F64SubLI { d, .. }
            | Op::F64DivLI { d, .. }
            | Op::F64Abs { d, .. }
            | Op::F64Neg { d, .. }
            | Op::F64Ceil { d, .. }
            | Op::F64Floor { d, .. }
            | Op::F64Trunc { d, .. }
            | Op::F64Nearest { d, .. }
            | Op::F64Sqrt { d, .. }
            | Op::F64MulAdd { d, .. }
            | Op::F64MulSub { d, .. }
            | Op::F64ConvertI32S { d, .. }
            | Op::F64ConvertI32U { d, .. }
            | Op::F64ConvertI64S { d, .. }
            | Op::F64ConvertI64U { d, .. }
            | Op::F64PromoteF32 { d, .. } => (Class::F64, d),
            Op::Store8 { .. }
            | Op::Store16 { .. }
            | Op::Store32 { .. }
            | Op::Store64 { .. }
            | Op::Store8I { .. }
            | Op::Store16I { .. }
            | Op::Store32I { .. }
            | Op::Store64I { .. }
            | Op::StoreIndex { .. }
            | Op::StoreScaled { .. }
            | Op::StoreAt { .. }
            | Op::StoreM { .. }
            | Op::GlobalSet { .. } => return,
            Op::BrI32AddI { d, .. }
            | Op::BrI32AddII { d, .. }
            | Op::BrI32Add { d, .. }
            | Op::BrI32AddXI { d, .. }
            | Op::BrAndI { d, .. } => (Class::Int, d),
            ref other if other.is_condition() => return,
            ref other => match other.dest() {
                Some(d) => (Class::Int, d),
                None => return *self = Self::default(),
            },
        };
        for held in [&mut self.int, &mut self.f32, &mut self.f64] {
            *held = held.filter(|slot| *slot != d);
        }
        *match class {
            Class::Int => &mut self.int,
            Class::F32 => &mut self.f32,
            Class::F64 => &mut self.f64,
        } = Some(d);
    }
}
