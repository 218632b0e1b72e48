//! Numeric instructions: which operation an opcode is, with immediates where an operand is a constant.

use super::Translator;
use super::operand::{Operand, Place};
use crate::op::Op;

impl Translator<'_> {
    /// An instruction without immediates from `i32.eqz` to `i64.extend32_s`.
    pub(super) fn numeric(&mut self, opcode: u8) {
        match opcode {
            0x45 => self.unary_with(|d, a| Op::I32EqI { d, a, imm: 0 }),
            0x50 => self.unary_with(|d, a| Op::I64EqI { d, a, imm: 0 }),
            // `i64.extend_i32_u` and the reinterpretations change no cell.
            0xad | 0xbc | 0xbd | 0xbe | 0xbf => {}
            0x46..=0x4f | 0x51..=0x66 | 0x6a..=0x78 | 0x7c..=0x8a | 0x92..=0x98 | 0xa0..=0xa6 => self.binary(opcode),
            _ => {
                let a = self.pop_slot();
                let d = self.push_own(false);
                self.emit_to(unary(opcode, d, a), d);
            }
        }
    }

    /// The operation with one operand that is not a number of the base instructions, such as saturating conversions.
    pub(super) fn unary_with(&mut self, op: fn(u16, u16) -> Op) {
        let a = self.pop_slot();
        let d = self.push_own(false);
        self.emit_to(op(d, a), d);
    }

    fn binary(&mut self, opcode: u8) {
        let b = self.pop();
        let a = self.pop();
        match (opcode, a.place, b.place) {
            (0x6a, _, Place::Const(value)) => return self.push_sum(a, syntax::convert::low_u32(value)),
            (0x6a, Place::Const(value), Place::Local(_)) => {
                return self.push_sum(b.at(a.slot), syntax::convert::low_u32(value));
            }
            (0x6b, _, Place::Const(value)) => return self.push_sum(a, syntax::convert::low_u32(value).wrapping_neg()),
            _ => {}
        }
        if let Place::Const(value) = b.place
            && with_right(opcode, 0, 0, value).is_some()
        {
            let slot = self.slot_of(a);
            let d = self.push_own(false);
            self.emit_to(with_right(opcode, d, slot, value).expect("there is such an operation"), d);
            return;
        }
        if let Place::Const(value) = a.place
            && with_left(opcode, 0, 0, value).is_some()
        {
            let slot = self.slot_of(b);
            let d = self.push_own(false);
            self.emit_to(with_left(opcode, d, slot, value).expect("there is such an operation"), d);
            return;
        }
        if let Some(fused) = self.fused(opcode, a, b) {
            if let Op::I32ShlAdd { a, b, shift, .. } = fused
                && shift < 4
            {
                self.push_index(a, b, shift.to_le_bytes()[0]);
                return;
            }
            let d = self.push_own(false);
            let mut op = fused;
            op.set_dest(d);
            self.emit_to(op, d);
            return;
        }
        let a = self.slot_of(a);
        let b = self.slot_of(b);
        if opcode == 0x6a {
            self.push_index(a, b, 0);
            return;
        }
        let d = self.push_own(false);
        self.emit_to(binary(opcode, d, a, b), d);
    }

    /// Joins an operation with the one before it, which computed one of its operands.
    fn fused(&mut self, opcode: u8, a: Operand, b: Operand) -> Option<Op> {
        if !matches!(opcode, 0x6a | 0x92 | 0x93 | 0xa0 | 0xa1) {
            return None;
        }
        // The product or shift is the operand computed last; the other one is read as it is.
        let (last, other) = match (a.place, b.place) {
            (_, Place::Own) if self.is_producer(b.slot) => (b, a),
            (Place::Own, Place::Local(_)) if self.is_producer(a.slot) && !matches!(opcode, 0x93 | 0xa1) => (a, b),
            _ => return None,
        };
        let c = match other.place {
            Place::Own => other.slot,
            Place::Local(slot) => slot,
            Place::Const(_) | Place::Sum(..) | Place::Index(..) => return None,
        };
        let fused = match (opcode, *self.ops.last()?) {
            (0x6a, Op::I32ShlI { a, imm, .. }) => Op::I32ShlAdd { d: 0, a: c, b: a, shift: imm },
            (0x92, Op::F32Mul { a, b, .. }) => Op::F32MulAdd { d: 0, a, b, c },
            (0x93, Op::F32Mul { a, b, .. }) => Op::F32MulSub { d: 0, a, b, c },
            (0xa0, Op::F64Mul { a, b, .. }) => Op::F64MulAdd { d: 0, a, b, c },
            (0xa1, Op::F64Mul { a, b, .. }) => Op::F64MulSub { d: 0, a, b, c },
            _ => return None,
        };
        self.take_producer(last.slot);
        Some(fused)
    }
}

