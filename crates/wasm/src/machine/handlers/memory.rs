//! Handlers of loads and stores of the first memory.

#![expect(
    clippy::too_many_arguments,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_lossless,
    reason = "operations convert between cells and numbers; registers are arguments"
)]

use std::marker::PhantomData;

use syntax::TrapRule;
use syntax::convert::to_usize;
use threaded::{Args, Values};

use super::super::Stop;
use super::super::dispatch::{Backend, Context, Handler, Ip, Regs, next, stop, trap};
use super::super::held::{Class, Registers};
use super::{Cell, Computed as _, F32, F64, Int, Nowhere, Operands, Place, Slot, Source, handlers};
use crate::index;
use crate::op::{LoadKind, StoreKind};

macro_rules! load {
    ($($name:ident $name_64:ident: $ty:ty, $x:ident => $value:expr;)*) => {$(
        pub(crate) fn $name<'a, B: Backend, A: Address, P: Place>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, int: u64, counter: u64, f32: f32, f64: f64) {
            let v = Values { counter, int, f32, f64 };
            let d = ip.args().d;
            let at = A::of(ip.args(), Operands { regs: r, values: v });
            let Some(bytes) = cx.mem.get(at) else {
                return trap(cx, ip, r, v.counter, TrapRule::CoreMemoryOutOfBounds);
            };
            let $x = <$ty>::from_le_bytes(bytes);
            let v = ($value).put_in::<P>(r, d, v);
            next::<B>(cx, ip.next(), r, v);
        }

        fn $name_64<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, int: u64, counter: u64, f32: f32, f64: f64) {
            let v = Values { counter, int, f32, f64 };
            let Args { d, a, wide, .. } = ip.args();
            let Some(bytes) = address_64(r.get(a), wide).and_then(|at| cx.mem.get(at)) else {
                return trap(cx, ip, r, v.counter, TrapRule::CoreMemoryOutOfBounds);
            };
            let $x = <$ty>::from_le_bytes(bytes);
            let v = ($value).put(r, d, v);
            next::<B>(cx, ip.next(), r, v);
        }
    )*};
}

macro_rules! store {
    ($($name:ident $name_64:ident: $ty:ty;)*) => {$(
        pub(crate) fn $name<'a, B: Backend, A: Address, S: Source>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, int: u64, counter: u64, f32: f32, f64: f64) {
            let v = Values { counter, int, f32, f64 };
            let d = ip.args().d;
            let at = A::of(ip.args(), Operands { regs: r, values: v });
            let value = S::new(d).get(Operands { regs: r, values: v });
            if cx.mem.set(at, (value as $ty).to_le_bytes()).is_none() {
                return trap(cx, ip, r, v.counter, TrapRule::CoreMemoryOutOfBounds);
            }
            next::<B>(cx, ip.next(), r, v);
        }

        fn $name_64<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, int: u64, counter: u64, f32: f32, f64: f64) {
            let v = Values { counter, int, f32, f64 };
            let Args { a, b, wide, .. } = ip.args();
            let value = (r.get(b) as $ty).to_le_bytes();
            if address_64(r.get(a), wide).and_then(|at| cx.mem.set(at, value)).is_none() {
                return trap(cx, ip, r, v.counter, TrapRule::CoreMemoryOutOfBounds);
            }
            next::<B>(cx, ip.next(), r, v);
        }
    )*};
}

macro_rules! store_constant {
    ($($name:ident: $ty:ty;)*) => {$(
        pub(crate) fn $name<'a, B: Backend, A: Address>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, int: u64, counter: u64, f32: f32, f64: f64) {
            let v = Values { counter, int, f32, f64 };
            let wide = ip.args().wide;
            let at = A::of(ip.args(), Operands { regs: r, values: v });
            // The upper half is the value, with its sign.
            if cx.mem.set(at, ((wide as i64 >> 32) as $ty).to_le_bytes()).is_none() {
                return trap(cx, ip, r, v.counter, TrapRule::CoreMemoryOutOfBounds);
            }
            next::<B>(cx, ip.next(), r, v);
        }
    )*};
}

