//! The store of core instances: all that is mutable, as plain data, beside the functions of the embedder.
//!
//! Spec: core specification, appendix "Embedding", `store_init`. A call of the embedder is a stack in the store, also while a
//! function of the embedder runs that it called, and when it stopped for lack of fuel; so clones, snapshots and hashes cover it.
//! Only here are panics caught.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use choice::{Chooser, Pick, state_hash};
use runtime::Program;
use runtime::dump::{FrameDump, ThreadDump, func_name};
use runtime::names::Names;
use syntax::module::FuncType;
use syntax::{Trap, TrapRule};
use wasm::{CoreStore, Deterministic, Exit, FuncAddr, HostFuncId, Machine, Stack};

use crate::core::choices::Choices;
use crate::core::val::{Cells, Places};
use crate::engine::Engine;
use crate::error::Error;
use crate::store::panic_message;

/// A function of the embedder, for a call that has come to it: arguments and results in cells.
pub(crate) type HostFn<T> = Arc<dyn Fn(&mut Store<T>, CallId, &[u64]) -> Result<Cells, Error> + Send + Sync>;

/// How many calls of functions of the embedder can be one inside the other: each takes native stack.
const MAX_HOST_DEPTH: usize = 100;

/// Everything that running changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) core: CoreStore,
    /// Calls of the embedder that have not ended, by number.
    calls: Vec<Option<Stack>>,
}

state_hash!(struct State { core, calls });

/// A store as it was at some moment, to go back to.
#[derive(Clone, Debug)]
pub struct Snapshot<T> {
    number: u64,
    core: CoreStore,
    calls: Vec<Option<Stack>>,
    fuel: u64,
    visits: Option<Names>,
    data: T,
}

/// Core instances and all that belongs to them, with data of the embedder for the functions of the embedder.
pub struct Store<T = ()> {
    pub(crate) engine: Engine,
    pub(crate) program: Arc<Program>,
    state: State,
    fuel: u64,
    hosts: Vec<HostFn<T>>,
    choices: Choices,
    data: T,
    pub(crate) number: u64,
    /// Calls of functions of the embedder that run, one inside the other.
    host_depth: usize,
    poison: Option<String>,
}

impl<T> fmt::Debug for Store<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("number", &self.number).field("poison", &self.poison).finish_non_exhaustive()
    }
}

/// How a run of a call ended.
pub(crate) enum Ended {
    /// With results.
    Returned(Cells),
    /// It can go on with more fuel; at least so much is needed.
    OutOfFuel(u64),
}

/// A call in a store that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallId(usize);

/// Tells stores apart.
static NUMBERS: AtomicU64 = AtomicU64::new(0);

impl<T> Store<T> {
    /// An empty store.
    pub fn new(engine: &Engine, data: T) -> Self {
        Self {
            engine: engine.clone(),
            program: engine.program(),
            state: State { core: CoreStore::new(engine.limits()), calls: Vec::new() },
            fuel: engine.fuel(),
            hosts: Vec::new(),
            choices: Choices::default(),
            data,
            number: NUMBERS.fetch_add(1, Ordering::Relaxed),
            host_depth: 0,
            poison: None,
        }
    }

    /// The engine.
    pub const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The data of the embedder.
    pub const fn data(&self) -> &T {
        &self.data
    }

    /// The data of the embedder, to be changed.
    pub const fn data_mut(&mut self) -> &mut T {
        &mut self.data
    }

    /// Ends the store; the data of the embedder.
    pub fn into_data(self) -> T {
        self.data
    }

    /// Sets the fuel that is left: one unit is one instruction. Without this it is what the engine was configured with.
    pub const fn set_fuel(&mut self, fuel: u64) -> &mut Self {
        self.fuel = fuel;
        self
    }

    /// The fuel that is left.
    pub const fn get_fuel(&self) -> u64 {
        self.fuel
    }

    /// Sets who answers the choices that core code leaves open, and forgets what was picked so far. Without a chooser all that happens
    /// is deterministic.
    pub fn set_chooser(&mut self, chooser: impl Chooser + Send + 'static) -> &mut Self {
        self.choices = Choices::new(chooser);
        self
    }

    /// The picks so far that were not the default, also those that the store has gone back behind.
    pub fn picks(&self) -> &[Pick] {
        self.choices.picks()
    }

    /// A hash of everything that instances can change and of calls that have not ended, the same on every platform and build.
    /// Fuel and the data of the embedder are not in it.
    pub fn state_hash(&self) -> u128 {
        choice::hash::hash_of(&self.state)
    }

    /// Keeps the store as it is now. Snapshots share what they have in common: each costs what was written since the last.
    ///
    /// # Panics
    /// When a function of the embedder is running.
    pub fn snapshot(&mut self) -> Snapshot<T>
    where
        T: Clone,
    {
        assert_eq!(self.host_depth, 0, "snapshots are taken between calls");
        Snapshot {
            number: self.number,
            core: self.state.core.freeze(),
            calls: self.state.calls.iter().map(|call| call.as_ref().map(Stack::freeze)).collect(),
            fuel: self.fuel,
            visits: self.choices.visits(),
            data: self.data.clone(),
        }
    }

