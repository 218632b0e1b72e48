//! The stack of one thread: one array of cells in which frames lie one on another.
//!
//! Spec: core specification, "Runtime Structure", "Stack". A frame is: parameters (later the results), two cells that link
//! to the caller, locals, operands. The arguments of a call are the topmost operands of the caller, so frames overlap there and
//! nothing is copied. At every point where a run can stop, all operands are in their cells: the live cells are
//! exactly those below `top`.

use std::cell::Cell;
use std::fmt;

use choice::{StateHash, StateHasher};
use smallvec::SmallVec;
use syntax::id::ModuleId;

use crate::ids::{FuncAddr, HostFuncId, InstanceAddr};
use crate::limits::FRAME_CELLS;
use crate::module::{Modules, module_of};
use crate::store::CoreStore;

/// The cells, always with room for a whole frame window above the base; cells that are not live have any value.
pub(crate) struct Cells(pub(crate) Vec<u64>);

/// How many spare arrays a native thread keeps.
const SPARE: usize = 16;

/// More cells than the arguments of a call can take: validation allows 1000 parameters.
const MAX_ARGS: usize = 2048;

/// How many cells a fresh array has: a window for the first frame, and one for others.
const FRESH: usize = 2 * FRAME_CELLS;

thread_local! {
    /// Arrays to use again: a cache of allocations, no state. Their content is never read.
    static POOL: Cell<Vec<Vec<u64>>> = const { Cell::new(Vec::new()) };
}

/// Does something with the spare arrays, unless the native thread is ending.
fn with_pool<R>(act: impl FnOnce(&mut Vec<Vec<u64>>) -> R) -> Option<R> {
    let act = |pool: &Cell<Vec<Vec<u64>>>| {
        let mut arrays = pool.take();
        let result = act(&mut arrays);
        pool.set(arrays);
        result
    };
    POOL.try_with(act).ok()
}

impl Cells {
    pub(crate) const fn none() -> Self {
        Self(Vec::new())
    }

    fn take() -> Self {
        let spare = with_pool(Vec::pop).flatten();
        Self(spare.unwrap_or_else(|| vec![0; FRESH]))
    }

    /// Makes room for a window at `base`, whatever the cells hold.
    pub(crate) fn reserve(&mut self, base: usize) {
        if self.0.len() >= base + FRAME_CELLS {
            return;
        }
        *self = Self::take();
        if self.0.len() < base + FRAME_CELLS {
            *self = Self(vec![0; (base + FRAME_CELLS) * 2]);
        }
    }

    /// Makes room for a window at `base`, and keeps what lies below it and the arguments above it.
    #[cold]
    #[inline(never)]
    pub(crate) fn grow(&mut self, base: usize) {
        let live = (base + MAX_ARGS).min(self.0.len());
        let mut cells = vec![0; (base + FRAME_CELLS).max(self.0.len()) * 2];
        cells[..live].copy_from_slice(&self.0[..live]);
        self.0 = cells;
    }
}

impl Cells {
    /// Leaves no room for a frame that begins beyond a limit: so the limit is reached at the same call however many cells there were
    /// to spare.
    #[inline]
    pub(crate) fn keep_within(&mut self, limit: usize) {
        let most = limit.saturating_add(FRAME_CELLS);
        if self.0.len() > most {
            self.0.truncate(most);
        }
    }
}

impl Drop for Cells {
    fn drop(&mut self) {
        if self.0.len() == FRESH {
            let cells = std::mem::take(&mut self.0);
            with_pool(|pool| {
                if pool.len() < SPARE {
                    pool.push(cells);
                }
            });
        }
    }
}

/// What a stack waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing was called.
    Empty,
    /// The innermost frame goes on.
    Wasm,
    /// A host function is called first; the next run says so.
    HostFirst { id: HostFuncId, func: FuncAddr, results: usize },
    /// A host function was called; its arguments begin at the cell `at`, where its results go too.
    Host { id: HostFuncId, func: FuncAddr, at: usize, results: usize, bottom: bool },
    /// A host function returned its results, which begin at the cell `at`; then the innermost frame goes on.
    Returned { func: FuncAddr, at: usize },
    /// The first call returned; its results are the first cells. With the function that returned them.
    Done { func: FuncAddr, results: usize },
}

