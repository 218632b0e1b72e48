//! Types and constant expressions of wasmparser to those of `syntax::module`.

use syntax::module::{
    CompositeType, ConstExpr, ConstOp, FieldType, FuncType, GlobalType, HeapType, Limits, MemoryType, Module, RefType,
    StorageType, SubType, TableType, ValType,
};
use wasmparser::{AbstractHeapType, CompositeInnerType, Operator, UnpackedIndex};

use crate::error::Error;

/// Takes over a type section.
pub(crate) fn types(module: &mut Module, section: wasmparser::TypeSectionReader<'_>) -> Result<(), Error> {
    for group in section {
        let start = syntax::convert::to_u32(module.types.len());
        for ty in group?.into_types() {
            module.types.push(sub(&ty, start)?);
        }
        module.rec_groups.push(start..syntax::convert::to_u32(module.types.len()));
    }
    Ok(())
}

fn sub(ty: &wasmparser::SubType, group: u32) -> Result<SubType, Error> {
    let composite = match &ty.composite_type.inner {
        CompositeInnerType::Func(ty) => CompositeType::Func(FuncType::new(vals(ty.params())?, vals(ty.results())?)),
        CompositeInnerType::Array(ty) => CompositeType::Array(field(ty.0)?),
        CompositeInnerType::Struct(ty) => {
            CompositeType::Struct(ty.fields.iter().map(|ty| field(*ty)).collect::<Result<_, _>>()?)
        }
        CompositeInnerType::Cont(_) => {
            return Err(Error::new("not supported: stack-switching (a continuation type)", 0));
        }
    };
    let supertype = ty.supertype_idx.map(|ty| type_index(ty.unpack(), group)).transpose()?;
    Ok(SubType { is_final: ty.is_final, supertype, composite })
}

fn type_index(ty: UnpackedIndex, group: u32) -> Result<u32, Error> {
    match ty {
        UnpackedIndex::Module(ty) => Ok(ty),
        UnpackedIndex::RecGroup(ty) => Ok(group + ty),
        UnpackedIndex::Id(_) => Err(Error::new("a type of the validator in a binary", 0)),
    }
}

fn vals(tys: &[wasmparser::ValType]) -> Result<Box<[ValType]>, Error> {
    tys.iter().map(|ty| val(*ty)).collect()
}

fn field(ty: wasmparser::FieldType) -> Result<FieldType, Error> {
    let storage = match ty.element_type {
        wasmparser::StorageType::I8 => StorageType::I8,
        wasmparser::StorageType::I16 => StorageType::I16,
        wasmparser::StorageType::Val(ty) => StorageType::Val(val(ty)?),
    };
    Ok(FieldType { storage, mutable: ty.mutable })
}

/// A value type.
pub(crate) fn val(ty: wasmparser::ValType) -> Result<ValType, Error> {
    Ok(match ty {
        wasmparser::ValType::I32 => ValType::I32,
        wasmparser::ValType::I64 => ValType::I64,
        wasmparser::ValType::F32 => ValType::F32,
        wasmparser::ValType::F64 => ValType::F64,
        wasmparser::ValType::V128 => ValType::V128,
        wasmparser::ValType::Ref(ty) => ValType::Ref(reference(ty)?),
    })
}

