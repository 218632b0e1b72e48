//! Lowering: which handler executes an operation, and where its operands stand.

use threaded::{Args, Instruction};

use super::dispatch::{Backend, Core, Handler};
use super::handlers::control::global_get;
use super::handlers::integer::constant;
use super::handlers::memory::{Fixed, Index, Plain, Scaled};
use super::handlers::{Cell, F32, F64, Int, Nowhere, Slot};
use super::handlers::{control, float, integer, joined, memory, vector};
use super::held::{Class, Registers};
use crate::op::{LoadKind, Op, StoreKind};
use crate::stack::Link;

/// No operands.
const ZERO: Args = Args { d: 0, a: 0, b: 0, c: 0, imm: 0, wide: 0 };

/// The second half of the link that a call writes; see `Link`.
fn link(at: u32, offset: u32, delta: u16) -> u64 {
    Link::second(at + 1, offset, delta)
}

/// A handler with one operand, which may be held in a register.
macro_rules! one {
    ($handler:path, $class:ident, $held:ident, $a:ident) => {{
        use $handler as handler;
        if B::CHAINED && $held.read($class::CLASS, $a) { handler::<B, $class> } else { handler::<B, Slot> }
    }};
}

/// A handler that computes something, whose other parameters are known.
macro_rules! to {
    ($handler:ident, $held:ident, $($S:ident),*) => {
        if $held.is_dropped::<B>() { $handler::<B, $($S,)* Nowhere> } else { $handler::<B, $($S,)* Cell> }
    };
}

/// A handler that branches on a sum.
macro_rules! joined {
    ($family:ident, $held:ident, $condition:ident) => {
        if $held.is_dropped::<B>() {
            joined::$family::<B, Nowhere>($condition)
        } else {
            joined::$family::<B, Cell>($condition)
        }
    };
}

/// A handler that computes something from one operand.
macro_rules! one_to {
    ($handler:path, $class:ident, $held:ident, $a:ident) => {{
        use $handler as handler;
        if B::CHAINED && $held.read($class::CLASS, $a) {
            to!(handler, $held, $class)
        } else {
            to!(handler, $held, Slot)
        }
    }};
}

/// A handler with two operands.
macro_rules! two {
    ($handler:path, $class:ident, $held:ident, $a:ident, $b:ident) => {{
        use $handler as handler;
        let mut read = |slot| B::CHAINED && $held.read($class::CLASS, slot);
        match (read($a), read($b)) {
            (false, false) => handler::<B, Slot, Slot>,
            (true, false) => handler::<B, $class, Slot>,
            (false, true) => handler::<B, Slot, $class>,
            (true, true) => handler::<B, $class, $class>,
        }
    }};
}

/// A handler that computes something from two operands.
macro_rules! two_to {
    ($handler:path, $class:ident, $held:ident, $a:ident, $b:ident) => {{
        use $handler as handler;
        let mut read = |slot| B::CHAINED && $held.read($class::CLASS, slot);
        match (read($a), read($b)) {
            (false, false) => to!(handler, $held, Slot, Slot),
            (true, false) => to!(handler, $held, $class, Slot),
            (false, true) => to!(handler, $held, Slot, $class),
            (true, true) => to!(handler, $held, $class, $class),
        }
    }};
}

/// A handler that computes something from three operands, of which the register stands for the first two or for one.
macro_rules! three_to {
    ($handler:path, $class:ident, $held:ident, $a:ident, $b:ident, $c:ident) => {{
        use $handler as handler;
        let mut read = |slot| B::CHAINED && $held.read($class::CLASS, slot);
        match (read($a), read($b)) {
            (true, true) => to!(handler, $held, $class, $class, Slot),
            (true, false) => to!(handler, $held, $class, Slot, Slot),
            (false, true) => to!(handler, $held, Slot, $class, Slot),
            (false, false) if read($c) => to!(handler, $held, Slot, Slot, $class),
            (false, false) => to!(handler, $held, Slot, Slot, Slot),
        }
    }};
}

/// A handler with an operand of any type.
macro_rules! value {
    ($handler:path, $held:ident, $a:ident) => {{
        use $handler as handler;
        if B::CHAINED && $held.read(Class::Int, $a) {
            handler::<B, Int>
        } else if B::CHAINED && $held.read(Class::F32, $a) {
            handler::<B, F32>
        } else if B::CHAINED && $held.read(Class::F64, $a) {
            handler::<B, F64>
        } else {
            handler::<B, Slot>
        }
    }};
}

/// A handler that writes memory at `a + imm`.
macro_rules! plain {
    ($handler:path, $held:ident, $a:ident) => {{
        use $handler as handler;
        if B::CHAINED && $held.read(Class::Int, $a) { handler::<B, Plain<Int>> } else { handler::<B, Plain<Slot>> }
    }};
}

/// The handler of a load from `a + imm`.
fn load_plain<B: Backend>(kind: LoadKind, held: &mut Registers, a: u16) -> Handler {
    if B::CHAINED && held.read(Class::Int, a) {
        memory::load::<B, Plain<Int>>(kind, held)
    } else {
        memory::load::<B, Plain<Slot>>(kind, held)
    }
}

fn store_plain<B: Backend>(kind: StoreKind, held: &mut Registers, a: u16, value: u16) -> Handler {
    if B::CHAINED && held.read(Class::Int, a) {
        memory::store::<B, Plain<Int>>(kind, held, value)
    } else {
        memory::store::<B, Plain<Slot>>(kind, held, value)
    }
}

/// The handler for a shift, of one for each.
macro_rules! shifted {
    ($shift:ident, $S:ident => $handler:expr) => {
        match $shift {
            0 => {
                const $S: u32 = 0;
                $handler
            }
            1 => {
                const $S: u32 = 1;
                $handler
            }
            2 => {
                const $S: u32 = 2;
                $handler
            }
            _ => {
                const $S: u32 = 3;
                $handler
            }
        }
    };
}

