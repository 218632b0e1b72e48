//! `stream.*`, and what streams and futures have in common.
//!
//! Spec: CanonicalABI.md, "`canon {stream,future}.new`" and the following sections.

use syntax::component::Payload;
use syntax::revision::Follow;
use syntax::{Trap, TrapRule};

use super::{BLOCKED, Call, done, result};
use crate::buffer::{Buffer, GuestPlace, Place};
use crate::context::{BorrowScope, Context};
use crate::copy_end::{CopyEnd, CopyResult, CopyState, Direction, EndKind, Shared, SharedKind};
use crate::handle::Handle;
use crate::id::WaitableId;
use crate::names::ActorKind;
use crate::step::{Env, Fault, Flow};
use crate::store::Store;
use crate::table::HANDLES;
use crate::waitable::{Owner, PendingEvent, WaitableKind};

impl Store {
    /// Spec: CanonicalABI.md, "`canon {stream,future}.new`", `canon_stream_new`.
    pub(super) fn stream_new(&mut self, call: Call<'_>, payload: Payload) -> Result<Flow, Box<Fault>> {
        self.new_shared(call, SharedKind::Stream, payload)
    }

    /// Makes what two ends share, and the ends, the readable one first.
    pub(super) fn new_shared(
        &mut self,
        call: Call<'_>,
        kind: SharedKind,
        payload: Payload,
    ) -> Result<Flow, Box<Fault>> {
        self.trap_if_may_not_leave(call.inst)?;
        let word = match kind {
            SharedKind::Stream => ActorKind::Stream,
            SharedKind::Future => ActorKind::Future,
        };
        let actor = self.names.create(self.thread(call.thread).actor, word, 0);
        let of = Some(call.inst);
        let shared = Shared::new(kind, payload, of, actor);
        let shared = canon::SharedId(self.shared.add(shared));
        let mut packed = 0;
        for (direction, shift) in [(Direction::Readable, 0), (Direction::Writable, 32)] {
            let end = WaitableKind::End(CopyEnd::new(EndKind { shared: kind, direction }, shared));
            let id = self.add_waitable(end, Owner::Instance(call.inst), actor);
            let index = self.instance_mut(call.inst).handles.add(Handle::Waitable(id))?;
            self.waitable_mut(id).index = Some(index);
            self.attach_end(shared, id, call.inst, payload);
            packed |= index.cell() << shift;
        }
        Ok(result(packed))
    }

    /// Spec: CanonicalABI.md, "`canon stream.{read,write}`", `canon_stream_read`.
    pub(super) fn stream_read(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        p: Payload,
    ) -> Result<Flow, Box<Fault>> {
        self.stream_copy(env, call, EndKind::READABLE_STREAM, p)
    }

    /// Spec: CanonicalABI.md, "`canon stream.{read,write}`", `canon_stream_write`.
    pub(super) fn stream_write(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        p: Payload,
    ) -> Result<Flow, Box<Fault>> {
        self.stream_copy(env, call, EndKind::WRITABLE_STREAM, p)
    }

    /// Spec: CanonicalABI.md, "`canon stream.{read,write}`", `stream_copy`.
    fn stream_copy(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        kind: EndKind,
        payload: Payload,
    ) -> Result<Flow, Box<Fault>> {
        let id = self.copy_checks(env, call, kind, payload)?;
        self.begin_copy(env, call, id, (payload, call.u32(2)))?;
        self.stream_rendezvous(env, id)?;
        Ok(self.end_copy(env, call, id))
    }

    /// The checks that begin a read or write. Spec: the first half of `stream_copy` and `future_copy`.
    pub(super) fn copy_checks(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        kind: EndKind,
        payload: Payload,
    ) -> Result<WaitableId, Box<Fault>> {
        self.trap_if_may_not_leave(call.inst)?;
        if !call.opts.is_async {
            self.trap_if_may_not_block(env, call.thread)?;
        }
        let i = call.index(0);
        let id = self.end_of_kind(self.instance(call.inst).handles.get(i, HANDLES)?, i, kind)?;
        self.trap_if_wrong_payload(env.program, id, call.inst, payload)?;
        match self.waitable(id).end().state {
            CopyState::Idle => {}
            CopyState::Done => return Err(Trap::new(done_rule(kind)).into()),
            CopyState::Copying | CopyState::CancellingCopy => return Err(Trap::new(busy_rule(kind)).into()),
        }
        if self.waitable(id).wset.is_some() && !call.opts.is_async {
            return Err(Trap::new(TrapRule::WaitableSyncInSet).into());
        }
        Ok(id)
    }

