//! Calls from the caller's side: subtasks.
//!
//! Spec: CanonicalABI.md, "`canon lower`" (`canon_lower` and its closures `on_start`, `on_resolve`, `on_progress`).

use canon::{CoreValueIter, Values};
use smallvec::SmallVec;
use syntax::id::FuncTypeId;
use syntax::revision::Follow;
use syntax::{Trap, TrapRule};

use crate::activation::ActivationKind;
use crate::canon_lift::LiftedCall;
use crate::context::{BorrowScope, Context, Options};
use crate::entering::CallFor;
use crate::handle::Handle;
use crate::host::{Ask, HostCall, HostCallState};
use crate::id::{FuncId, HostCallId, InstanceId, ThreadId, WaitableId};
use crate::names::ActorKind;
use crate::step::{Env, Fault, Flow};
use crate::store::{Func, Store};
use crate::subtask::{Callee, Subtask, SubtaskState};
use crate::task::{Caller, TaskState};
use crate::thread::{Pending, WaitFor};
use crate::trace::TraceEvent;
use crate::waitable::{Owner, PendingEvent, WaitableKind};
use crate::waiting::Waited;

const MAX_FLAT_PARAMS: usize = 16;
const MAX_FLAT_ASYNC_PARAMS: usize = 4;
const MAX_FLAT_RESULTS: usize = 1;

/// A lowered call as core code makes it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LoweredCall<'a> {
    /// The function.
    pub(crate) func: FuncId,
    /// Its type as the caller sees it.
    pub(crate) ty: FuncTypeId,
    /// The options.
    pub(crate) opts: Options,
    /// The core arguments.
    pub(crate) args: &'a [u64],
}

impl Store {
    /// Spec: CanonicalABI.md, "`canon lower`", `canon_lower`.
    pub(crate) fn canon_lower(
        &mut self,
        env: &mut Env<'_, '_>,
        thread: ThreadId,
        call: LoweredCall<'_>,
    ) -> Result<Flow, Box<Fault>> {
        let inst = self.instance_of_thread(thread);
        self.trap_if_may_not_leave(inst)?;
        if !call.opts.is_async && env.program.definitions.types.func(call.ty).is_async {
            self.trap_if_may_not_block(env, thread)?;
        }
        let subtask = self.new_subtask(env, thread, call);
        self.thread_mut(thread).pending = Pending::Lower(subtask);
        self.enter_callee(env, call.func, subtask, CallFor::Guest)
    }

    /// Traps where a built-in or call that can block would leave nobody to go on.
    ///
    /// Differs: the text has no such check; the reference scripts ask for it before anything else is looked at, when a
    /// sync-typed call of the instance is in progress and no other thread of it could be resumed.
    ///
    /// # Traps
    /// `sync/may-not-block`, `sync/deadlock`.
    pub(crate) fn trap_if_may_not_block(&self, env: &Env<'_, '_>, thread: ThreadId) -> Result<(), Trap> {
        if env.program.revision.may_not_block == Follow::Text {
            return Ok(());
        }
        let Some(ActivationKind::Lift { task, inst, .. }) = self.running.last().map(|activation| activation.kind)
        else {
            return Ok(());
        };
        let task = self.task(task);
        if task.ft_async || task.state == TaskState::Resolved {
            return Ok(());
        }
        assert!(inst == self.instance_of_thread(thread), "a lift resumes threads of its instance only");
        if self.sync_call_candidates(env, inst).is_empty() { Err(self.sync_call_stuck(inst)) } else { Ok(()) }
    }

    /// # Traps
    /// `may-leave`.
    pub(crate) fn trap_if_may_not_leave(&self, inst: InstanceId) -> Result<(), Trap> {
        if self.instance(inst).may_leave { Ok(()) } else { Err(Trap::new(TrapRule::MayLeave)) }
    }

