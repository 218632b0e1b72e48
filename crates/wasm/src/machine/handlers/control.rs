//! Handlers of control, calls, globals, and of what is done outside.

#![expect(
    clippy::too_many_arguments,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "operations convert between cells and numbers; registers are arguments"
)]

use std::marker::PhantomData;

use syntax::TrapRule;
use syntax::convert::to_usize;
use threaded::{Args, Values};

use super::super::Stop;
use super::super::dispatch::{Backend, Context, FrameExt, Handler, Ip, Regs, next, room, stop, trap};
use super::{Computed, Operands, Place, Source, handlers, pay};
use crate::ids::FuncAddr;
use crate::index;
use crate::limits::LimitKind;
use crate::op::Code;
use crate::stack::Link;
use crate::store::FuncKind;

handlers! {
    pub(crate) fn unreachable(cx, ip, r, v) {
        trap(cx, ip, r, v.counter, TrapRule::CoreUnreachable);
    }

    pub(crate) fn slow(cx, ip, r, v) {
        stop(cx, ip.next(), r, v.counter, Stop::Slow(ip.args().imm));
    }

    pub(crate) fn charge(cx, ip, r, v) {
        pay::<B>(cx, ip.next(), r, (v, ip.args().imm));
    }

    pub(crate) fn br(cx, ip, r, v) {
        pay::<B>(cx, ip.jump(), r, (v, ip.args().imm));
    }

    /// A branch that costs nothing, since the run goes on.
    pub(crate) fn go(cx, ip, r, v) {
        next::<B>(cx, ip.jump(), r, v);
    }

    pub(crate) fn br_table<A>(cx, ip, r, v) {
        let number = Operands { regs: r, values: v }.get(A::new(ip.args().a));
        // The entry with the last number stands for all after it.
        let number = (number as u32).min(ip.args().imm);
        if B::CHAINED && let Some(handler) = Entries::<B>::FIRST.get(index(number)) {
            return handler(cx, ip, r, v.int, v.counter, v.f32, v.f64);
        }
        branch_to::<B>(cx, ip, number, r, v);
    }
}

/// Takes the branch of a table with a number.
#[inline(always)]
fn branch_to<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, number: u32, r: Regs<'a>, v: Values) {
    let Some(entry) = ip.entry(number) else { return };
    pay::<B>(cx, entry.jump(), r, (v, entry.args().imm));
}

/// Handlers that take the branch with one number.
///
/// They are what makes tables fast: where the table leads to is not loaded by the number, so that nothing after it has to wait for the
/// number if the processor foresees which of them is called.
struct Entries<B>(PhantomData<B>);

/// Declares the handlers for numbers.
macro_rules! entries {
    ($($number:literal)*) => {
        impl<B: Backend> Entries<B> {
            const FIRST: &[Handler] = &[$(entry::<B, $number>),*];
        }
    };
}

entries! {
    0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
    32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63
}

fn entry<'a, B: Backend, const NUMBER: u32>(
    cx: &mut Context<'a>,
    ip: Ip<'a>,
    r: Regs<'a>,
    int: u64,
    counter: u64,
    f32: f32,
    f64: f64,
) {
    branch_to::<B>(cx, ip, NUMBER, r, Values { counter, int, f32, f64 });
}

/// Returns to the caller; the results are in their cells, which lie below the link (`d`).
#[inline(always)]
fn return_to<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, v: Values) {
    let Some((to, regs, code)) = cx.returns.pop() else {
        return return_by_link::<B>(cx, ip, r, v.int, v.counter, v.f32, v.f64);
    };
    cx.code = code;
    next::<B>(cx, to, regs, v);
}

handlers! {
    /// Returns to a caller that was called before the handlers were entered, or too long ago.
    #[inline(never)]
    fn return_by_link(cx, ip, r, v) {
        let link = link(r, ip.args().d);
        if link.first == Link::BOTTOM {
            return stop(cx, ip.next(), r, v.counter, Stop::Return);
        }
        cx.depth -= 1;
        cx.returns.reset(room(cx.limits, cx.depth));
        if link.instance_differs(cx.instance_bits) {
            // The operation is one of the caller's function, which is looked up outside.
            (cx.fuel, cx.pc, cx.base) = (v.counter, link.pc(), cx.frames.base(r) - usize::from(link.delta()));
            cx.stop = Some(Stop::Enter(link));
            return;
        }
        let Some(code) = cx.module.translated(link.func()) else { return };
        cx.code = code;
        let (Some(to), Some(regs)) = (code.program.at(link.pc()), cx.frames.below(r, link.delta())) else { return };
        next::<B>(cx, to, regs, v);
    }
}

