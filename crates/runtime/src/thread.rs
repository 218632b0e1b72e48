//! Threads: why they run, what they are inside of, and what they wait for.
//!
//! Spec: CanonicalABI.md, "Threads". The continuation of the definition is here the core stack with `body` and `pending`.

use choice::{ActorId, state_hash};
use smallvec::SmallVec;

use crate::id::{HandleIndex, SetId, TaskId, WaitableId};

/// Whether a thread was resumed in order to be cancelled. Spec: CanonicalABI.md, "Stack Switching", `Cancelled`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cancelled {
    /// It was not.
    #[default]
    False,
    /// It was.
    True,
}
state_hash!(enum Cancelled { 0 => False, 1 => True });

/// Whether a thread runs, is suspended or waits. Spec: CanonicalABI.md, "Threads", `Thread.running` and its siblings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThreadState {
    /// It is the current thread of an activation.
    Running,
    /// Only another thread can resume it.
    Suspended,
    /// It is in `Store.waiting`.
    Waiting(WaitFor),
}
state_hash!(enum ThreadState { 0 => Running, 1 => Suspended, 2 => Waiting(wait_for) });

/// When a waiting thread is ready. Spec: the closures `ready_func`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitFor {
    /// No backpressure against this task.
    Backpressure(TaskId),
    /// No thread has exclusive use.
    NotExclusive,
    /// A pending event in the set.
    EventIn(SetId),
    /// A pending event in the set, and no thread has exclusive use.
    EventInAndNotExclusive(SetId),
    /// A pending event of the waitable.
    PendingEvent(WaitableId),
    /// The subtask resolved.
    SubtaskResolved(WaitableId),
    /// Nothing.
    Always,
}
state_hash!(enum WaitFor {
    0 => Backpressure(task), 1 => NotExclusive, 2 => EventIn(set), 3 => EventInAndNotExclusive(set),
    4 => PendingEvent(waitable), 5 => SubtaskResolved(waitable), 6 => Always,
});

/// Why a thread runs, and how far it has come. Spec: the closures `thread_func`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// The implicit thread of a task, before `enter_implicit_thread`.
    Enter,
    /// At the gate of backpressure.
    EnterWaiting,
    /// In the lifted core function.
    Callee,
    /// In `post-return`.
    PostReturn,
    /// Between two callbacks, after YIELD.
    CallbackYield,
    /// Between two callbacks, after WAIT.
    CallbackWait(SetId),
    /// In the callback.
    CallbackCall,
    /// A thread made by `thread.new-indirect`, before its start function runs.
    ExplicitStart {
        /// The start function.
        callee: wasm::FuncAddr,
        /// Its argument.
        argument: u64,
    },
    /// A thread made by `thread.new-indirect`, in its start function.
    Explicit,
    /// It returned.
    Exited,
}

impl choice::StateHash for Body {
    fn state_hash(&self, hasher: &mut choice::StateHasher) {
        let number: u8 = match self {
            Self::Enter => 0,
            Self::EnterWaiting => 1,
            Self::Callee => 2,
            Self::PostReturn => 3,
            Self::CallbackYield => 4,
            Self::CallbackWait(set) => {
                set.state_hash(hasher);
                5
            }
            Self::CallbackCall => 6,
            Self::ExplicitStart { callee, argument } => {
                callee.0.state_hash(hasher);
                argument.state_hash(hasher);
                7
            }
            Self::Explicit => 8,
            Self::Exited => 9,
        };
        number.state_hash(hasher);
    }
}

