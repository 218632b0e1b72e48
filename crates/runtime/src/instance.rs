//! Component instances.
//!
//! Spec: CanonicalABI.md, "Component Instances".

use canon::ResourceTypeId;
use choice::{ActorId, state_hash};
use syntax::id::ComponentId;

use crate::handle::Handle;
use crate::id::{BundleId, InstanceId, ThreadId};
use crate::table::Table;

/// A component instance. Spec: CanonicalABI.md, "Component Instances", `ComponentInstance`.
#[derive(Debug, PartialEq, Eq)]
pub struct ComponentInstance {
    /// The instance in which it was instantiated.
    pub parent: Option<InstanceId>,
    /// The component.
    pub component: ComponentId,
    /// What the instance refers to by index.
    pub handles: Table<Handle>,
    /// Its threads by index.
    pub threads: Table<ThreadId>,
    /// Whether a call may enter.
    pub may_enter: bool,
    /// Whether the running code may call out.
    pub may_leave: bool,
    /// The backpressure counter.
    pub backpressure: u32,
    /// How many tasks wait at the gate.
    pub num_waiting_to_enter: u32,
    /// The thread that has exclusive use of the stack in linear memory.
    pub exclusive_thread: Option<ThreadId>,
    /// Whether a trap locked this instance for good.
    pub locked: bool,
    /// The runtime resource types behind the component's own indices.
    pub resources: Vec<Option<ResourceTypeId>>,
    /// The exports, once the instance is complete.
    pub exports: Option<BundleId>,
    /// Its name in traces and anchors.
    pub actor: ActorId,
}
state_hash!(struct ComponentInstance {
    parent, handles, threads, may_enter, may_leave, backpressure, num_waiting_to_enter, exclusive_thread, locked, resources,
    exports,
} skip { component, actor });

impl Clone for ComponentInstance {
    fn clone(&self) -> Self {
        Self {
            handles: self.handles.clone(),
            threads: self.threads.clone(),
            resources: self.resources.clone(),
            ..*self
        }
    }

    /// Reuses what the tables have allocated.
    fn clone_from(&mut self, from: &Self) {
        let Self { parent, component, handles, threads, may_enter, may_leave, backpressure, .. } = from;
        let Self { num_waiting_to_enter, exclusive_thread, locked, resources, exports, actor, .. } = from;
        self.parent = *parent;
        self.component = *component;
        self.handles.clone_from(handles);
        self.threads.clone_from(threads);
        (self.may_enter, self.may_leave) = (*may_enter, *may_leave);
        self.backpressure = *backpressure;
        self.num_waiting_to_enter = *num_waiting_to_enter;
        self.exclusive_thread = *exclusive_thread;
        self.locked = *locked;
        self.resources.clone_from(resources);
        self.exports = *exports;
        self.actor = *actor;
    }
}

impl ComponentInstance {
    /// An instance with nothing in it yet.
    pub fn new(parent: Option<InstanceId>, component: ComponentId, resource_count: usize, actor: ActorId) -> Self {
        Self {
            parent,
            component,
            handles: Table::default(),
            threads: Table::default(),
            may_enter: true,
            may_leave: true,
            backpressure: 0,
            num_waiting_to_enter: 0,
            exclusive_thread: None,
            locked: false,
            resources: vec![None; resource_count],
            exports: None,
            actor,
        }
    }
}
