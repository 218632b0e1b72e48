//! A host of WASI over what is outside: calls and their answers, what was requested, and when it can be delivered.
//!
//! Spec: Concurrency.md, "Nondeterminism", on host-defined calls. The host's own state is plain data; whether the whole host
//! is depends on what is outside.

use std::sync::Arc;

use canon::{Resource, ResourceTypeId, Value};
use choice::{ActorId, Alternative, Anchor, ChoiceKind, Divergence, StateHash, StateHasher};
use runtime::arena::Arena;
use runtime::drive::Host;
use runtime::host::{CancelAnswer, HostAnswer};
use runtime::id::{HostCallId, HostFunc, WaitableId};
use runtime::instantiate::ExternValue;
use runtime::step::{Env, Failure};
use runtime::{Program, Store};
use syntax::component::ExternType;
use syntax::{Trap, TrapRule};

use crate::config::Config;
use crate::imports::Imports;
use crate::outside::{Asked, Awaited, Input, Outside, Waited};
use crate::resources::Entry;
use crate::stdio::{Sink, Source};

/// A host of WASI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WasiHost<O> {
    pub(crate) outside: O,
    /// The same for the whole run, so no part of the state, and shared by its forks; so are the imports.
    pub(crate) config: Arc<Config>,
    pub(crate) imports: Arc<Imports>,
    /// What the monotonic clock said last.
    pub(crate) now: u64,
    pub(crate) stdin: Stdin,
    /// Whether an output failed, so that nothing more is written to it.
    pub(crate) closed: [bool; 2],
    pub(crate) requests: Vec<Request>,
    pub(crate) sinks: Vec<Sink>,
    pub(crate) sources: Vec<Source>,
    /// Writable ends of futures whose value is being written.
    pub(crate) futures: Vec<WaitableId>,
    pub(crate) resources: Arena<Entry>,
    polls: u32,
}

/// What was read of stdin and not yet given to a guest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stdin {
    pub(crate) buffer: Vec<u8>,
    pub(crate) end: Option<StdinEnd>,
}
choice::state_hash!(struct Stdin { buffer, end });

/// How stdin ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StdinEnd {
    End,
    Failed(String),
}
choice::state_hash!(enum StdinEnd { 0 => End, 1 => Failed(message) });

/// Something that will be delivered by the event loop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) wanted: Wanted,
    /// What the clock said at the request.
    pub(crate) since: u64,
    /// What it belongs to.
    pub(crate) actor: ActorId,
}

/// What will be delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The return of a call at a time.
    Timer { call: HostCallId, deadline: u64 },
    /// The end of a call that was cancelled, or its return if the time has come before.
    Cancelled { call: HostCallId, deadline: u64 },
    /// The host begins to read a stream of a guest.
    Read { end: WaitableId },
    /// There is input for a stream to a guest.
    Fill { end: WaitableId },
}

/// A time that never comes.
pub(crate) const NEVER: u64 = u64::MAX;

impl<O: StateHash> StateHash for WasiHost<O> {
    fn state_hash(&self, hasher: &mut StateHasher) {
        self.outside.state_hash(hasher);
        if self.imports.reads_clock {
            self.now.state_hash(hasher);
        }
        self.stdin.state_hash(hasher);
        self.closed.state_hash(hasher);
        for request in &self.requests {
            let (kind, id, time): (u8, u32, u64) = match request.wanted {
                Wanted::Timer { call, deadline } => (0, call.0, deadline),
                Wanted::Cancelled { call, deadline } => (1, call.0, deadline),
                Wanted::Read { end } => (2, end.0, request.since),
                Wanted::Fill { end } => (3, end.0, request.since),
            };
            kind.state_hash(hasher);
            id.state_hash(hasher);
            time.wrapping_sub(self.now).state_hash(hasher);
        }
        self.requests.len().state_hash(hasher);
        self.sinks.state_hash(hasher);
        self.sources.state_hash(hasher);
        self.futures.state_hash(hasher);
        self.resources.state_hash(hasher);
    }
}

/// A call as the host's functions see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    pub(crate) id: HostCallId,
    pub(crate) actor: ActorId,
    /// The type of the function.
    pub(crate) ty: syntax::id::FuncTypeId,
}

/// A trap of the host with words.
pub(crate) fn host_trap(words: impl Into<String>) -> HostAnswer {
    HostAnswer::Trap(Trap::with(TrapRule::HostTrap, format!("({})", words.into())))
}

pub(crate) const fn anchor(actor: ActorId, operation: &'static str, occurrence: u32) -> Anchor {
    Anchor { actor, object: None, operation, occurrence }
}

impl<O: Outside> WasiHost<O> {
    /// A host over what is outside.
    pub fn new(config: Config, outside: O) -> Self {
        Self {
            outside,
            config: Arc::new(config),
            imports: Arc::default(),
            now: 0,
            stdin: Stdin::default(),
            closed: [false; 2],
            requests: Vec::new(),
            sinks: Vec::new(),
            sources: Vec::new(),
            futures: Vec::new(),
            resources: Arena::default(),
            polls: 0,
        }
    }

