//! Calls of built-ins in words: name, immediates that matter, arguments by what they mean, results decoded.
//!
//! Spec: CanonicalABI.md, "Canonical Definitions"; the packed results are those of `pack_copy_result`, `canon_lower` and
//! `canon_waitable_set_wait`. Element types of streams are left out.

use syntax::component::{Async, Builtin, Cancellable, PtrType};

const BLOCKED: u64 = 0xffff_ffff;

/// What a core argument means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arg {
    /// An index, after a word for what it refers to.
    Index(&'static str),
    /// An address in memory.
    Ptr,
    /// A number, after a word for what it is.
    Number(&'static str),
}

/// What a core result means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// There is none, or a plain number.
    Plain,
    /// An index, after a word for what it refers to.
    Index(&'static str),
    /// Both ends of a stream or future.
    Ends,
    /// How a copy on a stream ended, and how far it came, or that it did not.
    StreamCopy,
    /// How a copy on a future ended, or that it did not.
    FutureCopy,
    /// The state of a subtask, or that it is not known yet.
    SubtaskState,
    /// The state of a lowered call, with the subtask's index while it is open.
    Call,
    /// The code of an event.
    EventCode,
    /// Whether the thread was cancelled.
    Cancelled,
}

/// A built-in, ready to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// The name in the specification.
    pub(crate) name: &'static str,
    /// The immediate that matters, with a space before it.
    immediate: &'static str,
    args: &'static [Arg],
    /// What the result means.
    pub(crate) result: Meaning,
}

const fn shape(name: &'static str, args: &'static [Arg], result: Meaning) -> Shape {
    Shape { name, immediate: "", args, result }
}

impl Shape {
    const fn when_async(mut self, is_async: Async) -> Self {
        self.immediate = match is_async {
            Async::Yes => " async",
            Async::No => "",
        };
        self
    }

    const fn when_cancellable(mut self, cancellable: Cancellable) -> Self {
        self.immediate = match cancellable {
            Cancellable::Yes => " cancellable",
            Cancellable::No => "",
        };
        self
    }

    const fn of_slot(mut self, ptr_type: PtrType, slot: u32) -> Self {
        self.immediate = match (ptr_type, slot) {
            (PtrType::I32, 0) => " i32 0",
            (PtrType::I32, _) => " i32 1",
            (PtrType::I64, 0) => " i64 0",
            (PtrType::I64, _) => " i64 1",
        };
        self
    }

    /// The call, such as `stream.read async (end 2, ptr 0x20, count 4)`.
    pub(crate) fn call(&self, args: &[u64]) -> String {
        let words: Vec<String> = self
            .args
            .iter()
            .zip(args)
            .map(|(arg, cell)| match arg {
                Arg::Index(word) | Arg::Number(word) => format!("{word} {cell}"),
                Arg::Ptr => format!("ptr {cell:#x}"),
            })
            .chain(args.iter().skip(self.args.len()).map(u64::to_string))
            .collect();
        let space = if self.immediate.is_empty() { "" } else { " " };
        format!("{}{}{space}({})", self.name, self.immediate, words.join(", "))
    }
}

