//! What instantiating a module in an empty store makes: a cache in the program, since it depends on the module only.
//!
//! Spec: core specification, "Instantiation". A module that imports nothing is the same each time but for its number and the limits; what
//! never changes once it is there is shared, as between forks.

use std::sync::Arc;

use syntax::convert::to_u64;
use syntax::id::ModuleId;
use syntax::module::MemoryType;

use crate::ids::InstanceAddr;
use crate::limits::{DIRTY_PAGE_LOG2, Limits};
use crate::store::{CoreStore, Links, Live, Memory};

/// Modules that write more bytes to their memories are instantiated anew each time.
const MOST_BYTES: usize = 1 << 16;

/// A store in which a module was instantiated first.
#[derive(Debug)]
pub(crate) struct First {
    links: Arc<Links>,
    /// Without memories.
    live: Live,
    memories: Box<[(MemoryType, Box<[Written]>)]>,
}

/// Bytes of a memory, and where they begin.
#[derive(Debug)]
struct Written {
    at: usize,
    bytes: Box<[u8]>,
}

impl First {
    /// What was made, if it is the same each time and small.
    fn of(store: &CoreStore) -> Option<Self> {
        let Live { tables, memories, cells, elems, dropped, heap, parameters } = &store.live;
        if !heap.is_new() {
            return None;
        }
        let page = 1 << DIRTY_PAGE_LOG2;
        let written = |memory: &Memory| {
            let pages = memory.data().chunks(page).zip(memory.dirty()).enumerate();
            let written = pages.filter(|(_, (_, dirty))| **dirty != 0);
            written.map(|(number, (bytes, _))| Written { at: number * page, bytes: bytes.into() }).collect()
        };
        if memories.iter().flat_map(Memory::dirty).filter(|dirty| **dirty != 0).count() * page > MOST_BYTES {
            return None;
        }
        let memories = memories.iter().map(|memory| (memory.ty(), written(memory))).collect();
        let live = Live {
            tables: tables.clone(),
            memories: Vec::new(),
            cells: cells.clone(),
            elems: elems.clone(),
            dropped: dropped.clone(),
            heap: heap.clone(),
            parameters: parameters.clone(),
        };
        Some(Self { links: Arc::clone(&store.links), live, memories })
    }

    /// Whether limits allow it.
    fn is_within(&self, limits: &Limits) -> bool {
        let bytes = |ty: &MemoryType| ty.limits.minimum << ty.page_size_log2;
        limits.instances > 0
            && self.memories.iter().all(|(ty, _)| bytes(ty) <= limits.memory_bytes)
            && self.live.tables.iter().all(|table| to_u64(table.elems.len()) <= limits.table_elements)
    }
}

impl CoreStore {
    /// Whether nothing was added yet.
    pub(crate) fn is_new(&self) -> bool {
        let Links { types, funcs, globals, tags, instances } = &*self.links;
        let Live { tables, memories, cells, elems, dropped, heap, parameters: _ } = &self.live;
        types.len() + funcs.len() + globals.len() + tags.len() + instances.len() == 0
            && tables.len() + memories.len() + cells.len() + elems.len() + dropped.len() == 0
            && heap.is_new()
    }

    /// What a module is that was instantiated as the first one.
    pub(crate) fn first(&self) -> Option<First> {
        First::of(self)
    }

    /// Makes an empty store one in which a module was instantiated, if it is the same as it was and the limits allow it.
    pub(crate) fn again(&mut self, module: ModuleId, first: &First) -> Option<InstanceAddr> {
        let instance = InstanceAddr::new(0);
        if first.links.instances[instance.index()].module != module || !first.is_within(&self.limits) {
            return None;
        }
        self.links = Arc::clone(&first.links);
        for (ty, written) in &first.memories {
            let mut memory = Memory::new(*ty);
            for Written { at, bytes } in written {
                memory.slice_mut(*at..*at + bytes.len()).copy_from_slice(bytes);
            }
            self.live.memories.push(memory);
        }
        let Live { tables, cells, elems, dropped, .. } = &first.live;
        self.live.tables.clone_from(tables);
        self.live.cells.clone_from(cells);
        self.live.elems.clone_from(elems);
        self.live.dropped.clone_from(dropped);
        Some(instance)
    }
}
