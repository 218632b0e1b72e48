//! The ends of streams and futures.
//!
//! Spec: CanonicalABI.md, "Stream State", `CopyState`, `CopyEnd`; "Future State".

use canon::SharedId;
use choice::state_hash;

use crate::buffer::Buffer;

/// How a copy ended. The numbers are what guests see. Spec: CanonicalABI.md, "Stream State", `CopyResult`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyResult {
    /// Something was copied, or a rendezvous of zero length took place.
    Completed,
    /// The other end is gone.
    Dropped,
    /// The copy was cancelled.
    Cancelled,
}
state_hash!(enum CopyResult { 0 => Completed, 1 => Dropped, 2 => Cancelled });

impl CopyResult {
    /// The number that guests see.
    pub const fn number(self) -> u32 {
        match self {
            Self::Completed => 0,
            Self::Dropped => 1,
            Self::Cancelled => 2,
        }
    }

    /// The specification's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Completed => "COMPLETED",
            Self::Dropped => "DROPPED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// What an end is doing. Spec: CanonicalABI.md, "Stream State", `CopyState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyState {
    /// Nothing.
    Idle,
    /// Copying.
    Copying,
    /// Copying, and asked to stop.
    CancellingCopy,
    /// It will never copy again.
    Done,
}
state_hash!(enum CopyState { 0 => Idle, 1 => Copying, 2 => CancellingCopy, 3 => Done });

/// Stream or future.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharedKind {
    /// A stream.
    Stream,
    /// A future.
    Future,
}
state_hash!(enum SharedKind { 0 => Stream, 1 => Future });

/// Which end: who reads holds the readable one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The readable end.
    Readable,
    /// The writable end.
    Writable,
}
state_hash!(enum Direction { 0 => Readable, 1 => Writable });

/// The four classes of ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndKind {
    /// Stream or future.
    pub shared: SharedKind,
    /// Which end.
    pub direction: Direction,
}
state_hash!(struct EndKind { shared, direction });

impl EndKind {
    /// `ReadableStreamEnd`
    pub const READABLE_STREAM: Self = Self { shared: SharedKind::Stream, direction: Direction::Readable };
    /// `WritableStreamEnd`
    pub const WRITABLE_STREAM: Self = Self { shared: SharedKind::Stream, direction: Direction::Writable };
    /// `ReadableFutureEnd`
    pub const READABLE_FUTURE: Self = Self { shared: SharedKind::Future, direction: Direction::Readable };
    /// `WritableFutureEnd`
    pub const WRITABLE_FUTURE: Self = Self { shared: SharedKind::Future, direction: Direction::Writable };

    /// The class in words.
    pub const fn word(self) -> &'static str {
        match (self.shared, self.direction) {
            (SharedKind::Stream, Direction::Readable) => "readable end of a stream",
            (SharedKind::Stream, Direction::Writable) => "writable end of a stream",
            (SharedKind::Future, Direction::Readable) => "readable end of a future",
            (SharedKind::Future, Direction::Writable) => "writable end of a future",
        }
    }
}

/// An end of a stream or future. Spec: CanonicalABI.md, "Stream State", `CopyEnd`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyEnd {
    /// Its class.
    pub kind: EndKind,
    /// What it is doing.
    pub state: CopyState,
    /// What it shares with the other end.
    pub shared: SharedId,
    /// The buffer of the copy in progress, kept until the event of that copy was delivered.
    pub buffer: Option<Buffer>,
}
state_hash!(struct CopyEnd { kind, state, shared, buffer });

impl CopyEnd {
    /// An idle end.
    pub const fn new(kind: EndKind, shared: SharedId) -> Self {
        Self { kind, state: CopyState::Idle, shared, buffer: None }
    }

    /// Spec: CanonicalABI.md, "Stream State", `CopyEnd.copying`.
    pub const fn copying(&self) -> bool {
        match self.state {
            CopyState::Idle | CopyState::Done => false,
            CopyState::Copying | CopyState::CancellingCopy => true,
        }
    }
}

/// What two ends share. Spec: CanonicalABI.md, "Stream State", `SharedStreamImpl`; "Future State", `SharedFutureImpl`.
///
/// The pending buffer is that of the pending end; the closures of the definition are the kind of that end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// Stream or future.
    pub kind: SharedKind,
    /// The payload type, as the instance in `of` writes it.
    pub payload: syntax::component::Payload,
    /// The instance whose resource types the payload type means; none for the host.
    pub of: Option<crate::id::InstanceId>,
    /// Whether one end was dropped.
    pub dropped: bool,
    /// How many of the two ends were dropped: with the second one nothing refers to this any more.
    pub drops: u32,
    /// The end whose buffer is pending.
    pub pending: Option<crate::id::WaitableId>,
    /// Whether the host, which has one end, ends a copy of the other end later than its cancellation is requested.
    pub cancels_later: bool,
    /// The two ends while they exist as handles or at the host: readable, writable. An end in transit is in neither place.
    pub ends: [Option<crate::id::WaitableId>; 2],
    /// Its name in traces and anchors.
    pub actor: choice::ActorId,
}
state_hash!(struct Shared { kind, of, dropped, drops, pending, cancels_later, ends } skip { payload, actor });

impl Shared {
    /// A stream or future whose ends are yet to be made.
    pub const fn new(
        kind: SharedKind,
        payload: syntax::component::Payload,
        of: Option<crate::id::InstanceId>,
        actor: choice::ActorId,
    ) -> Self {
        Self {
            kind,
            payload,
            of,
            dropped: false,
            drops: 0,
            pending: None,
            cancels_later: false,
            ends: [None; 2],
            actor,
        }
    }
}