/// The operation of an opcode with two operands.
#[expect(clippy::too_many_lines, reason = "one line for each operation")]
fn binary(opcode: u8, d: u16, a: u16, b: u16) -> Op {
    match opcode {
        0x46 => Op::I32Eq { d, a, b },
        0x47 => Op::I32Ne { d, a, b },
        0x48 => Op::I32LtS { d, a, b },
        0x49 => Op::I32LtU { d, a, b },
        0x4a => Op::I32LtS { d, a: b, b: a },
        0x4b => Op::I32LtU { d, a: b, b: a },
        0x4c => Op::I32LeS { d, a, b },
        0x4d => Op::I32LeU { d, a, b },
        0x4e => Op::I32LeS { d, a: b, b: a },
        0x4f => Op::I32LeU { d, a: b, b: a },
        0x51 => Op::I64Eq { d, a, b },
        0x52 => Op::I64Ne { d, a, b },
        0x53 => Op::I64LtS { d, a, b },
        0x54 => Op::I64LtU { d, a, b },
        0x55 => Op::I64LtS { d, a: b, b: a },
        0x56 => Op::I64LtU { d, a: b, b: a },
        0x57 => Op::I64LeS { d, a, b },
        0x58 => Op::I64LeU { d, a, b },
        0x59 => Op::I64LeS { d, a: b, b: a },
        0x5a => Op::I64LeU { d, a: b, b: a },
        0x5b => Op::F32Eq { d, a, b },
        0x5c => Op::F32Ne { d, a, b },
        0x5d => Op::F32Lt { d, a, b },
        0x5e => Op::F32Lt { d, a: b, b: a },
        0x5f => Op::F32Le { d, a, b },
        0x60 => Op::F32Le { d, a: b, b: a },
        0x61 => Op::F64Eq { d, a, b },
        0x62 => Op::F64Ne { d, a, b },
        0x63 => Op::F64Lt { d, a, b },
        0x64 => Op::F64Lt { d, a: b, b: a },
        0x65 => Op::F64Le { d, a, b },
        0x66 => Op::F64Le { d, a: b, b: a },
        0x6a => Op::I32Add { d, a, b },
        0x6b => Op::I32Sub { d, a, b },
        0x6c => Op::I32Mul { d, a, b },
        0x6d => Op::I32DivS { d, a, b },
        0x6e => Op::I32DivU { d, a, b },
        0x6f => Op::I32RemS { d, a, b },
        0x70 => Op::I32RemU { d, a, b },
        0x71 => Op::I32And { d, a, b },
        0x72 => Op::I32Or { d, a, b },
        0x73 => Op::I32Xor { d, a, b },
        0x74 => Op::I32Shl { d, a, b },
        0x75 => Op::I32ShrS { d, a, b },
        0x76 => Op::I32ShrU { d, a, b },
        0x77 => Op::I32Rotl { d, a, b },
        0x78 => Op::I32Rotr { d, a, b },
        0x7c => Op::I64Add { d, a, b },
        0x7d => Op::I64Sub { d, a, b },
        0x7e => Op::I64Mul { d, a, b },
        0x7f => Op::I64DivS { d, a, b },
        0x80 => Op::I64DivU { d, a, b },
        0x81 => Op::I64RemS { d, a, b },
        0x82 => Op::I64RemU { d, a, b },
        0x83 => Op::I64And { d, a, b },
        0x84 => Op::I64Or { d, a, b },
        0x85 => Op::I64Xor { d, a, b },
        0x86 => Op::I64Shl { d, a, b },
        0x87 => Op::I64ShrS { d, a, b },
        0x88 => Op::I64ShrU { d, a, b },
        0x89 => Op::I64Rotl { d, a, b },
        0x8a => Op::I64Rotr { d, a, b },
        0x92 => Op::F32Add { d, a, b },
        0x93 => Op::F32Sub { d, a, b },
        0x94 => Op::F32Mul { d, a, b },
        0x95 => Op::F32Div { d, a, b },
        0x96 => Op::F32Min { d, a, b },
        0x97 => Op::F32Max { d, a, b },
        0x98 => Op::F32Copysign { d, a, b },
        0xa0 => Op::F64Add { d, a, b },
        0xa1 => Op::F64Sub { d, a, b },
        0xa2 => Op::F64Mul { d, a, b },
        0xa3 => Op::F64Div { d, a, b },
        0xa4 => Op::F64Min { d, a, b },
        0xa5 => Op::F64Max { d, a, b },
        0xa6 => Op::F64Copysign { d, a, b },
        _ => unreachable!("validation: {opcode:#x} has two operands"),
    }
}

