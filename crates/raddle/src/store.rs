//! The store: the executor's state with everything that it is run with.
//!
//! Spec: CanonicalABI.md, "Embedding API". Only here are panics caught: an invariant of ours that is broken ends the store.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use canon::Value;
use choice::{Chooser, First, Pick, Recorder};
use runtime::drive::{Ended, drain, run_until_resolved};
use runtime::id::{FuncId, InvocationId};
use runtime::instantiate::ExternValue;
use runtime::step::{Env, Failure, InvocationOutcome};
use runtime::trace::Tracer;
use runtime::{Program, Store as State};
use syntax::id::ComponentId;

use crate::engine::Engine;
use crate::error::Error;
use crate::hosts::{Hosts, Imports};
use crate::instance::Instance;

/// The parts that linking works on.
pub(crate) struct Parts<'s> {
    pub(crate) state: &'s mut State,
    pub(crate) program: &'s Program,
    pub(crate) hosts: &'s mut Hosts,
}

/// Everything mutable, and what it is run with: the host, the chooser and, if wanted, a tracer.
pub struct Store {
    engine: Engine,
    program: Arc<Program>,
    state: State,
    hosts: Hosts,
    chooser: Recorder<Box<dyn Chooser>>,
    tracer: Option<Box<dyn Tracer>>,
    number: u64,
    poison: Option<String>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("number", &self.number).field("poison", &self.poison).finish_non_exhaustive()
    }
}

/// Tells stores apart, so that a function of one is not called in another.
static NUMBERS: AtomicU64 = AtomicU64::new(0);

impl Store {
    /// An empty store, whose chooser takes option 0 everywhere and whose host offers nothing.
    pub fn new(engine: &Engine) -> Self {
        let mut state = State::new(engine.limits());
        state.fuel = engine.fuel();
        Self {
            engine: engine.clone(),
            program: engine.program(),
            state,
            hosts: Hosts::default(),
            chooser: Recorder::new(Box::new(First)),
            tracer: None,
            number: NUMBERS.fetch_add(1, Ordering::Relaxed),
            poison: None,
        }
    }

    /// Sets who answers choices, and forgets what was picked so far.
    pub fn set_chooser(&mut self, chooser: impl Chooser + 'static) -> &mut Self {
        self.chooser = Recorder::new(Box::new(chooser));
        self
    }

    /// Sets who is told what happens.
    pub fn set_tracer(&mut self, tracer: impl Tracer + 'static) -> &mut Self {
        self.tracer = Some(Box::new(tracer));
        self
    }

    /// Tells nobody any more what happens; what a tracer has not written yet it writes now.
    pub fn clear_tracer(&mut self) -> &mut Self {
        self.tracer = None;
        self
    }

    /// Sets the host that offers what linkers do not define.
    pub fn set_host(&mut self, host: Box<dyn Imports>) -> &mut Self {
        self.hosts.other = host;
        self
    }

    /// The host that was set, if it is of this type.
    pub fn host<H: Imports>(&self) -> Option<&H> {
        let host: &dyn std::any::Any = &*self.hosts.other;
        host.downcast_ref()
    }

    /// Sets the fuel that is left.
    pub const fn set_fuel(&mut self, fuel: u64) -> &mut Self {
        self.state.fuel = fuel;
        self
    }

    /// The fuel that is left.
    pub const fn fuel(&self) -> u64 {
        self.state.fuel
    }

    /// The picks so far that were not the default.
    pub fn picks(&self) -> &[Pick] {
        self.chooser.picks()
    }

    /// How many points with more than one alternative there were.
    pub fn points(&self) -> u64 {
        self.chooser.points()
    }

    /// A hash of everything mutable, the same on every platform and build.
    pub fn state_hash(&self) -> u128 {
        choice::hash::hash_of(&self.state)
    }

    /// The executor's state.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The program that runs.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// What is left in any table, in words; at rest there should be nothing.
    pub fn leaks(&self) -> Vec<String> {
        self.state.leaks()
    }

