//! Priorities with few changes: probabilistic concurrency testing.
//!
//! Spec: none; after Burckhardt et al., "A randomized scheduler with probabilistic guarantees of finding bugs". Every actor
//! has a random priority, and the ready one with the highest goes on; at `depth - 1` random steps the one that would go on
//! falls below all others. How other choices are answered:
//! - whether a thread blocks that need not: it goes on while its priority is above those of all ready threads and of those
//!   that called or resumed it; this counts as a step;
//! - which event comes first, which thread is cancelled: the actor with the highest priority;
//! - choices of the host: at random from the seed.
//!
//! The number of steps is estimated by that of the default schedule (`Profile`).

use std::collections::BTreeMap;

use choice::hash::mix;
use choice::{ChoiceKind, ChoicePoint, Divergence, Names};
use runtime::Store;
use runtime::drive::Pace;

use crate::run::Sampler;
use crate::samplers::{actor_of, below, draw};

/// Priorities at and above this are those that were drawn; changes lie below, in the order of their number.
const DRAWN: u64 = 1 << 32;

/// Samples with priorities.
#[derive(Clone, Debug)]
pub struct Pct {
    seed: u64,
    first_seed: u64,
    depth: u32,
    name: &'static str,
    steps: u64,
    most_steps: u64,
    changes: Vec<u64>,
    priorities: BTreeMap<u64, u64>,
}

impl Pct {
    /// Looks for bugs of a depth, where `estimate` is the number of steps of a run.
    pub fn new(seed: u64, depth: u32, estimate: u64) -> Self {
        let name = match depth {
            1 => "pct:1",
            2 => "pct:2",
            3 => "pct:3",
            4 => "pct:4",
            _ => "pct",
        };
        Self {
            seed,
            first_seed: seed,
            depth: depth.max(1),
            name,
            steps: 0,
            most_steps: estimate.max(1),
            changes: Vec::new(),
            priorities: BTreeMap::new(),
        }
    }

    fn priority(&self, actor: u64) -> u64 {
        self.priorities.get(&actor).copied().unwrap_or_else(|| DRAWN + (mix(self.seed, actor) >> 1))
    }

    fn highest(&self, point: &ChoicePoint, names: &dyn Names) -> (usize, u64) {
        let mut best = (0, 0, 0);
        for (position, alternative) in point.alternatives.iter().enumerate() {
            let actor = actor_of(alternative).map_or(0, |actor| names.name_hash(actor));
            let priority = self.priority(actor);
            if position == 0 || priority > best.1 {
                best = (position, priority, actor);
            }
        }
        (best.0, best.2)
    }

    /// Counts a step; at a change, the actor falls and `true` is given back.
    fn step(&mut self, actor: u64) -> bool {
        let step = self.steps;
        self.steps += 1;
        match self.changes.iter().position(|change| *change == step) {
            Some(number) => {
                let number = u64::try_from(number).unwrap_or_default();
                self.priorities.insert(actor, number);
                true
            }
            None => false,
        }
    }

    fn turn(&mut self, point: &ChoicePoint, names: &dyn Names) -> usize {
        let (picked, actor) = self.highest(point, names);
        if self.step(actor) { self.highest(point, names).0 } else { picked }
    }

    /// Whether the thread at the choice goes on, by the word of the alternative.
    fn continue_or_block(&mut self, point: &ChoicePoint, store: &Store) -> usize {
        let actor = store.names().name_hash(point.anchor.actor);
        self.step(actor);
        let own = self.priority(actor);
        let ready = store.ready_threads();
        // Whoever called or resumed the thread goes on when it blocks, so they compete as well.
        let others = ready.iter().copied().chain(store.resumers());
        let beaten = others
            .map(|thread| store.names().name_hash(store.thread(thread).actor))
            .any(|actor| self.priority(actor) > own);
        let word = if beaten { "block" } else { "continue" };
        let position =
            point.alternatives.iter().position(|alternative| *alternative == choice::Alternative::Word(word));
        position.unwrap_or(0)
    }
}

impl Sampler for Pct {
    fn begin(&mut self, run: u64) {
        self.seed = mix(self.first_seed, run);
        self.steps = 0;
        self.priorities.clear();
        self.changes.clear();
        for number in 1..u64::from(self.depth) {
            let steps = usize::try_from(self.most_steps).unwrap_or(usize::MAX);
            self.changes.push(u64::try_from(below(mix(self.seed, number), steps)).unwrap_or_default());
        }
    }

    fn inline(&mut self, point: &ChoicePoint, names: &dyn Names) -> Result<usize, Divergence> {
        Ok(below(draw(self.seed, point, names), point.alternatives.len()))
    }

    fn pick(&mut self, point: &ChoicePoint, store: &Store) -> Result<usize, Divergence> {
        Ok(match point.kind {
            ChoiceKind::EmbedderTurn | ChoiceKind::NextThread | ChoiceKind::SyncCallProgress => {
                self.turn(point, store.names())
            }
            ChoiceKind::ContinueOrBlock => self.continue_or_block(point, store),
            ChoiceKind::NextEvent | ChoiceKind::CancelTarget => self.highest(point, store.names()).0,
            ChoiceKind::HostStart
            | ChoiceKind::HostCompletion
            | ChoiceKind::HostCopyLength
            | ChoiceKind::HostCancel
            | ChoiceKind::HostDropEnd
            | ChoiceKind::HostFault
            | ChoiceKind::TimerTie
            | ChoiceKind::AtomicNotify
            | ChoiceKind::KeepErrorMessage
            | ChoiceKind::NanBits
            | ChoiceKind::CoreNanBits
            | ChoiceKind::GrowFails
            | ChoiceKind::RelaxedSimd => return self.inline(point, store.names()),
        })
    }

    fn pace(&self) -> Pace {
        Pace::Turns
    }

    fn name(&self) -> &'static str {
        self.name
    }
}