    /// Makes the store what it was at a snapshot of it, or of one that it is a fork of. What was made since is gone: using it is
    /// an error.
    ///
    /// # Errors
    /// `Error::Input` for a snapshot of another store.
    ///
    /// # Panics
    /// When a function of the embedder is running.
    pub fn restore(&mut self, snapshot: &Snapshot<T>) -> Result<(), Error>
    where
        T: Clone,
    {
        assert_eq!(self.host_depth, 0, "stores go back between calls");
        self.check(snapshot.number, "a snapshot")?;
        self.state.core.thaw(&snapshot.core);
        self.state.calls = snapshot.calls.iter().map(|call| call.as_ref().map(Stack::thawed)).collect();
        self.fuel = snapshot.fuel;
        self.choices.go_back(snapshot.visits.as_ref());
        self.data = snapshot.data.clone();
        self.poison = None;
        Ok(())
    }

    /// Another store that is as this one is now, and goes its own way. What was found in this one, such as a function, can be
    /// used in both. It has no chooser until one is set.
    ///
    /// # Panics
    /// When a function of the embedder is running.
    #[must_use]
    pub fn fork(&mut self) -> Self
    where
        T: Clone,
    {
        let snapshot = self.snapshot();
        let mut fork = Self {
            engine: self.engine.clone(),
            program: Arc::clone(&self.program),
            state: State { core: CoreStore::new(self.engine.limits()), calls: Vec::new() },
            fuel: self.fuel,
            hosts: self.hosts.clone(),
            choices: Choices::default(),
            data: self.data.clone(),
            number: self.number,
            host_depth: 0,
            poison: None,
        };
        fork.restore(&snapshot).expect("a fork has the number of its store");
        fork.poison.clone_from(&self.poison);
        fork
    }

    pub(crate) const fn state(&self) -> &State {
        &self.state
    }

    pub(crate) const fn state_mut(&mut self) -> &mut State {
        &mut self.state
    }