/// The operation of an opcode with one operand.
fn unary(opcode: u8, d: u16, a: u16) -> Op {
    match opcode {
        0x67 => Op::I32Clz { d, a },
        0x68 => Op::I32Ctz { d, a },
        0x69 => Op::I32Popcnt { d, a },
        0x79 => Op::I64Clz { d, a },
        0x7a => Op::I64Ctz { d, a },
        0x7b => Op::I64Popcnt { d, a },
        0x8b => Op::F32Abs { d, a },
        0x8c => Op::F32Neg { d, a },
        0x8d => Op::F32Ceil { d, a },
        0x8e => Op::F32Floor { d, a },
        0x8f => Op::F32Trunc { d, a },
        0x90 => Op::F32Nearest { d, a },
        0x91 => Op::F32Sqrt { d, a },
        0x99 => Op::F64Abs { d, a },
        0x9a => Op::F64Neg { d, a },
        0x9b => Op::F64Ceil { d, a },
        0x9c => Op::F64Floor { d, a },
        0x9d => Op::F64Trunc { d, a },
        0x9e => Op::F64Nearest { d, a },
        0x9f => Op::F64Sqrt { d, a },
        0xa7 => Op::I32WrapI64 { d, a },
        0xa8 => Op::I32TruncF32S { d, a },
        0xa9 => Op::I32TruncF32U { d, a },
        0xaa => Op::I32TruncF64S { d, a },
        0xab => Op::I32TruncF64U { d, a },
        0xac => Op::I64Extend32S { d, a },
        0xae => Op::I64TruncF32S { d, a },
        0xaf => Op::I64TruncF32U { d, a },
        0xb0 => Op::I64TruncF64S { d, a },
        0xb1 => Op::I64TruncF64U { d, a },
        0xb2 => Op::F32ConvertI32S { d, a },
        0xb3 => Op::F32ConvertI32U { d, a },
        0xb4 => Op::F32ConvertI64S { d, a },
        0xb5 => Op::F32ConvertI64U { d, a },
        0xb6 => Op::F32DemoteF64 { d, a },
        0xb7 => Op::F64ConvertI32S { d, a },
        0xb8 => Op::F64ConvertI32U { d, a },
        0xb9 => Op::F64ConvertI64S { d, a },
        0xba => Op::F64ConvertI64U { d, a },
        0xbb => Op::F64PromoteF32 { d, a },
        0xc0 => Op::I32Extend8S { d, a },
        0xc1 => Op::I32Extend16S { d, a },
        0xc2 => Op::I64Extend8S { d, a },
        0xc3 => Op::I64Extend16S { d, a },
        0xc4 => Op::I64Extend32S { d, a },
        _ => unreachable!("validation: {opcode:#x} has one operand"),
    }
}

