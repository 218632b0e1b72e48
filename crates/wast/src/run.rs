//! One run of a script under one schedule.
//!
//! Spec: the script format; DESIGN: an `invoke` ticks only until its own task resolves. As upstream does it, each component
//! instance has a store of its own, and all core instances share one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use choice::{ChoiceKind, ChoicePoint, Chooser, Divergence, Names, Pick};
use raddle::{Component, Engine, Error, Instance, Linker, Store, TrapRule, Val};
use wasm::InstanceAddr;
use wast::{WastArg, WastRet};

use crate::component::{matches as val_matches, val_of};
use crate::core::{CoreWorld, Fuel, Stopped};
use crate::core_values;
use crate::report::{Failure, Flip, Skip, Verdict};
use crate::script::{Action, Definition, Directive, Kind};

/// Runs a script under choosers.
pub(crate) type RunUnder<'r> = dyn Fn(Choosers<'_>) -> Ran + 'r;

/// Makes the chooser of the how-manieth store of a script.
pub(crate) type Choosers<'c> = &'c dyn Fn(usize) -> Box<dyn Chooser>;

/// What one run showed.
pub(crate) struct Ran {
    pub(crate) verdict: Verdict,
    /// The picks of each store that were not the default.
    pub(crate) picks: Vec<Vec<Pick>>,
    /// The lines of the directives that made the stores.
    pub(crate) lines: Vec<usize>,
    /// The stores that the failures are about, by position; none for core instances.
    pub(crate) failed_in: Vec<Option<usize>>,
    pub(crate) rules: BTreeSet<&'static str>,
    pub(crate) kinds: BTreeSet<&'static str>,
    /// The first message of a broken invariant.
    pub(crate) bug: Option<String>,
}

impl Ran {
    /// What failed in one store. Stores do not know of each other, so each has a verdict of its own.
    pub(crate) fn failures_in(&self, store: usize) -> Vec<&Failure> {
        let failures = self.verdict.failures.iter().zip(&self.failed_in);
        failures.filter(|(_, of)| **of == Some(store)).map(|(failure, _)| failure).collect()
    }

    /// The lines that failed in one store.
    pub(crate) fn failed_lines_in(&self, store: usize) -> Vec<usize> {
        self.failures_in(store).iter().map(|failure| failure.line).collect()
    }

    /// The picks in one store as a report shows them.
    pub(crate) fn flips_in(&self, store: usize) -> Vec<Flip> {
        self.picks[store].iter().map(Flip::of).collect()
    }
}

/// Notes which kinds of choices there were.
struct Watching {
    inner: Box<dyn Chooser>,
    kinds: Arc<Mutex<BTreeSet<&'static str>>>,
}

impl Chooser for Watching {
    fn choose(&mut self, point: &ChoicePoint, names: &dyn Names) -> Result<usize, Divergence> {
        self.kinds.lock().unwrap_or_else(PoisonError::into_inner).insert(point.kind.name());
        self.inner.choose(point, names)
    }

    fn varies(&self, kind: ChoiceKind) -> bool {
        self.inner.varies(kind)
    }
}

/// A component instance with its store.
struct World {
    store: Store,
    instance: Option<Instance>,
    line: usize,
}

#[derive(Clone, Copy)]
enum Current {
    Core(InstanceAddr),
    Component(usize),
}

/// What an action ended with.
pub(crate) enum Outcome {
    Core(Vec<(syntax::module::ValType, Vec<u64>)>),
    Component(Vec<Val>),
    Error(Error),
    Exception,
    Other(String),
}

struct Run<'r> {
    engine: &'r Engine,
    fuel: Fuel,
    choosers: Choosers<'r>,
    core: Option<CoreWorld>,
    worlds: Vec<World>,
    current: Option<Current>,
    named: BTreeMap<String, Current>,
    definitions: BTreeMap<Option<String>, Definition>,
    kinds: Arc<Mutex<BTreeSet<&'static str>>>,
    rules: BTreeSet<&'static str>,
    bug: Option<String>,
    /// The store that the directive is about.
    about: Option<usize>,
}

/// What became of a directive.
pub(crate) enum Judged {
    Passed,
    Skipped(String),
    Failed { expected: String, got: String, report: Option<String> },
}

