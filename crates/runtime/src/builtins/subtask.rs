//! `subtask.cancel` and `subtask.drop`, and requests for cancellation.
//!
//! Spec: CanonicalABI.md, "`canon subtask.cancel`", "`canon subtask.drop`", "Tasks" (`Task.request_cancellation`).

use smallvec::SmallVec;
use syntax::{Trap, TrapRule};

use super::{BLOCKED, Call, done, result};
use crate::activation::{Activation, ActivationKind};
use crate::choosing::Choosing;
use crate::handle::{Handle, as_waitable, wrong_kind};
use crate::host::Ask;
use crate::id::{HandleIndex, InstanceId, TaskId, ThreadId, WaitableId};
use crate::names::Visit;
use crate::step::{Env, Fault, Flow};
use crate::store::Store;
use crate::subtask::Callee;
use crate::table::HANDLES;
use crate::task::TaskState;
use crate::thread::{Cancelled, Pending, WaitFor};
use crate::trace::TraceEvent;
use crate::waitable::{EventCode, WaitableKind};
use crate::waiting::Waited;

impl Store {
    fn as_subtask(&self, handle: &Handle, i: HandleIndex) -> Result<WaitableId, Trap> {
        let id = as_waitable(handle, i, TrapRule::SubtaskWrongKind)?;
        match self.waitable(id).kind {
            WaitableKind::Subtask(_) => Ok(id),
            WaitableKind::End(_) => Err(wrong_kind(TrapRule::SubtaskWrongKind, i)),
        }
    }

    /// Spec: CanonicalABI.md, "`canon subtask.cancel`", `canon_subtask_cancel`.
    pub(super) fn subtask_cancel(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        is_async: bool,
    ) -> Result<Flow, Box<Fault>> {
        self.trap_if_may_not_leave(call.inst)?;
        if !is_async {
            self.trap_if_may_not_block(env, call.thread)?;
        }
        let i = call.index(0);
        let id = self.as_subtask(self.instance(call.inst).handles.get(i, HANDLES)?, i)?;
        let subtask = self.subtask(id);
        if subtask.resolve_delivered() {
            return Err(Trap::new(TrapRule::SubtaskCancelResolveDelivered).into());
        }
        if subtask.cancellation_requested {
            return Err(Trap::new(TrapRule::SubtaskCancelTwice).into());
        }
        if self.waitable(id).wset.is_some() && !is_async {
            return Err(Trap::new(TrapRule::WaitableSyncInSet).into());
        }
        if self.subtask(id).resolved() {
            assert!(self.waitable(id).has_pending_event(), "a resolution that was not delivered is pending");
            return Ok(self.cancelled_subtask(env, id));
        }
        self.subtask_mut(id).cancellation_requested = true;
        self.thread_mut(call.thread).pending = Pending::SubtaskCancel { subtask: id, is_async };
        env.trace(self, || TraceEvent::Cancel { subtask: id });
        match self.subtask(id).callee {
            Callee::Task(task) => self.request_cancellation(env, task, call.inst),
            Callee::HostCall(host_call) => self.asking = Some(Ask::Cancel(host_call)),
            Callee::None => panic!("a subtask with a handle has a callee"),
        }
        Ok(Flow::Stop)
    }

    /// The callee of a cancelled call gave control back: the second half of `canon_subtask_cancel`.
    pub(crate) fn subtask_cancel_over(
        &mut self,
        env: &mut Env<'_, '_>,
        thread: ThreadId,
        id: WaitableId,
        is_async: bool,
    ) -> Flow {
        if self.subtask(id).resolved() {
            return self.cancelled_subtask(env, id);
        }
        if is_async {
            return result(BLOCKED);
        }
        self.wait_for_pending_event(env, thread, id)
    }

    fn cancelled_subtask(&mut self, env: &mut Env<'_, '_>, id: WaitableId) -> Flow {
        let event = self.get_pending_event(env, id);
        assert!(event.code == EventCode::Subtask, "a subtask's event says so");
        assert!(self.subtask(id).resolve_delivered(), "the resolution was delivered");
        result(u64::from(event.payload))
    }

