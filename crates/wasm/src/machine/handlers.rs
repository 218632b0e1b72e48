//! The handlers: what each operation does.
//!
//! Spec: core specification, "Instructions".

pub(super) mod control;
pub(super) mod float;
pub(super) mod integer;
pub(super) mod joined;
pub(super) mod memory;
pub(crate) mod vector;

use threaded::{Args, Values};

use super::Stop;
use super::dispatch::{Backend, Context, Ip, Next, Regs, next, out_of_fuel, stop};
use super::held::Class;

/// Where a handler reads an operand. What was computed last is in a register, too, of those that handlers hand on: see `Held`.
pub(super) trait Source: Copy {
    /// That of the operand in a cell.
    fn new(slot: u16) -> Self;
    /// The operand.
    fn get(self, from: Operands<'_>) -> u64;
}

/// What a handler reads operands from.
#[derive(Clone, Copy)]
pub(super) struct Operands<'a> {
    pub(super) regs: Regs<'a>,
    pub(super) values: Values,
}

impl Operands<'_> {
    /// An operand.
    #[inline(always)]
    pub(super) fn get(self, source: impl Source) -> u64 {
        source.get(self)
    }
}

/// Declares the places where operands are.
macro_rules! sources {
    ($($(#[$doc:meta])* $name:ident $slot:ident $from:ident => $get:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(super) struct $name(u16);

        impl Source for $name {
            #[inline(always)]
            fn new(slot: u16) -> Self {
                Self(slot)
            }

            #[inline(always)]
            fn get(self, $from: Operands<'_>) -> u64 {
                let $slot = self.0;
                let value = $get;
                debug_assert_eq!(value, $from.regs.get($slot), "the register holds what the cell holds");
                value
            }
        }
    )*};
}
impl Int {
    pub(super) const CLASS: Class = Class::Int;
}

impl F32 {
    pub(super) const CLASS: Class = Class::F32;
}

impl F64 {
    pub(super) const CLASS: Class = Class::F64;
}

sources! {
    /// The cell.
    Slot slot from => from.regs.get(slot);
    /// The register of integers.
    Int slot from => from.values.int;
    /// The register of floats of 32 bits.
    F32 slot from => u64::from(from.values.f32.to_bits());
    /// The register of floats of 64 bits.
    F64 slot from => from.values.f64.to_bits();
}

/// Where a handler leaves what it computes, besides the register.
pub(super) trait Place {
    /// Whether that is a cell.
    const IS_CELL: bool;
}

/// In a cell.
pub(super) struct Cell;

impl Place for Cell {
    const IS_CELL: bool = true;
}

/// Nowhere: only the next handler reads it, in the register.
pub(super) struct Nowhere;

impl Place for Nowhere {
    const IS_CELL: bool = false;
}

/// What a handler computes: it stays in a register, too.
pub(super) trait Computed: Sized {
    /// The cell that holds it.
    fn cell(&self) -> u64;
    /// The values to hand on.
    fn hold(self, values: Values) -> Values;

    /// Writes it to a cell; the values to hand on.
    #[inline(always)]
    fn put(self, r: Regs<'_>, slot: u16, values: Values) -> Values {
        self.put_in::<Cell>(r, slot, values)
    }

    /// Writes it to a cell, if somebody reads it there; the values to hand on.
    #[inline(always)]
    fn put_in<P: Place>(self, r: Regs<'_>, slot: u16, values: Values) -> Values {
        if P::IS_CELL {
            r.set(slot, self.cell());
        }
        self.hold(values)
    }
}

impl Computed for u64 {
    #[inline(always)]
    fn cell(&self) -> u64 {
        *self
    }

    #[inline(always)]
    fn hold(self, values: Values) -> Values {
        Values { int: self, ..values }
    }
}

impl Computed for f32 {
    #[inline(always)]
    fn cell(&self) -> u64 {
        u64::from(self.to_bits())
    }

    #[inline(always)]
    fn hold(self, values: Values) -> Values {
        Values { f32: self, ..values }
    }
}

impl Computed for f64 {
    #[inline(always)]
    fn cell(&self) -> u64 {
        self.to_bits()
    }

    #[inline(always)]
    fn hold(self, values: Values) -> Values {
        Values { f64: self, ..values }
    }
}

/// Declares handlers, some of them for several places of an operand.
macro_rules! handlers {
    ($(
        $(#[$attribute:meta])*
        $visibility:vis fn $name:ident $(<$S:ident>)? ($cx:ident, $ip:ident, $r:ident, $v:ident) $body:block
    )*) => {$(
        $(#[$attribute])*
        $visibility fn $name<'a, B: Backend $(, $S: Source)?>(
            $cx: &mut Context<'a>, $ip: Ip<'a>, $r: Regs<'a>, int: u64, counter: u64, f32: f32, f64: f64,
        ) {
            let $v = Values { counter, int, f32, f64 };
            $body
        }
    )*};
}

/// Declares handlers that read and write cells only.
macro_rules! perform {
    ($($name:ident { $($field:ident),* }, $r:ident => $body:expr;)*) => {$(
        pub(crate) fn $name<'a, B: Backend>(
            cx: &mut Context<'a>, ip: Ip<'a>, $r: Regs<'a>, int: u64, counter: u64, f32: f32, f64: f64,
        ) {
            let Args { $($field,)* .. } = ip.args();
            $body;
            next::<B>(cx, ip.next(), $r, Values { counter, int, f32, f64 });
        }
    )*};
}

/// Declares handlers that move what can be of any type to the cell `d`, from operands and, after the semicolon, immediates.
macro_rules! moves {
    ($($name:ident { $($operand:ident: $S:ident),* $(; $($field:ident),*)? }, $r:pat_param => $body:expr;)*) => {$(
        pub(crate) fn $name<'a, B: Backend $(, $S: Source)*>(
            cx: &mut Context<'a>, ip: Ip<'a>, regs: Regs<'a>, int: u64, counter: u64, f32: f32, f64: f64,
        ) {
            let values = Values { counter, int, f32, f64 };
            let Args { d, $($operand,)* $($($field,)*)? .. } = ip.args();
            $(let $operand = $S::new($operand);)*
            let $r = Operands { regs, values };
            let values = Computed::put($body, regs, d, values);
            next::<B>(cx, ip.next(), regs, values);
        }
    )*};
}

