//! Sentences about threads, tasks and waitables: what each does, what it waits for, who holds the other side.

use choice::Names as _;

use crate::copy_end::{CopyState, Direction, SharedKind};
use crate::handle::Handle;
use crate::id::{InstanceId, SetId, TaskId, ThreadId, WaitableId};
use crate::store::Store;
use crate::subtask::Callee;
use crate::thread::{ThreadState, WaitFor};
use crate::waitable::{Owner, WaitableKind};

impl Store {
    /// The name of an instance.
    pub fn instance_name(&self, inst: InstanceId) -> String {
        self.names.name(self.instance(inst).actor)
    }

    /// Who holds a waitable.
    pub fn owner_name(&self, owner: Owner) -> String {
        match owner {
            Owner::Host => "the host".to_owned(),
            Owner::Instance(inst) => self.instance_name(inst),
        }
    }

    /// A thread with its instance.
    pub fn thread_in_words(&self, thread: ThreadId) -> String {
        format!("{} in {}", self.thread_name(thread), self.instance_name(self.instance_of_thread(thread)))
    }

    /// What a thread does, in one line.
    pub fn state_words(&self, thread: ThreadId) -> String {
        let waits = self.wait_words(thread);
        let colon = if waits.is_empty() { "" } else { ": " };
        format!("{}{colon}{}", self.state_word(thread), waits.join("; or "))
    }

    /// What a thread does, without what it waits for.
    pub fn state_word(&self, thread: ThreadId) -> String {
        let inst = self.instance(self.instance_of_thread(thread));
        match self.thread(thread).state {
            ThreadState::Running => "runs".to_owned(),
            ThreadState::Suspended if inst.locked => "never runs again: its instance was locked by a trap".to_owned(),
            ThreadState::Suspended => "is suspended until another thread resumes it".to_owned(),
            ThreadState::Waiting(_) if self.ready(thread) => "is ready".to_owned(),
            ThreadState::Waiting(wait_for) => match wait_for {
                WaitFor::Always => "is ready".to_owned(),
                WaitFor::Backpressure(_) => format!("waits to enter {}", self.names.name(inst.actor)),
                WaitFor::NotExclusive => "waits for exclusive use of its instance".to_owned(),
                WaitFor::EventIn(set) | WaitFor::EventInAndNotExclusive(set) => {
                    format!("waits for an event in {}", self.set_words(set))
                }
                WaitFor::PendingEvent(_) => "waits in a synchronous built-in".to_owned(),
                WaitFor::SubtaskResolved(_) => "waits in a synchronous call".to_owned(),
            },
        }
    }

    /// What could end a thread's wait; empty when it does not wait, or for nothing that has a name.
    pub fn wait_words(&self, thread: ThreadId) -> Vec<String> {
        let ThreadState::Waiting(wait_for) = self.thread(thread).state else { return Vec::new() };
        if self.ready(thread) {
            return Vec::new();
        }
        let inst = self.instance(self.instance_of_thread(thread));
        let exclusive = || inst.exclusive_thread.map(|holder| self.exclusive_words(holder));
        match wait_for {
            WaitFor::Always => Vec::new(),
            WaitFor::Backpressure(_) if inst.backpressure > 0 => {
                let times =
                    if inst.backpressure == 1 { "once".to_owned() } else { format!("{} times", inst.backpressure) };
                let doing = self.doing_words(self.instance_of_thread(thread), Some(thread));
                vec![format!("backpressure.dec, {times}; {doing}")]
            }
            WaitFor::Backpressure(_) | WaitFor::NotExclusive => exclusive().into_iter().collect(),
            WaitFor::EventIn(set) => self.elem_words(set),
            WaitFor::EventInAndNotExclusive(set) if self.set_has_pending_event(set) => {
                exclusive().into_iter().collect()
            }
            WaitFor::EventInAndNotExclusive(set) => self.elem_words(set),
            WaitFor::PendingEvent(waitable) | WaitFor::SubtaskResolved(waitable) => vec![self.waitable_words(waitable)],
        }
    }

