//! Blocking, waiting and resuming threads.
//!
//! Spec: CanonicalABI.md, "Threads" (methods of `Thread`) and "Waitable State" (waits of sets and waitables).

use smallvec::SmallVec;
use syntax::Trap;
use syntax::revision::Follow;

use crate::choosing::{BlockOrContinue, Choosing};
use crate::footprint::ThreadKey;
use crate::id::{HandleIndex, InstanceId, SetId, TaskId, ThreadId, WaitableId};
use crate::names::Visit;
use crate::step::Env;
use crate::store::Store;
use crate::thread::{Cancelled, Pending, ThreadState, WaitFor};
use crate::trace::TraceEvent;
use crate::waitable::{Event, PendingEvent, WaitableKind};

/// What became of a thread that wanted to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited {
    /// It goes on at once.
    Continue(Cancelled),
    /// It blocked, or a choice decides whether it does.
    Stop,
}

/// What option 0 is when a wait is over as soon as it begins.
///
/// Spec: the deterministic profile of `Thread.wait_until` blocks. Differs: `async/big-interleaving-test.wast` expects that a
/// wait for an event that is pending goes on at once; a yield blocks by the text and by the scripts.
fn first_of(wait_for: WaitFor, pending_first: Follow) -> BlockOrContinue {
    match wait_for {
        WaitFor::Backpressure(_) | WaitFor::NotExclusive | WaitFor::Always => BlockOrContinue::Block,
        WaitFor::EventIn(_)
        | WaitFor::EventInAndNotExclusive(_)
        | WaitFor::PendingEvent(_)
        | WaitFor::SubtaskResolved(_) => match pending_first {
            Follow::Scripts => BlockOrContinue::Continue,
            Follow::Text => BlockOrContinue::Block,
        },
    }
}

impl Store {
    /// Whether what a thread waits for has come about. Spec: the closures `ready_func`.
    #[inline]
    pub fn holds(&self, thread: ThreadId, wait_for: WaitFor) -> bool {
        let inst = || self.instance(self.instance_of_thread(thread));
        match wait_for {
            WaitFor::Backpressure(task) => !self.has_backpressure(task),
            WaitFor::NotExclusive => inst().exclusive_thread.is_none(),
            WaitFor::EventIn(set) => self.set_has_pending_event(set),
            WaitFor::EventInAndNotExclusive(set) => {
                inst().exclusive_thread.is_none() && self.set_has_pending_event(set)
            }
            WaitFor::PendingEvent(waitable) => self.waitable(waitable).has_pending_event(),
            WaitFor::SubtaskResolved(subtask) => self.subtask(subtask).resolved(),
            WaitFor::Always => true,
        }
    }

    /// Spec: CanonicalABI.md, "Tasks", `has_backpressure` in `Task.enter_implicit_thread`.
    pub(crate) fn has_backpressure(&self, task: TaskId) -> bool {
        let task = self.task(task);
        let inst = self.instance(task.inst);
        inst.backpressure > 0 || (task.needs_exclusive() && inst.exclusive_thread.is_some())
    }

    /// Spec: CanonicalABI.md, "Threads", `Thread.ready`.
    pub fn ready(&self, thread: ThreadId) -> bool {
        match self.thread(thread).state {
            ThreadState::Waiting(wait_for) => self.holds(thread, wait_for),
            ThreadState::Running | ThreadState::Suspended => false,
        }
    }

    /// The ready threads in the order of `Store.waiting`.
    pub fn ready_threads(&self) -> SmallVec<[ThreadId; 4]> {
        let mut ready = SmallVec::new();
        for thread in &self.waiting {
            if self.ready(*thread) {
                ready.push(*thread);
            }
        }
        ready
    }

