//! Instantiation.
//!
//! Spec: core specification, "Modules", "Instantiation". The start function is the caller's to run.

use smallvec::SmallVec;

use syntax::convert::to_u64;
use syntax::id::ModuleId;
use syntax::module::{ConstOp, ElemItems, Import, ImportType, MemoryType, Module as Definition, SegmentMode};

use crate::heap::Shape;
use crate::ids::{Extern, FuncAddr, InstanceAddr, TypeAddr, ref_cell};
use crate::index;
use crate::limits::{LimitKind, MAX_INSTANCES};
use crate::machine::slow::{init_memory, init_table};
use crate::module::{Modules, module_of};
use crate::store::{CoreStore, FuncInst, FuncKind, Instance, InstantiateError};
use crate::types::{canonical_global, canonical_table, limits_match};

/// The cells of a value.
type Cells = SmallVec<[u64; 2]>;

/// An instance while its index spaces are being filled; those of small modules without allocations.
#[derive(Default)]
struct Spaces {
    types: SmallVec<[TypeAddr; 8]>,
    funcs: SmallVec<[FuncAddr; 8]>,
    tables: SmallVec<[crate::ids::TableAddr; 2]>,
    memories: SmallVec<[crate::ids::MemAddr; 2]>,
    globals: SmallVec<[crate::ids::GlobalAddr; 4]>,
    cells: SmallVec<[u32; 4]>,
    tags: SmallVec<[crate::ids::TagAddr; 2]>,
}

impl CoreStore {
    /// Instantiates a module with what its imports are, in their order; copies the active segments. The start function
    /// is not run.
    ///
    /// # Errors
    /// When an import does not match, a segment does not fit, or a limit is reached.
    ///
    /// # Panics
    /// When there are not as many externs as imports.
    pub fn instantiate(
        &mut self,
        modules: &Modules,
        module: ModuleId,
        imports: &[Extern],
    ) -> Result<InstanceAddr, InstantiateError> {
        let definition = &module_of(modules, module).syntax;
        assert_eq!(definition.imports.len(), imports.len(), "an extern for each import");
        if !imports.is_empty() || !self.is_new() {
            return self.instantiate_anew(definition, module, imports);
        }
        let first = &module_of(modules, module).first;
        if let Some(Some(first)) = first.get()
            && let Some(instance) = self.again(module, first)
        {
            return Ok(instance);
        }
        let instance = self.instantiate_anew(definition, module, imports)?;
        first.get_or_init(|| self.first());
        Ok(instance)
    }

    fn instantiate_anew(
        &mut self,
        definition: &Definition,
        module: ModuleId,
        imports: &[Extern],
    ) -> Result<InstanceAddr, InstantiateError> {
        let instances = self.links.instances.len();
        if instances >= self.limits.instances.min(MAX_INSTANCES) {
            return Err(InstantiateError::Limit(LimitKind::Instances, format!("more than {instances} instances")));
        }
        let mut spaces = Spaces { types: self.links_mut().types.add_module(definition), ..Spaces::default() };
        for (import, item) in definition.imports.iter().zip(imports) {
            self.import(&mut spaces, import, *item)?;
        }
        self.define(&mut spaces, definition)?;
        let (elems, datas) = (self.live.elems.len(), self.live.dropped.len());
        for elem in &definition.elems {
            let cells = match &elem.items {
                ElemItems::Funcs(funcs) => {
                    funcs.iter().map(|func| ref_cell(Some(spaces.funcs[index(*func)]))).collect()
                }
                ElemItems::Exprs(exprs) => exprs
                    .iter()
                    .map(|expr| Ok(self.evaluate(&spaces, expr)?[0]))
                    .collect::<Result<_, InstantiateError>>()?,
            };
            self.live.elems.push(cells);
        }
        self.live.dropped.extend(definition.datas.iter().map(|_| false));
        let instance = Instance {
            module,
            types: spaces.types.as_slice().into(),
            funcs: spaces.funcs.as_slice().into(),
            tables: spaces.tables.as_slice().into(),
            memories: spaces.memories.as_slice().into(),
            globals: spaces.globals.as_slice().into(),
            cells: spaces.cells.as_slice().into(),
            tags: spaces.tags.as_slice().into(),
            elems: syntax::convert::to_u32(elems),
            datas: syntax::convert::to_u32(datas),
        };
        self.links_mut().instances.push(instance);
        self.copy_segments(&spaces, definition, elems, datas)?;
        Ok(InstanceAddr::new(instances))
    }