    /// Makes the buffer and begins to copy. Spec: CanonicalABI.md, "Buffer State", `BufferGuestImpl.__init__`.
    pub(super) fn begin_copy(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        id: WaitableId,
        (payload, length): (Payload, u32),
    ) -> Result<(), Box<Fault>> {
        let ptr = call.args[1];
        let (inst, options) = (call.inst, call.opts);
        let mut cx = Context { store: self, env, inst, options, scope: BorrowScope::None };
        cx.with(|cx| canon::check_buffer(cx, payload, ptr, u64::from(length)))?;
        let place = Place::Guest(GuestPlace { inst, options, payload, ptr });
        let end = self.waitable_mut(id).end_mut();
        end.buffer = Some(Buffer { place, progress: 0, length });
        end.state = CopyState::Copying;
        Ok(())
    }

    /// Gives the result, or blocks. Spec: the second half of `stream_copy` and `future_copy`.
    pub(super) fn end_copy(&mut self, env: &mut Env<'_, '_>, call: Call<'_>, id: WaitableId) -> Flow {
        if self.waitable(id).has_pending_event() {
            return result(u64::from(self.get_pending_event(env, id).payload));
        }
        if call.opts.is_async {
            return result(BLOCKED);
        }
        self.wait_for_pending_event(env, call.thread, id)
    }

    /// Spec: CanonicalABI.md, "`canon {stream,future}.cancel-{read,write}`", `canon_stream_cancel_read`.
    pub(super) fn stream_cancel_read(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        payload: Payload,
        is_async: bool,
    ) -> Result<Flow, Box<Fault>> {
        self.cancel_copy(env, call, EndKind::READABLE_STREAM, payload, is_async)
    }

    /// Spec: CanonicalABI.md, "`canon {stream,future}.cancel-{read,write}`", `canon_stream_cancel_write`.
    pub(super) fn stream_cancel_write(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        payload: Payload,
        is_async: bool,
    ) -> Result<Flow, Box<Fault>> {
        self.cancel_copy(env, call, EndKind::WRITABLE_STREAM, payload, is_async)
    }

    /// Spec: CanonicalABI.md, "`canon {stream,future}.cancel-{read,write}`", `cancel_copy`. Differs: by the
    /// reference scripts, a copy of a stream that got somewhere before it was cancelled reports CANCELLED.
    #[expect(clippy::too_many_arguments, reason = "the specification's helper has these")]
    pub(super) fn cancel_copy(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        kind: EndKind,
        payload: Payload,
        is_async: bool,
    ) -> Result<Flow, Box<Fault>> {
        self.trap_if_may_not_leave(call.inst)?;
        if !is_async {
            self.trap_if_may_not_block(env, call.thread)?;
        }
        let i = call.index(0);
        let id = self.end_of_kind(self.instance(call.inst).handles.get(i, HANDLES)?, i, kind)?;
        self.trap_if_wrong_payload(env.program, id, call.inst, payload)?;
        match self.waitable(id).end().state {
            CopyState::Copying => {}
            CopyState::CancellingCopy => return Err(Trap::new(TrapRule::CancelCopyTwice).into()),
            CopyState::Idle | CopyState::Done => {
                return Err(Trap::new(match kind.direction {
                    Direction::Readable => TrapRule::CancelCopyNoReadPending,
                    Direction::Writable => TrapRule::CancelCopyNoWritePending,
                })
                .into());
            }
        }
        if self.waitable(id).has_sync_waiter {
            return Err(Trap::new(TrapRule::CancelCopySyncWaiter).into());
        }
        if self.waitable(id).wset.is_some() && !is_async {
            return Err(Trap::new(TrapRule::WaitableSyncInSet).into());
        }
        self.waitable_mut(id).end_mut().state = CopyState::CancellingCopy;
        if env.program.revision.cancel_copy == Follow::Scripts
            && let Some(PendingEvent::Stream { result: result @ CopyResult::Completed, .. }) =
                &mut self.waitable_mut(id).pending_event
        {
            *result = CopyResult::Cancelled;
        }
        if !self.waitable(id).has_pending_event() {
            self.shared_cancel(id);
            if !self.waitable(id).has_pending_event() {
                return Ok(if is_async { result(BLOCKED) } else { self.wait_for_pending_event(env, call.thread, id) });
            }
        }
        let event = self.get_pending_event(env, id);
        assert!(!self.waitable(id).end().copying(), "a delivered event ends the copy");
        Ok(result(u64::from(event.payload)))
    }

