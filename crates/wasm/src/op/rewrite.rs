//! Rewriting operations while translating: other destinations, and comparisons folded into branches.

#![expect(
    clippy::wildcard_enum_match_arm,
    clippy::too_many_lines,
    reason = "most operations are neither comparisons nor branches; the lists have a line for each operation"
)]

use super::{Condition, Op};

impl Op {
    /// How many operations after this one are not executed, but hold what does not fit into it.
    pub(crate) const fn data_len(&self) -> u32 {
        match self {
            Self::V128Const { .. } => 1,
            Self::I8x16Shuffle { .. } => 2,
            _ => 0,
        }
    }

    /// The cell that an operation writes, or the first of two.
    const fn dest_mut(&mut self) -> Option<&mut u16> {
        match self {
            Self::Copy { d, .. }
            | Self::Const { d, .. }
            | Self::Select { d, .. }
            | Self::GlobalGet { d, .. }
            | Self::I32Add { d, .. }
            | Self::I32Sub { d, .. }
            | Self::I32Mul { d, .. }
            | Self::I32DivS { d, .. }
            | Self::I32DivU { d, .. }
            | Self::I32RemS { d, .. }
            | Self::I32RemU { d, .. }
            | Self::I32And { d, .. }
            | Self::I32Or { d, .. }
            | Self::I32Xor { d, .. }
            | Self::I32Shl { d, .. }
            | Self::I32ShrS { d, .. }
            | Self::I32ShrU { d, .. }
            | Self::I32Rotl { d, .. }
            | Self::I32Rotr { d, .. }
            | Self::I32AddI { d, .. }
            | Self::I32MulI { d, .. }
            | Self::I32AndI { d, .. }
            | Self::I32OrI { d, .. }
            | Self::I32XorI { d, .. }
            | Self::I32ShlI { d, .. }
            | Self::I32ShrSI { d, .. }
            | Self::I32ShrUI { d, .. }
            | Self::I32RotlI { d, .. }
            | Self::I32DivUI { d, .. }
            | Self::I32RemUI { d, .. }
            | Self::I32DivSI { d, .. }
            | Self::I32RemSI { d, .. }
            | Self::I64DivUI { d, .. }
            | Self::I64RemUI { d, .. }
            | Self::I64DivSI { d, .. }
            | Self::I64RemSI { d, .. }
            | Self::I32Eq { d, .. }
            | Self::I32Ne { d, .. }
            | Self::I32LtS { d, .. }
            | Self::I32LtU { d, .. }
            | Self::I32LeS { d, .. }
            | Self::I32LeU { d, .. }
            | Self::I32EqI { d, .. }
            | Self::I32NeI { d, .. }
            | Self::I32LtSI { d, .. }
            | Self::I32LtUI { d, .. }
            | Self::I32GeSI { d, .. }
            | Self::I32GeUI { d, .. }
            | Self::I32Clz { d, .. }
            | Self::I32Ctz { d, .. }
            | Self::I32Popcnt { d, .. }
            | Self::I32Extend8S { d, .. }
            | Self::I32Extend16S { d, .. }
            | Self::I64Add { d, .. }
            | Self::I64Sub { d, .. }
            | Self::I64Mul { d, .. }
            | Self::I64DivS { d, .. }
            | Self::I64DivU { d, .. }
            | Self::I64RemS { d, .. }
            | Self::I64RemU { d, .. }
            | Self::I64And { d, .. }
            | Self::I64Or { d, .. }
            | Self::I64Xor { d, .. }
            | Self::I64Shl { d, .. }
            | Self::I64ShrS { d, .. }
            | Self::I64ShrU { d, .. }
            | Self::I64Rotl { d, .. }
            | Self::I64Rotr { d, .. }
            | Self::I64AddI { d, .. }
            | Self::I64MulI { d, .. }
            | Self::I64AndI { d, .. }
            | Self::I64OrI { d, .. }
            | Self::I64XorI { d, .. }
            | Self::I64ShlI { d, .. }
            | Self::I64ShrSI { d, .. }
            | Self::I64ShrUI { d, .. }
            | Self::I64RotlI { d, .. }
            | Self::I64Eq { d, .. }
            | Self::I64Ne { d, .. }
            | Self::I64LtS { d, .. }
            | Self::I64LtU { d, .. }
            | Self::I64LeS { d, .. }
            | Self::I64LeU { d, .. }
            | Self::I64EqI { d, .. }
            | Self::I64NeI { d, .. }
            | Self::I64LtSI { d, .. }
            | Self::I64LtUI { d, .. }
            | Self::I64GeSI { d, .. }
            | Self::I64GeUI { d, .. }
            | Self::I64Clz { d, .. }
            | Self::I64Ctz { d, .. }
            | Self::I64Popcnt { d, .. }
            | Self::I64Extend8S { d, .. }
            | Self::I64Extend16S { d, .. }
            | Self::I64Extend32S { d, .. }
            | Self::I32WrapI64 { d, .. }
            | Self::F32Add { d, .. }
            | Self::F32Sub { d, .. }
            | Self::F32Mul { d, .. }
            | Self::F32Div { d, .. }
            | Self::F32Min { d, .. }
            | Self::F32Max { d, .. }
            | Self::F32Copysign { d, .. }
            | Self::F32AddI { d, .. }
            | Self::F32SubI { d, .. }
            | Self::F32MulI { d, .. }
            | Self::F32DivI { d, .. }
            | Self::F32SubLI { d, .. }
            | Self::F32DivLI { d, .. }
            | Self::F32Eq { d, .. }
            | Self::F32Ne { d, .. }
            | Self::F32Lt { d, .. }
            | Self::F32Le { d, .. }
            | Self::F32Abs { d, .. }
            | Self::F32Neg { d, .. }
            | Self::F32Ceil { d, .. }
            | Self::F32Floor { d, .. }
            | Self::F32Trunc { d, .. }
            | Self::F32Nearest { d, .. }
            | Self::F32Sqrt { d, .. }
            | Self::F64Add { d, .. }
            | Self::F64Sub { d, .. }
            | Self::F64Mul { d, .. }
            | Self::F64Div { d, .. }
            | Self::F64Min { d, .. }
            | Self::F64Max { d, .. }
            | Self::F64Copysign { d, .. }
            | Self::F64AddI { d, .. }
            | Self::F64SubI { d, .. }
            | Self::F64MulI { d, .. }
            | Self::F64DivI { d, .. }
            | Self::F64SubLI { d, .. }
            | Self::F64DivLI { d, .. }
            | Self::F64Eq { d, .. }
            | Self::F64Ne { d, .. }
            | Self::F64Lt { d, .. }
            | Self::F64Le { d, .. }
            | Self::F64Abs { d, .. }
            | Self::F64Neg { d, .. }
            | Self::F64Ceil { d, .. }
            | Self::F64Floor { d, .. }
            | Self::F64Trunc { d, .. }
            | Self::F64Nearest { d, .. }
            | Self::F64Sqrt { d, .. }
            | Self::I32TruncF32S { d, .. }
            | Self::I32TruncSatF32S { d, .. }
            | Self::F32ConvertI32S { d, .. }
            | Self::I32TruncF32U { d, .. }
            | Self::I32TruncSatF32U { d, .. }
            | Self::F32ConvertI32U { d, .. }
            | Self::I32TruncF64S { d, .. }
            | Self::I32TruncSatF64S { d, .. }
            | Self::F64ConvertI32S { d, .. }
            | Self::I32TruncF64U { d, .. }
            | Self::I32TruncSatF64U { d, .. }
            | Self::F64ConvertI32U { d, .. }
            | Self::I64TruncF32S { d, .. }
            | Self::I64TruncSatF32S { d, .. }
            | Self::F32ConvertI64S { d, .. }
            | Self::I64TruncF32U { d, .. }
            | Self::I64TruncSatF32U { d, .. }
            | Self::F32ConvertI64U { d, .. }
            | Self::I64TruncF64S { d, .. }
            | Self::I64TruncSatF64S { d, .. }
            | Self::F64ConvertI64S { d, .. }
            | Self::I64TruncF64U { d, .. }
            | Self::I64TruncSatF64U { d, .. }
            | Self::F64ConvertI64U { d, .. }
            | Self::F32DemoteF64 { d, .. }
            | Self::F64PromoteF32 { d, .. }
            | Self::Load8U { d, .. }
            | Self::Load16U { d, .. }
            | Self::Load32 { d, .. }
            | Self::Load64 { d, .. }
            | Self::LoadF32 { d, .. }
            | Self::LoadF64 { d, .. }
            | Self::Load8S32 { d, .. }
            | Self::Load16S32 { d, .. }
            | Self::Load8S64 { d, .. }
            | Self::Load16S64 { d, .. }
            | Self::Load32S64 { d, .. }
            | Self::LoadIndex { d, .. }
            | Self::LoadScaled { d, .. }
            | Self::LoadAt { d, .. }
            | Self::SelectI { d, .. }
            | Self::SelectIL { d, .. }
            | Self::I32ShlAdd { d, .. }
            | Self::F32MulAdd { d, .. }
            | Self::F64MulAdd { d, .. }
            | Self::F32MulSub { d, .. }
            | Self::F64MulSub { d, .. }
            | Self::F32LtI { d, .. }
            | Self::F32GtI { d, .. }
            | Self::F32LeI { d, .. }
            | Self::F32GeI { d, .. }
            | Self::F64LtI { d, .. }
            | Self::F64GtI { d, .. }
            | Self::F64LeI { d, .. }
            | Self::F64GeI { d, .. }
            | Self::V128Load { d, .. }
            | Self::V128Copy { d, .. }
            | Self::V128Plain { d, .. }
            | Self::V128Bitselect { d, .. }
            | Self::V128Splat { d, .. }
            | Self::V128ExtendZero { d, .. }
            | Self::V128ExtractLane { d, .. }
            | Self::V128ReplaceLane { d, .. }
            | Self::LoadM { d, .. } => Some(d),
            _ => None,
        }
    }

