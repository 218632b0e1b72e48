//! What a store looks like to a reader: backtraces, the tree of tasks, who waits for whom, what is left over.

use choice::Names as _;

use crate::activation::ActivationKind;
use crate::copy_end::{CopyState, Direction, SharedKind};
use crate::handle::Handle;
use crate::id::{InstanceId, SetId, TaskId, ThreadId, WaitableId};
use crate::program::Program;
use crate::store::Store;
use crate::subtask::Callee;
use crate::task::Caller;
use crate::thread::{ThreadState, WaitFor};
use crate::waitable::{Owner, WaitableKind};

/// A core frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameDump {
    /// The function's name, from the name section, or its index.
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
    /// The tasks as a tree, indented, callers above callees.
    pub tasks: Vec<String>,
}

impl Store {
    /// Who runs now, and everybody else.
    pub fn report(&self, program: &Program) -> Report {
        let chain: Vec<ThreadId> = self.running.iter().rev().filter_map(|activation| activation.thread).collect();
        let running = chain.iter().map(|thread| self.thread_dump(program, *thread)).collect();
        let blocked = self
            .threads
            .iter()
            .map(|(place, _)| ThreadId(place))
            .filter(|thread| !chain.contains(thread))
            .map(|thread| self.thread_dump(program, thread))
            .collect();
        Report { running, blocked, tasks: self.task_tree() }
    }

