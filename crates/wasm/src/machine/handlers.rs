//! The handlers: what each operation does.
//!
//! Spec: core specification, "Instructions".

mod control;
mod float;
mod integer;
mod memory;
pub(crate) mod vector;

use super::dispatch::{Context, Handler, Regs, next, out_of_fuel};
use crate::op::Op;

/// Declares handlers that read and write cells only.
macro_rules! compute {
    ($($name:ident: $op:ident { $($field:ident),* }, $r:ident => $body:expr;)*) => {$(
        pub(super) fn $name<'a>(cx: &mut Context<'a>, ip: &'a [Op], $r: Regs<'a>, mem: &'a mut [u8]) {
            let [Op::$op { $($field),* }, rest @ ..] = ip else { return };
            $(let $field = *$field;)*
            $body;
            next(cx, rest, $r, mem);
        }
    )*};
}

/// Declares handlers that write the cell `d`, or trap.
macro_rules! attempt {
    ($($name:ident: $op:ident { $($field:ident),* }, $r:ident => $body:expr;)*) => {$(
        pub(super) fn $name<'a>(cx: &mut Context<'a>, ip: &'a [Op], $r: Regs<'a>, mem: &'a mut [u8]) {
            let [Op::$op { d, $($field),* }, rest @ ..] = ip else { return };
            $(let $field = *$field;)*
            match $body {
                Ok(value) => {
                    $r.set(*d, value as u64);
                    next(cx, rest, $r, mem);
                }
                Err(rule) => trap(cx, rest, rule),
            }
        }
    )*};
}

/// Declares handlers of branches: taken when the condition holds.
macro_rules! branch {
    ($($name:ident: $op:ident { $($field:ident),* }, $r:ident => $condition:expr;)*) => {$(
        pub(super) fn $name<'a>(cx: &mut Context<'a>, ip: &'a [Op], $r: Regs<'a>, mem: &'a mut [u8]) {
            let [Op::$op { $($field,)* target, taken, fall }, rest @ ..] = ip else { return };
            $(let $field = *$field;)*
            if $condition {
                pay(cx, &cx.ops[crate::index(*target)..], u32::from(*taken), $r, mem);
            } else {
                pay(cx, rest, u32::from(*fall), $r, mem);
            }
        }
    )*};
}

/// Declares handlers that write a float to the cell `d`; NaNs, which are rare, become canonical on a path of their own.
macro_rules! arithmetic {
    ($($name:ident: $op:ident { $($field:ident),* }, $nan:ident, $r:ident => $body:expr;)*) => {$(
        pub(super) fn $name<'a>(cx: &mut Context<'a>, ip: &'a [Op], $r: Regs<'a>, mem: &'a mut [u8]) {
            let [Op::$op { d, $($field),* }, rest @ ..] = ip else { return };
            $(let $field = *$field;)*
            let value = $body;
            if value.is_nan() {
                return $nan(cx, ip, $r, mem);
            }
            $r.set(*d, u64::from(value.to_bits()));
            next(cx, rest, $r, mem);
        }
    )*};
}

use {arithmetic, attempt, branch, compute};

/// Goes on at operations that cost something.
#[inline(always)]
fn pay<'a>(cx: &mut Context<'a>, rest: &'a [Op], cost: u32, r: Regs<'a>, mem: &'a mut [u8]) {
    match cx.fuel.checked_sub(u64::from(cost)) {
        Some(fuel) => {
            cx.fuel = fuel;
            next(cx, rest, r, mem);
        }
        None => out_of_fuel(cx, rest, cost),
    }
}

