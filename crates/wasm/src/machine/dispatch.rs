//! Dispatch: one handler for each operation, which ends by calling the handler of the next.
//!
//! The compiler turns these calls into jumps, so that what is hot stays in registers: the operations to come, the frame, the
//! memory. Nothing depends on it: fuel is dealt out in slices, and when one is spent the handlers return, so a native stack
//! never holds more handlers than a slice and a run of instructions have instructions. Without optimization the handlers return to a loop
//! after each operation. A frame is a window of 2^16 cells, so that a slot of 16 bits needs no check. What is rare leaves
//! the handlers with a `Stop`, and they are entered again when it is done.

use std::cell::Cell;

use syntax::TrapRule;

use super::handlers::handler_of;
use super::slow;
use super::{Stop, World};
use crate::choices::DataChoices;
use crate::limits::{FRAME_CELLS, Limits};
use crate::module::Module;
use crate::op::{Code, Op};
use crate::simd;
use crate::simd::relaxed::Parameters;
use crate::stack::{Link, Stack};
use crate::store::{Instance, Links, Table};

/// The window of a frame.
pub(super) type Window = [u64; FRAME_CELLS];

/// Whether handlers call the next handler.
const CHAINED: bool = cfg!(not(debug_assertions));

/// How much fuel is dealt out at a time.
const SLICE: u64 = 1 << 14;

/// A handler of one kind of operation: the operations from that one on, the frame, and the first memory.
pub(crate) type Handler = for<'a, 'b> fn(&'b mut Context<'a>, &'a [Op], Regs<'a>, &'a mut [u8]);

/// The frame. Calls overlap frames, so its cells are shared.
#[derive(Clone, Copy)]
pub(crate) struct Regs<'a>(&'a [Cell<u64>; FRAME_CELLS]);

impl<'a> Regs<'a> {
    /// The frame that begins at a cell; calls have made room for a window.
    #[inline(always)]
    pub(super) fn at(cells: &'a [Cell<u64>], base: usize) -> Option<Self> {
        cells.get(base..)?.first_chunk().map(Self)
    }

    #[inline(always)]
    pub(super) fn get(self, slot: u16) -> u64 {
        self.0[usize::from(slot)].get()
    }

    #[inline(always)]
    pub(super) fn set(self, slot: u16, value: u64) {
        self.0[usize::from(slot)].set(value);
    }

    /// The vector in a cell and the next one.
    #[inline(always)]
    pub(super) fn vector(self, slot: u16) -> u128 {
        let slot = usize::from(slot);
        simd::from_halves([self.0[slot].get(), self.0[slot + 1].get()])
    }

    #[inline(always)]
    pub(super) fn set_vector(self, slot: u16, value: u128) {
        let (slot, [low, high]) = (usize::from(slot), simd::halves(value));
        self.0[slot].set(low);
        self.0[slot + 1].set(high);
    }

    /// Clears cells.
    #[inline(always)]
    pub(super) fn clear(self, start: u16, len: u16) {
        let start = usize::from(start);
        for cell in self.0.iter().skip(start).take(usize::from(len)) {
            cell.set(0);
        }
    }

    /// Moves cells down to the first one.
    #[inline(always)]
    pub(super) fn move_to_front(self, from: u16, len: u16) {
        for i in 0..len {
            self.set(i, self.get(from.wrapping_add(i)));
        }
    }
}

/// What the handlers do not hold in registers.
pub(crate) struct Context<'a> {
    /// The operations of the function.
    pub(super) ops: &'a [Op],
    /// What is left of the slice of fuel.
    pub(super) fuel: u64,
    /// The frame's half of the links of its callees: where its own link is, and its function.
    pub(super) frame_bits: u64,
    pub(super) instance_bits: u64,
    pub(super) base: usize,
    pub(super) cells: &'a [Cell<u64>],
    pub(super) depth: u32,
    pub(super) module: &'a Module,
    pub(super) dirty: &'a mut [u8],
    pub(super) globals: &'a mut [u64],
    pub(super) instance: &'a Instance,
    pub(super) links: &'a Links,
    pub(super) tables: &'a [Table],
    pub(super) parameters: &'a Parameters,
    /// Zeros, for all that the compiler knows of the numbers in this place: see the handlers of vectors.
    pub(super) zeros: [u64; 2],
    pub(super) limits: &'a Limits,
    pub(super) data: &'a mut (dyn DataChoices + 'a),
    pub(super) max_depth: u32,
    /// The link of a frame that is being entered.
    pub(super) link: Link,
    /// Why the handlers returned.
    pub(super) stop: Option<Stop>,
    /// Where they go on: how many operations are left.
    pub(super) left: usize,
    /// What the next handler gets, when handlers do not call each other.
    next: Option<(&'a [Op], Regs<'a>, &'a mut [u8])>,
}

/// Goes on with the next operation.
#[inline(always)]
pub(super) fn next<'a>(cx: &mut Context<'a>, ip: &'a [Op], regs: Regs<'a>, mem: &'a mut [u8]) {
    if CHAINED {
        let Some(op) = ip.first() else { return };
        handler_of(op)(cx, ip, regs, mem);
    } else {
        cx.next = Some((ip, regs, mem));
    }
}

