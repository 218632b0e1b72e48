//! The host of a store: functions that a linker defined, and one host of the embedder for everything else.
//!
//! Spec: Concurrency.md, "Nondeterminism", on host-defined calls. A function answers at once, or its answer is an event that
//! the chooser orders among everything else that is ready.

use std::fmt;
use std::sync::Arc;

use canon::{Resource, ResourceTypeId, Value};
use choice::{ActorId, Divergence, StateHash, StateHasher};
use runtime::drive::{Host, NoHost};
use runtime::host::{CancelAnswer, HostAnswer};
use runtime::id::{HostCallId, HostFunc, WaitableId};
use runtime::instantiate::ExternValue;
use runtime::step::{Env, Failure};
use runtime::{Program, Store};
use syntax::component::ExternType;
use syntax::id::FuncTypeId;
use syntax::types::ValType;
use syntax::{Trap, TrapRule};

use crate::convert::{to_val, to_value};
use crate::val::Val;

/// A host that can also say what it offers for an import.
pub trait Imports: Host + std::any::Any {
    /// What it offers for an import of this name and type, made in the store; `None` when it knows nothing of the name. Its
    /// functions have numbers below `1 << 31`.
    fn resolve(&mut self, store: &mut Store, program: &Program, name: &str, ty: &ExternType) -> Option<ExternValue>;
}

impl<O: wasi::Outside + 'static> Imports for wasi::WasiHost<O> {
    fn resolve(&mut self, store: &mut Store, program: &Program, name: &str, ty: &ExternType) -> Option<ExternValue> {
        Self::resolve(self, store, program, name, ty)
    }
}

/// A host that offers nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoImports;

impl Imports for NoImports {
    fn resolve(&mut self, _: &mut Store, _: &Program, _: &str, _: &ExternType) -> Option<ExternValue> {
        None
    }
}

choice::state_hash!(
    struct NoImports {}
);

impl Host for NoImports {
    fn call(&mut self, store: &mut Store, env: &mut Env<'_, '_>, call: HostCallId) -> Result<HostAnswer, Failure> {
        NoHost.call(store, env, call)
    }

    fn cancel(&mut self, store: &mut Store, env: &mut Env<'_, '_>, call: HostCallId) -> Result<CancelAnswer, Failure> {
        NoHost.cancel(store, env, call)
    }

    fn drop_resource(&mut self, resource: Resource) -> Result<(), Trap> {
        NoHost.drop_resource(resource)
    }

    fn copy_ended(&mut self, store: &mut Store, env: &mut Env<'_, '_>, end: WaitableId) -> Result<(), Failure> {
        NoHost.copy_ended(store, env, end)
    }

    fn deliverable(&mut self, store: &Store) -> Vec<ActorId> {
        NoHost.deliverable(store)
    }

    fn deliver(&mut self, store: &mut Store, env: &mut Env<'_, '_>, position: usize) -> Result<(), Failure> {
        NoHost.deliver(store, env, position)
    }

    fn wait(&mut self) -> bool {
        NoHost.wait()
    }
}

impl Host for Box<dyn Imports> {
    fn call(&mut self, store: &mut Store, env: &mut Env<'_, '_>, call: HostCallId) -> Result<HostAnswer, Failure> {
        (**self).call(store, env, call)
    }

    fn cancel(&mut self, store: &mut Store, env: &mut Env<'_, '_>, call: HostCallId) -> Result<CancelAnswer, Failure> {
        (**self).cancel(store, env, call)
    }

    fn drop_resource(&mut self, resource: Resource) -> Result<(), Trap> {
        (**self).drop_resource(resource)
    }

    fn copy_ended(&mut self, store: &mut Store, env: &mut Env<'_, '_>, end: WaitableId) -> Result<(), Failure> {
        (**self).copy_ended(store, env, end)
    }

    fn deliverable(&mut self, store: &Store) -> Vec<ActorId> {
        (**self).deliverable(store)
    }

    fn deliver(&mut self, store: &mut Store, env: &mut Env<'_, '_>, position: usize) -> Result<(), Failure> {
        (**self).deliver(store, env, position)
    }

    fn wait(&mut self) -> bool {
        (**self).wait()
    }

    fn divergence(&mut self) -> Option<Divergence> {
        (**self).divergence()
    }
}

/// What a host function works with, beside its arguments.
pub struct HostContext<'a, 'e, 'p> {
    store: &'a mut Store,
    env: &'a mut Env<'e, 'p>,
    call: HostCallId,
}

impl fmt::Debug for HostContext<'_, '_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostContext").field("call", &self.call).finish_non_exhaustive()
    }
}

impl<'e, 'p> HostContext<'_, 'e, 'p> {
    /// The executor, with ends of streams and futures for the host, and what it needs to be driven.
    pub const fn runtime(&mut self) -> (&mut Store, &mut Env<'e, 'p>) {
        (self.store, self.env)
    }

    /// Which call this is.
    pub const fn call(&self) -> HostCallId {
        self.call
    }
}

/// A function of the host.
pub(crate) type HostFn = Arc<dyn Fn(&mut HostContext<'_, '_, '_>, &[Val]) -> Result<Vec<Val>, Trap> + Send + Sync>;

/// Called when a resource of the host lost its owner, with its representation.
pub(crate) type DropFn = Arc<dyn Fn(u32) -> Result<(), Trap> + Send + Sync>;

/// When a function of the host answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answers {
    AtOnce,
    Later,
}

#[derive(Clone)]
struct Entry {
    function: HostFn,
    answers: Answers,
    ty: FuncTypeId,
}

