//! The boundary to the host: it is asked, answers now or later, and holds ends of streams and futures.
//!
//! Spec: Concurrency.md, "Nondeterminism", on host-defined calls; CanonicalABI.md, "Embedding API". What the host decides is
//! data of the store as soon as it has answered.

use canon::{Resource, ResourceTypeId, SharedId, Value, Values};
use choice::kind::Class;
use choice::{ActorId, Alternative, Anchor, ChoiceKind, ChoicePoint, state_hash};
use smallvec::SmallVec;
use syntax::component::Payload;
use syntax::{Trap, TrapRule};

use crate::buffer::{Buffer, Place};
use crate::copy_end::{CopyEnd, CopyResult, CopyState, Direction, EndKind, Shared, SharedKind};
use crate::handle::ResourceType;
use crate::id::{FuncId, HostCallId, HostFunc, InstanceId, WaitableId};
use crate::names::{ActorKind, Visit};
use crate::step::{Env, Failure, Fault};
use crate::store::{Func, Store};
use crate::subtask::Callee;
use crate::task::Caller;
use crate::trace::TraceEvent;
use crate::waitable::{Owner, PendingEvent, WaitableKind};

/// A question to the host, at which the store stops until it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// A function of the host was called: `Store::answer_call`.
    Call(HostCallId),
    /// The caller wants to cancel a call: `Store::answer_cancel`.
    Cancel(HostCallId),
    /// A resource of the host lost its owner: `Store::answer_drop`.
    DropResource(Resource),
}
state_hash!(enum Ask { 0 => Call(call), 1 => Cancel(call), 2 => DropResource(resource) });

/// How far a call of a host function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostCallState {
    /// The host has not answered.
    Asking,
    /// The host said that it will answer later.
    Pending,
}
state_hash!(enum HostCallState { 0 => Asking, 1 => Pending });

/// A call of a host function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostCall {
    /// The function.
    pub func: HostFunc,
    /// The arguments.
    pub args: Vec<Value>,
    /// Who called.
    pub caller: Caller,
    /// How far it is.
    pub state: HostCallState,
    /// Its name in traces and anchors.
    pub actor: ActorId,
}
state_hash!(struct HostCall { func, args, caller, state } skip { actor });

/// What the host says to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostAnswer {
    /// It returned, with no value or one.
    Return(Vec<Value>),
    /// It will answer later, with `Store::resolve_host_call`; only for async-typed functions.
    Later,
    /// The guest did what the host does not allow.
    Trap(Trap),
    /// The guest asked for the end of the program, with this exit code: nothing runs on, and no result is given.
    Exit(u8),
}

/// What the host says to a request for cancellation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CancelAnswer {
    /// The call is cancelled.
    Cancelled,
    /// It has returned after all.
    Return(Vec<Value>),
    /// It will answer later, with `Store::resolve_host_call` or `Store::cancel_host_call`.
    Later,
    /// It traps.
    Trap(Trap),
}

/// How an operation on an end of the host ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostCopy {
    /// How.
    pub result: CopyResult,
    /// How many elements were copied.
    pub count: u32,
    /// For a read: the elements, a `List` or `Numbers`.
    pub values: Option<Value>,
}

impl Store {
    /// Adds a function of the host, called `label` in names.
    pub fn add_host_func(&mut self, func: HostFunc, label: &str) -> FuncId {
        let label = self.names.label(label);
        self.linked_mut().funcs.push(Func::Host { func, label });
        FuncId::new(self.linked.funcs.len() - 1)
    }

    /// Adds a resource type of the host.
    pub fn add_host_resource(&mut self, name: &str) -> ResourceTypeId {
        self.resource_types.push(ResourceType { implementation: None, dtor: None, name: name.to_owned() });
        ResourceTypeId::new(self.resource_types.len() - 1)
    }

    /// A call of a host function.
    pub fn host_call(&self, call: HostCallId) -> &HostCall {
        self.host_calls.get(call.0)
    }

    /// Whether a call of a host function is still open.
    pub fn has_host_call(&self, call: HostCallId) -> bool {
        self.host_calls.contains(call.0)
    }

    /// Takes the arguments of a call.
    pub fn take_host_args(&mut self, call: HostCallId) -> Vec<Value> {
        std::mem::take(&mut self.host_calls.get_mut(call.0).args)
    }