    /// Checks an import and takes it over.
    fn import(&mut self, spaces: &mut Spaces, import: &Import, item: Extern) -> Result<(), InstantiateError> {
        let types = &self.links.types;
        let matches = match (import.ty, item) {
            (ImportType::Func(ty), Extern::Func(func)) => {
                spaces.funcs.push(func);
                types.is_subtype(self.links.funcs[func.index()].ty, spaces.types[index(ty)])
            }
            (ImportType::FuncExact(ty), Extern::Func(func)) => {
                spaces.funcs.push(func);
                self.links.funcs[func.index()].ty == spaces.types[index(ty)]
            }
            (ImportType::Table(of), Extern::Table(table)) => {
                spaces.tables.push(table);
                let (of, (ty, size)) = (canonical_table(of, &spaces.types), self.table_type(table));
                ty.element == of.element && ty.is_64 == of.is_64 && limits_match(size, ty.limits.maximum, of.limits)
            }
            (ImportType::Memory(of), Extern::Memory(memory)) => {
                spaces.memories.push(memory);
                let memory = &self.live.memories[memory.index()];
                let ty = memory.ty();
                (ty.is_64, ty.shared, ty.page_size_log2) == (of.is_64, of.shared, of.page_size_log2)
                    && limits_match(memory.pages(), ty.limits.maximum, of.limits)
            }
            (ImportType::Global(of), Extern::Global(global)) => {
                let global_inst = self.links.globals[global.index()];
                spaces.globals.push(global);
                spaces.cells.push(global_inst.cell);
                types.global_matches(global_inst.ty, canonical_global(of, &spaces.types))
            }
            (ImportType::Tag(ty), Extern::Tag(tag)) => {
                spaces.tags.push(tag);
                self.links.tags[tag.index()] == spaces.types[index(ty)]
            }
            _ => {
                let expected = sort(import.ty);
                let message = format!("expected {expected}, found {}", item.sort());
                return Err(InstantiateError::Link(link_message(import, &message)));
            }
        };
        if matches {
            return Ok(());
        }
        let found =
            format!("expected {}, found {}", self.describe_import(import.ty, &spaces.types), self.describe(item));
        Err(InstantiateError::Link(link_message(import, &found)))
    }

    /// Allocates what the module defines.
    fn define(&mut self, spaces: &mut Spaces, definition: &Definition) -> Result<(), InstantiateError> {
        let instance = InstanceAddr::new(self.links.instances.len());
        for (func, ty) in (0u32..).zip(&definition.funcs[index(definition.imported_funcs)..]) {
            spaces.funcs.push(FuncAddr::new(self.links.funcs.len()));
            self.links_mut()
                .funcs
                .push(FuncInst { ty: spaces.types[index(*ty)], kind: FuncKind::Wasm { instance, func } });
        }
        for ty in &definition.tags[index(definition.imported_tags)..] {
            spaces.tags.push(crate::ids::TagAddr::new(self.links.tags.len()));
            self.links_mut().tags.push(spaces.types[index(*ty)]);
        }
        for ty in &definition.memories[index(definition.imported_memories)..] {
            spaces.memories.push(self.alloc_memory(*ty)?);
        }
        for global in &definition.defined_globals {
            let value = self.evaluate(spaces, &global.init)?;
            let addr = self.alloc_global(canonical_global(global.ty, &spaces.types), &value);
            spaces.globals.push(addr);
            spaces.cells.push(self.links.globals[addr.index()].cell);
        }
        for table in &definition.defined_tables {
            let init = match &table.init {
                Some(init) => self.evaluate(spaces, init)?[0],
                None => 0,
            };
            spaces.tables.push(self.alloc_table(canonical_table(table.ty, &spaces.types), init)?);
        }
        Ok(())
    }

