//! Driving a store: the event loop, with a host and a chooser.
//!
//! Spec: CanonicalABI.md, "Embedding", `Store.tick`. Everything that is picked goes through the chooser, and everything
//! from outside comes from the host.

use canon::Resource;
use choice::{ActorId, ChoiceKind, ChoicePoint, Divergence};
use smallvec::SmallVec;
use syntax::Trap;

use crate::dump::Report;
use crate::footprint::Footprint;
use crate::host::{Ask, CancelAnswer, HostAnswer};
use crate::id::{HostCallId, InvocationId, ThreadId, WaitableId};
use crate::step::{Env, Failure, Halt};
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
choice::state_hash!(
    struct NoHost {}
);

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

/// How far driving goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Until a call of the embedder, or an instantiation, has ended, and not a step further.
    Resolved(InvocationId),
    /// Until nothing is ready and the host owes nothing.
    Quiet,
}

/// At which turns of the event loop driving stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// At those that leave a choice.
    Choices,
    /// At every one: a turn with a single alternative is a choice of one.
    Turns,
}

/// Where driving stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// At a choice: the store and its host can be forked here; `pick` goes on.
    Choice(ChoicePoint),
    /// For good.
    Ended(Ended),
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
    run(store, env, host, Goal::Resolved(invocation))
}

/// Runs until nothing is ready and the host owes nothing.
///
/// # Errors
/// A trap or a limit.
pub fn drain(store: &mut Store, env: &mut Env<'_, '_>, host: &mut dyn Host) -> Result<Ended, Failure> {
    run(store, env, host, Goal::Quiet)
}

/// Drives to a goal, asking the chooser at every choice.
///
/// # Errors
/// A trap or a limit.
pub fn run(store: &mut Store, env: &mut Env<'_, '_>, host: &mut dyn Host, goal: Goal) -> Result<Ended, Failure> {
    loop {
        let point = match advance(store, env, host, goal)? {
            Stopped::Ended(ended) => return Ok(ended),
            Stopped::Choice(point) => point,
        };
        match env.chooser.choose(&point, store.names()) {
            Ok(picked) => pick(store, env, host, &point, picked)?,
            Err(divergence) => return Ok(Ended::Diverged(divergence)),
        }
    }
}

/// Drives to a goal or to the next choice with at least two alternatives. Choices of the host and data choices are asked of
/// the chooser inline.
///
/// # Errors
/// A trap or a limit.
pub fn advance(store: &mut Store, env: &mut Env<'_, '_>, host: &mut dyn Host, goal: Goal) -> Result<Stopped, Failure> {
    advance_at(store, env, host, goal, Pace::Choices)
}

/// As `advance`, at a given pace.
///
/// # Errors
/// A trap or a limit.
pub fn advance_at(
    store: &mut Store,
    env: &mut Env<'_, '_>,
    host: &mut dyn Host,
    goal: Goal,
    pace: Pace,
) -> Result<Stopped, Failure> {
    let halted = turn_until(store, env, host, goal, pace);
    match halted {
        Ok(Halted::Choice) => return Ok(Stopped::Choice(store.choice())),
        Ok(Halted::Turn(ready, events)) => return Ok(Stopped::Choice(store.embedder_turn(&ready, &events))),
        Ok(Halted::Ended(_)) | Err(_) => {}
    }
    // What was copied to the host before the end reaches it, however the run ended: the guest was told of it.
    let settled = copies_ended(store, env, host);
    let ended = match halted? {
        Halted::Ended(ended) => *ended,
        Halted::Choice | Halted::Turn(..) => unreachable!("choices left above"),
    };
    settled.map(|()| Stopped::Ended(ended))
}

/// Goes on from the choice that `advance` came to.
///
/// # Errors
/// A trap while an event of the host is delivered.
///
/// # Panics
/// When the choice has fewer alternatives.
pub fn pick(
    store: &mut Store,
    env: &mut Env<'_, '_>,
    host: &mut dyn Host,
    point: &ChoicePoint,
    picked: usize,
) -> Result<(), Failure> {
    if point.kind != ChoiceKind::EmbedderTurn {
        store.decide(env, picked);
        return Ok(());
    }
    store.trace_choice(env, point, picked);
    let mut ready = 0;
    for position in 0..store.waiting.len() {
        let thread = store.waiting[position];
        if store.ready(thread) {
            if ready == picked {
                store.tick(env, thread);
                return Ok(());
            }
            ready += 1;
        }
    }
    deliver(store, env, host, picked - ready)
}