    /// The waitables whose events could end a blocked thread's wait, by the indices that the guest knows.
    pub fn wait_indices(&self, thread: ThreadId) -> Vec<String> {
        let ThreadState::Waiting(wait_for) = self.thread(thread).state else { return Vec::new() };
        if self.ready(thread) {
            return Vec::new();
        }
        let waitables = match wait_for {
            WaitFor::EventIn(set) | WaitFor::EventInAndNotExclusive(set) => self.set(set).elems.as_slice(),
            WaitFor::PendingEvent(waitable) | WaitFor::SubtaskResolved(waitable) => &[waitable],
            WaitFor::Always | WaitFor::Backpressure(_) | WaitFor::NotExclusive => &[],
        };
        waitables.iter().map(|id| self.waitable_index(*id)).collect()
    }

    /// A waitable by the index that the guest knows it by, or where it has none, by its name.
    pub fn waitable_index(&self, id: WaitableId) -> String {
        let waitable = self.waitable(id);
        let word = match &waitable.kind {
            WaitableKind::Subtask(_) => "subtask",
            WaitableKind::End(_) => "end",
        };
        let index = waitable.index.map(|index| index.0.to_string());
        format!("{word} {}", index.unwrap_or_else(|| self.names.name(waitable.actor)))
    }

    /// The threads that could end a wait, as far as that is known: of a callee, of the holder of the other end, and the one
    /// that has exclusive use.
    pub(crate) fn who_can_end(&self, thread: ThreadId, wait_for: WaitFor) -> Vec<ThreadId> {
        let inst = self.instance_of_thread(thread);
        match wait_for {
            WaitFor::Always => Vec::new(),
            WaitFor::Backpressure(_) if self.instance(inst).backpressure > 0 => self.threads_of(inst),
            WaitFor::Backpressure(_) | WaitFor::NotExclusive => {
                self.instance(inst).exclusive_thread.into_iter().collect()
            }
            WaitFor::EventIn(set) | WaitFor::EventInAndNotExclusive(set) => {
                self.set(set).elems.iter().flat_map(|elem| self.who_can_notify(*elem)).collect()
            }
            WaitFor::PendingEvent(waitable) | WaitFor::SubtaskResolved(waitable) => self.who_can_notify(waitable),
        }
    }

    fn who_can_notify(&self, id: WaitableId) -> Vec<ThreadId> {
        match &self.waitable(id).kind {
            WaitableKind::Subtask(subtask) => match subtask.callee {
                Callee::Task(task) if !subtask.resolved() => self.threads_of_task(task),
                Callee::Task(_) | Callee::None | Callee::HostCall(_) => Vec::new(),
            },
            WaitableKind::End(_) => match self.peer(id).map(|peer| self.waitable(peer).owner) {
                Some(Owner::Instance(inst)) => self.threads_of(inst),
                Some(Owner::Host) | None => Vec::new(),
            },
        }
    }

    fn threads_of(&self, inst: InstanceId) -> Vec<ThreadId> {
        let threads = self.threads.iter().map(|(place, _)| ThreadId(place));
        threads.filter(|thread| self.instance_of_thread(*thread) == inst).collect()
    }

    fn threads_of_task(&self, task: TaskId) -> Vec<ThreadId> {
        if !self.tasks.contains(task.0) {
            return Vec::new();
        }
        let entry = self.task(task);
        if entry.threads.is_empty() { entry.implicit_thread.into_iter().collect() } else { entry.threads.to_vec() }
    }

    fn exclusive_words(&self, holder: ThreadId) -> String {
        format!("{}, which has exclusive use and {}", self.thread_name(holder), self.state_word(holder))
    }

    /// A waitable set by the index that the guest knows it by.
    pub fn set_words(&self, set: SetId) -> String {
        let entry = self.set(set);
        let index = self.instance(entry.instance).handles.iter().find(|handle| *handle.1 == Handle::Set(set));
        let name = index.map_or_else(|| "a waitable set".to_owned(), |(index, _)| format!("waitable set {}", index.0));
        if entry.elems.is_empty() { format!("{name}, which is empty") } else { name }
    }

    fn elem_words(&self, set: SetId) -> Vec<String> {
        self.set(set).elems.iter().map(|waitable| self.waitable_words(*waitable)).collect()
    }

