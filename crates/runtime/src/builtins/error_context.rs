//! `error-context.*`.
//!
//! Spec: CanonicalABI.md, "`canon error-context.new`" and the following sections.

use canon::{ErrorContextId, Str};
use choice::ChoiceKind;
use syntax::component::PtrType;
use syntax::{Trap, TrapRule};

use super::{Call, done, result};
use crate::context::{BorrowScope, Context};
use crate::handle::{ErrorContext, Handle, as_error_context};
use crate::step::{Env, Fault, Flow};
use crate::store::Store;
use crate::table::HANDLES;

impl Store {
    /// Spec: CanonicalABI.md, "`canon error-context.new`", `canon_error_context_new`.
    pub(super) fn error_context_new(&mut self, env: &mut Env<'_, '_>, call: Call<'_>) -> Result<Flow, Box<Fault>> {
        self.trap_if_may_not_leave(call.inst)?;
        let words = ["dropped", "kept"];
        let kept = self.data_choice(env, ChoiceKind::KeepErrorMessage, "error-context.new", &words) == 1;
        let debug_message = if kept {
            let (ptr, units) = (call.args[0], call.args[1]);
            let (inst, options) = (call.inst, call.opts);
            let mut cx = Context { store: self, env, inst, options, scope: BorrowScope::None };
            cx.with(|cx| canon::load_string_from_range(cx, ptr, units))?
        } else {
            Str::default()
        };
        let id = ErrorContextId(self.error_contexts.add(ErrorContext { debug_message, handles: 1 }));
        let i = self.instance_mut(call.inst).handles.add(Handle::ErrorContext(id))?;
        Ok(result(i.cell()))
    }

    /// Spec: CanonicalABI.md, "`canon error-context.debug-message`", `canon_error_context_debug_message`. Differs: the text
    /// stores without a check; a guest can pass any address, so a bad one traps.
    pub(super) fn error_context_debug_message(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
    ) -> Result<Flow, Box<Fault>> {
        self.trap_if_may_not_leave(call.inst)?;
        let i = call.index(0);
        let id = as_error_context(self.instance(call.inst).handles.get(i, HANDLES)?, i)?;
        let (ptr, inst, options) = (call.args[1], call.inst, call.opts);
        let (alignment, size) = match options.ptr_type {
            PtrType::I32 => (4, 8),
            PtrType::I64 => (8, 16),
        };
        if !ptr.is_multiple_of(alignment) {
            return Err(Trap::with(TrapRule::DebugMessageUnaligned, format!("(result pointer {ptr:#x})")).into());
        }
        let memory = options.memory.expect("validation asks for a memory");
        let length = syntax::convert::to_u64(self.core.memory(memory).data().len());
        if ptr.checked_add(size).is_none_or(|end| end > length) {
            return Err(Trap::with(TrapRule::DebugMessageOutOfBounds, format!("(result pointer {ptr:#x})")).into());
        }
        let message = self.error_context(id).debug_message.clone();
        let mut cx = Context { store: self, env, inst, options, scope: BorrowScope::None };
        cx.with(|cx| canon::store_string(cx, &message, ptr))?;
        Ok(done())
    }

    /// Spec: CanonicalABI.md, "`canon error-context.drop`", `canon_error_context_drop`.
    pub(super) fn error_context_drop(&mut self, call: Call<'_>) -> Result<Flow, Box<Fault>> {
        self.trap_if_may_not_leave(call.inst)?;
        let i = call.index(0);
        let removed = self.instance_mut(call.inst).handles.remove(i, HANDLES)?;
        let id = as_error_context(&removed, i)?;
        self.release_error_context(id);
        Ok(done())
    }

    /// Counts a handle off; the last one frees the error context.
    pub(crate) fn release_error_context(&mut self, id: ErrorContextId) {
        let entry = self.error_contexts.get_mut(id.0);
        entry.handles -= 1;
        if entry.handles == 0 {
            self.error_contexts.remove(id.0);
        }
    }
}
