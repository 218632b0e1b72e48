//! Dispatch: one handler for each operation, which ends by calling the handler of the next.
//!
//! The compiler turns these calls into jumps, so that what is hot stays in registers: the operation, the frame, the
//! memory, the fuel. Nothing depends on it: fuel is dealt out in slices, and when one is spent the handlers return, so a native stack
//! never holds more handlers than a slice and a run of instructions have instructions. Where the compiler does not, without
//! optimization, the handlers return to a loop after each operation: the same handlers, compiled for another `Backend`. A frame is a
//! window of 2^16 cells, so that a slot of 16 bits needs no check. What is rare leaves
//! the handlers with a `Stop`, and they are entered again when it is done.

use syntax::TrapRule;
use syntax::convert::to_usize;
use threaded::{Frames, Returns, Values};

use super::handlers::STANDS_FOR_TWO;
use super::held::{Held, Registers};
use super::lower::lower;
use super::slow;
use super::{Stop, World};
use crate::choices::DataChoices;
use crate::ids::InstanceAddr;
use crate::limits::{FRAME_CELLS, Limits};
use crate::module::Module;
use crate::op::{Code, Op};
use crate::simd;
use crate::simd::relaxed::Parameters;
use crate::stack::{Link, Stack};
use crate::store::{Instance, Links, Table};

/// The window of a frame.
pub(super) type Window = [u64; FRAME_CELLS];

/// How handlers go on.
pub(crate) trait Backend {
    /// Whether they call the next handler; if not, they return to a loop that does.
    const CHAINED: bool;
}

/// Handlers call the next handler.
pub(super) struct Chained;

impl Backend for Chained {
    const CHAINED: bool = true;
}

/// A loop calls one handler after the other.
pub(super) struct Looping;

impl Backend for Looping {
    const CHAINED: bool = false;
}

/// How the operations of a module are gone through. Results, fuel and state do not depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dispatch {
    /// Handlers call the next handler, which is fast where the compiler makes jumps of such calls.
    Chain,
    /// A loop calls the handlers, wherever that is.
    Loop,
}

impl Default for Dispatch {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Dispatch {
    /// The one that suits this build: see the build script.
    pub const DEFAULT: Self = if cfg!(chained) { Self::Chain } else { Self::Loop };