/// How a built-in is written.
#[expect(clippy::too_many_lines, reason = "one arm for each of the 42 built-ins")]
pub(crate) const fn shape_of(builtin: &Builtin) -> Shape {
    use Arg::{Index, Number, Ptr};
    use Meaning::{Cancelled, Ends, EventCode, FutureCopy, Plain, StreamCopy, SubtaskState};
    const END: &[Arg] = &[Index("end")];
    const THREAD: &[Arg] = &[Index("thread")];
    const STREAM_COPY: &[Arg] = &[Index("end"), Ptr, Number("count")];
    const FUTURE_COPY: &[Arg] = &[Index("end"), Ptr];
    match builtin {
        Builtin::ResourceNew(_) => shape("resource.new", &[Number("rep")], Meaning::Index("handle")),
        Builtin::ResourceDrop(_) => shape("resource.drop", &[Index("handle")], Plain),
        Builtin::ResourceRep(_) => shape("resource.rep", &[Index("handle")], Plain),
        Builtin::ContextGet(ptr_type, slot) => shape("context.get", &[], Plain).of_slot(*ptr_type, *slot),
        Builtin::ContextSet(ptr_type, slot) => shape("context.set", &[], Plain).of_slot(*ptr_type, *slot),
        Builtin::BackpressureInc => shape("backpressure.inc", &[], Plain),
        Builtin::BackpressureDec => shape("backpressure.dec", &[], Plain),
        Builtin::TaskReturn { .. } => shape("task.return", &[], Plain),
        Builtin::TaskCancel => shape("task.cancel", &[], Plain),
        Builtin::WaitableSetNew => shape("waitable-set.new", &[], Meaning::Index("set")),
        Builtin::WaitableSetWait(cancellable, _) => {
            shape("waitable-set.wait", &[Index("set"), Ptr], EventCode).when_cancellable(*cancellable)
        }
        Builtin::WaitableSetPoll(cancellable, _) => {
            shape("waitable-set.poll", &[Index("set"), Ptr], EventCode).when_cancellable(*cancellable)
        }
        Builtin::WaitableSetDrop => shape("waitable-set.drop", &[Index("set")], Plain),
        Builtin::WaitableJoin => shape("waitable.join", &[Index("waitable"), Index("set")], Plain),
        Builtin::SubtaskCancel(is_async) => {
            shape("subtask.cancel", &[Index("subtask")], SubtaskState).when_async(*is_async)
        }
        Builtin::SubtaskDrop => shape("subtask.drop", &[Index("subtask")], Plain),
        Builtin::StreamNew(_) => shape("stream.new", &[], Ends),
        Builtin::StreamRead(_, options) => {
            shape("stream.read", STREAM_COPY, StreamCopy).when_async(async_of(options.is_async))
        }
        Builtin::StreamWrite(_, options) => {
            shape("stream.write", STREAM_COPY, StreamCopy).when_async(async_of(options.is_async))
        }
        Builtin::StreamCancelRead(_, is_async) => shape("stream.cancel-read", END, StreamCopy).when_async(*is_async),
        Builtin::StreamCancelWrite(_, is_async) => shape("stream.cancel-write", END, StreamCopy).when_async(*is_async),
        Builtin::StreamDropReadable(_) => shape("stream.drop-readable", END, Plain),
        Builtin::StreamDropWritable(_) => shape("stream.drop-writable", END, Plain),
        Builtin::FutureNew(_) => shape("future.new", &[], Ends),
        Builtin::FutureRead(_, options) => {
            shape("future.read", FUTURE_COPY, FutureCopy).when_async(async_of(options.is_async))
        }
        Builtin::FutureWrite(_, options) => {
            shape("future.write", FUTURE_COPY, FutureCopy).when_async(async_of(options.is_async))
        }
        Builtin::FutureCancelRead(_, is_async) => shape("future.cancel-read", END, FutureCopy).when_async(*is_async),
        Builtin::FutureCancelWrite(_, is_async) => shape("future.cancel-write", END, FutureCopy).when_async(*is_async),
        Builtin::FutureDropReadable(_) => shape("future.drop-readable", END, Plain),
        Builtin::FutureDropWritable(_) => shape("future.drop-writable", END, Plain),
        Builtin::ThreadIndex => shape("thread.index", &[], Meaning::Index("thread")),
        Builtin::ThreadNewIndirect(..) => {
            shape("thread.new-indirect", &[Index("func"), Number("argument")], Meaning::Index("thread"))
        }
        Builtin::ThreadResumeLater => shape("thread.resume-later", THREAD, Plain),
        Builtin::ThreadSuspend(c) => shape("thread.suspend", &[], Cancelled).when_cancellable(*c),
        Builtin::ThreadYield(c) => shape("thread.yield", &[], Cancelled).when_cancellable(*c),
        Builtin::ThreadSuspendThenResume(c) => {
            shape("thread.suspend-then-resume", THREAD, Cancelled).when_cancellable(*c)
        }
        Builtin::ThreadYieldThenResume(c) => shape("thread.yield-then-resume", THREAD, Cancelled).when_cancellable(*c),
        Builtin::ThreadSuspendThenPromote(c) => {
            shape("thread.suspend-then-promote", THREAD, Cancelled).when_cancellable(*c)
        }
        Builtin::ThreadYieldThenPromote(c) => {
            shape("thread.yield-then-promote", THREAD, Cancelled).when_cancellable(*c)
        }
        Builtin::ErrorContextNew(_) => shape("error-context.new", &[Ptr, Number("length")], Meaning::Index("handle")),
        Builtin::ErrorContextDebugMessage(_) => shape("error-context.debug-message", &[Index("handle"), Ptr], Plain),
        Builtin::ErrorContextDrop => shape("error-context.drop", &[Index("handle")], Plain),
    }
}

