//! Rendezvous of the two ends of a stream, and what both streams and futures do with their ends.
//!
//! Spec: CanonicalABI.md, "Stream State" (`SharedStreamImpl`, `CopyEnd`), "Buffer State".

use canon::{SharedId, Value};
use syntax::convert::{to_u64, to_usize};
use syntax::types::ValType;
use syntax::{Trap, TrapRule};

use crate::buffer::{Buffer, GuestPlace, Place};
use crate::context::{BorrowScope, Context};
use crate::copy_end::{CopyResult, CopyState, Direction, EndKind, SharedKind};
use crate::id::WaitableId;
use crate::step::{Env, Fault};
use crate::store::Store;
use crate::trace::TraceEvent;
use crate::waitable::{Owner, PendingEvent};

/// Position of an end in `Shared.ends`.
pub const fn side(direction: Direction) -> usize {
    match direction {
        Direction::Readable => 0,
        Direction::Writable => 1,
    }
}

/// The rule that a handle breaks which is no end of a class.
pub const fn wrong_end(kind: EndKind) -> TrapRule {
    match (kind.shared, kind.direction) {
        (SharedKind::Stream, Direction::Readable) => TrapRule::StreamEndNotReadable,
        (SharedKind::Stream, Direction::Writable) => TrapRule::StreamEndNotWritable,
        (SharedKind::Future, Direction::Readable) => TrapRule::FutureEndNotReadable,
        (SharedKind::Future, Direction::Writable) => TrapRule::FutureEndNotWritable,
    }
}

/// Spec: CanonicalABI.md, "Stream State", `none_or_number_type`.
fn none_or_number_type(payload: Option<ValType>) -> bool {
    payload.is_none_or(ValType::is_number)
}

impl Store {
    /// How many elements an end's buffer still has values or room for.
    pub(crate) fn remain(&self, id: WaitableId) -> u32 {
        self.end_buffer(id).remain()
    }

    fn end_buffer(&self, id: WaitableId) -> &Buffer {
        self.waitable(id).end().buffer.as_ref().expect("an end that copies has a buffer")
    }

    /// Traps when both ends of a rendezvous belong to one instance and the payload is not a number.
    pub(crate) fn trap_if_same_instance(&self, a: WaitableId, b: WaitableId, rule: TrapRule) -> Result<(), Trap> {
        let same = match (self.waitable(a).owner, self.waitable(b).owner) {
            (Owner::Instance(a), Owner::Instance(b)) => a == b,
            (Owner::Host, _) | (_, Owner::Host) => false,
        };
        let payload = self.shared(self.waitable(a).end().shared).payload;
        if same && !none_or_number_type(payload) { Err(Trap::new(rule)) } else { Ok(()) }
    }

    /// Whether the instance that holds an end was locked by a trap: its buffers are never touched again.
    pub(crate) fn is_locked(&self, id: WaitableId) -> bool {
        match self.waitable(id).owner {
            Owner::Instance(inst) => self.instance(inst).locked,
            Owner::Host => false,
        }
    }

    /// Spec: CanonicalABI.md, "Stream State", `SharedStreamImpl.reset_and_notify_pending`.
    pub(crate) fn reset_and_notify_pending(&mut self, shared: SharedId, result: CopyResult) {
        let entry = self.shared_mut(shared);
        let kind = entry.kind;
        let pending = entry.pending.take().expect("a buffer is pending");
        if self.is_locked(pending) {
            return;
        }
        self.set_pending_event(
            pending,
            match kind {
                SharedKind::Stream => PendingEvent::Stream { result, reclaim: false },
                SharedKind::Future => PendingEvent::Future { result },
            },
        );
    }

    /// Spec: CanonicalABI.md, "Stream State", `SharedStreamImpl.drop`; "Future State", `SharedFutureImpl.drop`. Differs: the
    /// text asserts that the pending end of a future reads; when a pending write loses its reader it ends as DROPPED.
    pub(crate) fn shared_drop(&mut self, shared: SharedId) {
        let entry = self.shared_mut(shared);
        if !entry.dropped {
            entry.dropped = true;
            if entry.pending.is_some() {
                self.reset_and_notify_pending(shared, CopyResult::Dropped);
            }
        }
    }

