//! Memory, table and variable instructions, and the table of opcodes.

use syntax::module::ValType;

use super::Translator;
use super::control::Kind;
use super::operand::{Address, Operand, Place, Shape};
use crate::index;
use crate::op::{LoadKind, Op, StoreKind};
use crate::slow::SlowOp;

impl Translator<'_> {
    /// Translates one instruction; in code that cannot be reached only blocks are followed.
    pub(super) fn instruction(&mut self) {
        let opcode = self.reader.byte();
        // `loop` counts each time that it is executed, `else` and `end` are no instructions.
        if !matches!(opcode, 0x03 | 0x05 | 0x0b) {
            self.count();
        }
        match opcode {
            0x00 if self.live => {
                self.emit(Op::Unreachable);
                self.live = false;
            }
            0x00 | 0x01 => {}
            0x02 => self.block(Kind::Block),
            0x03 => self.block(Kind::Loop),
            0x04 => self.block(Kind::If),
            0x05 => self.else_(),
            0x0b => self.end(),
            0x0e => self.br_table(),
            0x1f => self.try_table(),
            0x08 | 0x0c | 0x0d | 0x10 | 0x12 | 0x14 | 0x15 | 0xd5 | 0xd6 => self.control_with_index(opcode),
            0x11 | 0x13 => {
                let (ty, table) = (self.reader.u32(), self.reader.u32());
                if self.live && opcode == 0x11 {
                    self.call_indirect(ty, table);
                } else if self.live {
                    self.return_call_indirect(ty, table);
                }
            }
            0x1c => {
                for _ in 0..self.reader.u32() {
                    self.reader.val_type(self.module);
                }
                if self.live {
                    self.select();
                }
            }
            0x20..=0x26 => self.variable(opcode),
            0x28..=0x3e => self.load_or_store(opcode),
            0x3f | 0x40 => self.memory_size_or_grow(opcode),
            0x41..=0x44 => self.constant(opcode),
            0xd0 => {
                let refers = self.reader.heap_type(self.module);
                if self.live {
                    self.push_const(0);
                    self.refer(refers);
                }
            }
            0xd2 => {
                let func = self.reader.u32();
                if self.live {
                    let d = self.push_own(false);
                    self.emit_slow(SlowOp::RefFunc { d, func });
                }
            }
            0xfc => self.prefixed(),
            0xfb => self.gc(),
            0xfd => self.vector(),
            0xfe => self.atomic(),
            _ if self.live => self.plain(opcode),
            _ => {}
        }
    }

    /// Instructions without immediates that are reached.
    fn plain(&mut self, opcode: u8) {
        match opcode {
            0x0a => self.throw_ref(),
            0x0f => self.return_(),
            0x1a => {
                self.pop();
            }
            0x1b => self.select(),
            0x45..=0xc4 => self.numeric(opcode),
            0xd1 => self.unary_with(|d, a| Op::I64EqI { d, a, imm: 0 }),
            0xd3 => {
                let (b, a) = (self.pop_slot(), self.pop_slot());
                let d = self.push_own(false);
                self.emit_to(Op::I64Eq { d, a, b }, d);
            }
            0xd4 => {
                self.place_all();
                let operand = self.pop();
                let a = self.slot_of(operand);
                self.emit_slow(SlowOp::RefAsNonNull { a });
                self.push_shape(Shape::reference(operand.refers));
            }
            _ => unreachable!("decode refuses functions with opcode {opcode:#x}"),
        }
    }

    fn control_with_index(&mut self, opcode: u8) {
        let index = self.reader.u32();
        if !self.live {
            return;
        }
        match opcode {
            0x08 => self.throw(index),
            0x0c => self.br(index),
            0x0d => self.br_if(index),
            0x10 => self.call(index),
            0x12 => self.return_call(index),
            0x14 => self.call_ref(index),
            0x15 => self.return_call_ref(index),
            0xd5 => self.br_on_null(index),
            _ => self.br_on_non_null(index),
        }
    }

    fn select(&mut self) {
        let c = self.pop_slot();
        let (b, a) = (self.pop(), self.pop());
        if let (false, Place::Const(imm)) = (a.wide, b.place) {
            let (a, refers) = (self.slot_of(a), a.refers);
            let d = self.push_shape(Shape::reference(refers));
            self.emit_to(Op::SelectI { d, a, c, imm }, d);
            return;
        }
        if let (false, Place::Const(imm)) = (a.wide, a.place) {
            let (b, refers) = (self.slot_of(b), b.refers);
            let d = self.push_shape(Shape::reference(refers));
            self.emit_to(Op::SelectIL { d, b, c, imm }, d);
            return;
        }
        let (b_slot, a_slot) = (self.slot_of(b), self.slot_of(a));
        let d = self.push_shape(Shape { wide: a.wide, refers: a.refers });
        if a.wide {
            self.emit(Op::V128Select { d, a: a_slot, b: b_slot, c });
        } else {
            self.emit_to(Op::Select { d, a: a_slot, b: b_slot, c }, d);
        }
    }

    fn variable(&mut self, opcode: u8) {
        let i = self.reader.u32();
        if !self.live {
            return;
        }
        match opcode {
            0x20 => {
                let (slot, shape) = self.local(i);
                self.push_local(slot, shape.wide);
                self.refer(shape.refers);
            }
            0x21 => {
                let (slot, _) = self.local(i);
                self.set_local(slot);
            }
            0x22 => {
                let (slot, shape) = self.local(i);
                self.set_local(slot);
                self.push_local(slot, shape.wide);
                self.refer(shape.refers);
            }
            0x23 => {
                let shape = Shape::of(self.module, self.module.globals[index(i)].value);
                let d = self.push_shape(shape);
                if shape.wide {
                    self.emit(Op::GlobalGet { d, global: i });
                    self.emit_slow(SlowOp::GlobalGetHigh { d: d + 1, global: i });
                } else {
                    self.emit_to(Op::GlobalGet { d, global: i }, d);
                }
            }
            0x24 => {
                let operand = self.pop();
                let a = self.slot_of(operand);
                self.emit(Op::GlobalSet { a, global: i });
                if operand.wide {
                    self.emit_slow(SlowOp::GlobalSetHigh { a: a + 1, global: i });
                }
            }
            0x25 => {
                let at = self.pop_slot();
                let element = self.module.tables[index(i)].element;
                let d = self.push_shape(Shape::of(self.module, ValType::Ref(element)));
                self.emit_slow(SlowOp::TableGet { d, at, table: i });
            }
            _ => {
                let (value, at) = (self.pop_slot(), self.pop_slot());
                self.emit_slow(SlowOp::TableSet { at, value, table: i });
            }
        }
    }

    fn local(&self, i: u32) -> (u16, Shape) {
        let local = &self.locals[index(i)];
        (local.slot, local.shape)
    }

    fn constant(&mut self, opcode: u8) {
        let value = match opcode {
            0x41 => u64::from(self.reader.i32()),
            0x42 => self.reader.i64().cast_unsigned(),
            0x43 => u64::from(self.reader.u32_bytes()),
            _ => self.reader.u64_bytes(),
        };
        if self.live {
            self.push_const(value);
        }
    }

    /// A memory index and an offset.
    pub(super) fn memarg(&mut self) -> (u32, u64) {
        let align = self.reader.u32();
        let memory = if align & 0x40 != 0 { self.reader.u32() } else { 0 };
        (memory, self.reader.u64())
    }

    fn load_or_store(&mut self, opcode: u8) {
        let (memory, offset) = self.memarg();
        if !self.live {
            return;
        }
        match load_kind(opcode) {
            Some(kind) => self.load(kind, memory, offset),
            None => self.store(store_kind(opcode), memory, offset),
        }
    }

    pub(super) fn is_plain(&self, memory: u32) -> bool {
        memory == 0 && !self.module.memories[0].is_64
    }

    pub(super) fn load(&mut self, kind: LoadKind, memory: u32, offset: u64) {
        let operand = self.pop();
        if !self.is_plain(memory) {
            let a = self.slot_of(operand);
            let d = self.push_own(false);
            self.load_any((d, a), kind, memory, offset);
            return;
        }
        let offset = syntax::convert::low_u32(offset);
        if let Place::Const(base) = operand.place {
            let d = self.push_own(false);
            self.emit_to(Op::LoadAt { d, kind, at: constant_address(base, offset) }, d);
            return;
        }
        if let Some(address) = self.computed_address(operand) {
            let d = self.push_own(false);
            let op = match address {
                Address::Index { a, b, shift } => Op::LoadIndex { d, a, b, kind, shift, offset },
                Address::Scaled { b, shift, add } => Op::LoadScaled { d, b, kind, shift, add, offset },
            };
            self.emit_to(op, d);
            return;
        }
        let (a, add) = self.address(operand);
        let d = self.push_own(false);
        let op = match kind {
            LoadKind::U8 => Op::Load8U { d, a, add, offset },
            LoadKind::U16 => Op::Load16U { d, a, add, offset },
            LoadKind::U32 => Op::Load32 { d, a, add, offset },
            LoadKind::U64 => Op::Load64 { d, a, add, offset },
            LoadKind::F32 => Op::LoadF32 { d, a, add, offset },
            LoadKind::F64 => Op::LoadF64 { d, a, add, offset },
            LoadKind::S8To32 => Op::Load8S32 { d, a, add, offset },
            LoadKind::S16To32 => Op::Load16S32 { d, a, add, offset },
            LoadKind::S8To64 => Op::Load8S64 { d, a, add, offset },
            LoadKind::S16To64 => Op::Load16S64 { d, a, add, offset },
            LoadKind::S32To64 => Op::Load32S64 { d, a, add, offset },
        };
        self.emit_to(op, d);
    }

    /// A load from a memory that is not plain.
    pub(super) fn load_any(&mut self, (d, a): (u16, u16), kind: LoadKind, memory: u32, offset: u64) {
        if memory == 0 {
            self.emit_to(Op::LoadM { d, a, kind, offset }, d);
        } else {
            self.emit_slow(SlowOp::Load { d, a, kind, memory, offset });
        }
    }

    /// A store to a memory that is not plain.
    pub(super) fn store_any(&mut self, (a, b): (u16, u16), kind: StoreKind, memory: u32, offset: u64) {
        if memory == 0 {
            self.emit(Op::StoreM { a, b, kind, offset });
        } else {
            self.emit_slow(SlowOp::Store { a, b, kind, memory, offset });
        }
    }

    pub(super) fn store(&mut self, kind: StoreKind, memory: u32, offset: u64) {
        let value = self.pop();
        if !self.is_plain(memory) {
            let (b, a) = (self.slot_of(value), self.pop_slot());
            self.store_any((a, b), kind, memory, offset);
            return;
        }
        let offset = syntax::convert::low_u32(offset);
        if let Place::Const(constant) = value.place
            && let Some(op) = store_constant(kind, constant)
            && !matches!(self.operands.last(), Some(Operand { place: Place::Const(_), .. }))
        {
            let operand = self.pop();
            let (a, add) = self.address(operand);
            self.emit(op(a, add, offset));
            return;
        }
        let value = self.slot_of(value);
        let operand = self.pop();
        if let Place::Const(base) = operand.place {
            self.emit(Op::StoreAt { value, kind, at: constant_address(base, offset) });
            return;
        }
        if let Some(address) = self.computed_address(operand) {
            self.emit(match address {
                Address::Index { a, b, shift } => Op::StoreIndex { a, b, value, kind, shift, offset },
                Address::Scaled { b, shift, add } => Op::StoreScaled { b, value, kind, shift, add, offset },
            });
            return;
        }
        let b = value;
        let (a, add) = self.address(operand);
        self.emit(match kind {
            StoreKind::U8 => Op::Store8 { a, b, add, offset },
            StoreKind::U16 => Op::Store16 { a, b, add, offset },
            StoreKind::U32 => Op::Store32 { a, b, add, offset },
            StoreKind::U64 => Op::Store64 { a, b, add, offset },
        });
    }

    fn memory_size_or_grow(&mut self, opcode: u8) {
        let memory = self.reader.u32();
        if !self.live {
            return;
        }
        if opcode == 0x3f {
            let d = self.push_own(false);
            self.emit_slow(SlowOp::MemorySize { d, memory });
        } else {
            let a = self.pop_slot();
            let d = self.push_own(false);
            self.emit_slow(SlowOp::MemoryGrow { d, a, memory });
        }
    }

    /// Instructions with the prefix 0xfc.
    fn prefixed(&mut self) {
        let opcode = self.reader.u32();
        match opcode {
            0..=7 if self.live => self.unary_with(match opcode {
                0 => |d, a| Op::I32TruncSatF32S { d, a },
                1 => |d, a| Op::I32TruncSatF32U { d, a },
                2 => |d, a| Op::I32TruncSatF64S { d, a },
                3 => |d, a| Op::I32TruncSatF64U { d, a },
                4 => |d, a| Op::I64TruncSatF32S { d, a },
                5 => |d, a| Op::I64TruncSatF32U { d, a },
                6 => |d, a| Op::I64TruncSatF64S { d, a },
                _ => |d, a| Op::I64TruncSatF64U { d, a },
            }),
            0..=7 => {}
            19..=22 if self.live => self.wide(opcode),
            19..=22 => {}
            9 | 13 | 11 | 15 | 16 | 17 => {
                let i = self.reader.u32();
                if self.live {
                    self.bulk_with_one(opcode, i);
                }
            }
            _ => {
                let (x, y) = (self.reader.u32(), self.reader.u32());
                if self.live {
                    let (len, from, to) = (self.pop_slot(), self.pop_slot(), self.pop_slot());
                    if opcode == 10 && self.is_plain(x) && x == y {
                        let index = self.add_slow(SlowOp::MemoryCopy { to, from, len, memory_to: x, memory_from: y });
                        self.emit(Op::MemoryCopy { to, from, len, index });
                        return;
                    }
                    self.emit_slow(match opcode {
                        8 => SlowOp::MemoryInit { to, from, len, data: x, memory: y },
                        10 => SlowOp::MemoryCopy { to, from, len, memory_to: x, memory_from: y },
                        12 => SlowOp::TableInit { to, from, len, elem: x, table: y },
                        _ => SlowOp::TableCopy { to, from, len, table_to: x, table_from: y },
                    });
                }
            }
        }
    }

    /// Arithmetic on 128 bits.
    fn wide(&mut self, opcode: u32) {
        self.place_all();
        let operands = if opcode < 21 { 4 } else { 2 };
        let first = self.operands.len().saturating_sub(operands);
        self.truncate(first);
        let (d, b) = (self.push_own(false), self.push_own(false));
        self.emit(match opcode {
            19 => Op::I64Add128 { d, a: d },
            20 => Op::I64Sub128 { d, a: d },
            21 => Op::I64MulWideS { d, a: d, b },
            _ => Op::I64MulWideU { d, a: d, b },
        });
    }

    fn bulk_with_one(&mut self, opcode: u32, i: u32) {
        let op = match opcode {
            9 => SlowOp::DataDrop { data: i },
            13 => SlowOp::ElemDrop { elem: i },
            11 => {
                let (len, value, at) = (self.pop_slot(), self.pop_slot(), self.pop_slot());
                let slow = SlowOp::MemoryFill { at, value, len, memory: i };
                if self.is_plain(i) {
                    let index = self.add_slow(slow);
                    self.emit(Op::MemoryFill { to: at, value, len, index });
                    return;
                }
                slow
            }
            15 => {
                let (delta, value) = (self.pop_slot(), self.pop_slot());
                SlowOp::TableGrow { d: self.push_own(false), value, delta, table: i }
            }
            16 => SlowOp::TableSize { d: self.push_own(false), table: i },
            _ => {
                let (len, value, at) = (self.pop_slot(), self.pop_slot(), self.pop_slot());
                SlowOp::TableFill { at, value, len, table: i }
            }
        };
        self.emit_slow(op);
    }
}

