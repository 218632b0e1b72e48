//! A list of entries with stable ids; the most recently freed place is used again first.

use choice::{StateHash, StateHasher};
use syntax::convert::to_u32;

/// Entries by id.
#[derive(Debug, PartialEq, Eq)]
pub struct Arena<T> {
    entries: Vec<Option<T>>,
    free: Vec<u32>,
}

impl<T: Clone> Clone for Arena<T> {
    fn clone(&self) -> Self {
        Self { entries: self.entries.clone(), free: self.free.clone() }
    }

    /// Reuses what the entries have allocated.
    fn clone_from(&mut self, from: &Self) {
        self.entries.clone_from(&from.entries);
        self.free.clone_from(&from.free);
    }
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), free: Vec::new() }
    }
}

impl<T> Arena<T> {
    /// Adds an entry and gives its number.
    pub fn add(&mut self, entry: T) -> u32 {
        if let Some(place) = self.free.pop() {
            self.entries[index(place)] = Some(entry);
            return place;
        }
        self.entries.push(Some(entry));
        to_u32(self.entries.len() - 1)
    }

    /// Takes an entry out.
    ///
    /// # Panics
    /// When it is not there: ids are freed once, by their owner.
    pub fn remove(&mut self, place: u32) -> T {
        let entry = self.entries[index(place)].take().expect("an id is freed once, by its owner");
        self.free.push(place);
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

    /// Takes over the places of another arena. An entry that was at a place is changed into the other's, a missing one made.
    pub fn make_like(&mut self, other: &Self, change: impl Fn(&mut T, &T), make: impl Fn(&T) -> T) {
        self.entries.resize_with(other.entries.len(), || None);
        for (own, from) in self.entries.iter_mut().zip(&other.entries) {
            match (own, from) {
                (Some(own), Some(from)) => change(own, from),
                (own, from) => *own = from.as_ref().map(&make),
            }
        }
        self.free.clone_from(&other.free);
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