    /// Copies the active segments in their order, and drops them.
    fn copy_segments(
        &mut self,
        spaces: &Spaces,
        definition: &Definition,
        elems: usize,
        datas: usize,
    ) -> Result<(), InstantiateError> {
        for (i, elem) in definition.elems.iter().enumerate() {
            if let SegmentMode::Active { target, offset } = &elem.mode {
                let to = self.evaluate(spaces, offset)?[0];
                let cells = &self.live.elems[elems + i];
                let table = &mut self.live.tables[spaces.tables[index(*target)].index()];
                init_table(table, to, cells, 0, to_u64(cells.len())).map_err(syntax::Trap::new)?;
            }
            if elem.mode != SegmentMode::Passive {
                self.live.elems[elems + i] = Box::default();
            }
        }
        for (i, data) in definition.datas.iter().enumerate() {
            if let SegmentMode::Active { target, offset } = &data.mode {
                let to = self.evaluate(spaces, offset)?[0];
                let bytes = &definition.bytes[data.bytes.clone()];
                let memory = &mut self.live.memories[spaces.memories[index(*target)].index()];
                init_memory(memory, to, bytes, 0, to_u64(bytes.len())).map_err(syntax::Trap::new)?;
                self.live.dropped[datas + i] = true;
            }
        }
        Ok(())
    }

    /// *Spec: core specification, "Constant Expressions".*
    fn evaluate(&mut self, spaces: &Spaces, expr: &[ConstOp]) -> Result<Cells, InstantiateError> {
        let mut stack = Cells::new();
        for op in expr {
            match op {
                ConstOp::I32Const(value) => stack.push(u64::from(value.cast_unsigned())),
                ConstOp::I64Const(value) => stack.push(value.cast_unsigned()),
                ConstOp::F32Const(bits) => stack.push(u64::from(*bits)),
                ConstOp::F64Const(bits) => stack.push(*bits),
                ConstOp::V128Const(bits) => {
                    let [low, high] = crate::numeric::cells_of_v128(*bits);
                    stack.extend([low, high]);
                }
                ConstOp::GlobalGet(global) => stack.extend_from_slice(self.global(spaces.globals[index(*global)])),
                ConstOp::RefNull => stack.push(0),
                ConstOp::RefFunc(func) => stack.push(ref_cell(Some(spaces.funcs[index(*func)]))),
                ConstOp::I32Add => binary(&mut stack, |a, b| u64::from(low(a).wrapping_add(low(b)))),
                ConstOp::I32Sub => binary(&mut stack, |a, b| u64::from(low(a).wrapping_sub(low(b)))),
                ConstOp::I32Mul => binary(&mut stack, |a, b| u64::from(low(a).wrapping_mul(low(b)))),
                ConstOp::I64Add => binary(&mut stack, u64::wrapping_add),
                ConstOp::I64Sub => binary(&mut stack, u64::wrapping_sub),
                ConstOp::I64Mul => binary(&mut stack, u64::wrapping_mul),
                ConstOp::StructNew(ty) => {
                    let ty = spaces.types[index(*ty)];
                    let at = stack.len() - self.links.types.fields(ty).iter().map(|field| field.cells()).sum::<usize>();
                    let cells = stack.drain(at..).collect();
                    stack.push(self.allocate(ty, cells)?);
                }
                ConstOp::StructNewDefault(ty) => {
                    let ty = spaces.types[index(*ty)];
                    let len = self.links.types.fields(ty).iter().map(|field| field.cells()).sum();
                    stack.push(self.allocate(ty, vec![0; len])?);
                }
                ConstOp::ArrayNew(ty) => {
                    let ty = spaces.types[index(*ty)];
                    let len = syntax::convert::to_usize(stack.pop().expect("validation: a length"));
                    let value: Cells = stack.drain(stack.len() - self.links.types.element(ty).cells()..).collect();
                    self.room(to_u64(len).saturating_mul(to_u64(value.len())))?;
                    stack.push(self.allocate(ty, value.repeat(len))?);
                }
                ConstOp::ArrayNewDefault(ty) => {
                    let ty = spaces.types[index(*ty)];
                    let len = syntax::convert::to_usize(stack.pop().expect("validation: a length"));
                    let wide = self.links.types.element(ty).cells();
                    self.room(to_u64(len).saturating_mul(to_u64(wide)))?;
                    stack.push(self.allocate(ty, vec![0; len * wide])?);
                }
                ConstOp::ArrayNewFixed(ty, len) => {
                    let ty = spaces.types[index(*ty)];
                    let at = stack.len() - self.links.types.element(ty).cells() * index(*len);
                    let cells = stack.drain(at..).collect();
                    stack.push(self.allocate(ty, cells)?);
                }
                ConstOp::RefI31 => {
                    let value = stack.pop().expect("validation: a number");
                    stack.push(crate::heap::i31(value));
                }
                ConstOp::AnyConvertExtern => {
                    let value = stack.pop().expect("validation: a reference");
                    stack.push(crate::heap::any_of_extern(value));
                }
                ConstOp::ExternConvertAny => {
                    let value = stack.pop().expect("validation: a reference");
                    stack.push(crate::heap::extern_of_any(value));
                }
            }
        }
        Ok(stack)
    }

