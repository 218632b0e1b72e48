//! Vector instructions, those with the prefix 0xfd.

use super::Translator;
use super::operand::Operand;
use crate::machine::handlers::vector::{self, Shape};
use crate::op::{LoadKind, Op, StoreKind};
use crate::simd::relaxed::Relaxed;
use crate::slow::SlowOp;

/// A lane: its size and its number.
#[derive(Clone, Copy)]
struct Lane {
    log2_bytes: u8,
    number: u8,
}

impl Translator<'_> {
    /// Translates one vector instruction.
    pub(super) fn vector(&mut self) {
        let opcode = self.reader.u32();
        match opcode {
            0..=11 | 92 | 93 => {
                let (memory, offset) = self.memarg();
                if self.live {
                    self.vector_memory(opcode, memory, offset);
                }
            }
            84..=91 => {
                let (memory, offset) = self.memarg();
                let number = self.reader.byte();
                if self.live {
                    self.vector_lane_memory(opcode, number, (memory, offset));
                }
            }
            12 => {
                let (low, high) = (self.reader.u64_bytes(), self.reader.u64_bytes());
                if self.live {
                    let d = self.push_own(true);
                    self.emit(Op::V128Const { d, value: low });
                    self.emit(Op::Const { d: 0, value: high });
                }
            }
            13 => {
                let (low, high) = (self.reader.u64_bytes(), self.reader.u64_bytes());
                if self.live {
                    let (b, a) = (self.pop_slot(), self.pop_slot());
                    let d = self.push_own(true);
                    self.emit(Op::I8x16Shuffle { d, a, b });
                    // The indices stand in the operations that follow, which are never executed.
                    self.emit(Op::Const { d: 0, value: low });
                    self.emit(Op::Const { d: 0, value: high });
                }
            }
            21..=34 => {
                let number = self.reader.byte();
                if self.live {
                    self.vector_lane(opcode, number);
                }
            }
            _ if self.live => self.vector_plain(opcode),
            _ => {}
        }
    }

    fn vector_plain(&mut self, opcode: u32) {
        if let Some(shape) = vector::shape(opcode) {
            let b = if shape == Shape::Binary { self.pop_slot() } else { 0 };
            let a = self.pop_slot();
            let d = self.push_own(shape != Shape::Test);
            self.emit_to(Op::V128Plain { d, a, b, opcode }, d);
        } else if let Some((relaxed, operands)) = Relaxed::of(opcode) {
            let c = if operands > 2 { self.pop_slot() } else { 0 };
            let b = if operands > 1 { self.pop_slot() } else { 0 };
            let a = self.pop_slot();
            let d = self.push_own(true);
            let index = self.add_slow(SlowOp::V128Relaxed { d, operands: [a, b, c], relaxed });
            self.emit(Op::V128Relaxed { index });
        } else if opcode == 82 {
            let (c, b, a) = (self.pop_slot(), self.pop_slot(), self.pop_slot());
            let d = self.push_own(true);
            self.emit_to(Op::V128Bitselect { d, a, b, c }, d);
        } else {
            self.splat(match opcode {
                15 => 0,
                16 => 1,
                17 | 19 => 2,
                18 | 20 => 3,
                _ => unreachable!("validation: vector opcode {opcode}"),
            });
        }
    }

    fn splat(&mut self, log2_bytes: u8) {
        let a = self.pop_slot();
        let d = self.push_own(true);
        self.emit_to(Op::V128Splat { d, a, log2_bytes }, d);
    }

    fn vector_lane(&mut self, opcode: u32, number: u8) {
        let log2_bytes = match opcode {
            21..=23 => 0,
            24..=26 => 1,
            27 | 28 | 31 | 32 => 2,
            _ => 3,
        };
        let lane = Lane { log2_bytes, number };
        if matches!(opcode, 23 | 26 | 28 | 30 | 32 | 34) {
            let (b, a) = (self.pop_slot(), self.pop_slot());
            let d = self.push_own(true);
            self.replace(d, (a, b), lane);
        } else {
            let a = self.pop_slot();
            let d = self.push_own(false);
            self.extract(d, a, lane);
            match opcode {
                21 => self.unary_with(|d, a| Op::I32Extend8S { d, a }),
                24 => self.unary_with(|d, a| Op::I32Extend16S { d, a }),
                _ => {}
            }
        }
    }

    fn replace(&mut self, d: u16, (a, b): (u16, u16), lane: Lane) {
        self.emit_to(Op::V128ReplaceLane { d, a, b, log2_bytes: lane.log2_bytes, lane: lane.number }, d);
    }

    fn extract(&mut self, d: u16, a: u16, lane: Lane) {
        let bit = lane.number << lane.log2_bytes << 3;
        let (a, shift) = (a + u16::from(bit / 64), bit % 64);
        self.emit_to(Op::V128ExtractLane { d, a, log2_bytes: lane.log2_bytes, shift }, d);
    }

    fn vector_memory(&mut self, opcode: u32, memory: u32, offset: u64) {
        match opcode {
            0 => self.vector_load(memory, offset),
            11 => self.vector_store(memory, offset),
            // Loads that extend: eight bytes, then the operator that extends the low half.
            1..=6 => {
                self.load(LoadKind::U64, memory, offset);
                let extend = [135, 137, 167, 169, 199, 201][usize::from(opcode.to_le_bytes()[0]) - 1];
                self.vector_plain(extend);
            }
            7..=10 => {
                let log2_bytes = opcode.to_le_bytes()[0] - 7;
                self.load(load_kind(log2_bytes), memory, offset);
                self.splat(log2_bytes);
            }
            _ => {
                self.load(if opcode == 92 { LoadKind::U32 } else { LoadKind::U64 }, memory, offset);
                let a = self.pop_slot();
                let d = self.push_own(true);
                self.emit_to(Op::V128ExtendZero { d, a }, d);
            }
        }
    }

    fn vector_load(&mut self, memory: u32, offset: u64) {
        let operand = self.pop();
        if self.is_plain(memory) {
            let (a, add) = self.address(operand);
            let d = self.push_own(true);
            self.emit_to(Op::V128Load { d, a, add, offset: syntax::convert::low_u32(offset) }, d);
            return;
        }
        let a = self.slot_of(operand);
        let d = self.push_own(true);
        let kind = LoadKind::U64;
        // The high half first: if it is inside the memory, so is the low half, whose address may be in its cell.
        self.load_any((d + 1, a), kind, memory, offset.saturating_add(8));
        self.load_any((d, a), kind, memory, offset);
    }

    fn vector_store(&mut self, memory: u32, offset: u64) {
        let b = self.pop_slot();
        let operand = self.pop();
        if self.is_plain(memory) {
            let (a, add) = self.address(operand);
            self.emit(Op::V128Store { a, b, add, offset: syntax::convert::low_u32(offset) });
            return;
        }
        let a = self.slot_of(operand);
        let kind = StoreKind::U64;
        self.store_any((a, b + 1), kind, memory, offset.saturating_add(8));
        self.store_any((a, b), kind, memory, offset);
    }

    fn vector_lane_memory(&mut self, opcode: u32, number: u8, (memory, offset): (u32, u64)) {
        let operand: Operand = self.pop();
        let a = self.slot_of(operand);
        if opcode < 88 {
            let log2_bytes = opcode.to_le_bytes()[0] - 84;
            self.load(load_kind(log2_bytes), memory, offset);
            let b = self.pop_slot();
            let d = self.push_own(true);
            self.replace(d, (a, b), Lane { log2_bytes, number });
        } else {
            let log2_bytes = opcode.to_le_bytes()[0] - 88;
            let d = self.push_own(false);
            self.extract(d, a, Lane { log2_bytes, number });
            let kind = [StoreKind::U8, StoreKind::U16, StoreKind::U32, StoreKind::U64][usize::from(log2_bytes)];
            self.store(kind, memory, offset);
        }
    }
}

fn load_kind(log2_bytes: u8) -> LoadKind {
    [LoadKind::U8, LoadKind::U16, LoadKind::U32, LoadKind::U64][usize::from(log2_bytes)]
}
