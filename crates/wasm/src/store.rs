//! The store: all mutable state of core modules.
//!
//! Spec: core specification, "Runtime Structure", "Store". Instances are added and never removed.

use std::sync::Arc;

use choice::{StateHash, StateHasher};
use syntax::Trap;
use syntax::id::ModuleId;
use syntax::module::{ExportItem, FuncType, GlobalType, MemoryType, TableType};

use crate::heap::Heap;
use crate::ids::{Extern, FuncAddr, GlobalAddr, HostFuncId, InstanceAddr, MemAddr, TableAddr, TagAddr, TypeAddr};
use crate::index;
use crate::limits::{LimitKind, Limits};
pub use crate::memory::Memory;
use crate::module::{Modules, module_of};
use crate::simd::relaxed::Parameters;
use crate::types::Types;

/// A function instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FuncInst {
    pub(crate) ty: TypeAddr,
    pub(crate) kind: FuncKind,
}

/// Where a function comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FuncKind {
    /// A defined function (counted without imports) of an instance.
    Wasm { instance: InstanceAddr, func: u32 },
    /// A function of the embedder; parameters and results in cells.
    Host { id: HostFuncId, params: u32, results: u32 },
}

/// A table instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) ty: TableType,
    pub(crate) elems: Vec<u64>,
}

/// A global instance; its value is in the cells of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Global {
    pub(crate) ty: GlobalType,
    pub(crate) cell: u32,
}

/// A module instance: where its index spaces are in the store. It never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Instance {
    pub(crate) module: ModuleId,
    pub(crate) types: Box<[TypeAddr]>,
    pub(crate) funcs: Box<[FuncAddr]>,
    pub(crate) tables: Box<[TableAddr]>,
    pub(crate) memories: Box<[MemAddr]>,
    pub(crate) globals: Box<[GlobalAddr]>,
    /// The cells of the globals.
    pub(crate) cells: Box<[u32]>,
    pub(crate) tags: Box<[TagAddr]>,
    /// The first of its element segments in the store.
    pub(crate) elems: u32,
    /// The first of its data segments in the store.
    pub(crate) datas: u32,
}

/// What never changes once it is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Links {
    pub(crate) types: Types,
    pub(crate) funcs: Vec<FuncInst>,
    pub(crate) globals: Vec<Global>,
    pub(crate) tags: Vec<TypeAddr>,
    pub(crate) instances: Vec<Instance>,
}

/// What running changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Live {
    pub(crate) tables: Vec<Table>,
    pub(crate) memories: Vec<Memory>,
    /// The values of globals.
    pub(crate) cells: Vec<u64>,
    /// The elements of segments that can still be copied.
    pub(crate) elems: Vec<Box<[u64]>>,
    /// Whether a data segment was dropped.
    pub(crate) dropped: Vec<bool>,
    pub(crate) heap: Heap,
    /// What relaxed vector operators depend on.
    pub(crate) parameters: Parameters,
}

/// All mutable state of core modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoreStore {
    pub(crate) limits: Limits,
    /// Shared between forks.
    pub(crate) links: Arc<Links>,
    pub(crate) live: Live,
}

/// Why a module could not be instantiated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstantiateError {
    /// An import does not match; in words.
    Link(String),
    /// A segment does not fit, or a constant expression trapped. What was copied before stays.
    Trap(Trap),
    /// A limit of the store; in words.
    Limit(LimitKind, String),
}

impl From<Trap> for InstantiateError {
    fn from(trap: Trap) -> Self {
        Self::Trap(trap)
    }
}

impl std::fmt::Display for InstantiateError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Link(message) | Self::Limit(_, message) => f.write_str(message),
            Self::Trap(trap) => trap.fmt(f),
        }
    }
}

impl std::error::Error for InstantiateError {}

impl CoreStore {
    /// An empty store.
    pub fn new(limits: Limits) -> Self {
        Self { limits, links: Arc::default(), live: Live::default() }
    }

    /// What is added while modules are instantiated; forks that share it get their own.
    pub(crate) fn links_mut(&mut self) -> &mut Links {
        Arc::make_mut(&mut self.links)
    }