/// Traps before the operations `rest`.
#[cold]
#[inline(never)]
pub(super) fn trap(cx: &mut Context<'_>, rest: &[Op], rule: TrapRule) {
    stop(cx, rest, Stop::Trap(rule));
}

/// Stops because the operations `rest` cannot be paid.
#[cold]
#[inline(never)]
pub(super) fn out_of_fuel(cx: &mut Context<'_>, rest: &[Op], cost: u32) {
    stop(cx, rest, Stop::OutOfFuel(u64::from(cost)));
}

/// Stops before the operations `rest`.
#[cold]
pub(super) fn stop(cx: &mut Context<'_>, rest: &[Op], stop: Stop) {
    cx.left = rest.len();
    cx.stop = Some(stop);
}

/// Runs the innermost frame of a stack, and the frames of the same instance that it calls or returns to, until
/// something has to be done outside.
#[expect(clippy::wildcard_enum_match_arm, reason = "the other stops are done by the driver")]
pub(super) fn run(world: &mut World<'_>, stack: &mut Stack) -> Stop {
    loop {
        let stop = run_slice(world, stack);
        match stop {
            // Enough fuel is left, only not in the slice.
            Stop::OutOfFuel(cost) if stack.owed == 0 && *world.fuel >= cost => *world.fuel -= cost,
            Stop::Slow(index) => {
                if let Err(stop) = run_slow(world, stack, index) {
                    return stop;
                }
            }
            Stop::Memory(op) => {
                let instance = &world.links.instances[stack.instance.index()];
                let regs = stack.cells.0[stack.base..].first_chunk_mut().expect("calls make room for a window");
                if let Err(stop) = slow::access(op, regs, instance, world.live) {
                    return stop;
                }
            }
            Stop::Translate(func) => {
                let instance = &world.links.instances[stack.instance.index()];
                world.modules[instance.module.index()].code(func);
            }
            Stop::Grow => {
                stack.cells.grow(stack.base + usize::from(u16::MAX));
                stack.cells.keep_within(world.limits.stack_cells);
            }
            stop => return stop,
        }
    }
}

fn run_slow(world: &mut World<'_>, stack: &mut Stack, index: u32) -> Result<(), Stop> {
    let instance = &world.links.instances[stack.instance.index()];
    let module = &*world.modules[instance.module.index()];
    let op = module.code(stack.func).slow[crate::index(index)];
    let regs = stack.cells.0[stack.base..].first_chunk_mut().expect("calls make room for a window");
    let mut at = slow::At { regs, instance, links: world.links, limits: world.limits, module };
    let extra = slow::run(op, &mut at, world.live, world.data)?;
    // What cannot be paid now is paid at the next head.
    stack.owed += extra.saturating_sub(*world.fuel);
    *world.fuel = world.fuel.saturating_sub(extra);
    Ok(())
}

fn run_slice(world: &mut World<'_>, stack: &mut Stack) -> Stop {
    let links = world.links;
    let live = &mut *world.live;
    let instance = &links.instances[stack.instance.index()];
    let module = &*world.modules[instance.module.index()];
    let code: &Code = module.code(stack.func);
    let (mem, dirty): (&mut [u8], &mut [u8]) = match instance.memories.first() {
        Some(memory) => {
            let memory = &mut live.memories[memory.index()];
            (&mut memory.bytes, &mut memory.dirty)
        }
        None => (&mut [], &mut []),
    };
    let cells = Cell::from_mut(&mut stack.cells.0[..]).as_slice_of_cells();
    let slice = (*world.fuel).min(SLICE);
    let mut cx = Context {
        ops: &code.ops,
        fuel: slice,
        frame_bits: u64::from(stack.header) << 48 | u64::from(stack.func) << 24,
        instance_bits: u64::from(stack.instance.0) << 40,
        base: stack.base,
        cells,
        depth: stack.depth,
        module,
        dirty,
        globals: &mut live.cells,
        instance,
        links,
        tables: &live.tables,
        parameters: &live.parameters,
        zeros: std::hint::black_box([0; 2]),
        limits: world.limits,
        data: &mut *world.data,
        max_depth: world.limits.call_depth,
        link: Link { first: 0, second: 0 },
        stop: None,
        left: 0,
        next: None,
    };
    let regs = Regs::at(cells, stack.base).expect("calls make room for a window");
    next(&mut cx, &code.ops[crate::index(stack.pc)..], regs, mem);
    while let Some((ip, regs, mem)) = cx.next.take() {
        handler_of(&ip[0])(&mut cx, ip, regs, mem);
    }
    *world.fuel -= slice - cx.fuel;
    stack.depth = cx.depth;
    stack.base = cx.base;
    stack.pc = syntax::convert::to_u32(cx.ops.len() - cx.left);
    stack.header = u16::try_from(cx.frame_bits >> 48).expect("16 bits are left");
    stack.func = syntax::convert::low_u32((cx.frame_bits >> 24) & 0xff_ffff);
    cx.stop.take().expect("handlers say why they return")
}