/// The handler of a load from `a + (b << shift)`.
fn load_index<B: Backend>(kind: LoadKind, shift: u8, held: &mut Registers, (a, b): (u16, u16)) -> Handler {
    if B::CHAINED && held.read(Class::Int, b) {
        shifted!(shift, S => memory::load::<B, Index<Slot, Int, S>>(kind, held))
    } else if B::CHAINED && held.read(Class::Int, a) {
        shifted!(shift, S => memory::load::<B, Index<Int, Slot, S>>(kind, held))
    } else {
        shifted!(shift, S => memory::load::<B, Index<Slot, Slot, S>>(kind, held))
    }
}

/// The handler of a store to `a + (b << shift)`.
fn store_index<B: Backend>(kind: StoreKind, shift: u8, held: &mut Registers, b: u16, value: u16) -> Handler {
    if B::CHAINED && held.read(Class::Int, b) {
        shifted!(shift, S => memory::store::<B, Index<Slot, Int, S>>(kind, held, value))
    } else {
        shifted!(shift, S => memory::store::<B, Index<Slot, Slot, S>>(kind, held, value))
    }
}

/// The handler of a load from `(b << shift) + imm`.
fn load_scaled<B: Backend>(kind: LoadKind, shift: u8, held: &mut Registers, b: u16) -> Handler {
    if B::CHAINED && held.read(Class::Int, b) {
        shifted!(shift, S => memory::load::<B, Scaled<Int, S>>(kind, held))
    } else {
        shifted!(shift, S => memory::load::<B, Scaled<Slot, S>>(kind, held))
    }
}

/// The handler of a store to `(b << shift) + imm`.
fn store_scaled<B: Backend>(kind: StoreKind, shift: u8, held: &mut Registers, b: u16, value: u16) -> Handler {
    if B::CHAINED && held.read(Class::Int, b) {
        shifted!(shift, S => memory::store::<B, Scaled<Int, S>>(kind, held, value))
    } else {
        shifted!(shift, S => memory::store::<B, Scaled<Slot, S>>(kind, held, value))
    }
}

