//! Driving a store: the event loop, with a host and a chooser.
//!
//! Spec: CanonicalABI.md, "Embedding API", `Store.tick`. Everything that is picked goes through the chooser, and everything
//! from outside comes from the host.

use canon::Resource;
use choice::{ActorId, Divergence};
use syntax::Trap;

use crate::dump::Report;
use crate::host::{Ask, CancelAnswer, HostAnswer};
use crate::id::{HostCallId, InvocationId, WaitableId};
use crate::step::{Env, Failure, Step};
use crate::store::Store;

/// What is outside: asked, and answering now or later.
pub trait Host {
    /// A function was called. Its arguments are taken with `Store::take_host_args`.
    ///
    /// # Errors
    /// A trap of an operation on a host end of a stream or future.
    fn call(&mut self, store: &mut Store, env: &mut Env<'_, '_>, call: HostCallId) -> Result<HostAnswer, Failure>;

    /// Cancellation of a call was requested that is to be answered later.
    ///
    /// # Errors
    /// As `call`.
    fn cancel(&mut self, store: &mut Store, env: &mut Env<'_, '_>, call: HostCallId) -> Result<CancelAnswer, Failure>;

    /// A resource lost its owner.
    ///
    /// # Errors
    /// When the host does not allow it.
    fn drop_resource(&mut self, resource: Resource) -> Result<(), Trap>;

    /// A copy on an end of the host ended: `Store::take_host_copy`.
    ///
    /// # Errors
    /// As `call`.
    fn copy_ended(&mut self, store: &mut Store, env: &mut Env<'_, '_>, end: WaitableId) -> Result<(), Failure>;

    /// The events that could be delivered now, by the names of what they belong to, in the order of their requests.
    fn deliverable(&mut self, store: &Store) -> Vec<ActorId>;

    /// Delivers one of them.
    ///
    /// # Errors
    /// As `call`.
    fn deliver(&mut self, store: &mut Store, env: &mut Env<'_, '_>, position: usize) -> Result<(), Failure>;

    /// Nothing is ready and nothing deliverable: wait for the outside, or let a virtual clock jump. Tells whether
    /// anything can have changed; if not, nothing ever will.
    fn wait(&mut self) -> bool;

    /// A host that answers from a record: the first question that is not the recorded one. Asked after every answer.
    fn divergence(&mut self) -> Option<Divergence> {
        None
    }
}

/// A host that offers nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoHost;

impl Host for NoHost {
    fn call(&mut self, store: &mut Store, _env: &mut Env<'_, '_>, call: HostCallId) -> Result<HostAnswer, Failure> {
        let name = store.names().text(store.host_call(call).actor);
        Ok(HostAnswer::Trap(Trap::with(syntax::TrapRule::ImportUnused, format!("({name})"))))
    }

    fn cancel(
        &mut self,
        _store: &mut Store,
        _env: &mut Env<'_, '_>,
        _call: HostCallId,
    ) -> Result<CancelAnswer, Failure> {
        Ok(CancelAnswer::Cancelled)
    }

    fn drop_resource(&mut self, _resource: Resource) -> Result<(), Trap> {
        Ok(())
    }

    fn copy_ended(&mut self, _: &mut Store, _: &mut Env<'_, '_>, _: WaitableId) -> Result<(), Failure> {
        Ok(())
    }

    fn deliverable(&mut self, _store: &Store) -> Vec<ActorId> {
        Vec::new()
    }

    fn deliver(&mut self, _: &mut Store, _: &mut Env<'_, '_>, _: usize) -> Result<(), Failure> {
        Ok(())
    }

    fn wait(&mut self) -> bool {
        false
    }
}

/// How driving ended, other than by a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// What was waited for has come about.
    Done,
    /// Nothing can go on: who waits for what.
    Deadlock(Report),
    /// The fuel is used up.
    OutOfFuel,
    /// The chooser follows a schedule, and the run went another way.
    Diverged(Divergence),
}

/// Runs until a call of the embedder, or an instantiation, has ended, and not a step further.
///
/// # Errors
/// A trap or a limit.
pub fn run_until_resolved(
    store: &mut Store,
    env: &mut Env<'_, '_>,
    host: &mut dyn Host,
    invocation: InvocationId,
) -> Result<Ended, Failure> {
    let ended = turn_until(store, env, host, Some(invocation));
    settle_copies(store, env, host, ended)
}

/// Runs until nothing is ready and the host owes nothing.
///
/// # Errors
/// A trap or a limit.
pub fn drain(store: &mut Store, env: &mut Env<'_, '_>, host: &mut dyn Host) -> Result<Ended, Failure> {
    let ended = turn_until(store, env, host, None);
    settle_copies(store, env, host, ended)
}

