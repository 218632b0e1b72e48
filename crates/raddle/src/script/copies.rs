//! Streams and futures of a scripted host: those that it hands out and writes, and those that it gets and reads.
//!
//! Spec: Concurrency.md, "Nondeterminism", on reads and writes on streams passed to and from the host: how much is copied, when
//! the host gets to it, and whether it drops its end before, are choices where the script leaves them open.

use std::sync::Arc;

use canon::{SharedId, Value};
use choice::{ActorId, Alternative, ChoiceKind, state_hash};
use runtime::Store;
use runtime::buffer::Buffer;
use runtime::copy_end::{CopyResult, SharedKind};
use runtime::host::HostCopy;
use runtime::id::WaitableId;
use runtime::step::{Env, Failure};
use syntax::component::Payload;
use syntax::convert::{to_u32, to_usize};
use syntax::types::{DefinedType, Types, ValType};

use super::host::{Event, Scripted, Wanted};
use super::rules::StreamRule;
use super::{Copies, Drops, Pieces};
use crate::convert::to_val;
use crate::hosts::Imports;

/// A stream that the host writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    end: WaitableId,
    /// The number of its rule.
    rule: u32,
    /// How many elements were copied.
    at: u32,
}
state_hash!(struct Source { end, rule, at });

/// A stream or future that the host reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sink {
    end: WaitableId,
    is_future: bool,
    /// The function and the parameter that it came with.
    rule: u32,
    param: u32,
    payload: Payload,
}
state_hash!(struct Sink { end, is_future, rule, param } skip { payload });

/// The most lengths that are offered where any is right.
const MOST_LENGTHS: usize = 4;

/// What can be chosen where at most so many elements are copied: as many first.
fn lengths(pieces: Pieces, most: u32) -> Vec<Alternative> {
    let mut lengths = vec![Alternative::Word("full")];
    if pieces == Pieces::Any {
        let shorter = (1..most).rev().take(MOST_LENGTHS);
        lengths.extend(shorter.map(|length| Alternative::Number(u64::from(length))));
    }
    lengths
}

impl<H: Imports> Scripted<H> {
    pub(super) fn owns_end(&self, end: WaitableId) -> bool {
        self.futures.contains(&end)
            || self.sources.iter().any(|source| source.end == end)
            || self.sinks.iter().any(|sink| sink.end == end)
    }

    fn stream_rule(&self, rule: u32) -> &StreamRule {
        &self.rules.streams[to_usize(u64::from(rule))]
    }

    /// A new stream that the host writes; the readable end goes to the guest.
    pub(super) fn new_source(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        rule: u32,
        actor: ActorId,
    ) -> Result<Value, Failure> {
        let payload = self.stream_rule(rule).payload;
        let (shared, end) = store.host_new(SharedKind::Stream, payload, actor);
        self.sources.push(Source { end, rule, at: 0 });
        self.write_source(store, env, end)?;
        Ok(Value::Stream(shared))
    }

    /// Writes the next piece, now or later.
    fn write_source(&mut self, store: &mut Store, env: &mut Env<'_, '_>, end: WaitableId) -> Result<(), Failure> {
        let actor = store.waitable(end).actor;
        let when = self.stream_rule(self.sources[self.source(end)].rule).copies.when;
        if !store.host_peer_dropped(end) && Self::is_later(store, env, (actor, "host write"), when) {
            self.events.push(Event { wanted: Wanted::Write { end }, actor });
            return Ok(());
        }
        self.write_now(store, env, end)
    }

    fn source(&self, end: WaitableId) -> usize {
        self.sources.iter().position(|source| source.end == end).expect("a source is there until its end is dropped")
    }

    /// Writes the next piece, or drops the end when there is none.
    pub(super) fn write_now(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        end: WaitableId,
    ) -> Result<(), Failure> {
        let position = self.source(end);
        let Source { rule, at, .. } = self.sources[position];
        let StreamRule { copies, count, .. } = *self.stream_rule(rule);
        let left = count - at;
        if store.host_peer_dropped(end) || (left == 0 && copies.drops != Drops::Never) {
            self.sources.remove(position);
            store.host_drop_end(end);
            return Ok(());
        }
        if left == 0 {
            // The stream stays open; `notice_drops` looks whether the other end does.
            return Ok(());
        }
        let actor = store.waitable(end).actor;
        if Self::drops_early(store, env, actor, copies) {
            self.sources.remove(position);
            store.host_drop_end(end);
            return Ok(());
        }
        let most = if let Pieces::Most(most) = copies.pieces { left.min(most) } else { left };
        let length = Self::length(store, env, (actor, "host write"), (copies.pieces, most));
        let rules = Arc::clone(&self.rules);
        let elements = &rules.streams[to_usize(u64::from(rule))].elements;
        let range = to_usize(u64::from(at))..to_usize(u64::from(at + length));
        let piece = if let Value::Numbers(numbers) = elements {
            Value::Numbers(numbers.slice(range))
        } else if let Value::List(values) = elements {
            Value::List(values.get(range).unwrap_or_default().to_vec())
        } else {
            panic!("elements are a list, not {elements:?}")
        };
        store.host_write(env, end, piece, length)
    }

