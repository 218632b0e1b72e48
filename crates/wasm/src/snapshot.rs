//! Snapshots of the mutable state of core modules, and going back to them.
//!
//! Spec: none. A snapshot holds the bytes of memories as pages that it shares with other snapshots: taking one copies the
//! pages that were written since the last, going back copies the pages that differ. Stacks are kept without their spare
//! cells. What a snapshot holds cannot run; `thaw` puts it into a store or stack that can.

use std::sync::Arc;

use choice::{StateHash, StateHasher};
use smallvec::SmallVec;

use crate::limits::DIRTY_PAGE_LOG2;
use crate::memory::Memory;
use crate::stack::{Cells, Stack, State};
use crate::store::{CoreStore, Live, Table};

const PAGE_BYTES: usize = 1 << DIRTY_PAGE_LOG2;

/// How many pages are shared as one.
const CHUNK_PAGES: usize = 8;

/// The bytes of a page with their hash. The last page of a memory may have fewer than there is room for.
#[derive(Debug)]
struct Page {
    hash: u128,
    bytes: [u8; PAGE_BYTES],
}

impl Page {
    fn new(hash: u128, bytes: &[u8]) -> Arc<Self> {
        let mut page = Self { hash, bytes: [0; PAGE_BYTES] };
        page.bytes[..bytes.len()].copy_from_slice(bytes);
        Arc::new(page)
    }
}

/// Pages that lie one after another.
type Chunk = SmallVec<[Arc<Page>; CHUNK_PAGES]>;

/// The pages that a memory had when it was last in step with a snapshot: page for page, those that are not dirty are as here.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pages {
    /// All but the last are full.
    chunks: Vec<Arc<Chunk>>,
    /// How many bytes the pages have.
    length: usize,
    /// The sum of what the pages contribute to the hash of the memory.
    sum: u128,
}

/// What a page contributes to the hash of its memory.
fn contribution(number: usize, hash: u128) -> u128 {
    const ODD: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;
    let number = u128::from(syntax::convert::to_u64(number)).wrapping_mul(ODD);
    (hash ^ number).wrapping_mul(ODD)
}

fn page_hash(bytes: &[u8]) -> u128 {
    choice::hash::hash_bytes(bytes)
}

/// Whether no page is dirty; looks at all, which is quicker than to stop at the first.
fn is_clean(dirty: &[u8]) -> bool {
    dirty.iter().fold(0, |all, one| all | one) == 0
}

impl Pages {
    fn page(&self, number: usize) -> Option<&Arc<Page>> {
        self.chunks.get(number / CHUNK_PAGES)?.get(number % CHUNK_PAGES)
    }

    /// Makes these pages others, and keeps what both have.
    fn copy(&mut self, from: &Self) {
        self.chunks.truncate(from.chunks.len());
        for (own, from) in self.chunks.iter_mut().zip(&from.chunks) {
            if !Arc::ptr_eq(own, from) {
                *own = Arc::clone(from);
            }
        }
        self.chunks.extend_from_slice(&from.chunks[self.chunks.len()..]);
        (self.length, self.sum) = (from.length, from.sum);
    }
}

