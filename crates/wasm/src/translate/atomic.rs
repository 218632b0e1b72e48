//! Atomic instructions, those with the prefix 0xfe.

use super::Translator;
use crate::slow::{Atomic, AtomicKind, SlowOp};

/// The read-modify-write instructions, in the order of their opcodes.
const MODIFY: [AtomicKind; 7] = [
    AtomicKind::Add,
    AtomicKind::Sub,
    AtomicKind::And,
    AtomicKind::Or,
    AtomicKind::Xor,
    AtomicKind::Exchange,
    AtomicKind::CompareExchange,
];

/// The widths of a family: `i32`, `i64`, `i32` of 8 and 16 bits, `i64` of 8, 16 and 32 bits.
const LOG2_BYTES: [u8; 7] = [2, 3, 0, 1, 0, 1, 2];

impl Translator<'_> {
    /// Translates one instruction.
    pub(super) fn atomic(&mut self) {
        let opcode = self.reader.u32();
        if opcode == 3 {
            self.reader.byte();
            return;
        }
        let (memory, offset) = self.memarg();
        if !self.live {
            return;
        }
        let (kind, log2_bytes) = match opcode {
            0 => (AtomicKind::Notify, 2),
            1 => (AtomicKind::Wait, 2),
            2 => (AtomicKind::Wait, 3),
            0x10..0x17 => (AtomicKind::Load, LOG2_BYTES[crate::index(opcode - 0x10)]),
            0x17..0x1e => (AtomicKind::Store, LOG2_BYTES[crate::index(opcode - 0x17)]),
            _ => {
                let at = crate::index(opcode - 0x1e);
                (MODIFY[at / 7], LOG2_BYTES[at % 7])
            }
        };
        let (mut value, mut other) = (0, 0);
        if matches!(kind, AtomicKind::CompareExchange | AtomicKind::Wait) {
            other = self.pop_slot();
        }
        if kind != AtomicKind::Load {
            value = self.pop_slot();
        }
        let address = self.pop_slot();
        let d = if kind == AtomicKind::Store { 0 } else { self.push_own(false) };
        self.emit_slow(SlowOp::Atomic(Atomic { kind, log2_bytes, d, address, value, other, memory, offset }));
    }
}
