//! The core WebAssembly interpreter.
