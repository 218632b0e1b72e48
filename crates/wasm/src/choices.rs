//! Where core instructions leave a choice that never stops a run.
//!
//! Spec: core specification, "NaN Propagation", `memory.grow`, `table.grow`, "Relaxed operations".

/// Answers the data choices of the core interpreter; every default is the deterministic one.
pub trait DataChoices {
    /// Whether a `memory.grow` or `table.grow` that the limits allow fails all the same.
    fn grow_fails(&mut self) -> bool {
        false
    }

    /// Which of the alternatives of a relaxed vector instruction is taken; 0 is the deterministic lowering.
    fn relaxed_simd(&mut self, _operation: &'static str, _alternatives: u32) -> u32 {
        0
    }
}

/// Takes the deterministic value everywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deterministic;

impl DataChoices for Deterministic {}
