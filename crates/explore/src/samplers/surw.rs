//! Selectively uniform random walk: threads are picked in proportion to how much they still have to do.
//!
//! Spec: none; after Zhao et al., "Selectively uniform concurrency testing". How many turns each thread takes is counted in
//! the default run, by name; a thread that it did not have counts 1. All turns are of interest. Other choices are answered
//! at random.

use std::collections::BTreeMap;

use choice::hash::mix;
use choice::{ChoiceKind, ChoicePoint, Divergence, Names};
use runtime::Store;
use runtime::drive::Pace;

use crate::run::{Sampler, run_once};
use crate::samplers::{actor_of, below, draw};
use crate::world::{ForkHost, Machine, Setup};

/// What the default run says about how long runs are.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// How many turns each actor took, by the hash of its name.
    pub turns: BTreeMap<u64, u64>,
    /// How many steps there were, as `Pct` counts them.
    pub steps: u64,
    /// How many actors there were.
    pub actors: u64,
}

impl Profile {
    /// Runs the default schedule.
    pub fn of<H: ForkHost>(setup: Setup<'_, H>) -> Self {
        let mut machine = Machine::new(setup, Pace::Turns);
        let mut profiler = Profiler::default();
        run_once(&mut machine, &mut profiler);
        let mut profile = profiler.0;
        profile.actors = u64::try_from(profile.turns.len()).unwrap_or(u64::MAX);
        profile
    }
}

#[derive(Default)]
struct Profiler(Profile);

impl Sampler for Profiler {
    fn begin(&mut self, _run: u64) {}

    fn inline(&mut self, _point: &ChoicePoint, _names: &dyn Names) -> Result<usize, Divergence> {
        Ok(0)
    }

    fn pick(&mut self, point: &ChoicePoint, store: &Store) -> Result<usize, Divergence> {
        if matches!(point.kind, ChoiceKind::EmbedderTurn | ChoiceKind::SyncCallProgress) {
            let actor = actor_of(&point.alternatives[0]).map_or(0, |actor| store.names().name_hash(actor));
            *self.0.turns.entry(actor).or_default() += 1;
        }
        self.0.steps += 1;
        Ok(0)
    }

    fn pace(&self) -> Pace {
        Pace::Turns
    }

    fn name(&self) -> &'static str {
        "default"
    }
}

/// Samples in proportion to what is left to do.
#[derive(Clone, Debug)]
pub struct Surw {
    first_seed: u64,
    seed: u64,
    draws: u64,
    profile: Profile,
    left: BTreeMap<u64, u64>,
}

impl Surw {
    /// Draws from a seed.
    pub const fn new(seed: u64, profile: Profile) -> Self {
        Self { first_seed: seed, seed, draws: 0, profile, left: BTreeMap::new() }
    }
}

impl Sampler for Surw {
    fn begin(&mut self, run: u64) {
        self.seed = mix(self.first_seed, run);
        self.draws = 0;
        self.left.clone_from(&self.profile.turns);
    }

    fn inline(&mut self, point: &ChoicePoint, names: &dyn Names) -> Result<usize, Divergence> {
        Ok(below(draw(self.seed, point, names), point.alternatives.len()))
    }

    fn pick(&mut self, point: &ChoicePoint, store: &Store) -> Result<usize, Divergence> {
        if point.kind != ChoiceKind::EmbedderTurn && point.kind != ChoiceKind::SyncCallProgress {
            return self.inline(point, store.names());
        }
        let actor = |position: usize| actor_of(&point.alternatives[position]).map_or(0, |a| store.names().name_hash(a));
        let weight = |left: &BTreeMap<u64, u64>, position| left.get(&actor(position)).copied().unwrap_or(1).max(1);
        let count = point.alternatives.len();
        let total: u64 = (0..count).map(|position| weight(&self.left, position)).sum();
        self.draws += 1;
        let drawn = below(mix(self.seed, self.draws), usize::try_from(total).unwrap_or(usize::MAX));
        let mut drawn = u64::try_from(drawn).unwrap_or_default();
        let mut picked = 0;
        while picked + 1 < count && drawn >= weight(&self.left, picked) {
            drawn -= weight(&self.left, picked);
            picked += 1;
        }
        if let Some(left) = self.left.get_mut(&actor(picked)) {
            *left = left.saturating_sub(1);
        }
        Ok(picked)
    }

    fn pace(&self) -> Pace {
        Pace::Turns
    }

    fn name(&self) -> &'static str {
        "surw"
    }
}
