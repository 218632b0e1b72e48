//! What a run came to.
//!
//! Spec: none. Two runs have the same outcome when they end in the same way with the same result and the same bytes of
//! output. Left out: the order of host calls, and the wording of traps beyond their rule.

use std::fmt;

/// What kind of end it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// The call returned.
    Returned,
    /// The call was cancelled.
    Cancelled,
    /// The guest broke a rule.
    Trap,
    /// The call returned, and something is left in a table that nobody will free.
    Leak,
    /// Nothing could go on before the call had returned.
    Deadlock,
    /// The run can go on for ever, fairly, and get nowhere.
    Livelock,
    /// The guest ended the program with an exit code.
    Exit,
    /// A limit was reached.
    Limit,
    /// The schedule that was followed does not fit the run.
    Diverged,
}

impl Kind {
    /// All kinds.
    pub const ALL: &[Self] = &[
        Self::Returned,
        Self::Cancelled,
        Self::Trap,
        Self::Leak,
        Self::Deadlock,
        Self::Livelock,
        Self::Exit,
        Self::Limit,
        Self::Diverged,
    ];

    /// The word in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Returned => "returned",
            Self::Cancelled => "cancelled",
            Self::Trap => "trap",
            Self::Leak => "leak",
            Self::Deadlock => "deadlock",
            Self::Livelock => "livelock",
            Self::Exit => "exit",
            Self::Limit => "limit",
            Self::Diverged => "diverged",
        }
    }
}

/// Bytes that a run wrote to one of the host's streams, such as `stdout`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Output {
    /// The name of the stream.
    pub name: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Outcome {
    /// What kind of end.
    pub kind: Kind,
    /// The result, rule, code or limit, spelled as in reports: `12`, `trap(RULE)`, `deadlock`, `exit(3)`, `limit(fuel)`.
    pub text: String,
    /// What was written, stream by stream.
    pub output: Vec<Output>,
}

impl Outcome {
    /// An outcome without output.
    pub fn new(kind: Kind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), output: Vec::new() }
    }

    /// Whether it is bad in itself: a trap, a deadlock, a livelock, a limit, or an exit with another code than 0.
    pub fn is_failure(&self) -> bool {
        match self.kind {
            Kind::Returned | Kind::Cancelled => false,
            Kind::Exit => self.text != "exit(0)",
            Kind::Leak | Kind::Trap | Kind::Deadlock | Kind::Livelock | Kind::Limit | Kind::Diverged => true,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