    /// Gives an operation with one destination another one.
    pub(crate) const fn set_dest(&mut self, to: u16) -> bool {
        let Some(d) = self.dest_mut() else { return false };
        *d = to;
        true
    }

    /// The one cell that an operation on numbers writes.
    pub(crate) const fn dest(mut self) -> Option<u16> {
        match self {
            Self::V128Bitselect { .. }
            | Self::V128Copy { .. }
            | Self::V128ExtendZero { .. }
            | Self::V128ExtractLane { .. }
            | Self::V128Load { .. }
            | Self::V128Plain { .. }
            | Self::V128ReplaceLane { .. }
            | Self::V128Splat { .. } => None,
            _ => match self.dest_mut() {
                Some(d) => Some(*d),
                None => None,
            },
        }
    }

    /// The cell that a branch joined with the operation before it writes, and compares with something.
    pub(crate) const fn joined_dest(&self) -> Option<u16> {
        match self {
            Self::BrI32AddI { d, .. }
            | Self::BrI32AddII { d, .. }
            | Self::BrI32Add { d, .. }
            | Self::BrI32AddXI { d, .. }
            | Self::BrAndI { d, .. } => Some(*d),
            _ => None,
        }
    }

    /// Whether what an operation leaves in a cell can be a reference.
    pub(crate) const fn may_move_reference(&self) -> bool {
        matches!(
            self,
            Self::Copy { .. }
                | Self::Const { .. }
                | Self::GlobalGet { .. }
                | Self::Select { .. }
                | Self::SelectI { .. }
                | Self::SelectIL { .. }
        )
    }

