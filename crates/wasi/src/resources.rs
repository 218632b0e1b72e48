//! Resources of WASI 0.2 that the host keeps, by their representation.
//!
//! Spec: WASI 0.2, `wasi:io`.

use choice::{StateHash, StateHasher};

use crate::outside::Output;

/// A resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// `input-stream`: stdin.
    Input,
    /// `output-stream`, with how much the last `check-write` allowed.
    Output { to: Output, permit: u64 },
    /// `pollable`
    Pollable(PollFor),
    /// `error`
    Error(String),
}
choice::state_hash!(enum Entry {
    0 => Input, 1 => Output { to, permit }, 2 => Pollable(on), 3 => Error(message),
});

/// What a pollable is ready for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PollFor {
    /// A time has come.
    Time(u64),
    /// There is something to read.
    Input,
    /// Something can be written; always.
    Output,
}

impl StateHash for PollFor {
    fn state_hash(&self, hasher: &mut StateHasher) {
        let (kind, time): (u8, u64) = match *self {
            Self::Time(time) => (0, time),
            Self::Input => (1, 0),
            Self::Output => (2, 0),
        };
        kind.state_hash(hasher);
        time.state_hash(hasher);
    }
}