    /// What is outside.
    pub const fn outside(&self) -> &O {
        &self.outside
    }

    /// Supplies an import whose package is `wasi:`, with exactly what it asks for; nothing for any other import. Functions
    /// that are not offered trap when they are called, and say their name.
    pub fn resolve(
        &mut self,
        store: &mut Store,
        program: &Program,
        name: &str,
        ty: &ExternType,
    ) -> Option<ExternValue> {
        Arc::make_mut(&mut self.imports).resolve(store, program, name, ty)
    }

    /// Whether a function is one of WASI's.
    pub fn owns_func(&self, func: HostFunc) -> bool {
        self.imports.get(func).is_some()
    }

    /// Whether a resource type is one of WASI's.
    pub fn owns_resource(&self, ty: ResourceTypeId) -> bool {
        self.imports.has_resource(ty)
    }

    /// Whether an end of a stream or future is one that WASI holds.
    pub fn owns_end(&self, end: WaitableId) -> bool {
        self.futures.contains(&end)
            || self.sinks.iter().any(|sink| sink.end == end)
            || self.sources.iter().any(|source| source.end == end)
    }

    /// What the monotonic clock said last, in nanoseconds since the host began.
    pub const fn now(&self) -> u64 {
        self.now
    }

    /// Asks a choice of the host; nothing is asked where the outside decides.
    pub(crate) fn choose(
        store: &mut Store,
        env: &mut Env<'_, '_>,
        at: (ChoiceKind, ActorId, &'static str),
        alternatives: &[Alternative],
    ) -> usize {
        let (kind, actor, operation) = at;
        let count = if O::CHOOSES { alternatives.len() } else { 1 };
        store.host_choice(env, kind, (actor, operation), &alternatives[..count])
    }

    /// Reads the clock for a call.
    pub(crate) fn read_clock(&mut self, store: &Store, actor: ActorId) -> u64 {
        let asked = Asked::new(anchor(actor, "clock", 0), store.names());
        self.now = self.outside.clock(&asked, self.now).max(self.now);
        self.now
    }

    /// Looks whether one of these times has come.
    pub(crate) fn look_at_clock(&mut self, asked: &Asked<'_>, deadlines: impl Iterator<Item = u64>) {
        let next = deadlines.filter(|deadline| *deadline > self.now && *deadline != NEVER).min();
        if let Some(now) = next.and_then(|next| self.outside.time_has_come(asked, next)) {
            self.now = now.max(self.now);
        }
    }

    /// Looks whether there is something to read, unless that is known.
    pub(crate) fn look_at_stdin(&mut self, asked: &Asked<'_>) {
        if self.has_input() {
            return;
        }
        match self.outside.read(asked) {
            None => {}
            Some(Input::Data(bytes)) => self.stdin.buffer = bytes,
            Some(Input::End) => self.stdin.end = Some(StdinEnd::End),
            Some(Input::Failed(message)) => self.stdin.end = Some(StdinEnd::Failed(message)),
        }
    }

    /// Whether a read of stdin would give something, or end.
    pub(crate) fn has_input(&self) -> bool {
        !self.stdin.buffer.is_empty() || self.stdin.end.is_some()
    }

    /// Waits, with the store at rest or frozen, for one of these times or for input. Tells whether it can come.
    pub(crate) fn wait_for(
        &mut self,
        asked: Option<&Asked<'_>>,
        deadlines: impl Iterator<Item = u64>,
        input: bool,
    ) -> bool {
        let due = deadlines.filter(|deadline| *deadline != NEVER).min();
        match self.outside.wait(asked, &Awaited { due, input, polls: self.polls }) {
            Waited::Nothing => false,
            Waited::Again => true,
            Waited::Until(time) => {
                self.now = time.max(self.now);
                true
            }
        }
    }

    fn timers(&self) -> Vec<u64> {
        let deadline = |request: &Request| match request.wanted {
            Wanted::Timer { deadline, .. } => Some(deadline),
            Wanted::Cancelled { .. } | Wanted::Read { .. } | Wanted::Fill { .. } => None,
        };
        self.requests.iter().filter_map(deadline).collect()
    }

    fn wants_input(&self) -> bool {
        !self.has_input() && self.requests.iter().any(|request| matches!(request.wanted, Wanted::Fill { .. }))
    }

    /// Positions of the requests that can be delivered: by time, else in their order.
    fn due(&self, store: &Store) -> Vec<usize> {
        let mut due: Vec<(u64, usize)> = Vec::new();
        for (position, request) in self.requests.iter().enumerate() {
            let (is_due, time) = match request.wanted {
                Wanted::Timer { deadline, .. } => (deadline <= self.now, deadline),
                Wanted::Cancelled { .. } | Wanted::Read { .. } => (true, request.since),
                Wanted::Fill { end } => (self.has_input() || store.host_peer_dropped(end), request.since),
            };
            if is_due {
                due.push((time, position));
            }
        }
        due.sort_unstable();
        due.into_iter().map(|(_, position)| position).collect()
    }
}

impl<O: Outside> Host for WasiHost<O> {
    fn call(&mut self, store: &mut Store, env: &mut Env<'_, '_>, call: HostCallId) -> Result<HostAnswer, Failure> {
        let made = store.host_call(call);
        let (func, actor) = (made.func, made.actor);
        let imported = self.imports.get(func).expect("the embedder gives the host its own calls");
        let call = Call { id: call, actor, ty: imported.ty };
        let Some(function) = imported.function else {
            let name = &imported.name;
            return Ok(HostAnswer::Trap(Trap::with(TrapRule::ImportUnused, format!("({name})"))));
        };
        let args = store.take_host_args(call.id);
        self.call_function(store, env, call, (function, args))
    }