/// Turns the event loop until a call has ended, or without one until there is nothing to do.
fn turn_until(
    store: &mut Store,
    env: &mut Env<'_, '_>,
    host: &mut dyn Host,
    invocation: Option<InvocationId>,
) -> Result<Ended, Failure> {
    loop {
        if let Some(ended) = run_until_idle(store, env, host)? {
            return Ok(ended);
        }
        if invocation.is_some_and(|invocation| store.invocation(invocation).outcome.is_some()) {
            return Ok(Ended::Done);
        }
        match turn(store, env, host)? {
            Turn::Taken => {}
            Turn::Nothing if invocation.is_none() => return Ok(Ended::Done),
            Turn::Nothing => return Ok(Ended::Deadlock(store.wait_for_graph(env.program))),
            Turn::Diverged(divergence) => return Ok(Ended::Diverged(divergence)),
        }
    }
}

/// What was copied to the host before the end reaches it, however the run ended: the guest was told of it.
fn settle_copies(
    store: &mut Store,
    env: &mut Env<'_, '_>,
    host: &mut dyn Host,
    ended: Result<Ended, Failure>,
) -> Result<Ended, Failure> {
    let settled = copies_ended(store, env, host);
    let ended = ended?;
    settled.map(|()| ended)
}

fn copies_ended(store: &mut Store, env: &mut Env<'_, '_>, host: &mut dyn Host) -> Result<(), Failure> {
    store.take_host_ready().into_iter().try_for_each(|end| host.copy_ended(store, env, end))
}

enum Turn {
    Taken,
    Nothing,
    Diverged(Divergence),
}

/// One turn of the event loop: resumes a thread or delivers an event of the host.
fn turn(store: &mut Store, env: &mut Env<'_, '_>, host: &mut dyn Host) -> Result<Turn, Failure> {
    loop {
        copies_ended(store, env, host)?;
        let ready = store.ready_threads();
        let events = host.deliverable(store);
        if let Some(divergence) = host.divergence() {
            return Ok(Turn::Diverged(divergence));
        }
        let count = ready.len() + events.len();
        if count == 0 {
            if host.wait() {
                continue;
            }
            return Ok(Turn::Nothing);
        }
        let point = store.embedder_turn(&ready, &events);
        let picked = if count == 1 {
            0
        } else {
            match env.chooser.choose(&point, store.names()) {
                Ok(picked) => {
                    store.trace_choice(env, &point, picked);
                    picked
                }
                Err(divergence) => return Ok(Turn::Diverged(divergence)),
            }
        };
        match ready.get(picked) {
            Some(thread) => store.tick(env, *thread),
            None => host.deliver(store, env, picked - ready.len())?,
        }
        return Ok(Turn::Taken);
    }
}

/// Steps until nothing runs, asking the chooser and the host.
fn run_until_idle(store: &mut Store, env: &mut Env<'_, '_>, host: &mut dyn Host) -> Result<Option<Ended>, Failure> {
    loop {
        let step = store.step(env);
        if let Some(divergence) = env.divergence.take() {
            return Ok(Some(Ended::Diverged(divergence)));
        }
        match step? {
            Step::Idle => return Ok(None),
            Step::OutOfFuel => return Ok(Some(Ended::OutOfFuel)),
            Step::Choice(point) => match env.chooser.choose(&point, store.names()) {
                Ok(picked) => store.decide(env, picked),
                Err(divergence) => return Ok(Some(Ended::Diverged(divergence))),
            },
            Step::NeedsHost(ask) => {
                if let Some(divergence) = answer(store, env, host, ask)? {
                    return Ok(Some(Ended::Diverged(divergence)));
                }
            }
        }
    }
}

/// Asks the host and passes its answer on, unless it comes from a record of another run.
fn answer(
    store: &mut Store,
    env: &mut Env<'_, '_>,
    host: &mut dyn Host,
    ask: Ask,
) -> Result<Option<Divergence>, Failure> {
    match ask {
        Ask::Call(call) => {
            let answer = host.call(store, env, call)?;
            if let Some(divergence) = host.divergence() {
                return Ok(Some(divergence));
            }
            store.answer_call(env, call, answer)?;
        }
        Ask::Cancel(call) => {
            let answer = host.cancel(store, env, call)?;
            if let Some(divergence) = host.divergence() {
                return Ok(Some(divergence));
            }
            store.answer_cancel(env, call, answer)?;
        }
        Ask::DropResource(resource) => {
            let answer = host.drop_resource(resource);
            store.answer_drop(env, answer)?;
        }
    }
    Ok(None)
}
