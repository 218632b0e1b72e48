//! Components of wasm-smith into decode: no panic.
//!
//! Many of them are invalid at the revision that Raddle follows (wasm-smith still makes empty tuples, for example), so that an
//! error is no finding.

use arbitrary::Unstructured;

/// Makes a component from the input and decodes it.
pub fn check(data: &[u8]) {
    let mut source = Unstructured::new(data);
    let config = wasm_smith::Config { custom_page_sizes_enabled: true, ..wasm_smith::Config::default() };
    if let Ok(component) = wasm_smith::Component::new(config, &mut source) {
        crate::decoding::check(&component.to_bytes());
    }
}