    /// Answers `Ask::Call`.
    ///
    /// # Errors
    /// A trap while the result is lowered, the host's own trap, or a result of another type than the caller wants.
    pub fn answer_call(&mut self, env: &mut Env<'_, '_>, call: HostCallId, answer: HostAnswer) -> Result<(), Failure> {
        assert!(self.asking == Some(Ask::Call(call)), "the answer is to the question");
        self.asking = None;
        env.trace(self, || TraceEvent::Ask { ask: Ask::Call(call) });
        let answered = match answer {
            HostAnswer::Return(values) => self.finish_host_call(env, call, Some(values)),
            HostAnswer::Later => {
                self.host_calls.get_mut(call.0).state = HostCallState::Pending;
                Ok(())
            }
            HostAnswer::Trap(trap) => Err(trap.into()),
            HostAnswer::Exit(code) => Err(Fault::Exit(code).into()),
        };
        answered.map_err(|fault| self.fail(env, *fault))
    }

    /// Answers `Ask::Cancel`.
    ///
    /// # Errors
    /// As `answer_call`.
    pub fn answer_cancel(
        &mut self,
        env: &mut Env<'_, '_>,
        call: HostCallId,
        answer: CancelAnswer,
    ) -> Result<(), Failure> {
        assert!(self.asking == Some(Ask::Cancel(call)), "the answer is to the question");
        self.asking = None;
        env.trace(self, || TraceEvent::Ask { ask: Ask::Cancel(call) });
        let answered = match answer {
            CancelAnswer::Cancelled => self.finish_host_call(env, call, None),
            CancelAnswer::Return(values) => self.finish_host_call(env, call, Some(values)),
            CancelAnswer::Later => Ok(()),
            CancelAnswer::Trap(trap) => Err(trap.into()),
        };
        answered.map_err(|fault| self.fail(env, *fault))
    }

    /// Answers `Ask::DropResource`.
    ///
    /// # Errors
    /// The host's own trap.
    pub fn answer_drop(&mut self, env: &mut Env<'_, '_>, answer: Result<(), Trap>) -> Result<(), Failure> {
        let Some(ask @ Ask::DropResource(_)) = self.asking.take() else {
            panic!("the answer is to the question");
        };
        env.trace(self, || TraceEvent::Ask { ask });
        answer.map_err(|trap| self.fail(env, Fault::Trap(trap)))
    }

    /// Returns from a call that was to be answered later.
    ///
    /// # Errors
    /// As `answer_call`.
    pub fn resolve_host_call(
        &mut self,
        env: &mut Env<'_, '_>,
        call: HostCallId,
        values: Vec<Value>,
    ) -> Result<(), Failure> {
        let at_work = self.host_call_instance(call);
        self.finish_host_call(env, call, Some(values)).map_err(|fault| self.fail_in(env, *fault, at_work))
    }

    /// Ends a call as cancelled whose cancellation was requested.
    ///
    /// # Errors
    /// As `answer_call`.
    pub fn cancel_host_call(&mut self, env: &mut Env<'_, '_>, call: HostCallId) -> Result<(), Failure> {
        let at_work = self.host_call_instance(call);
        self.finish_host_call(env, call, None).map_err(|fault| self.fail_in(env, *fault, at_work))
    }

    /// Ends a call that was to be answered later with a trap.
    pub fn trap_host_call(&mut self, env: &mut Env<'_, '_>, call: HostCallId, trap: Trap) -> Failure {
        let at_work = self.host_call_instance(call);
        self.take_host_call(call);
        self.fail_in(env, Fault::Trap(trap), at_work)
    }

    /// The instance that made a call.
    fn host_call_instance(&self, call: HostCallId) -> Option<InstanceId> {
        match self.host_call(call).caller {
            Caller::Subtask(subtask) => match self.waitable(subtask).owner {
                Owner::Instance(inst) => Some(inst),
                Owner::Host => None,
            },
            Caller::Invocation(_) | Caller::Start | Caller::Realloc => None,
        }
    }

    /// Takes a call out that ends; its subtask does not know it any more.
    fn take_host_call(&mut self, call: HostCallId) -> HostCall {
        let taken = self.host_calls.remove(call.0);
        if let Caller::Subtask(subtask) = taken.caller {
            self.subtask_mut(subtask).callee = Callee::None;
        }
        taken
    }

