//! The store: everything mutable, as plain data.
//!
//! Spec: CanonicalABI.md, "Embedding", `Store`. A store can be cloned, compared and hashed between steps.

use std::collections::VecDeque;
use std::sync::Arc;

use canon::{ErrorContextId, ResourceTypeId, SharedId};
use choice::{ActorId, Alternative, Anchor, ChoiceKind, ChoicePoint, StateHash, StateHasher};
use smallvec::SmallVec;
use syntax::component::Payload;
use syntax::id::{FuncTypeId, ResourceIndex};
use syntax::{Trap, TrapRule};

use crate::activation::{Activation, ActivationKind};
use crate::arena::Arena;
use crate::choosing::Choosing;
use crate::context::Options;
use crate::copy_end::{EndKind, Shared};
use crate::footprint::Notes;
use crate::handle::{ErrorContext, Handle, ResourceType, as_waitable, wrong_kind};
use crate::host::{Ask, HostCall};
use crate::id::{BundleId, ClosureId, FuncId, HandleIndex, HostFunc, InstanceId, SetId, TaskId, ThreadId, WaitableId};
use crate::instance::ComponentInstance;
use crate::instantiate::{Bundle, Closure, Instantiation};
use crate::names::Names;
use crate::step::{Env, Invocation};
use crate::subtask::Subtask;
use crate::task::Task;
use crate::thread::Thread;
use crate::waitable::{Owner, Waitable, WaitableKind, WaitableSet};

/// A component-level function value. Spec: CanonicalABI.md, "Embedding", `FuncInst`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Func {
    /// `canon lift`
    Lifted {
        /// The core function.
        callee: wasm::FuncAddr,
        /// The type.
        ty: FuncTypeId,
        /// Whether the type is async.
        is_async: bool,
        /// The options.
        opts: Options,
        /// The instance.
        inst: InstanceId,
        /// The label in names: the export's name, once there is one.
        label: u32,
    },
    /// A function of the host.
    Host {
        /// The host's number for it.
        func: HostFunc,
        /// The label in names.
        label: u32,
    },
}

impl Func {
    /// The label in names.
    pub const fn label(&self) -> u32 {
        match self {
            Self::Lifted { label, .. } | Self::Host { label, .. } => *label,
        }
    }
}

/// A core function that is not core code. Spec: CanonicalABI.md, "Embedding", `CoreFuncInst`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CoreFunc {
    /// `canon lower`
    Lowered {
        /// The function.
        func: FuncId,
        /// Its type as the instance sees it.
        ty: FuncTypeId,
        /// The options.
        opts: Options,
    },
    /// A built-in.
    Builtin {
        /// Which, with its immediates.
        builtin: syntax::component::Builtin,
        /// Its options, resolved.
        opts: Options,
        /// The table of `thread.new-indirect`.
        table: Option<wasm::TableAddr>,
    },
}

/// What linking made: it changes only while components are instantiated, so that forks of a store share it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Linked {
    /// Component-level functions.
    pub(crate) funcs: Vec<Func>,
    /// Core functions that are not core code, by the number that the core store knows them by.
    pub(crate) core_funcs: Vec<CoreFunc>,
    /// Instance values.
    pub(crate) bundles: Vec<Bundle>,
    /// Component values.
    pub(crate) closures: Vec<Closure>,
}

/// Everything mutable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// Core instances, functions, memories, tables, globals.
    pub core: wasm::CoreStore,
    /// Fuel that is left.
    pub fuel: u64,
    pub(crate) instances: Arena<ComponentInstance>,
    pub(crate) tasks: Arena<Task>,
    pub(crate) threads: Arena<Thread>,
    pub(crate) waitables: Arena<Waitable>,
    pub(crate) sets: Arena<WaitableSet>,
    pub(crate) shared: Arena<Shared>,
    pub(crate) error_contexts: Arena<ErrorContext>,
    pub(crate) resource_types: Vec<ResourceType>,
    pub(crate) linked: Arc<Linked>,
    pub(crate) waiting: Vec<ThreadId>,
    pub(crate) running: Vec<Activation>,
    pub(crate) choosing: Option<Choosing>,
    pub(crate) asking: Option<Ask>,
    pub(crate) host_calls: Arena<HostCall>,
    pub(crate) host_ready: VecDeque<WaitableId>,
    pub(crate) invocations: Arena<Invocation>,
    pub(crate) instantiations: Vec<Instantiation>,
    pub(crate) names: Names,
    pub(crate) occurrence: u32,
    /// What was touched since the notes were cleared.
    pub notes: Notes,
}

impl StateHash for Store {
    fn state_hash(&self, hasher: &mut StateHasher) {
        self.core.state_hash(hasher);
        self.instances.len().state_hash(hasher);
        self.instances.iter().for_each(|(_, instance)| instance.state_hash(hasher));
        self.tasks.state_hash(hasher);
        self.threads.state_hash(hasher);
        self.waitables.state_hash(hasher);
        self.sets.state_hash(hasher);
        self.shared.state_hash(hasher);
        self.error_contexts.state_hash(hasher);
        self.resource_types.state_hash(hasher);
        self.waiting.state_hash(hasher);
        self.running.state_hash(hasher);
        self.choosing.state_hash(hasher);
        self.asking.state_hash(hasher);
        self.host_calls.state_hash(hasher);
        self.host_ready.iter().copied().collect::<Vec<_>>().state_hash(hasher);
        self.invocations.state_hash(hasher);
        self.instantiations.state_hash(hasher);
    }
}