/// The operation with a constant on the right, if there is one.
fn with_right(opcode: u8, d: u16, a: u16, value: u64) -> Option<Op> {
    let imm = syntax::convert::low_u32(value);
    Some(match opcode {
        0x46 => Op::I32EqI { d, a, imm },
        0x47 => Op::I32NeI { d, a, imm },
        0x48 => Op::I32LtSI { d, a, imm },
        0x49 => Op::I32LtUI { d, a, imm },
        0x4a if imm != i32::MAX.cast_unsigned() => Op::I32GeSI { d, a, imm: imm.wrapping_add(1) },
        0x4b if imm != u32::MAX => Op::I32GeUI { d, a, imm: imm.wrapping_add(1) },
        0x4c if imm != i32::MAX.cast_unsigned() => Op::I32LtSI { d, a, imm: imm.wrapping_add(1) },
        0x4d if imm != u32::MAX => Op::I32LtUI { d, a, imm: imm.wrapping_add(1) },
        0x4e => Op::I32GeSI { d, a, imm },
        0x4f => Op::I32GeUI { d, a, imm },
        0x51 => Op::I64EqI { d, a, imm: value },
        0x52 => Op::I64NeI { d, a, imm: value },
        0x53 => Op::I64LtSI { d, a, imm: value },
        0x54 => Op::I64LtUI { d, a, imm: value },
        0x55 if value != i64::MAX.cast_unsigned() => Op::I64GeSI { d, a, imm: value.wrapping_add(1) },
        0x56 if value != u64::MAX => Op::I64GeUI { d, a, imm: value.wrapping_add(1) },
        0x57 if value != i64::MAX.cast_unsigned() => Op::I64LtSI { d, a, imm: value.wrapping_add(1) },
        0x58 if value != u64::MAX => Op::I64LtUI { d, a, imm: value.wrapping_add(1) },
        0x59 => Op::I64GeSI { d, a, imm: value },
        0x5a => Op::I64GeUI { d, a, imm: value },
        0x6a => Op::I32AddI { d, a, imm },
        0x6b => Op::I32AddI { d, a, imm: imm.wrapping_neg() },
        0x6c => Op::I32MulI { d, a, imm },
        0x6d..=0x70 | 0x7f..=0x82 => return divided(opcode, d, a, value),
        0x71 => Op::I32AndI { d, a, imm },
        0x72 => Op::I32OrI { d, a, imm },
        0x73 => Op::I32XorI { d, a, imm },
        0x74 => Op::I32ShlI { d, a, imm },
        0x75 => Op::I32ShrSI { d, a, imm },
        0x76 => Op::I32ShrUI { d, a, imm },
        0x77 => Op::I32RotlI { d, a, imm },
        0x78 => Op::I32RotlI { d, a, imm: imm.wrapping_neg() & 31 },
        0x7c => Op::I64AddI { d, a, imm: value },
        0x7d => Op::I64AddI { d, a, imm: value.wrapping_neg() },
        0x7e => Op::I64MulI { d, a, imm: value },
        0x83 => Op::I64AndI { d, a, imm: value },
        0x84 => Op::I64OrI { d, a, imm: value },
        0x85 => Op::I64XorI { d, a, imm: value },
        0x86 => Op::I64ShlI { d, a, imm: value },
        0x87 => Op::I64ShrSI { d, a, imm: value },
        0x88 => Op::I64ShrUI { d, a, imm: value },
        0x89 => Op::I64RotlI { d, a, imm: value },
        0x8a => Op::I64RotlI { d, a, imm: value.wrapping_neg() & 63 },
        0x5d => Op::F32LtI { d, a, imm: value },
        0x5e => Op::F32GtI { d, a, imm: value },
        0x5f => Op::F32LeI { d, a, imm: value },
        0x60 => Op::F32GeI { d, a, imm: value },
        0x63 => Op::F64LtI { d, a, imm: value },
        0x64 => Op::F64GtI { d, a, imm: value },
        0x65 => Op::F64LeI { d, a, imm: value },
        0x66 => Op::F64GeI { d, a, imm: value },
        0x92 => Op::F32AddI { d, a, imm: value },
        0x93 => Op::F32SubI { d, a, imm: value },
        0x94 => Op::F32MulI { d, a, imm: value },
        0x95 => Op::F32DivI { d, a, imm: value },
        0xa0 => Op::F64AddI { d, a, imm: value },
        0xa1 => Op::F64SubI { d, a, imm: value },
        0xa2 => Op::F64MulI { d, a, imm: value },
        0xa3 => Op::F64DivI { d, a, imm: value },
        _ => return None,
    })
}

