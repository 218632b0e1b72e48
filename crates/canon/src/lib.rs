//! The Canonical ABI: layout, flattening, lifting and lowering.
