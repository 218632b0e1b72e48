//! Handlers of control, calls, globals, and of what is done outside.

#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "operations convert between cells and numbers"
)]

use syntax::TrapRule;
use syntax::convert::to_usize;
use threaded::Args;

use super::super::Stop;
use super::super::dispatch::{Backend, Context, FrameExt, Ip, Regs, next, room, stop, trap};
use super::pay;
use crate::ids::FuncAddr;
use crate::index;
use crate::limits::LimitKind;
use crate::op::Code;
use crate::stack::Link;
use crate::store::FuncKind;

type Mem<'a> = &'a mut [u8];

pub(crate) fn unreachable<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, _: Mem<'a>, fuel: u64) {
    trap(cx, ip, r, fuel, TrapRule::CoreUnreachable);
}

pub(crate) fn slow<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, _: Mem<'a>, fuel: u64) {
    stop(cx, ip.next(), r, fuel, Stop::Slow(ip.args().imm));
}

pub(crate) fn charge<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, mem: Mem<'a>, fuel: u64) {
    pay::<B>(cx, ip.next(), r, mem, (fuel, ip.args().imm));
}

pub(crate) fn br<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, mem: Mem<'a>, fuel: u64) {
    pay::<B>(cx, ip.jump(), r, mem, (fuel, ip.args().imm));
}

pub(crate) fn br_table<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, mem: Mem<'a>, fuel: u64) {
    // The target is the last entry.
    let entry = ip.entry(r.get(ip.args().a) as u32);
    pay::<B>(cx, entry.jump(), r, mem, (fuel, entry.args().imm));
}

/// Returns to the caller; the results are in their cells, which lie below the link (`d`).
#[inline(always)]
fn return_to<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, mem: Mem<'a>, fuel: u64) {
    let Some((to, regs, code)) = cx.returns.pop() else {
        return return_by_link::<B>(cx, ip, r, mem, fuel);
    };
    cx.code = code;
    next::<B>(cx, to, regs, mem, fuel);
}

/// Returns to a caller that was called before the handlers were entered, or too long ago.
#[inline(never)]
fn return_by_link<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, mem: Mem<'a>, fuel: u64) {
    let link = link(r, ip.args().d);
    if link.first == Link::BOTTOM {
        return stop(cx, ip.next(), r, fuel, Stop::Return);
    }
    cx.depth -= 1;
    cx.returns.reset(room(cx.limits, cx.depth));
    if link.instance_differs(cx.instance_bits) {
        // The operation is one of the caller's function, which is looked up outside.
        (cx.fuel, cx.pc, cx.base) = (fuel, link.pc(), cx.frames.base(r) - usize::from(link.delta()));
        cx.stop = Some(Stop::Enter(link));
        return;
    }
    let Some(code) = cx.module.translated(link.func()) else { return };
    cx.code = code;
    let (Some(to), Some(regs)) = (code.program.at(link.pc()), cx.frames.below(r, link.delta())) else { return };
    next::<B>(cx, to, regs, mem, fuel);
}

fn link(r: Regs<'_>, header: u16) -> Link {
    let [first, second] = r.pair(header);
    Link { first, second }
}

pub(crate) fn return0<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, mem: Mem<'a>, fuel: u64) {
    return_to::<B>(cx, ip, r, mem, fuel);
}

pub(crate) fn return1<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, mem: Mem<'a>, fuel: u64) {
    r.set(0, r.get(ip.args().a));
    return_to::<B>(cx, ip, r, mem, fuel);
}

pub(crate) fn return_n<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, mem: Mem<'a>, fuel: u64) {
    let Args { a, b: len, .. } = ip.args();
    r.move_to_front(a, len);
    return_to::<B>(cx, ip, r, mem, fuel);
}

/// Enters a function of this instance in the frame `r`.
#[inline(always)]
fn enter<'a, B: Backend>(cx: &mut Context<'a>, code: &'a Code, (link, r): (Link, Regs<'a>), mem: Mem<'a>, fuel: u64) {
    cx.code = code;
    if code.clear_len != 0 {
        cx.link = link;
        return enter_cleared::<B>(cx, r, mem, fuel);
    }
    r.set_pair(code.header(), [link.first, link.second]);
    pay::<B>(cx, code.program.start(), r, mem, (fuel, code.cost));
}