    /// The threads below the running one: who called or resumed it, the nearest first.
    pub fn resumers(&self) -> impl Iterator<Item = ThreadId> + '_ {
        self.running.iter().rev().skip(1).filter_map(|activation| activation.thread)
    }

    /// All waiting threads, in the order in which they began to wait.
    pub fn waiting_threads(&self) -> &[ThreadId] {
        &self.waiting
    }

    /// Spec: CanonicalABI.md, "Threads", `Thread.start_waiting_internal`.
    pub(crate) fn start_waiting_internal(&mut self, thread: ThreadId, wait_for: WaitFor) {
        let inst = self.instance_of_thread(thread);
        self.notes.touch(inst);
        self.thread_mut(thread).state = ThreadState::Waiting(wait_for);
        self.waiting.push(thread);
    }

    /// Spec: CanonicalABI.md, "Threads", `Thread.stop_waiting_internal`.
    pub(crate) fn stop_waiting_internal(&mut self, thread: ThreadId, cancelled: Cancelled) {
        assert!(cancelled == Cancelled::True || self.ready(thread), "only a ready or cancelled thread stops waiting");
        let position = self.waiting.iter().position(|waiting| *waiting == thread);
        self.waiting.remove(position.expect("a waiting thread is in the list"));
        self.thread_mut(thread).state = ThreadState::Suspended;
    }

    /// Makes a thread the current one of the topmost activation.
    ///
    /// Spec: CanonicalABI.md, "Threads", `Thread.resume`.
    pub(crate) fn resume(&mut self, thread: ThreadId, cancelled: Cancelled) {
        assert!(
            self.thread(thread).cancellable || cancelled == Cancelled::False,
            "only a cancellable wait is cancelled"
        );
        if matches!(self.thread(thread).state, ThreadState::Waiting(_)) {
            self.stop_waiting_internal(thread, cancelled);
        }
        let inst = self.instance_of_thread(thread);
        self.notes.touch(inst);
        let entry = self.thread_mut(thread);
        entry.state = ThreadState::Running;
        entry.resumed = cancelled;
        let index = entry.index.unwrap_or(HandleIndex(0));
        self.notes.ran.push(ThreadKey { inst, index });
        self.running.last_mut().expect("threads are resumed inside an activation").thread = Some(thread);
    }

    /// Spec: CanonicalABI.md, "Threads", `Thread.block_internal`; the thread's state was set before.
    pub(crate) fn block_internal(&mut self, env: &mut Env<'_, '_>, thread: ThreadId, cancellable: bool) {
        self.thread_mut(thread).cancellable = cancellable;
        env.trace(self, || TraceEvent::Block { thread });
        self.running.last_mut().expect("the thread runs inside an activation").thread = None;
    }

    /// Spec: CanonicalABI.md, "Threads", `Thread.switch_to_internal`; the thread's own state was set before.
    pub(crate) fn switch_to_internal(
        &mut self,
        env: &mut Env<'_, '_>,
        thread: ThreadId,
        cancellable: bool,
        other: ThreadId,
    ) {
        self.block_internal(env, thread, cancellable);
        env.trace(self, || TraceEvent::Resume { thread: other });
        self.resume(other, Cancelled::False);
    }

    /// Spec: CanonicalABI.md, "Threads", `Thread.suspend`.
    pub(crate) fn suspend(&mut self, env: &mut Env<'_, '_>, thread: ThreadId, cancellable: bool) -> Waited {
        let task = self.thread(thread).task;
        if self.task_mut(task).deliver_pending_cancel(cancellable) {
            return Waited::Continue(Cancelled::True);
        }
        self.thread_mut(thread).state = ThreadState::Suspended;
        self.block_internal(env, thread, cancellable);
        Waited::Stop
    }

    /// Spec: CanonicalABI.md, "Threads", `Thread.wait_until`. What the thread does afterwards is in its `pending` and `body`
    /// already.
    pub(crate) fn wait_until(
        &mut self,
        env: &mut Env<'_, '_>,
        thread: ThreadId,
        wait_for: WaitFor,
        cancellable: bool,
    ) -> Waited {
        let task = self.thread(thread).task;
        self.occurrence = self.names.visit(self.threads.get(thread.0).actor, Visit::ContinueOrBlock);
        if self.task_mut(task).deliver_pending_cancel(cancellable) {
            return Waited::Continue(Cancelled::True);
        }
        if self.holds(thread, wait_for) {
            let first = first_of(wait_for, env.program.revision.pending_first);
            self.choosing = Some(Choosing::ContinueOrBlock { thread, wait_for, cancellable, first });
            return Waited::Stop;
        }
        self.start_waiting_internal(thread, wait_for);
        self.block_internal(env, thread, cancellable);
        Waited::Stop
    }

    /// Spec: CanonicalABI.md, "Threads", `Thread.suspend_then_resume`.
    pub(crate) fn suspend_then_resume(
        &mut self,
        env: &mut Env<'_, '_>,
        thread: ThreadId,
        cancellable: bool,
        other: ThreadId,
    ) -> Waited {
        let task = self.thread(thread).task;
        if self.task_mut(task).deliver_pending_cancel(cancellable) {
            return Waited::Continue(Cancelled::True);
        }
        self.thread_mut(thread).state = ThreadState::Suspended;
        self.switch_to_internal(env, thread, cancellable, other);
        Waited::Stop
    }

    /// Spec: CanonicalABI.md, "Threads", `Thread.yield_then_resume`.
    pub(crate) fn yield_then_resume(
        &mut self,
        env: &mut Env<'_, '_>,
        thread: ThreadId,
        cancellable: bool,
        other: ThreadId,
    ) -> Waited {
        let task = self.thread(thread).task;
        if self.task_mut(task).deliver_pending_cancel(cancellable) {
            return Waited::Continue(Cancelled::True);
        }
        self.start_waiting_internal(thread, WaitFor::Always);
        self.switch_to_internal(env, thread, cancellable, other);
        Waited::Stop
    }

    /// Spec: CanonicalABI.md, "Waitable State", `WaitableSet.has_pending_event`.
    pub(crate) fn set_has_pending_event(&self, set: SetId) -> bool {
        self.set(set).elems.iter().any(|waitable| self.waitable(*waitable).has_pending_event())
    }

    /// Picks the waitable whose event is delivered, or leaves the pick to a choice.
    ///
    /// Spec: CanonicalABI.md, "Waitable State", `WaitableSet.get_pending_event`; the order of the set stays as it is.
    pub(crate) fn pick_pending_event(&mut self, thread: ThreadId, set: SetId, then: Pending) {
        let candidates: SmallVec<[WaitableId; 4]> =
            self.set(set).elems.iter().copied().filter(|id| self.waitable(*id).has_pending_event()).collect();
        self.occurrence = self.names.visit(self.threads.get(thread.0).actor, Visit::NextEvent);
        let entry = self.thread_mut(thread);
        entry.pending = then;
        match candidates.as_slice() {
            [] => panic!("an event is picked only where one is pending"),
            [only] => entry.picked = Some(*only),
            _ => self.choosing = Some(Choosing::NextEvent { thread, candidates }),
        }
    }

    /// Spec: CanonicalABI.md, "Waitable State", `Waitable.get_pending_event`, with the closures `subtask_event`,
    /// `stream_event` and `future_event`.
    pub(crate) fn get_pending_event(&mut self, env: &mut Env<'_, '_>, id: WaitableId) -> Event {
        let pending = self.waitable_mut(id).pending_event.take().expect("an event is pending");
        self.notes.progress = true;
        let code = self.waitable(id).event_code();
        let index = self.waitable(id).index.map_or(0, |index| index.0);
        let payload = match pending {
            PendingEvent::Subtask => self.subtask_event(id),
            PendingEvent::Stream { result, reclaim } => self.stream_event(id, result, reclaim),
            PendingEvent::Future { result } => self.future_event(id, result),
        };
        let event = Event { code, index, payload };
        env.trace(self, || TraceEvent::Deliver { waitable: id, event });
        event
    }

    fn subtask_event(&mut self, id: WaitableId) -> u32 {
        if self.subtask(id).resolved() {
            self.deliver_resolve(id);
        }
        self.subtask(id).state.number()
    }

    /// Sets the event that a waitable will deliver; an earlier one that was not delivered is replaced.
    pub(crate) fn set_pending_event(&mut self, id: WaitableId, event: PendingEvent) {
        let waitable = self.waitable_mut(id);
        let is_new = waitable.pending_event.is_none();
        waitable.pending_event = Some(event);
        if is_new && waitable.owner == crate::waitable::Owner::Host {
            self.host_ready.push_back(id);
        }
    }

    /// Spec: CanonicalABI.md, "Waitable State", `Waitable.join`.
    pub(crate) fn join(&mut self, id: WaitableId, set: Option<SetId>) {
        assert!(!self.waitable(id).has_sync_waiter, "a waitable with a synchronous waiter joins no set");
        if let Some(old) = self.waitable(id).wset {
            self.set_mut(old).elems.retain(|elem| *elem != id);
        }
        self.waitable_mut(id).wset = set;
        if let Some(set) = set {
            self.set_mut(set).elems.push(id);
        }
    }

    /// Spec: CanonicalABI.md, "Waitable State", `Waitable.drop`. The handle left its table before.
    pub(crate) fn drop_waitable(&mut self, id: WaitableId) {
        assert!(!self.waitable(id).has_pending_event(), "no event is lost");
        assert!(!self.waitable(id).has_sync_waiter, "a busy waitable is not dropped");
        self.join(id, None);
        if matches!(self.waitable(id).kind, WaitableKind::End(_)) {
            self.free_end(id);
        } else {
            self.waitables.remove(id.0);
        }
    }

    /// Which threads a sync-typed call of an instance may resume while it is blocked, in the order of `Store.waiting`.
    ///
    /// Spec: CanonicalABI.md, "`canon lift`", the loop of `canon_lift`. Differs: the reference scripts also leave out the
    /// implicit threads of async-typed tasks that need exclusive use.
    pub(crate) fn sync_call_candidates(&self, env: &Env<'_, '_>, inst: InstanceId) -> SmallVec<[ThreadId; 4]> {
        let exclusive = self.instance(inst).exclusive_thread;
        let mut candidates = self.ready_threads();
        candidates.retain(|thread| {
            let entry = self.thread(*thread);
            let task = self.task(entry.task);
            let excluded = env.program.revision.sync_loop == Follow::Scripts
                && task.ft_async
                && task.needs_exclusive()
                && task.implicit_thread == Some(*thread);
            task.inst == inst && entry.index.is_some() && exclusive != Some(*thread) && !excluded
        });
        candidates
    }

    /// The trap of a sync-typed call of an instance that is blocked and has nobody to resume. Which words are used, the
    /// reference scripts show: a deadlock where a thread of the same root instance is ready, but may not be resumed.
    pub(crate) fn sync_call_stuck(&self, inst: InstanceId) -> Trap {
        let root = self.root_of(inst);
        let excluded = |thread: &ThreadId| self.root_of(self.instance_of_thread(*thread)) == root;
        let any_ready = self.ready_threads().iter().any(excluded);
        Trap::new(if any_ready { syntax::TrapRule::SyncDeadlock } else { syntax::TrapRule::SyncMayNotBlock })
    }
}
