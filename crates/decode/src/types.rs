//! The validator's types to those of the program.
//!
//! Spec: Explainer.md, "Type Definitions". Resource ids become the component's own numbers; everything else is structural.
//! Each type is translated once for a component, so the work is linear in the types, however often they are used.

use std::fmt::Write;
use std::sync::Arc;

use indexmap::IndexMap;
use syntax::component::{ComponentType, CoreModuleType, ExternType};
use syntax::id::{FuncTypeId, ResourceIndex};
use syntax::types::{Case, DefinedType, Field, FuncType, Types, ValType};
use wasmparser::component_types::{
    ComponentAnyTypeId, ComponentCoreModuleTypeId, ComponentDefinedType, ComponentDefinedTypeId, ComponentEntityType,
    ComponentFuncTypeId, ComponentInstanceTypeId, ComponentItem, ComponentTypeId, ComponentValType,
};
use wasmparser::types::{CoreTypeId, EntityType, TypeIdentifier, TypesRef};
use wasmparser::{MemoryType, PrimitiveValType, TableType};

use crate::resources::Resources;

/// What an id of the validator stands for.
pub(crate) fn get<T: TypeIdentifier>(types: TypesRef<'_>, id: T) -> &T::Data {
    types.get(id).expect("ids come from the same validator")
}

/// What was translated for one component.
#[derive(Default)]
pub(crate) struct Scope {
    /// Its resource types.
    pub(crate) resources: Resources,
    values: IndexMap<ComponentDefinedTypeId, ValType>,
    funcs: IndexMap<ComponentFuncTypeId, FuncTypeId>,
    instances: IndexMap<ComponentInstanceTypeId, Arc<[(String, ExternType)]>>,
    components: IndexMap<ComponentTypeId, Arc<ComponentType>>,
    modules: IndexMap<ComponentCoreModuleTypeId, Arc<CoreModuleType>>,
    core_words: IndexMap<(&'static str, CoreTypeId), Arc<str>>,
}

/// Translates types for one component. Recursion goes as deep as types are nested, which the validator and `shape` limit.
pub(crate) struct Translator<'a> {
    /// The validator's types and the index spaces of the component.
    pub(crate) types: TypesRef<'a>,
    /// The types of the program.
    pub(crate) program: &'a mut Types,
    /// What is known of the component.
    pub(crate) scope: &'a mut Scope,
}

