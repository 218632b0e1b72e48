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
}

impl Default for SpecRevision {
    fn default() -> Self {
        Self { may_not_block: Follow::Scripts, donut: Follow::Scripts, sync_loop: Follow::Scripts }
    }
}