    /// The limits.
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Adds a function of the embedder.
    pub fn alloc_host_func(&mut self, id: HostFuncId, ty: FuncType) -> FuncAddr {
        let (params, results) = (cells(ty.param_cells()), cells(ty.result_cells()));
        let ty = self.links_mut().types.add_func(ty);
        self.links_mut().funcs.push(FuncInst { ty, kind: FuncKind::Host { id, params, results } });
        FuncAddr::new(self.links.funcs.len() - 1)
    }

    /// Adds a memory of the minimal size.
    ///
    /// # Errors
    /// When it is larger than the limit.
    pub fn alloc_memory(&mut self, ty: MemoryType) -> Result<MemAddr, InstantiateError> {
        let bytes = ty.limits.minimum.checked_mul(1 << ty.page_size_log2);
        if bytes.is_none_or(|bytes| bytes > self.limits.memory_bytes) {
            let message = format!(
                "memory of {} pages: more than the limit of {} bytes",
                ty.limits.minimum, self.limits.memory_bytes
            );
            return Err(InstantiateError::Limit(LimitKind::Memory, message));
        }
        self.live.memories.push(Memory::new(ty));
        Ok(MemAddr::new(self.live.memories.len() - 1))
    }

    /// Adds a table of the minimal size, with this value in each element.
    ///
    /// # Errors
    /// When it is larger than the limit.
    pub fn alloc_table(&mut self, ty: TableType, init: u64) -> Result<TableAddr, InstantiateError> {
        if ty.limits.minimum > self.limits.table_elements {
            let (size, limit) = (ty.limits.minimum, self.limits.table_elements);
            let message = format!("table of {size} elements: more than the limit of {limit}");
            return Err(InstantiateError::Limit(LimitKind::Table, message));
        }
        let elems = vec![init; syntax::convert::to_usize(ty.limits.minimum)];
        self.live.tables.push(Table { ty, elems });
        Ok(TableAddr::new(self.live.tables.len() - 1))
    }

    /// Adds a global; its value in cells.
    pub fn alloc_global(&mut self, ty: GlobalType, value: &[u64]) -> GlobalAddr {
        assert_eq!(value.len(), ty.value.cells(), "a value of the global's type");
        let cell = cells(self.live.cells.len());
        self.live.cells.extend_from_slice(value);
        self.links_mut().globals.push(Global { ty, cell });
        GlobalAddr::new(self.links.globals.len() - 1)
    }

    /// Adds a tag with the parameters of a function type.
    pub fn alloc_tag(&mut self, ty: FuncType) -> TagAddr {
        let ty = self.links_mut().types.add_func(ty);
        self.links_mut().tags.push(ty);
        TagAddr::new(self.links.tags.len() - 1)
    }

    /// The module of an instance.
    pub fn instance_module(&self, instance: InstanceAddr) -> ModuleId {
        self.links.instances[instance.index()].module
    }

    /// The start function of an instance's module.
    pub fn start_func(&self, modules: &Modules, instance: InstanceAddr) -> Option<FuncAddr> {
        let instance = &self.links.instances[instance.index()];
        module_of(modules, instance.module).syntax.start.map(|func| instance.funcs[index(func)])
    }

    /// What an instance exports under a name.
    pub fn export(&self, modules: &Modules, instance: InstanceAddr, name: &str) -> Option<Extern> {
        let instance = &self.links.instances[instance.index()];
        let exports = &module_of(modules, instance.module).syntax.exports;
        exports.iter().find(|export| export.name == name).map(|export| instance.item(export.item))
    }

    /// The type of a function, in the store's canonical types.
    pub fn func_type(&self, func: FuncAddr) -> &FuncType {
        self.links.types.func(self.links.funcs[func.index()].ty)
    }

    /// The name of a function in its module's name section, or what stands for it.
    pub fn func_name(&self, modules: &Modules, func: FuncAddr) -> String {
        match self.links.funcs[func.index()].kind {
            FuncKind::Wasm { instance, func } => {
                let syntax = &module_of(modules, self.instance_module(instance)).syntax;
                let func = func + syntax.imported_funcs;
                syntax.func_name(func).map_or_else(|| format!("func[{func}]"), str::to_owned)
            }
            FuncKind::Host { id, .. } => format!("host[{}]", id.0),
        }
    }