impl<'a> Translator<'a> {
    /// What an id of the validator stands for.
    pub(crate) fn get<T: TypeIdentifier>(&self, id: T) -> &'a T::Data {
        get(self.types, id)
    }

    /// The component's number of a resource type.
    pub(crate) fn resource(&mut self, id: wasmparser::component_types::AliasableResourceId) -> ResourceIndex {
        self.scope.resources.number(id.resource())
    }

    /// A value type.
    pub(crate) fn value(&mut self, ty: ComponentValType) -> ValType {
        match ty {
            ComponentValType::Primitive(ty) => primitive(ty),
            ComponentValType::Type(id) => self.defined(id),
        }
    }

    /// A value type as an immediate of the binary, by type index.
    pub(crate) fn value_at(&mut self, ty: wasmparser::ComponentValType) -> ValType {
        match ty {
            wasmparser::ComponentValType::Primitive(ty) => primitive(ty),
            wasmparser::ComponentValType::Type(index) => self.defined(self.types.component_defined_type_at(index)),
        }
    }

    /// A function type.
    pub(crate) fn func(&mut self, id: ComponentFuncTypeId) -> FuncTypeId {
        if let Some(known) = self.scope.funcs.get(&id) {
            return *known;
        }
        let ty = self.get(id);
        let params = ty.params.iter().map(|(name, ty)| (name.to_string(), self.value(*ty))).collect();
        let result = ty.result.map(|ty| self.value(ty));
        let new = self.program.define_func(FuncType { params, result, is_async: ty.async_ });
        self.scope.funcs.insert(id, new);
        new
    }

    /// The type of an import or export.
    pub(crate) fn entity(&mut self, entity: ComponentEntityType) -> ExternType {
        match entity {
            ComponentEntityType::Module(id) => ExternType::Module(self.module(id)),
            ComponentEntityType::Func(id) => ExternType::Func(self.func(id)),
            ComponentEntityType::Instance(id) => ExternType::Instance(self.instance(id)),
            ComponentEntityType::Component(id) => ExternType::Component(self.component(id)),
            ComponentEntityType::Type { created: ComponentAnyTypeId::Resource(id), .. } => {
                ExternType::Resource(self.resource(id))
            }
            ComponentEntityType::Type { .. } | ComponentEntityType::Value(_) => ExternType::Type,
        }
    }

    fn defined(&mut self, id: ComponentDefinedTypeId) -> ValType {
        if let Some(known) = self.scope.values.get(&id) {
            return *known;
        }
        let new = match self.get(id) {
            ComponentDefinedType::Primitive(ty) => primitive(*ty),
            ty => {
                let ty = self.compound(ty);
                ValType::Defined(self.program.define(ty))
            }
        };
        self.scope.values.insert(id, new);
        new
    }

    fn compound(&mut self, ty: &ComponentDefinedType) -> DefinedType {
        match ty {
            ComponentDefinedType::Primitive(_) => unreachable!("primitive types are not compound"),
            ComponentDefinedType::Record(ty) => {
                let field = |(label, ty): (&wasmparser::names::KebabString, &ComponentValType)| Field {
                    label: label.to_string(),
                    ty: self.value(*ty),
                };
                DefinedType::Record(ty.fields.iter().map(field).collect())
            }
            ComponentDefinedType::Variant(ty) => {
                let case =
                    |(label, case): (&wasmparser::names::KebabString, &wasmparser::component_types::VariantCase)| {
                        Case { label: label.to_string(), ty: case.ty.map(|ty| self.value(ty)) }
                    };
                DefinedType::Variant(ty.cases.iter().map(case).collect())
            }
            ComponentDefinedType::List { element, .. } => DefinedType::List(self.value(*element)),
            ComponentDefinedType::Map { key, value, .. } => DefinedType::Map(self.value(*key), self.value(*value)),
            ComponentDefinedType::FixedLengthList { element, length, .. } => {
                DefinedType::FixedList(self.value(*element), *length)
            }
            ComponentDefinedType::Tuple(ty) => DefinedType::Tuple(ty.types.iter().map(|ty| self.value(*ty)).collect()),
            ComponentDefinedType::Flags(labels) => DefinedType::Flags(labels.iter().map(ToString::to_string).collect()),
            ComponentDefinedType::Enum(labels) => DefinedType::Enum(labels.iter().map(ToString::to_string).collect()),
            ComponentDefinedType::Option { ty, .. } => DefinedType::Option(self.value(*ty)),
            ComponentDefinedType::Result { ok, err, .. } => {
                DefinedType::Result { ok: ok.map(|ty| self.value(ty)), err: err.map(|ty| self.value(ty)) }
            }
            ComponentDefinedType::Own(id) => DefinedType::Own(self.resource(*id)),
            ComponentDefinedType::Borrow(id) => DefinedType::Borrow(self.resource(*id)),
            ComponentDefinedType::Future { ty, .. } => DefinedType::Future(ty.map(|ty| self.value(ty))),
            ComponentDefinedType::Stream { ty, .. } => DefinedType::Stream(ty.map(|ty| self.value(ty))),
        }
    }

    fn instance(&mut self, id: ComponentInstanceTypeId) -> Arc<[(String, ExternType)]> {
        if let Some(known) = self.scope.instances.get(&id) {
            return known.clone();
        }
        let new: Arc<[_]> = self.items(&self.get(id).exports).into();
        self.scope.instances.insert(id, new.clone());
        new
    }

    fn component(&mut self, id: ComponentTypeId) -> Arc<ComponentType> {
        if let Some(known) = self.scope.components.get(&id) {
            return known.clone();
        }
        let ty = self.get(id);
        let new = Arc::new(ComponentType { imports: self.items(&ty.imports), exports: self.items(&ty.exports) });
        self.scope.components.insert(id, new.clone());
        new
    }

    fn items<'i>(
        &mut self,
        items: impl IntoIterator<Item = (&'i String, &'i ComponentItem)>,
    ) -> Vec<(String, ExternType)> {
        items.into_iter().map(|(name, item)| (name.clone(), self.entity(item.ty))).collect()
    }

    fn module(&mut self, id: ComponentCoreModuleTypeId) -> Arc<CoreModuleType> {
        if let Some(known) = self.scope.modules.get(&id) {
            return known.clone();
        }
        let ty = self.get(id);
        let imports =
            ty.imports.iter().map(|((module, name), ty)| (module.clone(), name.clone(), self.core(ty))).collect();
        let exports = ty.exports.iter().map(|(name, ty)| (name.clone(), self.core(ty))).collect();
        let new = Arc::new(CoreModuleType { imports, exports });
        self.scope.modules.insert(id, new.clone());
        new
    }

    fn core(&mut self, ty: &EntityType) -> Arc<str> {
        match ty {
            EntityType::Func(id) | EntityType::FuncExact(id) => self.core_func("func", *id),
            EntityType::Tag(id) => self.core_func("tag", *id),
            EntityType::Table(ty) => table(ty).into(),
            EntityType::Memory(ty) => memory(ty).into(),
            EntityType::Global(ty) if ty.mutable => format!("(global (mut {}))", ty.content_type).into(),
            EntityType::Global(ty) => format!("(global {})", ty.content_type).into(),
        }
    }

    /// The words for a function type, with `func` or `tag` as its sort.
    fn core_func(&mut self, sort: &'static str, id: CoreTypeId) -> Arc<str> {
        if let Some(known) = self.scope.core_words.get(&(sort, id)) {
            return known.clone();
        }
        let mut words = format!("({sort}");
        if let wasmparser::CompositeInnerType::Func(ty) = &self.get(id).composite_type.inner {
            list(&mut words, "param", ty.params());
            list(&mut words, "result", ty.results());
        }
        words.push(')');
        let words: Arc<str> = words.into();
        self.scope.core_words.insert((sort, id), words.clone());
        words
    }
}