/// The first number of functions that linkers defined.
const FIRST: u32 = 1 << 31;

/// The host of a store.
#[derive(Clone)]
pub(crate) struct Hosts<H = Box<dyn Imports>> {
    entries: Vec<Entry>,
    drops: Vec<(ResourceTypeId, DropFn)>,
    /// Calls that are answered, but the guest was not told yet.
    pending: Vec<(HostCallId, Vec<Value>)>,
    /// The calls in their order, where outcomes keep it.
    pub(crate) order: Option<Vec<String>>,
    pub(crate) other: H,
}

impl<H: StateHash> StateHash for Hosts<H> {
    /// The functions are the same for the whole run, and hold no state that changes.
    fn state_hash(&self, hasher: &mut StateHasher) {
        self.pending.len().state_hash(hasher);
        for (call, values) in &self.pending {
            call.state_hash(hasher);
            values.state_hash(hasher);
        }
        self.order.state_hash(hasher);
        self.other.state_hash(hasher);
    }
}

impl Default for Hosts {
    fn default() -> Self {
        Self { entries: Vec::new(), drops: Vec::new(), pending: Vec::new(), order: None, other: Box::new(NoImports) }
    }
}

impl Hosts {
    /// Adds a function of an import's type.
    pub(crate) fn add(&mut self, function: HostFn, answers: Answers, ty: FuncTypeId) -> HostFunc {
        self.entries.push(Entry { function, answers, ty });
        HostFunc(FIRST + syntax::convert::to_u32(self.entries.len() - 1))
    }

    pub(crate) fn add_drop(&mut self, ty: ResourceTypeId, function: DropFn) {
        self.drops.push((ty, function));
    }
}

impl<H> Hosts<H> {
    fn entry(&self, store: &Store, call: HostCallId) -> Option<Entry> {
        let number = store.host_call(call).func.0.checked_sub(FIRST)?;
        Some(self.entries[syntax::convert::to_usize(number.into())].clone())
    }

    /// The same with another host of the embedder.
    pub(crate) fn with<G>(&self, other: G) -> Hosts<G> {
        let (entries, drops) = (self.entries.clone(), self.drops.clone());
        Hosts { entries, drops, pending: self.pending.clone(), order: self.order.clone(), other }
    }
}

impl<H: Host> Host for Hosts<H> {
    fn call(&mut self, store: &mut Store, env: &mut Env<'_, '_>, call: HostCallId) -> Result<HostAnswer, Failure> {
        if let Some(order) = &mut self.order {
            order.push(store.names().text(store.host_call(call).actor));
        }
        let Some(entry) = self.entry(store, call) else { return self.other.call(store, env, call) };
        let types = &env.program.definitions.types;
        let ty = types.func(entry.ty);
        let args = store.take_host_args(call);
        let args: Vec<Val> = args.iter().zip(&ty.params).map(|(value, param)| to_val(types, value, param.1)).collect();
        let answer = (entry.function)(&mut HostContext { store, env, call }, &args);
        let values = match answer {
            Ok(vals) => match results(types, &vals, ty.result) {
                Ok(values) => values,
                Err(message) => return Ok(HostAnswer::Trap(Trap::with(TrapRule::HostTrap, format!("({message})")))),
            },
            Err(trap) => return Ok(HostAnswer::Trap(trap)),
        };
        match entry.answers {
            Answers::AtOnce => Ok(HostAnswer::Return(values)),
            Answers::Later => {
                self.pending.push((call, values));
                Ok(HostAnswer::Later)
            }
        }
    }

    fn cancel(&mut self, store: &mut Store, env: &mut Env<'_, '_>, call: HostCallId) -> Result<CancelAnswer, Failure> {
        if self.entry(store, call).is_none() {
            return self.other.cancel(store, env, call);
        }
        self.pending.retain(|(pending, _)| *pending != call);
        Ok(CancelAnswer::Cancelled)
    }

    fn drop_resource(&mut self, resource: Resource) -> Result<(), Trap> {
        match self.drops.iter().find(|(ty, _)| *ty == resource.ty) {
            Some((_, function)) => function(resource.rep),
            None => self.other.drop_resource(resource),
        }
    }

    fn copy_ended(&mut self, store: &mut Store, env: &mut Env<'_, '_>, end: WaitableId) -> Result<(), Failure> {
        self.other.copy_ended(store, env, end)
    }

    fn deliverable(&mut self, store: &Store) -> Vec<ActorId> {
        self.pending.retain(|(call, _)| store.has_host_call(*call));
        let mut events: Vec<ActorId> = self.pending.iter().map(|(call, _)| store.host_call(*call).actor).collect();
        events.extend(self.other.deliverable(store));
        events
    }

    fn deliver(&mut self, store: &mut Store, env: &mut Env<'_, '_>, position: usize) -> Result<(), Failure> {
        if position >= self.pending.len() {
            return self.other.deliver(store, env, position - self.pending.len());
        }
        let (call, values) = self.pending.remove(position);
        store.resolve_host_call(env, call, values)
    }

    fn wait(&mut self) -> bool {
        self.other.wait()
    }

    fn divergence(&mut self) -> Option<Divergence> {
        self.other.divergence()
    }
}

fn results(types: &syntax::types::Types, vals: &[Val], ty: Option<ValType>) -> Result<Vec<Value>, String> {
    match (vals, ty) {
        ([], None) => Ok(Vec::new()),
        ([val], Some(ty)) => Ok(vec![to_value(types, val, ty)?]),
        (vals, ty) => Err(format!("expected {} results, found {}", usize::from(ty.is_some()), vals.len())),
    }
}
