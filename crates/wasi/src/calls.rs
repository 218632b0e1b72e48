//! What the functions do that are no streams: environment, exit, clocks, entropy, and which function does what.
//!
//! Spec: WASI 0.3 and 0.2, `wasi:cli`, `wasi:clocks`, `wasi:random`.

use canon::Value;
use choice::{Alternative, ChoiceKind};
use runtime::Store;
use runtime::host::HostAnswer;
use runtime::step::{Env, Failure};
use syntax::convert::to_usize;

use crate::functions::Function;
use crate::host::{Call, Request, Wanted, WasiHost, anchor, bytes_value, host_trap};
use crate::outside::{Asked, Output, Outside};
use crate::resources::PollFor;

/// The most bytes that one call draws.
const MAX_RANDOM_BYTES: u64 = 1 << 24;

/// The arguments of a call, whose types are those of the signature.
#[derive(Debug)]
pub(crate) struct Args(std::vec::IntoIter<Value>);

impl Args {
    /// Resources that were lent, by what is done with their representations.
    pub(crate) fn map_borrows<T>(list: Vec<Value>, map: impl Fn(u32) -> T) -> Vec<T> {
        let mut args = Self(list.into_iter());
        (0..args.0.len()).map(|_| map(args.borrow())).collect()
    }

    pub(crate) fn next(&mut self) -> Value {
        self.0.next().expect("signatures were compared: as many arguments as parameters")
    }

    pub(crate) fn u64(&mut self) -> u64 {
        let Value::U64(number) = self.next() else { panic!("signatures were compared: a u64") };
        number
    }

    /// The representation of a resource that was lent.
    pub(crate) fn borrow(&mut self) -> u32 {
        let Value::Borrow(resource) = self.next() else { panic!("signatures were compared: a borrow") };
        resource.rep
    }

    pub(crate) fn bytes(&mut self) -> Vec<u8> {
        let value = self.next();
        if let Value::Numbers(numbers) = value {
            return numbers.into_bytes();
        }
        assert!(value == Value::List(Vec::new()), "signatures were compared: bytes, not {value:?}");
        Vec::new()
    }
}

/// An answer with a value.
pub(crate) fn returned(value: Value) -> HostAnswer {
    HostAnswer::Return(vec![value])
}

fn string(text: &str) -> Value {
    Value::String(text.into())
}

const NONE: Value = Value::Variant(0, None);

