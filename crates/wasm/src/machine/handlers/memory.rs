//! Handlers of loads and stores of the first memory, if it has 32-bit addresses.

#![expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_lossless,
    clippy::unnecessary_cast,
    reason = "operations convert between cells and numbers"
)]

use syntax::TrapRule;
use syntax::convert::to_usize;

use super::super::dispatch::{Context, Regs, next, trap};
use crate::limits::DIRTY_PAGE_LOG2;
use crate::op::Op;

macro_rules! load {
    ($($name:ident: $op:ident, $ty:ty, $x:ident => $value:expr;)*) => {$(
        pub(super) fn $name<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
            let [Op::$op { d, a, offset }, rest @ ..] = ip else { return };
            let at = address(r.get(*a), *offset);
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
            let [Op::$op { a, b, offset }, rest @ ..] = ip else { return };
            let at = address(r.get(*a), *offset);
            let Some(bytes) = mem.get_mut(at..at.wrapping_add(size_of::<$ty>())) else {
                return trap(cx, rest, TrapRule::CoreMemoryOutOfBounds);
            };
            bytes.copy_from_slice(&(r.get(*b) as $ty).to_le_bytes());
            mark(cx, at, size_of::<$ty>());
            next(cx, rest, r, mem);
        }
    )*};
}

/// The sum of an address and an offset of 32 bits each.
#[inline(always)]
fn address(base: u64, offset: u32) -> usize {
    to_usize(u64::from(base as u32) + u64::from(offset))
}

/// Marks the pages of the first and the last byte of a store.
#[inline(always)]
fn mark(cx: &mut Context<'_>, at: usize, len: usize) {
    if let Some(page) = cx.dirty.get_mut(at >> DIRTY_PAGE_LOG2) {
        *page = 1;
    }
    let page_len = 1 << DIRTY_PAGE_LOG2;
    if at % page_len > page_len - len && let Some(page) = cx.dirty.get_mut((at + len - 1) >> DIRTY_PAGE_LOG2) {
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