/// How an access computes where it is: an address, which wraps at 32 bits, and the offset, which is the lower half of `wide`.
pub(crate) trait Address {
    /// Where it is.
    fn of(args: Args, from: Operands<'_>) -> usize;
}

/// `a + imm`
pub(crate) struct Plain<S>(PhantomData<S>);

impl<S: Source> Address for Plain<S> {
    #[inline(always)]
    fn of(args: Args, from: Operands<'_>) -> usize {
        index((from.get(S::new(args.a)) as u32).wrapping_add(args.imm)) + index(args.wide as u32)
    }
}

/// `a + (b << SHIFT)`
pub(crate) struct Index<S, T, const SHIFT: u32>(PhantomData<(S, T)>);

impl<S: Source, T: Source, const SHIFT: u32> Address for Index<S, T, SHIFT> {
    #[inline(always)]
    fn of(args: Args, from: Operands<'_>) -> usize {
        let scaled = (from.get(T::new(args.b)) as u32) << SHIFT;
        index((from.get(S::new(args.a)) as u32).wrapping_add(scaled)) + index(args.wide as u32)
    }
}

/// `(b << SHIFT) + imm`
pub(crate) struct Scaled<S, const SHIFT: u32>(PhantomData<S>);

impl<S: Source, const SHIFT: u32> Address for Scaled<S, SHIFT> {
    #[inline(always)]
    fn of(args: Args, from: Operands<'_>) -> usize {
        index(((from.get(S::new(args.b)) as u32) << SHIFT).wrapping_add(args.imm)) + index(args.wide as u32)
    }
}

/// `wide`, which is all of it.
pub(crate) struct Fixed;

impl Address for Fixed {
    #[inline(always)]
    fn of(args: Args, _: Operands<'_>) -> usize {
        to_usize(args.wide)
    }
}

/// The sum of an address, which wraps at 32 bits, and an offset.
#[inline(always)]
pub(super) fn address(base: u64, add: u32, offset: u64) -> usize {
    to_usize(u64::from((base as u32).wrapping_add(add)).wrapping_add(offset))
}

/// Where an access of a memory with 64-bit addresses is, if there is such an address.
#[inline(always)]
fn address_64(base: u64, offset: u64) -> Option<usize> {
    base.checked_add(offset).map(to_usize)
}

/// The range `at .. at + len`, if it is inside the memory.
#[inline(always)]
fn range(cx: &Context<'_>, at: u64, len: u64) -> Option<std::ops::Range<usize>> {
    let range = to_usize(at)..to_usize(at + len);
    (range.end <= cx.mem.len()).then_some(range)
}

handlers! {
    pub(crate) fn memory_fill(cx, ip, r, v) {
        let Args { d: to, a: value, b: len, imm: number, .. } = ip.args();
        let len = u64::from(r.get(len) as u32);
        let Some(range) = range(cx, u64::from(r.get(to) as u32), len) else {
            return trap(cx, ip, r, v.counter, TrapRule::CoreMemoryOutOfBounds);
        };
        let Some(counter) = v.counter.checked_sub(len / 64) else { return slow(cx, ip, r, v.counter, number) };
        let Some(bytes) = cx.mem.range_mut(range) else { return };
        bytes.fill(r.get(value) as u8);
        next::<B>(cx, ip.next(), r, Values { counter, ..v });
    }
}

handlers! {
    pub(crate) fn memory_copy(cx, ip, r, v) {
        let Args { d: to, a: from, b: len, imm: number, .. } = ip.args();
        let len = u64::from(r.get(len) as u32);
        let from = range(cx, u64::from(r.get(from) as u32), len);
        let (Some(from), Some(to)) = (from, range(cx, u64::from(r.get(to) as u32), len)) else {
            return trap(cx, ip, r, v.counter, TrapRule::CoreMemoryOutOfBounds);
        };
        let Some(counter) = v.counter.checked_sub(len / 64) else { return slow(cx, ip, r, v.counter, number) };
        let Some(()) = cx.mem.copy_within(from, to.start) else { return };
        next::<B>(cx, ip.next(), r, Values { counter, ..v });
    }
}

/// Leaves an operation to be done outside, where all fuel is at hand.
#[cold]
#[inline(never)]
fn slow<'a>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, fuel: u64, index: u32) {
    stop(cx, ip.next(), r, fuel, Stop::Slow(index));
}

