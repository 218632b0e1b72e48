//! A line of plain text for each event of a run.
//!
//! A call of a built-in and its result share a line when nothing happens between them; otherwise the call ends with `...`
//! and the result has a line of its own, as in the traces of `strace`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use choice::ChoicePoint;
use runtime::host::Ask;
use runtime::id::{TaskId, ThreadId, WaitableId};
use runtime::step::Fault;
use runtime::task::Caller;
use runtime::trace::{TraceEvent, Tracer};
use runtime::waitable::{Event, EventCode};
use runtime::{Program, Store};

use crate::builtin::{Meaning, copy_result, shape_of, subtask_state};

/// A call that has no result yet.
#[derive(Clone, Debug)]
struct Unfinished {
    name: String,
    result: Meaning,
}

/// Writes a line for each event. The last line is complete when the tracer is dropped.
#[derive(Debug)]
pub struct TextTracer<W: Write> {
    out: W,
    unfinished: BTreeMap<ThreadId, Unfinished>,
    /// The thread whose call is the last thing written, without the end of the line.
    open: Option<ThreadId>,
    error: Option<io::Error>,
}

impl<W: Write> TextTracer<W> {
    /// Writes to `out`.
    pub const fn new(out: W) -> Self {
        Self { out, unfinished: BTreeMap::new(), open: None, error: None }
    }

    /// The first error of writing; nothing was written after it.
    pub const fn error(&self) -> Option<&io::Error> {
        self.error.as_ref()
    }

    fn write(&mut self, text: &str) {
        if self.error.is_none() {
            self.error = self.out.write_all(text.as_bytes()).err();
        }
    }

    /// Ends the line of a call that has no result yet.
    fn close(&mut self) {
        if self.open.take().is_some() {
            self.write(" ...\n");
        }
    }

    fn line(&mut self, text: &str) {
        self.close();
        self.write(text);
        self.write("\n");
    }

    /// Begins the line of a call; its result may end it.
    fn call(&mut self, thread: (ThreadId, &str), call: &str, unfinished: Unfinished) {
        self.close();
        self.write(&format!("{}: {call}", thread.1));
        self.unfinished.insert(thread.0, unfinished);
        self.open = Some(thread.0);
    }

    fn results(&mut self, thread: (ThreadId, &str), results: &[u64]) {
        let Some(Unfinished { name, result }) = self.unfinished.remove(&thread.0) else { return };
        let words = result.words(results);
        if self.open == Some(thread.0) {
            self.open = None;
            self.write(&if words.is_empty() { "\n".to_owned() } else { format!(" = {words}\n") });
            return;
        }
        let words = if words.is_empty() { "done".to_owned() } else { format!("= {words}") };
        self.line(&format!("{}: ... {name} {words}", thread.1));
    }
}

impl<W: Write> Drop for TextTracer<W> {
    fn drop(&mut self) {
        self.close();
        if self.error.is_none() {
            self.error = self.out.flush().err();
        }
    }
}

impl<W: Write> Tracer for TextTracer<W> {
    fn event(&mut self, store: &Store, _program: &Program, event: &TraceEvent<'_>) {
        let name = |thread: &ThreadId| store.thread_name(*thread);
        match event {
            TraceEvent::TaskBegin { task } => self.line(&begin_words(store, *task)),
            TraceEvent::TaskStart { task } => self.line(&format!("{}: starts", task_name(store, *task))),
            TraceEvent::TaskResolve { task, cancelled } => {
                let word = if *cancelled { "is cancelled" } else { "returns" };
                self.line(&format!("{}: {word}", task_name(store, *task)));
            }
            TraceEvent::ThreadExit { thread } => {
                self.unfinished.remove(thread);
                self.line(&format!("{}: exits", name(thread)));
            }
            TraceEvent::Block { thread } => {
                let on = store.wait_indices(*thread).join(", ");
                let on = if on.is_empty() { on } else { format!(" ({on})") };
                self.line(&format!("{}: blocks: {}{on}", name(thread), store.state_word(*thread)));
            }
            TraceEvent::Resume { thread } => self.line(&format!("{}: resumes", name(thread))),
            TraceEvent::ResumeLater { thread } => self.line(&format!("{}: is made ready", name(thread))),
            TraceEvent::Builtin { thread, builtin, args } => {
                let shape = shape_of(builtin);
                let unfinished = Unfinished { name: shape.name.to_owned(), result: shape.result };
                self.call((*thread, &name(thread)), &shape.call(args), unfinished);
            }
            TraceEvent::Lower { thread, subtask } => {
                let (call, unfinished) = lower_words(store, *subtask);
                self.call((*thread, &name(thread)), &call, unfinished);
            }
            TraceEvent::Results { thread, results } => self.results((*thread, &name(thread)), results),
            TraceEvent::Cancel { subtask } => {
                self.line(&format!("{}: is asked to cancel", actor_name(store, *subtask)));
            }
            TraceEvent::Copy { from, to, count } => self.line(&copy_words(store, *from, *to, *count)),
            TraceEvent::Deliver { waitable, event } => {
                let thread = store.current_thread();
                if !thread.and_then(|thread| self.unfinished.get(&thread)).is_some_and(tells_the_event) {
                    let thread = thread.map_or_else(|| "embedder".to_owned(), |thread| name(&thread));
                    self.line(&format!("{thread}: gets {}", event_words(store, *waitable, *event)));
                }
            }
            TraceEvent::Callback { thread, event } => {
                self.line(&format!("{}: callback with {}", name(thread), event.code.word()));
            }
            TraceEvent::Choice { point, picked } => self.line(&choice_words(store, point, *picked)),
            TraceEvent::Ask { ask } => self.line(&ask_words(store, *ask)),
            TraceEvent::Host { text } => self.line(&format!("host: {text}")),
            TraceEvent::Fault { fault } => self.line(&fault_words(fault)),
        }
    }
}