    fn allocate(&mut self, ty: TypeAddr, mut cells: Vec<u64>) -> Result<u64, InstantiateError> {
        self.links.types.pack(ty, &mut cells);
        self.room(to_u64(cells.len()))?;
        Ok(self.live.heap.add(Shape::Aggregate(ty), cells))
    }

    /// Garbage cannot be collected here, where references are on their way; see `is_collection_due`.
    fn room(&self, cells: u64) -> Result<(), InstantiateError> {
        let limit = self.limits.heap_bytes;
        if self.live.heap.fits(cells, limit) {
            return Ok(());
        }
        Err(InstantiateError::Limit(LimitKind::Heap, format!("objects of more than the limit of {limit} bytes")))
    }

    fn describe(&self, item: Extern) -> String {
        match item {
            Extern::Func(func) => format!("a function of type {}", self.func_type(func)),
            Extern::Table(table) => {
                let (ty, size) = self.table_type(table);
                format!("a table of {size} elements: {ty}")
            }
            Extern::Memory(memory) => {
                let memory = self.memory(memory);
                describe_memory(memory.ty(), memory.pages())
            }
            Extern::Global(global) => format!("a global of type {}", self.global_type(global)),
            Extern::Tag(tag) => format!("a tag of type {}", self.tag_type(tag)),
        }
    }

    fn describe_import(&self, ty: ImportType, types: &[TypeAddr]) -> String {
        match ty {
            ImportType::Func(ty) | ImportType::FuncExact(ty) => {
                format!("a function of type {}", self.links.types.func(types[index(ty)]))
            }
            ImportType::Table(ty) => format!("a table: {ty}"),
            ImportType::Memory(ty) => describe_memory(ty, ty.limits.minimum),
            ImportType::Global(ty) => format!("a global of type {ty}"),
            ImportType::Tag(ty) => format!("a tag of type {}", self.links.types.func(types[index(ty)])),
        }
    }
}

fn describe_memory(ty: MemoryType, pages: u64) -> String {
    let bits = if ty.is_64 { 64 } else { 32 };
    let maximum = ty.limits.maximum.map_or_else(|| "no maximum".to_owned(), |maximum| format!("at most {maximum}"));
    let shared = if ty.shared { "shared " } else { "" };
    format!(
        "a {shared}memory of {pages} pages of {} bytes ({maximum}, {bits}-bit addresses)",
        1u64 << ty.page_size_log2
    )
}

fn link_message(import: &Import, message: &str) -> String {
    format!("incompatible import type: `{}` `{}`: {message}", import.module, import.name)
}

const fn sort(ty: ImportType) -> &'static str {
    match ty {
        ImportType::Func(_) | ImportType::FuncExact(_) => "a function",
        ImportType::Table(_) => "a table",
        ImportType::Memory(_) => "a memory",
        ImportType::Global(_) => "a global",
        ImportType::Tag(_) => "a tag",
    }
}

const fn low(cell: u64) -> u32 {
    syntax::convert::low_u32(cell)
}

fn binary(stack: &mut Cells, op: impl Fn(u64, u64) -> u64) {
    let b = stack.pop().expect("validation: two operands");
    let a = stack.pop().expect("validation: two operands");
    stack.push(op(a, b));
}
