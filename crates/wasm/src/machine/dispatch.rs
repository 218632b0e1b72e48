//! The loop: fetches operations and executes them.
//!
//! Spec: core specification, "Instructions". A frame is a window of 2^16 cells, so that a slot of 16 bits needs no check. What
//! is rare leaves the loop with a `Stop`, is done by the driver in `machine`, and the loop is entered again.

#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_lossless,
    clippy::cast_precision_loss,
    clippy::unnecessary_cast,
    clippy::float_arithmetic,
    clippy::float_cmp,
    reason = "operations convert between cells and numbers"
)]

use syntax::TrapRule;

use super::slow;
use super::{Stop, World};
use crate::ids::FuncAddr;
use crate::limits::FRAME_CELLS;
use crate::numeric;
use crate::op::{Code, Op};
use crate::stack::{Link, Stack};
use crate::store::{FuncKind, Instance, Memory};

/// The window of a frame.
pub(super) type Window = [u64; FRAME_CELLS];

#[inline(always)]
fn window(cells: &mut [u64], base: usize) -> &mut Window {
    cells[base..].first_chunk_mut().expect("calls make room for a window")
}

/// The bytes and the dirty map of an instance's first memory.
#[inline(always)]
fn memory_zero<'a>(memories: &'a mut [Memory], instance: &Instance) -> (&'a mut [u8], &'a mut [u8]) {
    match instance.memories.first() {
        Some(memory) => {
            let memory = &mut memories[memory.index()];
            (&mut memory.bytes, &mut memory.dirty)
        }
        None => (&mut [], &mut []),
    }
}

