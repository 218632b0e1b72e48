//! Memories, tables, globals and tags of a store.
//!
//! Spec: core specification, appendix "Embedding", `mem_alloc` to `global_write`. Methods that give something else than a
//! `Result` panic when the item is not of the store: that is a mistake in the embedder's program.

use syntax::module::{FuncType, GlobalType, MemoryType, TableType, ValType};
use wasm::{Extern as Item, GlobalAddr, InstantiateError, MemAddr, TableAddr, TagAddr};

use crate::core::func::gone;
use crate::core::store::{AsContext, AsContextMut, Store, StoreContext, StoreContextMut};
use crate::core::val::{Cells, Val};
use crate::error::Error;

macro_rules! items {
    ($($(#[$doc:meta])* $name:ident $addr:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
            pub struct $name {
                pub(crate) store: u64,
                pub(crate) addr: $addr,
            }

            impl $name {
                /// Whether it is of this store.
                fn check<T>(&self, store: &Store<T>) -> Result<(), Error> {
                    let item = Item::$name(self.addr);
                    store.check(self.store, item.sort())?;
                    if store.state().core.has(item) { Ok(()) } else { Err(gone(item.sort())) }
                }

                fn expect<T>(&self, store: &Store<T>) {
                    if let Err(error) = self.check(store) {
                        panic!("{error}");
                    }
                }
            }
        )*
    };
}

items! {
    /// A memory of a store.
    Memory MemAddr;
    /// A table of a store.
    Table TableAddr;
    /// A global of a store.
    Global GlobalAddr;
    /// A tag of a store: what an exception is known by.
    Tag TagAddr;
}

fn limit(error: InstantiateError) -> Error {
    match error {
        InstantiateError::Limit(limit, _) => Error::Limit(limit.name().to_owned()),
        InstantiateError::Link(message) => Error::Link(message),
        InstantiateError::Trap(trap) => trap.into(),
    }
}

impl Memory {
    /// A memory of its smallest size, cleared.
    ///
    /// # Errors
    /// `Error::Limit` when it is larger than the store allows.
    pub fn new(mut store: impl AsContextMut, ty: MemoryType) -> Result<Self, Error> {
        let store = store.as_context_mut().0;
        let addr = store.state_mut().core.alloc_memory(ty).map_err(limit)?;
        Ok(Self { store: store.number, addr })
    }

    /// Its type, with the limits that it was made with.
    pub fn ty(&self, store: impl AsContext) -> MemoryType {
        let StoreContext(store) = store.as_context();
        self.expect(store);
        store.state().core.memory(self.addr).ty()
    }

    /// Its size in pages.
    pub fn size(&self, store: impl AsContext) -> u64 {
        let StoreContext(store) = store.as_context();
        self.expect(store);
        store.state().core.memory(self.addr).pages()
    }

    /// Its size in bytes.
    pub fn data_size(&self, store: impl AsContext) -> usize {
        self.data(&store).len()
    }

    /// Grows it by a number of pages; the size before.
    ///
    /// # Errors
    /// `Error::Limit` when its type or the store does not allow so many.
    pub fn grow(&self, mut store: impl AsContextMut, delta_pages: u64) -> Result<u64, Error> {
        let store = store.as_context_mut().0;
        self.check(store)?;
        let grown = store.state_mut().core.grow_memory(self.addr, delta_pages);
        grown.ok_or_else(|| Error::Limit("memory".to_owned()))
    }

    /// All bytes.
    pub fn data<'s, T: 's>(&self, store: &'s impl AsContext<Data = T>) -> &'s [u8] {
        let StoreContext(store) = store.as_context();
        self.expect(store);
        store.state().core.memory(self.addr).data()
    }

    /// All bytes, to be changed. All of them count as written, which makes the next snapshot dearer than [`Memory::write`] does.
    pub fn data_mut<'s, T: 's>(&self, store: &'s mut impl AsContextMut<Data = T>) -> &'s mut [u8] {
        self.data_and_store_mut(store).0
    }

    /// All bytes, to be changed, beside the data of the embedder.
    pub fn data_and_store_mut<'s, T: 's>(
        &self,
        store: &'s mut impl AsContextMut<Data = T>,
    ) -> (&'s mut [u8], &'s mut T) {
        let StoreContextMut(store) = store.as_context_mut();
        self.expect(store);
        store.memory_and_data(self.addr)
    }

    /// Copies bytes from an address on.
    ///
    /// # Errors
    /// `Error::Input` when they are not all inside the memory.
    pub fn read(&self, store: impl AsContext, offset_bytes: usize, buffer: &mut [u8]) -> Result<(), Error> {
        let StoreContext(store) = store.as_context();
        self.check(store)?;
        let data = store.state().core.memory(self.addr).data();
        let found = data.get(offset_bytes..).and_then(|rest| rest.get(..buffer.len()));
        buffer.copy_from_slice(found.ok_or_else(|| outside(offset_bytes, buffer.len(), data.len()))?);
        Ok(())
    }

    /// Copies bytes to an address.
    ///
    /// # Errors
    /// `Error::Input` when they do not all fit into the memory, which then stays as it is.
    pub fn write(&self, mut store: impl AsContextMut, offset_bytes: usize, buffer: &[u8]) -> Result<(), Error> {
        let StoreContextMut(store) = store.as_context_mut();
        self.check(store)?;
        let memory = store.state_mut().core.memory_mut(self.addr);
        let size = memory.data().len();
        match offset_bytes.checked_add(buffer.len()) {
            Some(end) if end <= size => {
                memory.slice_mut(offset_bytes..end).copy_from_slice(buffer);
                Ok(())
            }
            _ => Err(outside(offset_bytes, buffer.len(), size)),
        }
    }
}

fn outside(offset: usize, len: usize, size: usize) -> Error {
    Error::Input(format!("memory access: expected bytes inside of {size}, found {len} from {offset} on"))
}

impl Table {
    /// A table of its smallest size, with this value in each element.
    ///
    /// # Errors
    /// `Error::Input` when the value is not of the type, `Error::Limit` when the table is larger than the store allows.
    pub fn new(mut store: impl AsContextMut, ty: TableType, init: Val) -> Result<Self, Error> {
        let store = store.as_context_mut().0;
        let cell = reference(store, ty, init)?;
        let addr = store.state_mut().core.alloc_table(ty, cell).map_err(limit)?;
        Ok(Self { store: store.number, addr })
    }

    /// Its type, with the limits that it was made with.
    pub fn ty(&self, store: impl AsContext) -> TableType {
        let StoreContext(store) = store.as_context();
        self.expect(store);
        store.state().core.table_type(self.addr).0
    }

    /// How many elements it has.
    pub fn size(&self, store: impl AsContext) -> u64 {
        let StoreContext(store) = store.as_context();
        self.expect(store);
        store.state().core.table_type(self.addr).1
    }

    /// An element; `None` past the end.
    pub fn get(&self, mut store: impl AsContextMut, index: u64) -> Option<Val> {
        let store = store.as_context_mut().0;
        self.expect(store);
        let cell = store.state().core.table_cell(self.addr, index)?;
        let (ty, _) = store.state().core.table_type(self.addr);
        Some(store.places().lift(ValType::Ref(ty.element), &[cell]))
    }

    /// Sets an element.
    ///
    /// # Errors
    /// `Error::Input` past the end, and for a value that is not of the type.
    pub fn set(&self, mut store: impl AsContextMut, index: u64, val: Val) -> Result<(), Error> {
        let store = store.as_context_mut().0;
        self.check(store)?;
        let (ty, size) = store.state().core.table_type(self.addr);
        let cell = reference(store, ty, val)?;
        let set = store.state_mut().core.set_table_cell(self.addr, index, cell);
        set.ok_or_else(|| Error::Input(format!("table access: expected an element below {size}, found {index}")))
    }

    /// Grows it by a number of elements of this value; the size before.
    ///
    /// # Errors
    /// `Error::Input` for a value that is not of the type, `Error::Limit` when its type or the store does not allow so many.
    pub fn grow(&self, mut store: impl AsContextMut, delta: u64, init: Val) -> Result<u64, Error> {
        let store = store.as_context_mut().0;
        self.check(store)?;
        let (ty, _) = store.state().core.table_type(self.addr);
        let cell = reference(store, ty, init)?;
        let grown = store.state_mut().core.grow_table(self.addr, delta, cell);
        grown.ok_or_else(|| Error::Limit("table".to_owned()))
    }
}

/// The cell of a value that is to be an element.
fn reference<T>(store: &mut Store<T>, ty: TableType, val: Val) -> Result<u64, Error> {
    let mut cells = Cells::new();
    store.places().lower(val, ValType::Ref(ty.element), &mut cells)?;
    Ok(cells[0])
}

impl Global {
    /// A global.
    ///
    /// # Errors
    /// `Error::Input` when the value is not of the type.
    pub fn new(mut store: impl AsContextMut, ty: GlobalType, val: Val) -> Result<Self, Error> {
        let store = store.as_context_mut().0;
        let mut cells = Cells::new();
        store.places().lower(val, ty.value, &mut cells)?;
        let addr = store.state_mut().core.alloc_global(ty, &cells);
        Ok(Self { store: store.number, addr })
    }

    /// Its type.
    pub fn ty(&self, store: impl AsContext) -> GlobalType {
        let StoreContext(store) = store.as_context();
        self.expect(store);
        store.state().core.global_type(self.addr)
    }

    /// Its value.
    pub fn get(&self, mut store: impl AsContextMut) -> Val {
        let store = store.as_context_mut().0;
        self.expect(store);
        let cells = Cells::from_slice(store.state().core.global(self.addr));
        let ty = store.state().core.global_type(self.addr);
        store.places().lift(ty.value, &cells)
    }

    /// Sets its value.
    ///
    /// # Errors
    /// `Error::Input` when it cannot be set, or the value is not of the type.
    pub fn set(&self, mut store: impl AsContextMut, val: Val) -> Result<(), Error> {
        let store = store.as_context_mut().0;
        self.check(store)?;
        let ty = store.state().core.global_type(self.addr);
        if !ty.mutable {
            return Err(Error::Input(format!("expected a global that can be set, found one of type {ty}")));
        }
        let mut cells = Cells::new();
        store.places().lower(val, ty.value, &mut cells)?;
        store.state_mut().core.set_global(self.addr, &cells);
        Ok(())
    }
}

impl Tag {
    /// A tag of exceptions with the parameters of a function type without results.
    ///
    /// # Errors
    /// `Error::Input` when the type has results.
    pub fn new(mut store: impl AsContextMut, ty: FuncType) -> Result<Self, Error> {
        if !ty.results.is_empty() {
            return Err(Error::Input(format!("expected a tag's type without results, found {ty}")));
        }
        let store = store.as_context_mut().0;
        let addr = store.state_mut().core.alloc_tag(ty);
        Ok(Self { store: store.number, addr })
    }

    /// Its type.
    pub fn ty(&self, store: impl AsContext) -> FuncType {
        let StoreContext(store) = store.as_context();
        self.expect(store);
        store.state().core.tag_type(self.addr).clone()
    }
}
