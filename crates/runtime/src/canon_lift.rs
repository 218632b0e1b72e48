//! Calls from the callee's side: tasks begin, run their core function, return or are cancelled.
//!
//! Spec: CanonicalABI.md, "`canon lift`" (`canon_lift`), "Tasks" (methods of `Task`).

use canon::{CoreValueIter, Values};
use smallvec::SmallVec;
use syntax::id::FuncTypeId;
use syntax::revision::Follow;
use syntax::{Trap, TrapRule};

use crate::activation::{Activation, ActivationKind};
use crate::context::{BorrowScope, Context, Options};
use crate::handle::as_set;
use crate::id::{HandleIndex, InstanceId, TaskId, ThreadId};
use crate::limits;
use crate::names::Visit;
use crate::step::{Env, Fault, Flow, Limit};
use crate::store::Store;
use crate::table::{HANDLES, THREADS};
use crate::task::{Caller, Task, TaskState};
use crate::thread::{Body, Cancelled, Pending, Thread, ThreadState, WaitFor};
use crate::trace::TraceEvent;
use crate::waitable::{Event, EventCode};
use crate::waiting::Waited;

/// Spec: CanonicalABI.md, "Flattening".
const MAX_FLAT_PARAMS: usize = 16;
/// Spec: CanonicalABI.md, "Flattening".
const MAX_FLAT_RESULTS: usize = 1;

/// What a call of a lifted function is made of.
#[derive(Clone, Copy, Debug)]
pub struct LiftedCall {
    /// The core function.
    pub callee: wasm::FuncAddr,
    /// The type; none for a start function.
    pub ft: Option<FuncTypeId>,
    /// Whether the type is async.
    pub ft_async: bool,
    /// The options.
    pub opts: Options,
    /// The instance.
    pub inst: InstanceId,
    /// Who calls.
    pub caller: Caller,
    /// The calling instance.
    pub caller_inst: Option<InstanceId>,
    /// The task's name.
    pub actor: choice::ActorId,
}

/// Core values that a task returns, and how many of them are not passed through memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FlatResult<'a> {
    /// The core values.
    pub(crate) flat: &'a [u64],
    /// The most that are passed flat.
    pub(crate) max_flat: usize,
}

impl Store {
    /// Begins a task and its implicit thread, which runs next. The instance was entered before.
    ///
    /// Spec: CanonicalABI.md, "`canon lift`", `canon_lift`.
    pub(crate) fn canon_lift(&mut self, env: &mut Env<'_, '_>, call: LiftedCall) -> Result<TaskId, Box<Fault>> {
        if self.running.len() >= limits::MAX_ACTIVATIONS {
            return Err(Fault::Limit(Limit::Activations).into());
        }
        let task = Task {
            ft: call.ft,
            ft_async: call.ft_async,
            opts: call.opts,
            callee: call.callee,
            inst: call.inst,
            caller: call.caller,
            state: TaskState::Initial,
            num_borrows: 0,
            implicit_thread: None,
            threads: SmallVec::new(),
            lifting: true,
            actor: call.actor,
        };
        let task = TaskId(self.tasks.add(task));
        let thread = self.add_thread(Thread::new(task, Body::Enter, call.actor))?;
        let kind = ActivationKind::Lift { task, inst: call.inst, caller: call.caller_inst, gave_way: false };
        self.running.push(Activation { kind, thread: None });
        env.trace(self, || TraceEvent::TaskBegin { task });
        self.resume(thread, Cancelled::False);
        Ok(task)
    }

    /// # Errors
    /// When the store holds as many threads as it may.
    pub(crate) fn add_thread(&mut self, thread: Thread) -> Result<ThreadId, Box<Fault>> {
        if self.threads.len() >= limits::MAX_THREADS {
            return Err(Fault::Limit(Limit::Threads).into());
        }
        Ok(ThreadId(self.threads.add(thread)))
    }

