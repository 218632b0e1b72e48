//! Decodes and validates binaries into programs.
