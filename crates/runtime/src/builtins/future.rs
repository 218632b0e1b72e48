//! `future.*`.
//!
//! Spec: CanonicalABI.md, "`canon {stream,future}.new`" and the following sections.

use syntax::component::Payload;

use super::Call;
use crate::copy_end::{EndKind, SharedKind};
use crate::step::{Env, Fault, Flow};
use crate::store::Store;

impl Store {
    /// Spec: CanonicalABI.md, "`canon {stream,future}.new`", `canon_future_new`.
    pub(super) fn future_new(&mut self, call: Call<'_>, payload: Payload) -> Result<Flow, Box<Fault>> {
        self.new_shared(call, SharedKind::Future, payload)
    }

    /// Spec: CanonicalABI.md, "`canon future.{read,write}`", `canon_future_read`.
    pub(super) fn future_read(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        p: Payload,
    ) -> Result<Flow, Box<Fault>> {
        self.future_copy(env, call, EndKind::READABLE_FUTURE, p)
    }

    /// Spec: CanonicalABI.md, "`canon future.{read,write}`", `canon_future_write`.
    pub(super) fn future_write(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        p: Payload,
    ) -> Result<Flow, Box<Fault>> {
        self.future_copy(env, call, EndKind::WRITABLE_FUTURE, p)
    }

    /// Spec: CanonicalABI.md, "`canon future.{read,write}`", `future_copy`.
    fn future_copy(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        kind: EndKind,
        payload: Payload,
    ) -> Result<Flow, Box<Fault>> {
        let id = self.copy_checks(env, call, kind, payload)?;
        self.begin_copy(env, call, id, (payload, 1))?;
        self.future_rendezvous(env, id)?;
        Ok(self.end_copy(env, call, id))
    }

    /// Spec: CanonicalABI.md, "`canon {stream,future}.cancel-{read,write}`", `canon_future_cancel_read`.
    pub(super) fn future_cancel_read(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        payload: Payload,
        is_async: bool,
    ) -> Result<Flow, Box<Fault>> {
        self.cancel_copy(env, call, EndKind::READABLE_FUTURE, payload, is_async)
    }

    /// Spec: CanonicalABI.md, "`canon {stream,future}.cancel-{read,write}`", `canon_future_cancel_write`.
    pub(super) fn future_cancel_write(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        payload: Payload,
        is_async: bool,
    ) -> Result<Flow, Box<Fault>> {
        self.cancel_copy(env, call, EndKind::WRITABLE_FUTURE, payload, is_async)
    }

    /// Spec: CanonicalABI.md, "`canon {stream,future}.drop-{readable,writable}`", `canon_future_drop_readable`.
    pub(super) fn future_drop_readable(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        payload: Payload,
    ) -> Result<Flow, Box<Fault>> {
        self.drop_end(env, call, EndKind::READABLE_FUTURE, payload)
    }

    /// Spec: CanonicalABI.md, "`canon {stream,future}.drop-{readable,writable}`", `canon_future_drop_writable`.
    pub(super) fn future_drop_writable(
        &mut self,
        env: &mut Env<'_, '_>,
        call: Call<'_>,
        payload: Payload,
    ) -> Result<Flow, Box<Fault>> {
        self.drop_end(env, call, EndKind::WRITABLE_FUTURE, payload)
    }
}