    /// Goes on with a thread's body where it is outside core code.
    ///
    /// Spec: CanonicalABI.md, "`canon lift`", `thread_func` in `canon_lift`.
    pub(crate) fn run_body(&mut self, env: &mut Env<'_, '_>, thread: ThreadId) -> Result<Flow, Box<Fault>> {
        let cancelled = std::mem::take(&mut self.thread_mut(thread).resumed);
        match self.thread(thread).body {
            Body::Enter => self.enter_implicit_thread(env, thread),
            Body::EnterWaiting => self.end_waiting_to_enter(env, thread, cancelled),
            Body::CallbackYield => {
                let event = if cancelled == Cancelled::True { Event::CANCELLED } else { Event::NONE };
                Ok(self.call_callback(env, thread, event))
            }
            Body::CallbackWait(set) => Ok(self.end_callback_wait(env, thread, set, cancelled)),
            Body::ExplicitStart { callee, argument } => {
                self.thread_mut(thread).body = Body::Explicit;
                self.call_core(env, thread, callee, &[argument]);
                Ok(Flow::Continue)
            }
            Body::Callee | Body::PostReturn | Body::CallbackCall | Body::Explicit | Body::Exited => {
                panic!("a thread in core code has frames")
            }
        }
    }

    /// Puts a call of a core function on a thread's empty stack.
    pub(crate) fn call_core(&mut self, env: &mut Env<'_, '_>, thread: ThreadId, func: wasm::FuncAddr, args: &[u64]) {
        let program = env.program;
        let mut data = wasm::Deterministic;
        let mut machine =
            wasm::Machine { modules: &program.modules, store: &mut self.core, data: &mut data, fuel: &mut self.fuel };
        machine.call(&mut self.threads.get_mut(thread.0).stack, func, args);
    }

    /// Spec: CanonicalABI.md, "Tasks", `Task.enter_implicit_thread`.
    fn enter_implicit_thread(&mut self, env: &mut Env<'_, '_>, thread: ThreadId) -> Result<Flow, Box<Fault>> {
        let id = self.thread(thread).task;
        let task = self.task_mut(id);
        assert!(task.state == TaskState::Initial, "a task enters once");
        task.implicit_thread = Some(thread);
        let (ft_async, inst) = (task.ft_async, task.inst);
        if ft_async && (self.has_backpressure(id) || self.instance(inst).num_waiting_to_enter > 0) {
            self.instance_mut(inst).num_waiting_to_enter += 1;
            self.thread_mut(thread).body = Body::EnterWaiting;
            return Ok(match self.wait_until(env, thread, WaitFor::Backpressure(id), true) {
                Waited::Continue(cancelled) => {
                    self.thread_mut(thread).resumed = cancelled;
                    Flow::Continue
                }
                Waited::Stop => Flow::Stop,
            });
        }
        self.start_task(env, thread)
    }

    /// The second half of `enter_implicit_thread`, after the wait at the gate.
    fn end_waiting_to_enter(
        &mut self,
        env: &mut Env<'_, '_>,
        thread: ThreadId,
        cancelled: Cancelled,
    ) -> Result<Flow, Box<Fault>> {
        let id = self.thread(thread).task;
        let inst = self.task(id).inst;
        self.instance_mut(inst).num_waiting_to_enter -= 1;
        if cancelled == Cancelled::True {
            self.task_cancel_resolve(env, id)?;
            self.task_mut(id).implicit_thread = None;
            self.exit_thread(env, thread);
            return Ok(Flow::Stop);
        }
        self.start_task(env, thread)
    }

    /// Takes exclusive use, registers the thread, lowers the arguments and calls the core function.
    fn start_task(&mut self, env: &mut Env<'_, '_>, thread: ThreadId) -> Result<Flow, Box<Fault>> {
        let id = self.thread(thread).task;
        if self.caller_is_locked(id) {
            self.thread_mut(thread).state = ThreadState::Suspended;
            self.block_internal(env, thread, false);
            return Ok(Flow::Stop);
        }
        let task = self.task(id);
        let (inst, ft_async, exclusive) = (task.inst, task.ft_async, task.needs_exclusive());
        if ft_async && exclusive {
            assert!(
                self.instance(inst).exclusive_thread.is_none(),
                "the gate lets nobody pass a thread in exclusive use"
            );
            self.instance_mut(inst).exclusive_thread = Some(thread);
        }
        self.register_thread(id, thread)?;
        let args = self.task_start(env, id)?;
        let task = self.task(id);
        let (opts, callee, ft) = (task.opts, task.callee, task.ft);
        let flat_args = match ft {
            None => canon::FlatValues::new(),
            Some(ft) => {
                let types = env.program.definitions.types.func(ft).params.iter().map(|param| param.1);
                let mut cx = Context { store: self, env, inst, options: opts, scope: BorrowScope::Task(id) };
                cx.with(|cx| canon::lower_flat_values(cx, MAX_FLAT_PARAMS, &args, types, None))?
            }
        };
        self.thread_mut(thread).body = Body::Callee;
        self.call_core(env, thread, callee, &flat_args);
        Ok(Flow::Continue)
    }

