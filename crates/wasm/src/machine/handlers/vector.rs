//! Handlers of vectors, which take two cells.
//!
//! Spec: core specification, "Vector Instructions". Operators without immediates share one operation, which holds
//! their handler, so that each of them is compiled where it is used. What they compute is in `simd`.

use syntax::TrapRule;

use super::super::Stop;
use super::super::dispatch::{Context, Handler, Regs, next, stop, trap};
use super::compute;
use super::memory::{address, mark};
use crate::op::Op;
use crate::simd::{self, halves};

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
            fn $name<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
                let [Op::V128Plain { d, a, .. }, rest @ ..] = ip else { return };
                r.set_vector(*d, simd::$family::$name(r.vector(*a)));
                next(cx, rest, r, mem);
            }
        )*

        fn unary(opcode: u32) -> Option<Handler> {
            Some(match opcode {
                $($opcode => $name,)*
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
            fn $name<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
                let [Op::V128Plain { d, a, b, .. }, rest @ ..] = ip else { return };
                r.set_vector(*d, simd::$family::$name(r.vector(*a), r.vector(*b)));
                next(cx, rest, r, mem);
            }
        )*

        fn binary(opcode: u32) -> Option<Handler> {
            Some(match opcode {
                $($opcode => $name,)*
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
            fn $name<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
                let [Op::V128Plain { d, a, b, .. }, rest @ ..] = ip else { return };
                put(cx, r, *d, simd::$family::$name(r.vector(*a), syntax::convert::low_u32(r.get(*b))));
                next(cx, rest, r, mem);
            }
        )*

        fn shift(opcode: u32) -> Option<Handler> {
            Some(match opcode {
                $($opcode => $name,)*
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
            fn $name<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
                let [Op::V128Plain { d, a, .. }, rest @ ..] = ip else { return };
                r.set(*d, u64::from(simd::$family::$name(r.vector(*a))));
                next(cx, rest, r, mem);
            }
        )*

        fn test(opcode: u32) -> Option<Handler> {
            Some(match opcode {
                $($opcode => $name,)*
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
            fn $name<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
                #[cold]
                #[inline(never)]
                fn nan<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
                    let [Op::V128Plain { d, a, .. }, rest @ ..] = ip else { return };
                    let value = simd::$family::$name(r.vector(*a));
                    let value = simd::$family::$canonical(value, || cx.data.nan_is_negative());
                    put(cx, r, *d, value);
                    next(cx, rest, r, mem);
                }
                let [Op::V128Plain { d, a, .. }, rest @ ..] = ip else { return };
                let value = simd::$family::$name(r.vector(*a));
                if simd::$family::$has_nan(value) {
                    return nan(cx, ip, r, mem);
                }
                put(cx, r, *d, value);
                next(cx, rest, r, mem);
            }
        )*

        fn float_unary(opcode: u32) -> Option<Handler> {
            Some(match opcode {
                $($opcode => $name,)*
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
            fn $name<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
                #[cold]
                #[inline(never)]
                fn nan<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
                    let [Op::V128Plain { d, a, b, .. }, rest @ ..] = ip else { return };
                    let value = simd::$family::$name(r.vector(*a), r.vector(*b));
                    let value = simd::$family::$canonical(value, || cx.data.nan_is_negative());
                    put(cx, r, *d, value);
                    next(cx, rest, r, mem);
                }
                let [Op::V128Plain { d, a, b, .. }, rest @ ..] = ip else { return };
                let value = simd::$family::$name(r.vector(*a), r.vector(*b));
                if simd::$family::$has_nan(value) {
                    return nan(cx, ip, r, mem);
                }
                put(cx, r, *d, value);
                next(cx, rest, r, mem);
            }
        )*

        fn float_binary(opcode: u32) -> Option<Handler> {
            Some(match opcode {
                $($opcode => $name,)*
                _ => return None,
            })
        }
    };
}
simd::float_binary_operators!(float_binary);

/// The handler of an operator without immediates, by its opcode after the prefix.
pub(crate) fn operator(opcode: u32) -> Option<(Shape, Handler)> {
    let unary = unary(opcode).or_else(|| float_unary(opcode)).map(|handler| (Shape::Unary, handler));
    let binary = || binary(opcode).or_else(|| float_binary(opcode)).or_else(|| shift(opcode));
    let binary = || binary().map(|handler| (Shape::Binary, handler));
    unary.or_else(binary).or_else(|| test(opcode).map(|handler| (Shape::Test, handler)))
}

/// Goes on in the handler of the operator.
pub(super) fn plain<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::V128Plain { run, .. }, ..] = ip else { return };
    run(cx, ip, r, mem);
}