/// Declares handlers that compute a number, for the cell `d`, from operands and, after the semicolon, immediates.
macro_rules! compute {
    ($($name:ident { $($operand:ident: $S:ident),* $(; $($field:ident),*)? }, $r:pat_param => $body:expr;)*) => {$(
        pub(crate) fn $name<'a, B: Backend $(, $S: Source)*, P: Place>(
            cx: &mut Context<'a>, ip: Ip<'a>, regs: Regs<'a>, int: u64, counter: u64, f32: f32, f64: f64,
        ) {
            let values = Values { counter, int, f32, f64 };
            let Args { d, $($operand,)* $($($field,)*)? .. } = ip.args();
            $(let $operand = $S::new($operand);)*
            let $r = Operands { regs, values };
            let values = Computed::put_in::<P>($body, regs, d, values);
            next::<B>(cx, ip.next(), regs, values);
        }
    )*};
}

/// Declares handlers that write an integer to the cell `d`, or trap.
macro_rules! attempt {
    ($($name:ident { $($operand:ident: $S:ident),* }, $r:ident => $body:expr;)*) => {$(
        pub(crate) fn $name<'a, B: Backend $(, $S: Source)*, P: Place>(
            cx: &mut Context<'a>, ip: Ip<'a>, regs: Regs<'a>, int: u64, counter: u64, f32: f32, f64: f64,
        ) {
            let values = Values { counter, int, f32, f64 };
            let Args { d, $($operand,)* .. } = ip.args();
            $(let $operand = $S::new($operand);)*
            let $r = Operands { regs, values };
            match $body {
                Ok(value) => {
                    let values = (value as u64).put_in::<P>(regs, d, values);
                    next::<B>(cx, ip.next(), regs, values);
                }
                Err(rule) => trap(cx, ip, regs, counter, rule),
            }
        }
    )*};
}