    /// Makes an event for each stream that stays open and whose other end is gone.
    pub(super) fn notice_drops(&mut self, store: &Store) {
        let rules = Arc::clone(&self.rules);
        for Source { end, rule, at } in &self.sources {
            let wanted = Wanted::Write { end: *end };
            let is_idle = *at == rules.streams[to_usize(u64::from(*rule))].count;
            if is_idle && store.host_peer_dropped(*end) && !self.events.iter().any(|event| event.wanted == wanted) {
                self.events.push(Event { wanted, actor: store.waitable(*end).actor });
            }
        }
    }

    fn drops_early(store: &mut Store, env: &mut Env<'_, '_>, actor: ActorId, copies: Copies) -> bool {
        let words = [Alternative::Word("no"), Alternative::Word("drop")];
        copies.drops == Drops::Any
            && Self::choose(store, env, (ChoiceKind::HostDropEnd, actor, "host end"), &words) == 1
    }

    fn length(
        store: &mut Store,
        env: &mut Env<'_, '_>,
        (actor, operation): (ActorId, &'static str),
        (pieces, most): (Pieces, u32),
    ) -> u32 {
        let offered = lengths(pieces, most);
        let picked = Self::choose(store, env, (ChoiceKind::HostCopyLength, actor, operation), &offered);
        most - to_u32(picked)
    }

    /// A new future; its value is written now or later.
    pub(super) fn new_future(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        rule: u32,
        actor: ActorId,
    ) -> Result<Value, Failure> {
        let (payload, when) = {
            let rule = &self.rules.futures[to_usize(u64::from(rule))];
            (rule.payload, rule.when)
        };
        let (shared, end) = store.host_new(SharedKind::Future, payload, actor);
        self.futures.push(end);
        let of = store.waitable(end).actor;
        if Self::is_later(store, env, (of, "host write"), when) {
            self.events.push(Event { wanted: Wanted::Fulfil { end, rule }, actor: of });
        } else {
            self.fulfil(store, env, end, rule)?;
        }
        Ok(Value::Future(shared))
    }

    /// Writes the value of a future, unless nobody can read it any more.
    pub(super) fn fulfil(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        end: WaitableId,
        rule: u32,
    ) -> Result<(), Failure> {
        if store.host_peer_dropped(end) {
            self.futures.retain(|future| *future != end);
            store.host_drop_end(end);
            return Ok(());
        }
        let value = self.rules.futures[to_usize(u64::from(rule))].value.clone();
        store.host_write(env, end, value, 1)
    }

    /// Takes the streams and futures among arguments, and begins to read them.
    pub(super) fn take_args(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        (rule, args): (u32, &[Value]),
        actor: ActorId,
    ) -> Result<(), Failure> {
        let types = &env.program.definitions.types;
        let ty = self.rules.funcs[to_usize(u64::from(rule))].ty;
        let mut found = Vec::new();
        for (param, (arg, (_, ty))) in args.iter().zip(&types.func(ty).params).enumerate() {
            shared_in(types, arg, *ty, &mut |shared, is_future, payload| {
                found.push((to_u32(param), shared, is_future, payload));
            });
        }
        for (param, shared, is_future, payload) in found {
            let end = store.host_take(shared);
            self.sinks.push(Sink { end, is_future, rule, param, payload });
            self.read_sink(store, env, end, actor)?;
        }
        Ok(())
    }

    fn sink(&self, end: WaitableId) -> usize {
        self.sinks.iter().position(|sink| sink.end == end).expect("a sink is there until its end is dropped")
    }

    fn copies_of(&self, sink: &Sink) -> Copies {
        self.rules.funcs[to_usize(u64::from(sink.rule))].reads[to_usize(u64::from(sink.param))]
    }

    /// Reads the next piece, now or later.
    fn read_sink(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        end: WaitableId,
        actor: ActorId,
    ) -> Result<(), Failure> {
        let when = self.copies_of(&self.sinks[self.sink(end)]).when;
        let of = store.waitable(end).actor;
        if Self::is_later(store, env, (of, "host read"), when) {
            self.events.push(Event { wanted: Wanted::Read { end }, actor });
            return Ok(());
        }
        self.read_now(store, env, end)
    }

    /// Reads the next piece, or drops the end.
    pub(super) fn read_now(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        end: WaitableId,
    ) -> Result<(), Failure> {
        let position = self.sink(end);
        let sink = &self.sinks[position];
        let (copies, is_future) = (self.copies_of(sink), sink.is_future);
        let actor = store.waitable(end).actor;
        if Self::drops_early(store, env, actor, copies) {
            self.sinks.remove(position);
            store.host_drop_end(end);
            return Ok(());
        }
        if is_future {
            return store.host_read(env, end, 1);
        }
        let most = match copies.pieces {
            Pieces::All => Buffer::MAX_LENGTH,
            Pieces::Most(most) => most.min(Buffer::MAX_LENGTH),
            // How much there is to read is not known: as much as fits, or one.
            Pieces::Any => {
                let words = [Alternative::Word("full"), Alternative::Number(1)];
                let at = (ChoiceKind::HostCopyLength, actor, "host read");
                if Self::choose(store, env, at, &words) == 0 { Buffer::MAX_LENGTH } else { 1 }
            }
        };
        store.host_read(env, end, most)
    }

    /// A copy on an end of the script ended.
    pub(super) fn end_copied(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        end: WaitableId,
    ) -> Result<(), Failure> {
        let Some(copy) = store.take_host_copy(end) else { return Ok(()) };
        if self.futures.contains(&end) {
            self.futures.retain(|future| *future != end);
            store.host_drop_end(end);
            return Ok(());
        }
        if let Some(position) = self.sources.iter().position(|source| source.end == end) {
            self.sources[position].at += copy.count;
            if copy.result == CopyResult::Dropped {
                self.sources.remove(position);
                store.host_drop_end(end);
                return Ok(());
            }
            return self.write_source(store, env, end);
        }
        self.sink_copied(store, env, end, &copy)
    }

    fn sink_copied(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        end: WaitableId,
        copy: &HostCopy,
    ) -> Result<(), Failure> {
        let position = self.sink(end);
        let Sink { rule, param, is_future, payload, .. } = self.sinks[position];
        self.keep(env, (rule, param), payload, copy);
        if is_future || copy.result == CopyResult::Dropped {
            self.sinks.remove(position);
            store.host_drop_end(end);
            return Ok(());
        }
        let actor = store.waitable(end).actor;
        self.read_sink(store, env, end, actor)
    }

    /// Keeps what was read: bytes as they are, all else in WAVE, with a space after each element.
    fn keep(&mut self, env: &Env<'_, '_>, (rule, param): (u32, u32), payload: Payload, copy: &HostCopy) {
        let types = &env.program.definitions.types;
        let of = &self.rules.funcs[to_usize(u64::from(rule))];
        let name = format!("{}.{}", of.name, types.func(of.ty).params[to_usize(u64::from(param))].0);
        let mut bytes = Vec::new();
        match (payload, &copy.values) {
            (Some(ValType::U8), Some(Value::Numbers(numbers))) => bytes.extend_from_slice(numbers.bytes()),
            (Some(ty), Some(Value::Numbers(numbers))) => {
                numbers.iter().for_each(|value| bytes.extend(format!("{} ", to_val(types, &value, ty)).bytes()));
            }
            (Some(ty), Some(Value::List(values))) => {
                for value in values {
                    bytes.extend(format!("{} ", to_val(types, value, ty)).bytes());
                }
            }
            (None, _) => bytes.extend("() ".repeat(to_usize(u64::from(copy.count))).bytes()),
            (Some(_), Some(other)) => panic!("what was read is a list, not {other:?}"),
            (Some(_), None) => {}
        }
        match self.read.iter_mut().find(|(known, _)| *known == name) {
            Some((_, kept)) => kept.extend(bytes),
            None => self.read.push((name, bytes)),
        }
    }
}

/// Finds the streams and futures in a value.
fn shared_in(types: &Types, value: &Value, ty: ValType, found: &mut dyn FnMut(SharedId, bool, Payload)) {
    let ValType::Defined(id) = ty else { return };
    match (value, types.defined(id)) {
        (Value::Stream(shared), DefinedType::Stream(payload)) => found(*shared, false, *payload),
        (Value::Future(shared), DefinedType::Future(payload)) => found(*shared, true, *payload),
        (Value::Record(values), DefinedType::Record(fields)) => {
            values.iter().zip(fields).for_each(|(value, field)| shared_in(types, value, field.ty, found));
        }
        (Value::Record(values), DefinedType::Tuple(tys)) => {
            values.iter().zip(tys).for_each(|(value, ty)| shared_in(types, value, *ty, found));
        }
        (Value::List(values), DefinedType::List(ty) | DefinedType::FixedList(ty, _)) => {
            for value in values {
                shared_in(types, value, *ty, found);
            }
        }
        (Value::Variant(case, Some(payload)), DefinedType::Variant(cases)) => {
            if let Some(ty) = cases.get(to_usize(u64::from(*case))).and_then(|case| case.ty) {
                shared_in(types, payload, ty, found);
            }
        }
        (Value::Variant(0, Some(payload)), DefinedType::Result { ok: Some(ty), .. })
        | (Value::Variant(1, Some(payload)), DefinedType::Result { err: Some(ty), .. } | DefinedType::Option(ty)) => {
            shared_in(types, payload, *ty, found);
        }
        (_, _) => {}
    }
}