/// Clears locals, and enters.
#[inline(never)]
fn enter_cleared<'a, B: Backend>(cx: &mut Context<'a>, r: Regs<'a>, mem: Mem<'a>, fuel: u64) {
    let (code, link) = (cx.code, cx.link);
    r.clear(code.clear, code.clear_len);
    r.set_pair(code.header(), [link.first, link.second]);
    pay::<B>(cx, code.program.start(), r, mem, (fuel, code.cost));
}

/// Calls a function of this instance.
#[inline(always)]
fn call_own<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, func: u32, (r, mem): (Regs<'a>, Mem<'a>), fuel: u64) {
    let link = Link { first: cx.code.frame | cx.instance_bits, second: ip.args().wide };
    let Some(regs) = cx.frames.above(r, link.delta()) else { return no_room(cx, ip, r, fuel) };
    let Some(code) = cx.module.translated(func) else { return translate(cx, ip, r, fuel, func) };
    if cx.returns.is_full() {
        return full::<B>(cx, ip, r, mem, fuel);
    }
    cx.returns.push((ip.next(), r, cx.code));
    enter::<B>(cx, code, (link, regs), mem, fuel);
}

/// Forgets where the callers return to, which their links say, and calls again.
#[cold]
#[inline(never)]
fn full<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, mem: Mem<'a>, fuel: u64) {
    cx.depth += cx.returns.len() as u32;
    let room = room(cx.limits, cx.depth);
    cx.returns.reset(room);
    if room == 0 {
        return stop(cx, ip.next(), r, fuel, Stop::Limit(LimitKind::CallStack));
    }
    next::<B>(cx, ip.again(), r, mem, fuel);
}

/// The call is executed again when the function is translated.
#[cold]
#[inline(never)]
fn translate<'a>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, fuel: u64, func: u32) {
    stop(cx, ip.again(), r, fuel, Stop::Translate(func));
}

#[cold]
#[inline(never)]
fn no_room<'a>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, fuel: u64) {
    let link = Link { first: 0, second: ip.args().wide };
    if cx.frames.base(r) + usize::from(link.delta()) > cx.limits.stack_cells {
        stop(cx, ip.next(), r, fuel, Stop::Limit(LimitKind::CallStack));
    } else {
        // The call is executed again when there is room.
        stop(cx, ip.again(), r, fuel, Stop::Grow);
    }
}

#[inline(never)]
fn call_outside<'a>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, fuel: u64, func: FuncAddr) {
    let link = Link { first: 0, second: ip.args().wide };
    stop(cx, ip.next(), r, fuel, Stop::Call { func, delta: link.delta(), offset: link.offset() });
}

#[inline(never)]
fn tail_outside<'a>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, fuel: u64, func: FuncAddr) {
    let Args { a, b: len, .. } = ip.args();
    stop(cx, ip.next(), r, fuel, Stop::TailCall { func, a, len });
}

/// Calls any function; those of other instances and of the host outside.
#[inline(always)]
fn call_any<'a, B: Backend>(
    cx: &mut Context<'a>,
    ip: Ip<'a>,
    func: FuncAddr,
    (r, mem): (Regs<'a>, Mem<'a>),
    fuel: u64,
) {
    match cx.links.funcs[func.index()].kind {
        FuncKind::Wasm { instance, func } if Link::is_in(cx.instance_bits, instance) => {
            call_own::<B>(cx, ip, func, (r, mem), fuel);
        }
        FuncKind::Wasm { .. } | FuncKind::Host { .. } => call_outside(cx, ip, r, fuel, func),
    }
}

pub(crate) fn call<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, mem: Mem<'a>, fuel: u64) {
    call_own::<B>(cx, ip, ip.args().imm, (r, mem), fuel);
}

