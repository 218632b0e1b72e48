//! What can go wrong, told apart by whose fault it is.
//!
//! Spec: none. A trap is the guest's, an input or link error the caller's, a bug ours.

use std::fmt;

use choice::Divergence;
use runtime::dump::Report;
use runtime::step::{Failure, Fault};
use syntax::{Trap, TrapRule};

/// Why something could not be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The caller gave bad bytes, bad text or a bad argument: what was expected, what was found, where.
    Input(String),
    /// An import does not fit what was supplied for it.
    Link(String),
    /// The guest broke a rule: which, and who was running.
    Trap(Trap, Box<Report>),
    /// Nothing can go on: who waits for what.
    Deadlock(Box<Report>),
    /// The guest asked the host to end the program, with this exit code.
    Exit(u8),
    /// A limit that the embedder set was reached.
    Limit(String),
    /// The chooser follows a schedule, and the run went another way.
    Divergence(Divergence),
    /// An invariant of Raddle is broken. The store cannot be used any more.
    Bug(String),
}

impl Error {
    /// The trap in it. A deadlock of the event loop is one to scripts.
    pub const fn trap_rule(&self) -> Option<TrapRule> {
        match self {
            Self::Trap(trap, _) => Some(trap.rule),
            Self::Deadlock(_) => Some(TrapRule::EventLoopDeadlock),
            Self::Input(_) | Self::Link(_) | Self::Exit(_) | Self::Limit(_) | Self::Divergence(_) | Self::Bug(_) => {
                None
            }
        }
    }

    /// Says where an argument is that the caller got wrong; other errors stay as they are.
    pub(crate) fn at(self, place: &str) -> Self {
        if let Self::Input(message) = self {
            return Self::Input(format!("{place}: {message}"));
        }
        self
    }

    /// What the store looked like, for traps and deadlocks.
    pub const fn report(&self) -> Option<&Report> {
        match self {
            Self::Trap(_, report) | Self::Deadlock(report) => Some(report),
            Self::Input(_) | Self::Link(_) | Self::Exit(_) | Self::Limit(_) | Self::Divergence(_) | Self::Bug(_) => {
                None
            }
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure.fault {
            Fault::Trap(trap) => Self::Trap(trap, failure.report),
            Fault::Limit(limit) => Self::Limit(limit.name().to_owned()),
            Fault::Link(message) => Self::Link(message),
            Fault::Exit(code) => Self::Exit(code),
        }
    }
}

impl From<Trap> for Error {
    /// A trap of a function of the embedder; whoever runs the guest adds what the store looked like.
    fn from(trap: Trap) -> Self {
        Self::Trap(trap, Box::default())
    }
}

impl From<decode::Error> for Error {
    fn from(error: decode::Error) -> Self {
        Self::Input(error.to_string())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(message) | Self::Link(message) => f.write_str(message),
            Self::Trap(trap, _) => write!(f, "wasm trap: {trap}"),
            Self::Deadlock(_) => write!(f, "wasm trap: {}", TrapRule::EventLoopDeadlock.message()),
            Self::Exit(code) => write!(f, "exit with code {code}"),
            Self::Limit(limit) => write!(f, "limit reached: {limit}"),
            Self::Divergence(divergence) => divergence.fmt(f),
            Self::Bug(message) => write!(f, "bug of raddle: {message}"),
        }
    }
}

impl std::error::Error for Error {}