    /// The number that the embedder gave to a function of its own; `None` for functions of modules.
    pub fn host_func(&self, func: FuncAddr) -> Option<HostFuncId> {
        match self.links.funcs[func.index()].kind {
            FuncKind::Host { id, .. } => Some(id),
            FuncKind::Wasm { .. } => None,
        }
    }

    /// A memory.
    pub fn memory(&self, memory: MemAddr) -> &Memory {
        &self.live.memories[memory.index()]
    }

    /// A memory to write to.
    pub fn memory_mut(&mut self, memory: MemAddr) -> &mut Memory {
        &mut self.live.memories[memory.index()]
    }

    /// A memory and another one, the second to write to; `None` for the first when they are the same.
    pub fn memory_pair(&mut self, from: MemAddr, to: MemAddr) -> (Option<&Memory>, &mut Memory) {
        if from == to {
            return (None, self.memory_mut(to));
        }
        let [from, to] =
            self.live.memories.get_disjoint_mut([from.index(), to.index()]).expect("two memories of the store");
        (Some(from), to)
    }

    /// All memories, in the order of their addresses.
    pub fn memories(&self) -> &[Memory] {
        &self.live.memories
    }

    /// The function in an element of a table of functions: `None` past the end, `Some(None)` for null.
    pub fn table_get(&self, table: TableAddr, at: u64) -> Option<Option<FuncAddr>> {
        let cell = *self.live.tables[table.index()].elems.get(usize::try_from(at).ok()?)?;
        Some(crate::ids::func_of_cell(cell))
    }

    /// The type of a table, in the store's canonical types, and its size.
    pub fn table_type(&self, table: TableAddr) -> (TableType, u64) {
        let table = &self.live.tables[table.index()];
        (table.ty, syntax::convert::to_u64(table.elems.len()))
    }

    /// The type of a global, in the store's canonical types.
    pub fn global_type(&self, global: GlobalAddr) -> GlobalType {
        self.links.globals[global.index()].ty
    }

    /// The value of a global in cells.
    pub fn global(&self, global: GlobalAddr) -> &[u64] {
        let global = &self.links.globals[global.index()];
        &self.live.cells[index(global.cell)..][..global.ty.value.cells()]
    }

    /// Sets a global.
    ///
    /// # Panics
    /// When the value has another number of cells than the type.
    pub fn set_global(&mut self, global: GlobalAddr, value: &[u64]) {
        let global = &self.links.globals[global.index()];
        self.live.cells[index(global.cell)..][..global.ty.value.cells()].copy_from_slice(value);
    }

    /// The parameters of a tag.
    pub fn tag_type(&self, tag: TagAddr) -> &FuncType {
        self.links.types.func(self.links.tags[tag.index()])
    }
}

impl Instance {
    pub(crate) fn item(&self, item: ExportItem) -> Extern {
        match item {
            ExportItem::Func(i) => Extern::Func(self.funcs[index(i)]),
            ExportItem::Table(i) => Extern::Table(self.tables[index(i)]),
            ExportItem::Memory(i) => Extern::Memory(self.memories[index(i)]),
            ExportItem::Global(i) => Extern::Global(self.globals[index(i)]),
            ExportItem::Tag(i) => Extern::Tag(self.tags[index(i)]),
        }
    }
}

/// A number of cells; types and stores are far smaller than 2^32 cells.
pub(crate) fn cells(n: usize) -> u32 {
    syntax::convert::to_u32(n)
}

impl StateHash for CoreStore {
    /// Instances, functions, tags and types never change once they are made: of them, the modules and numbers count.
    fn state_hash(&self, hasher: &mut StateHasher) {
        for instance in &self.links.instances {
            instance.module.0.state_hash(hasher);
        }
        (self.links.funcs.len(), self.links.tags.len()).state_hash(hasher);
        (self.live.tables.len(), self.live.memories.len()).state_hash(hasher);
        for table in &self.live.tables {
            table.elems.state_hash(hasher);
        }
        for memory in &self.live.memories {
            memory.state_hash(hasher);
        }
        self.live.cells.state_hash(hasher);
        for elems in &self.live.elems {
            elems.len().state_hash(hasher);
        }
        self.live.dropped.state_hash(hasher);
        self.live.heap.state_hash(hasher);
        self.live.parameters.state_hash(hasher);
    }
}
