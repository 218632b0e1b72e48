//! What a store looks like to a reader: backtraces, the tree of tasks, who waits for whom, what is left over.
//!
//! Structured, with the sentences of `words`; how a report is laid out for a terminal is the crate `trace`'s.

use std::fmt;

use choice::{ActorId, Names as _};
use syntax::module::ExportItem;

use crate::activation::ActivationKind;
use crate::handle::Handle;
use crate::id::{InstanceId, TaskId, ThreadId, WaitableId};
use crate::program::Program;
use crate::store::Store;
use crate::thread::ThreadState;
use crate::waitable::{Owner, WaitableKind};

/// A core frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameDump {
    /// The function's name, from the name section, else that of its export, else its index.
    pub func: String,
    /// The offset in the binary of its module.
    pub offset: usize,
}

/// A thread with its frames, the innermost first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadDump {
    /// The thread's name.
    pub name: String,
    /// The instance's name.
    pub instance: String,
    /// What it is doing.
    pub state: String,
    /// What ends its wait, any one of these: what each is, who holds the other side, and what that one does.
    pub waits: Vec<String>,
    /// The core frames.
    pub frames: Vec<FrameDump>,
}

/// Who ran, and who waits for whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The chain of threads that resumed each other, the running one first.
    pub running: Vec<ThreadDump>,
    /// Every other thread, with what it waits for.
    pub blocked: Vec<ThreadDump>,
    /// Threads each of which waits for the next, and the last for the first; empty where no such circle was found.
    pub circle: Vec<String>,
    /// The tasks as a tree, indented, callers above callees.
    pub tasks: Vec<String>,
}

impl Store {
    /// Who runs now, and everybody else.
    pub fn report(&self, program: &Program) -> Report {
        let chain: Vec<ThreadId> = self.running.iter().rev().filter_map(|activation| activation.thread).collect();
        let running = chain.iter().map(|thread| self.thread_dump(program, *thread)).collect();
        let others: Vec<ThreadId> =
            self.threads.iter().map(|(place, _)| ThreadId(place)).filter(|thread| !chain.contains(thread)).collect();
        let blocked = self.by_name(others).into_iter().map(|thread| self.thread_dump(program, thread)).collect();
        Report { running, blocked, circle: Vec::new(), tasks: self.task_tree() }
    }

    /// Every blocked thread with what it waits for, who holds the other end, and what that one does.
    pub fn wait_for_graph(&self, program: &Program) -> Report {
        Report { circle: self.circle(), ..self.report(program) }
    }

    /// Threads in the order in which they were created, which is also that of their names.
    fn by_name(&self, mut threads: Vec<ThreadId>) -> Vec<ThreadId> {
        threads.sort_by_key(|thread| self.thread(*thread).actor);
        threads
    }

    fn thread_dump(&self, program: &Program, thread: ThreadId) -> ThreadDump {
        let entry = self.thread(thread);
        let frames = entry
            .stack
            .frames(&self.core, &program.modules)
            .into_iter()
            .map(|frame| FrameDump { func: func_name(program, &frame), offset: frame.offset })
            .collect();
        ThreadDump {
            name: self.thread_name(thread),
            instance: self.instance_name(self.task(entry.task).inst),
            state: self.state_word(thread),
            waits: self.wait_words(thread),
            frames,
        }
    }

    /// Follows, from each blocked thread, the first thread that it waits for, until one comes up again.
    fn circle(&self) -> Vec<String> {
        let threads = self.by_name(self.threads.iter().map(|(place, _)| ThreadId(place)).collect());
        for first in threads {
            let mut path = vec![first];
            while let Some(next) = self.waits_for(path[path.len() - 1]).first().copied() {
                if let Some(start) = path.iter().position(|thread| *thread == next) {
                    return path[start..].iter().map(|thread| self.thread_in_words(*thread)).collect();
                }
                path.push(next);
            }
        }
        Vec::new()
    }

    /// The threads that could end a blocked thread's wait, as far as that is known.
    fn waits_for(&self, thread: ThreadId) -> Vec<ThreadId> {
        let ThreadState::Waiting(wait_for) = self.thread(thread).state else { return Vec::new() };
        if self.ready(thread) {
            return Vec::new();
        }
        let others = self.who_can_end(thread, wait_for).into_iter().filter(|other| *other != thread).collect();
        self.by_name(others)
    }

