//! Core modules: payloads of the parser to `syntax::module::Module`.
//!
//! Spec: core specification, "Binary Format" and "Validation". Of the binary only the code and the data are kept; custom
//! sections other than the names are skipped.

mod convert;

use syntax::convert::to_usize;
use syntax::module::{
    Data, Elem, ElemItems, Export, ExportItem, Global, Import, ImportType, Module, Names, SegmentMode, Table,
};
use wasmparser::{
    DataKind, ElementItems, ElementKind, ExternalKind, Name, Parser, Payload, TableInit, TypeRef, ValidPayload,
    Validator,
};

use crate::error::Error;

/// Decodes and validates one core module in a single pass; `bytes` begin with it and may go on after it. The validator
/// is at the place where a module may begin, and has popped it afterwards. Returns how many bytes the module takes.
pub(crate) fn decode(mut parser: Parser, bytes: &[u8], validator: &mut Validator) -> Result<(Module, usize), Error> {
    let mut position = 0;
    let mut allocations = wasmparser::FuncValidatorAllocations::default();
    let mut decoder = Decoder::default();
    loop {
        let (payload, consumed) = match parser.parse(&bytes[position..], true)? {
            wasmparser::Chunk::Parsed { payload, consumed } => (payload, consumed),
            wasmparser::Chunk::NeedMoreData(_) => return Err(Error::new("unexpected end", parser.offset())),
        };
        position += consumed;
        match validator.payload(&payload)? {
            ValidPayload::Func(func, body) => {
                let mut func = func.into_validator(allocations);
                func.validate(&body)?;
                allocations = func.into_allocations();
            }
            ValidPayload::End(_) => return Ok((decoder.finish(), position)),
            ValidPayload::Ok | ValidPayload::Parser(_) => {}
        }
        decoder.payload(&payload, &bytes[position..])?;
    }
}

#[derive(Default)]
struct Decoder {
    module: Module,
    bytes: Vec<u8>,
}

impl Decoder {
    fn finish(mut self) -> Module {
        self.module.bytes = self.bytes.into();
        self.module
    }

