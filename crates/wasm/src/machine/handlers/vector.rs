//! Handlers of vectors, which take two cells.
//!
//! Spec: core specification, "Vector Instructions". Operators without immediates share one operation, which holds
//! their handler, so that each of them is compiled where it is used. What they compute is in `simd`.

#![expect(clippy::too_many_arguments, reason = "registers are arguments")]

use syntax::TrapRule;
use threaded::{Args, Values};

use super::super::Stop;
use super::super::dispatch::{Backend, Context, FrameExt, Handler, Ip, Looping, Regs, next, stop, trap};
use super::memory::address;
use super::{handlers, perform};
use crate::simd::{self, halves};
use crate::slow::SlowOp;

/// How many operands an operator takes, and of what type its result is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// From a vector to a vector.
    Unary,
    /// From two vectors, or a vector and an `i32`, to a vector.
    Binary,
    /// From a vector to an `i32`.
    Test,
}

/// The handlers of the operators on one vector.
macro_rules! unary {
    ($($opcode:literal $text:literal $family:ident::$name:ident;)*) => {
        $(
            #[doc = concat!("`", $text, "`")]
            fn $name<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, int: u64, counter: u64, f32: f32, f64: f64) {
            let v = Values { counter, int, f32, f64 };
                let Args { d, a, .. } = ip.args();
                r.set_vector(d, simd::$family::$name(r.vector(a)));
                next::<B>(cx, ip.next(), r, v);
            }
        )*

        fn unary<B: Backend>(opcode: u32) -> Option<Handler> {
            Some(match opcode {
                $($opcode => $name::<B>,)*
                _ => return None,
            })
        }
    };
}
simd::unary_operators!(unary);

/// The handlers of the operators on two vectors.
macro_rules! binary {
    ($($opcode:literal $text:literal $family:ident::$name:ident;)*) => {
        $(
            #[doc = concat!("`", $text, "`")]
            fn $name<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, int: u64, counter: u64, f32: f32, f64: f64) {
            let v = Values { counter, int, f32, f64 };
                let Args { d, a, b, .. } = ip.args();
                r.set_vector(d, simd::$family::$name(r.vector(a), r.vector(b)));
                next::<B>(cx, ip.next(), r, v);
            }
        )*

        fn binary<B: Backend>(opcode: u32) -> Option<Handler> {
            Some(match opcode {
                $($opcode => $name::<B>,)*
                _ => return None,
            })
        }
    };
}
simd::binary_operators!(binary);

/// The handlers of the operators on a vector and an `i32`.
macro_rules! shift {
    ($($opcode:literal $text:literal $family:ident::$name:ident;)*) => {
        $(
            #[doc = concat!("`", $text, "`")]
            fn $name<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, int: u64, counter: u64, f32: f32, f64: f64) {
            let v = Values { counter, int, f32, f64 };
                let Args { d, a, b, .. } = ip.args();
                put(cx, r, d, simd::$family::$name(r.vector(a), syntax::convert::low_u32(r.get(b))));
                next::<B>(cx, ip.next(), r, v);
            }
        )*

        fn shift<B: Backend>(opcode: u32) -> Option<Handler> {
            Some(match opcode {
                $($opcode => $name::<B>,)*
                _ => return None,
            })
        }
    };
}
simd::shift_operators!(shift);

/// The handlers of the operators from a vector to an `i32`.
macro_rules! test {
    ($($opcode:literal $text:literal $family:ident::$name:ident;)*) => {
        $(
            #[doc = concat!("`", $text, "`")]
            fn $name<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, int: u64, counter: u64, f32: f32, f64: f64) {
            let v = Values { counter, int, f32, f64 };
                let Args { d, a, .. } = ip.args();
                r.set(d, u64::from(simd::$family::$name(r.vector(a))));
                next::<B>(cx, ip.next(), r, v);
            }
        )*

        fn test<B: Backend>(opcode: u32) -> Option<Handler> {
            Some(match opcode {
                $($opcode => $name::<B>,)*
                _ => return None,
            })
        }
    };
}
simd::test_operators!(test);