    /// The program of some operations, and what is held where it can be entered after a condition.
    ///
    /// `heads` are the operations that can be reached from elsewhere than from the one before, in their order. From the cell
    /// `first_operand` on each number that is computed is read once. The branches `twos` stand for two; see `Translator::jump`.
    pub(crate) fn program(
        self,
        ops: &[Op],
        heads: &[u32],
        first_operand: u16,
        twos: &[u32],
    ) -> (Program, Box<[(u32, Held)]>) {
        let mut heads = heads.iter().copied().peekable();
        let (mut held, mut kept, mut data) = (Held::default(), Vec::new(), 0);
        let program = Program::new((0..syntax::convert::to_u32(ops.len())).map(|at| {
            while heads.next_if(|head| *head <= at).is_some() {
                held = Held::default();
            }
            let (rest, before) = (&ops[crate::index(at)..], ops[..crate::index(at)].last());
            if before.is_some_and(Op::is_condition) && held != Held::default() {
                kept.push((at, held));
            }
            let mut instruction = match self {
                Self::Chain => {
                    // A branch that stands for two leaves what it reads to the second one.
                    let may_drop = heads.peek() != Some(&(at + 1)) && twos.binary_search(&(at + 1)).is_err();
                    let dropped = may_drop && is_dropped(rest, held, first_operand);
                    lower::<Chained>(rest, at, &mut Registers::new(held, dropped))
                }
                Self::Loop => lower::<Looping>(rest, at, &mut Registers::new(Held::default(), false)),
            };
            if twos.binary_search(&at).is_ok() {
                instruction.args.wide = STANDS_FOR_TWO;
            }
            // What belongs to the operation before is not executed.
            if data > 0 {
                data -= 1;
            } else {
                held.note(&rest[0]);
                data = rest[0].data_len();
            }
            instruction
        }));
        (program, kept.into())
    }
}

/// Whether what the first operation computes is read only by itself or, in a register, by the second one, so that it need not be
/// written to a cell. Builds with debug assertions write all cells and compare them with the registers.
fn is_dropped(ops: &[Op], mut held: Held, first_operand: u16) -> bool {
    let [op, rest @ ..] = ops else { return false };
    if cfg!(debug_assertions) {
        return false;
    }
    if let Some(slot) = op.joined_dest() {
        return slot >= first_operand;
    }
    let Some(slot) = op.dest().filter(|slot| *slot >= first_operand && !rest.is_empty()) else { return false };
    // `br_on_null` and `br_on_non_null` leave the reference where it is.
    if op.may_move_reference() && rest.first().is_some_and(Op::may_test_reference) {
        return false;
    }
    held.note(op);
    let mut registers = Registers::watching(held, slot);
    lower::<Chained>(rest, 0, &mut registers);
    registers.is_read()
}

/// How much fuel is dealt out at a time: little where handlers that call each other use up the native stack.
const SLICE: u64 = if cfg!(chained) { 1 << 14 } else { 1 << 9 };

/// What the handlers work on.
pub(crate) struct Core;

impl threaded::Machine for Core {
    type Context<'a> = Context<'a>;
}

/// A handler of one kind of operation: gets the operation, the frame, what was computed last, and the fuel, which is the counter.
pub(crate) type Handler = threaded::Handler<Core>;

/// The operation that is executed.
pub(super) type Ip<'a> = threaded::Cursor<'a, Core>;

/// An operation that can be executed next.
pub(super) type Next<'a> = threaded::Next<'a, Core>;

/// The operations of a function.
pub(crate) type Program = threaded::Program<Core>;

/// The frame. Calls overlap frames, so its cells are shared.
pub(crate) type Regs<'a> = threaded::Frame<'a>;

/// What handlers do with frames besides reading and writing cells.
pub(super) trait FrameExt {
    /// The vector in a cell and the next one.
    fn vector(self, slot: u16) -> u128;
    /// Writes a vector to a cell and the next one.
    fn set_vector(self, slot: u16, value: u128);
    /// Clears cells.
    fn clear(self, start: u16, len: u16);
    /// Moves cells down to the first one.
    fn move_to_front(self, from: u16, len: u16);
}

impl FrameExt for Regs<'_> {
    #[inline(always)]
    fn vector(self, slot: u16) -> u128 {
        simd::from_halves(self.pair(slot))
    }

    #[inline(always)]
    fn set_vector(self, slot: u16, value: u128) {
        self.set_pair(slot, simd::halves(value));
    }

    #[inline(always)]
    fn clear(self, start: u16, len: u16) {
        for slot in start..start.saturating_add(len) {
            self.set(slot, 0);
        }
    }

    #[inline(always)]
    fn move_to_front(self, from: u16, len: u16) {
        for i in 0..len {
            self.set(i, self.get(from.wrapping_add(i)));
        }
    }
}

/// What the handlers do not hold in registers.
pub(crate) struct Context<'a> {
    /// The function.
    pub(super) code: &'a Code,
    /// What the instance adds to the first half of links.
    pub(super) instance_bits: u64,
    pub(super) frames: Frames<'a>,
    /// Where the innermost calls return to, and how many frames lie below those.
    pub(super) returns: Returns<Return<'a>>,
    pub(super) depth: u32,
    /// The link of a frame that is being entered.
    pub(super) link: Link,
    pub(super) module: &'a Module,
    /// The first memory.
    pub(super) mem: threaded::Memory<'a>,
    pub(super) globals: &'a mut [u64],
    /// Those of the instance, among them.
    pub(super) cells: &'a [u32],
    pub(super) instance: &'a Instance,
    pub(super) links: &'a Links,
    pub(super) tables: &'a [Table],
    pub(super) parameters: &'a Parameters,
    /// Zeros, for all that the compiler knows of the numbers in this place: see the handlers of vectors.
    pub(super) zeros: [u64; 2],
    pub(super) limits: &'a Limits,
    pub(super) data: &'a mut (dyn DataChoices + 'a),
    /// Why the handlers returned.
    pub(super) stop: Option<Stop>,
    /// What was left of the slice of fuel then.
    pub(super) fuel: u64,
    /// Where they go on, and in which frame, if not in the one that they were entered with.
    pub(super) pc: usize,
    pub(super) base: usize,
    /// What the next handler gets, when handlers do not call each other.
    next: Option<(Next<'a>, Regs<'a>, Values)>,
}

