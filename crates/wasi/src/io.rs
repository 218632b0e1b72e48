//! The streams and pollables of WASI 0.2. Their functions are sync-typed: where one blocks, the store is frozen until it
//! answers.
//!
//! Spec: WASI 0.2, `wasi:io/poll`, `wasi:io/streams`.

use canon::{NumberType, Numbers, Resource, Value};
use choice::{Alternative, ChoiceKind};
use runtime::Store;
use runtime::host::HostAnswer;
use runtime::step::Env;
use syntax::convert::{to_u64, to_usize};

use crate::calls::{Args, returned};
use crate::functions::Function;
use crate::host::{Call, StdinEnd, WasiHost, anchor, bytes_value, host_trap};
use crate::outside::{Asked, Output, Outside, WriteError};
use crate::resources::{Entry, PollFor};

/// The most bytes that `check-write` allows at once.
const MAX_PERMIT_BYTES: u64 = 1 << 16;

/// The most bytes of one `blocking-write-and-flush`.
const MAX_BLOCKING_BYTES: u64 = 4096;

/// Whether a function waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blocking {
    Yes,
    No,
}

/// Why an operation did not succeed: `stream-error`, or nothing will ever happen.
#[derive(Debug)]
enum Unsuccessful {
    Closed,
    Failed(String),
    Trap(String),
}

impl From<WriteError> for Unsuccessful {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Pipe => Self::Closed,
            WriteError::Other(message) => Self::Failed(message),
        }
    }
}

fn ok(value: Option<Value>) -> Value {
    Value::Variant(0, value.map(Box::new))
}

fn waits_for_ever() -> Unsuccessful {
    Unsuccessful::Trap("waits for what will never happen".to_owned())
}

impl<O: Outside> WasiHost<O> {
    /// Does what a function of streams or pollables does.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the caller passes on the functions that are listed here")]
    pub(crate) fn call_io(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        call: Call,
        (function, mut args): (Function, Args),
    ) -> HostAnswer {
        use Function as F;
        let result = match function {
            F::GetStdin => return self.new_resource("input-stream", Entry::Input),
            F::GetStdout => return self.new_resource("output-stream", Entry::Output { to: Output::Stdout, permit: 0 }),
            F::GetStderr => return self.new_resource("output-stream", Entry::Output { to: Output::Stderr, permit: 0 }),
            F::InputSubscribe => return self.new_pollable(PollFor::Input),
            F::OutputSubscribe => return self.new_pollable(PollFor::Output),
            F::ErrorToDebugString => {
                let Entry::Error(message) = self.resources.get(args.borrow()) else {
                    panic!("resource types were compared")
                };
                return returned(Value::String(message.as_str().into()));
            }
            F::PollableReady => {
                let pollable = self.pollable(args.borrow());
                self.look(store, call, &[pollable]);
                return returned(Value::Bool(self.is_ready(pollable)));
            }
            F::PollableBlock => {
                let pollable = self.pollable(args.borrow());
                return match self.poll(store, call, &[pollable]) {
                    Some(_) => HostAnswer::Return(Vec::new()),
                    None => host_trap("waits for what will never happen"),
                };
            }
            F::Poll => return self.poll_list(store, call, args.next()),
            F::InputRead => {
                self.read_bytes(store, env, call, (&mut args, Blocking::No)).map(|bytes| ok(Some(bytes_value(bytes))))
            }
            F::InputBlockingRead => {
                self.read_bytes(store, env, call, (&mut args, Blocking::Yes)).map(|bytes| ok(Some(bytes_value(bytes))))
            }
            F::InputSkip => self.read_bytes(store, env, call, (&mut args, Blocking::No)).map(count),
            F::InputBlockingSkip => self.read_bytes(store, env, call, (&mut args, Blocking::Yes)).map(count),
            F::OutputCheckWrite => self.check_write(store, env, call, args.borrow()),
            F::OutputWrite => {
                let (rep, bytes) = (args.borrow(), args.bytes());
                self.write_permitted(store, env, (call, rep), &bytes)
            }
            F::OutputWriteZeroes => {
                let (rep, length) = (args.borrow(), args.u64());
                self.write_permitted(store, env, (call, rep), &zeroes(length))
            }
            F::OutputBlockingWriteAndFlush => {
                let (rep, bytes) = (args.borrow(), args.bytes());
                self.write_blocking(store, env, (call, rep), &bytes)
            }
            F::OutputBlockingWriteZeroesAndFlush => {
                let (rep, length) = (args.borrow(), args.u64());
                self.write_blocking(store, env, (call, rep), &zeroes(length))
            }
            F::OutputFlush | F::OutputBlockingFlush => self.open_output(args.borrow()).map(|_| ok(None)),
            F::OutputSplice => self.splice(store, env, call, (&mut args, Blocking::No)),
            F::OutputBlockingSplice => self.splice(store, env, call, (&mut args, Blocking::Yes)),
            other => panic!("{other:?} is no function of streams or pollables"),
        };
        match result {
            Ok(value) => returned(value),
            Err(Unsuccessful::Trap(words)) => host_trap(words),
            Err(Unsuccessful::Closed) => returned(stream_error(Value::Variant(1, None))),
            Err(Unsuccessful::Failed(message)) => {
                let rep = self.resources.add(Entry::Error(message));
                let error = Value::Own(Resource { ty: self.imports.resource_type("error"), rep });
                returned(stream_error(Value::Variant(0, Some(Box::new(error)))))
            }
        }
    }

