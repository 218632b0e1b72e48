//! Handlers of loads and stores of the first memory, if it has 32-bit addresses.

#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_lossless,
    reason = "operations convert between cells and numbers"
)]

use syntax::TrapRule;
use syntax::convert::to_usize;

use super::super::Stop;
use super::super::dispatch::{Context, Regs, next, stop, trap};
use crate::limits::DIRTY_PAGE_LOG2;
use crate::op::Op;

macro_rules! load {
    ($($name:ident: $op:ident, $ty:ty, $x:ident => $value:expr;)*) => {$(
        pub(super) fn $name<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
            let [Op::$op { d, a, add, offset }, rest @ ..] = ip else { return };
            let at = address(r.get(*a), *add, *offset);
            let Some(bytes) = mem.get(at..at.wrapping_add(size_of::<$ty>())) else {
                return trap(cx, rest, TrapRule::CoreMemoryOutOfBounds);
            };
            let $x = <$ty>::from_le_bytes(bytes.try_into().expect("as long as the type"));
            r.set(*d, $value);
            next(cx, rest, r, mem);
        }
    )*};
}

macro_rules! store {
    ($($name:ident: $op:ident, $ty:ty;)*) => {$(
        pub(super) fn $name<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
            let [Op::$op { a, b, add, offset }, rest @ ..] = ip else { return };
            let at = address(r.get(*a), *add, *offset);
            let Some(bytes) = mem.get_mut(at..at.wrapping_add(size_of::<$ty>())) else {
                return trap(cx, rest, TrapRule::CoreMemoryOutOfBounds);
            };
            bytes.copy_from_slice(&(r.get(*b) as $ty).to_le_bytes());
            mark(cx, at, size_of::<$ty>());
            next(cx, rest, r, mem);
        }
    )*};
}

macro_rules! store_constant {
    ($($name:ident: $op:ident, $ty:ty;)*) => {$(
        pub(super) fn $name<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
            let [Op::$op { a, imm, add, offset }, rest @ ..] = ip else { return };
            let at = address(r.get(*a), *add, *offset);
            let Some(bytes) = mem.get_mut(at..at.wrapping_add(size_of::<$ty>())) else {
                return trap(cx, rest, TrapRule::CoreMemoryOutOfBounds);
            };
            bytes.copy_from_slice(&(*imm as $ty).to_le_bytes());
            mark(cx, at, size_of::<$ty>());
            next(cx, rest, r, mem);
        }
    )*};
}

/// The sum of an address, which wraps at 32 bits, and an offset.
#[inline(always)]
pub(super) fn address(base: u64, add: u32, offset: u32) -> usize {
    to_usize(u64::from((base as u32).wrapping_add(add)) + u64::from(offset))
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

pub(super) fn memory_fill<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::MemoryFill { to, value, len, index }, rest @ ..] = ip else { return };
    let len = u64::from(r.get(*len) as u32);
    let Some(range) = range(mem, u64::from(r.get(*to) as u32), len) else {
        return trap(cx, rest, TrapRule::CoreMemoryOutOfBounds);
    };
    let Some(fuel) = cx.fuel.checked_sub(len / 64) else { return slow(cx, rest, *index) };
    cx.fuel = fuel;
    mark_range(cx, &range);
    mem[range].fill(r.get(*value) as u8);
    next(cx, rest, r, mem);
}

pub(super) fn memory_copy<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::MemoryCopy { to, from, len, index }, rest @ ..] = ip else { return };
    let len = u64::from(r.get(*len) as u32);
    let from = range(mem, u64::from(r.get(*from) as u32), len);
    let (Some(from), Some(to)) = (from, range(mem, u64::from(r.get(*to) as u32), len)) else {
        return trap(cx, rest, TrapRule::CoreMemoryOutOfBounds);
    };
    let Some(fuel) = cx.fuel.checked_sub(len / 64) else { return slow(cx, rest, *index) };
    cx.fuel = fuel;
    mark_range(cx, &to);
    mem.copy_within(from, to.start);
    next(cx, rest, r, mem);
}

/// Leaves an operation to be done outside, where all fuel is at hand.
#[cold]
#[inline(never)]
fn slow(cx: &mut Context<'_>, rest: &[Op], index: u32) {
    stop(cx, rest, Stop::Slow(index));
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
    load8_u: Load8U, u8, x => x  as u64;
    load16_u: Load16U, u16, x => x  as u64;
    load32: Load32, u32, x => x  as u64;
    load64: Load64, u64, x => x  as u64;
    load8_s32: Load8S32, i8, x => x as i32 as u32 as u64;
    load16_s32: Load16S32, i16, x => x as i32 as u32 as u64;
    load8_s64: Load8S64, i8, x => x as i64 as u64;
    load16_s64: Load16S64, i16, x => x as i64 as u64;
    load32_s64: Load32S64, i32, x => x as i64 as u64;
}

store! {
    store8: Store8, u8;
    store16: Store16, u16;
    store32: Store32, u32;
    store64: Store64, u64;
}

store_constant! {
    store8_i: Store8I, u8;
    store16_i: Store16I, u16;
    store32_i: Store32I, u32;
    store64_i: Store64I, i64;
}
