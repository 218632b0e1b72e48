//! Exploring a component: which outcomes it can have, and the smallest schedule of each.
//!
//! Spec: none. The component is instantiated under the default schedule; what is explored is the call, and everything that
//! runs until nothing is ready. Functions that a linker defines must answer the same to the same arguments.
//!
//! ```
//! use raddle::{Component, Engine, explore};
//!
//! # fn main() -> Result<(), raddle::Error> {
//! let component = Component::new(&Engine::default(), include_str!("../../../examples/lost-update.wat"))?;
//! let explored = explore(&component).exhaustive().run()?;
//! let outcomes: Vec<&str> = explored.found().iter().map(|found| found.outcome.text.as_str()).collect();
//! assert_eq!(outcomes, ["2", "1"]);
//!
//! let failure = explore(&component).check(|outcome| outcome.text == "2").unwrap_err();
//! assert!(failure.to_string().contains("runs instead of"));
//! let again = explore(&component).replay(&explored.picks(1))?;
//! assert_eq!(again.outcome.text, "1");
//! # Ok(())
//! # }
//! ```

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use ::explore::explain::{Explanation, explain};
use ::explore::findings::Findings;
use ::explore::near::{Near, near};
use ::explore::preview::{Station, preview};
use ::explore::run::{Follow, Recorded, record, run_once};
use ::explore::samplers::Bytes;
use ::explore::unit::{Done, Unit as WorkUnit};
use ::explore::world::Machine;
use ::explore::{Exploration, Observer, Setup, World};
use choice::{Pick, Replay};
use runtime::Store as State;
use runtime::drive::Pace;
use runtime::step::InvocationOutcome;
use syntax::id::FuncTypeId;

pub use ::explore::explore::{Options, Rest, Strategy};
pub use ::explore::{Budget, Found, Kind, Outcome, Output, Report, RunLimits, Stats, Unit};

/// The environment variable with a path that `check` follows, and nothing else.
pub const SCHEDULE: &str = "RADDLE_SCHEDULE";

use crate::component::Component;
use crate::convert::to_val;
use crate::error::Error;
use crate::hosts::{Hosts, Imports, NoImports};
use crate::instance::Func;
use crate::linker::Linker;
use crate::store::Store;
use crate::val::Val;

/// A host that forks with its store.
pub trait ForkImports: Imports + Clone + choice::StateHash + Send + Sync {
    /// What was written so far.
    fn output(&self) -> Vec<Output> {
        Vec::new()
    }
}

impl ForkImports for NoImports {}

impl ForkImports for wasi::VirtualHost {
    fn output(&self) -> Vec<Output> {
        let outputs = [("stdout", self.stdout()), ("stderr", self.stderr())];
        let written = outputs.into_iter().filter(|(_, bytes)| !bytes.is_empty());
        written.map(|(name, bytes)| Output { name: name.to_owned(), bytes: bytes.to_vec() }).collect()
    }
}

/// Looks on while something is explored.
pub trait Watch: Send + Sync {
    /// Whether exploring is to end now, with a report of what was found so far. Asked now and then.
    fn stops(&self) -> bool {
        false
    }

    /// How much was done so far, and how many outcomes there are. Told now and then.
    fn progress(&self, _stats: &Stats, _outcomes: usize) {}
}

/// Puts results into words.
struct Words {
    program: Arc<runtime::Program>,
    ty: FuncTypeId,
    check_leaks: bool,
    watch: Option<Arc<dyn Watch>>,
}

impl<H: ForkImports> Observer<Hosts<H>> for Words {
    fn result(&self, _store: &State, outcome: &InvocationOutcome) -> String {
        let types = &self.program.definitions.types;
        match outcome {
            InvocationOutcome::Returned(values) => {
                let result = types.func(self.ty).result;
                let vals = values.iter().zip(result).map(|(value, ty)| to_val(types, value, ty).to_string());
                vals.collect::<Vec<_>>().join(" ")
            }
            InvocationOutcome::Cancelled | InvocationOutcome::Instantiated(_) => "cancelled".to_owned(),
        }
    }