    /// Whether a branch may be one on whether a reference is null.
    pub(crate) const fn may_test_reference(&self) -> bool {
        matches!(self, Self::BrI64EqI { imm: 0, .. } | Self::BrI64NeI { imm: 0, .. })
    }

    /// The branch that is taken when this comparison holds; target and costs are set later.
    pub(crate) fn branch_if(self) -> Option<Self> {
        let (fall, target, taken) = (0, 0, 0);
        Some(match self {
            Self::I32Eq { a, b, .. } => Self::BrI32Eq { a, b, fall, target, taken },
            Self::I32Ne { a, b, .. } => Self::BrI32Ne { a, b, fall, target, taken },
            Self::I32LtS { a, b, .. } => Self::BrI32LtS { a, b, fall, target, taken },
            Self::I32LtU { a, b, .. } => Self::BrI32LtU { a, b, fall, target, taken },
            Self::I32LeS { a, b, .. } => Self::BrI32LeS { a, b, fall, target, taken },
            Self::I32LeU { a, b, .. } => Self::BrI32LeU { a, b, fall, target, taken },
            Self::I32EqI { a, imm, .. } => Self::BrI32EqI { a, imm: imm.cast_signed(), fall, target, taken },
            Self::I32NeI { a, imm, .. } => Self::BrI32NeI { a, imm: imm.cast_signed(), fall, target, taken },
            Self::I32LtSI { a, imm, .. } => Self::BrI32LtSI { a, imm: imm.cast_signed(), fall, target, taken },
            Self::I32LtUI { a, imm, .. } => Self::BrI32LtUI { a, imm: imm.cast_signed(), fall, target, taken },
            Self::I32GeSI { a, imm, .. } => Self::BrI32GeSI { a, imm: imm.cast_signed(), fall, target, taken },
            Self::I32GeUI { a, imm, .. } => Self::BrI32GeUI { a, imm: imm.cast_signed(), fall, target, taken },
            Self::I64Eq { a, b, .. } => Self::BrI64Eq { a, b, fall, target, taken },
            Self::I64Ne { a, b, .. } => Self::BrI64Ne { a, b, fall, target, taken },
            Self::I64LtS { a, b, .. } => Self::BrI64LtS { a, b, fall, target, taken },
            Self::I64LtU { a, b, .. } => Self::BrI64LtU { a, b, fall, target, taken },
            Self::I64LeS { a, b, .. } => Self::BrI64LeS { a, b, fall, target, taken },
            Self::I64LeU { a, b, .. } => Self::BrI64LeU { a, b, fall, target, taken },
            Self::I64EqI { a, imm, .. } => {
                Self::BrI64EqI { a, imm: i32::try_from(imm.cast_signed()).ok()?, fall, target, taken }
            }
            Self::I64NeI { a, imm, .. } => {
                Self::BrI64NeI { a, imm: i32::try_from(imm.cast_signed()).ok()?, fall, target, taken }
            }
            Self::I64LtSI { a, imm, .. } => {
                Self::BrI64LtSI { a, imm: i32::try_from(imm.cast_signed()).ok()?, fall, target, taken }
            }
            Self::I64LtUI { a, imm, .. } => {
                Self::BrI64LtUI { a, imm: i32::try_from(imm.cast_signed()).ok()?, fall, target, taken }
            }
            Self::I64GeSI { a, imm, .. } => {
                Self::BrI64GeSI { a, imm: i32::try_from(imm.cast_signed()).ok()?, fall, target, taken }
            }
            Self::I64GeUI { a, imm, .. } => {
                Self::BrI64GeUI { a, imm: i32::try_from(imm.cast_signed()).ok()?, fall, target, taken }
            }
            Self::F32Eq { a, b, .. } => Self::BrF32Eq { a, b, fall, target, taken },
            Self::F32Ne { a, b, .. } => Self::BrF32Ne { a, b, fall, target, taken },
            Self::F32Lt { a, b, .. } => Self::BrF32Lt { a, b, fall, target, taken },
            Self::F32Le { a, b, .. } => Self::BrF32Le { a, b, fall, target, taken },
            Self::F64Eq { a, b, .. } => Self::BrF64Eq { a, b, fall, target, taken },
            Self::F64Ne { a, b, .. } => Self::BrF64Ne { a, b, fall, target, taken },
            Self::F64Lt { a, b, .. } => Self::BrF64Lt { a, b, fall, target, taken },
            Self::F64Le { a, b, .. } => Self::BrF64Le { a, b, fall, target, taken },
            Self::F32LtI { a, imm, .. } => Self::BrF32LtI { a, imm: short_f32(imm)?, fall, target, taken },
            Self::F32GtI { a, imm, .. } => Self::BrF32GtI { a, imm: short_f32(imm)?, fall, target, taken },
            Self::F32LeI { a, imm, .. } => Self::BrF32LeI { a, imm: short_f32(imm)?, fall, target, taken },
            Self::F32GeI { a, imm, .. } => Self::BrF32GeI { a, imm: short_f32(imm)?, fall, target, taken },
            Self::F64LtI { a, imm, .. } => Self::BrF64LtI { a, imm: short_f64(imm)?, fall, target, taken },
            Self::F64GtI { a, imm, .. } => Self::BrF64GtI { a, imm: short_f64(imm)?, fall, target, taken },
            Self::F64LeI { a, imm, .. } => Self::BrF64LeI { a, imm: short_f64(imm)?, fall, target, taken },
            Self::F64GeI { a, imm, .. } => Self::BrF64GeI { a, imm: short_f64(imm)?, fall, target, taken },
            _ => return None,
        })
    }

