//! Handlers of loads and stores of the first memory.

#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_lossless,
    reason = "operations convert between cells and numbers"
)]

use syntax::TrapRule;
use syntax::convert::to_usize;
use threaded::Args;

use super::super::Stop;
use super::super::dispatch::{Backend, Context, Handler, Ip, Regs, next, stop, trap};
use crate::index;
use crate::limits::DIRTY_PAGE_LOG2;
use crate::op::{LoadKind, StoreKind};

macro_rules! load {
    ($($name:ident $name_64:ident: $ty:ty, $x:ident => $value:expr;)*) => {$(
        pub(crate) fn $name<'a, B: Backend, A: Address>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, mem: &'a mut [u8], fuel: u64) {
            let Args { d, wide, .. } = ip.args();
            let at = A::of(ip.args(), r).wrapping_add(to_usize(wide));
            let Some(bytes) = mem.get(at..at.wrapping_add(size_of::<$ty>())) else {
                return trap(cx, ip, r, fuel, TrapRule::CoreMemoryOutOfBounds);
            };
            let $x = <$ty>::from_le_bytes(bytes.try_into().expect("as long as the type"));
            r.set(d, $value);
            next::<B>(cx, ip.next(), r, mem, fuel);
        }

        fn $name_64<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, mem: &'a mut [u8], fuel: u64) {
            let Args { d, a, wide, .. } = ip.args();
            let Some(bytes) = range_64(r.get(a), wide, size_of::<$ty>()).and_then(|range| mem.get(range)) else {
                return trap(cx, ip, r, fuel, TrapRule::CoreMemoryOutOfBounds);
            };
            let $x = <$ty>::from_le_bytes(bytes.try_into().expect("as long as the type"));
            r.set(d, $value);
            next::<B>(cx, ip.next(), r, mem, fuel);
        }
    )*};
}

macro_rules! store {
    ($($name:ident $name_64:ident: $ty:ty;)*) => {$(
        pub(crate) fn $name<'a, B: Backend, A: Address>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, mem: &'a mut [u8], fuel: u64) {
            let Args { d, wide, .. } = ip.args();
            let at = A::of(ip.args(), r).wrapping_add(to_usize(wide));
            let Some(bytes) = mem.get_mut(at..at.wrapping_add(size_of::<$ty>())) else {
                return trap(cx, ip, r, fuel, TrapRule::CoreMemoryOutOfBounds);
            };
            bytes.copy_from_slice(&(r.get(d) as $ty).to_le_bytes());
            mark(cx, at, size_of::<$ty>());
            next::<B>(cx, ip.next(), r, mem, fuel);
        }

        fn $name_64<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, mem: &'a mut [u8], fuel: u64) {
            let Args { a, b, wide, .. } = ip.args();
            let range = range_64(r.get(a), wide, size_of::<$ty>());
            let Some(bytes) = range.clone().and_then(|range| mem.get_mut(range)) else {
                return trap(cx, ip, r, fuel, TrapRule::CoreMemoryOutOfBounds);
            };
            bytes.copy_from_slice(&(r.get(b) as $ty).to_le_bytes());
            mark(cx, range.map_or(0, |range| range.start), size_of::<$ty>());
            next::<B>(cx, ip.next(), r, mem, fuel);
        }
    )*};
}

macro_rules! store_constant {
    ($($name:ident: $ty:ty;)*) => {$(
        pub(crate) fn $name<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, mem: &'a mut [u8], fuel: u64) {
            let Args { a, imm, wide, .. } = ip.args();
            let at = address(r.get(a), imm, wide & 0xffff_ffff);
            let Some(bytes) = mem.get_mut(at..at.wrapping_add(size_of::<$ty>())) else {
                return trap(cx, ip, r, fuel, TrapRule::CoreMemoryOutOfBounds);
            };
            // The upper half is the value, with its sign.
            bytes.copy_from_slice(&((wide as i64 >> 32) as $ty).to_le_bytes());
            mark(cx, at, size_of::<$ty>());
            next::<B>(cx, ip.next(), r, mem, fuel);
        }
    )*};
}