/// The handlers of arithmetic on one vector of floats; NaNs, which are rare, become canonical on a path of their own.
macro_rules! float_unary {
    ($($opcode:literal $text:literal $family:ident::$name:ident $has_nan:ident $canonical:ident;)*) => {
        $(
            #[doc = concat!("`", $text, "`")]
            fn $name<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, int: u64, counter: u64, f32: f32, f64: f64) {
                #[cold]
                #[inline(never)]
                fn nan<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, int: u64, counter: u64, f32: f32, f64: f64) {
                    let v = Values { counter, int, f32, f64 };
                    let Args { d, a, .. } = ip.args();
                    let value = simd::$family::$name(r.vector(a));
                    let value = simd::$family::$canonical(value, || cx.data.nan_is_negative());
                    put(cx, r, d, value);
                    next::<B>(cx, ip.next(), r, v);
                }
                let v = Values { counter, int, f32, f64 };
                let Args { d, a, .. } = ip.args();
                let value = simd::$family::$name(r.vector(a));
                if simd::$family::$has_nan(value) {
                    return nan::<B>(cx, ip, r, int, counter, f32, f64);
                }
                put(cx, r, d, value);
                next::<B>(cx, ip.next(), r, v);
            }
        )*

        fn float_unary<B: Backend>(opcode: u32) -> Option<Handler> {
            Some(match opcode {
                $($opcode => $name::<B>,)*
                _ => return None,
            })
        }
    };
}
simd::float_unary_operators!(float_unary);

/// The handlers of arithmetic on two vectors of floats, likewise.
macro_rules! float_binary {
    ($($opcode:literal $text:literal $family:ident::$name:ident $has_nan:ident $canonical:ident;)*) => {
        $(
            #[doc = concat!("`", $text, "`")]
            fn $name<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, int: u64, counter: u64, f32: f32, f64: f64) {
                #[cold]
                #[inline(never)]
                fn nan<'a, B: Backend>(cx: &mut Context<'a>, ip: Ip<'a>, r: Regs<'a>, int: u64, counter: u64, f32: f32, f64: f64) {
                    let v = Values { counter, int, f32, f64 };
                    let Args { d, a, b, .. } = ip.args();
                    let value = simd::$family::$name(r.vector(a), r.vector(b));
                    let value = simd::$family::$canonical(value, || cx.data.nan_is_negative());
                    put(cx, r, d, value);
                    next::<B>(cx, ip.next(), r, v);
                }
                let v = Values { counter, int, f32, f64 };
                let Args { d, a, b, .. } = ip.args();
                let value = simd::$family::$name(r.vector(a), r.vector(b));
                if simd::$family::$has_nan(value) {
                    return nan::<B>(cx, ip, r, int, counter, f32, f64);
                }
                put(cx, r, d, value);
                next::<B>(cx, ip.next(), r, v);
            }
        )*

        fn float_binary<B: Backend>(opcode: u32) -> Option<Handler> {
            Some(match opcode {
                $($opcode => $name::<B>,)*
                _ => return None,
            })
        }
    };
}
simd::float_binary_operators!(float_binary);

/// What kind of operator an opcode after the prefix is, if it is one without immediates.
pub(crate) fn shape(opcode: u32) -> Option<Shape> {
    operator::<Looping>(opcode).map(|(shape, _)| shape)
}

/// The handler of an operator without immediates, by its opcode after the prefix.
pub(crate) fn operator<B: Backend>(opcode: u32) -> Option<(Shape, Handler)> {
    let unary = unary::<B>(opcode).or_else(|| float_unary::<B>(opcode)).map(|handler| (Shape::Unary, handler));
    let binary = || binary::<B>(opcode).or_else(|| float_binary::<B>(opcode)).or_else(|| shift::<B>(opcode));
    let binary = || binary().map(|handler| (Shape::Binary, handler));
    unary.or_else(binary).or_else(|| test::<B>(opcode).map(|handler| (Shape::Test, handler)))
}

perform! {
    copy { d, a }, r => r.set_vector(d, r.vector(a));
    select { d, a, b, c }, r => {
        let chosen = if syntax::convert::low_u32(r.get(c)) == 0 { b } else { a };
        r.set_vector(d, r.vector(chosen));
    };
    extract_lane { d, a, b, imm }, r => {
        r.set(d, (r.get(a) >> (imm & 63)) & mask(b));
    };
}

