//! The canonical built-ins: one function each, by family.
//!
//! Spec: CanonicalABI.md, "Canonical Definitions". A built-in checks in the order of the definition, acts, and says how the
//! thread goes on.

mod error_context;
mod future;
mod resource;
pub(crate) mod signature;
mod stream;
mod subtask;
mod task;
mod thread;
mod waitable_set;

use smallvec::SmallVec;
use syntax::component::{Async, Builtin, Cancellable, PtrType};

use crate::canon_lower::LoweredCall;
use crate::context::Options;
use crate::id::{HandleIndex, InstanceId, ThreadId};
use crate::step::{Env, Fault, Flow};
use crate::store::{CoreFunc, Store};
use crate::thread::Cancelled;
use crate::trace::TraceEvent;
use crate::waiting::Waited;

/// A call of a built-in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call<'a> {
    /// The thread that calls.
    pub(crate) thread: ThreadId,
    /// Its instance.
    pub(crate) inst: InstanceId,
    /// The options of the built-in.
    pub(crate) opts: Options,
    /// The core arguments.
    pub(crate) args: &'a [u64],
}

impl Call<'_> {
    /// An argument that is an index in a table.
    fn index(&self, position: usize) -> HandleIndex {
        HandleIndex::from_cell(self.args[position])
    }

    /// An argument that is a number of 32 bits.
    fn u32(&self, position: usize) -> u32 {
        syntax::convert::low_u32(self.args[position])
    }
}

/// The thread goes on with one result.
const fn result(cell: u64) -> Flow {
    Flow::Result(cell)
}

/// The thread goes on with no result.
const fn done() -> Flow {
    Flow::Done
}

/// The answer of a built-in that would have to wait. Spec: CanonicalABI.md, `BLOCKED`.
pub(crate) const BLOCKED: u64 = 0xffff_ffff;

fn is_async(async_: Async) -> bool {
    async_ == Async::Yes
}

fn is_cancellable(cancellable: Cancellable) -> bool {
    cancellable == Cancellable::Yes
}

/// The core value of `Cancelled`.
pub(crate) fn cancelled_cell(cancelled: Cancelled) -> u64 {
    u64::from(cancelled == Cancelled::True)
}

/// How a thread goes on after a switch built-in: with whether it was cancelled, or later.
fn after_switch(store: &mut Store, thread: ThreadId, waited: Waited) -> Flow {
    match waited {
        Waited::Continue(cancelled) => {
            store.thread_mut(thread).pending = crate::thread::Pending::None;
            result(cancelled_cell(cancelled))
        }
        Waited::Stop => Flow::Stop,
    }
}

impl Store {
    /// Runs a core function that is not core code, called by a thread.
    pub(crate) fn call_host_func(
        &mut self,
        env: &mut Env<'_, '_>,
        thread: ThreadId,
        func: wasm::HostFuncId,
    ) -> Result<Flow, Box<Fault>> {
        let entry = self.thread(thread);
        // Arguments are few: a loop is quicker than a call that copies.
        let mut args: SmallVec<[u64; 16]> = SmallVec::new();
        for arg in entry.stack.host_args() {
            args.push(*arg);
        }
        let inst = self.task(entry.task).inst;
        let position = syntax::convert::to_usize(u64::from(func.0));
        match &self.linked.core_funcs[position] {
            CoreFunc::Lowered { func, ty, opts } => {
                let call = LoweredCall { func: *func, ty: *ty, opts: *opts, args: &args };
                self.canon_lower(env, thread, call)
            }
            CoreFunc::Builtin { builtin, opts, table } => {
                let (builtin, table) = (*builtin, *table);
                let call = Call { thread, inst, opts: *opts, args: &args };
                env.trace(self, || TraceEvent::Builtin { thread, builtin: &builtin, args: &args });
                self.call_builtin(env, call, &builtin, table)
            }
        }
    }

