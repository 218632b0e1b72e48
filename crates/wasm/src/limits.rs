//! Every limit of the core interpreter, with its default.
//!
//! Spec: core specification, "Implementation Limitations". Fuel is not a limit but an argument of `Machine`.

use syntax::convert::to_u64;

/// A limit of a store that core code, or its instantiation, reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LimitKind {
    /// `Limits::call_depth` or `Limits::stack_cells`.
    CallStack,
    /// `Limits::heap_bytes`.
    Heap,
    /// `Limits::memory_bytes`.
    Memory,
    /// `Limits::table_elements`.
    Table,
    /// `Limits::instances`.
    Instances,
}

impl LimitKind {
    /// The name in outcomes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CallStack => "call-stack",
            Self::Heap => "heap",
            Self::Memory => "memory",
            Self::Table => "table",
            Self::Instances => "core-instances",
        }
    }
}

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

/// What can be set by name: the name after `-W`, and what it bounds.
pub const NAMES: &[(&str, &str)] = &[
    ("max-call-depth", "calls that a stack can hold"),
    ("max-wasm-stack", "bytes that the frames of a stack can take"),
    ("max-memory-size", "bytes of one memory"),
    ("max-table-elements", "elements of one table"),
    ("max-heap-size", "bytes of the structures, arrays and exceptions of a store"),
    ("max-instances", "core module instances of a store"),
];

impl Limits {
    /// Sets a limit by its name in `NAMES`; whether there is one of that name.
    pub fn set(&mut self, name: &str, value: u64) -> bool {
        let count = || usize::try_from(value).unwrap_or(usize::MAX);
        match name {
            "max-call-depth" => self.call_depth = u32::try_from(value).unwrap_or(u32::MAX),
            "max-wasm-stack" => self.stack_cells = count() / 8,
            "max-memory-size" => self.memory_bytes = value,
            "max-table-elements" => self.table_elements = value,
            "max-heap-size" => self.heap_bytes = value,
            "max-instances" => self.instances = count(),
            _ => return false,
        }
        true
    }

    /// A limit by its name in `NAMES`.
    pub fn get(&self, name: &str) -> Option<u64> {
        Some(match name {
            "max-call-depth" => u64::from(self.call_depth),
            "max-wasm-stack" => to_u64(self.stack_cells).saturating_mul(8),
            "max-memory-size" => self.memory_bytes,
            "max-table-elements" => self.table_elements,
            "max-heap-size" => self.heap_bytes,
            "max-instances" => to_u64(self.instances),
            _ => return None,
        })
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Bytes of a page of a memory, unless the module says otherwise.
pub const PAGE_BYTES: u64 = 65_536;

/// Bytes of a page of the dirty map, as a power of two.
pub const DIRTY_PAGE_LOG2: u32 = threaded::PAGE_LOG2;

/// How many cells a frame can have: slots are numbers of 16 bits, and a vector takes one cell more.
pub const FRAME_CELLS: usize = threaded::WINDOW;

/// How many module instances a store can have at most: calls keep the number in 24 bits.
pub const MAX_INSTANCES: usize = (1 << 24) - 1;
