//! The functions of WASI that are offered, as one table.
//!
//! Spec: WASI 0.2 and 0.3, the packages `wasi:cli`, `wasi:clocks`, `wasi:io`, `wasi:random`, and of `wasi:filesystem` what a
//! command without directories calls. Every other function can be imported too, and traps when it is called.

/// Which line of releases an interface belongs to: types of one line are the same in all its releases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Track {
    /// `0.2.x`
    P2,
    /// `0.3.x`
    P3,
}

impl Track {
    /// The line that a version belongs to.
    pub(crate) fn of(version: &str) -> Option<Self> {
        if version.starts_with("0.2.") {
            Some(Self::P2)
        } else if version.starts_with("0.3.") {
            Some(Self::P3)
        } else {
            None
        }
    }
}

/// In which lines of releases a function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum In {
    P2,
    P3,
    Both,
}

impl In {
    fn has(self, track: Track) -> bool {
        match self {
            Self::P2 => track == Track::P2,
            Self::P3 => track == Track::P3,
            Self::Both => true,
        }
    }
}

/// Types with names of their own, which stand in signatures after a `%`.
const NAMED: &[(&str, &str)] = &[
    ("%stream-error", "variant{last-operation-failed(own<error>), closed}"),
    ("%written", "future<result<_, enum{io, illegal-byte-sequence, pipe}>>"),
    ("%datetime", "record{seconds: u64, nanoseconds: u32}"),
    ("%instant", "record{seconds: s64, nanoseconds: u32}"),
];

