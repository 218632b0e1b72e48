//! The linker: what is supplied for imports, by name.
//!
//! Spec: Explainer.md, "Instance Definitions", on supplying imports. Names are compared as they are written.

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use runtime::instantiate::{Bundle, ExternValue};
use syntax::component::ExternType;
use syntax::{Trap, TrapRule};

use crate::component::{Component, Module};
use crate::error::Error;
use crate::hosts::{Answers, DropFn, HostContext, HostFn};
use crate::instance::{Export, Instance};
use crate::store::{Parts, Store};
use crate::val::Val;

/// One thing that is supplied.
#[derive(Clone)]
enum Item {
    Func(HostFn, Answers),
    Resource(DropFn),
    Module(Module),
    Component(Component),
    Export(Export),
    Instance(Items),
}

type Items = IndexMap<String, Item>;

/// What is supplied for imports, by name; it can instantiate many components.
#[derive(Clone, Default)]
pub struct Linker {
    root: Items,
    trap_unknown: bool,
}

impl fmt::Debug for Linker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Linker").field("names", &self.root.keys()).finish_non_exhaustive()
    }
}

/// The names of one level: those of the root, or those inside an imported instance.
pub struct LinkerInstance<'l>(&'l mut Items);

impl fmt::Debug for LinkerInstance<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinkerInstance").field("names", &self.0.keys()).finish()
    }
}

impl Linker {
    /// A linker that supplies nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// The names of plain imports.
    pub const fn root(&mut self) -> LinkerInstance<'_> {
        LinkerInstance(&mut self.root)
    }

    /// The names inside an imported instance, such as `wasi:cli/stdout@0.3.0`.
    pub fn instance(&mut self, name: &str) -> LinkerInstance<'_> {
        self.root().into_instance(name)
    }

    /// Makes functions that nobody supplies into traps that name them; whatever else is unknown stays an error.
    pub const fn define_unknown_imports_as_traps(&mut self) -> &mut Self {
        self.trap_unknown = true;
        self
    }

    /// Instantiates a component: start functions run, and the chooser picks among what they start.
    ///
    /// # Errors
    /// `Error::Link` for an import that nothing fits, a trap or deadlock of a start function, and what else can end a run.
    pub fn instantiate(&self, store: &mut Store, component: &Component) -> Result<Instance, Error> {
        store.adopt(&component.engine, &component.program)?;
        let number = store.number();
        let imports = store.with_parts(|parts| {
            let mut imports = Vec::new();
            for import in component.imports() {
                if let Some(value) = self.resolve(parts, number, &import.name, &import.ty)? {
                    imports.push((import.name.clone(), value));
                }
            }
            Ok(imports)
        })?;
        store.instantiate(component.id(), imports)
    }

    fn resolve(
        &self,
        parts: &mut Parts<'_>,
        number: u64,
        name: &str,
        ty: &ExternType,
    ) -> Result<Option<ExternValue>, Error> {
        if let Some(item) = self.root.get(name) {
            return supply(parts, number, (name, item), ty).map(Some);
        }
        if let Some(value) = parts.hosts.other.resolve(parts.state, parts.program, name, ty) {
            return Ok(Some(value));
        }
        Ok(if self.trap_unknown { trapping(parts, name, ty) } else { None })
    }
}