    /// Runs until nothing is ready and the host owes nothing.
    ///
    /// # Errors
    /// Everything that can end a run but a deadlock: leftover threads that wait for ever are no error here.
    pub fn drain(&mut self) -> Result<(), Error> {
        let ended = self.drive(|state, env, hosts| drain(state, env, hosts))?;
        done(ended)
    }

    /// Begins a call; nothing runs yet.
    pub(crate) fn begin(&mut self, func: FuncId, args: Vec<Value>) -> Result<InvocationId, Error> {
        self.drive(|state, env, _| state.invoke(env, func, args))
    }

    /// The program, the executor's state and the host.
    pub(crate) fn into_parts(self) -> (Arc<Program>, State, Hosts) {
        (self.program, self.state, self.hosts)
    }

    pub(crate) const fn number(&self) -> u64 {
        self.number
    }

    /// Takes over what was decoded since.
    pub(crate) fn adopt(&mut self, engine: &Engine, program: &Arc<Program>) -> Result<(), Error> {
        if !self.engine.is_same(engine) {
            return Err(Error::Input(
                "expected a component of the engine of the store, found one of another".to_owned(),
            ));
        }
        let size = |program: &Program| (program.definitions.components.len(), program.definitions.modules.len());
        if size(program) > size(&self.program) {
            self.program = Arc::clone(program);
        }
        Ok(())
    }

    /// Works on the parts that linking needs.
    pub(crate) fn with_parts<T>(&mut self, work: impl FnOnce(&mut Parts<'_>) -> Result<T, Error>) -> Result<T, Error> {
        work(&mut Parts { state: &mut self.state, program: &self.program, hosts: &mut self.hosts })
    }

    pub(crate) fn instantiate(
        &mut self,
        component: ComponentId,
        imports: Vec<(String, ExternValue)>,
    ) -> Result<Instance, Error> {
        let outcome = self.complete(|state, env| state.instantiate(env, component, imports))?;
        match outcome {
            InvocationOutcome::Instantiated(id) => Ok(Instance { store: self.number, id }),
            InvocationOutcome::Returned(_) | InvocationOutcome::Cancelled => {
                Err(Error::Bug("an instantiation ended as a call does".to_owned()))
            }
        }
    }

    /// Begins something and runs until it has ended, and not a step further.
    pub(crate) fn complete(
        &mut self,
        begin: impl FnOnce(&mut State, &mut Env<'_, '_>) -> Result<InvocationId, Failure>,
    ) -> Result<InvocationOutcome, Error> {
        let mut begun = None;
        let ended = self.drive(|state, env, hosts| {
            let invocation = begin(state, env)?;
            begun = Some(invocation);
            run_until_resolved(state, env, hosts, invocation)
        })?;
        done(ended)?;
        let outcome = begun.and_then(|invocation| self.state.take_outcome(invocation));
        outcome.ok_or_else(|| Error::Bug("a call that has ended has no outcome".to_owned()))
    }

    /// Runs the executor, and catches its panics.
    fn drive<T>(
        &mut self,
        run: impl FnOnce(&mut State, &mut Env<'_, '_>, &mut Hosts) -> Result<T, Failure>,
    ) -> Result<T, Error> {
        if let Some(message) = &self.poison {
            return Err(Error::Bug(format!("the store is not usable after: {message}")));
        }
        let Self { program, state, hosts, chooser, tracer, .. } = self;
        let tracer = tracer.as_mut().map(|tracer| -> &mut dyn Tracer { tracer.as_mut() });
        let mut env = Env::new(program, chooser, tracer);
        match catch_unwind(AssertUnwindSafe(|| run(state, &mut env, hosts))) {
            Ok(result) => Ok(result?),
            Err(panic) => {
                let message = panic_message(&*panic);
                self.poison = Some(message.clone());
                Err(Error::Bug(message))
            }
        }
    }
}

fn done(ended: Ended) -> Result<(), Error> {
    match ended {
        Ended::Done => Ok(()),
        Ended::Deadlock(report) => Err(Error::Deadlock(Box::new(report))),
        Ended::OutOfFuel => Err(Error::Limit("fuel".to_owned())),
        Ended::Diverged(divergence) => Err(Error::Divergence(divergence)),
    }
}

pub(crate) fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic without words".to_owned())
}
