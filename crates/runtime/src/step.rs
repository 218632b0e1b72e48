//! One step at a time: until the next choice, the next question to the host, or nothing is left to run.
//!
//! Spec: CanonicalABI.md, "Embedding" (`Store.invoke`, `Store.tick`), "Stack Switching" (`resume`).

use std::fmt;

use canon::{Value, Values};
use choice::{ActorId, Alternative, Anchor, ChoiceKind, ChoicePoint, Chooser, Divergence, Names as _, state_hash};
use smallvec::SmallVec;
use syntax::{Trap, TrapRule};

use crate::activation::{Activation, ActivationKind};
use crate::canon_lift::LiftedCall;
use crate::choosing::{BlockOrContinue, Choosing};
use crate::dump::Report;
use crate::entering::CallFor;
use crate::host::{Ask, HostCall, HostCallState};
use crate::id::{FuncId, HostCallId, InstanceId, InvocationId, ThreadId};
use crate::names::{ActorKind, Visit};
use crate::program::Program;
use crate::store::{Func, Store};
use crate::task::Caller;
use crate::thread::{Body, Cancelled, Pending, ThreadState};
use crate::trace::{TraceEvent, Tracer};

/// What is outside the store while it runs.
pub struct Env<'e, 'p> {
    /// The program.
    pub program: &'p Program,
    /// Answers data choices inline; schedule choices come out of `Store::step`.
    pub chooser: &'e mut dyn Chooser,
    /// Is told what happens.
    pub tracer: Option<&'e mut dyn Tracer>,
    /// The first disagreement of a data choice with the schedule that the chooser follows.
    pub divergence: Option<Divergence>,
}

impl fmt::Debug for Env<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Env").field("divergence", &self.divergence).finish_non_exhaustive()
    }
}

impl<'e, 'p> Env<'e, 'p> {
    /// Joins a program, a chooser and, where wanted, a tracer.
    pub fn new(program: &'p Program, chooser: &'e mut dyn Chooser, tracer: Option<&'e mut dyn Tracer>) -> Self {
        Self { program, chooser, tracer, divergence: None }
    }

    /// Tells the tracer, if there is one.
    #[inline]
    pub(crate) fn trace<'a>(&mut self, store: &Store, event: impl FnOnce() -> TraceEvent<'a>) {
        if let Some(tracer) = &mut self.tracer {
            tracer.event(store, self.program, &event());
        }
    }

    pub(crate) fn choose(&mut self, point: &ChoicePoint, names: &crate::names::Names) -> usize {
        match self.chooser.choose(point, names) {
            Ok(picked) => picked,
            Err(divergence) => {
                self.divergence.get_or_insert(divergence);
                0
            }
        }
    }
}

/// What an embedder may set a bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Nested activations.
    Activations,
    /// Threads.
    Threads,
    /// Component instances.
    Instances,
    /// The fuel of one run of `realloc`.
    Realloc,
    /// What core instances may take.
    Core(wasm::LimitKind),
}

impl Limit {
    /// The name in outcomes and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Activations => "activations",
            Self::Threads => "threads",
            Self::Instances => "instances",
            Self::Realloc => "realloc",
            Self::Core(limit) => limit.name(),
        }
    }
}

/// Why a store cannot go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The guest broke a rule.
    Trap(Trap),
    /// A limit was reached.
    Limit(Limit),
    /// An import does not fit what was supplied for it.
    Link(String),
    /// The guest ended the program with this exit code: no failure, but nothing runs on.
    Exit(u8),
}

impl From<Trap> for Box<Fault> {
    #[cold]
    fn from(trap: Trap) -> Self {
        Self::new(Fault::Trap(trap))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trap(trap) => write!(f, "wasm trap: {trap}"),
            Self::Limit(limit) => write!(f, "limit reached: {}", limit.name()),
            Self::Link(message) => f.write_str(message),
            Self::Exit(code) => write!(f, "exit with code {code}"),
        }
    }
}

/// A fault with what the store looked like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Why.
    pub fault: Fault,
    /// Who ran and who called whom.
    pub report: Box<Report>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fault.fmt(f)
    }
}

impl std::error::Error for Failure {}

/// How a thread goes on after a built-in or a part of its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// With no core result.
    Done,
    /// With this core result.
    Result(u64),
    /// With what its state says now.
    Continue,
    /// Not now: it blocked, switched, entered a callee, exited, or waits for a choice or the host.
    Stop,
}

