//! A choice that a store has come to, as data: the store can be forked here.

use choice::state_hash;
use smallvec::SmallVec;

use crate::id::{TaskId, ThreadId, WaitableId};
use crate::thread::WaitFor;

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
    1 => ContinueOrBlock { thread, wait_for, cancellable },
    2 => NextEvent { thread, candidates },
    3 => CancelTarget { task, candidates },
});
