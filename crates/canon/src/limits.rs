//! The numbers that bound values, parameters and buffers.
//!
//! Spec: CanonicalABI.md, "Loading", "Flattening" and "Buffer State".

/// The most bytes that a string can have in memory when it is lifted.
pub const MAX_STRING_BYTE_LENGTH: u64 = (1 << 28) - 1;

/// The most bytes that a list can have in memory when it is lifted.
pub const MAX_LIST_BYTE_LENGTH: u64 = (1 << 28) - 1;

/// The most bytes that `realloc` of a 32-bit memory can be asked for.
pub const REALLOC_I32_MAX: u64 = (1 << 32) - 1;

/// The most elements of a buffer of a stream or future.
pub const BUFFER_MAX_LENGTH: u64 = (1 << 28) - 1;

/// The most core parameters before they go through memory.
pub const MAX_FLAT_PARAMS: usize = 16;

/// The most core parameters of an async-lowered function before they go through memory.
pub const MAX_FLAT_ASYNC_PARAMS: usize = 4;

/// The most core results before they go through memory.
pub const MAX_FLAT_RESULTS: usize = 1;

/// How many bytes are copied for one unit of fuel.
pub const BYTES_PER_FUEL: u64 = 64;

const _: () = assert!(REALLOC_I32_MAX > 2 * MAX_STRING_BYTE_LENGTH);
const _: () = assert!(REALLOC_I32_MAX > 2 * MAX_LIST_BYTE_LENGTH);
