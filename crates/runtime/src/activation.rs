//! The stack of activations: who resumed whom, and what the resumer does next.
//!
//! Spec: CanonicalABI.md, "Stack Switching", `resume`. The definition nests calls of `resume` on the host's stack; here
//! each is an entry of `Store.running`.

use choice::state_hash;

use crate::id::{InstanceId, InvocationId, TaskId, ThreadId};

/// One nested `resume`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activation {
    /// What the resumer does when the thread has blocked or exited.
    pub kind: ActivationKind,
    /// The thread that runs; none when it has blocked or exited.
    pub thread: Option<ThreadId>,
}
state_hash!(struct Activation { kind, thread });

/// What the resumer does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActivationKind {
    /// The event loop resumed a waiting thread: leave the instance.
    Tick {
        /// The instance that was entered.
        inst: InstanceId,
    },
    /// A call began a task: for a sync-typed one, go on until it is resolved; then leave the instance.
    Lift {
        /// The task.
        task: TaskId,
        /// The instance that was entered.
        inst: InstanceId,
        /// The calling instance; none for the embedder.
        caller: Option<InstanceId>,
        /// Whether the thread in exclusive use was let run first.
        gave_way: bool,
    },
    /// A request for cancellation resumed a thread.
    Cancel {
        /// The instance that was entered, and from where; none when the task had not started.
        entered: Option<(InstanceId, InstanceId)>,
    },
    /// An instantiation goes on with its next definition.
    Instantiate {
        /// The embedder's request.
        invocation: InvocationId,
    },
    /// Lowering or lifting runs `realloc`.
    Realloc,
}
state_hash!(enum ActivationKind {
    0 => Tick { inst }, 1 => Lift { task, inst, caller, gave_way }, 2 => Cancel { entered }, 3 => Instantiate { invocation },
    4 => Realloc,
});
