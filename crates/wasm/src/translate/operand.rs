//! The operands at translation time: where each one is, without a copy until someone needs it elsewhere.

use syntax::module::{Module, ValType};

use super::Translator;
use crate::op::Op;
use crate::refers::Refers;

/// What has to be known of the type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// Whether it takes two cells.
    pub(super) wide: bool,
    pub(super) refers: Refers,
}

impl Shape {
    pub(super) const fn reference(refers: Refers) -> Self {
        Self { wide: false, refers }
    }

    /// The shape of a type of a module.
    pub(super) fn of(module: &Module, ty: ValType) -> Self {
        Self { wide: ty.cells() == 2, refers: Refers::of(module, ty) }
    }
}

/// Where the value of an operand is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In its own cell.
    Own,
    /// Still in a local.
    Local(u16),
    /// Nowhere yet.
    Const(u64),
    /// An `i32` sum of a cell, which is its own or a local, and a constant: not computed yet.
    Sum(u16, u32),
    /// An `i32` sum `a + (b << shift)`, each of the cells its own or a local: not computed yet.
    Index(u16, u16, u8),
}

/// An operand. Each has a cell of its own, filled or not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operand {
    pub(super) place: Place,
    pub(super) slot: u16,
    /// Whether it takes two cells.
    pub(super) wide: bool,
    pub(super) refers: Refers,
}

impl Operand {
    /// The same value, as the operand of another cell.
    pub(super) const fn at(mut self, slot: u16) -> Self {
        self.slot = slot;
        self
    }

    /// Whether the value is still to be read from a local.
    fn reads(&self, local: u16) -> bool {
        match self.place {
            Place::Local(slot) | Place::Sum(slot, _) => slot == local,
            Place::Index(a, b, _) => a == local || b == local,
            Place::Own | Place::Const(_) => false,
        }
    }
}

/// An address in memory that is computed by the access.
#[derive(Clone, Copy, Debug)]
pub(super) enum Address {
    Index { a: u16, b: u16, shift: u8 },
    Scaled { b: u16, shift: u8, add: u32 },
}

/// The operation that computes `a + (b << shift)`.
fn index_op(d: u16, (a, b, shift): (u16, u16, u8)) -> Op {
    if shift == 0 { Op::I32Add { d, a, b } } else { Op::I32ShlAdd { d, a, b, shift: shift.into() } }
}

