//! An instance for tests: a memory, an allocator that writes down how it is called, and a list of handles.

use raddle_canon::{
    ErrorContextId, Handles, LiftLowerContext, Memory, NanBits, Options, Resource, ResourceTypeId, SharedId, TypeTable,
};
use syntax::component::{Payload, PtrType, StringEncoding};
use syntax::id::ResourceIndex;
use syntax::{Trap, TrapRule};

use crate::slow::Site;

/// What the fast and the slow definition work on.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Guest {
    /// The memory.
    pub(crate) memory: Vec<u8>,
    /// The calls of `realloc` so far.
    pub(crate) calls: Vec<[u64; 4]>,
    /// What `realloc` returns next, before it becomes honest.
    pub(crate) lies: Vec<u64>,
    /// The handles: kind and number.
    pub(crate) handles: Vec<(u8, u32)>,
    /// What every NaN becomes.
    pub(crate) nan_bits: NanBits,
    /// The fuel that was spent.
    pub(crate) fuel: u64,
}

impl Guest {
    pub(crate) fn new(size: usize) -> Self {
        Self { memory: vec![0xaa; size], ..Self::default() }
    }

    /// Grows the memory at every call, so that whoever holds a part of it is found out, and always moves.
    pub(crate) fn realloc(&mut self, old: u64, old_size: u64, alignment: u64, new_size: u64) -> u64 {
        self.calls.push([old, old_size, alignment, new_size]);
        if !self.lies.is_empty() {
            return self.lies.remove(0);
        }
        let [old, old_size, alignment, new_size] =
            [old, old_size, alignment, new_size].map(|n| usize::try_from(n).unwrap());
        let ptr = self.memory.len().next_multiple_of(alignment);
        self.memory.resize(ptr + new_size, 0xbb);
        if old + old_size <= ptr {
            self.memory.copy_within(old..old + old_size.min(new_size), ptr);
        }
        u64::try_from(ptr).unwrap()
    }

    pub(crate) fn add_handle(&mut self, kind: u8, handle: u32) -> u32 {
        self.handles.push((kind, handle));
        u32::try_from(self.handles.len()).unwrap()
    }

    pub(crate) fn handle(&self, index: u32, kind: u8) -> Result<u32, Site> {
        let position = usize::try_from(index).unwrap().wrapping_sub(1);
        match self.handles.get(position) {
            None => Err(("Table.get", 1)),
            Some((found, handle)) if *found == kind => Ok(*handle),
            Some(_) => Err(("lift_own", 1)),
        }
    }

    fn handle_or_trap(&self, index: u32, kind: u8) -> Result<u32, Trap> {
        self.handle(index, kind).map_err(|site| match site.0 {
            "Table.get" => Trap::new(TrapRule::TableOutOfBounds),
            _ => Trap::new(TrapRule::ResourceWrongKind),
        })
    }

    /// The fast definition at work on this guest.
    pub(crate) fn cx<'a>(
        &'a mut self,
        types: &'a TypeTable,
        (string_encoding, ptr_type): (StringEncoding, PtrType),
    ) -> LiftLowerContext<'a, Self> {
        LiftLowerContext::new(Options { string_encoding, ptr_type }, types, self)
    }
}

impl Memory for Guest {
    type Error = Trap;

    fn bytes(&self) -> &[u8] {
        &self.memory
    }

    fn bytes_mut(&mut self, ptr: usize, length_bytes: usize) -> &mut [u8] {
        &mut self.memory[ptr..ptr + length_bytes]
    }

    fn realloc(&mut self, old: u64, old_size: u64, alignment: u64, new_size: u64) -> Result<u64, Trap> {
        Ok(Self::realloc(self, old, old_size, alignment, new_size))
    }

    fn spend(&mut self, fuel: u64) -> Result<(), Trap> {
        self.fuel += fuel;
        Ok(())
    }

    fn nan_bits(&mut self) -> NanBits {
        self.nan_bits
    }
}

const RESOURCE_TYPE: ResourceTypeId = ResourceTypeId(7);

impl Handles for Guest {
    fn lift_own(&mut self, index: u32, _: ResourceIndex) -> Result<Resource, Trap> {
        Ok(Resource { ty: RESOURCE_TYPE, rep: self.handle_or_trap(index, 1)? })
    }
    fn lift_borrow(&mut self, index: u32, _: ResourceIndex) -> Result<Resource, Trap> {
        Ok(Resource { ty: RESOURCE_TYPE, rep: self.handle_or_trap(index, 2)? })
    }
    fn lift_stream(&mut self, index: u32, _: Payload) -> Result<SharedId, Trap> {
        self.handle_or_trap(index, 3).map(SharedId)
    }
    fn lift_future(&mut self, index: u32, _: Payload) -> Result<SharedId, Trap> {
        self.handle_or_trap(index, 4).map(SharedId)
    }
    fn lift_error_context(&mut self, index: u32) -> Result<ErrorContextId, Trap> {
        self.handle_or_trap(index, 5).map(ErrorContextId)
    }
    fn lower_own(&mut self, resource: Resource, _: ResourceIndex) -> Result<u32, Trap> {
        Ok(self.add_handle(1, resource.rep))
    }
    fn lower_borrow(&mut self, resource: Resource, _: ResourceIndex) -> Result<u32, Trap> {
        Ok(self.add_handle(2, resource.rep))
    }
    fn lower_stream(&mut self, shared: SharedId, _: Payload) -> Result<u32, Trap> {
        Ok(self.add_handle(3, shared.0))
    }
    fn lower_future(&mut self, shared: SharedId, _: Payload) -> Result<u32, Trap> {
        Ok(self.add_handle(4, shared.0))
    }
    fn lower_error_context(&mut self, error_context: ErrorContextId) -> Result<u32, Trap> {
        Ok(self.add_handle(5, error_context.0))
    }
}
