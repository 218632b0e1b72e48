//! Handlers of control, calls, globals, and of what is done outside.

#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "operations convert between cells and numbers"
)]

use syntax::TrapRule;
use syntax::convert::{to_u64, to_usize};

use super::super::dispatch::{Context, Regs, next, stop, trap};
use super::super::{Stop, slow};
use super::pay;
use crate::ids::FuncAddr;
use crate::index;
use crate::limits::LimitKind;
use crate::op::{Code, Op};
use crate::stack::Link;
use crate::store::FuncKind;

pub(super) fn unreachable<'a>(cx: &mut Context<'a>, ip: &'a [Op], _: Regs<'a>, _: &'a mut [u8]) {
    let [_, rest @ ..] = ip else { return };
    trap(cx, rest, TrapRule::CoreUnreachable);
}

pub(super) fn slow<'a>(cx: &mut Context<'a>, ip: &'a [Op], _: Regs<'a>, _: &'a mut [u8]) {
    let [Op::Slow { index }, rest @ ..] = ip else { return };
    stop(cx, rest, Stop::Slow(*index));
}

pub(super) fn charge<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::Charge { cost }, rest @ ..] = ip else { return };
    pay(cx, rest, *cost, r, mem);
}

pub(super) fn br<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::Br { target, taken }, ..] = ip else { return };
    pay(cx, &cx.ops[index(*target)..], *taken, r, mem);
}

pub(super) fn br_table<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::BrTable { a, len }, rest @ ..] = ip else { return };
    let at = index((r.get(*a) as u32).min(*len));
    let Some(Op::Br { target, taken }) = rest.get(at) else { return };
    pay(cx, &cx.ops[index(*target)..], *taken, r, mem);
}

/// Returns to the caller; the results are in their cells.
#[inline(always)]
fn return_to<'a>(cx: &mut Context<'a>, rest: &'a [Op], link: Link, mem: &'a mut [u8]) {
    if link.first == Link::BOTTOM {
        return bottom(cx, rest);
    }
    let base = cx.base.wrapping_sub(link.delta());
    cx.base = base;
    cx.depth -= 1;
    cx.frame_bits = link.first & !0xff_ffff;
    if link.second & !0xff_ffff_ffff != cx.instance_bits {
        return leave(cx, link);
    }
    let Some(code) = cx.module.translated(link.func()) else { return };
    cx.ops = &code.ops;
    let (Some(rest), Some(regs)) = (cx.ops.get(link.pc()..), Regs::at(cx.cells, base)) else { return };
    next(cx, rest, regs, mem);
}

#[cold]
#[inline(never)]
fn bottom(cx: &mut Context<'_>, rest: &[Op]) {
    stop(cx, rest, Stop::Return);
}

/// Returns to a caller of another instance.
#[cold]
#[inline(never)]
fn leave(cx: &mut Context<'_>, link: Link) {
    // The operations left are counted in the caller's function, which is looked up outside.
    cx.ops = &[];
    cx.stop = Some(Stop::Enter { instance: link.instance() as u32, pc: syntax::convert::to_u32(link.pc()) });
}

fn link(r: Regs<'_>, header: u16) -> Link {
    Link { first: r.get(header), second: r.get(header.wrapping_add(1)) }
}

pub(super) fn return0<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::Return0 { header }, rest @ ..] = ip else { return };
    return_to(cx, rest, link(r, *header), mem);
}

pub(super) fn return1<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::Return1 { a, header }, rest @ ..] = ip else { return };
    let link = link(r, *header);
    r.set(0, r.get(*a));
    return_to(cx, rest, link, mem);
}

pub(super) fn return_n<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::ReturnN { a, len, header }, rest @ ..] = ip else { return };
    let link = link(r, *header);
    r.move_to_front(*a, *len);
    return_to(cx, rest, link, mem);
}

/// Enters a function of this instance in the frame `r`.
#[inline(always)]
fn enter<'a>(cx: &mut Context<'a>, func: (u32, &'a Code), link: Link, r: Regs<'a>, mem: &'a mut [u8]) {
    let (func, code) = func;
    cx.frame_bits = u64::from(code.header) << 48 | u64::from(func) << 24;
    cx.ops = &code.ops;
    if code.clear_len != 0 {
        cx.link = link;
        return enter_cleared(cx, code, r, mem);
    }
    r.set(code.header, link.first);
    r.set(code.header.wrapping_add(1), link.second);
    pay(cx, cx.ops, code.cost, r, mem);
}

