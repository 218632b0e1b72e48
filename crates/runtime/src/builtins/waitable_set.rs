//! `waitable-set.*` and `waitable.join`.
//!
//! Spec: CanonicalABI.md, "`canon waitable-set.new`" and the following sections.

use smallvec::SmallVec;
use syntax::{Trap, TrapRule};

use super::{Call, done, result};
use crate::handle::{Handle, as_set, as_waitable};
use crate::id::{HandleIndex, InstanceId, SetId, ThreadId};
use crate::names::ActorKind;
use crate::step::{Env, Fault, Flow};
use crate::store::Store;
use crate::table::HANDLES;
use crate::thread::{Cancelled, Pending, WaitFor};
use crate::waitable::{Event, WaitableSet};
use crate::waiting::Waited;

impl Store {
    fn get_set(&self, inst: InstanceId, i: HandleIndex) -> Result<SetId, Trap> {
        as_set(self.instance(inst).handles.get(i, HANDLES)?, i)
    }

    /// Spec: CanonicalABI.md, "`canon waitable-set.new`", `canon_waitable_set_new`.
    pub(super) fn waitable_set_new(&mut self, call: Call<'_>) -> Result<Flow, Box<Fault>> {
        self.trap_if_may_not_leave(call.inst)?;
        let actor = self.names.create(self.thread(call.thread).actor, ActorKind::Set, 0);
        let set = WaitableSet { elems: SmallVec::new(), num_waiting: 0, instance: call.inst, actor };
        let set = SetId(self.sets.add(set));
        let i = self.instance_mut(call.inst).handles.add(Handle::Set(set))?;
        Ok(result(i.cell()))
    }

    /// Spec: CanonicalABI.md, "`canon waitable-set.wait`", `canon_waitable_set_wait`; "Waitable State",
    /// `WaitableSet.wait_for_event`.
    pub(super) fn waitable_set_wait(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        cancellable: bool,
    ) -> Result<Flow, Box<Fault>> {
        self.trap_if_may_not_leave(call.inst)?;
        self.trap_if_may_not_block(env, call.thread)?;
        let set = self.get_set(call.inst, call.index(0))?;
        let memory = call.opts.memory.expect("validation asks for a memory");
        self.set_mut(set).num_waiting += 1;
        self.thread_mut(call.thread).pending = Pending::SetWait { set, memory, ptr: call.args[1] };
        Ok(match self.wait_until(env, call.thread, WaitFor::EventIn(set), cancellable) {
            Waited::Continue(cancelled) => {
                self.thread_mut(call.thread).resumed = cancelled;
                Flow::Continue
            }
            Waited::Stop => Flow::Stop,
        })
    }

    /// The wait of `waitable-set.wait` is over: find out with which event.
    pub(crate) fn set_wait_over(
        &mut self,
        thread: ThreadId,
        (set, memory, ptr): (SetId, wasm::MemAddr, u64),
        cancelled: Cancelled,
    ) -> Result<Flow, Box<Fault>> {
        if cancelled == Cancelled::True {
            self.set_mut(set).num_waiting -= 1;
            return self.unpack_event(memory, ptr, Event::CANCELLED);
        }
        self.pick_pending_event(thread, set, Pending::SetDeliver { set, memory, ptr, waited: true });
        Ok(if self.choosing.is_some() { Flow::Stop } else { Flow::Continue })
    }

    /// Delivers the picked event to `waitable-set.wait` or `waitable-set.poll`.
    pub(crate) fn set_deliver(
        &mut self,
        env: &mut Env<'_, '_>,
        thread: ThreadId,
        (set, memory, ptr): (SetId, wasm::MemAddr, u64),
        waited: bool,
    ) -> Result<Flow, Box<Fault>> {
        let picked = self.thread_mut(thread).picked.take().expect("the event was picked");
        let event = self.get_pending_event(env, picked);
        if waited {
            self.set_mut(set).num_waiting -= 1;
        }
        self.unpack_event(memory, ptr, event)
    }

