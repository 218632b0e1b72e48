//! The operations that are not worth a place in the loop.

/// An operation of the table `Code::slow`. Slots as in `Op`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SlowOp {
    /// The frame needs more cells than slots can name.
    FrameTooLarge,
    MemorySize {
        d: u16,
        memory: u32,
    },
    MemoryGrow {
        d: u16,
        a: u16,
        memory: u32,
    },
    MemoryFill {
        at: u16,
        value: u16,
        len: u16,
        memory: u32,
    },
    MemoryCopy {
        to: u16,
        from: u16,
        len: u16,
        memory_to: u32,
        memory_from: u32,
    },
    MemoryInit {
        to: u16,
        from: u16,
        len: u16,
        memory: u32,
        data: u32,
    },
    DataDrop {
        data: u32,
    },
    TableGet {
        d: u16,
        at: u16,
        table: u32,
    },
    TableSet {
        at: u16,
        value: u16,
        table: u32,
    },
    TableSize {
        d: u16,
        table: u32,
    },
    TableGrow {
        d: u16,
        value: u16,
        delta: u16,
        table: u32,
    },
    TableFill {
        at: u16,
        value: u16,
        len: u16,
        table: u32,
    },
    TableCopy {
        to: u16,
        from: u16,
        len: u16,
        table_to: u32,
        table_from: u32,
    },
    TableInit {
        to: u16,
        from: u16,
        len: u16,
        table: u32,
        elem: u32,
    },
    ElemDrop {
        elem: u32,
    },
    /// The second cell of a global.
    GlobalGetHigh {
        d: u16,
        global: u32,
    },
    GlobalSetHigh {
        a: u16,
        global: u32,
    },
    RefFunc {
        d: u16,
        func: u32,
    },
    RefAsNonNull {
        a: u16,
    },
    /// The arguments begin at `a`.
    Throw {
        tag: u32,
        a: u16,
        len: u16,
    },
    ThrowRef {
        a: u16,
    },
}