    fn leaks(&self, store: &State) -> Option<String> {
        let leaks = if self.check_leaks { store.leaks() } else { Vec::new() };
        (!leaks.is_empty()).then(|| leaks.join("; "))
    }

    fn output(&self, host: &Hosts<H>) -> Vec<Output> {
        let mut outputs = host.other.output();
        if let Some(calls) = &host.order {
            outputs.push(Output { name: HOST_CALLS.to_owned(), bytes: calls.join("\n").into_bytes() });
        }
        outputs
    }

    fn stops(&self) -> bool {
        self.watch.as_ref().is_some_and(|watch| watch.stops())
    }

    fn progress(&self, stats: &Stats, outcomes: usize) {
        if let Some(watch) = &self.watch {
            watch.progress(stats, outcomes);
        }
    }
}

/// The name under which the order of host calls stands among the outputs of an outcome.
pub const HOST_CALLS: &str = "host-calls";

/// A call at its beginning, to be explored.
pub struct Subject<H> {
    start: World<Hosts<H>>,
    words: Words,
    limits: RunLimits,
}

impl<H> fmt::Debug for Subject<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl<H: ForkImports> Subject<H> {
    /// Begins a call in a store whose host is of this type.
    ///
    /// # Errors
    /// `Error::Input` when arguments do not fit, or the store has another host; a trap when the instance cannot be entered.
    pub fn new(mut store: Store, func: &Func, args: &[Val]) -> Result<Self, Error> {
        let Some(host) = store.host::<H>().cloned() else {
            return Err(Error::Input("expected a store with a host of the type that is explored".to_owned()));
        };
        let values = func.values(&store, args)?;
        let invocation = store.begin(func.id(), values)?;
        let fuel = store.fuel().min(RunLimits::default().fuel);
        let (program, state, hosts) = store.into_parts();
        let start = World::new(state, hosts.with(host), invocation);
        let words = Words { program, ty: func.ty(), check_leaks: false, watch: None };
        Ok(Self { start, words, limits: RunLimits { fuel, ..RunLimits::default() } })
    }

    /// Whether what is left in tables at the end is a failure.
    pub const fn check_leaks(&mut self, check: bool) -> &mut Self {
        self.words.check_leaks = check;
        self
    }

    /// Whether the order of the calls of the host is a part of the outcome.
    pub fn host_order(&mut self, keep: bool) -> &mut Self {
        self.start.host.order = keep.then(Vec::new);
        self
    }

    /// Sets who looks on.
    pub fn watch(&mut self, watch: Arc<dyn Watch>) -> &mut Self {
        self.words.watch = Some(watch);
        self
    }

    /// What one run may take.
    pub const fn limits(&mut self, limits: RunLimits) -> &mut Self {
        self.limits = limits;
        self
    }