/// The handler of an operation.
#[inline(always)]
#[expect(clippy::too_many_lines, reason = "one line for each operation")]
pub(super) fn handler_of(op: &Op) -> Handler {
    match op {
        Op::Unreachable => control::unreachable,
        Op::Slow { .. } => control::slow,
        Op::Charge { .. } => control::charge,
        Op::Copy { .. } => integer::copy,
        Op::Copy2 { .. } => integer::copy2,
        Op::Copy3 { .. } => integer::copy3,
        Op::Const { .. } => integer::constant,
        Op::Select { .. } => integer::select,
        Op::Br { .. } => control::br,
        Op::BrTable { .. } => control::br_table,
        Op::Return0 { .. } => control::return0,
        Op::Return1 { .. } => control::return1,
        Op::ReturnN { .. } => control::return_n,
        Op::Call { .. } => control::call,
        Op::CallImport { .. } => control::call_import,
        Op::CallIndirect { .. } => control::call_indirect,
        Op::CallRef { .. } => control::call_ref,
        Op::ReturnCall { .. } => control::return_call,
        Op::ReturnCallImport { .. } => control::return_call_import,
        Op::ReturnCallIndirect { .. } => control::return_call_indirect,
        Op::ReturnCallRef { .. } => control::return_call_ref,
        Op::GlobalGet { .. } => control::global_get,
        Op::GlobalSet { .. } => control::global_set,
        Op::I32Add { .. } => integer::i32_add,
        Op::I32Sub { .. } => integer::i32_sub,
        Op::I32Mul { .. } => integer::i32_mul,
        Op::I32DivS { .. } => integer::i32_div_s,
        Op::I32DivU { .. } => integer::i32_div_u,
        Op::I32RemS { .. } => integer::i32_rem_s,
        Op::I32RemU { .. } => integer::i32_rem_u,
        Op::I32And { .. } => integer::i32_and,
        Op::I32Or { .. } => integer::i32_or,
        Op::I32Xor { .. } => integer::i32_xor,
        Op::I32Shl { .. } => integer::i32_shl,
        Op::I32ShrS { .. } => integer::i32_shr_s,
        Op::I32ShrU { .. } => integer::i32_shr_u,
        Op::I32Rotl { .. } => integer::i32_rotl,
        Op::I32Rotr { .. } => integer::i32_rotr,
        Op::I32AddI { .. } => integer::i32_add_i,
        Op::I32MulI { .. } => integer::i32_mul_i,
        Op::I32AndI { .. } => integer::i32_and_i,
        Op::I32OrI { .. } => integer::i32_or_i,
        Op::I32XorI { .. } => integer::i32_xor_i,
        Op::I32ShlI { .. } => integer::i32_shl_i,
        Op::I32ShrSI { .. } => integer::i32_shr_si,
        Op::I32ShrUI { .. } => integer::i32_shr_ui,
        Op::I32RotlI { .. } => integer::i32_rotl_i,
        Op::I32Eq { .. } => integer::i32_eq,
        Op::I32Ne { .. } => integer::i32_ne,
        Op::I32LtS { .. } => integer::i32_lt_s,
        Op::I32LtU { .. } => integer::i32_lt_u,
        Op::I32LeS { .. } => integer::i32_le_s,
        Op::I32LeU { .. } => integer::i32_le_u,
        Op::I32EqI { .. } => integer::i32_eq_i,
        Op::I32NeI { .. } => integer::i32_ne_i,
        Op::I32LtSI { .. } => integer::i32_lt_si,
        Op::I32LtUI { .. } => integer::i32_lt_ui,
        Op::I32GeSI { .. } => integer::i32_ge_si,
        Op::I32GeUI { .. } => integer::i32_ge_ui,
        Op::BrI32Eq { .. } => integer::br_i32_eq,
        Op::BrI32Ne { .. } => integer::br_i32_ne,
        Op::BrI32LtS { .. } => integer::br_i32_lt_s,
        Op::BrI32LtU { .. } => integer::br_i32_lt_u,
        Op::BrI32LeS { .. } => integer::br_i32_le_s,
        Op::BrI32LeU { .. } => integer::br_i32_le_u,
        Op::BrI32EqI { .. } => integer::br_i32_eq_i,
        Op::BrI32NeI { .. } => integer::br_i32_ne_i,
        Op::BrI32LtSI { .. } => integer::br_i32_lt_si,
        Op::BrI32LtUI { .. } => integer::br_i32_lt_ui,
        Op::BrI32GeSI { .. } => integer::br_i32_ge_si,
        Op::BrI32GeUI { .. } => integer::br_i32_ge_ui,
        Op::I32Clz { .. } => integer::i32_clz,
        Op::I32Ctz { .. } => integer::i32_ctz,
        Op::I32Popcnt { .. } => integer::i32_popcnt,
        Op::I32Extend8S { .. } => integer::i32_extend8_s,
        Op::I32Extend16S { .. } => integer::i32_extend16_s,
        Op::I64Add { .. } => integer::i64_add,
        Op::I64Sub { .. } => integer::i64_sub,
        Op::I64Mul { .. } => integer::i64_mul,
        Op::I64DivS { .. } => integer::i64_div_s,
        Op::I64DivU { .. } => integer::i64_div_u,
        Op::I64RemS { .. } => integer::i64_rem_s,
        Op::I64RemU { .. } => integer::i64_rem_u,
        Op::I64And { .. } => integer::i64_and,
        Op::I64Or { .. } => integer::i64_or,
        Op::I64Xor { .. } => integer::i64_xor,
        Op::I64Shl { .. } => integer::i64_shl,
        Op::I64ShrS { .. } => integer::i64_shr_s,
        Op::I64ShrU { .. } => integer::i64_shr_u,
        Op::I64Rotl { .. } => integer::i64_rotl,
        Op::I64Rotr { .. } => integer::i64_rotr,
        Op::I64AddI { .. } => integer::i64_add_i,
        Op::I64MulI { .. } => integer::i64_mul_i,
        Op::I64AndI { .. } => integer::i64_and_i,
        Op::I64OrI { .. } => integer::i64_or_i,
        Op::I64XorI { .. } => integer::i64_xor_i,
        Op::I64ShlI { .. } => integer::i64_shl_i,
        Op::I64ShrSI { .. } => integer::i64_shr_si,
        Op::I64ShrUI { .. } => integer::i64_shr_ui,
        Op::I64RotlI { .. } => integer::i64_rotl_i,
        Op::I64Eq { .. } => integer::i64_eq,
        Op::I64Ne { .. } => integer::i64_ne,
        Op::I64LtS { .. } => integer::i64_lt_s,
        Op::I64LtU { .. } => integer::i64_lt_u,
        Op::I64LeS { .. } => integer::i64_le_s,
        Op::I64LeU { .. } => integer::i64_le_u,
        Op::I64EqI { .. } => integer::i64_eq_i,
        Op::I64NeI { .. } => integer::i64_ne_i,
        Op::I64LtSI { .. } => integer::i64_lt_si,
        Op::I64LtUI { .. } => integer::i64_lt_ui,
        Op::I64GeSI { .. } => integer::i64_ge_si,
        Op::I64GeUI { .. } => integer::i64_ge_ui,
        Op::BrI64Eq { .. } => integer::br_i64_eq,
        Op::BrI64Ne { .. } => integer::br_i64_ne,
        Op::BrI64LtS { .. } => integer::br_i64_lt_s,
        Op::BrI64LtU { .. } => integer::br_i64_lt_u,
        Op::BrI64LeS { .. } => integer::br_i64_le_s,
        Op::BrI64LeU { .. } => integer::br_i64_le_u,
        Op::BrI64EqI { .. } => integer::br_i64_eq_i,
        Op::BrI64NeI { .. } => integer::br_i64_ne_i,
        Op::BrI64LtSI { .. } => integer::br_i64_lt_si,
        Op::BrI64LtUI { .. } => integer::br_i64_lt_ui,
        Op::BrI64GeSI { .. } => integer::br_i64_ge_si,
        Op::BrI64GeUI { .. } => integer::br_i64_ge_ui,
        Op::I64Clz { .. } => integer::i64_clz,
        Op::I64Ctz { .. } => integer::i64_ctz,
        Op::I64Popcnt { .. } => integer::i64_popcnt,
        Op::I64Extend8S { .. } => integer::i64_extend8_s,
        Op::I64Extend16S { .. } => integer::i64_extend16_s,
        Op::I64Extend32S { .. } => integer::i64_extend32_s,
        Op::I32WrapI64 { .. } => integer::i32_wrap_i64,
        Op::F32Add { .. } => float::f32_add,
        Op::F32Sub { .. } => float::f32_sub,
        Op::F32Mul { .. } => float::f32_mul,
        Op::F32Div { .. } => float::f32_div,
        Op::F32Min { .. } => float::f32_min,
        Op::F32Max { .. } => float::f32_max,
        Op::F32Copysign { .. } => float::f32_copysign,
        Op::F32AddI { .. } => float::f32_add_i,
        Op::F32SubI { .. } => float::f32_sub_i,
        Op::F32MulI { .. } => float::f32_mul_i,
        Op::F32DivI { .. } => float::f32_div_i,
        Op::F32SubLI { .. } => float::f32_sub_li,
        Op::F32DivLI { .. } => float::f32_div_li,
        Op::F32Eq { .. } => float::f32_eq,
        Op::F32Ne { .. } => float::f32_ne,
        Op::F32Lt { .. } => float::f32_lt,
        Op::F32Le { .. } => float::f32_le,
        Op::BrF32Eq { .. } => float::br_f32_eq,
        Op::BrF32Ne { .. } => float::br_f32_ne,
        Op::BrF32Lt { .. } => float::br_f32_lt,
        Op::BrF32Le { .. } => float::br_f32_le,
        Op::BrF32Nlt { .. } => float::br_f32_nlt,
        Op::BrF32Nle { .. } => float::br_f32_nle,
        Op::F32Abs { .. } => float::f32_abs,
        Op::F32Neg { .. } => float::f32_neg,
        Op::F32Ceil { .. } => float::f32_ceil,
        Op::F32Floor { .. } => float::f32_floor,
        Op::F32Trunc { .. } => float::f32_trunc,
        Op::F32Nearest { .. } => float::f32_nearest,
        Op::F32Sqrt { .. } => float::f32_sqrt,
        Op::F64Add { .. } => float::f64_add,
        Op::F64Sub { .. } => float::f64_sub,
        Op::F64Mul { .. } => float::f64_mul,
        Op::F64Div { .. } => float::f64_div,
        Op::F64Min { .. } => float::f64_min,
        Op::F64Max { .. } => float::f64_max,
        Op::F64Copysign { .. } => float::f64_copysign,
        Op::F64AddI { .. } => float::f64_add_i,
        Op::F64SubI { .. } => float::f64_sub_i,
        Op::F64MulI { .. } => float::f64_mul_i,
        Op::F64DivI { .. } => float::f64_div_i,
        Op::F64SubLI { .. } => float::f64_sub_li,
        Op::F64DivLI { .. } => float::f64_div_li,
        Op::F64Eq { .. } => float::f64_eq,
        Op::F64Ne { .. } => float::f64_ne,
        Op::F64Lt { .. } => float::f64_lt,
        Op::F64Le { .. } => float::f64_le,
        Op::BrF64Eq { .. } => float::br_f64_eq,
        Op::BrF64Ne { .. } => float::br_f64_ne,
        Op::BrF64Lt { .. } => float::br_f64_lt,
        Op::BrF64Le { .. } => float::br_f64_le,
        Op::BrF64Nlt { .. } => float::br_f64_nlt,
        Op::BrF64Nle { .. } => float::br_f64_nle,
        Op::F64Abs { .. } => float::f64_abs,
        Op::F64Neg { .. } => float::f64_neg,
        Op::F64Ceil { .. } => float::f64_ceil,
        Op::F64Floor { .. } => float::f64_floor,
        Op::F64Trunc { .. } => float::f64_trunc,
        Op::F64Nearest { .. } => float::f64_nearest,
        Op::F64Sqrt { .. } => float::f64_sqrt,
        Op::I32TruncF32S { .. } => float::i32_trunc_f32_s,
        Op::I32TruncSatF32S { .. } => float::i32_trunc_sat_f32_s,
        Op::F32ConvertI32S { .. } => float::f32_convert_i32_s,
        Op::I32TruncF32U { .. } => float::i32_trunc_f32_u,
        Op::I32TruncSatF32U { .. } => float::i32_trunc_sat_f32_u,
        Op::F32ConvertI32U { .. } => float::f32_convert_i32_u,
        Op::I32TruncF64S { .. } => float::i32_trunc_f64_s,
        Op::I32TruncSatF64S { .. } => float::i32_trunc_sat_f64_s,
        Op::F64ConvertI32S { .. } => float::f64_convert_i32_s,
        Op::I32TruncF64U { .. } => float::i32_trunc_f64_u,
        Op::I32TruncSatF64U { .. } => float::i32_trunc_sat_f64_u,
        Op::F64ConvertI32U { .. } => float::f64_convert_i32_u,
        Op::I64TruncF32S { .. } => float::i64_trunc_f32_s,
        Op::I64TruncSatF32S { .. } => float::i64_trunc_sat_f32_s,
        Op::F32ConvertI64S { .. } => float::f32_convert_i64_s,
        Op::I64TruncF32U { .. } => float::i64_trunc_f32_u,
        Op::I64TruncSatF32U { .. } => float::i64_trunc_sat_f32_u,
        Op::F32ConvertI64U { .. } => float::f32_convert_i64_u,
        Op::I64TruncF64S { .. } => float::i64_trunc_f64_s,
        Op::I64TruncSatF64S { .. } => float::i64_trunc_sat_f64_s,
        Op::F64ConvertI64S { .. } => float::f64_convert_i64_s,
        Op::I64TruncF64U { .. } => float::i64_trunc_f64_u,
        Op::I64TruncSatF64U { .. } => float::i64_trunc_sat_f64_u,
        Op::F64ConvertI64U { .. } => float::f64_convert_i64_u,
        Op::F32DemoteF64 { .. } => float::f32_demote_f64,
        Op::F64PromoteF32 { .. } => float::f64_promote_f32,
        Op::Load8U { .. } => memory::load8_u,
        Op::Load16U { .. } => memory::load16_u,
        Op::Load32 { .. } => memory::load32,
        Op::Load64 { .. } => memory::load64,
        Op::Load8S32 { .. } => memory::load8_s32,
        Op::Load16S32 { .. } => memory::load16_s32,
        Op::Load8S64 { .. } => memory::load8_s64,
        Op::Load16S64 { .. } => memory::load16_s64,
        Op::Load32S64 { .. } => memory::load32_s64,
        Op::Store8 { .. } => memory::store8,
        Op::Store16 { .. } => memory::store16,
        Op::Store32 { .. } => memory::store32,
        Op::Store64 { .. } => memory::store64,
        Op::Store8I { .. } => memory::store8_i,
        Op::Store16I { .. } => memory::store16_i,
        Op::Store32I { .. } => memory::store32_i,
        Op::Store64I { .. } => memory::store64_i,
        Op::MemoryFill { .. } => memory::memory_fill,
        Op::MemoryCopy { .. } => memory::memory_copy,
        Op::SelectI { .. } => integer::select_i,
        Op::SelectIL { .. } => integer::select_il,
        Op::I32ShlAdd { .. } => integer::i32_shl_add,
        Op::F32MulAdd { .. } => float::f32_mul_add,
        Op::F64MulAdd { .. } => float::f64_mul_add,
        Op::F32MulSub { .. } => float::f32_mul_sub,
        Op::F64MulSub { .. } => float::f64_mul_sub,
        Op::F32LtI { .. } => float::f32_lt_i,
        Op::F32GtI { .. } => float::f32_gt_i,
        Op::F32LeI { .. } => float::f32_le_i,
        Op::F32GeI { .. } => float::f32_ge_i,
        Op::F64LtI { .. } => float::f64_lt_i,
        Op::F64GtI { .. } => float::f64_gt_i,
        Op::F64LeI { .. } => float::f64_le_i,
        Op::F64GeI { .. } => float::f64_ge_i,
        Op::BrF32LtI { .. } => float::br_f32_lt_i,
        Op::BrF32GtI { .. } => float::br_f32_gt_i,
        Op::BrF32LeI { .. } => float::br_f32_le_i,
        Op::BrF32GeI { .. } => float::br_f32_ge_i,
        Op::BrF32NltI { .. } => float::br_f32_nlt_i,
        Op::BrF32NgtI { .. } => float::br_f32_ngt_i,
        Op::BrF32NleI { .. } => float::br_f32_nle_i,
        Op::BrF32NgeI { .. } => float::br_f32_nge_i,
        Op::BrF64LtI { .. } => float::br_f64_lt_i,
        Op::BrF64GtI { .. } => float::br_f64_gt_i,
        Op::BrF64LeI { .. } => float::br_f64_le_i,
        Op::BrF64GeI { .. } => float::br_f64_ge_i,
        Op::BrF64NltI { .. } => float::br_f64_nlt_i,
        Op::BrF64NgtI { .. } => float::br_f64_ngt_i,
        Op::BrF64NleI { .. } => float::br_f64_nle_i,
        Op::BrF64NgeI { .. } => float::br_f64_nge_i,
        Op::V128Load { .. } => vector::load,
        Op::V128Store { .. } => vector::store,
        Op::V128Copy { .. } => vector::copy,
        Op::V128Const { .. } => vector::constant,
        Op::V128Select { .. } => vector::select,
        Op::V128Plain { .. } => vector::plain,
        Op::V128Bitselect { .. } => vector::bitselect,
        Op::I8x16Shuffle { .. } => vector::shuffle,
        Op::V128Splat { .. } => vector::splat,
        Op::V128ExtendZero { .. } => vector::extend_zero,
        Op::V128ExtractLane { .. } => vector::extract_lane,
        Op::V128ReplaceLane { .. } => vector::replace_lane,
        Op::V128Relaxed { .. } => vector::relaxed,
        Op::I64Add128 { .. } => integer::i64_add128,
        Op::I64Sub128 { .. } => integer::i64_sub128,
        Op::I64MulWideS { .. } => integer::i64_mul_wide_s,
        Op::I64MulWideU { .. } => integer::i64_mul_wide_u,
        Op::LoadM { .. } => control::load_m,
        Op::StoreM { .. } => control::store_m,
    }
}
