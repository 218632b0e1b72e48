//! What the pinned validator does not check, and limits that keep it from running out of stack and memory.
//!
//! Spec: Binary.md, "Type Definitions" (the limit of `elem_size`), "Import and Export Definitions" (`versionsuffix`);
//! Explainer.md, "Import and Export Definitions" (the grammar of names). Each section is read here before the validator
//! sees it: limits are errors at once; a broken rule is an error after the validator had nothing to say about the section.
//! What is malformed is left to the validator: reading stops there.
//!
//! Two things that the revision allows the validator refuses, and so do we: an export of a resource type with the ascribed
//! type `(sub resource)`, and a canonical version without a version suffix (`a:b/c@1`).

use std::sync::Arc;

use indexmap::IndexMap;
use syntax::convert::{to_u64, to_usize};
use wasmparser::{
    BinaryReader, CanonicalFunction, ComponentAlias, ComponentAliasSectionReader, ComponentCanonicalSectionReader,
    ComponentExport, ComponentExportSectionReader, ComponentExternName, ComponentExternalKind, ComponentImport,
    ComponentImportSectionReader, ComponentInstance, ComponentInstanceSectionReader, ComponentOuterAliasKind,
    ComponentType, ComponentTypeRef, CoreType, Payload, TypeBounds,
};

use crate::error::Error;
use crate::features::{Feature, Features};
use crate::shape::{self, Kind, Shape};

/// How deep types, and instances inside instances, may be nested.
const MAX_DEPTH: u32 = 100;
/// How many types the definitions of a component and of those nested in it may make the validator visit.
const MAX_VISITS: u64 = 200_000_000;
/// How many exports they may make it copy.
const MAX_COPIES: u64 = 5_000_000;

/// The index spaces of a component or of a component or instance type.
#[derive(Default)]
struct Level {
    types: Vec<Shape>,
    funcs: Vec<Shape>,
    instances: Vec<Shape>,
    components: Vec<Shape>,
    exports: IndexMap<String, Shape>,
    /// The shape of the whole, but for its exports.
    whole: Option<Shape>,
}

/// What is known of the component that is being read and of those around it.
pub(crate) struct Checks {
    features: Features,
    levels: Vec<Level>,
    visits: u64,
    copies: u64,
    /// The first rule that the current section breaks.
    broken: Option<Error>,
    /// Whether the current section has a name that gate 🪺 would allow.
    has_nested_name: bool,
}

/// Why reading a section ends early.
enum Stop {
    /// It is malformed, which the validator will say.
    Malformed,
    /// It is beyond a limit.
    Limit(Error),
}

impl From<wasmparser::Error> for Stop {
    fn from(_: wasmparser::Error) -> Self {
        Self::Malformed
    }
}

impl Checks {
    pub(crate) fn new(features: Features) -> Self {
        Self { features, levels: Vec::new(), visits: 0, copies: 0, broken: None, has_nested_name: false }
    }

    /// Reads a payload before the validator does; `bytes` are those of the whole binary.
    ///
    /// # Errors
    /// When it is beyond a limit.
    pub(crate) fn before(&mut self, payload: &Payload<'_>, bytes: &[u8]) -> Result<(), Error> {
        self.has_nested_name = false;
        let result = match payload {
            Payload::Version { .. } => {
                self.levels.push(Level::default());
                Ok(())
            }
            Payload::ComponentTypeSection(section) => self.type_section(&section.range(), bytes),
            Payload::ComponentImportSection(section) => self.imports(section),
            Payload::ComponentExportSection(section) => self.exports(section),
            Payload::ComponentInstanceSection(section) => self.instances(section),
            Payload::ComponentAliasSection(section) => self.aliases(section),
            Payload::ComponentCanonicalSection(section) => self.canons(section),
            Payload::End(offset) => self.end_component(*offset),
            _ => Ok(()),
        };
        match result {
            Ok(()) | Err(Stop::Malformed) => Ok(()),
            Err(Stop::Limit(error)) => Err(error),
        }
    }

    /// What is wrong with the section after the validator had nothing to say about it.
    ///
    /// # Errors
    /// When the section breaks a rule that the validator does not know.
    pub(crate) fn after(&mut self) -> Result<(), Error> {
        self.broken.take().map_or(Ok(()), Err)
    }

