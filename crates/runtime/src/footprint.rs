//! What a stretch of a run touched: the footprint that partial-order reductions and fairness need.
//!
//! Spec: none. A footprint is conservative. It holds every component instance whose handles, threads, tasks, waitables or
//! sets were looked at in order to be changed, every stream and future that was looked at, and whether the host was asked.
//! What a waiting thread waits for lies in objects of its own instance, so the guards are in it too. Whatever changed an
//! object of another instance is in it, since all such changes go through the accessors of the store.

use canon::SharedId;
use choice::Names as _;
use smallvec::SmallVec;

use crate::id::{HandleIndex, InstanceId, ThreadId};
use crate::store::Store;

/// Which objects a stretch of a run touched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Footprint {
    instances: u64,
    shared: u64,
    host: bool,
}

impl Footprint {
    /// Nothing.
    pub const NONE: Self = Self { instances: 0, shared: 0, host: false };

    /// The host alone.
    pub const HOST: Self = Self { instances: 0, shared: 0, host: true };

    /// One instance alone.
    pub const fn of(inst: InstanceId) -> Self {
        Self { instances: bit(inst.0), shared: 0, host: false }
    }

    /// What depends on everything.
    pub const ALL: Self = Self { instances: u64::MAX, shared: u64::MAX, host: true };

    /// Whether two stretches cannot be exchanged, as far as is known.
    #[inline]
    pub const fn depends(self, other: Self) -> bool {
        self.instances & other.instances != 0 || self.shared & other.shared != 0 || (self.host && other.host)
    }

    /// What either touched.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self {
            instances: self.instances | other.instances,
            shared: self.shared | other.shared,
            host: self.host || other.host,
        }
    }

    /// A footprint with a hole: what it would be if the instance were overlooked. For tests of what footprints are for.
    #[must_use]
    pub const fn without(self, inst: InstanceId) -> Self {
        Self { instances: self.instances & !bit(inst.0), ..self }
    }

    /// The footprint as it is written: bits of instances, bits of streams and futures, and whether the host was asked.
    pub const fn words(self) -> (u64, u64, bool) {
        (self.instances, self.shared, self.host)
    }

    /// A footprint that was written.
    pub const fn from_words((instances, shared, host): (u64, u64, bool)) -> Self {
        Self { instances, shared, host }
    }

    /// Whether an instance was touched; from the 64th on, several instances share a bit.
    pub const fn touches(self, inst: InstanceId) -> bool {
        self.instances & bit(inst.0) != 0
    }
}

const fn bit(number: u32) -> u64 {
    1 << (number % 64)
}

/// A thread as guests know it: its instance and its index there; 0 before it is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThreadKey {
    /// The instance.
    pub inst: InstanceId,
    /// The index in its table of threads.
    pub index: HandleIndex,
}

/// Notes on a run since they were taken last. They are no state: neither compared nor hashed.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// What was touched.
    pub footprint: Footprint,
    /// Whether a task resolved, an event was delivered or elements were copied.
    pub progress: bool,
    /// The threads that ran, in the order in which they were resumed.
    pub ran: SmallVec<[ThreadKey; 4]>,
}

impl PartialEq for Notes {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Notes {}

impl Notes {
    #[inline]
    pub(crate) const fn touch(&mut self, inst: InstanceId) {
        self.footprint.instances |= bit(inst.0);
    }

    #[inline]
    pub(crate) const fn touch_shared(&mut self, name_hash: u64) {
        self.footprint.shared |= 1 << (name_hash % 64);
    }

    pub(crate) const fn touch_host(&mut self) {
        self.footprint.host = true;
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.footprint = Footprint::default();
        self.progress = false;
        self.ran.clear();
    }
}

impl Store {
    /// Notes that a stream or future was touched. Streams and futures are known by their names, which do not depend on the
    /// order of independent steps; some share a bit.
    #[inline]
    pub(crate) fn touch_shared(&mut self, shared: SharedId) {
        let hash = self.names.name_hash(self.shared.get(shared.0).actor);
        self.notes.touch_shared(hash);
    }

    /// How guests know a thread.
    pub fn thread_key(&self, thread: ThreadId) -> ThreadKey {
        let inst = self.instance_of_thread(thread);
        ThreadKey { inst, index: self.thread(thread).index.unwrap_or(HandleIndex(0)) }
    }
}