    /// Spec: CanonicalABI.md, "Stream State", `SharedStreamImpl.cancel`; the host's own `cancel` may end
    /// the copy later. An end whose peer was locked by a trap is pending nowhere and stays so.
    fn shared_cancel(&mut self, id: WaitableId) {
        let shared = self.waitable(id).end().shared;
        self.touch_shared(shared);
        let entry = self.shared(shared);
        if entry.pending == Some(id) && !entry.cancels_later {
            self.reset_and_notify_pending(shared, CopyResult::Cancelled);
        }
    }

    /// Spec: CanonicalABI.md, "`canon {stream,future}.drop-{readable,writable}`", `canon_stream_drop_readable`.
    pub(super) fn stream_drop_readable(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        payload: Payload,
    ) -> Result<Flow, Box<Fault>> {
        self.drop_end(env, call, EndKind::READABLE_STREAM, payload)
    }

    /// Spec: CanonicalABI.md, "`canon {stream,future}.drop-{readable,writable}`", `canon_stream_drop_writable`.
    pub(super) fn stream_drop_writable(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        payload: Payload,
    ) -> Result<Flow, Box<Fault>> {
        self.drop_end(env, call, EndKind::WRITABLE_STREAM, payload)
    }

    /// Spec: CanonicalABI.md, "`canon {stream,future}.drop-{readable,writable}`", `drop`.
    pub(super) fn drop_end(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        kind: EndKind,
        payload: Payload,
    ) -> Result<Flow, Box<Fault>> {
        self.trap_if_may_not_leave(call.inst)?;
        let i = call.index(0);
        let removed = self.instance_mut(call.inst).handles.remove(i, HANDLES)?;
        let id = self.end_of_kind(&removed, i, kind)?;
        self.trap_if_wrong_payload(env.program, id, call.inst, payload)?;
        self.copy_end_drop(id)?;
        Ok(done())
    }

    /// Spec: CanonicalABI.md, "Stream State", `CopyEnd.drop`; "Future State", `WritableFutureEnd.drop`.
    pub(crate) fn copy_end_drop(&mut self, id: WaitableId) -> Result<(), Trap> {
        let end = self.waitable(id).end();
        let (shared, kind) = (end.shared, end.kind);
        if kind == EndKind::WRITABLE_FUTURE && end.state != CopyState::Done {
            return Err(Trap::new(TrapRule::FutureDropNotWritten));
        }
        if end.copying() {
            return Err(Trap::new(match (kind.shared, kind.direction) {
                (SharedKind::Stream, Direction::Readable) => TrapRule::StreamDropReadableBusy,
                (SharedKind::Stream, Direction::Writable) => TrapRule::StreamDropWritableBusy,
                (SharedKind::Future, _) => TrapRule::FutureDropReadableBusy,
            }));
        }
        self.shared_drop(shared);
        self.drop_waitable(id);
        let entry = self.shared_mut(shared);
        entry.drops += 1;
        if entry.drops == 2 {
            self.shared.remove(shared.0);
        }
        Ok(())
    }
}

/// The rule for a copy on an end that is done.
fn done_rule(kind: EndKind) -> TrapRule {
    match (kind.shared, kind.direction) {
        (SharedKind::Stream, Direction::Readable) => TrapRule::StreamCopyReadDone,
        (SharedKind::Stream, Direction::Writable) => TrapRule::StreamCopyWriteDone,
        (SharedKind::Future, Direction::Readable) => TrapRule::FutureCopyReadDone,
        (SharedKind::Future, Direction::Writable) => TrapRule::FutureCopyWriteDone,
    }
}

/// The rule for a copy on an end that copies already.
fn busy_rule(kind: EndKind) -> TrapRule {
    match (kind.shared, kind.direction) {
        (SharedKind::Stream, Direction::Readable) => TrapRule::StreamCopyReadBusy,
        (SharedKind::Stream, Direction::Writable) => TrapRule::StreamCopyWriteBusy,
        (SharedKind::Future, Direction::Readable) => TrapRule::FutureCopyReadBusy,
        (SharedKind::Future, Direction::Writable) => TrapRule::FutureCopyWriteBusy,
    }
}