/// The frames and operands of one thread. Plain data: it can be cloned, compared and hashed whenever it does not run.
pub struct Stack {
    pub(crate) cells: Cells,
    pub(crate) state: State,
    /// The live cells are those below.
    pub(crate) top: usize,
    /// Where the innermost frame begins.
    pub(crate) base: usize,
    /// The innermost frame's function, counted without imports.
    pub(crate) func: u32,
    pub(crate) instance: InstanceAddr,
    /// Where the link of the innermost frame lies in it.
    pub(crate) header: u16,
    /// Where the innermost frame goes on, in its code; stands for `offset`.
    pub(crate) pc: u32,
    /// Where the innermost frame goes on, in bytes from the start of the function's body.
    pub(crate) offset: u32,
    /// How many frames there are.
    pub(crate) depth: u32,
    /// Fuel to pay before going on.
    pub(crate) owed: u64,
}

/// The two cells that link a frame to its caller: the caller's instance (24 bits), where its own link is in its frame (16)
/// and its function (24); the offset of the call in the caller's body (24), the operation where the caller goes on (24) and how
/// far below the callee's frame the caller's begins (16).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) first: u64,
    pub(crate) second: u64,
}

impl Link {
    /// The first half of the link of the first frame: no instance has that number.
    pub(crate) const BOTTOM: u64 = u64::MAX;

    /// The first half, but for the instance.
    pub(crate) fn frame(header: u16, func: u32) -> u64 {
        u64::from(header) << 24 | u64::from(func)
    }

    /// The second half.
    pub(crate) fn second(pc: u32, offset: u32, delta: u16) -> u64 {
        u64::from(offset) << 40 | u64::from(pc) << 16 | u64::from(delta)
    }

    /// What an instance adds to a first half.
    pub(crate) fn bits_of(instance: InstanceAddr) -> u64 {
        u64::from(instance.0) << 40
    }

    /// Whether a first half is of an instance.
    #[inline(always)]
    pub(crate) fn is_in(first: u64, instance: InstanceAddr) -> bool {
        first >> 40 == u64::from(instance.0)
    }

    /// Whether the caller is of another instance than the one of a first half.
    #[inline(always)]
    pub(crate) const fn instance_differs(self, first: u64) -> bool {
        (self.first ^ first) >> 40 != 0
    }

    /// Where the caller goes on.
    #[inline(always)]
    pub(crate) const fn pc(self) -> usize {
        syntax::convert::to_usize((self.second >> 16) & 0xff_ffff)
    }

    /// The caller's function.
    #[inline(always)]
    pub(crate) const fn func(self) -> u32 {
        syntax::convert::low_u32(self.first & 0xff_ffff)
    }

    /// Where the caller's own link is in its frame.
    #[inline(always)]
    pub(crate) const fn header(self) -> u16 {
        let [_, _, _, low, high, ..] = self.first.to_le_bytes();
        u16::from_le_bytes([low, high])
    }

    /// How far below this frame the caller's frame begins.
    #[inline(always)]
    pub(crate) const fn delta(self) -> u16 {
        let [low, high, ..] = self.second.to_le_bytes();
        u16::from_le_bytes([low, high])
    }

    /// The offset of the call in the caller's body.
    pub(crate) const fn offset(self) -> u32 {
        syntax::convert::low_u32(self.second >> 40)
    }

    /// The caller's instance.
    #[inline(always)]
    pub(crate) const fn instance(self) -> u64 {
        self.first >> 40
    }
}

/// One frame of a backtrace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameInfo {
    /// The instance.
    pub instance: InstanceAddr,
    /// Its module.
    pub module: ModuleId,
    /// The function, in the module's index space.
    pub func: u32,
    /// The byte offset in the binary of the instruction that the frame is at.
    pub offset: usize,
}

impl Default for Stack {
    fn default() -> Self {
        Self::new()
    }
}

