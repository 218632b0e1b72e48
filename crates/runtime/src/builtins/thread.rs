//! `thread.*`.
//!
//! Spec: CanonicalABI.md, "`canon thread.index`" and the following sections.

use syntax::component::PtrType;
use syntax::{Trap, TrapRule};

use super::{Call, after_switch, done, result};
use crate::id::ThreadId;
use crate::names::ActorKind;
use crate::step::{Env, Fault, Flow};
use crate::store::Store;
use crate::table::THREADS;
use crate::thread::{Body, Cancelled, Pending, Thread, WaitFor};
use crate::trace::TraceEvent;

impl Store {
    /// Spec: CanonicalABI.md, "`canon thread.index`", `canon_thread_index`.
    pub(super) fn thread_index(&mut self, call: Call<'_>) -> Result<Flow, Box<Fault>> {
        self.trap_if_may_not_leave(call.inst)?;
        let index = self.thread(call.thread).index.expect("a thread that runs core code is registered");
        Ok(result(index.cell()))
    }

    /// Spec: CanonicalABI.md, "`canon thread.new-indirect`", `canon_thread_new_indirect`.
    pub(super) fn thread_new_indirect(
        &mut self,
        call: Call<'_>,
        ptr_type: PtrType,
        table: wasm::TableAddr,
    ) -> Result<Flow, Box<Fault>> {
        let entry = self.thread(call.thread);
        let (task, creator) = (entry.task, self.task(entry.task).actor);
        self.trap_if_may_not_leave(call.inst)?;
        let element = self.core.table_get(table, call.args[0]);
        let Some(element) = element else {
            return Err(Trap::with(TrapRule::ThreadNewIndirectOutOfBounds, format!("(index {})", call.args[0])).into());
        };
        let Some(callee) = element else {
            let detail = format!("(index {})", call.args[0]);
            return Err(Trap::with(TrapRule::ThreadNewIndirectUninitialized, detail).into());
        };
        if !self.is_start_func(callee, ptr_type) {
            return Err(Trap::new(TrapRule::ThreadNewIndirectWrongType).into());
        }
        let actor = self.names.create(creator, ActorKind::Thread, 0);
        let body = Body::ExplicitStart { callee, argument: call.args[1] };
        let new_thread = self.add_thread(Thread::new(task, body, actor))?;
        let index = self.register_thread(task, new_thread)?;
        Ok(result(index.cell()))
    }

    fn is_start_func(&self, callee: wasm::FuncAddr, ptr_type: PtrType) -> bool {
        let ty = self.core.func_type(callee);
        let param = match ptr_type {
            PtrType::I32 => syntax::module::ValType::I32,
            PtrType::I64 => syntax::module::ValType::I64,
        };
        ty.params.as_ref() == [param] && ty.results.is_empty()
    }

    /// The thread behind an index, which must be suspended.
    fn get_suspended(&self, call: Call<'_>) -> Result<ThreadId, Trap> {
        let i = call.index(0);
        let other = *self.instance(call.inst).threads.get(i, THREADS)?;
        if self.thread(other).suspended() {
            return Ok(other);
        }
        Err(Trap::with(TrapRule::ThreadNotSuspended, format!("(thread index {})", i.0)))
    }

    /// Spec: CanonicalABI.md, "`canon thread.resume-later`", `canon_thread_resume_later`.
    pub(super) fn thread_resume_later(&mut self, env: &mut Env<'_, '_>, call: Call<'_>) -> Result<Flow, Box<Fault>> {
        self.trap_if_may_not_leave(call.inst)?;
        let other = self.get_suspended(call)?;
        self.resume_later(other);
        env.trace(self, || TraceEvent::ResumeLater { thread: other });
        Ok(done())
    }

    /// Spec: CanonicalABI.md, "Threads", `Thread.resume_later`.
    fn resume_later(&mut self, thread: ThreadId) {
        assert!(self.thread(thread).suspended(), "only a suspended thread is resumed later");
        self.start_waiting_internal(thread, WaitFor::Always);
    }

