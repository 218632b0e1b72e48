//! What an index in `ComponentInstance.handles` stands for.
//!
//! Spec: CanonicalABI.md, "Resource State", "Component Instances".

use canon::{ErrorContextId, ResourceTypeId};
use choice::state_hash;
use syntax::{Trap, TrapRule};

use crate::id::{HandleIndex, InstanceId, SetId, TaskId, WaitableId};

/// An entry of the table of handles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handle {
    /// A resource.
    Resource(ResourceHandle),
    /// A subtask or an end of a stream or future.
    Waitable(WaitableId),
    /// A waitable set.
    Set(SetId),
    /// An error context.
    ErrorContext(ErrorContextId),
}
state_hash!(enum Handle { 0 => Resource(handle), 1 => Waitable(id), 2 => Set(id), 3 => ErrorContext(id) });

/// An owned or borrowed resource. Spec: CanonicalABI.md, "Resource State", `ResourceHandle`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceHandle {
    /// The resource type.
    pub rt: ResourceTypeId,
    /// The representation that the implementing instance chose.
    pub rep: u32,
    /// Whether the handle owns the resource.
    pub own: bool,
    /// For a borrow: the task that must drop it before it resolves.
    pub borrow_scope: Option<TaskId>,
    /// How many calls have it lent.
    pub num_lends: u32,
}
state_hash!(struct ResourceHandle { rt, rep, own, borrow_scope, num_lends });

/// A resource type at run time. Spec: CanonicalABI.md, "Resource State", `ResourceType`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceType {
    /// The implementing instance; none for a resource of the host.
    pub implementation: Option<InstanceId>,
    /// The destructor.
    pub dtor: Option<wasm::FuncAddr>,
    /// The name of a resource of the host, for linking and messages; else the name of the export that first showed it.
    pub name: String,
}

impl choice::StateHash for ResourceType {
    fn state_hash(&self, hasher: &mut choice::StateHasher) {
        self.implementation.state_hash(hasher);
        self.dtor.map(|dtor| dtor.0).state_hash(hasher);
    }
}

/// What an error context carries. Spec: CanonicalABI.md, `ErrorContext`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorContext {
    /// The message, as far as the choice `KeepErrorMessage` let it through.
    pub debug_message: canon::Str,
    /// How many handles refer to it.
    pub handles: u32,
}
state_hash!(struct ErrorContext { debug_message, handles });

/// Takes a handle apart as a resource.
///
/// # Traps
/// `resource/wrong-kind`.
pub fn as_resource(handle: &Handle, i: HandleIndex) -> Result<&ResourceHandle, Trap> {
    match handle {
        Handle::Resource(resource) => Ok(resource),
        Handle::Waitable(_) | Handle::Set(_) | Handle::ErrorContext(_) => {
            Err(wrong_kind(TrapRule::ResourceWrongKind, i))
        }
    }
}

/// Takes a handle apart as a waitable set.
///
/// # Traps
/// `waitable-set/wrong-kind`.
pub fn as_set(handle: &Handle, i: HandleIndex) -> Result<SetId, Trap> {
    match handle {
        Handle::Set(set) => Ok(*set),
        Handle::Waitable(_) | Handle::Resource(_) | Handle::ErrorContext(_) => {
            Err(wrong_kind(TrapRule::WaitableSetWrongKind, i))
        }
    }
}

/// Takes a handle apart as a waitable.
///
/// # Traps
/// The rule given: which one depends on what kind of waitable is wanted.
pub fn as_waitable(handle: &Handle, i: HandleIndex, rule: TrapRule) -> Result<WaitableId, Trap> {
    match handle {
        Handle::Waitable(waitable) => Ok(*waitable),
        Handle::Set(_) | Handle::Resource(_) | Handle::ErrorContext(_) => Err(wrong_kind(rule, i)),
    }
}

/// Takes a handle apart as an error context.
///
/// # Traps
/// `error-context/wrong-kind`.
pub fn as_error_context(handle: &Handle, i: HandleIndex) -> Result<ErrorContextId, Trap> {
    match handle {
        Handle::ErrorContext(id) => Ok(*id),
        Handle::Set(_) | Handle::Resource(_) | Handle::Waitable(_) => {
            Err(wrong_kind(TrapRule::ErrorContextWrongKind, i))
        }
    }
}

/// The trap for a handle of another kind than is wanted.
#[cold]
pub fn wrong_kind(rule: TrapRule, i: HandleIndex) -> Trap {
    Trap::with(rule, format!("(handle index {})", i.0))
}
