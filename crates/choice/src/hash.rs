//! Hashes of state that are the same on every platform and build.
//!
//! XXH3-128 over fixed-width little-endian numbers. A type says which of its fields are state with `state_hash!`, which
//! lists every field, so that a new field cannot be forgotten.

use std::fmt;

use smallvec::{Array, SmallVec};
use xxhash_rust::xxh3::Xxh3;

/// How many bytes are collected before they are hashed: states are many small numbers.
const BUFFER_BYTES: usize = 2048;

/// Collects state for a hash.
pub struct StateHasher {
    buffer: [u8; BUFFER_BYTES],
    length: usize,
    /// What came before the buffer, if there was more than one buffer.
    before: Option<Box<Xxh3>>,
}

impl fmt::Debug for StateHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StateHasher")
    }
}

impl Default for StateHasher {
    fn default() -> Self {
        Self::new()
    }
}

impl StateHasher {
    /// An empty hasher.
    pub const fn new() -> Self {
        Self { buffer: [0; BUFFER_BYTES], length: 0, before: None }
    }

    /// Adds bytes; the caller adds their number first where it is not fixed.
    #[inline]
    pub fn write(&mut self, bytes: &[u8]) {
        let end = self.length + bytes.len();
        if let Some(place) = self.buffer.get_mut(self.length..end) {
            place.copy_from_slice(bytes);
            self.length = end;
        } else {
            self.spill(bytes);
        }
    }

    /// Adds as many numbers as there are, in little-endian bytes: one look at the room for all of them.
    #[inline]
    fn write_each<const N: usize>(&mut self, numbers: impl ExactSizeIterator<Item = [u8; N]>) {
        let end = self.length + numbers.len() * N;
        if let Some(places) = self.buffer.get_mut(self.length..end) {
            for (place, number) in places.as_chunks_mut().0.iter_mut().zip(numbers) {
                *place = number;
            }
            self.length = end;
        } else {
            numbers.for_each(|number| self.write(&number));
        }
    }

    /// Hashes the buffer and then these bytes.
    #[cold]
    fn spill(&mut self, bytes: &[u8]) {
        let before = self.before.get_or_insert_with(Box::default);
        before.update(&self.buffer[..self.length]);
        before.update(bytes);
        self.length = 0;
    }

    /// The hash of all that was added.
    pub fn finish(&self) -> u128 {
        let rest = &self.buffer[..self.length];
        match &self.before {
            None => xxhash_rust::xxh3::xxh3_128(rest),
            Some(before) => {
                let mut all = before.clone();
                all.update(rest);
                all.digest128()
            }
        }
    }
}

/// State that can be hashed.
pub trait StateHash {
    /// Adds this state to a hasher.
    fn state_hash(&self, hasher: &mut StateHasher);

    /// Adds some of these states to a hasher, without their number.
    fn hash_each(items: &[Self], hasher: &mut StateHasher)
    where
        Self: Sized,
    {
        for item in items {
            item.state_hash(hasher);
        }
    }
}

/// The hash of one state.
pub fn hash_of(state: &impl StateHash) -> u128 {
    let mut hasher = StateHasher::new();
    state.state_hash(&mut hasher);
    hasher.finish()
}

/// The hash of bytes alone, without their number.
pub fn hash_bytes(bytes: &[u8]) -> u128 {
    xxhash_rust::xxh3::xxh3_128(bytes)
}

/// Mixes two numbers into one, evenly (the finalizer of `SplitMix64`).
pub const fn mix(a: u64, b: u64) -> u64 {
    let mut z = a.wrapping_add(b.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A hash of a short text, for names.
pub fn hash_text(text: &str) -> u64 {
    xxhash_rust::xxh3::xxh3_64(text.as_bytes())
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl StateHash for $number {
            #[inline]
            fn state_hash(&self, hasher: &mut StateHasher) {
                hasher.write(&self.to_le_bytes());
            }

            #[inline]
            fn hash_each(items: &[Self], hasher: &mut StateHasher) {
                hasher.write_each(items.iter().map(|number| number.to_le_bytes()));
            }
        }
    )*};
}
numbers!(u8, u16, u32, u64, u128, i8, i16, i32, i64);

impl StateHash for usize {
    #[inline]
    fn state_hash(&self, hasher: &mut StateHasher) {
        u64::try_from(*self).expect("usize has at most 64 bits").state_hash(hasher);
    }
}

impl StateHash for bool {
    #[inline]
    fn state_hash(&self, hasher: &mut StateHasher) {
        u8::from(*self).state_hash(hasher);
    }
}