const fn async_of(is_async: bool) -> Async {
    if is_async { Async::Yes } else { Async::No }
}

impl Meaning {
    /// The results in words; empty when there are none.
    pub(crate) fn words(self, results: &[u64]) -> String {
        let [cell] = *results else {
            return results.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
        };
        match self {
            Self::Plain => cell.to_string(),
            Self::Index(word) => format!("{word} {cell}"),
            Self::Ends => format!("readable end {}, writable end {}", cell & 0xffff_ffff, cell >> 32),
            Self::StreamCopy | Self::FutureCopy | Self::SubtaskState if cell == BLOCKED => "BLOCKED".to_owned(),
            Self::StreamCopy => format!("{} {}", copy_result(cell & 0xf), cell >> 4),
            Self::FutureCopy => copy_result(cell).to_owned(),
            Self::SubtaskState => subtask_state(cell).to_owned(),
            Self::Call if cell >> 4 == 0 => subtask_state(cell).to_owned(),
            Self::Call => format!("{}, subtask {}", subtask_state(cell & 0xf), cell >> 4),
            Self::EventCode => event_code(cell).to_owned(),
            Self::Cancelled => if cell == 0 { "not cancelled" } else { "CANCELLED" }.to_owned(),
        }
    }
}

/// Spec: CanonicalABI.md, "Stream State", `CopyResult`.
pub(crate) const fn copy_result(number: u64) -> &'static str {
    match number {
        0 => "COMPLETED",
        1 => "DROPPED",
        2 => "CANCELLED",
        _ => "?",
    }
}

/// Spec: CanonicalABI.md, "Subtask State", `Subtask.State`.
pub(crate) const fn subtask_state(number: u64) -> &'static str {
    match number {
        0 => "STARTING",
        1 => "STARTED",
        2 => "RETURNED",
        3 => "CANCELLED_BEFORE_STARTED",
        4 => "CANCELLED_BEFORE_RETURNED",
        _ => "?",
    }
}

/// Spec: CanonicalABI.md, "Waitable State", `EventCode`.
const fn event_code(number: u64) -> &'static str {
    match number {
        0 => "NONE",
        1 => "SUBTASK",
        2 => "STREAM_READ",
        3 => "STREAM_WRITE",
        4 => "FUTURE_READ",
        5 => "FUTURE_WRITE",
        6 => "TASK_CANCELLED",
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    use super::{Meaning, shape_of};
    use syntax::component::{Async, Builtin, CanonicalOptions};

    #[test]
    fn calls_and_results_are_decoded() {
        let options = CanonicalOptions { is_async: true, ..CanonicalOptions::default() };
        let read = shape_of(&Builtin::StreamRead(None, options));
        assert_eq!(read.call(&[2, 32, 4]), "stream.read async (end 2, ptr 0x20, count 4)");
        assert_eq!(read.result.words(&[0xffff_ffff]), "BLOCKED");
        assert_eq!(read.result.words(&[0x41]), "DROPPED 4");
        assert_eq!(
            shape_of(&Builtin::StreamNew(None)).result.words(&[0x2_0000_0001]),
            "readable end 1, writable end 2"
        );
        assert_eq!(shape_of(&Builtin::SubtaskCancel(Async::No)).call(&[3]), "subtask.cancel(subtask 3)");
        assert_eq!(Meaning::Call.words(&[0x31]), "STARTED, subtask 3");
        assert_eq!(Meaning::Call.words(&[2]), "RETURNED");
        assert_eq!(shape_of(&Builtin::BackpressureInc).result.words(&[]), "");
    }
}