/// Where a step ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// At a choice: `Store::decide`.
    Choice(ChoicePoint),
    /// At a question to the host: `Store::answer_call` and its siblings.
    NeedsHost(Ask),
    /// Nothing runs: it is the embedder's turn.
    Idle,
    /// The fuel is used up; stepping again goes on once there is more.
    OutOfFuel,
}

/// Where a step ended, with nothing that has to be made for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Halt {
    /// At a choice: `Store::choice`.
    Choice,
    /// At a question to the host.
    NeedsHost(Ask),
    /// Nothing runs.
    Idle,
    /// The fuel is used up.
    OutOfFuel,
}

/// A call of the embedder, or an instantiation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    /// The arguments, until the task takes them.
    pub args: Vec<Value>,
    /// How it ended, once it has.
    pub outcome: Option<InvocationOutcome>,
    /// Its name in traces and anchors.
    pub actor: ActorId,
}
state_hash!(struct Invocation { args, outcome } skip { actor });

/// How a call of the embedder ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvocationOutcome {
    /// It returned.
    Returned(Vec<Value>),
    /// It was cancelled.
    Cancelled,
    /// The instance is complete.
    Instantiated(InstanceId),
}
state_hash!(enum InvocationOutcome { 0 => Returned(values), 1 => Cancelled, 2 => Instantiated(instance) });

impl Store {
    /// Begins a call of the embedder; `step` runs it.
    ///
    /// Spec: CanonicalABI.md, "Embedding", `Store.invoke`.
    ///
    /// # Errors
    /// When the instance cannot be entered.
    ///
    /// # Panics
    /// When something still runs: the embedder calls between steps that ended idle.
    pub fn invoke(&mut self, env: &mut Env<'_, '_>, func: FuncId, args: Vec<Value>) -> Result<InvocationId, Failure> {
        assert!(self.running.is_empty(), "the embedder calls when nothing runs");
        let label = self.func(func).label();
        let actor = self.names.create(ActorId::EMBEDDER, ActorKind::Task, label);
        let invocation = InvocationId(self.invocations.add(Invocation { args, outcome: None, actor }));
        let begun = self.begin_invocation(env, func, invocation);
        begun.map_err(|fault| self.fail(env, *fault))?;
        Ok(invocation)
    }

    fn begin_invocation(
        &mut self,
        env: &mut Env<'_, '_>,
        func: FuncId,
        invocation: InvocationId,
    ) -> Result<(), Box<Fault>> {
        let actor = self.invocations.get(invocation.0).actor;
        match *self.func(func) {
            Func::Lifted { callee, ty, is_async, opts, inst, .. } => {
                self.trap_if_may_not_enter(inst, None, CallFor::Guest, env.program.revision.donut)?;
                self.enter_from(inst, None);
                let caller = Caller::Invocation(invocation);
                let call = LiftedCall {
                    callee,
                    ft: Some(ty),
                    ft_async: is_async,
                    opts,
                    inst,
                    caller,
                    caller_inst: None,
                    actor,
                };
                self.canon_lift(env, call)?;
            }
            Func::Host { func, .. } => {
                let args = std::mem::take(&mut self.invocations.get_mut(invocation.0).args);
                let caller = Caller::Invocation(invocation);
                let call = HostCall { func, args, caller, state: HostCallState::Asking, actor };
                let call = HostCallId(self.host_calls.add(call));
                self.asking = Some(Ask::Call(call));
            }
        }
        Ok(())
    }

    /// A call of the embedder.
    pub fn invocation(&self, invocation: InvocationId) -> &Invocation {
        self.invocations.get(invocation.0)
    }

    /// Takes the outcome of a call that has ended, and forgets the call.
    pub fn take_outcome(&mut self, invocation: InvocationId) -> Option<InvocationOutcome> {
        self.invocations.get(invocation.0).outcome.as_ref()?;
        self.invocations.remove(invocation.0).outcome
    }

    pub(crate) fn invocation_on_start(&mut self, invocation: InvocationId) -> Values {
        std::mem::take(&mut self.invocations.get_mut(invocation.0).args).into()
    }

