//! Where calls return to: a cache beside the links in the frames, which say the same in numbers.

use std::fmt;
use std::mem::MaybeUninit;

/// How many of the innermost calls are kept.
const KEPT: usize = 128;

/// The returns of the innermost calls.
///
/// **Invariant.** The first `len` entries are written, and `len <= limit <= KEPT`.
pub struct Returns<T: Copy> {
    len: usize,
    limit: usize,
    entries: [MaybeUninit<T>; KEPT],
}

impl<T: Copy> fmt::Debug for Returns<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Returns").field("len", &self.len).field("limit", &self.limit).finish_non_exhaustive()
    }
}

impl<T: Copy> Returns<T> {
    /// No returns, with room for as many as the limit says, or as are kept.
    #[inline]
    pub fn new(limit: usize) -> Self {
        Self { len: 0, limit: limit.min(KEPT), entries: [const { MaybeUninit::uninit() }; KEPT] }
    }

    /// Forgets all, and sets another limit.
    pub fn reset(&mut self, limit: usize) {
        (self.len, self.limit) = (0, limit.min(KEPT));
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether there is no room.
    #[inline(always)]
    pub const fn is_full(&self) -> bool {
        self.len >= self.limit
    }

    /// Adds one; without room it is lost.
    #[inline(always)]
    pub fn push(&mut self, entry: T) {
        if self.is_full() {
            return;
        }
        // SAFETY: `len` is less than the limit, which is at most the number of entries.
        unsafe { self.entries.get_unchecked_mut(self.len) }.write(entry);
        self.len += 1;
    }

    /// Takes the one that was added last.
    #[inline(always)]
    pub fn pop(&mut self) -> Option<T> {
        let len = self.len.checked_sub(1)?;
        self.len = len;
        // SAFETY: it was less than the number of entries when it was written.
        let entry = unsafe { self.entries.get_unchecked(len) };
        // SAFETY: the first `len` entries are written.
        Some(unsafe { entry.assume_init() })
    }
}
