//! The sections of a component, one function each.
//!
//! Spec: Binary.md, "Instance Definitions", "Alias Definitions", "Type Definitions", "Canonical Definitions", "Import and
//! Export Definitions". The validator has seen each section, so indices and names are good.

use syntax::component::{Capture, CoreItem, Definition, ExportDecl, Import, Item, ResourceBinding, Sort};
use syntax::id::{
    ComponentIndex, CoreFuncIndex, CoreGlobalIndex, CoreInstanceIndex, CoreMemoryIndex, CoreModuleIndex,
    CoreTableIndex, CoreTagIndex, FuncIndex, InstanceIndex,
};
use wasmparser::component_types::{ComponentAnyTypeId, ComponentEntityType};
use wasmparser::{
    ComponentAlias, ComponentAliasSectionReader, ComponentCanonicalSectionReader, ComponentExportSectionReader,
    ComponentExternalKind, ComponentImportSectionReader, ComponentInstance, ComponentInstanceSectionReader,
    ComponentOuterAliasKind, ComponentType, ComponentTypeSectionReader, ExternalKind, Instance, InstanceSectionReader,
};

use crate::canon;
use crate::component::Decoder;
use crate::error::Error;

impl Decoder<'_> {
    pub(crate) fn core_instances(&mut self, section: &InstanceSectionReader<'_>) -> Result<(), Error> {
        for instance in section.clone() {
            let definition = match instance? {
                Instance::Instantiate { module_index, args } => {
                    let args = args.iter().map(|arg| (arg.name.to_string(), CoreInstanceIndex(arg.index)));
                    Definition::CoreInstantiate { module: CoreModuleIndex(module_index), args: args.collect() }
                }
                Instance::FromExports(exports) => {
                    let exports = exports.iter();
                    let exports = exports.map(|export| (export.name.to_string(), core_item(export.kind, export.index)));
                    Definition::CoreInstanceFromExports(exports.collect())
                }
            };
            self.push(definition);
        }
        Ok(())
    }

    pub(crate) fn instances(&mut self, section: &ComponentInstanceSectionReader<'_>) -> Result<(), Error> {
        for instance in section.clone() {
            let definition = match instance? {
                ComponentInstance::Instantiate { component_index, args } => {
                    let args = args.iter().map(|arg| (arg.name.to_string(), self.item(arg.kind, arg.index))).collect();
                    let index = self.frame().instance_count;
                    let id = self.translator().types.component_instance_at(index);
                    let resources = self.bind(ComponentEntityType::Instance(id));
                    Definition::Instantiate { component: ComponentIndex(component_index), args, resources }
                }
                ComponentInstance::FromExports(exports) => {
                    let exports = exports.iter();
                    let exports =
                        exports.map(|export| (export.name.name.to_string(), self.item(export.kind, export.index)));
                    Definition::InstanceFromExports(exports.collect())
                }
            };
            self.push(definition);
            self.frame().instance_count += 1;
        }
        Ok(())
    }

    pub(crate) fn aliases(&mut self, section: &ComponentAliasSectionReader<'_>) -> Result<(), Error> {
        for alias in section.clone() {
            match alias? {
                ComponentAlias::InstanceExport { kind, instance_index, name } => {
                    self.alias_export(kind, instance_index, name);
                }
                ComponentAlias::CoreInstanceExport { kind, instance_index, name } => {
                    let (instance, name) = (CoreInstanceIndex(instance_index), name.to_string());
                    self.push(Definition::AliasCoreExport { sort: core_sort(kind), instance, name });
                }
                ComponentAlias::Outer { kind, count, index } => self.alias_outer(kind, count, index),
            }
        }
        Ok(())
    }

    fn alias_export(&mut self, kind: ComponentExternalKind, instance: u32, name: &str) {
        self.count(kind);
        let sort = sort(kind);
        if sort != Sort::Type {
            self.push(Definition::AliasExport { sort, instance: InstanceIndex(instance), name: name.to_string() });
        }
    }

    fn alias_outer(&mut self, kind: ComponentOuterAliasKind, count: u32, index: u32) {
        let (item, capture, sort) = match kind {
            ComponentOuterAliasKind::CoreModule => {
                let index = CoreModuleIndex(index);
                (Item::Module(index), Capture::Module(index), Sort::CoreModule)
            }
            ComponentOuterAliasKind::Component => {
                let index = ComponentIndex(index);
                (Item::Component(index), Capture::Component(index), Sort::Component)
            }
            ComponentOuterAliasKind::Type => {
                self.count(ComponentExternalKind::Type);
                return;
            }
            ComponentOuterAliasKind::CoreType => return,
        };
        let definition = if count == 0 { Definition::AliasSelf(item) } else { self.capture(count, capture, sort) };
        self.push(definition);
    }

    pub(crate) fn types(&mut self, section: &ComponentTypeSectionReader<'_>) -> Result<(), Error> {
        for ty in section.clone() {
            let index = self.frame().type_count;
            self.count(ComponentExternalKind::Type);
            if let ComponentType::Resource { rep, dtor } = ty? {
                let Item::Resource(resource) = self.item(ComponentExternalKind::Type, index) else {
                    unreachable!("the validator has defined a resource type");
                };
                let (rep, dtor) = (canon::ptr_type(rep), dtor.map(CoreFuncIndex));
                self.push(Definition::Resource { resource, rep, dtor });
            }
        }
        Ok(())
    }

    pub(crate) fn canons(&mut self, section: &ComponentCanonicalSectionReader<'_>) -> Result<(), Error> {
        for canon in section.clone().into_iter_with_offsets() {
            let (offset, canon) = canon?;
            let definition = canon::definition(&canon, offset, &mut self.translator())?;
            self.push(definition);
        }
        Ok(())
    }

    pub(crate) fn imports(&mut self, section: &ComponentImportSectionReader<'_>) -> Result<(), Error> {
        for import in section.clone() {
            let import = import?;
            let name = import.name.name.to_string();
            let item = self.translator().types.component_item_for_import(&name).cloned();
            let entity = item.expect("the validator has added the import").ty;
            let kind = import.ty.kind();
            let resources = self.bind(entity);
            let ty = self.translator().entity(entity);
            self.count(kind);
            self.frame().component.imports.push(Import { name: name.clone(), ty });
            self.push(Definition::Import { name, sort: sort(kind), resources });
        }
        Ok(())
    }

    pub(crate) fn exports(&mut self, section: &ComponentExportSectionReader<'_>) -> Result<(), Error> {
        for export in section.clone() {
            let export = export?;
            let name = export.name.name.to_string();
            let exported = self.item(export.kind, export.index);
            let item = self.translator().types.component_item_for_export(&name).cloned();
            let entity = item.expect("the validator has added the export").ty;
            let resources = self.bind(entity);
            let ty = self.translator().entity(entity);
            self.count(export.kind);
            self.frame().component.exports.push(ExportDecl { name: name.clone(), ty });
            self.push(Definition::Export { name, item: exported, resources });
        }
        Ok(())
    }

    fn bind(&mut self, entity: ComponentEntityType) -> Vec<ResourceBinding> {
        let translator = self.translator();
        translator.scope.resources.bind(translator.types, entity)
    }

    /// Counts a new entry of the index spaces whose indices are looked up in the validator.
    fn count(&mut self, kind: ComponentExternalKind) {
        match kind {
            ComponentExternalKind::Type => self.frame().type_count += 1,
            ComponentExternalKind::Instance => self.frame().instance_count += 1,
            ComponentExternalKind::Module
            | ComponentExternalKind::Func
            | ComponentExternalKind::Value
            | ComponentExternalKind::Component => {}
        }
    }

    fn item(&mut self, kind: ComponentExternalKind, index: u32) -> Item {
        match kind {
            ComponentExternalKind::Module => Item::Module(CoreModuleIndex(index)),
            ComponentExternalKind::Func => Item::Func(FuncIndex(index)),
            ComponentExternalKind::Instance => Item::Instance(InstanceIndex(index)),
            ComponentExternalKind::Component => Item::Component(ComponentIndex(index)),
            ComponentExternalKind::Type => {
                let mut translator = self.translator();
                match translator.types.component_any_type_at(index) {
                    ComponentAnyTypeId::Resource(id) => Item::Resource(translator.resource(id)),
                    ComponentAnyTypeId::Defined(_)
                    | ComponentAnyTypeId::Func(_)
                    | ComponentAnyTypeId::Instance(_)
                    | ComponentAnyTypeId::Component(_) => Item::Type,
                }
            }
            ComponentExternalKind::Value => unreachable!("the validator refuses values, which cannot be switched on"),
        }
    }
}