    pub(crate) fn invocation_on_resolve(&mut self, invocation: InvocationId, result: Option<Values>) {
        let outcome =
            result.map_or(InvocationOutcome::Cancelled, |values| InvocationOutcome::Returned(values.into_vec()));
        self.invocations.get_mut(invocation.0).outcome = Some(outcome);
    }

    /// Resumes a ready thread from the event loop; `step` runs it.
    ///
    /// Spec: CanonicalABI.md, "Embedding", `Store.tick`, with the choice made by the caller.
    ///
    /// # Panics
    /// When something runs, or the thread is not ready.
    pub fn tick(&mut self, env: &mut Env<'_, '_>, thread: ThreadId) {
        assert!(self.running.is_empty(), "the event loop ticks when nothing runs");
        assert!(
            matches!(self.thread(thread).state, ThreadState::Waiting(_)),
            "the event loop resumes threads that wait; that they are ready is asserted where they stop to wait"
        );
        let inst = self.instance_of_thread(thread);
        self.enter_from(inst, None);
        self.running.push(Activation { kind: ActivationKind::Tick { inst }, thread: None });
        self.resume_traced(env, thread);
    }

    /// The choice of the event loop, when it has at least two alternatives: ready threads, then host events by name.
    pub fn embedder_turn(&mut self, ready: &[ThreadId], events: &[ActorId]) -> ChoicePoint {
        let occurrence = self.names.visit(ActorId::EMBEDDER, Visit::EmbedderTurn);
        let threads = ready.iter().map(|thread| Alternative::Actor(self.thread(*thread).actor));
        let events = events.iter().map(|event| Alternative::Event(*event, "host event"));
        let alternatives = threads.chain(events).collect();
        let anchor = Anchor { actor: ActorId::EMBEDDER, object: None, operation: "tick", occurrence };
        ChoicePoint { kind: ChoiceKind::EmbedderTurn, anchor, alternatives }
    }

    /// Counts a turn of the event loop that left no choice.
    pub(crate) fn count_turn(&mut self) {
        self.names.visit(ActorId::EMBEDDER, Visit::EmbedderTurn);
    }

    /// Runs up to the next choice, question to the host, or until nothing runs.
    ///
    /// # Errors
    /// A trap or a limit. The chain of activations is dropped and its instances are locked.
    pub fn step(&mut self, env: &mut Env<'_, '_>) -> Result<Step, Failure> {
        Ok(match self.run_to_stop(env).map_err(|fault| self.fail(env, *fault))? {
            Halt::Choice => Step::Choice(self.choice()),
            Halt::NeedsHost(ask) => Step::NeedsHost(ask),
            Halt::Idle => Step::Idle,
            Halt::OutOfFuel => Step::OutOfFuel,
        })
    }

    /// The choice that the last step ended with.
    ///
    /// # Panics
    /// When it ended with none.
    pub(crate) fn choice(&self) -> ChoicePoint {
        self.choice_point(self.choosing.as_ref().expect("a step ended with a choice"))
    }

    #[cold]
    pub(crate) fn fail(&mut self, env: &mut Env<'_, '_>, fault: Fault) -> Failure {
        self.fail_in(env, fault, None)
    }

    /// A fault while the host was at work on an instance.
    #[cold]
    pub(crate) fn fail_in(&mut self, env: &mut Env<'_, '_>, fault: Fault, at_work: Option<InstanceId>) -> Failure {
        env.trace(self, || TraceEvent::Fault { fault: &fault });
        let report = Box::new(self.report(env.program));
        self.lock_after_trap(at_work);
        Failure { fault, report }
    }

    pub(crate) fn run_to_stop(&mut self, env: &mut Env<'_, '_>) -> Result<Halt, Box<Fault>> {
        loop {
            if self.choosing.is_some() {
                return Ok(Halt::Choice);
            }
            if let Some(ask) = self.asking {
                return Ok(Halt::NeedsHost(ask));
            }
            let Some(activation) = self.running.last() else { return Ok(Halt::Idle) };
            match activation.thread {
                Some(thread) => {
                    if self.run_thread(env, thread)? == Ran::OutOfFuel {
                        return Ok(Halt::OutOfFuel);
                    }
                }
                None => self.continue_activation(env)?,
            }
        }
    }

