//! Limits of the executor. Reaching one is an outcome of its own, never a trap.

/// How many component instances a store holds.
pub const MAX_INSTANCES: usize = 10_000;

/// How many activations may be nested: calls between components that have not returned.
pub const MAX_ACTIVATIONS: usize = 10_000;

/// How many threads a store holds.
pub const MAX_THREADS: usize = 1_000_000;

/// Fuel that one run of `realloc` may use beyond what is left.
pub const REALLOC_FUEL: u64 = 100_000_000;

/// Fuel of one uninterrupted run when nobody asks for less.
pub const UNLIMITED_FUEL: u64 = u64::MAX / 2;
