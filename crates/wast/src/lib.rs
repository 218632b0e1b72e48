//! Runs WebAssembly script files (.wast), core and component.
