//! Tasks: calls as their callees see them.
//!
//! Spec: CanonicalABI.md, "Tasks".

use choice::{ActorId, state_hash};
use smallvec::SmallVec;
use syntax::id::FuncTypeId;

use crate::context::Options;
use crate::id::{InstanceId, InvocationId, ThreadId, WaitableId};

/// How far a task has come. Spec: CanonicalABI.md, "Tasks", `Task.State`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskState {
    /// Not started.
    Initial,
    /// Started.
    Started,
    /// Asked to cancel, not yet told.
    PendingCancel,
    /// Told to cancel.
    CancelDelivered,
    /// It returned or was cancelled.
    Resolved,
}
state_hash!(enum TaskState { 0 => Initial, 1 => Started, 2 => PendingCancel, 3 => CancelDelivered, 4 => Resolved });

/// Who called: where arguments come from and results go. Spec: the closures `OnStart` and `OnResolve`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A component, through this subtask.
    Subtask(WaitableId),
    /// The embedder.
    Invocation(InvocationId),
    /// An instantiation that runs a start function: no arguments, no results.
    Start,
    /// Lowering or lifting that needs memory; arguments and result are core values.
    Realloc,
}
state_hash!(enum Caller { 0 => Subtask(subtask), 1 => Invocation(id), 2 => Start, 3 => Realloc });

/// A call as its callee sees it. Spec: CanonicalABI.md, "Tasks", `Task`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// The type; none for a start function or realloc, which are sync-typed.
    pub ft: Option<FuncTypeId>,
    /// Whether the type is async.
    pub ft_async: bool,
    /// The options of the lift.
    pub opts: Options,
    /// The core function.
    pub callee: wasm::FuncAddr,
    /// The instance.
    pub inst: InstanceId,
    /// Who called.
    pub caller: Caller,
    /// How far it has come.
    pub state: TaskState,
    /// How many borrowed handles must still be dropped.
    pub num_borrows: u32,
    /// The thread that began with the call.
    pub implicit_thread: Option<ThreadId>,
    /// The threads that are registered.
    pub threads: SmallVec<[ThreadId; 2]>,
    /// Whether the lift that began it is still on the stack of activations.
    pub lifting: bool,
    /// Its name in traces and anchors.
    pub actor: ActorId,
}
state_hash!(struct Task {
    ft_async, opts, inst, caller, state, num_borrows, implicit_thread, threads, lifting,
} skip { ft, callee, actor });

impl Task {
    /// Spec: CanonicalABI.md, "Tasks", `Task.needs_exclusive`; a sync-typed task does not ask.
    pub const fn needs_exclusive(&self) -> bool {
        !self.opts.is_async || self.opts.callback.is_some()
    }

    /// Spec: CanonicalABI.md, "Tasks", `Task.deliver_pending_cancel`.
    pub fn deliver_pending_cancel(&mut self, cancellable: bool) -> bool {
        if cancellable && self.state == TaskState::PendingCancel {
            self.state = TaskState::CancelDelivered;
            return true;
        }
        false
    }
}