    fn setup(&self) -> Setup<'_, Hosts<H>> {
        Setup { program: &self.words.program, start: &self.start, observer: &self.words, limits: self.limits }
    }

    /// Explores.
    ///
    /// # Errors
    /// `Error::Bug` when an invariant of ours is broken.
    pub fn explore(&self, options: &Options) -> Result<Exploration, Error> {
        guard(|| ::explore::explore(self.setup(), options))
    }

    /// Explores, or goes on with what was left; gives what is left now.
    ///
    /// # Errors
    /// As `explore`.
    pub fn explore_on(&self, options: &Options, rest: Option<Rest>) -> Result<(Exploration, Option<Rest>), Error> {
        guard(|| ::explore::explore::explore_on(self.setup(), options, rest))
    }

    /// Does a unit of work; the inner error is one of the unit.
    ///
    /// # Errors
    /// As `explore`.
    pub fn unit(&self, unit: &WorkUnit, before: Option<&Done>) -> Result<Result<(Done, Vec<WorkUnit>), String>, Error> {
        guard(|| ::explore::unit::work(self.setup(), unit, before))
    }

    /// Joins the results of units; the inner error is one of the results.
    ///
    /// # Errors
    /// As `explore`.
    pub fn join(
        &self,
        options: &Options,
        first: &[String],
        results: Vec<Done>,
    ) -> Result<Result<(Exploration, Vec<String>), String>, Error> {
        guard(|| ::explore::unit::join(self.setup(), options, first, results))
    }

    /// Follows a path that exploring found, and records its picks with their anchors.
    ///
    /// # Errors
    /// As `explore`.
    pub fn record(&self, path: &[u16]) -> Result<Recorded, Error> {
        guard(|| record(self.setup(), Follow::new(path)))
    }

    /// Follows recorded picks strictly.
    ///
    /// # Errors
    /// As `explore`.
    pub fn replay(&self, picks: &[Pick]) -> Result<Recorded, Error> {
        guard(|| record(self.setup(), Replay::new(picks.to_vec())))
    }

    /// All picks of the run along recorded picks, defaults included.
    ///
    /// # Errors
    /// As `explore`.
    pub fn replay_path(&self, picks: &[Pick]) -> Result<Vec<u16>, Error> {
        guard(|| {
            let mut machine = Machine::new(self.setup(), Pace::Choices);
            ::explore::shrink::replay(&mut machine, Replay::new(picks.to_vec())).path
        })
    }

    /// Follows what was recorded with another version of the program as far as it fits: each pick at the nearest anchor, and a
    /// few placements around that until the outcome is the recorded one.
    ///
    /// # Errors
    /// As `explore`.
    pub fn near(&self, picks: &[Pick], is_same: impl Fn(&Outcome) -> bool) -> Result<Near, Error> {
        guard(|| near(self.setup(), picks, is_same))
    }

    /// Runs with the bytes of a fuzzer for choices: one for each choice, modulo the number of alternatives; then the default.
    ///
    /// # Errors
    /// As `explore`.
    pub fn bytes(&self, bytes: &[u8]) -> Result<Recorded, Error> {
        guard(|| {
            let mut machine = Machine::new(self.setup(), Pace::Choices);
            let ran = run_once(&mut machine, &mut Bytes::new(bytes.to_vec()));
            record(self.setup(), Follow::new(&ran.path))
        })
    }

    /// The choices along a path, at most so many, and where each alternative leads, searching so many states for each.
    ///
    /// # Errors
    /// As `explore`.
    pub fn preview(&self, path: &[u16], bounds: (usize, u64)) -> Result<Vec<Station>, Error> {
        guard(|| preview(self.setup(), path, bounds))
    }

    /// Makes the schedule of recorded picks small: the smallest, with proof, within so many states; else by leaving picks
    /// out. Gives the path, and whether it is proven.
    ///
    /// # Errors
    /// As `explore`.
    pub fn shrink(&self, picks: &[Pick], states: u64) -> Result<(Vec<u16>, bool), Error> {
        guard(|| ::explore::shrink::smallest(self.setup(), Replay::new(picks.to_vec()), states))
    }

    /// Puts a path into words, with a search for its point of no return over at most so many states.
    ///
    /// # Errors
    /// As `explore`.
    pub fn explain(&self, path: &[u16], states: u64) -> Result<Explanation, Error> {
        guard(|| explain(self.setup(), path, states))
    }
}

fn guard<T>(work: impl FnOnce() -> T) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| Error::Bug(crate::store::panic_message(&*panic)))
}

/// What is to be explored, and how.
pub struct Explore<H = NoImports> {
    component: Component,
    linker: Linker,
    host: H,
    name: String,
    args: Vec<Val>,
    options: Options,
    check_leaks: bool,
    host_order: bool,
}

impl<H> fmt::Debug for Explore<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explore").field("name", &self.name).field("options", &self.options).finish_non_exhaustive()
    }
}

/// Explores the function `run` of a component, unless another one is named; by default with the portfolio.
pub fn explore(component: &Component) -> Explore {
    Explore {
        component: component.clone(),
        linker: Linker::new(),
        host: NoImports,
        name: "run".to_owned(),
        args: Vec::new(),
        options: Options::default(),
        check_leaks: false,
        host_order: false,
    }
}

