//! Types of a store: made canonical, so that equal types have equal ids whichever modules define them; and subtyping.
//!
//! Spec: core specification, "Types", "Type Equivalence" and "Matching".

use std::hash::{BuildHasherDefault, Hasher};

use indexmap::IndexMap;
use smallvec::SmallVec;
use syntax::module::{
    CompositeType, FieldType, FuncType, GlobalType, HeapType, Limits, Module, RefType, StorageType, SubType, TableType,
    ValType,
};

use crate::ids::TypeAddr;
use crate::index;

/// Mixes words one after the other. Nothing depends on the order of hashes, and most stores have few types, so that it has to be
/// quick rather than good.
#[derive(Clone, Copy, Debug, Default)]
struct Mix(u64);

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            // The fractional part of the golden ratio: a multiplication brings each bit to the top, a rotation back down.
            self.0 = (self.0.rotate_left(26) ^ u64::from_le_bytes(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }

    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}

/// Marks a reference to a type of the same group, in keys.
const RELATIVE: u32 = 1 << 31;

/// A group of types: one, mostly.
type Group = SmallVec<[SubType; 1]>;

/// The canonical types of a store. `HeapType::Concrete` holds a `TypeAddr` here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Types {
    types: Vec<SubType>,
    groups: IndexMap<Group, u32, BuildHasherDefault<Mix>>,
}

impl Types {
    /// The canonical type.
    pub(crate) fn get(&self, ty: TypeAddr) -> &SubType {
        &self.types[ty.index()]
    }

    /// The canonical function type.
    pub(crate) fn func(&self, ty: TypeAddr) -> &FuncType {
        self.get(ty).as_func().expect("functions have function types")
    }

    /// The fields of a structure.
    pub(crate) fn fields(&self, ty: TypeAddr) -> &[FieldType] {
        match &self.get(ty).composite {
            CompositeType::Struct(fields) => fields,
            CompositeType::Array(element) => std::slice::from_ref(element),
            CompositeType::Func(_) => &[],
        }
    }

    /// How many types there are.
    pub(crate) fn len(&self) -> usize {
        self.types.len()
    }

    /// Whether it is the type of arrays.
    pub(crate) fn is_array(&self, ty: TypeAddr) -> bool {
        matches!(self.get(ty).composite, CompositeType::Array(_))
    }

    /// The element of an array.
    pub(crate) fn element(&self, ty: TypeAddr) -> FieldType {
        self.fields(ty)[0]
    }

    /// Cuts packed fields down to what they keep.
    pub(crate) fn pack(&self, ty: TypeAddr, cells: &mut [u64]) {
        let fields = self.fields(ty);
        if fields.iter().all(|field| matches!(field.storage, StorageType::Val(_))) {
            return;
        }
        let mut at = 0;
        for field in fields.iter().cycle() {
            let Some(cell) = cells.get_mut(at) else { break };
            match field.storage {
                StorageType::I8 => *cell &= 0xff,
                StorageType::I16 => *cell &= 0xffff,
                StorageType::Val(_) => {}
            }
            at += field.cells();
        }
    }

    /// Adds a function type that stands alone, as those of the embedder do.
    pub(crate) fn add_func(&mut self, ty: FuncType) -> TypeAddr {
        let sub = SubType { is_final: true, supertype: None, composite: CompositeType::Func(ty) };
        TypeAddr(self.add_group(Group::from_buf([sub])))
    }

    /// Adds all types of a module; their canonical ids by type index.
    pub(crate) fn add_module(&mut self, module: &Module) -> SmallVec<[TypeAddr; 8]> {
        let mut addrs = SmallVec::<[TypeAddr; 8]>::with_capacity(module.types.len());
        for group in &module.rec_groups {
            let start = group.start;
            let rename = |ty: u32| if ty >= start { RELATIVE | (ty - start) } else { addrs[index(ty)].0 };
            let key =
                module.types[index(group.start)..index(group.end)].iter().map(|ty| rename_sub(ty, &rename)).collect();
            let first = self.add_group(key);
            addrs.extend((0..group.end - group.start).map(|i| TypeAddr(first + i)));
        }
        addrs
    }

    fn add_group(&mut self, key: Group) -> u32 {
        if let Some(first) = self.groups.get(&key) {
            return *first;
        }
        let first = syntax::convert::to_u32(self.types.len());
        let rename = |ty: u32| if ty & RELATIVE != 0 { first + (ty & !RELATIVE) } else { ty };
        self.types.extend(key.iter().map(|ty| rename_sub(ty, &rename)));
        self.groups.insert(key, first);
        first
    }

    /// Whether a defined type is another or a declared subtype of it.
    pub(crate) fn is_subtype(&self, mut sub: TypeAddr, of: TypeAddr) -> bool {
        loop {
            if sub == of {
                return true;
            }
            let Some(supertype) = self.get(sub).supertype else { return false };
            sub = TypeAddr(supertype);
        }
    }