macro_rules! accessors {
    ($($field:ident, $get:ident, $id:ty, $entry:ty;)*) => {$(
        #[doc = concat!("An entry of `", stringify!($field), "`.")]
        #[inline]
        pub fn $get(&self, id: $id) -> &$entry {
            self.$field.get(id.0)
        }
    )*};
}

impl Store {
    /// An empty store.
    pub fn new(limits: wasm::Limits) -> Self {
        Self {
            core: wasm::CoreStore::new(limits),
            fuel: crate::limits::UNLIMITED_FUEL,
            instances: Arena::default(),
            tasks: Arena::default(),
            threads: Arena::default(),
            waitables: Arena::default(),
            sets: Arena::default(),
            shared: Arena::default(),
            error_contexts: Arena::default(),
            resource_types: Vec::new(),
            linked: Arc::default(),
            waiting: Vec::new(),
            running: Vec::new(),
            choosing: None,
            asking: None,
            host_calls: Arena::default(),
            host_ready: VecDeque::new(),
            invocations: Arena::default(),
            instantiations: Vec::new(),
            names: Names::default(),
            occurrence: 0,
            notes: Notes::default(),
        }
    }

    accessors! {
        tasks, task, TaskId, Task;
        threads, thread, ThreadId, Thread;
        waitables, waitable, WaitableId, Waitable;
        sets, set, SetId, WaitableSet;
        shared, shared, SharedId, Shared;
    }

    /// A component instance.
    #[inline]
    pub fn instance(&self, inst: InstanceId) -> &ComponentInstance {
        self.instances.get(inst.0)
    }

    #[inline]
    pub(crate) fn instance_mut(&mut self, inst: InstanceId) -> &mut ComponentInstance {
        self.notes.touch(inst);
        self.instances.get_mut(inst.0)
    }

    #[inline]
    pub(crate) fn task_mut(&mut self, id: TaskId) -> &mut Task {
        let task = self.tasks.get_mut(id.0);
        self.notes.touch(task.inst);
        task
    }

    #[inline]
    pub(crate) fn thread_mut(&mut self, id: ThreadId) -> &mut Thread {
        self.threads.get_mut(id.0)
    }

    #[inline]
    pub(crate) fn waitable_mut(&mut self, id: WaitableId) -> &mut Waitable {
        let waitable = self.waitables.get_mut(id.0);
        match waitable.owner {
            Owner::Instance(inst) => self.notes.touch(inst),
            Owner::Host => self.notes.touch_host(),
        }
        waitable
    }

    #[inline]
    pub(crate) fn set_mut(&mut self, id: SetId) -> &mut WaitableSet {
        let set = self.sets.get_mut(id.0);
        self.notes.touch(set.instance);
        set
    }

    #[inline]
    pub(crate) fn shared_mut(&mut self, id: SharedId) -> &mut Shared {
        self.touch_shared(id);
        self.shared.get_mut(id.0)
    }

    /// A function value.
    pub fn func(&self, func: FuncId) -> &Func {
        &self.linked.funcs[func.index()]
    }

    /// The exports of an instance value.
    pub fn bundle(&self, bundle: BundleId) -> &Bundle {
        &self.linked.bundles[bundle.index()]
    }

    /// A component value.
    pub fn closure(&self, closure: ClosureId) -> &Closure {
        &self.linked.closures[closure.index()]
    }

    /// A resource type.
    pub fn resource_type(&self, rt: ResourceTypeId) -> &ResourceType {
        &self.resource_types[rt.index()]
    }

    /// An error context.
    pub fn error_context(&self, id: ErrorContextId) -> &ErrorContext {
        self.error_contexts.get(id.0)
    }

    /// What linking made, to be changed; forks that share it get their own.
    pub(crate) fn linked_mut(&mut self) -> &mut Linked {
        Arc::make_mut(&mut self.linked)
    }

    /// The names of what the run created.
    pub const fn names(&self) -> &Names {
        &self.names
    }

    /// The thread that runs now.
    pub fn current_thread(&self) -> Option<ThreadId> {
        self.running.last()?.thread
    }

    /// The instance that a thread runs in.
    pub fn instance_of_thread(&self, thread: ThreadId) -> InstanceId {
        self.task(self.thread(thread).task).inst
    }

    /// The runtime resource type behind an instance's own index.
    ///
    /// # Panics
    /// When the instance has not bound it: decoding binds a resource type before its first use.
    pub fn resource_type_of(&self, inst: InstanceId, rt: ResourceIndex) -> ResourceTypeId {
        self.instance(inst).resources[rt.index()].expect("decoding binds a resource type before its first use")
    }

