//! Names of what a run creates: a path through the creators, with the how-manieth creation by that creator.
//!
//! Anchors of schedules and lines of traces are written with these names. They survive edits of the program better than
//! counts of steps do.

use std::sync::Arc;

use choice::hash::{hash_text, mix};
use choice::{ActorId, Names as _};
use syntax::convert::to_u32;

/// What kind of thing has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActorKind {
    /// A component instance.
    Instance,
    /// A task (its implicit thread and the caller's subtask have the same name).
    Task,
    /// A thread made by `thread.new-indirect`.
    Thread,
    /// A waitable set.
    Set,
    /// A stream.
    Stream,
    /// A future.
    Future,
    /// A call of a host function.
    HostCall,
}

impl ActorKind {
    const COUNT: usize = 7;

    const ALL: [Self; Self::COUNT] =
        [Self::Instance, Self::Task, Self::Thread, Self::Set, Self::Stream, Self::Future, Self::HostCall];

    /// The number of the label that is the kind's word.
    fn label(self) -> u32 {
        to_u32(self.position() + 1)
    }

    const fn position(self) -> usize {
        match self {
            Self::Instance => 0,
            Self::Task => 1,
            Self::Thread => 2,
            Self::Set => 3,
            Self::Stream => 4,
            Self::Future => 5,
            Self::HostCall => 6,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Instance => "instance",
            Self::Task => "task",
            Self::Thread => "thread",
            Self::Set => "set",
            Self::Stream => "stream",
            Self::Future => "future",
            Self::HostCall => "host",
        }
    }
}

/// The kinds of choice points that an actor passes, each counted on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visit {
    /// `ContinueOrBlock`
    ContinueOrBlock,
    /// `NextEvent`
    NextEvent,
    /// `CancelTarget`
    CancelTarget,
    /// `SyncCallProgress`
    SyncCallProgress,
    /// `EmbedderTurn`
    EmbedderTurn,
    /// Choices of the host.
    Host,
    /// Data choices of the Canonical ABI.
    Data,
    /// `CoreNanBits`
    CoreNanBits,
    /// `GrowFails`
    GrowFails,
    /// `RelaxedSimd`
    RelaxedSimd,
}

impl Visit {
    const COUNT: usize = 10;

    const fn position(self) -> usize {
        match self {
            Self::ContinueOrBlock => 0,
            Self::NextEvent => 1,
            Self::CancelTarget => 2,
            Self::SyncCallProgress => 3,
            Self::EmbedderTurn => 4,
            Self::Host => 5,
            Self::Data => 6,
            Self::CoreNanBits => 7,
            Self::GrowFails => 8,
            Self::RelaxedSimd => 9,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    creator: ActorId,
    label: u32,
    ordinal: u32,
    hash: u64,
    created: [u32; ActorKind::COUNT],
    visits: [u32; Visit::COUNT],
}

/// The names of a store.
#[derive(Debug, PartialEq, Eq)]
pub struct Names {
    entries: Vec<Entry>,
    labels: Arc<Vec<Label>>,
}

/// A label with the hash of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Label {
    text: String,
    hash: u64,
}

impl Label {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), hash: hash_text(text) }
    }
}

impl Clone for Names {
    fn clone(&self) -> Self {
        Self { entries: self.entries.clone(), labels: Arc::clone(&self.labels) }
    }

    fn clone_from(&mut self, from: &Self) {
        self.entries.clone_from(&from.entries);
        if !Arc::ptr_eq(&self.labels, &from.labels) {
            self.labels = Arc::clone(&from.labels);
        }
    }
}

impl Default for Names {
    fn default() -> Self {
        let root = Entry {
            creator: ActorId::EMBEDDER,
            label: 0,
            ordinal: 0,
            hash: 0,
            created: [0; ActorKind::COUNT],
            visits: [0; Visit::COUNT],
        };
        // The word of a kind follows the empty label, in the order of the kinds.
        let words = ActorKind::ALL.iter().map(|kind| kind.word());
        let labels = std::iter::once("").chain(words).map(Label::new).collect();
        Self { entries: vec![root], labels: Arc::new(labels) }
    }
}

impl Names {
    /// The number of a label, new or known; labels are few (names of exports).
    pub fn label(&mut self, label: &str) -> u32 {
        let known = self.labels.iter().position(|known| known.text == label);
        to_u32(known.unwrap_or_else(|| {
            Arc::make_mut(&mut self.labels).push(Label::new(label));
            self.labels.len() - 1
        }))
    }

    /// The text of a label.
    pub fn label_text(&self, label: u32) -> &str {
        &self.labels[LabelIndex(label).index()].text
    }

    /// Counts a visit of a choice point, also one with a single alternative, and tells how many there were before.
    pub fn visit(&mut self, actor: ActorId, visit: Visit) -> u32 {
        let counter = &mut self.entries[index(actor)].visits[visit.position()];
        *counter += 1;
        *counter - 1
    }

    /// Names a new thing after its creator; label 0 means the word of its kind.
    pub fn create(&mut self, creator: ActorId, kind: ActorKind, label: u32) -> ActorId {
        let label = if label == 0 { kind.label() } else { label };
        let counter = &mut self.entries[index(creator)].created[kind.position()];
        let ordinal = *counter;
        *counter += 1;
        let above = self.entries[index(creator)].hash;
        let own = mix(self.labels[LabelIndex(label).index()].hash, u64::from(ordinal));
        let hash = mix(above, own);
        self.entries.push(Entry {
            creator,
            label,
            ordinal,
            hash,
            created: [0; ActorKind::COUNT],
            visits: [0; Visit::COUNT],
        });
        ActorId(to_u32(self.entries.len() - 1))
    }
}

struct LabelIndex(u32);

impl LabelIndex {
    fn index(&self) -> usize {
        syntax::convert::to_usize(u64::from(self.0))
    }
}

fn index(actor: ActorId) -> usize {
    syntax::convert::to_usize(u64::from(actor.0))
}

impl choice::Names for Names {
    fn name(&self, actor: ActorId) -> String {
        let mut parts = Vec::new();
        let mut at = actor;
        while at != ActorId::EMBEDDER {
            let entry = &self.entries[index(at)];
            parts.push(format!("{}#{}", self.label_text(entry.label), entry.ordinal));
            at = entry.creator;
        }
        parts.reverse();
        parts.join("/")
    }

    fn name_hash(&self, actor: ActorId) -> u64 {
        self.entries[index(actor)].hash
    }
}

impl Names {
    /// Who created an actor; the embedder for what nobody else did.
    pub fn creator(&self, actor: ActorId) -> ActorId {
        self.entries[index(actor)].creator
    }

    /// The name of an actor, or `embedder`.
    pub fn text(&self, actor: ActorId) -> String {
        if actor == ActorId::EMBEDDER { "embedder".to_owned() } else { self.name(actor) }
    }
}
