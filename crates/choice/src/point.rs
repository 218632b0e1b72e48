//! A point at which one of several alternatives has to be picked, anchored in what the program means and not in a count of
//! steps.

use smallvec::SmallVec;

use crate::kind::ChoiceKind;

/// Something that has a name of its own in a run: the embedder, an instance, a task, a thread, a subtask, a waitable set, a
/// stream, a host call. Numbered in the order of creation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ActorId(pub u32);

impl ActorId {
    /// The embedder, whose name is the empty path.
    pub const EMBEDDER: Self = Self(0);
}

/// Where a choice is made: who makes it, over what, doing what, for the how-manieth time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Who is at the choice.
    pub actor: ActorId,
    /// The object of the operation, if it has one: a waitable set, a task to cancel.
    pub object: Option<ActorId>,
    /// The operation, in the specification's words.
    pub operation: &'static str,
    /// How many points of this kind and operation the actor passed before, those with one alternative included.
    pub occurrence: u32,
}

/// One thing that can be picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alternative {
    /// Something with a name, such as a thread.
    Actor(ActorId),
    /// A waitable with the event that it would deliver.
    Event(ActorId, &'static str),
    /// A word of the kind's own, such as `block`.
    Word(&'static str),
    /// A number, such as a length.
    Number(u64),
}

/// A choice with at least two alternatives; the first is the default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoicePoint {
    /// The kind.
    pub kind: ChoiceKind,
    /// Where.
    pub anchor: Anchor,
    /// What can be picked, in the order that the table of kinds gives.
    pub alternatives: SmallVec<[Alternative; 4]>,
}

/// Looks up what actors are called.
pub trait Names {
    /// The path of an actor, such as `b/run#0/task#2`.
    fn name(&self, actor: ActorId) -> String;

    /// A hash of the path, the same in every run that gives the actor the same path.
    fn name_hash(&self, actor: ActorId) -> u64;
}

impl Anchor {
    /// The anchor in words, as it stands in schedule files.
    pub fn to_text(&self, names: &dyn Names) -> String {
        let object = self.object.map(|object| format!(" on {}", names.name(object))).unwrap_or_default();
        let actor = names.name(self.actor);
        let actor = if actor.is_empty() { "embedder" } else { &actor };
        format!("{actor}: {}{object} [{}]", self.operation, self.occurrence)
    }
}

impl Alternative {
    /// The alternative's stable name, as it stands in schedule files.
    pub fn to_text(&self, names: &dyn Names) -> String {
        match self {
            Self::Actor(actor) => names.name(*actor),
            Self::Event(actor, event) => format!("{} {event}", names.name(*actor)),
            Self::Word(word) => (*word).to_owned(),
            Self::Number(number) => number.to_string(),
        }
    }
}