    pub(crate) fn wrong_resource_type(&self, i: HandleIndex, expected: ResourceTypeId, found: ResourceTypeId) -> Trap {
        let word = |rt: ResourceTypeId| match self.resource_type(rt).implementation {
            Some(_) => "guest-defined",
            None => "host-defined",
        };
        let (expected, found) = (word(expected), word(found));
        let article = if expected == found { "a different" } else { "a" };
        let detail = format!(
            "(handle index {} used with the wrong type, expected {expected} resource but found {article} {found} resource)",
            i.0
        );
        Trap::with(TrapRule::ResourceWrongType, detail)
    }

    pub(crate) fn add_waitable(&mut self, kind: WaitableKind, owner: Owner, actor: ActorId) -> WaitableId {
        let waitable =
            Waitable { kind, owner, index: None, pending_event: None, wset: None, has_sync_waiter: false, actor };
        WaitableId(self.waitables.add(waitable))
    }

    pub(crate) fn subtask(&self, id: WaitableId) -> &Subtask {
        self.waitable(id).subtask()
    }

    pub(crate) fn subtask_mut(&mut self, id: WaitableId) -> &mut Subtask {
        self.waitable_mut(id).subtask_mut()
    }

    /// Spec: CanonicalABI.md, "Subtask State", `Subtask.add_lender`.
    pub(crate) fn add_lender(&mut self, subtask: WaitableId, inst: InstanceId, i: HandleIndex) {
        let subtask = self.subtask_mut(subtask);
        assert!(!subtask.resolved(), "handles are lent while the call starts");
        subtask.lenders.as_mut().expect("the resolution was not delivered").push(i);
        if let Handle::Resource(h) = self.instance_mut(inst).handles.get_known(i) {
            h.num_lends += 1;
        }
    }

    /// Spec: CanonicalABI.md, "Subtask State", `Subtask.deliver_resolve`.
    pub(crate) fn deliver_resolve(&mut self, id: WaitableId) {
        let Owner::Instance(inst) = self.waitable(id).owner else {
            panic!("the host has no subtasks");
        };
        let subtask = self.subtask_mut(id);
        assert!(subtask.resolved(), "only a resolution is delivered");
        let lenders = subtask.lenders.take().expect("a resolution is delivered once");
        for i in lenders {
            if let Handle::Resource(h) = self.instance_mut(inst).handles.get_known(i) {
                h.num_lends -= 1;
            }
        }
    }

    /// The end behind a handle, if it is of the class that is wanted.
    pub(crate) fn end_of_kind(&self, handle: &Handle, i: HandleIndex, kind: EndKind) -> Result<WaitableId, Trap> {
        let rule = crate::stream::wrong_end(kind);
        let id = as_waitable(handle, i, rule)?;
        match &self.waitable(id).kind {
            WaitableKind::End(end) if end.kind == kind => Ok(id),
            WaitableKind::End(_) | WaitableKind::Subtask(_) => Err(wrong_kind(rule, i)),
        }
    }

    /// Notes which instance holds an end of what is shared, and whose resource types its payload type means.
    pub(crate) fn attach_end(&mut self, shared: SharedId, end: WaitableId, inst: InstanceId, payload: Payload) {
        let side = crate::stream::side(self.waitable(end).end().kind.direction);
        let shared = self.shared_mut(shared);
        shared.ends[side] = Some(end);
        if shared.of.is_none() {
            shared.of = Some(inst);
            shared.payload = payload;
        }
    }

    /// Frees an end that left its table; what it shared goes when the other end is gone too.
    pub(crate) fn free_end(&mut self, id: WaitableId) {
        let waitable = self.waitables.remove(id.0);
        let end = waitable.end();
        let side = crate::stream::side(end.kind.direction);
        self.shared_mut(end.shared).ends[side] = None;
    }

    /// The instance at work in an activation, if there is one.
    pub(crate) fn instance_of_activation(&self, activation: &Activation) -> Option<InstanceId> {
        match activation.kind {
            ActivationKind::Tick { inst } | ActivationKind::Lift { inst, .. } => Some(inst),
            ActivationKind::Cancel { .. } | ActivationKind::Realloc => {
                activation.thread.map(|thread| self.instance_of_thread(thread))
            }
            ActivationKind::Instantiate { .. } => self.instantiations.last().map(|instantiation| instantiation.inst),
        }
    }

    /// Asks a data choice inline. Explorers do not fork here.
    pub(crate) fn data_choice(
        &mut self,
        env: &mut Env<'_, '_>,
        kind: ChoiceKind,
        operation: &'static str,
        words: &[&'static str],
    ) -> usize {
        let actor = self
            .running
            .last()
            .and_then(|activation| activation.thread)
            .map_or(ActorId::EMBEDDER, |thread| self.thread(thread).actor);
        let occurrence = self.names.visit(actor, crate::names::Visit::Data);
        let anchor = Anchor { actor, object: None, operation, occurrence };
        let alternatives: SmallVec<[Alternative; 4]> = words.iter().map(|word| Alternative::Word(word)).collect();
        let point = ChoicePoint { kind, anchor, alternatives };
        let picked = env.choose(&point, &self.names);
        self.trace_choice(env, &point, picked);
        picked
    }
}