    /// This branch joined with the operation before it, which computed what it compares.
    pub(crate) fn joined(self, before: Self) -> Option<Self> {
        let (fall, target, taken) = (0, 0, 0);
        match (before, self) {
            (Self::I32AddI { d, a, imm: add }, _) => {
                if let Some((condition, imm)) = self.compares_with_constant(d) {
                    return Some(Self::BrI32AddII { condition, d, a, add, imm, fall, target, taken });
                }
                let (condition, b) = self.compares(d)?;
                Some(Self::BrI32AddI { condition, d, a, add, b, fall, target, taken })
            }
            (Self::I32Add { d, a, b: x }, _) => {
                if let Some((condition, imm)) = self.compares_with_constant(d) {
                    return Some(Self::BrI32AddXI { condition, d, a, x, imm, fall, target, taken });
                }
                let (condition, b) = self.compares(d)?;
                Some(Self::BrI32Add { condition, d, a, x, b, fall, target, taken })
            }
            (Self::I32AndI { d, a, imm }, Self::BrI32NeI { a: tested, imm: 0, .. }) if tested == d => {
                Some(Self::BrAndI { some: true, d, a, imm, fall, target, taken })
            }
            (Self::I32AndI { d, a, imm }, Self::BrI32EqI { a: tested, imm: 0, .. }) if tested == d => {
                Some(Self::BrAndI { some: false, d, a, imm, fall, target, taken })
            }
            (Self::I64AndI { d, a, imm }, Self::BrI64NeI { a: tested, imm: 0, .. }) if tested == d => {
                Some(Self::BrAndI { some: true, d, a, imm: u32::try_from(imm).ok()?, fall, target, taken })
            }
            (Self::I64AndI { d, a, imm }, Self::BrI64EqI { a: tested, imm: 0, .. }) if tested == d => {
                Some(Self::BrAndI { some: false, d, a, imm: u32::try_from(imm).ok()?, fall, target, taken })
            }
            _ => None,
        }
    }

