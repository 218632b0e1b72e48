//! The certificate of a script: which verdicts its instances can have, and whether that was all of them.
//!
//! Spec: none.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use raddle::{Config, Engine, Linker, Store};
use serde::Serialize;
use wast::WastArg;

use crate::certify::{Call, InstanceCertificate, Subject, certify};
use crate::component::val_of;
use crate::runner::Runner;
use crate::script::{Action, Definition, Directive, Kind, with_script};

/// What was found about a script.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Certificate {
    /// The path as it was given or found.
    pub path: String,
    /// Why the script could not be read, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Each component instance.
    pub instances: Vec<InstanceCertificate>,
}

/// Certificates as JSON.
///
/// # Errors
/// Never in practice: there is nothing in them that JSON cannot hold.
pub fn to_json(certificates: &[Certificate]) -> serde_json::Result<String> {
    serde_json::to_string_pretty(certificates)
}

impl Runner {
    /// Searches all schedules of a script, with at most so many states of each of its instances.
    pub fn certify_file(&self, path: &Path, most_states: usize) -> Certificate {
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => self.certify_text(&name, &text, most_states),
            Err(error) => Certificate { path: name, error: Some(error.to_string()), instances: Vec::new() },
        }
    }

    /// As `certify_file`, from the text of a script.
    pub fn certify_text(&self, name: &str, text: &str, most_states: usize) -> Certificate {
        let mut config = Config::new();
        config.features(self.options().features).limits(self.options().limits);
        let engine = Engine::new(config);
        let fuel = self.options().fuel;
        let instances = with_script(&engine, text, |directives| {
            let program = engine.program();
            let subjects = Instances::of(&engine, fuel, directives);
            subjects.iter().map(|subject| certify(subject, &program, most_states)).collect()
        });
        match instances {
            Ok(instances) => Certificate { path: name.to_owned(), error: None, instances },
            Err(error) => {
                let error = format!("line {}, column {}: {}", error.line, error.column, error.message);
                Certificate { path: name.to_owned(), error: Some(error), instances: Vec::new() }
            }
        }
    }
}

/// The component instances of a script, with the calls that it makes of each.
struct Instances<'s> {
    engine: &'s Engine,
    fuel: u64,
    all: Vec<Subject<'s>>,
    current: Option<usize>,
    named: BTreeMap<&'s str, usize>,
    definitions: BTreeMap<Option<&'s str>, &'s Definition>,
}