/// The instruction that executes operation `at`, the first one of `ops`.
#[expect(clippy::too_many_lines, reason = "one line for each operation")]
#[rustfmt::skip]
pub(super) fn lower<B: Backend>(ops: &[Op], at: u32, held: &mut Registers) -> Instruction<Core> {
    let [op, rest @ ..] = ops else { unreachable!("there is an operation") };
    let (handler, args, target): (Handler, Args, Option<u32>) = match *op {
        Op::Unreachable => (control::unreachable::<B>, ZERO, None),
        Op::Slow { index } => (control::slow::<B>, Args { imm: index, ..ZERO }, None),
        Op::Charge { cost } => (control::charge::<B>, Args { imm: cost, ..ZERO }, None),
        Op::Copy { d, a } => (value!(integer::copy, held, a), Args { d, a, ..ZERO }, None),
        Op::Copy2 { d, a, d2, a2 } => (integer::copy2::<B>, Args { d, a, b: d2, c: a2, ..ZERO }, None),
        Op::Copy3 { d, a, d2, a2, d3, a3 } => (integer::copy3::<B>, Args { d, a, b: d2, c: a2, imm: u32::from(d3) | u32::from(a3) << 16, ..ZERO }, None),
        Op::Const { d, value } => (to!(constant, held,), Args { d, wide: value, ..ZERO }, None),
        Op::Select { d, a, b, c } => (three_to!(integer::select, Int, held, a, b, c), Args { d, a, b, c, ..ZERO }, None),
        Op::Br { target, taken: 0 } => (control::go::<B>, ZERO, Some(target)),
        Op::Br { target, taken } => (control::br::<B>, Args { imm: taken, ..ZERO }, Some(target)),
        Op::BrTable { a, len } => (one!(control::br_table, Int, held, a), Args { a, imm: len, ..ZERO }, Some(at + 1 + len)),
        Op::Return0 { header } => (control::return0::<B>, Args { d: header, ..ZERO }, None),
        Op::Return1 { a, header } => (control::return1::<B>, Args { d: header, a, ..ZERO }, None),
        Op::ReturnN { a, len, header } => (control::return_n::<B>, Args { d: header, a, b: len, ..ZERO }, None),
        Op::Call { delta, func, offset } => (control::call::<B>, Args { imm: func, wide: link(at, offset, delta), ..ZERO }, None),
        Op::CallImport { delta, func, offset } => (control::call_import::<B>, Args { imm: func, wide: link(at, offset, delta), ..ZERO }, None),
        Op::CallIndirect { a, delta, table, ty, offset } => (control::call_indirect::<B>, Args { a, b: table, imm: ty, wide: link(at, offset, delta), ..ZERO }, None),
        Op::CallRef { a, delta, offset } => (control::call_ref::<B>, Args { a, wide: link(at, offset, delta), ..ZERO }, None),
        Op::ReturnCall { a, len, func } => (control::return_call::<B>, Args { a, b: len, imm: func, ..ZERO }, None),
        Op::ReturnCallImport { a, len, func } => (control::return_call_import::<B>, Args { a, b: len, imm: func, ..ZERO }, None),
        Op::ReturnCallIndirect { i, a, len, table, ty } => (control::return_call_indirect::<B>, Args { d: i, a, b: len, c: table, imm: ty, ..ZERO }, None),
        Op::ReturnCallRef { i, a, len } => (control::return_call_ref::<B>, Args { d: i, a, b: len, ..ZERO }, None),
        Op::GlobalGet { d, global } => (to!(global_get, held,), Args { d, imm: global, ..ZERO }, None),
        Op::GlobalSet { a, global } => (value!(control::global_set, held, a), Args { a, imm: global, ..ZERO }, None),
        Op::I32Add { d, a, b } => (two_to!(integer::i32_add, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I32Sub { d, a, b } => (two_to!(integer::i32_sub, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I32Mul { d, a, b } => (two_to!(integer::i32_mul, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I32DivS { d, a, b } => (two_to!(integer::i32_div_s, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I32DivU { d, a, b } => (two_to!(integer::i32_div_u, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I32RemS { d, a, b } => (two_to!(integer::i32_rem_s, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I32RemU { d, a, b } => (two_to!(integer::i32_rem_u, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I32And { d, a, b } => (two_to!(integer::i32_and, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I32Or { d, a, b } => (two_to!(integer::i32_or, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I32Xor { d, a, b } => (two_to!(integer::i32_xor, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I32Shl { d, a, b } => (two_to!(integer::i32_shl, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I32ShrS { d, a, b } => (two_to!(integer::i32_shr_s, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I32ShrU { d, a, b } => (two_to!(integer::i32_shr_u, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I32Rotl { d, a, b } => (two_to!(integer::i32_rotl, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I32Rotr { d, a, b } => (two_to!(integer::i32_rotr, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I32AddI { d, a, imm } => (one_to!(integer::i32_add_i, Int, held, a), Args { d, a, imm, ..ZERO }, None),
        Op::I32MulI { d, a, imm } => (one_to!(integer::i32_mul_i, Int, held, a), Args { d, a, imm, ..ZERO }, None),
        Op::I32AndI { d, a, imm } => (one_to!(integer::i32_and_i, Int, held, a), Args { d, a, imm, ..ZERO }, None),
        Op::I32OrI { d, a, imm } => (one_to!(integer::i32_or_i, Int, held, a), Args { d, a, imm, ..ZERO }, None),
        Op::I32XorI { d, a, imm } => (one_to!(integer::i32_xor_i, Int, held, a), Args { d, a, imm, ..ZERO }, None),
        Op::I32ShlI { d, a, imm } => (one_to!(integer::i32_shl_i, Int, held, a), Args { d, a, imm, ..ZERO }, None),
        Op::I32ShrSI { d, a, imm } => (one_to!(integer::i32_shr_si, Int, held, a), Args { d, a, imm, ..ZERO }, None),
        Op::I32ShrUI { d, a, imm } => (one_to!(integer::i32_shr_ui, Int, held, a), Args { d, a, imm, ..ZERO }, None),
        Op::I32RotlI { d, a, imm } => (one_to!(integer::i32_rotl_i, Int, held, a), Args { d, a, imm, ..ZERO }, None),
        Op::I32DivUI { d, a, imm } => (one_to!(integer::i32_div_ui, Int, held, a), Args { d, a, imm, wide: integer::reciprocal(imm), ..ZERO }, None),
        Op::I32RemUI { d, a, imm } => (one_to!(integer::i32_rem_ui, Int, held, a), Args { d, a, imm, wide: integer::reciprocal(imm), ..ZERO }, None),
        Op::I32DivSI { d, a, imm } => (one_to!(integer::i32_div_si, Int, held, a), Args { d, a, imm, wide: integer::reciprocal(imm), ..ZERO }, None),
        Op::I32RemSI { d, a, imm } => (one_to!(integer::i32_rem_si, Int, held, a), Args { d, a, imm, wide: integer::reciprocal(imm), ..ZERO }, None),
        Op::I64DivUI { d, a, imm } => (one_to!(integer::i64_div_ui, Int, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::I64RemUI { d, a, imm } => (one_to!(integer::i64_rem_ui, Int, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::I64DivSI { d, a, imm } => (one_to!(integer::i64_div_si, Int, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::I64RemSI { d, a, imm } => (one_to!(integer::i64_rem_si, Int, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::I32Eq { d, a, b } => (two_to!(integer::i32_eq, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I32Ne { d, a, b } => (two_to!(integer::i32_ne, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I32LtS { d, a, b } => (two_to!(integer::i32_lt_s, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I32LtU { d, a, b } => (two_to!(integer::i32_lt_u, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I32LeS { d, a, b } => (two_to!(integer::i32_le_s, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I32LeU { d, a, b } => (two_to!(integer::i32_le_u, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I32EqI { d, a, imm } => (one_to!(integer::i32_eq_i, Int, held, a), Args { d, a, imm, ..ZERO }, None),
        Op::I32NeI { d, a, imm } => (one_to!(integer::i32_ne_i, Int, held, a), Args { d, a, imm, ..ZERO }, None),
        Op::I32LtSI { d, a, imm } => (one_to!(integer::i32_lt_si, Int, held, a), Args { d, a, imm, ..ZERO }, None),
        Op::I32LtUI { d, a, imm } => (one_to!(integer::i32_lt_ui, Int, held, a), Args { d, a, imm, ..ZERO }, None),
        Op::I32GeSI { d, a, imm } => (one_to!(integer::i32_ge_si, Int, held, a), Args { d, a, imm, ..ZERO }, None),
        Op::I32GeUI { d, a, imm } => (one_to!(integer::i32_ge_ui, Int, held, a), Args { d, a, imm, ..ZERO }, None),
        Op::BrI32Eq { a, b, fall, target, taken } => (two!(integer::br_i32_eq, Int, held, a, b), Args { a, b, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrI32Ne { a, b, fall, target, taken } => (two!(integer::br_i32_ne, Int, held, a, b), Args { a, b, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrI32LtS { a, b, fall, target, taken } => (two!(integer::br_i32_lt_s, Int, held, a, b), Args { a, b, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrI32LtU { a, b, fall, target, taken } => (two!(integer::br_i32_lt_u, Int, held, a, b), Args { a, b, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrI32LeS { a, b, fall, target, taken } => (two!(integer::br_i32_le_s, Int, held, a, b), Args { a, b, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrI32LeU { a, b, fall, target, taken } => (two!(integer::br_i32_le_u, Int, held, a, b), Args { a, b, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrI32EqI { a, imm, fall, target, taken } => (one!(integer::br_i32_eq_i, Int, held, a), Args { a, imm: imm.cast_unsigned(), c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrI32NeI { a, imm, fall, target, taken } => (one!(integer::br_i32_ne_i, Int, held, a), Args { a, imm: imm.cast_unsigned(), c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrI32LtSI { a, imm, fall, target, taken } => (one!(integer::br_i32_lt_si, Int, held, a), Args { a, imm: imm.cast_unsigned(), c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrI32LtUI { a, imm, fall, target, taken } => (one!(integer::br_i32_lt_ui, Int, held, a), Args { a, imm: imm.cast_unsigned(), c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrI32GeSI { a, imm, fall, target, taken } => (one!(integer::br_i32_ge_si, Int, held, a), Args { a, imm: imm.cast_unsigned(), c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrI32GeUI { a, imm, fall, target, taken } => (one!(integer::br_i32_ge_ui, Int, held, a), Args { a, imm: imm.cast_unsigned(), c: fall, d: taken, ..ZERO }, Some(target)),
        Op::I32Clz { d, a } => (one_to!(integer::i32_clz, Int, held, a), Args { d, a, ..ZERO }, None),
        Op::I32Ctz { d, a } => (one_to!(integer::i32_ctz, Int, held, a), Args { d, a, ..ZERO }, None),
        Op::I32Popcnt { d, a } => (one_to!(integer::i32_popcnt, Int, held, a), Args { d, a, ..ZERO }, None),
        Op::I32Extend8S { d, a } => (one_to!(integer::i32_extend8_s, Int, held, a), Args { d, a, ..ZERO }, None),
        Op::I32Extend16S { d, a } => (one_to!(integer::i32_extend16_s, Int, held, a), Args { d, a, ..ZERO }, None),
        Op::I64Add { d, a, b } => (two_to!(integer::i64_add, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I64Sub { d, a, b } => (two_to!(integer::i64_sub, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I64Mul { d, a, b } => (two_to!(integer::i64_mul, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I64DivS { d, a, b } => (two_to!(integer::i64_div_s, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I64DivU { d, a, b } => (two_to!(integer::i64_div_u, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I64RemS { d, a, b } => (two_to!(integer::i64_rem_s, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I64RemU { d, a, b } => (two_to!(integer::i64_rem_u, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I64And { d, a, b } => (two_to!(integer::i64_and, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I64Or { d, a, b } => (two_to!(integer::i64_or, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I64Xor { d, a, b } => (two_to!(integer::i64_xor, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I64Shl { d, a, b } => (two_to!(integer::i64_shl, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I64ShrS { d, a, b } => (two_to!(integer::i64_shr_s, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I64ShrU { d, a, b } => (two_to!(integer::i64_shr_u, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I64Rotl { d, a, b } => (two_to!(integer::i64_rotl, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I64Rotr { d, a, b } => (two_to!(integer::i64_rotr, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I64AddI { d, a, imm } => (one_to!(integer::i64_add_i, Int, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::I64MulI { d, a, imm } => (one_to!(integer::i64_mul_i, Int, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::I64AndI { d, a, imm } => (one_to!(integer::i64_and_i, Int, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::I64OrI { d, a, imm } => (one_to!(integer::i64_or_i, Int, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::I64XorI { d, a, imm } => (one_to!(integer::i64_xor_i, Int, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::I64ShlI { d, a, imm } => (one_to!(integer::i64_shl_i, Int, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::I64ShrSI { d, a, imm } => (one_to!(integer::i64_shr_si, Int, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::I64ShrUI { d, a, imm } => (one_to!(integer::i64_shr_ui, Int, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::I64RotlI { d, a, imm } => (one_to!(integer::i64_rotl_i, Int, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::I64Eq { d, a, b } => (two_to!(integer::i64_eq, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I64Ne { d, a, b } => (two_to!(integer::i64_ne, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I64LtS { d, a, b } => (two_to!(integer::i64_lt_s, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I64LtU { d, a, b } => (two_to!(integer::i64_lt_u, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I64LeS { d, a, b } => (two_to!(integer::i64_le_s, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I64LeU { d, a, b } => (two_to!(integer::i64_le_u, Int, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::I64EqI { d, a, imm } => (one_to!(integer::i64_eq_i, Int, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::I64NeI { d, a, imm } => (one_to!(integer::i64_ne_i, Int, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::I64LtSI { d, a, imm } => (one_to!(integer::i64_lt_si, Int, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::I64LtUI { d, a, imm } => (one_to!(integer::i64_lt_ui, Int, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::I64GeSI { d, a, imm } => (one_to!(integer::i64_ge_si, Int, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::I64GeUI { d, a, imm } => (one_to!(integer::i64_ge_ui, Int, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::BrI64Eq { a, b, fall, target, taken } => (two!(integer::br_i64_eq, Int, held, a, b), Args { a, b, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrI64Ne { a, b, fall, target, taken } => (two!(integer::br_i64_ne, Int, held, a, b), Args { a, b, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrI64LtS { a, b, fall, target, taken } => (two!(integer::br_i64_lt_s, Int, held, a, b), Args { a, b, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrI64LtU { a, b, fall, target, taken } => (two!(integer::br_i64_lt_u, Int, held, a, b), Args { a, b, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrI64LeS { a, b, fall, target, taken } => (two!(integer::br_i64_le_s, Int, held, a, b), Args { a, b, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrI64LeU { a, b, fall, target, taken } => (two!(integer::br_i64_le_u, Int, held, a, b), Args { a, b, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrI64EqI { a, imm, fall, target, taken } => (one!(integer::br_i64_eq_i, Int, held, a), Args { a, imm: imm.cast_unsigned(), c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrI64NeI { a, imm, fall, target, taken } => (one!(integer::br_i64_ne_i, Int, held, a), Args { a, imm: imm.cast_unsigned(), c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrI64LtSI { a, imm, fall, target, taken } => (one!(integer::br_i64_lt_si, Int, held, a), Args { a, imm: imm.cast_unsigned(), c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrI64LtUI { a, imm, fall, target, taken } => (one!(integer::br_i64_lt_ui, Int, held, a), Args { a, imm: imm.cast_unsigned(), c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrI64GeSI { a, imm, fall, target, taken } => (one!(integer::br_i64_ge_si, Int, held, a), Args { a, imm: imm.cast_unsigned(), c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrI64GeUI { a, imm, fall, target, taken } => (one!(integer::br_i64_ge_ui, Int, held, a), Args { a, imm: imm.cast_unsigned(), c: fall, d: taken, ..ZERO }, Some(target)),
        Op::I64Clz { d, a } => (one_to!(integer::i64_clz, Int, held, a), Args { d, a, ..ZERO }, None),
        Op::I64Ctz { d, a } => (one_to!(integer::i64_ctz, Int, held, a), Args { d, a, ..ZERO }, None),
        Op::I64Popcnt { d, a } => (one_to!(integer::i64_popcnt, Int, held, a), Args { d, a, ..ZERO }, None),
        Op::I64Extend8S { d, a } => (one_to!(integer::i64_extend8_s, Int, held, a), Args { d, a, ..ZERO }, None),
        Op::I64Extend16S { d, a } => (one_to!(integer::i64_extend16_s, Int, held, a), Args { d, a, ..ZERO }, None),
        Op::I64Extend32S { d, a } => (one_to!(integer::i64_extend32_s, Int, held, a), Args { d, a, ..ZERO }, None),
        Op::I32WrapI64 { d, a } => (one_to!(integer::i32_wrap_i64, Int, held, a), Args { d, a, ..ZERO }, None),
        Op::F32Add { d, a, b } => (two_to!(float::f32_add, F32, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::F32Sub { d, a, b } => (two_to!(float::f32_sub, F32, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::F32Mul { d, a, b } => (two_to!(float::f32_mul, F32, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::F32Div { d, a, b } => (two_to!(float::f32_div, F32, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::F32Min { d, a, b } => (two_to!(float::f32_min, F32, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::F32Max { d, a, b } => (two_to!(float::f32_max, F32, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::F32Copysign { d, a, b } => (two_to!(float::f32_copysign, F32, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::F32AddI { d, a, imm } => (one_to!(float::f32_add_i, F32, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::F32SubI { d, a, imm } => (one_to!(float::f32_sub_i, F32, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::F32MulI { d, a, imm } => (one_to!(float::f32_mul_i, F32, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::F32DivI { d, a, imm } => (one_to!(float::f32_div_i, F32, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::F32SubLI { d, a, imm } => (one_to!(float::f32_sub_li, F32, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::F32DivLI { d, a, imm } => (one_to!(float::f32_div_li, F32, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::F32Eq { d, a, b } => (two_to!(float::f32_eq, F32, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::F32Ne { d, a, b } => (two_to!(float::f32_ne, F32, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::F32Lt { d, a, b } => (two_to!(float::f32_lt, F32, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::F32Le { d, a, b } => (two_to!(float::f32_le, F32, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::BrF32Eq { a, b, fall, target, taken } => (two!(float::br_f32_eq, F32, held, a, b), Args { a, b, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrF32Ne { a, b, fall, target, taken } => (two!(float::br_f32_ne, F32, held, a, b), Args { a, b, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrF32Lt { a, b, fall, target, taken } => (two!(float::br_f32_lt, F32, held, a, b), Args { a, b, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrF32Le { a, b, fall, target, taken } => (two!(float::br_f32_le, F32, held, a, b), Args { a, b, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrF32Nlt { a, b, fall, target, taken } => (two!(float::br_f32_nlt, F32, held, a, b), Args { a, b, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrF32Nle { a, b, fall, target, taken } => (two!(float::br_f32_nle, F32, held, a, b), Args { a, b, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::F32Abs { d, a } => (one_to!(float::f32_abs, F32, held, a), Args { d, a, ..ZERO }, None),
        Op::F32Neg { d, a } => (one_to!(float::f32_neg, F32, held, a), Args { d, a, ..ZERO }, None),
        Op::F32Ceil { d, a } => (one_to!(float::f32_ceil, F32, held, a), Args { d, a, ..ZERO }, None),
        Op::F32Floor { d, a } => (one_to!(float::f32_floor, F32, held, a), Args { d, a, ..ZERO }, None),
        Op::F32Trunc { d, a } => (one_to!(float::f32_trunc, F32, held, a), Args { d, a, ..ZERO }, None),
        Op::F32Nearest { d, a } => (one_to!(float::f32_nearest, F32, held, a), Args { d, a, ..ZERO }, None),
        Op::F32Sqrt { d, a } => (one_to!(float::f32_sqrt, F32, held, a), Args { d, a, ..ZERO }, None),
        Op::F64Add { d, a, b } => (two_to!(float::f64_add, F64, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::F64Sub { d, a, b } => (two_to!(float::f64_sub, F64, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::F64Mul { d, a, b } => (two_to!(float::f64_mul, F64, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::F64Div { d, a, b } => (two_to!(float::f64_div, F64, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::F64Min { d, a, b } => (two_to!(float::f64_min, F64, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::F64Max { d, a, b } => (two_to!(float::f64_max, F64, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::F64Copysign { d, a, b } => (two_to!(float::f64_copysign, F64, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::F64AddI { d, a, imm } => (one_to!(float::f64_add_i, F64, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::F64SubI { d, a, imm } => (one_to!(float::f64_sub_i, F64, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::F64MulI { d, a, imm } => (one_to!(float::f64_mul_i, F64, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::F64DivI { d, a, imm } => (one_to!(float::f64_div_i, F64, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::F64SubLI { d, a, imm } => (one_to!(float::f64_sub_li, F64, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::F64DivLI { d, a, imm } => (one_to!(float::f64_div_li, F64, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::F64Eq { d, a, b } => (two_to!(float::f64_eq, F64, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::F64Ne { d, a, b } => (two_to!(float::f64_ne, F64, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::F64Lt { d, a, b } => (two_to!(float::f64_lt, F64, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::F64Le { d, a, b } => (two_to!(float::f64_le, F64, held, a, b), Args { d, a, b, ..ZERO }, None),
        Op::BrF64Eq { a, b, fall, target, taken } => (two!(float::br_f64_eq, F64, held, a, b), Args { a, b, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrF64Ne { a, b, fall, target, taken } => (two!(float::br_f64_ne, F64, held, a, b), Args { a, b, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrF64Lt { a, b, fall, target, taken } => (two!(float::br_f64_lt, F64, held, a, b), Args { a, b, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrF64Le { a, b, fall, target, taken } => (two!(float::br_f64_le, F64, held, a, b), Args { a, b, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrF64Nlt { a, b, fall, target, taken } => (two!(float::br_f64_nlt, F64, held, a, b), Args { a, b, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrF64Nle { a, b, fall, target, taken } => (two!(float::br_f64_nle, F64, held, a, b), Args { a, b, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::F64Abs { d, a } => (one_to!(float::f64_abs, F64, held, a), Args { d, a, ..ZERO }, None),
        Op::F64Neg { d, a } => (one_to!(float::f64_neg, F64, held, a), Args { d, a, ..ZERO }, None),
        Op::F64Ceil { d, a } => (one_to!(float::f64_ceil, F64, held, a), Args { d, a, ..ZERO }, None),
        Op::F64Floor { d, a } => (one_to!(float::f64_floor, F64, held, a), Args { d, a, ..ZERO }, None),
        Op::F64Trunc { d, a } => (one_to!(float::f64_trunc, F64, held, a), Args { d, a, ..ZERO }, None),
        Op::F64Nearest { d, a } => (one_to!(float::f64_nearest, F64, held, a), Args { d, a, ..ZERO }, None),
        Op::F64Sqrt { d, a } => (one_to!(float::f64_sqrt, F64, held, a), Args { d, a, ..ZERO }, None),
        Op::I32TruncF32S { d, a } => (one_to!(float::i32_trunc_f32_s, F32, held, a), Args { d, a, ..ZERO }, None),
        Op::I32TruncSatF32S { d, a } => (one_to!(float::i32_trunc_sat_f32_s, F32, held, a), Args { d, a, ..ZERO }, None),
        Op::F32ConvertI32S { d, a } => (one_to!(float::f32_convert_i32_s, Int, held, a), Args { d, a, ..ZERO }, None),
        Op::I32TruncF32U { d, a } => (one_to!(float::i32_trunc_f32_u, F32, held, a), Args { d, a, ..ZERO }, None),
        Op::I32TruncSatF32U { d, a } => (one_to!(float::i32_trunc_sat_f32_u, F32, held, a), Args { d, a, ..ZERO }, None),
        Op::F32ConvertI32U { d, a } => (one_to!(float::f32_convert_i32_u, Int, held, a), Args { d, a, ..ZERO }, None),
        Op::I32TruncF64S { d, a } => (one_to!(float::i32_trunc_f64_s, F64, held, a), Args { d, a, ..ZERO }, None),
        Op::I32TruncSatF64S { d, a } => (one_to!(float::i32_trunc_sat_f64_s, F64, held, a), Args { d, a, ..ZERO }, None),
        Op::F64ConvertI32S { d, a } => (one_to!(float::f64_convert_i32_s, Int, held, a), Args { d, a, ..ZERO }, None),
        Op::I32TruncF64U { d, a } => (one_to!(float::i32_trunc_f64_u, F64, held, a), Args { d, a, ..ZERO }, None),
        Op::I32TruncSatF64U { d, a } => (one_to!(float::i32_trunc_sat_f64_u, F64, held, a), Args { d, a, ..ZERO }, None),
        Op::F64ConvertI32U { d, a } => (one_to!(float::f64_convert_i32_u, Int, held, a), Args { d, a, ..ZERO }, None),
        Op::I64TruncF32S { d, a } => (one_to!(float::i64_trunc_f32_s, F32, held, a), Args { d, a, ..ZERO }, None),
        Op::I64TruncSatF32S { d, a } => (one_to!(float::i64_trunc_sat_f32_s, F32, held, a), Args { d, a, ..ZERO }, None),
        Op::F32ConvertI64S { d, a } => (one_to!(float::f32_convert_i64_s, Int, held, a), Args { d, a, ..ZERO }, None),
        Op::I64TruncF32U { d, a } => (one_to!(float::i64_trunc_f32_u, F32, held, a), Args { d, a, ..ZERO }, None),
        Op::I64TruncSatF32U { d, a } => (one_to!(float::i64_trunc_sat_f32_u, F32, held, a), Args { d, a, ..ZERO }, None),
        Op::F32ConvertI64U { d, a } => (one_to!(float::f32_convert_i64_u, Int, held, a), Args { d, a, ..ZERO }, None),
        Op::I64TruncF64S { d, a } => (one_to!(float::i64_trunc_f64_s, F64, held, a), Args { d, a, ..ZERO }, None),
        Op::I64TruncSatF64S { d, a } => (one_to!(float::i64_trunc_sat_f64_s, F64, held, a), Args { d, a, ..ZERO }, None),
        Op::F64ConvertI64S { d, a } => (one_to!(float::f64_convert_i64_s, Int, held, a), Args { d, a, ..ZERO }, None),
        Op::I64TruncF64U { d, a } => (one_to!(float::i64_trunc_f64_u, F64, held, a), Args { d, a, ..ZERO }, None),
        Op::I64TruncSatF64U { d, a } => (one_to!(float::i64_trunc_sat_f64_u, F64, held, a), Args { d, a, ..ZERO }, None),
        Op::F64ConvertI64U { d, a } => (one_to!(float::f64_convert_i64_u, Int, held, a), Args { d, a, ..ZERO }, None),
        Op::F32DemoteF64 { d, a } => (one_to!(float::f32_demote_f64, F64, held, a), Args { d, a, ..ZERO }, None),
        Op::F64PromoteF32 { d, a } => (one_to!(float::f64_promote_f32, F32, held, a), Args { d, a, ..ZERO }, None),
        Op::Load8U { d, a, add, offset } => (load_plain::<B>(LoadKind::U8, held, a), Args { d, a, imm: add, wide: u64::from(offset), ..ZERO }, None),
        Op::Load16U { d, a, add, offset } => (load_plain::<B>(LoadKind::U16, held, a), Args { d, a, imm: add, wide: u64::from(offset), ..ZERO }, None),
        Op::Load32 { d, a, add, offset } => (load_plain::<B>(LoadKind::U32, held, a), Args { d, a, imm: add, wide: u64::from(offset), ..ZERO }, None),
        Op::Load64 { d, a, add, offset } => (load_plain::<B>(LoadKind::U64, held, a), Args { d, a, imm: add, wide: u64::from(offset), ..ZERO }, None),
        Op::LoadF32 { d, a, add, offset } => (load_plain::<B>(LoadKind::F32, held, a), Args { d, a, imm: add, wide: u64::from(offset), ..ZERO }, None),
        Op::LoadF64 { d, a, add, offset } => (load_plain::<B>(LoadKind::F64, held, a), Args { d, a, imm: add, wide: u64::from(offset), ..ZERO }, None),
        Op::Load8S32 { d, a, add, offset } => (load_plain::<B>(LoadKind::S8To32, held, a), Args { d, a, imm: add, wide: u64::from(offset), ..ZERO }, None),
        Op::Load16S32 { d, a, add, offset } => (load_plain::<B>(LoadKind::S16To32, held, a), Args { d, a, imm: add, wide: u64::from(offset), ..ZERO }, None),
        Op::Load8S64 { d, a, add, offset } => (load_plain::<B>(LoadKind::S8To64, held, a), Args { d, a, imm: add, wide: u64::from(offset), ..ZERO }, None),
        Op::Load16S64 { d, a, add, offset } => (load_plain::<B>(LoadKind::S16To64, held, a), Args { d, a, imm: add, wide: u64::from(offset), ..ZERO }, None),
        Op::Load32S64 { d, a, add, offset } => (load_plain::<B>(LoadKind::S32To64, held, a), Args { d, a, imm: add, wide: u64::from(offset), ..ZERO }, None),
        Op::Store8 { a, b, add, offset } => (store_plain::<B>(StoreKind::U8, held, a, b), Args { d: b, a, imm: add, wide: u64::from(offset), ..ZERO }, None),
        Op::Store16 { a, b, add, offset } => (store_plain::<B>(StoreKind::U16, held, a, b), Args { d: b, a, imm: add, wide: u64::from(offset), ..ZERO }, None),
        Op::Store32 { a, b, add, offset } => (store_plain::<B>(StoreKind::U32, held, a, b), Args { d: b, a, imm: add, wide: u64::from(offset), ..ZERO }, None),
        Op::Store64 { a, b, add, offset } => (store_plain::<B>(StoreKind::U64, held, a, b), Args { d: b, a, imm: add, wide: u64::from(offset), ..ZERO }, None),
        Op::Store8I { a, imm, add, offset } => (plain!(memory::store8_i, held, a), Args { a, imm: add, wide: u64::from(offset) | u64::from(imm) << 32, ..ZERO }, None),
        Op::Store16I { a, imm, add, offset } => (plain!(memory::store16_i, held, a), Args { a, imm: add, wide: u64::from(offset) | u64::from(imm) << 32, ..ZERO }, None),
        Op::Store32I { a, imm, add, offset } => (plain!(memory::store32_i, held, a), Args { a, imm: add, wide: u64::from(offset) | u64::from(imm) << 32, ..ZERO }, None),
        Op::Store64I { a, imm, add, offset } => (plain!(memory::store64_i, held, a), Args { a, imm: add, wide: u64::from(offset) | u64::from(imm.cast_unsigned()) << 32, ..ZERO }, None),
        Op::MemoryFill { to, value, len, index } => (memory::memory_fill::<B>, Args { d: to, a: value, b: len, imm: index, ..ZERO }, None),
        Op::MemoryCopy { to, from, len, index } => (memory::memory_copy::<B>, Args { d: to, a: from, b: len, imm: index, ..ZERO }, None),
        Op::SelectI { d, a, c, imm } => (two_to!(integer::select_i, Int, held, a, c), Args { d, a, c, wide: imm, ..ZERO }, None),
        Op::SelectIL { d, b, c, imm } => (two_to!(integer::select_il, Int, held, b, c), Args { d, b, c, wide: imm, ..ZERO }, None),
        Op::I32ShlAdd { d, a, b, shift } => (two_to!(integer::i32_shl_add, Int, held, a, b), Args { d, a, b, imm: shift, ..ZERO }, None),
        Op::F32MulAdd { d, a, b, c } => (three_to!(float::f32_mul_add, F32, held, a, b, c), Args { d, a, b, c, ..ZERO }, None),
        Op::F64MulAdd { d, a, b, c } => (three_to!(float::f64_mul_add, F64, held, a, b, c), Args { d, a, b, c, ..ZERO }, None),
        Op::F32MulSub { d, a, b, c } => (three_to!(float::f32_mul_sub, F32, held, a, b, c), Args { d, a, b, c, ..ZERO }, None),
        Op::F64MulSub { d, a, b, c } => (three_to!(float::f64_mul_sub, F64, held, a, b, c), Args { d, a, b, c, ..ZERO }, None),
        Op::F32LtI { d, a, imm } => (one_to!(float::f32_lt_i, F32, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::F32GtI { d, a, imm } => (one_to!(float::f32_gt_i, F32, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::F32LeI { d, a, imm } => (one_to!(float::f32_le_i, F32, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::F32GeI { d, a, imm } => (one_to!(float::f32_ge_i, F32, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::F64LtI { d, a, imm } => (one_to!(float::f64_lt_i, F64, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::F64GtI { d, a, imm } => (one_to!(float::f64_gt_i, F64, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::F64LeI { d, a, imm } => (one_to!(float::f64_le_i, F64, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::F64GeI { d, a, imm } => (one_to!(float::f64_ge_i, F64, held, a), Args { d, a, wide: imm, ..ZERO }, None),
        Op::BrF32LtI { a, imm, fall, target, taken } => (one!(float::br_f32_lt_i, F32, held, a), Args { a, imm, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrF32GtI { a, imm, fall, target, taken } => (one!(float::br_f32_gt_i, F32, held, a), Args { a, imm, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrF32LeI { a, imm, fall, target, taken } => (one!(float::br_f32_le_i, F32, held, a), Args { a, imm, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrF32GeI { a, imm, fall, target, taken } => (one!(float::br_f32_ge_i, F32, held, a), Args { a, imm, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrF32NltI { a, imm, fall, target, taken } => (one!(float::br_f32_nlt_i, F32, held, a), Args { a, imm, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrF32NgtI { a, imm, fall, target, taken } => (one!(float::br_f32_ngt_i, F32, held, a), Args { a, imm, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrF32NleI { a, imm, fall, target, taken } => (one!(float::br_f32_nle_i, F32, held, a), Args { a, imm, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrF32NgeI { a, imm, fall, target, taken } => (one!(float::br_f32_nge_i, F32, held, a), Args { a, imm, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrF64LtI { a, imm, fall, target, taken } => (one!(float::br_f64_lt_i, F64, held, a), Args { a, imm, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrF64GtI { a, imm, fall, target, taken } => (one!(float::br_f64_gt_i, F64, held, a), Args { a, imm, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrF64LeI { a, imm, fall, target, taken } => (one!(float::br_f64_le_i, F64, held, a), Args { a, imm, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrF64GeI { a, imm, fall, target, taken } => (one!(float::br_f64_ge_i, F64, held, a), Args { a, imm, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrF64NltI { a, imm, fall, target, taken } => (one!(float::br_f64_nlt_i, F64, held, a), Args { a, imm, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrF64NgtI { a, imm, fall, target, taken } => (one!(float::br_f64_ngt_i, F64, held, a), Args { a, imm, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrF64NleI { a, imm, fall, target, taken } => (one!(float::br_f64_nle_i, F64, held, a), Args { a, imm, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::BrF64NgeI { a, imm, fall, target, taken } => (one!(float::br_f64_nge_i, F64, held, a), Args { a, imm, c: fall, d: taken, ..ZERO }, Some(target)),
        Op::V128Load { d, a, add, offset } => (vector::load::<B>, Args { d, a, imm: add, wide: u64::from(offset), ..ZERO }, None),
        Op::V128Store { a, b, add, offset } => (vector::store::<B>, Args { a, b, imm: add, wide: u64::from(offset), ..ZERO }, None),
        Op::V128Copy { d, a } => (vector::copy::<B>, Args { d, a, ..ZERO }, None),
        Op::V128Select { d, a, b, c } => (vector::select::<B>, Args { d, a, b, c, ..ZERO }, None),
        Op::V128Bitselect { d, a, b, c } => (vector::bitselect::<B>, Args { d, a, b, c, ..ZERO }, None),
        Op::V128Splat { d, a, log2_bytes } => (vector::splat::<B>, Args { d, a, b: log2_bytes.into(), ..ZERO }, None),
        Op::V128ExtendZero { d, a } => (vector::extend_zero::<B>, Args { d, a, ..ZERO }, None),
        Op::V128ExtractLane { d, a, log2_bytes, shift } => (vector::extract_lane::<B>, Args { d, a, b: log2_bytes.into(), imm: shift.into(), ..ZERO }, None),
        Op::V128ReplaceLane { d, a, b, log2_bytes, lane } => (vector::replace_lane::<B>, Args { d, a, b, c: log2_bytes.into(), imm: lane.into(), ..ZERO }, None),
        Op::I64Add128 { d, a } => (integer::i64_add128::<B>, Args { d, a, ..ZERO }, None),
        Op::I64Sub128 { d, a } => (integer::i64_sub128::<B>, Args { d, a, ..ZERO }, None),
        Op::I64MulWideS { d, a, b } => (integer::i64_mul_wide_s::<B>, Args { d, a, b, ..ZERO }, None),
        Op::I64MulWideU { d, a, b } => (integer::i64_mul_wide_u::<B>, Args { d, a, b, ..ZERO }, None),
        Op::V128Plain { d, a, b, opcode } => {
            let (_, handler) = vector::operator::<B>(opcode).expect("an operator without immediates");
            (handler, Args { d, a, b, ..ZERO }, None)
        }
        // The constants that follow are never executed.
        Op::V128Const { d, value } => (vector::constant::<B>, Args { d, wide: value, ..ZERO }, Some(at + 2)),
        Op::I8x16Shuffle { d, a, b } => {
            let wide = if let Some(Op::Const { value, .. }) = rest.get(1) { *value } else { 0 };
            (vector::shuffle::<B>, Args { d, a, b, wide, ..ZERO }, Some(at + 3))
        }
        Op::V128Relaxed { index, .. } => (vector::relaxed::<B>, Args { imm: index, ..ZERO }, None),
        Op::LoadIndex { d, a, b, kind, shift, offset } => {
            (load_index::<B>(kind, shift, held, (a, b)), Args { d, a, b, wide: offset.into(), ..ZERO }, None)
        }
        Op::StoreIndex { a, b, value, kind, shift, offset } => {
            (store_index::<B>(kind, shift, held, b, value), Args { d: value, a, b, wide: offset.into(), ..ZERO }, None)
        }
        Op::LoadScaled { d, b, kind, shift, add, offset } => {
            (load_scaled::<B>(kind, shift, held, b), Args { d, b, imm: add, wide: offset.into(), ..ZERO }, None)
        }
        Op::StoreScaled { b, value, kind, shift, add, offset } => {
            (store_scaled::<B>(kind, shift, held, b, value), Args { d: value, b, imm: add, wide: offset.into(), ..ZERO }, None)
        }
        Op::LoadAt { d, kind, at } => (memory::load::<B, Fixed>(kind, held), Args { d, wide: at, ..ZERO }, None),
        Op::StoreAt { value, kind, at } => {
            (memory::store::<B, Fixed>(kind, held, value), Args { d: value, wide: at, ..ZERO }, None)
        }
        Op::BrI32AddI { condition, d, a, add, b, fall, target, taken } => {
            (joined!(add_i, held, condition), Args { d, a, b, c: fall, imm: add, wide: taken.into() }, Some(target))
        }
        Op::BrI32AddII { condition, d, a, add, imm, fall, target, taken } => {
            let wide = u64::from(taken) | u64::from(imm) << 32;
            (joined!(add_ii, held, condition), Args { d, a, b: 0, c: fall, imm: add, wide }, Some(target))
        }
        Op::BrI32Add { condition, d, a, x, b, fall, target, taken } => {
            (joined!(add, held, condition), Args { d, a, b, c: fall, imm: x.into(), wide: taken.into() }, Some(target))
        }
        Op::BrI32AddXI { condition, d, a, x, imm, fall, target, taken } => {
            (joined!(add_x_i, held, condition), Args { d, a, b: x, c: fall, imm, wide: taken.into() }, Some(target))
        }
        Op::BrAndI { some, d, a, imm, fall, target, taken } => {
            let handler: Handler =
                if some { one_to!(joined::and_some, Int, held, a) } else { one_to!(joined::and_none, Int, held, a) };
            (handler, Args { d, a, b: 0, c: fall, imm, wide: taken.into() }, Some(target))
        }
        Op::LoadM { d, a, kind, offset, .. } => (memory::load_64::<B>(kind), Args { d, a, wide: offset, ..ZERO }, None),
        Op::StoreM { a, b, kind, offset, .. } => (memory::store_64::<B>(kind), Args { a, b, wide: offset, ..ZERO }, None),
    };
    Instruction { handler, args, target }
}