fn sort(kind: ComponentExternalKind) -> Sort {
    match kind {
        ComponentExternalKind::Module => Sort::CoreModule,
        ComponentExternalKind::Func => Sort::Func,
        ComponentExternalKind::Type => Sort::Type,
        ComponentExternalKind::Instance => Sort::Instance,
        ComponentExternalKind::Component => Sort::Component,
        ComponentExternalKind::Value => unreachable!("the validator refuses values, which cannot be switched on"),
    }
}

fn core_sort(kind: ExternalKind) -> Sort {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => Sort::CoreFunc,
        ExternalKind::Table => Sort::CoreTable,
        ExternalKind::Memory => Sort::CoreMemory,
        ExternalKind::Global => Sort::CoreGlobal,
        ExternalKind::Tag => Sort::CoreTag,
    }
}

fn core_item(kind: ExternalKind, index: u32) -> CoreItem {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => CoreItem::Func(CoreFuncIndex(index)),
        ExternalKind::Table => CoreItem::Table(CoreTableIndex(index)),
        ExternalKind::Memory => CoreItem::Memory(CoreMemoryIndex(index)),
        ExternalKind::Global => CoreItem::Global(CoreGlobalIndex(index)),
        ExternalKind::Tag => CoreItem::Tag(CoreTagIndex(index)),
    }
}