    fn new_subtask(&mut self, env: &mut Env<'_, '_>, thread: ThreadId, call: LoweredCall<'_>) -> WaitableId {
        let entry = self.thread(thread);
        let (creator, inst) = (entry.actor, self.instance_of_thread(thread));
        let (label, kind) = match self.func(call.func) {
            Func::Lifted { label, .. } => (*label, ActorKind::Task),
            Func::Host { label, .. } => (*label, ActorKind::HostCall),
        };
        let actor = self.names.create(creator, kind, label);
        let subtask = Subtask {
            state: SubtaskState::Starting,
            callee: Callee::None,
            lenders: Some(SmallVec::new()),
            cancellation_requested: false,
            flat_results: SmallVec::new(),
            ty: call.ty,
            options: call.opts,
            flat_args: SmallVec::from_slice(call.args),
            cursor: 0,
            handle: None,
        };
        let id = self.add_waitable(WaitableKind::Subtask(Box::new(subtask)), Owner::Instance(inst), actor);
        env.trace(self, || TraceEvent::Lower { thread, subtask: id });
        id
    }

    /// Begins the callee: a task of another instance, or a question to the host.
    pub(crate) fn enter_callee(
        &mut self,
        env: &mut Env<'_, '_>,
        func: FuncId,
        subtask: WaitableId,
        call_for: CallFor,
    ) -> Result<Flow, Box<Fault>> {
        let Owner::Instance(caller_inst) = self.waitable(subtask).owner else {
            panic!("the host has no subtasks");
        };
        let actor = self.waitable(subtask).actor;
        match *self.func(func) {
            Func::Lifted { callee, ty, is_async, opts, inst, .. } => {
                self.trap_if_may_not_enter(inst, Some(caller_inst), call_for, env.program.revision.donut)?;
                self.enter_from(inst, Some(caller_inst));
                let task = self.canon_lift(
                    env,
                    LiftedCall {
                        callee,
                        ft: Some(ty),
                        ft_async: is_async,
                        opts,
                        inst,
                        caller: Caller::Subtask(subtask),
                        caller_inst: Some(caller_inst),
                        actor,
                    },
                )?;
                self.subtask_mut(subtask).callee = Callee::Task(task);
            }
            Func::Host { func, .. } => {
                let args = self.lower_on_start(env, subtask)?;
                let call = HostCall {
                    func,
                    args: args.into_vec(),
                    caller: Caller::Subtask(subtask),
                    state: HostCallState::Asking,
                    actor,
                };
                let call = HostCallId(self.host_calls.add(call));
                self.subtask_mut(subtask).callee = Callee::HostCall(call);
                self.asking = Some(Ask::Call(call));
            }
        }
        Ok(Flow::Stop)
    }

    /// Spec: CanonicalABI.md, "`canon lower`", `on_start` in `canon_lower`.
    pub(crate) fn lower_on_start(&mut self, env: &mut Env<'_, '_>, id: WaitableId) -> Result<Values, Box<Fault>> {
        self.on_progress(id);
        let Owner::Instance(inst) = self.waitable(id).owner else {
            panic!("the host has no subtasks");
        };
        let subtask = self.subtask_mut(id);
        assert!(subtask.state == SubtaskState::Starting, "a call starts once");
        subtask.state = SubtaskState::Started;
        let (options, ty, flat_args) = (subtask.options, subtask.ty, subtask.flat_args.clone());
        let max_flat = if options.is_async { MAX_FLAT_ASYNC_PARAMS } else { MAX_FLAT_PARAMS };
        let types = env.program.definitions.types.func(ty).params.iter().map(|param| param.1);
        let mut vi = CoreValueIter::new(&flat_args);
        let mut cx = Context { store: self, env, inst, options, scope: BorrowScope::Subtask(id) };
        let values = cx.with(|cx| canon::lift_flat_values(cx, max_flat, &mut vi, types))?;
        self.subtask_mut(id).cursor = vi.position();
        Ok(values)
    }

