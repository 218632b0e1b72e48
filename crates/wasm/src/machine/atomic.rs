//! Atomic accesses.
//!
//! Spec: threads proposal, "Atomic Memory Instructions". A store has one agent, so every access is atomic; nobody can notify
//! a waiter, so a wait with a timeout times out at once, and one without is a deadlock, which traps.

use syntax::TrapRule;
use syntax::convert::to_usize;

use super::slow::At;
use crate::slow::{Atomic, AtomicKind};
use crate::store::Live;

/// What `wait` gives when the value is another one.
const NOT_EQUAL: u64 = 1;

/// What `wait` gives when the time is over.
const TIMED_OUT: u64 = 2;

/// Executes an atomic access.
pub(super) fn run(op: Atomic, at: &mut At<'_>, live: &mut Live) -> Result<(), TrapRule> {
    let memory = &mut live.memories[at.memory(op.memory).index()];
    let len = 1u64 << op.log2_bytes;
    let start = at.get(op.address).checked_add(op.offset).ok_or(TrapRule::CoreMemoryOutOfBounds)?;
    if start % len != 0 {
        return Err(TrapRule::CoreUnalignedAtomic);
    }
    let range = memory.range(start, len).ok_or(TrapRule::CoreMemoryOutOfBounds)?;
    let mut bytes = [0; 8];
    bytes[..to_usize(len)].copy_from_slice(&memory.bytes[range.clone()]);
    let old = u64::from_le_bytes(bytes);
    let mask = u64::MAX >> (64 - 8 * len);
    let (value, other) = (at.get(op.value), at.get(op.other));
    let new = match op.kind {
        AtomicKind::Load => {
            at.set(op.d, old);
            return Ok(());
        }
        AtomicKind::Notify => {
            at.set(op.d, 0);
            return Ok(());
        }
        AtomicKind::Wait => {
            if !memory.ty().shared {
                return Err(TrapRule::CoreExpectedSharedMemory);
            }
            let equal = old == value & mask;
            if equal && other.cast_signed() < 0 {
                return Err(TrapRule::CoreAtomicWaitDeadlock);
            }
            at.set(op.d, if equal { TIMED_OUT } else { NOT_EQUAL });
            return Ok(());
        }
        AtomicKind::Store | AtomicKind::Exchange => value,
        AtomicKind::Add => old.wrapping_add(value),
        AtomicKind::Sub => old.wrapping_sub(value),
        AtomicKind::And => old & value,
        AtomicKind::Or => old | value,
        AtomicKind::Xor => old ^ value,
        AtomicKind::CompareExchange => {
            // What is expected is compared whole: a narrow access never has high bits.
            if old == value { other } else { old }
        }
    };
    memory.slice_mut(range).copy_from_slice(&new.to_le_bytes()[..to_usize(len)]);
    if op.kind != AtomicKind::Store {
        at.set(op.d, old);
    }
    Ok(())
}