pub(crate) fn call_import<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, mem: Mem<'a>, fuel: u64) {
    let func = cx.instance.funcs[index(ip.args().imm)];
    call_any::<B>(cx, ip, func, (r, mem), fuel);
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

pub(crate) fn call_indirect<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, mem: Mem<'a>, fuel: u64) {
    let Args { a, b: table, imm: ty, .. } = ip.args();
    match element(cx, r.get(a), table, ty) {
        Ok(func) => call_any::<B>(cx, ip, func, (r, mem), fuel),
        Err(rule) => trap(cx, ip, r, fuel, rule),
    }
}

pub(crate) fn call_ref<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, mem: Mem<'a>, fuel: u64) {
    match crate::ids::func_of_cell(r.get(ip.args().a)) {
        Some(func) => call_any::<B>(cx, ip, func, (r, mem), fuel),
        None => trap(cx, ip, r, fuel, TrapRule::CoreNullFunctionReference),
    }
}

#[inline(always)]
fn tail_own<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, func: u32, (r, mem): (Regs<'a>, Mem<'a>), fuel: u64) {
    let Some(code) = cx.module.translated(func) else { return translate(cx, ip, r, fuel, func) };
    let Args { a, b: len, .. } = ip.args();
    let link = link(r, cx.code.header());
    r.move_to_front(a, len);
    enter::<B>(cx, code, (link, r), mem, fuel);
}

#[inline(always)]
fn tail_any<'a, B: Backend>(
    cx: &mut Context<'a>,
    ip: Ip<'a>,
    func: FuncAddr,
    (r, mem): (Regs<'a>, Mem<'a>),
    fuel: u64,
) {
    match cx.links.funcs[func.index()].kind {
        FuncKind::Wasm { instance, func } if Link::is_in(cx.instance_bits, instance) => {
            tail_own::<B>(cx, ip, func, (r, mem), fuel);
        }
        FuncKind::Wasm { .. } | FuncKind::Host { .. } => tail_outside(cx, ip, r, fuel, func),
    }
}

pub(crate) fn return_call<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, mem: Mem<'a>, fuel: u64) {
    tail_own::<B>(cx, ip, ip.args().imm, (r, mem), fuel);
}

pub(crate) fn return_call_import<'a, B: Backend>(
    cx: &mut Context<'a>,
    ip: Ip<'a>,
    r: Regs<'a>,
    mem: Mem<'a>,
    fuel: u64,
) {
    let func = cx.instance.funcs[index(ip.args().imm)];
    tail_any::<B>(cx, ip, func, (r, mem), fuel);
}

pub(crate) fn return_call_indirect<'a, B: Backend>(
    cx: &mut Context<'a>,
    ip: Ip<'a>,
    r: Regs<'a>,
    mem: Mem<'a>,
    fuel: u64,
) {
    let Args { d: at, c: table, imm: ty, .. } = ip.args();
    match element(cx, r.get(at), table, ty) {
        Ok(func) => tail_any::<B>(cx, ip, func, (r, mem), fuel),
        Err(rule) => trap(cx, ip, r, fuel, rule),
    }
}

pub(crate) fn return_call_ref<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, mem: Mem<'a>, fuel: u64) {
    match crate::ids::func_of_cell(r.get(ip.args().d)) {
        Some(func) => tail_any::<B>(cx, ip, func, (r, mem), fuel),
        None => trap(cx, ip, r, fuel, TrapRule::CoreNullFunctionReference),
    }
}

pub(crate) fn global_get<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, mem: Mem<'a>, fuel: u64) {
    let Args { d, imm: global, .. } = ip.args();
    r.set(d, cx.globals[index(cx.instance.cells[index(global)])]);
    next::<B>(cx, ip.next(), r, mem, fuel);
}

pub(crate) fn global_set<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, mem: Mem<'a>, fuel: u64) {
    let Args { a, imm: global, .. } = ip.args();
    cx.globals[index(cx.instance.cells[index(global)])] = r.get(a);
    next::<B>(cx, ip.next(), r, mem, fuel);
}
