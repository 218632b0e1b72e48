//! The linker: what is supplied for imports, by module and name.
//!
//! Spec: core specification, "Modules", "Instantiation". Functions of the embedder live here and in the store beside its state; what
//! the linker holds can be supplied to many stores, but for what belongs to one store.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use syntax::module::{FuncType, Import, ImportType};
use syntax::{Trap, TrapRule};

use crate::component::Module;
use crate::core::caller::Caller;
use crate::core::func::{Func, host_fn};
use crate::core::instance::{Extern, Instance};
use crate::core::store::{AsContext, AsContextMut, HostFn, Store};
use crate::core::typed::IntoFunc;
use crate::core::val::Val;
use crate::engine::Engine;
use crate::error::Error;

/// One thing that is supplied.
enum Item<T> {
    Func(FuncType, HostFn<T>),
    Extern(Extern),
}

impl<T> Clone for Item<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Func(ty, function) => Self::Func(ty.clone(), Arc::clone(function)),
            Self::Extern(item) => Self::Extern(*item),
        }
    }
}

/// What is supplied for imports, by module and name; it can instantiate many modules, in many stores.
pub struct Linker<T = ()> {
    engine: Engine,
    items: BTreeMap<(String, String), Item<T>>,
    allow_shadowing: bool,
}

impl<T> Clone for Linker<T> {
    fn clone(&self) -> Self {
        let Self { engine, items, allow_shadowing } = self;
        Self { engine: engine.clone(), items: items.clone(), allow_shadowing: *allow_shadowing }
    }
}

impl<T> fmt::Debug for Linker<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.items.keys().collect();
        f.debug_struct("Linker").field("names", &names).finish_non_exhaustive()
    }
}