/// Clears locals, and enters.
#[inline(never)]
fn enter_cleared<'a>(cx: &mut Context<'a>, code: &'a Code, r: Regs<'a>, mem: &'a mut [u8]) {
    r.clear(code.clear, code.clear_len);
    r.set(code.header, cx.link.first);
    r.set(code.header.wrapping_add(1), cx.link.second);
    pay(cx, cx.ops, code.cost, r, mem);
}

/// A call: which operations are it and what follows it.
#[derive(Clone, Copy)]
struct Call<'a> {
    ip: &'a [Op],
    rest: &'a [Op],
    delta: u16,
    offset: u32,
}

/// Calls a function of this instance.
#[inline(always)]
fn call_own<'a>(cx: &mut Context<'a>, func: u32, call: Call<'a>, mem: &'a mut [u8]) {
    let pc = to_u64(cx.ops.len() - call.rest.len());
    let link = Link {
        first: cx.frame_bits | pc,
        second: cx.instance_bits | u64::from(call.offset) << 16 | u64::from(call.delta),
    };
    let base = cx.base + usize::from(call.delta);
    let Some(regs) = Regs::at(cx.cells, base) else { return no_room(cx, call.ip, base) };
    if cx.depth >= cx.max_depth {
        return stop(cx, call.rest, Stop::Limit(LimitKind::CallStack));
    }
    let Some(code) = cx.module.translated(func) else { return translate(cx, call.ip, func) };
    cx.depth += 1;
    cx.base = base;
    enter(cx, (func, code), link, regs, mem);
}

/// The call is executed again when the function is translated.
#[cold]
#[inline(never)]
fn translate(cx: &mut Context<'_>, ip: &[Op], func: u32) {
    stop(cx, ip, Stop::Translate(func));
}

#[cold]
#[inline(never)]
fn no_room(cx: &mut Context<'_>, ip: &[Op], base: usize) {
    let [_, rest @ ..] = ip else { return };
    if base > cx.limits.stack_cells {
        stop(cx, rest, Stop::Limit(LimitKind::CallStack));
    } else {
        // The call is executed again when there is room.
        stop(cx, ip, Stop::Grow);
    }
}

#[inline(never)]
fn call_outside(cx: &mut Context<'_>, rest: &[Op], func: FuncAddr, delta: u16, offset: u32) {
    stop(cx, rest, Stop::Call { func, delta, offset });
}

#[inline(never)]
fn tail_outside(cx: &mut Context<'_>, rest: &[Op], func: FuncAddr, a: u16, len: u16) {
    stop(cx, rest, Stop::TailCall { func, a, len });
}

/// Calls any function; those of other instances and of the host outside.
#[inline(always)]
fn call_any<'a>(cx: &mut Context<'a>, func: FuncAddr, call: Call<'a>, mem: &'a mut [u8]) {
    match cx.links.funcs[func.index()].kind {
        FuncKind::Wasm { instance, func } if u64::from(instance.0) << 40 == cx.instance_bits => {
            call_own(cx, func, call, mem);
        }
        FuncKind::Wasm { .. } | FuncKind::Host { .. } => {
            call_outside(cx, call.rest, func, call.delta, call.offset);
        }
    }
}

pub(super) fn call<'a>(cx: &mut Context<'a>, ip: &'a [Op], _: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::Call { delta, func, offset }, rest @ ..] = ip else { return };
    call_own(cx, *func, Call { ip, rest, delta: *delta, offset: *offset }, mem);
}

pub(super) fn call_import<'a>(cx: &mut Context<'a>, ip: &'a [Op], _: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::CallImport { delta, func, offset }, rest @ ..] = ip else { return };
    let func = cx.instance.funcs[index(*func)];
    call_any(cx, func, Call { ip, rest, delta: *delta, offset: *offset }, mem);
}

/// The function in an element of a table, if it has the type that is asked for.
#[inline(always)]
fn element(cx: &Context<'_>, at: u64, table: u16, ty: u32) -> Result<FuncAddr, TrapRule> {
    let table = &cx.tables[cx.instance.tables[usize::from(table)].index()];
    let cell = *table.elems.get(to_usize(at)).ok_or(TrapRule::CoreUndefinedElement)?;
    let func = crate::ids::func_of_cell(cell).ok_or(TrapRule::CoreUninitializedElement)?;
    let (found, wanted) = (cx.links.funcs[func.index()].ty, cx.instance.types[index(ty)]);
    if found != wanted && !cx.links.types.is_subtype(found, wanted) {
        return Err(TrapRule::CoreIndirectCallTypeMismatch);
    }
    Ok(func)
}

