//! Every limit of the core interpreter, with its default.
//!
//! Spec: core specification, "Implementation Limitations". Fuel is not a limit but an argument of `Machine`.

/// What an embedder allows the instances of one store to take. Limits are no state: they do not enter hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many calls a stack can hold.
    pub call_depth: u32,
    /// How many cells of 64 bits the frames of a stack can take together.
    pub stack_cells: usize,
    /// How many bytes one memory can have.
    pub memory_bytes: u64,
    /// How many elements one table can have.
    pub table_elements: u64,
    /// How many bytes the structures and arrays of the store can take.
    pub heap_bytes: u64,
    /// How many module instances the store can have.
    pub instances: usize,
}

impl Limits {
    /// The default limits.
    pub const DEFAULT: Self = Self {
        call_depth: 20_000,
        stack_cells: 1 << 20,
        memory_bytes: 4 << 30,
        table_elements: 10_000_000,
        heap_bytes: 1 << 30,
        instances: 100_000,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Bytes of a page of a memory, unless the module says otherwise.
pub const PAGE_BYTES: u64 = 65_536;

/// Bytes of a page of the dirty map, as a power of two.
pub const DIRTY_PAGE_LOG2: u32 = 12;

/// How many cells a frame can have: slots are numbers of 16 bits, and a vector takes one cell more.
pub const FRAME_CELLS: usize = (1 << 16) + 1;

/// How many module instances a store can have at most: calls keep the number in 24 bits.
pub const MAX_INSTANCES: usize = 1 << 24;