/// Runs all directives; a failure does not stop the run.
pub(crate) fn run(engine: &Engine, fuel: Fuel, directives: &[Directive<'_>], choosers: Choosers<'_>) -> Ran {
    let mut run = Run {
        engine,
        fuel,
        choosers,
        core: None,
        worlds: Vec::new(),
        current: None,
        named: BTreeMap::new(),
        definitions: BTreeMap::new(),
        kinds: Arc::default(),
        rules: BTreeSet::new(),
        bug: None,
        about: None,
    };
    let mut verdict = Verdict::default();
    let mut failed_in = Vec::new();
    for directive in directives {
        run.about = None;
        match run.directive(directive) {
            Judged::Passed => verdict.passed += 1,
            Judged::Skipped(reason) => verdict.skipped.push(Skip { line: directive.line, reason }),
            Judged::Failed { expected, got, report } => {
                failed_in.push(run.about);
                verdict.failures.push(Failure {
                    line: directive.line,
                    column: directive.column,
                    directive: directive.word.to_owned(),
                    expected,
                    got,
                    report,
                });
            }
        }
    }
    let kinds = run.kinds.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ran {
        verdict,
        picks: run.worlds.iter().map(|world| world.store.picks().to_vec()).collect(),
        lines: run.worlds.iter().map(|world| world.line).collect(),
        failed_in,
        rules: run.rules,
        kinds,
        bug: run.bug,
    }
}

impl Run<'_> {
    fn directive(&mut self, directive: &Directive<'_>) -> Judged {
        let line = directive.line;
        match &directive.kind {
            Kind::Module { name, definition, instantiate: true } => self.instance(line, definition, name.as_ref()),
            Kind::Module { name, definition, instantiate: false } => {
                self.definitions.insert(name.clone(), definition.clone());
                self.definitions.insert(None, definition.clone());
                match definition {
                    Definition::Core(Err(error)) | Definition::Component(Err(error)) => {
                        failed("a valid definition", error.to_string())
                    }
                    Definition::Core(Ok(_)) | Definition::Component(Ok(_)) => Judged::Passed,
                }
            }
            Kind::Instance { name, definition } => match self.definitions.get(definition).cloned() {
                Some(definition) => self.instance(line, &definition, name.as_ref()),
                None => failed("a definition of that name", "none".to_owned()),
            },
            Kind::Register { name, instance } => self.register(name, instance.as_ref()),
            Kind::Perform(action) => self.action(line, action).must_not_fail(),
            Kind::Return(action, expected) => self.action(line, action).must_return(expected),
            Kind::Trap(action, message) => self.action(line, action).must_trap(message),
            Kind::Exhaustion(action, message) => self.action(line, action).must_exhaust(message),
            Kind::Exception(action) => match self.action(line, action) {
                Outcome::Exception => Judged::Passed,
                other @ (Outcome::Core(_) | Outcome::Component(_) | Outcome::Error(_) | Outcome::Other(_)) => {
                    other.failed("an exception")
                }
            },
            Kind::Refused(definition, message) => refused(definition, message),
            Kind::Unlinkable(definition, message) => self.unlinkable(line, definition, message),
            Kind::Unsupported(reason) => Judged::Skipped(format!("{}: {reason}", directive.word)),
        }
    }

    /// Instantiates, and makes the instance the current one.
    fn instance(&mut self, line: usize, definition: &Definition, name: Option<&String>) -> Judged {
        match self.instantiate(line, definition) {
            Ok(current) => {
                self.current = Some(current);
                if let Some(name) = name {
                    self.named.insert(name.clone(), current);
                }
                Judged::Passed
            }
            Err(outcome) => outcome.failed("an instance"),
        }
    }

    fn instantiate(&mut self, line: usize, definition: &Definition) -> Result<Current, Outcome> {
        match definition {
            Definition::Core(Err(error)) | Definition::Component(Err(error)) => {
                Err(Outcome::Other(format!("a definition that does not decode: {error}")))
            }
            Definition::Core(Ok(module)) => {
                let instance = self.core().instantiate(module);
                instance.map(Current::Core).map_err(|stopped| self.stopped(stopped))
            }
            Definition::Component(Ok(component)) => {
                let instance = self.instantiate_component(line, component);
                instance.map_err(|error| self.error(error))
            }
        }
    }

    fn core(&mut self) -> &mut CoreWorld {
        self.core.get_or_insert_with(|| CoreWorld::new(self.engine, self.fuel))
    }

    fn instantiate_component(&mut self, line: usize, component: &Component) -> Result<Current, Error> {
        let mut store = Store::new(self.engine);
        store.set_fuel(self.fuel.whole);
        let inner = (self.choosers)(self.worlds.len());
        store.set_chooser(Watching { inner, kinds: Arc::clone(&self.kinds) });
        self.about = Some(self.worlds.len());
        let instance = Linker::new().instantiate(&mut store, component);
        self.worlds.push(World { store, instance: instance.as_ref().ok().copied(), line });
        instance.map(|_| Current::Component(self.worlds.len() - 1))
    }

    fn register(&mut self, name: &str, instance: Option<&String>) -> Judged {
        match self.find(instance) {
            Ok(Current::Core(instance)) => {
                self.core().register(name.to_owned(), instance);
                Judged::Passed
            }
            Ok(Current::Component(_)) => Judged::Skipped("register of a component instance".to_owned()),
            Err(message) => failed("an instance", message),
        }
    }

    fn find(&self, name: Option<&String>) -> Result<Current, String> {
        match name {
            None => self.current.ok_or_else(|| "there is no instance yet".to_owned()),
            Some(name) => {
                self.named.get(name).copied().ok_or_else(|| format!("there is no instance of the name `${name}`"))
            }
        }
    }

    fn action(&mut self, line: usize, action: &Action<'_>) -> Outcome {
        match action {
            Action::Instantiate(definition) => match self.instantiate(line, definition) {
                Ok(_) => Outcome::Component(Vec::new()),
                Err(outcome) => outcome,
            },
            Action::Get { instance, global } => match self.find(instance.as_ref()) {
                Ok(Current::Core(instance)) => match self.core().global(instance, global) {
                    Ok((ty, cells)) => core_values(&ty, &cells),
                    Err(stopped) => self.stopped(stopped),
                },
                Ok(Current::Component(_)) => Outcome::Other("a component instance has no globals".to_owned()),
                Err(message) => Outcome::Other(message),
            },
            Action::Invoke { instance, name, args } => match self.find(instance.as_ref()) {
                Ok(Current::Core(instance)) => self.invoke_core(instance, name, args),
                Ok(Current::Component(world)) => self.invoke_component(world, name, args),
                Err(message) => Outcome::Other(message),
            },
        }
    }

    fn invoke_core(&mut self, instance: InstanceAddr, name: &str, args: &[WastArg<'_>]) -> Outcome {
        let mut cells = Vec::new();
        for arg in args {
            let WastArg::Core(arg) = arg else {
                return Outcome::Other("expected arguments of core wasm, found a component-level one".to_owned());
            };
            cells.extend(core_values::cells_of(arg));
        }
        match self.core().invoke(instance, name, &cells) {
            Ok((ty, cells)) => core_values(&ty, &cells),
            Err(stopped) => self.stopped(stopped),
        }
    }

    fn invoke_component(&mut self, world: usize, name: &str, args: &[WastArg<'_>]) -> Outcome {
        let mut vals = Vec::new();
        for arg in args {
            let WastArg::Component(arg) = arg else {
                return Outcome::Other("expected component-level arguments, found one of core wasm".to_owned());
            };
            vals.push(val_of(arg));
        }
        self.about = Some(world);
        let fuel = self.fuel.whole;
        let World { store, instance, .. } = &mut self.worlds[world];
        let Some(func) = instance.and_then(|instance| instance.func(store, name)) else {
            return Outcome::Other(format!("expected an exported function `{name}`, found none"));
        };
        match func.call(store.set_fuel(fuel), &vals) {
            Ok(vals) => Outcome::Component(vals),
            Err(error) => self.error(error),
        }
    }

    fn unlinkable(&mut self, line: usize, definition: &Definition, message: &str) -> Judged {
        let is_core = matches!(definition, Definition::Core(_));
        let expected = format!("a link error `{message}`");
        match self.instantiate(line, definition) {
            Ok(_) => failed(&expected, "an instance".to_owned()),
            Err(Outcome::Error(Error::Link(found))) if found.contains(message) => Judged::Passed,
            // Scripts from before bulk memory operations call a segment out of bounds a link error.
            Err(Outcome::Error(Error::Trap(..))) if is_core && message.ends_with("does not fit") => Judged::Passed,
            Err(other) => other.failed(&expected),
        }
    }

    fn stopped(&mut self, stopped: Stopped) -> Outcome {
        match stopped {
            Stopped::Trap(trap) => self.error(Error::Trap(trap, Box::default())),
            Stopped::Exception => {
                self.rules.insert(TrapRule::CallUncaughtException.id());
                Outcome::Exception
            }
            Stopped::Link(message) => Outcome::Error(Error::Link(message)),
            Stopped::Limit(limit) => Outcome::Error(Error::Limit(limit.to_owned())),
            Stopped::Other(message) => Outcome::Other(message),
        }
    }

    fn error(&mut self, error: Error) -> Outcome {
        if let Some(rule) = error.trap_rule() {
            self.rules.insert(rule.id());
        }
        if let Error::Bug(message) = &error {
            self.bug.get_or_insert_with(|| message.clone());
        }
        Outcome::Error(error)
    }
}

impl Outcome {
    fn failed(self, expected: &str) -> Judged {
        let report = match &self {
            Self::Error(error) => error.report().map(ToString::to_string).filter(|report| !report.is_empty()),
            Self::Core(_) | Self::Component(_) | Self::Exception | Self::Other(_) => None,
        };
        Judged::Failed { expected: expected.to_owned(), got: self.text(), report }
    }

    pub(crate) fn must_not_fail(self) -> Judged {
        match self {
            Self::Core(_) | Self::Component(_) => Judged::Passed,
            other @ (Self::Error(_) | Self::Exception | Self::Other(_)) => other.failed("no trap"),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Core(values) => {
                let values: Vec<String> = values.iter().map(|(ty, cells)| core_values::text(*ty, cells)).collect();
                if values.is_empty() { "no results".to_owned() } else { values.join(" ") }
            }
            Self::Component(vals) => vals.first().map_or_else(|| "no result".to_owned(), ToString::to_string),
            Self::Error(error) => error.to_string(),
            Self::Exception => "an exception".to_owned(),
            Self::Other(message) => message.clone(),
        }
    }

    pub(crate) fn must_trap(self, message: &str) -> Judged {
        let holds = match &self {
            Self::Error(error @ (Error::Trap(..) | Error::Deadlock(_))) => {
                let text = error.to_string();
                text.contains(message) || is_old_wording(&text, message)
            }
            Self::Error(_) | Self::Core(_) | Self::Component(_) | Self::Exception | Self::Other(_) => false,
        };
        if holds { Judged::Passed } else { self.failed(&format!("a trap `{message}`")) }
    }

    pub(crate) fn must_exhaust(self, message: &str) -> Judged {
        let holds = match &self {
            Self::Error(Error::Limit(limit)) => limit_words(limit).contains(message),
            Self::Error(_) | Self::Core(_) | Self::Component(_) | Self::Exception | Self::Other(_) => false,
        };
        if holds { Judged::Passed } else { self.failed(&format!("a limit `{message}`")) }
    }

    pub(crate) fn must_return(self, expected: &[WastRet<'_>]) -> Judged {
        let holds = match &self {
            Self::Core(values) => {
                values.len() == expected.len()
                    && values.iter().zip(expected).all(|((ty, cells), expected)| {
                        matches!(expected, WastRet::Core(expected) if core_values::matches(*ty, cells, expected))
                    })
            }
            Self::Component(vals) => {
                vals.len() == expected.len()
                    && vals.iter().zip(expected).all(|(val, expected)| {
                        matches!(expected, WastRet::Component(expected) if val_matches(val, &val_of(expected)))
                    })
            }
            Self::Error(_) | Self::Exception | Self::Other(_) => false,
        };
        if holds { Judged::Passed } else { self.failed(&expected_text(expected)) }
    }
}

/// A limit in the words of scripts, where they have some.
fn limit_words(limit: &str) -> &str {
    match limit {
        "call-stack" => "call stack exhausted",
        other => other,
    }
}

/// Whether a script words one of our traps in another way: newer scripts name the element, older ones know one kind of null.
fn is_old_wording(text: &str, message: &str) -> bool {
    (message.starts_with("uninitialized element") && text.contains("uninitialized element"))
        || (message.contains("null")
            && message.contains("reference")
            && text.contains("null")
            && text.contains("reference"))
}

fn expected_text(expected: &[WastRet<'_>]) -> String {
    let texts: Vec<String> = expected
        .iter()
        .map(|expected| match expected {
            WastRet::Component(expected) => val_of(expected).to_string(),
            WastRet::Core(expected) => format!("{expected:?}"),
            other => format!("{other:?}"),
        })
        .collect();
    if texts.is_empty() { "no results".to_owned() } else { texts.join(" ") }
}

fn core_values(ty: &syntax::module::FuncType, cells: &[u64]) -> Outcome {
    Outcome::Core(core_values::split(ty, cells).into_iter().map(|(ty, cells)| (ty, cells.to_vec())).collect())
}

fn refused(definition: &Definition, message: &str) -> Judged {
    let expected = format!("an error `{message}`");
    match definition {
        Definition::Core(Err(_)) => Judged::Passed,
        Definition::Component(Err(error)) if error.to_string().contains(message) => Judged::Passed,
        Definition::Component(Err(error)) => failed(&expected, error.to_string()),
        Definition::Core(Ok(_)) | Definition::Component(Ok(_)) => failed(&expected, "a valid definition".to_owned()),
    }
}

fn failed(expected: &str, got: String) -> Judged {
    Judged::Failed { expected: expected.to_owned(), got, report: None }
}
