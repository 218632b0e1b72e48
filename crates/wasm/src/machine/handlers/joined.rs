//! Handlers of branches joined with the operation before them, which computes what they compare.

#![expect(
    clippy::too_many_arguments,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "operations convert between cells and numbers; registers are arguments"
)]

use threaded::{Args, Values};

use super::super::dispatch::{Backend, Context, Handler, Ip, Regs};
use super::{Computed as _, Operands, Place, Source, pay};
use crate::op::Condition;

/// Declares the branches on a sum: what is added, and what the sum is compared with.
macro_rules! sums {
    ($($family:ident $args:ident $r:ident: $add:expr, $with:expr;)*) => {$(
        mod $family {
            use super::*;

            sums! { @conditions $args $r $add, $with;
                eq(x, y) x == y;
                ne(x, y) x != y;
                lt_s(x, y) (x as i32) < y as i32;
                lt_u(x, y) x < y;
                le_s(x, y) x as i32 <= y as i32;
                le_u(x, y) x <= y;
                gt_s(x, y) x as i32 > y as i32;
                gt_u(x, y) x > y;
                ge_s(x, y) x as i32 >= y as i32;
                ge_u(x, y) x >= y;
            }
        }

        /// The handler of a condition; the sum goes to a place.
        pub(crate) fn $family<B: Backend, P: Place>(condition: Condition) -> Handler {
            match condition {
                Condition::Eq => $family::eq::<B, P>,
                Condition::Ne => $family::ne::<B, P>,
                Condition::LtS => $family::lt_s::<B, P>,
                Condition::LtU => $family::lt_u::<B, P>,
                Condition::LeS => $family::le_s::<B, P>,
                Condition::LeU => $family::le_u::<B, P>,
                Condition::GtS => $family::gt_s::<B, P>,
                Condition::GtU => $family::gt_u::<B, P>,
                Condition::GeS => $family::ge_s::<B, P>,
                Condition::GeU => $family::ge_u::<B, P>,
            }
        }
    )*};
    (@conditions $args:ident $r:ident $add:expr, $with:expr; $($name:ident($x:ident, $y:ident) $condition:expr;)*) => {$(
        pub(super) fn $name<'a, B: Backend, P: Place>(cx: &mut Context<'a>, ip: Ip<'a>, $r: Regs<'a>, int: u64, counter: u64, f32: f32, f64: f64) {
            let v = Values { counter, int, f32, f64 };
            let $args = ip.args();
            let $x = ($r.get($args.a) as u32).wrapping_add($add);
            let v = u64::from($x).put_in::<P>($r, $args.d, v);
            let $y: u32 = $with;
            if $condition {
                pay::<B>(cx, ip.jump(), $r, (v, $args.wide as u32 & 0xffff));
            } else {
                pay::<B>(cx, ip.next(), $r, (v, u32::from($args.c)));
            }
        }
    )*};
}

sums! {
    add_i args r: args.imm, r.get(args.b) as u32;
    add_ii args r: args.imm, (args.wide >> 32) as u32;
    add_x_i args r: r.get(args.b) as u32, args.imm;
    add args r: r.get(args.imm as u16) as u32, r.get(args.b) as u32;
}

/// Declares the branches on bits of a cell.
macro_rules! bits {
    ($($name:ident: $x:ident => $condition:expr;)*) => {$(
        pub(crate) fn $name<'a, B: Backend, S: Source, P: Place>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, int: u64, counter: u64, f32: f32, f64: f64) {
            let v = Values { counter, int, f32, f64 };
            let Args { d, a, c: fall, imm, wide: taken, .. } = ip.args();
            let $x = S::new(a).get(Operands { regs: r, values: v }) & u64::from(imm);
            let v = $x.put_in::<P>(r, d, v);
            if $condition {
                pay::<B>(cx, ip.jump(), r, (v, taken as u32));
            } else {
                pay::<B>(cx, ip.next(), r, (v, u32::from(fall)));
            }
        }
    )*};
}

bits! {
    and_some: x => x != 0;
    and_none: x => x == 0;
}