impl Memory {
    /// Keeps the pages that were written since the last call.
    fn keep(&mut self) {
        if self.pages.length != self.bytes.len() {
            // The page that was the last one may have got longer.
            if let Some(last) = self.dirty.get_mut(self.pages.length / PAGE_BYTES) {
                *last = 1;
            }
        } else if is_clean(&self.dirty) {
            return;
        }
        let Pages { chunks, length, sum } = &mut self.pages;
        let dirty = self.dirty.chunks(CHUNK_PAGES);
        for (place, (bytes, dirty)) in self.bytes.chunks(CHUNK_PAGES * PAGE_BYTES).zip(dirty).enumerate() {
            match chunks.get(place) {
                Some(chunk) if chunk.len() == dirty.len() && is_clean(dirty) => continue,
                Some(_) => {}
                None => chunks.push(Arc::default()),
            }
            let chunk = Arc::make_mut(&mut chunks[place]);
            for (position, (bytes, dirty)) in bytes.chunks(PAGE_BYTES).zip(dirty).enumerate() {
                let number = place * CHUNK_PAGES + position;
                let old = chunk.get_mut(position);
                if *dirty == 0 && old.is_some() {
                    continue;
                }
                let hash = page_hash(bytes);
                match old {
                    // It was written to, and is what it was.
                    Some(old) if old.hash == hash => {}
                    Some(old) => {
                        *sum = sum.wrapping_sub(contribution(number, old.hash));
                        *sum = sum.wrapping_add(contribution(number, hash));
                        *old = Page::new(hash, bytes);
                    }
                    None => {
                        *sum = sum.wrapping_add(contribution(number, hash));
                        chunk.push(Page::new(hash, bytes));
                    }
                }
            }
        }
        *length = self.bytes.len();
        self.dirty.fill(0);
        self.was_cleared = false;
    }

    fn freeze_into(&mut self, to: &mut Self) {
        self.keep();
        to.ty = self.ty;
        to.pages.copy(&self.pages);
    }

    fn thaw(&mut self, frozen: &Self) {
        let (old, new) = (&self.pages, &frozen.pages);
        let same_length = self.bytes.len() == new.length;
        let unwritten = same_length && is_clean(&self.dirty);
        let known = self.dirty.len();
        self.was_cleared = false;
        self.bytes.resize(new.length, 0);
        self.dirty.resize(new.length.div_ceil(PAGE_BYTES), 1);
        for (place, chunk) in new.chunks.iter().enumerate() {
            let first = place * CHUNK_PAGES;
            let end = first + chunk.len();
            let same = same_length && old.chunks.get(place).is_some_and(|old| Arc::ptr_eq(old, chunk));
            if same && (unwritten || is_clean(&self.dirty[first..end])) {
                continue;
            }
            for (number, page) in (first..end).zip(chunk.iter()) {
                let is_known = number < known
                    && self.dirty[number] == 0
                    && old.page(number).is_some_and(|old| Arc::ptr_eq(old, page));
                if !is_known {
                    let at = number * PAGE_BYTES;
                    let end = new.length.min(at + PAGE_BYTES);
                    self.bytes[at..end].copy_from_slice(&page.bytes[..end - at]);
                }
            }
            self.dirty[first..end].fill(0);
        }
        self.ty = frozen.ty;
        self.pages.copy(&frozen.pages);
    }
}

impl StateHash for Memory {
    /// Hashes the hashes of pages, so that pages that did not change are not read.
    fn state_hash(&self, hasher: &mut StateHasher) {
        self.bytes.len().state_hash(hasher);
        let Pages { chunks, length, sum } = &self.pages;
        let mut sum = *sum;
        let same_length = *length == self.bytes.len();
        let unwritten = same_length && is_clean(&self.dirty);
        let written = if unwritten { &[] } else { self.dirty.as_slice() };
        for (place, dirty) in written.chunks(CHUNK_PAGES).enumerate() {
            if same_length && is_clean(dirty) {
                continue;
            }
            let chunk = chunks.get(place);
            for (position, dirty) in dirty.iter().enumerate() {
                let number = place * CHUNK_PAGES + position;
                let bytes = &self.bytes[number * PAGE_BYTES..self.bytes.len().min((number + 1) * PAGE_BYTES)];
                let old = chunk.and_then(|chunk| chunk.get(position));
                if let Some(old) = old {
                    // A page that was the last one may have got longer.
                    if *dirty == 0 && (same_length || (number + 1) * PAGE_BYTES <= *length) {
                        continue;
                    }
                    sum = sum.wrapping_sub(contribution(number, old.hash));
                }
                sum = sum.wrapping_add(contribution(number, page_hash(bytes)));
            }
        }
        sum.state_hash(hasher);
    }
}