/// Declares handlers that write a vector to the cells `d`.
macro_rules! compute_vector {
    ($($name:ident { $($field:ident),* }, $cx:ident, $r:ident => $body:expr;)*) => {$(
        pub(crate) fn $name<'a, B: Backend>($cx: &mut Context<'a>, ip: Ip<'a>, $r: Regs<'a>, int: u64, counter: u64, f32: f32, f64: f64) {
            let v = Values { counter, int, f32, f64 };
            let Args { d, $($field,)* .. } = ip.args();
            put($cx, $r, d, $body);
            next::<B>($cx, ip.next(), $r, v);
        }
    )*};
}
compute_vector! {
    bitselect { a, b, c }, cx, r => {
        simd::integer::v128_bitselect(r.vector(a), r.vector(b), r.vector(c))
    };
    splat { a, b }, cx, r => {
        let half = (r.get(a) & mask(b)).wrapping_mul(LOWEST[usize::from(b & 3)]);
        simd::from_halves([half, half])
    };
    extend_zero { a }, cx, r => {
        let [low, _] = cx.zeros;
        simd::from_halves([r.get(a), low])
    };
    replace_lane { a, b, c, imm }, cx, r => {
        let bit = imm << (c & 3) << 3;
        let (mask, value) = (mask(c) << (bit & 63), (r.get(b) & mask(c)) << (bit & 63));
        let kept = if bit < 64 { [!mask, u64::MAX] } else { [u64::MAX, !mask] };
        let [low, high] = halves(r.vector(a));
        simd::from_halves([low & kept[0] | value & !kept[0], high & kept[1] | value & !kept[1]])
    };
}

/// Writes a vector, both halves at once: a load of what two stores wrote would wait for them. The compiler does not
/// know that `zeros` are zeros, so it finds it worth while to join the halves.
#[inline(always)]
fn put(cx: &Context<'_>, r: Regs<'_>, slot: u16, value: u128) {
    let [low, high] = halves(value);
    r.set_vector(slot, simd::from_halves([low ^ cx.zeros[0], high ^ cx.zeros[1]]));
}

/// The lowest bit of every lane, by the logarithm of its bytes.
const LOWEST: [u64; 4] = [u64::MAX / 0xff, u64::MAX / 0xffff, u64::MAX / 0xffff_ffff, 1];

/// The bits of a lane.
const fn mask(log2_bytes: u16) -> u64 {
    u64::MAX >> (64 - (8u32 << (log2_bytes & 3)))
}

handlers! {
    pub(crate) fn constant(cx, ip, r, v) {
        let Args { d, wide: low, .. } = ip.args();
        put(cx, r, d, simd::from_halves([low, ip.next().args().wide]));
        next::<B>(cx, ip.jump(), r, v);
    }
}

handlers! {
    pub(crate) fn shuffle(cx, ip, r, v) {
        let Args { d, a, b, wide: high, .. } = ip.args();
        let indices = simd::from_halves([ip.next().args().wide, high]);
        put(cx, r, d, simd::integer::i8x16_shuffle(r.vector(a), r.vector(b), indices));
        next::<B>(cx, ip.jump(), r, v);
    }
}

handlers! {
    pub(crate) fn relaxed(cx, ip, r, v) {
        let index = ip.args().imm;
        let operation = cx.code.rest.slow.get(crate::index(index));
        if let Some(SlowOp::V128Relaxed { d, operands: [a, b, c], relaxed }) = operation
            && let Some(value) = cx.parameters.get(relaxed.parameter())
        {
            let operands = [r.vector(*a), r.vector(*b), r.vector(*c)];
            let value = relaxed.run(value, operands, &mut || cx.data.nan_is_negative());
            put(cx, r, *d, value);
            return next::<B>(cx, ip.next(), r, v);
        }
        stop(cx, ip.next(), r, v.counter, Stop::Slow(index));
    }
}

handlers! {
    pub(crate) fn load(cx, ip, r, v) {
        let Args { d, a, imm, wide, .. } = ip.args();
        let at = address(r.get(a), imm, wide);
        let Some(bytes) = cx.mem.get(at) else {
            return trap(cx, ip, r, v.counter, TrapRule::CoreMemoryOutOfBounds);
        };
        r.set_vector(d, u128::from_le_bytes(bytes));
        next::<B>(cx, ip.next(), r, v);
    }
}

handlers! {
    pub(crate) fn store(cx, ip, r, v) {
        let Args { a, b, imm, wide, .. } = ip.args();
        let at = address(r.get(a), imm, wide);
        if cx.mem.set(at, r.vector(b).to_le_bytes()).is_none() {
            return trap(cx, ip, r, v.counter, TrapRule::CoreMemoryOutOfBounds);
        }
        next::<B>(cx, ip.next(), r, v);
    }
}