    /// Whether a trap locked the instance that called: then its arguments are never lifted, nor results lowered into it.
    fn caller_is_locked(&self, id: TaskId) -> bool {
        match self.task(id).caller {
            Caller::Subtask(subtask) => self.is_locked(subtask),
            Caller::Invocation(_) | Caller::Start | Caller::Realloc => false,
        }
    }

    /// Spec: CanonicalABI.md, "Tasks", `Task.register_thread`.
    pub(crate) fn register_thread(&mut self, task: TaskId, thread: ThreadId) -> Result<HandleIndex, Box<Fault>> {
        let inst = self.task(task).inst;
        let index = self.instance_mut(inst).threads.add(thread)?;
        self.task_mut(task).threads.push(thread);
        self.thread_mut(thread).index = Some(index);
        Ok(index)
    }

    /// Spec: CanonicalABI.md, "Tasks", `Task.unregister_thread`.
    pub(crate) fn unregister_thread(&mut self, id: TaskId, thread: ThreadId) -> Result<(), Box<Fault>> {
        let task = self.task_mut(id);
        task.threads.retain(|registered| *registered != thread);
        if task.threads.is_empty() {
            if task.state != TaskState::Resolved {
                return Err(Trap::new(TrapRule::TaskUnresolved).into());
            }
            assert!(task.num_borrows == 0, "a resolved task holds no borrows");
        }
        let inst = self.task(id).inst;
        let index = self.thread_mut(thread).index.take().expect("a registered thread has an index");
        self.instance_mut(inst).threads.remove(index, THREADS)?;
        Ok(())
    }

    /// Spec: CanonicalABI.md, "Tasks", `Task.exit_implicit_thread`; the thread ends.
    fn exit_implicit_thread(&mut self, env: &mut Env<'_, '_>, thread: ThreadId) -> Result<Flow, Box<Fault>> {
        let id = self.thread(thread).task;
        self.unregister_thread(id, thread)?;
        let task = self.task(id);
        let inst = task.inst;
        if task.ft_async && task.needs_exclusive() {
            assert!(self.instance(inst).exclusive_thread == Some(thread), "the implicit thread has exclusive use");
            self.instance_mut(inst).exclusive_thread = None;
        }
        self.exit_thread(env, thread);
        Ok(Flow::Stop)
    }

    /// Ends a thread, and its task with the last one.
    fn exit_thread(&mut self, env: &mut Env<'_, '_>, thread: ThreadId) {
        env.trace(self, || TraceEvent::ThreadExit { thread });
        self.running.last_mut().expect("the thread runs inside an activation").thread = None;
        let entry = self.threads.remove(thread.0);
        if self.task(entry.task).implicit_thread == Some(thread) {
            self.task_mut(entry.task).implicit_thread = None;
        }
        self.free_task_if_done(entry.task);
    }

    /// Frees a task that has no threads left and whose lift is over.
    pub(crate) fn free_task_if_done(&mut self, id: TaskId) {
        let task = self.task(id);
        if !task.lifting
            && task.threads.is_empty()
            && task.state == TaskState::Resolved
            && task.implicit_thread.is_none()
        {
            self.tasks.remove(id.0);
        }
    }

