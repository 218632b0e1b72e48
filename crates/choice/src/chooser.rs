//! Answering choice points: always the default, or from a seed.

use crate::hash::mix;
use crate::kind::ChoiceKind;
use crate::point::{ChoicePoint, Names};
use crate::record::Divergence;

/// Answers choice points, one at a time.
pub trait Chooser {
    /// Picks one of the alternatives of a point by its position.
    ///
    /// # Errors
    /// When the chooser follows a schedule and the point is not the one that was recorded.
    fn choose(&mut self, point: &ChoicePoint, names: &dyn Names) -> Result<usize, Divergence>;

    /// Whether it may pick anything but option 0 at points of a kind. Core code does not ask where it may not: NaNs and growing
    /// memories are too many to ask for nothing.
    fn varies(&self, _kind: ChoiceKind) -> bool {
        true
    }
}

impl<C: Chooser + ?Sized> Chooser for Box<C> {
    fn choose(&mut self, point: &ChoicePoint, names: &dyn Names) -> Result<usize, Divergence> {
        (**self).choose(point, names)
    }

    fn varies(&self, kind: ChoiceKind) -> bool {
        (**self).varies(kind)
    }
}

/// Picks option 0 everywhere: the specification's deterministic value where it has one, else Raddle's order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct First;

impl Chooser for First {
    fn choose(&mut self, _point: &ChoicePoint, _names: &dyn Names) -> Result<usize, Divergence> {
        Ok(0)
    }

    fn varies(&self, _kind: ChoiceKind) -> bool {
        false
    }
}

/// Picks at random from a seed, where each draw depends on the seed and the anchor alone: there is one sub-stream for each
/// actor and kind, and the generator has no state. Data choices, but for whether messages are kept, are drawn only when asked for: with
/// NaNs of any bits and memories that do not grow, few programs do what they are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seeded {
    seed: u64,
    data: bool,
}

impl Seeded {
    /// The generator's name and version, as it stands in schedule files.
    pub const GENERATOR: &str = "anchor-mix/1";

    /// A chooser for a seed.
    pub const fn new(seed: u64) -> Self {
        Self { seed, data: false }
    }

    /// A chooser for a seed that draws data choices, too.
    pub const fn with_data(seed: u64) -> Self {
        Self { seed, data: true }
    }
}

impl Chooser for Seeded {
    fn choose(&mut self, point: &ChoicePoint, names: &dyn Names) -> Result<usize, Divergence> {
        if !self.varies(point.kind) {
            return Ok(0);
        }
        let stream = mix(self.seed ^ names.name_hash(point.anchor.actor), kind_number(point.kind));
        let draw = mix(stream, u64::from(point.anchor.occurrence));
        Ok(below(draw, point.alternatives.len()))
    }

    fn varies(&self, kind: ChoiceKind) -> bool {
        self.data || kind.class() != crate::kind::Class::Data || kind == ChoiceKind::KeepErrorMessage
    }
}

fn kind_number(kind: ChoiceKind) -> u64 {
    #[expect(clippy::as_conversions, reason = "the discriminant of a fieldless enum")]
    let number = kind as u64;
    number
}

/// Scales a draw of 64 bits to `0..count` without a division by the count.
fn below(draw: u64, count: usize) -> usize {
    let count = u128::try_from(count).expect("usize fits 128 bits");
    usize::try_from((u128::from(draw) * count) >> 64).expect("the result is below count")
}

#[cfg(test)]
mod tests {
    use super::below;

    #[test]
    fn draws_scale_to_the_count() {
        assert_eq!(below(0, 3), 0);
        assert_eq!(below(u64::MAX, 3), 2);
        assert_eq!(below(u64::MAX / 2, 2), 0);
        assert_eq!(below(u64::MAX / 2 + 1, 2), 1);
    }
}
