//! Rendezvous of the two ends of a future.
//!
//! Spec: CanonicalABI.md, "Future State" (`SharedFutureImpl`, `ReadableFutureEnd`, `WritableFutureEnd`).

use syntax::TrapRule;

use crate::buffer::{Buffer, Place};
use crate::copy_end::{CopyResult, CopyState, Direction};
use crate::id::WaitableId;
use crate::step::{Env, Fault};
use crate::store::Store;
use crate::waitable::PendingEvent;

impl Store {
    /// Copies the value of a future, from or into the buffer of an end.
    ///
    /// Spec: CanonicalABI.md, "Future State", `SharedFutureImpl.read` and `SharedFutureImpl.write`.
    pub(crate) fn future_rendezvous(&mut self, env: &mut Env<'_, '_>, id: WaitableId) -> Result<(), Box<Fault>> {
        let end = self.waitable(id).end();
        let (shared, direction) = (end.shared, end.kind.direction);
        assert!(self.remain(id) == 1, "a future's buffer holds one value");
        self.touch_shared(shared);
        let entry = self.shared(shared);
        if entry.dropped {
            assert!(direction == Direction::Writable, "a writable end is dropped only when it is done");
            self.set_pending_event(id, PendingEvent::Future { result: CopyResult::Dropped });
            return Ok(());
        }
        let Some(pending) = entry.pending else {
            self.shared_mut(shared).pending = Some(id);
            return Ok(());
        };
        self.trap_if_same_instance(id, pending, TrapRule::FutureCopySameInstance)?;
        if self.is_locked(pending) {
            return Ok(());
        }
        match direction {
            Direction::Readable => self.copy_elements(env, pending, id, 1)?,
            Direction::Writable => self.copy_elements(env, id, pending, 1)?,
        }
        self.reset_and_notify_pending(shared, CopyResult::Completed);
        self.set_pending_event(id, PendingEvent::Future { result: CopyResult::Completed });
        Ok(())
    }

    /// What a future's end tells when its event is delivered. Spec: the closure `future_event` in `future_copy`.
    pub(crate) fn future_event(&mut self, id: WaitableId, result: CopyResult) -> u32 {
        let end = self.waitable_mut(id).end_mut();
        assert!(end.copying(), "only a copy ends");
        end.state = match result {
            CopyResult::Dropped | CopyResult::Completed => CopyState::Done,
            CopyResult::Cancelled => CopyState::Idle,
        };
        if !matches!(end.buffer, Some(Buffer { place: Place::Host(_), .. })) {
            end.buffer = None;
        }
        result.number()
    }
}