    /// The thread of the topmost activation blocked or exited: what its resumer does next.
    fn continue_activation(&mut self, env: &mut Env<'_, '_>) -> Result<(), Box<Fault>> {
        let activation = self.running.last().expect("an activation goes on at the top");
        match activation.kind {
            ActivationKind::Tick { inst } => {
                self.leave_to(inst, None);
                self.running.pop();
            }
            ActivationKind::Lift { task, inst, caller, .. } => self.continue_lift(env, task, inst, caller)?,
            ActivationKind::Cancel { entered } => {
                if let Some((inst, caller)) = entered {
                    self.leave_to(inst, Some(caller));
                }
                self.running.pop();
            }
            ActivationKind::Instantiate { .. } => self.continue_instantiation(env)?,
            ActivationKind::Realloc => panic!("realloc runs inside a step"),
        }
        Ok(())
    }

    fn run_thread(&mut self, env: &mut Env<'_, '_>, thread: ThreadId) -> Result<Ran, Box<Fault>> {
        loop {
            let entry = self.thread_mut(thread);
            let flow = if !matches!(entry.pending, Pending::None) {
                let pending = std::mem::take(&mut entry.pending);
                self.go_on(env, thread, &pending)?
            } else if entry.stack.is_empty() {
                self.run_body(env, thread)?
            } else {
                match self.run_core(env, thread)? {
                    Some(flow) => flow,
                    None => return Ok(Ran::OutOfFuel),
                }
            };
            match flow {
                Flow::Done => self.return_to_core(env, thread, &[]),
                Flow::Result(result) => self.return_to_core(env, thread, &[result]),
                Flow::Continue => {}
                Flow::Stop => return Ok(Ran::Stopped),
            }
        }
    }

    /// Collects the garbage of core code: the roots on stacks are those of all threads.
    pub(crate) fn collect_garbage(&mut self, env: &Env<'_, '_>) {
        self.core.collect(&env.program.modules, self.threads.iter().map(|(_, thread)| &thread.stack));
    }

    #[inline]
    fn return_to_core(&mut self, env: &mut Env<'_, '_>, thread: ThreadId, results: &[u64]) {
        env.trace(self, || TraceEvent::Results { thread, results });
        self.thread_mut(thread).stack.host_return(results);
    }

    fn run_core(&mut self, env: &mut Env<'_, '_>, thread: ThreadId) -> Result<Option<Flow>, Box<Fault>> {
        Ok(Some(match self.run_machine(env, thread) {
            wasm::Exit::Collect => {
                self.collect_garbage(env);
                Flow::Continue
            }
            wasm::Exit::Limit(limit) => return Err(Fault::Limit(Limit::Core(limit)).into()),
            wasm::Exit::Return => {
                let results = self.thread_mut(thread).stack.take_results();
                self.body_returned(env, thread, &results)?
            }
            wasm::Exit::Host(func, _) => self.call_host_func(env, thread, func)?,
            wasm::Exit::Trap(trap) => return Err(trap.into()),
            wasm::Exit::Exception(_) => return Err(Trap::new(TrapRule::CallUncaughtException).into()),
            wasm::Exit::OutOfFuel => return Ok(None),
        }))
    }

    /// Goes on inside the built-in or wait that a thread was in.
    fn go_on(&mut self, env: &mut Env<'_, '_>, thread: ThreadId, pending: &Pending) -> Result<Flow, Box<Fault>> {
        let cancelled = std::mem::take(&mut self.thread_mut(thread).resumed);
        match *pending {
            Pending::None => panic!("the caller handles threads that are in nothing"),
            Pending::Lower(subtask) => self.lowered(env, thread, subtask),
            Pending::LowerWait(subtask) | Pending::ResourceDrop(subtask) => Ok(self.lowered_sync(subtask)),
            Pending::Switch => Ok(Flow::Result(u64::from(cancelled == Cancelled::True))),
            Pending::HostDrop => Ok(Flow::Done),
            Pending::SetWait { set, memory, ptr } => self.set_wait_over(thread, (set, memory, ptr), cancelled),
            Pending::SetDeliver { set, memory, ptr, waited } => {
                self.set_deliver(env, thread, (set, memory, ptr), waited)
            }
            Pending::CallbackDeliver(set) => Ok(self.callback_deliver(env, thread, set)),
            Pending::SubtaskCancel { subtask, is_async } => {
                Ok(self.subtask_cancel_over(env, thread, subtask, is_async))
            }
            Pending::Waitable(waitable) => Ok(self.waitable_wait_over(env, waitable)),
        }
    }