    /// Whether a heap type matches another.
    pub(crate) fn heap_matches(&self, sub: HeapType, of: HeapType) -> bool {
        use HeapType as H;
        if sub == of {
            return true;
        }
        match (sub, of) {
            (H::Concrete(a), H::Concrete(b)) => self.is_subtype(TypeAddr(a), TypeAddr(b)),
            (H::Concrete(a), of) => match &self.get(TypeAddr(a)).composite {
                CompositeType::Func(_) => of == H::Func,
                CompositeType::Struct(_) => matches!(of, H::Struct | H::Eq | H::Any),
                CompositeType::Array(_) => matches!(of, H::Array | H::Eq | H::Any),
            },
            (H::NoFunc, of) => self.heap_matches_top(of, H::Func),
            (H::NoExtern, of) => of == H::Extern,
            (H::NoExn, of) => of == H::Exn,
            (H::None, of) => self.heap_matches_top(of, H::Any),
            (H::I31 | H::Struct | H::Array, of) => matches!(of, H::Eq | H::Any),
            (H::Eq, of) => of == H::Any,
            (H::Func | H::Extern | H::Any | H::Exn, _) => false,
        }
    }

    fn heap_matches_top(&self, of: HeapType, top: HeapType) -> bool {
        use HeapType as H;
        match of {
            H::Func | H::NoFunc => top == H::Func,
            H::Any | H::Eq | H::I31 | H::Struct | H::Array | H::None => top == H::Any,
            H::Extern | H::NoExtern | H::Exn | H::NoExn => false,
            H::Concrete(ty) => (top == H::Func) == self.get(TypeAddr(ty)).as_func().is_some(),
        }
    }

    /// Whether a reference type matches another.
    pub(crate) fn ref_matches(&self, sub: RefType, of: RefType) -> bool {
        (!sub.nullable || of.nullable) && self.heap_matches(sub.heap, of.heap)
    }

    fn val_matches(&self, sub: ValType, of: ValType) -> bool {
        match (sub, of) {
            (ValType::Ref(sub), ValType::Ref(of)) => self.ref_matches(sub, of),
            (sub, of) => sub == of,
        }
    }

    /// Whether a global can be imported as another.
    pub(crate) fn global_matches(&self, sub: GlobalType, of: GlobalType) -> bool {
        sub.mutable == of.mutable
            && if of.mutable { sub.value == of.value } else { self.val_matches(sub.value, of.value) }
    }
}

/// Whether the current size and maximum satisfy what an import asks for.
pub(crate) fn limits_match(size: u64, maximum: Option<u64>, of: Limits) -> bool {
    size >= of.minimum && of.maximum.is_none_or(|of| maximum.is_some_and(|maximum| maximum <= of))
}

fn rename_sub(ty: &SubType, rename: &impl Fn(u32) -> u32) -> SubType {
    let field = |field: &FieldType| rename_field(*field, rename);
    let vals = |tys: &[ValType]| -> Box<[ValType]> { tys.iter().map(|ty| rename_val(*ty, rename)).collect() };
    let composite = match &ty.composite {
        CompositeType::Func(ty) => {
            CompositeType::Func(FuncType { params: vals(&ty.params), results: vals(&ty.results) })
        }
        CompositeType::Struct(fields) => CompositeType::Struct(fields.iter().map(field).collect()),
        CompositeType::Array(element) => CompositeType::Array(field(element)),
    };
    SubType { is_final: ty.is_final, supertype: ty.supertype.map(rename), composite }
}

fn rename_field(field: FieldType, rename: &impl Fn(u32) -> u32) -> FieldType {
    let storage = match field.storage {
        StorageType::Val(ty) => StorageType::Val(rename_val(ty, rename)),
        StorageType::I8 | StorageType::I16 => field.storage,
    };
    FieldType { storage, ..field }
}

/// Renames the defined types in a value type.
pub(crate) fn rename_val(ty: ValType, rename: &impl Fn(u32) -> u32) -> ValType {
    match ty {
        ValType::Ref(ty) => ValType::Ref(rename_ref(ty, rename)),
        ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64 | ValType::V128 => ty,
    }
}

/// Renames the defined types in a reference type.
pub(crate) fn rename_ref(ty: RefType, rename: &impl Fn(u32) -> u32) -> RefType {
    match ty.heap {
        HeapType::Concrete(index) => RefType { heap: HeapType::Concrete(rename(index)), ..ty },
        HeapType::Func
        | HeapType::NoFunc
        | HeapType::Extern
        | HeapType::NoExtern
        | HeapType::Any
        | HeapType::Eq
        | HeapType::I31
        | HeapType::Struct
        | HeapType::Array
        | HeapType::None
        | HeapType::Exn
        | HeapType::NoExn => ty,
    }
}

/// A table type of a module in a store's types.
pub(crate) fn canonical_table(ty: TableType, addrs: &[TypeAddr]) -> TableType {
    TableType { element: rename_ref(ty.element, &|ty| addrs[index(ty)].0), ..ty }
}

/// A global type of a module in a store's types.
pub(crate) fn canonical_global(ty: GlobalType, addrs: &[TypeAddr]) -> GlobalType {
    GlobalType { value: rename_val(ty.value, &|ty| addrs[index(ty)].0), ..ty }
}