impl<T: 'static> Linker<T> {
    /// A linker that supplies nothing.
    pub fn new(engine: &Engine) -> Self {
        Self { engine: engine.clone(), items: BTreeMap::new(), allow_shadowing: false }
    }

    /// The engine.
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Whether a name can be defined again; the last definition counts. Off at first.
    pub const fn allow_shadowing(&mut self, allow: bool) -> &mut Self {
        self.allow_shadowing = allow;
        self
    }

    /// Supplies a function whose type is that of a closure; see [`Func::wrap`].
    ///
    /// # Errors
    /// `Error::Link` when the name is defined already.
    pub fn func_wrap<Params, Results>(
        &mut self,
        module: &str,
        name: &str,
        function: impl IntoFunc<T, Params, Results>,
    ) -> Result<&mut Self, Error> {
        let (ty, function) = function.into_func();
        self.insert(module, name, Item::Func(ty, function))
    }

    /// Supplies a function for values of any types; see [`Func::new`].
    ///
    /// # Errors
    /// `Error::Link` when the name is defined already.
    pub fn func_new(
        &mut self,
        module: &str,
        name: &str,
        ty: FuncType,
        function: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<(), Error> + Send + Sync + 'static,
    ) -> Result<&mut Self, Error> {
        let function = host_fn(&ty, function);
        self.insert(module, name, Item::Func(ty, function))
    }

    /// Supplies something that a store has; only modules in this store can then import it.
    ///
    /// # Errors
    /// `Error::Link` when the name is defined already, `Error::Input` when the thing is not of the store.
    pub fn define(
        &mut self,
        store: impl AsContext<Data = T>,
        module: &str,
        name: &str,
        item: impl Into<Extern>,
    ) -> Result<&mut Self, Error> {
        let item = item.into();
        item.item(store.as_context().0)?;
        self.insert(module, name, Item::Extern(item))
    }

    /// Supplies everything that an instance exports, under a module's name.
    ///
    /// # Errors
    /// `Error::Link` when a name is defined already, `Error::Input` when the instance is not of the store.
    pub fn instance(
        &mut self,
        store: impl AsContext<Data = T>,
        module: &str,
        instance: Instance,
    ) -> Result<&mut Self, Error> {
        instance.check(store.as_context().0)?;
        for (name, item) in instance.exports(&store) {
            self.insert(module, &name, Item::Extern(item))?;
        }
        Ok(self)
    }

    /// What is supplied under a name, made in the store; `None` when that is nothing.
    pub fn get(&self, mut store: impl AsContextMut<Data = T>, module: &str, name: &str) -> Option<Extern> {
        let item = self.items.get(&(module.to_owned(), name.to_owned()))?;
        Some(supply(store.as_context_mut().0, item))
    }

    /// Supplies, for each function that a module imports and nobody supplies, one that traps and names itself.
    pub fn define_unknown_imports_as_traps(&mut self, module: &Module) -> &mut Self {
        let definition = module.definition();
        for import in &definition.imports {
            let (ImportType::Func(ty) | ImportType::FuncExact(ty)) = import.ty else { continue };
            let detail = format!("(`{}` `{}`)", import.module, import.name);
            let function: HostFn<T> =
                Arc::new(move |_, _, _| Err(Trap::with(TrapRule::ImportUnused, detail.clone()).into()));
            let key = (import.module.clone(), import.name.clone());
            self.items.entry(key).or_insert_with(|| Item::Func(definition.func_type(ty).clone(), function));
        }
        self
    }

    /// Instantiates a module with what is supplied, and runs its start function.
    ///
    /// # Errors
    /// `Error::Link` when an import is not supplied or does not fit, and otherwise as [`Instance::new`].
    pub fn instantiate(&self, mut store: impl AsContextMut<Data = T>, module: &Module) -> Result<Instance, Error> {
        let store = store.as_context_mut().0;
        store.check_engine(&self.engine, "a linker")?;
        let definition = module.definition();
        let mut imports = Vec::with_capacity(definition.imports.len());
        for import in &definition.imports {
            let key = (import.module.clone(), import.name.clone());
            let item = self.items.get(&key).ok_or_else(|| self.missing(module, import))?;
            imports.push(supply(store, item));
        }
        Instance::new(store, module, &imports)
    }

    fn insert(&mut self, module: &str, name: &str, item: Item<T>) -> Result<&mut Self, Error> {
        let key = (module.to_owned(), name.to_owned());
        if !self.allow_shadowing && self.items.contains_key(&key) {
            return Err(Error::Link(format!("import `{module}` `{name}` is defined already; see `allow_shadowing`")));
        }
        self.items.insert(key, item);
        Ok(self)
    }

    /// The error of an import that nobody supplies.
    fn missing(&self, module: &Module, import: &Import) -> Error {
        let (name, field) = (&import.module, &import.name);
        let expected = expected(module, import);
        let names: Vec<String> =
            self.items.keys().filter(|key| key.0 == *name).map(|key| format!("`{}`", key.1)).collect();
        let found = if names.is_empty() {
            format!("nothing is supplied under `{name}`")
        } else {
            format!("under `{name}` there are: {}", names.join(", "))
        };
        Error::Link(format!("unknown import: `{name}` `{field}`: expected {expected}, found nothing; {found}"))
    }
}

fn supply<T>(store: &mut Store<T>, item: &Item<T>) -> Extern {
    match item {
        Item::Func(ty, function) => {
            let addr = store.add_host(ty.clone(), Arc::clone(function));
            Func { store: store.number, addr }.into()
        }
        Item::Extern(item) => *item,
    }
}

/// What an import must be, in words.
fn expected(module: &Module, import: &Import) -> String {
    let definition = module.definition();
    match import.ty {
        ImportType::Func(ty) | ImportType::FuncExact(ty) => {
            format!("a function of type {}", definition.func_type(ty))
        }
        ImportType::Table(ty) => format!("a table: {ty}"),
        ImportType::Memory(ty) => format!("a memory of {} pages", ty.limits),
        ImportType::Global(ty) => format!("a global of type {ty}"),
        ImportType::Tag(ty) => format!("a tag of type {}", definition.func_type(ty)),
    }
}
