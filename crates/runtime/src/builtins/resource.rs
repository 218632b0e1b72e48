//! `resource.*` and `backpressure.*`.
//!
//! Spec: CanonicalABI.md, "`canon resource.new`" and the following sections; "`canon backpressure.{inc,dec}`".

use smallvec::SmallVec;
use syntax::id::ResourceIndex;
use syntax::{Trap, TrapRule};

use super::{Call, done, result};
use crate::canon_lift::LiftedCall;
use crate::context::Options;
use crate::entering::CallFor;
use crate::handle::{Handle, ResourceHandle, as_resource};
use crate::host::Ask;
use crate::names::ActorKind;
use crate::step::{Env, Fault, Flow};
use crate::store::Store;
use crate::subtask::{Callee, Subtask, SubtaskState};
use crate::table::HANDLES;
use crate::task::Caller;
use crate::thread::Pending;
use crate::waitable::{Owner, WaitableKind};

impl Store {
    /// Spec: CanonicalABI.md, "`canon resource.new`", `canon_resource_new`.
    pub(super) fn resource_new(&mut self, call: Call<'_>, rt: ResourceIndex) -> Result<Flow, Box<Fault>> {
        self.trap_if_may_not_leave(call.inst)?;
        let rt = self.resource_type_of(call.inst, rt);
        let h = ResourceHandle { rt, rep: call.u32(0), own: true, borrow_scope: None, num_lends: 0 };
        let i = self.instance_mut(call.inst).handles.add(Handle::Resource(h))?;
        Ok(result(i.cell()))
    }

    /// Spec: CanonicalABI.md, "`canon resource.drop`", `canon_resource_drop`. Even without a destructor the call goes through
    /// lift and lower, with all their checks; a resource of the host is dropped by the host.
    pub(super) fn resource_drop(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        rt: ResourceIndex,
    ) -> Result<Flow, Box<Fault>> {
        self.trap_if_may_not_leave(call.inst)?;
        let i = call.index(0);
        let removed = self.instance_mut(call.inst).handles.remove(i, HANDLES)?;
        let h = as_resource(&removed, i)?;
        let expected = self.resource_type_of(call.inst, rt);
        if h.rt != expected {
            return Err(self.wrong_resource_type(i, expected, h.rt).into());
        }
        if h.num_lends != 0 {
            return Err(Trap::new(TrapRule::ResourceDropLent).into());
        }
        if !h.own {
            let scope = h.borrow_scope.expect("a borrow has a scope");
            self.task_mut(scope).num_borrows -= 1;
            return Ok(done());
        }
        assert!(h.borrow_scope.is_none(), "an owned handle has no scope");
        let (rt, rep) = (h.rt, h.rep);
        let resource_type = self.resource_type(rt);
        let (implementation, dtor) = (resource_type.implementation, resource_type.dtor);
        let Some(implementation) = implementation else {
            self.thread_mut(call.thread).pending = Pending::HostDrop;
            self.asking = Some(Ask::DropResource(canon::Resource { ty: rt, rep }));
            return Ok(Flow::Stop);
        };
        self.trap_if_may_not_enter(implementation, Some(call.inst), CallFor::Destructor, env.program.revision.donut)?;
        let Some(dtor) = dtor else { return Ok(done()) };
        let subtask = self.destructor_subtask(env, call, rep);
        self.thread_mut(call.thread).pending = Pending::ResourceDrop(subtask);
        self.enter_from(implementation, Some(call.inst));
        let task = self.canon_lift(
            env,
            LiftedCall {
                callee: dtor,
                ft: Some(env.program.destructor_type),
                ft_async: false,
                opts: Options::default(),
                inst: implementation,
                caller: Caller::Subtask(subtask),
                caller_inst: Some(call.inst),
                actor: self.waitable(subtask).actor,
            },
        )?;
        self.subtask_mut(subtask).callee = Callee::Task(task);
        Ok(Flow::Stop)
    }

    fn destructor_subtask(&mut self, env: &Env<'_, '_>, call: Call<'_>, rep: u32) -> crate::id::WaitableId {
        let label = self.names.label("destructor");
        let actor = self.names.create(self.thread(call.thread).actor, ActorKind::Task, label);
        let subtask = Subtask {
            state: SubtaskState::Starting,
            callee: Callee::None,
            lenders: Some(SmallVec::new()),
            cancellation_requested: false,
            flat_results: SmallVec::new(),
            ty: env.program.destructor_type,
            options: Options::default(),
            flat_args: SmallVec::from_slice(&[u64::from(rep)]),
            cursor: 0,
            handle: None,
        };
        self.add_waitable(WaitableKind::Subtask(Box::new(subtask)), Owner::Instance(call.inst), actor)
    }

    /// Spec: CanonicalABI.md, "`canon resource.rep`", `canon_resource_rep`.
    pub(super) fn resource_rep(&mut self, call: Call<'_>, rt: ResourceIndex) -> Result<Flow, Box<Fault>> {
        let i = call.index(0);
        let h = as_resource(self.instance(call.inst).handles.get(i, HANDLES)?, i)?;
        let expected = self.resource_type_of(call.inst, rt);
        if h.rt != expected {
            return Err(self.wrong_resource_type(i, expected, h.rt).into());
        }
        Ok(result(u64::from(h.rep)))
    }

    /// Spec: CanonicalABI.md, "`canon backpressure.{inc,dec}`", `canon_backpressure_inc`.
    pub(super) fn backpressure_inc(&mut self, call: Call<'_>) -> Result<Flow, Box<Fault>> {
        let inst = self.instance_mut(call.inst);
        inst.backpressure += 1;
        if inst.backpressure == 1 << 16 {
            return Err(Trap::new(TrapRule::BackpressureOverflow).into());
        }
        Ok(done())
    }

    /// Spec: CanonicalABI.md, "`canon backpressure.{inc,dec}`", `canon_backpressure_dec`.
    pub(super) fn backpressure_dec(&mut self, call: Call<'_>) -> Result<Flow, Box<Fault>> {
        let inst = self.instance_mut(call.inst);
        inst.backpressure =
            inst.backpressure.checked_sub(1).ok_or_else(|| Trap::new(TrapRule::BackpressureUnderflow))?;
        Ok(done())
    }
}
