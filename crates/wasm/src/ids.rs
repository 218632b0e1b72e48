//! Addresses of a store, and what the embedder calls its functions.
//!
//! Spec: core specification, "Runtime Structure", "Addresses".

syntax::ids! {
    /// A function of a store.
    FuncAddr;
    /// A table of a store.
    TableAddr;
    /// A memory of a store.
    MemAddr;
    /// A global of a store.
    GlobalAddr;
    /// A tag of a store.
    TagAddr;
    /// A module instance of a store.
    InstanceAddr;
    /// A function of the embedder, numbered by the embedder.
    HostFuncId;
    /// A canonical type of a store: equal types have equal ids, whichever modules define them.
    TypeAddr;
}

choice::state_hash!(id FuncAddr, TableAddr, MemAddr, GlobalAddr, TagAddr, InstanceAddr, HostFuncId, TypeAddr);

/// Anything that a module can import or export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Extern {
    /// A function.
    Func(FuncAddr),
    /// A table.
    Table(TableAddr),
    /// A memory.
    Memory(MemAddr),
    /// A global.
    Global(GlobalAddr),
    /// A tag.
    Tag(TagAddr),
}

choice::state_hash!(enum Extern { 0 => Func(addr), 1 => Table(addr), 2 => Memory(addr), 3 => Global(addr), 4 => Tag(addr) });

impl Extern {
    /// The sort in the words of the text format.
    pub const fn sort(self) -> &'static str {
        match self {
            Self::Func(_) => "a function",
            Self::Table(_) => "a table",
            Self::Memory(_) => "a memory",
            Self::Global(_) => "a global",
            Self::Tag(_) => "a tag",
        }
    }
}

/// The cell of a reference: 0 is null, so that cleared locals are null.
#[inline]
pub const fn ref_cell(func: Option<FuncAddr>) -> u64 {
    match func {
        Some(func) => {
            #[expect(clippy::as_conversions, reason = "widening")]
            let number = func.0 as u64;
            number + 1
        }
        None => 0,
    }
}

/// The function that the cell of a function reference refers to; `None` is null.
#[inline]
pub const fn func_of_cell(cell: u64) -> Option<FuncAddr> {
    if cell == 0 { None } else { Some(FuncAddr(syntax::convert::low_u32(cell - 1))) }
}