/// Declares the functions: variant, line of releases, interface, name, signature (`*` for any).
macro_rules! functions {
    ($($(#[$doc:meta])* $variant:ident, $line:ident, $interface:literal, $name:literal, $signature:literal;)*) => {
        /// A function that is offered.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Function { $($(#[$doc])* $variant,)* }

        impl Function {
            /// The function of an interface, such as `cli/stdout`, by its name, and its signature.
            pub(crate) fn find(track: Track, interface: &str, name: &str) -> Option<(Self, String)> {
                $(if In::$line.has(track) && $interface == interface && $name == name {
                    return Some((Self::$variant, spell_out($signature)));
                })*
                None
            }
        }
    };
}

fn spell_out(signature: &str) -> String {
    NAMED.iter().fold(signature.to_owned(), |text, (name, ty)| text.replace(name, ty))
}

functions! {
    /// The variables that were given.
    GetEnvironment, Both, "cli/environment", "get-environment", "func() -> list<tuple<string, string>>";
    /// The arguments that were given, the program's name first.
    GetArguments, Both, "cli/environment", "get-arguments", "func() -> list<string>";
    /// None: there are no directories.
    InitialCwd, P2, "cli/environment", "initial-cwd", "func() -> option<string>";
    /// None: there are no directories.
    GetInitialCwd, P3, "cli/environment", "get-initial-cwd", "func() -> option<string>";
    /// Ends the program with 0 or 1.
    Exit, Both, "cli/exit", "exit", "func(result)";
    /// Ends the program with any code.
    ExitWithCode, Both, "cli/exit", "exit-with-code", "func(u8)";
    /// Stdin as a stream, and how it went.
    StdinReadViaStream, P3, "cli/stdin", "read-via-stream", "func() -> tuple<stream<u8>, %written>";
    /// Takes a stream for stdout.
    StdoutWriteViaStream, P3, "cli/stdout", "write-via-stream", "func(stream<u8>) -> %written";
    /// Takes a stream for stderr.
    StderrWriteViaStream, P3, "cli/stderr", "write-via-stream", "func(stream<u8>) -> %written";
    /// A resource for stdin.
    GetStdin, P2, "cli/stdin", "get-stdin", "func() -> own<input-stream>";
    /// A resource for stdout.
    GetStdout, P2, "cli/stdout", "get-stdout", "func() -> own<output-stream>";
    /// A resource for stderr.
    GetStderr, P2, "cli/stderr", "get-stderr", "func() -> own<output-stream>";
    /// None: nothing is shown as a terminal.
    GetTerminalStdin, Both, "cli/terminal-stdin", "get-terminal-stdin", "func() -> option<own<terminal-input>>";
    /// None: nothing is shown as a terminal.
    GetTerminalStdout, Both, "cli/terminal-stdout", "get-terminal-stdout", "func() -> option<own<terminal-output>>";
    /// None: nothing is shown as a terminal.
    GetTerminalStderr, Both, "cli/terminal-stderr", "get-terminal-stderr", "func() -> option<own<terminal-output>>";
    /// The monotonic clock, in nanoseconds since the host began.
    MonotonicNow, Both, "clocks/monotonic-clock", "now", "func() -> u64";
    /// One nanosecond.
    MonotonicResolution, P2, "clocks/monotonic-clock", "resolution", "func() -> u64";
    /// One nanosecond.
    MonotonicGetResolution, P3, "clocks/monotonic-clock", "get-resolution", "func() -> u64";
    /// Returns at a time.
    WaitUntil, P3, "clocks/monotonic-clock", "wait-until", "async func(u64)";
    /// Returns after a time.
    WaitFor, P3, "clocks/monotonic-clock", "wait-for", "async func(u64)";
    /// A pollable that is ready at a time.
    SubscribeInstant, P2, "clocks/monotonic-clock", "subscribe-instant", "func(u64) -> own<pollable>";
    /// A pollable that is ready after a time.
    SubscribeDuration, P2, "clocks/monotonic-clock", "subscribe-duration", "func(u64) -> own<pollable>";
    /// The date.
    WallClockNow, P2, "clocks/wall-clock", "now", "func() -> %datetime";
    /// One nanosecond.
    WallClockResolution, P2, "clocks/wall-clock", "resolution", "func() -> %datetime";
    /// The date.
    SystemClockNow, P3, "clocks/system-clock", "now", "func() -> %instant";
    /// One nanosecond.
    SystemClockGetResolution, P3, "clocks/system-clock", "get-resolution", "func() -> u64";
    /// Bytes nobody can guess.
    GetRandomBytes, Both, "random/random", "get-random-bytes", "func(u64) -> list<u8>";
    /// A number nobody can guess.
    GetRandomU64, Both, "random/random", "get-random-u64", "func() -> u64";
    /// Bytes that may be guessed.
    GetInsecureRandomBytes, Both, "random/insecure", "get-insecure-random-bytes", "func(u64) -> list<u8>";
    /// A number that may be guessed.
    GetInsecureRandomU64, Both, "random/insecure", "get-insecure-random-u64", "func() -> u64";
    /// Two numbers that may be guessed.
    InsecureSeed, P2, "random/insecure-seed", "insecure-seed", "func() -> tuple<u64, u64>";
    /// Two numbers that may be guessed.
    GetInsecureSeed, P3, "random/insecure-seed", "get-insecure-seed", "func() -> tuple<u64, u64>";
    /// What an error says.
    ErrorToDebugString, P2, "io/error", "[method]error.to-debug-string", "func(borrow<error>) -> string";
    /// Waits until one of several pollables is ready.
    Poll, P2, "io/poll", "poll", "func(list<borrow<pollable>>) -> list<u32>";
    /// Whether a pollable is ready.
    PollableReady, P2, "io/poll", "[method]pollable.ready", "func(borrow<pollable>) -> bool";
    /// Waits until a pollable is ready.
    PollableBlock, P2, "io/poll", "[method]pollable.block", "func(borrow<pollable>)";
    /// Reads what is there.
    InputRead, P2, "io/streams", "[method]input-stream.read",
        "func(borrow<input-stream>, u64) -> result<list<u8>, %stream-error>";
    /// Waits and reads.
    InputBlockingRead, P2, "io/streams", "[method]input-stream.blocking-read",
        "func(borrow<input-stream>, u64) -> result<list<u8>, %stream-error>";
    /// Skips what is there.
    InputSkip, P2, "io/streams", "[method]input-stream.skip",
        "func(borrow<input-stream>, u64) -> result<u64, %stream-error>";
    /// Waits and skips.
    InputBlockingSkip, P2, "io/streams", "[method]input-stream.blocking-skip",
        "func(borrow<input-stream>, u64) -> result<u64, %stream-error>";
    /// A pollable that is ready when a read would give something.
    InputSubscribe, P2, "io/streams", "[method]input-stream.subscribe", "func(borrow<input-stream>) -> own<pollable>";
    /// How much may be written.
    OutputCheckWrite, P2, "io/streams", "[method]output-stream.check-write",
        "func(borrow<output-stream>) -> result<u64, %stream-error>";
    /// Writes as much as was allowed.
    OutputWrite, P2, "io/streams", "[method]output-stream.write",
        "func(borrow<output-stream>, list<u8>) -> result<_, %stream-error>";
    /// Writes up to 4096 bytes.
    OutputBlockingWriteAndFlush, P2, "io/streams", "[method]output-stream.blocking-write-and-flush",
        "func(borrow<output-stream>, list<u8>) -> result<_, %stream-error>";
    /// Nothing is held back, so nothing is to be done.
    OutputFlush, P2, "io/streams", "[method]output-stream.flush",
        "func(borrow<output-stream>) -> result<_, %stream-error>";
    /// Nothing is held back, so nothing is to be done.
    OutputBlockingFlush, P2, "io/streams", "[method]output-stream.blocking-flush",
        "func(borrow<output-stream>) -> result<_, %stream-error>";
    /// A pollable that is ready when something may be written.
    OutputSubscribe, P2, "io/streams", "[method]output-stream.subscribe", "func(borrow<output-stream>) -> own<pollable>";
    /// Writes zeroes, as many as were allowed.
    OutputWriteZeroes, P2, "io/streams", "[method]output-stream.write-zeroes",
        "func(borrow<output-stream>, u64) -> result<_, %stream-error>";
    /// Writes up to 4096 zeroes.
    OutputBlockingWriteZeroesAndFlush, P2, "io/streams", "[method]output-stream.blocking-write-zeroes-and-flush",
        "func(borrow<output-stream>, u64) -> result<_, %stream-error>";
    /// Reads from one stream what may be written to the other.
    OutputSplice, P2, "io/streams", "[method]output-stream.splice",
        "func(borrow<output-stream>, borrow<input-stream>, u64) -> result<u64, %stream-error>";
    /// Waits, and reads from one stream what may be written to the other.
    OutputBlockingSplice, P2, "io/streams", "[method]output-stream.blocking-splice",
        "func(borrow<output-stream>, borrow<input-stream>, u64) -> result<u64, %stream-error>";
    /// None: no error comes from a file.
    FilesystemErrorCode, P2, "filesystem/types", "filesystem-error-code", "*";
    /// No directories.
    GetDirectories, Both, "filesystem/preopens", "get-directories", "func() -> list<tuple<own<descriptor>, string>>";
}

impl Function {
    /// Whether what it gives depends on the clock, so that the time belongs to the state.
    pub(crate) fn reads_clock(self) -> bool {
        use Function as F;
        matches!(
            self,
            F::MonotonicNow
                | F::WaitUntil
                | F::SubscribeInstant
                | F::SubscribeDuration
                | F::WallClockNow
                | F::SystemClockNow
        )
    }
}