fn link(r: Regs<'_>, header: u16) -> Link {
    let [first, second] = r.pair(header);
    Link { first, second }
}

handlers! {
    pub(crate) fn return0(cx, ip, r, v) {
        return_to::<B>(cx, ip, r, v);
    }

    pub(crate) fn return1(cx, ip, r, v) {
        r.set(0, r.get(ip.args().a));
        return_to::<B>(cx, ip, r, v);
    }

    pub(crate) fn return_n(cx, ip, r, v) {
        let Args { a, b: len, .. } = ip.args();
        r.move_to_front(a, len);
        return_to::<B>(cx, ip, r, v);
    }
}

/// How many cells are cleared without a loop.
const FEW: u16 = 4;

/// Enters a function of this instance in the frame `r`.
#[inline(always)]
fn enter<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, code: &'a Code, (link, r): (Link, Regs<'a>), v: Values) {
    cx.code = code;
    if code.clear_len > FEW {
        cx.link = link;
        return enter_cleared::<B>(cx, ip, r, v.int, v.counter, v.f32, v.f64);
    }
    if code.clear_len != 0 {
        // What comes after the locals are operands of this function, of which there are none yet.
        for i in 0..FEW {
            r.set(code.clear.wrapping_add(i), 0);
        }
    }
    r.set_pair(code.header(), [link.first, link.second]);
    pay::<B>(cx, code.program.start(), r, (v, code.cost));
}

handlers! {
    /// Clears locals, and enters.
    #[inline(never)]
    fn enter_cleared(cx, _ip, r, v) {
        let (code, link) = (cx.code, cx.link);
        r.clear(code.clear, code.clear_len);
        r.set_pair(code.header(), [link.first, link.second]);
        pay::<B>(cx, code.program.start(), r, (v, code.cost));
    }
}

/// Calls a function of this instance.
#[inline(always)]
fn call_own<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, func: u32, r: Regs<'a>, v: Values) {
    let link = Link { first: cx.code.frame | cx.instance_bits, second: ip.args().wide };
    let Some(regs) = cx.frames.above(r, link.delta()) else { return no_room(cx, ip, r, v.counter) };
    let Some(code) = cx.module.translated(func) else { return translate(cx, ip, r, v.counter, func) };
    if cx.returns.is_full() {
        return full::<B>(cx, ip, r, v.int, v.counter, v.f32, v.f64);
    }
    cx.returns.push((ip.next(), r, cx.code));
    enter::<B>(cx, ip, code, (link, regs), v);
}

handlers! {
    /// Forgets where the callers return to, which their links say, and calls again.
    #[cold]
    #[inline(never)]
    fn full(cx, ip, r, v) {
        cx.depth += cx.returns.len() as u32;
        let room = room(cx.limits, cx.depth);
        cx.returns.reset(room);
        if room == 0 {
            return stop(cx, ip.next(), r, v.counter, Stop::Limit(LimitKind::CallStack));
        }
        next::<B>(cx, ip.again(), r, v);
    }
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
    (addr, kind): (FuncAddr, FuncKind),
    r: Regs<'a>,
    v: Values,
) {
    match kind {
        FuncKind::Wasm { instance, func } if Link::is_in(cx.instance_bits, instance) => {
            call_own::<B>(cx, ip, func, r, v);
        }
        FuncKind::Wasm { .. } | FuncKind::Host { .. } => call_outside(cx, ip, r, v.counter, addr),
    }
}

handlers! {
    pub(crate) fn call(cx, ip, r, v) {
        call_own::<B>(cx, ip, ip.args().imm, r, v);
    }

    pub(crate) fn call_import(cx, ip, r, v) {
        let func = cx.instance.funcs[index(ip.args().imm)];
        call_any::<B>(cx, ip, (func, cx.links.funcs[func.index()].kind), r, v);
    }
}

