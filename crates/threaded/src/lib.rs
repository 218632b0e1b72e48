//! Threaded code: instructions each of which holds its handler, and cursors that go through them without a check.
//!
//! The core interpreter spends its time going from one instruction to the next. With slices and indices each step compares
//! and counts; here a step is one addition and one jump. It is the only crate with unsafe code, and what it offers is safe:
//!
//! **Invariant.** A [`Cursor`] points at an instruction of a program that is not its last; a [`Next`] points at any
//! instruction of a program. The last instruction of every program is a guard that this crate adds, whose handler returns.
//!
//! It holds since a program never changes, since only [`Next::run`] makes a cursor, and since it does so only to
//! call the handler of the instruction that it points at: a handler other than the guard's never gets a cursor to the guard. So
//! there is an instruction after that of every cursor. Distances of jumps are checked once, when the program is made.

mod frames;
mod memory;
mod returns;

use std::fmt;
use std::marker::PhantomData;
use std::ptr::NonNull;

pub use frames::{Frame, Frames, WINDOW};
pub use memory::{Memory, PAGE_LOG2};
pub use returns::Returns;

/// What handlers work on.
pub trait Machine: Sized + 'static {
    /// What all handlers share.
    type Context<'a>;
}

/// A handler: the context, the instruction, the frame, and the values: `int`, `counter`, `f32` and `f64`. Each is an argument
/// of its own, so that all of them stay in registers.
pub type Handler<M> = for<'a, 'b> fn(&'b mut <M as Machine>::Context<'a>, Cursor<'a, M>, Frame<'a>, u64, u64, f32, f64);

/// The values that handlers hand on in registers: a counter, and an integer and floats to do with as they like.
#[derive(Clone, Copy, Debug, Default)]
#[expect(missing_docs, reason = "they have no meaning here")]
pub struct Values {
    pub counter: u64,
    pub int: u64,
    pub f32: f32,
    pub f64: f64,
}

/// The operands of an instruction; what they mean is the handler's business.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "they have no meaning here")]
pub struct Args {
    pub d: u16,
    pub a: u16,
    pub b: u16,
    pub c: u16,
    pub imm: u32,
    pub wide: u64,
}

/// An instruction before it is part of a program.
pub struct Instruction<M: Machine> {
    /// What executes it.
    pub handler: Handler<M>,
    /// Its operands.
    pub args: Args,
    /// The number of the instruction that it can jump to.
    pub target: Option<u32>,
}

impl<M: Machine> fmt::Debug for Instruction<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { args, target, .. } = self;
        f.debug_struct("Instruction").field("args", args).field("target", target).finish_non_exhaustive()
    }
}

#[repr(C)]
struct Cell<M: Machine> {
    handler: Handler<M>,
    d: u16,
    a: u16,
    b: u16,
    c: u16,
    imm: u32,
    /// How many bytes away an instruction of the same program is.
    jump: i32,
    wide: u64,
}

impl<M: Machine> Cell<M> {
    /// How many bytes an instruction takes.
    #[expect(clippy::as_conversions, clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "it is 32")]
    const STRIDE: i32 = {
        assert!(size_of::<Self>() <= 32);
        size_of::<Self>() as i32
    };
}

/// Instructions, of which the last one is the guard.
pub struct Program<M: Machine> {
    cells: Box<[Cell<M>]>,
}

impl<M: Machine> fmt::Debug for Program<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// The handler of the last instruction: what runs past the end returns.
#[expect(clippy::too_many_arguments, reason = "registers are arguments")]
fn guard<'a, M: Machine>(_: &mut M::Context<'a>, _: Cursor<'a, M>, _: Frame<'a>, _: u64, _: u64, _: f32, _: f64) {}

impl<M: Machine> Program<M> {
    /// A program of instructions.
    ///
    /// # Panics
    /// When a target is not the number of an instruction or the number of them, or there are more than 2^26.
    pub fn new(instructions: impl ExactSizeIterator<Item = Instruction<M>>) -> Self {
        let len = instructions.len();
        assert!(len < 1 << 26, "distances in bytes have 32 bits");
        let mut cells = Vec::with_capacity(len + 1);
        for (at, Instruction { handler, args, target }) in instructions.enumerate() {
            let Args { d, a, b, c, imm, wide } = args;
            let at = i32::try_from(at).expect("there are less than 2^26");
            let jump = target.map_or(0, |target| {
                let target = i32::try_from(target).expect("a target is an instruction");
                assert!(usize::try_from(target).is_ok_and(|target| target <= len), "a target is an instruction");
                target - at
            });
            cells.push(Cell { handler, d, a, b, c, imm, jump: jump * Cell::<M>::STRIDE, wide });
        }
        // An iterator could give another number of instructions than it said.
        assert_eq!(cells.len(), len, "as many instructions as were announced");
        cells.push(Cell { handler: guard::<M>, d: 0, a: 0, b: 0, c: 0, imm: 0, jump: 0, wide: 0 });
        Self { cells: cells.into() }
    }

