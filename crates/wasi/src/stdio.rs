//! Standard streams of WASI 0.3: a stream that a guest hands over is read to its end, and stdin is written into a stream that
//! a guest takes; a future says how it went.
//!
//! Spec: WASI 0.3, `wasi:cli/stdin`, `stdout`, `stderr`; Concurrency.md, "Nondeterminism", on reads and writes on streams
//! passed to and from the host: how much is copied, and when the host gets to it, are choices.

use canon::{SharedId, Value};
use choice::{ActorId, Alternative, ChoiceKind};
use runtime::Store;
use runtime::buffer::Buffer;
use runtime::copy_end::{CopyResult, SharedKind};
use runtime::host::{HostAnswer, HostCopy};
use runtime::id::WaitableId;
use runtime::step::{Env, Failure};
use syntax::component::Payload;
use syntax::convert::{to_u32, to_usize};
use syntax::types::{DefinedType, ValType};

use crate::host::{Call, Request, StdinEnd, Wanted, WasiHost, anchor, bytes_value, says};
use crate::outside::{Asked, Output, Outside, WriteError, in_words};

/// A guest's stream that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sink {
    /// The readable end.
    pub(crate) end: WaitableId,
    /// The writable end of the future for the result.
    pub(crate) result: WaitableId,
    /// Where the bytes go.
    pub(crate) to: Output,
    /// How many writes there were.
    pub(crate) writes: u32,
}
choice::state_hash!(struct Sink { end, result, to } skip { writes });

/// A stream for a guest that stdin is written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// The writable end.
    pub(crate) end: WaitableId,
    /// The writable end of the future for the result.
    pub(crate) result: WaitableId,
    /// What is being written. Nothing: the end waits for its reader.
    pub(crate) chunk: Vec<u8>,
}
choice::state_hash!(struct Source { end, result, chunk });

/// How a stream ended, as guests see it: `result<_, error-code>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Ok,
    Io,
    Pipe,
}

impl Outcome {
    fn value(self) -> Value {
        match self {
            Self::Ok => Value::Variant(0, None),
            Self::Io => Value::Variant(1, Some(Box::new(Value::Variant(0, None)))),
            Self::Pipe => Value::Variant(1, Some(Box::new(Value::Variant(2, None)))),
        }
    }
}

/// Whether the host may put off what it is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begin {
    /// Now.
    Now,
    /// Now, or by an event of its own.
    NowOrLater,
}

/// What can be chosen where a host end copies.
const LENGTHS: [Alternative; 3] = [Alternative::Word("full"), Alternative::Number(1), Alternative::Word("later")];

impl Begin {
    fn lengths(self) -> &'static [Alternative] {
        match self {
            Self::Now => &LENGTHS[..2],
            Self::NowOrLater => &LENGTHS,
        }
    }
}

/// The payload of the future that a function's result is or ends with.
fn result_payload(env: &Env<'_, '_>, call: Call) -> Payload {
    let types = &env.program.definitions.types;
    let mut ty = types.func(call.ty).result;
    while let Some(ValType::Defined(id)) = ty {
        if let DefinedType::Future(payload) = types.defined(id) {
            return *payload;
        }
        let DefinedType::Tuple(items) = types.defined(id) else { break };
        ty = items.last().copied();
    }
    panic!("signatures were compared: the result is a future, or ends with one")
}

impl<O: Outside> WasiHost<O> {
    /// `write-via-stream` of stdout and stderr.
    pub(crate) fn write_via_stream(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        call: Call,
        (stream, to): (SharedId, Output),
    ) -> Result<HostAnswer, Failure> {
        let end = store.host_take(stream);
        let (future, result) = store.host_new(SharedKind::Future, result_payload(env, call), call.actor);
        self.sinks.push(Sink { end, result, to, writes: 0 });
        self.read_sink(store, env, (end, call.actor), Begin::NowOrLater)?;
        Ok(HostAnswer::Return(vec![Value::Future(future)]))
    }

    /// Reads a guest's stream.
    pub(crate) fn read_sink(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        (end, actor): (WaitableId, ActorId),
        begin: Begin,
    ) -> Result<(), Failure> {
        let at = (ChoiceKind::HostCopyLength, store.waitable(end).actor, "host read");
        match Self::choose(store, env, at, begin.lengths()) {
            0 => store.host_read(env, end, Buffer::MAX_LENGTH),
            1 => store.host_read(env, end, 1),
            _ => {
                self.requests.push(Request { wanted: Wanted::Read { end }, since: self.now, actor });
                Ok(())
            }
        }
    }

    /// A read of a guest's stream ended.
    pub(crate) fn sink_copied(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        position: usize,
        copy: HostCopy,
    ) -> Result<(), Failure> {
        let actor = store.waitable(self.sinks[position].end).actor;
        let written = self.write_sink(store, env, (actor, position), copy.values);
        let Sink { end, result, .. } = self.sinks[position];
        let outcome = match written {
            Err(WriteError::Pipe) => Outcome::Pipe,
            Err(WriteError::Other(_)) => Outcome::Io,
            Ok(()) if copy.result == CopyResult::Dropped => Outcome::Ok,
            Ok(()) => return self.read_sink(store, env, (end, actor), Begin::NowOrLater),
        };
        self.sinks.remove(position);
        store.host_drop_end(end);
        self.complete(store, env, result, outcome)
    }

