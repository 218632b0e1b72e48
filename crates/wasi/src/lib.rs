//! Virtual and system hosts for WASI.
