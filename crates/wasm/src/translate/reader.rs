//! Reads the bytes of a validated body.
//!
//! Spec: core specification, "Binary Format", "Values". Nothing is checked: decode has validated the bytes.

use syntax::module::{HeapType, Module};

use super::operand::Shape;
use crate::refers::Refers;

/// A position in bytes.
#[derive(Clone, Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    pub(super) position: usize,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.position >= self.bytes.len()
    }

    pub(super) fn byte(&mut self) -> u8 {
        let byte = self.bytes[self.position];
        self.position += 1;
        byte
    }

    pub(super) fn peek(&self) -> u8 {
        self.bytes[self.position]
    }

    fn fixed<const N: usize>(&mut self) -> [u8; N] {
        let bytes = self.bytes[self.position..].first_chunk().expect("validation: the body does not end here");
        self.position += N;
        *bytes
    }

    pub(super) fn u32_bytes(&mut self) -> u32 {
        u32::from_le_bytes(self.fixed())
    }

    pub(super) fn u64_bytes(&mut self) -> u64 {
        u64::from_le_bytes(self.fixed())
    }

    pub(super) fn u64(&mut self) -> u64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            value |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                return value;
            }
        }
    }

    pub(super) fn u32(&mut self) -> u32 {
        syntax::convert::low_u32(self.u64())
    }

    pub(super) fn i64(&mut self) -> i64 {
        let (mut value, mut shift) = (0u64, 0);
        loop {
            let byte = self.byte();
            value |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                let value = value.cast_signed();
                return if shift < 64 { value << (64 - shift) >> (64 - shift) } else { value };
            }
        }
    }

    /// An `i32` as its bits.
    pub(super) fn i32(&mut self) -> u32 {
        syntax::convert::low_u32(self.i64().cast_unsigned())
    }

    /// The shape of a value type.
    pub(super) fn val_type(&mut self, module: &Module) -> Shape {
        let byte = self.peek();
        match byte {
            0x63 | 0x64 => {
                self.byte();
                Shape::reference(self.heap_type(module))
            }
            0x7b..=0x7f => {
                self.byte();
                Shape { wide: byte == 0x7b, refers: Refers::Nothing }
            }
            _ => Shape::reference(self.heap_type(module)),
        }
    }

    /// What a reference to a heap type says of its cell.
    pub(super) fn heap_type(&mut self, module: &Module) -> Refers {
        match self.i64() {
            // `nofunc` and `func`
            -0x0d | -0x10 => Refers::Nothing,
            // `noextern` and `extern`
            -0x0e | -0x11 => Refers::Extern,
            // `noexn`, `none`, `any`, `eq`, `i31`, `struct`, `array`, `exn`
            -0x0c | -0x0f | -0x17..=-0x12 => Refers::Any,
            ty => Refers::of_heap(module, HeapType::Concrete(u32::try_from(ty).expect("validation: a heap type"))),
        }
    }
}
