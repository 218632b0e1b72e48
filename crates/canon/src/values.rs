//! Parameters and results: as core values, or in memory when there are too many.
//!
//! Spec: CanonicalABI.md, "Lifting and Lowering Values".

use syntax::TrapRule;
use syntax::component::PtrType;
use syntax::types::ValType;

use crate::context::{Handles, LiftLowerContext, trap_if_unaligned};
use crate::flatten::count_flat;
use crate::layout::{align_to, layout_of_record};
use crate::lift_flat::{CoreValueIter, lift_flat};
use crate::limits::{MAX_FLAT_PARAMS, REALLOC_I32_MAX};
use crate::load::load;
use crate::lower_flat::{FlatValues, lower_flat};
use crate::store::store;
use crate::value::{Value, Values};

/// Spec: CanonicalABI.md, "Lifting and Lowering Values", `lift_flat_values`.
///
/// # Errors
/// When the core values or the memory that they point to hold no values of the types.
///
/// # Panics
/// When `max_flat` is above `MAX_FLAT_PARAMS`.
#[inline]
pub fn lift_flat_values<C: Handles>(
    cx: &mut LiftLowerContext<'_, C>,
    max_flat: usize,
    vi: &mut CoreValueIter<'_>,
    ts: impl Iterator<Item = ValType> + Clone,
) -> Result<Values, C::Error> {
    assert!(max_flat <= MAX_FLAT_PARAMS, "core types are counted to MAX_FLAT_PARAMS");
    let mut values = Values::new();
    if count_flat(cx.types, ts.clone(), cx.opts.ptr_type) > max_flat {
        let ptr = vi.next_ptr(cx.opts.ptr_type);
        load_values(cx, ptr, ts, &mut values)?;
    } else {
        for t in ts {
            values.push(lift_flat(cx, vi, t)?);
        }
    }
    Ok(values)
}

/// The half of `lift_flat_values` in which the values are a tuple in memory.
#[inline(never)]
fn load_values<C: Handles>(
    cx: &mut LiftLowerContext<'_, C>,
    ptr: u64,
    ts: impl Iterator<Item = ValType> + Clone,
    values: &mut Values,
) -> Result<(), C::Error> {
    let tuple = layout_of_record(cx.types, ts.clone(), cx.opts.ptr_type);
    trap_if_unaligned(ptr, tuple.alignment, TrapRule::LiftValuesUnaligned)?;
    cx.trap_if_out_of_bounds(ptr, tuple.size, TrapRule::LiftValuesOutOfBounds)?;
    let mut end = ptr;
    for t in ts {
        let field = cx.types.layout(t, cx.opts.ptr_type);
        let begin = align_to(end, field.alignment);
        values.push(load(cx, begin, t)?);
        end = begin + field.size;
    }
    Ok(())
}

/// Spec: CanonicalABI.md, "Lifting and Lowering Values", `lower_flat_values`.
///
/// # Errors
/// When `realloc` fails, a pointer is bad, or a handle cannot be lowered.
///
/// # Panics
/// When `max_flat` is above `MAX_FLAT_PARAMS`, or the values are not of the types.
pub fn lower_flat_values<C: Handles>(
    cx: &mut LiftLowerContext<'_, C>,
    max_flat: usize,
    vs: &[Value],
    ts: impl Iterator<Item = ValType> + Clone,
    out_param: Option<&mut CoreValueIter<'_>>,
) -> Result<FlatValues, C::Error> {
    assert!(max_flat <= MAX_FLAT_PARAMS, "core types are counted to MAX_FLAT_PARAMS");
    assert_eq!(vs.len(), ts.clone().count(), "lifted and checked values are as many as their types");
    let mut flat_vals = FlatValues::new();
    if count_flat(cx.types, ts.clone(), cx.opts.ptr_type) > max_flat {
        let tuple = layout_of_record(cx.types, ts.clone(), cx.opts.ptr_type);
        let (ptr, unaligned, out_of_bounds) = match out_param {
            None => {
                // Differs: `realloc` of a 32-bit memory cannot be asked for more, and no pointer would do.
                if cx.opts.ptr_type == PtrType::I32 && tuple.size > REALLOC_I32_MAX {
                    cx.trap_if_out_of_bounds(0, tuple.size, TrapRule::ReallocValuesOutOfBounds)?;
                }
                let ptr = cx.allocate(tuple.alignment, tuple.size)?;
                flat_vals.push(ptr);
                (ptr, TrapRule::ReallocValuesUnaligned, TrapRule::ReallocValuesOutOfBounds)
            }
            Some(out_param) => {
                let ptr = out_param.next_ptr(cx.opts.ptr_type);
                (ptr, TrapRule::LowerValuesUnaligned, TrapRule::LowerValuesOutOfBounds)
            }
        };
        trap_if_unaligned(ptr, tuple.alignment, unaligned)?;
        cx.trap_if_out_of_bounds(ptr, tuple.size, out_of_bounds)?;
        let mut end = ptr;
        for (v, t) in vs.iter().zip(ts) {
            let field = cx.types.layout(t, cx.opts.ptr_type);
            let begin = align_to(end, field.alignment);
            store(cx, v, t, begin)?;
            end = begin + field.size;
        }
    } else {
        for (v, t) in vs.iter().zip(ts) {
            lower_flat(cx, v, t, &mut flat_vals)?;
        }
    }
    Ok(flat_vals)
}