    /// How many instructions there are, without the guard.
    pub const fn len(&self) -> usize {
        self.cells.len() - 1
    }

    /// Whether there is no instruction.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The instruction with a number; the guard's is `len`.
    #[inline(always)]
    pub fn at(&self, index: usize) -> Option<Next<'_, M>> {
        if index >= self.cells.len() {
            return None;
        }
        // SAFETY: `index` is less than the number of cells, and the pointer comes from the slice of all of them.
        let at = unsafe { self.start().at.add(index) };
        Some(Next { at, program: PhantomData })
    }

    /// The first instruction.
    #[inline(always)]
    pub fn start(&self) -> Next<'_, M> {
        Next { at: NonNull::from(&*self.cells).cast(), program: PhantomData }
    }

    /// The number of an instruction of this program.
    #[inline]
    pub fn index_of(&self, next: Next<'_, M>) -> usize {
        (next.at.addr().get() - self.cells.as_ptr().addr()) / size_of::<Cell<M>>()
    }
}

/// The instruction that is executed.
pub struct Cursor<'a, M: Machine> {
    at: NonNull<Cell<M>>,
    program: PhantomData<&'a Program<M>>,
}

/// An instruction that can be executed next.
pub struct Next<'a, M: Machine> {
    at: NonNull<Cell<M>>,
    program: PhantomData<&'a Program<M>>,
}

macro_rules! pointer {
    ($($name:ident)*) => {$(
        impl<M: Machine> Clone for $name<'_, M> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<M: Machine> Copy for $name<'_, M> {}

        impl<M: Machine> fmt::Debug for $name<'_, M> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("args", &self.args()).finish_non_exhaustive()
            }
        }

        impl<'a, M: Machine> $name<'a, M> {
            #[inline(always)]
            fn cell(self) -> &'a Cell<M> {
                // SAFETY: it points at an instruction of a program that is borrowed for `'a`.
                unsafe { self.at.as_ref() }
            }

            /// The operands.
            #[inline(always)]
            pub fn args(self) -> Args {
                let Cell { d, a, b, c, imm, wide, .. } = *self.cell();
                Args { d, a, b, c, imm, wide }
            }

            /// Where the instruction jumps to; itself, if it has no target.
            #[inline(always)]
            #[must_use]
            pub fn jump(self) -> Next<'a, M> {
                let distance = self.cell().jump;
                // SAFETY: `Program::new` made the distance from the number of an instruction of the same program.
                unsafe { by(self.at, distance) }
            }
        }
    )*};
}
pointer!(Cursor Next);

/// The instruction some bytes away.
///
/// # Safety
/// It is an instruction of the same program.
#[inline(always)]
#[expect(clippy::as_conversions, reason = "`isize` has 32 bits at least, which `from` does not know")]
unsafe fn by<'a, M: Machine>(at: NonNull<Cell<M>>, distance: i32) -> Next<'a, M> {
    // SAFETY: the caller promises that both are in the program, which is one allocation.
    let at = unsafe { at.byte_offset(distance as isize) };
    Next { at, program: PhantomData }
}

impl<'a, M: Machine> Cursor<'a, M> {
    /// The instruction after it, which exists since this is not the last one.
    #[inline(always)]
    pub fn next(self) -> Next<'a, M> {
        // SAFETY: a cursor does not point at the last instruction.
        unsafe { by(self.at, Cell::<M>::STRIDE) }
    }

    /// This instruction, to execute it again.
    #[inline(always)]
    pub const fn again(self) -> Next<'a, M> {
        Next { at: self.at, program: PhantomData }
    }

    /// The instruction `number` after the next one; `None` beyond the target of this one.
    #[inline(always)]
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        reason = "it is at most the distance, of 32 bits"
    )]
    pub fn entry(self, number: u32) -> Option<Next<'a, M>> {
        let distance = (i64::from(number) + 1) * i64::from(Cell::<M>::STRIDE);
        if distance > i64::from(self.cell().jump) {
            return None;
        }
        // SAFETY: it is the target of this instruction, or lies between the two; all of these are in the program.
        Some(unsafe { by(self.at, distance as i32) })
    }
}

impl<'a, M: Machine> Next<'a, M> {
    /// Executes it: calls its handler.
    #[inline(always)]
    pub fn run<'b>(self, cx: &'b mut M::Context<'a>, frame: Frame<'a>, values: Values) {
        let handler = self.cell().handler;
        let Values { counter, int, f32, f64 } = values;
        handler(cx, Cursor { at: self.at, program: PhantomData }, frame, int, counter, f32, f64);
    }
}
