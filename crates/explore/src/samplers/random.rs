//! Every choice at random.

use choice::{ChoicePoint, Chooser, Divergence, Names, Seeded};

use crate::run::Sampler;

/// Picks at random, each run from a seed of its own: the seed of run `n` is the first plus `n`.
#[derive(Clone, Copy, Debug)]
pub struct Random {
    seed: u64,
    chooser: Seeded,
}

impl Random {
    /// Runs begin with this seed.
    pub const fn new(seed: u64) -> Self {
        Self { seed, chooser: Seeded::new(seed) }
    }
}

impl Sampler for Random {
    fn begin(&mut self, run: u64) {
        self.chooser = Seeded::new(self.seed.wrapping_add(run));
    }

    fn inline(&mut self, point: &ChoicePoint, names: &dyn Names) -> Result<usize, Divergence> {
        self.chooser.choose(point, names)
    }

    fn name(&self) -> &'static str {
        "random"
    }
}
