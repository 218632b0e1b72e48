//! What a run tells a tracer: every built-in call, copy, event, choice and change of threads.
//!
//! Events hold ids; names and words are looked up in the store while the event is told.

use syntax::component::Builtin;

use crate::host::Ask;
use crate::id::{TaskId, ThreadId, WaitableId};
use crate::program::Program;
use crate::step::Fault;
use crate::store::Store;
use crate::waitable::Event;

/// Something that happened.
#[derive(Clone, Copy, Debug)]
pub enum TraceEvent<'a> {
    /// A task began: its implicit thread runs next.
    TaskBegin {
        /// The task.
        task: TaskId,
    },
    /// A task passed the gate and takes its arguments.
    TaskStart {
        /// The task.
        task: TaskId,
    },
    /// A task returned or was cancelled.
    TaskResolve {
        /// The task.
        task: TaskId,
        /// Whether it was cancelled.
        cancelled: bool,
    },
    /// A thread ended.
    ThreadExit {
        /// The thread.
        thread: ThreadId,
    },
    /// A thread blocked; what it waits for is in its state.
    Block {
        /// The thread.
        thread: ThreadId,
    },
    /// A thread goes on.
    Resume {
        /// The thread.
        thread: ThreadId,
    },
    /// A thread was made ready by another.
    ResumeLater {
        /// The thread.
        thread: ThreadId,
    },
    /// A thread calls a built-in.
    Builtin {
        /// The thread.
        thread: ThreadId,
        /// The built-in with its immediates.
        builtin: &'a Builtin,
        /// The core arguments.
        args: &'a [u64],
    },
    /// A built-in or lowered call gives a thread its results.
    Results {
        /// The thread.
        thread: ThreadId,
        /// The core results.
        results: &'a [u64],
    },
    /// A thread calls a lowered function.
    Lower {
        /// The thread.
        thread: ThreadId,
        /// The subtask.
        subtask: WaitableId,
    },
    /// Cancellation of a call was requested.
    Cancel {
        /// The subtask.
        subtask: WaitableId,
    },
    /// Elements were copied between two ends.
    Copy {
        /// The writable end.
        from: WaitableId,
        /// The readable end.
        to: WaitableId,
        /// How many elements.
        count: u32,
    },
    /// An event was delivered.
    Deliver {
        /// The waitable.
        waitable: WaitableId,
        /// The event.
        event: Event,
    },
    /// A callback is called with no waitable's event.
    Callback {
        /// The thread.
        thread: ThreadId,
        /// The event.
        event: Event,
    },
    /// A choice was made.
    Choice {
        /// The point.
        point: &'a choice::ChoicePoint,
        /// The position picked.
        picked: usize,
    },
    /// The host was asked and answers now.
    Ask {
        /// What it is asked.
        ask: Ask,
    },
    /// The store cannot go on; who ran when it happened is still there.
    Fault {
        /// Why.
        fault: &'a Fault,
    },
    /// A line of the host's own.
    Host {
        /// The words.
        text: &'a str,
    },
}

/// Is told what happens.
pub trait Tracer {
    /// Something happened; the store is as it was at that moment.
    fn event(&mut self, store: &Store, program: &Program, event: &TraceEvent<'_>);
}