    /// The tasks as a tree, indented, callers above callees.
    pub fn task_tree(&self) -> Vec<String> {
        let mut tasks: Vec<TaskId> = self.tasks.iter().map(|(place, _)| TaskId(place)).collect();
        tasks.sort_by_key(|task| self.task(*task).actor);
        let callers: Vec<Option<TaskId>> = tasks.iter().map(|task| self.caller_of(*task)).collect();
        let under = |caller: Option<TaskId>| {
            tasks.iter().zip(&callers).filter(move |pair| *pair.1 == caller).map(|pair| *pair.0).rev()
        };
        let mut lines = Vec::new();
        let mut stack: Vec<(TaskId, usize)> = under(None).map(|task| (task, 0)).collect();
        while let Some((task, depth)) = stack.pop() {
            lines.push(format!("{}{}", "  ".repeat(depth), self.task_words(task)));
            stack.extend(under(Some(task)).map(|callee| (callee, depth + 1)));
        }
        lines
    }

    /// The task whose thread made a call, or if it is over, the nearest one above it that is not.
    fn caller_of(&self, task: TaskId) -> Option<TaskId> {
        let mut at = self.task(task).actor;
        while at != ActorId::EMBEDDER {
            at = self.names.creator(at);
            let caller = self.tasks.iter().find(|(_, other)| other.actor == at);
            if let Some((place, _)) = caller {
                return Some(TaskId(place));
            }
        }
        None
    }

    /// What is left in any table, in words; empty when nothing is.
    pub fn leaks(&self) -> Vec<String> {
        let mut leaks = Vec::new();
        for (inst, instance) in self.instances.iter() {
            let name = self.instance_name(InstanceId(inst));
            for (index, handle) in instance.handles.iter() {
                let what = match handle {
                    Handle::Resource(resource) => {
                        let kind = if resource.own { "an owned" } else { "a borrowed" };
                        format!("{kind} resource `{}`", self.resource_type(resource.rt).name)
                    }
                    Handle::Waitable(waitable) => self.waitable_words(*waitable),
                    Handle::Set(set) => format!("waitable set {}", self.names.name(self.set(*set).actor)),
                    Handle::ErrorContext(_) => "an error context".to_owned(),
                };
                leaks.push(format!("{name}: handle {}: {what}", index.0));
            }
            for (index, thread) in instance.threads.iter() {
                let words = self.state_words(*thread);
                leaks.push(format!("{name}: thread {}: {} {words}", index.0, self.thread_name(*thread)));
            }
        }
        for (_, call) in self.host_calls.iter() {
            leaks.push(format!("host: the call {} was not answered", self.names.name(call.actor)));
        }
        for (id, waitable) in self.waitables.iter() {
            let WaitableKind::End(end) = &waitable.kind else { continue };
            if waitable.owner == Owner::Host && self.shared(end.shared).dropped {
                leaks.push(format!("host: {}", self.waitable_words(WaitableId(id))));
            }
        }
        leaks
    }

    /// Whether an activation of this kind is at the top.
    pub fn is_instantiating(&self) -> bool {
        self.running.iter().any(|activation| matches!(activation.kind, ActivationKind::Instantiate { .. }))
    }
}

/// What the function of a core frame is called.
pub fn func_name(program: &Program, frame: &wasm::FrameInfo) -> String {
    let module = &program.modules[frame.module.index()].syntax;
    let exported = || {
        let export = module.exports.iter().find(|export| export.item == ExportItem::Func(frame.func));
        export.map(|export| export.name.as_str())
    };
    let name = module.func_name(frame.func).or_else(exported);
    let name = name.map_or_else(|| format!("func[{}]", frame.func), str::to_owned);
    match &module.names.module {
        Some(module) => format!("{module}!{name}"),
        None => name,
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, thread) in self.running.iter().enumerate() {
            let word = if position == 0 { "running" } else { "called or resumed by" };
            writeln!(f, "{word} {} in {}", thread.name, thread.instance)?;
            for frame in &thread.frames {
                writeln!(f, "    at {} (offset {:#x})", frame.func, frame.offset)?;
            }
        }
        for thread in &self.blocked {
            write!(f, "{} in {} {}", thread.name, thread.instance, thread.state)?;
            match thread.waits.as_slice() {
                [] => writeln!(f)?,
                waits => {
                    writeln!(f, ":")?;
                    for wait in waits {
                        writeln!(f, "  - {wait}")?;
                    }
                }
            }
        }
        if let Some(first) = self.circle.first() {
            writeln!(f, "in a circle: {}, which waits for {first}", self.circle.join(", which waits for "))?;
        }
        if !self.tasks.is_empty() {
            writeln!(f, "tasks, callers above callees:")?;
            for line in &self.tasks {
                writeln!(f, "  {line}")?;
            }
        }
        Ok(())
    }
}