    /// How a branch compares a cell with a constant.
    fn compares_with_constant(self, cell: u16) -> Option<(Condition, u32)> {
        let (condition, a, imm) = match self {
            Self::BrI32EqI { a, imm, .. } => (Condition::Eq, a, imm),
            Self::BrI32NeI { a, imm, .. } => (Condition::Ne, a, imm),
            Self::BrI32LtSI { a, imm, .. } => (Condition::LtS, a, imm),
            Self::BrI32LtUI { a, imm, .. } => (Condition::LtU, a, imm),
            Self::BrI32GeSI { a, imm, .. } => (Condition::GeS, a, imm),
            Self::BrI32GeUI { a, imm, .. } => (Condition::GeU, a, imm),
            _ => return None,
        };
        (a == cell).then_some((condition, imm.cast_unsigned()))
    }

    /// How a branch compares a cell with another one.
    fn compares(self, cell: u16) -> Option<(Condition, u16)> {
        let (condition, turned, a, b) = match self {
            Self::BrI32Eq { a, b, .. } => (Condition::Eq, Condition::Eq, a, b),
            Self::BrI32Ne { a, b, .. } => (Condition::Ne, Condition::Ne, a, b),
            Self::BrI32LtS { a, b, .. } => (Condition::LtS, Condition::GtS, a, b),
            Self::BrI32LtU { a, b, .. } => (Condition::LtU, Condition::GtU, a, b),
            Self::BrI32LeS { a, b, .. } => (Condition::LeS, Condition::GeS, a, b),
            Self::BrI32LeU { a, b, .. } => (Condition::LeU, Condition::GeU, a, b),
            _ => return None,
        };
        // Both operands are read after the sum is written.
        if a == cell {
            Some((condition, b))
        } else if b == cell {
            Some((turned, a))
        } else {
            None
        }
    }

