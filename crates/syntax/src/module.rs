//! Core modules (Spec: core specification, "Structure", "Modules").