    /// Copies through a stream, from or into the buffer of an end.
    ///
    /// Spec: CanonicalABI.md, "Stream State", `SharedStreamImpl.read` and `SharedStreamImpl.write`, which differ in the
    /// direction and in what two buffers of zero length do.
    pub(crate) fn stream_rendezvous(&mut self, env: &mut Env<'_, '_>, id: WaitableId) -> Result<(), Box<Fault>> {
        let end = self.waitable(id).end();
        let (shared, direction) = (end.shared, end.kind.direction);
        self.touch_shared(shared);
        let entry = self.shared(shared);
        if entry.dropped {
            self.set_pending_event(id, PendingEvent::Stream { result: CopyResult::Dropped, reclaim: false });
            return Ok(());
        }
        let Some(pending) = entry.pending else {
            self.shared_mut(shared).pending = Some(id);
            return Ok(());
        };
        self.trap_if_same_instance(id, pending, TrapRule::StreamCopySameInstance)?;
        if self.is_locked(pending) {
            return Ok(());
        }
        if self.remain(pending) > 0 {
            if self.remain(id) > 0 {
                let count = self.remain(id).min(self.remain(pending));
                match direction {
                    Direction::Readable => self.copy_elements(env, pending, id, count)?,
                    Direction::Writable => self.copy_elements(env, id, pending, count)?,
                }
                self.set_pending_event(pending, PendingEvent::Stream { result: CopyResult::Completed, reclaim: true });
            }
            self.set_pending_event(id, PendingEvent::Stream { result: CopyResult::Completed, reclaim: false });
        } else if direction == Direction::Writable
            && self.end_buffer(id).is_zero_length()
            && self.end_buffer(pending).is_zero_length()
        {
            self.set_pending_event(id, PendingEvent::Stream { result: CopyResult::Completed, reclaim: false });
        } else {
            self.reset_and_notify_pending(shared, CopyResult::Completed);
            self.shared_mut(shared).pending = Some(id);
        }
        Ok(())
    }

    /// What a stream's end tells when its event is delivered. Spec: the closure `stream_event` in `stream_copy`.
    pub(crate) fn stream_event(&mut self, id: WaitableId, result: CopyResult, reclaim: bool) -> u32 {
        if reclaim {
            let shared = self.waitable(id).end().shared;
            self.shared_mut(shared).pending = None;
        }
        let end = self.waitable_mut(id).end_mut();
        assert!(end.copying(), "only a copy ends");
        end.state = if result == CopyResult::Dropped { CopyState::Done } else { CopyState::Idle };
        let keeps_buffer = matches!(end.buffer, Some(Buffer { place: Place::Host(_), .. }));
        let progress = end.buffer.as_ref().expect("a copy has a buffer").progress;
        if !keeps_buffer {
            end.buffer = None;
        }
        result.number() | (progress << 4)
    }

    /// Moves elements from one end's buffer to another's. Spec: `dst_buffer.write(src_buffer.read(n))`.
    pub(crate) fn copy_elements(
        &mut self,
        env: &mut Env<'_, '_>,
        from: WaitableId,
        to: WaitableId,
        count: u32,
    ) -> Result<(), Box<Fault>> {
        env.trace(self, || TraceEvent::Copy { from, to, count });
        self.notes.progress = true;
        let payload = self.shared(self.waitable(from).end().shared).payload;
        if payload.is_some() {
            let moved = self.copy_block(env, from, to, count);
            if !moved {
                let values = self.read_elements(env, from, count)?;
                self.write_elements(env, to, count, values)?;
            }
        }
        self.advance(env, from, count);
        self.advance(env, to, count);
        Ok(())
    }