fn task_name(store: &Store, task: TaskId) -> String {
    store.names().text(store.task(task).actor)
}

fn actor_name(store: &Store, waitable: WaitableId) -> String {
    store.names().text(store.waitable(waitable).actor)
}

fn begin_words(store: &Store, task: TaskId) -> String {
    let entry = store.task(task);
    let caller = match entry.caller {
        Caller::Subtask(_) => format!("called by {}", store.names().text(store.names().creator(entry.actor))),
        Caller::Invocation(_) => "called by the embedder".to_owned(),
        Caller::Start => "a core start function".to_owned(),
        Caller::Realloc => "a call of realloc".to_owned(),
    };
    format!("{}: begins in {}, {caller}", store.names().text(entry.actor), store.instance_name(entry.inst))
}

fn lower_words(store: &Store, subtask: WaitableId) -> (String, Unfinished) {
    let name = actor_name(store, subtask);
    let subtask = store.waitable(subtask).subtask();
    let args: Vec<String> = subtask.flat_args.iter().map(u64::to_string).collect();
    let (word, result) = if subtask.options.is_async { (" async", Meaning::Call) } else { ("", Meaning::Plain) };
    (format!("call{word} {name}({})", args.join(", ")), Unfinished { name: format!("call {name}"), result })
}

fn copy_words(store: &Store, from: WaitableId, to: WaitableId, count: u32) -> String {
    let holder = |end: WaitableId| {
        let waitable = store.waitable(end);
        let index = waitable.index.map_or_else(String::new, |index| format!(" (end {})", index.0));
        format!("{}{index}", store.owner_name(waitable.owner))
    };
    format!("copy {count} of {}: {} -> {}", actor_name(store, from), holder(from), holder(to))
}

/// Whether the result of a call is what its event says; waiting and polling give no more than the event's code.
const fn tells_the_event(call: &Unfinished) -> bool {
    !matches!(call.result, Meaning::EventCode)
}

fn event_words(store: &Store, id: WaitableId, event: Event) -> String {
    let payload = u64::from(event.payload);
    let words = match event.code {
        EventCode::StreamRead | EventCode::StreamWrite => format!("{} {}", copy_result(payload & 0xf), payload >> 4),
        EventCode::FutureRead | EventCode::FutureWrite => copy_result(payload).to_owned(),
        EventCode::Subtask => subtask_state(payload).to_owned(),
        EventCode::None | EventCode::TaskCancelled => String::new(),
    };
    format!("{} of {} ({}): {words}", event.code.word(), store.waitable_index(id), actor_name(store, id))
}

fn choice_words(store: &Store, point: &ChoicePoint, picked: usize) -> String {
    let names = store.names();
    let alternatives: Vec<String> = point
        .alternatives
        .iter()
        .enumerate()
        .map(|(position, alternative)| {
            let text = alternative.to_text(names);
            if position == picked { format!("[{text}]") } else { text }
        })
        .collect();
    format!("choice {} at {}: {}", point.kind.name(), point.anchor.to_text(names), alternatives.join(" | "))
}

fn ask_words(store: &Store, ask: Ask) -> String {
    match ask {
        Ask::Call(call) => format!("host: is called: {}", store.names().text(store.host_call(call).actor)),
        Ask::Cancel(call) => {
            format!("host: is asked to cancel {}", store.names().text(store.host_call(call).actor))
        }
        Ask::DropResource(resource) => {
            let name = &store.resource_type(resource.ty).name;
            format!("host: resource `{name}` {} is dropped", resource.rep)
        }
    }
}

fn fault_words(fault: &Fault) -> String {
    match fault {
        Fault::Trap(trap) => format!("trap {}: {trap}", trap.rule.id()),
        Fault::Limit(limit) => format!("limit {} reached", limit.name()),
        Fault::Link(message) => format!("link error: {message}"),
        Fault::Exit(code) => format!("exit with code {code}"),
    }
}