/// How an access computes its address, which wraps at 32 bits, before the offset is added.
pub(crate) trait Address {
    /// The address.
    fn of(args: Args, r: Regs<'_>) -> usize;
}

/// `a + imm`
pub(crate) struct Plain;

impl Address for Plain {
    #[inline(always)]
    fn of(args: Args, r: Regs<'_>) -> usize {
        index((r.get(args.a) as u32).wrapping_add(args.imm))
    }
}

/// `a + (b << SHIFT)`
struct Index<const SHIFT: u32>;

impl<const SHIFT: u32> Address for Index<SHIFT> {
    #[inline(always)]
    fn of(args: Args, r: Regs<'_>) -> usize {
        index((r.get(args.a) as u32).wrapping_add((r.get(args.b) as u32) << SHIFT))
    }
}

/// `(b << SHIFT) + imm`
struct Scaled<const SHIFT: u32>;

impl<const SHIFT: u32> Address for Scaled<SHIFT> {
    #[inline(always)]
    fn of(args: Args, r: Regs<'_>) -> usize {
        index(((r.get(args.b) as u32) << SHIFT).wrapping_add(args.imm))
    }
}

/// The sum of an address, which wraps at 32 bits, and an offset.
#[inline(always)]
pub(super) fn address(base: u64, add: u32, offset: u64) -> usize {
    to_usize(u64::from((base as u32).wrapping_add(add)).wrapping_add(offset))
}

/// Where an access of a memory with 64-bit addresses is, if there are such addresses.
#[inline(always)]
fn range_64(base: u64, offset: u64, len: usize) -> Option<std::ops::Range<usize>> {
    let start = to_usize(base.checked_add(offset)?);
    Some(start..start.checked_add(len)?)
}

/// The range `at .. at + len`, if it is inside the memory.
#[inline(always)]
fn range(mem: &[u8], at: u64, len: u64) -> Option<std::ops::Range<usize>> {
    let range = to_usize(at)..to_usize(at + len);
    (range.end <= mem.len()).then_some(range)
}

fn mark_range(cx: &mut Context<'_>, range: &std::ops::Range<usize>) {
    if !range.is_empty()
        && let Some(pages) = cx.dirty.get_mut(range.start >> DIRTY_PAGE_LOG2..=(range.end - 1) >> DIRTY_PAGE_LOG2)
    {
        pages.fill(1);
    }
}

pub(crate) fn memory_fill<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, mem: &'a mut [u8], fuel: u64) {
    let Args { d: to, a: value, b: len, imm: number, .. } = ip.args();
    let len = u64::from(r.get(len) as u32);
    let Some(range) = range(mem, u64::from(r.get(to) as u32), len) else {
        return trap(cx, ip, r, fuel, TrapRule::CoreMemoryOutOfBounds);
    };
    let Some(fuel) = fuel.checked_sub(len / 64) else { return slow(cx, ip, r, fuel, number) };
    mark_range(cx, &range);
    mem[range].fill(r.get(value) as u8);
    next::<B>(cx, ip.next(), r, mem, fuel);
}

pub(crate) fn memory_copy<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, mem: &'a mut [u8], fuel: u64) {
    let Args { d: to, a: from, b: len, imm: number, .. } = ip.args();
    let len = u64::from(r.get(len) as u32);
    let from = range(mem, u64::from(r.get(from) as u32), len);
    let (Some(from), Some(to)) = (from, range(mem, u64::from(r.get(to) as u32), len)) else {
        return trap(cx, ip, r, fuel, TrapRule::CoreMemoryOutOfBounds);
    };
    let Some(fuel) = fuel.checked_sub(len / 64) else { return slow(cx, ip, r, fuel, number) };
    mark_range(cx, &to);
    mem.copy_within(from, to.start);
    next::<B>(cx, ip.next(), r, mem, fuel);
}

