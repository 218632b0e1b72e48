//! Where core instructions leave a choice that never stops a run.
//!
//! Spec: core specification, "NaN Propagation", `memory.grow`, `table.grow`, "Relaxed operations".

/// Answers the data choices of the core interpreter; every default is the deterministic one.
pub trait DataChoices {
    /// Whether the NaN that an arithmetic instruction gives has its sign bit set: a canonical NaN of either sign is among its results
    /// whatever its operands are.
    fn nan_is_negative(&mut self) -> bool {
        false
    }

    /// Whether a `memory.grow` or `table.grow` that the limits allow fails all the same.
    fn grow_fails(&mut self) -> bool {
        false
    }

    /// The value of a parameter of the relaxed vector instructions, less than `values`; 0 is the deterministic one. A
    /// store asks for each parameter at most once, by its name in the specification, such as `R_fmadd`.
    fn relaxed_simd(&mut self, _parameter: &'static str, _values: u32) -> u32 {
        0
    }
}

/// Takes the deterministic value everywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deterministic;

impl DataChoices for Deterministic {}