impl<O: Outside> WasiHost<O> {
    /// Does what a function does.
    #[expect(clippy::too_many_lines, reason = "one short arm for each function")]
    pub(crate) fn call_function(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        call: Call,
        (function, args): (Function, Vec<Value>),
    ) -> Result<HostAnswer, Failure> {
        use Function as F;
        let mut args = Args(args.into_iter());
        Ok(match function {
            F::GetEnvironment => {
                let pair = |(name, value): &(String, String)| Value::Record(vec![string(name), string(value)]);
                returned(Value::List(self.config.env.iter().map(pair).collect()))
            }
            F::GetArguments => returned(Value::List(self.config.args.iter().map(|arg| string(arg)).collect())),
            F::Exit => {
                let Value::Variant(case, _) = args.next() else { panic!("signatures were compared: a result") };
                HostAnswer::Exit(u8::from(case != 0))
            }
            F::ExitWithCode => {
                let Value::U8(code) = args.next() else { panic!("signatures were compared: a u8") };
                HostAnswer::Exit(code)
            }
            F::StdinReadViaStream => return self.read_via_stream(store, env, call),
            F::StdoutWriteViaStream => return self.take_stream(store, env, call, (&mut args, Output::Stdout)),
            F::StderrWriteViaStream => return self.take_stream(store, env, call, (&mut args, Output::Stderr)),
            F::InitialCwd
            | F::GetInitialCwd
            | F::GetTerminalStdin
            | F::GetTerminalStdout
            | F::GetTerminalStderr
            | F::FilesystemErrorCode => returned(NONE),
            F::GetDirectories => returned(Value::List(Vec::new())),
            F::MonotonicNow => returned(Value::U64(self.read_clock(store, call.actor))),
            F::MonotonicResolution | F::MonotonicGetResolution | F::SystemClockGetResolution => returned(Value::U64(1)),
            F::WaitUntil => {
                let deadline = args.u64();
                self.read_clock(store, call.actor);
                self.wait_until(store, env, call, deadline)
            }
            F::WaitFor => {
                let deadline = self.read_clock(store, call.actor).saturating_add(args.u64());
                self.wait_until(store, env, call, deadline)
            }
            F::SubscribeInstant => self.new_pollable(PollFor::Time(args.u64())),
            F::SubscribeDuration => {
                let deadline = self.read_clock(store, call.actor).saturating_add(args.u64());
                self.new_pollable(PollFor::Time(deadline))
            }
            F::WallClockResolution => returned(Value::Record(vec![Value::U64(0), Value::U32(1)])),
            F::WallClockNow => {
                let asked = Asked::new(anchor(call.actor, "date", 0), store.names());
                let date = self.outside.date(&asked, self.now);
                let seconds = u64::try_from(date.seconds).unwrap_or(0);
                returned(Value::Record(vec![Value::U64(seconds), Value::U32(date.nanoseconds)]))
            }
            F::SystemClockNow => {
                let asked = Asked::new(anchor(call.actor, "date", 0), store.names());
                let date = self.outside.date(&asked, self.now);
                returned(Value::Record(vec![Value::S64(date.seconds), Value::U32(date.nanoseconds)]))
            }
            F::GetRandomBytes | F::GetInsecureRandomBytes => match args.u64() {
                count if count > MAX_RANDOM_BYTES => host_trap(format!("{count} random bytes at once")),
                count => returned(bytes_value(self.random(store, call, to_usize(count)))),
            },
            F::GetRandomU64 | F::GetInsecureRandomU64 => returned(Value::U64(self.random_u64s(store, call)[0])),
            F::InsecureSeed | F::GetInsecureSeed => {
                let [a, b] = self.random_u64s(store, call);
                returned(Value::Record(vec![Value::U64(a), Value::U64(b)]))
            }
            F::GetStdin
            | F::GetStdout
            | F::GetStderr
            | F::ErrorToDebugString
            | F::Poll
            | F::PollableReady
            | F::PollableBlock
            | F::InputRead
            | F::InputBlockingRead
            | F::InputSkip
            | F::InputBlockingSkip
            | F::InputSubscribe
            | F::OutputCheckWrite
            | F::OutputWrite
            | F::OutputBlockingWriteAndFlush
            | F::OutputFlush
            | F::OutputBlockingFlush
            | F::OutputSubscribe
            | F::OutputWriteZeroes
            | F::OutputBlockingWriteZeroesAndFlush
            | F::OutputSplice
            | F::OutputBlockingSplice => self.call_io(store, env, call, (function, args)),
        })
    }

    fn take_stream(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        call: Call,
        (args, to): (&mut Args, Output),
    ) -> Result<HostAnswer, Failure> {
        let Value::Stream(stream) = args.next() else { panic!("signatures were compared: a stream") };
        self.write_via_stream(store, env, call, (stream, to))
    }

    /// Returns at a time: at once, perhaps, if it has come.
    fn wait_until(&mut self, store: &mut Store, env: &mut Env<'_, '_>, call: Call, deadline: u64) -> HostAnswer {
        let words = [Alternative::Word("returned"), Alternative::Word("started")];
        if deadline <= self.now && Self::choose(store, env, (ChoiceKind::HostStart, call.actor, "wait"), &words) == 0 {
            return HostAnswer::Return(Vec::new());
        }
        let wanted = Wanted::Timer { call: call.id, deadline };
        self.requests.push(Request { wanted, since: self.now, actor: call.actor });
        HostAnswer::Later
    }

    fn random(&mut self, store: &Store, call: Call, count_bytes: usize) -> Vec<u8> {
        let asked = Asked::new(anchor(call.actor, "random", 0), store.names());
        self.outside.random(&asked, count_bytes)
    }

    fn random_u64s(&mut self, store: &Store, call: Call) -> [u64; 2] {
        let bytes = self.random(store, call, 16);
        let number = |at: usize| {
            let bytes = bytes.get(at..at + 8).and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
            u64::from_le_bytes(bytes.unwrap_or_default())
        };
        [number(0), number(8)]
    }
}
