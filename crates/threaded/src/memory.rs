//! Memory: bytes with a mark for each page of them, so that an access is one comparison, and a mark one or two instructions.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;
use std::ptr::NonNull;

/// How many bytes have one mark, as a power of two.
pub const PAGE_LOG2: u32 = 10;

const PAGE: usize = 1 << PAGE_LOG2;

/// How many sizes of accesses there are: 1, 2, 4, 8 and 16 bytes.
const SIZES: usize = 5;

/// Bytes, and which pages of them were written.
///
/// **Invariant.** From `bytes` on there are `ends[0]` bytes, from `marks` on as many marks as these have pages, the last of which
/// may not be whole; both are borrowed for `'a`.
pub struct Memory<'a> {
    bytes: NonNull<u8>,
    marks: NonNull<u8>,
    /// For accesses of `1 << n` bytes, the first place where there is no room for one.
    ends: [usize; SIZES],
    borrowed: PhantomData<&'a mut [u8]>,
}

impl fmt::Debug for Memory<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").field("len", &self.len()).finish_non_exhaustive()
    }
}

impl<'a> Memory<'a> {
    /// Bytes and their marks; `None` when there are too few marks.
    pub fn new(bytes: &'a mut [u8], marks: &'a mut [u8]) -> Option<Self> {
        let len = bytes.len();
        if marks.len() < len.div_ceil(PAGE) {
            return None;
        }
        let ends = std::array::from_fn(|size| len.saturating_sub((1 << size) - 1));
        Some(Self {
            bytes: NonNull::from(bytes).cast(),
            marks: NonNull::from(marks).cast(),
            ends,
            borrowed: PhantomData,
        })
    }

    /// How many bytes there are.
    pub const fn len(&self) -> usize {
        self.ends[0]
    }

    /// Whether there is no byte.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes from a place on, if there are so many.
    #[inline(always)]
    pub fn get<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        let at = self.place::<N>(at)?;
        // SAFETY: there are `N` bytes, which are borrowed, and read through no other pointer meanwhile.
        Some(unsafe { at.read() })
    }

    /// Writes the bytes from a place on and marks their pages; `None`, and nothing is written, if there are not so many.
    #[inline(always)]
    pub fn set<const N: usize>(&mut self, at: usize, value: [u8; N]) -> Option<()> {
        let place = self.place::<N>(at)?;
        // SAFETY: there are `N` bytes, which are borrowed, and only from here.
        unsafe { place.write(value) };
        // SAFETY: the byte at `at` is one of the bytes.
        unsafe { self.mark(at) };
        if at % PAGE > PAGE - N {
            // SAFETY: it is the last of the `N` bytes.
            unsafe { self.mark(at + N - 1) };
        }
        Some(())
    }

    /// Where `N` bytes are.
    #[inline(always)]
    fn place<const N: usize>(&self, at: usize) -> Option<NonNull<[u8; N]>> {
        const { assert!(N.is_power_of_two() && N < 1 << SIZES, "an access has 1, 2, 4, 8 or 16 bytes") };
        if at >= self.ends[const { to_index(N.trailing_zeros()) }] {
            return None;
        }
        // SAFETY: `at + N` is not more than the number of bytes.
        Some(unsafe { self.bytes.add(at) }.cast())
    }

    /// Marks the page of a byte.
    ///
    /// # Safety
    /// It is one of the bytes.
    #[inline(always)]
    unsafe fn mark(&mut self, at: usize) {
        // SAFETY: the page of each byte has a mark.
        let mark = unsafe { self.marks.add(at >> PAGE_LOG2) };
        // SAFETY: the marks are borrowed, and only from here.
        unsafe { mark.write(1) };
    }

    /// Bytes to write, after their pages are marked; `None` if there are none such.
    #[inline]
    pub fn range_mut(&mut self, range: Range<usize>) -> Option<&mut [u8]> {
        self.mark_range(&range)?;
        Some(&mut self.all()[range])
    }

    /// Copies bytes to another place, which they may overlap; `None` if one of them is outside.
    #[inline]
    pub fn copy_within(&mut self, from: Range<usize>, to: usize) -> Option<()> {
        let len = from.end.checked_sub(from.start).filter(|_| from.end <= self.len())?;
        self.mark_range(&(to..to.checked_add(len)?))?;
        self.all().copy_within(from, to);
        Some(())
    }

    #[inline]
    fn mark_range(&mut self, range: &Range<usize>) -> Option<()> {
        if range.start > range.end || range.end > self.len() {
            return None;
        }
        let pages = range.start >> PAGE_LOG2..range.end.div_ceil(PAGE);
        if range.is_empty() {
            return Some(());
        }
        if pages.len() <= 2 {
            // SAFETY: it is less than the end, which is not more than the number of bytes.
            unsafe { self.mark(range.start) };
            // SAFETY: it is less than the number of bytes.
            unsafe { self.mark(range.end - 1) };
        } else {
            let len = self.len().div_ceil(PAGE);
            // SAFETY: there are so many marks, which are borrowed, and only from here.
            let marks = unsafe { std::slice::from_raw_parts_mut(self.marks.as_ptr(), len) };
            marks[pages].fill(1);
        }
        Some(())
    }

    #[inline]
    fn all(&mut self) -> &mut [u8] {
        let len = self.len();
        // SAFETY: there are so many bytes, which are borrowed, and only from here.
        unsafe { std::slice::from_raw_parts_mut(self.bytes.as_ptr(), len) }
    }
}

#[expect(clippy::as_conversions, reason = "`from` is not constant")]
const fn to_index(size: u32) -> usize {
    size as usize
}
