//! Hashes of a store that are the same for states that differ in arena ids only.
//!
//! Spec: none. Arena ids are renamed by a fixed traversal: from the instances in the order of their ids, through handles and
//! threads in the order of their tables, to tasks, waitables, sets and shared objects in the order of the first visit. What
//! guests see (indices and free lists) is hashed as it is. Names, counts of visits, fuel, what linking made and places that
//! are not in use are left out. Objects that the host knows by their ids keep those.

use canon::{SharedId, Value};
use choice::{StateHash, StateHasher};
use smallvec::SmallVec;
use syntax::convert::{to_u32, to_usize};
use syntax::types::ValType;

use crate::activation::{Activation, ActivationKind};
use crate::buffer::{Buffer, Place};
use crate::choosing::Choosing;
use crate::copy_end::CopyEnd;
use crate::handle::Handle;
use crate::host::Ask;
use crate::id::{TaskId, ThreadId, WaitableId};
use crate::instance::ComponentInstance;
use crate::step::InvocationOutcome;
use crate::store::Store;
use crate::subtask::{Callee, Subtask};
use crate::task::{Caller, Task, TaskState};
use crate::thread::{Body, Pending, Thread, ThreadState, WaitFor};
use crate::waitable::{Owner, Waitable, WaitableKind};

/// Whether orders count that decide only which alternative comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// They count: equal hashes have the same default. For proofs of minimality.
    Exact,
    /// They do not: the order of `Store.waiting`, of the members of a set and of the threads of a task, to which the
    /// specification gives no meaning. For completeness.
    Semantic,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Task,
    Thread,
    Waitable,
    Set,
    Shared,
    ErrorContext,
    HostCall,
}

impl Kind {
    const COUNT: usize = 7;

    const fn position(self) -> usize {
        match self {
            Self::Task => 0,
            Self::Thread => 1,
            Self::Waitable => 2,
            Self::Set => 3,
            Self::Shared => 4,
            Self::ErrorContext => 5,
            Self::HostCall => 6,
        }
    }
}

/// Numbers of one kind by arena place; 0 is unvisited.
type Numbers = SmallVec<[u32; 24]>;

struct Walk<'s, 'h> {
    store: &'s Store,
    order: Order,
    hasher: &'h mut StateHasher,
    numbers: [Numbers; Kind::COUNT],
    counts: [u32; Kind::COUNT],
    queue: SmallVec<[(Kind, u32); 64]>,
    next: usize,
}

impl Store {
    /// Adds this state to a hasher, with arena ids renamed.
    pub fn canonical_hash(&self, order: Order, hasher: &mut StateHasher) {
        self.core.state_hash(hasher);
        let mut walk = Walk {
            store: self,
            order,
            hasher,
            numbers: Default::default(),
            counts: [0; Kind::COUNT],
            queue: SmallVec::new(),
            next: 0,
        };
        walk.instances();
        walk.roots();
        walk.waiting();
    }
}

impl Walk<'_, '_> {
    fn instances(&mut self) {
        for (_, instance) in self.store.instances.iter() {
            self.instance(instance);
        }
        self.drain();
    }

    fn roots(&mut self) {
        let store = self.store;
        self.put(&store.running.len());
        for activation in &store.running {
            self.activation(activation);
        }
        self.choosing();
        match store.asking {
            None => self.tag(0),
            Some(Ask::Call(call)) => {
                self.tag(1);
                self.visit(Kind::HostCall, call.0);
            }
            Some(Ask::Cancel(call)) => {
                self.tag(2);
                self.visit(Kind::HostCall, call.0);
            }
            Some(Ask::DropResource(resource)) => {
                self.tag(3);
                self.put(&resource);
            }
        }
        for (place, invocation) in store.invocations.iter() {
            self.put(&place);
            self.values(&invocation.args);
            match &invocation.outcome {
                None => self.tag(0),
                Some(InvocationOutcome::Returned(values)) => {
                    self.tag(1);
                    self.values(values);
                }
                Some(InvocationOutcome::Cancelled) => self.tag(2),
                Some(InvocationOutcome::Instantiated(inst)) => {
                    self.tag(3);
                    self.put(inst);
                }
            }
        }
        self.put(&store.instantiations.len());
        self.put(&store.host_ready.len());
        for waitable in &store.host_ready {
            self.visit(Kind::Waitable, waitable.0);
        }
        for (place, _) in store.host_calls.iter() {
            self.put(&place);
            self.visit(Kind::HostCall, place);
        }
        self.drain();
    }