/// The division by a constant, if that cannot trap and is not simpler otherwise.
fn divided(opcode: u8, d: u16, a: u16, value: u64) -> Option<Op> {
    let imm = syntax::convert::low_u32(value);
    Some(match opcode {
        0x6d if imm.cast_signed() > 1 => Op::I32DivSI { d, a, imm },
        0x6e if imm.is_power_of_two() => Op::I32ShrUI { d, a, imm: imm.trailing_zeros() },
        0x6e if imm != 0 => Op::I32DivUI { d, a, imm },
        0x6f if imm.cast_signed() > 1 => Op::I32RemSI { d, a, imm },
        0x70 if imm.is_power_of_two() => Op::I32AndI { d, a, imm: imm - 1 },
        0x70 if imm != 0 => Op::I32RemUI { d, a, imm },
        0x7f if value != 0 && value != u64::MAX => Op::I64DivSI { d, a, imm: value },
        0x80 if value.is_power_of_two() => Op::I64ShrUI { d, a, imm: value.trailing_zeros().into() },
        0x80 if value != 0 => Op::I64DivUI { d, a, imm: value },
        0x81 if value != 0 && value != u64::MAX => Op::I64RemSI { d, a, imm: value },
        0x82 if value.is_power_of_two() => Op::I64AndI { d, a, imm: value - 1 },
        0x82 if value != 0 => Op::I64RemUI { d, a, imm: value },
        _ => return None,
    })
}

/// The operation with a constant on the left, if there is one.
fn with_left(opcode: u8, d: u16, b: u16, value: u64) -> Option<Op> {
    // Comparisons turn around; what commutes takes the constant on the right.
    let turned = match opcode {
        0x46
        | 0x47
        | 0x51
        | 0x52
        | 0x6a
        | 0x6c
        | 0x71..=0x73
        | 0x7c
        | 0x7e
        | 0x83..=0x85
        | 0x92
        | 0x94
        | 0xa0
        | 0xa2 => opcode,
        0x48 | 0x49 | 0x4c | 0x4d | 0x53 | 0x54 | 0x57 | 0x58 => opcode + 2,
        0x4a | 0x4b | 0x4e | 0x4f | 0x55 | 0x56 | 0x59 | 0x5a => opcode - 2,
        0x5d | 0x5f | 0x63 | 0x65 => opcode + 1,
        0x5e | 0x60 | 0x64 | 0x66 => opcode - 1,
        0x93 => return Some(Op::F32SubLI { d, a: b, imm: value }),
        0x95 => return Some(Op::F32DivLI { d, a: b, imm: value }),
        0xa1 => return Some(Op::F64SubLI { d, a: b, imm: value }),
        0xa3 => return Some(Op::F64DivLI { d, a: b, imm: value }),
        _ => return None,
    };
    with_right(turned, d, b, value)
}