    /// An error of the validator, with the gate that it does not name.
    pub(crate) fn explain(&self, error: wasmparser::Error) -> Error {
        let mut error = Error::from(error);
        if self.has_nested_name && error.message.contains("not a valid extern name") {
            error.gate = Some(Feature::ComponentModelNestedNames);
        }
        error
    }

    fn level(&mut self) -> &mut Level {
        self.levels.last_mut().expect("sections are inside a component")
    }

    /// Counts a use of a type against the limits.
    fn spend(&mut self, used: &Shape, offset: u64) -> Result<(), Stop> {
        self.visits = self.visits.saturating_add(used.size);
        self.copies = self.copies.saturating_add(used.items);
        if self.visits > MAX_VISITS || self.copies > MAX_COPIES {
            return Err(Stop::Limit(Error::new("the types of all definitions together are too large", offset)));
        }
        Ok(())
    }

    fn rule(&mut self, message: impl Into<String>, offset: u64) {
        if self.broken.is_none() {
            self.broken = Some(Error::new(message, offset));
        }
    }

    fn imports(&mut self, section: &ComponentImportSectionReader<'_>) -> Result<(), Stop> {
        for import in section.clone().into_iter_with_offsets() {
            let (offset, import) = import?;
            self.import(&import, offset)?;
        }
        Ok(())
    }

    fn import(&mut self, import: &ComponentImport<'_>, offset: u64) -> Result<(), Stop> {
        self.name(&import.name, offset);
        let shape = self.referenced(&import.ty);
        self.spend(&shape, offset)?;
        self.level().contain(&shape);
        self.level().define(import.ty.kind(), shape);
        Ok(())
    }

    fn exports(&mut self, section: &ComponentExportSectionReader<'_>) -> Result<(), Stop> {
        for export in section.clone().into_iter_with_offsets() {
            let (offset, export) = export?;
            let shape = match &export.ty {
                Some(ty) => self.referenced(ty),
                None => self.level().at(export.kind, export.index),
            };
            self.export(&export.name, export.kind, shape, offset)?;
        }
        Ok(())
    }

    fn export(
        &mut self,
        name: &ComponentExternName<'_>,
        kind: ComponentExternalKind,
        shape: Shape,
        offset: u64,
    ) -> Result<(), Stop> {
        self.name(name, offset);
        self.spend(&shape, offset)?;
        self.level().contain(&shape);
        self.level().exports.insert(name.name.to_string(), shape.clone());
        self.level().define(kind, shape);
        Ok(())
    }

    fn instances(&mut self, section: &ComponentInstanceSectionReader<'_>) -> Result<(), Stop> {
        for instance in section.clone().into_iter_with_offsets() {
            let (offset, instance) = instance?;
            let shape = match instance {
                ComponentInstance::Instantiate { component_index, .. } => {
                    self.level().at(ComponentExternalKind::Component, component_index)
                }
                ComponentInstance::FromExports(exports) => self.bundle(&exports, offset)?,
            };
            self.spend(&shape, offset)?;
            self.level().instances.push(shape);
        }
        Ok(())
    }

