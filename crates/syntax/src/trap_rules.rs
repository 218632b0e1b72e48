//! The table of trap rules: what a guest can do wrong, in what words it is told, and where the definition says so.
//!
//! Follows `CanonicalABI.md` and `canonical-abi/definitions.py` at the pinned revision, in the order of the document. A
//! *site* is the n-th `trap_if` or `trap` call of a function of `definitions.py`; `spec-tests/trap-sites.tsv` lists all
//! 146 with the rules that claim them. A site that several rules claim tells them apart by [`TrapRule::discriminator`];
//! a rule without sites is one of: a difference from the text (its line says *Differs:*), an assert that a guest can
//! reach, a trap of core WebAssembly, or the host's. Limits are no traps and stand elsewhere.
//!
//! Messages contain the words that the official suites match; where a suite expects an index, the trap's detail adds it.

/// Whether a script can bring a rule about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// `spec-tests/rules/` has a minimal script for it.
    Script,
    /// No script can, for this reason.
    Unreachable(&'static str),
}

macro_rules! trap_rules {
    ($(
        #[doc = $doc:literal]
        $name:ident = $id:literal => $message:literal;
        in $section:literal at [$(($function:literal, $ordinal:literal)),* $(,)?]
        $(when $when:literal)? $(unreachable $why:literal)?;
    )*) => {
        /// One rule that a guest can break; the variants are the rows of the table, in its order.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum TrapRule {
            $(#[doc = $doc] $name,)*
        }

        impl TrapRule {
            /// All rules, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The name of the rule, `area/what` in kebab case.
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// The words that every text of this trap contains.
            pub fn message(self) -> &'static str {
                match self { $(Self::$name => $message,)* }
            }

            /// The document of the specification and the heading in it.
            pub fn section(self) -> &'static str {
                match self { $(Self::$name => $section,)* }
            }

            /// The sites in `definitions.py` that this rule claims: function and ordinal (from 1) in it.
            pub fn sites(self) -> &'static [(&'static str, u32)] {
                match self { $(Self::$name => &[$(($function, $ordinal)),*],)* }
            }

            /// What tells this rule from the others that claim a site with it; empty where it has its sites to itself.
            pub fn discriminator(self) -> &'static str {
                match self { $(Self::$name => concat!($($when)?),)* }
            }

            /// Whether a script can bring the rule about.
            pub fn reach(self) -> Reach {
                match self { $(Self::$name => trap_rules!(@reach $($why)?),)* }
            }

            /// The sentence that explains the rule.
            pub fn summary(self) -> &'static str {
                match self { $(Self::$name => $doc.trim_ascii_start(),)* }
            }
        }
    };
    (@reach) => { Reach::Script };
    (@reach $why:literal) => { Reach::Unreachable($why) };
}

