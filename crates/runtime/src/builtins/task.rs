//! `task.return` and `task.cancel`.
//!
//! Spec: CanonicalABI.md, "`canon task.return`", "`canon task.cancel`".

use syntax::revision::Follow;
use syntax::types::ValType;
use syntax::{Trap, TrapRule};

use super::{Call, done};
use crate::canon_lift::FlatResult;
use crate::context::Options;
use crate::step::{Env, Fault, Flow};
use crate::store::Store;

const MAX_FLAT_PARAMS: usize = 16;

impl Store {
    /// Spec: CanonicalABI.md, "`canon task.return`", `canon_task_return`. Differs: by the reference scripts, a `task.return`
    /// without a memory goes with a lift that has one.
    pub(super) fn task_return_builtin(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        result: Option<ValType>,
    ) -> Result<Flow, Box<Fault>> {
        let id = self.thread(call.thread).task;
        self.trap_if_may_not_leave(call.inst)?;
        let task = self.task(id);
        if !task.opts.is_async {
            return Err(Trap::new(TrapRule::TaskReturnSyncTask).into());
        }
        let expected = task.ft.and_then(|ft| env.program.definitions.types.func(ft).result);
        if result != expected {
            return Err(Trap::new(TrapRule::TaskReturnWrongType).into());
        }
        let lenient = env.program.revision.task_return_memory == Follow::Scripts;
        let memory_left_out = lenient && call.opts.memory.is_none();
        let opts = if memory_left_out { Options { memory: task.opts.memory, ..call.opts } } else { call.opts };
        if !opts.lift_equal(&task.opts) {
            return Err(Trap::new(TrapRule::TaskReturnWrongOptions).into());
        }
        self.return_flat(env, id, call.opts, FlatResult { flat: call.args, max_flat: MAX_FLAT_PARAMS })?;
        Ok(done())
    }

    /// Spec: CanonicalABI.md, "`canon task.cancel`", `canon_task_cancel`.
    pub(super) fn task_cancel(&mut self, env: &mut Env<'_, '_>, call: Call<'_>) -> Result<Flow, Box<Fault>> {
        let id = self.thread(call.thread).task;
        self.trap_if_may_not_leave(call.inst)?;
        if !self.task(id).opts.is_async {
            return Err(Trap::new(TrapRule::TaskCancelSyncTask).into());
        }
        self.task_cancel_resolve(env, id)?;
        Ok(done())
    }
}
