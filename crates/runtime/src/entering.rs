//! Entering and leaving component instances, and locking them after a trap.
//!
//! Spec: CanonicalABI.md, "Component Instances", `entering_set` and its users; DESIGN's rule for what a trap leaves behind.

use smallvec::SmallVec;
use syntax::revision::Follow;
use syntax::{Trap, TrapRule};

use crate::id::InstanceId;
use crate::store::Store;
use crate::thread::ThreadState;

/// Why a call is made: destructors may be called between relatives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallFor {
    /// A call that the guest wrote.
    Guest,
    /// The destructor that `resource.drop` calls.
    Destructor,
}

impl Store {
    /// Spec: CanonicalABI.md, "Component Instances", `self_and_ancestors`.
    pub fn self_and_ancestors(&self, inst: InstanceId) -> SmallVec<[InstanceId; 4]> {
        let mut set = SmallVec::new();
        let mut at = Some(inst);
        while let Some(instance) = at {
            set.push(instance);
            at = self.instance(instance).parent;
        }
        set
    }

    /// Spec: CanonicalABI.md, "Component Instances", `entering_set`.
    pub fn entering_set(&self, inst: InstanceId, caller: Option<InstanceId>) -> SmallVec<[InstanceId; 4]> {
        let mut set = self.self_and_ancestors(inst);
        if let Some(caller) = caller {
            let callers = self.self_and_ancestors(caller);
            set.retain(|instance| !callers.contains(instance));
        }
        set
    }

    /// The next instance of the entering set, from the inside outwards: the parent, unless the caller is in it already.
    #[inline]
    fn next_to_enter(&self, inst: InstanceId, caller: Option<InstanceId>) -> Option<InstanceId> {
        let parent = self.instance(inst).parent?;
        self.is_entering(parent, caller).then_some(parent)
    }

    /// Whether an instance is not around the caller, nor the caller itself; then nothing inside it is.
    #[inline]
    fn is_entering(&self, inst: InstanceId, caller: Option<InstanceId>) -> bool {
        let mut at = caller;
        while let Some(around) = at {
            if around == inst {
                return false;
            }
            at = self.instance(around).parent;
        }
        true
    }

    /// The entering set without a list of it.
    fn for_each_entered(
        &mut self,
        inst: InstanceId,
        caller: Option<InstanceId>,
        mut act: impl FnMut(&mut crate::instance::ComponentInstance),
    ) {
        let mut at = self.is_entering(inst, caller).then_some(inst);
        while let Some(entered) = at {
            act(self.instances.get_mut(entered.0));
            at = self.next_to_enter(entered, caller);
        }
    }

    /// Spec: CanonicalABI.md, "Component Instances", `may_enter_from`.
    pub fn may_enter_from(&self, inst: InstanceId, caller: Option<InstanceId>) -> bool {
        let mut at = self.is_entering(inst, caller).then_some(inst);
        while let Some(entered) = at {
            if !self.instance(entered).may_enter {
                return false;
            }
            at = self.next_to_enter(entered, caller);
        }
        true
    }

    /// Spec: CanonicalABI.md, "Component Instances", `enter_from`.
    pub fn enter_from(&mut self, inst: InstanceId, caller: Option<InstanceId>) {
        self.notes.touch(inst);
        self.for_each_entered(inst, caller, |instance| {
            assert!(instance.may_enter, "may_enter_from was asked before");
            instance.may_enter = false;
        });
    }

    /// Spec: CanonicalABI.md, "Component Instances", `leave_to`.
    pub fn leave_to(&mut self, inst: InstanceId, caller: Option<InstanceId>) {
        self.for_each_entered(inst, caller, |instance| {
            assert!(!instance.may_enter, "leaving follows entering");
            instance.may_enter = true;
        });
    }

    /// The check at the start of a call.
    ///
    /// Spec: CanonicalABI.md, "Embedding", `Store.lift`. Differs: with `donut` following the scripts, a call between an
    /// instance and itself, its ancestor or its descendant traps.
    ///
    /// # Traps
    /// `call/donut`, `call/reenter`, `call/after-trap`.
    pub fn trap_if_may_not_enter(
        &self,
        inst: InstanceId,
        caller: Option<InstanceId>,
        call_for: CallFor,
        donut: Follow,
    ) -> Result<(), Trap> {
        if let (Some(caller), CallFor::Guest, Follow::Scripts) = (caller, call_for, donut) {
            let related = !self.is_entering(inst, Some(caller)) || !self.is_entering(caller, Some(inst));
            if related {
                return Err(Trap::new(TrapRule::CallDonut));
            }
        }
        if self.may_enter_from(inst, caller) {
            return Ok(());
        }
        let locked = self.entering_set(inst, caller).iter().any(|inst| self.instance(*inst).locked);
        Err(Trap::new(if locked { TrapRule::CallAfterTrap } else { TrapRule::CallReenter }))
    }

    /// The outermost instance around an instance.
    pub fn root_of(&self, inst: InstanceId) -> InstanceId {
        let mut at = inst;
        while let Some(parent) = self.instance(at).parent {
            at = parent;
        }
        at
    }

    /// After a trap: drops the activations without leaving, and locks every root instance that has an instance in the
    /// chain, or is around the instance that the host was at work on.
    pub fn lock_after_trap(&mut self, at_work: Option<InstanceId>) {
        let running = std::mem::take(&mut self.running);
        let mut roots: SmallVec<[InstanceId; 4]> = at_work.map(|inst| self.root_of(inst)).into_iter().collect();
        for activation in &running {
            if let Some(inst) = self.instance_of_activation(activation) {
                let root = self.root_of(inst);
                if !roots.contains(&root) {
                    roots.push(root);
                }
            }
        }
        self.choosing = None;
        self.asking = None;
        for position in 0..self.instances.len() {
            let inst = InstanceId::new(position);
            if roots.contains(&self.root_of(inst)) {
                let instance = self.instance_mut(inst);
                instance.locked = true;
                instance.may_enter = false;
            }
        }
        let waiting = std::mem::take(&mut self.waiting);
        for thread in waiting {
            if self.instance(self.instance_of_thread(thread)).locked {
                self.thread_mut(thread).state = ThreadState::Suspended;
            } else {
                self.waiting.push(thread);
            }
        }
        self.instantiations.clear();
    }
}