    /// Goes on after a core function of a thread returned.
    ///
    /// Spec: CanonicalABI.md, "`canon lift`", `thread_func` in `canon_lift`; `thread_func` in `canon_thread_new_indirect`.
    pub(crate) fn body_returned(
        &mut self,
        env: &mut Env<'_, '_>,
        thread: ThreadId,
        results: &[u64],
    ) -> Result<Flow, Box<Fault>> {
        let id = self.thread(thread).task;
        match self.thread(thread).body {
            Body::Callee => {
                let opts = self.task(id).opts;
                if !opts.is_async {
                    self.return_flat(env, id, opts, FlatResult { flat: results, max_flat: MAX_FLAT_RESULTS })?;
                    return self.begin_post_return(env, thread, results);
                }
                if opts.callback.is_none() {
                    return self.exit_implicit_thread(env, thread);
                }
                self.callback_result(env, thread, results)
            }
            Body::CallbackCall => self.callback_result(env, thread, results),
            Body::PostReturn => {
                let inst = self.task(id).inst;
                self.instance_mut(inst).may_leave = true;
                self.exit_implicit_thread(env, thread)
            }
            Body::Explicit => {
                self.unregister_thread(id, thread)?;
                self.exit_thread(env, thread);
                Ok(Flow::Stop)
            }
            Body::Enter
            | Body::EnterWaiting
            | Body::CallbackYield
            | Body::CallbackWait(_)
            | Body::ExplicitStart { .. }
            | Body::Exited => panic!("only core code returns"),
        }
    }

    fn begin_post_return(
        &mut self,
        env: &mut Env<'_, '_>,
        thread: ThreadId,
        results: &[u64],
    ) -> Result<Flow, Box<Fault>> {
        let task = self.task(self.thread(thread).task);
        let (inst, post_return) = (task.inst, task.opts.post_return);
        let Some(post_return) = post_return else { return self.exit_implicit_thread(env, thread) };
        assert!(self.instance(inst).may_leave, "a sync-lifted function returns with may_leave set");
        self.instance_mut(inst).may_leave = false;
        self.thread_mut(thread).body = Body::PostReturn;
        self.call_core(env, thread, post_return, results);
        Ok(Flow::Continue)
    }

    /// What a callback, or the function before the first callback, asks for.
    fn callback_result(
        &mut self,
        env: &mut Env<'_, '_>,
        thread: ThreadId,
        results: &[u64],
    ) -> Result<Flow, Box<Fault>> {
        let packed = syntax::convert::low_u32(results[0]);
        let (code, si) = unpack_callback_result(packed)?;
        let id = self.thread(thread).task;
        let inst = self.task(id).inst;
        if code == CallbackCode::Exit {
            return self.exit_implicit_thread(env, thread);
        }
        assert!(self.instance(inst).exclusive_thread == Some(thread), "the callback ran in exclusive use");
        self.instance_mut(inst).exclusive_thread = None;
        let wait_for = match code {
            CallbackCode::Exit => return self.exit_implicit_thread(env, thread),
            CallbackCode::Yield => {
                self.thread_mut(thread).body = Body::CallbackYield;
                WaitFor::NotExclusive
            }
            CallbackCode::Wait => {
                let set = as_set(self.instance(inst).handles.get(si, HANDLES)?, si)?;
                self.set_mut(set).num_waiting += 1;
                self.thread_mut(thread).body = Body::CallbackWait(set);
                WaitFor::EventInAndNotExclusive(set)
            }
        };
        Ok(match self.wait_until(env, thread, wait_for, true) {
            Waited::Continue(cancelled) => {
                self.thread_mut(thread).resumed = cancelled;
                Flow::Continue
            }
            Waited::Stop => Flow::Stop,
        })
    }

    /// The wait of a callback is over: find out with which event.
    fn end_callback_wait(
        &mut self,
        env: &mut Env<'_, '_>,
        thread: ThreadId,
        set: crate::id::SetId,
        cancelled: Cancelled,
    ) -> Flow {
        if cancelled == Cancelled::True {
            self.set_mut(set).num_waiting -= 1;
            return self.call_callback(env, thread, Event::CANCELLED);
        }
        self.pick_pending_event(thread, set, Pending::CallbackDeliver(set));
        if self.choosing.is_some() { Flow::Stop } else { Flow::Continue }
    }

    /// Delivers the picked event to a callback.
    pub(crate) fn callback_deliver(&mut self, env: &mut Env<'_, '_>, thread: ThreadId, set: crate::id::SetId) -> Flow {
        let picked = self.thread_mut(thread).picked.take().expect("the event was picked");
        let event = self.get_pending_event(env, picked);
        self.set_mut(set).num_waiting -= 1;
        self.call_callback(env, thread, event)
    }

