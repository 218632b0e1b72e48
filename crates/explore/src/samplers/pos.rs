//! Partial order sampling: random priorities for the next step of each actor.
//!
//! Spec: none; after Yuan et al., "Partial order aware concurrency sampling". The ready thread whose next step has the highest
//! priority goes on. Then its own next step gets a new priority, and so do those that race with the step: the threads of the
//! instances that it touched (the footprint that the reductions use). Other choices are answered at random.

use std::collections::BTreeMap;

use choice::hash::mix;
use choice::{ActorId, ChoiceKind, ChoicePoint, Divergence, Names};
use runtime::Store;
use runtime::drive::Pace;

use crate::run::Sampler;
use crate::samplers::{actor_of, below, draw};

/// Samples partial orders.
#[derive(Clone, Debug)]
pub struct Pos {
    first_seed: u64,
    seed: u64,
    draws: u64,
    priorities: BTreeMap<ActorId, u64>,
    last: Option<ActorId>,
}

impl Pos {
    /// Draws from a seed.
    pub const fn new(seed: u64) -> Self {
        Self { first_seed: seed, seed, draws: 0, priorities: BTreeMap::new(), last: None }
    }

    fn priority(&mut self, actor: ActorId) -> u64 {
        if let Some(priority) = self.priorities.get(&actor) {
            return *priority;
        }
        self.draws += 1;
        let priority = mix(self.seed, self.draws);
        self.priorities.insert(actor, priority);
        priority
    }

    /// Forgets the priorities of what races with the last step.
    fn forget(&mut self, store: &Store) {
        if let Some(last) = self.last.take() {
            self.priorities.remove(&last);
        }
        for thread in store.waiting_threads() {
            if store.notes.footprint.touches(store.instance_of_thread(*thread)) {
                self.priorities.remove(&store.thread(*thread).actor);
            }
        }
    }
}

impl Sampler for Pos {
    fn begin(&mut self, run: u64) {
        self.seed = mix(self.first_seed, run);
        self.draws = 0;
        self.priorities.clear();
        self.last = None;
    }

    fn inline(&mut self, point: &ChoicePoint, names: &dyn Names) -> Result<usize, Divergence> {
        Ok(below(draw(self.seed, point, names), point.alternatives.len()))
    }

    fn pick(&mut self, point: &ChoicePoint, store: &Store) -> Result<usize, Divergence> {
        if point.kind != ChoiceKind::EmbedderTurn && point.kind != ChoiceKind::SyncCallProgress {
            return self.inline(point, store.names());
        }
        self.forget(store);
        let mut best = (0, 0);
        for (position, alternative) in point.alternatives.iter().enumerate() {
            let actor = actor_of(alternative).unwrap_or(ActorId::EMBEDDER);
            let priority = self.priority(actor);
            if position == 0 || priority > best.1 {
                best = (position, priority);
                self.last = Some(actor);
            }
        }
        Ok(best.0)
    }

    fn pace(&self) -> Pace {
        Pace::Turns
    }

    fn name(&self) -> &'static str {
        "pos"
    }
}
