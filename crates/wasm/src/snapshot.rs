//! Snapshots of the mutable state of core modules, and going back to them.
//!
//! Spec: none. A snapshot holds the bytes of memories as pages that it shares with other snapshots: taking one copies the
//! pages that were written since the last, going back copies the pages that differ. Stacks are kept without their spare
//! cells. What a snapshot holds cannot run; `thaw` puts it into a store or stack that can.

use std::sync::Arc;

use choice::{StateHash, StateHasher};

use crate::limits::DIRTY_PAGE_LOG2;
use crate::memory::Memory;
use crate::stack::{Cells, Stack, State};
use crate::store::{CoreStore, Live, Table};

const PAGE_BYTES: usize = 1 << DIRTY_PAGE_LOG2;

/// The bytes of a page with their hash.
#[derive(Debug)]
pub(crate) struct Page {
    hash: u128,
    bytes: Box<[u8]>,
}

/// The pages that a memory had when it was last in step with a snapshot: page for page, those that are not dirty are as here.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pages {
    list: Arc<Vec<Arc<Page>>>,
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
    let mut hasher = StateHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

impl Memory {
    /// Keeps the pages that were written since the last call.
    fn keep(&mut self) {
        let count = self.dirty.len();
        let last = self.bytes.len() - count.saturating_sub(1) * PAGE_BYTES;
        let same_length =
            self.pages.list.len() == count && self.pages.list.last().is_none_or(|page| page.bytes.len() == last);
        if same_length && self.dirty.iter().all(|dirty| *dirty == 0) {
            return;
        }
        let pages = Arc::make_mut(&mut self.pages.list);
        pages.truncate(count);
        for (number, bytes) in self.bytes.chunks(PAGE_BYTES).enumerate() {
            if pages.get(number).is_some_and(|page| page.bytes.len() == bytes.len()) && self.dirty[number] == 0 {
                continue;
            }
            let page = Arc::new(Page { hash: page_hash(bytes), bytes: bytes.into() });
            if number < pages.len() {
                pages[number] = page;
            } else {
                pages.push(page);
            }
        }
        let numbered = pages.iter().enumerate();
        self.pages.sum = numbered.fold(0, |sum, (number, page)| sum.wrapping_add(contribution(number, page.hash)));
        self.dirty.fill(0);
    }

    fn freeze(&mut self) -> Self {
        self.keep();
        Self { ty: self.ty, bytes: Vec::new(), dirty: Vec::new(), pages: self.pages.clone() }
    }

    fn thaw(&mut self, frozen: &Self) {
        let same = Arc::ptr_eq(&self.pages.list, &frozen.pages.list);
        let (old, new) = (&self.pages.list, &frozen.pages.list);
        if same && self.dirty.len() == new.len() && self.dirty.iter().all(|dirty| *dirty == 0) {
            return;
        }
        let length: usize = match new.last() {
            Some(last) => (new.len() - 1) * PAGE_BYTES + last.bytes.len(),
            None => 0,
        };
        self.bytes.resize(length, 0);
        let clean = self.dirty.len();
        self.dirty.resize(new.len(), 1);
        for (number, page) in new.iter().enumerate() {
            let known = number < clean
                && self.dirty[number] == 0
                && old.get(number).is_some_and(|old| same || Arc::ptr_eq(old, page));
            if !known {
                let at = number * PAGE_BYTES;
                self.bytes[at..at + page.bytes.len()].copy_from_slice(&page.bytes);
            }
        }
        self.dirty.fill(0);
        self.ty = frozen.ty;
        self.pages = frozen.pages.clone();
    }
}

impl StateHash for Memory {
    /// Hashes the hashes of pages, so that pages that did not change are not read.
    fn state_hash(&self, hasher: &mut StateHasher) {
        self.bytes.len().state_hash(hasher);
        let mut sum = if self.pages.list.len() == self.dirty.len() { self.pages.sum } else { 0 };
        let all = self.pages.list.len() != self.dirty.len();
        for (number, bytes) in self.bytes.chunks(PAGE_BYTES).enumerate() {
            let known = self.pages.list.get(number).filter(|page| page.bytes.len() == bytes.len());
            if self.dirty[number] == 0 && !all && known.is_some() {
                continue;
            }
            if let (false, Some(old)) = (all, self.pages.list.get(number)) {
                sum = sum.wrapping_sub(contribution(number, old.hash));
            }
            let known = known.filter(|_| self.dirty[number] == 0);
            sum = sum.wrapping_add(contribution(number, known.map_or_else(|| page_hash(bytes), |page| page.hash)));
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
    fn thaw(&mut self, frozen: &Self) {
        let Self { tables, memories, cells, elems, dropped, heap, parameters } = self;
        tables.truncate(frozen.tables.len());
        for (table, from) in tables.iter_mut().zip(&frozen.tables) {
            table.ty = from.ty;
            table.elems.clone_from(&from.elems);
        }
        for from in &frozen.tables[tables.len()..] {
            tables.push(Table { ty: from.ty, elems: from.elems.clone() });
        }
        memories.truncate(frozen.memories.len());
        while memories.len() < frozen.memories.len() {
            memories.push(Memory::empty(frozen.memories[memories.len()].ty));
        }
        for (memory, from) in memories.iter_mut().zip(&frozen.memories) {
            memory.thaw(from);
        }
        cells.clone_from(&frozen.cells);
        // Segments change only by being dropped.
        if elems.iter().map(|cells| cells.len()).ne(frozen.elems.iter().map(|cells| cells.len())) {
            elems.clone_from(&frozen.elems);
        }
        dropped.clone_from(&frozen.dropped);
        parameters.clone_from(&frozen.parameters);
        if heap != &frozen.heap {
            heap.clone_from(&frozen.heap);
        }
    }
}

impl CoreStore {
    /// This state with memories as shared pages; it cannot run.
    #[must_use]
    pub fn freeze(&mut self) -> Self {
        let live = &mut self.live;
        Self {
            limits: self.limits,
            links: Arc::clone(&self.links),
            live: Live {
                tables: live.tables.clone(),
                memories: live.memories.iter_mut().map(Memory::freeze).collect(),
                cells: live.cells.clone(),
                elems: live.elems.clone(),
                dropped: live.dropped.clone(),
                heap: live.heap.clone(),
                parameters: live.parameters.clone(),
            },
        }
    }

    /// Makes this state what it was when it was frozen.
    pub fn thaw(&mut self, frozen: &Self) {
        if !Arc::ptr_eq(&self.links, &frozen.links) {
            self.links = Arc::clone(&frozen.links);
        }
        self.limits = frozen.limits;
        self.live.thaw(&frozen.live);
    }
}
