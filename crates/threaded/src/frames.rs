//! Frames: windows of one array of cells, so that a slot of 16 bits needs no check.

use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr::NonNull;

/// How many cells can be named from a frame: slots have 16 bits, and what takes two cells needs one more.
pub const WINDOW: usize = (1 << 16) + 1;

/// The cells in which frames lie one over the other.
#[derive(Clone, Copy, Debug)]
pub struct Frames<'a> {
    cells: &'a [Cell<u64>],
    /// The last cell at which a window fits.
    last: usize,
}

/// A window of the cells.
///
/// **Invariant.** From `at` on there are [`WINDOW`] cells, borrowed for `'a`.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    at: NonNull<Cell<u64>>,
    cells: PhantomData<&'a [Cell<u64>]>,
}

impl<'a> Frames<'a> {
    /// Frames in some cells; `None` when there are fewer than a window has.
    pub fn new(cells: &'a mut [u64]) -> Option<Self> {
        let cells = Cell::from_mut(cells).as_slice_of_cells();
        let last = cells.len().checked_sub(WINDOW)?;
        Some(Self { cells, last: cells.as_ptr().addr() + last * size_of::<u64>() })
    }

    /// The frame that begins at a cell; `None` when there is no room for a window.
    #[inline]
    pub fn at(self, base: usize) -> Option<Frame<'a>> {
        if base > self.cells.len() - WINDOW {
            return None;
        }
        // SAFETY: it is one of the cells, and the pointer comes from the slice of all of them.
        let at = unsafe { NonNull::from(self.cells).cast::<Cell<u64>>().add(base) };
        Some(Frame { at, cells: PhantomData })
    }

    /// Which cell a frame begins at.
    #[inline]
    pub fn base(self, frame: Frame<'a>) -> usize {
        (frame.at.addr().get() - self.cells.as_ptr().addr()) / size_of::<u64>()
    }

    /// The frame that begins some cells above another; `None` when there is no room for a window, or the frame lies in other
    /// cells.
    #[inline(always)]
    pub fn above(self, frame: Frame<'a>, delta: u16) -> Option<Frame<'a>> {
        // SAFETY: a window has more cells than 16 bits can count.
        let at = unsafe { frame.at.add(usize::from(delta)) };
        // The cell is one of the frame's window, so one of these only if the frame lies in these.
        self.is_start(at.addr().get()).then_some(Frame { at, cells: PhantomData })
    }

    /// The frame that begins some cells below another; `None` when there are not so many, or the frame lies in other cells.
    #[inline(always)]
    pub fn below(self, frame: Frame<'a>, delta: u16) -> Option<Frame<'a>> {
        let at = frame.at.as_ptr().wrapping_sub(usize::from(delta));
        let is_own = self.is_start(frame.at.addr().get());
        if !is_own || at.addr() < self.cells.as_ptr().addr() || at.addr() > frame.at.addr().get() {
            return None;
        }
        Some(Frame { at: NonNull::new(at)?, cells: PhantomData })
    }

    /// Whether a window can begin at an address of a cell.
    #[inline(always)]
    fn is_start(self, address: usize) -> bool {
        let start = self.cells.as_ptr().addr();
        address.wrapping_sub(start) <= self.last - start
    }
}

impl Frame<'_> {
    #[inline(always)]
    fn cell(&self, slot: u16) -> &Cell<u64> {
        // SAFETY: a window has more cells than 16 bits can count.
        let at = unsafe { self.at.add(usize::from(slot)) };
        // SAFETY: it is one of the cells, which are borrowed as long as the frame lives.
        unsafe { at.as_ref() }
    }

    #[inline(always)]
    fn cell_after(&self, slot: u16) -> &Cell<u64> {
        // SAFETY: a window has one cell more than 16 bits can count.
        let at = unsafe { self.at.add(usize::from(slot) + 1) };
        // SAFETY: it is one of the cells, which are borrowed as long as the frame lives.
        unsafe { at.as_ref() }
    }

    /// What a cell holds.
    #[inline(always)]
    pub fn get(self, slot: u16) -> u64 {
        self.cell(slot).get()
    }

    /// Writes a cell.
    #[inline(always)]
    pub fn set(self, slot: u16, value: u64) {
        self.cell(slot).set(value);
    }

    /// What a cell and the next one hold.
    #[inline(always)]
    pub fn pair(self, slot: u16) -> [u64; 2] {
        [self.cell(slot).get(), self.cell_after(slot).get()]
    }

    /// Writes a cell and the next one.
    #[inline(always)]
    pub fn set_pair(self, slot: u16, [first, second]: [u64; 2]) {
        self.cell(slot).set(first);
        self.cell_after(slot).set(second);
    }
}