    fn finish_host_call(
        &mut self,
        env: &mut Env<'_, '_>,
        call: HostCallId,
        result: Option<Vec<Value>>,
    ) -> Result<(), Box<Fault>> {
        let HostCall { caller, actor, .. } = self.take_host_call(call);
        let result = result.map(Values::from_vec);
        match caller {
            Caller::Subtask(subtask) => {
                if let Some(values) = &result {
                    let ty = env.program.definitions.types.func(self.subtask(subtask).ty);
                    check_result(env, values, ty.result).map_err(|message| {
                        Trap::with(TrapRule::HostTrap, format!("({}: {message})", self.names.text(actor)))
                    })?;
                }
                self.lower_on_resolve(env, subtask, result)
            }
            Caller::Invocation(invocation) => {
                self.invocation_on_resolve(invocation, result);
                Ok(())
            }
            Caller::Start | Caller::Realloc => panic!("the host is called by guests and the embedder"),
        }
    }

    /// Makes a stream or future with both ends at the host; the readable one is passed on as a value. The payload's
    /// resource types are those of the first instance that gets it.
    pub fn host_new(&mut self, kind: SharedKind, payload: Payload, creator: ActorId) -> (SharedId, WaitableId) {
        let word = match kind {
            SharedKind::Stream => ActorKind::Stream,
            SharedKind::Future => ActorKind::Future,
        };
        let actor = self.names.create(creator, word, 0);
        let shared = SharedId(self.shared.add(Shared::new(kind, payload, None, actor)));
        let end = self.host_end(shared, EndKind { shared: kind, direction: Direction::Writable });
        (shared, end)
    }

    /// Makes the host the holder of the readable end that it got as a value.
    pub fn host_take(&mut self, shared: SharedId) -> WaitableId {
        let kind = self.shared(shared).kind;
        self.host_end(shared, EndKind { shared: kind, direction: Direction::Readable })
    }

    fn host_end(&mut self, shared: SharedId, kind: EndKind) -> WaitableId {
        let actor = self.shared(shared).actor;
        let id = self.add_waitable(WaitableKind::End(CopyEnd::new(kind, shared)), Owner::Host, actor);
        self.shared_mut(shared).ends[crate::stream::side(kind.direction)] = Some(id);
        id
    }

    /// Reads up to `count` elements into an end of the host. The outcome comes with `take_host_copy`, perhaps at once.
    ///
    /// # Errors
    /// A trap while elements are lifted from the guest.
    pub fn host_read(&mut self, env: &mut Env<'_, '_>, end: WaitableId, count: u32) -> Result<(), Failure> {
        self.host_copy(env, end, Buffer::with_room(count))
    }

    /// Writes elements, a `List` or `Numbers`, from an end of the host. The outcome comes with `take_host_copy`.
    ///
    /// # Errors
    /// A trap while elements are lowered into the guest.
    pub fn host_write(
        &mut self,
        env: &mut Env<'_, '_>,
        end: WaitableId,
        values: Value,
        count: u32,
    ) -> Result<(), Failure> {
        self.host_copy(env, end, Buffer::of_values(values, count))
    }

    fn host_copy(&mut self, env: &mut Env<'_, '_>, id: WaitableId, buffer: Buffer) -> Result<(), Failure> {
        let end = self.waitable_mut(id).end_mut();
        assert!(end.state == CopyState::Idle, "the host starts one copy at a time on an end");
        end.state = CopyState::Copying;
        end.buffer = Some(buffer);
        let copied = match end.kind.shared {
            SharedKind::Stream => self.stream_rendezvous(env, id),
            SharedKind::Future => self.future_rendezvous(env, id),
        };
        let of = self.shared(self.waitable(id).end().shared).of;
        copied.map_err(|fault| self.fail_in(env, *fault, of))
    }

    /// The ends of the host whose copies ended since the last call, in that order.
    pub fn take_host_ready(&mut self) -> Vec<WaitableId> {
        self.host_ready.drain(..).filter(|id| self.waitables.contains(id.0)).collect()
    }

    /// Takes the outcome of a copy on an end of the host, if it has ended.
    pub fn take_host_copy(&mut self, id: WaitableId) -> Option<HostCopy> {
        let result = match self.waitable(id).pending_event? {
            PendingEvent::Stream { result, .. } | PendingEvent::Future { result } => result,
            PendingEvent::Subtask => panic!("the host has no subtasks"),
        };
        match self.waitable_mut(id).pending_event.take() {
            Some(PendingEvent::Stream { result, reclaim }) => {
                self.stream_event(id, result, reclaim);
            }
            Some(PendingEvent::Future { result }) => {
                self.future_event(id, result);
            }
            Some(PendingEvent::Subtask) | None => panic!("the event was there on the line before"),
        }
        let end = self.waitable_mut(id).end_mut();
        let is_read = end.kind.direction == Direction::Readable;
        let buffer = end.buffer.take().expect("a copy of the host has a buffer");
        let count = buffer.progress;
        let values = match buffer.place {
            Place::Host(values) if is_read => Some(values),
            Place::Host(_) | Place::Guest(_) => None,
        };
        Some(HostCopy { result, count, values })
    }

