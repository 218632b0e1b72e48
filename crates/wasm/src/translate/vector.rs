//! Vector instructions, those with the prefix 0xfd.

use super::Translator;
use super::operand::Operand;
use crate::op::{LoadKind, Op, StoreKind};
use crate::vector;

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
                    self.emit(Op::Const { d, value: low });
                    self.emit(Op::Const { d: d + 1, value: high });
                }
            }
            13 => {
                let (low, high) = (self.reader.u64_bytes(), self.reader.u64_bytes());
                if self.live {
                    let (b, a) = (self.pop_slot(), self.pop_slot());
                    let d = self.push_own(true);
                    self.emit(Op::V128Shuffle { d, a, b });
                    // The lanes stand in the operations that follow, which are never executed.
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
        if let Some(f) = vector::binary(opcode) {
            let (b, a) = (self.pop_slot(), self.pop_slot());
            let d = self.push_own(true);
            self.emit_to(frequent_binary(opcode, d, a, b).unwrap_or(Op::V128Binary { d, a, b, f }), d);
        } else if let Some(f) = vector::unary(opcode) {
            let a = self.pop_slot();
            let d = self.push_own(true);
            self.emit_to(frequent_unary(opcode, d, a).unwrap_or(Op::V128Unary { d, a, f }), d);
        } else if let Some(f) = vector::shift(opcode) {
            let (b, a) = (self.pop_slot(), self.pop_slot());
            let d = self.push_own(true);
            self.emit_to(Op::V128Shift { d, a, b, f }, d);
        } else if let Some(f) = vector::test(opcode) {
            let a = self.pop_slot();
            let d = self.push_own(false);
            self.emit_to(Op::V128Test { d, a, f }, d);
        } else if let Some(f) = vector::ternary(opcode) {
            let (c, b, a) = (self.pop_slot(), self.pop_slot(), self.pop_slot());
            let d = self.push_own(true);
            if opcode == 82 {
                return self.emit_to(Op::V128Bitselect { d, a, b, c }, d);
            }
            // The operator follows, because there is no room for it.
            self.emit(Op::V128Ternary { d, a, b, c });
            self.emit(Op::V128TernaryOperator { f });
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
        self.emit_to(Op::V128Replace { d, a, b, log2_bytes: lane.log2_bytes, lane: lane.number }, d);
    }

    fn extract(&mut self, d: u16, a: u16, lane: Lane) {
        self.emit_to(Op::V128Extract { d, a, log2_bytes: lane.log2_bytes, lane: lane.number }, d);
    }

    fn vector_memory(&mut self, opcode: u32, memory: u32, offset: u64) {
        match opcode {
            0 => self.vector_load(memory, offset),
            11 => self.vector_store(memory, offset),
            // Loads that extend: eight bytes, then the operator that extends the low half.
            1..=6 => {
                self.load(LoadKind::U64, memory, offset);
                let extend = [135, 137, 167, 169, 199, 201][usize::from(opcode.to_le_bytes()[0]) - 1];
                let f = vector::unary(extend).expect("an operator that extends");
                let a = self.pop_slot();
                let d = self.push_own(true);
                self.emit_to(Op::V128Unary { d, a, f }, d);
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
                self.emit_copy(d, a, false);
                self.emit(Op::Const { d: d + 1, value: 0 });
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
        let (kind, memory) = (LoadKind::U64, super::memory::short(memory));
        // The high half first: if it is inside the memory, so is the low half, whose address may be in its cell.
        self.emit(Op::LoadM { d: d + 1, a, kind, memory, offset: offset.saturating_add(8) });
        self.emit(Op::LoadM { d, a, kind, memory, offset });
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
        let (kind, memory) = (StoreKind::U64, super::memory::short(memory));
        self.emit(Op::StoreM { a, b: b + 1, kind, memory, offset: offset.saturating_add(8) });
        self.emit(Op::StoreM { a, b, kind, memory, offset });
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

/// The operation of a frequent operator.
fn frequent_binary(opcode: u32, d: u16, a: u16, b: u16) -> Option<Op> {
    Some(match opcode {
        35 => Op::I8x16Eq { d, a, b },
        39 => Op::I8x16GtS { d, a, b },
        55 => Op::I32x4Eq { d, a, b },
        59 => Op::I32x4GtS { d, a, b },
        78 => Op::V128And { d, a, b },
        80 => Op::V128Or { d, a, b },
        81 => Op::V128Xor { d, a, b },
        110 => Op::I8x16Add { d, a, b },
        111 => Op::I8x16AddSatS { d, a, b },
        113 => Op::I8x16Sub { d, a, b },
        142 => Op::I16x8Add { d, a, b },
        145 => Op::I16x8Sub { d, a, b },
        149 => Op::I16x8Mul { d, a, b },
        174 => Op::I32x4Add { d, a, b },
        177 => Op::I32x4Sub { d, a, b },
        181 => Op::I32x4Mul { d, a, b },
        186 => Op::I32x4DotI16x8S { d, a, b },
        206 => Op::I64x2Add { d, a, b },
        209 => Op::I64x2Sub { d, a, b },
        228 => Op::F32x4Add { d, a, b },
        229 => Op::F32x4Sub { d, a, b },
        230 => Op::F32x4Mul { d, a, b },
        231 => Op::F32x4Div { d, a, b },
        240 => Op::F64x2Add { d, a, b },
        241 => Op::F64x2Sub { d, a, b },
        242 => Op::F64x2Mul { d, a, b },
        243 => Op::F64x2Div { d, a, b },
        _ => return None,
    })
}

/// The operation of a frequent operator.
fn frequent_unary(opcode: u32, d: u16, a: u16) -> Option<Op> {
    Some(match opcode {
        77 => Op::V128Not { d, a },
        135 => Op::I16x8ExtendLowI8x16S { d, a },
        136 => Op::I16x8ExtendHighI8x16S { d, a },
        137 => Op::I16x8ExtendLowI8x16U { d, a },
        138 => Op::I16x8ExtendHighI8x16U { d, a },
        _ => return None,
    })
}