pub(super) fn call_indirect<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::CallIndirect { a, delta, table, ty, offset }, rest @ ..] = ip else { return };
    match element(cx, r.get(*a), *table, *ty) {
        Ok(func) => call_any(cx, func, Call { ip, rest, delta: *delta, offset: *offset }, mem),
        Err(rule) => trap(cx, rest, rule),
    }
}

pub(super) fn call_ref<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::CallRef { a, delta, offset }, rest @ ..] = ip else { return };
    match crate::ids::func_of_cell(r.get(*a)) {
        Some(func) => call_any(cx, func, Call { ip, rest, delta: *delta, offset: *offset }, mem),
        None => trap(cx, rest, TrapRule::CoreNullFunctionReference),
    }
}

/// A tail call: what follows it, where the arguments are, and how many cells.
#[derive(Clone, Copy)]
struct Tail<'a> {
    ip: &'a [Op],
    rest: &'a [Op],
    a: u16,
    len: u16,
}

#[inline(always)]
fn tail_own<'a>(cx: &mut Context<'a>, func: u32, tail: Tail<'a>, r: Regs<'a>, mem: &'a mut [u8]) {
    let Some(code) = cx.module.translated(func) else { return translate(cx, tail.ip, func) };
    let link = link(r, (cx.frame_bits >> 48) as u16);
    r.move_to_front(tail.a, tail.len);
    enter(cx, (func, code), link, r, mem);
}

#[inline(always)]
fn tail_any<'a>(cx: &mut Context<'a>, func: FuncAddr, tail: Tail<'a>, r: Regs<'a>, mem: &'a mut [u8]) {
    match cx.links.funcs[func.index()].kind {
        FuncKind::Wasm { instance, func } if u64::from(instance.0) << 40 == cx.instance_bits => {
            tail_own(cx, func, tail, r, mem);
        }
        FuncKind::Wasm { .. } | FuncKind::Host { .. } => {
            tail_outside(cx, tail.rest, func, tail.a, tail.len);
        }
    }
}

pub(super) fn return_call<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::ReturnCall { a, len, func }, rest @ ..] = ip else { return };
    tail_own(cx, *func, Tail { ip, rest, a: *a, len: *len }, r, mem);
}

pub(super) fn return_call_import<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::ReturnCallImport { a, len, func }, rest @ ..] = ip else { return };
    let func = cx.instance.funcs[index(*func)];
    tail_any(cx, func, Tail { ip, rest, a: *a, len: *len }, r, mem);
}

pub(super) fn return_call_indirect<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::ReturnCallIndirect { i, a, len, table, ty }, rest @ ..] = ip else { return };
    match element(cx, r.get(*i), *table, *ty) {
        Ok(func) => tail_any(cx, func, Tail { ip, rest, a: *a, len: *len }, r, mem),
        Err(rule) => trap(cx, rest, rule),
    }
}

pub(super) fn return_call_ref<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::ReturnCallRef { i, a, len }, rest @ ..] = ip else { return };
    match crate::ids::func_of_cell(r.get(*i)) {
        Some(func) => tail_any(cx, func, Tail { ip, rest, a: *a, len: *len }, r, mem),
        None => trap(cx, rest, TrapRule::CoreNullFunctionReference),
    }
}

pub(super) fn global_get<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::GlobalGet { d, global }, rest @ ..] = ip else { return };
    r.set(*d, cx.globals[index(cx.instance.cells[index(*global)])]);
    next(cx, rest, r, mem);
}

pub(super) fn global_set<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::GlobalSet { a, global }, rest @ ..] = ip else { return };
    cx.globals[index(cx.instance.cells[index(*global)])] = r.get(*a);
    next(cx, rest, r, mem);
}

pub(super) fn load_m<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::LoadM { d, a, kind, memory: 0, offset }, rest @ ..] = ip else { return outside(cx, ip) };
    match slow::load(mem, *kind, r.get(*a), *offset) {
        Some(value) => {
            r.set(*d, value);
            next(cx, rest, r, mem);
        }
        None => trap(cx, rest, TrapRule::CoreMemoryOutOfBounds),
    }
}

pub(super) fn store_m<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::StoreM { a, b, kind, memory: 0, offset }, rest @ ..] = ip else { return outside(cx, ip) };
    match slow::store(mem, cx.dirty, *kind, (r.get(*a), *offset), r.get(*b)) {
        Some(()) => next(cx, rest, r, mem),
        None => trap(cx, rest, TrapRule::CoreMemoryOutOfBounds),
    }
}

/// An access of a memory that the handlers do not have.
fn outside(cx: &mut Context<'_>, ip: &[Op]) {
    let [op, rest @ ..] = ip else { return };
    stop(cx, rest, Stop::Memory(*op));
}
