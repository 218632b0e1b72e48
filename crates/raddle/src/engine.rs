//! The engine: configuration, and everything that was decoded.
//!
//! Spec: none. The program only ever grows, so stores and components hold snapshots of it that stay valid.

use std::sync::{Arc, Mutex, PoisonError};

use decode::Features;
use runtime::Program;
use syntax::revision::SpecRevision;
use wasm::{Dispatch, Limits};

use crate::error::Error;

/// What an engine is made with.
#[derive(Clone, Debug, Default)]
pub struct Config {
    features: Features,
    revision: SpecRevision,
    limits: Limits,
    fuel: Option<u64>,
    dispatch: Dispatch,
}

impl Config {
    /// The default: every supported proposal and gate is on.
    pub fn new() -> Self {
        Self::default()
    }

    /// Turns a proposal or gate on or off, by the name that wasmtime's `-W` has for it.
    ///
    /// # Errors
    /// When there is no such name, or it cannot be turned on.
    pub fn feature(&mut self, name: &str, on: bool) -> Result<&mut Self, Error> {
        self.features.set(name, on).map_err(|error| Error::Input(error.to_string()))?;
        Ok(self)
    }

    /// Replaces all switches at once.
    pub const fn features(&mut self, features: Features) -> &mut Self {
        self.features = features;
        self
    }

    /// Which way to go where the specification's text and its scripts disagree.
    pub const fn revision(&mut self, revision: SpecRevision) -> &mut Self {
        self.revision = revision;
        self
    }

    /// What core instances may take.
    pub const fn limits(&mut self, limits: Limits) -> &mut Self {
        self.limits = limits;
        self
    }

    /// How core code is executed; results, fuel and state do not depend on it.
    pub const fn dispatch(&mut self, dispatch: Dispatch) -> &mut Self {
        self.dispatch = dispatch;
        self
    }

    /// The fuel of each store: one unit is one core instruction.
    pub const fn fuel(&mut self, fuel: u64) -> &mut Self {
        self.fuel = Some(fuel);
        self
    }
}

#[derive(Debug)]
struct Shared {
    config: Config,
    program: Mutex<Arc<Program>>,
}

/// Decodes, and holds what was decoded for as long as it lives. Cloning gives another handle to the same engine.
#[derive(Clone, Debug)]
pub struct Engine(Arc<Shared>);

impl Default for Engine {
    fn default() -> Self {
        Self::new(Config::default())
    }
}

impl Engine {
    /// An engine with a configuration.
    pub fn new(config: Config) -> Self {
        let mut program = Program::new(config.revision);
        program.dispatch = config.dispatch;
        let program = Mutex::new(Arc::new(program));
        Self(Arc::new(Shared { config, program }))
    }

    /// The limits of core instances.
    pub fn limits(&self) -> Limits {
        self.0.config.limits
    }

    pub(crate) fn fuel(&self) -> u64 {
        self.0.config.fuel.unwrap_or(runtime::limits::UNLIMITED_FUEL)
    }

    pub(crate) fn feature_switches(&self) -> &Features {
        &self.0.config.features
    }

    /// Everything that was decoded so far.
    pub fn program(&self) -> Arc<Program> {
        Arc::clone(&self.0.program.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Adds to the program; who holds a snapshot keeps it as it was.
    pub(crate) fn extend<T>(
        &self,
        add: impl FnOnce(&mut Program) -> Result<T, Error>,
    ) -> Result<(T, Arc<Program>), Error> {
        let mut program = self.0.program.lock().unwrap_or_else(PoisonError::into_inner);
        let added = add(Arc::make_mut(&mut program))?;
        Arc::make_mut(&mut program).extend();
        Ok((added, Arc::clone(&program)))
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
