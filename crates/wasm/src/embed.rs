//! What an embedder does to a store from outside: sizes, elements, and references as something else than cells.
//!
//! Spec: core specification, appendix "Embedding": `mem_grow`, `table_read`, `table_write`, `table_grow`, `ref_type`.

use syntax::module::{HeapType, RefType, ValType};

use crate::heap::{any_of_extern, extern_of_any, i31};
use crate::ids::{Extern, FuncAddr, InstanceAddr, MemAddr, TableAddr, TypeAddr, func_of_cell, ref_cell};
use crate::index;
use crate::module::{Modules, module_of};
use crate::stack::Stack;
use crate::store::CoreStore;

/// What a reference refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Referent {
    /// Nothing.
    Null,
    /// A function.
    Func(FuncAddr),
    /// Something of the embedder, by the embedder's number, which is less than 2^61.
    Host(u64),
    /// A number of 31 bits.
    I31(u32),
    /// A structure or an array, by its cell in the `any` hierarchy.
    Object(u64),
    /// An exception, by its cell.
    Exception(u64),
}

/// Which of the hierarchies of references a type belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hierarchy {
    Func,
    Extern,
    Any,
    Exn,
}

/// Numbers of the embedder are below.
const HOSTS: u64 = 1 << 61;

impl CoreStore {
    /// Whether there is such a thing in this store.
    pub fn has(&self, item: Extern) -> bool {
        match item {
            Extern::Func(func) => func.index() < self.links.funcs.len(),
            Extern::Table(table) => table.index() < self.live.tables.len(),
            Extern::Memory(memory) => memory.index() < self.live.memories.len(),
            Extern::Global(global) => global.index() < self.links.globals.len(),
            Extern::Tag(tag) => tag.index() < self.links.tags.len(),
        }
    }

    /// Whether there is such an instance in this store.
    pub fn has_instance(&self, instance: InstanceAddr) -> bool {
        instance.index() < self.links.instances.len()
    }