    fn write_sink(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        (actor, position): (ActorId, usize),
        values: Option<Value>,
    ) -> Result<(), WriteError> {
        let Some(Value::Numbers(numbers)) = values else { return Ok(()) };
        let sink = &mut self.sinks[position];
        sink.writes += 1;
        let (to, occurrence) = (sink.to, sink.writes - 1);
        self.write(store, env, (actor, occurrence, to), numbers.bytes())
    }

    /// Writes, unless a write failed before. Says for whom, the how-manieth time, and where to.
    pub(crate) fn write(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        (actor, occurrence, to): (ActorId, u32, Output),
        bytes: &[u8],
    ) -> Result<(), WriteError> {
        if self.closed[to.position()] {
            return Err(WriteError::Pipe);
        }
        says(store, env, |_| format!("{} gets {}", to.name(), in_words(bytes)));
        let words = ["no", "pipe", "io"].map(Alternative::Word);
        let fault = if self.outside.may_fail() {
            Self::choose(store, env, (ChoiceKind::HostFault, actor, "write"), &words)
        } else {
            0
        };
        let written = match fault {
            0 => self.outside.write(&Asked::new(anchor(actor, "write", occurrence), store.names()), to, bytes),
            1 => Err(WriteError::Pipe),
            _ => Err(WriteError::Other("chosen to fail".to_owned())),
        };
        self.closed[to.position()] = written.is_err();
        written
    }

    /// `read-via-stream` of stdin.
    pub(crate) fn read_via_stream(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        call: Call,
    ) -> Result<HostAnswer, Failure> {
        let (stream, end) = store.host_new(SharedKind::Stream, Some(ValType::U8), call.actor);
        let (future, result) = store.host_new(SharedKind::Future, result_payload(env, call), call.actor);
        self.sources.push(Source { end, result, chunk: Vec::new() });
        if O::CHOOSES {
            self.fill_source(store, env, end, Begin::NowOrLater)?;
        } else {
            store.host_write(env, end, bytes_value(Vec::new()), 0)?;
        }
        Ok(HostAnswer::Return(vec![Value::Record(vec![Value::Stream(stream), Value::Future(future)])]))
    }

    /// Writes what there is of stdin to a guest's stream, when there is something.
    pub(crate) fn fill_source(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        end: WaitableId,
        begin: Begin,
    ) -> Result<(), Failure> {
        let actor = store.waitable(end).actor;
        if store.host_peer_dropped(end) {
            return self.end_source(store, env, end, Outcome::Ok);
        }
        if O::CHOOSES {
            self.look_at_stdin(&Asked::new(anchor(actor, "read", 0), store.names()));
        }
        if self.stdin.buffer.is_empty() {
            let outcome = match self.stdin.end {
                Some(StdinEnd::End) => Outcome::Ok,
                Some(StdinEnd::Failed(_)) => Outcome::Io,
                None => {
                    self.requests.push(Request { wanted: Wanted::Fill { end }, since: self.now, actor });
                    return Ok(());
                }
            };
            return self.end_source(store, env, end, outcome);
        }
        let at = (ChoiceKind::HostCopyLength, actor, "host write");
        let length = match Self::choose(store, env, at, begin.lengths()) {
            0 => self.stdin.buffer.len(),
            1 => 1,
            _ => {
                self.requests.push(Request { wanted: Wanted::Fill { end }, since: self.now, actor });
                return Ok(());
            }
        };
        let chunk: Vec<u8> = self.stdin.buffer.drain(..length.min(to_usize(u64::from(Buffer::MAX_LENGTH)))).collect();
        self.source(end).chunk.clone_from(&chunk);
        let count = to_u32(chunk.len());
        store.host_write(env, end, bytes_value(chunk), count)
    }

    fn source(&mut self, end: WaitableId) -> &mut Source {
        self.sources.iter_mut().find(|source| source.end == end).expect("a source is there until its end is dropped")
    }

    /// A write to a guest's stream ended; what was not copied goes back.
    pub(crate) fn source_copied(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        position: usize,
        copy: &HostCopy,
    ) -> Result<(), Failure> {
        let source = &mut self.sources[position];
        let end = source.end;
        let chunk = std::mem::take(&mut source.chunk);
        let rest = &chunk[to_usize(u64::from(copy.count))..];
        self.stdin.buffer.splice(..0, rest.iter().copied());
        if copy.result == CopyResult::Dropped {
            return self.end_source(store, env, end, Outcome::Ok);
        }
        if O::CHOOSES || chunk.is_empty() || self.has_input() {
            return self.fill_source(store, env, end, Begin::NowOrLater);
        }
        store.host_write(env, end, bytes_value(Vec::new()), 0)
    }

    fn end_source(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        end: WaitableId,
        outcome: Outcome,
    ) -> Result<(), Failure> {
        let position = self.sources.iter().position(|source| source.end == end);
        let source = self.sources.remove(position.expect("a source is there until its end is dropped"));
        store.host_drop_end(end);
        self.complete(store, env, source.result, outcome)
    }

    /// Writes the value of a future, unless nobody can read it any more.
    fn complete(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        future: WaitableId,
        outcome: Outcome,
    ) -> Result<(), Failure> {
        if store.host_peer_dropped(future) {
            store.host_drop_end(future);
            return Ok(());
        }
        self.futures.push(future);
        store.host_write(env, future, Value::List(vec![outcome.value()]), 1)
    }
}
