//! Steps, which of them happen before which, and the class of a schedule.
//!
//! Spec: DESIGN, "Exploration". A step is a turn of the event loop with all that follows up to the next turn. Two steps of a
//! schedule are ordered when they belong to one actor or their footprints depend on each other. Schedules with the same
//! ordered steps are one class: they differ in the order of independent steps, and end in the same state.

use choice::StateHash as _;
use choice::StateHasher;
use runtime::footprint::Footprint;
use smallvec::SmallVec;

/// A step.
#[derive(Clone, Debug)]
pub struct Event {
    /// Who was resumed: the hash of its name.
    pub actor: u64,
    /// Where the actor lives; what it waits for is there.
    pub home: Footprint,
    /// What the step touched.
    pub footprint: Footprint,
    /// The picks at the choices inside the step.
    pub nested: SmallVec<[u16; 4]>,
}

/// Which earlier steps happen before a step, one bit for each.
#[derive(Clone, Debug, Default)]
pub struct Before(SmallVec<[u64; 4]>);

impl Before {
    /// Whether a step is among them.
    pub fn contains(&self, step: usize) -> bool {
        self.0.get(step / 64).is_some_and(|word| word & (1 << (step % 64)) != 0)
    }

    fn insert(&mut self, step: usize) {
        let word = step / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (step % 64);
    }

    fn join(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (own, others) in self.0.iter_mut().zip(&other.0) {
            *own |= others;
        }
    }
}

/// The steps of a schedule with their order.
#[derive(Clone, Debug, Default)]
pub struct Order {
    events: Vec<Event>,
    before: Vec<Before>,
}

impl Order {
    /// The steps.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// What happens before a step.
    pub fn before(&self, step: usize) -> &Before {
        &self.before[step]
    }

    /// Forgets all steps from one on.
    pub fn truncate(&mut self, count: usize) {
        self.events.truncate(count);
        self.before.truncate(count);
    }

    /// Adds a step; gives the earlier steps of other actors that it races with: those that it depends on with nothing
    /// ordered in between, the latest first.
    pub fn push(&mut self, event: Event) -> SmallVec<[usize; 8]> {
        let mut before = Before::default();
        let mut races = SmallVec::new();
        for step in (0..self.events.len()).rev() {
            if before.contains(step) {
                continue;
            }
            let other = &self.events[step];
            let same = other.actor == event.actor;
            if same || other.footprint.depends(event.footprint) {
                before.join(&self.before[step]);
                before.insert(step);
                if !same {
                    races.push(step);
                }
            }
        }
        self.events.push(event);
        self.before.push(before);
        races
    }

    /// The class of the schedule, as a hash: for each step, who made it, the how-manieth of that actor it is, the picks inside
    /// it, and the same of all steps that happen before it; in no order.
    pub fn class(&self) -> u128 {
        let ids: Vec<u128> = (0..self.events.len()).map(|step| self.id(step)).collect();
        let mut nodes: Vec<u128> = (0..self.events.len())
            .map(|step| {
                let mut before: Vec<u128> =
                    (0..step).filter(|other| self.before[step].contains(*other)).map(|other| ids[other]).collect();
                before.sort_unstable();
                let mut hasher = StateHasher::new();
                ids[step].state_hash(&mut hasher);
                before.state_hash(&mut hasher);
                hasher.finish()
            })
            .collect();
        nodes.sort_unstable();
        choice::hash::hash_of(&nodes)
    }

    fn id(&self, step: usize) -> u128 {
        let event = &self.events[step];
        let ordinal = self.events[..step].iter().filter(|other| other.actor == event.actor).count();
        let mut hasher = StateHasher::new();
        event.actor.state_hash(&mut hasher);
        ordinal.state_hash(&mut hasher);
        event.nested.state_hash(&mut hasher);
        hasher.finish()
    }
}