/// What a thread does when it goes on: the built-in, or the wait of its body, that it is inside of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pending {
    /// Go on in core code or with the body.
    #[default]
    None,
    /// The callee of a lowered call gave control back.
    Lower(WaitableId),
    /// A synchronously lowered call resolved.
    LowerWait(WaitableId),
    /// A built-in that gives back whether it was cancelled: suspend, yield and their kin.
    Switch,
    /// `waitable-set.wait`: the wait is over.
    SetWait {
        /// The set.
        set: SetId,
        /// The memory for the event.
        memory: wasm::MemAddr,
        /// The address for the event.
        ptr: u64,
    },
    /// `waitable-set.wait` or `waitable-set.poll`: the event was picked.
    SetDeliver {
        /// The set.
        set: SetId,
        /// The memory for the event.
        memory: wasm::MemAddr,
        /// The address for the event.
        ptr: u64,
        /// Whether a wait has to be counted off.
        waited: bool,
    },
    /// The body's wait for a callback is over, and the event was picked.
    CallbackDeliver(SetId),
    /// `subtask.cancel`: the callee gave control back.
    SubtaskCancel {
        /// The subtask.
        subtask: WaitableId,
        /// Whether the built-in is async.
        is_async: bool,
    },
    /// A synchronous built-in on a waitable: its event is there.
    Waitable(WaitableId),
    /// `resource.drop`: the destructor's subtask.
    ResourceDrop(WaitableId),
    /// `resource.drop` of a resource of the host.
    HostDrop,
}

impl choice::StateHash for Pending {
    fn state_hash(&self, hasher: &mut choice::StateHasher) {
        let number: u8 = match self {
            Self::None => 0,
            Self::Lower(subtask) => {
                subtask.state_hash(hasher);
                1
            }
            Self::LowerWait(subtask) => {
                subtask.state_hash(hasher);
                2
            }
            Self::Switch => 3,
            Self::SetWait { set, memory, ptr } => {
                (*set, (memory.0, *ptr)).state_hash(hasher);
                4
            }
            Self::SetDeliver { set, memory, ptr, waited } => {
                (*set, (memory.0, (*ptr, *waited))).state_hash(hasher);
                5
            }
            Self::CallbackDeliver(set) => {
                set.state_hash(hasher);
                6
            }
            Self::SubtaskCancel { subtask, is_async } => {
                (*subtask, *is_async).state_hash(hasher);
                7
            }
            Self::Waitable(waitable) => {
                waitable.state_hash(hasher);
                8
            }
            Self::ResourceDrop(subtask) => {
                subtask.state_hash(hasher);
                9
            }
            Self::HostDrop => 10,
        };
        number.state_hash(hasher);
    }
}

/// A thread. Spec: CanonicalABI.md, "Threads", `Thread`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// The task it belongs to.
    pub task: TaskId,
    /// Running, suspended or waiting.
    pub state: ThreadState,
    /// Whether a request for cancellation may end its wait.
    pub cancellable: bool,
    /// Its index in the instance's table, while it is registered.
    pub index: Option<HandleIndex>,
    /// What `context.get` and `context.set` see.
    pub storage: [u64; 2],
    /// Why it runs.
    pub body: Body,
    /// What it does when it goes on.
    pub pending: Pending,
    /// How it was resumed.
    pub resumed: Cancelled,
    /// The waitable that a choice picked for it.
    pub picked: Option<WaitableId>,
    /// Its core frames.
    pub stack: wasm::Stack,
    /// The flat results kept for `post-return`.
    pub flat_results: SmallVec<[u64; 2]>,
    /// Its name in traces and anchors.
    pub actor: ActorId,
}
state_hash!(struct Thread {
    task, state, cancellable, index, storage, body, pending, resumed, picked, stack, flat_results,
} skip { actor });

impl Thread {
    /// A suspended thread. Spec: CanonicalABI.md, "Threads", `Thread.__init__`.
    pub fn new(task: TaskId, body: Body, actor: ActorId) -> Self {
        Self {
            task,
            state: ThreadState::Suspended,
            cancellable: false,
            index: None,
            storage: [0; 2],
            body,
            pending: Pending::None,
            resumed: Cancelled::False,
            picked: None,
            stack: wasm::Stack::new(),
            flat_results: SmallVec::new(),
            actor,
        }
    }

    /// Spec: CanonicalABI.md, "Threads", `Thread.suspended`.
    pub const fn suspended(&self) -> bool {
        matches!(self.state, ThreadState::Suspended)
    }
}
