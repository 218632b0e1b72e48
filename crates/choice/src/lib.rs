//! Named, recorded decisions: choice points, choosers and state hashes.
//!
//! Spec: Concurrency.md, "Nondeterminism"; every `random` call of the executable definition. Nothing in Raddle may draw
//! other than through a `Chooser` at a `ChoicePoint`.

pub mod chooser;
pub mod hash;
pub mod kind;
pub mod point;
pub mod record;

pub use chooser::{Chooser, First, Seeded};
pub use hash::{StateHash, StateHasher};
pub use kind::ChoiceKind;
pub use point::{ActorId, Alternative, Anchor, ChoicePoint, Names};
pub use record::{Divergence, Pick, Prefix, Recorder, Replay};
