//! What is outside of a host of WASI: clocks, entropy and standard streams.
//!
//! Spec: none. Three things implement it: a virtual outside as plain data, the system, and the record of a run with the system.

use std::fmt;

use choice::{Anchor, Divergence, Names};

/// A date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub seconds: i64,
    /// Nanoseconds, below a billion.
    pub nanoseconds: u32,
}

/// A stream to write to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}
choice::state_hash!(enum Output { 0 => Stdout, 1 => Stderr });

impl Output {
    /// The name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
        }
    }

    /// Position in pairs of things of which each output has one.
    pub(crate) const fn position(self) -> usize {
        match self {
            Self::Stdout => 0,
            Self::Stderr => 1,
        }
    }
}

/// What a read of stdin gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Bytes, at least one.
    Data(Vec<u8>),
    /// There is nothing more.
    End,
    /// It failed, and there is nothing more.
    Failed(String),
}

/// Why a write failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteError {
    /// Nobody reads.
    Pipe,
    /// Anything else, in the system's words.
    Other(String),
}

/// What waiting came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited {
    /// There is nothing to wait for.
    Nothing,
    /// Something may have happened.
    Again,
    /// The clock jumped to this time.
    Until(u64),
}

/// What can be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Awaited {
    /// The time of the next timer.
    pub due: Option<u64>,
    /// Whether a read of stdin is under way.
    pub input: bool,
    /// How often the event loop has looked around.
    pub polls: u32,
}

/// A question and who asks it.
pub struct Asked<'a> {
    anchor: Anchor,
    names: &'a dyn Names,
}

impl fmt::Debug for Asked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

impl<'a> Asked<'a> {
    /// A question.
    pub const fn new(anchor: Anchor, names: &'a dyn Names) -> Self {
        Self { anchor, names }
    }

    /// The anchor in words.
    pub fn to_text(&self) -> String {
        self.anchor.to_text(self.names)
    }

    /// A hash of who asks what.
    pub fn hash(&self) -> u64 {
        let actor = self.names.name_hash(self.anchor.actor);
        let operation = choice::hash::hash_text(self.anchor.operation);
        choice::hash::mix(choice::hash::mix(actor, operation), u64::from(self.anchor.occurrence))
    }
}

/// What is outside.
pub trait Outside: fmt::Debug {
    /// Whether what the host may do one way or another is asked as a choice.
    const CHOOSES: bool;

    /// Whether a choice is asked before each write: whether it fails.
    fn may_fail(&self) -> bool {
        false
    }

    /// Reads the monotonic clock, in nanoseconds; `last` is what it said last.
    fn clock(&mut self, asked: &Asked<'_>, last: u64) -> u64;

    /// Reads the date; `last` is what the monotonic clock said last.
    fn date(&mut self, asked: &Asked<'_>, last: u64) -> Date;

    /// Draws bytes.
    fn random(&mut self, asked: &Asked<'_>, count_bytes: usize) -> Vec<u8>;

    /// Looks whether a time has come, without waiting; what the clock says if so.
    fn time_has_come(&mut self, asked: &Asked<'_>, due: u64) -> Option<u64>;

    /// Begins or goes on with a read of stdin, without waiting.
    fn read(&mut self, asked: &Asked<'_>) -> Option<Input>;

    /// Writes all of the bytes.
    ///
    /// # Errors
    /// When nobody reads, or the system says so.
    fn write(&mut self, asked: &Asked<'_>, to: Output, bytes: &[u8]) -> Result<(), WriteError>;

    /// Waits until something may have happened; for a call that blocks, or for the event loop.
    fn wait(&mut self, asked: Option<&Asked<'_>>, awaited: &Awaited) -> Waited;

    /// The first question that is not the recorded one.
    fn divergence(&mut self) -> Option<Divergence> {
        None
    }
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Captured {
    bytes: Vec<u8>,
    sizes: Vec<usize>,
    hash: u64,
}
choice::state_hash!(struct Captured { hash } skip { bytes, sizes });

impl Captured {
    /// All bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many bytes each write had. They are no part of the state.
    pub fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
        self.sizes.push(bytes.len());
        self.hash = bytes.iter().fold(self.hash, |hash, byte| choice::hash::mix(hash, u64::from(*byte)));
    }
}

/// The beginning of bytes as text, for messages.
pub(crate) fn in_words(bytes: &[u8]) -> String {
    const LONGEST: usize = 40;
    let text: String = String::from_utf8_lossy(bytes).chars().take(LONGEST).collect();
    let dots = if text.len() < bytes.len() { "..." } else { "" };
    format!("{text:?}{dots}")
}