/// The function in an element of a table, if it has exactly the type that is asked for.
#[inline(always)]
fn element_of(cx: &Context<'_>, at: u64, table: u16, ty: u32) -> Option<(FuncAddr, FuncKind)> {
    let table = cx.tables.get(cx.instance.tables.get(usize::from(table))?.index())?;
    let func = crate::ids::func_of_cell(*table.elems.get(to_usize(at))?)?;
    let inst = cx.links.funcs.get(func.index())?;
    (inst.ty == *cx.instance.types.get(index(ty))?).then_some((func, inst.kind))
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

handlers! {
    pub(crate) fn call_indirect(cx, ip, r, v) {
        let Args { a, b: table, imm: ty, .. } = ip.args();
        let Some(func) = element_of(cx, r.get(a), table, ty) else {
            return call_indirect_checked::<B>(cx, ip, r, v.int, v.counter, v.f32, v.f64);
        };
        call_any::<B>(cx, ip, func, r, v);
    }

    /// Calls what may be of a subtype, or traps.
    #[inline(never)]
    fn call_indirect_checked(cx, ip, r, v) {
        let Args { a, b: table, imm: ty, .. } = ip.args();
        match element(cx, r.get(a), table, ty) {
            Ok(func) => call_any::<B>(cx, ip, (func, cx.links.funcs[func.index()].kind), r, v),
            Err(rule) => trap(cx, ip, r, v.counter, rule),
        }
    }

    pub(crate) fn call_ref(cx, ip, r, v) {
        match crate::ids::func_of_cell(r.get(ip.args().a)) {
            Some(func) => call_any::<B>(cx, ip, (func, cx.links.funcs[func.index()].kind), r, v),
            None => trap(cx, ip, r, v.counter, TrapRule::CoreNullFunctionReference),
        }
    }
}

#[inline(always)]
fn tail_own<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, func: u32, r: Regs<'a>, v: Values) {
    let Some(code) = cx.module.translated(func) else { return translate(cx, ip, r, v.counter, func) };
    let Args { a, b: len, .. } = ip.args();
    let link = link(r, cx.code.header());
    r.move_to_front(a, len);
    enter::<B>(cx, ip, code, (link, r), v);
}

#[inline(always)]
fn tail_any<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, func: FuncAddr, r: Regs<'a>, v: Values) {
    match cx.links.funcs[func.index()].kind {
        FuncKind::Wasm { instance, func } if Link::is_in(cx.instance_bits, instance) => {
            tail_own::<B>(cx, ip, func, r, v);
        }
        FuncKind::Wasm { .. } | FuncKind::Host { .. } => tail_outside(cx, ip, r, v.counter, func),
    }
}

handlers! {
    pub(crate) fn return_call(cx, ip, r, v) {
        tail_own::<B>(cx, ip, ip.args().imm, r, v);
    }

    pub(crate) fn return_call_import(cx, ip, r, v) {
        let func = cx.instance.funcs[index(ip.args().imm)];
        tail_any::<B>(cx, ip, func, r, v);
    }

    pub(crate) fn return_call_indirect(cx, ip, r, v) {
        let Args { d: at, c: table, imm: ty, .. } = ip.args();
        match element(cx, r.get(at), table, ty) {
            Ok(func) => tail_any::<B>(cx, ip, func, r, v),
            Err(rule) => trap(cx, ip, r, v.counter, rule),
        }
    }

    pub(crate) fn return_call_ref(cx, ip, r, v) {
        match crate::ids::func_of_cell(r.get(ip.args().d)) {
            Some(func) => tail_any::<B>(cx, ip, func, r, v),
            None => trap(cx, ip, r, v.counter, TrapRule::CoreNullFunctionReference),
        }
    }

    pub(crate) fn global_set<S>(cx, ip, r, v) {
        let Args { a, imm: global, .. } = ip.args();
        let Some(cell) = cx.cells.get(index(global)).and_then(|cell| cx.globals.get_mut(index(*cell))) else { return };
        *cell = S::new(a).get(Operands { regs: r, values: v });
        next::<B>(cx, ip.next(), r, v);
    }
}

pub(crate) fn global_get<'a, B: Backend, P: Place>(
    cx: &mut Context<'a>,
    ip: Ip<'a>,
    r: Regs<'a>,
    int: u64,
    counter: u64,
    f32: f32,
    f64: f64,
) {
    let Args { d, imm: global, .. } = ip.args();
    let Some(value) = cx.cells.get(index(global)).and_then(|cell| cx.globals.get(index(*cell))) else { return };
    let v = value.put_in::<P>(r, d, Values { counter, int, f32, f64 });
    next::<B>(cx, ip.next(), r, v);
}