impl LinkerInstance<'_> {
    /// Supplies a function that answers at once.
    pub fn func(
        &mut self,
        name: &str,
        function: impl Fn(&mut HostContext<'_, '_, '_>, &[Val]) -> Result<Vec<Val>, Trap> + Send + Sync + 'static,
    ) -> &mut Self {
        self.define(name, Item::Func(Arc::new(function), Answers::AtOnce))
    }

    /// Supplies an async-typed function that is run at once, but whose result is an event of its own: the chooser picks when
    /// the guest learns of it.
    pub fn func_later(
        &mut self,
        name: &str,
        function: impl Fn(&mut HostContext<'_, '_, '_>, &[Val]) -> Result<Vec<Val>, Trap> + Send + Sync + 'static,
    ) -> &mut Self {
        self.define(name, Item::Func(Arc::new(function), Answers::Later))
    }

    /// Supplies a resource type of the host, with what is called when the owner drops a resource.
    pub fn resource(
        &mut self,
        name: &str,
        drop: impl Fn(u32) -> Result<(), Trap> + Send + Sync + 'static,
    ) -> &mut Self {
        self.define(name, Item::Resource(Arc::new(drop)))
    }

    /// Supplies a core module.
    pub fn module(&mut self, name: &str, module: &Module) -> &mut Self {
        self.define(name, Item::Module(module.clone()))
    }

    /// Supplies a component.
    pub fn component(&mut self, name: &str, component: &Component) -> &mut Self {
        self.define(name, Item::Component(component.clone()))
    }

    /// Supplies what another instance in the same store exports.
    pub fn export(&mut self, name: &str, export: Export) -> &mut Self {
        self.define(name, Item::Export(export))
    }

    /// The names inside an instance.
    ///
    /// # Panics
    /// When something else was supplied under the name.
    #[must_use]
    pub fn into_instance(self, name: &str) -> Self {
        let item = self.0.entry(name.to_owned()).or_insert_with(|| Item::Instance(Items::new()));
        match item {
            Item::Instance(items) => LinkerInstance(items),
            Item::Func(..) | Item::Resource(_) | Item::Module(_) | Item::Component(_) | Item::Export(_) => {
                panic!("`{name}` was supplied as something else than an instance")
            }
        }
    }

    fn define(&mut self, name: &str, item: Item) -> &mut Self {
        self.0.insert(name.to_owned(), item);
        self
    }
}

/// Makes what is supplied under a name into a value of the store; the executor checks whether it fits.
fn supply(
    parts: &mut Parts<'_>,
    number: u64,
    (name, item): (&str, &Item),
    ty: &ExternType,
) -> Result<ExternValue, Error> {
    Ok(match item {
        Item::Func(function, answers) => {
            let ExternType::Func(ty) = ty else { return Err(misfit(name, ty, "a function")) };
            let func = parts.hosts.add(Arc::clone(function), *answers, *ty);
            ExternValue::Func(parts.state.add_host_func(func, name))
        }
        Item::Resource(drop) => {
            let id = parts.state.add_host_resource(name);
            parts.hosts.add_drop(id, Arc::clone(drop));
            ExternValue::Resource(id)
        }
        Item::Module(module) => ExternValue::Module(module.id()),
        Item::Component(component) => ExternValue::Component(parts.state.add_closure(component.id())),
        Item::Export(export) => {
            if export.store != number {
                return Err(Error::Link(format!("import `{name}`: expected an export of the same store")));
            }
            export.value
        }
        Item::Instance(items) => {
            let ExternType::Instance(expected) = ty else { return Err(misfit(name, ty, "an instance")) };
            let mut bundle = Bundle::default();
            for (name, ty) in expected.iter() {
                if let Some(item) = items.get(name) {
                    bundle.exports.insert(name.clone(), supply(parts, number, (name, item), ty)?);
                }
            }
            ExternValue::Instance(parts.state.add_bundle(bundle))
        }
    })
}

fn misfit(name: &str, expected: &ExternType, found: &str) -> Error {
    let expected = runtime::linking::sort_word(expected);
    Error::Link(format!("import `{name}`: expected {expected}, found {found}"))
}

/// Functions that trap with their name, and types that nothing has, for an import that nobody supplies.
fn trapping(parts: &mut Parts<'_>, name: &str, ty: &ExternType) -> Option<ExternValue> {
    match ty {
        ExternType::Func(ty) => {
            let detail = format!("(`{name}`)");
            let function = move |_: &mut HostContext<'_, '_, '_>, _: &[Val]| {
                Err(Trap::with(TrapRule::ImportUnused, detail.clone()))
            };
            let func = parts.hosts.add(Arc::new(function), Answers::AtOnce, *ty);
            Some(ExternValue::Func(parts.state.add_host_func(func, name)))
        }
        ExternType::Instance(exports) => {
            let mut bundle = Bundle::default();
            for (inner, ty) in exports.iter() {
                let value = trapping(parts, &format!("{name}#{inner}"), ty)?;
                bundle.exports.insert(inner.clone(), value);
            }
            Some(ExternValue::Instance(parts.state.add_bundle(bundle)))
        }
        ExternType::Resource(_) => Some(ExternValue::Resource(parts.state.add_host_resource(name))),
        ExternType::Type => Some(ExternValue::Type),
        ExternType::Module(_) | ExternType::Component(_) => None,
    }
}