    fn new_resource(&mut self, name: &str, entry: Entry) -> HostAnswer {
        let ty = self.imports.resource_type(name);
        returned(Value::Own(Resource { ty, rep: self.resources.add(entry) }))
    }

    pub(crate) fn new_pollable(&mut self, pollable: PollFor) -> HostAnswer {
        self.new_resource("pollable", Entry::Pollable(pollable))
    }

    fn pollable(&self, rep: u32) -> PollFor {
        let Entry::Pollable(pollable) = self.resources.get(rep) else { panic!("resource types were compared") };
        *pollable
    }

    /// An output that can be written to, with what was allowed.
    fn open_output(&mut self, rep: u32) -> Result<(Output, &mut u64), Unsuccessful> {
        match self.resources.get_mut(rep) {
            Entry::Output { to, .. } if self.closed[to.position()] => Err(Unsuccessful::Closed),
            Entry::Output { to, permit } => Ok((*to, permit)),
            Entry::Input | Entry::Pollable(_) | Entry::Error(_) => panic!("resource types were compared"),
        }
    }

    fn is_ready(&self, pollable: PollFor) -> bool {
        match pollable {
            PollFor::Time(deadline) => deadline <= self.now,
            PollFor::Input => self.has_input(),
            PollFor::Output => true,
        }
    }

    /// Looks at clock and stdin as far as pollables depend on them.
    fn look(&mut self, store: &Store, call: Call, pollables: &[PollFor]) {
        let asked = |operation| Asked::new(anchor(call.actor, operation, 0), store.names());
        self.look_at_clock(&asked("poll clock"), deadlines(pollables));
        if pollables.contains(&PollFor::Input) {
            self.look_at_stdin(&asked("poll stdin"));
        }
    }

    /// Waits until some are ready, and tells which; none if that will never be.
    fn poll(&mut self, store: &Store, call: Call, pollables: &[PollFor]) -> Option<Vec<u32>> {
        loop {
            self.look(store, call, pollables);
            let ready: Vec<u32> =
                (0..).zip(pollables).filter(|(_, pollable)| self.is_ready(**pollable)).map(|(at, _)| at).collect();
            if !ready.is_empty() {
                return Some(ready);
            }
            let asked = Asked::new(anchor(call.actor, "wait", 0), store.names());
            if !self.wait_for(Some(&asked), deadlines(pollables), pollables.contains(&PollFor::Input)) {
                return None;
            }
        }
    }

    fn poll_list(&mut self, store: &Store, call: Call, list: Value) -> HostAnswer {
        let Value::List(list) = list else { panic!("signatures were compared: a list") };
        if list.is_empty() {
            return host_trap("poll of an empty list");
        }
        let pollables: Vec<_> = Args::map_borrows(list, |rep| self.pollable(rep));
        match self.poll(store, call, &pollables) {
            Some(ready) => {
                let bytes = ready.into_iter().flat_map(u32::to_le_bytes).collect();
                returned(Value::Numbers(Numbers::new(NumberType::U32, bytes)))
            }
            None => host_trap("waits for what will never happen"),
        }
    }

    /// Reads up to a number of bytes from stdin: all that are there, or fewer.
    fn read_bytes(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        call: Call,
        (args, blocking): (&mut Args, Blocking),
    ) -> Result<Vec<u8>, Unsuccessful> {
        args.borrow();
        let limit = args.u64();
        self.read_up_to(store, env, call, (limit, blocking))
    }