    /// Spec: CanonicalABI.md, "`canon thread.suspend`", `canon_thread_suspend`.
    pub(super) fn thread_suspend(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        cancellable: bool,
    ) -> Result<Flow, Box<Fault>> {
        self.trap_if_may_not_leave(call.inst)?;
        self.trap_if_may_not_block(env, call.thread)?;
        self.thread_mut(call.thread).pending = Pending::Switch;
        let waited = self.suspend(env, call.thread, cancellable);
        Ok(after_switch(self, call.thread, waited))
    }

    /// Spec: CanonicalABI.md, "`canon thread.yield`", `canon_thread_yield`; "Threads", `Thread.yield_`.
    pub(super) fn thread_yield(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        cancellable: bool,
    ) -> Result<Flow, Box<Fault>> {
        self.trap_if_may_not_leave(call.inst)?;
        self.thread_mut(call.thread).pending = Pending::Switch;
        let waited = self.wait_until(env, call.thread, WaitFor::Always, cancellable);
        Ok(after_switch(self, call.thread, waited))
    }

    /// Spec: CanonicalABI.md, "`canon thread.suspend-then-resume`", `canon_thread_suspend_then_resume`.
    pub(super) fn thread_suspend_then_resume(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        cancellable: bool,
    ) -> Result<Flow, Box<Fault>> {
        self.trap_if_may_not_leave(call.inst)?;
        let other = self.get_suspended(call)?;
        self.thread_mut(call.thread).pending = Pending::Switch;
        let waited = self.suspend_then_resume(env, call.thread, cancellable, other);
        Ok(after_switch(self, call.thread, waited))
    }

    /// Spec: CanonicalABI.md, "`canon thread.yield-then-resume`", `canon_thread_yield_then_resume`.
    pub(super) fn thread_yield_then_resume(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        cancellable: bool,
    ) -> Result<Flow, Box<Fault>> {
        self.trap_if_may_not_leave(call.inst)?;
        let other = self.get_suspended(call)?;
        self.thread_mut(call.thread).pending = Pending::Switch;
        let waited = self.yield_then_resume(env, call.thread, cancellable, other);
        Ok(after_switch(self, call.thread, waited))
    }

    /// Spec: CanonicalABI.md, "`canon thread.suspend-then-promote`", `canon_thread_suspend_then_promote`; "Threads",
    /// `Thread.suspend_then_promote`.
    pub(super) fn thread_suspend_then_promote(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        cancellable: bool,
    ) -> Result<Flow, Box<Fault>> {
        self.trap_if_may_not_leave(call.inst)?;
        let other = *self.instance(call.inst).threads.get(call.index(0), THREADS)?;
        self.thread_mut(call.thread).pending = Pending::Switch;
        let task = self.thread(call.thread).task;
        if self.task_mut(task).deliver_pending_cancel(cancellable) {
            return Ok(after_switch(self, call.thread, crate::waiting::Waited::Continue(Cancelled::True)));
        }
        let waited = if self.ready(other) {
            self.stop_waiting_internal(other, Cancelled::False);
            self.suspend_then_resume(env, call.thread, cancellable, other)
        } else {
            self.suspend(env, call.thread, cancellable)
        };
        Ok(after_switch(self, call.thread, waited))
    }

    /// Spec: CanonicalABI.md, "`canon thread.yield-then-promote`", `canon_thread_yield_then_promote`; "Threads",
    /// `Thread.yield_then_promote`.
    pub(super) fn thread_yield_then_promote(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        cancellable: bool,
    ) -> Result<Flow, Box<Fault>> {
        self.trap_if_may_not_leave(call.inst)?;
        let other = *self.instance(call.inst).threads.get(call.index(0), THREADS)?;
        self.thread_mut(call.thread).pending = Pending::Switch;
        let task = self.thread(call.thread).task;
        if self.task_mut(task).deliver_pending_cancel(cancellable) {
            return Ok(after_switch(self, call.thread, crate::waiting::Waited::Continue(Cancelled::True)));
        }
        let waited = if self.ready(other) {
            self.stop_waiting_internal(other, Cancelled::False);
            self.yield_then_resume(env, call.thread, cancellable, other)
        } else {
            self.wait_until(env, call.thread, WaitFor::Always, cancellable)
        };
        Ok(after_switch(self, call.thread, waited))
    }
}