    /// What a waitable is, what it does, and who holds the other side.
    pub fn waitable_words(&self, id: WaitableId) -> String {
        let waitable = self.waitable(id);
        let name = self.names.name(waitable.actor);
        let event = if waitable.has_pending_event() { " (its event is pending)" } else { "" };
        match &waitable.kind {
            WaitableKind::Subtask(subtask) => {
                let callee = match subtask.callee {
                    Callee::Task(task) if self.tasks.contains(task.0) && !subtask.resolved() => {
                        let inst = self.task(task).inst;
                        format!(", run by {}, where it {}", self.instance_name(inst), self.task_state_words(task))
                    }
                    Callee::HostCall(_) => ", run by the host".to_owned(),
                    Callee::Task(_) | Callee::None => String::new(),
                };
                let index = waitable.index.map_or_else(String::new, |index| format!("subtask {}, ", index.0));
                format!("{index}the call {name}{event}: {}{callee}", subtask.state.word())
            }
            WaitableKind::End(end) => {
                let (side, kind) = kind_words(end.kind.direction, end.kind.shared);
                let doing = match (end.kind.direction, end.state) {
                    (_, CopyState::Idle) => "idle",
                    (_, CopyState::Done) => "done",
                    (Direction::Readable, CopyState::Copying) => "reading",
                    (Direction::Writable, CopyState::Copying) => "writing",
                    (_, CopyState::CancellingCopy) => "cancelling",
                };
                let index = waitable.index.map_or_else(String::new, |index| format!("{} ", index.0));
                format!("{side} end {index}{kind} {name}{event}: {doing}; {}", self.peer_words(id))
            }
        }
    }

    fn peer(&self, id: WaitableId) -> Option<WaitableId> {
        let end = self.waitable(id).end();
        let ends = self.shared(end.shared).ends;
        match end.kind.direction {
            Direction::Readable => ends[1],
            Direction::Writable => ends[0],
        }
    }

    fn peer_words(&self, id: WaitableId) -> String {
        let end = self.waitable(id).end();
        let shared = self.shared(end.shared);
        let side = match end.kind.direction {
            Direction::Readable => "writable",
            Direction::Writable => "readable",
        };
        let Some(peer) = self.peer(id) else {
            return if shared.dropped {
                format!("its {side} end was dropped")
            } else {
                format!("its {side} end is on its way in a call that has not started")
            };
        };
        let peer = self.waitable(peer);
        let doing = match (peer.end().state, shared.kind) {
            (CopyState::Idle, SharedKind::Future) => "has done nothing with it",
            (CopyState::Idle, SharedKind::Stream) => "is not copying",
            (CopyState::Copying, _) => "is copying",
            (CopyState::CancellingCopy, _) => "is cancelling its copy",
            (CopyState::Done, _) => "is done with it",
        };
        let there = match peer.owner {
            Owner::Host => String::new(),
            Owner::Instance(inst) => format!("; {}", self.doing_words(inst, None)),
        };
        format!("its {side} end is held by {}, which {doing}{there}", self.owner_name(peer.owner))
    }

    /// What the threads of an instance do, but for one of them.
    fn doing_words(&self, inst: InstanceId, but: Option<ThreadId>) -> String {
        if self.instance(inst).locked {
            return "it was locked by a trap".to_owned();
        }
        let threads = self.threads_of(inst).into_iter().filter(|thread| Some(*thread) != but);
        let words: Vec<String> =
            threads.map(|thread| format!("{} {}", self.thread_name(thread), self.state_word(thread))).collect();
        if words.is_empty() { "nothing runs there".to_owned() } else { format!("there {}", words.join(", and ")) }
    }

    fn task_state_words(&self, task: TaskId) -> String {
        let states: Vec<String> =
            self.threads_of_task(task).into_iter().map(|thread| self.state_word(thread)).collect();
        if states.is_empty() { "has no threads left".to_owned() } else { states.join(" and ") }
    }

    /// A task with its instance and what its threads do.
    pub(crate) fn task_words(&self, task: TaskId) -> String {
        let entry = self.task(task);
        let (name, inst) = (self.names.name(entry.actor), self.instance_name(entry.inst));
        format!("{name} in {inst}: {}", self.task_state_words(task))
    }
}

fn kind_words(direction: Direction, kind: SharedKind) -> (&'static str, &'static str) {
    let side = match direction {
        Direction::Readable => "readable",
        Direction::Writable => "writable",
    };
    let kind = match kind {
        SharedKind::Stream => "of stream",
        SharedKind::Future => "of future",
    };
    (side, kind)
}