impl<'s> Instances<'s> {
    fn of(engine: &'s Engine, fuel: u64, directives: &'s [Directive<'s>]) -> Vec<Subject<'s>> {
        let (all, named, definitions) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        let mut instances = Self { engine, fuel, all, current: None, named, definitions };
        for directive in directives {
            instances.directive(directive);
        }
        instances.all
    }

    fn directive(&mut self, directive: &'s Directive<'s>) {
        match &directive.kind {
            Kind::Module { name, definition, instantiate: true } => {
                self.instantiate(directive.line, definition, name.as_deref());
            }
            Kind::Module { name, definition, instantiate: false } => {
                self.definitions.insert(name.as_deref(), definition);
                self.definitions.insert(None, definition);
            }
            Kind::Instance { name, definition } => {
                if let Some(definition) = self.definitions.get(&definition.as_deref()).copied() {
                    self.instantiate(directive.line, definition, name.as_deref());
                }
            }
            Kind::Perform(action)
            | Kind::Return(action, _)
            | Kind::Trap(action, _)
            | Kind::Exhaustion(action, _)
            | Kind::Exception(action) => match action {
                Action::Invoke { instance, name, args } => self.call(directive, instance.as_deref(), name, args),
                Action::Instantiate(definition) => {
                    let current = self.current;
                    self.instantiate(directive.line, definition, None);
                    self.current = current;
                }
                Action::Get { .. } => {}
            },
            Kind::Register { .. } | Kind::Refused(..) | Kind::Unlinkable(..) | Kind::Unsupported(_) => {}
        }
    }

    /// Makes an instance under the default schedule. Core instances have no schedule.
    fn instantiate(&mut self, line: usize, definition: &'s Definition, name: Option<&'s str>) {
        self.current = None;
        let Definition::Component(Ok(component)) = definition else { return };
        let mut store = Store::new(self.engine);
        store.set_fuel(self.fuel);
        let instance = Linker::new().instantiate(&mut store, component).ok();
        self.all.push(Subject { line, store, instance, calls: Vec::new(), fuel: self.fuel });
        self.current = Some(self.all.len() - 1);
        if let Some(name) = name {
            self.named.insert(name, self.all.len() - 1);
        }
    }

    fn call(&mut self, directive: &'s Directive<'s>, instance: Option<&str>, name: &str, args: &[WastArg<'_>]) {
        let found = instance.map_or(self.current, |name| self.named.get(name).copied());
        let Some(Subject { store, instance, calls, .. }) = found.map(|found| &mut self.all[found]) else { return };
        let val = |arg: &WastArg<'_>| if let WastArg::Component(arg) = arg { Some(val_of(arg)) } else { None };
        let vals: Option<Vec<_>> = args.iter().map(val).collect();
        let func = instance.and_then(|instance| instance.func(store, name));
        let func = match (func, vals) {
            (None, _) => Err(format!("expected an exported function `{name}`, found none")),
            (_, None) => Err("expected component-level arguments, found one of core wasm".to_owned()),
            (Some(func), Some(vals)) => {
                func.values(store, &vals).map(|values| (func, values)).map_err(|error| error.to_string())
            }
        };
        calls.push(Call { directive, func });
    }
}

impl Certificate {
    /// Whether the verdict depends on the schedule, as far as was searched.
    pub fn depends(&self) -> bool {
        self.instances.iter().any(InstanceCertificate::depends)
    }

    /// Whether all schedules were searched, with choices while instances are made and data choices at the default.
    pub fn is_complete(&self) -> bool {
        self.error.is_none() && self.instances.iter().all(|instance| instance.complete)
    }

    /// How many states there are at choices, as far as they were searched.
    pub fn states(&self) -> u64 {
        self.instances.iter().map(|instance| instance.states).sum()
    }

    /// How many calls the script makes.
    pub fn calls(&self) -> usize {
        self.instances.iter().map(|instance| instance.calls).sum()
    }

    /// How much was searched, in words.
    pub fn searched(&self) -> String {
        if let Some(error) = &self.error {
            return format!("not read: {error}");
        }
        let mut words = if self.is_complete() {
            format!("all {} states", self.states())
        } else {
            let picks = self.instances.iter().filter(|instance| !instance.complete).map(|instance| instance.picks);
            let picks = picks.min().unwrap_or_default();
            format!("{} states: every schedule with fewer than {picks} choices that are not the default", self.states())
        };
        let making: u64 = self.instances.iter().map(|instance| instance.making).sum();
        if making > 0 {
            words.push_str("; choices while instances are made stay at the default");
        }
        if self.instances.iter().any(|instance| instance.data) {
            words += "; data choices fixed";
        }
        words
    }
}

impl fmt::Display for Certificate {
    /// A line for the script, then each verdict that is not that of the default schedule.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match (self.depends(), self.is_complete()) {
            (true, _) => "depends",
            (false, true) => "same   ",
            (false, false) => "bounded",
        };
        write!(f, "{word} {}: {} calls, {}", self.path, self.calls(), self.searched())?;
        for instance in &self.instances {
            for verdict in instance.verdicts.iter().skip(1) {
                write!(f, "\n  the instance of line {}: ", instance.line)?;
                match verdict.failures.first() {
                    None => write!(f, "nothing fails")?,
                    Some(first) => write!(f, "line {}: {first}", first.line)?,
                }
                for flip in &verdict.flips {
                    write!(f, "\n    because of {flip}")?;
                }
            }
        }
        Ok(())
    }
}
