//! What a system answered, in the order of the run, as it stands in schedule files.
//!
//! Spec: none; DESIGN §5, "schedule file". Every answer is bytes: numbers are decimal, so that a file can be read.

use crate::outside::{Date, Input, WriteError};

/// An answer of the system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The question: who asked what, the how-manieth time.
    pub anchor: String,
    /// The answer.
    pub bytes: Vec<u8>,
}

/// Something the system answers.
pub(crate) trait Recorded: Sized {
    fn to_bytes(&self) -> Vec<u8>;
    fn from_bytes(bytes: &[u8]) -> Option<Self>;
}

impl Recorded for u64 {
    fn to_bytes(&self) -> Vec<u8> {
        self.to_string().into_bytes()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        str::from_utf8(bytes).ok()?.parse().ok()
    }
}

/// Seconds and nanoseconds.
impl Recorded for Date {
    fn to_bytes(&self) -> Vec<u8> {
        format!("{} {}", self.seconds, self.nanoseconds).into_bytes()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (seconds, nanoseconds) = str::from_utf8(bytes).ok()?.split_once(' ')?;
        Some(Self { seconds: seconds.parse().ok()?, nanoseconds: nanoseconds.parse().ok()? })
    }
}

/// Random bytes as they are.
impl Recorded for Vec<u8> {
    fn to_bytes(&self) -> Vec<u8> {
        self.clone()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(bytes.to_vec())
    }
}

/// `+` and what was read, `.` at the end, `!` and the words of an error.
impl Recorded for Input {
    fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Data(bytes) => [b"+", bytes.as_slice()].concat(),
            Self::End => b".".to_vec(),
            Self::Failed(message) => [b"!", message.as_bytes()].concat(),
        }
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        match bytes.split_first()? {
            (b'+', data) if !data.is_empty() => Some(Self::Data(data.to_vec())),
            (b'.', []) => Some(Self::End),
            (b'!', message) => Some(Self::Failed(String::from_utf8(message.to_vec()).ok()?)),
            _ => None,
        }
    }
}

/// `|` when nobody reads, `!` and the words of any other error.
impl Recorded for WriteError {
    fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Pipe => b"|".to_vec(),
            Self::Other(message) => [b"!", message.as_bytes()].concat(),
        }
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        match bytes.split_first()? {
            (b'|', []) => Some(Self::Pipe),
            (b'!', message) => Some(Self::Other(String::from_utf8(message.to_vec()).ok()?)),
            _ => None,
        }
    }
}
