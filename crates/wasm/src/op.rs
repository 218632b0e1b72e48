//! The IR: what a function is translated to.
//!
//! An operation is slots of the frame (numbers of 16 bits: `d` is written, `a`, `b`, `c` are read), and immediates.
//! Cells hold `i32` and `f32` zero-extended. Branches carry the cost of the run of instructions they lead to: `taken`
//! at the target, `fall` at the next operation. What is rare is in a table of its own (`SlowOp`), so that the loop stays small.

mod rewrite;

use std::sync::OnceLock;

use crate::machine::{Held, Program};
use crate::slow::SlowOp;
use crate::stack::Link;

/// A translated function. What calls need comes first; the whole is small, since modules have one for each function.
#[derive(Debug)]
pub(crate) struct Code {
    /// The operations, with their handlers; the last one never goes on to the next.
    pub(crate) program: Program,
    /// The first half of the links of callees, but for the instance.
    pub(crate) frame: u64,
    /// The cost of the first run of instructions.
    pub(crate) cost: u32,
    /// The first cell to clear on entry, and how many.
    pub(crate) clear: u16,
    pub(crate) clear_len: u16,
    pub(crate) rest: Box<Rest>,
}

/// What is needed less often of a translated function.
#[derive(Debug)]
pub(crate) struct Rest {
    /// The operations of `Op::Slow`.
    pub(crate) slow: Box<[SlowOp]>,
    /// The cells of results.
    pub(crate) results: u16,
    /// The handlers of `try_table`, inner ones first.
    pub(crate) handlers: Box<[Handler]>,
    /// What registers hold at operations after conditions.
    pub(crate) held: Box<[(u32, Held)]>,
    /// Made when something asks.
    pub(crate) map: OnceLock<Map>,
}

/// Where operations come from.
#[derive(Debug, Default)]
pub(crate) struct Map {
    /// The first operation and the offset in the body of each instruction that has one.
    pub(crate) offsets: Vec<(u32, u32)>,
    /// The operations at which a run can stop for lack of fuel: operation, offset, live cells of the frame.
    pub(crate) heads: Vec<(u32, u32, u32)>,
}

/// A `try_table`.
#[derive(Debug)]
pub(crate) struct Handler {
    /// The operations in its body: those before the next operation `pc` with `start < pc <= end`.
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) catches: Box<[Catch]>,
}

/// A catch clause.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Catch {
    /// The tag; none catches all.
    pub(crate) tag: Option<u32>,
    /// Whether the exception reference is wanted too.
    pub(crate) with_ref: bool,
    /// Where the arguments go.
    pub(crate) slot: u16,
    /// The label, and the cost of what follows it.
    pub(crate) target: u32,
    pub(crate) cost: u32,
}

impl Code {
    /// Where the link to the caller is in the frame.
    #[inline(always)]
    pub(crate) const fn header(&self) -> u16 {
        Link { first: self.frame, second: 0 }.header()
    }

    /// The offset in the body of the instruction that an operation belongs to.
    pub(crate) fn offset(&self, map: &Map, pc: usize) -> u32 {
        debug_assert!(pc < self.program.len(), "an operation of this function");
        let at = map.offsets.partition_point(|(start, _)| crate::index(*start) <= pc);
        at.checked_sub(1).map_or(0, |at| map.offsets[at].1)
    }
}

/// One operation.
#[rustfmt::skip]
#[derive(Clone, Copy, Debug)]
pub(crate) enum Op {
    /// `unreachable`
    Unreachable,
    /// An operation of the table `Code::slow`.
    Slow { index: u32 },
    /// Charges for the next run; only in very long functions.
    Charge { cost: u32 },

