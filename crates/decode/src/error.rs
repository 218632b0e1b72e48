//! What is wrong with a binary, where, and which gate or proposal would allow it.

use std::fmt;

use crate::features::Feature;

/// A binary that cannot be decoded: malformed, invalid, or behind a gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What was expected and what was found.
    pub message: String,
    /// The byte offset in the outermost binary.
    pub offset: u64,
    /// The switch without which the binary is refused, if that is the reason.
    pub gate: Option<Feature>,
}

impl Error {
    /// An error without a gate.
    pub(crate) fn new(message: impl Into<String>, offset: u64) -> Self {
        Self { message: message.into(), offset, gate: None }
    }

    /// The error of a construct that a gate guards.
    pub(crate) fn gated(message: impl Into<String>, offset: u64, gate: Feature) -> Self {
        Self { message: message.into(), offset, gate: Some(gate) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at offset {:#x}", self.message, self.offset)?;
        if let Some(gate) = self.gate {
            write!(f, "; {gate}")?;
        }
        write!(f, "; component-model {})", syntax::revision::COMMIT)
    }
}

impl std::error::Error for Error {}

impl From<wasmparser::Error> for Error {
    fn from(error: wasmparser::Error) -> Self {
        Self { message: error.message().to_string(), offset: error.offset(), gate: Feature::needed_by(&error) }
    }
}
