//! Decodes and validates binaries into programs.
//!
//! Spec: Binary.md and the validation rules of Explainer.md and CanonicalABI.md; core specification, "Binary Format". The
//! only crate that sees wasmparser, which validates in the same pass; where it is behind the revision, `checks` adds what is missing.
//! The text format is not read here.
//!
//! ```
//! use raddle_decode::{Features, component};
//! use syntax::component::{Definition, Definitions};
//!
//! let bytes = wat::parse_str(r#"(component (import "f" (func $f)) (core func (canon lower (func $f))))"#).unwrap();
//! let mut program = Definitions::default();
//! let root = component(&bytes, &Features::default(), &mut program).unwrap();
//! let definitions = &program.components[root.index()].definitions;
//! assert!(matches!(definitions[..], [Definition::Import { .. }, Definition::Lower { .. }]));
//! ```

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "the validator's enums are long, and what is in none of the arms it has refused or needs no work"
)]

pub mod error;
pub mod features;

mod canon;
mod checks;
mod component;
mod component_sections;
mod core;
mod names;
mod resources;
mod shape;
mod types;

use syntax::component::Definitions;
use syntax::id::ComponentId;
use syntax::module::Module;
use wasmparser::{Parser, Validator};

pub use error::Error;
pub use features::{Feature, Features};

/// Decodes and validates a core module.
///
/// # Errors
/// When the bytes are malformed or invalid, or need a proposal that is switched off.
pub fn module(bytes: &[u8], features: &Features) -> Result<Module, Error> {
    if Parser::is_component(bytes) {
        return Err(Error::new("expected a core module, found a component", 0));
    }
    let mut parser = Parser::new(0);
    parser.set_features(features.flags());
    let mut validator = Validator::new_with_features(features.flags());
    let (module, consumed) = core::decode(parser, bytes, &mut validator)?;
    if consumed < bytes.len() {
        return Err(Error::new("bytes after the end of the module", syntax::convert::to_u64(consumed)));
    }
    Ok(module)
}

/// Decodes and validates a component, with all that is nested in it, into a program.
///
/// # Errors
/// When the bytes are malformed or invalid, or need a gate that is off or not supported. The program then has no new
/// components or modules, but may have new types.
pub fn component(bytes: &[u8], features: &Features, program: &mut Definitions) -> Result<ComponentId, Error> {
    component::decode(bytes, *features, program)
}