    /// Takes over what a payload defines; `rest` is what follows it.
    fn payload(&mut self, payload: &Payload<'_>, rest: &[u8]) -> Result<(), Error> {
        match payload {
            Payload::TypeSection(types) => convert::types(&mut self.module, types.clone())?,
            Payload::ImportSection(imports) => {
                for import in imports.clone().into_imports() {
                    self.import(&import?)?;
                }
            }
            Payload::FunctionSection(funcs) => {
                for ty in funcs.clone() {
                    self.module.funcs.push(ty?);
                }
            }
            Payload::TableSection(tables) => self.tables(tables.clone())?,
            Payload::MemorySection(memories) => {
                for ty in memories.clone() {
                    self.module.memories.push(convert::memory(ty?));
                }
            }
            Payload::TagSection(tags) => {
                for tag in tags.clone() {
                    self.module.tags.push(tag?.func_type_idx);
                }
            }
            Payload::GlobalSection(globals) => self.globals(globals.clone())?,
            Payload::ExportSection(exports) => self.exports(exports.clone())?,
            Payload::StartSection { func, .. } => self.module.start = Some(*func),
            Payload::ElementSection(elems) => self.elems(elems.clone())?,
            Payload::CodeSectionStart { range, size, .. } => {
                self.module.code_offset = to_usize(range.end - u64::from(*size));
                // A section that is cut short is an error at the body that is missing.
                let size = to_usize(u64::from(*size)).min(rest.len());
                self.bytes.extend_from_slice(&rest[..size]);
            }
            Payload::CodeSectionEntry(body) => {
                let range = body.range();
                let code = self.module.code_offset;
                self.module.bodies.push(to_usize(range.start) - code..to_usize(range.end) - code);
            }
            Payload::DataSection(datas) => self.datas(datas.clone())?,
            Payload::CustomSection(custom) => {
                if let wasmparser::KnownCustom::Name(names) = custom.as_known() {
                    // A malformed name section is no error: it is a custom section.
                    let _ = read_names(&mut self.module.names, names);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn import(&mut self, import: &wasmparser::Import<'_>) -> Result<(), Error> {
        let module = &mut self.module;
        let ty = match import.ty {
            TypeRef::Func(ty) | TypeRef::FuncExact(ty) => {
                module.funcs.push(ty);
                module.imported_funcs += 1;
                match import.ty {
                    TypeRef::FuncExact(ty) => ImportType::FuncExact(ty),
                    _ => ImportType::Func(ty),
                }
            }
            TypeRef::Table(ty) => {
                let ty = convert::table(ty)?;
                module.tables.push(ty);
                ImportType::Table(ty)
            }
            TypeRef::Memory(ty) => {
                let ty = convert::memory(ty);
                module.memories.push(ty);
                module.imported_memories += 1;
                ImportType::Memory(ty)
            }
            TypeRef::Global(ty) => {
                let ty = convert::global(ty)?;
                module.globals.push(ty);
                ImportType::Global(ty)
            }
            TypeRef::Tag(ty) => {
                module.tags.push(ty.func_type_idx);
                module.imported_tags += 1;
                ImportType::Tag(ty.func_type_idx)
            }
        };
        module.imports.push(Import { module: import.module.to_owned(), name: import.name.to_owned(), ty });
        Ok(())
    }

    fn tables(&mut self, tables: wasmparser::TableSectionReader<'_>) -> Result<(), Error> {
        for table in tables {
            let table = table?;
            let ty = convert::table(table.ty)?;
            let init = match table.init {
                TableInit::RefNull => None,
                TableInit::Expr(expr) => Some(convert::const_expr(&expr)?),
            };
            self.module.tables.push(ty);
            self.module.defined_tables.push(Table { ty, init });
        }
        Ok(())
    }

    fn globals(&mut self, globals: wasmparser::GlobalSectionReader<'_>) -> Result<(), Error> {
        for global in globals {
            let global = global?;
            let ty = convert::global(global.ty)?;
            self.module.globals.push(ty);
            self.module.defined_globals.push(Global { ty, init: convert::const_expr(&global.init_expr)? });
        }
        Ok(())
    }

    fn exports(&mut self, exports: wasmparser::ExportSectionReader<'_>) -> Result<(), Error> {
        for export in exports {
            let export = export?;
            let item = match export.kind {
                ExternalKind::Func | ExternalKind::FuncExact => ExportItem::Func(export.index),
                ExternalKind::Table => ExportItem::Table(export.index),
                ExternalKind::Memory => ExportItem::Memory(export.index),
                ExternalKind::Global => ExportItem::Global(export.index),
                ExternalKind::Tag => ExportItem::Tag(export.index),
            };
            self.module.exports.push(Export { name: export.name.to_owned(), item });
        }
        Ok(())
    }

    fn elems(&mut self, elems: wasmparser::ElementSectionReader<'_>) -> Result<(), Error> {
        for elem in elems {
            let elem = elem?;
            let mode = match elem.kind {
                ElementKind::Passive => SegmentMode::Passive,
                ElementKind::Declared => SegmentMode::Declared,
                ElementKind::Active { table_index, offset_expr } => {
                    SegmentMode::Active { target: table_index.unwrap_or(0), offset: convert::const_expr(&offset_expr)? }
                }
            };
            let (ty, items) = match elem.items {
                ElementItems::Functions(funcs) => {
                    let funcs = funcs.into_iter().collect::<Result<_, _>>()?;
                    (syntax::module::RefType::FUNC, ElemItems::Funcs(funcs))
                }
                ElementItems::Expressions(ty, exprs) => {
                    let exprs = exprs.into_iter().map(|expr| convert::const_expr(&expr?)).collect::<Result<_, _>>()?;
                    (convert::reference(ty)?, ElemItems::Exprs(exprs))
                }
            };
            self.module.elems.push(Elem { mode, ty, items });
        }
        Ok(())
    }

    fn datas(&mut self, datas: wasmparser::DataSectionReader<'_>) -> Result<(), Error> {
        for data in datas {
            let data = data?;
            let mode = match data.kind {
                DataKind::Passive => SegmentMode::Passive,
                DataKind::Active { memory_index, offset_expr } => {
                    SegmentMode::Active { target: memory_index, offset: convert::const_expr(&offset_expr)? }
                }
            };
            let start = self.bytes.len();
            self.bytes.extend_from_slice(data.data);
            self.module.datas.push(Data { mode, bytes: start..self.bytes.len() });
        }
        Ok(())
    }
}

fn read_names(names: &mut Names, section: wasmparser::NameSectionReader<'_>) -> Result<(), wasmparser::Error> {
    for name in section {
        match name? {
            Name::Module { name, .. } => names.module = Some(name.to_owned()),
            Name::Function(map) => {
                for naming in map {
                    let naming = naming?;
                    names.funcs.push((naming.index, naming.name.to_owned()));
                }
                names.funcs.sort_by_key(|(func, _)| *func);
            }
            _ => {}
        }
    }
    Ok(())
}