    /// All exports of an instance in the order of its module.
    pub fn exports<'m>(
        &'m self,
        modules: &'m Modules,
        instance: InstanceAddr,
    ) -> impl Iterator<Item = (&'m str, Extern)> {
        let instance = &self.links.instances[instance.index()];
        let exports = &module_of(modules, instance.module).syntax.exports;
        exports.iter().map(|export| (export.name.as_str(), instance.item(export.item)))
    }

    /// The type of a function of a module, in the store's canonical types.
    pub fn canonical_func_type(&mut self, module: &syntax::module::Module, ty: u32) -> syntax::module::FuncType {
        let types = &mut self.links_mut().types;
        let addr = types.add_module(module)[index(ty)];
        types.func(addr).clone()
    }

    /// Grows a memory by a number of pages; the size before, or `None` when its type or a limit forbids it.
    pub fn grow_memory(&mut self, memory: MemAddr, delta: u64) -> Option<u64> {
        self.live.memories[memory.index()].grow(delta, self.limits.memory_bytes)
    }

    /// The cell of an element of a table; `None` past the end.
    pub fn table_cell(&self, table: TableAddr, at: u64) -> Option<u64> {
        self.live.tables[table.index()].elems.get(usize::try_from(at).ok()?).copied()
    }

    /// Sets an element of a table to a cell of its type; `None` past the end.
    pub fn set_table_cell(&mut self, table: TableAddr, at: u64, cell: u64) -> Option<()> {
        let elem = self.live.tables[table.index()].elems.get_mut(usize::try_from(at).ok()?)?;
        *elem = cell;
        Some(())
    }

    /// Grows a table by a number of elements of this cell; the size before, or `None` when its type or a limit forbids it.
    pub fn grow_table(&mut self, table: TableAddr, delta: u64, cell: u64) -> Option<u64> {
        let limit = self.limits.table_elements;
        let table = &mut self.live.tables[table.index()];
        let before = syntax::convert::to_u64(table.elems.len());
        let after = before.checked_add(delta)?;
        let most = if table.ty.is_64 { u64::MAX } else { u64::from(u32::MAX) };
        if after > table.ty.limits.maximum.unwrap_or(most).min(most).min(limit) {
            return None;
        }
        table.elems.resize(usize::try_from(after).ok()?, cell);
        Some(before)
    }

    /// What a cell of a reference type, in the store's canonical types, refers to.
    pub fn referent(&self, ty: RefType, cell: u64) -> Referent {
        if cell == 0 {
            return Referent::Null;
        }
        match self.hierarchy(ty) {
            Hierarchy::Func => func_of_cell(cell).map_or(Referent::Null, Referent::Func),
            Hierarchy::Extern => of_any(any_of_extern(cell)),
            Hierarchy::Any => of_any(cell),
            Hierarchy::Exn => Referent::Exception(cell),
        }
    }

    /// The cell of a reference of a type, in the store's canonical types; `None` when it is not of the type.
    pub fn cell(&self, ty: RefType, to: Referent) -> Option<u64> {
        let hierarchy = self.hierarchy(ty);
        let (cell, heap) = match to {
            Referent::Null => return ty.nullable.then_some(0),
            Referent::Func(func) => {
                (ref_cell(Some(func)), HeapType::Concrete(self.links.funcs.get(func.index())?.ty.0))
            }
            Referent::Host(number) if number >= HOSTS => return None,
            Referent::Host(number) => ((number + 1) << 2 | 2, HeapType::Any),
            Referent::I31(number) => (i31(u64::from(number)), HeapType::I31),
            Referent::Object(cell) => (cell, HeapType::Concrete(self.live.heap.get(cell)?.ty().0)),
            Referent::Exception(cell) => (cell, HeapType::Exn),
        };
        match (hierarchy, to) {
            (Hierarchy::Func, Referent::Func(_))
            | (Hierarchy::Any, Referent::Host(_) | Referent::I31(_) | Referent::Object(_)) => {
                self.links.types.heap_matches(heap, ty.heap).then_some(cell)
            }
            (Hierarchy::Extern, Referent::Host(_) | Referent::I31(_) | Referent::Object(_)) => {
                (ty.heap == HeapType::Extern).then(|| extern_of_any(cell))
            }
            (Hierarchy::Exn, Referent::Exception(_)) => (ty.heap == HeapType::Exn).then_some(cell),
            _ => None,
        }
    }

    /// Whether every value of one type is of another, both in the store's canonical types.
    pub fn is_subtype(&self, sub: ValType, of: ValType) -> bool {
        match (sub, of) {
            (ValType::Ref(sub), ValType::Ref(of)) => self.links.types.ref_matches(sub, of),
            (sub, of) => sub == of,
        }
    }

    fn hierarchy(&self, ty: RefType) -> Hierarchy {
        match ty.heap {
            HeapType::Func | HeapType::NoFunc => Hierarchy::Func,
            HeapType::Extern | HeapType::NoExtern => Hierarchy::Extern,
            HeapType::Any | HeapType::Eq | HeapType::I31 | HeapType::Struct | HeapType::Array | HeapType::None => {
                Hierarchy::Any
            }
            HeapType::Exn | HeapType::NoExn => Hierarchy::Exn,
            HeapType::Concrete(ty) if self.links.types.get(TypeAddr(ty)).as_func().is_some() => Hierarchy::Func,
            HeapType::Concrete(_) => Hierarchy::Any,
        }
    }
}

fn of_any(cell: u64) -> Referent {
    match cell & 3 {
        0 => Referent::Object(cell),
        1 => Referent::I31(syntax::convert::low_u32(cell >> 2)),
        _ => Referent::Host((cell >> 2) - 1),
    }
}

impl Stack {
    /// The fuel without which the run cannot go on, after `Exit::OutOfFuel`.
    pub const fn required_fuel(&self) -> u64 {
        self.owed
    }
}