    fn call_builtin(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        builtin: &Builtin,
        table: Option<wasm::TableAddr>,
    ) -> Result<Flow, Box<Fault>> {
        match builtin {
            Builtin::ResourceNew(rt) => self.resource_new(call, *rt),
            Builtin::ResourceDrop(rt) => self.resource_drop(env, call, *rt),
            Builtin::ResourceRep(rt) => self.resource_rep(call, *rt),
            Builtin::ContextGet(ptr_type, slot) => Ok(self.context_get(call, *ptr_type, *slot)),
            Builtin::ContextSet(ptr_type, slot) => Ok(self.context_set(call, *ptr_type, *slot)),
            Builtin::BackpressureInc => self.backpressure_inc(call),
            Builtin::BackpressureDec => self.backpressure_dec(call),
            Builtin::TaskReturn { result, .. } => self.task_return_builtin(env, call, *result),
            Builtin::TaskCancel => self.task_cancel(env, call),
            Builtin::WaitableSetNew => self.waitable_set_new(call),
            Builtin::WaitableSetWait(c, _) => self.waitable_set_wait(env, call, is_cancellable(*c)),
            Builtin::WaitableSetPoll(c, _) => self.waitable_set_poll(env, call, is_cancellable(*c)),
            Builtin::WaitableSetDrop => self.waitable_set_drop(call),
            Builtin::WaitableJoin => self.waitable_join(call),
            Builtin::SubtaskCancel(a) => self.subtask_cancel(env, call, is_async(*a)),
            Builtin::SubtaskDrop => self.subtask_drop(call),
            Builtin::StreamNew(payload) => self.stream_new(call, *payload),
            Builtin::StreamRead(payload, _) => self.stream_read(env, call, *payload),
            Builtin::StreamWrite(payload, _) => self.stream_write(env, call, *payload),
            Builtin::StreamCancelRead(payload, a) => self.stream_cancel_read(env, call, *payload, is_async(*a)),
            Builtin::StreamCancelWrite(payload, a) => self.stream_cancel_write(env, call, *payload, is_async(*a)),
            Builtin::StreamDropReadable(payload) => self.stream_drop_readable(env, call, *payload),
            Builtin::StreamDropWritable(payload) => self.stream_drop_writable(env, call, *payload),
            Builtin::FutureNew(payload) => self.future_new(call, *payload),
            Builtin::FutureRead(payload, _) => self.future_read(env, call, *payload),
            Builtin::FutureWrite(payload, _) => self.future_write(env, call, *payload),
            Builtin::FutureCancelRead(payload, a) => self.future_cancel_read(env, call, *payload, is_async(*a)),
            Builtin::FutureCancelWrite(payload, a) => self.future_cancel_write(env, call, *payload, is_async(*a)),
            Builtin::FutureDropReadable(payload) => self.future_drop_readable(env, call, *payload),
            Builtin::FutureDropWritable(payload) => self.future_drop_writable(env, call, *payload),
            Builtin::ThreadIndex => self.thread_index(call),
            Builtin::ThreadNewIndirect(ptr_type, _) => {
                let table = table.expect("instantiation resolved the table");
                self.thread_new_indirect(call, *ptr_type, table)
            }
            Builtin::ThreadResumeLater => self.thread_resume_later(env, call),
            Builtin::ThreadSuspend(c) => self.thread_suspend(env, call, is_cancellable(*c)),
            Builtin::ThreadYield(c) => self.thread_yield(env, call, is_cancellable(*c)),
            Builtin::ThreadSuspendThenResume(c) => self.thread_suspend_then_resume(env, call, is_cancellable(*c)),
            Builtin::ThreadYieldThenResume(c) => self.thread_yield_then_resume(env, call, is_cancellable(*c)),
            Builtin::ThreadSuspendThenPromote(c) => self.thread_suspend_then_promote(env, call, is_cancellable(*c)),
            Builtin::ThreadYieldThenPromote(c) => self.thread_yield_then_promote(env, call, is_cancellable(*c)),
            Builtin::ErrorContextNew(_) => self.error_context_new(env, call),
            Builtin::ErrorContextDebugMessage(_) => self.error_context_debug_message(env, call),
            Builtin::ErrorContextDrop => self.error_context_drop(call),
        }
    }

    /// Spec: CanonicalABI.md, "`canon context.get`", `canon_context_get`.
    fn context_get(&mut self, call: Call<'_>, ptr_type: PtrType, slot: u32) -> Flow {
        let cell = self.thread(call.thread).storage[syntax::convert::to_usize(u64::from(slot))];
        match ptr_type {
            PtrType::I32 => result(cell & 0xffff_ffff),
            PtrType::I64 => result(cell),
        }
    }

    /// Spec: CanonicalABI.md, "`canon context.set`", `canon_context_set`.
    fn context_set(&mut self, call: Call<'_>, ptr_type: PtrType, slot: u32) -> Flow {
        let cell = match ptr_type {
            PtrType::I32 => call.args[0] & 0xffff_ffff,
            PtrType::I64 => call.args[0],
        };
        self.thread_mut(call.thread).storage[syntax::convert::to_usize(u64::from(slot))] = cell;
        done()
    }
}