/// Leaves an operation to be done outside, where all fuel is at hand.
#[cold]
#[inline(never)]
fn slow<'a>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, fuel: u64, index: u32) {
    stop(cx, ip.next(), r, fuel, Stop::Slow(index));
}

/// Marks the pages of the first and the last byte of a store.
#[inline(always)]
pub(super) fn mark(cx: &mut Context<'_>, at: usize, len: usize) {
    if let Some(page) = cx.dirty.get_mut(at >> DIRTY_PAGE_LOG2) {
        *page = 1;
    }
    let page_len = 1 << DIRTY_PAGE_LOG2;
    if at % page_len > page_len - len
        && let Some(page) = cx.dirty.get_mut((at + len - 1) >> DIRTY_PAGE_LOG2)
    {
        *page = 1;
    }
}

load! {
    load8_u m64_load8_u: u8, x => x as u64;
    load16_u m64_load16_u: u16, x => x as u64;
    load32 m64_load32: u32, x => x as u64;
    load64 m64_load64: u64, x => x as u64;
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

fn load<B: Backend, A: Address>(kind: LoadKind) -> Handler {
    match kind {
        LoadKind::U8 => load8_u::<B, A>,
        LoadKind::U16 => load16_u::<B, A>,
        LoadKind::U32 => load32::<B, A>,
        LoadKind::U64 => load64::<B, A>,
        LoadKind::S8To32 => load8_s32::<B, A>,
        LoadKind::S16To32 => load16_s32::<B, A>,
        LoadKind::S8To64 => load8_s64::<B, A>,
        LoadKind::S16To64 => load16_s64::<B, A>,
        LoadKind::S32To64 => load32_s64::<B, A>,
    }
}

fn store<B: Backend, A: Address>(kind: StoreKind) -> Handler {
    match kind {
        StoreKind::U8 => store8::<B, A>,
        StoreKind::U16 => store16::<B, A>,
        StoreKind::U32 => store32::<B, A>,
        StoreKind::U64 => store64::<B, A>,
    }
}

/// The handler of a load from `a + (b << shift)`.
pub(crate) fn load_index<B: Backend>(kind: LoadKind, shift: u8) -> Handler {
    [load::<B, Index<0>>, load::<B, Index<1>>, load::<B, Index<2>>, load::<B, Index<3>>][usize::from(shift)](kind)
}

/// The handler of a store to `a + (b << shift)`.
pub(crate) fn store_index<B: Backend>(kind: StoreKind, shift: u8) -> Handler {
    [store::<B, Index<0>>, store::<B, Index<1>>, store::<B, Index<2>>, store::<B, Index<3>>][usize::from(shift)](kind)
}

/// The handler of a load from `(b << shift) + imm`.
pub(crate) fn load_scaled<B: Backend>(kind: LoadKind, shift: u8) -> Handler {
    [load::<B, Scaled<0>>, load::<B, Scaled<1>>, load::<B, Scaled<2>>, load::<B, Scaled<3>>][usize::from(shift)](kind)
}

/// The handler of a store to `(b << shift) + imm`.
pub(crate) fn store_scaled<B: Backend>(kind: StoreKind, shift: u8) -> Handler {
    [store::<B, Scaled<0>>, store::<B, Scaled<1>>, store::<B, Scaled<2>>, store::<B, Scaled<3>>][usize::from(shift)](
        kind,
    )
}

/// The handler of a load from the first memory, if it has 64-bit addresses.
pub(crate) fn load_64<B: Backend>(kind: LoadKind) -> Handler {
    match kind {
        LoadKind::U8 => m64_load8_u::<B>,
        LoadKind::U16 => m64_load16_u::<B>,
        LoadKind::U32 => m64_load32::<B>,
        LoadKind::U64 => m64_load64::<B>,
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