    /// Spec: CanonicalABI.md, "`canon lower`", `on_resolve` in `canon_lower`.
    pub(crate) fn lower_on_resolve(
        &mut self,
        env: &mut Env<'_, '_>,
        id: WaitableId,
        result: Option<Values>,
    ) -> Result<(), Box<Fault>> {
        self.on_progress(id);
        let Some(result) = result else {
            let subtask = self.subtask_mut(id);
            assert!(subtask.cancellation_requested, "only a cancelled call ends without a result");
            let state = match subtask.state {
                SubtaskState::Starting => SubtaskState::CancelledBeforeStarted,
                SubtaskState::Started
                | SubtaskState::Returned
                | SubtaskState::CancelledBeforeStarted
                | SubtaskState::CancelledBeforeReturned => SubtaskState::CancelledBeforeReturned,
            };
            subtask.resolve(state, SmallVec::new());
            return Ok(());
        };
        let Owner::Instance(inst) = self.waitable(id).owner else {
            panic!("the host has no subtasks");
        };
        let subtask = self.subtask(id);
        assert!(subtask.state == SubtaskState::Started, "a call returns after it started");
        let (options, ty, flat_args, cursor) = (subtask.options, subtask.ty, subtask.flat_args.clone(), subtask.cursor);
        let max_flat = if options.is_async { 0 } else { MAX_FLAT_RESULTS };
        let types = env.program.definitions.types.func(ty).result.into_iter();
        let mut out_param = CoreValueIter::at(&flat_args, cursor);
        let mut cx = Context { store: self, env, inst, options, scope: BorrowScope::None };
        let flat = cx.with(|cx| canon::lower_flat_values(cx, max_flat, &result, types, Some(&mut out_param)))?;
        self.subtask_mut(id).resolve(SubtaskState::Returned, SmallVec::from_slice(&flat));
        Ok(())
    }

    /// Spec: CanonicalABI.md, "`canon lower`", `on_progress` in `canon_lower`: only a call that has a handle has events.
    fn on_progress(&mut self, id: WaitableId) {
        if self.subtask(id).handle.is_some() {
            self.set_pending_event(id, PendingEvent::Subtask);
        }
    }

    /// The callee of a lowered call gave control back: the second half of `canon_lower`.
    pub(crate) fn lowered(
        &mut self,
        env: &mut Env<'_, '_>,
        thread: ThreadId,
        id: WaitableId,
    ) -> Result<Flow, Box<Fault>> {
        let subtask = self.subtask(id);
        let (is_async, resolved) = (subtask.options.is_async, subtask.resolved());
        if !is_async {
            if resolved {
                return Ok(self.lowered_sync(id));
            }
            self.thread_mut(thread).pending = Pending::LowerWait(id);
            return Ok(match self.wait_until(env, thread, WaitFor::SubtaskResolved(id), false) {
                Waited::Continue(_) => Flow::Continue,
                Waited::Stop => Flow::Stop,
            });
        }
        if resolved {
            self.deliver_resolve(id);
            assert!(self.subtask(id).flat_results.is_empty(), "an async-lowered call has no flat results");
            self.waitables.remove(id.0);
            return Ok(Flow::Result(u64::from(SubtaskState::Returned.number())));
        }
        let inst = self.instance_of_thread(thread);
        let index = self.instance_mut(inst).handles.add(Handle::Waitable(id))?;
        self.waitable_mut(id).index = Some(index);
        let subtask = self.subtask_mut(id);
        subtask.handle = Some(index);
        Ok(Flow::Result(u64::from(subtask.state.number() | (index.0 << 4))))
    }

    /// A synchronously lowered call resolved: its flat results.
    pub(crate) fn lowered_sync(&mut self, id: WaitableId) -> Flow {
        self.deliver_resolve(id);
        let flow = match self.subtask(id).flat_results.as_slice() {
            [] => Flow::Done,
            [result] => Flow::Result(*result),
            more => panic!("at most one result is passed flat, not {}", more.len()),
        };
        self.waitables.remove(id.0);
        flow
    }
}