    fn call_callback(&mut self, env: &mut Env<'_, '_>, thread: ThreadId, event: Event) -> Flow {
        let task = self.task(self.thread(thread).task);
        let (inst, callback) = (task.inst, task.opts.callback.expect("a task that waits between callbacks has one"));
        assert!(self.instance(inst).exclusive_thread.is_none(), "the wait ended without exclusive use");
        self.instance_mut(inst).exclusive_thread = Some(thread);
        self.thread_mut(thread).body = Body::CallbackCall;
        if event.code == EventCode::TaskCancelled || event.code == EventCode::None {
            env.trace(self, || TraceEvent::Callback { thread, event });
        }
        let args = [u64::from(event.code.number()), u64::from(event.index), u64::from(event.payload)];
        self.call_core(env, thread, callback, &args);
        Flow::Continue
    }

    /// Spec: CanonicalABI.md, "Tasks", `Task.start`, with the caller's `Task.on_start`.
    fn task_start(&mut self, env: &mut Env<'_, '_>, id: TaskId) -> Result<Values, Box<Fault>> {
        let task = self.task_mut(id);
        assert!(task.state == TaskState::Initial, "a task starts once");
        task.state = TaskState::Started;
        let caller = task.caller;
        env.trace(self, || TraceEvent::TaskStart { task: id });
        match caller {
            Caller::Subtask(subtask) => self.lower_on_start(env, subtask),
            Caller::Invocation(invocation) => Ok(self.invocation_on_start(invocation)),
            Caller::Start | Caller::Realloc => Ok(Values::new()),
        }
    }

    /// Lifts flat results and resolves the task with them.
    pub(crate) fn return_flat(
        &mut self,
        env: &mut Env<'_, '_>,
        id: TaskId,
        options: Options,
        FlatResult { flat, max_flat }: FlatResult<'_>,
    ) -> Result<(), Box<Fault>> {
        let (inst, ft) = (self.task(id).inst, self.task(id).ft);
        let result = match ft {
            None => Values::new(),
            Some(ft) => {
                let types = env.program.definitions.types.func(ft).result.into_iter();
                let mut cx = Context { store: self, env, inst, options, scope: BorrowScope::Task(id) };
                cx.with(|cx| canon::lift_flat_values(cx, max_flat, &mut CoreValueIter::new(flat), types))?
            }
        };
        self.task_return(env, id, result)
    }

    /// Spec: CanonicalABI.md, "Tasks", `Task.return_`.
    fn task_return(&mut self, env: &mut Env<'_, '_>, id: TaskId, result: Values) -> Result<(), Box<Fault>> {
        let task = self.task(id);
        if task.state == TaskState::Resolved {
            return Err(Trap::new(TrapRule::TaskAlreadyResolved).into());
        }
        if task.num_borrows > 0 {
            return Err(self.borrows_remain(id).into());
        }
        self.on_resolve(env, id, Some(result))?;
        self.task_mut(id).state = TaskState::Resolved;
        self.notes.progress = true;
        env.trace(self, || TraceEvent::TaskResolve { task: id, cancelled: false });
        Ok(())
    }

    /// Spec: CanonicalABI.md, "Tasks", `Task.cancel`.
    pub(crate) fn task_cancel_resolve(&mut self, env: &mut Env<'_, '_>, id: TaskId) -> Result<(), Box<Fault>> {
        let task = self.task(id);
        if task.state != TaskState::CancelDelivered {
            let resolved = task.state == TaskState::Resolved;
            let rule = if resolved { TrapRule::TaskAlreadyResolved } else { TrapRule::TaskCancelNotRequested };
            return Err(Trap::new(rule).into());
        }
        if task.num_borrows > 0 {
            return Err(self.borrows_remain(id).into());
        }
        self.on_resolve(env, id, None)?;
        self.task_mut(id).state = TaskState::Resolved;
        self.notes.progress = true;
        env.trace(self, || TraceEvent::TaskResolve { task: id, cancelled: true });
        Ok(())
    }

    fn borrows_remain(&self, id: TaskId) -> Trap {
        Trap::with(TrapRule::TaskBorrowsRemain, format!("({} not dropped)", self.task(id).num_borrows))
    }

