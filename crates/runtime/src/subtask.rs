//! Subtasks: calls as their callers see them.
//!
//! Spec: CanonicalABI.md, "Subtask State".

use choice::state_hash;
use smallvec::SmallVec;
use syntax::id::FuncTypeId;

use crate::context::Options;
use crate::id::{HandleIndex, HostCallId, TaskId};

/// How far a call has come. The numbers are what guests see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubtaskState {
    /// Not started yet.
    Starting,
    /// Started.
    Started,
    /// Returned.
    Returned,
    /// Cancelled before it started.
    CancelledBeforeStarted,
    /// Cancelled after it started.
    CancelledBeforeReturned,
}
state_hash!(enum SubtaskState {
    0 => Starting, 1 => Started, 2 => Returned, 3 => CancelledBeforeStarted, 4 => CancelledBeforeReturned,
});

impl SubtaskState {
    /// The number that guests see.
    pub const fn number(self) -> u32 {
        match self {
            Self::Starting => 0,
            Self::Started => 1,
            Self::Returned => 2,
            Self::CancelledBeforeStarted => 3,
            Self::CancelledBeforeReturned => 4,
        }
    }

    /// The specification's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Starting => "STARTING",
            Self::Started => "STARTED",
            Self::Returned => "RETURNED",
            Self::CancelledBeforeStarted => "CANCELLED_BEFORE_STARTED",
            Self::CancelledBeforeReturned => "CANCELLED_BEFORE_RETURNED",
        }
    }
}

/// Who runs a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callee {
    /// Nobody yet: the call is being made.
    None,
    /// A task of another instance.
    Task(TaskId),
    /// The host.
    HostCall(HostCallId),
}
state_hash!(enum Callee { 0 => None, 1 => Task(task), 2 => HostCall(call) });

/// A call as its caller sees it. Spec: CanonicalABI.md, "Subtask State", `Subtask`; the closures of `canon_lower` are the
/// fields from `ty` on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subtask {
    /// How far it has come.
    pub state: SubtaskState,
    /// Whom a request for cancellation goes to.
    pub callee: Callee,
    /// The handles lent to the call, until its end was delivered.
    pub lenders: Option<SmallVec<[HandleIndex; 2]>>,
    /// Whether cancellation was requested.
    pub cancellation_requested: bool,
    /// The results of a synchronously lowered call.
    pub flat_results: SmallVec<[u64; 2]>,
    /// The caller's view of the type.
    pub ty: FuncTypeId,
    /// The caller's options.
    pub options: Options,
    /// The core arguments; the pointer for results is the next one after those of the parameters.
    pub flat_args: SmallVec<[u64; 8]>,
    /// How many core arguments were used.
    pub cursor: usize,
    /// The index in the caller's table; none for a synchronously lowered call.
    pub handle: Option<HandleIndex>,
}
state_hash!(struct Subtask {
    state, callee, lenders, cancellation_requested, flat_results, options, flat_args, cursor, handle,
} skip { ty });

impl Subtask {
    /// Spec: CanonicalABI.md, "Subtask State", `Subtask.resolved`.
    pub const fn resolved(&self) -> bool {
        match self.state {
            SubtaskState::Starting | SubtaskState::Started => false,
            SubtaskState::Returned | SubtaskState::CancelledBeforeStarted | SubtaskState::CancelledBeforeReturned => {
                true
            }
        }
    }

    /// Spec: CanonicalABI.md, "Subtask State", `Subtask.resolve_delivered`.
    ///
    /// # Panics
    /// When the lenders were given back before the call resolved.
    pub fn resolve_delivered(&self) -> bool {
        assert!(self.lenders.is_some() || self.resolved(), "lenders are given back only by delivering the resolution");
        self.lenders.is_none()
    }

    /// Spec: CanonicalABI.md, "Subtask State", `Subtask.resolve`.
    ///
    /// # Panics
    /// When it is resolved already.
    pub fn resolve(&mut self, state: SubtaskState, flat_results: SmallVec<[u64; 2]>) {
        assert!(state == SubtaskState::Returned || flat_results.is_empty(), "only a return has results");
        assert!(!self.resolved(), "a task resolves once");
        self.state = state;
        self.flat_results = flat_results;
        assert!(self.resolved(), "resolving sets a final state");
    }
}