    /// The choice that the store has come to.
    fn choice_point(&self, choosing: &Choosing) -> ChoicePoint {
        let thread_actor = |thread: &ThreadId| Alternative::Actor(self.thread(*thread).actor);
        let (kind, actor, object, operation, alternatives) = match choosing {
            Choosing::SyncCallProgress { candidates } => {
                let actor = match self.running.last().map(|activation| activation.kind) {
                    Some(ActivationKind::Lift { task, .. }) => self.task(task).actor,
                    _ => panic!("the loop of a sync-typed lift belongs to a lift"),
                };
                let alternatives = candidates.iter().map(thread_actor).collect();
                (ChoiceKind::SyncCallProgress, actor, None, "progress of the sync call", alternatives)
            }
            Choosing::ContinueOrBlock { thread, first, .. } => {
                let alternatives = first.alternatives().map(|alternative| Alternative::Word(alternative.word()));
                let alternatives = SmallVec::from_slice(&alternatives);
                let operation = self.wait_word(*thread);
                (ChoiceKind::ContinueOrBlock, self.thread(*thread).actor, None, operation, alternatives)
            }
            Choosing::NextEvent { thread, candidates } => {
                let set = self.waitable(candidates[0]).wset;
                let object = set.map(|set| self.set(set).actor);
                let alternatives = candidates
                    .iter()
                    .map(|id| {
                        let waitable = self.waitable(*id);
                        Alternative::Event(waitable.actor, waitable.event_code().word())
                    })
                    .collect();
                (ChoiceKind::NextEvent, self.thread(*thread).actor, object, "next event", alternatives)
            }
            Choosing::CancelTarget { task, candidates } => {
                let alternatives = candidates.iter().map(thread_actor).collect();
                (ChoiceKind::CancelTarget, self.task(*task).actor, None, "request cancellation", alternatives)
            }
        };
        ChoicePoint { kind, anchor: Anchor { actor, object, operation, occurrence: self.occurrence }, alternatives }
    }

    /// What a thread is doing that waits, in a word.
    fn wait_word(&self, thread: ThreadId) -> &'static str {
        let thread = self.thread(thread);
        match (&thread.pending, thread.body) {
            (Pending::SetWait { .. }, _) => "waitable-set.wait",
            (Pending::Switch, _) => "thread.yield",
            (Pending::Waitable(_), _) => "synchronous built-in",
            (Pending::LowerWait(_), _) => "synchronous call",
            (_, Body::EnterWaiting) => "enter",
            (_, Body::CallbackYield) => "callback YIELD",
            (_, Body::CallbackWait(_)) => "callback WAIT",
            _ => "wait",
        }
    }

    /// Decides the choice that the last step ended with.
    ///
    /// # Panics
    /// When there is none, or it has fewer alternatives.
    pub fn decide(&mut self, env: &mut Env<'_, '_>, picked: usize) {
        let choosing = self.choosing.take().expect("a step ended with a choice");
        if let Some(tracer) = &mut env.tracer {
            let point = self.choice_point(&choosing);
            tracer.event(self, env.program, &TraceEvent::Choice { point: &point, picked });
        }
        match choosing {
            Choosing::SyncCallProgress { candidates } => self.resume_traced(env, candidates[picked]),
            Choosing::ContinueOrBlock { thread, wait_for, cancellable, first } => {
                if first.alternatives()[picked] == BlockOrContinue::Block {
                    self.start_waiting_internal(thread, wait_for);
                    self.block_internal(env, thread, cancellable);
                }
            }
            Choosing::NextEvent { thread, candidates } => self.thread_mut(thread).picked = Some(candidates[picked]),
            Choosing::CancelTarget { candidates, .. } => {
                let thread = candidates[picked];
                env.trace(self, || TraceEvent::Resume { thread });
                self.resume(thread, Cancelled::True);
            }
        }
    }

    /// Tells the tracer of a choice of the event loop.
    pub(crate) fn trace_choice(&self, env: &mut Env<'_, '_>, point: &ChoicePoint, picked: usize) {
        env.trace(self, || TraceEvent::Choice { point, picked });
    }

    /// The name of a thread, for messages.
    pub fn thread_name(&self, thread: ThreadId) -> String {
        self.names.name(self.thread(thread).actor)
    }
}

/// How far a thread ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ran {
    Stopped,
    OutOfFuel,
}
