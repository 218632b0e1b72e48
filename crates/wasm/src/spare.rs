//! Spare allocations of memories that are no more: they hold nothing but zeros, as new ones do.
//!
//! Spec: none. To clear a page of 64 KiB costs more than all else of instantiating a small module, and most runs write few pages of
//! a KiB: those alone are cleared again.

use std::cell::Cell;

use crate::limits::DIRTY_PAGE_LOG2;

/// How many memories a native thread keeps, and of how many bytes at most.
const KEPT: usize = 4;
const KEPT_BYTES: usize = 2 << 20;

/// The bytes of a memory, and a mark for each page of them that was written; all are 0.
type Zeros = (Vec<u8>, Vec<u8>);

thread_local! {
    /// A cache of allocations, no state.
    static SPARE: Cell<Vec<Zeros>> = const { Cell::new(Vec::new()) };
}

/// Does something with the spare memories, unless the native thread is ending.
fn with_spare<R>(act: impl FnOnce(&mut Vec<Zeros>) -> R) -> Option<R> {
    let act = |spare: &Cell<Vec<Zeros>>| {
        let mut memories = spare.take();
        let result = act(&mut memories);
        spare.set(memories);
        result
    };
    SPARE.try_with(act).ok()
}

/// The bytes and marks of a cleared memory.
pub(crate) fn zeros(bytes: usize) -> Zeros {
    let take = |spare: &mut Vec<Zeros>| {
        let at = spare.iter().position(|(zeros, _)| zeros.len() == bytes)?;
        Some(spare.swap_remove(at))
    };
    if (1..=KEPT_BYTES).contains(&bytes)
        && let Some(zeros) = with_spare(take).flatten()
    {
        debug_assert!(zeros.0.iter().chain(&zeros.1).all(|byte| *byte == 0), "every write marks its page");
        return zeros;
    }
    (vec![0; bytes], vec![0; bytes.div_ceil(1 << DIRTY_PAGE_LOG2)])
}

/// Keeps bytes that are 0 but for the pages that are marked.
pub(crate) fn keep(mut bytes: Vec<u8>, mut marks: Vec<u8>) {
    if !(1..=KEPT_BYTES).contains(&bytes.len()) {
        return;
    }
    with_spare(|spare| {
        if spare.len() >= KEPT {
            return;
        }
        for (page, mark) in bytes.chunks_mut(1 << DIRTY_PAGE_LOG2).zip(&mut marks) {
            if *mark != 0 {
                page.fill(0);
                *mark = 0;
            }
        }
        spare.push((bytes, marks));
    });
}
