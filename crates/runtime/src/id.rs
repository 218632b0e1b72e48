//! Ids of what lives in a store. None of them is visible to a guest, except `HandleIndex`.

syntax::ids! {
    /// A component instance.
    InstanceId;
    /// A task.
    TaskId;
    /// A thread.
    ThreadId;
    /// A subtask or an end of a stream or future.
    WaitableId;
    /// A waitable set.
    SetId;
    /// A component-level function value.
    FuncId;
    /// A component-level instance value: a bundle of exports.
    BundleId;
    /// A component value: a component with what it captured.
    ClosureId;
    /// A call of a host function.
    HostCallId;
    /// A function that the host offers; the host gives the number.
    HostFunc;
    /// A call of the embedder into a component, or an instantiation.
    InvocationId;
    /// An index in an instance's table of handles or threads, as guests see it.
    HandleIndex;
}

choice::state_hash!(id InstanceId, TaskId, ThreadId, WaitableId, SetId, FuncId, BundleId, ClosureId, HostCallId, HostFunc);
choice::state_hash!(id InvocationId, HandleIndex);