impl Stack {
    /// An empty stack.
    pub const fn new() -> Self {
        Self {
            cells: Cells::none(),
            state: State::Empty,
            top: 0,
            base: 0,
            func: 0,
            instance: InstanceAddr(0),
            header: 0,
            pc: 0,
            offset: 0,
            depth: 0,
            owed: 0,
        }
    }

    /// Whether nothing is called.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.state == State::Empty
    }

    /// Drops all frames.
    pub fn clear(&mut self) {
        self.state = State::Empty;
        (self.top, self.base, self.func, self.header, self.pc, self.offset, self.depth, self.owed) =
            (0, 0, 0, 0, 0, 0, 0, 0);
        self.instance = InstanceAddr(0);
    }

    /// The arguments of the host function that was called.
    ///
    /// # Panics
    /// When the last exit was not `Exit::Host`.
    #[inline]
    pub fn host_args(&self) -> &[u64] {
        let State::Host { at, .. } = self.state else { panic!("a host function was called") };
        &self.cells.0[at..self.top]
    }

    /// Gives the results of the host function that was called; the next run goes on after the call.
    ///
    /// # Panics
    /// When the last exit was not `Exit::Host`, or the number of cells is not that of the function's type.
    #[inline]
    pub fn host_return(&mut self, values: &[u64]) {
        let State::Host { func, at, results, bottom, .. } = self.state else { panic!("a host function was called") };
        assert_eq!(values.len(), results, "the host returns as many cells as the function's type says");
        // Results are few: a loop is quicker than a call that copies.
        for (cell, value) in self.cells.0[at..at + results].iter_mut().zip(values) {
            *cell = *value;
        }
        self.top = at + results;
        self.state = if bottom { State::Done { func, results } } else { State::Returned { func, at } };
    }

    /// The host function that was called and has not returned.
    pub fn pending_host(&self) -> Option<(HostFuncId, FuncAddr)> {
        match self.state {
            State::Host { id, func, .. } => Some((id, func)),
            State::Empty | State::Wasm | State::HostFirst { .. } | State::Returned { .. } | State::Done { .. } => None,
        }
    }

    /// The results of the first call, after `Exit::Return`; the stack is empty then.
    ///
    /// # Panics
    /// When the call has not returned.
    pub fn take_results(&mut self) -> SmallVec<[u64; 4]> {
        let State::Done { results, .. } = self.state else { panic!("the call returned") };
        let values = SmallVec::from_slice(&self.cells.0[..results]);
        self.clear();
        values
    }

    /// How many frames there are.
    pub const fn depth(&self) -> u32 {
        self.depth
    }

    /// The frames from the innermost outwards, for backtraces. Also after a trap, until the stack is cleared.
    pub fn frames(&self, store: &CoreStore, modules: &Modules) -> Vec<FrameInfo> {
        let mut frames = Vec::new();
        self.walk(|frame| {
            let module = store.instance_module(frame.instance);
            let syntax = &module_of(modules, module).syntax;
            let offset = syntax.body_offset(frame.func) + crate::index(frame.offset);
            frames.push(FrameInfo {
                instance: frame.instance,
                module,
                func: frame.func + syntax.imported_funcs,
                offset,
            });
        });
        frames
    }

    /// Visits the frames from the innermost outwards.
    pub(crate) fn walk(&self, mut visit: impl FnMut(&RawFrame)) {
        let mut frame = RawFrame {
            instance: self.instance,
            func: self.func,
            offset: self.offset,
            base: self.base,
            header: usize::from(self.header),
            end: self.top,
        };
        for _ in 0..self.depth {
            visit(&frame);
            let link = self.link(frame.base + frame.header);
            if link.first == Link::BOTTOM {
                break;
            }
            frame = RawFrame {
                instance: InstanceAddr::new(syntax::convert::to_usize(link.instance())),
                func: link.func(),
                offset: link.offset(),
                base: frame.base - usize::from(link.delta()),
                header: usize::from(link.header()),
                end: frame.base,
            };
        }
    }

    /// The first call returned; its results are the first cells.
    pub(crate) fn finish(&mut self, func: FuncAddr, results: usize) {
        self.clear();
        self.state = State::Done { func, results };
        self.top = results;
    }

    /// The link of the innermost frame.
    pub(crate) fn inner_link(&self) -> Link {
        self.link(self.base + usize::from(self.header))
    }

    /// Drops the innermost frame; `false` when it was the first.
    pub(crate) fn pop_frame(&mut self) -> bool {
        let link = self.inner_link();
        self.depth -= 1;
        if link.first == Link::BOTTOM {
            return false;
        }
        self.base -= usize::from(link.delta());
        self.func = link.func();
        self.header = link.header();
        self.pc = syntax::convert::to_u32(link.pc());
        self.offset = link.offset();
        self.instance = InstanceAddr::new(syntax::convert::to_usize(link.instance()));
        true
    }

    fn link(&self, at: usize) -> Link {
        Link { first: self.cells.0[at], second: self.cells.0[at + 1] }
    }

    /// Readies an empty stack to hold the arguments of a first call.
    pub(crate) fn begin(&mut self, args: &[u64]) {
        assert!(self.is_empty(), "calls are pushed onto an empty stack");
        if self.cells.0.is_empty() {
            self.cells = Cells::take();
        }
        self.cells.0[..args.len()].copy_from_slice(args);
        self.top = args.len();
    }
}