    pub(crate) fn places(&mut self) -> Places<'_> {
        Places { number: self.number, core: &mut self.state.core }
    }

    /// The bytes of a memory beside the data of the embedder.
    pub(crate) fn memory_and_data(&mut self, memory: wasm::MemAddr) -> (&mut [u8], &mut T) {
        let memory = self.state.core.memory_mut(memory);
        let len = memory.data().len();
        (memory.slice_mut(0..len), &mut self.data)
    }

    /// Whether something belongs to this store.
    pub(crate) fn check(&self, number: u64, what: &str) -> Result<(), Error> {
        if self.number == number {
            return Ok(());
        }
        Err(Error::Input(format!("expected {what} of this store, found one of another")))
    }

    pub(crate) fn check_engine(&self, engine: &Engine, what: &str) -> Result<(), Error> {
        if self.engine.is_same(engine) {
            return Ok(());
        }
        Err(Error::Input(format!("expected {what} of the engine of the store, found one of another")))
    }

    /// Takes over what was decoded since.
    pub(crate) fn adopt(&mut self, program: &Arc<Program>) {
        if program.modules.len() > self.program.modules.len() {
            self.program = Arc::clone(program);
        }
    }

    /// Adds a function of the embedder.
    pub(crate) fn add_host(&mut self, ty: FuncType, function: HostFn<T>) -> FuncAddr {
        self.hosts.push(function);
        let id = HostFuncId::new(self.hosts.len() - 1);
        self.state.core.alloc_host_func(id, ty)
    }

    /// Collects garbage before something that cannot stop for it.
    pub(crate) fn collect_if_due(&mut self) {
        let State { core, calls } = &mut self.state;
        if core.is_collection_due() {
            core.collect(&self.program.modules, calls.iter().flatten());
        }
    }

    /// Begins a call; nothing runs yet.
    pub(crate) fn begin(&mut self, func: FuncAddr, args: &[u64]) -> CallId {
        let mut stack = Stack::new();
        let (modules, store, data, fuel) =
            (&self.program.modules, &mut self.state.core, &mut Deterministic, &mut self.fuel);
        Machine { modules, store, data, fuel }.call(&mut stack, func, args);
        let free = self.state.calls.iter().position(Option::is_none);
        let call = free.unwrap_or_else(|| {
            self.state.calls.push(None);
            self.state.calls.len() - 1
        });
        self.state.calls[call] = Some(stack);
        CallId(call)
    }

    /// Whether a call has not ended.
    pub(crate) fn has_call(&self, call: CallId) -> bool {
        self.state.calls.get(call.0).is_some_and(Option::is_some)
    }

    /// The instance and module of the innermost frame of a call.
    pub(crate) fn innermost(&self, call: CallId) -> Option<wasm::InstanceAddr> {
        let stack = self.state.calls.get(call.0)?.as_ref()?;
        stack.frames(&self.state.core, &self.program.modules).first().map(|frame| frame.instance)
    }

    /// Forgets a call.
    pub(crate) fn end(&mut self, call: CallId) {
        self.state.calls[call.0] = None;
        while self.state.calls.last() == Some(&None) {
            self.state.calls.pop();
        }
    }

    /// Runs a call, and catches panics unless a function of the embedder is running: its own caller catches them.
    pub(crate) fn go_on(&mut self, call: CallId) -> Result<Ended, Error> {
        if let Some(message) = &self.poison {
            return Err(Error::Bug(format!("the store is not usable after: {message}")));
        }
        if self.host_depth > 0 {
            return self.drive(call);
        }
        match catch_unwind(AssertUnwindSafe(|| self.drive(call))) {
            Ok(ended) => ended,
            Err(panic) => {
                let message = panic_message(&*panic);
                self.host_depth = 0;
                self.poison = Some(message.clone());
                Err(Error::Bug(message))
            }
        }
    }

    fn drive(&mut self, call: CallId) -> Result<Ended, Error> {
        loop {
            let State { core, calls } = &mut self.state;
            let stack = calls[call.0].as_mut().expect("the call has not ended");
            let modules = &self.program.modules;
            let fuel = &mut self.fuel;
            let exit = match self.choices.answer(|data| Machine { modules, store: core, data, fuel }.run(stack)) {
                Ok(exit) => exit,
                Err(divergence) => {
                    self.end(call);
                    return Err(Error::Divergence(divergence));
                }
            };
            let error = match exit {
                Exit::Return => {
                    let cells = Cells::from_slice(&stack.take_results());
                    self.end(call);
                    return Ok(Ended::Returned(cells));
                }
                Exit::OutOfFuel => return Ok(Ended::OutOfFuel(stack.required_fuel())),
                Exit::Host(host, _) => match self.call_host(call, host) {
                    Ok(()) => continue,
                    Err(error) => error,
                },
                Exit::Trap(trap) => trap.into(),
                Exit::Exception(_) => Trap::new(TrapRule::CoreUncaughtException).into(),
                Exit::Limit(limit) => Error::Limit(limit.name().to_owned()),
                Exit::Collect => {
                    core.collect(modules, calls.iter().flatten());
                    continue;
                }
            };
            let error = self.with_frames(call, error);
            self.end(call);
            return Err(error);
        }
    }

    fn call_host(&mut self, call: CallId, host: HostFuncId) -> Result<(), Error> {
        if self.host_depth >= MAX_HOST_DEPTH {
            return Err(Error::Limit("call-stack".to_owned()));
        }
        let args = Cells::from_slice(self.stack(call).host_args());
        let function = Arc::clone(&self.hosts[host.index()]);
        self.host_depth += 1;
        let results = function(self, call, &args);
        self.host_depth -= 1;
        self.stack(call).host_return(&results?);
        Ok(())
    }

    fn stack(&mut self, call: CallId) -> &mut Stack {
        self.state.calls[call.0].as_mut().expect("the call has not ended")
    }

    /// Adds the frames of a call to a trap that has none yet.
    fn with_frames(&self, call: CallId, error: Error) -> Error {
        let Error::Trap(trap, mut report) = error else { return error };
        let stack = self.state.calls[call.0].as_ref().expect("the call has not ended");
        let frames = stack.frames(&self.state.core, &self.program.modules);
        let frames =
            frames.iter().map(|frame| FrameDump { func: func_name(&self.program, frame), offset: frame.offset });
        report.running.push(ThreadDump {
            name: "the call".to_owned(),
            instance: "the module".to_owned(),
            state: "runs".to_owned(),
            waits: Vec::new(),
            frames: frames.collect(),
        });
        Error::Trap(trap, report)
    }
}

/// A store to look at.
#[derive(Debug)]
pub struct StoreContext<'s, T>(pub(crate) &'s Store<T>);

/// A store to work with.
#[derive(Debug)]
pub struct StoreContextMut<'s, T>(pub(crate) &'s mut Store<T>);

/// What gives a store to look at: a store, or the caller of a function of the embedder.
pub trait AsContext {
    /// The data of the embedder.
    type Data;

    /// The store.
    fn as_context(&self) -> StoreContext<'_, Self::Data>;
}

/// What gives a store to work with: a store, or the caller of a function of the embedder.
pub trait AsContextMut: AsContext {
    /// The store.
    fn as_context_mut(&mut self) -> StoreContextMut<'_, Self::Data>;
}

impl<T> AsContext for Store<T> {
    type Data = T;

    fn as_context(&self) -> StoreContext<'_, T> {
        StoreContext(self)
    }
}

impl<T> AsContextMut for Store<T> {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        StoreContextMut(self)
    }
}

impl<C: AsContext> AsContext for &C {
    type Data = C::Data;

    fn as_context(&self) -> StoreContext<'_, C::Data> {
        C::as_context(self)
    }
}

impl<C: AsContext> AsContext for &mut C {
    type Data = C::Data;

    fn as_context(&self) -> StoreContext<'_, C::Data> {
        C::as_context(self)
    }
}

impl<C: AsContextMut> AsContextMut for &mut C {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, C::Data> {
        C::as_context_mut(self)
    }
}
