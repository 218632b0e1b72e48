//! Lifting and lowering on behalf of an instance: its memory, its `realloc` and its table of handles.
//!
//! Spec: CanonicalABI.md, "Canonical ABI Options", "Lifting and Lowering Context", and the handle cases of "Loading" and
//! "Storing".

use canon::{ErrorContextId, Handles, Memory, NanBits, Resource, SharedId};
use choice::{ChoiceKind, StateHash, StateHasher};
use syntax::component::{Payload, PtrType, StringEncoding};
use syntax::id::ResourceIndex;
use syntax::{Trap, TrapRule};

use crate::copy_end::{CopyEnd, CopyState, EndKind, SharedKind};
use crate::handle::{self, Handle, ResourceHandle};
use crate::id::{HandleIndex, InstanceId, TaskId, WaitableId};
use crate::program::Program;
use crate::step::{Env, Fault};
use crate::store::Store;
use crate::table::HANDLES;
use crate::waitable::{Owner, WaitableKind};

/// Canonical options with everything resolved. Spec: CanonicalABI.md, "Canonical ABI Options", `CanonicalOptions`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The string encoding.
    pub string_encoding: StringEncoding,
    /// The memory.
    pub memory: Option<wasm::MemAddr>,
    /// The type of pointers into it.
    pub ptr_type: PtrType,
    /// The allocator.
    pub realloc: Option<wasm::FuncAddr>,
    /// Called after the results were lifted.
    pub post_return: Option<wasm::FuncAddr>,
    /// Whether `async` was given.
    pub is_async: bool,
    /// Called for each event of an async lift.
    pub callback: Option<wasm::FuncAddr>,
}

impl StateHash for Options {
    fn state_hash(&self, hasher: &mut StateHasher) {
        self.memory.map(|memory| memory.0).state_hash(hasher);
        self.realloc.map(|func| func.0).state_hash(hasher);
        self.is_async.state_hash(hasher);
        self.callback.map(|func| func.0).state_hash(hasher);
    }
}

impl Options {
    /// What lifting and lowering read.
    pub const fn canon(&self) -> canon::Options {
        canon::Options { string_encoding: self.string_encoding, ptr_type: self.ptr_type }
    }

    /// Spec: CanonicalABI.md, "Canonical ABI Options", `LiftOptions.equal`.
    pub fn lift_equal(&self, other: &Self) -> bool {
        self.string_encoding == other.string_encoding && self.memory == other.memory
    }
}

/// To whom borrows belong. Spec: `LiftLowerContext.borrow_scope`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BorrowScope {
    /// Nobody: borrows cannot occur.
    None,
    /// Lowered borrows must be dropped by this task.
    Task(TaskId),
    /// Lifted borrows are lent to this subtask.
    Subtask(WaitableId),
}

/// An instance at work. Spec: CanonicalABI.md, "Lifting and Lowering Context", `LiftLowerContext`.
#[derive(Debug)]
pub struct Context<'s, 'e, 'p> {
    /// The store.
    pub store: &'s mut Store,
    /// What is outside the store.
    pub env: &'s mut Env<'e, 'p>,
    /// The instance.
    pub inst: InstanceId,
    /// The options.
    pub options: Options,
    /// To whom borrows belong.
    pub scope: BorrowScope,
}

impl<'p> Context<'_, '_, 'p> {
    /// Runs a function of `canon` in this context.
    ///
    /// # Errors
    /// What the function gives.
    pub fn with<T>(
        &mut self,
        run: impl FnOnce(&mut canon::LiftLowerContext<'_, Self>) -> Result<T, Box<Fault>>,
    ) -> Result<T, Box<Fault>> {
        let program: &'p Program = self.env.program;
        let options = self.options.canon();
        run(&mut canon::LiftLowerContext::new(options, &program.types, self))
    }
}

impl Memory for Context<'_, '_, '_> {
    type Error = Box<Fault>;

    fn bytes(&self) -> &[u8] {
        self.options.memory.map_or(&[], |memory| self.store.core.memory(memory).data())
    }

    fn bytes_mut(&mut self, ptr: usize, length_bytes: usize) -> &mut [u8] {
        let memory = self.options.memory.expect("validation asks for a memory wherever a pointer occurs");
        self.store.core.memory_mut(memory).slice_mut(ptr..ptr + length_bytes)
    }

    fn realloc(&mut self, old: u64, old_size: u64, alignment: u64, new_size: u64) -> Result<u64, Box<Fault>> {
        let func = self.options.realloc.expect("validation asks for realloc wherever lowering allocates");
        self.store.reallocate(self.env, self.inst, func, [old, old_size, alignment, new_size])
    }

    fn spend(&mut self, fuel: u64) -> Result<(), Box<Fault>> {
        self.store.fuel = self.store.fuel.saturating_sub(fuel);
        Ok(())
    }

    fn nan_bits(&mut self) -> NanBits {
        let words = ["canonical", "signalling", "all-ones"];
        match self.store.data_choice(self.env, ChoiceKind::NanBits, "store a NaN", &words) {
            0 => NanBits::Canonical,
            1 => NanBits::Signalling,
            _ => NanBits::AllOnes,
        }
    }
}

