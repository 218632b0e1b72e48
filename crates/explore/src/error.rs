//! What can be wrong with a schedule file.

use std::path::PathBuf;
use std::{fmt, io};

use crate::schedule::FORMAT;

/// A schedule cannot be read or written.
#[derive(Debug)]
pub enum Error {
    /// The file, or one beside it with a large answer.
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The file is a schedule of another format version.
    Version {
        /// The format of the file.
        found: String,
    },
    /// A line is not what it should be.
    Line {
        /// The number of the line, from 1.
        line: usize,
        /// What should be there.
        expected: String,
        /// What is there.
        found: String,
    },
}

impl Error {
    pub(crate) fn line(line: usize, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self::Line { line, expected: expected.into(), found: found.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, error } => write!(f, "{}: {error}", path.display()),
            Self::Version { found } => {
                write!(f, "line 1: expected a schedule of the format `{FORMAT}`, found the format `{found}`")
            }
            Self::Line { line, expected, found } => write!(f, "line {line}: expected {expected}, found {found}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { error, .. } => Some(error),
            Self::Version { .. } | Self::Line { .. } => None,
        }
    }
}