    fn waiting(&mut self) {
        let mut places: SmallVec<[u32; 16]> = self.store.waiting.iter().map(|thread| thread.0).collect();
        self.put(&places.len());
        if self.order == Order::Semantic {
            // Those that were not visited yet come last, and keep their order: nothing else tells them apart.
            places.sort_by_key(|place| self.number(Kind::Thread, *place).wrapping_sub(1));
        }
        for place in places {
            self.visit(Kind::Thread, place);
        }
        self.drain();
    }

    fn put(&mut self, state: &(impl StateHash + ?Sized)) {
        state.state_hash(self.hasher);
    }

    fn tag(&mut self, tag: u8) {
        self.hasher.write(&[tag]);
    }

    fn number(&self, kind: Kind, place: u32) -> u32 {
        self.numbers[kind.position()].get(to_usize(u64::from(place))).copied().unwrap_or(0)
    }

    /// The new name of an id, and its object's turn later.
    fn rename(&mut self, kind: Kind, place: u32) -> u32 {
        let known = self.number(kind, place);
        if known != 0 {
            return known;
        }
        let numbers = &mut self.numbers[kind.position()];
        let index = to_usize(u64::from(place));
        if numbers.len() <= index {
            numbers.resize(index + 1, 0);
        }
        self.counts[kind.position()] += 1;
        numbers[index] = self.counts[kind.position()];
        self.queue.push((kind, place));
        self.counts[kind.position()]
    }

    fn visit(&mut self, kind: Kind, place: u32) {
        let number = self.rename(kind, place);
        self.put(&number);
    }

    fn visit_option(&mut self, kind: Kind, place: Option<u32>) {
        match place {
            None => self.put(&0u32),
            Some(place) => self.visit(kind, place),
        }
    }

    /// Members of what may be a set: in order, or by their new names.
    fn members(&mut self, kind: Kind, places: impl Iterator<Item = u32>) {
        let mut numbers = SmallVec::<[u32; 8]>::new();
        for place in places {
            numbers.push(self.rename(kind, place));
        }
        if self.order == Order::Semantic {
            numbers.sort_unstable();
        }
        self.put(&numbers);
    }

    fn drain(&mut self) {
        while let Some((kind, place)) = self.queue.get(self.next).copied() {
            self.next += 1;
            let store = self.store;
            match kind {
                Kind::Task => self.task(store.task(TaskId(place))),
                Kind::Thread => self.thread(store.thread(ThreadId(place))),
                Kind::Waitable => self.waitable(place, store.waitable(WaitableId(place))),
                Kind::Set => {
                    let set = store.sets.get(place);
                    self.put(&(set.num_waiting, set.instance));
                    self.members(Kind::Waitable, set.elems.iter().map(|id| id.0));
                }
                Kind::Shared => self.shared(place),
                Kind::ErrorContext => {
                    let context = store.error_contexts.get(place);
                    self.put(context);
                }
                Kind::HostCall => {
                    let call = store.host_calls.get(place);
                    self.put(&call.func);
                    self.values(&call.args);
                    self.caller(call.caller);
                    self.put(&call.state);
                }
            }
        }
    }

    fn instance(&mut self, instance: &ComponentInstance) {
        self.put(&instance.handles.bound());
        for (index, handle) in instance.handles.iter() {
            self.put(&index);
            match handle {
                Handle::Resource(resource) => {
                    self.tag(0);
                    self.put(&(resource.rt, resource.rep));
                    self.put(&(resource.own, resource.num_lends));
                    self.visit_option(Kind::Task, resource.borrow_scope.map(|task| task.0));
                }
                Handle::Waitable(id) => {
                    self.tag(1);
                    self.visit(Kind::Waitable, id.0);
                }
                Handle::Set(id) => {
                    self.tag(2);
                    self.visit(Kind::Set, id.0);
                }
                Handle::ErrorContext(id) => {
                    self.tag(3);
                    self.visit(Kind::ErrorContext, id.0);
                }
            }
        }
        self.put(instance.handles.free());
        self.put(&instance.threads.bound());
        for (index, thread) in instance.threads.iter() {
            self.put(&index);
            self.visit(Kind::Thread, thread.0);
        }
        self.put(instance.threads.free());
        self.put(&(instance.may_enter, (instance.may_leave, instance.locked)));
        self.put(&(instance.backpressure, instance.num_waiting_to_enter));
        self.visit_option(Kind::Thread, instance.exclusive_thread.map(|thread| thread.0));
    }

    fn task(&mut self, task: &Task) {
        self.put(&(task.ft.map(|ft| ft.0), task.callee.0));
        self.put(&(task.ft_async, task.opts));
        self.put(&(task.opts.post_return.map(|func| func.0), task.inst));
        self.put(&(task.state, (task.num_borrows, task.lifting)));
        if task.state != TaskState::Resolved {
            self.caller(task.caller);
        }
        self.visit_option(Kind::Thread, task.implicit_thread.map(|thread| thread.0));
        self.members(Kind::Thread, task.threads.iter().map(|thread| thread.0));
    }