/// Runs the innermost frame of a stack, and the frames of the same instance that it calls or returns to, until
/// something has to be done outside the loop.
#[expect(
    clippy::too_many_lines,
    clippy::cognitive_complexity,
    reason = "the dispatch of the interpreter: one arm for each operation"
)]
pub(super) fn run(world: &mut World<'_>, stack: &mut Stack) -> Stop {
    let links = world.links;
    let live = &mut *world.live;
    let instance = &links.instances[stack.instance.index()];
    let module = &*world.modules[instance.module.index()];
    let instance_bits = u64::from(stack.instance.0) << 40;
    let max_depth = world.limits.call_depth;
    let max_cells = world.limits.stack_cells;

    let mut fuel = *world.fuel;
    let mut depth = stack.depth;
    let mut base = stack.base;
    let mut pc = crate::index(stack.pc);
    let mut code: &Code = module.code(stack.func);
    let mut ops: &[Op] = &code.ops;
    // The frame's half of the links of its callees: where its own link is, and its function.
    let mut frame_bits = u64::from(stack.header) << 48 | u64::from(stack.func) << 24;
    let mut regs = window(&mut stack.cells.0, base);
    let (mut mem, mut dirty) = memory_zero(&mut live.memories, instance);

    macro_rules! cell {
        ($slot:expr) => {
            regs[usize::from($slot)]
        };
    }
    macro_rules! set {
        ($slot:expr, $value:expr) => {
            regs[usize::from($slot)] = $value
        };
    }
    macro_rules! bin_i32 {
        ($d:expr, $a:expr, $b:expr, |$x:ident, $y:ident| $result:expr) => {{
            let ($x, $y) = ($a as u32, $b as u32);
            regs[usize::from($d)] = u64::from($result);
        }};
    }
    macro_rules! bin_i64 {
        ($d:expr, $a:expr, $b:expr, |$x:ident, $y:ident| $result:expr) => {{
            let ($x, $y) = ($a, $b);
            regs[usize::from($d)] = $result;
        }};
    }
    let stop = 'run: loop {
        macro_rules! trap {
            ($rule:ident) => {
                break 'run Stop::Trap(TrapRule::$rule)
            };
        }
        macro_rules! attempt {
            ($result:expr) => {
                match $result {
                    Ok(value) => value,
                    Err(rule) => break 'run Stop::Trap(rule),
                }
            };
        }
        macro_rules! charge {
            ($cost:expr) => {
                match fuel.checked_sub(u64::from($cost)) {
                    Some(rest) => fuel = rest,
                    None => break 'run Stop::OutOfFuel(u64::from($cost)),
                }
            };
        }
        macro_rules! branch {
            ($condition:expr, $target:expr, $taken:expr, $fall:expr) => {
                if $condition {
                    pc = crate::index($target);
                    charge!($taken);
                } else {
                    charge!($fall);
                }
            };
        }
        macro_rules! load {
            ($ty:ty, $d:expr, $a:expr, $offset:expr, |$x:ident| $result:expr) => {{
                let at = cell!($a).wrapping_add($offset) as usize;
                match mem.get(at..at.wrapping_add(size_of::<$ty>())) {
                    Some(bytes) => {
                        let $x = <$ty>::from_le_bytes(bytes.try_into().expect("as long as the type"));
                        set!($d, $result);
                    }
                    None => trap!(CoreMemoryOutOfBounds),
                }
            }};
        }
        macro_rules! store {
            ($ty:ty, $a:expr, $b:expr, $offset:expr) => {{
                let at = cell!($a).wrapping_add($offset) as usize;
                match mem.get_mut(at..at.wrapping_add(size_of::<$ty>())) {
                    Some(bytes) => {
                        bytes.copy_from_slice(&(cell!($b) as $ty).to_le_bytes());
                        if let Some(page) = dirty.get_mut(at >> 12) {
                            *page = 1;
                        }
                        if size_of::<$ty>() > 1 {
                            if let Some(page) = dirty.get_mut((at + size_of::<$ty>() - 1) >> 12) {
                                *page = 1;
                            }
                        }
                    }
                    None => trap!(CoreMemoryOutOfBounds),
                }
            }};
        }
        // Enters a function of this instance whose frame begins at `base`.
        macro_rules! enter {
            ($func:expr, $callee:expr, $link:expr) => {{
                code = $callee;
                ops = &code.ops;
                let link: Link = $link;
                if code.clear_len != 0 {
                    let start = usize::from(code.clear);
                    regs[start..start + usize::from(code.clear_len)].fill(0);
                }
                let header = usize::from(code.header);
                regs[header] = link.first;
                regs[header + 1] = link.second;
                frame_bits = u64::from(code.header) << 48 | u64::from($func) << 24;
                pc = 0;
                charge!(code.cost);
            }};
        }
        // Calls a function of this instance.
        macro_rules! call {
            ($func:expr, $delta:expr, $offset:expr) => {{
                let link = Link {
                    first: frame_bits | pc as u64,
                    second: instance_bits | u64::from($offset) << 16 | u64::from($delta),
                };
                let callee = module.code($func);
                if depth >= max_depth {
                    trap!(CoreCallStackExhausted);
                }
                let new_base = base + usize::from($delta);
                if new_base + FRAME_CELLS > stack.cells.0.len() {
                    if new_base > max_cells {
                        trap!(CoreCallStackExhausted);
                    }
                    stack.cells.grow(new_base);
                }
                depth += 1;
                base = new_base;
                regs = window(&mut stack.cells.0, base);
                enter!($func, callee, link);
            }};
        }
        macro_rules! tail_call {
            ($func:expr, $a:expr, $len:expr) => {{
                let header = (frame_bits >> 48) as usize;
                let link = Link { first: regs[header], second: regs[header + 1] };
                let from = usize::from($a);
                regs.copy_within(from..from + usize::from($len), 0);
                let callee = module.code($func);
                enter!($func, callee, link);
            }};
        }
        // Returns to the caller; the results are in their cells.
        macro_rules! return_to {
            ($link:expr) => {{
                let link: Link = $link;
                if link.first == Link::BOTTOM {
                    break 'run Stop::Return;
                }
                base -= link.delta();
                depth -= 1;
                pc = link.pc();
                frame_bits = link.first & !0xff_ffff;
                regs = window(&mut stack.cells.0, base);
                if link.second & !0xff_ffff_ffff != instance_bits {
                    break 'run Stop::Enter(link.instance() as u32);
                }
                code = module.code(link.func());
                ops = &code.ops;
            }};
        }
        // What an element of a table of functions stands for, if it has the type that is asked for.
        macro_rules! element {
            ($at:expr, $table:expr, $ty:expr) => {{
                let table = &live.tables[instance.tables[usize::from($table)].index()];
                let Some(cell) = table.elems.get($at as usize) else { trap!(CoreUndefinedElement) };
                if *cell == 0 {
                    trap!(CoreUninitializedElement);
                }
                let addr = FuncAddr((*cell - 1) as u32);
                let func = &links.funcs[addr.index()];
                let ty = instance.types[crate::index($ty)];
                if func.ty != ty && !links.types.is_subtype(func.ty, ty) {
                    trap!(CoreIndirectCallTypeMismatch);
                }
                (addr, func.kind)
            }};
        }
        macro_rules! referred {
            ($cell:expr) => {{
                let cell = $cell;
                if cell == 0 {
                    trap!(CoreNullFunctionReference);
                }
                let addr = FuncAddr((cell - 1) as u32);
                (addr, links.funcs[addr.index()].kind)
            }};
        }
        // Calls any function; those of other instances and of the host outside the loop.
        macro_rules! invoke {
            ($target:expr, $delta:expr, $offset:expr) => {{
                let (addr, kind) = $target;
                match kind {
                    FuncKind::Wasm { instance: callee, func } if u64::from(callee.0) << 40 == instance_bits => {
                        call!(func, $delta, $offset);
                    }
                    FuncKind::Wasm { .. } | FuncKind::Host { .. } => {
                        break 'run Stop::Call { func: addr, delta: $delta, offset: $offset };
                    }
                }
            }};
        }
        macro_rules! tail_invoke {
            ($target:expr, $a:expr, $len:expr) => {{
                let (addr, kind) = $target;
                match kind {
                    FuncKind::Wasm { instance: callee, func } if u64::from(callee.0) << 40 == instance_bits => {
                        tail_call!(func, $a, $len);
                    }
                    FuncKind::Wasm { .. } | FuncKind::Host { .. } => {
                        break 'run Stop::TailCall { func: addr, a: $a, len: $len };
                    }
                }
            }};
        }

        let op = &ops[pc];
        pc += 1;
        match *op {
            Op::Unreachable => trap!(CoreUnreachable),
            Op::Slow { index } => {
                let op = code.slow[crate::index(index)];
                let mut at = slow::At { regs: &mut *regs, instance, limits: world.limits, module };
                match slow::run(op, &mut at, live, world.data) {
                    Ok(extra) => {
                        // What cannot be paid now is paid at the next head.
                        stack.owed += extra.saturating_sub(fuel);
                        fuel = fuel.saturating_sub(extra);
                    }
                    Err(stop) => break 'run stop,
                }
                (mem, dirty) = memory_zero(&mut live.memories, instance);
            }
            Op::Charge { cost } => charge!(cost),
            Op::Copy { d, a } => set!(d, cell!(a)),
            Op::Copy2 { d, a, d2, a2 } => {
                set!(d, cell!(a));
                set!(d2, cell!(a2));
            }
            Op::Copy3 { d, a, d2, a2, d3, a3 } => {
                set!(d, cell!(a));
                set!(d2, cell!(a2));
                set!(d3, cell!(a3));
            }
            Op::Const { d, value } => set!(d, value),
            Op::Select { d, a, b, c } => set!(d, if cell!(c) as u32 != 0 { cell!(a) } else { cell!(b) }),
            Op::Br { target, taken } => {
                pc = crate::index(target);
                charge!(taken);
            }
            Op::BrTable { a, len } => {
                let at = pc + (cell!(a) as u32).min(len) as usize;
                let Op::Br { target, taken } = ops[at] else { unreachable!("translation puts `Br` after `BrTable`") };
                pc = crate::index(target);
                charge!(taken);
            }
            Op::Return0 { header } => {
                let header = usize::from(header);
                return_to!(Link { first: regs[header], second: regs[header + 1] });
            }
            Op::Return1 { a, header } => {
                let header = usize::from(header);
                let link = Link { first: regs[header], second: regs[header + 1] };
                regs[0] = cell!(a);
                return_to!(link);
            }
            Op::ReturnN { a, len, header } => {
                let header = usize::from(header);
                let link = Link { first: regs[header], second: regs[header + 1] };
                let from = usize::from(a);
                regs.copy_within(from..from + usize::from(len), 0);
                return_to!(link);
            }
            Op::Call { delta, func, offset } => call!(func, delta, offset),
            Op::CallImport { delta, func, offset } => {
                let addr = instance.funcs[crate::index(func)];
                invoke!((addr, links.funcs[addr.index()].kind), delta, offset);
            }
            Op::CallIndirect { a, delta, table, ty, offset } => {
                invoke!(element!(cell!(a), table, ty), delta, offset);
            }
            Op::CallRef { a, delta, offset } => invoke!(referred!(cell!(a)), delta, offset),
            Op::ReturnCall { a, len, func } => tail_call!(func, a, len),
            Op::ReturnCallImport { a, len, func } => {
                let addr = instance.funcs[crate::index(func)];
                tail_invoke!((addr, links.funcs[addr.index()].kind), a, len);
            }
            Op::ReturnCallIndirect { i, a, len, table, ty } => tail_invoke!(element!(cell!(i), table, ty), a, len),
            Op::ReturnCallRef { i, a, len } => tail_invoke!(referred!(cell!(i)), a, len),
            Op::GlobalGet { d, global } => set!(d, live.cells[crate::index(instance.cells[crate::index(global)])]),
            Op::GlobalSet { a, global } => live.cells[crate::index(instance.cells[crate::index(global)])] = cell!(a),
            Op::LoadM { d, a, kind, memory, offset } => {
                let memory = &live.memories[instance.memories[usize::from(memory)].index()];
                match slow::load(memory, kind, cell!(a), offset) {
                    Some(value) => set!(d, value),
                    None => trap!(CoreMemoryOutOfBounds),
                }
                (mem, dirty) = memory_zero(&mut live.memories, instance);
            }
            Op::StoreM { a, b, kind, memory, offset } => {
                let memory = &mut live.memories[instance.memories[usize::from(memory)].index()];
                if slow::store(memory, kind, cell!(a), offset, cell!(b)).is_none() {
                    trap!(CoreMemoryOutOfBounds);
                }
                (mem, dirty) = memory_zero(&mut live.memories, instance);
            }
            Op::I32Add { d, a, b } => bin_i32!(d, cell!(a), cell!(b), |a, b| a.wrapping_add(b)),
            Op::I32Sub { d, a, b } => bin_i32!(d, cell!(a), cell!(b), |a, b| a.wrapping_sub(b)),
            Op::I32Mul { d, a, b } => bin_i32!(d, cell!(a), cell!(b), |a, b| a.wrapping_mul(b)),
            Op::I32And { d, a, b } => bin_i32!(d, cell!(a), cell!(b), |a, b| a & b),
            Op::I32Or { d, a, b } => bin_i32!(d, cell!(a), cell!(b), |a, b| a | b),
            Op::I32Xor { d, a, b } => bin_i32!(d, cell!(a), cell!(b), |a, b| a ^ b),
            Op::I32Shl { d, a, b } => bin_i32!(d, cell!(a), cell!(b), |a, b| a.wrapping_shl(b as u32)),
            Op::I32ShrS { d, a, b } => bin_i32!(d, cell!(a), cell!(b), |a, b| (a as i32).wrapping_shr(b as u32) as u32),
            Op::I32ShrU { d, a, b } => bin_i32!(d, cell!(a), cell!(b), |a, b| a.wrapping_shr(b as u32)),
            Op::I32Rotl { d, a, b } => bin_i32!(d, cell!(a), cell!(b), |a, b| a.rotate_left(b as u32 & 31)),
            Op::I32Rotr { d, a, b } => bin_i32!(d, cell!(a), cell!(b), |a, b| a.rotate_right(b as u32 & 31)),
            Op::I32AddI { d, a, imm } => bin_i32!(d, cell!(a), imm, |a, b| a.wrapping_add(b)),
            Op::I32MulI { d, a, imm } => bin_i32!(d, cell!(a), imm, |a, b| a.wrapping_mul(b)),
            Op::I32AndI { d, a, imm } => bin_i32!(d, cell!(a), imm, |a, b| a & b),
            Op::I32OrI { d, a, imm } => bin_i32!(d, cell!(a), imm, |a, b| a | b),
            Op::I32XorI { d, a, imm } => bin_i32!(d, cell!(a), imm, |a, b| a ^ b),
            Op::I32ShlI { d, a, imm } => bin_i32!(d, cell!(a), imm, |a, b| a.wrapping_shl(b as u32)),
            Op::I32ShrSI { d, a, imm } => bin_i32!(d, cell!(a), imm, |a, b| (a as i32).wrapping_shr(b as u32) as u32),
            Op::I32ShrUI { d, a, imm } => bin_i32!(d, cell!(a), imm, |a, b| a.wrapping_shr(b as u32)),
            Op::I32RotlI { d, a, imm } => bin_i32!(d, cell!(a), imm, |a, b| a.rotate_left(b as u32 & 31)),
            Op::I32DivS { d, a, b } => {
                set!(d, attempt!(numeric::i32_div_s(cell!(a) as i32, cell!(b) as i32)) as u32 as u64)
            }
            Op::I32DivU { d, a, b } => {
                set!(d, attempt!(numeric::i32_div_u(cell!(a) as u32, cell!(b) as u32)) as u32 as u64)
            }
            Op::I32RemS { d, a, b } => {
                set!(d, attempt!(numeric::i32_rem_s(cell!(a) as i32, cell!(b) as i32)) as u32 as u64)
            }
            Op::I32RemU { d, a, b } => {
                set!(d, attempt!(numeric::i32_rem_u(cell!(a) as u32, cell!(b) as u32)) as u32 as u64)
            }
            Op::I32Eq { d, a, b } => set!(d, u64::from((cell!(a) as u32) == (cell!(b) as u32))),
            Op::BrI32Eq { a, b, fall, target, taken } => {
                branch!((cell!(a) as u32) == (cell!(b) as u32), target, taken, fall)
            }
            Op::I32Ne { d, a, b } => set!(d, u64::from((cell!(a) as u32) != (cell!(b) as u32))),
            Op::BrI32Ne { a, b, fall, target, taken } => {
                branch!((cell!(a) as u32) != (cell!(b) as u32), target, taken, fall)
            }
            Op::I32LtS { d, a, b } => set!(d, u64::from((cell!(a) as i32) < (cell!(b) as i32))),
            Op::BrI32LtS { a, b, fall, target, taken } => {
                branch!((cell!(a) as i32) < (cell!(b) as i32), target, taken, fall)
            }
            Op::I32LtU { d, a, b } => set!(d, u64::from((cell!(a) as u32) < (cell!(b) as u32))),
            Op::BrI32LtU { a, b, fall, target, taken } => {
                branch!((cell!(a) as u32) < (cell!(b) as u32), target, taken, fall)
            }
            Op::I32LeS { d, a, b } => set!(d, u64::from((cell!(a) as i32) <= (cell!(b) as i32))),
            Op::BrI32LeS { a, b, fall, target, taken } => {
                branch!((cell!(a) as i32) <= (cell!(b) as i32), target, taken, fall)
            }
            Op::I32LeU { d, a, b } => set!(d, u64::from((cell!(a) as u32) <= (cell!(b) as u32))),
            Op::BrI32LeU { a, b, fall, target, taken } => {
                branch!((cell!(a) as u32) <= (cell!(b) as u32), target, taken, fall)
            }
            Op::I32EqI { d, a, imm } => set!(d, u64::from((cell!(a) as u32) == (imm as u32))),
            Op::BrI32EqI { a, imm, fall, target, taken } => {
                branch!((cell!(a) as u32) == (imm as u32), target, taken, fall)
            }
            Op::I32NeI { d, a, imm } => set!(d, u64::from((cell!(a) as u32) != (imm as u32))),
            Op::BrI32NeI { a, imm, fall, target, taken } => {
                branch!((cell!(a) as u32) != (imm as u32), target, taken, fall)
            }
            Op::I32LtSI { d, a, imm } => set!(d, u64::from((cell!(a) as i32) < (imm as i32))),
            Op::BrI32LtSI { a, imm, fall, target, taken } => {
                branch!((cell!(a) as i32) < (imm as i32), target, taken, fall)
            }
            Op::I32LtUI { d, a, imm } => set!(d, u64::from((cell!(a) as u32) < (imm as u32))),
            Op::BrI32LtUI { a, imm, fall, target, taken } => {
                branch!((cell!(a) as u32) < (imm as u32), target, taken, fall)
            }
            Op::I32GeSI { d, a, imm } => set!(d, u64::from((cell!(a) as i32) >= (imm as i32))),
            Op::BrI32GeSI { a, imm, fall, target, taken } => {
                branch!((cell!(a) as i32) >= (imm as i32), target, taken, fall)
            }
            Op::I32GeUI { d, a, imm } => set!(d, u64::from((cell!(a) as u32) >= (imm as u32))),
            Op::BrI32GeUI { a, imm, fall, target, taken } => {
                branch!((cell!(a) as u32) >= (imm as u32), target, taken, fall)
            }
            Op::I32Clz { d, a } => set!(d, u64::from((cell!(a) as u32).leading_zeros())),
            Op::I32Ctz { d, a } => set!(d, u64::from((cell!(a) as u32).trailing_zeros())),
            Op::I32Popcnt { d, a } => set!(d, u64::from((cell!(a) as u32).count_ones())),
            Op::I32Extend8S { d, a } => set!(d, cell!(a) as i8 as i32 as u32 as u64),
            Op::I32Extend16S { d, a } => set!(d, cell!(a) as i16 as i32 as u32 as u64),
            Op::I64Add { d, a, b } => bin_i64!(d, cell!(a), cell!(b), |a, b| a.wrapping_add(b)),
            Op::I64Sub { d, a, b } => bin_i64!(d, cell!(a), cell!(b), |a, b| a.wrapping_sub(b)),
            Op::I64Mul { d, a, b } => bin_i64!(d, cell!(a), cell!(b), |a, b| a.wrapping_mul(b)),
            Op::I64And { d, a, b } => bin_i64!(d, cell!(a), cell!(b), |a, b| a & b),
            Op::I64Or { d, a, b } => bin_i64!(d, cell!(a), cell!(b), |a, b| a | b),
            Op::I64Xor { d, a, b } => bin_i64!(d, cell!(a), cell!(b), |a, b| a ^ b),
            Op::I64Shl { d, a, b } => bin_i64!(d, cell!(a), cell!(b), |a, b| a.wrapping_shl(b as u32)),
            Op::I64ShrS { d, a, b } => bin_i64!(d, cell!(a), cell!(b), |a, b| (a as i64).wrapping_shr(b as u32) as u64),
            Op::I64ShrU { d, a, b } => bin_i64!(d, cell!(a), cell!(b), |a, b| a.wrapping_shr(b as u32)),
            Op::I64Rotl { d, a, b } => bin_i64!(d, cell!(a), cell!(b), |a, b| a.rotate_left(b as u32 & 63)),
            Op::I64Rotr { d, a, b } => bin_i64!(d, cell!(a), cell!(b), |a, b| a.rotate_right(b as u32 & 63)),
            Op::I64AddI { d, a, imm } => bin_i64!(d, cell!(a), imm, |a, b| a.wrapping_add(b)),
            Op::I64MulI { d, a, imm } => bin_i64!(d, cell!(a), imm, |a, b| a.wrapping_mul(b)),
            Op::I64AndI { d, a, imm } => bin_i64!(d, cell!(a), imm, |a, b| a & b),
            Op::I64OrI { d, a, imm } => bin_i64!(d, cell!(a), imm, |a, b| a | b),
            Op::I64XorI { d, a, imm } => bin_i64!(d, cell!(a), imm, |a, b| a ^ b),
            Op::I64ShlI { d, a, imm } => bin_i64!(d, cell!(a), imm, |a, b| a.wrapping_shl(b as u32)),
            Op::I64ShrSI { d, a, imm } => bin_i64!(d, cell!(a), imm, |a, b| (a as i64).wrapping_shr(b as u32) as u64),
            Op::I64ShrUI { d, a, imm } => bin_i64!(d, cell!(a), imm, |a, b| a.wrapping_shr(b as u32)),
            Op::I64RotlI { d, a, imm } => bin_i64!(d, cell!(a), imm, |a, b| a.rotate_left(b as u32 & 63)),
            Op::I64DivS { d, a, b } => {
                set!(d, attempt!(numeric::i64_div_s(cell!(a) as i64, cell!(b) as i64)) as u64 as u64)
            }
            Op::I64DivU { d, a, b } => {
                set!(d, attempt!(numeric::i64_div_u(cell!(a) as u64, cell!(b) as u64)) as u64 as u64)
            }
            Op::I64RemS { d, a, b } => {
                set!(d, attempt!(numeric::i64_rem_s(cell!(a) as i64, cell!(b) as i64)) as u64 as u64)
            }
            Op::I64RemU { d, a, b } => {
                set!(d, attempt!(numeric::i64_rem_u(cell!(a) as u64, cell!(b) as u64)) as u64 as u64)
            }
            Op::I64Eq { d, a, b } => set!(d, u64::from((cell!(a) as u64) == (cell!(b) as u64))),
            Op::BrI64Eq { a, b, fall, target, taken } => {
                branch!((cell!(a) as u64) == (cell!(b) as u64), target, taken, fall)
            }
            Op::I64Ne { d, a, b } => set!(d, u64::from((cell!(a) as u64) != (cell!(b) as u64))),
            Op::BrI64Ne { a, b, fall, target, taken } => {
                branch!((cell!(a) as u64) != (cell!(b) as u64), target, taken, fall)
            }
            Op::I64LtS { d, a, b } => set!(d, u64::from((cell!(a) as i64) < (cell!(b) as i64))),
            Op::BrI64LtS { a, b, fall, target, taken } => {
                branch!((cell!(a) as i64) < (cell!(b) as i64), target, taken, fall)
            }
            Op::I64LtU { d, a, b } => set!(d, u64::from((cell!(a) as u64) < (cell!(b) as u64))),
            Op::BrI64LtU { a, b, fall, target, taken } => {
                branch!((cell!(a) as u64) < (cell!(b) as u64), target, taken, fall)
            }
            Op::I64LeS { d, a, b } => set!(d, u64::from((cell!(a) as i64) <= (cell!(b) as i64))),
            Op::BrI64LeS { a, b, fall, target, taken } => {
                branch!((cell!(a) as i64) <= (cell!(b) as i64), target, taken, fall)
            }
            Op::I64LeU { d, a, b } => set!(d, u64::from((cell!(a) as u64) <= (cell!(b) as u64))),
            Op::BrI64LeU { a, b, fall, target, taken } => {
                branch!((cell!(a) as u64) <= (cell!(b) as u64), target, taken, fall)
            }
            Op::I64EqI { d, a, imm } => set!(d, u64::from((cell!(a) as u64) == (imm as u64))),
            Op::BrI64EqI { a, imm, fall, target, taken } => {
                branch!((cell!(a) as u64) == (i64::from(imm) as u64), target, taken, fall)
            }
            Op::I64NeI { d, a, imm } => set!(d, u64::from((cell!(a) as u64) != (imm as u64))),
            Op::BrI64NeI { a, imm, fall, target, taken } => {
                branch!((cell!(a) as u64) != (i64::from(imm) as u64), target, taken, fall)
            }
            Op::I64LtSI { d, a, imm } => set!(d, u64::from((cell!(a) as i64) < (imm as i64))),
            Op::BrI64LtSI { a, imm, fall, target, taken } => {
                branch!((cell!(a) as i64) < i64::from(imm), target, taken, fall)
            }
            Op::I64LtUI { d, a, imm } => set!(d, u64::from((cell!(a) as u64) < (imm as u64))),
            Op::BrI64LtUI { a, imm, fall, target, taken } => {
                branch!((cell!(a) as u64) < (i64::from(imm) as u64), target, taken, fall)
            }
            Op::I64GeSI { d, a, imm } => set!(d, u64::from((cell!(a) as i64) >= (imm as i64))),
            Op::BrI64GeSI { a, imm, fall, target, taken } => {
                branch!((cell!(a) as i64) >= i64::from(imm), target, taken, fall)
            }
            Op::I64GeUI { d, a, imm } => set!(d, u64::from((cell!(a) as u64) >= (imm as u64))),
            Op::BrI64GeUI { a, imm, fall, target, taken } => {
                branch!((cell!(a) as u64) >= (i64::from(imm) as u64), target, taken, fall)
            }
            Op::I64Clz { d, a } => set!(d, u64::from((cell!(a) as u64).leading_zeros())),
            Op::I64Ctz { d, a } => set!(d, u64::from((cell!(a) as u64).trailing_zeros())),
            Op::I64Popcnt { d, a } => set!(d, u64::from((cell!(a) as u64).count_ones())),
            Op::I64Extend8S { d, a } => set!(d, cell!(a) as i8 as i64 as u64 as u64),
            Op::I64Extend16S { d, a } => set!(d, cell!(a) as i16 as i64 as u64 as u64),
            Op::I64Extend32S { d, a } => set!(d, cell!(a) as i32 as i64 as u64),
            Op::I32WrapI64 { d, a } => set!(d, cell!(a) & 0xffff_ffff),
            Op::F32Add { d, a, b } => set!(d, numeric::cell_32(numeric::f32_of(cell!(a)) + numeric::f32_of(cell!(b)))),
            Op::F32AddI { d, a, imm } => set!(d, numeric::cell_32(numeric::f32_of(cell!(a)) + numeric::f32_of(imm))),
            Op::F32Sub { d, a, b } => set!(d, numeric::cell_32(numeric::f32_of(cell!(a)) - numeric::f32_of(cell!(b)))),
            Op::F32SubI { d, a, imm } => set!(d, numeric::cell_32(numeric::f32_of(cell!(a)) - numeric::f32_of(imm))),
            Op::F32SubLI { d, a, imm } => set!(d, numeric::cell_32(numeric::f32_of(imm) - numeric::f32_of(cell!(a)))),
            Op::F32Mul { d, a, b } => set!(d, numeric::cell_32(numeric::f32_of(cell!(a)) * numeric::f32_of(cell!(b)))),
            Op::F32MulI { d, a, imm } => set!(d, numeric::cell_32(numeric::f32_of(cell!(a)) * numeric::f32_of(imm))),
            Op::F32Div { d, a, b } => set!(d, numeric::cell_32(numeric::f32_of(cell!(a)) / numeric::f32_of(cell!(b)))),
            Op::F32DivI { d, a, imm } => set!(d, numeric::cell_32(numeric::f32_of(cell!(a)) / numeric::f32_of(imm))),
            Op::F32DivLI { d, a, imm } => set!(d, numeric::cell_32(numeric::f32_of(imm) / numeric::f32_of(cell!(a)))),
            Op::F32Min { d, a, b } => {
                set!(d, numeric::cell_32(numeric::min_32(numeric::f32_of(cell!(a)), numeric::f32_of(cell!(b)))))
            }
            Op::F32Max { d, a, b } => {
                set!(d, numeric::cell_32(numeric::max_32(numeric::f32_of(cell!(a)), numeric::f32_of(cell!(b)))))
            }
            Op::F32Copysign { d, a, b } => set!(d, (cell!(a) & 0x7fff_ffff) | (cell!(b) & 0x8000_0000)),
            Op::F32Eq { d, a, b } => set!(d, u64::from(numeric::f32_of(cell!(a)) == numeric::f32_of(cell!(b)))),
            Op::BrF32Eq { a, b, fall, target, taken } => {
                branch!(numeric::f32_of(cell!(a)) == numeric::f32_of(cell!(b)), target, taken, fall)
            }
            Op::F32Ne { d, a, b } => set!(d, u64::from(numeric::f32_of(cell!(a)) != numeric::f32_of(cell!(b)))),
            Op::BrF32Ne { a, b, fall, target, taken } => {
                branch!(numeric::f32_of(cell!(a)) != numeric::f32_of(cell!(b)), target, taken, fall)
            }
            Op::F32Lt { d, a, b } => set!(d, u64::from(numeric::f32_of(cell!(a)) < numeric::f32_of(cell!(b)))),
            Op::BrF32Lt { a, b, fall, target, taken } => {
                branch!(numeric::f32_of(cell!(a)) < numeric::f32_of(cell!(b)), target, taken, fall)
            }
            Op::F32Le { d, a, b } => set!(d, u64::from(numeric::f32_of(cell!(a)) <= numeric::f32_of(cell!(b)))),
            Op::BrF32Le { a, b, fall, target, taken } => {
                branch!(numeric::f32_of(cell!(a)) <= numeric::f32_of(cell!(b)), target, taken, fall)
            }
            Op::BrF32Nlt { a, b, fall, target, taken } => {
                branch!(!(numeric::f32_of(cell!(a)) < numeric::f32_of(cell!(b))), target, taken, fall)
            }
            Op::BrF32Nle { a, b, fall, target, taken } => {
                branch!(!(numeric::f32_of(cell!(a)) <= numeric::f32_of(cell!(b))), target, taken, fall)
            }
            Op::F32Abs { d, a } => set!(d, cell!(a) & 0x7fff_ffff),
            Op::F32Neg { d, a } => set!(d, cell!(a) ^ 0x8000_0000),
            Op::F32Ceil { d, a } => set!(d, numeric::cell_32(numeric::f32_of(cell!(a)).ceil())),
            Op::F32Floor { d, a } => set!(d, numeric::cell_32(numeric::f32_of(cell!(a)).floor())),
            Op::F32Trunc { d, a } => set!(d, numeric::cell_32(numeric::f32_of(cell!(a)).trunc())),
            Op::F32Nearest { d, a } => set!(d, numeric::cell_32(numeric::f32_of(cell!(a)).round_ties_even())),
            Op::F32Sqrt { d, a } => set!(d, numeric::cell_32(numeric::f32_of(cell!(a)).sqrt())),
            Op::F64Add { d, a, b } => set!(d, numeric::cell_64(numeric::f64_of(cell!(a)) + numeric::f64_of(cell!(b)))),
            Op::F64AddI { d, a, imm } => set!(d, numeric::cell_64(numeric::f64_of(cell!(a)) + numeric::f64_of(imm))),
            Op::F64Sub { d, a, b } => set!(d, numeric::cell_64(numeric::f64_of(cell!(a)) - numeric::f64_of(cell!(b)))),
            Op::F64SubI { d, a, imm } => set!(d, numeric::cell_64(numeric::f64_of(cell!(a)) - numeric::f64_of(imm))),
            Op::F64SubLI { d, a, imm } => set!(d, numeric::cell_64(numeric::f64_of(imm) - numeric::f64_of(cell!(a)))),
            Op::F64Mul { d, a, b } => set!(d, numeric::cell_64(numeric::f64_of(cell!(a)) * numeric::f64_of(cell!(b)))),
            Op::F64MulI { d, a, imm } => set!(d, numeric::cell_64(numeric::f64_of(cell!(a)) * numeric::f64_of(imm))),
            Op::F64Div { d, a, b } => set!(d, numeric::cell_64(numeric::f64_of(cell!(a)) / numeric::f64_of(cell!(b)))),
            Op::F64DivI { d, a, imm } => set!(d, numeric::cell_64(numeric::f64_of(cell!(a)) / numeric::f64_of(imm))),
            Op::F64DivLI { d, a, imm } => set!(d, numeric::cell_64(numeric::f64_of(imm) / numeric::f64_of(cell!(a)))),
            Op::F64Min { d, a, b } => {
                set!(d, numeric::cell_64(numeric::min_64(numeric::f64_of(cell!(a)), numeric::f64_of(cell!(b)))))
            }
            Op::F64Max { d, a, b } => {
                set!(d, numeric::cell_64(numeric::max_64(numeric::f64_of(cell!(a)), numeric::f64_of(cell!(b)))))
            }
            Op::F64Copysign { d, a, b } => {
                set!(d, (cell!(a) & 0x7fff_ffff_ffff_ffff) | (cell!(b) & 0x8000_0000_0000_0000))
            }
            Op::F64Eq { d, a, b } => set!(d, u64::from(numeric::f64_of(cell!(a)) == numeric::f64_of(cell!(b)))),
            Op::BrF64Eq { a, b, fall, target, taken } => {
                branch!(numeric::f64_of(cell!(a)) == numeric::f64_of(cell!(b)), target, taken, fall)
            }
            Op::F64Ne { d, a, b } => set!(d, u64::from(numeric::f64_of(cell!(a)) != numeric::f64_of(cell!(b)))),
            Op::BrF64Ne { a, b, fall, target, taken } => {
                branch!(numeric::f64_of(cell!(a)) != numeric::f64_of(cell!(b)), target, taken, fall)
            }
            Op::F64Lt { d, a, b } => set!(d, u64::from(numeric::f64_of(cell!(a)) < numeric::f64_of(cell!(b)))),
            Op::BrF64Lt { a, b, fall, target, taken } => {
                branch!(numeric::f64_of(cell!(a)) < numeric::f64_of(cell!(b)), target, taken, fall)
            }
            Op::F64Le { d, a, b } => set!(d, u64::from(numeric::f64_of(cell!(a)) <= numeric::f64_of(cell!(b)))),
            Op::BrF64Le { a, b, fall, target, taken } => {
                branch!(numeric::f64_of(cell!(a)) <= numeric::f64_of(cell!(b)), target, taken, fall)
            }
            Op::BrF64Nlt { a, b, fall, target, taken } => {
                branch!(!(numeric::f64_of(cell!(a)) < numeric::f64_of(cell!(b))), target, taken, fall)
            }
            Op::BrF64Nle { a, b, fall, target, taken } => {
                branch!(!(numeric::f64_of(cell!(a)) <= numeric::f64_of(cell!(b))), target, taken, fall)
            }
            Op::F64Abs { d, a } => set!(d, cell!(a) & 0x7fff_ffff_ffff_ffff),
            Op::F64Neg { d, a } => set!(d, cell!(a) ^ 0x8000_0000_0000_0000),
            Op::F64Ceil { d, a } => set!(d, numeric::cell_64(numeric::f64_of(cell!(a)).ceil())),
            Op::F64Floor { d, a } => set!(d, numeric::cell_64(numeric::f64_of(cell!(a)).floor())),
            Op::F64Trunc { d, a } => set!(d, numeric::cell_64(numeric::f64_of(cell!(a)).trunc())),
            Op::F64Nearest { d, a } => set!(d, numeric::cell_64(numeric::f64_of(cell!(a)).round_ties_even())),
            Op::F64Sqrt { d, a } => set!(d, numeric::cell_64(numeric::f64_of(cell!(a)).sqrt())),
            Op::I32TruncF32S { d, a } => {
                set!(d, attempt!(numeric::i32_trunc_f32(numeric::f32_of(cell!(a)))) as u32 as u64)
            }
            Op::I32TruncSatF32S { d, a } => set!(d, numeric::f32_of(cell!(a)) as i32 as u32 as u64),
            Op::F32ConvertI32S { d, a } => set!(d, numeric::cell_32(cell!(a) as i32 as f32)),
            Op::I32TruncF32U { d, a } => {
                set!(d, attempt!(numeric::u32_trunc_f32(numeric::f32_of(cell!(a)))) as u32 as u64)
            }
            Op::I32TruncSatF32U { d, a } => set!(d, numeric::f32_of(cell!(a)) as u32 as u32 as u64),
            Op::F32ConvertI32U { d, a } => set!(d, numeric::cell_32(cell!(a) as u32 as f32)),
            Op::I32TruncF64S { d, a } => {
                set!(d, attempt!(numeric::i32_trunc_f64(numeric::f64_of(cell!(a)))) as u32 as u64)
            }
            Op::I32TruncSatF64S { d, a } => set!(d, numeric::f64_of(cell!(a)) as i32 as u32 as u64),
            Op::F64ConvertI32S { d, a } => set!(d, numeric::cell_64(cell!(a) as i32 as f64)),
            Op::I32TruncF64U { d, a } => {
                set!(d, attempt!(numeric::u32_trunc_f64(numeric::f64_of(cell!(a)))) as u32 as u64)
            }
            Op::I32TruncSatF64U { d, a } => set!(d, numeric::f64_of(cell!(a)) as u32 as u32 as u64),
            Op::F64ConvertI32U { d, a } => set!(d, numeric::cell_64(cell!(a) as u32 as f64)),
            Op::I64TruncF32S { d, a } => {
                set!(d, attempt!(numeric::i64_trunc_f32(numeric::f32_of(cell!(a)))) as u64 as u64)
            }
            Op::I64TruncSatF32S { d, a } => set!(d, numeric::f32_of(cell!(a)) as i64 as u64 as u64),
            Op::F32ConvertI64S { d, a } => set!(d, numeric::cell_32(cell!(a) as i64 as f32)),
            Op::I64TruncF32U { d, a } => {
                set!(d, attempt!(numeric::u64_trunc_f32(numeric::f32_of(cell!(a)))) as u64 as u64)
            }
            Op::I64TruncSatF32U { d, a } => set!(d, numeric::f32_of(cell!(a)) as u64 as u64 as u64),
            Op::F32ConvertI64U { d, a } => set!(d, numeric::cell_32(cell!(a) as u64 as f32)),
            Op::I64TruncF64S { d, a } => {
                set!(d, attempt!(numeric::i64_trunc_f64(numeric::f64_of(cell!(a)))) as u64 as u64)
            }
            Op::I64TruncSatF64S { d, a } => set!(d, numeric::f64_of(cell!(a)) as i64 as u64 as u64),
            Op::F64ConvertI64S { d, a } => set!(d, numeric::cell_64(cell!(a) as i64 as f64)),
            Op::I64TruncF64U { d, a } => {
                set!(d, attempt!(numeric::u64_trunc_f64(numeric::f64_of(cell!(a)))) as u64 as u64)
            }
            Op::I64TruncSatF64U { d, a } => set!(d, numeric::f64_of(cell!(a)) as u64 as u64 as u64),
            Op::F64ConvertI64U { d, a } => set!(d, numeric::cell_64(cell!(a) as u64 as f64)),
            Op::F32DemoteF64 { d, a } => set!(d, numeric::cell_32(numeric::f64_of(cell!(a)) as f32)),
            Op::F64PromoteF32 { d, a } => set!(d, numeric::cell_64(f64::from(numeric::f32_of(cell!(a))))),
            Op::Load8U { d, a, offset } => load!(u8, d, a, offset, |x| x as u64),
            Op::Load16U { d, a, offset } => load!(u16, d, a, offset, |x| x as u64),
            Op::Load32 { d, a, offset } => load!(u32, d, a, offset, |x| x as u64),
            Op::Load64 { d, a, offset } => load!(u64, d, a, offset, |x| x as u64),
            Op::Load8S32 { d, a, offset } => load!(i8, d, a, offset, |x| x as i32 as u32 as u64),
            Op::Load16S32 { d, a, offset } => load!(i16, d, a, offset, |x| x as i32 as u32 as u64),
            Op::Load8S64 { d, a, offset } => load!(i8, d, a, offset, |x| x as i64 as u64),
            Op::Load16S64 { d, a, offset } => load!(i16, d, a, offset, |x| x as i64 as u64),
            Op::Load32S64 { d, a, offset } => load!(i32, d, a, offset, |x| x as i64 as u64),
            Op::Store8 { a, b, offset } => store!(u8, a, b, offset),
            Op::Store16 { a, b, offset } => store!(u16, a, b, offset),
            Op::Store32 { a, b, offset } => store!(u32, a, b, offset),
            Op::Store64 { a, b, offset } => store!(u64, a, b, offset),
        }
    };
    *world.fuel = fuel;
    stack.depth = depth;
    stack.base = base;
    stack.pc = pc as u32;
    stack.header = (frame_bits >> 48) as u16;
    stack.func = (frame_bits >> 24) as u32 & 0xff_ffff;
    stop
}