/// Declares handlers of branches: taken when the condition holds.
macro_rules! branch {
    ($($name:ident { $($operand:ident: $S:ident),* $(; $($field:ident),*)? }, $r:ident => $condition:expr;)*) => {$(
        pub(crate) fn $name<'a, B: Backend $(, $S: Source)*>(
            cx: &mut Context<'a>, ip: Ip<'a>, regs: Regs<'a>, int: u64, counter: u64, f32: f32, f64: f64,
        ) {
            let values = Values { counter, int, f32, f64 };
            let Args { $($operand,)* $($($field,)*)? d: taken, c: fall, .. } = ip.args();
            $(let $operand = $S::new($operand);)*
            let $r = Operands { regs, values };
            if $condition {
                let (counter, is_short) = counter.overflowing_sub(u64::from(taken));
                if is_short {
                    return taken_short::<B>(cx, ip, regs, int, counter, f32, f64);
                }
                next::<B>(cx, ip.jump(), regs, Values { counter, ..values });
            } else {
                pay::<B>(cx, ip.next(), regs, (values, u32::from(fall)));
            }
        }
    )*};
}

/// Declares handlers that write a float to the cell `d`; NaNs, which are rare, become canonical on a path of their own.
macro_rules! arithmetic {
    ($($name:ident { $($operand:ident: $S:ident),* $(; $($field:ident),*)? }, $nan:ident $(<$($N:ident),*>)?, $r:ident => $body:expr;)*) => {$(
        pub(crate) fn $name<'a, B: Backend $(, $S: Source)*, P: Place>(
            cx: &mut Context<'a>, ip: Ip<'a>, regs: Regs<'a>, int: u64, counter: u64, f32: f32, f64: f64,
        ) {
            let values = Values { counter, int, f32, f64 };
            let Args { d, $($operand,)* $($($field,)*)? .. } = ip.args();
            $(let $operand = $S::new($operand);)*
            let $r = Operands { regs, values };
            let value = $body;
            if value.is_nan() {
                return $nan::<B $(, $($N),*)?>(cx, ip, regs, int, counter, f32, f64);
            }
            let values = value.put_in::<P>(regs, d, values);
            next::<B>(cx, ip.next(), regs, values);
        }
    )*};
}

use {arithmetic, attempt, branch, compute, handlers, moves, perform};

/// Whether a branch that is taken stands for the unconditional one after it, to a loop that begins with the opposite branch, and
/// for that one: in `Args::wide`.
pub(super) const STANDS_FOR_TWO: u64 = 1;

handlers! {
    /// The fuel does not suffice for what a branch leads to: it was subtracted already.
    #[cold]
    #[inline(never)]
    #[expect(clippy::too_many_arguments, reason = "registers are arguments")]
    fn taken_short(cx, ip, r, v) {
        let Args { d: taken, wide, .. } = ip.args();
        let counter = v.counter.wrapping_add(u64::from(taken));
        if wide == STANDS_FOR_TWO {
            // One of the two can perhaps be paid.
            return next::<B>(cx, ip.next(), r, Values { counter, ..v });
        }
        stop(cx, ip.jump(), r, counter, Stop::OutOfFuel(u64::from(taken)));
    }
}

/// Goes on at operations that cost something, with the fuel that there is.
#[inline(always)]
fn pay<'a, B: Backend>(cx: &mut Context<'a>, to: Next<'a>, r: Regs<'a>, (values, cost): (Values, u32)) {
    let (counter, is_short) = values.counter.overflowing_sub(u64::from(cost));
    if is_short {
        return out_of_fuel(cx, to, r, counter, cost);
    }
    next::<B>(cx, to, r, Values { counter, ..values });
}