    /// The branch that is taken when this one is not.
    pub(crate) fn negated(self) -> Self {
        match self {
            Self::BrI32Eq { a, b, fall, target, taken } => Self::BrI32Ne { a, b, fall, target, taken },
            Self::BrI32Ne { a, b, fall, target, taken } => Self::BrI32Eq { a, b, fall, target, taken },
            Self::BrI32LtS { a, b, fall, target, taken } => Self::BrI32LeS { a: b, b: a, fall, target, taken },
            Self::BrI32LtU { a, b, fall, target, taken } => Self::BrI32LeU { a: b, b: a, fall, target, taken },
            Self::BrI32LeS { a, b, fall, target, taken } => Self::BrI32LtS { a: b, b: a, fall, target, taken },
            Self::BrI32LeU { a, b, fall, target, taken } => Self::BrI32LtU { a: b, b: a, fall, target, taken },
            Self::BrI32EqI { a, imm, fall, target, taken } => Self::BrI32NeI { a, imm, fall, target, taken },
            Self::BrI32NeI { a, imm, fall, target, taken } => Self::BrI32EqI { a, imm, fall, target, taken },
            Self::BrI32LtSI { a, imm, fall, target, taken } => Self::BrI32GeSI { a, imm, fall, target, taken },
            Self::BrI32LtUI { a, imm, fall, target, taken } => Self::BrI32GeUI { a, imm, fall, target, taken },
            Self::BrI32GeSI { a, imm, fall, target, taken } => Self::BrI32LtSI { a, imm, fall, target, taken },
            Self::BrI32GeUI { a, imm, fall, target, taken } => Self::BrI32LtUI { a, imm, fall, target, taken },
            Self::BrI64Eq { a, b, fall, target, taken } => Self::BrI64Ne { a, b, fall, target, taken },
            Self::BrI64Ne { a, b, fall, target, taken } => Self::BrI64Eq { a, b, fall, target, taken },
            Self::BrI64LtS { a, b, fall, target, taken } => Self::BrI64LeS { a: b, b: a, fall, target, taken },
            Self::BrI64LtU { a, b, fall, target, taken } => Self::BrI64LeU { a: b, b: a, fall, target, taken },
            Self::BrI64LeS { a, b, fall, target, taken } => Self::BrI64LtS { a: b, b: a, fall, target, taken },
            Self::BrI64LeU { a, b, fall, target, taken } => Self::BrI64LtU { a: b, b: a, fall, target, taken },
            Self::BrI64EqI { a, imm, fall, target, taken } => Self::BrI64NeI { a, imm, fall, target, taken },
            Self::BrI64NeI { a, imm, fall, target, taken } => Self::BrI64EqI { a, imm, fall, target, taken },
            Self::BrI64LtSI { a, imm, fall, target, taken } => Self::BrI64GeSI { a, imm, fall, target, taken },
            Self::BrI64LtUI { a, imm, fall, target, taken } => Self::BrI64GeUI { a, imm, fall, target, taken },
            Self::BrI64GeSI { a, imm, fall, target, taken } => Self::BrI64LtSI { a, imm, fall, target, taken },
            Self::BrI64GeUI { a, imm, fall, target, taken } => Self::BrI64LtUI { a, imm, fall, target, taken },
            Self::BrF32Eq { a, b, fall, target, taken } => Self::BrF32Ne { a, b, fall, target, taken },
            Self::BrF32Ne { a, b, fall, target, taken } => Self::BrF32Eq { a, b, fall, target, taken },
            Self::BrF32Lt { a, b, fall, target, taken } => Self::BrF32Nlt { a, b, fall, target, taken },
            Self::BrF32Nlt { a, b, fall, target, taken } => Self::BrF32Lt { a, b, fall, target, taken },
            Self::BrF32Le { a, b, fall, target, taken } => Self::BrF32Nle { a, b, fall, target, taken },
            Self::BrF32Nle { a, b, fall, target, taken } => Self::BrF32Le { a, b, fall, target, taken },
            Self::BrF64Eq { a, b, fall, target, taken } => Self::BrF64Ne { a, b, fall, target, taken },
            Self::BrF64Ne { a, b, fall, target, taken } => Self::BrF64Eq { a, b, fall, target, taken },
            Self::BrF64Lt { a, b, fall, target, taken } => Self::BrF64Nlt { a, b, fall, target, taken },
            Self::BrF64Nlt { a, b, fall, target, taken } => Self::BrF64Lt { a, b, fall, target, taken },
            Self::BrF64Le { a, b, fall, target, taken } => Self::BrF64Nle { a, b, fall, target, taken },
            Self::BrF64Nle { a, b, fall, target, taken } => Self::BrF64Le { a, b, fall, target, taken },
            Self::BrF32LtI { a, imm, fall, target, taken } => Self::BrF32NltI { a, imm, fall, target, taken },
            Self::BrF32NltI { a, imm, fall, target, taken } => Self::BrF32LtI { a, imm, fall, target, taken },
            Self::BrF32GtI { a, imm, fall, target, taken } => Self::BrF32NgtI { a, imm, fall, target, taken },
            Self::BrF32NgtI { a, imm, fall, target, taken } => Self::BrF32GtI { a, imm, fall, target, taken },
            Self::BrF32LeI { a, imm, fall, target, taken } => Self::BrF32NleI { a, imm, fall, target, taken },
            Self::BrF32NleI { a, imm, fall, target, taken } => Self::BrF32LeI { a, imm, fall, target, taken },
            Self::BrF32GeI { a, imm, fall, target, taken } => Self::BrF32NgeI { a, imm, fall, target, taken },
            Self::BrF32NgeI { a, imm, fall, target, taken } => Self::BrF32GeI { a, imm, fall, target, taken },
            Self::BrF64LtI { a, imm, fall, target, taken } => Self::BrF64NltI { a, imm, fall, target, taken },
            Self::BrF64NltI { a, imm, fall, target, taken } => Self::BrF64LtI { a, imm, fall, target, taken },
            Self::BrF64GtI { a, imm, fall, target, taken } => Self::BrF64NgtI { a, imm, fall, target, taken },
            Self::BrF64NgtI { a, imm, fall, target, taken } => Self::BrF64GtI { a, imm, fall, target, taken },
            Self::BrF64LeI { a, imm, fall, target, taken } => Self::BrF64NleI { a, imm, fall, target, taken },
            Self::BrF64NleI { a, imm, fall, target, taken } => Self::BrF64LeI { a, imm, fall, target, taken },
            Self::BrF64GeI { a, imm, fall, target, taken } => Self::BrF64NgeI { a, imm, fall, target, taken },
            Self::BrF64NgeI { a, imm, fall, target, taken } => Self::BrF64GeI { a, imm, fall, target, taken },
            op => unreachable!("{op:?} is no conditional branch"),
        }
    }

