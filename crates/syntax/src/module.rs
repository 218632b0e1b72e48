//! Core modules (Spec: core specification, "Structure", "Modules").

/// A core module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Module {}
