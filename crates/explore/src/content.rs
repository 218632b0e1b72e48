//! Bytes and values as they stand in a schedule file: as text where they are text, so that a difference can be read.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::error::Error;

/// Answers with more bytes than this get a file of their own.
pub const LARGE_BYTES: usize = 4096;

/// What a host answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Bytes: what was read, drawn or received.
    Bytes(Vec<u8>),
    /// Anything else.
    Json(Value),
}

/// A content as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Written {
    Text(String),
    Hex(String),
    Json(Value),
    File { name: String, sha256: String },
}

impl Written {
    /// Bytes, in the line itself.
    pub(crate) fn inline(bytes: &[u8]) -> Self {
        str::from_utf8(bytes).map_or_else(|_| Self::Hex(to_hex(bytes)), |text| Self::Text(text.to_owned()))
    }

    /// A content; with a folder, large bytes become a file in it, with the number of the answer as its name.
    pub(crate) fn new(content: &Content, folder: Option<&Path>, number: usize) -> Result<Self, Error> {
        let bytes = match content {
            Content::Json(value) => return Ok(Self::Json(value.clone())),
            Content::Bytes(bytes) => bytes,
        };
        let Some(folder) = folder.filter(|_| bytes.len() > LARGE_BYTES) else { return Ok(Self::inline(bytes)) };
        let name = format!("{number:06}.bin");
        let path = folder.join(&name);
        fs::create_dir_all(folder).and_then(|()| fs::write(&path, bytes)).map_err(|error| Error::Io { path, error })?;
        Ok(Self::File { name, sha256: sha256(bytes) })
    }

    /// What was written on a line of a schedule whose large answers are in a folder.
    pub(crate) fn content(self, line: usize, folder: Option<&Path>) -> Result<Content, Error> {
        match self {
            Self::Json(value) => Ok(Content::Json(value)),
            Self::Text(text) => Ok(Content::Bytes(text.into_bytes())),
            Self::Hex(hex) => {
                let bytes = from_hex(&hex);
                bytes
                    .map(Content::Bytes)
                    .ok_or_else(|| Error::line(line, "pairs of hexadecimal digits", format!("`{hex}`")))
            }
            Self::File { name, sha256 } => file(line, folder, &name, &sha256).map(Content::Bytes),
        }
    }
}

/// Reads the bytes of a large answer.
fn file(line: usize, folder: Option<&Path>, name: &str, expected: &str) -> Result<Vec<u8>, Error> {
    let plain =
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '.') && !name.starts_with('.');
    if !plain {
        return Err(Error::line(line, "the name of a file in the schedule's folder", format!("`{name}`")));
    }
    let Some(folder) = folder else {
        return Err(Error::line(line, "an answer within the text", format!("one in the file `{name}`")));
    };
    let path = folder.join(name);
    let bytes = fs::read(&path).map_err(|error| Error::Io { path, error })?;
    let found = sha256(&bytes);
    if found != expected {
        return Err(Error::line(line, format!("`{name}` with the SHA-256 {expected}"), found));
    }
    Ok(bytes)
}

/// The SHA-256 of bytes, in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    to_hex(&Sha256::digest(bytes))
}

pub(crate) fn to_hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("writing to a string does not fail");
    }
    text
}

pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}
