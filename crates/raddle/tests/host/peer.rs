//! A host made of closures: functions, what they do later, and what happens when copies end.

use std::sync::Arc;

use canon::{Numbers, Resource, ResourceTypeId, SharedId, Value};
use choice::{ActorId, Chooser};
use decode::Features;
use runtime::drive::{Ended, Host, drain, run_until_resolved};
use runtime::host::{CancelAnswer, HostAnswer, HostCopy};
use runtime::id::{FuncId, HostCallId, HostFunc, InstanceId, WaitableId};
use runtime::instantiate::ExternValue;
use runtime::step::{Env, Failure, Fault, InvocationOutcome};
use runtime::{Program, Store};
use syntax::Trap;
use syntax::component::ExternType;
use syntax::types::ValType;

pub(crate) type OnCall = Arc<dyn Fn(&mut Turn<'_, '_, '_>, &[Value]) -> Result<HostAnswer, Failure>>;
pub(crate) type Act = Box<dyn FnOnce(&mut Turn<'_, '_, '_>) -> Result<(), Failure>>;
pub(crate) type Then = Box<dyn FnOnce(&mut Turn<'_, '_, '_>, HostCopy) -> Result<(), Failure>>;
pub(crate) type OnCancel = Box<dyn FnOnce(&mut Turn<'_, '_, '_>) -> CancelAnswer>;

/// The host.
#[derive(Default)]
pub(crate) struct Peer {
    funcs: Vec<(&'static str, OnCall)>,
    events: Vec<(ActorId, Act)>,
    cancels: Vec<(HostCallId, OnCancel)>,
    thens: Vec<(WaitableId, Then)>,
    resource: Option<ResourceTypeId>,
    refuses_drops: bool,
    log: Vec<String>,
}

/// The host at work.
pub(crate) struct Turn<'t, 'e, 'p> {
    pub(crate) peer: &'t mut Peer,
    pub(crate) store: &'t mut Store,
    pub(crate) env: &'t mut Env<'e, 'p>,
    /// The call that is answered, where there is one.
    pub(crate) call: Option<HostCallId>,
}

impl Peer {
    /// A host that writes down what guests say: `say` a number, `event` an event.
    pub(crate) fn new() -> Self {
        let peer = Self::default();
        let peer = peer.func("say", |turn, args| {
            let [Value::S32(number)] = args else { panic!("a number is said, not {args:?}") };
            turn.log(format!("guest: {number}"));
            Ok(HostAnswer::Return(Vec::new()))
        });
        peer.func("event", |turn, args| {
            let [Value::U32(code), Value::U32(payload)] = args else { panic!("an event is two numbers, not {args:?}") };
            let words = ["NONE", "SUBTASK", "STREAM_READ", "STREAM_WRITE", "FUTURE_READ", "FUTURE_WRITE"];
            let word = words[usize::try_from(*code).expect("codes are small")];
            turn.log(format!("guest: {word} {payload:#x}"));
            Ok(HostAnswer::Return(Vec::new()))
        })
    }

    /// Adds a function.
    pub(crate) fn func(
        mut self,
        name: &'static str,
        on_call: impl Fn(&mut Turn<'_, '_, '_>, &[Value]) -> Result<HostAnswer, Failure> + 'static,
    ) -> Self {
        let on_call: OnCall = Arc::new(on_call);
        self.funcs.push((name, on_call));
        self
    }

    /// Makes drops of resources trap.
    pub(crate) const fn refusing_drops(mut self) -> Self {
        self.refuses_drops = true;
        self
    }

    /// What is supplied for an import.
    fn supply(&mut self, store: &mut Store, name: &str, ty: &ExternType) -> ExternValue {
        if let ExternType::Resource(_) = ty {
            let id = *self.resource.get_or_insert_with(|| store.add_host_resource(name));
            return ExternValue::Resource(id);
        }
        let number = self.funcs.iter().position(|func| func.0 == name);
        let number = number.unwrap_or_else(|| panic!("the test supplies `{name}`"));
        let number = u32::try_from(number).expect("functions are few");
        ExternValue::Func(store.add_host_func(HostFunc(number), name))
    }
}

impl Turn<'_, '_, '_> {
    pub(crate) fn log(&mut self, line: impl Into<String>) {
        self.peer.log.push(line.into());
    }

    /// Makes an event of the call that is being answered: the chooser picks when it comes.
    pub(crate) fn later(&mut self, act: impl FnOnce(&mut Turn<'_, '_, '_>) -> Result<(), Failure> + 'static) {
        let call = self.call.expect("a call is being answered");
        let actor = self.store.host_call(call).actor;
        self.peer.events.push((actor, Box::new(act)));
    }

    /// Answers the call later with these values, unless it is cancelled before.
    pub(crate) fn return_later(&mut self, values: Vec<Value>) -> HostAnswer {
        let call = self.call.expect("a call is being answered");
        self.later(move |turn| {
            if !turn.store.has_host_call(call) {
                turn.log("host: nobody waits");
                return Ok(());
            }
            turn.log("host: returns");
            turn.store.resolve_host_call(turn.env, call, values)
        });
        HostAnswer::Later
    }

    /// What is said when the call is cancelled.
    pub(crate) fn on_cancel(&mut self, on_cancel: impl FnOnce(&mut Turn<'_, '_, '_>) -> CancelAnswer + 'static) {
        let call = self.call.expect("a call is being answered");
        self.peer.cancels.push((call, Box::new(on_cancel)));
    }

    /// Reads, and writes down how it ended.
    pub(crate) fn read(
        &mut self,
        end: WaitableId,
        count: u32,
        then: impl FnOnce(&mut Turn<'_, '_, '_>) -> Result<(), Failure> + 'static,
    ) -> Result<(), Failure> {
        self.peer.thens.push((end, Box::new(|turn, copy| log_copy(turn, "read", &copy, then))));
        self.store.host_read(self.env, end, count)
    }

    /// Writes bytes, and writes down how it ended.
    pub(crate) fn write(
        &mut self,
        end: WaitableId,
        bytes: &[u8],
        then: impl FnOnce(&mut Turn<'_, '_, '_>) -> Result<(), Failure> + 'static,
    ) -> Result<(), Failure> {
        self.peer.thens.push((end, Box::new(|turn, copy| log_copy(turn, "wrote", &copy, then))));
        let count = u32::try_from(bytes.len()).expect("tests write little");
        let values = Value::Numbers(Numbers::new(canon::NumberType::U8, bytes.to_vec()));
        self.store.host_write(self.env, end, values, count)
    }

    /// A new stream or future of bytes: what is passed on, and the writable end.
    pub(crate) fn new_shared(&mut self, kind: runtime::copy_end::SharedKind) -> (SharedId, WaitableId) {
        let call = self.call.expect("a call is being answered");
        let actor = self.store.host_call(call).actor;
        self.store.host_new(kind, Some(ValType::U8), actor)
    }

    pub(crate) fn drop_end(&mut self, end: WaitableId) {
        self.log("host: drops its end");
        self.store.host_drop_end(end);
    }

    /// A new resource of the host's type.
    pub(crate) fn resource(&self, rep: u32) -> Resource {
        Resource { ty: self.peer.resource.expect("the guest imports the resource type"), rep }
    }
}

fn log_copy(
    turn: &mut Turn<'_, '_, '_>,
    verb: &str,
    copy: &HostCopy,
    then: impl FnOnce(&mut Turn<'_, '_, '_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let bytes = match &copy.values {
        Some(Value::Numbers(numbers)) => format!(" {:?}", numbers.bytes()),
        Some(_) | None => String::new(),
    };
    turn.log(format!("host: {verb} {}{bytes} {}", copy.count, copy.result.word()));
    then(turn)
}

impl Host for Peer {
    fn call(&mut self, store: &mut Store, env: &mut Env<'_, '_>, call: HostCallId) -> Result<HostAnswer, Failure> {
        let number = usize::try_from(store.host_call(call).func.0).expect("functions are few");
        let on_call = Arc::clone(&self.funcs[number].1);
        let args = store.take_host_args(call);
        on_call(&mut Turn { peer: self, store, env, call: Some(call) }, &args)
    }

    fn cancel(&mut self, store: &mut Store, env: &mut Env<'_, '_>, call: HostCallId) -> Result<CancelAnswer, Failure> {
        self.log.push("host: is asked to cancel".to_owned());
        let Some(position) = self.cancels.iter().position(|cancel| cancel.0 == call) else {
            return Ok(CancelAnswer::Cancelled);
        };
        let (_, on_cancel) = self.cancels.remove(position);
        Ok(on_cancel(&mut Turn { peer: self, store, env, call: Some(call) }))
    }

    fn drop_resource(&mut self, resource: Resource) -> Result<(), Trap> {
        assert_eq!(Some(resource.ty), self.resource, "only resources of the host are dropped here");
        self.log.push(format!("host: resource {} is dropped", resource.rep));
        if self.refuses_drops {
            return Err(Trap::with(syntax::TrapRule::HostTrap, "(not that one)"));
        }
        Ok(())
    }

    fn copy_ended(&mut self, store: &mut Store, env: &mut Env<'_, '_>, end: WaitableId) -> Result<(), Failure> {
        let Some(copy) = store.take_host_copy(end) else { return Ok(()) };
        let position = self.thens.iter().position(|then| then.0 == end).expect("who copies says what then");
        let (_, then) = self.thens.remove(position);
        then(&mut Turn { peer: self, store, env, call: None }, copy)
    }

    fn deliverable(&mut self, _store: &Store) -> Vec<ActorId> {
        self.events.iter().map(|event| event.0).collect()
    }

    fn deliver(&mut self, store: &mut Store, env: &mut Env<'_, '_>, position: usize) -> Result<(), Failure> {
        let (_, act) = self.events.remove(position);
        act(&mut Turn { peer: self, store, env, call: None })
    }

    fn wait(&mut self) -> bool {
        false
    }
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Ran {
    /// What guest and host did, and how it ended, one line each.
    pub(crate) log: Vec<String>,
    pub(crate) leaks: Vec<String>,
    pub(crate) failure: Option<Failure>,
}

/// Instantiates, calls `run`, and goes on until nothing is left to do.
pub(crate) fn run(text: &str, mut peer: Peer, chooser: &mut dyn Chooser) -> Ran {
    let bytes = wat::parse_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let mut program = Program::new(syntax::revision::SpecRevision::default());
    let root = decode::component(&bytes, &Features::default(), &mut program.definitions);
    let root = root.unwrap_or_else(|error| panic!("{error}\n{text}"));
    program.extend();
    let mut store = Store::new(wasm::Limits::default());
    store.fuel = 1_000_000;
    let component = &program.definitions.components[root.index()];
    let imports = component.imports.iter().map(|import| {
        let value = peer.supply(&mut store, &import.name, &import.ty);
        (import.name.clone(), value)
    });
    let imports = imports.collect();
    let mut env = Env::new(&program, chooser, None);
    let ended = (|| {
        let invocation = store.instantiate(&mut env, root, imports)?;
        assert_eq!(run_until_resolved(&mut store, &mut env, &mut peer, invocation)?, Ended::Done);
        let Some(InvocationOutcome::Instantiated(inst)) = store.take_outcome(invocation) else {
            panic!("an instantiation gives an instance")
        };
        let invocation = store.invoke(&mut env, export(&store, inst, "run"), Vec::new())?;
        let ended = run_until_resolved(&mut store, &mut env, &mut peer, invocation)?;
        if ended != Ended::Done {
            return Ok(ended);
        }
        peer.log.push("end".to_owned());
        store.take_outcome(invocation);
        drain(&mut store, &mut env, &mut peer)
    })();
    let mut failure = None;
    match ended {
        Ok(Ended::Done) => {}
        Ok(Ended::Deadlock(_)) => peer.log.push("deadlock".to_owned()),
        Ok(Ended::OutOfFuel) => peer.log.push("out of fuel".to_owned()),
        Ok(Ended::Diverged(divergence)) => panic!("nothing is replayed: {divergence}"),
        Err(found) => {
            peer.log.push(match &found.fault {
                Fault::Trap(trap) => format!("trap {}: {trap}", trap.rule.id()),
                Fault::Limit(_) | Fault::Link(_) | Fault::Exit(_) => found.to_string(),
            });
            failure = Some(found);
        }
    }
    Ran { log: peer.log, leaks: store.leaks(), failure }
}

/// An exported function.
pub(crate) fn export(store: &Store, inst: InstanceId, name: &str) -> FuncId {
    let exports = store.instance(inst).exports.expect("an instance that is complete has exports");
    match store.bundle(exports).exports.get(name) {
        Some(ExternValue::Func(func)) => *func,
        other => panic!("expected the function `{name}`, found {other:?}"),
    }
}