impl<H: ForkImports> Explore<H> {
    /// What is supplied for imports.
    #[must_use]
    pub fn linker(self, linker: Linker) -> Self {
        Self { linker, ..self }
    }

    /// The host that offers what the linker does not define.
    #[must_use]
    pub fn host<G: ForkImports>(self, host: G) -> Explore<G> {
        let Self { component, linker, name, args, options, check_leaks, host_order, .. } = self;
        Explore { component, linker, host, name, args, options, check_leaks, host_order }
    }

    /// The function to call.
    #[must_use]
    pub fn invoke(self, name: &str, args: &[Val]) -> Self {
        Self { name: name.to_owned(), args: args.to_vec(), ..self }
    }

    /// How schedules are chosen.
    #[must_use]
    pub const fn strategy(mut self, strategy: Strategy) -> Self {
        self.options.strategy = strategy;
        self
    }

    /// How much may be done.
    #[must_use]
    pub const fn budget(mut self, budget: Budget) -> Self {
        self.options.budget = budget;
        self
    }

    /// What samplers draw from.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.options.seed = seed;
        self
    }

    /// On how many threads samplers run.
    #[must_use]
    pub const fn jobs(mut self, jobs: usize) -> Self {
        self.options.jobs = jobs;
        self
    }

    /// Every state, without a bound in time.
    #[must_use]
    pub fn exhaustive(mut self) -> Self {
        self.options.strategy = Strategy::States;
        self.options.budget = Budget::default();
        self
    }

    /// What is left in tables at the end is a failure.
    #[must_use]
    pub const fn check_leaks(mut self) -> Self {
        self.check_leaks = true;
        self
    }

    /// The order of the calls of the host is a part of the outcome, as its output `host-calls`.
    #[must_use]
    pub const fn host_order(mut self) -> Self {
        self.host_order = true;
        self
    }

    fn subject(&self) -> Result<Subject<H>, Error> {
        let mut store = Store::new(&self.component.engine);
        store.set_host(Box::new(self.host.clone()));
        let instance = self.linker.instantiate(&mut store, &self.component)?;
        let func = instance.func(&store, &self.name);
        let func =
            func.ok_or_else(|| Error::Input(format!("expected an exported function `{}`, found none", self.name)))?;
        let mut subject = Subject::new(store, &func, &self.args)?;
        subject.check_leaks(self.check_leaks).host_order(self.host_order);
        Ok(subject)
    }

    /// Explores.
    ///
    /// # Errors
    /// What can go wrong before the call begins: linking, a trap of a start function, wrong arguments.
    pub fn run(self) -> Result<Explored<H>, Error> {
        let subject = self.subject()?;
        let exploration = subject.explore(&self.options)?;
        Ok(Explored { subject, exploration })
    }

    /// Explores, and holds every outcome against a condition; traps, deadlocks and the like fail it anyway.
    ///
    /// # Errors
    /// The first outcome that fails, with its smallest schedule in words; or as `run`.
    pub fn check(self, holds: impl Fn(&Outcome) -> bool) -> Result<Explored<H>, Failed> {
        let explored = match std::env::var(SCHEDULE) {
            Ok(path) => self.follow(&path),
            Err(_) => self.run(),
        };
        let explored = explored.map_err(Failed::Error)?;
        let bad = |found: &Found| found.outcome.is_failure() || !holds(&found.outcome);
        let Some(position) = explored.found().iter().position(bad) else { return Ok(explored) };
        let explanation = explored.explain(position).map_err(Failed::Error)?;
        let picks = explored.picks(position);
        let path = explored.found()[position].path.iter().map(u16::to_string).collect::<Vec<_>>().join(".");
        Err(Failed::Outcome { explanation: Box::new(explanation), picks, path })
    }

    /// Follows one path, as the message of a failed `check` has it: picks with dots between them.
    ///
    /// # Errors
    /// As `run`, and for what is no path.
    pub fn follow(self, path: &str) -> Result<Explored<H>, Error> {
        let picks = path.split('.').filter(|pick| !pick.is_empty()).map(str::parse).collect::<Result<Vec<u16>, _>>();
        let picks = picks.map_err(|_| Error::Input(format!("expected picks such as `0.1.0.2`, found `{path}`")))?;
        let subject = self.subject()?;
        let exploration = guard(|| {
            let followed = record(subject.setup(), Follow::new(&picks)).outcome;
            let default = record(subject.setup(), Follow::new(&[])).outcome;
            let mut findings = Findings::default();
            findings.add(followed, &picks);
            let report = Report {
                strategy: "replay".to_owned(),
                unit: Unit::Runs,
                complete: false,
                left_out: Some("one schedule was followed".to_owned()),
                data_choices: false,
                outcomes: findings.into_sorted(),
                stats: Stats { runs: 1, ..Stats::default() },
                kept_bytes: 0,
                elapsed: std::time::Duration::ZERO,
            };
            let classes = Err("not all was explored".to_owned());
            Exploration { report, default, seed: self.options.seed, bounds: self.options.budget, classes }
        })?;
        Ok(Explored { subject, exploration })
    }

    /// Runs once with the bytes of a fuzzer, or of `proptest`, for choices.
    ///
    /// # Errors
    /// As `run`.
    pub fn bytes(self, bytes: &[u8]) -> Result<Recorded, Error> {
        self.subject()?.bytes(bytes)
    }

    /// Runs once, and picks what was recorded.
    ///
    /// # Errors
    /// As `run`; a schedule that does not fit gives the outcome `diverged`.
    pub fn replay(self, picks: &[Pick]) -> Result<Recorded, Error> {
        self.subject()?.replay(picks)
    }
}

