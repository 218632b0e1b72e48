//! Waitables and waitable sets.
//!
//! Spec: CanonicalABI.md, "Waitable State".

use choice::{ActorId, state_hash};
use smallvec::SmallVec;

use crate::copy_end::{CopyEnd, CopyResult, Direction, SharedKind};
use crate::id::{HandleIndex, InstanceId, SetId, WaitableId};
use crate::subtask::Subtask;

/// The codes of events, as guests see them. Spec: CanonicalABI.md, "Waitable State", `EventCode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventCode {
    /// Nothing happened.
    None,
    /// A subtask made progress.
    Subtask,
    /// A read of a stream ended.
    StreamRead,
    /// A write to a stream ended.
    StreamWrite,
    /// A read of a future ended.
    FutureRead,
    /// A write to a future ended.
    FutureWrite,
    /// The task was asked to cancel.
    TaskCancelled,
}

impl EventCode {
    /// The number that guests see.
    pub const fn number(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Subtask => 1,
            Self::StreamRead => 2,
            Self::StreamWrite => 3,
            Self::FutureRead => 4,
            Self::FutureWrite => 5,
            Self::TaskCancelled => 6,
        }
    }

    /// The specification's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Subtask => "SUBTASK",
            Self::StreamRead => "STREAM_READ",
            Self::StreamWrite => "STREAM_WRITE",
            Self::FutureRead => "FUTURE_READ",
            Self::FutureWrite => "FUTURE_WRITE",
            Self::TaskCancelled => "TASK_CANCELLED",
        }
    }
}

/// An event as it is delivered. Spec: CanonicalABI.md, "Waitable State", `EventTuple`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// The code.
    pub code: EventCode,
    /// The index of the waitable.
    pub index: u32,
    /// The payload.
    pub payload: u32,
}

impl Event {
    /// No event.
    pub const NONE: Self = Self { code: EventCode::None, index: 0, payload: 0 };
    /// The request for cancellation.
    pub const CANCELLED: Self = Self { code: EventCode::TaskCancelled, index: 0, payload: 0 };
}

/// An event that waits to be delivered; what it says is read at delivery, and a later one replaces it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PendingEvent {
    /// The subtask made progress.
    Subtask,
    /// A copy of a stream ended, or got somewhere: then the pending buffer is taken back at delivery.
    Stream {
        /// How it ended.
        result: CopyResult,
        /// Whether the buffer is still pending.
        reclaim: bool,
    },
    /// A copy of a future ended.
    Future {
        /// How it ended.
        result: CopyResult,
    },
}
state_hash!(enum PendingEvent { 0 => Subtask, 1 => Stream { result, reclaim }, 2 => Future { result } });

/// What a waitable is.
#[derive(Debug, PartialEq, Eq)]
pub enum WaitableKind {
    /// A subtask.
    Subtask(Box<Subtask>),
    /// An end of a stream or future.
    End(CopyEnd),
}

impl Clone for WaitableKind {
    fn clone(&self) -> Self {
        match self {
            Self::Subtask(subtask) => Self::Subtask(subtask.clone()),
            Self::End(end) => Self::End(end.clone()),
        }
    }

    /// Reuses the subtask's allocation.
    fn clone_from(&mut self, from: &Self) {
        match (self, from) {
            (Self::Subtask(own), Self::Subtask(from)) => own.clone_from(from),
            (own, from) => *own = from.clone(),
        }
    }
}
state_hash!(enum WaitableKind { 0 => Subtask(subtask), 1 => End(end) });

/// Who holds a waitable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A component instance.
    Instance(InstanceId),
    /// The host.
    Host,
}
state_hash!(enum Owner { 0 => Instance(instance), 1 => Host });

/// A waitable. Spec: CanonicalABI.md, "Waitable State", `Waitable`.
#[derive(Debug, PartialEq, Eq)]
pub struct Waitable {
    /// What it is.
    pub kind: WaitableKind,
    /// Who holds it.
    pub owner: Owner,
    /// Its index in the owner's table, where it has one.
    pub index: Option<HandleIndex>,
    /// The event to be delivered.
    pub pending_event: Option<PendingEvent>,
    /// The set it is in.
    pub wset: Option<SetId>,
    /// Whether a thread is blocked in a synchronous built-in on it.
    pub has_sync_waiter: bool,
    /// Its name in traces and anchors.
    pub actor: ActorId,
}
state_hash!(struct Waitable { kind, owner, index, pending_event, wset, has_sync_waiter } skip { actor });

impl Clone for Waitable {
    fn clone(&self) -> Self {
        Self { kind: self.kind.clone(), ..*self }
    }

    /// Reuses the subtask's allocation.
    fn clone_from(&mut self, from: &Self) {
        let Self { kind, owner, index, pending_event, wset, has_sync_waiter, actor } = from;
        self.kind.clone_from(kind);
        (self.owner, self.index, self.pending_event) = (*owner, *index, *pending_event);
        (self.wset, self.has_sync_waiter, self.actor) = (*wset, *has_sync_waiter, *actor);
    }
}

/// A waitable set. Spec: CanonicalABI.md, "Waitable State", `WaitableSet`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitableSet {
    /// The waitables in the order in which they joined.
    pub elems: SmallVec<[WaitableId; 4]>,
    /// How many threads wait.
    pub num_waiting: u32,
    /// The instance that holds it.
    pub instance: InstanceId,
    /// Its name in traces and anchors.
    pub actor: ActorId,
}
state_hash!(struct WaitableSet { elems, num_waiting, instance } skip { actor });

impl Waitable {
    /// The subtask that this is known to be.
    ///
    /// # Panics
    /// When it is an end.
    pub fn subtask(&self) -> &Subtask {
        match &self.kind {
            WaitableKind::Subtask(subtask) => subtask,
            WaitableKind::End(_) => panic!("a subtask's id refers to a subtask"),
        }
    }

    /// The subtask that this is known to be, to be changed.
    ///
    /// # Panics
    /// When it is an end.
    pub fn subtask_mut(&mut self) -> &mut Subtask {
        match &mut self.kind {
            WaitableKind::Subtask(subtask) => subtask,
            WaitableKind::End(_) => panic!("a subtask's id refers to a subtask"),
        }
    }

    /// The end that this is known to be.
    ///
    /// # Panics
    /// When it is a subtask.
    pub fn end(&self) -> &CopyEnd {
        match &self.kind {
            WaitableKind::End(end) => end,
            WaitableKind::Subtask(_) => panic!("an end's id refers to an end"),
        }
    }

    /// The end that this is known to be, to be changed.
    ///
    /// # Panics
    /// When it is a subtask.
    pub fn end_mut(&mut self) -> &mut CopyEnd {
        match &mut self.kind {
            WaitableKind::End(end) => end,
            WaitableKind::Subtask(_) => panic!("an end's id refers to an end"),
        }
    }

    /// Whether a thread that waits for this waitable could go on.
    pub const fn has_pending_event(&self) -> bool {
        self.pending_event.is_some()
    }

    /// The code of the events that this waitable delivers.
    pub fn event_code(&self) -> EventCode {
        match &self.kind {
            WaitableKind::Subtask(_) => EventCode::Subtask,
            WaitableKind::End(end) => match (end.kind.shared, end.kind.direction) {
                (SharedKind::Stream, Direction::Readable) => EventCode::StreamRead,
                (SharedKind::Stream, Direction::Writable) => EventCode::StreamWrite,
                (SharedKind::Future, Direction::Readable) => EventCode::FutureRead,
                (SharedKind::Future, Direction::Writable) => EventCode::FutureWrite,
            },
        }
    }
}