    /// Every blocked thread with what it waits for, who holds the other end, and what that one does.
    pub fn wait_for_graph(&self, program: &Program) -> Report {
        self.report(program)
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
            state: self.state_words(thread),
            frames,
        }
    }

    /// The name of an instance.
    pub fn instance_name(&self, inst: InstanceId) -> String {
        self.names.name(self.instance(inst).actor)
    }

    /// What a thread does, in words.
    pub fn state_words(&self, thread: ThreadId) -> String {
        match self.thread(thread).state {
            ThreadState::Running => "runs".to_owned(),
            ThreadState::Suspended if self.instance(self.instance_of_thread(thread)).locked => {
                "never runs again: its instance was locked by a trap".to_owned()
            }
            ThreadState::Suspended => "is suspended until another thread resumes it".to_owned(),
            ThreadState::Waiting(wait_for) => self.wait_words(thread, wait_for),
        }
    }

    fn wait_words(&self, thread: ThreadId, wait_for: WaitFor) -> String {
        let inst = self.instance(self.instance_of_thread(thread));
        match wait_for {
            WaitFor::Always => "is ready".to_owned(),
            WaitFor::Backpressure(_) => format!(
                "waits to enter {}: backpressure is {}{}",
                self.names.name(inst.actor),
                inst.backpressure,
                self.exclusive_words(inst.exclusive_thread)
            ),
            WaitFor::NotExclusive => {
                format!("waits for exclusive use of its instance{}", self.exclusive_words(inst.exclusive_thread))
            }
            WaitFor::EventIn(set) | WaitFor::EventInAndNotExclusive(set) => self.set_words(set),
            WaitFor::PendingEvent(waitable) => format!("waits for {}", self.waitable_words(waitable)),
            WaitFor::SubtaskResolved(subtask) => format!("waits for {}", self.waitable_words(subtask)),
        }
    }

    fn exclusive_words(&self, exclusive: Option<ThreadId>) -> String {
        exclusive.map_or_else(String::new, |thread| format!(", {} has exclusive use", self.thread_name(thread)))
    }

    fn set_words(&self, set: SetId) -> String {
        let entry = self.set(set);
        let name = self.names.name(entry.actor);
        if entry.elems.is_empty() {
            return format!("waits for an event in {name}, which is empty");
        }
        let elems: Vec<String> = entry.elems.iter().map(|waitable| self.waitable_words(*waitable)).collect();
        format!("waits for an event in {name} of: {}", elems.join("; "))
    }

    /// What a waitable is, what it does, and who holds the other side.
    pub fn waitable_words(&self, id: WaitableId) -> String {
        let waitable = self.waitable(id);
        let name = self.names.name(waitable.actor);
        let event = if waitable.has_pending_event() { ", whose event is pending" } else { "" };
        match &waitable.kind {
            WaitableKind::Subtask(subtask) => {
                let callee = match subtask.callee {
                    Callee::None => String::new(),
                    Callee::Task(task) if self.tasks.contains(task.0) && !subtask.resolved() => {
                        format!(", run by {}", self.task_words(task))
                    }
                    Callee::Task(_) => String::new(),
                    Callee::HostCall(_) => ", run by the host".to_owned(),
                };
                format!("the call {name} ({}){callee}{event}", subtask.state.word())
            }
            WaitableKind::End(end) => {
                let verb = match (end.kind.direction, end.state) {
                    (_, CopyState::Idle) => "idle",
                    (_, CopyState::Done) => "done",
                    (Direction::Readable, CopyState::Copying) => "reading",
                    (Direction::Writable, CopyState::Copying) => "writing",
                    (_, CopyState::CancellingCopy) => "cancelling",
                };
                format!("the {} {name} ({verb}{event}), {}", end.kind.word(), self.peer_words(id))
            }
        }
    }

    fn peer_words(&self, id: WaitableId) -> String {
        let end = self.waitable(id).end();
        let shared = self.shared(end.shared);
        let (other, word) = match end.kind.direction {
            Direction::Readable => (shared.ends[1], "writable"),
            Direction::Writable => (shared.ends[0], "readable"),
        };
        let Some(other) = other else {
            return if shared.dropped {
                format!("whose {word} end was dropped")
            } else {
                format!("whose {word} end is on its way in a call that has not started")
            };
        };
        let peer = self.waitable(other);
        let holder = match peer.owner {
            Owner::Host => "the host".to_owned(),
            Owner::Instance(inst) => self.instance_name(inst),
        };
        let doing = match (peer.end().state, shared.kind) {
            (CopyState::Idle, SharedKind::Future) => "which has done nothing with it",
            (CopyState::Idle, SharedKind::Stream) => "which is not copying",
            (CopyState::Copying, _) => "which is copying",
            (CopyState::CancellingCopy, _) => "which is cancelling its copy",
            (CopyState::Done, _) => "which is done with it",
        };
        format!("whose {word} end is held by {holder}, {doing}")
    }

    fn task_words(&self, task: TaskId) -> String {
        let entry = self.task(task);
        let threads: Vec<ThreadId> =
            if entry.threads.is_empty() { entry.implicit_thread.into_iter().collect() } else { entry.threads.to_vec() };
        let states: Vec<&str> = threads
            .iter()
            .map(|thread| match self.thread(*thread).state {
                ThreadState::Running => "running",
                ThreadState::Suspended => "suspended",
                ThreadState::Waiting(WaitFor::Backpressure(_)) => "waiting to enter",
                ThreadState::Waiting(_) if self.ready(*thread) => "ready",
                ThreadState::Waiting(_) => "waiting",
            })
            .collect();
        format!("{} in {} ({})", self.names.name(entry.actor), self.instance_name(entry.inst), states.join(", "))
    }

    /// The tasks as a tree, indented, callers above callees.
    pub fn task_tree(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let roots: Vec<TaskId> = self
            .tasks
            .iter()
            .filter(|(_, task)| !matches!(task.caller, Caller::Subtask(_)))
            .map(|(place, _)| TaskId(place))
            .collect();
        let mut stack: Vec<(TaskId, usize)> = roots.into_iter().rev().map(|task| (task, 0)).collect();
        let mut seen = Vec::new();
        while let Some((task, depth)) = stack.pop() {
            if seen.contains(&task) {
                continue;
            }
            seen.push(task);
            lines.push(format!("{}{}", "  ".repeat(depth), self.task_words(task)));
            let children = self.callees_of(task);
            stack.extend(children.into_iter().rev().map(|child| (child, depth + 1)));
        }
        let orphans: Vec<TaskId> =
            self.tasks.iter().map(|(place, _)| TaskId(place)).filter(|task| !seen.contains(task)).collect();
        lines.extend(orphans.into_iter().map(|task| self.task_words(task)));
        lines
    }

    /// The tasks that an instance's calls began, for those calls whose names come from a task.
    fn callees_of(&self, caller: TaskId) -> Vec<TaskId> {
        let prefix = self.names.name(self.task(caller).actor);
        self.tasks
            .iter()
            .filter(|(_, task)| {
                let name = self.names.name(task.actor);
                name.strip_prefix(&prefix).is_some_and(|rest| {
                    rest.strip_prefix('/').is_some_and(|rest| !rest.contains('/'))
                        || rest.strip_prefix("/thread#").is_some_and(|rest| rest.matches('/').count() == 1)
                })
            })
            .map(|(place, _)| TaskId(place))
            .collect()
    }

    /// What is left in any table, in words; empty when nothing is.
    pub fn leaks(&self) -> Vec<String> {
        let mut leaks = Vec::new();
        for (position, instance) in self.instances.iter().enumerate() {
            let name = self.instance_name(InstanceId::new(position));
            for (index, handle) in instance.handles.iter() {
                let what = match handle {
                    Handle::Resource(resource) => {
                        let kind = if resource.own { "owned" } else { "borrowed" };
                        format!("{kind} resource `{}`", self.resource_type(resource.rt).name)
                    }
                    Handle::Waitable(waitable) => self.waitable_words(*waitable),
                    Handle::Set(set) => format!("the waitable set {}", self.names.name(self.set(*set).actor)),
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
        leaks
    }

    /// Whether an activation of this kind is at the top.
    pub fn is_instantiating(&self) -> bool {
        self.running.iter().any(|activation| matches!(activation.kind, ActivationKind::Instantiate { .. }))
    }
}

fn func_name(program: &Program, frame: &wasm::FrameInfo) -> String {
    let module = &program.modules[frame.module.index()].syntax;
    let name = module.func_name(frame.func).map_or_else(|| format!("func[{}]", frame.func), str::to_owned);
    match &module.names.module {
        Some(module) => format!("{module}!{name}"),
        None => name,
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (position, thread) in self.running.iter().enumerate() {
            let word = if position == 0 { "running" } else { "resumed by" };
            writeln!(f, "{word} {} in {}", thread.name, thread.instance)?;
            for frame in &thread.frames {
                writeln!(f, "    at {} (offset {:#x})", frame.func, frame.offset)?;
            }
        }
        for thread in &self.blocked {
            writeln!(f, "{} in {} {}", thread.name, thread.instance, thread.state)?;
        }
        if !self.tasks.is_empty() {
            writeln!(f, "tasks:")?;
            for line in &self.tasks {
                writeln!(f, "  {line}")?;
            }
        }
        Ok(())
    }
}