/// Where a call returns to.
pub(super) type Return<'a> = (Next<'a>, Regs<'a>, &'a Code);

/// How many frames a limit allows beyond those that there are.
pub(super) fn room(limits: &Limits, depth: u32) -> usize {
    crate::index(limits.call_depth.saturating_sub(depth))
}

/// Goes on with an operation.
#[inline(always)]
pub(super) fn next<'a, B: Backend>(cx: &mut Context<'a>, next: Next<'a>, regs: Regs<'a>, values: Values) {
    if B::CHAINED {
        next.run(cx, regs, values);
    } else {
        cx.next = Some((next, regs, values));
    }
}

/// Traps in an operation.
#[cold]
#[inline(never)]
pub(super) fn trap<'a>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, fuel: u64, rule: TrapRule) {
    stop(cx, ip.next(), r, fuel, Stop::Trap(rule));
}

/// Stops because what begins with an operation cannot be paid: it was subtracted already.
#[cold]
#[inline(never)]
pub(super) fn out_of_fuel<'a>(cx: &mut Context<'a>, next: Next<'a>, r: Regs<'a>, fuel: u64, cost: u32) {
    stop(cx, next, r, fuel.wrapping_add(u64::from(cost)), Stop::OutOfFuel(u64::from(cost)));
}

/// Stops before an operation of the function.
#[cold]
pub(super) fn stop<'a>(cx: &mut Context<'a>, next: Next<'a>, r: Regs<'a>, fuel: u64, stop: Stop) {
    cx.pc = cx.code.program.index_of(next);
    cx.base = cx.frames.base(r);
    cx.fuel = fuel;
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
    let op = module.code(stack.func).rest.slow[crate::index(index)];
    let regs = stack.cells.0[stack.base..].first_chunk_mut().expect("calls make room for a window");
    let mut at = slow::At { regs, instance, links: world.links, limits: world.limits, module };
    let extra = slow::run(op, &mut at, world.live, world.data)?;
    debug_assert!(extra == 0 || op.costs_more(), "{op:?}");
    // What cannot be paid now is paid at the head that follows.
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
    let mem = match instance.memories.first() {
        Some(memory) => {
            let memory = &mut live.memories[memory.index()];
            threaded::Memory::new(&mut memory.bytes, &mut memory.dirty)
        }
        None => threaded::Memory::new(&mut [], &mut []),
    };
    let mem = mem.expect("a memory has a mark for each page");
    let frames = Frames::new(&mut stack.cells.0).expect("calls make room for a window");
    let slice = (*world.fuel).min(SLICE);
    let instance_bits = Link::bits_of(stack.instance);
    let mut cx = Context {
        code,
        instance_bits,
        frames,
        returns: Returns::new(room(world.limits, stack.depth)),
        depth: stack.depth,
        link: Link { first: 0, second: 0 },
        module,
        mem,
        globals: &mut live.cells,
        cells: &instance.cells,
        instance,
        links,
        tables: &live.tables,
        parameters: &live.parameters,
        zeros: std::hint::black_box([0; 2]),
        limits: world.limits,
        data: &mut *world.data,
        stop: None,
        fuel: 0,
        pc: 0,
        base: 0,
        next: None,
    };
    let regs = frames.at(stack.base).expect("calls make room for a window");
    let start = code.program.at(crate::index(stack.pc)).expect("a stack goes on at an operation");
    let held = code.rest.held.binary_search_by_key(&stack.pc, |held| held.0).ok();
    let held = held.map_or_else(Held::default, |at| code.rest.held[at].1);
    start.run(&mut cx, regs, Values { counter: slice, ..held.values(regs) });
    while let Some((next, regs, values)) = cx.next.take() {
        next.run(&mut cx, regs, values);
    }
    *world.fuel -= slice - cx.fuel;
    stack.depth = cx.depth + syntax::convert::to_u32(cx.returns.len());
    stack.base = cx.base;
    stack.pc = syntax::convert::to_u32(cx.pc);
    if let Some(Stop::Enter(frame)) = cx.stop {
        (stack.header, stack.func) = (frame.header(), frame.func());
        stack.instance = InstanceAddr::new(to_usize(frame.instance()));
    } else {
        let frame = Link { first: cx.code.frame, second: 0 };
        (stack.header, stack.func) = (frame.header(), frame.func());
    }
    cx.stop.take().expect("handlers say why they return")
}
