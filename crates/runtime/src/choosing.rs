//! A choice that a store has come to, as data: the store can be forked here.

use choice::state_hash;
use smallvec::SmallVec;

use crate::id::{TaskId, ThreadId, WaitableId};
use crate::thread::WaitFor;

/// What a thread does whose wait is over as soon as it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockOrContinue {
    /// It blocks, and others run.
    Block,
    /// It goes on.
    Continue,
}
state_hash!(enum BlockOrContinue { 0 => Block, 1 => Continue });

impl BlockOrContinue {
    /// The two alternatives, this one first.
    pub const fn alternatives(self) -> [Self; 2] {
        match self {
            Self::Block => [Self::Block, Self::Continue],
            Self::Continue => [Self::Continue, Self::Block],
        }
    }

    /// The alternative's name.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Continue => "continue",
        }
    }
}

/// What has to be decided before the store goes on; the candidates are in the order of the alternatives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choosing {
    /// Which thread the loop of a sync-typed lift resumes.
    SyncCallProgress {
        /// The ready threads.
        candidates: SmallVec<[ThreadId; 4]>,
    },
    /// Whether a wait whose condition holds blocks all the same.
    ContinueOrBlock {
        /// The thread.
        thread: ThreadId,
        /// What it would wait for.
        wait_for: WaitFor,
        /// Whether a request for cancellation could end the wait.
        cancellable: bool,
        /// Which of the two is option 0.
        first: BlockOrContinue,
    },
    /// Which pending event a thread gets.
    NextEvent {
        /// The thread.
        thread: ThreadId,
        /// The waitables.
        candidates: SmallVec<[WaitableId; 4]>,
    },
    /// Which thread a request for cancellation resumes.
    CancelTarget {
        /// The task.
        task: TaskId,
        /// The cancellable threads.
        candidates: SmallVec<[ThreadId; 4]>,
    },
}
state_hash!(enum Choosing {
    0 => SyncCallProgress { candidates },
    1 => ContinueOrBlock { thread, wait_for, cancellable, first },
    2 => NextEvent { thread, candidates },
    3 => CancelTarget { task, candidates },
});