fn list(words: &mut String, what: &str, types: &[wasmparser::ValType]) {
    if types.is_empty() {
        return;
    }
    write!(words, " ({what}").expect("writing to a string succeeds");
    for ty in types {
        write!(words, " {ty}").expect("writing to a string succeeds");
    }
    words.push(')');
}

fn table(ty: &TableType) -> String {
    let address = if ty.table64 { "i64 " } else { "" };
    format!("(table {address}{}{} {})", ty.initial, maximum(ty.maximum), ty.element_type)
}

fn memory(ty: &MemoryType) -> String {
    let address = if ty.memory64 { "i64 " } else { "" };
    let shared = if ty.shared { " shared" } else { "" };
    format!("(memory {address}{}{}{shared})", ty.initial, maximum(ty.maximum))
}

fn maximum(pages: Option<u64>) -> String {
    pages.map(|pages| format!(" {pages}")).unwrap_or_default()
}

fn primitive(ty: PrimitiveValType) -> ValType {
    match ty {
        PrimitiveValType::Bool => ValType::Bool,
        PrimitiveValType::S8 => ValType::S8,
        PrimitiveValType::U8 => ValType::U8,
        PrimitiveValType::S16 => ValType::S16,
        PrimitiveValType::U16 => ValType::U16,
        PrimitiveValType::S32 => ValType::S32,
        PrimitiveValType::U32 => ValType::U32,
        PrimitiveValType::S64 => ValType::S64,
        PrimitiveValType::U64 => ValType::U64,
        PrimitiveValType::F32 => ValType::F32,
        PrimitiveValType::F64 => ValType::F64,
        PrimitiveValType::Char => ValType::Char,
        PrimitiveValType::String => ValType::String,
        PrimitiveValType::ErrorContext => ValType::ErrorContext,
    }
}