    /// Copies plain bytes from memory to memory, when elements need no lifting.
    fn copy_block(&mut self, env: &Env<'_, '_>, from: WaitableId, to: WaitableId, count: u32) -> bool {
        let (Place::Guest(src), Place::Guest(dst)) = (&self.end_buffer(from).place, &self.end_buffer(to).place) else {
            return false;
        };
        let size = src.payload.and_then(|payload| env.program.types.block_size(payload));
        let (Some(size), Some(src_memory), Some(dst_memory)) = (size, src.options.memory, dst.options.memory) else {
            return false;
        };
        let length_bytes = size * u64::from(count);
        let (src_ptr, dst_ptr) = (to_usize(src.ptr), to_usize(dst.ptr));
        let length = to_usize(length_bytes);
        let (from_memory, to_memory) = self.core.memory_pair(src_memory, dst_memory);
        if let Some(from_memory) = from_memory {
            let bytes = &from_memory.data()[src_ptr..src_ptr + length];
            to_memory.slice_mut(dst_ptr..dst_ptr + length).copy_from_slice(bytes);
        } else {
            let bytes = to_memory.data()[src_ptr..src_ptr + length].to_vec();
            to_memory.slice_mut(dst_ptr..dst_ptr + length).copy_from_slice(&bytes);
        }
        self.fuel = self.fuel.saturating_sub(length_bytes.div_ceil(64));
        true
    }

    /// Spec: CanonicalABI.md, "Buffer State", `ReadableBufferGuestImpl.read`, but for the progress.
    fn read_elements(&mut self, env: &mut Env<'_, '_>, id: WaitableId, count: u32) -> Result<Value, Box<Fault>> {
        let buffer = self.end_buffer(id);
        let progress = to_usize(u64::from(buffer.progress));
        let count = to_usize(u64::from(count));
        let place: GuestPlace = match &buffer.place {
            Place::Host(Value::Numbers(numbers)) => {
                return Ok(Value::Numbers(numbers.slice(progress..progress + count)));
            }
            Place::Host(Value::List(values)) => return Ok(Value::List(values[progress..progress + count].to_vec())),
            Place::Host(other) => panic!("the host writes a list, not {other:?}"),
            Place::Guest(place) => place.clone(),
        };
        let ty = place.payload.expect("elements without a type are not read");
        let (inst, options) = (place.inst, place.options);
        let mut cx = Context { store: self, env, inst, options, scope: BorrowScope::None };
        cx.with(|cx| canon::load_list_from_valid_range(cx, place.ptr, to_u64(count), ty))
    }

    /// Spec: CanonicalABI.md, "Buffer State", `WritableBufferGuestImpl.write`, but for the progress.
    fn write_elements(
        &mut self,
        env: &mut Env<'_, '_>,
        id: WaitableId,
        _count: u32,
        values: Value,
    ) -> Result<(), Box<Fault>> {
        let end = self.waitable_mut(id).end_mut();
        let buffer = end.buffer.as_mut().expect("an end that copies has a buffer");
        let place: GuestPlace = match &mut buffer.place {
            Place::Host(received) => {
                append(received, values);
                return Ok(());
            }
            Place::Guest(place) => place.clone(),
        };
        let ty = place.payload.expect("elements without a type are not written");
        let (inst, options) = (place.inst, place.options);
        let mut cx = Context { store: self, env, inst, options, scope: BorrowScope::None };
        cx.with(|cx| canon::store_list_into_valid_range(cx, &values, place.ptr, ty))
    }

    fn advance(&mut self, env: &Env<'_, '_>, id: WaitableId, count: u32) {
        let buffer = self.waitable_mut(id).end_mut().buffer.as_mut().expect("an end that copies has a buffer");
        buffer.progress += count;
        if let Place::Guest(place) = &mut buffer.place
            && let Some(ty) = place.payload
        {
            place.ptr += u64::from(count) * env.program.types.elem_size(ty, place.options.ptr_type);
        }
    }
}

/// Adds elements to those that the host received.
fn append(received: &mut Value, values: Value) {
    match (received, values) {
        (Value::List(all), Value::List(more)) => all.extend(more),
        (received @ Value::List(_), numbers @ Value::Numbers(_)) => {
            if let Value::List(all) = received {
                assert!(all.is_empty(), "a stream's elements have one type");
            }
            *received = numbers;
        }
        (Value::Numbers(all), Value::Numbers(more)) => more.iter().for_each(|value| all.push(&value)),
        (received, values) => panic!("elements {values:?} do not go with {received:?}"),
    }
}