    /// Whether an end of the host is in the middle of a copy.
    pub fn host_is_copying(&self, id: WaitableId) -> bool {
        self.waitable(id).end().copying()
    }

    /// Cancels the copy in progress on an end of the host; its outcome is there at once.
    pub fn host_cancel_copy(&mut self, id: WaitableId) {
        let end = self.waitable_mut(id).end_mut();
        assert!(end.state == CopyState::Copying, "only a copy in progress is cancelled");
        end.state = CopyState::CancellingCopy;
        let shared = end.shared;
        if self.waitable(id).pending_event.is_none() && self.shared(shared).pending == Some(id) {
            self.reset_and_notify_pending(shared, CopyResult::Cancelled);
        }
    }

    /// Leaves it for later to end copies of the other end that are cancelled: `host_end_cancelled`. They end at once
    /// otherwise.
    pub fn host_cancels_later(&mut self, id: WaitableId) {
        let shared = self.waitable(id).end().shared;
        self.shared_mut(shared).cancels_later = true;
    }

    /// Whether a copy of the other end is to be ended because it was cancelled.
    pub fn host_peer_is_cancelling(&self, id: WaitableId) -> bool {
        let pending = self.shared(self.waitable(id).end().shared).pending;
        pending.is_some_and(|pending| self.waitable(pending).end().state == CopyState::CancellingCopy)
    }

    /// Ends the copy of the other end that was cancelled.
    ///
    /// # Panics
    /// When there is none: `host_peer_is_cancelling`.
    pub fn host_end_cancelled(&mut self, id: WaitableId) {
        assert!(self.host_peer_is_cancelling(id), "only a cancelled copy is ended as cancelled");
        let shared = self.waitable(id).end().shared;
        self.reset_and_notify_pending(shared, CopyResult::Cancelled);
    }

    /// Drops an end of the host. The writable end of a future must have been written to, unless its reader is gone.
    ///
    /// # Panics
    /// When the end is copying.
    pub fn host_drop_end(&mut self, id: WaitableId) {
        let end = self.waitable(id).end();
        assert!(!end.copying(), "the host cancels a copy before it drops the end");
        let shared = end.shared;
        self.shared_drop(shared);
        self.waitable_mut(id).pending_event = None;
        self.drop_waitable(id);
        let entry = self.shared_mut(shared);
        entry.drops += 1;
        if entry.drops == 2 {
            self.shared.remove(shared.0);
        }
    }

    /// Asks a choice of the host inline: the actor is that of the host call or stream that it is about. With one
    /// alternative there is nothing to ask, but the visit counts.
    ///
    /// # Panics
    /// Without alternatives, or when the kind is none of the host's.
    pub fn host_choice(
        &mut self,
        env: &mut Env<'_, '_>,
        kind: ChoiceKind,
        (actor, operation): (ActorId, &'static str),
        alternatives: &[Alternative],
    ) -> usize {
        assert!(kind.class() == Class::Host, "the host asks its own kinds of choices");
        assert!(!alternatives.is_empty(), "a choice has alternatives");
        let occurrence = self.names.visit(actor, Visit::Host);
        if alternatives.len() == 1 {
            return 0;
        }
        let anchor = Anchor { actor, object: None, operation, occurrence };
        let point = ChoicePoint { kind, anchor, alternatives: SmallVec::from_slice(alternatives) };
        let picked = env.choose(&point, &self.names);
        self.trace_choice(env, &point, picked);
        picked
    }

    /// Tells the tracer a line of the host's own.
    pub fn host_says(&self, env: &mut Env<'_, '_>, text: &str) {
        env.trace(self, || TraceEvent::Host { text });
    }

    /// Whether the other end of what an end of the host shares was dropped.
    pub fn host_peer_dropped(&self, id: WaitableId) -> bool {
        self.shared(self.waitable(id).end().shared).dropped
    }
}

fn check_result(env: &Env<'_, '_>, values: &[Value], expected: Option<syntax::types::ValType>) -> Result<(), String> {
    match (values, expected) {
        ([], None) => Ok(()),
        ([value], Some(ty)) => canon::check_value(&env.program.types, value, ty),
        (values, expected) => {
            Err(format!("expected {} results, found {}", usize::from(expected.is_some()), values.len()))
        }
    }
}