/// Where driving stopped, with nothing that has to be made for it.
enum Halted {
    /// At a choice of the store.
    Choice,
    /// At a turn of the event loop, with the ready threads and the events of the host.
    Turn(SmallVec<[ThreadId; 4]>, Vec<ActorId>),
    /// For good.
    Ended(Box<Ended>),
}

/// Turns the event loop until the goal is reached or a choice has to be made.
fn turn_until(
    store: &mut Store,
    env: &mut Env<'_, '_>,
    host: &mut dyn Host,
    goal: Goal,
    pace: Pace,
) -> Result<Halted, Failure> {
    let ended = |ended| Ok(Halted::Ended(Box::new(ended)));
    loop {
        match run_until_idle(store, env, host)? {
            None => {}
            Some(halted) => return Ok(halted),
        }
        if let Goal::Resolved(invocation) = goal
            && store.invocation(invocation).outcome.is_some()
        {
            return ended(Ended::Done);
        }
        match turn(store, env, host, pace)? {
            Turn::Taken => {}
            Turn::Choice(ready, events) => return Ok(Halted::Turn(ready, events)),
            Turn::Nothing if goal == Goal::Quiet => return ended(Ended::Done),
            Turn::Nothing => return ended(Ended::Deadlock(store.wait_for_graph(env.program))),
            Turn::Diverged(divergence) => return ended(Ended::Diverged(*divergence)),
        }
    }
}

fn copies_ended(store: &mut Store, env: &mut Env<'_, '_>, host: &mut dyn Host) -> Result<(), Failure> {
    while !store.host_ready.is_empty() {
        store.take_host_ready().into_iter().try_for_each(|end| host.copy_ended(store, env, end))?;
    }
    Ok(())
}

enum Turn {
    Taken,
    Choice(SmallVec<[ThreadId; 4]>, Vec<ActorId>),
    Nothing,
    Diverged(Box<Divergence>),
}

/// One turn of the event loop: resumes a thread or delivers an event of the host, or leaves the choice.
fn turn(store: &mut Store, env: &mut Env<'_, '_>, host: &mut dyn Host, pace: Pace) -> Result<Turn, Failure> {
    loop {
        copies_ended(store, env, host)?;
        let ready = store.ready_threads();
        let events = host.deliverable(store);
        if let Some(divergence) = host.divergence() {
            return Ok(Turn::Diverged(Box::new(divergence)));
        }
        match ready.len() + events.len() {
            0 if host.wait() => store.notes.footprint = Footprint::ALL,
            0 => return Ok(Turn::Nothing),
            1 if pace == Pace::Choices => {
                store.count_turn();
                match ready.first() {
                    Some(thread) => store.tick(env, *thread),
                    None => deliver(store, env, host, 0)?,
                }
                return Ok(Turn::Taken);
            }
            _ => return Ok(Turn::Choice(ready, events)),
        }
    }
}

fn deliver(store: &mut Store, env: &mut Env<'_, '_>, host: &mut dyn Host, position: usize) -> Result<(), Failure> {
    store.notes.touch_host();
    host.deliver(store, env, position)
}

/// Steps until nothing runs, asking the host; gives where it stopped otherwise.
fn run_until_idle(store: &mut Store, env: &mut Env<'_, '_>, host: &mut dyn Host) -> Result<Option<Halted>, Failure> {
    loop {
        let halt = store.run_to_stop(env);
        if env.divergence.is_some()
            && let Some(divergence) = env.divergence.take()
        {
            return Ok(Some(Halted::Ended(Box::new(Ended::Diverged(divergence)))));
        }
        match halt.map_err(|fault| store.fail(env, *fault))? {
            Halt::Idle => return Ok(None),
            Halt::OutOfFuel => return Ok(Some(Halted::Ended(Box::new(Ended::OutOfFuel)))),
            Halt::Choice => return Ok(Some(Halted::Choice)),
            Halt::NeedsHost(ask) => {
                if let Some(divergence) = answer(store, env, host, ask)? {
                    return Ok(Some(Halted::Ended(Box::new(Ended::Diverged(divergence)))));
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
    store.notes.touch_host();
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