    fn caller(&mut self, caller: Caller) {
        match caller {
            Caller::Subtask(id) => {
                self.tag(0);
                self.visit(Kind::Waitable, id.0);
            }
            Caller::Invocation(id) => {
                self.tag(1);
                self.put(&id);
            }
            Caller::Start => self.tag(2),
            Caller::Realloc => self.tag(3),
        }
    }

    fn thread(&mut self, thread: &Thread) {
        self.visit(Kind::Task, thread.task.0);
        match thread.state {
            ThreadState::Running => self.tag(0),
            ThreadState::Suspended => self.tag(1),
            ThreadState::Waiting(wait_for) => {
                self.tag(2);
                self.wait_for(wait_for);
            }
        }
        self.put(&(thread.cancellable, thread.index));
        self.put(&thread.storage);
        if let Body::CallbackWait(set) = thread.body {
            self.tag(255);
            self.visit(Kind::Set, set.0);
        } else {
            self.put(&thread.body);
        }
        self.pending(&thread.pending);
        self.put(&thread.resumed);
        self.visit_option(Kind::Waitable, thread.picked.map(|id| id.0));
        self.put(&thread.stack);
        self.put(&thread.flat_results);
    }

    fn wait_for(&mut self, wait_for: WaitFor) {
        match wait_for {
            WaitFor::Backpressure(task) => {
                self.tag(0);
                self.visit(Kind::Task, task.0);
            }
            WaitFor::NotExclusive => self.tag(1),
            WaitFor::EventIn(set) => {
                self.tag(2);
                self.visit(Kind::Set, set.0);
            }
            WaitFor::EventInAndNotExclusive(set) => {
                self.tag(3);
                self.visit(Kind::Set, set.0);
            }
            WaitFor::PendingEvent(id) => {
                self.tag(4);
                self.visit(Kind::Waitable, id.0);
            }
            WaitFor::SubtaskResolved(id) => {
                self.tag(5);
                self.visit(Kind::Waitable, id.0);
            }
            WaitFor::Always => self.tag(6),
        }
    }

    fn pending(&mut self, pending: &Pending) {
        match *pending {
            Pending::None => self.tag(0),
            Pending::Lower(id) => {
                self.tag(1);
                self.visit(Kind::Waitable, id.0);
            }
            Pending::LowerWait(id) => {
                self.tag(2);
                self.visit(Kind::Waitable, id.0);
            }
            Pending::Switch => self.tag(3),
            Pending::SetWait { set, memory, ptr } => {
                self.tag(4);
                self.visit(Kind::Set, set.0);
                self.put(&(memory.0, ptr));
            }
            Pending::SetDeliver { set, memory, ptr, waited } => {
                self.tag(5);
                self.visit(Kind::Set, set.0);
                self.put(&(memory.0, (ptr, waited)));
            }
            Pending::CallbackDeliver(set) => {
                self.tag(6);
                self.visit(Kind::Set, set.0);
            }
            Pending::SubtaskCancel { subtask, is_async } => {
                self.tag(7);
                self.visit(Kind::Waitable, subtask.0);
                self.put(&is_async);
            }
            Pending::Waitable(id) => {
                self.tag(8);
                self.visit(Kind::Waitable, id.0);
            }
            Pending::ResourceDrop(id) => {
                self.tag(9);
                self.visit(Kind::Waitable, id.0);
            }
            Pending::HostDrop => self.tag(10),
        }
    }

    fn waitable(&mut self, place: u32, waitable: &Waitable) {
        match waitable.owner {
            Owner::Instance(inst) => {
                self.tag(0);
                self.put(&inst);
            }
            Owner::Host => {
                self.tag(1);
                self.put(&place);
            }
        }
        self.put(&(waitable.index, waitable.pending_event));
        self.put(&waitable.has_sync_waiter);
        self.visit_option(Kind::Set, waitable.wset.map(|set| set.0));
        match &waitable.kind {
            WaitableKind::Subtask(subtask) => self.subtask(subtask),
            WaitableKind::End(end) => self.end(end),
        }
    }

    fn subtask(&mut self, subtask: &Subtask) {
        self.put(&(subtask.state, (subtask.cancellation_requested, subtask.ty.0)));
        self.put(&subtask.options);
        self.put(&subtask.lenders);
        self.put(&subtask.flat_results);
        self.put(&subtask.flat_args);
        self.put(&(subtask.cursor, subtask.handle));
        if subtask.resolved() {
            return;
        }
        match subtask.callee {
            Callee::None => self.tag(0),
            Callee::Task(task) => {
                self.tag(1);
                self.visit(Kind::Task, task.0);
            }
            Callee::HostCall(call) => {
                self.tag(2);
                self.visit(Kind::HostCall, call.0);
            }
        }
    }