/// Where an access is whose address is a constant.
fn constant_address(base: u64, offset: u32) -> u64 {
    u64::from(syntax::convert::low_u32(base)) + u64::from(offset)
}

/// The store of a constant, if it fits: a function of the cell, the addend and the offset.
fn store_constant(kind: StoreKind, value: u64) -> Option<impl Fn(u16, u32, u32) -> Op> {
    let low = syntax::convert::low_u32(value);
    if kind == StoreKind::U64 && i64::from(low.cast_signed()) != value.cast_signed() {
        return None;
    }
    Some(move |a, add, offset| match kind {
        StoreKind::U8 => Op::Store8I { a, imm: low, add, offset },
        StoreKind::U16 => Op::Store16I { a, imm: low, add, offset },
        StoreKind::U32 => Op::Store32I { a, imm: low, add, offset },
        StoreKind::U64 => Op::Store64I { a, imm: low.cast_signed(), add, offset },
    })
}

fn load_kind(opcode: u8) -> Option<LoadKind> {
    Some(match opcode {
        0x28 | 0x35 => LoadKind::U32,
        0x29 => LoadKind::U64,
        0x2a => LoadKind::F32,
        0x2b => LoadKind::F64,
        0x2c => LoadKind::S8To32,
        0x2d | 0x31 => LoadKind::U8,
        0x2e => LoadKind::S16To32,
        0x2f | 0x33 => LoadKind::U16,
        0x30 => LoadKind::S8To64,
        0x32 => LoadKind::S16To64,
        0x34 => LoadKind::S32To64,
        _ => return None,
    })
}

fn store_kind(opcode: u8) -> StoreKind {
    match opcode {
        0x36 | 0x38 | 0x3e => StoreKind::U32,
        0x37 | 0x39 => StoreKind::U64,
        0x3a | 0x3c => StoreKind::U8,
        _ => StoreKind::U16,
    }
}