    /// Whether this is a branch with a condition.
    pub(crate) const fn is_condition(&self) -> bool {
        matches!(
            self,
            Self::BrI32Eq { .. }
                | Self::BrI32Ne { .. }
                | Self::BrI32LtS { .. }
                | Self::BrI32LtU { .. }
                | Self::BrI32LeS { .. }
                | Self::BrI32LeU { .. }
                | Self::BrI32AddI { .. }
                | Self::BrI32AddII { .. }
                | Self::BrI32Add { .. }
                | Self::BrI32AddXI { .. }
                | Self::BrAndI { .. }
                | Self::BrI32EqI { .. }
                | Self::BrI32NeI { .. }
                | Self::BrI32LtSI { .. }
                | Self::BrI32LtUI { .. }
                | Self::BrI32GeSI { .. }
                | Self::BrI32GeUI { .. }
                | Self::BrI64Eq { .. }
                | Self::BrI64Ne { .. }
                | Self::BrI64LtS { .. }
                | Self::BrI64LtU { .. }
                | Self::BrI64LeS { .. }
                | Self::BrI64LeU { .. }
                | Self::BrI64EqI { .. }
                | Self::BrI64NeI { .. }
                | Self::BrI64LtSI { .. }
                | Self::BrI64LtUI { .. }
                | Self::BrI64GeSI { .. }
                | Self::BrI64GeUI { .. }
                | Self::BrF32Eq { .. }
                | Self::BrF32Ne { .. }
                | Self::BrF32Lt { .. }
                | Self::BrF32Le { .. }
                | Self::BrF32Nlt { .. }
                | Self::BrF32Nle { .. }
                | Self::BrF64Eq { .. }
                | Self::BrF64Ne { .. }
                | Self::BrF64Lt { .. }
                | Self::BrF64Le { .. }
                | Self::BrF64Nlt { .. }
                | Self::BrF64Nle { .. }
                | Self::BrF32LtI { .. }
                | Self::BrF32GtI { .. }
                | Self::BrF32LeI { .. }
                | Self::BrF32GeI { .. }
                | Self::BrF32NltI { .. }
                | Self::BrF32NgtI { .. }
                | Self::BrF32NleI { .. }
                | Self::BrF32NgeI { .. }
                | Self::BrF64LtI { .. }
                | Self::BrF64GtI { .. }
                | Self::BrF64LeI { .. }
                | Self::BrF64GeI { .. }
                | Self::BrF64NltI { .. }
                | Self::BrF64NgtI { .. }
                | Self::BrF64NleI { .. }
                | Self::BrF64NgeI { .. }
        )
    }

    /// Whether an operation is a branch with a condition that does nothing else.
    pub(crate) const fn is_plain_condition(&self) -> bool {
        self.is_condition() && self.joined_dest().is_none()
    }