    /// Blocks a thread in a synchronous built-in on a waitable.
    ///
    /// Spec: CanonicalABI.md, "Waitable State", `Waitable.wait_for_pending_event`.
    pub(crate) fn wait_for_pending_event(&mut self, env: &mut Env<'_, '_>, thread: ThreadId, id: WaitableId) -> Flow {
        let waitable = self.waitable_mut(id);
        assert!(waitable.wset.is_none() && !waitable.has_sync_waiter, "a synchronous wait has its waitable to itself");
        waitable.has_sync_waiter = true;
        self.thread_mut(thread).pending = Pending::Waitable(id);
        match self.wait_until(env, thread, WaitFor::PendingEvent(id), false) {
            Waited::Continue(_) => Flow::Continue,
            Waited::Stop => Flow::Stop,
        }
    }

    /// A synchronous built-in on a waitable goes on: its event is there.
    pub(crate) fn waitable_wait_over(&mut self, env: &mut Env<'_, '_>, id: WaitableId) -> Flow {
        self.waitable_mut(id).has_sync_waiter = false;
        let event = self.get_pending_event(env, id);
        result(u64::from(event.payload))
    }

    /// Spec: CanonicalABI.md, "Tasks", `Task.request_cancellation`.
    pub(crate) fn request_cancellation(&mut self, env: &mut Env<'_, '_>, id: TaskId, caller: InstanceId) {
        let task = self.task(id);
        let inst = task.inst;
        if task.state == TaskState::Initial {
            let thread = task.implicit_thread.expect("a task that has not started waits at the gate");
            self.task_mut(id).state = TaskState::CancelDelivered;
            self.running.push(Activation { kind: ActivationKind::Cancel { entered: None }, thread: None });
            env.trace(self, || TraceEvent::Resume { thread });
            self.resume(thread, Cancelled::True);
            return;
        }
        assert!(task.state == TaskState::Started, "cancellation is requested once");
        let exclusive = self.instance(inst).exclusive_thread;
        let implicit_is_excluded = task.needs_exclusive() && exclusive.is_some() && exclusive != task.implicit_thread;
        let candidates: SmallVec<[ThreadId; 4]> = task
            .threads
            .iter()
            .copied()
            .filter(|thread| self.is_cancellable(*thread))
            .filter(|thread| !(implicit_is_excluded && task.implicit_thread == Some(*thread)))
            .collect();
        if candidates.is_empty() || !self.may_enter_from(inst, Some(caller)) {
            self.task_mut(id).state = TaskState::PendingCancel;
            return;
        }
        self.task_mut(id).state = TaskState::CancelDelivered;
        self.enter_from(inst, Some(caller));
        let entered = Some((inst, caller));
        self.running.push(Activation { kind: ActivationKind::Cancel { entered }, thread: None });
        self.occurrence = self.names.visit(self.tasks.get(id.0).actor, Visit::CancelTarget);
        match candidates.as_slice() {
            [only] => {
                let thread = *only;
                env.trace(self, || TraceEvent::Resume { thread });
                self.resume(thread, Cancelled::True);
            }
            _ => self.choosing = Some(Choosing::CancelTarget { task: id, candidates }),
        }
    }

    /// Whether a thread is blocked in a wait that a request for cancellation may end.
    fn is_cancellable(&self, thread: ThreadId) -> bool {
        let thread = self.thread(thread);
        thread.cancellable && thread.state != crate::thread::ThreadState::Running
    }

    /// Spec: CanonicalABI.md, "`canon subtask.drop`", `canon_subtask_drop`; "Subtask State", `Subtask.drop`.
    pub(super) fn subtask_drop(&mut self, call: Call<'_>) -> Result<Flow, Box<Fault>> {
        self.trap_if_may_not_leave(call.inst)?;
        let i = call.index(0);
        let removed = self.instance_mut(call.inst).handles.remove(i, HANDLES)?;
        let id = self.as_subtask(&removed, i)?;
        if !self.subtask(id).resolve_delivered() {
            return Err(Trap::new(TrapRule::SubtaskDropUnresolved).into());
        }
        self.drop_waitable(id);
        Ok(done())
    }
}