    Copy { d: u16, a: u16 },
    Copy2 { d: u16, a: u16, d2: u16, a2: u16 },
    Copy3 { d: u16, a: u16, d2: u16, a2: u16, d3: u16, a3: u16 },
    Const { d: u16, value: u64 },
    Select { d: u16, a: u16, b: u16, c: u16 },
    /// Control.
    Br { target: u32, taken: u32 },
    /// Followed by `len + 1` operations `Br`.
    BrTable { a: u16, len: u32 },
    Return0 { header: u16 },
    Return1 { a: u16, header: u16 },
    ReturnN { a: u16, len: u16, header: u16 },
    Call { delta: u16, func: u32, offset: u32 },
    CallImport { delta: u16, func: u32, offset: u32 },
    CallIndirect { a: u16, delta: u16, table: u16, ty: u32, offset: u32 },
    CallRef { a: u16, delta: u16, offset: u32 },
    ReturnCall { a: u16, len: u16, func: u32 },
    ReturnCallImport { a: u16, len: u16, func: u32 },
    ReturnCallIndirect { i: u16, a: u16, len: u16, table: u16, ty: u32 },
    ReturnCallRef { i: u16, a: u16, len: u16 },
    GlobalGet { d: u16, global: u32 },
    GlobalSet { a: u16, global: u32 },
    I32Add { d: u16, a: u16, b: u16 },
    I32Sub { d: u16, a: u16, b: u16 },
    I32Mul { d: u16, a: u16, b: u16 },
    I32DivS { d: u16, a: u16, b: u16 },
    I32DivU { d: u16, a: u16, b: u16 },
    I32RemS { d: u16, a: u16, b: u16 },
    I32RemU { d: u16, a: u16, b: u16 },
    I32And { d: u16, a: u16, b: u16 },
    I32Or { d: u16, a: u16, b: u16 },
    I32Xor { d: u16, a: u16, b: u16 },
    I32Shl { d: u16, a: u16, b: u16 },
    I32ShrS { d: u16, a: u16, b: u16 },
    I32ShrU { d: u16, a: u16, b: u16 },
    I32Rotl { d: u16, a: u16, b: u16 },
    I32Rotr { d: u16, a: u16, b: u16 },
    I32AddI { d: u16, a: u16, imm: u32 },
    I32MulI { d: u16, a: u16, imm: u32 },
    I32AndI { d: u16, a: u16, imm: u32 },
    I32OrI { d: u16, a: u16, imm: u32 },
    I32XorI { d: u16, a: u16, imm: u32 },
    I32ShlI { d: u16, a: u16, imm: u32 },
    I32ShrSI { d: u16, a: u16, imm: u32 },
    I32ShrUI { d: u16, a: u16, imm: u32 },
    I32RotlI { d: u16, a: u16, imm: u32 },
    /// Division by a constant that is neither 0 nor 1 and, with signs, not negative.
    I32DivUI { d: u16, a: u16, imm: u32 },
    I32RemUI { d: u16, a: u16, imm: u32 },
    I32DivSI { d: u16, a: u16, imm: u32 },
    I32RemSI { d: u16, a: u16, imm: u32 },
    I32Eq { d: u16, a: u16, b: u16 },
    I32Ne { d: u16, a: u16, b: u16 },
    I32LtS { d: u16, a: u16, b: u16 },
    I32LtU { d: u16, a: u16, b: u16 },
    I32LeS { d: u16, a: u16, b: u16 },
    I32LeU { d: u16, a: u16, b: u16 },
    I32EqI { d: u16, a: u16, imm: u32 },
    I32NeI { d: u16, a: u16, imm: u32 },
    I32LtSI { d: u16, a: u16, imm: u32 },
    I32LtUI { d: u16, a: u16, imm: u32 },
    I32GeSI { d: u16, a: u16, imm: u32 },
    I32GeUI { d: u16, a: u16, imm: u32 },
    BrI32Eq { a: u16, b: u16, fall: u16, target: u32, taken: u16 },
    BrI32Ne { a: u16, b: u16, fall: u16, target: u32, taken: u16 },
    BrI32LtS { a: u16, b: u16, fall: u16, target: u32, taken: u16 },
    BrI32LtU { a: u16, b: u16, fall: u16, target: u32, taken: u16 },
    BrI32LeS { a: u16, b: u16, fall: u16, target: u32, taken: u16 },
    BrI32LeU { a: u16, b: u16, fall: u16, target: u32, taken: u16 },
    BrI32EqI { a: u16, imm: i32, fall: u16, target: u32, taken: u16 },
    BrI32NeI { a: u16, imm: i32, fall: u16, target: u32, taken: u16 },
    BrI32LtSI { a: u16, imm: i32, fall: u16, target: u32, taken: u16 },
    BrI32LtUI { a: u16, imm: i32, fall: u16, target: u32, taken: u16 },
    BrI32GeSI { a: u16, imm: i32, fall: u16, target: u32, taken: u16 },
    BrI32GeUI { a: u16, imm: i32, fall: u16, target: u32, taken: u16 },
    /// `d = a + add`, then a branch on `d` and `b`.
    BrI32AddI { condition: Condition, d: u16, a: u16, add: u32, b: u16, fall: u16, target: u32, taken: u16 },
    /// `d = a + add`, then a branch on `d` and a constant.
    BrI32AddII { condition: Condition, d: u16, a: u16, add: u32, imm: u32, fall: u16, target: u32, taken: u16 },
    /// `d = a + x`, then a branch on `d` and `b`.
    BrI32Add { condition: Condition, d: u16, a: u16, x: u16, b: u16, fall: u16, target: u32, taken: u16 },
    /// `d = a + x`, then a branch on `d` and a constant.
    BrI32AddXI { condition: Condition, d: u16, a: u16, x: u16, imm: u32, fall: u16, target: u32, taken: u16 },
    /// `d = a & imm`, then a branch if it is not 0, or if it is.
    BrAndI { some: bool, d: u16, a: u16, imm: u32, fall: u16, target: u32, taken: u16 },
    I32Clz { d: u16, a: u16 },
    I32Ctz { d: u16, a: u16 },
    I32Popcnt { d: u16, a: u16 },
    I32Extend8S { d: u16, a: u16 },
    I32Extend16S { d: u16, a: u16 },
    I64Add { d: u16, a: u16, b: u16 },
    I64Sub { d: u16, a: u16, b: u16 },
    I64Mul { d: u16, a: u16, b: u16 },
    I64DivS { d: u16, a: u16, b: u16 },
    I64DivU { d: u16, a: u16, b: u16 },
    I64RemS { d: u16, a: u16, b: u16 },
    I64RemU { d: u16, a: u16, b: u16 },
    I64And { d: u16, a: u16, b: u16 },
    I64Or { d: u16, a: u16, b: u16 },
    I64Xor { d: u16, a: u16, b: u16 },
    I64Shl { d: u16, a: u16, b: u16 },
    I64ShrS { d: u16, a: u16, b: u16 },
    I64ShrU { d: u16, a: u16, b: u16 },
    I64Rotl { d: u16, a: u16, b: u16 },
    I64Rotr { d: u16, a: u16, b: u16 },
    I64AddI { d: u16, a: u16, imm: u64 },
    I64MulI { d: u16, a: u16, imm: u64 },
    I64AndI { d: u16, a: u16, imm: u64 },
    I64OrI { d: u16, a: u16, imm: u64 },
    I64XorI { d: u16, a: u16, imm: u64 },
    I64ShlI { d: u16, a: u16, imm: u64 },
    I64ShrSI { d: u16, a: u16, imm: u64 },
    I64ShrUI { d: u16, a: u16, imm: u64 },
    I64RotlI { d: u16, a: u16, imm: u64 },
    /// Division by a constant that is not 0 and, with signs, not -1.
    I64DivUI { d: u16, a: u16, imm: u64 },
    I64RemUI { d: u16, a: u16, imm: u64 },
    I64DivSI { d: u16, a: u16, imm: u64 },
    I64RemSI { d: u16, a: u16, imm: u64 },
    I64Eq { d: u16, a: u16, b: u16 },
    I64Ne { d: u16, a: u16, b: u16 },
    I64LtS { d: u16, a: u16, b: u16 },
    I64LtU { d: u16, a: u16, b: u16 },
    I64LeS { d: u16, a: u16, b: u16 },
    I64LeU { d: u16, a: u16, b: u16 },
    I64EqI { d: u16, a: u16, imm: u64 },
    I64NeI { d: u16, a: u16, imm: u64 },
    I64LtSI { d: u16, a: u16, imm: u64 },
    I64LtUI { d: u16, a: u16, imm: u64 },
    I64GeSI { d: u16, a: u16, imm: u64 },
    I64GeUI { d: u16, a: u16, imm: u64 },
    BrI64Eq { a: u16, b: u16, fall: u16, target: u32, taken: u16 },
    BrI64Ne { a: u16, b: u16, fall: u16, target: u32, taken: u16 },
    BrI64LtS { a: u16, b: u16, fall: u16, target: u32, taken: u16 },
    BrI64LtU { a: u16, b: u16, fall: u16, target: u32, taken: u16 },
    BrI64LeS { a: u16, b: u16, fall: u16, target: u32, taken: u16 },
    BrI64LeU { a: u16, b: u16, fall: u16, target: u32, taken: u16 },
    BrI64EqI { a: u16, imm: i32, fall: u16, target: u32, taken: u16 },
    BrI64NeI { a: u16, imm: i32, fall: u16, target: u32, taken: u16 },
    BrI64LtSI { a: u16, imm: i32, fall: u16, target: u32, taken: u16 },
    BrI64LtUI { a: u16, imm: i32, fall: u16, target: u32, taken: u16 },
    BrI64GeSI { a: u16, imm: i32, fall: u16, target: u32, taken: u16 },
    BrI64GeUI { a: u16, imm: i32, fall: u16, target: u32, taken: u16 },
    I64Clz { d: u16, a: u16 },
    I64Ctz { d: u16, a: u16 },
    I64Popcnt { d: u16, a: u16 },
    I64Extend8S { d: u16, a: u16 },
    I64Extend16S { d: u16, a: u16 },
    I64Extend32S { d: u16, a: u16 },
    I32WrapI64 { d: u16, a: u16 },
    F32Add { d: u16, a: u16, b: u16 },
    F32Sub { d: u16, a: u16, b: u16 },
    F32Mul { d: u16, a: u16, b: u16 },
    F32Div { d: u16, a: u16, b: u16 },
    F32Min { d: u16, a: u16, b: u16 },
    F32Max { d: u16, a: u16, b: u16 },
    F32Copysign { d: u16, a: u16, b: u16 },
    F32AddI { d: u16, a: u16, imm: u64 },
    F32SubI { d: u16, a: u16, imm: u64 },
    F32MulI { d: u16, a: u16, imm: u64 },
    F32DivI { d: u16, a: u16, imm: u64 },
    F32SubLI { d: u16, a: u16, imm: u64 },
    F32DivLI { d: u16, a: u16, imm: u64 },
    F32Eq { d: u16, a: u16, b: u16 },
    F32Ne { d: u16, a: u16, b: u16 },
    F32Lt { d: u16, a: u16, b: u16 },
    F32Le { d: u16, a: u16, b: u16 },
    BrF32Eq { a: u16, b: u16, fall: u16, target: u32, taken: u16 },
    BrF32Ne { a: u16, b: u16, fall: u16, target: u32, taken: u16 },
    BrF32Lt { a: u16, b: u16, fall: u16, target: u32, taken: u16 },
    BrF32Le { a: u16, b: u16, fall: u16, target: u32, taken: u16 },
    BrF32Nlt { a: u16, b: u16, fall: u16, target: u32, taken: u16 },
    BrF32Nle { a: u16, b: u16, fall: u16, target: u32, taken: u16 },
    F32Abs { d: u16, a: u16 },
    F32Neg { d: u16, a: u16 },
    F32Ceil { d: u16, a: u16 },
    F32Floor { d: u16, a: u16 },
    F32Trunc { d: u16, a: u16 },
    F32Nearest { d: u16, a: u16 },
    F32Sqrt { d: u16, a: u16 },
    F64Add { d: u16, a: u16, b: u16 },
    F64Sub { d: u16, a: u16, b: u16 },
    F64Mul { d: u16, a: u16, b: u16 },
    F64Div { d: u16, a: u16, b: u16 },
    F64Min { d: u16, a: u16, b: u16 },
    F64Max { d: u16, a: u16, b: u16 },
    F64Copysign { d: u16, a: u16, b: u16 },
    F64AddI { d: u16, a: u16, imm: u64 },
    F64SubI { d: u16, a: u16, imm: u64 },
    F64MulI { d: u16, a: u16, imm: u64 },
    F64DivI { d: u16, a: u16, imm: u64 },
    F64SubLI { d: u16, a: u16, imm: u64 },
    F64DivLI { d: u16, a: u16, imm: u64 },
    F64Eq { d: u16, a: u16, b: u16 },
    F64Ne { d: u16, a: u16, b: u16 },
    F64Lt { d: u16, a: u16, b: u16 },
    F64Le { d: u16, a: u16, b: u16 },
    BrF64Eq { a: u16, b: u16, fall: u16, target: u32, taken: u16 },
    BrF64Ne { a: u16, b: u16, fall: u16, target: u32, taken: u16 },
    BrF64Lt { a: u16, b: u16, fall: u16, target: u32, taken: u16 },
    BrF64Le { a: u16, b: u16, fall: u16, target: u32, taken: u16 },
    BrF64Nlt { a: u16, b: u16, fall: u16, target: u32, taken: u16 },
    BrF64Nle { a: u16, b: u16, fall: u16, target: u32, taken: u16 },
    F64Abs { d: u16, a: u16 },
    F64Neg { d: u16, a: u16 },
    F64Ceil { d: u16, a: u16 },
    F64Floor { d: u16, a: u16 },
    F64Trunc { d: u16, a: u16 },
    F64Nearest { d: u16, a: u16 },
    F64Sqrt { d: u16, a: u16 },
    I32TruncF32S { d: u16, a: u16 },
    I32TruncSatF32S { d: u16, a: u16 },
    F32ConvertI32S { d: u16, a: u16 },
    I32TruncF32U { d: u16, a: u16 },
    I32TruncSatF32U { d: u16, a: u16 },
    F32ConvertI32U { d: u16, a: u16 },
    I32TruncF64S { d: u16, a: u16 },
    I32TruncSatF64S { d: u16, a: u16 },
    F64ConvertI32S { d: u16, a: u16 },
    I32TruncF64U { d: u16, a: u16 },
    I32TruncSatF64U { d: u16, a: u16 },
    F64ConvertI32U { d: u16, a: u16 },
    I64TruncF32S { d: u16, a: u16 },
    I64TruncSatF32S { d: u16, a: u16 },
    F32ConvertI64S { d: u16, a: u16 },
    I64TruncF32U { d: u16, a: u16 },
    I64TruncSatF32U { d: u16, a: u16 },
    F32ConvertI64U { d: u16, a: u16 },
    I64TruncF64S { d: u16, a: u16 },
    I64TruncSatF64S { d: u16, a: u16 },
    F64ConvertI64S { d: u16, a: u16 },
    I64TruncF64U { d: u16, a: u16 },
    I64TruncSatF64U { d: u16, a: u16 },
    F64ConvertI64U { d: u16, a: u16 },
    F32DemoteF64 { d: u16, a: u16 },
    F64PromoteF32 { d: u16, a: u16 },
    /// Memory 0, if it has 32-bit addresses.
    Load8U { d: u16, a: u16, add: u32, offset: u32 },
    Load16U { d: u16, a: u16, add: u32, offset: u32 },
    Load32 { d: u16, a: u16, add: u32, offset: u32 },
    Load64 { d: u16, a: u16, add: u32, offset: u32 },
    LoadF32 { d: u16, a: u16, add: u32, offset: u32 },
    LoadF64 { d: u16, a: u16, add: u32, offset: u32 },
    Load8S32 { d: u16, a: u16, add: u32, offset: u32 },
    Load16S32 { d: u16, a: u16, add: u32, offset: u32 },
    Load8S64 { d: u16, a: u16, add: u32, offset: u32 },
    Load16S64 { d: u16, a: u16, add: u32, offset: u32 },
    Load32S64 { d: u16, a: u16, add: u32, offset: u32 },
    Store8 { a: u16, b: u16, add: u32, offset: u32 },
    Store16 { a: u16, b: u16, add: u32, offset: u32 },
    Store32 { a: u16, b: u16, add: u32, offset: u32 },
    Store64 { a: u16, b: u16, add: u32, offset: u32 },
    Store8I { a: u16, imm: u32, add: u32, offset: u32 },
    Store16I { a: u16, imm: u32, add: u32, offset: u32 },
    Store32I { a: u16, imm: u32, add: u32, offset: u32 },
    /// The immediate is sign-extended.
    Store64I { a: u16, imm: i32, add: u32, offset: u32 },
    /// The address is `a + (b << shift)`.
    LoadIndex { d: u16, a: u16, b: u16, kind: LoadKind, shift: u8, offset: u32 },
    StoreIndex { a: u16, b: u16, value: u16, kind: StoreKind, shift: u8, offset: u32 },
    /// The address is `(b << shift) + add`.
    LoadScaled { d: u16, b: u16, kind: LoadKind, shift: u8, add: u32, offset: u32 },
    StoreScaled { b: u16, value: u16, kind: StoreKind, shift: u8, add: u32, offset: u32 },
    /// The address is a constant.
    LoadAt { d: u16, kind: LoadKind, at: u64 },
    StoreAt { value: u16, kind: StoreKind, at: u64 },
    /// Bulk operations on the first memory; `index` is the same as a slow operation.
    MemoryFill { to: u16, value: u16, len: u16, index: u32 },
    MemoryCopy { to: u16, from: u16, len: u16, index: u32 },
    /// The other operand of `select` is a constant.
    SelectI { d: u16, a: u16, c: u16, imm: u64 },
    SelectIL { d: u16, b: u16, c: u16, imm: u64 },
    /// `a + (b << shift)`
    I32ShlAdd { d: u16, a: u16, b: u16, shift: u32 },
    /// `a * b + c`, rounded twice
    F32MulAdd { d: u16, a: u16, b: u16, c: u16 },
    F64MulAdd { d: u16, a: u16, b: u16, c: u16 },
    /// `c - a * b`, rounded twice
    F32MulSub { d: u16, a: u16, b: u16, c: u16 },
    F64MulSub { d: u16, a: u16, b: u16, c: u16 },
    F32LtI { d: u16, a: u16, imm: u64 },
    F32GtI { d: u16, a: u16, imm: u64 },
    F32LeI { d: u16, a: u16, imm: u64 },
    F32GeI { d: u16, a: u16, imm: u64 },
    F64LtI { d: u16, a: u16, imm: u64 },
    F64GtI { d: u16, a: u16, imm: u64 },
    F64LeI { d: u16, a: u16, imm: u64 },
    F64GeI { d: u16, a: u16, imm: u64 },
    /// The immediate is the bits of an `f32`, which may stand for an `f64`.
    BrF32LtI { a: u16, imm: u32, fall: u16, target: u32, taken: u16 },
    BrF32GtI { a: u16, imm: u32, fall: u16, target: u32, taken: u16 },
    BrF32LeI { a: u16, imm: u32, fall: u16, target: u32, taken: u16 },
    BrF32GeI { a: u16, imm: u32, fall: u16, target: u32, taken: u16 },
    BrF32NltI { a: u16, imm: u32, fall: u16, target: u32, taken: u16 },
    BrF32NgtI { a: u16, imm: u32, fall: u16, target: u32, taken: u16 },
    BrF32NleI { a: u16, imm: u32, fall: u16, target: u32, taken: u16 },
    BrF32NgeI { a: u16, imm: u32, fall: u16, target: u32, taken: u16 },
    BrF64LtI { a: u16, imm: u32, fall: u16, target: u32, taken: u16 },
    BrF64GtI { a: u16, imm: u32, fall: u16, target: u32, taken: u16 },
    BrF64LeI { a: u16, imm: u32, fall: u16, target: u32, taken: u16 },
    BrF64GeI { a: u16, imm: u32, fall: u16, target: u32, taken: u16 },
    BrF64NltI { a: u16, imm: u32, fall: u16, target: u32, taken: u16 },
    BrF64NgtI { a: u16, imm: u32, fall: u16, target: u32, taken: u16 },
    BrF64NleI { a: u16, imm: u32, fall: u16, target: u32, taken: u16 },
    BrF64NgeI { a: u16, imm: u32, fall: u16, target: u32, taken: u16 },
    /// Vectors take two cells.
    V128Load { d: u16, a: u16, add: u32, offset: u32 },
    V128Store { a: u16, b: u16, add: u32, offset: u32 },
    V128Copy { d: u16, a: u16 },
    /// The low half; a constant with the high half follows.
    V128Const { d: u16, value: u64 },
    V128Select { d: u16, a: u16, b: u16, c: u16 },
    /// An operator without immediates and with one or two operands.
    V128Plain { d: u16, a: u16, b: u16, opcode: u32 },
    V128Bitselect { d: u16, a: u16, b: u16, c: u16 },
    /// Followed by two constants, the indices.
    I8x16Shuffle { d: u16, a: u16, b: u16 },
    /// Lanes of 2^`log2_bytes` bytes.
    V128Splat { d: u16, a: u16, log2_bytes: u8 },
    /// A cell and 64 zeros.
    V128ExtendZero { d: u16, a: u16 },
    /// The lane lies in one cell, `shift` bits from its lower end.
    V128ExtractLane { d: u16, a: u16, log2_bytes: u8, shift: u8 },
    V128ReplaceLane { d: u16, a: u16, b: u16, log2_bytes: u8, lane: u8 },
    /// The operator is the slow operation `index`, which asks first what it depends on.
    V128Relaxed { index: u32 },
    /// Wide arithmetic: operands begin at `a`, the two results at `d`.
    I64Add128 { d: u16, a: u16 },
    I64Sub128 { d: u16, a: u16 },
    I64MulWideS { d: u16, a: u16, b: u16 },
    I64MulWideU { d: u16, a: u16, b: u16 },
    /// The first memory, if it has 64-bit addresses.
    LoadM { d: u16, a: u16, kind: LoadKind, offset: u64 },
    StoreM { a: u16, b: u16, kind: StoreKind, offset: u64 },
}

/// How a sum compares with what it is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    Eq,
    Ne,
    LtS,
    LtU,
    LeS,
    LeU,
    GtS,
    GtU,
    GeS,
    GeU,
}

/// What is read, and how it is extended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LoadKind {
    U8,
    U16,
    U32,
    U64,
    F32,
    F64,
    S8To32,
    S16To32,
    S8To64,
    S16To64,
    S32To64,
}

/// How much is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StoreKind {
    U8,
    U16,
    U32,
    U64,
}

const _: () = assert!(size_of::<Op>() <= 24);
