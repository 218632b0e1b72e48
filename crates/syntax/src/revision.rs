//! The revision of the Component Model that Raddle follows, and the switches where text and reference scripts disagree.

/// The pinned commit of WebAssembly/component-model.
pub const COMMIT: &str = "6d28164";

/// The date of the pinned commit.
pub const DATE: &str = "2026-08-21";

/// Where the specification's text and its reference scripts disagree, which one is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Follow {
    /// What `test/` asserts.
    Scripts,
    /// What CanonicalABI.md and `definitions.py` say.
    Text,
}

/// One switch for each known disagreement; `spec-tests/errata.md` lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SpecRevision {
    /// Whether a synchronous call of an async-typed function, and a synchronous built-in that can block, trap before
    /// anything else when no other thread could make progress (rule `sync/may-not-block`).
    pub may_not_block: Follow,
    /// Whether calls between an instance and its ancestor or descendant trap (rule `call/donut`).
    pub donut: Follow,
    /// Whether the loop of a sync-typed lift leaves out the implicit threads of async-typed tasks that need exclusive use.
    pub sync_loop: Follow,
    /// Whether `task.return` without a memory goes with a lift that has one.
    pub task_return_memory: Follow,
    /// Whether cancelling a copy of a stream that got somewhere reports CANCELLED, and not COMPLETED.
    pub cancel_copy: Follow,
    /// Whether a call that is held back by a thread in exclusive use lets that thread run first, if it is ready.
    pub exclusive_first: Follow,
    /// Whether by default a wait for an event that is pending already goes on at once, and does not block first.
    pub pending_first: Follow,
}

impl SpecRevision {
    /// The text everywhere.
    pub const TEXT: Self = Self {
        may_not_block: Follow::Text,
        donut: Follow::Text,
        sync_loop: Follow::Text,
        task_return_memory: Follow::Text,
        cancel_copy: Follow::Text,
        exclusive_first: Follow::Text,
        pending_first: Follow::Text,
    };

    /// The reference scripts everywhere.
    pub const SCRIPTS: Self = Self {
        may_not_block: Follow::Scripts,
        donut: Follow::Scripts,
        sync_loop: Follow::Scripts,
        task_return_memory: Follow::Scripts,
        cancel_copy: Follow::Scripts,
        exclusive_first: Follow::Scripts,
        pending_first: Follow::Scripts,
    };
}

impl Default for SpecRevision {
    fn default() -> Self {
        Self::SCRIPTS
    }
}
