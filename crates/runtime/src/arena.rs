//! A list of entries with stable ids; the most recently freed place is used again first. Each entry has a stamp of its last change, so
//! that going to a snapshot and back copies only what differs.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use choice::{StateHash, StateHasher};
use syntax::convert::to_u32;

/// Entries by id.
pub struct Arena<T> {
    entries: Vec<Option<T>>,
    free: Vec<u32>,
    /// When each entry was last changed.
    stamps: Vec<Stamp>,
    /// When anything was.
    stamp: Stamp,
    clock: Clock,
}

/// Names contents: what has equal stamps is equal, in any two arenas. It is not state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Stamp(u64);

/// Gives stamps, each of them once.
#[derive(Debug, Default)]
struct Clock(u64);

/// How many stamps a clock gives before it asks for more.
const BLOCK: u64 = 1 << 32;

static BLOCKS: AtomicU64 = AtomicU64::new(0);

impl Clock {
    #[inline]
    fn tick(&mut self) -> Stamp {
        if self.0.is_multiple_of(BLOCK) {
            self.0 = BLOCKS.fetch_add(1, Ordering::Relaxed) * BLOCK;
        }
        self.0 += 1;
        Stamp(self.0)
    }
}

impl<T: fmt::Debug> fmt::Debug for Arena<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arena").field("entries", &self.entries).field("free", &self.free).finish_non_exhaustive()
    }
}

impl<T: PartialEq> PartialEq for Arena<T> {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries && self.free == other.free
    }
}

impl<T: Eq> Eq for Arena<T> {}

impl<T: Clone> Clone for Arena<T> {
    fn clone(&self) -> Self {
        Self {
            entries: self.entries.clone(),
            free: self.free.clone(),
            stamps: self.stamps.clone(),
            stamp: self.stamp,
            clock: Clock::default(),
        }
    }

    /// Reuses what the entries have allocated.
    fn clone_from(&mut self, from: &Self) {
        self.make_like(from, T::clone_from, T::clone);
    }
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            free: Vec::new(),
            stamps: Vec::new(),
            stamp: Stamp::default(),
            clock: Clock::default(),
        }
    }
}

impl<T> Arena<T> {
    /// Notes that an entry changes.
    #[inline]
    fn touch(&mut self, place: u32) {
        self.stamp = self.clock.tick();
        self.stamps[index(place)] = self.stamp;
    }

    /// Adds an entry and gives its number.
    pub fn add(&mut self, entry: T) -> u32 {
        let place = self.free.pop().unwrap_or_else(|| {
            self.entries.push(None);
            self.stamps.push(Stamp::default());
            to_u32(self.entries.len() - 1)
        });
        self.entries[index(place)] = Some(entry);
        self.touch(place);
        place
    }

    /// Takes an entry out.
    ///
    /// # Panics
    /// When it is not there: ids are freed once, by their owner.
    pub fn remove(&mut self, place: u32) -> T {
        let entry = self.entries[index(place)].take().expect("an id is freed once, by its owner");
        self.free.push(place);
        self.touch(place);
        entry
    }

    /// The entry of an id.
    ///
    /// # Panics
    /// When it is not there: an id is held only as long as its entry lives.
    #[inline]
    pub fn get(&self, place: u32) -> &T {
        self.entries[index(place)].as_ref().expect("an id is held only as long as its entry lives")
    }

    /// The entry of an id, to be changed.
    ///
    /// # Panics
    /// When it is not there: an id is held only as long as its entry lives.
    #[inline]
    pub fn get_mut(&mut self, place: u32) -> &mut T {
        self.touch(place);
        self.entries[index(place)].as_mut().expect("an id is held only as long as its entry lives")
    }

    /// Whether an id is in use.
    pub fn contains(&self, place: u32) -> bool {
        self.entries.get(index(place)).is_some_and(Option::is_some)
    }

    /// All entries with their numbers, in the order of the numbers.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        self.entries.iter().enumerate().filter_map(|(place, entry)| Some((to_u32(place), entry.as_ref()?)))
    }

    /// Takes over the places of another arena. An entry that was at a place is changed into the other's, a missing one made. Nothing
    /// is done where both have the same.
    pub fn make_like(&mut self, other: &Self, change: impl Fn(&mut T, &T), make: impl Fn(&T) -> T) {
        if self.stamp == other.stamp {
            return;
        }
        self.entries.resize_with(other.entries.len(), || None);
        self.stamps.resize(other.stamps.len(), Stamp::default());
        let stamps = self.stamps.iter_mut().zip(&other.stamps);
        for ((own, from), (stamp, new)) in self.entries.iter_mut().zip(&other.entries).zip(stamps) {
            if stamp == new {
                continue;
            }
            match (own, from) {
                (Some(own), Some(from)) => change(own, from),
                (own, from) => *own = from.as_ref().map(&make),
            }
            *stamp = *new;
        }
        self.free.clone_from(&other.free);
        self.stamp = other.stamp;
    }

    /// How many entries live.
    pub fn len(&self) -> usize {
        self.entries.len() - self.free.len()
    }

    /// Whether no entry lives.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn index(place: u32) -> usize {
    syntax::convert::to_usize(u64::from(place))
}

impl<T: StateHash> StateHash for Arena<T> {
    fn state_hash(&self, hasher: &mut StateHasher) {
        self.entries.state_hash(hasher);
        self.free.state_hash(hasher);
    }
}
