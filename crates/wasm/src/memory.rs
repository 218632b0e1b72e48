//! Memories: flat bytes, with a map of the pages that were written since the last snapshot.
//!
//! Spec: core specification, "Memory Instances". The dirty map has one byte for each KiB and is a cache: it is neither
//! compared nor hashed.

use std::ops::Range;

use syntax::convert::{to_u64, to_usize};
use syntax::module::MemoryType;

use crate::limits::DIRTY_PAGE_LOG2;
use crate::snapshot::Pages;

/// A memory instance.
#[derive(Clone, Debug)]
pub struct Memory {
    pub(crate) ty: MemoryType,
    pub(crate) bytes: Vec<u8>,
    pub(crate) dirty: Vec<u8>,
    /// What the bytes were at the last snapshot: a cache, as the dirty map is.
    pub(crate) pages: Pages,
    /// Whether all bytes are 0 but those of dirty pages.
    pub(crate) was_cleared: bool,
}

impl Drop for Memory {
    fn drop(&mut self) {
        if self.was_cleared {
            crate::spare::keep(std::mem::take(&mut self.bytes), std::mem::take(&mut self.dirty));
        }
    }
}

impl Memory {
    /// A cleared memory of the minimal size.
    pub(crate) fn new(ty: MemoryType) -> Self {
        let len = to_usize(ty.limits.minimum << ty.page_size_log2);
        let (bytes, dirty) = crate::spare::zeros(len);
        Self { ty, bytes, dirty, pages: Pages::default(), was_cleared: true }
    }

    /// A memory of no bytes, to be made into another one.
    pub(crate) fn empty(ty: MemoryType) -> Self {
        Self { ty, bytes: Vec::new(), dirty: Vec::new(), pages: Pages::default(), was_cleared: false }
    }

    /// Its type; the limits are those it was made with.
    pub const fn ty(&self) -> MemoryType {
        self.ty
    }

    /// Whether addresses have 64 bits.
    pub const fn is_64(&self) -> bool {
        self.ty.is_64
    }

    /// All bytes.
    pub fn data(&self) -> &[u8] {
        &self.bytes
    }

    /// Bytes to write; their pages become dirty.
    ///
    /// # Panics
    /// When the range is not inside the memory; the caller has checked it.
    pub fn slice_mut(&mut self, range: Range<usize>) -> &mut [u8] {
        if !range.is_empty() {
            self.dirty[range.start >> DIRTY_PAGE_LOG2..=(range.end - 1) >> DIRTY_PAGE_LOG2].fill(1);
        }
        &mut self.bytes[range]
    }

    /// One byte for each page of 1 KiB, not 0 where something was written since `clean`.
    pub fn dirty(&self) -> &[u8] {
        &self.dirty
    }

    /// Forgets which pages were written.
    pub fn clean(&mut self) {
        self.dirty.fill(0);
        self.pages = Pages::default();
        self.was_cleared = false;
    }

    /// Its size in pages.
    pub fn pages(&self) -> u64 {
        to_u64(self.bytes.len()) >> self.ty.page_size_log2
    }

    /// Whether the limits allow to grow by a number of pages.
    pub(crate) fn can_grow(&self, delta: u64, limit_bytes: u64) -> bool {
        self.grown(delta, limit_bytes).is_some()
    }

    /// How many bytes there are after it has grown, if the limits allow it.
    fn grown(&self, delta: u64, limit_bytes: u64) -> Option<u64> {
        let after = self.pages().checked_add(delta)?;
        let most = if self.ty.is_64 {
            1 << (64 - u32::from(self.ty.page_size_log2)).min(63)
        } else {
            1 << (32 - self.ty.page_size_log2)
        };
        let bytes = after.checked_mul(1 << self.ty.page_size_log2)?;
        if after > self.ty.limits.maximum.unwrap_or(most).min(most) || bytes > limit_bytes {
            return None;
        }
        Some(bytes)
    }

    /// Grows by a number of pages; the size before, or `None` when a limit forbids it.
    pub(crate) fn grow(&mut self, delta: u64, limit_bytes: u64) -> Option<u64> {
        let before = self.pages();
        let bytes = self.grown(delta, limit_bytes)?;
        if delta > 0 && self.bytes.len() & ((1 << DIRTY_PAGE_LOG2) - 1) != 0 {
            // The last page becomes longer: no snapshot has it so.
            let last = self.dirty.last_mut().expect("a memory with bytes has pages");
            *last = 1;
        }
        self.bytes.resize(to_usize(bytes), 0);
        self.dirty.resize(dirty_len(to_usize(bytes)), 0);
        Some(before)
    }

    /// The range `at .. at + len`, if it is inside the memory.
    pub(crate) fn range(&self, at: u64, len: u64) -> Option<Range<usize>> {
        let end = at.checked_add(len)?;
        (end <= to_u64(self.bytes.len())).then(|| to_usize(at)..to_usize(end))
    }
}

const fn dirty_len(bytes: usize) -> usize {
    (bytes + (1 << DIRTY_PAGE_LOG2) - 1) >> DIRTY_PAGE_LOG2
}

impl PartialEq for Memory {
    fn eq(&self, other: &Self) -> bool {
        self.ty == other.ty && self.bytes == other.bytes
    }
}

impl Eq for Memory {}
