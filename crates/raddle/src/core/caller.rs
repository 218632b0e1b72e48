//! What a function of the embedder is given of its caller.
//!
//! Spec: core specification, "Host Functions".

use std::fmt;

use crate::core::instance::{Extern, Instance};
use crate::core::store::{AsContext, AsContextMut, CallId, Store, StoreContext, StoreContextMut};

/// The caller of a function of the embedder, with the store.
pub struct Caller<'s, T> {
    store: &'s mut Store<T>,
    call: CallId,
}

impl<T> fmt::Debug for Caller<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller").field("call", &self.call).finish_non_exhaustive()
    }
}

impl<'s, T> Caller<'s, T> {
    pub(crate) const fn new(store: &'s mut Store<T>, call: CallId) -> Self {
        Self { store, call }
    }

    /// The data of the embedder.
    pub const fn data(&self) -> &T {
        self.store.data()
    }

    /// The data of the embedder, to be changed.
    pub const fn data_mut(&mut self) -> &mut T {
        self.store.data_mut()
    }

    /// The instance whose code called; `None` when the embedder itself did.
    pub fn instance(&self) -> Option<Instance> {
        let addr = self.store.innermost(self.call)?;
        Some(Instance { store: self.store.number, addr })
    }

    /// Something that the calling instance exports.
    pub fn get_export(&self, name: &str) -> Option<Extern> {
        self.instance()?.get_export(&*self.store, name)
    }

    /// The fuel that is left.
    pub const fn get_fuel(&self) -> u64 {
        self.store.get_fuel()
    }

    /// Sets the fuel that is left.
    pub const fn set_fuel(&mut self, fuel: u64) {
        self.store.set_fuel(fuel);
    }
}

impl<T> AsContext for Caller<'_, T> {
    type Data = T;

    fn as_context(&self) -> StoreContext<'_, T> {
        StoreContext(self.store)
    }
}

impl<T> AsContextMut for Caller<'_, T> {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        StoreContextMut(self.store)
    }
}