load! {
    load8_u m64_load8_u: u8, x => x as u64;
    load16_u m64_load16_u: u16, x => x as u64;
    load32 m64_load32: u32, x => x as u64;
    load64 m64_load64: u64, x => x as u64;
    load_f32 m64_load_f32: u32, x => f32::from_bits(x);
    load_f64 m64_load_f64: u64, x => f64::from_bits(x);
    load8_s32 m64_load8_s32: i8, x => x as i32 as u32 as u64;
    load16_s32 m64_load16_s32: i16, x => x as i32 as u32 as u64;
    load8_s64 m64_load8_s64: i8, x => x as i64 as u64;
    load16_s64 m64_load16_s64: i16, x => x as i64 as u64;
    load32_s64 m64_load32_s64: i32, x => x as i64 as u64;
}

store! {
    store8 m64_store8: u8;
    store16 m64_store16: u16;
    store32 m64_store32: u32;
    store64 m64_store64: u64;
}

store_constant! {
    store8_i: u8;
    store16_i: u16;
    store32_i: u32;
    store64_i: i64;
}

/// The handler of a load.
pub(crate) fn load<B: Backend, A: Address>(kind: LoadKind, held: &Registers) -> Handler {
    if held.is_dropped::<B>() { load_to::<B, A, Nowhere>(kind) } else { load_to::<B, A, Cell>(kind) }
}

fn load_to<B: Backend, A: Address, P: Place>(kind: LoadKind) -> Handler {
    match kind {
        LoadKind::U8 => load8_u::<B, A, P>,
        LoadKind::U16 => load16_u::<B, A, P>,
        LoadKind::U32 => load32::<B, A, P>,
        LoadKind::U64 => load64::<B, A, P>,
        LoadKind::F32 => load_f32::<B, A, P>,
        LoadKind::F64 => load_f64::<B, A, P>,
        LoadKind::S8To32 => load8_s32::<B, A, P>,
        LoadKind::S16To32 => load16_s32::<B, A, P>,
        LoadKind::S8To64 => load8_s64::<B, A, P>,
        LoadKind::S16To64 => load16_s64::<B, A, P>,
        LoadKind::S32To64 => load32_s64::<B, A, P>,
    }
}

/// The handler of a store of what is in a place.
fn store_from<B: Backend, A: Address, S: Source>(kind: StoreKind) -> Handler {
    match kind {
        StoreKind::U8 => store8::<B, A, S>,
        StoreKind::U16 => store16::<B, A, S>,
        StoreKind::U32 => store32::<B, A, S>,
        StoreKind::U64 => store64::<B, A, S>,
    }
}

/// The handler of a store of a cell.
pub(crate) fn store<B: Backend, A: Address>(kind: StoreKind, held: &mut Registers, value: u16) -> Handler {
    if B::CHAINED && held.read(Class::Int, value) {
        store_from::<B, A, Int>(kind)
    } else if B::CHAINED && kind == StoreKind::U32 && held.read(Class::F32, value) {
        store32::<B, A, F32>
    } else if B::CHAINED && kind == StoreKind::U64 && held.read(Class::F64, value) {
        store64::<B, A, F64>
    } else {
        store_from::<B, A, Slot>(kind)
    }
}

/// The handler of a load from the first memory, if it has 64-bit addresses.
pub(crate) fn load_64<B: Backend>(kind: LoadKind) -> Handler {
    match kind {
        LoadKind::U8 => m64_load8_u::<B>,
        LoadKind::U16 => m64_load16_u::<B>,
        LoadKind::U32 => m64_load32::<B>,
        LoadKind::U64 => m64_load64::<B>,
        LoadKind::F32 => m64_load_f32::<B>,
        LoadKind::F64 => m64_load_f64::<B>,
        LoadKind::S8To32 => m64_load8_s32::<B>,
        LoadKind::S16To32 => m64_load16_s32::<B>,
        LoadKind::S8To64 => m64_load8_s64::<B>,
        LoadKind::S16To64 => m64_load16_s64::<B>,
        LoadKind::S32To64 => m64_load32_s64::<B>,
    }
}

/// The handler of a store to the first memory, if it has 64-bit addresses.
pub(crate) fn store_64<B: Backend>(kind: StoreKind) -> Handler {
    match kind {
        StoreKind::U8 => m64_store8::<B>,
        StoreKind::U16 => m64_store16::<B>,
        StoreKind::U32 => m64_store32::<B>,
        StoreKind::U64 => m64_store64::<B>,
    }
}