impl Translator<'_> {
    fn push(&mut self, place: Place, wide: bool) -> u16 {
        let slot = self.height;
        let Some(height) = slot.checked_add(if wide { 2 } else { 1 }).filter(|height| *height < 0xfff0) else {
            self.too_large = true;
            return 0;
        };
        self.height = height;
        if place != Place::Own {
            self.unplaced += 1;
        }
        self.operands.push(Operand { place, slot, wide, refers: Refers::Nothing });
        slot
    }

    /// Pushes an operand that the next operation writes to its own cell.
    pub(super) fn push_own(&mut self, wide: bool) -> u16 {
        self.push(Place::Own, wide)
    }

    /// Pushes an operand of a shape, in its own cell.
    pub(super) fn push_shape(&mut self, shape: Shape) -> u16 {
        let slot = self.push_own(shape.wide);
        self.refer(shape.refers);
        slot
    }

    /// Says what kind of reference the topmost operand is.
    pub(super) fn refer(&mut self, refers: Refers) {
        if let Some(operand) = self.operands.last_mut() {
            operand.refers = refers;
        }
    }

    pub(super) fn push_local(&mut self, slot: u16, wide: bool) {
        self.push(Place::Local(slot), wide);
    }

    /// Pushes the sum of a popped operand, which was the topmost one, and a constant.
    pub(super) fn push_sum(&mut self, operand: Operand, value: u32) {
        let (slot, value) = match operand.place {
            Place::Own => (operand.slot, value),
            Place::Local(slot) => (slot, value),
            Place::Sum(slot, first) => (slot, first.wrapping_add(value)),
            Place::Const(first) => {
                self.push_const(u64::from(syntax::convert::low_u32(first).wrapping_add(value)));
                return;
            }
            Place::Index(..) => (self.slot_of(operand), value),
        };
        self.push(Place::Sum(slot, value), false);
    }

    /// Pushes the sum `a + (b << shift)`, to be computed when it is needed if the cells will be the same then.
    pub(super) fn push_index(&mut self, a: u16, b: u16, shift: u8) {
        let stable = |cell: u16| cell < self.first_operand || cell == self.height;
        if stable(a) && stable(b) {
            self.push(Place::Index(a, b, shift), false);
        } else {
            let d = self.push_own(false);
            self.emit_to(index_op(d, (a, b, shift)), d);
        }
    }

    /// An address in memory of 32 bits: a cell and what is to be added to it.
    pub(super) fn address(&mut self, operand: Operand) -> (u16, u32) {
        match operand.place {
            Place::Sum(slot, value) => (slot, value),
            Place::Own | Place::Local(_) | Place::Const(_) | Place::Index(..) => (self.slot_of(operand), 0),
        }
    }

    /// An address in memory that is computed from two cells or a shifted one, if it is.
    #[expect(clippy::wildcard_enum_match_arm, reason = "most operations compute no address")]
    pub(super) fn computed_address(&mut self, operand: Operand) -> Option<Address> {
        let (slot, add) = match operand.place {
            Place::Index(a, b, shift) => return Some(Address::Index { a, b, shift }),
            Place::Own => (operand.slot, 0),
            Place::Sum(slot, add) => (slot, add),
            Place::Local(_) | Place::Const(_) => return None,
        };
        if slot < self.first_operand || self.producer != Some((self.ops.len(), slot)) {
            return None;
        }
        let address = match *self.ops.last()? {
            Op::I32Add { a, b, .. } if add == 0 => Address::Index { a, b, shift: 0 },
            Op::I32ShlAdd { a, b, shift, .. } if add == 0 && shift < 4 => {
                Address::Index { a, b, shift: shift.to_le_bytes()[0] }
            }
            Op::I32ShlI { a, imm, .. } if imm < 4 => Address::Scaled { b: a, shift: imm.to_le_bytes()[0], add },
            _ => return None,
        };
        self.take_producer(slot);
        Some(address)
    }

    pub(super) fn push_const(&mut self, value: u64) {
        self.push(Place::Const(value), false);
    }

    pub(super) fn pop(&mut self) -> Operand {
        let Some(operand) = self.operands.pop() else {
            assert!(self.too_large, "validation: an operand is there");
            return Operand { place: Place::Own, slot: 0, wide: false, refers: Refers::Nothing };
        };
        self.height = operand.slot;
        if operand.place != Place::Own {
            self.unplaced -= 1;
        }
        operand
    }

    /// Where a popped operand can be read.
    pub(super) fn slot_of(&mut self, operand: Operand) -> u16 {
        match operand.place {
            Place::Own => operand.slot,
            Place::Local(slot) => slot,
            Place::Const(_) | Place::Sum(..) | Place::Index(..) => {
                self.compute(operand, operand.slot);
                operand.slot
            }
        }
    }

    /// Computes an operand that is not in a cell yet.
    pub(super) fn compute(&mut self, operand: Operand, d: u16) {
        match operand.place {
            Place::Own | Place::Local(_) => {}
            Place::Const(value) => self.emit_to(Op::Const { d, value }, d),
            Place::Sum(a, imm) => self.emit_to(Op::I32AddI { d, a, imm }, d),
            Place::Index(a, b, shift) => self.emit_to(index_op(d, (a, b, shift)), d),
        }
    }

    /// Pops an operand; where it can be read.
    pub(super) fn pop_slot(&mut self) -> u16 {
        let operand = self.pop();
        self.slot_of(operand)
    }

    /// Drops operands down to a number of them.
    pub(super) fn truncate(&mut self, len: usize) {
        while self.operands.len() > len {
            self.pop();
        }
    }

    /// Puts an operand into its own cell.
    fn place(&mut self, at: usize) {
        let operand = self.operands[at];
        match operand.place {
            Place::Own => return,
            Place::Local(slot) => self.emit_copy(operand.slot, slot, operand.wide),
            Place::Const(_) | Place::Sum(..) | Place::Index(..) => self.compute(operand, operand.slot),
        }
        self.operands[at].place = Place::Own;
        self.unplaced -= 1;
    }

    /// Puts all operands into their own cells.
    pub(super) fn place_all(&mut self) {
        if self.unplaced > 0 {
            for at in 0..self.operands.len() {
                self.place(at);
            }
        }
    }

    /// Puts operands that are still in a local into their own cells, before the local changes.
    fn preserve(&mut self, local: u16) {
        if self.unplaced > 0 {
            for at in 0..self.operands.len() {
                if self.operands[at].reads(local) {
                    self.place(at);
                }
            }
        }
    }

    /// Emits a copy, joined with copies just before it.
    pub(super) fn emit_copy(&mut self, d: u16, a: u16, wide: bool) {
        if d == a {
            return;
        }
        if wide {
            self.emit(Op::V128Copy { d, a });
            return;
        }
        match self.ops.last().copied() {
            Some(Op::Copy { d: d1, a: a1 }) if self.ops.len() > self.barrier => {
                self.ops.pop();
                self.emit(Op::Copy2 { d: d1, a: a1, d2: d, a2: a });
            }
            Some(Op::Copy2 { d: d1, a: a1, d2, a2 }) if self.ops.len() > self.barrier => {
                self.ops.pop();
                self.emit(Op::Copy3 { d: d1, a: a1, d2, a2, d3: d, a3: a });
            }
            _ => self.emit(Op::Copy { d, a }),
        }
    }

    /// Pops an operand into a local.
    pub(super) fn set_local(&mut self, local: u16) {
        let operand = self.pop();
        match operand.place {
            Place::Local(slot) => {
                if slot != local {
                    self.preserve(local);
                    self.emit_copy(local, slot, operand.wide);
                }
            }
            Place::Const(_) | Place::Sum(..) | Place::Index(..) => {
                self.preserve(local);
                self.compute(operand, local);
                self.producer = None;
            }
            Place::Own => {
                let produced = self.producer == Some((self.ops.len(), operand.slot));
                let waiting = self.unplaced > 0 && self.operands.iter().any(|other| other.reads(local));
                if produced && !waiting && self.ops.last_mut().is_some_and(|op| op.set_dest(local)) {
                    self.producer = None;
                    return;
                }
                self.preserve(local);
                self.emit_copy(local, operand.slot, operand.wide);
            }
        }
    }

    /// Whether the last operation computed what is in a slot.
    pub(super) fn is_producer(&self, slot: u16) -> bool {
        self.producer == Some((self.ops.len(), slot))
    }

    /// Removes the last operation if it computed what is in a slot.
    pub(super) fn take_producer(&mut self, slot: u16) -> Option<Op> {
        if self.producer == Some((self.ops.len(), slot)) {
            self.producer = None;
            return self.ops.pop();
        }
        None
    }
}
