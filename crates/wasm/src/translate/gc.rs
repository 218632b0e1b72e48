//! Instructions of structures, arrays and casts, those with the prefix 0xfb.

use syntax::module::{CompositeType, FieldType, HeapType, RefType, StorageType};

use super::Translator;
use super::operand::Shape;
use crate::index;
use crate::refers::Refers;
use crate::slow::{Extend, Field, SlowOp};

/// How a field is accessed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Get,
    GetSigned,
    Set,
}

impl Translator<'_> {
    /// Translates one instruction.
    pub(super) fn gc(&mut self) {
        let opcode = self.reader.u32();
        let (mut x, mut y) = (0, 0);
        match opcode {
            0 | 1 | 6 | 7 | 11..=14 | 16 => x = self.reader.u32(),
            2..=5 | 8..=10 | 17..=19 => (x, y) = (self.reader.u32(), self.reader.u32()),
            20..=23 => {
                let ty = RefType { nullable: opcode & 1 == 1, heap: self.heap_type() };
                if self.live {
                    self.test_or_cast(opcode, ty);
                }
                return;
            }
            24 | 25 => {
                let (flags, depth) = (self.reader.byte(), self.reader.u32());
                let (_, heap) = (self.heap_type(), self.heap_type());
                if self.live {
                    self.br_on_cast(depth, RefType { nullable: flags & 2 != 0, heap }, opcode == 24);
                }
                return;
            }
            _ => {}
        }
        if self.live {
            match opcode {
                0..=5 => self.structure(opcode, x, y),
                6..=14 => self.array(opcode, x, y),
                15..=19 => self.array_bulk(opcode, x, y),
                _ => self.convert(opcode),
            }
        }
    }

    fn heap_type(&mut self) -> HeapType {
        match self.reader.i64() {
            -0x0c => HeapType::NoExn,
            -0x0d => HeapType::NoFunc,
            -0x0e => HeapType::NoExtern,
            -0x0f => HeapType::None,
            -0x10 => HeapType::Func,
            -0x11 => HeapType::Extern,
            -0x12 => HeapType::Any,
            -0x13 => HeapType::Eq,
            -0x14 => HeapType::I31,
            -0x15 => HeapType::Struct,
            -0x16 => HeapType::Array,
            -0x17 => HeapType::Exn,
            ty => HeapType::Concrete(u32::try_from(ty).expect("validation: a heap type")),
        }
    }

    fn test_or_cast(&mut self, opcode: u32, ty: RefType) {
        self.place_all();
        let operand = self.pop();
        let a = self.slot_of(operand);
        if opcode < 22 {
            let d = self.push_own(false);
            self.emit_slow(SlowOp::RefTest { d, a, ty });
        } else {
            self.push_shape(Shape::reference(operand.refers));
            self.emit_slow(SlowOp::RefCast { a, ty });
        }
    }

    fn fields(&self, ty: u32) -> &[FieldType] {
        match &self.module.types[index(ty)].composite {
            CompositeType::Struct(fields) => fields,
            CompositeType::Array(element) => std::slice::from_ref(element),
            CompositeType::Func(_) => &[],
        }
    }

    fn field(&self, ty: u32, at: u32, access: Access) -> Field {
        let fields = self.fields(ty);
        let field = fields[index(at)];
        let cell = fields[..index(at)].iter().map(|field| field.cells()).sum();
        let extend = match (field.storage, access) {
            (StorageType::I8, Access::GetSigned) => Extend::Signed8,
            (StorageType::I16, Access::GetSigned) => Extend::Signed16,
            (StorageType::I8, Access::Set) => Extend::Wrap8,
            (StorageType::I16, Access::Set) => Extend::Wrap16,
            (StorageType::I8 | StorageType::I16, Access::Get) | (StorageType::Val(_), _) => Extend::No,
        };
        Field { cell: syntax::convert::to_u32(cell), wide: field.cells() == 2, extend }
    }

    /// Pushes a reference to a new object.
    fn push_object(&mut self) -> u16 {
        self.push_shape(Shape::reference(Refers::Any))
    }

    /// The shape of a field or element that was read.
    fn shape(&self, ty: u32, at: u32) -> Shape {
        match self.fields(ty)[index(at)].storage {
            StorageType::Val(ty) => Shape::of(self.module, ty),
            StorageType::I8 | StorageType::I16 => Shape::reference(Refers::Nothing),
        }
    }

    fn structure(&mut self, opcode: u32, ty: u32, field: u32) {
        match opcode {
            0 => {
                self.safe_point();
                let first = self.operands.len() - self.fields(ty).len();
                self.truncate(first);
                let a = self.height;
                let d = self.push_object();
                self.emit_slow(SlowOp::StructNew { d, a, ty });
            }
            1 => {
                self.safe_point();
                let d = self.push_object();
                self.emit_slow(SlowOp::StructNewDefault { d, ty });
            }
            5 => {
                let field = self.field(ty, field, Access::Set);
                let (value, a) = (self.pop_slot(), self.pop_slot());
                self.emit_slow(SlowOp::StructSet { a, value, field });
            }
            _ => {
                let shape = self.shape(ty, field);
                let field = self.field(ty, field, if opcode == 3 { Access::GetSigned } else { Access::Get });
                let a = self.pop_slot();
                let d = self.push_shape(shape);
                self.emit_slow(SlowOp::StructGet { d, a, field });
            }
        }
    }

    fn array(&mut self, opcode: u32, ty: u32, y: u32) {
        match opcode {
            6 => {
                self.safe_point();
                let (len, value) = (self.pop_slot(), self.pop_slot());
                let d = self.push_object();
                self.emit_slow(SlowOp::ArrayNew { d, value, len, ty });
            }
            7 => {
                self.safe_point();
                let len = self.pop_slot();
                let d = self.push_object();
                self.emit_slow(SlowOp::ArrayNewDefault { d, len, ty });
            }
            8 => {
                self.safe_point();
                let first = self.operands.len() - index(y);
                self.truncate(first);
                let a = self.height;
                let d = self.push_object();
                self.emit_slow(SlowOp::ArrayNewFixed { d, a, len: y, ty });
            }
            9 | 10 => {
                self.safe_point();
                let (len, from) = (self.pop_slot(), self.pop_slot());
                let d = self.push_object();
                self.emit_slow(if opcode == 9 {
                    SlowOp::ArrayNewData { d, from, len, ty, data: y }
                } else {
                    SlowOp::ArrayNewElem { d, from, len, ty, elem: y }
                });
            }
            14 => {
                let element = self.field(ty, 0, Access::Set);
                let (value, at, a) = (self.pop_slot(), self.pop_slot(), self.pop_slot());
                self.emit_slow(SlowOp::ArraySet { a, at, value, element });
            }
            _ => {
                let element = self.field(ty, 0, if opcode == 12 { Access::GetSigned } else { Access::Get });
                let (at, a) = (self.pop_slot(), self.pop_slot());
                let d = self.push_shape(self.shape(ty, 0));
                self.emit_slow(SlowOp::ArrayGet { d, a, at, element });
            }
        }
    }

    fn array_bulk(&mut self, opcode: u32, ty: u32, y: u32) {
        if opcode == 15 {
            let a = self.pop_slot();
            let d = self.push_own(false);
            self.emit_slow(SlowOp::ArrayLen { d, a });
            return;
        }
        let element = self.field(ty, 0, Access::Set);
        let (len, from_at) = (self.pop_slot(), self.pop_slot());
        if opcode == 17 {
            let (from, at, to) = (self.pop_slot(), self.pop_slot(), self.pop_slot());
            self.emit_slow(SlowOp::ArrayCopy { to, at, from, from_at, len, element });
            return;
        }
        let (at, a) = (self.pop_slot(), self.pop_slot());
        self.emit_slow(match opcode {
            16 => SlowOp::ArrayFill { a, at, value: from_at, len, element },
            18 => SlowOp::ArrayInitData { a, at, from: from_at, len, ty, data: y },
            _ => SlowOp::ArrayInitElem { a, at, from: from_at, len, elem: y },
        });
    }

    fn convert(&mut self, opcode: u32) {
        let a = self.pop_slot();
        let d = self.push_shape(Shape::reference(match opcode {
            26 | 28 => Refers::Any,
            27 => Refers::Extern,
            _ => Refers::Nothing,
        }));
        self.emit_slow(match opcode {
            26 => SlowOp::AnyConvertExtern { d, a },
            27 => SlowOp::ExternConvertAny { d, a },
            28 => SlowOp::RefI31 { d, a },
            _ => SlowOp::I31Get { d, a, signed: opcode == 29 },
        });
    }
}