    /// Gives a task's result to its caller. Spec: the closures `OnResolve`.
    fn on_resolve(&mut self, env: &mut Env<'_, '_>, id: TaskId, result: Option<Values>) -> Result<(), Box<Fault>> {
        match self.task(id).caller {
            Caller::Subtask(subtask) if self.is_locked(subtask) => Ok(()),
            Caller::Subtask(subtask) => self.lower_on_resolve(env, subtask, result),
            Caller::Invocation(invocation) => {
                self.invocation_on_resolve(invocation, result);
                Ok(())
            }
            Caller::Start | Caller::Realloc => Ok(()),
        }
    }

    /// What the callee of a sync-typed lift does while the task is not resolved: resume a ready thread of the instance.
    ///
    /// Spec: CanonicalABI.md, "`canon lift`", the loop of `canon_lift`.
    pub(crate) fn continue_lift(
        &mut self,
        env: &mut Env<'_, '_>,
        id: TaskId,
        inst: InstanceId,
        caller: Option<InstanceId>,
    ) -> Result<(), Box<Fault>> {
        let task = self.task(id);
        if !task.ft_async && task.state != TaskState::Resolved {
            let candidates = self.sync_call_candidates(env, inst);
            self.occurrence = self.names.visit(self.tasks.get(id.0).actor, Visit::SyncCallProgress);
            match candidates.as_slice() {
                [] => return Err(self.sync_call_stuck(inst).into()),
                [only] => self.resume_traced(env, *only),
                _ => self.choosing = Some(crate::choosing::Choosing::SyncCallProgress { candidates }),
            }
            return Ok(());
        }
        if self.give_way(env, id, inst) {
            return Ok(());
        }
        self.task_mut(id).lifting = false;
        self.free_task_if_done(id);
        self.leave_to(inst, caller);
        self.running.pop();
        Ok(())
    }

    /// Lets the thread run that holds a call back at the gate, once; then the call itself, if the gate is open.
    ///
    /// Differs: the text gives control back to the caller at once. `async/sync-streams.wast` asks for this: a thread that has
    /// exclusive use and is ready, since its synchronous write was met, goes on before a further call is said to be STARTING.
    fn give_way(&mut self, env: &mut Env<'_, '_>, id: TaskId, inst: InstanceId) -> bool {
        let task = self.task(id);
        let Some(thread) = task.implicit_thread else { return false };
        if env.program.revision.exclusive_first == Follow::Text
            || task.state != TaskState::Initial
            || self.instance(inst).backpressure > 0
        {
            return false;
        }
        let Some(ActivationKind::Lift { gave_way, .. }) =
            self.running.last_mut().map(|activation| &mut activation.kind)
        else {
            panic!("a lift goes on at the top of the activations");
        };
        let exclusive = self.instances.get(inst.0).exclusive_thread;
        let first = match exclusive {
            Some(exclusive) if !*gave_way => exclusive,
            None if *gave_way => thread,
            Some(_) | None => return false,
        };
        *gave_way = true;
        if !self.ready(first) {
            return false;
        }
        self.resume_traced(env, first);
        true
    }

    pub(crate) fn resume_traced(&mut self, env: &mut Env<'_, '_>, thread: ThreadId) {
        env.trace(self, || TraceEvent::Resume { thread });
        self.resume(thread, Cancelled::False);
    }
}

/// Spec: CanonicalABI.md, "`canon lift`", `CallbackCode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallbackCode {
    /// The task is over.
    Exit,
    /// Call again soon.
    Yield,
    /// Call again with an event of the set.
    Wait,
}

/// Spec: CanonicalABI.md, "`canon lift`", `unpack_callback_result`.
///
/// # Traps
/// `callback/unsupported-code`.
pub fn unpack_callback_result(packed: u32) -> Result<(CallbackCode, HandleIndex), Trap> {
    let code = match packed & 0xf {
        0 => CallbackCode::Exit,
        1 => CallbackCode::Yield,
        2 => CallbackCode::Wait,
        other => return Err(Trap::with(TrapRule::CallbackUnsupportedCode, other.to_string())),
    };
    Ok((code, HandleIndex(packed >> 4)))
}
