//! A scripted host at work: plain data that forks with its store.
//!
//! Spec: Concurrency.md, "Nondeterminism", on host-defined calls. When calls that are not answered yet complete, and in which
//! order, is the choice of the event loop (`EmbedderTurn`) among all that is ready; what else is open is asked here.

use std::sync::Arc;

use canon::{Resource, ResourceTypeId, Value};
use choice::{ActorId, Alternative, ChoiceKind, Divergence, StateHash, StateHasher, state_hash};
use indexmap::IndexMap;
use runtime::drive::Host;
use runtime::host::{CancelAnswer, HostAnswer};
use runtime::id::{HostCallId, HostFunc, WaitableId};
use runtime::instantiate::{Bundle, ExternValue};
use runtime::step::{Env, Failure};
use runtime::{Program, Store};
use syntax::component::ExternType;
use syntax::convert::{to_u32, to_usize};
use syntax::id::{FuncTypeId, ResourceIndex};
use syntax::{Trap, TrapRule};

use super::copies::{Sink, Source};
use super::rules::{Made, Rule, Rules};
use super::{Cancel, Script, When};
use crate::component::Component;
use crate::error::Error;
use crate::explore::ForkImports;
use crate::hosts::{Imports, NoImports};
use ::explore::Output;

/// The number of the first function of a scripted host.
const FIRST_FUNC: u32 = 1 << 29;

/// The number of functions that nobody supplies.
const OPEN_FUNC: u32 = FIRST_FUNC - 1;

/// A host that does what a script says, and asks another one about all other imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scripted<H = NoImports> {
    /// The same for the whole run, so no part of the state, and shared by its forks.
    pub(super) rules: Arc<Rules>,
    resources: Arc<IndexMap<ResourceIndex, ResourceTypeId>>,
    /// How often each function was called, as far as that makes a difference.
    calls: Vec<u32>,
    /// The next representation of a resource.
    next_rep: u32,
    pub(super) events: Vec<Event>,
    pub(super) sources: Vec<Source>,
    pub(super) sinks: Vec<Sink>,
    /// Writable ends of futures whose value is being written.
    pub(super) futures: Vec<WaitableId>,
    /// What was read of streams and futures, by function and parameter.
    pub(super) read: Vec<(String, Vec<u8>)>,
    other: H,
}

/// Something that the event loop will deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Event {
    pub(super) wanted: Wanted,
    /// What it belongs to.
    pub(super) actor: ActorId,
}
state_hash!(struct Event { wanted } skip { actor });

/// What will be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The answer to a call: by which rule, and the how-manieth call it was.
    Answer { call: HostCallId, rule: u32, number: u32 },
    /// The end of a call that was cancelled.
    Cancelled { call: HostCallId },
    /// A write to a stream.
    Write { end: WaitableId },
    /// A read of a stream or future.
    Read { end: WaitableId },
    /// The value of a future, by its rule.
    Fulfil { end: WaitableId, rule: u32 },
}
state_hash!(enum Wanted {
    0 => Answer { call, rule, number }, 1 => Cancelled { call }, 2 => Write { end }, 3 => Read { end }, 4 => Fulfil { end, rule },
});

impl<H: StateHash> StateHash for Scripted<H> {
    fn state_hash(&self, hasher: &mut StateHasher) {
        self.calls.state_hash(hasher);
        self.next_rep.state_hash(hasher);
        self.events.state_hash(hasher);
        self.sources.state_hash(hasher);
        self.sinks.state_hash(hasher);
        self.futures.state_hash(hasher);
        for (name, bytes) in &self.read {
            name.state_hash(hasher);
            bytes.state_hash(hasher);
        }
        self.other.state_hash(hasher);
    }
}

impl<H: Imports> Scripted<H> {
    /// A host for the imports of a component. The other host supplies what is WASI's and the script says nothing of.
    ///
    /// # Errors
    /// `Error::Input`: a name that the component does not import, a value of another type, an import that nobody supplies.
    pub fn new(component: &Component, script: &Script, other: H) -> Result<Self, Error> {
        let rules = Rules::new(component, script).map_err(Error::Input)?;
        Ok(Self { calls: vec![0; rules.funcs.len()], ..Self::over(other, rules) })
    }

