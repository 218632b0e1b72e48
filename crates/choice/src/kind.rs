//! The kinds of choices that the specification leaves open, as one table.

/// Declares the kinds: variant, name, whether it is a data choice, who leaves it open, what option 0 is.
macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident, $class:ident, $source:literal, $default:literal;)*) => {
        /// A kind of choice.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum ChoiceKind { $($(#[$doc])* $variant,)* }

        impl ChoiceKind {
            /// All kinds, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name, as it stands in schedule files.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant),)* }
            }

            /// Whether explorers can fork here, or only run again.
            pub const fn class(self) -> Class {
                match self { $(Self::$variant => Class::$class,)* }
            }

            /// The text that leaves the choice open.
            pub const fn source(self) -> &'static str {
                match self { $(Self::$variant => $source,)* }
            }

            /// What option 0 is.
            pub const fn default_option(self) -> &'static str {
                match self { $(Self::$variant => $default,)* }
            }
        }
    };
}

/// How a kind of choice is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Between steps: the machine stops here, and can be forked.
    Schedule,
    /// Asked of the virtual host.
    Host,
    /// Inside a leaf, answered inline; never a fork point.
    Data,
}

kinds! {
    /// What the embedder's event loop does next.
    EmbedderTurn, Schedule,
        "CanonicalABI.md, `Store.tick`; Concurrency.md, Nondeterminism: if multiple threads that previously blocked can be resumed at the same time, the order in which they are resumed",
        "the first ready thread in the order of `Store.waiting`, then host events, then a further call";
    /// Which ready thread `Store.tick` resumes when an embedder calls it itself.
    NextThread, Schedule,
        "CanonicalABI.md, `Store.tick`; Concurrency.md, Nondeterminism: the order in which blocked threads are resumed",
        "the first ready thread in the order of `Store.waiting`";
    /// Which thread of the instance the loop of a sync-typed lift resumes.
    SyncCallProgress, Schedule,
        "CanonicalABI.md, `canon_lift`; Concurrency.md, Nondeterminism: the order in which blocked threads are resumed",
        "the first ready thread in the order of `Store.waiting`";
    /// Whether a wait whose condition already holds blocks all the same.
    ContinueOrBlock, Schedule,
        "CanonicalABI.md, `Thread.wait_until`; Concurrency.md, Nondeterminism: whenever a thread yields or waits with an already pending event, whether or not it blocks",
        "a yield blocks; a wait for an event that is pending already goes on";
    /// Which pending event of a waitable set is delivered.
    NextEvent, Schedule,
        "CanonicalABI.md, `WaitableSet.get_pending_event`; Concurrency.md, Nondeterminism: which waitable's event is delivered first",
        "the waitable that joined first";
    /// Which thread of a task receives the request for cancellation.
    CancelTarget, Schedule,
        "CanonicalABI.md, `Task.request_cancellation`; Concurrency.md, Nondeterminism: the choice of which thread receives the request",
        "the first cancellable thread in the order of `Task.threads`";
    /// Whether a host function returns at once, has started, or has not.
    HostStart, Host,
        "Concurrency.md, Nondeterminism: the behavior of host-defined calls",
        "returned at once";
    /// Which pending host call completes. The hosts here never ask: completions are events, among which `EmbedderTurn` picks.
    HostCompletion, Host,
        "Concurrency.md, Nondeterminism: the behavior of host-defined calls",
        "in the order of the requests";
    /// How much a host end of a stream copies.
    HostCopyLength, Host,
        "Concurrency.md, Nondeterminism: the behavior of reads and writes on streams passed to and from the host",
        "as much as fits";
    /// Whether a host call that is asked to cancel does so.
    HostCancel, Host,
        "Concurrency.md, Nondeterminism: the behavior of host-defined calls",
        "at once";
    /// Whether the host drops its end of a stream or future.
    HostDropEnd, Host,
        "Concurrency.md, Nondeterminism: the behavior of host-defined calls",
        "no";
    /// Whether a host operation fails.
    HostFault, Host,
        "Concurrency.md, Nondeterminism: the behavior of host-defined calls",
        "no";
    /// Which of several timers with one deadline fires first. The hosts here never ask, as with `HostCompletion`.
    TimerTie, Host,
        "Concurrency.md, Nondeterminism: the behavior of host-defined calls",
        "in the order of the requests";
    /// Which agent `memory.atomic.notify` wakes.
    AtomicNotify, Schedule,
        "threads proposal, `memory.atomic.notify`",
        "in the order of waiting";
    /// Whether `error-context.new` keeps its message.
    KeepErrorMessage, Data,
        "CanonicalABI.md, `canon_error_context_new`",
        "dropped";
    /// The bits of a NaN that is stored or lowered.
    NanBits, Data,
        "CanonicalABI.md, `maybe_scramble_nan32`, `maybe_scramble_nan64`",
        "canonical";
    /// The bits of a NaN that a core instruction produces.
    CoreNanBits, Data,
        "core specification, \"NaN Propagation\"",
        "canonical";
    /// Whether `memory.grow` and `table.grow` fail within the limits.
    GrowFails, Data,
        "core specification, `memory.grow`, `table.grow`",
        "no";
    /// The result of a relaxed SIMD instruction.
    RelaxedSimd, Data,
        "core specification, \"Relaxed operations\"",
        "the deterministic lowering";
}
