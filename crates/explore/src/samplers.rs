//! Samplers: each answers one choice at a time, from a seed, a schedule or the bytes of a fuzzer.

pub mod bytes;
pub mod pct;
pub mod pos;
pub mod random;
pub mod surw;

pub use bytes::Bytes;
pub use pct::Pct;
pub use pos::Pos;
pub use random::Random;
pub use surw::{Profile, Surw};

use choice::hash::mix;
use choice::{ActorId, Alternative, ChoiceKind, ChoicePoint, Names};

/// A draw that depends on a seed, the actor, the kind and the occurrence alone, as `choice::Seeded` has it.
fn draw(seed: u64, point: &ChoicePoint, names: &dyn Names) -> u64 {
    let stream = mix(seed ^ names.name_hash(point.anchor.actor), kind_number(point.kind));
    mix(stream, u64::from(point.anchor.occurrence))
}

fn kind_number(kind: ChoiceKind) -> u64 {
    let position = ChoiceKind::ALL.iter().position(|known| *known == kind);
    u64::try_from(position.unwrap_or_default()).unwrap_or_default()
}

/// Scales a draw of 64 bits to `0..count`.
fn below(draw: u64, count: usize) -> usize {
    let count = u128::try_from(count).expect("usize fits 128 bits");
    usize::try_from((u128::from(draw) * count) >> 64).expect("the result is below count")
}

/// Whom an alternative is about, if it is about somebody.
const fn actor_of(alternative: &Alternative) -> Option<ActorId> {
    match alternative {
        Alternative::Actor(actor) | Alternative::Event(actor, _) => Some(*actor),
        Alternative::Word(_) | Alternative::Number(_) => None,
    }
}