    /// A host that only asks another one.
    pub fn none(other: H) -> Self {
        Self::over(other, Rules { others_trap: false, ..Rules::default() })
    }

    fn over(other: H, rules: Rules) -> Self {
        Self {
            rules: Arc::new(rules),
            resources: Arc::default(),
            calls: Vec::new(),
            next_rep: 0,
            events: Vec::new(),
            sources: Vec::new(),
            sinks: Vec::new(),
            futures: Vec::new(),
            read: Vec::new(),
            other,
        }
    }

    /// The other host.
    pub const fn other(&self) -> &H {
        &self.other
    }

    fn rule_of(&self, store: &Store, call: HostCallId) -> Option<u32> {
        store
            .host_call(call)
            .func
            .0
            .checked_sub(FIRST_FUNC)
            .filter(|rule| to_usize(u64::from(*rule)) < self.calls.len())
    }

    fn rule(&self, number: u32) -> &Rule {
        &self.rules.funcs[to_usize(u64::from(number))]
    }

    /// Asks a choice of the host.
    pub(super) fn choose(
        store: &mut Store,
        env: &mut Env<'_, '_>,
        (kind, actor, operation): (ChoiceKind, ActorId, &'static str),
        alternatives: &[Alternative],
    ) -> usize {
        store.host_choice(env, kind, (actor, operation), alternatives)
    }

    /// Whether something is put off, to come by an event of its own.
    pub(super) fn is_later(
        store: &mut Store,
        env: &mut Env<'_, '_>,
        (actor, operation): (ActorId, &'static str),
        when: When,
    ) -> bool {
        let words = [Alternative::Word("returned"), Alternative::Word("started")];
        match when {
            When::Now => false,
            When::Later => true,
            When::Any => Self::choose(store, env, (ChoiceKind::HostStart, actor, operation), &words) == 1,
        }
    }

    /// What a call comes to: a value of its turn, or one of those that may come instead.
    fn answer(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        (rule, number): (u32, u32),
        actor: ActorId,
    ) -> Result<HostAnswer, Failure> {
        let rules = Arc::clone(&self.rules);
        let rule = &rules.funcs[to_usize(u64::from(rule))];
        let mut words = vec![Alternative::Word("no")];
        words.extend((0..to_u32(rule.fails.len())).map(|number| Alternative::Number(u64::from(number))));
        if rule.traps {
            words.push(Alternative::Word("trap"));
        }
        let made = match Self::choose(store, env, (ChoiceKind::HostFault, actor, "answer"), &words) {
            0 => rule.returns.get(to_usize(u64::from(number))).or(rule.returns.last()),
            picked if picked <= rule.fails.len() => rule.fails.get(picked - 1),
            _ => {
                let trap = Trap::with(TrapRule::HostTrap, format!("({}: the host traps)", rule.name));
                return Ok(HostAnswer::Trap(trap));
            }
        };
        let value = made.map(|made| self.make(store, env, made, actor)).transpose()?;
        Ok(HostAnswer::Return(value.into_iter().collect()))
    }

    fn make(
        &mut self,
        store: &mut Store,
        env: &mut Env<'_, '_>,
        made: &Made,
        actor: ActorId,
    ) -> Result<Value, Failure> {
        Ok(match made {
            Made::Value(value) => value.clone(),
            Made::Stream(rule) => self.new_source(store, env, *rule, actor)?,
            Made::Future(rule) => self.new_future(store, env, *rule, actor)?,
            Made::Resource(index, rep) => {
                let rep = rep.unwrap_or_else(|| {
                    self.next_rep += 1;
                    self.next_rep
                });
                let ty = self.resources.get(index).copied().expect("functions are imported with their resource types");
                Value::Own(Resource { ty, rep })
            }
            Made::Record(parts) => {
                let parts = parts.iter().map(|part| self.make(store, env, part, actor));
                Value::Record(parts.collect::<Result<_, _>>()?)
            }
            Made::Case(case, payload) => Value::Variant(*case, Some(Box::new(self.make(store, env, payload, actor)?))),
        })
    }

    /// Supplies a function, if the script says something of it, or lets others trap.
    fn func(&self, store: &mut Store, name: &str, _ty: FuncTypeId) -> Option<ExternValue> {
        let rule = self.rules.funcs.iter().position(|rule| rule.name == name);
        let number = match rule {
            Some(rule) => FIRST_FUNC + to_u32(rule),
            None if self.rules.others_trap => OPEN_FUNC,
            None => return None,
        };
        let label = name.rsplit(['#', ']']).next().unwrap_or(name);
        Some(ExternValue::Func(store.add_host_func(HostFunc(number), label)))
    }

    fn resource(&mut self, store: &mut Store, name: &str, index: ResourceIndex) -> ExternValue {
        let resources = Arc::make_mut(&mut self.resources);
        ExternValue::Resource(*resources.entry(index).or_insert_with(|| store.add_host_resource(name)))
    }

    fn speaks_of(&self, instance: &str) -> bool {
        let inside = |rule: &Rule| rule.name.split('#').next() == Some(instance);
        self.rules.funcs.iter().any(inside)
    }
}

impl<H: Imports> Imports for Scripted<H> {
    fn resolve(&mut self, store: &mut Store, program: &Program, name: &str, ty: &ExternType) -> Option<ExternValue> {
        let is_empty = self.rules.funcs.is_empty() && !self.rules.others_trap;
        if is_empty || (name.starts_with("wasi:") && !self.speaks_of(name)) {
            return self.other.resolve(store, program, name, ty);
        }
        match ty {
            ExternType::Func(ty) => {
                let func = self.func(store, name, *ty);
                func.or_else(|| self.other.resolve(store, program, name, &ExternType::Func(*ty)))
            }
            ExternType::Instance(exports) => {
                let mut bundle = Bundle::default();
                for (inner, ty) in exports.iter() {
                    let value = match ty {
                        ExternType::Func(ty) => self.func(store, &format!("{name}#{inner}"), *ty)?,
                        ExternType::Resource(index) => self.resource(store, inner, *index),
                        ExternType::Type => ExternValue::Type,
                        ExternType::Module(_) | ExternType::Instance(_) | ExternType::Component(_) => return None,
                    };
                    bundle.exports.insert(inner.clone(), value);
                }
                Some(ExternValue::Instance(store.add_bundle(bundle)))
            }
            ExternType::Resource(index) => Some(self.resource(store, name, *index)),
            ExternType::Type => Some(ExternValue::Type),
            ExternType::Module(_) | ExternType::Component(_) => self.other.resolve(store, program, name, ty),
        }
    }
}

impl<H: ForkImports> ForkImports for Scripted<H> {
    fn output(&self) -> Vec<Output> {
        let mut outputs = self.other.output();
        outputs.extend(self.read.iter().map(|(name, bytes)| Output { name: name.clone(), bytes: bytes.clone() }));
        outputs
    }
}

impl<H: Imports> Host for Scripted<H> {
    fn call(&mut self, store: &mut Store, env: &mut Env<'_, '_>, call: HostCallId) -> Result<HostAnswer, Failure> {
        let actor = store.host_call(call).actor;
        if store.host_call(call).func.0 == OPEN_FUNC {
            let name = store.names().text(actor);
            return Ok(HostAnswer::Trap(Trap::with(TrapRule::ImportUnused, format!("({name})"))));
        }
        let Some(number) = self.rule_of(store, call) else { return self.other.call(store, env, call) };
        let args = store.take_host_args(call);
        self.take_args(store, env, (number, &args), actor)?;
        let rule = self.rule(number);
        let (when, turns) = (rule.when, to_u32(rule.returns.len()));
        let count = &mut self.calls[to_usize(u64::from(number))];
        let turn = *count;
        *count = (*count + 1).min(turns);
        if Self::is_later(store, env, (actor, "call"), when) {
            self.events.push(Event { wanted: Wanted::Answer { call, rule: number, number: turn }, actor });
            return Ok(HostAnswer::Later);
        }
        self.answer(store, env, (number, turn), actor)
    }

    fn cancel(&mut self, store: &mut Store, env: &mut Env<'_, '_>, call: HostCallId) -> Result<CancelAnswer, Failure> {
        let answers = |event: &Event| matches!(event.wanted, Wanted::Answer { call: of, .. } if of == call);
        let Some(position) = self.events.iter().position(answers) else { return self.other.cancel(store, env, call) };
        let Event { wanted: Wanted::Answer { rule, number, .. }, actor } = self.events[position] else {
            panic!("the event was found by its kind");
        };
        let words = ["cancelled", "later", "returned", "ignored"].map(Alternative::Word);
        let picked = match self.rule(rule).cancel {
            Cancel::Now => 0,
            Cancel::Later => 1,
            Cancel::Returned => 2,
            Cancel::Ignored => 3,
            Cancel::Any => Self::choose(store, env, (ChoiceKind::HostCancel, actor, "cancel"), &words),
        };
        match picked {
            1 => {
                self.events[position].wanted = Wanted::Cancelled { call };
                Ok(CancelAnswer::Later)
            }
            0 => {
                self.events.remove(position);
                Ok(CancelAnswer::Cancelled)
            }
            3 => Ok(CancelAnswer::Later),
            _ => {
                self.events.remove(position);
                match self.answer(store, env, (rule, number), actor)? {
                    HostAnswer::Return(values) => Ok(CancelAnswer::Return(values)),
                    HostAnswer::Trap(trap) => Ok(CancelAnswer::Trap(trap)),
                    HostAnswer::Later | HostAnswer::Exit(_) => panic!("a script answers with a value or a trap"),
                }
            }
        }
    }

    fn drop_resource(&mut self, resource: Resource) -> Result<(), Trap> {
        if self.resources.values().any(|ty| *ty == resource.ty) {
            return Ok(());
        }
        self.other.drop_resource(resource)
    }

    fn copy_ended(&mut self, store: &mut Store, env: &mut Env<'_, '_>, end: WaitableId) -> Result<(), Failure> {
        if !self.owns_end(end) {
            return self.other.copy_ended(store, env, end);
        }
        self.end_copied(store, env, end)
    }

    fn deliverable(&mut self, store: &Store) -> Vec<ActorId> {
        self.notice_drops(store);
        let mut events: Vec<ActorId> = self.events.iter().map(|event| event.actor).collect();
        events.extend(self.other.deliverable(store));
        events
    }

    fn deliver(&mut self, store: &mut Store, env: &mut Env<'_, '_>, position: usize) -> Result<(), Failure> {
        if position >= self.events.len() {
            return self.other.deliver(store, env, position - self.events.len());
        }
        let Event { wanted, actor } = self.events.remove(position);
        match wanted {
            Wanted::Answer { call, rule, number } => match self.answer(store, env, (rule, number), actor)? {
                HostAnswer::Return(values) => store.resolve_host_call(env, call, values),
                HostAnswer::Trap(trap) => Err(store.trap_host_call(env, call, trap)),
                HostAnswer::Later | HostAnswer::Exit(_) => panic!("a script answers with a value or a trap"),
            },
            Wanted::Cancelled { call } => store.cancel_host_call(env, call),
            Wanted::Write { end } => self.write_now(store, env, end),
            Wanted::Read { end } => self.read_now(store, env, end),
            Wanted::Fulfil { end, rule } => self.fulfil(store, env, end, rule),
        }
    }

    fn wait(&mut self) -> bool {
        self.other.wait()
    }

    fn divergence(&mut self) -> Option<Divergence> {
        self.other.divergence()
    }
}
