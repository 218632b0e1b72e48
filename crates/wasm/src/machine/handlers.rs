//! The handlers: what each operation does.
//!
//! Spec: core specification, "Instructions".

pub(super) mod control;
pub(super) mod float;
pub(super) mod integer;
pub(super) mod joined;
pub(super) mod memory;
pub(crate) mod vector;

use super::dispatch::{Backend, Context, Next, Regs, next, out_of_fuel};

/// Declares handlers that read and write cells only.
macro_rules! compute {
    ($($name:ident { $($field:ident),* }, $r:ident => $body:expr;)*) => {$(
        pub(crate) fn $name<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, $r: Regs<'a>, mem: &'a mut [u8], fuel: u64) {
            let Args { $($field,)* .. } = ip.args();
            $body;
            next::<B>(cx, ip.next(), $r, mem, fuel);
        }
    )*};
}

/// Declares handlers that write the cell `d`, or trap.
macro_rules! attempt {
    ($($name:ident { $($field:ident),* }, $r:ident => $body:expr;)*) => {$(
        pub(crate) fn $name<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, $r: Regs<'a>, mem: &'a mut [u8], fuel: u64) {
            let Args { d, $($field,)* .. } = ip.args();
            match $body {
                Ok(value) => {
                    $r.set(d, value as u64);
                    next::<B>(cx, ip.next(), $r, mem, fuel);
                }
                Err(rule) => trap(cx, ip, $r, fuel, rule),
            }
        }
    )*};
}

/// Declares handlers of branches: taken when the condition holds.
macro_rules! branch {
    ($($name:ident { $($field:ident),* }, $r:ident => $condition:expr;)*) => {$(
        pub(crate) fn $name<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, $r: Regs<'a>, mem: &'a mut [u8], fuel: u64) {
            let Args { $($field,)* d: taken, c: fall, .. } = ip.args();
            if $condition {
                pay::<B>(cx, ip.jump(), $r, mem, (fuel, u32::from(taken)));
            } else {
                pay::<B>(cx, ip.next(), $r, mem, (fuel, u32::from(fall)));
            }
        }
    )*};
}

/// Declares handlers that write a float to the cell `d`; NaNs, which are rare, become canonical on a path of their own.
macro_rules! arithmetic {
    ($($name:ident { $($field:ident),* }, $nan:ident, $r:ident => $body:expr;)*) => {$(
        pub(crate) fn $name<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, $r: Regs<'a>, mem: &'a mut [u8], fuel: u64) {
            let Args { d, $($field,)* .. } = ip.args();
            let value = $body;
            if value.is_nan() {
                return $nan::<B>(cx, ip, $r, mem, fuel);
            }
            $r.set(d, u64::from(value.to_bits()));
            next::<B>(cx, ip.next(), $r, mem, fuel);
        }
    )*};
}

use {arithmetic, attempt, branch, compute};

/// Goes on at operations that cost something, with the fuel that there is.
#[inline(always)]
fn pay<'a, B: Backend>(cx: &mut Context<'a>, to: Next<'a>, r: Regs<'a>, mem: &'a mut [u8], (fuel, cost): (u64, u32)) {
    match fuel.checked_sub(u64::from(cost)) {
        Some(fuel) => next::<B>(cx, to, r, mem, fuel),
        None => out_of_fuel(cx, to, r, fuel, cost),
    }
}