    /// Sets where a branch goes and what it costs.
    pub(crate) fn resolve(&mut self, to: u32, cost_taken: u32, cost_fall: u32) {
        match self {
            Self::Br { target, taken } => (*target, *taken) = (to, cost_taken),
            Self::BrI32Eq { target, taken, fall, .. }
            | Self::BrI32Ne { target, taken, fall, .. }
            | Self::BrI32LtS { target, taken, fall, .. }
            | Self::BrI32LtU { target, taken, fall, .. }
            | Self::BrI32LeS { target, taken, fall, .. }
            | Self::BrI32LeU { target, taken, fall, .. }
            | Self::BrI32AddI { target, taken, fall, .. }
            | Self::BrI32AddII { target, taken, fall, .. }
            | Self::BrI32Add { target, taken, fall, .. }
            | Self::BrI32AddXI { target, taken, fall, .. }
            | Self::BrAndI { target, taken, fall, .. }
            | Self::BrI32EqI { target, taken, fall, .. }
            | Self::BrI32NeI { target, taken, fall, .. }
            | Self::BrI32LtSI { target, taken, fall, .. }
            | Self::BrI32LtUI { target, taken, fall, .. }
            | Self::BrI32GeSI { target, taken, fall, .. }
            | Self::BrI32GeUI { target, taken, fall, .. }
            | Self::BrI64Eq { target, taken, fall, .. }
            | Self::BrI64Ne { target, taken, fall, .. }
            | Self::BrI64LtS { target, taken, fall, .. }
            | Self::BrI64LtU { target, taken, fall, .. }
            | Self::BrI64LeS { target, taken, fall, .. }
            | Self::BrI64LeU { target, taken, fall, .. }
            | Self::BrI64EqI { target, taken, fall, .. }
            | Self::BrI64NeI { target, taken, fall, .. }
            | Self::BrI64LtSI { target, taken, fall, .. }
            | Self::BrI64LtUI { target, taken, fall, .. }
            | Self::BrI64GeSI { target, taken, fall, .. }
            | Self::BrI64GeUI { target, taken, fall, .. }
            | Self::BrF32Eq { target, taken, fall, .. }
            | Self::BrF32Ne { target, taken, fall, .. }
            | Self::BrF32Lt { target, taken, fall, .. }
            | Self::BrF32Le { target, taken, fall, .. }
            | Self::BrF32Nlt { target, taken, fall, .. }
            | Self::BrF32Nle { target, taken, fall, .. }
            | Self::BrF64Eq { target, taken, fall, .. }
            | Self::BrF64Ne { target, taken, fall, .. }
            | Self::BrF64Lt { target, taken, fall, .. }
            | Self::BrF64Le { target, taken, fall, .. }
            | Self::BrF64Nlt { target, taken, fall, .. }
            | Self::BrF64Nle { target, taken, fall, .. }
            | Self::BrF32LtI { target, taken, fall, .. }
            | Self::BrF32GtI { target, taken, fall, .. }
            | Self::BrF32LeI { target, taken, fall, .. }
            | Self::BrF32GeI { target, taken, fall, .. }
            | Self::BrF32NltI { target, taken, fall, .. }
            | Self::BrF32NgtI { target, taken, fall, .. }
            | Self::BrF32NleI { target, taken, fall, .. }
            | Self::BrF32NgeI { target, taken, fall, .. }
            | Self::BrF64LtI { target, taken, fall, .. }
            | Self::BrF64GtI { target, taken, fall, .. }
            | Self::BrF64LeI { target, taken, fall, .. }
            | Self::BrF64GeI { target, taken, fall, .. }
            | Self::BrF64NltI { target, taken, fall, .. }
            | Self::BrF64NgtI { target, taken, fall, .. }
            | Self::BrF64NleI { target, taken, fall, .. }
            | Self::BrF64NgeI { target, taken, fall, .. } => {
                *target = to;
                *taken = short(cost_taken);
                *fall = short(cost_fall);
            }
            op => unreachable!("{op:?} is no branch"),
        }
    }
}

/// The immediate of a branch.
fn short_f32(imm: u64) -> Option<u32> {
    u32::try_from(imm).ok()
}

/// The immediate of a branch, if an `f32` can stand for it.
fn short_f64(imm: u64) -> Option<u32> {
    crate::numeric::narrow(imm)
}

/// The cost of a run: bodies that could have longer ones charge by operations of their own.
fn short(cost: u32) -> u16 {
    u16::try_from(cost).expect("a run of instructions has a cost of less than 2^16")
}