/// Where a frame lies.
pub(crate) struct RawFrame {
    pub(crate) instance: InstanceAddr,
    pub(crate) func: u32,
    pub(crate) offset: u32,
    pub(crate) base: usize,
    header: usize,
    /// Its live cells are those before.
    pub(crate) end: usize,
}

impl Clone for Stack {
    fn clone(&self) -> Self {
        let mut cells = Cells::none();
        if self.state != State::Empty {
            cells = Cells::take();
            if cells.0.len() < self.base + FRAME_CELLS {
                cells = Cells(vec![0; self.cells.0.len()]);
            }
            cells.0[..self.top].copy_from_slice(&self.cells.0[..self.top]);
        }
        Self { cells, ..*self }
    }
}

impl PartialEq for Stack {
    fn eq(&self, other: &Self) -> bool {
        (self.state, self.top, self.base, self.func, self.instance, self.pc, self.depth, self.owed)
            == (other.state, other.top, other.base, other.func, other.instance, other.pc, other.depth, other.owed)
            && self.cells.0[..self.top] == other.cells.0[..other.top]
    }
}

impl Eq for Stack {}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stack")
            .field("state", &self.state)
            .field("depth", &self.depth)
            .field("func", &self.func)
            .field("instance", &self.instance)
            .field("offset", &self.offset)
            .field("owed", &self.owed)
            .field("cells", &&self.cells.0[..self.top])
            .finish_non_exhaustive()
    }
}

impl StateHash for Stack {
    fn state_hash(&self, hasher: &mut StateHasher) {
        match self.state {
            State::Empty => 0u8.state_hash(hasher),
            State::Wasm | State::Returned { .. } => 1u8.state_hash(hasher),
            State::Host { id, func, at, results, bottom } => {
                2u8.state_hash(hasher);
                (id, func).state_hash(hasher);
                (at, results).state_hash(hasher);
                bottom.state_hash(hasher);
            }
            State::HostFirst { id, func, results } => {
                4u8.state_hash(hasher);
                (id, func).state_hash(hasher);
                results.state_hash(hasher);
            }
            State::Done { results, .. } => {
                3u8.state_hash(hasher);
                results.state_hash(hasher);
            }
        }
        self.depth.state_hash(hasher);
        self.owed.state_hash(hasher);
        if self.depth == 0 {
            self.cells.0[..self.top].state_hash(hasher);
            return;
        }
        self.walk(|frame| {
            (frame.instance, frame.func).state_hash(hasher);
            frame.offset.state_hash(hasher);
            let link = frame.base + frame.header;
            self.cells.0[frame.base..link].state_hash(hasher);
            self.cells.0[link + 2..frame.end].state_hash(hasher);
        });
    }
}