impl Context<'_, '_, '_> {
    fn resource_type(&self, rt: ResourceIndex) -> canon::ResourceTypeId {
        self.store.resource_type_of(self.inst, rt)
    }

    fn add(&mut self, handle: Handle) -> Result<HandleIndex, Trap> {
        self.store.instance_mut(self.inst).handles.add(handle)
    }

    /// Spec: CanonicalABI.md, "Loading", `lift_async_value`.
    fn lift_async_value(&mut self, i: u32, kind: EndKind, payload: Payload) -> Result<SharedId, Box<Fault>> {
        let i = HandleIndex(i);
        let removed = self.store.instance_mut(self.inst).handles.remove(i, HANDLES)?;
        let id = self.store.end_of_kind(&removed, i, kind)?;
        self.store.trap_if_wrong_payload(self.env.program, id, self.inst, payload)?;
        let waitable = self.store.waitable(id);
        let end = waitable.end();
        let (done, busy, in_set) = match kind.shared {
            SharedKind::Stream => {
                (TrapRule::LiftStreamDone, TrapRule::LiftStreamBusy, TrapRule::LiftStreamInWaitableSet)
            }
            SharedKind::Future => {
                (TrapRule::LiftFutureDone, TrapRule::LiftFutureBusy, TrapRule::LiftFutureInWaitableSet)
            }
        };
        match end.state {
            CopyState::Idle => {}
            CopyState::Done => return Err(Trap::new(done).into()),
            CopyState::Copying | CopyState::CancellingCopy => return Err(Trap::new(busy).into()),
        }
        if waitable.wset.is_some() {
            return Err(Trap::new(in_set).into());
        }
        let shared = end.shared;
        self.store.free_end(id);
        Ok(shared)
    }

    /// Spec: CanonicalABI.md, "Storing", `lower_stream`, `lower_future`.
    fn lower_async_value(&mut self, shared: SharedId, kind: EndKind, payload: Payload) -> Result<u32, Box<Fault>> {
        let end = WaitableKind::End(CopyEnd::new(kind, shared));
        let actor = self.store.shared(shared).actor;
        let id = self.store.add_waitable(end, Owner::Instance(self.inst), actor);
        let index = self.add(Handle::Waitable(id))?;
        self.store.waitable_mut(id).index = Some(index);
        self.store.attach_end(shared, id, self.inst, payload);
        Ok(index.0)
    }
}

impl Handles for Context<'_, '_, '_> {
    fn lift_own(&mut self, index: u32, rt: ResourceIndex) -> Result<Resource, Box<Fault>> {
        let i = HandleIndex(index);
        let expected = self.resource_type(rt);
        let removed = self.store.instance_mut(self.inst).handles.remove(i, HANDLES)?;
        let h = handle::as_resource(&removed, i)?;
        if h.rt != expected {
            return Err(self.store.wrong_resource_type(i, expected, h.rt).into());
        }
        if h.num_lends != 0 {
            return Err(Trap::new(TrapRule::LiftOwnLent).into());
        }
        if !h.own {
            return Err(Trap::new(TrapRule::LiftOwnBorrow).into());
        }
        Ok(Resource { ty: h.rt, rep: h.rep })
    }

    fn lift_borrow(&mut self, index: u32, rt: ResourceIndex) -> Result<Resource, Box<Fault>> {
        let i = HandleIndex(index);
        let BorrowScope::Subtask(subtask) = self.scope else {
            panic!("a borrow is lifted only for the parameters of a call");
        };
        let expected = self.resource_type(rt);
        let h = handle::as_resource(self.store.instance(self.inst).handles.get(i, HANDLES)?, i)?;
        let resource = Resource { ty: h.rt, rep: h.rep };
        if h.rt != expected {
            return Err(self.store.wrong_resource_type(i, expected, h.rt).into());
        }
        self.store.add_lender(subtask, self.inst, i);
        Ok(resource)
    }

    fn lift_stream(&mut self, index: u32, payload: Payload) -> Result<SharedId, Box<Fault>> {
        self.lift_async_value(index, EndKind::READABLE_STREAM, payload)
    }

    fn lift_future(&mut self, index: u32, payload: Payload) -> Result<SharedId, Box<Fault>> {
        self.lift_async_value(index, EndKind::READABLE_FUTURE, payload)
    }

    fn lift_error_context(&mut self, index: u32) -> Result<ErrorContextId, Box<Fault>> {
        let i = HandleIndex(index);
        Ok(handle::as_error_context(self.store.instance(self.inst).handles.get(i, HANDLES)?, i)?)
    }

    fn lower_own(&mut self, resource: Resource, _rt: ResourceIndex) -> Result<u32, Box<Fault>> {
        let h = ResourceHandle { rt: resource.ty, rep: resource.rep, own: true, borrow_scope: None, num_lends: 0 };
        Ok(self.add(Handle::Resource(h))?.0)
    }

    fn lower_borrow(&mut self, resource: Resource, _rt: ResourceIndex) -> Result<u32, Box<Fault>> {
        let BorrowScope::Task(task) = self.scope else {
            panic!("a borrow is lowered only for the parameters of a call");
        };
        if self.store.resource_types[resource.ty.index()].implementation == Some(self.inst) {
            return Ok(resource.rep);
        }
        self.store.task_mut(task).num_borrows += 1;
        let h =
            ResourceHandle { rt: resource.ty, rep: resource.rep, own: false, borrow_scope: Some(task), num_lends: 0 };
        Ok(self.add(Handle::Resource(h))?.0)
    }

    fn lower_stream(&mut self, shared: SharedId, payload: Payload) -> Result<u32, Box<Fault>> {
        self.lower_async_value(shared, EndKind::READABLE_STREAM, payload)
    }

    fn lower_future(&mut self, shared: SharedId, payload: Payload) -> Result<u32, Box<Fault>> {
        self.lower_async_value(shared, EndKind::READABLE_FUTURE, payload)
    }

    fn lower_error_context(&mut self, error_context: ErrorContextId) -> Result<u32, Box<Fault>> {
        self.store.error_contexts.get_mut(error_context.0).handles += 1;
        Ok(self.add(Handle::ErrorContext(error_context))?.0)
    }
}
