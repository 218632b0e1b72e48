//! Snapshots of a store, and going back to them: forks in little time and space.
//!
//! Spec: none. Memories are kept as pages that snapshots share, stacks without their spare cells, what linking made by
//! reference. Going back reuses what the store has allocated.

use std::sync::Arc;

use crate::arena::Arena;
use crate::store::Store;
use crate::thread::Thread;

/// A store as it was, to go back to.
#[derive(Clone, Debug)]
pub struct Snapshot(Box<Store>);

impl Store {
    /// Keeps this state.
    #[must_use]
    pub fn snapshot(&mut self) -> Snapshot {
        Snapshot(Box::new(Self {
            core: self.core.freeze(),
            fuel: self.fuel,
            instances: self.instances.clone(),
            tasks: self.tasks.clone(),
            threads: freeze(&self.threads),
            waitables: self.waitables.clone(),
            sets: self.sets.clone(),
            shared: self.shared.clone(),
            error_contexts: self.error_contexts.clone(),
            resource_types: self.resource_types.clone(),
            linked: Arc::clone(&self.linked),
            waiting: self.waiting.clone(),
            running: self.running.clone(),
            choosing: self.choosing.clone(),
            asking: self.asking,
            host_calls: self.host_calls.clone(),
            host_ready: self.host_ready.clone(),
            invocations: self.invocations.clone(),
            instantiations: self.instantiations.clone(),
            names: self.names.clone(),
            occurrence: self.occurrence,
            notes: self.notes.clone(),
        }))
    }

    /// Goes back to a state that was kept.
    pub fn restore(&mut self, snapshot: &Snapshot) {
        let from = &*snapshot.0;
        self.core.thaw(&from.core);
        self.fuel = from.fuel;
        self.instances.clone_from(&from.instances);
        self.tasks.clone_from(&from.tasks);
        thaw(&mut self.threads, &from.threads);
        self.waitables.clone_from(&from.waitables);
        self.sets.clone_from(&from.sets);
        self.shared.clone_from(&from.shared);
        self.error_contexts.clone_from(&from.error_contexts);
        // Resource types are only ever added, while components are instantiated.
        if self.resource_types.len() != from.resource_types.len() {
            self.resource_types.clone_from(&from.resource_types);
        }
        if !Arc::ptr_eq(&self.linked, &from.linked) {
            self.linked = Arc::clone(&from.linked);
        }
        self.waiting.clone_from(&from.waiting);
        self.running.clone_from(&from.running);
        self.choosing.clone_from(&from.choosing);
        self.asking = from.asking;
        self.host_calls.clone_from(&from.host_calls);
        self.host_ready.clone_from(&from.host_ready);
        self.invocations.clone_from(&from.invocations);
        self.instantiations.clone_from(&from.instantiations);
        self.names.clone_from(&from.names);
        self.occurrence = from.occurrence;
        self.notes.clone_from(&from.notes);
    }
}

fn freeze(threads: &Arena<Thread>) -> Arena<Thread> {
    threads.map(|thread| Thread {
        stack: thread.stack.freeze(),
        pending: thread.pending.clone(),
        flat_results: thread.flat_results.clone(),
        ..*thread
    })
}

fn thaw(threads: &mut Arena<Thread>, from: &Arena<Thread>) {
    threads.make_like(from, |own, from| {
        let mut stack = own.map_or_else(wasm::Stack::new, |own| own.stack);
        stack.thaw(&from.stack);
        Thread { stack, pending: from.pending.clone(), flat_results: from.flat_results.clone(), ..*from }
    });
}
