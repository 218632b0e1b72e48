//! Snapshots of a store, and going back to them: forks in little time and space.
//!
//! Spec: none. Memories are kept as pages that snapshots share, stacks without their spare cells, what linking made by
//! reference. Going back reuses what the store has allocated.

use std::sync::Arc;

use crate::store::Store;
use crate::thread::Thread;

/// A store as it was, to go back to.
#[derive(Clone, Debug)]
pub struct Snapshot(Box<Store>);

impl Store {
    /// Keeps this state.
    #[must_use]
    pub fn snapshot(&mut self) -> Snapshot {
        let mut snapshot = Snapshot(Box::new(Self::new(*self.core.limits())));
        self.snapshot_into(&mut snapshot);
        snapshot
    }

    /// Keeps this state in place of another one, whose allocations are reused.
    pub fn snapshot_into(&mut self, snapshot: &mut Snapshot) {
        let to = &mut *snapshot.0;
        self.core.freeze_into(&mut to.core);
        to.threads.make_like(&self.threads, freeze, frozen);
        to.copy(self);
    }

    /// Goes back to a state that was kept.
    pub fn restore(&mut self, snapshot: &Snapshot) {
        let from = &*snapshot.0;
        self.core.thaw(&from.core);
        self.threads.make_like(&from.threads, thaw, thawed);
        self.copy(from);
    }

    /// Copies everything but what is kept in another form.
    fn copy(&mut self, from: &Self) {
        let Self { core: _, threads: _, fuel, instances, tasks, waitables, sets, shared, error_contexts, .. } = from;
        let Self { resource_types, linked, waiting, running, choosing, asking, host_calls, host_ready, .. } = from;
        let Self { invocations, instantiations, names, occurrence, notes, .. } = from;
        self.fuel = *fuel;
        self.instances.clone_from(instances);
        self.tasks.clone_from(tasks);
        self.waitables.clone_from(waitables);
        self.sets.clone_from(sets);
        self.shared.clone_from(shared);
        self.error_contexts.clone_from(error_contexts);
        // Resource types are only ever added, while components are instantiated.
        if self.resource_types.len() != resource_types.len() {
            self.resource_types.clone_from(resource_types);
        }
        if !Arc::ptr_eq(&self.linked, linked) {
            self.linked = Arc::clone(linked);
        }
        self.waiting.clone_from(waiting);
        self.running.clone_from(running);
        self.choosing.clone_from(choosing);
        self.asking = *asking;
        self.host_calls.clone_from(host_calls);
        self.host_ready.clone_from(host_ready);
        self.invocations.clone_from(invocations);
        self.instantiations.clone_from(instantiations);
        self.names.clone_from(names);
        self.occurrence = *occurrence;
        self.notes.clone_from(notes);
    }
}

fn frozen(thread: &Thread) -> Thread {
    Thread {
        stack: thread.stack.freeze(),
        pending: thread.pending,
        flat_results: thread.flat_results.clone(),
        ..*thread
    }
}

fn freeze(to: &mut Thread, thread: &Thread) {
    thread.stack.freeze_into(&mut to.stack);
    copy(to, thread);
}

fn thawed(thread: &Thread) -> Thread {
    Thread {
        stack: wasm::Stack::thawed(&thread.stack),
        pending: thread.pending,
        flat_results: thread.flat_results.clone(),
        ..*thread
    }
}

fn thaw(to: &mut Thread, thread: &Thread) {
    to.stack.thaw(&thread.stack);
    copy(to, thread);
}

/// Copies everything but the stack.
fn copy(to: &mut Thread, from: &Thread) {
    let Thread { task, state, cancellable, index, storage, body, pending, resumed, .. } = from;
    let Thread { picked, stack: _, flat_results, actor, .. } = from;
    (to.task, to.state, to.cancellable, to.index) = (*task, *state, *cancellable, *index);
    (to.storage, to.body, to.pending, to.resumed) = (*storage, *body, *pending, *resumed);
    (to.picked, to.actor) = (*picked, *actor);
    to.flat_results.clone_from(flat_results);
}