    fn read_up_to(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        call: Call,
        (limit, blocking): (u64, Blocking),
    ) -> Result<Vec<u8>, Unsuccessful> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        if blocking == Blocking::Yes {
            self.poll(store, call, &[PollFor::Input]).ok_or_else(waits_for_ever)?;
        } else {
            self.look(store, call, &[PollFor::Input]);
        }
        if self.stdin.buffer.is_empty() {
            return match &self.stdin.end {
                None => Ok(Vec::new()),
                Some(StdinEnd::End) => Err(Unsuccessful::Closed),
                Some(StdinEnd::Failed(message)) => {
                    let message = message.clone();
                    self.stdin.end = Some(StdinEnd::End);
                    Err(Unsuccessful::Failed(message))
                }
            };
        }
        let most = to_u64(self.stdin.buffer.len()).min(limit);
        let lengths = [Alternative::Number(most), Alternative::Number(1), Alternative::Number(0)];
        let lengths = match (most, blocking) {
            (1, Blocking::Yes) => &lengths[..1],
            (1, Blocking::No) => &[Alternative::Number(1), Alternative::Number(0)],
            (_, Blocking::Yes) => &lengths[..2],
            (_, Blocking::No) => &lengths,
        };
        let at = (ChoiceKind::HostCopyLength, call.actor, "read");
        let Alternative::Number(length) = lengths[Self::choose(store, env, at, lengths)] else {
            panic!("lengths are numbers");
        };
        Ok(self.stdin.buffer.drain(..to_usize(length)).collect())
    }

    fn check_write(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        call: Call,
        rep: u32,
    ) -> Result<Value, Unsuccessful> {
        self.open_output(rep)?;
        let lengths = [MAX_PERMIT_BYTES, 1];
        let at = (ChoiceKind::HostCopyLength, call.actor, "check-write");
        let length = lengths[Self::choose(store, env, at, &lengths.map(Alternative::Number))];
        *self.open_output(rep)?.1 = length;
        Ok(ok(Some(Value::U64(length))))
    }

    /// Writes as much as `check-write` allowed, or less.
    fn write_permitted(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        (call, rep): (Call, u32),
        bytes: &[u8],
    ) -> Result<Value, Unsuccessful> {
        let (_, permit) = self.open_output(rep)?;
        if to_u64(bytes.len()) > *permit {
            let words = format!("a write of {} bytes where check-write allowed {permit}", bytes.len());
            return Err(Unsuccessful::Trap(words));
        }
        *permit = 0;
        self.write_all(store, env, (call, rep), bytes)
    }

    fn write_blocking(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        (call, rep): (Call, u32),
        bytes: &[u8],
    ) -> Result<Value, Unsuccessful> {
        if to_u64(bytes.len()) > MAX_BLOCKING_BYTES {
            let words = format!("a blocking write of {} bytes, where {MAX_BLOCKING_BYTES} are allowed", bytes.len());
            return Err(Unsuccessful::Trap(words));
        }
        self.write_all(store, env, (call, rep), bytes)
    }

    fn write_all(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        (call, rep): (Call, u32),
        bytes: &[u8],
    ) -> Result<Value, Unsuccessful> {
        let (to, _) = self.open_output(rep)?;
        self.write(store, env, (call.actor, 0, to), bytes)?;
        Ok(ok(None))
    }

    fn splice(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        call: Call,
        (args, blocking): (&mut Args, Blocking),
    ) -> Result<Value, Unsuccessful> {
        let (output, _input, length) = (args.borrow(), args.borrow(), args.u64());
        self.open_output(output)?;
        let bytes = self.read_up_to(store, env, call, (length.min(MAX_PERMIT_BYTES), blocking))?;
        self.write_all(store, env, (call, output), &bytes)?;
        Ok(count(bytes))
    }
}

/// How many bytes there were, as a result.
#[expect(clippy::needless_pass_by_value, reason = "the bytes are used up")]
fn count(bytes: Vec<u8>) -> Value {
    ok(Some(Value::U64(to_u64(bytes.len()))))
}

fn stream_error(error: Value) -> Value {
    Value::Variant(1, Some(Box::new(error)))
}

/// Zeroes, one more than is ever allowed if there are more than that.
fn zeroes(length_bytes: u64) -> Vec<u8> {
    vec![0; to_usize(length_bytes.min(MAX_PERMIT_BYTES + 1))]
}

fn deadlines(pollables: &[PollFor]) -> impl Iterator<Item = u64> + '_ {
    pollables.iter().filter_map(|pollable| match pollable {
        PollFor::Time(deadline) => Some(*deadline),
        PollFor::Input | PollFor::Output => None,
    })
}