impl Stack {
    /// This stack without its spare cells; it cannot run.
    #[must_use]
    pub fn freeze(&self) -> Self {
        let cells = if self.state == State::Empty { Vec::new() } else { self.cells.0[..self.top].to_vec() };
        Self { cells: Cells(cells), ..*self }
    }

    /// Makes another stack this one without its spare cells; it cannot run.
    pub fn freeze_into(&self, to: &mut Self) {
        let mut cells = std::mem::replace(&mut to.cells, Cells::none());
        cells.0.clear();
        if self.state != State::Empty {
            cells.0.extend_from_slice(&self.cells.0[..self.top]);
        }
        *to = Self { cells, ..*self };
    }

    /// A stack as it was when it was frozen.
    #[must_use]
    pub fn thawed(frozen: &Self) -> Self {
        let mut stack = Self::new();
        stack.thaw(frozen);
        stack
    }

    /// Makes this stack what it was when it was frozen.
    pub fn thaw(&mut self, frozen: &Self) {
        let mut cells = std::mem::replace(&mut self.cells, Cells::none());
        if frozen.state != State::Empty {
            cells.reserve(frozen.base);
            cells.0[..frozen.top].copy_from_slice(&frozen.cells.0[..frozen.top]);
        }
        *self = Self { cells, ..*frozen };
    }
}

impl Live {
    /// Makes this state another one, but for the memories.
    fn copy(&mut self, from: &Self) {
        let Self { tables, memories: _, cells, elems, dropped, heap, parameters } = self;
        tables.truncate(from.tables.len());
        for (table, from) in tables.iter_mut().zip(&from.tables) {
            table.ty = from.ty;
            if table.elems != from.elems {
                table.elems.clone_from(&from.elems);
            }
        }
        for from in &from.tables[tables.len()..] {
            tables.push(Table { ty: from.ty, elems: from.elems.clone() });
        }
        cells.clone_from(&from.cells);
        // Segments change only by being dropped.
        if elems.iter().map(|cells| cells.len()).ne(from.elems.iter().map(|cells| cells.len())) {
            elems.clone_from(&from.elems);
        }
        dropped.clone_from(&from.dropped);
        parameters.clone_from(&from.parameters);
        if heap != &from.heap {
            heap.clone_from(&from.heap);
        }
    }

    /// Makes room for as many memories as there are.
    fn match_memories(&mut self, memories: &[Memory]) {
        self.memories.truncate(memories.len());
        while self.memories.len() < memories.len() {
            self.memories.push(Memory::empty(memories[self.memories.len()].ty));
        }
    }
}

impl CoreStore {
    /// This state with memories as shared pages; it cannot run.
    #[must_use]
    pub fn freeze(&mut self) -> Self {
        let mut frozen = Self::new(self.limits);
        self.freeze_into(&mut frozen);
        frozen
    }

    /// Makes another state this one, with memories as shared pages; it cannot run.
    pub fn freeze_into(&mut self, to: &mut Self) {
        to.limits = self.limits;
        if !Arc::ptr_eq(&to.links, &self.links) {
            to.links = Arc::clone(&self.links);
        }
        to.live.match_memories(&self.live.memories);
        for (memory, to) in self.live.memories.iter_mut().zip(&mut to.live.memories) {
            memory.freeze_into(to);
        }
        to.live.copy(&self.live);
    }

    /// Makes this state what it was when it was frozen.
    pub fn thaw(&mut self, frozen: &Self) {
        if !Arc::ptr_eq(&self.links, &frozen.links) {
            self.links = Arc::clone(&frozen.links);
        }
        self.limits = frozen.limits;
        self.live.match_memories(&frozen.live.memories);
        for (memory, from) in self.live.memories.iter_mut().zip(&frozen.live.memories) {
            memory.thaw(from);
        }
        self.live.copy(&frozen.live);
    }
}
