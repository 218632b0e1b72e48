//! The operations that are not worth a place in the loop.

use syntax::module::RefType;

use crate::op::{LoadKind, StoreKind};
use crate::simd::relaxed::Relaxed;

/// An operation of the table `Code::slow`. Slots as in `Op`.
#[rustfmt::skip]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SlowOp {
    /// The frame needs more cells than slots can name.
    FrameTooLarge,
    /// Accesses of memories other than the first.
    Load { d: u16, a: u16, kind: LoadKind, memory: u32, offset: u64 },
    Store { a: u16, b: u16, kind: StoreKind, memory: u32, offset: u64 },
    MemorySize { d: u16, memory: u32 },
    MemoryGrow { d: u16, a: u16, memory: u32 },
    MemoryFill { at: u16, value: u16, len: u16, memory: u32 },
    MemoryCopy { to: u16, from: u16, len: u16, memory_to: u32, memory_from: u32 },
    MemoryInit { to: u16, from: u16, len: u16, memory: u32, data: u32 },
    DataDrop { data: u32 },
    TableGet { d: u16, at: u16, table: u32 },
    TableSet { at: u16, value: u16, table: u32 },
    TableSize { d: u16, table: u32 },
    TableGrow { d: u16, value: u16, delta: u16, table: u32 },
    TableFill { at: u16, value: u16, len: u16, table: u32 },
    TableCopy { to: u16, from: u16, len: u16, table_to: u32, table_from: u32 },
    TableInit { to: u16, from: u16, len: u16, table: u32, elem: u32 },
    ElemDrop { elem: u32 },
    /// The second cell of a global.
    GlobalGetHigh { d: u16, global: u32 },
    GlobalSetHigh { a: u16, global: u32 },
    RefFunc { d: u16, func: u32 },
    RefAsNonNull { a: u16 },
    /// The arguments begin at `a`.
    Throw { tag: u32, a: u16, len: u16 },
    ThrowRef { a: u16 },
    /// The fields begin at `a`.
    StructNew { d: u16, a: u16, ty: u32 },
    StructNewDefault { d: u16, ty: u32 },
    StructGet { d: u16, a: u16, field: Field },
    StructSet { a: u16, value: u16, field: Field },
    ArrayNew { d: u16, value: u16, len: u16, ty: u32 },
    ArrayNewDefault { d: u16, len: u16, ty: u32 },
    /// The elements begin at `a`.
    ArrayNewFixed { d: u16, a: u16, len: u32, ty: u32 },
    ArrayNewData { d: u16, from: u16, len: u16, ty: u32, data: u32 },
    ArrayNewElem { d: u16, from: u16, len: u16, ty: u32, elem: u32 },
    ArrayGet { d: u16, a: u16, at: u16, element: Field },
    ArraySet { a: u16, at: u16, value: u16, element: Field },
    ArrayLen { d: u16, a: u16 },
    ArrayFill { a: u16, at: u16, value: u16, len: u16, element: Field },
    ArrayCopy { to: u16, at: u16, from: u16, from_at: u16, len: u16, element: Field },
    ArrayInitData { a: u16, at: u16, from: u16, len: u16, ty: u32, data: u32 },
    ArrayInitElem { a: u16, at: u16, from: u16, len: u16, elem: u32 },
    RefTest { d: u16, a: u16, ty: RefType },
    RefCast { a: u16, ty: RefType },
    AnyConvertExtern { d: u16, a: u16 },
    ExternConvertAny { d: u16, a: u16 },
    RefI31 { d: u16, a: u16 },
    I31Get { d: u16, a: u16, signed: bool },
    Atomic(Atomic),
    /// Asks what a relaxed operator depends on, and does it.
    V128Relaxed { d: u16, operands: [u16; 3], relaxed: Relaxed },
}

impl SlowOp {
    /// Whether it costs fuel that depends on its operands.
    pub(crate) const fn costs_more(&self) -> bool {
        matches!(
            self,
            Self::MemoryFill { .. }
                | Self::MemoryCopy { .. }
                | Self::MemoryInit { .. }
                | Self::TableGrow { .. }
                | Self::TableFill { .. }
                | Self::TableCopy { .. }
                | Self::TableInit { .. }
                | Self::ArrayNew { .. }
                | Self::ArrayNewDefault { .. }
                | Self::ArrayNewData { .. }
                | Self::ArrayNewElem { .. }
                | Self::ArrayFill { .. }
                | Self::ArrayCopy { .. }
                | Self::ArrayInitData { .. }
                | Self::ArrayInitElem { .. }
        )
    }
}

/// Where a field lies in an object, and how it is read. Of an array, that of the first element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) cell: u32,
    pub(crate) wide: bool,
    pub(crate) extend: Extend,
}

/// How a packed field is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extend {
    /// As it is stored: not packed, or without its sign.
    No,
    /// From 8 bits with their sign.
    Signed8,
    /// From 16 bits with their sign.
    Signed16,
    /// Written only: keeps 8 bits.
    Wrap8,
    /// Written only: keeps 16 bits.
    Wrap16,
}

/// An atomic access: what it does, the logarithm of its bytes, and its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Atomic {
    pub(crate) kind: AtomicKind,
    pub(crate) log2_bytes: u8,
    pub(crate) d: u16,
    pub(crate) address: u16,
    /// The value, or what is expected.
    pub(crate) value: u16,
    /// The replacement, or the timeout.
    pub(crate) other: u16,
    pub(crate) memory: u32,
    pub(crate) offset: u64,
}

/// What an atomic access does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AtomicKind {
    Load,
    Store,
    Add,
    Sub,
    And,
    Or,
    Xor,
    Exchange,
    CompareExchange,
    Wait,
    Notify,
}