trap_rules! {
    // Entering and leaving instances.

    /// A built-in or an import was called during `realloc` or post-return.
    MayLeave = "may-leave" => "cannot leave component instance";
    in "CanonicalABI.md, Component Instances" at [
        ("canon_lower", 1), ("canon_resource_new", 1), ("canon_resource_drop", 1), ("canon_task_return", 1),
        ("canon_task_cancel", 1), ("canon_waitable_set_new", 1), ("canon_waitable_set_wait", 1),
        ("canon_waitable_set_poll", 1), ("canon_waitable_set_drop", 1), ("canon_waitable_join", 1),
        ("canon_subtask_cancel", 1), ("canon_subtask_drop", 1), ("canon_stream_new", 1),
        ("canon_future_new", 1), ("stream_copy", 1), ("future_copy", 1), ("cancel_copy", 1), ("drop", 1),
        ("canon_thread_index", 1), ("canon_thread_new_indirect", 1), ("canon_thread_resume_later", 1),
        ("canon_thread_suspend", 1), ("canon_thread_yield", 1), ("canon_thread_suspend_then_resume", 1),
        ("canon_thread_yield_then_resume", 1), ("canon_thread_suspend_then_promote", 1),
        ("canon_thread_yield_then_promote", 1), ("canon_error_context_new", 1),
        ("canon_error_context_debug_message", 1), ("canon_error_context_drop", 1),
    ];

    /// A call would enter an instance that is already being run.
    CallReenter = "call/reenter" => "cannot enter component instance";
    in "CanonicalABI.md, Embedding" at [("Store.lift.func_inst", 1)]
    when "an instance of the entering set is being run, none is locked by a trap";

    /// A call would enter an instance whose tree was locked by an earlier trap.
    CallAfterTrap = "call/after-trap" => "cannot enter component instance";
    in "CanonicalABI.md, Embedding" at [("Store.lift.func_inst", 1)]
    when "an instance of the entering set was locked by a trap";

    /// Differs: a call between an instance and itself, its ancestor or its descendant; `test/` forbids it, the text allows it; destructors are exempt.
    CallDonut = "call/donut" => "cannot enter component instance";
    in "CanonicalABI.md, Component Instances" at []
    when "caller and callee are the same or one contains the other, and the call is not a destructor run by `resource.drop`";

    /// A core exception reached the edge of a lifted function, callback, post-return or thread start function.
    CallUncaughtException = "call/uncaught-exception" => "uncaught exception propagated out of component";
    in "CanonicalABI.md, `canon lift`" at [("call_and_trap_on_throw", 1)];

    // Blocking in synchronous tasks.

    /// A sync-typed task or a start function blocks and no thread in the store is ready; Differs: `test/` also traps before a blocking built-in looks at its operands.
    SyncMayNotBlock = "sync/may-not-block" => "cannot block a synchronous task before returning";
    in "CanonicalABI.md, `canon lift`" at [("canon_lift", 1)]
    when "no thread of the same root instance is ready, not even one that this loop may not resume";

    /// A sync-typed task blocks and every ready thread of the store is one that its loop may not resume.
    SyncDeadlock = "sync/deadlock" => "deadlock detected: event loop cannot make further progress";
    in "CanonicalABI.md, `canon lift`" at [("canon_lift", 1)]
    when "a thread of the same root instance is ready, but all that are belong to another instance or need the exclusive thread";

    /// The task of the embedder is not resolved, nothing is ready and the host owes no event; no trap of the definition, but the scripts assert it.
    EventLoopDeadlock = "event-loop/deadlock" => "deadlock detected: event loop cannot make further progress";
    in "Concurrency.md, Blocking" at [];

    // Tasks.

    /// The last thread of a task ended and the task was neither returned nor cancelled.
    TaskUnresolved = "task/unresolved" => "async-lifted export failed to produce a result";
    in "CanonicalABI.md, Tasks" at [("Task.unregister_thread", 1)];

    /// A task was resolved twice.
    TaskAlreadyResolved = "task/already-resolved" => "`task.return` or `task.cancel` called more than once for current task";
    in "CanonicalABI.md, Tasks" at [("Task.return_", 1), ("Task.cancel", 1)]
    when "the task is RESOLVED";

    /// `task.cancel` before a cancellation was delivered.
    TaskCancelNotRequested = "task/cancel-not-requested" => "`task.cancel` called by task which has not been cancelled";
    in "CanonicalABI.md, Tasks" at [("Task.cancel", 1)]
    when "the task is not RESOLVED";

    /// A task was resolved while it held borrowed handles.
    TaskBorrowsRemain = "task/borrows-remain" => "borrow handles still remain at the end of the call";
    in "CanonicalABI.md, Tasks" at [("Task.return_", 2), ("Task.cancel", 2)];

    /// `task.return` in a task that returns by its core results.
    TaskReturnSyncTask = "task-return/sync-task" => "invalid `task.return` signature and/or options for current task: it is lifted synchronously";
    in "CanonicalABI.md, `canon task.return`" at [("canon_task_return", 2)];

    /// `task.return` with another result type than the function of the task.
    TaskReturnWrongType = "task-return/wrong-type" => "invalid `task.return` signature and/or options for current task: the result type differs";
    in "CanonicalABI.md, `canon task.return`" at [("canon_task_return", 3)];

    /// `task.return` with another string encoding or memory than the lift of the task.
    TaskReturnWrongOptions = "task-return/wrong-options" => "invalid `task.return` signature and/or options for current task: the string encoding or memory differs";
    in "CanonicalABI.md, `canon task.return`" at [("canon_task_return", 4)];

    /// `task.cancel` in a task that returns by its core results.
    TaskCancelSyncTask = "task-cancel/sync-task" => "`task.cancel` called by task which is lifted synchronously";
    in "CanonicalABI.md, `canon task.cancel`" at [("canon_task_cancel", 2)];

    /// The low four bits of a callback result are above 2.
    CallbackUnsupportedCode = "callback/unsupported-code" => "unsupported callback code";
    in "CanonicalABI.md, `canon lift`" at [("unpack_callback_result", 1)];

    /// A callback code that is none of EXIT, YIELD and WAIT.
    CallbackImpossibleCode = "callback/impossible-code" => "unsupported callback code";
    in "CanonicalABI.md, `canon lift`" at [("canon_lift.thread_func", 2)]
    unreachable "`unpack_callback_result` traps on every such code before it is matched";

    /// `backpressure.inc` reached 65,536.
    BackpressureOverflow = "backpressure/overflow" => "backpressure counter overflow";
    in "CanonicalABI.md, `canon backpressure.{inc,dec}`" at [("canon_backpressure_inc", 1)];

    /// `backpressure.dec` of a counter that is zero.
    BackpressureUnderflow = "backpressure/underflow" => "backpressure counter overflow (below zero)";
    in "CanonicalABI.md, `canon backpressure.{inc,dec}`" at [("canon_backpressure_dec", 1)];

    // Tables.

    /// A handle index is past the end of the handle table.
    TableOutOfBounds = "table/out-of-bounds" => "unknown handle index";
    in "CanonicalABI.md, Table State" at [("Table.get", 1)]
    when "the table is `handles`";

    /// A handle index names a free slot; index 0 always is one.
    TableEmpty = "table/empty" => "unknown handle index";
    in "CanonicalABI.md, Table State" at [("Table.get", 2)]
    when "the table is `handles`";

    /// A thread index is past the end of the thread table.
    ThreadTableOutOfBounds = "thread-table/out-of-bounds" => "unknown thread index";
    in "CanonicalABI.md, Table State" at [("Table.get", 1)]
    when "the table is `threads`";

    /// A thread index names a free slot; index 0 always is one.
    ThreadTableEmpty = "thread-table/empty" => "unknown thread index";
    in "CanonicalABI.md, Table State" at [("Table.get", 2)]
    when "the table is `threads`";

    /// The function index of `thread.new-indirect` is past the end of the core table.
    ThreadNewIndirectOutOfBounds = "thread-new-indirect/out-of-bounds" => "undefined element: out of bounds table access";
    in "CanonicalABI.md, `canon thread.new-indirect`" at [("Table.get", 1)]
    when "the table is the core table of `thread.new-indirect`";

    /// The function index of `thread.new-indirect` names a null element.
    ThreadNewIndirectUninitialized = "thread-new-indirect/uninitialized" => "the start function index points to an uninitialized function";
    in "CanonicalABI.md, `canon thread.new-indirect`" at [("Table.get", 2)]
    when "the table is the core table of `thread.new-indirect`";

    /// A table of handles or threads would grow past 2^28 - 1 entries.
    TableFull = "table/full" => "cannot allocate another index: table is full";
    in "CanonicalABI.md, Table State" at [("Table.add", 1)]
    unreachable "268,435,455 live entries; the limits of a store end the run long before";

    // Resources.

    /// A resource was wanted and the handle is a waitable, a waitable set or an error context.
    ResourceWrongKind = "resource/wrong-kind" => "index is not a resource";
    in "CanonicalABI.md, Resource State" at [
        ("lift_own", 1), ("lift_borrow", 1), ("canon_resource_drop", 2), ("canon_resource_rep", 1),
    ];

    /// The handle is of another resource type.
    ResourceWrongType = "resource/wrong-type" => "resource type mismatch";
    in "CanonicalABI.md, Resource State" at [
        ("lift_own", 2), ("lift_borrow", 2), ("canon_resource_drop", 3), ("canon_resource_rep", 2),
    ];

    /// A handle was passed as `own` while a call still borrows it.
    LiftOwnLent = "lift-own/lent" => "cannot remove owned resource while borrowed";
    in "CanonicalABI.md, Loading" at [("lift_own", 3)];

    /// A borrowed handle was passed as `own`.
    LiftOwnBorrow = "lift-own/borrow" => "cannot lift own resource from a borrow";
    in "CanonicalABI.md, Loading" at [("lift_own", 4)];

    /// `resource.drop` of a handle that a call still borrows.
    ResourceDropLent = "resource-drop/lent" => "cannot remove owned resource while borrowed";
    in "CanonicalABI.md, `canon resource.drop`" at [("canon_resource_drop", 4)];

    // Waitables, waitable sets and subtasks.

    /// `waitable.join` of a handle that is neither a subtask nor the end of a stream or future.
    WaitableWrongKind = "waitable/wrong-kind" => "handle is not a waitable";
    in "CanonicalABI.md, `canon waitable.join`" at [("canon_waitable_join", 2)];

    /// A synchronous copy or cancellation of a waitable that is in a waitable set.
    WaitableSyncInSet = "waitable/sync-in-set" => "waitable cannot be used synchronously while added to a waitable set";
    in "CanonicalABI.md, Waitable State" at [
        ("canon_subtask_cancel", 5), ("stream_copy", 5), ("future_copy", 5), ("cancel_copy", 5),
    ];

    /// `waitable.join` of a waitable on which a thread waits synchronously.
    WaitableJoinSyncWaiter = "waitable-join/sync-waiter" => "waitable cannot be used synchronously while added to a waitable set";
    in "CanonicalABI.md, `canon waitable.join`" at [("canon_waitable_join", 3)];

    /// A waitable set was wanted and the handle is something else.
    WaitableSetWrongKind = "waitable-set/wrong-kind" => "handle is not a waitable-set";
    in "CanonicalABI.md, Waitable State" at [
        ("canon_lift.thread_func", 1), ("canon_waitable_set_wait", 2), ("canon_waitable_set_poll", 2),
        ("canon_waitable_set_drop", 2), ("canon_waitable_join", 4),
    ];

    /// `waitable-set.drop` of a set that has members.
    WaitableSetDropNotEmpty = "waitable-set-drop/not-empty" => "cannot drop waitable set with waitables in it";
    in "CanonicalABI.md, Waitable State" at [("WaitableSet.drop", 1)];

    /// `waitable-set.drop` of a set on which a thread waits.
    WaitableSetDropWaiters = "waitable-set-drop/waiters" => "cannot drop waitable set with waiters";
    in "CanonicalABI.md, Waitable State" at [("WaitableSet.drop", 2)];

    /// Differs: the event pointer of `waitable-set.wait` or `poll` is not a multiple of 4; an assert of `store` that a guest can reach.
    EventUnaligned = "event/unaligned" => "unaligned pointer";
    in "CanonicalABI.md, `canon waitable-set.wait`" at [];

    /// Differs: the event of `waitable-set.wait` or `poll` does not fit into memory; an assert of `store` that a guest can reach.
    EventOutOfBounds = "event/out-of-bounds" => "pointer out of bounds of memory";
    in "CanonicalABI.md, `canon waitable-set.wait`" at [];

    /// A subtask was wanted and the handle is something else.
    SubtaskWrongKind = "subtask/wrong-kind" => "handle is not a subtask";
    in "CanonicalABI.md, Subtask State" at [("canon_subtask_cancel", 2), ("canon_subtask_drop", 2)];

    /// `subtask.cancel` of a subtask whose end the caller already knows.
    SubtaskCancelResolveDelivered = "subtask-cancel/resolve-delivered" => "`subtask.cancel` called after terminal status delivered";
    in "CanonicalABI.md, `canon subtask.cancel`" at [("canon_subtask_cancel", 3)];

    /// `subtask.cancel` of a subtask whose cancellation was already requested.
    SubtaskCancelTwice = "subtask-cancel/twice" => "`subtask.cancel` called more than once for one subtask";
    in "CanonicalABI.md, `canon subtask.cancel`" at [("canon_subtask_cancel", 4)];

    /// `subtask.drop` of a subtask whose end the caller does not know yet.
    SubtaskDropUnresolved = "subtask-drop/unresolved" => "cannot drop a subtask which has not yet resolved";
    in "CanonicalABI.md, Subtask State" at [("Subtask.drop", 1)];

    // Streams and futures.

    /// A readable end of a stream was wanted and the handle is something else.
    StreamEndNotReadable = "stream-end/not-readable" => "handle is not a readable end of a stream";
    in "CanonicalABI.md, Stream State" at [("stream_copy", 2), ("cancel_copy", 2), ("drop", 2), ("lift_async_value", 1)]
    when "the built-in or type wants the readable end of a stream";

    /// A writable end of a stream was wanted and the handle is something else.
    StreamEndNotWritable = "stream-end/not-writable" => "handle is not a writable end of a stream";
    in "CanonicalABI.md, Stream State" at [("stream_copy", 2), ("cancel_copy", 2), ("drop", 2)]
    when "the built-in wants the writable end of a stream";

    /// The element type of the stream is another one.
    StreamEndWrongType = "stream-end/wrong-type" => "handle is a stream of a different type";
    in "CanonicalABI.md, Stream State" at [("stream_copy", 3), ("cancel_copy", 3), ("drop", 3), ("lift_async_value", 2)]
    when "the built-in or type is of a stream";

    /// `stream.read` of an end that is done.
    StreamCopyReadDone = "stream-copy/read-done" => "cannot read from stream after being notified that the writable end dropped";
    in "CanonicalABI.md, `canon stream.{read,write}`" at [("stream_copy", 4)]
    when "the end is readable and DONE";

    /// `stream.read` of an end that is being read.
    StreamCopyReadBusy = "stream-copy/read-busy" => "cannot have concurrent operations active on a future/stream";
    in "CanonicalABI.md, `canon stream.{read,write}`" at [("stream_copy", 4)]
    when "the end is readable and COPYING or CANCELLING_COPY";

    /// `stream.write` of an end that is done.
    StreamCopyWriteDone = "stream-copy/write-done" => "cannot write to stream after being notified that the readable end dropped";
    in "CanonicalABI.md, `canon stream.{read,write}`" at [("stream_copy", 4)]
    when "the end is writable and DONE";

    /// `stream.write` of an end that is being written.
    StreamCopyWriteBusy = "stream-copy/write-busy" => "cannot have concurrent operations active on a future/stream";
    in "CanonicalABI.md, `canon stream.{read,write}`" at [("stream_copy", 4)]
    when "the end is writable and COPYING or CANCELLING_COPY";

    /// One instance holds both ends of a stream whose elements are not numbers, and they meet.
    StreamCopySameInstance = "stream-copy/same-instance" => "cannot read from and write to intra-component stream";
    in "CanonicalABI.md, Stream State" at [("SharedStreamImpl.read", 1), ("SharedStreamImpl.write", 1)];

    /// A readable end of a stream was passed on after it was done.
    LiftStreamDone = "lift-stream/done" => "cannot lift stream after being notified that the writable end dropped";
    in "CanonicalABI.md, Loading" at [("lift_async_value", 3)]
    when "the type is a stream and the end is DONE";

    /// A readable end of a stream was passed on while it is being read.
    LiftStreamBusy = "lift-stream/busy" => "cannot remove busy stream";
    in "CanonicalABI.md, Loading" at [("lift_async_value", 3)]
    when "the type is a stream and the end is COPYING or CANCELLING_COPY";

    /// A readable end of a stream was passed on while it is in a waitable set.
    LiftStreamInWaitableSet = "lift-stream/in-waitable-set" => "cannot lift stream while it's in a waitable set";
    in "CanonicalABI.md, Loading" at [("lift_async_value", 4)]
    when "the type is a stream";

    /// The readable end of a stream was dropped while it is being read.
    StreamDropReadableBusy = "stream-drop/readable-busy" => "cannot remove busy stream";
    in "CanonicalABI.md, Stream State" at [("CopyEnd.drop", 1)]
    when "the readable end of a stream";

    /// The writable end of a stream was dropped while it is being written.
    StreamDropWritableBusy = "stream-drop/writable-busy" => "cannot drop busy stream";
    in "CanonicalABI.md, Stream State" at [("CopyEnd.drop", 1)]
    when "the writable end of a stream (that of a future traps in `WritableFutureEnd.drop` first)";

    /// A readable end of a future was wanted and the handle is something else.
    FutureEndNotReadable = "future-end/not-readable" => "handle is not a readable end of a future";
    in "CanonicalABI.md, Future State" at [("future_copy", 2), ("cancel_copy", 2), ("drop", 2), ("lift_async_value", 1)]
    when "the built-in or type wants the readable end of a future";

    /// A writable end of a future was wanted and the handle is something else.
    FutureEndNotWritable = "future-end/not-writable" => "handle is not a writable end of a future";
    in "CanonicalABI.md, Future State" at [("future_copy", 2), ("cancel_copy", 2), ("drop", 2)]
    when "the built-in wants the writable end of a future";

    /// The element type of the future is another one.
    FutureEndWrongType = "future-end/wrong-type" => "handle is a future of a different type";
    in "CanonicalABI.md, Future State" at [("future_copy", 3), ("cancel_copy", 3), ("drop", 3), ("lift_async_value", 2)]
    when "the built-in or type is of a future";

    /// `future.read` of an end that is done.
    FutureCopyReadDone = "future-copy/read-done" => "cannot read from future after previous read succeeded";
    in "CanonicalABI.md, `canon future.{read,write}`" at [("future_copy", 4)]
    when "the end is readable and DONE";

    /// `future.read` of an end that is being read.
    FutureCopyReadBusy = "future-copy/read-busy" => "cannot have concurrent operations active on a future/stream";
    in "CanonicalABI.md, `canon future.{read,write}`" at [("future_copy", 4)]
    when "the end is readable and COPYING or CANCELLING_COPY";

    /// `future.write` of an end that is done.
    FutureCopyWriteDone = "future-copy/write-done" => "cannot write to future after previous write succeeded or readable end dropped";
    in "CanonicalABI.md, `canon future.{read,write}`" at [("future_copy", 4)]
    when "the end is writable and DONE";

    /// `future.write` of an end that is being written.
    FutureCopyWriteBusy = "future-copy/write-busy" => "cannot have concurrent operations active on a future/stream";
    in "CanonicalABI.md, `canon future.{read,write}`" at [("future_copy", 4)]
    when "the end is writable and COPYING or CANCELLING_COPY";

    /// One instance holds both ends of a future whose elements are not numbers, and they meet.
    FutureCopySameInstance = "future-copy/same-instance" => "cannot read from and write to intra-component future";
    in "CanonicalABI.md, Future State" at [("SharedFutureImpl.read", 1), ("SharedFutureImpl.write", 1)];

    /// A readable end of a future was passed on after it was done.
    LiftFutureDone = "lift-future/done" => "cannot lift future after previous read succeeded";
    in "CanonicalABI.md, Loading" at [("lift_async_value", 3)]
    when "the type is a future and the end is DONE";

    /// A readable end of a future was passed on while it is being read.
    LiftFutureBusy = "lift-future/busy" => "cannot remove busy future";
    in "CanonicalABI.md, Loading" at [("lift_async_value", 3)]
    when "the type is a future and the end is COPYING or CANCELLING_COPY";

    /// A readable end of a future was passed on while it is in a waitable set.
    LiftFutureInWaitableSet = "lift-future/in-waitable-set" => "cannot lift future while it's in a waitable set";
    in "CanonicalABI.md, Loading" at [("lift_async_value", 4)]
    when "the type is a future";

    /// The readable end of a future was dropped while it is being read.
    FutureDropReadableBusy = "future-drop/readable-busy" => "cannot remove busy future";
    in "CanonicalABI.md, Future State" at [("CopyEnd.drop", 1)]
    when "the readable end of a future";

    /// The writable end of a future was dropped before a value was read or the reader gone.
    FutureDropNotWritten = "future-drop/not-written" => "cannot drop future write end without first writing a value";
    in "CanonicalABI.md, Future State" at [("WritableFutureEnd.drop", 1)];

    /// `cancel-read` of an end that is not being read.
    CancelCopyNoReadPending = "cancel-copy/no-read-pending" => "stream or future read cancelled when no read is pending";
    in "CanonicalABI.md, `canon {stream,future}.cancel-{read,write}`" at [("cancel_copy", 4)]
    when "the end is readable and IDLE or DONE";

    /// `cancel-write` of an end that is not being written.
    CancelCopyNoWritePending = "cancel-copy/no-write-pending" => "stream or future write cancelled when no write is pending";
    in "CanonicalABI.md, `canon {stream,future}.cancel-{read,write}`" at [("cancel_copy", 4)]
    when "the end is writable and IDLE or DONE";

    /// A copy was cancelled twice.
    CancelCopyTwice = "cancel-copy/twice" => "stream or future read or write is already being cancelled";
    in "CanonicalABI.md, `canon {stream,future}.cancel-{read,write}`" at [("cancel_copy", 4)]
    when "the end is CANCELLING_COPY"
    unreachable "only a host peer can leave a cancellation pending; held by a host test";

    /// A synchronous copy of another thread was cancelled.
    CancelCopySyncWaiter = "cancel-copy/sync-waiter" => "cannot cancel a stream or future read or write on which a thread waits synchronously";
    in "CanonicalABI.md, `canon {stream,future}.cancel-{read,write}`" at [("cancel_copy", 4)]
    when "the end is COPYING and has a synchronous waiter";

    /// A stream was read or written with more than 2^28 - 1 elements.
    BufferTooLong = "buffer/too-long" => "stream read/write count too large";
    in "CanonicalABI.md, Buffer State" at [("BufferGuestImpl.__init__", 1)];

    /// The pointer of a read or write is not aligned for the element type.
    BufferUnaligned = "buffer/unaligned" => "pointer not aligned";
    in "CanonicalABI.md, Buffer State" at [("BufferGuestImpl.__init__", 2)];

    /// The elements of a read or write do not fit into memory.
    BufferOutOfBounds = "buffer/out-of-bounds" => "pointer out of bounds of memory";
    in "CanonicalABI.md, Buffer State" at [("BufferGuestImpl.__init__", 3)];

    // Threads.

    /// The function for `thread.new-indirect` has another core type.
    ThreadNewIndirectWrongType = "thread-new-indirect/wrong-type" => "start function does not match expected type";
    in "CanonicalABI.md, `canon thread.new-indirect`" at [("canon_thread_new_indirect", 2)];

    /// The thread to resume is running, waiting or already to be resumed.
    ThreadNotSuspended = "thread/not-suspended" => "cannot resume thread which is not suspended";
    in "CanonicalABI.md, Threads" at [
        ("canon_thread_resume_later", 2), ("canon_thread_suspend_then_resume", 2),
        ("canon_thread_yield_then_resume", 2),
    ];

    // Error contexts.

    /// An error context was wanted and the handle is something else.
    ErrorContextWrongKind = "error-context/wrong-kind" => "handle is not an error-context";
    in "CanonicalABI.md, Loading" at [
        ("lift_error_context", 1), ("canon_error_context_debug_message", 2), ("canon_error_context_drop", 2),
    ];

    /// Differs: the result pointer of `error-context.debug-message` is not aligned; the text stores without a check.
    DebugMessageUnaligned = "debug-message/unaligned" => "unaligned pointer";
    in "CanonicalABI.md, `canon error-context.debug-message`" at [];

    /// Differs: the result of `error-context.debug-message` does not fit into memory; the text stores without a check.
    DebugMessageOutOfBounds = "debug-message/out-of-bounds" => "pointer out of bounds of memory";
    in "CanonicalABI.md, `canon error-context.debug-message`" at [];

    // Lifting values out of memory.

    /// A `char` of 0x110000 or more.
    CharOutOfRange = "char/out-of-range" => "invalid `char` bit pattern";
    in "CanonicalABI.md, Loading" at [("convert_i32_to_char", 1)];

    /// A `char` between 0xd800 and 0xdfff.
    CharSurrogate = "char/surrogate" => "invalid `char` bit pattern";
    in "CanonicalABI.md, Loading" at [("convert_i32_to_char", 2)];

    /// A string of more than 2^28 - 1 bytes.
    StringTooLong = "string/too-long" => "string is too long";
    in "CanonicalABI.md, Loading" at [("load_string_from_range", 1)];

    /// A UTF-16 or latin1+utf16 string at an odd address.
    StringUnaligned = "string/unaligned" => "unaligned pointer (string pointer is not aligned)";
    in "CanonicalABI.md, Loading" at [("load_string_from_range", 2)];

    /// A string that does not lie inside memory.
    StringOutOfBounds = "string/out-of-bounds" => "string content out-of-bounds (string pointer/length out of bounds of memory)";
    in "CanonicalABI.md, Loading" at [("load_string_from_range", 3)];

    /// A UTF-8 string with an invalid byte.
    StringInvalidUtf8 = "string/invalid-utf8" => "invalid utf-8";
    in "CanonicalABI.md, Loading" at [("load_string_from_range", 4)]
    when "the string is UTF-8 and some byte cannot be part of it";

    /// A UTF-8 string that ends inside a character.
    StringIncompleteUtf8 = "string/incomplete-utf8" => "incomplete utf-8 byte sequence";
    in "CanonicalABI.md, Loading" at [("load_string_from_range", 4)]
    when "the string is UTF-8 and valid but for an unfinished last character";

    /// A UTF-16 string with an unpaired surrogate.
    StringInvalidUtf16 = "string/invalid-utf16" => "invalid utf-16: unpaired surrogate found";
    in "CanonicalABI.md, Loading" at [("load_string_from_range", 4)]
    when "the string is UTF-16, tagged or not";

    /// A list of more than 2^28 - 1 bytes.
    ListTooLong = "list/too-long" => "list is too long";
    in "CanonicalABI.md, Loading" at [("load_list_from_range", 1)];

    /// A list at an address that is not aligned for its elements.
    ListUnaligned = "list/unaligned" => "unaligned pointer (list pointer is not aligned)";
    in "CanonicalABI.md, Loading" at [("load_list_from_range", 2)];

    /// A list that does not lie inside memory.
    ListOutOfBounds = "list/out-of-bounds" => "list content out-of-bounds (list pointer/length out of bounds of memory)";
    in "CanonicalABI.md, Loading" at [("load_list_from_range", 3)];

    /// A discriminant in memory that names no case.
    LoadVariantDiscriminant = "load-variant/discriminant" => "invalid variant discriminant";
    in "CanonicalABI.md, Loading" at [("load_variant", 1)];

    /// A flat discriminant that names no case.
    LiftFlatVariantDiscriminant = "lift-flat-variant/discriminant" => "invalid variant discriminant";
    in "CanonicalABI.md, Flat Lifting" at [("lift_flat_variant", 1)];

    /// The pointer to parameters or results in memory is not aligned.
    LiftValuesUnaligned = "lift-values/unaligned" => "unaligned pointer";
    in "CanonicalABI.md, Lifting and Lowering Values" at [("lift_flat_values", 1)];

    /// The parameters or results in memory do not lie inside it.
    LiftValuesOutOfBounds = "lift-values/out-of-bounds" => "pointer out of bounds of memory";
    in "CanonicalABI.md, Lifting and Lowering Values" at [("lift_flat_values", 2)];

    // Lowering values into memory.

    /// realloc returned an odd address for a string.
    ReallocStringUnaligned = "realloc/string-unaligned" => "unaligned pointer (realloc return: result not aligned)";
    in "CanonicalABI.md, Storing" at [
        ("store_string_copy", 1), ("store_utf8_to_utf16", 1), ("store_utf8_to_utf16", 3),
        ("store_string_to_latin1_or_utf16", 1), ("store_string_to_latin1_or_utf16", 3),
        ("store_string_to_latin1_or_utf16", 5), ("store_string_to_latin1_or_utf16", 7),
        ("store_probably_utf16_to_latin1_or_utf16", 1),
    ];

    /// realloc returned an address for a string that does not lie inside memory.
    ReallocStringOutOfBounds = "realloc/string-out-of-bounds" => "string content out-of-bounds (realloc return: beyond end of memory)";
    in "CanonicalABI.md, Storing" at [
        ("store_string_copy", 2), ("store_string_to_utf8", 1), ("store_string_to_utf8", 2),
        ("store_string_to_utf8", 3), ("store_utf8_to_utf16", 2), ("store_utf8_to_utf16", 4),
        ("store_string_to_latin1_or_utf16", 2), ("store_string_to_latin1_or_utf16", 4),
        ("store_string_to_latin1_or_utf16", 6), ("store_string_to_latin1_or_utf16", 8),
        ("store_probably_utf16_to_latin1_or_utf16", 2), ("store_probably_utf16_to_latin1_or_utf16", 3),
    ];

    /// realloc returned an address that is not aligned for the elements of a list.
    ReallocListUnaligned = "realloc/list-unaligned" => "unaligned pointer (realloc return: result not aligned)";
    in "CanonicalABI.md, Storing" at [("store_list_into_range", 1)];

    /// realloc returned an address for a list that does not lie inside memory.
    ReallocListOutOfBounds = "realloc/list-out-of-bounds" => "list content out-of-bounds (realloc return: beyond end of memory)";
    in "CanonicalABI.md, Storing" at [("store_list_into_range", 2)];

    /// realloc returned an address that is not aligned for parameters in memory.
    ReallocValuesUnaligned = "realloc/values-unaligned" => "unaligned pointer (realloc return: result not aligned)";
    in "CanonicalABI.md, Lifting and Lowering Values" at [("lower_flat_values", 1)]
    when "the pointer comes from realloc";

    /// realloc returned an address for parameters that does not lie inside memory.
    ReallocValuesOutOfBounds = "realloc/values-out-of-bounds" => "pointer out of bounds of memory (realloc return: beyond end of memory)";
    in "CanonicalABI.md, Lifting and Lowering Values" at [("lower_flat_values", 2)]
    when "the pointer comes from realloc";

    /// The result pointer that the caller passed is not aligned.
    LowerValuesUnaligned = "lower-values/unaligned" => "unaligned pointer";
    in "CanonicalABI.md, Lifting and Lowering Values" at [("lower_flat_values", 1)]
    when "the pointer is the last parameter of the lowered call";

    /// The result pointer that the caller passed does not lie inside memory.
    LowerValuesOutOfBounds = "lower-values/out-of-bounds" => "pointer out of bounds of memory";
    in "CanonicalABI.md, Lifting and Lowering Values" at [("lower_flat_values", 2)]
    when "the pointer is the last parameter of the lowered call";

    // Core WebAssembly.

    /// `unreachable` was executed.
    CoreUnreachable = "core/unreachable" => "wasm `unreachable` instruction executed";
    in "Core 3.0, Control Instructions" at [];

    /// An integer division or remainder by zero.
    CoreIntegerDivideByZero = "core/integer-divide-by-zero" => "integer divide by zero";
    in "Core 3.0, Numeric Instructions" at [];

    /// A signed division overflowed, or a float is too large for the integer.
    CoreIntegerOverflow = "core/integer-overflow" => "integer overflow";
    in "Core 3.0, Numeric Instructions" at [];

    /// A NaN was converted to an integer.
    CoreInvalidConversion = "core/invalid-conversion" => "invalid conversion to integer";
    in "Core 3.0, Numeric Instructions" at [];

    /// A load, store, bulk operation or data segment reaches past the end of a memory or segment.
    CoreMemoryOutOfBounds = "core/memory-out-of-bounds" => "out of bounds memory access";
    in "Core 3.0, Memory Instructions" at [];

    /// A table instruction or element segment reaches past the end of a table or segment.
    CoreTableOutOfBounds = "core/table-out-of-bounds" => "out of bounds table access";
    in "Core 3.0, Table Instructions" at [];

    /// `call_indirect` with an index past the end of its table.
    CoreUndefinedElement = "core/undefined-element" => "undefined element";
    in "Core 3.0, Control Instructions" at [];

    /// `call_indirect` of a null element.
    CoreUninitializedElement = "core/uninitialized-element" => "uninitialized element";
    in "Core 3.0, Control Instructions" at [];

    /// `call_indirect` of a function of another type.
    CoreIndirectCallTypeMismatch = "core/indirect-call-type-mismatch" => "indirect call type mismatch";
    in "Core 3.0, Control Instructions" at [];

    /// `ref.as_non_null` of a null reference.
    CoreNullReference = "core/null-reference" => "null reference";
    in "Core 3.0, Reference Instructions" at [];

    /// `call_ref` or `return_call_ref` of a null reference.
    CoreNullFunctionReference = "core/null-function-reference" => "null function reference";
    in "Core 3.0, Control Instructions" at [];

    /// `throw_ref` of a null reference.
    CoreNullExceptionReference = "core/null-exception-reference" => "null exception reference";
    in "Core 3.0, Control Instructions" at [];

    /// `i31.get_s` or `i31.get_u` of a null reference.
    CoreNullI31Reference = "core/null-i31-reference" => "null i31 reference";
    in "Core 3.0, Aggregate Instructions" at [];

    /// `struct.get` or `struct.set` of a null reference.
    CoreNullStructureReference = "core/null-structure-reference" => "null structure reference";
    in "Core 3.0, Aggregate Instructions" at [];

    /// An array instruction on a null reference.
    CoreNullArrayReference = "core/null-array-reference" => "null array reference";
    in "Core 3.0, Aggregate Instructions" at [];

    /// An array instruction reaches past the end of an array.
    CoreArrayOutOfBounds = "core/array-out-of-bounds" => "out of bounds array access";
    in "Core 3.0, Aggregate Instructions" at [];

    /// `ref.cast` to a type that the value does not have.
    CoreCastFailure = "core/cast-failure" => "cast failure";
    in "Core 3.0, Reference Instructions" at [];

    /// An exception left a core function that the embedder called directly.
    CoreUncaughtException = "core/uncaught-exception" => "unhandled exception";
    in "Core 3.0, Control Instructions" at [];

    /// An atomic access at an address that is not a multiple of its width.
    CoreUnalignedAtomic = "core/unaligned-atomic" => "unaligned atomic";
    in "Threads proposal, Atomic Memory Instructions" at [];

    /// `memory.atomic.wait` on a memory that is not shared.
    CoreExpectedSharedMemory = "core/expected-shared-memory" => "expected shared memory";
    in "Threads proposal, Atomic Memory Instructions" at [];

    /// `memory.atomic.wait` without a timeout, when no other agent can notify it.
    CoreAtomicWaitDeadlock = "core/atomic-wait-deadlock" => "deadlock detected: no agent can end this wait";
    in "Threads proposal, Atomic Memory Instructions" at [];

    // Host.

    /// A host function answered with a trap.
    HostTrap = "host/trap" => "host function trapped";
    in "CanonicalABI.md, Embedding" at []
    unreachable "needs a host function that traps; held by a host test";

    /// An import for which the host gave no definition was called.
    ImportUnused = "import/unused" => "called an import that the host does not provide";
    in "CanonicalABI.md, Embedding" at []
    unreachable "needs a host that leaves an import open; held by a host test";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::TrapRule;

    const SITES: &str = include_str!("../../../spec-tests/trap-sites.tsv");

    #[test]
    fn the_rules_claim_exactly_the_pinned_sites() {
        let mut claims: BTreeMap<(&str, u32), Vec<&str>> = BTreeMap::new();
        for &rule in TrapRule::ALL {
            for &site in rule.sites() {
                claims.entry(site).or_default().push(rule.id());
            }
        }
        let mut pinned = 0;
        for line in SITES.lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            let [function, ordinal, _kind, ids] = fields[..] else {
                panic!("trap-sites.tsv: expected four fields, found `{line}`");
            };
            let ordinal = ordinal.parse().expect("an ordinal is a number");
            assert_eq!(claims.remove(&(function, ordinal)).unwrap_or_default().join(","), ids, "{function} {ordinal}");
            pinned += 1;
        }
        assert_eq!(pinned, 146, "143 `trap_if` and 3 `trap`");
        assert!(claims.is_empty(), "claimed, but no site: {claims:?}");
    }

    #[test]
    fn rules_that_share_a_site_say_what_tells_them_apart() {
        let mut claims: BTreeMap<(&str, u32), Vec<TrapRule>> = BTreeMap::new();
        for &rule in TrapRule::ALL {
            for &site in rule.sites() {
                claims.entry(site).or_default().push(rule);
            }
        }
        for (site, rules) in claims.into_iter().filter(|(_, rules)| rules.len() > 1) {
            for rule in rules {
                assert!(!rule.discriminator().is_empty(), "{site:?}: {}", rule.id());
            }
        }
    }

    #[test]
    fn ids_differ_and_spell_the_variants() {
        for (index, rule) in TrapRule::ALL.iter().enumerate() {
            let camel: String = rule.id().split(['/', '-']).map(capitalise).collect();
            assert_eq!(camel, format!("{rule:?}"));
            assert!(TrapRule::ALL[..index].iter().all(|other| other.id() != rule.id()), "{rule:?}");
        }
    }

    fn capitalise(word: &str) -> String {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
    }
}
