//! Instances of modules and what they export.
//!
//! Spec: core specification, appendix "Embedding", `module_instantiate`, `instance_export`.

use wasm::{Extern as Item, InstanceAddr, InstantiateError};

use crate::component::Module;
use crate::core::func::{Func, gone};
use crate::core::items::{Global, Memory, Table, Tag};
use crate::core::store::{AsContext, AsContextMut, Store};
use crate::core::typed::{TypedFunc, WasmParams, WasmResults};
use crate::error::Error;

/// An instance of a module in a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Instance {
    pub(crate) store: u64,
    pub(crate) addr: InstanceAddr,
}

/// Anything that can be imported or exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Extern {
    /// A function.
    Func(Func),
    /// A table.
    Table(Table),
    /// A memory.
    Memory(Memory),
    /// A global.
    Global(Global),
    /// A tag.
    Tag(Tag),
}

macro_rules! kinds {
    ($($into:ident $kind:ident)*) => {
        impl Extern {
            $(
                #[doc = concat!("It as a [`", stringify!($kind), "`], if it is one.")]
                pub const fn $into(self) -> Option<$kind> {
                    if let Self::$kind(item) = self { Some(item) } else { None }
                }
            )*

            pub(crate) const fn of(store: u64, item: Item) -> Self {
                match item {
                    $(Item::$kind(addr) => Self::$kind($kind { store, addr }),)*
                }
            }

            /// The number of its store, and what it is there.
            pub(crate) const fn parts(self) -> (u64, Item) {
                match self {
                    $(Self::$kind($kind { store, addr }) => (store, Item::$kind(addr)),)*
                }
            }
        }

        $(
            impl From<$kind> for Extern {
                fn from(item: $kind) -> Self {
                    Self::$kind(item)
                }
            }
        )*
    };
}

kinds! {
    into_func Func
    into_table Table
    into_memory Memory
    into_global Global
    into_tag Tag
}

impl Extern {
    /// What it is in a store, if the store has it.
    pub(crate) fn item<T>(self, store: &Store<T>) -> Result<Item, Error> {
        let (number, item) = self.parts();
        store.check(number, item.sort())?;
        if store.state().core.has(item) { Ok(item) } else { Err(gone(item.sort())) }
    }
}

impl Instance {
    /// Instantiates a module with what its imports are, in their order, and runs its start function.
    ///
    /// # Errors
    /// `Error::Link` when an import does not fit; a trap or another error of a segment or the start function, whose effects
    /// stay; a limit.
    pub fn new(mut store: impl AsContextMut, module: &Module, imports: &[Extern]) -> Result<Self, Error> {
        let store = store.as_context_mut().0;
        store.check_engine(module.engine(), "a module")?;
        store.adopt(module.program());
        let expected = module.definition().imports.len();
        if imports.len() != expected {
            return Err(Error::Link(format!("expected {expected} imports, found {}", imports.len())));
        }
        let items = imports.iter().map(|import| import.item(store)).collect::<Result<Vec<_>, _>>()?;
        let program = std::sync::Arc::clone(&store.program);
        store.collect_if_due();
        let made = store.state_mut().core.instantiate(&program.modules, module.id(), &items);
        let addr = made.map_err(|error| match error {
            InstantiateError::Link(message) => Error::Link(message),
            InstantiateError::Trap(trap) => trap.into(),
            InstantiateError::Limit(limit, _) => Error::Limit(limit.name().to_owned()),
        })?;
        let instance = Self { store: store.number, addr };
        if let Some(start) = store.state().core.start_func(&program.modules, addr) {
            Func { store: store.number, addr: start }.call(store, &[], &mut [])?;
        }
        Ok(instance)
    }

    /// Something that it exports; `None` when there is nothing of that name, or the instance is of another store.
    pub fn get_export(&self, store: impl AsContext, name: &str) -> Option<Extern> {
        let store = store.as_context().0;
        self.check(store).ok()?;
        let item = store.state().core.export(&store.program.modules, self.addr, name)?;
        Some(Extern::of(self.store, item))
    }

    /// Everything that it exports, in the order of its module.
    pub fn exports(&self, store: impl AsContext) -> Vec<(String, Extern)> {
        let store = store.as_context().0;
        if self.check(store).is_err() {
            return Vec::new();
        }
        let exports = store.state().core.exports(&store.program.modules, self.addr);
        exports.map(|(name, item)| (name.to_owned(), Extern::of(self.store, item))).collect()
    }

    /// A function that it exports.
    pub fn get_func(&self, store: impl AsContext, name: &str) -> Option<Func> {
        self.get_export(store, name)?.into_func()
    }

    /// A function that it exports, of a certain type.
    ///
    /// # Errors
    /// `Error::Input` when it exports no such function; the message lists the functions that there are.
    pub fn get_typed_func<P: WasmParams, R: WasmResults>(
        &self,
        store: impl AsContext,
        name: &str,
    ) -> Result<TypedFunc<P, R>, Error> {
        let func = self.get_func(&store, name).ok_or_else(|| {
            let exports = self.exports(&store);
            let funcs = exports.iter().filter(|(_, item)| item.into_func().is_some());
            let names: Vec<String> = funcs.map(|(name, _)| format!("`{name}`")).collect();
            let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
            Error::Input(format!("expected an exported function `{name}`, found none; there are: {known}"))
        })?;
        func.typed(store).map_err(|error| error.at(&format!("export `{name}`")))
    }

    /// A memory that it exports.
    pub fn get_memory(&self, store: impl AsContext, name: &str) -> Option<Memory> {
        self.get_export(store, name)?.into_memory()
    }

    /// A table that it exports.
    pub fn get_table(&self, store: impl AsContext, name: &str) -> Option<Table> {
        self.get_export(store, name)?.into_table()
    }

    /// A global that it exports.
    pub fn get_global(&self, store: impl AsContext, name: &str) -> Option<Global> {
        self.get_export(store, name)?.into_global()
    }

    pub(crate) fn check<T>(&self, store: &Store<T>) -> Result<(), Error> {
        store.check(self.store, "an instance")?;
        if store.state().core.has_instance(self.addr) { Ok(()) } else { Err(gone("an instance")) }
    }
}