    fn end(&mut self, end: &CopyEnd) {
        self.put(&(end.kind, end.state));
        self.visit(Kind::Shared, end.shared.0);
        match &end.buffer {
            None => self.tag(0),
            Some(Buffer { place, progress, length }) => {
                self.tag(1);
                self.put(&(*progress, *length));
                match place {
                    Place::Guest(place) => self.put(place),
                    Place::Host(values) => self.value(values),
                }
            }
        }
    }

    fn shared(&mut self, place: u32) {
        let shared = self.store.shared(SharedId(place));
        self.put(&shared.kind);
        let payload = shared.payload.map(val_type);
        self.put(&payload);
        self.put(&(shared.of, (shared.dropped, (shared.drops, shared.cancels_later))));
        self.visit_option(Kind::Waitable, shared.pending.map(|id| id.0));
        for end in shared.ends {
            self.visit_option(Kind::Waitable, end.map(|id| id.0));
        }
    }

    fn activation(&mut self, activation: &Activation) {
        self.visit_option(Kind::Thread, activation.thread.map(|thread| thread.0));
        match activation.kind {
            ActivationKind::Tick { inst } => {
                self.tag(0);
                self.put(&inst);
            }
            ActivationKind::Lift { task, inst, caller, gave_way } => {
                self.tag(1);
                self.visit(Kind::Task, task.0);
                self.put(&(inst, (caller, gave_way)));
            }
            ActivationKind::Cancel { entered } => {
                self.tag(2);
                self.put(&entered);
            }
            ActivationKind::Instantiate { invocation } => {
                self.tag(3);
                self.put(&invocation);
            }
            ActivationKind::Realloc => self.tag(4),
        }
    }

    fn choosing(&mut self) {
        match &self.store.choosing {
            None => self.tag(0),
            Some(Choosing::SyncCallProgress { candidates }) => {
                self.tag(1);
                self.members(Kind::Thread, candidates.iter().map(|thread| thread.0));
            }
            Some(Choosing::ContinueOrBlock { thread, wait_for, cancellable, first }) => {
                self.tag(2);
                self.visit(Kind::Thread, thread.0);
                self.wait_for(*wait_for);
                self.put(&(*cancellable, *first));
            }
            Some(Choosing::NextEvent { thread, candidates }) => {
                self.tag(3);
                self.visit(Kind::Thread, thread.0);
                self.members(Kind::Waitable, candidates.iter().map(|id| id.0));
            }
            Some(Choosing::CancelTarget { task, candidates }) => {
                self.tag(4);
                self.visit(Kind::Task, task.0);
                self.members(Kind::Thread, candidates.iter().map(|thread| thread.0));
            }
        }
    }

    fn values(&mut self, values: &[Value]) {
        self.put(&values.len());
        for value in values {
            self.value(value);
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Stream(id) | Value::Future(id) => {
                self.tag(1);
                self.visit(Kind::Shared, id.0);
            }
            Value::ErrorContext(id) => {
                self.tag(2);
                self.visit(Kind::ErrorContext, id.0);
            }
            Value::List(values) | Value::Record(values) => {
                self.tag(3);
                self.values(values);
            }
            Value::Variant(case, Some(payload)) => {
                self.tag(4);
                self.put(case);
                self.value(payload);
            }
            Value::Bool(_)
            | Value::S8(_)
            | Value::U8(_)
            | Value::S16(_)
            | Value::U16(_)
            | Value::S32(_)
            | Value::U32(_)
            | Value::S64(_)
            | Value::U64(_)
            | Value::F32(_)
            | Value::F64(_)
            | Value::Char(_)
            | Value::String(_)
            | Value::Numbers(_)
            | Value::Variant(_, None)
            | Value::Flags(_)
            | Value::Own(_)
            | Value::Borrow(_) => {
                self.tag(5);
                self.put(value);
            }
        }
    }
}

/// A payload type as a number, the same for the same type.
fn val_type(ty: ValType) -> u32 {
    match ty {
        ValType::Bool => 0,
        ValType::S8 => 1,
        ValType::U8 => 2,
        ValType::S16 => 3,
        ValType::U16 => 4,
        ValType::S32 => 5,
        ValType::U32 => 6,
        ValType::S64 => 7,
        ValType::U64 => 8,
        ValType::F32 => 9,
        ValType::F64 => 10,
        ValType::Char => 11,
        ValType::String => 12,
        ValType::ErrorContext => 13,
        ValType::Defined(id) => 14 + to_u32(id.index()),
    }
}