    /// Spec: CanonicalABI.md, "`canon waitable-set.wait`", `unpack_event`. Differs: the text asserts that the address is
    /// aligned and in bounds; a guest can break that, so it traps.
    fn unpack_event(&mut self, memory: wasm::MemAddr, ptr: u64, event: Event) -> Result<Flow, Box<Fault>> {
        if !ptr.is_multiple_of(4) {
            return Err(Trap::with(TrapRule::EventUnaligned, format!("(event pointer {ptr:#x})")).into());
        }
        let memory = self.core.memory_mut(memory);
        let length = syntax::convert::to_u64(memory.data().len());
        if ptr.checked_add(8).is_none_or(|end| end > length) {
            return Err(Trap::with(TrapRule::EventOutOfBounds, format!("(event pointer {ptr:#x})")).into());
        }
        let start = syntax::convert::to_usize(ptr);
        let bytes = memory.slice_mut(start..start + 8);
        bytes[..4].copy_from_slice(&event.index.to_le_bytes());
        bytes[4..].copy_from_slice(&event.payload.to_le_bytes());
        Ok(result(u64::from(event.code.number())))
    }

    /// Spec: CanonicalABI.md, "`canon waitable-set.poll`", `canon_waitable_set_poll`; "Waitable State", `WaitableSet.poll`.
    pub(super) fn waitable_set_poll(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        cancellable: bool,
    ) -> Result<Flow, Box<Fault>> {
        let _ = env;
        self.trap_if_may_not_leave(call.inst)?;
        let set = self.get_set(call.inst, call.index(0))?;
        let memory = call.opts.memory.expect("validation asks for a memory");
        let task = self.thread(call.thread).task;
        if self.task_mut(task).deliver_pending_cancel(cancellable) {
            return self.unpack_event(memory, call.args[1], Event::CANCELLED);
        }
        if !self.set_has_pending_event(set) {
            return self.unpack_event(memory, call.args[1], Event::NONE);
        }
        let then = Pending::SetDeliver { set, memory, ptr: call.args[1], waited: false };
        self.pick_pending_event(call.thread, set, then);
        Ok(if self.choosing.is_some() { Flow::Stop } else { Flow::Continue })
    }

    /// Spec: CanonicalABI.md, "`canon waitable-set.drop`", `canon_waitable_set_drop`; "Waitable State", `WaitableSet.drop`.
    pub(super) fn waitable_set_drop(&mut self, call: Call<'_>) -> Result<Flow, Box<Fault>> {
        self.trap_if_may_not_leave(call.inst)?;
        let i = call.index(0);
        let removed = self.instance_mut(call.inst).handles.remove(i, HANDLES)?;
        let set = as_set(&removed, i)?;
        if !self.set(set).elems.is_empty() {
            return Err(Trap::new(TrapRule::WaitableSetDropNotEmpty).into());
        }
        if self.set(set).num_waiting > 0 {
            return Err(Trap::new(TrapRule::WaitableSetDropWaiters).into());
        }
        self.sets.remove(set.0);
        Ok(done())
    }

    /// Spec: CanonicalABI.md, "`canon waitable.join`", `canon_waitable_join`.
    pub(super) fn waitable_join(&mut self, call: Call<'_>) -> Result<Flow, Box<Fault>> {
        self.trap_if_may_not_leave(call.inst)?;
        let (wi, si) = (call.index(0), call.index(1));
        let handle = self.instance(call.inst).handles.get(wi, HANDLES)?;
        let w = as_waitable(handle, wi, TrapRule::WaitableWrongKind)?;
        if self.waitable(w).has_sync_waiter {
            return Err(Trap::new(TrapRule::WaitableJoinSyncWaiter).into());
        }
        let set = if si.0 == 0 { None } else { Some(self.get_set(call.inst, si)?) };
        self.join(w, set);
        Ok(done())
    }
}