/// Why `check` fails.
#[derive(Debug)]
pub enum Failed {
    /// Nothing was explored.
    Error(Error),
    /// An outcome does not hold.
    Outcome {
        /// Its smallest schedule in words.
        explanation: Box<Explanation>,
        /// Its picks, for `replay`.
        picks: Vec<Pick>,
        /// The same as a path, for `follow`.
        path: String,
    },
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => error.fmt(f),
            Self::Outcome { explanation, path, .. } => {
                f.write_str(&explanation.to_text())?;
                let thread = std::thread::current();
                let test = thread.name().filter(|name| *name != "main").unwrap_or_default();
                write!(f, "to run this schedule again: {SCHEDULE}={path} cargo test {test}")
            }
        }
    }
}

impl std::error::Error for Failed {}

/// What exploring found.
#[derive(Debug)]
pub struct Explored<H = NoImports> {
    subject: Subject<H>,
    exploration: Exploration,
}

impl<H: ForkImports> Explored<H> {
    /// What exploring came to: report, JSON, certificate.
    pub const fn exploration(&self) -> &Exploration {
        &self.exploration
    }

    /// The outcomes, cheapest schedule first.
    pub fn found(&self) -> &[Found] {
        &self.exploration.report.outcomes
    }

    /// Whether nothing was left out.
    pub const fn is_complete(&self) -> bool {
        self.exploration.report.complete
    }

    /// The picks of the smallest schedule of an outcome, by its position.
    ///
    /// # Panics
    /// When there are fewer outcomes.
    pub fn picks(&self, position: usize) -> Vec<Pick> {
        self.subject.record(&self.found()[position].path).map(|recorded| recorded.picks).unwrap_or_default()
    }

    /// The smallest schedule of an outcome in words.
    ///
    /// # Errors
    /// `Error::Bug` when an invariant of ours is broken.
    ///
    /// # Panics
    /// When there are fewer outcomes.
    pub fn explain(&self, position: usize) -> Result<Explanation, Error> {
        let states = if self.is_complete() { self.exploration.report.stats.states + 1 } else { 0 };
        self.subject.explain(&self.found()[position].path, states)
    }
}