/// A reference type.
pub(crate) fn reference(ty: wasmparser::RefType) -> Result<RefType, Error> {
    let heap = match ty.heap_type() {
        wasmparser::HeapType::Concrete(index) => HeapType::Concrete(type_index(index, 0)?),
        wasmparser::HeapType::Exact(_) => {
            return Err(Error::new("not supported: custom-descriptors (an exact type)", 0));
        }
        wasmparser::HeapType::Abstract { ty, .. } => match ty {
            AbstractHeapType::Func => HeapType::Func,
            AbstractHeapType::NoFunc => HeapType::NoFunc,
            AbstractHeapType::Extern => HeapType::Extern,
            AbstractHeapType::NoExtern => HeapType::NoExtern,
            AbstractHeapType::Any => HeapType::Any,
            AbstractHeapType::Eq => HeapType::Eq,
            AbstractHeapType::I31 => HeapType::I31,
            AbstractHeapType::Struct => HeapType::Struct,
            AbstractHeapType::Array => HeapType::Array,
            AbstractHeapType::None => HeapType::None,
            AbstractHeapType::Exn => HeapType::Exn,
            AbstractHeapType::NoExn => HeapType::NoExn,
            AbstractHeapType::Cont | AbstractHeapType::NoCont => {
                return Err(Error::new("not supported: stack-switching (a continuation reference)", 0));
            }
        },
    };
    Ok(RefType { nullable: ty.is_nullable(), heap })
}

/// A table type.
pub(crate) fn table(ty: wasmparser::TableType) -> Result<TableType, Error> {
    let limits = Limits { minimum: ty.initial, maximum: ty.maximum };
    Ok(TableType { element: reference(ty.element_type)?, limits, is_64: ty.table64 })
}

/// A memory type.
pub(crate) fn memory(ty: wasmparser::MemoryType) -> MemoryType {
    MemoryType {
        limits: Limits { minimum: ty.initial, maximum: ty.maximum },
        is_64: ty.memory64,
        shared: ty.shared,
        page_size_log2: u8::try_from(ty.page_size_log2()).expect("validation: at most 16"),
    }
}

/// A global type.
pub(crate) fn global(ty: wasmparser::GlobalType) -> Result<GlobalType, Error> {
    Ok(GlobalType { value: val(ty.content_type)?, mutable: ty.mutable })
}

/// A validated constant expression.
pub(crate) fn const_expr(expr: &wasmparser::ConstExpr<'_>) -> Result<ConstExpr, Error> {
    let mut ops = Vec::new();
    let mut reader = expr.get_operators_reader();
    while !reader.eof() {
        let offset = reader.original_position();
        ops.push(match reader.read()? {
            Operator::I32Const { value } => ConstOp::I32Const(value),
            Operator::I64Const { value } => ConstOp::I64Const(value),
            Operator::F32Const { value } => ConstOp::F32Const(value.bits()),
            Operator::F64Const { value } => ConstOp::F64Const(value.bits()),
            Operator::V128Const { value } => ConstOp::V128Const(u128::from_le_bytes(*value.bytes())),
            Operator::GlobalGet { global_index } => ConstOp::GlobalGet(global_index),
            Operator::RefNull { .. } => ConstOp::RefNull,
            Operator::RefFunc { function_index } => ConstOp::RefFunc(function_index),
            Operator::I32Add => ConstOp::I32Add,
            Operator::I32Sub => ConstOp::I32Sub,
            Operator::I32Mul => ConstOp::I32Mul,
            Operator::I64Add => ConstOp::I64Add,
            Operator::I64Sub => ConstOp::I64Sub,
            Operator::I64Mul => ConstOp::I64Mul,
            Operator::StructNew { struct_type_index } => ConstOp::StructNew(struct_type_index),
            Operator::StructNewDefault { struct_type_index } => ConstOp::StructNewDefault(struct_type_index),
            Operator::ArrayNew { array_type_index } => ConstOp::ArrayNew(array_type_index),
            Operator::ArrayNewDefault { array_type_index } => ConstOp::ArrayNewDefault(array_type_index),
            Operator::ArrayNewFixed { array_type_index, array_size } => {
                ConstOp::ArrayNewFixed(array_type_index, array_size)
            }
            Operator::RefI31 => ConstOp::RefI31,
            Operator::AnyConvertExtern => ConstOp::AnyConvertExtern,
            Operator::ExternConvertAny => ConstOp::ExternConvertAny,
            Operator::End => break,
            op => return Err(Error::new(format!("not supported in a constant expression: {op:?}"), offset)),
        });
    }
    Ok(ops.into())
}