impl StateHash for char {
    fn state_hash(&self, hasher: &mut StateHasher) {
        u32::from(*self).state_hash(hasher);
    }
}

impl StateHash for str {
    fn state_hash(&self, hasher: &mut StateHasher) {
        self.len().state_hash(hasher);
        hasher.write(self.as_bytes());
    }
}

impl StateHash for String {
    fn state_hash(&self, hasher: &mut StateHasher) {
        self.as_str().state_hash(hasher);
    }
}

impl<T: StateHash> StateHash for [T] {
    fn state_hash(&self, hasher: &mut StateHasher) {
        self.len().state_hash(hasher);
        T::hash_each(self, hasher);
    }
}

impl<T: StateHash> StateHash for Vec<T> {
    fn state_hash(&self, hasher: &mut StateHasher) {
        self.as_slice().state_hash(hasher);
    }
}

impl<A: Array<Item: StateHash>> StateHash for SmallVec<A> {
    fn state_hash(&self, hasher: &mut StateHasher) {
        self.as_slice().state_hash(hasher);
    }
}

impl<T: StateHash, const N: usize> StateHash for [T; N] {
    fn state_hash(&self, hasher: &mut StateHasher) {
        T::hash_each(self, hasher);
    }
}

impl<T: StateHash> StateHash for Option<T> {
    fn state_hash(&self, hasher: &mut StateHasher) {
        self.is_some().state_hash(hasher);
        if let Some(value) = self {
            value.state_hash(hasher);
        }
    }
}

impl<T: StateHash + ?Sized> StateHash for Box<T> {
    fn state_hash(&self, hasher: &mut StateHasher) {
        (**self).state_hash(hasher);
    }
}

impl<A: StateHash, B: StateHash> StateHash for (A, B) {
    fn state_hash(&self, hasher: &mut StateHasher) {
        self.0.state_hash(hasher);
        self.1.state_hash(hasher);
    }
}

/// Implements `StateHash`: every field of a struct, hashed or skipped; every variant of an enum, with its number.
///
/// `state_hash!(struct Pair { a, b } skip { cache });`
/// `state_hash!(enum Shape { 0 => Dot, 1 => Circle(radius), 2 => Box { width, height } });`
/// `state_hash!(id ThreadId, TaskId);` for newtypes over a number.
#[macro_export]
macro_rules! state_hash {
    (id $($name:ty),* $(,)?) => {$(
        impl $crate::StateHash for $name {
            #[inline]
            fn state_hash(&self, hasher: &mut $crate::StateHasher) {
                $crate::StateHash::state_hash(&self.0, hasher);
            }
        }
    )*};
    (struct $name:ident { $($field:ident),* $(,)? } $(skip { $($skipped:ident),* $(,)? })?) => {
        impl $crate::StateHash for $name {
            fn state_hash(&self, hasher: &mut $crate::StateHasher) {
                let Self { $($field,)* $($($skipped: _,)*)? } = self;
                $($crate::StateHash::state_hash($field, hasher);)*
                let _ = hasher;
            }
        }
    };
    (enum $name:ident { $($number:literal => $variant:ident $(($($item:ident),*))? $({$($field:ident),*})?),* $(,)? }) => {
        impl $crate::StateHash for $name {
            fn state_hash(&self, hasher: &mut $crate::StateHasher) {
                match self {
                    $(Self::$variant $(($($item),*))? $({$($field),*})? => {
                        hasher.write(&[$number]);
                        $($($crate::StateHash::state_hash($item, hasher);)*)?
                        $($($crate::StateHash::state_hash($field, hasher);)*)?
                    })*
                }
            }
        }
    };
}

state_hash!(id crate::point::ActorId);

#[cfg(test)]
mod tests {
    use super::{StateHash, StateHasher, hash_of};

    struct Pair {
        a: u32,
        cache: u64,
    }
    state_hash!(struct Pair { a } skip { cache });

    #[test]
    fn caches_are_skipped_and_lengths_count() {
        assert_eq!(Pair { a: 1, cache: 2 }.cache, 2);
        assert_eq!(hash_of(&Pair { a: 1, cache: 2 }), hash_of(&Pair { a: 1, cache: 3 }));
        assert_ne!(hash_of(&Pair { a: 1, cache: 2 }), hash_of(&Pair { a: 2, cache: 2 }));
        assert_ne!(hash_of(&(vec![1u8], vec![2u8, 3])), hash_of(&(vec![1u8, 2], vec![3u8])));
        let mut hasher = StateHasher::new();
        true.state_hash(&mut hasher);
        assert_ne!(hasher.finish(), StateHasher::new().finish());
    }
}