    fn bundle(&mut self, exports: &[ComponentExport<'_>], offset: u64) -> Result<Shape, Stop> {
        let mut bundle = Level::default();
        for export in exports {
            self.name(&export.name, offset);
            let shape = self.level().at(export.kind, export.index);
            bundle.contain(&shape);
            bundle.exports.insert(export.name.name.to_string(), shape);
        }
        bundle.close(offset)
    }

    fn aliases(&mut self, section: &ComponentAliasSectionReader<'_>) -> Result<(), Stop> {
        for alias in section.clone().into_iter_with_offsets() {
            let (offset, alias) = alias?;
            self.alias(&alias, offset)?;
        }
        Ok(())
    }

    fn alias(&mut self, alias: &ComponentAlias<'_>, offset: u64) -> Result<(), Stop> {
        match alias {
            ComponentAlias::InstanceExport { kind, instance_index, name } => {
                let shape = self.level().at(ComponentExternalKind::Instance, *instance_index).export(name);
                self.level().define(*kind, shape);
            }
            ComponentAlias::Outer { kind: ComponentOuterAliasKind::Type, count, index } => {
                let shape = self.outer(*count, ComponentExternalKind::Type, *index);
                self.spend(&shape, offset)?;
                self.level().types.push(shape);
            }
            ComponentAlias::Outer { kind: ComponentOuterAliasKind::Component, count, index } => {
                let shape = self.outer(*count, ComponentExternalKind::Component, *index);
                self.level().components.push(shape);
            }
            ComponentAlias::Outer {
                kind: ComponentOuterAliasKind::CoreModule | ComponentOuterAliasKind::CoreType,
                ..
            }
            | ComponentAlias::CoreInstanceExport { .. } => {}
        }
        Ok(())
    }

    fn outer(&self, count: u32, kind: ComponentExternalKind, index: u32) -> Shape {
        let count = to_usize(count.into());
        let level = self.levels.len().checked_sub(count + 1).map(|position| &self.levels[position]);
        level.map_or(Shape::LEAF, |level| level.at(kind, index))
    }

    fn canons(&mut self, section: &ComponentCanonicalSectionReader<'_>) -> Result<(), Stop> {
        for canon in section.clone().into_iter_with_offsets() {
            let (offset, canon) = canon?;
            let shape = match &canon {
                CanonicalFunction::Lift { type_index, .. } => {
                    let shape = self.level().at(ComponentExternalKind::Type, *type_index);
                    self.level().funcs.push(shape.clone());
                    shape
                }
                CanonicalFunction::Lower { func_index, .. } => {
                    self.level().at(ComponentExternalKind::Func, *func_index)
                }
                CanonicalFunction::TaskReturn { result: Some(ty), .. } => shape::value(*ty, &self.level().types),
                _ => Shape::LEAF,
            };
            self.spend(&shape, offset)?;
        }
        Ok(())
    }

    fn end_component(&mut self, offset: u64) -> Result<(), Stop> {
        let Some(level) = self.levels.pop() else { return Ok(()) };
        let shape = level.close(offset)?;
        self.spend(&shape, offset)?;
        if let Some(outer) = self.levels.last_mut() {
            outer.components.push(shape);
        }
        Ok(())
    }

    fn type_section(&mut self, range: &std::ops::Range<u64>, bytes: &[u8]) -> Result<(), Stop> {
        let Some(section) = bytes.get(to_usize(range.start)..to_usize(range.end)) else { return Ok(()) };
        let mut reader = BinaryReader::new_features(section, range.start, self.features.flags());
        for _ in 0..reader.read_var_u32()? {
            self.define_type(&mut reader, 0)?;
        }
        Ok(())
    }

    /// Reads a type and adds it to the innermost level. The validator reads types by recursion without a limit, so how
    /// they are nested is checked here, before.
    fn define_type(&mut self, reader: &mut BinaryReader<'_>, nesting: u32) -> Result<(), Stop> {
        let offset = reader.original_position();
        let is_component = match reader.clone().read_u8()? {
            0x41 => true,
            0x42 => false,
            _ => {
                let shape = self.plain_type(&reader.read::<ComponentType<'_>>()?, offset)?;
                self.level().types.push(shape);
                return Ok(());
            }
        };
        if nesting == MAX_DEPTH {
            return Err(too_deep(offset));
        }
        reader.read_u8()?;
        self.levels.push(Level::default());
        for _ in 0..reader.read_var_u32()? {
            self.declaration(reader, is_component, nesting + 1)?;
        }
        let level = self.levels.pop().expect("it was just pushed");
        let shape = level.close(offset)?;
        self.level().types.push(shape);
        Ok(())
    }

    /// Spec: Binary.md, "Type Definitions", `componentdecl` and `instancedecl`.
    fn declaration(&mut self, reader: &mut BinaryReader<'_>, is_component: bool, nesting: u32) -> Result<(), Stop> {
        let offset = reader.original_position();
        match reader.read_u8()? {
            0x00 => {
                reader.read::<CoreType<'_>>()?;
            }
            0x01 => self.define_type(reader, nesting)?,
            0x02 => {
                let alias = reader.read::<ComponentAlias<'_>>()?;
                self.alias(&alias, offset)?;
            }
            0x03 if is_component => {
                let import = reader.read::<ComponentImport<'_>>()?;
                self.import(&import, offset)?;
            }
            0x04 => {
                let name = reader.read::<ComponentExternName<'_>>()?;
                let ty = reader.read::<ComponentTypeRef>()?;
                let shape = self.referenced(&ty);
                self.export(&name, ty.kind(), shape, offset)?;
            }
            _ => return Err(Stop::Malformed),
        }
        Ok(())
    }

    /// The shape of a type that has no declarations inside.
    fn plain_type(&mut self, ty: &ComponentType<'_>, offset: u64) -> Result<Shape, Stop> {
        let types = &self.level().types;
        let shape = match ty {
            ComponentType::Defined(ty) => shape::defined(ty, types),
            ComponentType::Func(ty) => {
                let mut shape = Shape::LEAF;
                let parts = ty.params.iter().map(|param| param.1).chain(ty.result);
                parts.for_each(|part| shape.contain(&shape::value(part, types)));
                shape
            }
            ComponentType::Resource { .. } | ComponentType::Component(_) | ComponentType::Instance(_) => Shape::LEAF,
        };
        if shape.depth > MAX_DEPTH {
            return Err(too_deep(offset));
        }
        if shape.is_oversize() {
            self.rule("type exceeds maximum byte size: its values take 2^28 bytes or more", offset);
        }
        Ok(shape)
    }

    fn referenced(&mut self, ty: &ComponentTypeRef) -> Shape {
        let types = &self.level().types;
        match ty {
            ComponentTypeRef::Func(index)
            | ComponentTypeRef::Instance(index)
            | ComponentTypeRef::Component(index)
            | ComponentTypeRef::Type(TypeBounds::Eq(index)) => shape::at(types, *index),
            ComponentTypeRef::Value(ty) => shape::value(*ty, types),
            ComponentTypeRef::Module(_) | ComponentTypeRef::Type(TypeBounds::SubResource) => Shape::LEAF,
        }
    }

    /// Spec: Explainer.md, "Import and Export Definitions", `externname`; Binary.md, the notes on `versionsuffix`.
    fn name(&mut self, name: &ComponentExternName<'_>, offset: u64) {
        let (path, version) = match name.name.split_once('@') {
            Some((path, version)) => (path, Some(version)),
            None => (name.name, None),
        };
        if ["url=", "integrity=", "locked-dep=", "unlocked-dep="].iter().any(|form| path.starts_with(form)) {
            self.rule(format!("`{}` is not a valid extern name", name.name), offset);
        }
        if path.matches(':').count() > 1 || path.matches('/').count() > 1 {
            self.has_nested_name = true;
        }
        if name.version_suffix.is_some() && !version.is_some_and(is_canonical_version) {
            let message = format!("`{}` has a version suffix, so its version has to be canonical", name.name);
            self.rule(message, offset);
        }
    }
}

/// Spec: Explainer.md, "Import and Export Definitions", `canonversion`.
fn is_canonical_version(version: &str) -> bool {
    let digits = version.strip_prefix("0.0.").or_else(|| version.strip_prefix("0.")).unwrap_or(version);
    let is_number = !digits.starts_with('0') && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number || version == "0.0.0"
}

fn too_deep(offset: u64) -> Stop {
    Stop::Limit(Error::new("type nesting is too deep", offset))
}

impl Level {
    fn at(&self, kind: ComponentExternalKind, index: u32) -> Shape {
        match kind {
            ComponentExternalKind::Func => shape::at(&self.funcs, index),
            ComponentExternalKind::Type => shape::at(&self.types, index),
            ComponentExternalKind::Instance => shape::at(&self.instances, index),
            ComponentExternalKind::Component => shape::at(&self.components, index),
            ComponentExternalKind::Module | ComponentExternalKind::Value => Shape::LEAF,
        }
    }

    fn define(&mut self, kind: ComponentExternalKind, shape: Shape) {
        match kind {
            ComponentExternalKind::Func => self.funcs.push(shape),
            ComponentExternalKind::Type => self.types.push(shape),
            ComponentExternalKind::Instance => self.instances.push(shape),
            ComponentExternalKind::Component => self.components.push(shape),
            ComponentExternalKind::Module | ComponentExternalKind::Value => {}
        }
    }

    fn contain(&mut self, inner: &Shape) {
        self.whole.get_or_insert(Shape::LEAF).contain(inner);
    }

    /// The shape of the component, instance or type that ends here.
    fn close(self, offset: u64) -> Result<Shape, Stop> {
        let whole = self.whole.unwrap_or(Shape::LEAF);
        if whole.depth > MAX_DEPTH {
            return Err(too_deep(offset));
        }
        let items = whole.items.saturating_add(to_u64(self.exports.len()));
        Ok(Shape { items, kind: Kind::Exports(Arc::new(self.exports)), ..whole })
    }
}