compute! {
    copy: V128Copy { d, a }, r => r.set_vector(d, r.vector(a));
    select: V128Select { d, a, b, c }, r => {
        let chosen = if syntax::convert::low_u32(r.get(c)) == 0 { b } else { a };
        r.set_vector(d, r.vector(chosen));
    };
    extract_lane: V128ExtractLane { d, a, log2_bytes, shift }, r => {
        r.set(d, (r.get(a) >> (shift & 63)) & mask(log2_bytes));
    };
}

/// Declares handlers that write a vector to the cells `d`.
macro_rules! compute_vector {
    ($($name:ident: $op:ident { $($field:ident),* }, $cx:ident, $r:ident => $body:expr;)*) => {$(
        pub(super) fn $name<'a>($cx: &mut Context<'a>, ip: &'a [Op], $r: Regs<'a>, mem: &'a mut [u8]) {
            let [Op::$op { d, $($field),* }, rest @ ..] = ip else { return };
            $(let $field = *$field;)*
            put($cx, $r, *d, $body);
            next($cx, rest, $r, mem);
        }
    )*};
}
compute_vector! {
    bitselect: V128Bitselect { a, b, c }, cx, r => {
        simd::integer::v128_bitselect(r.vector(a), r.vector(b), r.vector(c))
    };
    splat: V128Splat { a, log2_bytes }, cx, r => {
        let half = (r.get(a) & mask(log2_bytes)).wrapping_mul(LOWEST[usize::from(log2_bytes & 3)]);
        simd::from_halves([half, half])
    };
    extend_zero: V128ExtendZero { a }, cx, r => {
        let [low, _] = cx.zeros;
        simd::from_halves([r.get(a), low])
    };
    replace_lane: V128ReplaceLane { a, b, log2_bytes, lane }, cx, r => {
        let bit = u32::from(lane) << (log2_bytes & 3) << 3;
        let (mask, value) = (mask(log2_bytes) << (bit & 63), (r.get(b) & mask(log2_bytes)) << (bit & 63));
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
const fn mask(log2_bytes: u8) -> u64 {
    u64::MAX >> (64 - (8u32 << (log2_bytes & 3)))
}

pub(super) fn constant<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::V128Const { d, value: low }, Op::Const { value: high, .. }, rest @ ..] = ip else { return };
    put(cx, r, *d, simd::from_halves([*low, *high]));
    next(cx, rest, r, mem);
}

pub(super) fn shuffle<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::I8x16Shuffle { d, a, b }, Op::Const { value: low, .. }, Op::Const { value: high, .. }, rest @ ..] = ip
    else {
        return;
    };
    let indices = simd::from_halves([*low, *high]);
    put(cx, r, *d, simd::integer::i8x16_shuffle(r.vector(*a), r.vector(*b), indices));
    next(cx, rest, r, mem);
}

pub(super) fn relaxed<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::V128Relaxed { d, a, b, c, relaxed, index }, rest @ ..] = ip else { return };
    match cx.parameters.get(relaxed.parameter()) {
        Some(value) => {
            put(cx, r, *d, relaxed.run(value, [r.vector(*a), r.vector(*b), r.vector(*c)]));
            next(cx, rest, r, mem);
        }
        None => stop(cx, rest, Stop::Slow(*index)),
    }
}

pub(super) fn load<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::V128Load { d, a, add, offset }, rest @ ..] = ip else { return };
    let at = address(r.get(*a), *add, *offset);
    let Some(bytes) = mem.get(at..at.wrapping_add(16)) else {
        return trap(cx, rest, TrapRule::CoreMemoryOutOfBounds);
    };
    r.set_vector(*d, u128::from_le_bytes(bytes.try_into().expect("16 bytes")));
    next(cx, rest, r, mem);
}

pub(super) fn store<'a>(cx: &mut Context<'a>, ip: &'a [Op], r: Regs<'a>, mem: &'a mut [u8]) {
    let [Op::V128Store { a, b, add, offset }, rest @ ..] = ip else { return };
    let at = address(r.get(*a), *add, *offset);
    let Some(bytes) = mem.get_mut(at..at.wrapping_add(16)) else {
        return trap(cx, rest, TrapRule::CoreMemoryOutOfBounds);
    };
    bytes.copy_from_slice(&r.vector(*b).to_le_bytes());
    mark(cx, at, 16);
    next(cx, rest, r, mem);
}