    fn cancel(&mut self, store: &mut Store, env: &mut Env<'_, '_>, call: HostCallId) -> Result<CancelAnswer, Failure> {
        let position = self.requests.iter().position(|request| match request.wanted {
            Wanted::Timer { call: of, .. } => of == call,
            Wanted::Cancelled { .. } | Wanted::Read { .. } | Wanted::Fill { .. } => false,
        });
        let position = position.expect("calls that are open wait for a time");
        let Request { wanted: Wanted::Timer { deadline, .. }, actor, .. } = self.requests[position] else {
            panic!("the request was found by its kind");
        };
        let words = [Alternative::Word("cancelled"), Alternative::Word("later"), Alternative::Word("returned")];
        let count = if deadline <= self.now { 3 } else { 2 };
        Ok(match Self::choose(store, env, (ChoiceKind::HostCancel, actor, "cancel"), &words[..count]) {
            1 => {
                self.requests[position].wanted = Wanted::Cancelled { call, deadline };
                CancelAnswer::Later
            }
            picked => {
                self.requests.remove(position);
                if picked == 0 { CancelAnswer::Cancelled } else { CancelAnswer::Return(Vec::new()) }
            }
        })
    }

    fn drop_resource(&mut self, resource: Resource) -> Result<(), Trap> {
        if self.resources.contains(resource.rep) {
            self.resources.remove(resource.rep);
        }
        Ok(())
    }

    fn copy_ended(&mut self, store: &mut Store, env: &mut Env<'_, '_>, end: WaitableId) -> Result<(), Failure> {
        if !self.owns_end(end) {
            return Ok(());
        }
        let Some(copy) = store.take_host_copy(end) else { return Ok(()) };
        if let Some(position) = self.sinks.iter().position(|sink| sink.end == end) {
            return self.sink_copied(store, env, position, copy);
        }
        if let Some(position) = self.sources.iter().position(|source| source.end == end) {
            return self.source_copied(store, env, position, &copy);
        }
        self.futures.retain(|future| *future != end);
        store.host_drop_end(end);
        Ok(())
    }

    fn deliverable(&mut self, store: &Store) -> Vec<ActorId> {
        let asked = |operation| Asked::new(anchor(ActorId::EMBEDDER, operation, self.polls), store.names());
        let (clock, stdin) = (asked("poll clock"), asked("poll stdin"));
        self.look_at_clock(&clock, self.timers().into_iter());
        if self.wants_input() {
            self.look_at_stdin(&stdin);
        }
        self.polls += 1;
        self.due(store).into_iter().map(|position| self.requests[position].actor).collect()
    }

    fn deliver(&mut self, store: &mut Store, env: &mut Env<'_, '_>, position: usize) -> Result<(), Failure> {
        let position = self.due(store)[position];
        let request = self.requests.remove(position);
        says(store, env, |store| {
            let what = match request.wanted {
                Wanted::Timer { .. } => "returns",
                Wanted::Cancelled { .. } => "was cancelled, and ends",
                Wanted::Read { .. } => "is read",
                Wanted::Fill { .. } => "gets stdin",
            };
            format!("at {} ns: {} {what}", self.now, store.names().text(request.actor))
        });
        match request.wanted {
            Wanted::Timer { call, .. } => store.resolve_host_call(env, call, Vec::new()),
            Wanted::Cancelled { call, deadline } if deadline <= self.now => {
                store.resolve_host_call(env, call, Vec::new())
            }
            Wanted::Cancelled { call, .. } => store.cancel_host_call(env, call),
            Wanted::Read { end } => self.read_sink(store, env, (end, request.actor), crate::stdio::Begin::Now),
            Wanted::Fill { end } => self.fill_source(store, env, end, crate::stdio::Begin::Now),
        }
    }

    fn wait(&mut self) -> bool {
        let input = self.wants_input();
        self.wait_for(None, self.timers().into_iter(), input)
    }

    fn divergence(&mut self) -> Option<Divergence> {
        self.outside.divergence()
    }
}

/// Tells the tracer, if there is one.
pub(crate) fn says(store: &Store, env: &mut Env<'_, '_>, words: impl FnOnce(&Store) -> String) {
    if env.tracer.is_some() {
        store.host_says(env, &words(store));
    }
}

/// A list of bytes.
pub(crate) fn bytes_value(bytes: Vec<u8>) -> Value {
    Value::Numbers(bytes.into())
}
